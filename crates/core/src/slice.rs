//! The part of a brand's state that one batch of records needs: loaded before, changed by the rules, saved after.
//!
//! The engine asks `Slice::wanted` what to load and answers with a fixed number of set-based questions. A rule that
//! reads a key nobody asked for is a bug and panics: it would otherwise take a full table for an empty one.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::{Config, ConfigEntry};
use crate::contract::ClickMode;
use crate::fact::{ActionChange, ActionTarget, Conversion, Fact, Record};
use crate::id::{
    ActionId, ClickNo, EventTypeId, InquiryId, NodeId, PartnerId, PaymentId, PaymentRunId, ProgramId, RecordNo,
    ReviewId,
};
use crate::identity::Identifier;
use crate::identity::profiles::SESSION_MS;
use crate::money::Currency;
use crate::row::{
    ActionRow, ActionState, AuditRow, BalanceKey, BrandState, ClickCountKey, ClickDayKey, ClickDayRow, ClickDoubtRow,
    ClickGroupKey, ClickRow, ClickTally, ConversionRow, Counter, CounterGroup, CounterKey, DecisionRow, EdgeKey,
    EdgeRow, EffectRow, EntryRow, HistoryRow, IdentifierRow, InquiryRow, LeftOutKey, MarkKey, MarkRow, MonthKey,
    OrderKey, PayableClickRow, PaymentLineRow, PaymentRow, PaymentRunRow, RefusedJoinRow, Returned, ReturnsKey,
    ReviewCursor, ReviewRow, Rollup, RollupKey, ShopOrderRow, SubmissionRow, Tallied, Tally, Turnover, UnsettledRow,
};
use crate::time::{CLOCK_TOLERANCE_MS, Day, Timestamp};

mod table;

pub use table::Table;

/// What to load for a batch, first part: rows by their own keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub clicks: BTreeSet<ClickNo>,
    pub identifiers: BTreeSet<Identifier>,
    /// With them, their actions.
    pub orders: BTreeSet<OrderKey>,
    pub actions: BTreeSet<ActionId>,
    /// Those of which a shop may have told.
    pub shop_orders: BTreeSet<OrderKey>,
    /// Those of the actions whose orders are wanted too.
    pub moved: BTreeSet<ActionId>,
    /// Nodes that a person names.
    pub nodes: BTreeSet<NodeId>,
    /// What is locked for these partners in all programs, by currency, and the payments that are under way.
    pub payees: BTreeSet<PartnerId>,
    /// With its payments.
    pub payment_run: Option<PaymentRunId>,
    pub payment: Option<PaymentId>,
    /// With what it is about.
    pub inquiry: Option<InquiryId>,
    /// Those of a partner about an order, and the last of all.
    pub inquiries_of: Option<(PartnerId, OrderKey)>,
    pub review: Option<ReviewId>,
    /// A piece of queued work of at most this size. Such a record is a batch of its own.
    pub work: Option<u32>,
}

/// What to load for a batch, second part: the components it touches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WantedComponents {
    /// Roots whose members may change their root, or be walked; with their edges.
    pub roots: BTreeSet<NodeId>,
    /// Of those, the ones whose touchpoints may earn credit.
    pub touchpoints_of: BTreeSet<NodeId>,
    /// No touchpoint before this can.
    pub clicks_since: Timestamp,
    /// Of those, the ones whose earlier orders count.
    pub orders_of: BTreeSet<NodeId>,
    /// Of those, the ones whose orders may be decided again.
    pub unsettled_of: BTreeSet<NodeId>,
}

/// What limits and a customer's status see of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarlierOrder {
    /// Where its buyer hangs.
    pub node: NodeId,
    pub occurred_at: Timestamp,
    pub earns: bool,
}

