//! The readers' side: a few connections that only read, lent out one question at a time.

use referee_core::config::Config;
use referee_core::fact::Record;
use referee_core::id::{
    ActionId, AdId, BrandId, ClickNo, EventTypeId, FactId, ID_MAX, InquiryId, NodeId, PartnerId, PaymentId,
    PaymentRunId, ProgramId, RecordNo, SubmissionId,
};
use referee_core::identity::Identifier;
use referee_core::money::Money;
use referee_core::row::{
    ActionRow, ActionState, BalanceKey, ClickRow, ConversionRow, CounterKey, DecisionRow, EdgeRow, EntryRow,
    HistoryRow, InquiryRow, LeftOutKey, OrderKey, PaymentLineRow, PaymentRow, PaymentRunRow, Posting, RefusedJoinRow,
    Rollup, ShopOrderRow, SubmissionRow, Tally,
};
use referee_core::slice::Slice;
use referee_core::statement::Movement;
use referee_core::time::{Day, Timestamp};

use super::{Clusters, FIND_STATE, config, load, places, rows, trouble};
use crate::books::reads::{
    ActionFilter, AuditEntry, Between, ClickFilter, Counted, CountedConversions, CountedInquiries, InquiryFilter,
    Intended, JournalLine, Monthly, NumberedPage, PaymentFilter, PaymentPart, Period, Reads, UpdatePlace,
};
use crate::books::stored;
use crate::database::{Answer, Database, Pool, Row, Value, find};
use crate::error::Result;
use crate::log::{Draft, Places};
use crate::values;

/// Decisions of one order that are shown.
const DECISIONS_MAX: u32 = 20;

pub struct SqlReads {
    clusters: Clusters<Pool>,
}

impl SqlReads {
    pub fn new(clusters: Clusters<Pool>) -> SqlReads {
        SqlReads { clusters }
    }

