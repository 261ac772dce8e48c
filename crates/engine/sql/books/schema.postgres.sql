-- The books on PostgreSQL: the same tables as in schema.sql. Text is ordered by its bytes, as everywhere.

create table applied (
  partition integer primary key,
  position  bigint not null
);

create table edge_mark (
  partition integer not null,
  edge      integer not null,
  epoch     bigint not null,
  n         bigint not null,
  primary key (partition, edge, epoch)
);

create table brand_state (
  brand           integer primary key,
  last_record     bigint not null,
  rules_version   integer not null,
  brand_time      bigint not null,
  last_node       bigint not null,
  last_ad         integer not null,
  last_event_type integer not null,
  last_action_seq bigint not null,
  last_payment    integer not null,
  last_payment_run integer not null,
  last_review     integer not null,
  last_unsettled_at bigint not null,
  rates_after     bigint,
  work_waits      integer not null,
  posted_at       bigint not null,
  not_before      text collate "C",
  has_shop_orders integer not null
);

create table config (
  brand   integer not null,
  kind    integer not null,
  program integer not null,
  key     text collate "C" not null,
  body    bytea not null,
  primary key (brand, kind, program, key)
);

-- The record that last changed what a brand has set up: edges look here for news.
create table config_mark (
  brand  integer primary key,
  record bigint not null
);

create table click (
  brand       integer not null,
  no          bigint not null,
  record      bigint not null,
  program     integer not null,
  partner     integer not null,
  ad          integer not null,
  node        bigint not null,
  occurred_at bigint not null,
  signals     bigint not null,
  refusal     integer,
  landed_at   bigint,
  slug        text collate "C",
  sub_id1     text collate "C",
  sub_id2     text collate "C",
  sub_id3     text collate "C",
  shared_id   text collate "C",
  -- 1: a click; 2: an impression.
  kind        integer not null,
  asn         bigint,
  country     text collate "C",
  network     bigint,
  agent_key   bigint,
  primary key (brand, no)
) partition by range (no);

-- A click's number begins with its time. Quarters are added ahead of time; what lies before the first of them, or
-- beyond the last, has a place too.
create table click_later partition of click default;

create index click_by_node on click (brand, node);

-- The key is the kind's number and the hash.
create table identifier (
  brand         integer not null,
  id            bytea not null,
  node          bigint not null,
  record        bigint not null,
  first_seen_at bigint not null,
  primary key (brand, id)
);

create index identifier_by_node on identifier (brand, node);

create table node_root (
  brand integer not null,
  node  bigint not null,
  root  bigint not null,
  primary key (brand, node)
);

create index node_root_by_root on node_root (brand, root);

-- Of edges with one key the earliest is kept; the node that leads to an edge is always the first.
create table edge (
  brand       integer not null,
  a           bigint not null,
  b           bigint not null,
  slot        bigint not null,
  record      bigint not null,
  n           integer not null,
  occurred_at bigint not null,
  bond        integer not null,
  primary key (brand, a, b, slot)
);

create table refused_join (
  brand  integer not null,
  record bigint not null,
  n      integer not null,
  at     bigint not null,
  a      bigint not null,
  b      bigint not null,
  reason integer not null,
  primary key (brand, record, n)
);

-- Orders that earned nothing and may still be decided again.
create table unsettled (
  brand       integer not null,
  event_type  integer not null,
  order_id    text collate "C" not null,
  node        bigint not null,
  occurred_at bigint not null,
  until       bigint not null,
  body        bytea not null,
  primary key (brand, event_type, order_id)
);

create index unsettled_by_node on unsettled (brand, node);
create index unsettled_due on unsettled (brand, until);

-- What a shop system has said of its orders, whatever they earn.
create table shop_order (
  brand      integer not null,
  order_id   text collate "C" not null,
  event_type integer not null,
  record     bigint not null,
  program    integer not null,
  body       bytea not null,
  primary key (brand, order_id, event_type)
);

create table conversion (
  brand       integer not null,
  event_type  integer not null,
  order_id    text collate "C" not null,
  record      bigint not null,
  program     integer not null,
  occurred_at bigint not null,
  received_at bigint not null,
  source      integer not null,
  currency    text collate "C" not null,
  amount      bigint not null,
  digest      bytea not null,
  node        bigint,
  refusal     integer,
  actions     text collate "C",
  primary key (brand, order_id, event_type)
);

create index conversion_by_record on conversion (brand, record);
create index conversion_by_node on conversion (brand, node) where node is not null;

