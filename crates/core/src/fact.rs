//! Everything that can enter, in the past tense, and the record it becomes in the log.
//!
//! A fact holds numbers and keyed hashes only: names, addresses and secrets stay in the settings, and the raw
//! request stays in a section of the log that the rules never see.

use crate::contract::TermsRules;
use crate::exchange::DayRates;
use crate::id::{
    ActionId, AdId, BrandId, ClickNo, EventTypeId, FactId, NodeId, PartnerId, PaymentId, PaymentRunId, ProgramId,
    RecordNo, ReviewId, SubmissionId, UserId,
};
use crate::identity::{Alias, Blocked, Identifier, LeftOut};
use crate::inquiry::{InquiryAnswered, InquiryAppealed, InquiryOpened, InquiryRules};
use crate::list::ListSet;
use crate::money::{Currency, Money};
use crate::overlay::OverlaySet;
use crate::program::{
    AssignedValue, Category, CreditPolicy, GroupCredit, PaymentRules, Program, PromoCode, Source, Standing, ValueKind,
    VanityLink,
};
use crate::refusal::Refusal;
use crate::row::PayableState;
use crate::screening::{ClickTest, ScreeningRules};
use crate::time::{Day, Timestamp};

mod shop;
mod signals;

pub use shop::{ClickPath, RefundedLine, ShopLine, ShopOrderSeen, ShopRefund, ShopRefundSeen};
pub use signals::{
    Agent, Browser, Device, Embedded, Navigation, NetworkClass, Oddities, Preload, Robot, Signals, Site, System,
};

/// A fact with its place and times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub no: RecordNo,
    pub brand: BrandId,
    pub id: FactId,
    /// When the edge took it in.
    pub received_at: Timestamp,
    /// When it is said to have happened.
    pub occurred_at: Timestamp,
    /// The person behind it, if one was.
    pub actor: Option<Actor>,
    pub fact: Fact,
}

/// Who did it, in which role and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub user: UserId,
    pub role: Role,
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Role {
    Owner = 1,
    Manager = 2,
    Finance = 3,
    Developer = 4,
    Viewer = 5,
    Partner = 6,
    /// The person who runs the server, with the command line.
    Operator = 7,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// From here on, the rules of this version apply. The first record of every brand.
    RulesAdopted {
        version: u32,
    },
    ProgramSet(Program),
    EventTypeSet(EventTypeSet),
    PartnerSet {
        partner: PartnerId,
        standing: Standing,
        /// Never paid: paid search, newsletters and the like.
        channel: bool,
    },
    AdSet(AdSet),
    LinkSet(VanityLink),
    PromoCodeSet(PromoCode),
    AssignedValueSet(AssignedValue),
    PartnerGroupSet(PartnerGroupSet),
    TermsSet(TermsSet),
    /// A partner accepts or declines what it was offered.
    TermsDecided(TermsDecided),
    OfferWithdrawn(OfferWithdrawn),
    OverlaySet(OverlaySet),
    ListSet(ListSet),
    /// An entry of the brand's block list, or the end of one.
    IdentifierBlocked(Blocked),
    ClickRecorded(Click),
    /// A partner's ad was seen. It has a click's number and no click's id.
    ImpressionRecorded(Click),
    VisitRecorded(Visit),
    ConversionReported(Conversion),
    ChangeRequested(ChangeRequest),
    /// The brand gives a partner something beside its payouts. Why, its actor says.
    AwardGiven(AwardGiven),
    /// The partner's word on a return that it was asked for.
    ReturnDecided(ReturnDecided),
    /// Somebody found two nodes of the identity graph not to be one person, or takes that back.
    JoinSeparated {
        a: NodeId,
        b: NodeId,
        separated: bool,
    },
    /// All that is locked for a partner in a program's currency was transferred.
    PaymentMade {
        program: ProgramId,
        partner: PartnerId,
    },
    /// Exchange rates of days.
    RatesSet(Vec<DayRates>),
    PaymentRulesSet(PaymentRules),
    /// What is locked for these partners is to be paid, once the run is approved.
    PaymentRunProposed(PaymentRunProposed),
    PaymentRunDecided {
        run: PaymentRunId,
        approved: bool,
    },
    /// The bank, or whoever made the transfer, has said what became of it.
    PaymentConcluded {
        payment: PaymentId,
        /// Why the money has not arrived; None: it has.
        failure: Option<String>,
    },
    ScreeningRulesSet(ScreeningRules),
    /// A person decides on pending clicks.
    ClicksReviewed(ClicksReviewed),
    /// Statistics found the clicks of a partner's day unlike others.
    ClicksDoubted(ClicksDoubted),
    /// Somebody of a partner was seen, by its own word, at a device.
    PartnerDeviceSeen {
        partner: PartnerId,
        /// As of clicks.
        agent_key: u64,
    },
    /// What a review decided is taken back.
    ReviewUndone {
        review: ReviewId,
    },
    InquiryRulesSet(InquiryRules),
    InquiryOpened(InquiryOpened),
    InquiryAnswered(InquiryAnswered),
    InquiryAppealed(InquiryAppealed),
    ShopOrderSeen(ShopOrderSeen),
    ShopRefundSeen(ShopRefundSeen),
    /// A browser saw the checkout of a shop's order: who bought it and by which click. What it came to, the shop says.
    ShopCheckoutSeen(Conversion),
    /// Brand time is at least the record's `occurred_at`.
    TimePassed,
    /// Takes the next pieces of queued work.
    WorkAdvanced {
        limit: u32,
    },
}