    pub(super) fn ask<T>(
        &self,
        brand: BrandId,
        sql: &str,
        values: &[Value<'_>],
        read: impl Fn(&dyn Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        let name = self.clusters.name_of(self.clusters.partition_of(brand));
        self.clusters.named(&name)?.list(sql, values, read).map_err(trouble)
    }

    /// Several questions on one connection.
    pub(super) fn with<T>(&self, brand: BrandId, ask: impl FnOnce(&mut dyn Database) -> Answer<T>) -> Result<T> {
        let name = self.clusters.name_of(self.clusters.partition_of(brand));
        self.clusters.named(&name)?.with(ask).map_err(trouble)
    }

    pub(super) fn one<T>(
        &self,
        brand: BrandId,
        sql: &str,
        values: &[Value<'_>],
        read: impl Fn(&dyn Row) -> Result<T>,
    ) -> Result<Option<T>> {
        Ok(self.ask(brand, sql, values, read)?.pop())
    }

    fn totals<K>(&self, sql: &str, brand: BrandId, period: Period, key: impl Fn(i64) -> K) -> Result<Vec<(K, Rollup)>> {
        let partner = period.partner.map(|partner| partner.0);
        self.ask(brand, sql, values![brand.0, period.program.0, period.from.0, period.to.0, partner], |row| {
            Ok((key(row.number(0)?), rows::rollup(row, 1)?))
        })
    }
}

/// A bit for every state that is asked for; nothing for all.
fn state_bits(states: &[ActionState]) -> Option<i64> {
    (!states.is_empty()).then(|| states.iter().fold(0, |bits, state| bits | 1_i64 << (*state as u8)))
}

/// The values of an action filter, in the order its queries name them.
fn filter_values(brand: BrandId, filter: &ActionFilter) -> Vec<Value<'_>> {
    let mut values = values![
        brand.0,
        filter.program.map(|id| id.0),
        filter.partner.map(|id| id.0),
        state_bits(&filter.states),
        filter.event_type.map(|id| id.0),
        filter.order_id.as_deref(),
    ]
    .to_vec();
    for between in [filter.occurred, filter.changed, filter.locks] {
        values.extend([between.from.0.into(), between.to.0.into()]);
    }
    values
}

fn inquiry_values(brand: BrandId, filter: &InquiryFilter) -> Vec<Value<'_>> {
    values![
        brand.0,
        filter.program.map(|id| id.0),
        filter.partner.map(|id| id.0),
        filter.kind.map(|kind| kind as u8),
        filter.order_id.as_deref(),
    ]
    .to_vec()
}

/// As the queries take it: nothing for all, 0 for what counts, -1 for what does not, or a reason's number.
fn counted_value(counted: Counted) -> Option<i64> {
    match counted {
        Counted::All => None,
        Counted::Counted => Some(0),
        Counted::Refused => Some(-1),
        Counted::For(refusal) => Some(i64::from(refusal.number())),
    }
}

fn before_record(before: Option<RecordNo>) -> i64 {
    before.map_or(i64::MAX, |record| record.0.cast_signed())
}

/// The slice that a batch of these drafts would be applied to, and their records.
fn rehearsal(db: &mut dyn Database, brand: BrandId, drafts: Vec<Draft>) -> Answer<(Slice, Vec<Record>)> {
    let state = find(db, FIND_STATE, values![brand.0], rows::brand_state)?.unwrap_or_default();
    let first = state.last_record.0 + 1;
    let record = |(no, draft): (u64, Draft)| Record {
        no: RecordNo(no),
        brand,
        id: FactId::default(),
        received_at: draft.received_at,
        occurred_at: draft.occurred_at,
        actor: draft.actor,
        fact: draft.fact,
    };
    let records: Vec<Record> = (first..).zip(drafts).map(record).collect();
    let mut slice = Slice::new(config(db, brand)?, state);
    load::load(db, brand, &records, &mut slice)?;
    Ok((slice, records))
}

impl Reads for SqlReads {
    fn rehearse(&self, brand: BrandId, drafts: Vec<Draft>, each: &mut dyn FnMut(&mut Slice, Record)) -> Result<()> {
        let name = self.clusters.name_of(self.clusters.partition_of(brand));
        let loaded = self.clusters.named(&name)?.with(|db| {
            // The questions of a slice belong to one moment.
            db.begin_reading()?;
            let loaded = rehearsal(db, brand, drafts);
            db.roll_back();
            loaded
        });
        let (mut slice, records) = loaded.map_err(trouble)?;
        records.into_iter().for_each(|record| each(&mut slice, record));
        Ok(())
    }

    fn days(&self, brand: BrandId, period: Period) -> Result<Vec<(Day, Rollup)>> {
        self.totals(include_str!("../../../sql/books/read_days.sql"), brand, period, |day| Day(day as i32))
    }

    fn partners(&self, brand: BrandId, period: Period) -> Result<Vec<(PartnerId, Rollup)>> {
        self.totals(include_str!("../../../sql/books/read_partners.sql"), brand, period, |id| PartnerId(id as u32))
    }

    fn ads(&self, brand: BrandId, period: Period) -> Result<Vec<(AdId, Rollup)>> {
        self.totals(include_str!("../../../sql/books/read_ads.sql"), brand, period, |id| AdId(id as u32))
    }

    fn actions(
        &self,
        brand: BrandId,
        filter: &ActionFilter,
        before: Option<(Timestamp, u32)>,
        most: u32,
    ) -> Result<Vec<ActionRow>> {
        let (at, seq) = before.unwrap_or((Timestamp(i64::MAX), u32::MAX));
        let mut values = filter_values(brand, filter);
        values.extend([at.0.into(), seq.into(), most.into()]);
        self.ask(brand, include_str!("../../../sql/books/read_actions.sql"), &values, rows::action)
    }

    fn actions_page(&self, brand: BrandId, filter: &ActionFilter, page: NumberedPage) -> Result<(u64, Vec<ActionRow>)> {
        let mut values = filter_values(brand, filter);
        let sql = include_str!("../../../sql/books/count_actions.sql");
        let total = self.one(brand, sql, &values, |row| row.number(0))?.unwrap_or_default();
        values.extend([page.most.into(), page.offset.into()]);
        let sql = include_str!("../../../sql/books/read_actions_page.sql");
        Ok((total, self.ask(brand, sql, &values, rows::action)?))
    }

