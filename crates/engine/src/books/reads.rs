//! Questions to the books, for screens, interfaces and commands. Every question names the brand.

use referee_core::config::Config;
use referee_core::fact::{Actor, Record};
use referee_core::id::{
    ActionId, AdId, BrandId, ClickNo, EventTypeId, FactId, InquiryId, NodeId, PartnerId, PaymentId, PaymentRunId,
    ProgramId, RecordNo, SubmissionId,
};
use referee_core::identity::Identifier;
use referee_core::inquiry::{InquiryKind, InquiryState};
use referee_core::money::{Currency, Money};
use referee_core::refusal::Refusal;
use referee_core::row::{
    Account, ActionRow, ActionState, BalanceKey, ClickRow, ConversionRow, CounterKey, DecisionRow, EdgeRow, EntryRow,
    HistoryRow, InquiryRow, LeftOutKey, OrderKey, PaymentLineRow, PaymentRow, PaymentRunRow, Posting, RefusedJoinRow,
    Rollup, ShopOrderRow, SubmissionRow, Tally,
};
use referee_core::slice::Slice;
use referee_core::statement::Movement;
use referee_core::time::{Day, Timestamp};

use super::doubt_reads::DoubtReads;
use super::payable_reads::PayableReads;
use crate::error::Result;
use crate::log::{Draft, Places};

/// A person's command, as it is looked up afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    pub record: RecordNo,
    pub fact_id: FactId,
    pub at: Timestamp,
    pub actor: Actor,
    pub kind: String,
    pub subject: String,
    pub refusal: Option<Refusal>,
}

/// Days of a program, of one partner or of all.
#[derive(Debug, Clone, Copy)]
pub struct Period {
    pub program: ProgramId,
    pub from: Day,
    pub to: Day,
    pub partner: Option<PartnerId>,
}

/// What actions were first priced at, of one partner in one program and currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intended {
    pub program: ProgramId,
    pub partner: PartnerId,
    pub currency: Currency,
    pub actions: u64,
    pub amount: Money,
    pub payout: Money,
}

/// Orders that were reported, and those of them that earned nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountedConversions {
    pub all: u64,
    pub unclaimed: u64,
}

/// What went into an account and out of it in a month, of one partner or of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Monthly {
    pub month: Day,
    pub program: ProgramId,
    pub currency: Currency,
    pub account: Account,
    pub money_in: Money,
    pub money_out: Money,
}

/// All that moved in one account on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalLine {
    pub day: Day,
    pub key: BalanceKey,
    pub money_in: Money,
    pub money_out: Money,
    pub entries_in: u64,
    pub entries_out: u64,
}

/// From and to, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Between {
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Default for Between {
    fn default() -> Between {
        Between { from: Timestamp(i64::MIN), to: Timestamp(i64::MAX) }
    }
}

#[derive(Debug, Clone, Default)]
pub struct ActionFilter {
    pub program: Option<ProgramId>,
    pub partner: Option<PartnerId>,
    /// Any of these; all if empty.
    pub states: Vec<ActionState>,
    pub event_type: Option<EventTypeId>,
    pub order_id: Option<String>,
    pub occurred: Between,
    pub changed: Between,
    pub locks: Between,
}

/// Pages by number, for interfaces that ask so.
#[derive(Debug, Clone, Copy)]
pub struct NumberedPage {
    /// From 0.
    pub offset: u64,
    pub most: u32,
}

/// Which of the things that count or do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Counted {
    #[default]
    All,
    Counted,
    Refused,
    For(Refusal),
}

#[derive(Debug, Clone, Default)]
pub struct ClickFilter {
    pub program: Option<ProgramId>,
    pub partner: Option<PartnerId>,
    pub counted: Counted,
}

#[derive(Debug, Clone, Default)]
pub struct InquiryFilter {
    pub program: Option<ProgramId>,
    pub partner: Option<PartnerId>,
    pub kind: Option<InquiryKind>,
    pub order_id: Option<String>,
    /// Any of these; all if empty.
    pub states: Vec<InquiryState>,
}

/// Inquiries that wait for an answer, and those of them whose time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CountedInquiries {
    pub open: u64,
    pub overdue: u64,
}

/// The place of a line among the histories of all actions, in the log's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct UpdatePlace {
    pub record: RecordNo,
    pub action: u32,
    pub n: u32,
}

impl UpdatePlace {
    pub fn of(line: &HistoryRow) -> UpdatePlace {
        UpdatePlace { record: line.record, action: line.action.seq, n: line.seq }
    }
}

#[derive(Debug, Clone, Copy, Default)]
pub struct PaymentFilter {
    pub partner: Option<PartnerId>,
    pub run: Option<PaymentRunId>,
    /// Only those made before this one.
    pub before: Option<PaymentId>,
    /// Only those for which the next payment to the partner has to wait.
    pub under_way: bool,
}

/// What a payment took in one program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentPart {
    pub program: ProgramId,
    pub actions: u64,
    pub amount: Money,
    /// The first and the last event that it paid for.
    pub first_at: Timestamp,
    pub last_at: Timestamp,
}

