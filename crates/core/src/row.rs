//! What the books hold: the rows that the rules derive. An engine stores them as they are and decides nothing.

use crate::exchange::Exchange;
use crate::fact::{Actor, ClickPath, Conversion, Device, Item, Signals};
use crate::id::{
    ActionId, AdId, ClickNo, EventTypeId, FactId, NodeId, PartnerId, PaymentId, PaymentRunId, ProgramId, RecordNo,
    ReviewId, SubmissionId, UserId,
};
use crate::identity::{Identifier, IdentifierKind, LeftOut};
use crate::money::{Currency, Money};
use crate::program::Source;
use crate::refusal::Refusal;
use crate::time::{Day, Timestamp};

mod counter;
mod entry;
mod inquiry;
mod mark;
mod payable;
mod payment;
mod shop;
mod tally;

pub use counter::{Counter, CounterGroup, CounterKey};
pub use entry::{Account, BalanceKey, EntryRow, MonthKey, Posting, Turnover};
pub use inquiry::InquiryRow;
pub use mark::{MarkKey, MarkRow};
pub use payable::{
    ClickCountKey, ClickDayKey, ClickDayRow, ClickDoubtRow, ClickGroupKey, ClickTally, GroupBy, PayableClickRow,
    PayableState, ReviewCursor, ReviewRow, ReviewState,
};
pub use payment::{PaymentLineRow, PaymentRow, PaymentRunRow, PaymentState, PaymentSum, RunState};
pub use shop::ShopOrderRow;
pub use tally::{Left, Reckoned, Tallied, Tally};

/// What a brand's history has come to, beside its rows: the applied place and the counters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BrandState {
    pub last_record: RecordNo,
    pub rules_version: u32,
    /// The largest moment a `TimePassed` named.
    pub brand_time: Timestamp,
    pub last_node: NodeId,
    pub last_ad: AdId,
    pub last_event_type: EventTypeId,
    pub last_action_seq: u32,
    pub last_payment: PaymentId,
    pub last_payment_run: PaymentRunId,
    pub last_review: ReviewId,
    /// No order that may still be decided again happened after this.
    pub last_unsettled_at: Timestamp,
    /// New rates have come: what awaits one is looked at, after this action.
    pub rates_after: Option<u32>,
    /// Queued work may be left: a `WorkAdvanced` would find something or prove there is nothing.
    pub work_waits: bool,
    pub posting: Posting,
    /// A shop system has told of orders: what else concerns one looks at what the shop said of it.
    pub has_shop_orders: bool,
}

/// What kind of touchpoint something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum TouchKind {
    /// A request on a tracking link.
    #[default]
    Click = 1,
    /// A view of an ad.
    Impression = 2,
}

/// A click or an impression that happened, counted or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClickRow {
    pub no: ClickNo,
    pub kind: TouchKind,
    pub record: RecordNo,
    pub program: ProgramId,
    pub partner: PartnerId,
    pub ad: AdId,
    pub slug: Option<String>,
    /// Where it hangs in the identity graph.
    pub node: NodeId,
    pub occurred_at: Timestamp,
    pub sub_ids: [String; 3],
    pub shared_id: String,
    pub signals: Signals,
    pub deep_link_refused: bool,
    /// Why it earns no credit; None: it may.
    pub refusal: Option<Refusal>,
    /// Reports count it.
    pub counted: bool,
    /// A page of the shop that brought its id was seen.
    pub landed_at: Option<Timestamp>,
    /// Rebuilt from its id, because the click itself has not been recorded yet.
    pub recovered: bool,
}

/// An identifier that was seen, and its node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentifierRow {
    pub node: NodeId,
    pub record: RecordNo,
    pub first_seen_at: Timestamp,
}

/// What an edge says of its two nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bond {
    /// They are the same thing: two hashes of one address, a click and the cookie it came with.
    Same,
    /// They were seen together.
    Seen,
    /// A person said that they are not one person; whatever else says so counts for nothing.
    Separated,
    /// That was taken back.
    Rejoined,
    /// They were seen together, but it could join nobody; the second node stands in another component.
    KeptOut(Refusal),
}