    fn action(&self, brand: BrandId, id: ActionId) -> Result<Option<ActionRow>> {
        let found = self.one(
            brand,
            include_str!("../../../sql/books/read_action.sql"),
            values![brand.0, id.seq],
            rows::action,
        )?;
        Ok(found.filter(|row| row.id == id))
    }

    fn asked_returns(&self, brand: BrandId, partner: Option<PartnerId>, most: u32) -> Result<Vec<ActionRow>> {
        let sql = include_str!("../../../sql/books/read_asked_returns.sql");
        let (first, last) = range(partner);
        self.ask(brand, sql, values![brand.0, first, last, most], rows::action)
    }

    fn tally_of(&self, brand: BrandId, bonus: ActionId) -> Result<Option<(CounterKey, Tally)>> {
        if bonus.event_type != EventTypeId::AWARD {
            return Ok(None);
        }
        self.one(
            brand,
            include_str!("../../../sql/books/read_tally_of_bonus.sql"),
            values![brand.0, bonus.seq],
            rows::tally,
        )
    }

    fn history(&self, brand: BrandId, id: ActionId) -> Result<Vec<HistoryRow>> {
        self.ask(brand, include_str!("../../../sql/books/read_history.sql"), values![brand.0, id.seq], rows::history)
    }

    fn updates(
        &self,
        brand: BrandId,
        program: Option<ProgramId>,
        partner: Option<PartnerId>,
        at: Between,
        page: NumberedPage,
    ) -> Result<(u64, Vec<HistoryRow>)> {
        let (program, partner) = (program.map(|id| id.0), partner.map(|id| id.0));
        let sql = include_str!("../../../sql/books/count_updates.sql");
        let total =
            self.one(brand, sql, values![brand.0, program, at.from.0, at.to.0, partner], |row| row.number(0))?;
        let sql = include_str!("../../../sql/books/read_updates.sql");
        let values = values![brand.0, program, at.from.0, at.to.0, partner, page.most, page.offset];
        Ok((total.unwrap_or_default(), self.ask(brand, sql, values, rows::history)?))
    }

    fn updates_after(
        &self,
        brand: BrandId,
        program: Option<ProgramId>,
        partner: Option<PartnerId>,
        after: UpdatePlace,
        most: u32,
    ) -> Result<Vec<HistoryRow>> {
        let (program, partner) = (program.map(|id| id.0), partner.map(|id| id.0));
        let values = values![brand.0, after.record.0, after.action, after.n, program, partner, most];
        self.ask(brand, include_str!("../../../sql/books/read_updates_after.sql"), values, rows::history)
    }

    fn latest_history(&self, brand: BrandId, most: u32) -> Result<Vec<HistoryRow>> {
        self.ask(
            brand,
            include_str!("../../../sql/books/read_latest_history.sql"),
            values![brand.0, most],
            rows::history,
        )
    }

    fn decision(&self, brand: BrandId, action: &ActionRow) -> Result<Option<DecisionRow>> {
        let values = values![brand.0, action.record.0, action.id.event_type.0, &action.order_id];
        self.one(brand, include_str!("../../../sql/books/read_decision.sql"), values, rows::decision)
    }

    fn decisions_of(&self, brand: BrandId, order: &OrderKey) -> Result<Vec<DecisionRow>> {
        let values = values![brand.0, order.event_type.0, &order.order_id, DECISIONS_MAX];
        self.ask(brand, include_str!("../../../sql/books/read_decisions_of_order.sql"), values, rows::decision)
    }

    fn entries(&self, brand: BrandId, action: ActionId) -> Result<Vec<EntryRow>> {
        self.ask(brand, include_str!("../../../sql/books/read_entries.sql"), values![brand.0, action.seq], rows::entry)
    }

