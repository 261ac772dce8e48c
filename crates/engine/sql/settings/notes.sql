-- What people wrote about inquiries, sealed with the master key. The log only has its id.
create table note (
  brand   integer not null references brand (id),
  id      blob not null,
  at      integer not null,
  "user"  integer not null,
  partner integer,
  content blob not null,
  primary key (brand, id)
) strict, without rowid;
