-- Shops of Shopify that are connected, or were. Their secrets are sealed with the master key.
create table shop (
  key               text collate "C" primary key,
  brand             integer not null references brand (id),
  domain            text collate "C" not null,
  program           integer not null references program (id),
  event_type        integer not null,
  client_id         text collate "C" not null,
  opens_when_paid   integer not null,
  category          text collate "C" not null,
  state             integer not null,
  secrets           bytea not null,
  created_at        bigint not null,
  changed_at        bigint not null,
  signatures_wrong  bigint not null,
  wrong_at          bigint,
  reconciled_until  bigint,
  reconciled_at     bigint,
  reconciled_orders bigint not null,
  reconciled_new    bigint not null,
  reconcile_trouble text collate "C" not null
);

create unique index shop_by_domain on shop (brand, domain);

-- What a shop sent, so that what comes again is known, and what became of it.
create table shop_delivery (
  shop        text collate "C" not null references shop (key),
  topic       text collate "C" not null,
  webhook_id  text collate "C" not null,
  received_at bigint not null,
  order_id    text collate "C" not null,
  submission  text collate "C" not null,
  outcome     text collate "C" not null,
  detail      text collate "C" not null,
  times       bigint not null,
  primary key (shop, topic, webhook_id)
);

create index shop_delivery_by_time on shop_delivery (shop, received_at);

-- What a shop asks for a customer, or for itself, by law. Who it is about is sealed; the hash finds it again.
create table shop_request (
  shop          text collate "C" not null references shop (key),
  id            text collate "C" not null,
  brand         integer not null references brand (id),
  kind          integer not null,
  payload       bytea not null,
  received_at   bigint not null,
  state         integer not null,
  done_at       bigint,
  note          text collate "C" not null,
  primary key (shop, id)
);

create index shop_request_by_state on shop_request (brand, state, received_at);

-- People who were sent to a shop to connect it, until they come back.
create table shop_visit (
  state      text collate "C" primary key,
  shop       text collate "C" not null references shop (key),
  created_at bigint not null
);
