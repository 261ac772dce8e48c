//! Books in memory: loads slices and keeps rows exactly as an engine does, and is as strict as a database is. A key
//! that is added twice, or a column changed that engines never update, fails the test.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::Config;
use crate::exchange::Exchange;
use crate::fact::Record;
use crate::id::{ActionId, ClickNo, InquiryId, NodeId, PaymentId, PaymentRunId, RecordNo, ReviewId, SubmissionId};
use crate::identity::Identifier;
use crate::invariant;
use crate::machine::{self, Outcome};
use crate::row::{
    Account, ActionRow, AuditRow, BalanceKey, BrandState, ClickCountKey, ClickDayKey, ClickDayRow, ClickDoubtRow,
    ClickGroupKey, ClickRow, ClickTally, ConversionRow, Counter, CounterKey, DecisionRow, EdgeKey, EdgeRow, EffectRow,
    EntryRow, HistoryRow, IdentifierRow, InquiryRow, LeftOutKey, MarkKey, MarkRow, MonthKey, OrderKey, PayableClickRow,
    PaymentLineRow, PaymentRow, PaymentRunRow, PaymentState, RefusedJoinRow, Returned, ReturnsKey, ReviewRow, Rollup,
    RollupKey, ShopOrderRow, SubmissionRow, Tally, Turnover, UnsettledRow,
};
use crate::slice::{EarlierOrder, Slice, Wanted, WantedComponents};

mod clicks;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Books {
    pub config: Config,
    pub state: BrandState,
    pub clicks: BTreeMap<ClickNo, ClickRow>,
    pub identifiers: BTreeMap<Identifier, IdentifierRow>,
    pub roots: BTreeMap<NodeId, NodeId>,
    pub edges: BTreeMap<EdgeKey, EdgeRow>,
    pub refused_joins: BTreeMap<(RecordNo, u32), RefusedJoinRow>,
    pub unsettled: BTreeMap<OrderKey, UnsettledRow>,
    pub conversions: BTreeMap<OrderKey, ConversionRow>,
    pub actions: BTreeMap<u32, ActionRow>,
    pub shop_orders: BTreeMap<OrderKey, ShopOrderRow>,
    pub counters: BTreeMap<CounterKey, Counter>,
    pub payments: BTreeMap<PaymentId, PaymentRow>,
    pub payment_runs: BTreeMap<PaymentRunId, PaymentRunRow>,
    pub inquiries: BTreeMap<InquiryId, InquiryRow>,
    pub payment_lines: BTreeMap<(PaymentId, u32), PaymentLineRow>,
    pub decisions: BTreeMap<(RecordNo, OrderKey), DecisionRow>,
    pub history: BTreeMap<(ActionId, u32), HistoryRow>,
    pub entries: BTreeMap<(RecordNo, u32), EntryRow>,
    pub submissions: BTreeMap<[u8; 16], SubmissionRow>,
    pub audit: BTreeMap<RecordNo, AuditRow>,
    pub effects: BTreeMap<(RecordNo, u32), EffectRow>,
    pub balances: BTreeMap<BalanceKey, i64>,
    pub months: BTreeMap<MonthKey, Turnover>,
    pub rollups: BTreeMap<RollupKey, Rollup>,
    pub left_out: BTreeMap<LeftOutKey, i64>,
    pub returns: BTreeMap<ReturnsKey, Returned>,
    pub payables: BTreeMap<ClickNo, PayableClickRow>,
    pub click_days: BTreeMap<ClickDayKey, ClickDayRow>,
    pub marks: BTreeMap<MarkKey, MarkRow>,
    pub reviews: BTreeMap<ReviewId, ReviewRow>,
    pub click_doubts: Vec<ClickDoubtRow>,
    pub click_counts: BTreeMap<ClickCountKey, ClickTally>,
    pub click_groups: BTreeMap<ClickGroupKey, ClickTally>,
    pub tallies: BTreeMap<CounterKey, Tally>,
}

impl Books {
    /// Applies records in batches of at most so many; what must stand alone does.
    pub fn apply(&mut self, records: &[Record], at_once: usize) -> Vec<Outcome> {
        let runs = records.chunk_by(|a, b| !a.fact.stands_alone() && !b.fact.stands_alone());
        runs.flat_map(|run| run.chunks(at_once)).flat_map(|batch| self.apply_batch(batch)).collect()
    }