/// The next pieces of queued work, as the books found them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Work {
    /// Pending actions whose time to lock has come, by (locks_at, id).
    pub to_lock: Vec<ActionId>,
    /// The oldest payment that is gathering, and the actions that it is owed for, by id.
    pub to_pay: Option<(PaymentId, Vec<ActionId>)>,
    /// The oldest payment that is returning, and the next of its lines, by action.
    pub to_return: Option<(PaymentId, Vec<PaymentLineRow>)>,
    /// Actions that await an exchange rate, where new ones have come, by id after `rates_after`.
    pub to_convert: Vec<ActionId>,
    /// Days of clicks whose time to be closed has come, by (due_at, key).
    pub to_close: Vec<ClickDayKey>,
    /// The oldest review that is at work, and the next of its clicks.
    pub to_review: Option<ReviewPiece>,
    /// Orders that are not decided again any more, by (until, key).
    pub to_settle: Vec<OrderKey>,
    /// Tallies that changed and whose periods are over, of those that any terms give bonuses for: by `Config::bonuses`,
    /// then by (ends_at, partner).
    pub to_reckon: Vec<CounterKey>,
}

/// The next clicks that a review decides on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewPiece {
    pub review: ReviewId,
    /// By their places: one more than may be taken, where there are so many.
    pub clicks: Vec<ClickNo>,
    /// How far was looked for them; None: to the end.
    pub reached: Option<ReviewCursor>,
}

impl ReviewPiece {
    /// So many clicks are looked at for each that may be decided on: where few are meant among many, the others' work goes on
    /// in between. Another number makes other pieces of a review, so it is a part of the rules.
    pub const LOOKS: u32 = 20;
}

#[derive(Debug, Clone, Default)]
pub struct Slice {
    pub config: Config,
    pub state: BrandState,

    pub clicks: Table<ClickNo, ClickRow>,
    pub identifiers: Table<Identifier, IdentifierRow>,
    /// Nodes that were connected to an older one, and the oldest of their component. A node without a row is its own root.
    pub roots: Table<NodeId, NodeId>,
    pub conversions: Table<OrderKey, ConversionRow>,
    pub actions: Table<ActionId, ActionRow>,
    pub shop_orders: Table<OrderKey, ShopOrderRow>,
    pub payments: Table<PaymentId, PaymentRow>,
    pub payment_runs: Table<PaymentRunId, PaymentRunRow>,
    /// Of the groups that limits and tiers of this batch ask for, those that are not zero.
    pub counters: Table<CounterKey, Counter>,
    pub payables: Table<ClickNo, PayableClickRow>,
    pub click_days: Table<ClickDayKey, ClickDayRow>,
    pub marks: Table<MarkKey, MarkRow>,
    pub reviews: Table<ReviewId, ReviewRow>,
    counted: BTreeSet<CounterGroup>,
    /// Of the work's bonuses; what they add up from is in `new`.
    pub tallies: Table<CounterKey, Tally>,
    /// Orders of the loaded components that were there before this batch, where terms ask for them.
    earlier_orders: BTreeMap<NodeId, Vec<(OrderKey, EarlierOrder)>>,
    pub inquiries: Table<InquiryId, InquiryRow>,
    /// The last there is, when one is opened.
    pub last_inquiry: InquiryId,
    /// What is locked for the partners that are to be paid.
    pub locked: BTreeMap<(PartnerId, Currency), i128>,
    /// Of the loaded components that something of earlier may concern.
    pub unsettled: Table<OrderKey, UnsettledRow>,
    /// What was returned of the months that this batch may take more of.
    pub returns: BTreeMap<ReturnsKey, Returned>,
    unsettled_at: BTreeSet<(NodeId, OrderKey)>,
    pub work: Work,

    /// Nodes of the loaded components by root, the root among them.
    pub members: BTreeMap<NodeId, BTreeSet<NodeId>>,
    /// Edges of the loaded components, and of this batch.
    pub edges: BTreeMap<EdgeKey, EdgeRow>,
    /// The last node there was before this batch: younger ones are of this batch, and alone until they are joined.
    pub last_node_before: NodeId,
    /// The last record that made two components one.
    pub connected: Option<RecordNo>,
    /// Clicks by node, of the loaded components and of this batch.
    pub touchpoints: BTreeSet<(NodeId, ClickNo)>,

    /// Added by this batch.
    pub new: NewRows,
}

