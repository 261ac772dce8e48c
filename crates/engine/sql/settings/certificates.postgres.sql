-- Certificates that this installation orders itself: what is held for each host, and how ordering goes.
create table certificate (
  host         text collate "C" not null primary key,
  -- PEM, the host's own first; empty while there is none.
  chain        text collate "C" not null default '',
  wrapped_key  bytea not null default '',
  begins_at    bigint not null default 0,
  ends_at      bigint not null default 0,
  -- Grows with every certificate that comes in, so that edges ask for what is new.
  serial       integer not null default 0,
  failures     integer not null default 0,
  tried_at     bigint,
  next_try_at  bigint not null,
  leased_until bigint not null default 0,
  trouble      text collate "C" not null default ''
);

create index certificate_due on certificate (next_try_at);
create index certificate_serial on certificate (serial);

-- Who this installation is at a certificate authority.
create table acme_account (
  directory   text collate "C" not null primary key,
  wrapped     bytea not null,
  created_at  bigint not null
);

-- What the authority asks for while it looks whether a host is ours.
create table acme_challenge (
  host       text collate "C" not null,
  kind       integer not null,
  token      text collate "C" not null,
  answer     text collate "C" not null,
  expires_at bigint not null,
  primary key (host, kind)
);

create index acme_challenge_token on acme_challenge (token);

-- Orders of late: authorities limit them.
create table acme_order (
  directory  text collate "C" not null,
  site       text collate "C" not null,
  ordered_at bigint not null
);

create index acme_order_by_time on acme_order (directory, ordered_at);