    fn apply_batch(&mut self, batch: &[Record]) -> Vec<Outcome> {
        let mut slice = Slice::new(self.config.clone(), self.state.clone());
        self.load(batch, &mut slice);
        let outcomes = batch.iter().map(|record| machine::apply(&mut slice, record)).collect();
        assert_eq!(invariant::entries_balance(&slice.new.entries), Ok(()));
        self.save(slice);
        outcomes
    }

    fn load(&self, records: &[Record], slice: &mut Slice) {
        let mut wanted = slice.wanted(records);
        self.load_inquiries(&mut wanted, slice);
        for click in wanted.clicks.iter().filter_map(|no| self.clicks.get(no)) {
            slice.clicks.load(click.no, Some(click.clone()));
        }
        for key in &wanted.identifiers {
            if let Some(row) = self.identifiers.get(key) {
                slice.identifiers.load(*key, Some(row.clone()));
            }
        }
        self.load_orders(&wanted, slice);
        self.load_payees(&wanted, slice);
        self.load_payments(&wanted, slice);
        wanted.review.into_iter().for_each(|id| slice.reviews.load(id, self.reviews.get(&id).cloned()));
        slice.expect(&wanted);
        for node in slice.named_nodes(&wanted) {
            slice.roots.load(node, self.roots.get(&node).copied());
        }
        let components = slice.wanted_components(records);
        self.load_components(&components, slice);
        self.load_journeys(&components, slice);
        self.load_counters(records, &components, slice);
        self.load_clicks(records, slice);
        if let Some(limit) = wanted.work {
            self.load_work(limit as usize, slice);
        }
        let months = slice.wanted_returns(records);
        let limited = self.returns.iter().filter(|(key, _)| months.contains(&(key.program, key.month)));
        slice.returns = limited.map(|(key, row)| (*key, *row)).collect();
    }

    fn load_inquiries(&self, wanted: &mut Wanted, slice: &mut Slice) {
        if let Some(id) = wanted.inquiry {
            slice.inquiries.load(id, self.inquiries.get(&id).cloned());
            slice.want_named_by_inquiry(wanted);
        }
        if let Some((partner, order)) = &wanted.inquiries_of {
            let about = self.inquiries.values().filter(|it| it.partner == *partner && it.order == *order);
            about.for_each(|it| slice.inquiries.load(it.id, Some(it.clone())));
            slice.last_inquiry = self.inquiries.keys().next_back().copied().unwrap_or_default();
        }
    }

    /// As the engine does, the orders of every event type that share an id.
    fn load_orders(&self, wanted: &Wanted, slice: &mut Slice) {
        let mut actions: BTreeSet<u32> = wanted.actions.iter().map(|id| id.seq).collect();
        let moved = wanted.moved.iter().filter_map(|id| self.actions.get(&id.seq));
        let moved = moved.map(|action| action.order_id.as_str());
        let ids: BTreeSet<&str> = wanted.orders.iter().map(|key| key.order_id.as_str()).chain(moved).collect();
        for (key, row) in self.conversions.iter().filter(|(key, _)| ids.contains(key.order_id.as_str())) {
            actions.extend(row.actions.iter().map(|id| id.seq));
            slice.conversions.load(key.clone(), Some(row.clone()));
        }
        for action in actions.iter().filter_map(|seq| self.actions.get(seq)) {
            slice.actions.load(action.id, Some(action.clone()));
        }
        for key in &wanted.shop_orders {
            slice.shop_orders.load(key.clone(), self.shop_orders.get(key).cloned());
        }
    }

    fn load_components(&self, components: &WantedComponents, slice: &mut Slice) {
        for root in &components.roots {
            slice.members.insert(*root, BTreeSet::from([*root]));
            slice.roots.expect(*root);
        }
        for (node, root) in self.roots.iter().filter(|(_, root)| components.roots.contains(root)) {
            slice.members.entry(*root).or_default().insert(*node);
            slice.roots.load(*node, Some(*root));
        }
        let nodes: BTreeSet<NodeId> = slice.members.values().flatten().copied().collect();
        slice.edges = self
            .edges
            .iter()
            .filter(|(key, _)| nodes.contains(&key.a))
            .map(|(key, edge)| (*key, edge.clone()))
            .collect();
    }

