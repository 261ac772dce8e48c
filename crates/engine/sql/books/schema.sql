-- The books: what the rules derived. Every key starts with the brand; nothing here is written by anything but the machine.

create table applied (
  partition integer primary key,
  position  integer not null
) strict;

create table edge_mark (
  partition integer not null,
  edge      integer not null,
  epoch     integer not null,
  n         integer not null,
  primary key (partition, edge, epoch)
) strict, without rowid;

create table brand_state (
  brand           integer primary key,
  last_record     integer not null,
  rules_version   integer not null,
  brand_time      integer not null,
  last_node       integer not null,
  last_ad         integer not null,
  last_event_type integer not null,
  last_action_seq integer not null,
  last_payment    integer not null,
  last_payment_run integer not null,
  last_review     integer not null,
  last_unsettled_at integer not null,
  rates_after     integer,
  work_waits      integer not null,
  posted_at       integer not null,
  not_before      text,
  has_shop_orders integer not null
) strict;

create table config (
  brand   integer not null,
  kind    integer not null,
  program integer not null,
  key     text not null,
  body    blob not null,
  primary key (brand, kind, program, key)
) strict, without rowid;

-- The record that last changed what a brand has set up: edges look here for news.
create table config_mark (
  brand  integer primary key,
  record integer not null
) strict;

create table click (
  brand       integer not null,
  no          integer not null,
  record      integer not null,
  program     integer not null,
  partner     integer not null,
  ad          integer not null,
  node        integer not null,
  occurred_at integer not null,
  signals     integer not null,
  refusal     integer,
  landed_at   integer,
  slug        text,
  sub_id1     text,
  sub_id2     text,
  sub_id3     text,
  shared_id   text,
  -- 1: a click; 2: an impression.
  kind        integer not null,
  asn         integer,
  country     text,
  network     integer,
  agent_key   integer,
  primary key (brand, no)
) strict, without rowid;

create index click_by_node on click (brand, node);

-- The key is the kind's number and the hash.
create table identifier (
  brand         integer not null,
  id            blob not null,
  node          integer not null,
  record        integer not null,
  first_seen_at integer not null,
  primary key (brand, id)
) strict, without rowid;

create index identifier_by_node on identifier (brand, node);

create table node_root (
  brand integer not null,
  node  integer not null,
  root  integer not null,
  primary key (brand, node)
) strict, without rowid;

create index node_root_by_root on node_root (brand, root);

-- Of edges with one key the earliest is kept; the node that leads to an edge is always the first.
create table edge (
  brand       integer not null,
  a           integer not null,
  b           integer not null,
  slot        integer not null,
  record      integer not null,
  n           integer not null,
  occurred_at integer not null,
  bond        integer not null,
  primary key (brand, a, b, slot)
) strict, without rowid;

create table refused_join (
  brand  integer not null,
  record integer not null,
  n      integer not null,
  at     integer not null,
  a      integer not null,
  b      integer not null,
  reason integer not null,
  primary key (brand, record, n)
) strict, without rowid;

-- Orders that earned nothing and may still be decided again.
create table unsettled (
  brand       integer not null,
  event_type  integer not null,
  order_id    text not null,
  node        integer not null,
  occurred_at integer not null,
  until       integer not null,
  body        blob not null,
  primary key (brand, event_type, order_id)
) strict, without rowid;

create index unsettled_by_node on unsettled (brand, node);
create index unsettled_due on unsettled (brand, until);

-- What a shop system has said of its orders, whatever they earn.
create table shop_order (
  brand      integer not null,
  order_id   text not null,
  event_type integer not null,
  record     integer not null,
  program    integer not null,
  body       blob not null,
  primary key (brand, order_id, event_type)
) strict, without rowid;

create table conversion (
  brand       integer not null,
  event_type  integer not null,
  order_id    text not null,
  record      integer not null,
  program     integer not null,
  occurred_at integer not null,
  received_at integer not null,
  source      integer not null,
  currency    text not null,
  amount      integer not null,
  digest      blob not null,
  node        integer,
  refusal     integer,
  actions     text,
  primary key (brand, order_id, event_type)
) strict, without rowid;