/// Rows that are only ever added.
#[derive(Debug, Clone, Default)]
pub struct NewRows {
    pub config: Vec<ConfigEntry>,
    /// Of edges with one key, the books keep the earliest.
    pub edges: BTreeMap<EdgeKey, EdgeRow>,
    pub refused_joins: Vec<RefusedJoinRow>,
    pub decisions: Vec<DecisionRow>,
    pub history: Vec<HistoryRow>,
    pub entries: Vec<EntryRow>,
    pub payment_lines: Vec<PaymentLineRow>,
    pub submissions: Vec<SubmissionRow>,
    pub audit: Vec<AuditRow>,
    pub effects: Vec<EffectRow>,
    /// Added to what the books hold.
    pub balances: BTreeMap<BalanceKey, i128>,
    pub months: BTreeMap<MonthKey, Turnover>,
    pub rollups: BTreeMap<RollupKey, Rollup>,
    pub left_out: BTreeMap<LeftOutKey, i64>,
    pub returns: BTreeMap<ReturnsKey, Returned>,
    pub click_doubts: Vec<ClickDoubtRow>,
    pub click_counts: BTreeMap<ClickCountKey, ClickTally>,
    /// Of these no pending click is left: what the books hold of their groups goes before anything is added.
    pub closed_groups: BTreeSet<(ProgramId, Day, PartnerId)>,
    pub click_groups: BTreeMap<ClickGroupKey, ClickTally>,
    pub tallies: BTreeMap<CounterKey, Tallied>,
}

impl Slice {
    pub fn new(config: Config, state: BrandState) -> Slice {
        Slice { last_node_before: state.last_node, config, state, ..Slice::default() }
    }

    /// The keys that a batch of records may read. Each is known to the slice afterwards, absent until loaded.
    pub fn wanted(&self, records: &[Record]) -> Wanted {
        let mut wanted = Wanted::default();
        // Sets are built whole from lists: most keys come in order.
        let (mut clicks, mut identifiers) = (Vec::new(), Vec::new());
        for record in records {
            if let Some(report) = record.fact.report() {
                clicks.extend(report.click.map(|click| click.no));
                identifiers.extend(report.named());
                wanted.orders.insert(order_of(report));
                wanted.orders.extend(self.parent_order(report));
            }
            wanted.shop_orders.extend(shop_orders_of(&record.fact));
            match &record.fact {
                Fact::ClickRecorded(click) | Fact::ImpressionRecorded(click) => {
                    clicks.push(click.no);
                    identifiers.extend(click.visitor);
                }
                Fact::VisitRecorded(visit) => {
                    clicks.extend(visit.click.map(|click| click.no));
                    identifiers.extend(visit.named());
                }
                Fact::ShopRefundSeen(seen) => {
                    let order_id = seen.order_id.clone();
                    wanted.orders.insert(OrderKey { event_type: seen.event_type, order_id });
                }
                Fact::ChangeRequested(request) => match &request.target {
                    ActionTarget::Id(id) => {
                        wanted.actions.insert(*id);
                        if matches!(request.change, ActionChange::Reattribute { .. }) {
                            wanted.moved.insert(*id);
                        }
                    }
                    ActionTarget::Order { event_type, order_id } => {
                        wanted.orders.insert(OrderKey { event_type: *event_type, order_id: order_id.clone() });
                    }
                },
                Fact::ReturnDecided(decided) => _ = wanted.actions.insert(decided.action),
                Fact::AwardGiven(award) => {
                    let order_id = award.reference.clone();
                    wanted.orders.insert(OrderKey { event_type: EventTypeId::AWARD, order_id });
                }
                Fact::JoinSeparated { a, b, .. } => wanted.nodes.extend([*a, *b]),
                Fact::WorkAdvanced { limit } => wanted.work = Some(*limit),
                Fact::PaymentMade { partner, .. } => _ = wanted.payees.insert(*partner),
                Fact::PaymentRunProposed(run) => wanted.payees.extend(&run.partners),
                Fact::PaymentRunDecided { run, .. } => wanted.payment_run = Some(*run),
                Fact::PaymentConcluded { payment, .. } => wanted.payment = Some(*payment),
                Fact::InquiryOpened(fact) => {
                    let order = OrderKey { event_type: fact.event_type, order_id: fact.order_id.clone() };
                    wanted.orders.insert(order.clone());
                    wanted.inquiries_of = Some((fact.partner, order));
                }
                Fact::ReviewUndone { review } => wanted.review = Some(*review),
                Fact::InquiryAnswered(fact) => wanted.inquiry = Some(fact.inquiry),
                Fact::InquiryAppealed(fact) => wanted.inquiry = Some(fact.inquiry),
                _ => {}
            }
        }
        self.want_shop_orders(&mut wanted);
        Wanted { clicks: clicks.into_iter().collect(), identifiers: identifiers.into_iter().collect(), ..wanted }
    }

