-- People who were erased, or are being erased. What takes the place of what is sealed, and goes when the work is done.
create table erasure (
  brand        integer not null references brand (id),
  id           text collate "C" not null,
  -- 1: it waits for its record; 2: the log is being rewritten; 3: done.
  state        integer not null,
  asked_at     bigint not null,
  changed_at   bigint not null,
  "user"       integer not null,
  role         integer not null,
  reason       text collate "C" not null,
  -- How many of what are replaced, without any value, as JSON.
  found        text collate "C" not null,
  sealed       bytea,
  -- Every record of the brand before this one is rewritten.
  record       bigint,
  -- The place of its record in the log, once all before it was rewritten.
  position     bigint,
  -- How many records the rewriting has read, of which so many were changed.
  read         bigint not null,
  rewritten    bigint not null,
  leased_until bigint not null,
  primary key (brand, id)
);

create index erasure_open on erasure (brand) where state < 3;

-- Where values were replaced: a record, and which of its values became which token. For copies of the log that are older.
create table erasure_place (
  brand   integer not null references brand (id),
  erasure text collate "C" not null,
  record  bigint not null,
  fact    text collate "C" not null,
  slots   text collate "C" not null,
  primary key (brand, erasure, record)
);
