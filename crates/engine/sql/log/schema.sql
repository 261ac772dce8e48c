-- The log: one row per frame. The row number is the frame's place; within a partition it only grows.

create table frame (
  position     integer primary key,
  partition    integer not null,
  edge         integer not null,
  epoch        integer not null,
  n            integer not null,
  first_fact_n integer not null,
  records      integer not null,
  kept_at      integer not null,
  facts        blob not null,
  raw          blob not null
) strict;

create index frame_by_partition on frame (partition);
-- What is still to be dropped when its time has come.
create index frame_with_raw on frame (kept_at) where raw <> x'';
create unique index frame_by_id on frame (partition, edge, epoch, n);