create index conversion_by_record on conversion (brand, record);
create index conversion_by_node on conversion (brand, node) where node is not null;

create table action (
  brand             integer not null,
  seq               integer not null,
  program           integer not null,
  event_type        integer not null,
  record            integer not null,
  partner           integer not null,
  ad                integer not null,
  click             integer,
  evidence          integer not null,
  share_ppm         integer not null,
  order_id          text not null,
  occurred_at       integer not null,
  opened_at         integer not null,
  changed_at        integer not null,
  state             integer not null,
  disposition       text not null,
  currency          text not null,
  amount            integer not null,
  payout            integer not null,
  intended_amount   integer not null,
  intended_payout   integer not null,
  terms_version     integer not null,
  terms_of_template integer not null,
  locks_at          integer,
  owed              integer not null,
  owed_since        integer,
  payment           integer,
  changes           integer not null,
  held              integer not null,
  awaits_rate       integer not null,
  -- Of the order as first reported, in the payout's currency.
  intended_worth    integer not null,
  -- Since when the partner is asked for its consent to a return.
  return_asked      integer,
  details           blob not null,
  primary key (brand, seq)
) strict, without rowid;

create index action_by_time on action (brand, occurred_at, seq);
create index action_by_partner on action (brand, partner, occurred_at, seq);
create index action_asked on action (brand, partner, return_asked) where return_asked is not null;
create index action_due on action (brand, locks_at, seq) where state = 1 and held = 0;
create index action_awaiting on action (brand, seq) where awaits_rate = 1;
create index action_owed on action (brand, partner, currency, seq) where owed_since is not null;

create table history (
  brand        integer not null,
  action_seq   integer not null,
  seq          integer not null,
  program      integer not null,
  event_type   integer not null,
  record       integer not null,
  at           integer not null,
  kind         integer not null,
  amount_delta integer not null,
  payout_delta integer not null,
  disposition  text not null,
  source       integer,
  "user"         integer,
  primary key (brand, action_seq, seq)
) strict, without rowid;

create index history_by_record on history (brand, record, action_seq);

create table decision (
  brand      integer not null,
  record     integer not null,
  event_type integer not null,
  order_id   text not null,
  body       blob not null,
  primary key (brand, event_type, order_id, record)
) strict, without rowid;

-- Which orders named a click as a candidate: for whoever asks what became of it.
create table named_click (
  brand      integer not null,
  click      integer not null,
  event_type integer not null,
  order_id   text not null,
  primary key (brand, click, event_type, order_id)
) strict, without rowid;

create table entry (
  brand      integer not null,
  record     integer not null,
  n          integer not null,
  posted_on  integer not null,
  month      integer not null,
  program    integer not null,
  partner    integer not null,
  account    integer not null,
  currency   text not null,
  amount     integer not null,
  action_seq integer,
  event_type integer,
  primary key (brand, record, n)
) strict, without rowid;

-- For the journal of a month. Months only go forward, so that it grows at its end.
create index entry_by_month on entry (brand, month);

create table balance (
  brand    integer not null,
  program  integer not null,
  partner  integer not null,
  account  integer not null,
  currency text not null,
  amount   integer not null,
  primary key (brand, program, partner, account, currency)
) strict, without rowid;

create index balance_by_partner on balance (brand, partner, account, currency);

-- What went into each account and out of it, by month. A partner's lie together, for whoever asks for its own.
create table turnover (
  brand     integer not null,
  partner   integer not null,
  program   integer not null,
  currency  text not null,
  account   integer not null,
  month     integer not null,
  money_in  integer not null,
  money_out integer not null,
  primary key (brand, partner, program, currency, account, month)
) strict, without rowid;

-- What limits and tiers of terms are measured against. Periods: 1 a day, 2 a month, 3 a year, 4 all time.
create table counter (
  brand      integer not null,
  program    integer not null,
  event_type integer not null,
  period     integer not null,
  day        integer not null,
  partner    integer not null,
  actions    integer not null,
  payout     integer not null,
  amount     integer not null,
  primary key (brand, program, event_type, period, day, partner)
) strict, without rowid;

