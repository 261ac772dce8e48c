-- People who were erased, or are being erased. What takes the place of what is sealed, and goes when the work is done.
create table erasure (
  brand        integer not null references brand (id),
  id           text not null,
  -- 1: it waits for its record; 2: the log is being rewritten; 3: done.
  state        integer not null,
  asked_at     integer not null,
  changed_at   integer not null,
  "user"       integer not null,
  role         integer not null,
  reason       text not null,
  -- How many of what are replaced, without any value, as JSON.
  found        text not null,
  sealed       blob,
  -- Every record of the brand before this one is rewritten.
  record       integer,
  -- The place of its record in the log, once all before it was rewritten.
  position     integer,
  -- How many records the rewriting has read, of which so many were changed.
  read         integer not null,
  rewritten    integer not null,
  leased_until integer not null,
  primary key (brand, id)
) strict, without rowid;

create index erasure_open on erasure (brand) where state < 3;

-- Where values were replaced: a record, and which of its values became which token. For copies of the log that are older.
create table erasure_place (
  brand   integer not null references brand (id),
  erasure text not null,
  record  integer not null,
  fact    text not null,
  slots   text not null,
  primary key (brand, erasure, record)
) strict, without rowid;