impl Bond {
    /// The number the books keep. Reasons have their own.
    pub fn number(self) -> u16 {
        match self {
            Bond::Same => 1,
            Bond::Seen => 2,
            Bond::Separated => 3,
            Bond::Rejoined => 4,
            Bond::KeptOut(reason) => reason.number(),
        }
    }

    pub fn from_number(number: u16) -> Option<Bond> {
        match number {
            1 => Some(Bond::Same),
            2 => Some(Bond::Seen),
            3 => Some(Bond::Separated),
            4 => Some(Bond::Rejoined),
            reason => {
                let reason = Refusal::from_number(reason)?;
                matches!(reason, Refusal::SharedByMany | Refusal::ProfileFull).then_some(Bond::KeptOut(reason))
            }
        }
    }
}

/// Why two nodes are one person, or not. Of edges with one key the earliest is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EdgeRow {
    pub record: RecordNo,
    /// The how-manieth of its record.
    pub n: u32,
    pub a: NodeId,
    pub b: NodeId,
    /// A quarter of an hour since 1970, for a person and a device, and for an issued id; otherwise 0.
    pub slot: i64,
    pub occurred_at: Timestamp,
    pub bond: Bond,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EdgeKey {
    pub a: NodeId,
    pub b: NodeId,
    /// That of the edge; below zero for what a pair has only one of.
    pub slot: i64,
}

impl EdgeRow {
    pub fn key(&self) -> EdgeKey {
        let slot = match self.bond {
            Bond::Seen => self.slot,
            Bond::Same => -1,
            Bond::Separated | Bond::Rejoined => -2,
            Bond::KeptOut(_) => -3,
        };
        EdgeKey { a: self.a, b: self.b, slot }
    }

    /// Its place among all: by time, then in the log's order.
    pub fn moment(&self) -> (Timestamp, RecordNo, u32) {
        (self.occurred_at, self.record, self.n)
    }
}

/// Two nodes that were seen together and are not one person, as it stood then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedJoinRow {
    pub record: RecordNo,
    /// The how-manieth of its record.
    pub n: u32,
    pub at: Timestamp,
    pub a: NodeId,
    pub b: NodeId,
    pub reason: Refusal,
}

/// An order that earned nothing, as last reported, while what happened before it may still arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsettledRow {
    /// Where the buyer hangs by whom it was decided: news is waited for in that component.
    pub node: NodeId,
    pub occurred_at: Timestamp,
    pub until: Timestamp,
    pub buyer: Buyer,
    pub report: Conversion,
}

/// What a report knows of the buyer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Buyer {
    /// Where the reported identifiers hang.
    pub identifiers: Vec<(NodeId, Identifier)>,
    /// The strongest of them; the click, if that was all.
    pub anchor: Option<NodeId>,
    /// The click whose id was reported.
    pub click: Option<(ClickNo, NodeId)>,
    /// Where an earlier report of the same order hung.
    pub before: Option<NodeId>,
    /// What the report said of the buyer and could not be used.
    pub left_out: Vec<LeftOut>,
}

/// An order is unique per event type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrderKey {
    pub event_type: EventTypeId,
    pub order_id: String,
}

/// A conversion that was reported, whether it earned something or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversionRow {
    pub record: RecordNo,
    pub program: ProgramId,
    pub occurred_at: Timestamp,
    pub received_at: Timestamp,
    pub source: Source,
    pub currency: Currency,
    pub amount: Money,
    pub digest: [u8; 16],
    /// Where its identifiers hang; None if it brought none.
    pub node: Option<NodeId>,
    /// Why it earned nothing; None: it became the actions.
    pub refusal: Option<Refusal>,
    /// One for each partner who is paid a share, in the order of their last touchpoints.
    pub actions: Vec<ActionId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ActionState {
    Pending = 1,
    Locked = 2,
    Paid = 3,
    Reversed = 4,
}