pub trait Reads: PayableReads + DoubtReads + Send + Sync {
    fn days(&self, brand: BrandId, period: Period) -> Result<Vec<(Day, Rollup)>>;
    fn partners(&self, brand: BrandId, period: Period) -> Result<Vec<(PartnerId, Rollup)>>;
    fn ads(&self, brand: BrandId, period: Period) -> Result<Vec<(AdId, Rollup)>>;

    /// Newest first, from before a place on.
    fn actions(
        &self,
        brand: BrandId,
        filter: &ActionFilter,
        before: Option<(Timestamp, u32)>,
        most: u32,
    ) -> Result<Vec<ActionRow>>;
    /// Oldest first, with how many there are in all.
    fn actions_page(&self, brand: BrandId, filter: &ActionFilter, page: NumberedPage) -> Result<(u64, Vec<ActionRow>)>;
    fn action(&self, brand: BrandId, id: ActionId) -> Result<Option<ActionRow>>;
    /// Actions of which the partner, or each, is asked for its consent to a return, the longest asked first.
    fn asked_returns(&self, brand: BrandId, partner: Option<PartnerId>, most: u32) -> Result<Vec<ActionRow>>;
    /// What a bonus was reckoned of, if terms give it.
    fn tally_of(&self, brand: BrandId, bonus: ActionId) -> Result<Option<(CounterKey, Tally)>>;
    fn history(&self, brand: BrandId, id: ActionId) -> Result<Vec<HistoryRow>>;
    /// Lines of all histories, or of one partner's, in the order they were written.
    fn updates(
        &self,
        brand: BrandId,
        program: Option<ProgramId>,
        partner: Option<PartnerId>,
        at: Between,
        page: NumberedPage,
    ) -> Result<(u64, Vec<HistoryRow>)>;
    /// The same, of one program or partner or of all, after a place on.
    fn updates_after(
        &self,
        brand: BrandId,
        program: Option<ProgramId>,
        partner: Option<PartnerId>,
        after: UpdatePlace,
        most: u32,
    ) -> Result<Vec<HistoryRow>>;
    fn latest_history(&self, brand: BrandId, most: u32) -> Result<Vec<HistoryRow>>;
    fn decision(&self, brand: BrandId, action: &ActionRow) -> Result<Option<DecisionRow>>;
    /// Newest first: an order that was decided again has several.
    fn decisions_of(&self, brand: BrandId, order: &OrderKey) -> Result<Vec<DecisionRow>>;
    fn entries(&self, brand: BrandId, action: ActionId) -> Result<Vec<EntryRow>>;

    fn click(&self, brand: BrandId, no: ClickNo) -> Result<Option<ClickRow>>;
    /// Newest first, from before a number on.
    fn clicks(&self, brand: BrandId, filter: &ClickFilter, before: Option<ClickNo>, most: u32)
    -> Result<Vec<ClickRow>>;
    /// Newest first, from before a record on.
    fn conversions(
        &self,
        brand: BrandId,
        program: Option<ProgramId>,
        counted: Counted,
        before: Option<RecordNo>,
        most: u32,
    ) -> Result<Vec<(OrderKey, ConversionRow)>>;
    fn conversions_of(&self, brand: BrandId, order_id: &str) -> Result<Vec<(OrderKey, ConversionRow)>>;
    /// Orders whose id begins so.
    fn orders_like(&self, brand: BrandId, prefix: &str, most: u32) -> Result<Vec<(OrderKey, ConversionRow)>>;
    /// Orders whose decisions named a click as a candidate.
    fn orders_of_click(&self, brand: BrandId, no: ClickNo, most: u32) -> Result<Vec<OrderKey>>;
    /// Where an identifier hangs.
    fn node_of(&self, brand: BrandId, identifier: &Identifier) -> Result<Option<NodeId>>;
    /// All nodes that may influence a node's profile, ascending; itself, if nothing is joined to it.
    fn component_of(&self, brand: BrandId, node: NodeId) -> Result<Vec<NodeId>>;
    /// Edges that begin at any of some nodes.
    fn edges_at(&self, brand: BrandId, nodes: &[NodeId]) -> Result<Vec<EdgeRow>>;
    /// Touchpoints that were left at any of some nodes, newest first.
    fn clicks_at(&self, brand: BrandId, nodes: &[NodeId], most: u32) -> Result<Vec<ClickRow>>;
    /// Orders whose buyer hangs at any of some nodes, newest first.
    fn conversions_at(&self, brand: BrandId, nodes: &[NodeId], most: u32) -> Result<Vec<(OrderKey, ConversionRow)>>;
    /// Newest first, from before a record on.
    fn refused_joins(&self, brand: BrandId, before: Option<(RecordNo, u32)>, most: u32) -> Result<Vec<RefusedJoinRow>>;
    fn identifiers_at(&self, brand: BrandId, nodes: &[NodeId]) -> Result<Vec<(NodeId, Identifier)>>;