    fn load_journeys(&self, components: &WantedComponents, slice: &mut Slice) {
        let unsettled_of: BTreeSet<NodeId> = nodes(slice, &components.unsettled_of);
        let concerned = |row: &UnsettledRow| unsettled_of.contains(&row.node);
        let mut named = Wanted::default();
        for (key, row) in self.unsettled.iter().filter(|(_, row)| concerned(row)) {
            slice.load_unsettled(key.clone(), row.clone());
            named.orders.insert(key.clone());
            named.orders.extend(slice.parent_order(&row.report));
            named.clicks.extend(row.buyer.click.map(|(no, _)| no));
        }
        slice.want_shop_orders(&mut named);
        named.clicks.iter().for_each(|no| slice.clicks.load(*no, self.clicks.get(no).cloned()));
        self.load_orders(&named, slice);
        slice.expect(&named);
        let nodes = nodes(slice, &components.touchpoints_of);
        let of_nodes = self.clicks.values().filter(|click| nodes.contains(&click.node));
        for click in of_nodes.filter(|click| click.occurred_at >= components.clicks_since) {
            slice.touchpoints.insert((click.node, click.no));
            slice.clicks.load(click.no, Some(click.clone()));
        }
    }

    fn load_counters(&self, records: &[Record], components: &WantedComponents, slice: &mut Slice) {
        let groups = slice.wanted_counters(records);
        for (key, counter) in self.counters.iter().filter(|(key, _)| groups.contains(&key.group)) {
            slice.counters.load(*key, Some(*counter));
        }
        slice.expect_counters(groups);
        let nodes = nodes(slice, &components.orders_of);
        for (key, row) in &self.conversions {
            if let Some(node) = row.node.filter(|node| nodes.contains(node)) {
                let order = EarlierOrder { node, occurred_at: row.occurred_at, earns: !row.actions.is_empty() };
                slice.load_earlier_order(key.clone(), order);
            }
        }
    }

    fn load_work(&self, limit: usize, slice: &mut Slice) {
        let mut due: Vec<&ActionRow> = self.actions.values().filter(|it| it.is_due(self.state.brand_time)).collect();
        due.sort_by_key(|it| (it.locks_at, it.id.seq));
        for action in due.into_iter().take(limit) {
            slice.work.to_lock.push(action.id);
            slice.actions.load(action.id, Some(action.clone()));
        }
        self.load_click_work(limit, slice);
        let mut over: Vec<_> = self.unsettled.iter().filter(|(_, row)| row.until <= self.state.brand_time).collect();
        over.sort_by_key(|(key, row)| (row.until, *key));
        slice.work.to_settle = over.into_iter().take(limit).map(|(key, _)| key.clone()).collect();
        self.load_tallies(limit, slice);
        if let Some(after) = self.state.rates_after {
            let awaiting = self.actions.range(after + 1..).map(|(_, it)| it);
            for action in awaiting.filter(|it| it.exchange == Exchange::Awaited).take(limit + 1) {
                slice.work.to_convert.push(action.id);
                slice.actions.load(action.id, Some(action.clone()));
            }
        }
        let in_state = |state| self.payments.values().find(|payment| payment.state == state);
        if let Some(payment) = in_state(PaymentState::Gathering) {
            let in_currency = |currency| {
                let of_partner = self.actions.values().filter(|it| it.partner == payment.partner);
                let owed = |it: &&ActionRow| it.owed_since.is_some_and(|since| since <= payment.record);
                of_partner.filter(move |it| it.currency == currency && owed(it))
            };
            let payable = payment.sums.iter().flat_map(|sum| in_currency(sum.currency));
            let payable: Vec<&ActionRow> = payable.take(limit + 1).collect();
            for action in &payable {
                slice.actions.load(action.id, Some((*action).clone()));
            }
            slice.work.to_pay = Some((payment.id, payable.iter().map(|it| it.id).collect()));
            slice.payments.load(payment.id, Some(payment.clone()));
        } else if let Some(payment) = in_state(PaymentState::Returning) {
            let lines = self.payment_lines.range((payment.id, payment.returned_to + 1)..=(payment.id, u32::MAX));
            let lines: Vec<PaymentLineRow> = lines.map(|(_, line)| line.clone()).take(limit + 1).collect();
            for line in &lines {
                slice.actions.load(line.action, self.actions.get(&line.action.seq).cloned());
            }
            slice.work.to_return = Some((payment.id, lines));
            slice.payments.load(payment.id, Some(payment.clone()));
        }
    }

