-- How far the sending of each mail came. An earlier version knew only whether somebody had sent it.
alter table mail add column state integer not null default 0;
alter table mail add column tries integer not null default 0;
alter table mail add column first_tried_at bigint;
alter table mail add column due_at bigint not null default 0;
alter table mail add column leased_until bigint not null default 0;
alter table mail add column trouble text collate "C" not null default '';
alter table mail add column about text collate "C" not null default '';

update mail set due_at = created_at, state = case when sent_at is null then 0 else 1 end;

create index mail_due on mail (due_at) where state = 0;
-- What is told once to each.
create unique index mail_about on mail (brand, about, recipient) where about <> '';

-- Kinds of mail that somebody does not want.
create table mail_unwanted (
  "user" integer not null references "user" (id),
  brand  integer not null references brand (id),
  topic  integer not null,
  primary key ("user", brand, topic)
);

-- Up to which record of a brand partners were told.
create table mail_mark (
  brand  integer not null primary key references brand (id),
  record bigint not null
);
