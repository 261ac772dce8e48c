//! How facts are written: tagged fields that are skipped when empty, so that new ones can be added and old ones read
//! for ever. A tag, once used, keeps its meaning.

use prost::{Message, Oneof};
use serde::Serialize;

use super::names;

mod click;
mod clicks;
mod entry;
mod inquiries;
mod payments;
mod shop;
mod terms;

pub use click::{Click, ClickRef, LinkParam, Signals};
pub use clicks::{
    ClicksDoubted, ClicksReviewed, PartnerDevice, PayableFilter, ReviewDecision, ScreeningRules, UndoneReview,
};
pub use entry::{ConfigEntry, Entry};
pub use inquiries::{InquiryAnswered, InquiryAppealed, InquiryOpened, InquiryRules};
pub use payments::{
    ConcludedPayment, DayRates, DecidedRun, Payment, PaymentRules, ProposedRun, Rate, RateTable, Threshold,
};
pub use shop::{RefundOfShop, RefundedLine, ShopLine, ShopOrder, ShopRefund};
pub use terms::{
    Condition, Decided, EventPayout, Limit, List, ListVersion, MonthEnd, Offer, Overlay, OverlayVersion, Terms,
    TermsRule, TermsRules, Tier, Tiers,
};

/// A record on its way into a frame.
#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Record {
    #[prost(uint32, tag = "1")]
    pub brand: u32,
    #[prost(sint64, tag = "2")]
    #[serde(serialize_with = "names::time")]
    pub received_at: i64,
    /// How long before `received_at` it is said to have happened.
    #[prost(sint64, tag = "3")]
    #[serde(rename = "occurred_before_ms")]
    pub occurred_before_ms: i64,
    #[prost(message, optional, tag = "4")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor>,
    #[prost(
        oneof = "Fact",
        tags = "16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 48, 49, 50, 51, 52, 53, 54, 60, 61, 62, 70, 71, 72, 73, 80, 81, 82, 90, 91, 92, 93, 94, 96, 97, 98"
    )]
    pub fact: Option<Fact>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Actor {
    #[prost(uint32, tag = "1")]
    pub user: u32,
    #[prost(uint32, tag = "2")]
    #[serde(serialize_with = "names::role")]
    pub role: u32,
    #[prost(string, tag = "3")]
    pub reason: String,
}

/// What the request said of itself; in the section that is dropped.
#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Raw {
    #[prost(string, tag = "1")]
    pub address: String,
    #[prost(string, tag = "2")]
    pub user_agent: String,
    #[prost(string, tag = "3")]
    pub url: String,
    #[prost(string, tag = "4")]
    pub referrer: String,
}