    fn load_tallies(&self, limit: usize, slice: &mut Slice) {
        let mut due = Vec::new();
        for (program, event_type, per) in slice.config.bonuses() {
            let of_group = self.tallies.iter().filter(|(CounterKey { group, .. }, tally)| {
                let is_theirs = (group.program, group.event_type, group.per) == (program, event_type, per);
                is_theirs && tally.changed && tally.ends_at <= self.state.brand_time
            });
            let mut of_group: Vec<_> = of_group.collect();
            of_group.sort_by_key(|(key, tally)| (tally.ends_at, key.partner));
            due.extend(of_group);
        }
        for (key, tally) in due.into_iter().take(limit) {
            slice.work.to_reckon.push(*key);
            slice.tallies.load(*key, Some(*tally));
            if let Some(action) = tally.bonus.and_then(|bonus| self.actions.get(&bonus.action.seq)) {
                slice.actions.load(action.id, Some(action.clone()));
            }
        }
    }

    fn load_payees(&self, wanted: &Wanted, slice: &mut Slice) {
        let partners = &wanted.payees;
        for (key, amount) in &self.balances {
            if key.account == Account::Locked && partners.contains(&key.partner) {
                *slice.locked.entry((key.partner, key.currency)).or_default() += i128::from(*amount);
            }
        }
        let concerned = |it: &&PaymentRow| partners.contains(&it.partner) && it.state.is_under_way();
        for payment in self.payments.values().filter(concerned) {
            slice.payments.load(payment.id, Some(payment.clone()));
        }
    }

    fn load_payments(&self, wanted: &Wanted, slice: &mut Slice) {
        if let Some(run) = wanted.payment_run.and_then(|id| self.payment_runs.get(&id)) {
            slice.payment_runs.load(run.id, Some(run.clone()));
            for id in &run.payments {
                slice.payments.load(*id, self.payments.get(id).cloned());
            }
        }
        if let Some(payment) = wanted.payment.and_then(|id| self.payments.get(&id)) {
            slice.payments.load(payment.id, Some(payment.clone()));
        }
    }

    fn save(&mut self, slice: Slice) {
        for (no, row) in slice.clicks.changed() {
            let before = self.clicks.insert(*no, row.clone());
            if let Some(before) = before {
                assert_eq!(*row, updated_click(before, row), "engines update no other column of a click");
            }
        }
        for (key, row) in slice.identifiers.changed() {
            let before = self.identifiers.insert(*key, row.clone());
            assert!(before.is_none_or(|before| before == *row), "engines never update an identifier");
        }
        self.roots.extend(slice.roots.changed().map(|(node, root)| (*node, *root)));
        self.conversions.extend(slice.conversions.changed().map(|(key, row)| (key.clone(), row.clone())));
        for (id, row) in slice.actions.changed() {
            let before = self.actions.insert(id.seq, row.clone());
            if let Some(before) = before {
                assert_eq!(*row, updated_action(before, row), "engines update no other column of an action");
            }
        }
        self.shop_orders.extend(slice.shop_orders.changed().map(|(key, row)| (key.clone(), row.clone())));
        self.unsettled.extend(slice.unsettled.changed().map(|(key, row)| (key.clone(), row.clone())));
        self.unsettled.retain(|key, _| !slice.unsettled.removed().any(|gone| gone == key));
        self.counters.extend(slice.counters.changed().map(|(key, row)| (*key, *row)));
        self.payments.extend(slice.payments.changed().map(|(id, row)| (*id, row.clone())));
        self.inquiries.extend(slice.inquiries.changed().map(|(id, row)| (*id, row.clone())));
        self.payment_runs.extend(slice.payment_runs.changed().map(|(id, row)| (*id, row.clone())));
        self.save_clicks(&slice);
        self.add(&slice);
        // Every batch reads the set-up as the books hold it, so it must be all in the entries.
        slice.new.config.iter().for_each(|entry| self.config.set(entry.clone()));
        assert_eq!(self.config, slice.config, "the set-up is the sum of its entries");
        self.state = slice.state;
    }