impl Fact {
    /// The kind's name, as the audit trail and the exported log write it.
    pub fn kind(&self) -> &'static str {
        match self {
            Fact::RulesAdopted { .. } => "rules_adopted",
            Fact::ProgramSet(_) => "program_set",
            Fact::EventTypeSet(_) => "event_type_set",
            Fact::PartnerSet { .. } => "partner_set",
            Fact::AdSet(_) => "ad_set",
            Fact::LinkSet(_) => "link_set",
            Fact::PromoCodeSet(_) => "promo_code_set",
            Fact::AssignedValueSet(_) => "assigned_value_set",
            Fact::PartnerGroupSet(_) => "partner_group_set",
            Fact::TermsSet(_) => "terms_set",
            Fact::TermsDecided(_) => "terms_decided",
            Fact::OfferWithdrawn(_) => "offer_withdrawn",
            Fact::OverlaySet(_) => "overlay_set",
            Fact::ListSet(_) => "list_set",
            Fact::IdentifierBlocked(_) => "identifier_blocked",
            Fact::ClickRecorded(_) => "click_recorded",
            Fact::ImpressionRecorded(_) => "impression_recorded",
            Fact::VisitRecorded(_) => "visit_recorded",
            Fact::ConversionReported(_) => "conversion_reported",
            Fact::ChangeRequested(_) => "change_requested",
            Fact::AwardGiven(_) => "award_given",
            Fact::ReturnDecided(_) => "return_decided",
            Fact::JoinSeparated { .. } => "join_separated",
            Fact::PaymentMade { .. } => "payment_made",
            Fact::RatesSet(_) => "rates_set",
            Fact::PaymentRulesSet(_) => "payment_rules_set",
            Fact::PaymentRunProposed(_) => "payment_run_proposed",
            Fact::PaymentRunDecided { .. } => "payment_run_decided",
            Fact::PaymentConcluded { .. } => "payment_concluded",
            Fact::ScreeningRulesSet(_) => "screening_rules_set",
            Fact::ClicksReviewed(_) => "clicks_reviewed",
            Fact::ClicksDoubted(_) => "clicks_doubted",
            Fact::PartnerDeviceSeen { .. } => "partner_device_seen",
            Fact::ReviewUndone { .. } => "review_undone",
            Fact::InquiryRulesSet(_) => "inquiry_rules_set",
            Fact::InquiryOpened(_) => "inquiry_opened",
            Fact::InquiryAnswered(_) => "inquiry_answered",
            Fact::InquiryAppealed(_) => "inquiry_appealed",
            Fact::ShopOrderSeen(_) => "shop_order_seen",
            Fact::ShopRefundSeen(_) => "shop_refund_seen",
            Fact::ShopCheckoutSeen(_) => "shop_checkout_seen",
            Fact::TimePassed => "time_passed",
            Fact::WorkAdvanced { .. } => "work_advanced",
        }
    }

    /// Whether it must be a batch of its own: it changes or reads what the slice of a batch is chosen by.
    pub fn stands_alone(&self) -> bool {
        !matches!(
            self,
            Fact::ClickRecorded(_)
                | Fact::ImpressionRecorded(_)
                | Fact::VisitRecorded(_)
                | Fact::ConversionReported(_)
                | Fact::ChangeRequested(_)
                | Fact::ShopOrderSeen(_)
                | Fact::ShopRefundSeen(_)
                | Fact::ShopCheckoutSeen(_)
        )
    }

    /// What it says of an order and its buyer, if it says that.
    pub fn report(&self) -> Option<&Conversion> {
        match self {
            Fact::ConversionReported(report) | Fact::ShopCheckoutSeen(report) => Some(report),
            Fact::ShopOrderSeen(seen) => Some(&seen.report),
            _ => None,
        }
    }

    /// The order that it is about, if a shop says so: event type, id, and what the checkout called it before it had one.
    pub fn shop_order(&self) -> Option<(EventTypeId, [&str; 2])> {
        match self {
            Fact::ShopOrderSeen(seen) => Some((seen.report.event_type, [&seen.report.order_id, &seen.checkout])),
            Fact::ShopCheckoutSeen(report) => Some((report.event_type, [&report.order_id, ""])),
            Fact::ShopRefundSeen(seen) => Some((seen.event_type, [&seen.order_id, ""])),
            _ => None,
        }
    }
}

