-- Hosts of the open internet that brands want to track on, and whether each was proved to be the brand's. One that was in
-- use before this was asked is served without a proof.
create table tracking_domain (
  brand       integer not null references brand (id),
  host        text not null,
  token       text not null,
  created_at  integer not null,
  in_use      integer not null,
  verified_at integer,
  method      integer,
  checked_at  integer,
  trouble     text not null default '',
  primary key (brand, host)
) strict, without rowid;

-- One brand has it; others may only say so.
create unique index tracking_domain_owner on tracking_domain (host) where verified_at is not null;
create index tracking_domain_check on tracking_domain (checked_at);