    /// What a shop said of the orders that are wanted, if any ever did.
    pub fn want_shop_orders(&self, wanted: &mut Wanted) {
        if self.state.has_shop_orders {
            wanted.shop_orders.extend(wanted.orders.iter().cloned());
        }
    }

    /// What a shop said of an order, where the batch may ask.
    pub fn shop_order(&self, key: &OrderKey) -> Option<&ShopOrderRow> {
        if self.shop_orders.knows(key) { self.shop_orders.get(key) } else { None }
    }

    /// What a batch may read besides, because an inquiry that was loaded names it.
    pub fn want_named_by_inquiry(&self, wanted: &mut Wanted) {
        let inquiry = wanted.inquiry.filter(|id| self.inquiries.knows(id));
        let Some(inquiry) = inquiry.and_then(|id| self.inquiries.get(&id)) else { return };
        wanted.orders.insert(inquiry.order.clone());
        wanted.actions.extend(inquiry.action);
        wanted.clicks.extend(inquiry.click);
    }

    /// The months whose returns a batch may be limited by, for all of a program's partners: an action that is changed may
    /// have been opened in the same batch. Ask after all else is loaded.
    pub fn wanted_returns(&self, records: &[Record]) -> BTreeSet<(ProgramId, Day)> {
        let takes_back = |record: &Record| {
            matches!(record.fact, Fact::ChangeRequested(_) | Fact::InquiryAnswered(_) | Fact::ReturnDecided(_))
                || record.fact.shop_order().is_some()
        };
        // What opens late may have gone back already.
        if !records.iter().any(takes_back) && self.shop_orders.rows().next().is_none() {
            return BTreeSet::new();
        }
        let reported =
            records.iter().filter_map(|record| record.fact.report().map(|report| (report.program, record.occurred_at)));
        let waiting = self.unsettled.rows().map(|(_, row)| (row.report.program, row.occurred_at));
        let before = self.conversions.rows().map(|(_, row)| (row.program, row.occurred_at));
        let actions = self.actions.rows().map(|(_, row)| (row.id.program, row.occurred_at));
        let events = reported.chain(waiting).chain(before).chain(actions);
        let limited = events.filter(|(program, _)| self.config.limits_returns(*program));
        limited.filter_map(|(program, at)| Some((program, self.config.month_of(program, at)?))).collect()
    }

    /// Makes every wanted key known: what was not loaded is absent.
    pub fn expect(&mut self, wanted: &Wanted) {
        self.clicks.expect_all(wanted.clicks.iter().copied());
        self.identifiers.expect_all(wanted.identifiers.iter().copied());
        self.conversions.expect_all(wanted.orders.iter().cloned());
        self.shop_orders.expect_all(wanted.shop_orders.iter().cloned());
        self.actions.expect_all(wanted.actions.iter().copied());
        wanted.payment_run.into_iter().for_each(|id| self.payment_runs.expect(id));
        wanted.payment.into_iter().for_each(|id| self.payments.expect(id));
        wanted.inquiry.into_iter().for_each(|id| self.inquiries.expect(id));
        wanted.review.into_iter().for_each(|id| self.reviews.expect(id));
    }
}

pub(crate) fn order_of(report: &Conversion) -> OrderKey {
    OrderKey { event_type: report.event_type, order_id: report.order_id.clone() }
}