/// Creates an event type, or changes the one with this id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventTypeSet {
    pub program: ProgramId,
    /// None: the next free one.
    pub id: Option<EventTypeId>,
    pub code: String,
    pub name: String,
    pub category: Category,
    pub standing: Standing,
    pub server_wins: bool,
    pub credit: CreditPolicy,
    pub parent: Option<EventTypeId>,
    pub settle_hours: u32,
}

/// Creates an ad, or changes the one with this id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdSet {
    pub program: ProgramId,
    /// None: the next free one.
    pub id: Option<AdId>,
    pub name: String,
    pub landing_url: String,
    pub standing: Standing,
}

/// Creates a group of partners, or changes the one with this id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerGroupSet {
    pub program: ProgramId,
    /// None: the next free one.
    pub id: Option<u32>,
    pub name: String,
    pub members: Vec<PartnerId>,
    pub credit: GroupCredit,
}

/// A new version of terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermsSet {
    pub program: ProgramId,
    /// None: the program's template.
    pub partner: Option<PartnerId>,
    pub starts_at: Timestamp,
    pub ends_at: Option<Timestamp>,
    pub standing: Standing,
    /// None, for a partner only: follow the template.
    pub rules: Option<TermsRules>,
    /// An offer to the partner: it binds from when it is accepted, and not at all before.
    pub needs_acceptance: bool,
}

/// A partner's word on a version that was offered to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TermsDecided {
    pub program: ProgramId,
    pub partner: PartnerId,
    pub version: u32,
    pub accepted: bool,
}

/// The brand takes an offer back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfferWithdrawn {
    pub program: ProgramId,
    pub partner: PartnerId,
    pub version: u32,
}

/// Proposes payments to partners whose transfers are in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRunProposed {
    pub currency: Currency,
    pub partners: Vec<PartnerId>,
    /// Also what is below the threshold, such as the last payment to a partner who leaves.
    pub below_threshold: bool,
    /// All that is owed to them, in whatever currency, converted; otherwise only what is owed in this one.
    pub every_currency: bool,
}

/// Which clicks of a program are meant: those that meet all that is named.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PayableFilter {
    pub partner: Option<PartnerId>,
    /// From this day to that one, both among them.
    pub from: Option<Day>,
    pub until: Option<Day>,
    /// What was found of them; `Some(None)`: nothing was.
    pub found: Option<Option<Refusal>>,
    pub network: Option<u64>,
    pub referrer: Option<String>,
    pub landed: Option<bool>,
    /// Only those that stand so when they are decided on.
    pub state: Option<PayableState>,
    /// Each once, in ascending order; none: whichever they are.
    pub clicks: Vec<ClickNo>,
}