/// How a partner's part in a conversion was established.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Evidence {
    /// The brand named the partner.
    ForcedPartner = 1,
    PromoCode = 2,
    /// A click id came with the report.
    ClickId = 3,
    /// A click joined to the buyer by an identifier.
    Identifier = 4,
    /// It follows from an order whose partners earn it too.
    ParentAction = 5,
    /// The buyer came by an address that belongs to the partner.
    AssignedUrl = 6,
    /// The buyer called a number that belongs to the partner.
    AssignedPhone = 7,
    /// A view of the partner's ad, joined to the buyer by an identifier.
    Impression = 8,
    /// The partner asked for it, and the brand found it right.
    Inquiry = 10,
    /// It is no event: the brand gave it as a bonus.
    Bonus = 17,
    /// The same as a flat fee.
    Fee = 18,
    /// It is the partner's clicks of a day, which are paid for themselves.
    Clicks = 19,
}

/// A credited conversion under a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionRow {
    pub id: ActionId,
    /// The record that opened it: its decision is found by it.
    pub record: RecordNo,
    pub partner: PartnerId,
    pub ad: AdId,
    /// The last of its touchpoints.
    pub click: Option<ClickNo>,
    pub evidence: Evidence,
    /// Its part of the order, in millionths.
    pub share_ppm: u32,
    pub order_id: String,
    pub occurred_at: Timestamp,
    pub opened_at: Timestamp,
    pub changed_at: Timestamp,
    pub state: ActionState,
    /// Why it was last changed.
    pub disposition: String,
    /// Of the payout: the program's.
    pub currency: Currency,
    /// Of the amounts.
    pub order_currency: Currency,
    pub exchange: Exchange,
    pub amount: Money,
    pub payout: Money,
    /// As first reported and priced.
    pub intended_amount: Money,
    pub intended_payout: Money,
    /// Which version of which terms prices it, now and after any change.
    pub terms_version: u32,
    pub terms_of_template: bool,
    /// When it locks or, by an approval, locked; None: it waits for the brand's approval.
    pub locks_at: Option<Timestamp>,
    /// The place of the tier of its terms that it opened in; of a bonus that terms give, of the one that was reached.
    pub tier: Option<usize>,
    /// The place of the limit of its terms that was reached: it pays nothing unless the brand admits it.
    pub outside: Option<usize>,
    /// A person wants it to stay pending, whatever its time.
    pub held: bool,
    /// What the next payment takes: its payout once it is locked, and then what corrections add to it.
    pub owed: Money,
    /// The record since which it is owed.
    pub owed_since: Option<RecordNo>,
    /// The last payment that took something of it.
    pub payment: Option<PaymentId>,
    pub changes: u32,
    pub items: Vec<Item>,
    pub promo_code: String,
    pub customer_status: String,
    /// The status was not reported: it is what the profile's earlier orders say.
    pub status_derived: bool,
    pub sub_ids: [String; 3],
    pub shared_id: String,
    pub fields: Vec<(String, String)>,
    /// Of the whole order, as first reported.
    pub order_total: Money,
    /// On which its touchpoint was.
    pub device: Device,
    pub whole: Whole,
    /// What it had when it was reversed, for whoever takes that back.
    pub before_reversal: Option<BeforeReversal>,
    /// The action of another partner whose place it took.
    pub moved_from: Option<ActionId>,
    /// The action of another partner that took its place.
    pub moved_to: Option<ActionId>,
    /// What returns have taken of its payout.
    pub returned: Money,
    /// A return that waits for the partner's word.
    pub return_asked: Option<ReturnAsked>,
}

/// What is to be taken back, if the partner agrees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnAsked {
    pub at: Timestamp,
    pub disposition: String,
    /// The figures it would have; None: it would be reversed.
    pub figures: Option<Whole>,
    /// They follow from quantities, which are parts of what they were of before.
    pub by_quantity: bool,
}

/// The figures that quantities are parts of: as first reported, or as an amount last named them. Counted from here,
/// returns come to the same however they are split.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Whole {
    pub amount: Money,
    /// Quantity and amount of each item, in their order.
    pub items: Vec<(u32, Money)>,
}

