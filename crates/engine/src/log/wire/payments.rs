//! What is paid, how, and what became of it.

use prost::Message;
use serde::Serialize;

use super::is_false;
use crate::log::names;

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Payment {
    #[prost(uint32, tag = "1")]
    pub program: u32,
    #[prost(uint32, tag = "2")]
    pub partner: u32,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct PaymentRules {
    #[prost(bool, tag = "1")]
    pub two_persons: bool,
    #[prost(message, repeated, tag = "2")]
    pub thresholds: Vec<Threshold>,
    #[prost(uint32, optional, tag = "3")]
    pub day_of_month: Option<u32>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Threshold {
    #[prost(string, tag = "1")]
    pub currency: String,
    #[prost(sint64, tag = "2")]
    #[serde(serialize_with = "names::money")]
    pub amount: i64,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct ProposedRun {
    #[prost(string, tag = "1")]
    pub currency: String,
    #[prost(uint32, repeated, tag = "2")]
    pub partners: Vec<u32>,
    #[prost(bool, tag = "3")]
    #[serde(skip_serializing_if = "is_false")]
    pub below_threshold: bool,
    #[prost(bool, tag = "86")]
    #[serde(skip_serializing_if = "is_false")]
    pub every_currency: bool,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct DecidedRun {
    #[prost(uint32, tag = "1")]
    pub run: u32,
    #[prost(bool, tag = "2")]
    pub approved: bool,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct ConcludedPayment {
    #[prost(uint32, tag = "1")]
    pub payment: u32,
    /// Not there: the money has arrived.
    #[prost(string, optional, tag = "2")]
    pub failure: Option<String>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct RateTable {
    #[prost(message, repeated, tag = "1")]
    pub days: Vec<DayRates>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct DayRates {
    /// Days since 1970.
    #[prost(sint32, tag = "1")]
    pub day: i32,
    #[prost(string, tag = "2")]
    pub base: String,
    #[prost(message, repeated, tag = "3")]
    pub rates: Vec<Rate>,
}

/// So many millionths for one of the base.
#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Rate {
    #[prost(string, tag = "1")]
    pub currency: String,
    #[prost(sint64, tag = "2")]
    #[serde(serialize_with = "names::money")]
    pub rate: i64,
}
