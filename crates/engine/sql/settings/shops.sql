-- Shops of Shopify that are connected, or were. Their secrets are sealed with the master key.
create table shop (
  key               text primary key,
  brand             integer not null references brand (id),
  domain            text not null,
  program           integer not null references program (id),
  event_type        integer not null,
  client_id         text not null,
  opens_when_paid   integer not null,
  category          text not null,
  state             integer not null,
  secrets           blob not null,
  created_at        integer not null,
  changed_at        integer not null,
  signatures_wrong  integer not null,
  wrong_at          integer,
  reconciled_until  integer,
  reconciled_at     integer,
  reconciled_orders integer not null,
  reconciled_new    integer not null,
  reconcile_trouble text not null
) strict, without rowid;

create unique index shop_by_domain on shop (brand, domain);

-- What a shop sent, so that what comes again is known, and what became of it.
create table shop_delivery (
  shop        text not null references shop (key),
  topic       text not null,
  webhook_id  text not null,
  received_at integer not null,
  order_id    text not null,
  submission  text not null,
  outcome     text not null,
  detail      text not null,
  times       integer not null,
  primary key (shop, topic, webhook_id)
) strict, without rowid;

create index shop_delivery_by_time on shop_delivery (shop, received_at);

-- What a shop asks for a customer, or for itself, by law. Who it is about is sealed; the hash finds it again.
create table shop_request (
  shop          text not null references shop (key),
  id            text not null,
  brand         integer not null references brand (id),
  kind          integer not null,
  payload       blob not null,
  received_at   integer not null,
  state         integer not null,
  done_at       integer,
  note          text not null,
  primary key (shop, id)
) strict, without rowid;

create index shop_request_by_state on shop_request (brand, state, received_at);

-- People who were sent to a shop to connect it, until they come back.
create table shop_visit (
  state      text primary key,
  shop       text not null references shop (key),
  created_at integer not null
) strict, without rowid;
