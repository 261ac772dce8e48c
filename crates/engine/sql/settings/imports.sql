-- Files of changes or conversions. The content is wrapped with the master key, and goes when it was applied.
create table import (
  id           text primary key,
  brand        integer not null references brand (id),
  kind         integer not null,
  name         text not null,
  state        integer not null,
  lines        integer not null,
  created_at   integer not null,
  changed_at   integer not null,
  made_by      text not null,
  mapping      text not null,
  digest       blob not null,
  content      blob,
  leased_until integer not null
) strict, without rowid;

create index import_by_brand on import (brand, created_at);

-- What became of each line, without anything of a person.
create table import_line (
  import       text not null references import (id),
  line         integer not null,
  brand        integer not null,
  state        integer not null,
  order_id     text not null,
  code         text not null,
  message      text not null,
  amount       integer,
  touched      text not null,
  record       integer not null,
  currency     text not null,
  amount_delta integer not null,
  payout_delta integer not null,
  undo         text not null,
  primary key (import, line)
) strict, without rowid;
