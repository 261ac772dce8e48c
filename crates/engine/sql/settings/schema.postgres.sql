-- The settings on PostgreSQL: the same tables as in schema.sql. Ids that are looked for by adding one have room for it.

create table installation (
  key   text collate "C" primary key,
  value bytea not null
);

create table brand (
  id           integer primary key,
  name         text collate "C" not null,
  partition    integer not null,
  account_sid  text collate "C" not null unique,
  identity_key bytea not null,
  created_at   bigint not null
);

create table click_key (
  brand      integer not null references brand (id),
  id         integer not null,
  key        bytea not null,
  created_at bigint not null,
  primary key (brand, id)
);

create table program (
  id    bigint primary key,
  brand integer not null references brand (id)
);

create table partner (
  id         bigint primary key,
  name       text collate "C" not null,
  created_at bigint not null
);

create table membership (
  brand   integer not null references brand (id),
  partner integer not null references partner (id),
  primary key (brand, partner)
);

create table "user" (
  id            integer primary key,
  email         text collate "C" not null unique,
  name          text collate "C" not null,
  password_hash text collate "C" not null,
  created_at    bigint not null,
  disabled_at   bigint
);

create table user_role (
  "user"  integer not null references "user" (id),
  brand   integer not null references brand (id),
  role    integer not null,
  partner integer,
  primary key ("user", brand)
);

create table session (
  token_hash   bytea primary key,
  "user"       integer not null references "user" (id),
  csrf         text collate "C" not null,
  created_at   bigint not null,
  expires_at   bigint not null
);

create table token (
  id           integer primary key,
  brand        integer not null references brand (id),
  kind         integer not null,
  name         text collate "C" not null,
  secret_hash  bytea not null unique,
  scopes       text collate "C" not null,
  created_at   bigint not null,
  revoked_at   bigint,
  -- Of one partner, or of the brand.
  partner      integer,
  used_at      bigint
);

create table refused_report (
  id          text collate "C" primary key,
  brand       integer not null,
  program     integer,
  received_at bigint not null,
  kind        text collate "C" not null,
  order_id    text collate "C" not null,
  errors      text collate "C" not null,
  payload     text collate "C" not null
);

create index refused_report_by_order on refused_report (brand, order_id);
create index refused_report_by_time on refused_report (brand, received_at);

-- Files of changes or conversions. The content is wrapped with the master key, and goes when it was applied.
create table import (
  id           text collate "C" primary key,
  brand        integer not null references brand (id),
  kind         integer not null,
  name         text collate "C" not null,
  state        integer not null,
  lines        integer not null,
  created_at   bigint not null,
  changed_at   bigint not null,
  made_by      text collate "C" not null,
  mapping      text collate "C" not null,
  digest       bytea not null,
  content      bytea,
  leased_until bigint not null
);

create index import_by_brand on import (brand, created_at);

-- What became of each line, without anything of a person.
create table import_line (
  import       text collate "C" not null references import (id),
  line         integer not null,
  brand        integer not null,
  state        integer not null,
  order_id     text collate "C" not null,
  code         text collate "C" not null,
  message      text collate "C" not null,
  amount       bigint,
  touched      text collate "C" not null,
  record       bigint not null,
  currency     text collate "C" not null,
  amount_delta bigint not null,
  payout_delta bigint not null,
  undo         text collate "C" not null,
  primary key (import, line)
);

-- The processes of this installation, by their edge number; those seen lately are alive.
create table process (
  edge    integer primary key,
  epoch   bigint not null,
  name    text collate "C" not null,
  roles   text collate "C" not null,
  seen_at bigint not null
);

-- Partitions whose books are on another server than most.
create table placement (
  partition integer primary key,
  cluster   text collate "C" not null
);

-- Who is paid, and by whom: what stands in documents and payment files. Details are sealed with the master key.
create table payee (
  brand        integer not null,
  partner      integer not null,
  details      bytea not null,
  payable_from bigint not null,
  primary key (brand, partner),
  foreign key (brand, partner) references membership (brand, partner)
);

create table payee_change (
  brand   integer not null,
  partner integer not null,
  number  integer not null,
  at      bigint not null,
  "user"  integer not null,
  fields  text collate "C" not null,
  primary key (brand, partner, number),
  foreign key (brand, partner) references membership (brand, partner)
);

create table payer (
  brand   integer primary key references brand (id),
  details bytea not null
);

-- Mail that waits to be sent, and mail that was.
create table mail (
  brand      integer not null references brand (id),
  number     integer not null,
  recipient  text collate "C" not null,
  subject    text collate "C" not null,
  body       text collate "C" not null,
  created_at bigint not null,
  sent_at    bigint,
  state      integer not null default 0,
  tries      integer not null default 0,
  first_tried_at bigint,
  due_at     bigint not null default 0,
  leased_until bigint not null default 0,
  trouble    text collate "C" not null default '',
  about      text collate "C" not null default '',
  primary key (brand, number)
);

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

-- Invoices, statements and cancellations. No row is ever changed or taken away: their numbers have no gap.
create table document (
  brand     integer not null,
  number    integer not null,
  partner   integer not null,
  payment   text collate "C" not null,
  cancels   integer,
  issued_at bigint not null,
  content   bytea not null,
  primary key (brand, number),
  foreign key (brand, partner) references membership (brand, partner)
);

create index document_by_partner on document (brand, partner, number);
create index document_by_payment on document (brand, payment);

-- What payment files said of each payment, sealed: the document names the sum that was transferred.
create table payment_figures (
  brand   integer not null references brand (id),
  payment text collate "C" not null,
  run     integer not null,
  content bytea not null,
  primary key (brand, payment)
);

create index payment_figures_by_run on payment_figures (brand, run);

-- What people wrote about inquiries, sealed with the master key. The log only has its id.
create table note (
  brand   integer not null references brand (id),
  id      bytea not null,
  at      bigint not null,
  "user"  integer not null,
  partner integer,
  content bytea not null,
  primary key (brand, id)
);
