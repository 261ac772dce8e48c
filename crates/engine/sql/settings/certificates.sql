-- Certificates that this installation orders itself: what is held for each host, and how ordering goes.
create table certificate (
  host         text not null primary key,
  -- PEM, the host's own first; empty while there is none.
  chain        text not null default '',
  wrapped_key  blob not null default x'',
  begins_at    integer not null default 0,
  ends_at      integer not null default 0,
  -- Grows with every certificate that comes in, so that edges ask for what is new.
  serial       integer not null default 0,
  failures     integer not null default 0,
  tried_at     integer,
  next_try_at  integer not null,
  leased_until integer not null default 0,
  trouble      text not null default ''
) strict, without rowid;

create index certificate_due on certificate (next_try_at);
create index certificate_serial on certificate (serial);

-- Who this installation is at a certificate authority.
create table acme_account (
  directory   text not null primary key,
  wrapped     blob not null,
  created_at  integer not null
) strict, without rowid;

-- What the authority asks for while it looks whether a host is ours.
create table acme_challenge (
  host       text not null,
  kind       integer not null,
  token      text not null,
  answer     text not null,
  expires_at integer not null,
  primary key (host, kind)
) strict, without rowid;

create index acme_challenge_token on acme_challenge (token);

-- Orders of late: authorities limit them.
create table acme_order (
  directory  text not null,
  site       text not null,
  ordered_at integer not null
) strict;

create index acme_order_by_time on acme_order (directory, ordered_at);
