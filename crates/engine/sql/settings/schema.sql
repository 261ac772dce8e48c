-- What is not in the log: people, secrets, names and the directory of ids. Kept in a file of its own.

create table installation (
  key   text primary key,
  value blob not null
) strict;

create table brand (
  id           integer primary key,
  name         text not null,
  partition    integer not null,
  account_sid  text not null unique,
  identity_key blob not null,
  created_at   integer not null
) strict;

create table click_key (
  brand      integer not null references brand (id),
  id         integer not null,
  key        blob not null,
  created_at integer not null,
  primary key (brand, id)
) strict, without rowid;

create table program (
  id    integer primary key,
  brand integer not null references brand (id)
) strict;

create table partner (
  id         integer primary key,
  name       text not null,
  created_at integer not null
) strict;

create table membership (
  brand   integer not null references brand (id),
  partner integer not null references partner (id),
  primary key (brand, partner)
) strict, without rowid;

create table "user" (
  id            integer primary key,
  email         text not null unique,
  name          text not null,
  password_hash text not null,
  created_at    integer not null,
  disabled_at   integer
) strict;

create table user_role (
  "user"  integer not null references "user" (id),
  brand   integer not null references brand (id),
  role    integer not null,
  partner integer,
  primary key ("user", brand)
) strict, without rowid;

create table session (
  token_hash   blob primary key,
  "user"       integer not null references "user" (id),
  csrf         text not null,
  created_at   integer not null,
  expires_at   integer not null
) strict, without rowid;

create table token (
  id           integer primary key,
  brand        integer not null references brand (id),
  kind         integer not null,
  name         text not null,
  secret_hash  blob not null unique,
  scopes       text not null,
  created_at   integer not null,
  revoked_at   integer
) strict;

create table refused_report (
  id          text primary key,
  brand       integer not null,
  program     integer,
  received_at integer not null,
  kind        text not null,
  order_id    text not null,
  errors      text not null,
  payload     text not null
) strict, without rowid;

create index refused_report_by_order on refused_report (brand, order_id);
create index refused_report_by_time on refused_report (brand, received_at);

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