    fn click(&self, brand: BrandId, no: ClickNo) -> Result<Option<ClickRow>> {
        let values = values![brand.0, no.0];
        self.one(brand, include_str!("../../../sql/books/read_click.sql"), values, rows::click)
    }

    fn clicks(
        &self,
        brand: BrandId,
        filter: &ClickFilter,
        before: Option<ClickNo>,
        most: u32,
    ) -> Result<Vec<ClickRow>> {
        let before = before.map_or(i64::MAX, |no| no.0.cast_signed());
        let (program, partner) = (filter.program.map(|id| id.0), filter.partner.map(|id| id.0));
        let values = values![brand.0, before, program, partner, counted_value(filter.counted), most];
        self.ask(brand, include_str!("../../../sql/books/read_clicks.sql"), values, rows::click)
    }

    fn conversions(
        &self,
        brand: BrandId,
        program: Option<ProgramId>,
        counted: Counted,
        before: Option<RecordNo>,
        most: u32,
    ) -> Result<Vec<(OrderKey, ConversionRow)>> {
        let values = values![brand.0, before_record(before), program.map(|id| id.0), counted_value(counted), most];
        self.ask(brand, include_str!("../../../sql/books/read_conversions.sql"), values, rows::conversion)
    }

    fn conversions_of(&self, brand: BrandId, order_id: &str) -> Result<Vec<(OrderKey, ConversionRow)>> {
        let sql = include_str!("../../../sql/books/read_conversions_of_order.sql");
        self.ask(brand, sql, values![brand.0, order_id], rows::conversion)
    }

    fn orders_like(&self, brand: BrandId, prefix: &str, most: u32) -> Result<Vec<(OrderKey, ConversionRow)>> {
        // Everything that begins so lies below the prefix and the last character there is.
        let below = format!("{prefix}\u{10FFFF}");
        self.ask(
            brand,
            include_str!("../../../sql/books/search_orders.sql"),
            values![brand.0, prefix, &below, most],
            rows::conversion,
        )
    }

    fn orders_of_click(&self, brand: BrandId, no: ClickNo, most: u32) -> Result<Vec<OrderKey>> {
        let sql = include_str!("../../../sql/books/read_orders_of_click.sql");
        self.ask(brand, sql, values![brand.0, no.0, most], |row| {
            Ok(stored::order(row.number(0)?, row.text(1)?.to_owned()))
        })
    }

    fn node_of(&self, brand: BrandId, identifier: &Identifier) -> Result<Option<NodeId>> {
        let id = stored::identifier_bytes(identifier);
        let values = values![brand.0, &id];
        self.one(brand, include_str!("../../../sql/books/read_node.sql"), values, |row| row.number(0).map(NodeId))
    }

    fn component_of(&self, brand: BrandId, node: NodeId) -> Result<Vec<NodeId>> {
        let named = |row: &dyn Row| row.number(0).map(NodeId);
        let sql = include_str!("../../../sql/books/read_root.sql");
        let root = self.one(brand, sql, values![brand.0, node.0], named)?.unwrap_or(node);
        let sql = include_str!("../../../sql/books/read_members.sql");
        let joined = self.ask(brand, sql, values![brand.0, root.0], named)?;
        Ok(std::iter::once(root).chain(joined).collect())
    }

    fn edges_at(&self, brand: BrandId, nodes: &[NodeId]) -> Result<Vec<EdgeRow>> {
        let values = [brand.0.into(), all(nodes)];
        self.ask(brand, include_str!("../../../sql/books/read_edges.sql"), &values, rows::edge)
    }

    fn clicks_at(&self, brand: BrandId, nodes: &[NodeId], most: u32) -> Result<Vec<ClickRow>> {
        let values = [brand.0.into(), all(nodes), most.into()];
        self.ask(brand, include_str!("../../../sql/books/read_clicks_of_nodes.sql"), &values, rows::click)
    }