create table action (
  brand             integer not null,
  seq               bigint not null,
  program           integer not null,
  event_type        integer not null,
  record            bigint not null,
  partner           integer not null,
  ad                integer not null,
  click             bigint,
  evidence          integer not null,
  share_ppm         integer not null,
  order_id          text collate "C" not null,
  occurred_at       bigint not null,
  opened_at         bigint not null,
  changed_at        bigint not null,
  state             integer not null,
  disposition       text collate "C" not null,
  currency          text collate "C" not null,
  amount            bigint not null,
  payout            bigint not null,
  intended_amount   bigint not null,
  intended_payout   bigint not null,
  terms_version     integer not null,
  terms_of_template integer not null,
  locks_at          bigint,
  owed              bigint not null,
  owed_since        bigint,
  payment           integer,
  changes           integer not null,
  held              integer not null,
  awaits_rate       integer not null,
  -- Of the order as first reported, in the payout's currency.
  intended_worth    bigint not null,
  -- Since when the partner is asked for its consent to a return.
  return_asked      bigint,
  details           bytea not null,
  primary key (brand, seq)
);

create index action_by_time on action (brand, occurred_at, seq);
create index action_by_partner on action (brand, partner, occurred_at, seq);
create index action_asked on action (brand, partner, return_asked) where return_asked is not null;
create index action_due on action (brand, locks_at, seq) where state = 1 and held = 0;
create index action_awaiting on action (brand, seq) where awaits_rate = 1;
create index action_owed on action (brand, partner, currency, seq) where owed_since is not null;

create table history (
  brand        integer not null,
  action_seq   bigint not null,
  seq          bigint not null,
  program      integer not null,
  event_type   integer not null,
  record       bigint not null,
  at           bigint not null,
  kind         integer not null,
  amount_delta bigint not null,
  payout_delta bigint not null,
  disposition  text collate "C" not null,
  source       integer,
  "user"         bigint,
  primary key (brand, action_seq, seq)
);

create index history_by_record on history (brand, record, action_seq);

create table decision (
  brand      integer not null,
  record     bigint not null,
  event_type integer not null,
  order_id   text collate "C" not null,
  body       bytea not null,
  primary key (brand, event_type, order_id, record)
);

-- Which orders named a click as a candidate: for whoever asks what became of it.
create table named_click (
  brand      integer not null,
  click      bigint not null,
  event_type integer not null,
  order_id   text collate "C" not null,
  primary key (brand, click, event_type, order_id)
);

create table entry (
  brand      integer not null,
  record     bigint not null,
  n          bigint not null,
  posted_on  integer not null,
  month      integer not null,
  program    integer not null,
  partner    integer not null,
  account    integer not null,
  currency   text collate "C" not null,
  amount     bigint not null,
  action_seq bigint,
  event_type integer,
  primary key (brand, record, n)
);

-- For the journal of a month. Months only go forward, so that it grows at its end.
create index entry_by_month on entry (brand, month);

create table balance (
  brand    integer not null,
  program  integer not null,
  partner  integer not null,
  account  integer not null,
  currency text collate "C" not null,
  amount   bigint not null,
  primary key (brand, program, partner, account, currency)
);

create index balance_by_partner on balance (brand, partner, account, currency);

-- What went into each account and out of it, by month. A partner's lie together, for whoever asks for its own.
create table turnover (
  brand     integer not null,
  partner   integer not null,
  program   integer not null,
  currency  text collate "C" not null,
  account   integer not null,
  month     integer not null,
  money_in  bigint not null,
  money_out bigint not null,
  primary key (brand, partner, program, currency, account, month)
);

-- What limits and tiers of terms are measured against. Periods: 1 a day, 2 a month, 3 a year, 4 all time.
create table counter (
  brand      integer not null,
  program    integer not null,
  event_type integer not null,
  period     integer not null,
  day        integer not null,
  partner    integer not null,
  actions    integer not null,
  payout     bigint not null,
  amount     bigint not null,
  primary key (brand, program, event_type, period, day, partner)
);

-- What a partner's actions of a month or year come to, and the bonus that was reckoned of it.
create table tally (
  brand         integer not null,
  program       integer not null,
  event_type    integer not null,
  period        integer not null,
  day           integer not null,
  partner       integer not null,
  actions       integer not null,
  amount        bigint not null,
  ends_at       bigint not null,
  changed       integer not null,
  bonus         integer,
  bonus_actions integer,
  bonus_amount  bigint,
  bonus_paid    bigint,
  primary key (brand, program, event_type, period, day, partner)
);