/// The clicks of a partner's day failed a test that was controlled for how many were made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClicksDoubted {
    pub program: ProgramId,
    pub partner: PartnerId,
    pub day: Day,
    pub test: ClickTest,
    /// Of how many clicks.
    pub clicks: u32,
    /// What was seen and what was to be expected, in millionths of the test's unit.
    pub seen_ppm: i64,
    pub expected_ppm: i64,
    /// How likely chance alone shows as much, in millionths, after control for the number of tests.
    pub chance_ppm: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewDecision {
    /// So many of them, the first ones, and the rest is rejected; None: all.
    Accept {
        most: Option<u32>,
    },
    Reject,
    /// They are paid with this.
    Price(Money),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClicksReviewed {
    pub program: ProgramId,
    pub filter: PayableFilter,
    pub decision: ReviewDecision,
    pub reason: String,
}

/// A request on a tracking link, or on the address by which the view of an ad is told. Partner and ad are as the link names them: the rules say whether they exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Click {
    pub no: ClickNo,
    pub program: ProgramId,
    pub partner: PartnerId,
    pub ad: AdId,
    /// The path of a vanity link, also of one that does not exist.
    pub slug: Option<String>,
    pub visitor: Option<Identifier>,
    pub sub_ids: [String; 3],
    pub shared_id: String,
    pub signals: Signals,
    /// The deep link asked for led to a host that is not permitted; the visitor landed on the ad's page.
    pub deep_link_refused: bool,
    /// The host of the page that led here, in lower case; empty: it does not say.
    pub referrer_host: String,
    /// Further parameters of the link that terms may ask for, as name and value.
    pub link_params: Vec<(String, String)>,
}

/// A click id that was opened: all it says of its click.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClickRef {
    pub no: ClickNo,
    pub program: ProgramId,
    pub partner: PartnerId,
    pub ad: AdId,
    pub clicked_at: Timestamp,
    /// The visitor was sent on before the click was durable.
    pub unrecorded: bool,
}

/// A page of the brand's site was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    pub program: ProgramId,
    pub source: Source,
    pub click: Option<ClickRef>,
    /// One for each thing that names the person, strong kinds first.
    pub identifiers: Vec<Identifier>,
    /// Further hashes of those things.
    pub aliases: Vec<Alias>,
    /// What was meant to name the person and does not.
    pub left_out: Vec<LeftOut>,
    /// The journey that was issued in answer: it stands for whoever this visit names.
    pub issued: Option<Identifier>,
    /// The path, without its query.
    pub path: String,
}

/// The brand's report that an outcome happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    pub submission: SubmissionId,
    pub program: ProgramId,
    pub event_type: EventTypeId,
    pub order_id: String,
    pub source: Source,
    pub currency: Currency,
    pub amount: Money,
    pub items: Vec<Item>,
    /// One for each thing that names the buyer, strong kinds first.
    pub identifiers: Vec<Identifier>,
    /// Further hashes of those things.
    pub aliases: Vec<Alias>,
    /// What was meant to name the buyer and does not.
    pub left_out: Vec<LeftOut>,
    pub click: Option<ClickRef>,
    /// A click id came along that could not be opened.
    pub click_forged: bool,
    /// In upper case; empty if none.
    pub promo_code: String,
    /// The address by which the buyer came and the number that was called, where the report names them.
    pub assigned: Vec<(ValueKind, String)>,
    /// The brand says who earns it.
    pub forced_partner: Option<PartnerId>,
    pub sub_ids: [String; 3],
    pub shared_id: String,
    pub customer_status: String,
    /// The order whose partners earn this one too, where the event type has a parent; empty: the one of the same id.
    pub parent_order: String,
    /// Over event type, order, currency, amounts, items and an explicit date.
    pub digest: [u8; 16],
    /// Further fields as reported, none of a person: name and value.
    pub fields: Vec<(String, String)>,
    /// By what an order of a shop brought its click id, or would find its partner; None: no shop reported it.
    pub click_path: Option<ClickPath>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Item {
    pub sku: String,
    pub name: String,
    pub category: String,
    pub quantity: u32,
    /// For the whole line, after discounts.
    pub amount: Money,
}