    fn conversions_at(&self, brand: BrandId, nodes: &[NodeId], most: u32) -> Result<Vec<(OrderKey, ConversionRow)>> {
        let values = [brand.0.into(), all(nodes), most.into()];
        self.ask(brand, include_str!("../../../sql/books/read_conversions_of_nodes.sql"), &values, rows::conversion)
    }

    fn refused_joins(&self, brand: BrandId, before: Option<(RecordNo, u32)>, most: u32) -> Result<Vec<RefusedJoinRow>> {
        let (record, n) = before.unwrap_or((RecordNo(i64::MAX as u64), 0));
        let values = values![brand.0, record.0, n, most];
        self.ask(brand, include_str!("../../../sql/books/read_refused_joins.sql"), values, rows::refused_join)
    }

    fn identifiers_at(&self, brand: BrandId, nodes: &[NodeId]) -> Result<Vec<(NodeId, Identifier)>> {
        let values = [brand.0.into(), all(nodes)];
        self.ask(brand, include_str!("../../../sql/books/read_identifiers_at.sql"), &values, |row| {
            Ok((NodeId(row.number(0)?), stored::identifier(row.blob(1)?)?))
        })
    }

    fn left_out(&self, brand: BrandId, period: Period, most: u32) -> Result<Vec<(LeftOutKey, u64)>> {
        let values = values![brand.0, period.program.0, period.from.0, period.to.0, most];
        self.ask(brand, include_str!("../../../sql/books/read_left_out.sql"), values, |row| {
            let reason = stored::reason(row.number(2)?)?;
            let (day, kind) = (Day(row.number(0)?), stored::kind_of(row.number(1)?)?);
            Ok((LeftOutKey { program: period.program, day, kind, reason }, row.number(3)?))
        })
    }

    fn last_record(&self, brand: BrandId) -> Result<RecordNo> {
        let sql = include_str!("../../../sql/books/read_last_record.sql");
        let last = self.one(brand, sql, values![brand.0], |row| row.number(0).map(RecordNo))?;
        Ok(last.unwrap_or_default())
    }

    fn intended(&self, brand: BrandId, since: Timestamp) -> Result<Vec<Intended>> {
        let sql = include_str!("../../../sql/books/read_intended.sql");
        self.ask(brand, sql, values![brand.0, since.0], rows::intended)
    }

    fn count_conversions(&self, brand: BrandId, since: Timestamp) -> Result<CountedConversions> {
        let sql = include_str!("../../../sql/books/count_conversions_since.sql");
        let counted = self.one(brand, sql, values![brand.0, since.0], |row| {
            Ok(CountedConversions { all: row.number(0)?, unclaimed: row.number(1)? })
        })?;
        Ok(counted.unwrap_or(CountedConversions { all: 0, unclaimed: 0 }))
    }

    fn shop_orders(&self, brand: BrandId, order_id: &str) -> Result<Vec<(OrderKey, ShopOrderRow)>> {
        let sql = include_str!("../../../sql/books/read_shop_orders.sql");
        self.ask(brand, sql, values![brand.0, order_id], rows::shop_order)
    }

    fn submission(&self, brand: BrandId, id: SubmissionId) -> Result<Option<SubmissionRow>> {
        self.one(
            brand,
            include_str!("../../../sql/books/read_submission.sql"),
            values![brand.0, &id.0],
            rows::submission,
        )
    }

    fn refused_submissions(&self, brand: BrandId, order_id: &str, most: u32) -> Result<Vec<SubmissionRow>> {
        let sql = include_str!("../../../sql/books/read_refused_submissions.sql");
        self.ask(brand, sql, values![brand.0, order_id, most], rows::submission)
    }

    fn count_submissions(&self, brand: BrandId) -> Result<u64> {
        let sql = include_str!("../../../sql/books/count_submissions.sql");
        Ok(self.one(brand, sql, values![brand.0], |row| row.number(0))?.unwrap_or_default())
    }

    fn submissions(&self, brand: BrandId, most: u32) -> Result<Vec<SubmissionRow>> {
        let values = values![brand.0, most];
        self.ask(brand, include_str!("../../../sql/books/read_submissions.sql"), values, rows::submission)
    }

