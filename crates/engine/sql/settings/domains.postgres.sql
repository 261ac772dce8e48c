-- Hosts of the open internet that brands want to track on, and whether each was proved to be the brand's. One that was in
-- use before this was asked is served without a proof.
create table tracking_domain (
  brand       integer not null references brand (id),
  host        text collate "C" not null,
  token       text collate "C" not null,
  created_at  bigint not null,
  in_use      integer not null,
  verified_at bigint,
  method      integer,
  checked_at  bigint,
  trouble     text collate "C" not null default '',
  primary key (brand, host)
);

-- One brand has it; others may only say so.
create unique index tracking_domain_owner on tracking_domain (host) where verified_at is not null;
create index tracking_domain_check on tracking_domain (checked_at);