    fn add(&mut self, slice: &Slice) {
        let new = &slice.new;
        for (key, edge) in &new.edges {
            let earlier =
                self.edges.get(key).filter(|before| key.slot != SEPARATION && before.moment() <= edge.moment());
            if earlier.is_none() {
                self.edges.insert(*key, edge.clone());
            }
        }
        add(&mut self.refused_joins, new.refused_joins.iter().map(|it| ((it.record, it.n), it)));
        add(&mut self.decisions, new.decisions.iter().map(|it| ((it.record, it.order.clone()), it)));
        add(&mut self.history, new.history.iter().map(|it| ((it.action, it.seq), it)));
        add(&mut self.entries, new.entries.iter().map(|it| ((it.record, it.n), it)));
        add(&mut self.payment_lines, new.payment_lines.iter().map(|it| ((it.payment, it.action.seq), it)));
        add(&mut self.audit, new.audit.iter().map(|it| (it.record, it)));
        add(&mut self.effects, new.effects.iter().map(|it| ((it.record, it.n), it)));
        // A submission that is told twice keeps its first answer.
        for row in &new.submissions {
            let SubmissionId(id) = row.id;
            self.submissions.entry(id).or_insert_with(|| row.clone());
        }
        for (key, added) in &new.balances {
            *self.balances.entry(*key).or_default() += i64::try_from(*added).unwrap();
        }
        for (key, added) in &new.months {
            let sum = self.months.entry(*key).or_default();
            sum.money_in += added.money_in;
            sum.money_out += added.money_out;
        }
        for (key, added) in &new.rollups {
            self.rollups.entry(*key).or_default().add(*added);
        }
        for (key, added) in &new.returns {
            let row = self.returns.entry(*key).or_default();
            *row = row.plus(*added);
        }
        for (key, tally) in slice.tallies.changed() {
            let Tally { changed, bonus, .. } = *tally;
            let before = self.tallies.get_mut(key).unwrap();
            (before.changed, before.bonus) = (changed, bonus);
        }
        for (key, added) in &new.tallies {
            let row = self.tallies.entry(*key).or_default();
            *row = row.plus(*added);
        }
        for (key, added) in &new.left_out {
            *self.left_out.entry(*key).or_default() += added;
        }
    }
}

/// Of separations the last holds, of all other edges the earliest.
const SEPARATION: i64 = -2;

/// The nodes of loaded components.
fn nodes(slice: &Slice, roots: &BTreeSet<NodeId>) -> BTreeSet<NodeId> {
    roots.iter().filter_map(|root| slice.members.get(root)).flatten().copied().collect()
}

fn add<'a, K: Ord + std::fmt::Debug, V: Clone + 'a>(
    table: &mut BTreeMap<K, V>,
    rows: impl Iterator<Item = (K, &'a V)>,
) {
    for (key, row) in rows {
        assert!(!table.contains_key(&key), "a second row was added under {key:?}");
        table.insert(key, row.clone());
    }
}

/// The row as an engine keeps it, which updates only some of the columns.
fn updated_click(before: ClickRow, after: &ClickRow) -> ClickRow {
    ClickRow {
        slug: after.slug.clone(),
        sub_ids: after.sub_ids.clone(),
        shared_id: after.shared_id.clone(),
        signals: after.signals,
        refusal: after.refusal,
        counted: after.counted,
        deep_link_refused: after.deep_link_refused,
        landed_at: after.landed_at,
        recovered: after.recovered,
        ..before
    }
}

fn updated_action(before: ActionRow, after: &ActionRow) -> ActionRow {
    ActionRow {
        changed_at: after.changed_at,
        state: after.state,
        disposition: after.disposition.clone(),
        amount: after.amount,
        payout: after.payout,
        locks_at: after.locks_at,
        held: after.held,
        outside: after.outside,
        exchange: after.exchange,
        intended_payout: after.intended_payout,
        owed: after.owed,
        owed_since: after.owed_since,
        payment: after.payment,
        changes: after.changes,
        // What has no column of its own is replaced as a whole.
        items: after.items.clone(),
        whole: after.whole.clone(),
        before_reversal: after.before_reversal.clone(),
        moved_to: after.moved_to,
        returned: after.returned,
        return_asked: after.return_asked.clone(),
        tier: after.tier,
        ..before
    }
}