    fn audit(&self, brand: BrandId, before: Option<RecordNo>, most: u32) -> Result<Vec<AuditEntry>> {
        let values = values![brand.0, before_record(before), most];
        self.ask(brand, include_str!("../../../sql/books/read_audit.sql"), values, rows::audit)
    }

    fn audit_after(&self, brand: BrandId, after: RecordNo, most: u32) -> Result<Vec<AuditEntry>> {
        let values = values![brand.0, after.0, most];
        self.ask(brand, include_str!("../../../sql/books/read_audit_after.sql"), values, rows::audit)
    }

    fn audit_by_fact_id(&self, brand: BrandId, id: FactId) -> Result<Option<AuditEntry>> {
        let values = values![brand.0, id.edge, id.epoch, id.n];
        self.one(brand, include_str!("../../../sql/books/read_audit_by_fact.sql"), values, rows::audit)
    }

    fn balances(&self, brand: BrandId, partner: Option<PartnerId>) -> Result<Vec<(BalanceKey, Money)>> {
        let values = values![brand.0, partner.map(|id| id.0)];
        self.ask(brand, include_str!("../../../sql/books/read_balances.sql"), values, rows::balance)
    }

    fn posting(&self, brand: BrandId) -> Result<Posting> {
        let sql = include_str!("../../../sql/books/read_posting.sql");
        Ok(self.one(brand, sql, values![brand.0], |row| rows::posting(row, 0))?.unwrap_or_default())
    }

    fn turnovers(&self, brand: BrandId, partner: Option<PartnerId>) -> Result<Vec<Monthly>> {
        let (first, last) = range(partner);
        let sql = include_str!("../../../sql/books/read_turnovers.sql");
        self.ask(brand, sql, values![brand.0, first, last], rows::monthly)
    }

    fn movements(&self, brand: BrandId, month: Day, partner: Option<PartnerId>) -> Result<Vec<(BalanceKey, Movement)>> {
        let (first, last) = range(partner);
        let sql = include_str!("../../../sql/books/read_movements.sql");
        self.ask(brand, sql, values![brand.0, first, last, month.0], rows::movement)
    }

    fn journal(&self, brand: BrandId, month: Day) -> Result<Vec<JournalLine>> {
        self.ask(brand, include_str!("../../../sql/books/read_journal.sql"), values![brand.0, month.0], rows::journal)
    }

    fn payments(&self, brand: BrandId, which: &PaymentFilter, most: u32) -> Result<Vec<PaymentRow>> {
        let before = which.before.map_or(i64::MAX, |id| i64::from(id.0));
        let values = values![
            brand.0,
            which.partner.map(|id| id.0),
            which.run.map(|id| id.0),
            before,
            most,
            i64::from(which.under_way)
        ];
        self.ask(brand, include_str!("../../../sql/books/read_payments.sql"), values, rows::payment)
    }

    fn payment(&self, brand: BrandId, id: PaymentId) -> Result<Option<PaymentRow>> {
        self.one(brand, include_str!("../../../sql/books/read_payment.sql"), values![brand.0, id.0], rows::payment)
    }

    fn payment_lines(&self, brand: BrandId, id: PaymentId, after: u32, most: u32) -> Result<Vec<PaymentLineRow>> {
        let values = values![brand.0, id.0, after, most];
        self.ask(brand, include_str!("../../../sql/books/read_payment_lines.sql"), values, rows::payment_line)
    }

    fn payment_parts(&self, brand: BrandId, id: PaymentId) -> Result<Vec<PaymentPart>> {
        let sql = include_str!("../../../sql/books/read_payment_parts.sql");
        self.ask(brand, sql, values![brand.0, id.0], rows::payment_part)
    }

    fn payment_runs(&self, brand: BrandId, most: u32) -> Result<Vec<PaymentRunRow>> {
        self.ask(
            brand,
            include_str!("../../../sql/books/read_payment_runs.sql"),
            values![brand.0, most],
            rows::payment_run,
        )
    }

