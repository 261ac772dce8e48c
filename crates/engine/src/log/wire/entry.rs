//! What is set up, as the books keep it.

use prost::{Message, Oneof};

use super::{
    Ad, AssignedValue, Block, ConsentRules, DayRates, EventType, InquiryRules, Link, ListVersion, OverlayVersion,
    Partner, PartnerGroup, PaymentRules, Program, PromoCode, ScreeningRules, Terms,
};

/// One thing set up, as the books keep it.
#[derive(Clone, PartialEq, Message)]
pub struct ConfigEntry {
    #[prost(oneof = "Entry", tags = "20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 48, 62, 70, 82, 90, 100")]
    pub entry: Option<Entry>,
}

#[derive(Clone, PartialEq, Oneof)]
pub enum Entry {
    #[prost(message, tag = "20")]
    Program(Program),
    #[prost(message, tag = "21")]
    EventType(EventType),
    #[prost(message, tag = "22")]
    Partner(Partner),
    #[prost(message, tag = "23")]
    Ad(Ad),
    #[prost(message, tag = "24")]
    Link(Link),
    #[prost(message, tag = "25")]
    PromoCode(PromoCode),
    #[prost(message, tag = "26")]
    Terms(Terms),
    #[prost(message, tag = "48")]
    Block(Block),
    #[prost(message, tag = "27")]
    AssignedValue(AssignedValue),
    #[prost(message, tag = "28")]
    PartnerGroup(PartnerGroup),
    #[prost(message, tag = "29")]
    PaymentRules(PaymentRules),
    #[prost(message, tag = "30")]
    Rates(DayRates),
    #[prost(message, tag = "62")]
    Overlay(OverlayVersion),
    #[prost(message, tag = "70")]
    InquiryRules(InquiryRules),
    #[prost(message, tag = "82")]
    List(ListVersion),
    #[prost(message, tag = "90")]
    Screening(ScreeningRules),
    #[prost(message, tag = "100")]
    Consent(ConsentRules),
}