/// Under what a shop may have told of the order that a fact is about.
fn shop_orders_of(fact: &Fact) -> impl Iterator<Item = OrderKey> + '_ {
    let told = fact.shop_order().into_iter();
    let keys = told.flat_map(|(event_type, ids)| ids.map(|id| OrderKey { event_type, order_id: id.to_owned() }));
    keys.filter(|key| !key.order_id.is_empty())
}

/// Clicks that visits and reports of a batch bring the ids of.
fn clicks_named_by_others(records: &[Record]) -> BTreeSet<ClickNo> {
    let named = records.iter().filter_map(|record| match &record.fact {
        Fact::VisitRecorded(visit) => visit.click,
        fact => fact.report()?.click,
    });
    named.map(|click| click.no).collect()
}

/// What records of a batch have in common, for finding which profiles they may join.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Token {
    Root(NodeId),
    NewIdentifier(Identifier),
    NewClick(ClickNo),
}

/// Tokens that may end up in one profile within the batch.
#[derive(Default)]
struct Reach {
    parents: BTreeMap<Token, Token>,
}

impl Reach {
    fn find(&mut self, token: Token) -> Token {
        let parent = *self.parents.entry(token).or_insert(token);
        if parent == token {
            return token;
        }
        let root = self.find(parent);
        self.parents.insert(token, root);
        root
    }

    fn join(&mut self, a: Token, b: Token) {
        let (a, b) = (self.find(a), self.find(b));
        self.parents.insert(b.max(a), a.min(b));
    }

    /// The profiles that exist already, by the token that stands for what they may become.
    fn roots_by_group(&mut self) -> BTreeMap<Token, BTreeSet<NodeId>> {
        let mut groups: BTreeMap<Token, BTreeSet<NodeId>> = BTreeMap::new();
        for token in self.parents.keys().copied().collect::<Vec<_>>() {
            if let Token::Root(root) = token {
                groups.entry(self.find(token)).or_default().insert(root);
            }
        }
        groups
    }
}

impl Slice {
    /// The click that a record is, or brings the id of, where its program pays for clicks.
    fn payable_click(&self, record: &Record) -> Option<(ClickNo, ProgramId, PartnerId, Timestamp)> {
        let named = match &record.fact {
            Fact::ClickRecorded(click) => Some((click.no, click.program, click.partner, record.occurred_at)),
            Fact::VisitRecorded(visit) => visit.click.map(|it| (it.no, it.program, it.partner, it.clicked_at)),
            fact => fact.report()?.click.map(|it| (it.no, it.program, it.partner, it.clicked_at)),
        };
        named.filter(|(_, program, ..)| self.config.click_event_type(*program).is_some())
    }

    /// What a batch may read of clicks that are paid: their rows, and the marks of their devices.
    pub fn wanted_payables(&self, records: &[Record]) -> (BTreeSet<ClickNo>, BTreeSet<MarkKey>) {
        let clicks = records.iter().filter_map(|record| self.payable_click(record)).map(|(no, ..)| no).collect();
        let marks = records.iter().filter_map(|record| match &record.fact {
            Fact::ClickRecorded(click) => self.payable_click(record).map(|_| {
                let own_device = MarkKey::own_device(click.partner, click.signals.agent_key);
                MarkKey::all_of(click).chain([own_device]).collect::<Vec<_>>()
            }),
            Fact::PartnerDeviceSeen { partner, agent_key } => Some(vec![MarkKey::own_device(*partner, *agent_key)]),
            _ => None,
        });
        (clicks, marks.flatten().collect())
    }

    /// The days that they are a part of. Ask after the rows were loaded.
    pub fn wanted_click_days(&self, records: &[Record]) -> BTreeSet<ClickDayKey> {
        let named = records.iter().filter_map(|record| self.payable_click(record));
        let of_named = named.flat_map(|(_, program, partner, at)| {
            let day = self.config.programs.get(&program).map(|it| it.zone.day(at));
            let of_mode = move |mode| day.map(|day| ClickDayKey { program, day, partner, mode });
            [ClickMode::Reviewed, ClickMode::Instant].into_iter().filter_map(of_mode)
        });
        let of_rows = self.payables.rows().filter_map(|(_, row)| row.day_key());
        of_named.chain(of_rows).collect()
    }