    fn payment_run(&self, brand: BrandId, id: PaymentRunId) -> Result<Option<PaymentRunRow>> {
        self.one(
            brand,
            include_str!("../../../sql/books/read_payment_run.sql"),
            values![brand.0, id.0],
            rows::payment_run,
        )
    }

    fn inquiries(
        &self,
        brand: BrandId,
        filter: &InquiryFilter,
        before: Option<InquiryId>,
        most: u32,
    ) -> Result<Vec<InquiryRow>> {
        let mut values = inquiry_values(brand, filter);
        let states = &filter.states;
        let bits = states.iter().fold(0, |bits, state| bits | 1_i64 << (*state as u8));
        values.push((!states.is_empty()).then_some(bits).into());
        values.extend([before.map_or(i64::MAX, |id| i64::from(id.0)).into(), most.into()]);
        self.ask(brand, include_str!("../../../sql/books/read_inquiries.sql"), &values, rows::inquiry)
    }

    fn inquiries_due(
        &self,
        brand: BrandId,
        filter: &InquiryFilter,
        after: Option<(Timestamp, InquiryId)>,
        most: u32,
    ) -> Result<Vec<InquiryRow>> {
        let mut values = inquiry_values(brand, filter);
        let (due_at, id) = after.unwrap_or((Timestamp(i64::MIN), InquiryId(0)));
        values.extend([due_at.0.into(), id.0.into(), most.into()]);
        self.ask(brand, include_str!("../../../sql/books/read_inquiries_due.sql"), &values, rows::inquiry)
    }

    fn inquiry(&self, brand: BrandId, partner: Option<PartnerId>, id: InquiryId) -> Result<Option<InquiryRow>> {
        let values = values![brand.0, id.0, partner.map(|id| id.0)];
        self.one(brand, include_str!("../../../sql/books/read_inquiry.sql"), values, rows::inquiry)
    }

    fn count_inquiries(&self, brand: BrandId, partner: Option<PartnerId>, now: Timestamp) -> Result<CountedInquiries> {
        let values = values![brand.0, partner.map(|id| id.0), now.0];
        let counted = self.one(brand, include_str!("../../../sql/books/count_inquiries.sql"), values, |row| {
            Ok(CountedInquiries { open: row.number(0)?, overdue: row.number(1)? })
        })?;
        Ok(counted.unwrap_or_default())
    }

    fn config(&self, brand: BrandId) -> Result<Config> {
        let name = self.clusters.name_of(self.clusters.partition_of(brand));
        self.clusters.named(&name)?.with(|db| config(db, brand)).map_err(trouble)
    }

    fn config_marks(&self) -> Result<Vec<(BrandId, RecordNo)>> {
        let mut marks = Vec::new();
        for (name, pool) in self.clusters.all() {
            let mark = |row: &dyn Row| Ok((BrandId(row.number(0)?), RecordNo(row.number(1)?)));
            let here = pool.list(include_str!("../../../sql/books/list_config_marks.sql"), &[], mark);
            let holds = |brand| self.clusters.holds(name, self.clusters.partition_of(brand));
            marks.extend(here.map_err(trouble)?.into_iter().filter(|(brand, _)| holds(*brand)));
        }
        Ok(marks)
    }

    fn places(&self) -> Result<Places> {
        let mut all = Places::new();
        for (name, pool) in self.clusters.all() {
            let here = pool.with(places).map_err(trouble)?;
            all.extend(here.into_iter().filter(|(partition, _)| self.clusters.holds(name, *partition)));
        }
        Ok(all)
    }
}

/// One partner, or all there may be.
pub(super) fn range(partner: Option<PartnerId>) -> (u32, u32) {
    partner.map_or((0, ID_MAX), |partner| (partner.0, partner.0))
}

fn all<'a>(nodes: &[NodeId]) -> Value<'a> {
    Value::integers(nodes.iter().map(|node| node.0))
}