#[derive(Clone, PartialEq, Oneof, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    #[prost(message, tag = "16")]
    ClickRecorded(Click),
    #[prost(message, tag = "17")]
    VisitRecorded(Visit),
    #[prost(message, tag = "18")]
    ConversionReported(Conversion),
    #[prost(message, tag = "19")]
    ChangeRequested(ChangeRequest),
    #[prost(message, tag = "20")]
    ProgramSet(Program),
    #[prost(message, tag = "21")]
    EventTypeSet(EventType),
    #[prost(message, tag = "22")]
    PartnerSet(Partner),
    #[prost(message, tag = "23")]
    AdSet(Ad),
    #[prost(message, tag = "24")]
    LinkSet(Link),
    #[prost(message, tag = "25")]
    PromoCodeSet(PromoCode),
    #[prost(message, tag = "26")]
    TermsSet(Terms),
    #[prost(message, tag = "27")]
    PaymentMade(Payment),
    #[prost(message, tag = "28")]
    TimePassed(Nothing),
    #[prost(message, tag = "29")]
    WorkAdvanced(Work),
    #[prost(message, tag = "30")]
    RulesAdopted(Rules),
    #[prost(message, tag = "48")]
    IdentifierBlocked(Blocked),
    #[prost(message, tag = "31")]
    AssignedValueSet(AssignedValue),
    #[prost(message, tag = "32")]
    PartnerGroupSet(PartnerGroup),
    #[prost(message, tag = "33")]
    ImpressionRecorded(Click),
    #[prost(message, tag = "49")]
    JoinSeparated(Separation),
    #[prost(message, tag = "50")]
    PaymentRulesSet(PaymentRules),
    #[prost(message, tag = "51")]
    PaymentRunProposed(ProposedRun),
    #[prost(message, tag = "52")]
    PaymentRunDecided(DecidedRun),
    #[prost(message, tag = "53")]
    PaymentConcluded(ConcludedPayment),
    #[prost(message, tag = "54")]
    RatesSet(RateTable),
    #[prost(message, tag = "60")]
    TermsDecided(Offer),
    #[prost(message, tag = "61")]
    OfferWithdrawn(Offer),
    #[prost(message, tag = "62")]
    OverlaySet(Overlay),
    #[prost(message, tag = "70")]
    InquiryRulesSet(InquiryRules),
    #[prost(message, tag = "90")]
    ScreeningRulesSet(ScreeningRules),
    #[prost(message, tag = "91")]
    ClicksReviewed(ClicksReviewed),
    #[prost(message, tag = "92")]
    ReviewUndone(UndoneReview),
    #[prost(message, tag = "93")]
    ClicksDoubted(ClicksDoubted),
    #[prost(message, tag = "94")]
    PartnerDeviceSeen(PartnerDevice),
    #[prost(message, tag = "71")]
    InquiryOpened(InquiryOpened),
    #[prost(message, tag = "72")]
    InquiryAnswered(InquiryAnswered),
    #[prost(message, tag = "73")]
    InquiryAppealed(InquiryAppealed),
    #[prost(message, tag = "80")]
    AwardGiven(Award),
    #[prost(message, tag = "81")]
    ReturnDecided(DecidedReturn),
    #[prost(message, tag = "82")]
    ListSet(List),
    #[prost(message, tag = "96")]
    ShopOrderSeen(ShopOrder),
    #[prost(message, tag = "97")]
    ShopRefundSeen(RefundOfShop),
    #[prost(message, tag = "98")]
    ShopCheckoutSeen(Conversion),
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Nothing {}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Rules {
    #[prost(uint32, tag = "1")]
    pub version: u32,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Work {
    #[prost(uint32, tag = "1")]
    pub limit: u32,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Identifier {
    #[prost(uint32, tag = "1")]
    #[serde(serialize_with = "names::identifier_kind")]
    pub kind: u32,
    #[prost(bytes = "vec", tag = "2")]
    #[serde(serialize_with = "names::hex")]
    pub hash: Vec<u8>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Alias {
    #[prost(message, optional, tag = "1")]
    pub of: Option<Identifier>,
    #[prost(message, optional, tag = "2")]
    pub is: Option<Identifier>,
}

#[derive(Clone, Copy, PartialEq, Message, Serialize)]
pub struct LeftOut {
    /// None: of a kind that is not known.
    #[prost(uint32, optional, tag = "1")]
    #[serde(serialize_with = "names::some_identifier_kind")]
    pub kind: Option<u32>,
    #[prost(uint32, tag = "2")]
    #[serde(serialize_with = "names::refusal")]
    pub reason: u32,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Blocked {
    #[prost(message, optional, tag = "1")]
    pub identifier: Option<Identifier>,
    #[prost(message, repeated, tag = "2")]
    pub aliases: Vec<Identifier>,
    #[prost(uint32, tag = "3")]
    #[serde(serialize_with = "names::standing")]
    pub standing: u32,
}

/// An entry of the block list, as the books keep it.
#[derive(Clone, PartialEq, Message)]
pub struct Block {
    #[prost(message, optional, tag = "1")]
    pub blocked: Option<Blocked>,
    #[prost(uint64, tag = "2")]
    pub record: u64,
    #[prost(sint64, tag = "3")]
    pub at: i64,
    #[prost(uint32, optional, tag = "4")]
    pub user: Option<u32>,
    #[prost(string, tag = "5")]
    pub reason: String,
}

/// Two nodes of the identity graph that are not one person, or are after all.
#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Separation {
    #[prost(uint64, tag = "1")]
    pub a: u64,
    #[prost(uint64, tag = "2")]
    pub b: u64,
    #[prost(bool, tag = "3")]
    pub separated: bool,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Visit {
    #[prost(uint32, tag = "1")]
    pub program: u32,
    #[prost(uint32, tag = "2")]
    #[serde(serialize_with = "names::source")]
    pub source: u32,
    #[prost(message, optional, tag = "3")]
    pub click: Option<ClickRef>,
    #[prost(message, repeated, tag = "4")]
    pub identifiers: Vec<Identifier>,
    #[prost(string, tag = "5")]
    pub path: String,
    #[prost(message, repeated, tag = "6")]
    pub aliases: Vec<Alias>,
    #[prost(message, optional, tag = "7")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued: Option<Identifier>,
    #[prost(message, repeated, tag = "8")]
    pub left_out: Vec<LeftOut>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Conversion {
    #[prost(bytes = "vec", tag = "1")]
    #[serde(serialize_with = "names::hex")]
    pub submission: Vec<u8>,
    #[prost(uint32, tag = "2")]
    pub program: u32,
    #[prost(uint32, tag = "3")]
    pub event_type: u32,
    #[prost(string, tag = "4")]
    pub order_id: String,
    #[prost(uint32, tag = "5")]
    #[serde(serialize_with = "names::source")]
    pub source: u32,
    #[prost(string, tag = "6")]
    pub currency: String,
    #[prost(sint64, tag = "7")]
    #[serde(serialize_with = "names::money")]
    pub amount: i64,
    #[prost(message, repeated, tag = "8")]
    pub items: Vec<Item>,
    #[prost(message, repeated, tag = "9")]
    pub identifiers: Vec<Identifier>,
    #[prost(message, optional, tag = "10")]
    pub click: Option<ClickRef>,
    #[prost(bool, tag = "11")]
    pub click_forged: bool,
    #[prost(string, tag = "12")]
    pub promo_code: String,
    #[prost(uint32, optional, tag = "13")]
    pub forced_partner: Option<u32>,
    #[prost(string, repeated, tag = "14")]
    pub sub_ids: Vec<String>,
    #[prost(string, tag = "15")]
    pub shared_id: String,
    #[prost(string, tag = "16")]
    pub customer_status: String,
    #[prost(bytes = "vec", tag = "17")]
    #[serde(serialize_with = "names::hex")]
    pub digest: Vec<u8>,
    #[prost(message, repeated, tag = "18")]
    pub fields: Vec<Field>,
    #[prost(message, repeated, tag = "19")]
    pub aliases: Vec<Alias>,
    #[prost(message, repeated, tag = "20")]
    pub left_out: Vec<LeftOut>,
    #[prost(string, tag = "21")]
    #[serde(skip_serializing_if = "String::is_empty")]
    pub parent_order: String,
    #[prost(message, repeated, tag = "22")]
    pub assigned: Vec<NamedValue>,
    #[prost(uint32, optional, tag = "52")]
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "names::click_path")]
    pub click_path: Option<u32>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Item {
    #[prost(string, tag = "1")]
    pub sku: String,
    #[prost(string, tag = "2")]
    pub name: String,
    #[prost(string, tag = "3")]
    pub category: String,
    #[prost(uint32, tag = "4")]
    pub quantity: u32,
    #[prost(sint64, tag = "5")]
    #[serde(serialize_with = "names::money")]
    pub amount: i64,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Field {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(string, tag = "2")]
    pub value: String,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct ChangeRequest {
    #[prost(bytes = "vec", tag = "1")]
    #[serde(serialize_with = "names::hex")]
    pub submission: Vec<u8>,
    /// `program.event type.sequence`; empty if the order is named instead.
    #[prost(string, tag = "2")]
    pub action: String,
    #[prost(uint32, tag = "3")]
    pub event_type: u32,
    #[prost(string, tag = "4")]
    pub order_id: String,
    #[prost(string, tag = "5")]
    pub disposition: String,
    #[prost(uint32, tag = "6")]
    #[serde(serialize_with = "names::source")]
    pub source: u32,
    #[prost(bool, tag = "7")]
    pub reverse: bool,
    #[prost(sint64, optional, tag = "8")]
    pub amount: Option<i64>,
    #[prost(message, repeated, tag = "9")]
    pub items: Vec<ItemChange>,
    #[prost(uint32, optional, tag = "10")]
    #[serde(serialize_with = "names::step", skip_serializing_if = "Option::is_none")]
    pub step: Option<u32>,
    /// The figures are those of what is locked already.
    #[prost(bool, tag = "11")]
    #[serde(skip_serializing_if = "is_false")]
    pub corrects: bool,
    /// What is added to the amount, in place of a new one.
    #[prost(sint64, optional, tag = "12")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delta: Option<i64>,
    /// The partner that has it from here on.
    #[prost(uint32, optional, tag = "80")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_partner: Option<u32>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct DecidedReturn {
    #[prost(uint32, tag = "1")]
    pub partner: u32,
    /// `program.event type.sequence`.
    #[prost(string, tag = "2")]
    pub action: String,
    #[prost(bool, tag = "3")]
    pub accepted: bool,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Award {
    #[prost(uint32, tag = "1")]
    pub program: u32,
    #[prost(uint32, tag = "2")]
    pub partner: u32,
    #[prost(uint32, tag = "3")]
    #[serde(serialize_with = "names::award_kind")]
    pub kind: u32,
    #[prost(sint64, tag = "4")]
    #[serde(serialize_with = "names::money")]
    pub amount: i64,
    #[prost(string, tag = "5")]
    pub reference: String,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct ItemChange {
    #[prost(string, tag = "1")]
    pub sku: String,
    #[prost(uint32, optional, tag = "2")]
    pub quantity: Option<u32>,
    #[prost(sint64, optional, tag = "3")]
    pub amount: Option<i64>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Zone {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(sint64, repeated, tag = "2")]
    pub from: Vec<i64>,
    #[prost(sint32, repeated, tag = "3")]
    pub minutes: Vec<i32>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Program {
    #[prost(uint32, tag = "1")]
    pub id: u32,
    #[prost(string, tag = "2")]
    pub name: String,
    #[prost(string, tag = "3")]
    pub currency: String,
    #[prost(message, optional, tag = "4")]
    pub zone: Option<Zone>,
    #[prost(uint32, tag = "5")]
    #[serde(serialize_with = "names::standing")]
    pub standing: u32,
    #[prost(string, tag = "6")]
    pub default_landing_url: String,
    #[prost(string, repeated, tag = "7")]
    pub permitted_hosts: Vec<String>,
    #[prost(string, repeated, tag = "8")]
    pub tracking_hosts: Vec<String>,
    #[prost(string, tag = "9")]
    pub click_param: String,
    #[prost(uint32, tag = "10")]
    pub cookie_days: u32,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct EventType {
    #[prost(uint32, tag = "1")]
    pub program: u32,
    #[prost(uint32, optional, tag = "2")]
    pub id: Option<u32>,
    #[prost(string, tag = "3")]
    pub code: String,
    #[prost(string, tag = "4")]
    pub name: String,
    #[prost(uint32, tag = "5")]
    #[serde(serialize_with = "names::category")]
    pub category: u32,
    #[prost(uint32, tag = "6")]
    #[serde(serialize_with = "names::standing")]
    pub standing: u32,
    #[prost(bool, tag = "7")]
    pub server_wins: bool,
    /// None: as the rules say of one that names none.
    #[prost(uint32, optional, tag = "8")]
    #[serde(serialize_with = "names::credit", skip_serializing_if = "Option::is_none")]
    pub credit: Option<u32>,
    #[prost(uint32, optional, tag = "9")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<u32>,
    #[prost(uint32, optional, tag = "10")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settle_hours: Option<u32>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Partner {
    #[prost(uint32, tag = "1")]
    pub id: u32,
    #[prost(uint32, tag = "2")]
    #[serde(serialize_with = "names::standing")]
    pub standing: u32,
    #[prost(bool, tag = "3")]
    pub channel: bool,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Ad {
    #[prost(uint32, tag = "1")]
    pub program: u32,
    #[prost(uint32, optional, tag = "2")]
    pub id: Option<u32>,
    #[prost(string, tag = "3")]
    pub name: String,
    #[prost(string, tag = "4")]
    pub landing_url: String,
    #[prost(uint32, tag = "5")]
    #[serde(serialize_with = "names::standing")]
    pub standing: u32,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Link {
    #[prost(uint32, tag = "1")]
    pub program: u32,
    #[prost(string, tag = "2")]
    pub slug: String,
    #[prost(uint32, tag = "3")]
    pub partner: u32,
    #[prost(uint32, tag = "4")]
    pub ad: u32,
    #[prost(string, optional, tag = "5")]
    pub deep_link: Option<String>,
    #[prost(uint32, tag = "6")]
    #[serde(serialize_with = "names::standing")]
    pub standing: u32,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct PromoCode {
    #[prost(uint32, tag = "1")]
    pub program: u32,
    #[prost(string, tag = "2")]
    pub code: String,
    #[prost(uint32, tag = "3")]
    pub partner: u32,
    #[prost(uint32, tag = "4")]
    #[serde(serialize_with = "names::standing")]
    pub standing: u32,
    #[prost(uint32, tag = "5")]
    #[serde(serialize_with = "names::code_policy")]
    pub policy: u32,
    #[prost(bool, tag = "6")]
    pub restricted: bool,
    #[prost(sint64, optional, tag = "7")]
    pub starts_at: Option<i64>,
    #[prost(sint64, optional, tag = "8")]
    pub ends_at: Option<i64>,
}

/// What a report names of a partner's own.
#[derive(Clone, PartialEq, Message, Serialize)]
pub struct NamedValue {
    #[prost(uint32, tag = "1")]
    #[serde(serialize_with = "names::value_kind")]
    pub kind: u32,
    #[prost(string, tag = "2")]
    pub value: String,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct AssignedValue {
    #[prost(uint32, tag = "1")]
    pub program: u32,
    #[prost(uint32, tag = "2")]
    #[serde(serialize_with = "names::value_kind")]
    pub kind: u32,
    #[prost(string, tag = "3")]
    pub value: String,
    #[prost(uint32, tag = "4")]
    pub partner: u32,
    #[prost(uint32, tag = "5")]
    #[serde(serialize_with = "names::standing")]
    pub standing: u32,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct PartnerGroup {
    #[prost(uint32, tag = "1")]
    pub program: u32,
    #[prost(uint32, optional, tag = "2")]
    pub id: Option<u32>,
    #[prost(string, tag = "3")]
    pub name: String,
    #[prost(uint32, repeated, tag = "4")]
    pub members: Vec<u32>,
    #[prost(uint32, tag = "5")]
    #[serde(serialize_with = "names::group_credit")]
    pub credit: u32,
}

fn is_false(it: &bool) -> bool {
    !it
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}