    /// The counters that a batch may ask for, once its orders are loaded: of an order that was reported before as of then.
    pub fn wanted_counters(&self, records: &[Record]) -> BTreeSet<CounterGroup> {
        let mut wanted = BTreeSet::new();
        for record in records {
            if let Some((_, program, _, at)) = self.payable_click(record)
                && let Some(event_type) = self.config.click_event_type(program)
            {
                wanted.extend(self.counters_for(program, event_type, at));
            }
            let Some(report) = record.fact.report() else { continue };
            let key = order_of(report);
            let before = self.conversions.get(&key).map(|row| row.occurred_at);
            for at in before.into_iter().chain([record.occurred_at]) {
                wanted.extend(self.counters_for(report.program, report.event_type, at));
            }
        }
        for (_, row) in self.unsettled.rows() {
            wanted.extend(self.counters_for(row.report.program, row.report.event_type, row.occurred_at));
        }
        for (_, row) in self.inquiries.rows() {
            let known = self.conversions.knows(&row.order).then(|| self.conversions.get(&row.order)).flatten();
            for at in known.map(|order| order.occurred_at).into_iter().chain([row.ordered_at]) {
                wanted.extend(self.counters_for(row.program, row.order.event_type, at));
            }
        }
        wanted
    }

    /// Makes these known: what was not loaded is zero.
    pub fn expect_counters(&mut self, groups: BTreeSet<CounterGroup>) {
        self.counted.extend(groups);
    }

    fn counters_for(&self, program: ProgramId, event_type: EventTypeId, at: Timestamp) -> Vec<CounterGroup> {
        let Some(known) = self.config.programs.get(&program) else { return Vec::new() };
        let day = known.zone.day(at);
        let periods = self.config.periods_counted(program, event_type);
        periods.into_iter().map(|per| CounterGroup { program, event_type, per, day: per.first(day) }).collect()
    }

    /// What was counted so far.
    pub fn counter(&self, key: &CounterKey) -> Counter {
        assert!(self.counted.contains(&key.group), "a rule read {:?}, which was not loaded", key.group);
        if self.counters.knows(key) { self.counters.get(key).copied().unwrap_or_default() } else { Counter::default() }
    }

    /// Notes an order of a loaded component.
    pub fn load_earlier_order(&mut self, key: OrderKey, order: EarlierOrder) {
        self.earlier_orders.entry(order.node).or_default().push((key, order));
    }

    /// All orders of a loaded component, those of this batch among them.
    pub fn orders_of_component(&self, root: NodeId) -> impl Iterator<Item = (&OrderKey, EarlierOrder)> {
        let in_batch = self.conversions.rows().filter_map(move |(key, row)| {
            let node = row.node.filter(|node| self.root_of(*node) == root)?;
            Some((key, EarlierOrder { node, occurred_at: row.occurred_at, earns: !row.actions.is_empty() }))
        });
        let before =
            self.members.get(&root).into_iter().flatten().filter_map(|it| self.earlier_orders.get(it)).flatten();
        // The batch may have changed what was there before.
        let before = before.filter(|(key, _)| !self.conversions.knows(key)).map(|(key, order)| (key, *order));
        in_batch.chain(before)
    }

    /// Adds to the figures of a day.
    pub fn count(&mut self, key: RollupKey, added: Rollup) {
        self.new.rollups.entry(key).or_default().add(added);
    }

    /// Notes an order that the books hold as one that may be decided again.
    pub fn load_unsettled(&mut self, key: OrderKey, row: UnsettledRow) {
        self.unsettled_at.insert((row.node, key.clone()));
        self.unsettled.load(key, Some(row));
    }

    pub fn set_unsettled(&mut self, key: OrderKey, row: UnsettledRow) {
        self.unsettled_at.insert((row.node, key.clone()));
        self.unsettled.set(key, row);
    }

