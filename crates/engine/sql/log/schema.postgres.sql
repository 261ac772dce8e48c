-- The log on PostgreSQL: one row per frame, the rows of a partition together.

-- The newest place of each partition. Whoever appends locks its row until the frame is committed: places become
-- visible in their order, and none is skipped by a reader.
create table log_end (
  partition integer primary key,
  position  bigint not null
);

create table frame (
  partition    integer not null,
  position     bigint not null,
  edge         integer not null,
  epoch        bigint not null,
  n            bigint not null,
  first_fact_n bigint not null,
  records      integer not null,
  kept_at      bigint not null,
  facts        bytea not null,
  raw          bytea not null,
  primary key (partition, position),
  unique (partition, edge, epoch, n)
) partition by hash (partition);

create table frame_0 partition of frame for values with (modulus 8, remainder 0);
create table frame_1 partition of frame for values with (modulus 8, remainder 1);
create table frame_2 partition of frame for values with (modulus 8, remainder 2);
create table frame_3 partition of frame for values with (modulus 8, remainder 3);
create table frame_4 partition of frame for values with (modulus 8, remainder 4);
create table frame_5 partition of frame for values with (modulus 8, remainder 5);
create table frame_6 partition of frame for values with (modulus 8, remainder 6);
create table frame_7 partition of frame for values with (modulus 8, remainder 7);

-- What is still to be dropped when its time has come.
create index frame_with_raw on frame (kept_at) where raw <> ''::bytea;
