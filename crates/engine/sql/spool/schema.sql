-- Frames that this edge acknowledged while the shared log was away, in the order in which each partition's follow.

create table spooled (
  place        integer primary key autoincrement,
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

create index spooled_by_partition on spooled (partition);