    /// Orders that may be decided again, or could be, whose buyer hangs at a node.
    pub fn unsettled_at(&self, node: NodeId) -> impl Iterator<Item = &OrderKey> + '_ {
        let first = OrderKey { event_type: EventTypeId(0), order_id: String::new() };
        let of_node = self.unsettled_at.range((node, first)..).take_while(move |(at, _)| *at == node);
        of_node.map(|(_, key)| key)
    }

    /// The clicks that were seen at a node.
    pub fn touchpoints_of(&self, node: NodeId) -> impl Iterator<Item = ClickNo> + '_ {
        let of_node = (node, ClickNo(0))..=(node, ClickNo(u64::MAX));
        self.touchpoints.range(of_node).map(|(_, no)| *no)
    }

    /// The actions that an order became.
    pub fn actions_of(&self, row: &ConversionRow) -> Vec<ActionRow> {
        row.actions.iter().filter_map(|id| self.actions.get(id).cloned()).collect()
    }

    /// The order whose partners earn a report's order too, if its event type has a parent.
    pub fn parent_order(&self, report: &Conversion) -> Option<OrderKey> {
        let event_type = self.config.event_types.get(&(report.program, report.event_type))?.parent?;
        let named = if report.parent_order.is_empty() { &report.order_id } else { &report.parent_order };
        Some(OrderKey { event_type, order_id: named.clone() })
    }

    /// The actions of that order that were not reversed.
    pub fn parent_actions(&self, parent: &OrderKey) -> Vec<ActionRow> {
        let mut actions = self.conversions.get(parent).map(|row| self.actions_of(row)).unwrap_or_default();
        actions.retain(|action| action.state != ActionState::Reversed);
        actions
    }

    /// The root of a node's profile.
    pub fn root_of(&self, node: NodeId) -> NodeId {
        // A node made in this batch, or never joined, has no row.
        if self.roots.knows(&node) { self.roots.get(&node).copied().unwrap_or(node) } else { node }
    }

    /// Nodes named by the rows loaded so far: their roots are wanted next.
    pub fn named_nodes(&self, wanted: &Wanted) -> BTreeSet<NodeId> {
        let clicks = wanted.clicks.iter().filter_map(|key| Some(self.clicks.get(key)?.node));
        let identifiers = wanted.identifiers.iter().filter_map(|key| Some(self.identifiers.get(key)?.node));
        let conversions = wanted.orders.iter().filter_map(|key| self.conversions.get(key)?.node);
        let conversions =
            conversions.chain(wanted.shop_orders.iter().filter_map(|key| self.shop_orders.get(key)?.node));
        clicks.chain(identifiers).chain(conversions).chain(wanted.nodes.iter().copied()).collect()
    }

    /// The components that a batch may connect or look for credit in. Ask after the first part and the roots are loaded.
    pub fn wanted_components(&self, records: &[Record]) -> WantedComponents {
        let mut reach = Reach::default();
        let (mut walked, mut credited, mut late) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut wanted = WantedComponents { clicks_since: Timestamp(i64::MAX), ..WantedComponents::default() };
        let named = clicks_named_by_others(records);
        for record in records {
            if let Some(report) = record.fact.report() {
                wanted.clicks_since = wanted.clicks_since.min(self.clicks_since(record, report));
            }
            if let Fact::ClickRecorded(click) | Fact::ImpressionRecorded(click) = &record.fact
                && self.clicks.get(&click.no).is_none()
                && !named.contains(&click.no)
                && !self.may_settle(record, false)
            {
                // A click that nobody else names hangs at its visitor's node and connects nothing. Most are such.
                continue;
            }
            let tokens = self.tokens(record);
            let Some(first) = tokens.first().copied() else { continue };
            let connects = connects(record, &tokens, &reach);
            reach.find(first);
            tokens.iter().for_each(|token| reach.join(first, *token));
            if connects {
                walked.insert(first);
            }
            if self.may_settle(record, connects) {
                // What is decided again did not happen before this.
                let since = self.config.looks_back_furthest_to(record.occurred_at.plus_ms(-SESSION_MS));
                wanted.clicks_since = wanted.clicks_since.min(since);
                late.insert(first);
            }
            if record.fact.report().is_some() {
                credited.insert(first);
            }
        }
        let [walked, credited, late] = [walked, credited, late]
            .map(|tokens| tokens.into_iter().map(|token| reach.find(token)).collect::<BTreeSet<Token>>());
        let asks = self.config.programs.keys().any(|program| self.config.asks_for_customers(*program));
        for (group, roots) in reach.roots_by_group() {
            if late.contains(&group) {
                wanted.unsettled_of.extend(&roots);
            }
            if credited.contains(&group) || late.contains(&group) {
                wanted.touchpoints_of.extend(&roots);
                if asks {
                    wanted.orders_of.extend(&roots);
                }
            }
            if credited.contains(&group) || late.contains(&group) || walked.contains(&group) {
                wanted.roots.extend(roots);
            }
        }
        wanted
    }

    /// Whether an order which earned nothing may have waited for a record.
    fn may_settle(&self, record: &Record, connects: bool) -> bool {
        let after_ms = if connects { SESSION_MS } else { CLOCK_TOLERANCE_MS };
        record.occurred_at <= self.state.last_unsettled_at.plus_ms(after_ms) && is_sighting(&record.fact)
    }

    /// How far back a report's decision may look. One that was reported before is decided as of then, also if that
    /// was in this batch and named nobody.
    fn clicks_since(&self, record: &Record, report: &Conversion) -> Timestamp {
        let key = OrderKey { event_type: report.event_type, order_id: report.order_id.clone() };
        let before = self.conversions.get(&key).map(|row| row.occurred_at);
        let at = before.map_or(record.occurred_at, |before| before.min(record.occurred_at));
        self.config.looks_back_to(report.program, at)
    }

    fn tokens(&self, record: &Record) -> Vec<Token> {
        let (click, identifiers, order) = match &record.fact {
            Fact::ClickRecorded(click) | Fact::ImpressionRecorded(click) => {
                (Some(click.no), click.visitor.into_iter().collect::<Vec<_>>(), None)
            }
            Fact::VisitRecorded(visit) => (visit.click.map(|click| click.no), visit.named().collect(), None),
            fact => match fact.report() {
                Some(report) => (report.click.map(|click| click.no), report.named().collect(), Some(order_of(report))),
                None => (None, Vec::new(), None),
            },
        };
        let mut tokens = Vec::new();
        if let Fact::JoinSeparated { a, b, .. } = &record.fact {
            tokens.extend([*a, *b].map(|node| Token::Root(self.root_of(node))));
        }
        tokens.extend(click.map(|no| match self.clicks.get(&no) {
            Some(row) => Token::Root(self.root_of(row.node)),
            None => Token::NewClick(no),
        }));
        tokens.extend(identifiers.iter().map(|identifier| match self.identifiers.get(identifier) {
            Some(row) => Token::Root(self.root_of(row.node)),
            None => Token::NewIdentifier(*identifier),
        }));
        if let Some(key) = order {
            let reported = self.conversions.get(&key).and_then(|row| row.node);
            let checked_out = shop_orders_of(&record.fact).chain([key]).filter_map(|key| self.shop_order(&key)?.node);
            tokens.extend(checked_out.chain(reported).map(|node| Token::Root(self.root_of(node))));
        }
        tokens
    }
}

/// Whether a record may connect what was apart: it names more than what is known to be in one component.
fn connects(record: &Record, tokens: &[Token], reach: &Reach) -> bool {
    let Some(first) = tokens.first() else { return false };
    match (&record.fact, first) {
        // A click seen for the first time hangs at its visitor's node.
        (Fact::ClickRecorded(_) | Fact::ImpressionRecorded(_), Token::NewClick(_)) => reach.parents.contains_key(first),
        (Fact::JoinSeparated { .. }, _) => true,
        _ => tokens.iter().any(|token| token != first),
    }
}

/// Whether it tells of somebody who was seen.
fn is_sighting(fact: &Fact) -> bool {
    use Fact::*;
    matches!(fact, ClickRecorded(_) | ImpressionRecorded(_) | VisitRecorded(_)) || fact.report().is_some()
}