/// What a restoration gives back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BeforeReversal {
    pub whole: Whole,
    pub returned: Money,
}

impl Whole {
    pub fn of(amount: Money, items: &[Item]) -> Whole {
        Whole { amount, items: items.iter().map(|item| (item.quantity, item.amount)).collect() }
    }
}

impl ActionRow {
    /// An amount of its order in the currency of its payout; nothing while the rate is awaited.
    pub fn worth(&self, amount: Money) -> Money {
        match self.exchange {
            Exchange::Same => amount,
            Exchange::Awaited => Money::ZERO,
            Exchange::At(rate) => rate.convert(amount, self.currency),
        }
    }

    /// Whether its time to lock has come, and nobody holds it.
    pub fn is_due(&self, brand_time: Timestamp) -> bool {
        let has_come = self.locks_at.is_some_and(|at| at <= brand_time);
        self.state == ActionState::Pending && !self.held && has_come
    }

    /// Whether it was given to the partner beside all events.
    pub fn is_award(&self) -> bool {
        matches!(self.evidence, Evidence::Bonus | Evidence::Fee)
    }

    /// Whether its amount is what the partner gets, and nothing was sold.
    pub fn pays_its_amount(&self) -> bool {
        self.is_award() || self.evidence == Evidence::Clicks
    }

    /// The account that it costs the brand.
    pub fn spent_on(&self) -> Account {
        match self.evidence {
            Evidence::Bonus => Account::Bonus,
            Evidence::Fee => Account::Fee,
            _ => Account::Cost,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum HistoryKind {
    Opened = 1,
    Modified = 2,
    Reversed = 3,
    /// By its time, or by an approval: then somebody is named.
    Locked = 4,
    Paid = 5,
    Held = 6,
    Released = 7,
    Restored = 8,
    /// Other figures after it was locked; the difference is owed, or owed back.
    Corrected = 9,
    /// Its payment came to nothing: it is owed again.
    Returned = 10,
    /// The exchange rate of its day has come: it is priced.
    Converted = 11,
    /// It was outside of the terms, and the brand pays it all the same.
    Admitted = 12,
    /// The partner is asked for its consent to a return.
    ReturnAsked = 17,
    /// It did not agree, or did not answer in time.
    ReturnDeclined = 18,
}

/// One line of an action's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    pub action: ActionId,
    /// From 1, per action.
    pub seq: u32,
    pub record: RecordNo,
    pub at: Timestamp,
    pub kind: HistoryKind,
    pub amount_delta: Money,
    pub payout_delta: Money,
    pub disposition: String,
    pub source: Option<Source>,
    pub user: Option<UserId>,
}

/// How a candidate is joined to the buyer, from the report to the click.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The report carried a click id: the candidate's own if this is the whole way to it, or that of another click, from
    /// whose node the next step goes on.
    ReportedClickId,
    /// The report carried this identifier.
    Reported { identifier: Identifier },
    /// A record showed the two to be one person.
    Joined { record: RecordNo, occurred_at: Timestamp, from: NodeId, to: NodeId },
    /// The click was seen at this node.
    SeenAt { node: NodeId },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub click: ClickNo,
    pub kind: TouchKind,
    pub partner: PartnerId,
    pub ad: AdId,
    pub occurred_at: Timestamp,
    pub path: Vec<Step>,
    /// Its part of the order, in millionths; 0 if it lost.
    pub share_ppm: u32,
    /// Why it lost; None: it has a share.
    pub lost: Option<Refusal>,
}

/// What one partner has of a conversion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credit {
    pub partner: PartnerId,
    pub evidence: Evidence,
    /// The last of its touchpoints; none for stronger evidence.
    pub click: Option<ClickNo>,
    /// The sum of its touchpoints' shares, in millionths.
    pub share_ppm: u32,
    /// What it became; None: nobody is paid for it.
    pub action: Option<ActionId>,
}