-- What a partner's actions of a month or year come to, and the bonus that was reckoned of it.
create table tally (
  brand         integer not null,
  program       integer not null,
  event_type    integer not null,
  period        integer not null,
  day           integer not null,
  partner       integer not null,
  actions       integer not null,
  amount        integer not null,
  ends_at       integer not null,
  changed       integer not null,
  bonus         integer,
  bonus_actions integer,
  bonus_amount  integer,
  bonus_paid    integer,
  primary key (brand, program, event_type, period, day, partner)
) strict, without rowid;

-- Those that were not looked at since they changed.
create index tally_changed on tally (brand, program, event_type, period, ends_at, partner) where changed = 1;
create index tally_bonus on tally (brand, bonus) where bonus is not null;

-- What a partner's events of a month would pay, and what returns have taken of it.
create table returns (
  brand    integer not null,
  program  integer not null,
  month    integer not null,
  partner  integer not null,
  payouts  integer not null,
  returned integer not null,
  primary key (brand, program, month, partner)
) strict, without rowid;

create table rollup (
  brand       integer not null,
  program     integer not null,
  day         integer not null,
  partner     integer not null,
  ad          integer not null,
  clicks      integer not null,
  uncounted   integer not null,
  impressions integer not null,
  visits      integer not null,
  conversions integer not null,
  assists     integer not null,
  unclaimed   integer not null,
  amount      integer not null,
  payout      integer not null,
  primary key (brand, program, day, partner, ad)
) strict, without rowid;

-- How often something that was meant to name a person did not. Kind 0: one that is not known.
create table left_out (
  brand   integer not null,
  program integer not null,
  day     integer not null,
  kind    integer not null,
  reason  integer not null,
  count   integer not null,
  primary key (brand, program, day, kind, reason)
) strict, without rowid;

create table submission (
  brand       integer not null,
  id          blob not null,
  record      integer not null,
  kind        integer not null,
  received_at integer not null,
  program     integer not null,
  event_type  integer,
  order_id    text,
  source      integer not null,
  refusal     integer,
  actions     text,
  unchanged   integer not null,
  primary key (brand, id)
) strict, without rowid;

-- Reports of an order that the rules refused.
create index submission_refused on submission (brand, order_id) where refusal is not null;

create table audit (
  brand   integer not null,
  record  integer not null,
  edge    integer not null,
  epoch   integer not null,
  n       integer not null,
  at      integer not null,
  "user"    integer not null,
  role    integer not null,
  reason  text not null,
  kind    text not null,
  subject text not null,
  refusal integer,
  primary key (brand, record)
) strict, without rowid;

create unique index audit_by_fact on audit (brand, edge, epoch, n);

create table payment (
  brand       integer not null,
  id          integer not null,
  record      integer not null,
  at          integer not null,
  run         integer,
  partner     integer not null,
  currency    text not null,
  proposed    integer not null,
  actions     integer not null,
  total       integer not null,
  state       integer not null,
  changed_at  integer not null,
  reason      text not null,
  returned_to integer not null,
  -- What it takes in each currency of programs, and the rates.
  sums        blob not null,
  primary key (brand, id)
) strict, without rowid;

create index payment_by_run on payment (brand, run) where run is not null;
create index payment_by_state on payment (brand, state, id);

-- What a payment took of each action.
create table payment_line (
  brand      integer not null,
  payment    integer not null,
  action_seq integer not null,
  program    integer not null,
  event_type integer not null,
  amount     integer not null,
  before     integer,
  primary key (brand, payment, action_seq)
) strict, without rowid;

create table payment_run (
  brand       integer not null,
  id          integer not null,
  record      integer not null,
  at          integer not null,
  currency    text not null,
  payments    text not null,
  proposed    integer not null,
  proposed_by integer,
  state       integer not null,
  decided_at  integer,
  decided_by  integer,
  primary key (brand, id)
) strict, without rowid;

-- What partners asked about, and what they were answered.
create table inquiry (
  brand       integer not null,
  id          integer not null,
  record      integer not null,
  program     integer not null,
  partner     integer not null,
  kind        integer not null,
  event_type  integer not null,
  order_id    text not null,
  action_seq  integer,
  ordered_at  integer not null,
  currency    text not null,
  amount      integer,
  click       integer,
  opened_at   integer not null,
  opened_by   integer,
  due_at      integer not null,
  state       integer not null,
  reason      integer,
  answered_at integer,
  answered_by integer,
  appealed_at integer,
  notes       blob not null,
  primary key (brand, id)
) strict, without rowid;

