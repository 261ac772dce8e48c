-- Who is paid, and by whom: what stands in documents and payment files. Details are sealed with the master key.

create table payee (
  brand        integer not null,
  partner      integer not null,
  details      blob not null,
  payable_from integer not null,
  primary key (brand, partner),
  foreign key (brand, partner) references membership (brand, partner)
) strict, without rowid;

create table payee_change (
  brand   integer not null,
  partner integer not null,
  number  integer not null,
  at      integer not null,
  "user"  integer not null,
  fields  text not null,
  primary key (brand, partner, number),
  foreign key (brand, partner) references membership (brand, partner)
) strict, without rowid;

create table payer (
  brand   integer primary key references brand (id),
  details blob not null
) strict;

-- Mail that waits to be sent, and mail that was.
create table mail (
  brand      integer not null references brand (id),
  number     integer not null,
  recipient  text not null,
  subject    text not null,
  body       text not null,
  created_at integer not null,
  sent_at    integer,
  primary key (brand, number)
) strict, without rowid;

-- Invoices, statements and cancellations. No row is ever changed or taken away: their numbers have no gap.
create table document (
  brand     integer not null,
  number    integer not null,
  partner   integer not null,
  payment   text not null,
  cancels   integer,
  issued_at integer not null,
  content   blob not null,
  primary key (brand, number),
  foreign key (brand, partner) references membership (brand, partner)
) strict, without rowid;

create index document_by_partner on document (brand, partner, number);
create index document_by_payment on document (brand, payment);