/// Which action a change is meant for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionTarget {
    Id(ActionId),
    Order { event_type: EventTypeId, order_id: String },
}

/// A change of an action: other figures, a reversal, or when it locks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRequest {
    pub submission: SubmissionId,
    pub target: ActionTarget,
    /// Why, as a published code such as `ITEM_RETURNED`.
    pub disposition: String,
    pub source: Source,
    pub change: ActionChange,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionChange {
    Reverse,
    /// Other figures; those that come to nothing reverse.
    Modify(NewFigures),
    /// It does not lock until it is released.
    Hold,
    Release,
    /// It locks now, before its time.
    Approve,
    /// A reversal is taken back: everything is as it was before.
    Restore,
    /// It is paid although a limit of its terms was reached.
    Admit,
    /// The right figures of what is locked already; zero takes everything back.
    Correct(NewFigures),
    /// It was another partner's all along: that one has it from here on, under its own terms.
    Reattribute {
        partner: PartnerId,
    },
}

/// A partner agrees to what is to be taken back of an action, or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReturnDecided {
    pub partner: PartnerId,
    pub action: ActionId,
    pub accepted: bool,
}

/// What is given to a partner beside its payouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum AwardKind {
    /// For what was achieved.
    Bonus = 1,
    /// For what was agreed, whatever it achieves.
    Fee = 2,
}

/// A bonus or a flat fee. It becomes an action that locks by the terms of the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwardGiven {
    pub program: ProgramId,
    pub partner: PartnerId,
    pub kind: AwardKind,
    pub amount: Money,
    /// The brand's own name of it, in place of an order's id. What is given twice under one name is given once.
    pub reference: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewFigures {
    /// The order's new amount.
    Amount(Money),
    /// What is added to its amount; below zero: taken off.
    Delta(Money),
    /// New quantities or amounts of items; the order's amount follows.
    Items(Vec<ItemChange>),
}

/// What becomes of an item. Without an amount, it follows the quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemChange {
    pub sku: String,
    pub quantity: Option<u32>,
    pub amount: Option<Money>,
}

impl Visit {
    /// All that names the person: the identifiers, their aliases and what was issued.
    pub fn named(&self) -> impl Iterator<Item = Identifier> + '_ {
        let aliases = self.aliases.iter().map(|alias| alias.is);
        self.identifiers.iter().copied().chain(aliases).chain(self.issued)
    }
}

impl Conversion {
    /// All that names the buyer: the identifiers and their aliases.
    pub fn named(&self) -> impl Iterator<Item = Identifier> + '_ {
        self.identifiers.iter().copied().chain(self.aliases.iter().map(|alias| alias.is))
    }
}

impl Click {
    /// Why this click can neither be paid nor earn credit, by what intake measured alone.
    pub fn invalid(&self) -> Option<Refusal> {
        let signals = &self.signals;
        if signals.prefetch {
            Some(Refusal::Prefetch)
        } else if signals.head {
            Some(Refusal::HeadRequest)
        } else if signals.navigation == Navigation::Embedded {
            Some(Refusal::NotNavigation)
        } else {
            self.declared_bot()
        }
    }

    /// The same of a view of an ad, which is a picture in a page.
    pub fn invalid_view(&self) -> Option<Refusal> {
        if self.signals.prefetch { Some(Refusal::Prefetch) } else { self.declared_bot() }
    }

    fn declared_bot(&self) -> Option<Refusal> {
        match self.signals.agent {
            Agent::Bot | Agent::Preview | Agent::Library => Some(Refusal::DeclaredBot),
            Agent::Automation => Some(Refusal::AutomatedBrowser),
            Agent::Empty => Some(Refusal::AgentMissing),
            Agent::Unknown | Agent::Browser | Agent::Assistant => None,
        }
    }
}