-- Those that were not looked at since they changed.
create index tally_changed on tally (brand, program, event_type, period, ends_at, partner) where changed = 1;
create index tally_bonus on tally (brand, bonus) where bonus is not null;

-- What a partner's events of a month would pay, and what returns have taken of it.
create table returns (
  brand    integer not null,
  program  integer not null,
  month    integer not null,
  partner  integer not null,
  payouts  bigint not null,
  returned bigint not null,
  primary key (brand, program, month, partner)
);

create table rollup (
  brand       integer not null,
  program     integer not null,
  day         integer not null,
  partner     integer not null,
  ad          integer not null,
  clicks      bigint not null,
  uncounted   bigint not null,
  impressions bigint not null,
  visits      bigint not null,
  conversions bigint not null,
  assists     bigint not null,
  unclaimed   bigint not null,
  amount      bigint not null,
  payout      bigint not null,
  primary key (brand, program, day, partner, ad)
);

-- How often something that was meant to name a person did not. Kind 0: one that is not known.
create table left_out (
  brand   integer not null,
  program integer not null,
  day     integer not null,
  kind    integer not null,
  reason  integer not null,
  count   bigint not null,
  primary key (brand, program, day, kind, reason)
);

create table submission (
  brand       integer not null,
  id          bytea not null,
  record      bigint not null,
  kind        integer not null,
  received_at bigint not null,
  program     integer not null,
  event_type  integer,
  order_id    text collate "C",
  source      integer not null,
  refusal     integer,
  actions     text collate "C",
  unchanged   integer not null,
  primary key (brand, id)
);

-- Reports of an order that the rules refused.
create index submission_refused on submission (brand, order_id) where refusal is not null;

create table audit (
  brand   integer not null,
  record  bigint not null,
  edge    integer not null,
  epoch   bigint not null,
  n       bigint not null,
  at      bigint not null,
  "user"    bigint not null,
  role    integer not null,
  reason  text collate "C" not null,
  kind    text collate "C" not null,
  subject text collate "C" not null,
  refusal integer,
  primary key (brand, record)
);

create unique index audit_by_fact on audit (brand, edge, epoch, n);

create table payment (
  brand       integer not null,
  id          integer not null,
  record      bigint not null,
  at          bigint not null,
  run         integer,
  partner     integer not null,
  currency    text collate "C" not null,
  proposed    bigint not null,
  actions     integer not null,
  total       bigint not null,
  state       integer not null,
  changed_at  bigint not null,
  reason      text collate "C" not null,
  returned_to integer not null,
  -- What it takes in each currency of programs, and the rates.
  sums        bytea not null,
  primary key (brand, id)
);

create index payment_by_run on payment (brand, run) where run is not null;
create index payment_by_state on payment (brand, state, id);

-- What a payment took of each action.
create table payment_line (
  brand      integer not null,
  payment    integer not null,
  action_seq integer not null,
  program    integer not null,
  event_type integer not null,
  amount     bigint not null,
  before     integer,
  primary key (brand, payment, action_seq)
);

create table payment_run (
  brand       integer not null,
  id          integer not null,
  record      bigint not null,
  at          bigint not null,
  currency    text collate "C" not null,
  payments    text collate "C" not null,
  proposed    bigint not null,
  proposed_by bigint,
  state       integer not null,
  decided_at  bigint,
  decided_by  bigint,
  primary key (brand, id)
);

-- What partners asked about, and what they were answered.
create table inquiry (
  brand       integer not null,
  id          integer not null,
  record      bigint not null,
  program     integer not null,
  partner     integer not null,
  kind        integer not null,
  event_type  integer not null,
  order_id    text collate "C" not null,
  action_seq  bigint,
  ordered_at  bigint not null,
  currency    text collate "C" not null,
  amount      bigint,
  click       bigint,
  opened_at   bigint not null,
  opened_by   bigint,
  due_at      bigint not null,
  state       integer not null,
  reason      integer,
  answered_at bigint,
  answered_by bigint,
  appealed_at bigint,
  notes       bytea not null,
  primary key (brand, id)
);

create index inquiry_due on inquiry (brand, due_at, id) where state = 1;
create index inquiry_by_partner on inquiry (brand, partner, id);
create index inquiry_by_order on inquiry (brand, order_id);

create table outbox (
  brand      integer not null,
  record     bigint not null,
  n          bigint not null,
  action_seq bigint not null,
  seq        bigint not null,
  kind       integer not null,
  primary key (brand, record, n)
);