create index inquiry_due on inquiry (brand, due_at, id) where state = 1;
create index inquiry_by_partner on inquiry (brand, partner, id);
create index inquiry_by_order on inquiry (brand, order_id);

create table outbox (
  brand      integer not null,
  record     integer not null,
  n          integer not null,
  action_seq integer not null,
  seq        integer not null,
  kind       integer not null,
  primary key (brand, record, n)
) strict, without rowid;

-- Clicks in programs that pay for them, each with what became of it.
create table payable_click (
  brand       integer not null,
  no          integer not null,
  record      integer not null,
  program     integer not null,
  partner     integer not null,
  ad          integer not null,
  occurred_at integer not null,
  day         integer not null,
  mode        integer,
  round       integer not null,
  state       integer not null,
  found       integer,
  doubts      integer not null,
  unpaid      integer,
  country     text,
  network     integer not null,
  referrer    text,
  device      integer not null,
  system      integer not null,
  browser     integer not null,
  list_price  integer not null,
  price       integer not null,
  payout_group integer,
  review      integer,
  landed      integer not null,
  primary key (brand, no)
) strict, without rowid;

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
  due_at      integer,
  terms_version integer not null,
  terms_of_template integer not null,
  pending     integer not null,
  pending_cost integer not null,
  accepted    integer not null,
  accepted_cost integer not null,
  rejected    integer not null,
  rejected_cost integer not null,
  action_seq  integer,
  primary key (brand, program, day, partner, mode)
) strict, without rowid;

create index click_day_due on click_day (brand, due_at) where due_at is not null;

-- The last click of each device on links of a partner.
create table click_mark (
  brand    integer not null,
  program  integer not null,
  partner  integer not null,
  subject  integer not null,
  cookie   integer not null,
  first_at integer not null,
  last_at  integer not null,
  primary key (brand, subject, partner, program)
) strict, without rowid;

-- Clicks of a day by ad, country and what became of them; a code of 0: they are paid.
create table click_count (
  brand   integer not null,
  program integer not null,
  day     integer not null,
  partner integer not null,
  ad      integer not null,
  country text not null,
  code    integer not null,
  clicks  integer not null,
  cost    integer not null,
  primary key (brand, program, day, partner, ad, country, code)
) strict, without rowid;

-- Pending clicks that have something in common.
create table click_group (
  brand      integer not null,
  program    integer not null,
  grouped_by integer not null,
  day        integer not null,
  partner    integer not null,
  value      text not null,
  clicks     integer not null,
  cost       integer not null,
  primary key (brand, program, grouped_by, day, partner, value)
) strict, without rowid;

-- The same of all partners of a day together.
create table click_total (
  brand      integer not null,
  program    integer not null,
  grouped_by integer not null,
  day        integer not null,
  value      text not null,
  clicks     integer not null,
  cost       integer not null,
  primary key (brand, program, grouped_by, day, value)
) strict, without rowid;

-- What statistics found of partners' days.
create table click_doubt (
  brand        integer not null,
  record       integer not null,
  at           integer not null,
  program      integer not null,
  partner      integer not null,
  day          integer not null,
  test         integer not null,
  clicks       integer not null,
  seen_ppm     integer not null,
  expected_ppm integer not null,
  chance_ppm   integer not null,
  primary key (brand, record)
) strict, without rowid;

-- What people decided on pending clicks, and how far it has come.
create table review (
  brand        integer not null,
  id           integer not null,
  record       integer not null,
  at           integer not null,
  user_id      integer,
  program      integer not null,
  filter       blob not null,
  decision     blob not null,
  reason       text not null,
  state        integer not null,
  day          integer not null,
  partner      integer not null,
  click        integer not null,
  accepted     integer not null,
  decided      integer not null,
  decided_cost integer not null,
  cost_delta   integer not null,
  too_late     integer not null,
  primary key (brand, id)
) strict, without rowid;

create index review_by_state on review (brand, state, id);