/// Why a conversion was credited as it was, or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRow {
    pub record: RecordNo,
    pub order: OrderKey,
    pub program: ProgramId,
    pub occurred_at: Timestamp,
    /// Who earned it, by their last touchpoints, the newest last. The shares add up to one, or to
    /// less where the order follows from one of which some was paid to nobody. Empty: nobody.
    pub credits: Vec<Credit>,
    /// The rules' no; None: credited.
    pub refusal: Option<Refusal>,
    pub rules_version: u32,
    pub referral_window_days: Option<u32>,
    /// Newest first.
    pub candidates: Vec<Candidate>,
    /// Candidates left out because there were too many to keep.
    pub candidates_left_out: u32,
    /// What the report said of the buyer and could not be used.
    pub left_out: Vec<LeftOut>,
    /// By what a shop's order was joined to whoever earned it.
    pub click_path: Option<ClickPath>,
}

/// Counts and sums of a day, kept by partner and ad. Partner and ad are 0 where nobody earned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RollupKey {
    pub program: ProgramId,
    pub day: Day,
    pub partner: PartnerId,
    pub ad: AdId,
}

/// Added to what the row already holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rollup {
    pub clicks: i64,
    /// Requests on links that do not count as clicks.
    pub uncounted: i64,
    /// Views of ads that count.
    pub impressions: i64,
    pub visits: i64,
    /// Orders, each counted for the partner of its last touchpoint.
    pub conversions: i64,
    /// Shares in orders that are counted for another partner.
    pub assists: i64,
    /// Conversions that earned nothing.
    pub unclaimed: i64,
    pub amount: Money,
    pub payout: Money,
}

/// What a partner's events of a month in a program came to. The month is that of the event, by its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReturnsKey {
    pub program: ProgramId,
    pub month: Day,
    pub partner: PartnerId,
}

/// Added to what the row already holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Returned {
    /// What they would pay if nothing had been returned.
    pub payouts: Money,
    /// What returns have taken of it.
    pub returned: Money,
}

impl Returned {
    pub fn plus(self, other: Returned) -> Returned {
        Returned { payouts: self.payouts.plus(other.payouts), returned: self.returned.plus(other.returned) }
    }
}

/// How often something that was meant to name a person did not, per day on which it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOutKey {
    pub program: ProgramId,
    pub day: Day,
    /// None: of a kind that is not known.
    pub kind: Option<IdentifierKind>,
    pub reason: Refusal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum SubmissionKind {
    Conversion = 1,
    Modification = 2,
    Reversal = 3,
    Hold = 4,
    Release = 5,
    Approval = 6,
    Restoration = 7,
    Correction = 8,
    Admission = 9,
    Reattribution = 17,
}

/// What became of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmissionRow {
    pub id: SubmissionId,
    pub record: RecordNo,
    pub kind: SubmissionKind,
    pub received_at: Timestamp,
    pub program: ProgramId,
    pub order: Option<OrderKey>,
    pub source: Source,
    pub refusal: Option<Refusal>,
    /// Those it opened, changed, or met.
    pub actions: Vec<ActionId>,
    /// Nothing was new in it.
    pub unchanged: bool,
}

/// What a person did, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    pub record: RecordNo,
    pub fact_id: FactId,
    pub at: Timestamp,
    pub actor: Actor,
    /// The fact's kind, such as `ad_set`.
    pub kind: &'static str,
    /// The id that was created or changed.
    pub subject: String,
    pub refusal: Option<Refusal>,
}

/// What the outside must be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectRow {
    pub record: RecordNo,
    pub n: u32,
    pub effect: Effect,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// An action got a new line in its history.
    TellActionChanged { action: ActionId, seq: u32, kind: HistoryKind },
}

impl Rollup {
    pub fn add(&mut self, other: Rollup) {
        self.clicks += other.clicks;
        self.uncounted += other.uncounted;
        self.impressions += other.impressions;
        self.visits += other.visits;
        self.conversions += other.conversions;
        self.assists += other.assists;
        self.unclaimed += other.unclaimed;
        self.amount = self.amount.plus(other.amount);
        self.payout = self.payout.plus(other.payout);
    }
}