-- Frames that were applied, where the log itself is only the newest part.
create table archive (
  partition    integer not null,
  position     bigint not null,
  edge         integer not null,
  epoch        bigint not null,
  n            bigint not null,
  first_fact_n bigint not null,
  records      integer not null,
  kept_at      bigint not null,
  facts        bytea not null,
  raw          bytea not null,
  primary key (partition, position)
);

create index archive_with_raw on archive (kept_at) where raw <> ''::bytea;

-- Clicks in programs that pay for them, each with what became of it.
create table payable_click (
  brand       integer not null,
  no          bigint not null,
  record      bigint not null,
  program     integer not null,
  partner     integer not null,
  ad          integer not null,
  occurred_at bigint not null,
  day         integer not null,
  mode        integer,
  round       integer not null,
  state       integer not null,
  found       integer,
  doubts      integer not null,
  unpaid      integer,
  country     text collate "C",
  network     bigint not null,
  referrer    text collate "C",
  device      integer not null,
  system      integer not null,
  browser     integer not null,
  list_price  bigint not null,
  price       bigint not null,
  payout_group integer,
  review      integer,
  landed      bigint not null,
  primary key (brand, no)
);

-- The state is there to pass over what was decided, without a look at the clicks themselves.
create index payable_click_by_day on payable_click (brand, program, day, partner, no, state);
-- What people look for leads to few of a day's clicks.
create index payable_click_by_reason on payable_click (brand, program, day, partner, found, no) where found is not null;
create index payable_click_by_network on payable_click (brand, program, day, partner, network, no);
create index payable_click_by_referrer on payable_click (brand, program, day, partner, referrer, no) where referrer is not null;

-- What a partner's clicks of a day come to.
create table click_day (
  brand       integer not null,
  program     integer not null,
  day         integer not null,
  partner     integer not null,
  mode        integer not null,
  event_type  integer not null,
  round       integer not null,
  due_at      bigint,
  terms_version integer not null,
  terms_of_template integer not null,
  pending     bigint not null,
  pending_cost bigint not null,
  accepted    bigint not null,
  accepted_cost bigint not null,
  rejected    bigint not null,
  rejected_cost bigint not null,
  action_seq  bigint,
  primary key (brand, program, day, partner, mode)
);

create index click_day_due on click_day (brand, due_at) where due_at is not null;

-- The last click of each device on links of a partner.
create table click_mark (
  brand    integer not null,
  program  integer not null,
  partner  integer not null,
  subject  bigint not null,
  cookie   bigint not null,
  first_at bigint not null,
  last_at  bigint not null,
  primary key (brand, subject, partner, program)
);

-- Clicks of a day by ad, country and what became of them; a code of 0: they are paid.
create table click_count (
  brand   integer not null,
  program integer not null,
  day     integer not null,
  partner integer not null,
  ad      integer not null,
  country text collate "C" not null,
  code    integer not null,
  clicks  bigint not null,
  cost    bigint not null,
  primary key (brand, program, day, partner, ad, country, code)
);

-- Pending clicks that have something in common.
create table click_group (
  brand      integer not null,
  program    integer not null,
  grouped_by integer not null,
  day        integer not null,
  partner    integer not null,
  value      text collate "C" not null,
  clicks     bigint not null,
  cost       bigint not null,
  primary key (brand, program, grouped_by, day, partner, value)
);

-- The same of all partners of a day together.
create table click_total (
  brand      integer not null,
  program    integer not null,
  grouped_by integer not null,
  day        integer not null,
  value      text collate "C" not null,
  clicks     bigint not null,
  cost       bigint not null,
  primary key (brand, program, grouped_by, day, value)
);

-- What statistics found of partners' days.
create table click_doubt (
  brand        integer not null,
  record       bigint not null,
  at           bigint not null,
  program      integer not null,
  partner      integer not null,
  day          integer not null,
  test         integer not null,
  clicks       bigint not null,
  seen_ppm     bigint not null,
  expected_ppm bigint not null,
  chance_ppm   integer not null,
  primary key (brand, record)
);

-- What people decided on pending clicks, and how far it has come.
create table review (
  brand        integer not null,
  id           integer not null,
  record       bigint not null,
  at           bigint not null,
  user_id      integer,
  program      integer not null,
  filter       bytea not null,
  decision     bytea not null,
  reason       text collate "C" not null,
  state        integer not null,
  day          integer not null,
  partner      integer not null,
  click        bigint not null,
  accepted     bigint not null,
  decided      bigint not null,
  decided_cost bigint not null,
  cost_delta   bigint not null,
  too_late     bigint not null,
  primary key (brand, id)
);

create index review_by_state on review (brand, state, id);