    /// What was left out of page loads and reports of a program, newest day first.
    fn left_out(&self, brand: BrandId, period: Period, most: u32) -> Result<Vec<(LeftOutKey, u64)>>;

    /// The last record of a brand that was applied; zero if there is none.
    fn last_record(&self, brand: BrandId) -> Result<RecordNo>;
    /// Of actions whose events happened since a moment.
    fn intended(&self, brand: BrandId, since: Timestamp) -> Result<Vec<Intended>>;
    fn count_conversions(&self, brand: BrandId, since: Timestamp) -> Result<CountedConversions>;

    /// What a shop has said of the order with this id, by event type.
    fn shop_orders(&self, brand: BrandId, order_id: &str) -> Result<Vec<(OrderKey, ShopOrderRow)>>;
    fn submission(&self, brand: BrandId, id: SubmissionId) -> Result<Option<SubmissionRow>>;
    /// Reports of an order that the rules refused, newest first.
    fn refused_submissions(&self, brand: BrandId, order_id: &str, most: u32) -> Result<Vec<SubmissionRow>>;
    fn count_submissions(&self, brand: BrandId) -> Result<u64>;
    /// Newest first, from before a record on.
    fn submissions(&self, brand: BrandId, most: u32) -> Result<Vec<SubmissionRow>>;
    fn audit(&self, brand: BrandId, before: Option<RecordNo>, most: u32) -> Result<Vec<AuditEntry>>;
    /// Oldest first, from after a record on.
    fn audit_after(&self, brand: BrandId, after: RecordNo, most: u32) -> Result<Vec<AuditEntry>>;
    fn audit_by_fact_id(&self, brand: BrandId, id: FactId) -> Result<Option<AuditEntry>>;
    fn balances(&self, brand: BrandId, partner: Option<PartnerId>) -> Result<Vec<(BalanceKey, Money)>>;
    /// Newest first.
    fn payments(&self, brand: BrandId, which: &PaymentFilter, most: u32) -> Result<Vec<PaymentRow>>;
    fn payment(&self, brand: BrandId, id: PaymentId) -> Result<Option<PaymentRow>>;
    /// What it took, by action, after the one with this sequence.
    fn payment_lines(&self, brand: BrandId, id: PaymentId, after: u32, most: u32) -> Result<Vec<PaymentLineRow>>;
    /// The same summed up, by program.
    fn payment_parts(&self, brand: BrandId, id: PaymentId) -> Result<Vec<PaymentPart>>;
    /// Newest first.
    fn payment_runs(&self, brand: BrandId, most: u32) -> Result<Vec<PaymentRunRow>>;
    fn payment_run(&self, brand: BrandId, id: PaymentRunId) -> Result<Option<PaymentRunRow>>;
    /// Newest first, from before a number on.
    fn inquiries(
        &self,
        brand: BrandId,
        filter: &InquiryFilter,
        before: Option<InquiryId>,
        most: u32,
    ) -> Result<Vec<InquiryRow>>;
    /// Those that are open, the most urgent first, after a place on.
    fn inquiries_due(
        &self,
        brand: BrandId,
        filter: &InquiryFilter,
        after: Option<(Timestamp, InquiryId)>,
        most: u32,
    ) -> Result<Vec<InquiryRow>>;
    /// One of a brand; with a partner, only one of that partner's.
    fn inquiry(&self, brand: BrandId, partner: Option<PartnerId>, id: InquiryId) -> Result<Option<InquiryRow>>;
    fn count_inquiries(&self, brand: BrandId, partner: Option<PartnerId>, now: Timestamp) -> Result<CountedInquiries>;
    /// The moment at which entries are posted now.
    fn posting(&self, brand: BrandId) -> Result<Posting>;
    /// Oldest month first; months in which nothing moved are left out.
    fn turnovers(&self, brand: BrandId, partner: Option<PartnerId>) -> Result<Vec<Monthly>>;
    /// What accounts held before the month that begins with a day, and what moved in it, in the order of partners.
    fn movements(&self, brand: BrandId, month: Day, partner: Option<PartnerId>) -> Result<Vec<(BalanceKey, Movement)>>;
    /// Days of the month that begins with a day, in their order.
    fn journal(&self, brand: BrandId, month: Day) -> Result<Vec<JournalLine>>;

    /// Loads what some drafts need, as for a batch of the machine, and hands each over as the record that it would be.
    /// Nothing of what is done with the slice is saved.
    fn rehearse(&self, brand: BrandId, drafts: Vec<Draft>, each: &mut dyn FnMut(&mut Slice, Record)) -> Result<()>;

    /// What a brand has set up.
    fn config(&self, brand: BrandId) -> Result<Config>;
    /// Of every brand, the record that last changed what it has set up.
    fn config_marks(&self) -> Result<Vec<(BrandId, RecordNo)>>;
    /// How far the books have come, in every partition they hold.
    fn places(&self) -> Result<Places>;
}
