//! Clicks that are paid: their screening, and what people and statistics say of them.

use prost::Message;
use serde::Serialize;

use crate::log::names;

#[derive(Clone, Copy, PartialEq, Message, Serialize)]
pub struct ScreeningRules {
    #[prost(uint32, tag = "1")]
    pub program: u32,
    #[prost(sint64, tag = "2")]
    pub window_ms: i64,
    #[prost(bool, tag = "3")]
    pub rolling: bool,
    #[prost(sint64, tag = "4")]
    pub double_ms: i64,
    #[prost(uint32, tag = "5")]
    #[serde(serialize_with = "names::treatment")]
    pub duplicate: u32,
    #[prost(uint32, tag = "6")]
    #[serde(serialize_with = "names::treatment")]
    pub invalid: u32,
    #[prost(uint32, tag = "7")]
    #[serde(serialize_with = "names::treatment")]
    pub suspect: u32,
    #[prost(uint32, tag = "8")]
    #[serde(serialize_with = "names::treatment")]
    pub assistant: u32,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct PayableFilter {
    #[prost(uint32, optional, tag = "1")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partner: Option<u32>,
    /// Days since 1970.
    #[prost(sint32, optional, tag = "2")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<i32>,
    #[prost(sint32, optional, tag = "3")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<i32>,
    /// A refusal's number; 0: nothing was found.
    #[prost(uint32, optional, tag = "4")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<u32>,
    #[prost(fixed64, optional, tag = "5")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<u64>,
    #[prost(string, optional, tag = "6")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referrer: Option<String>,
    #[prost(bool, optional, tag = "7")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub landed: Option<bool>,
    #[prost(uint32, optional, tag = "9")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<u32>,
    #[prost(uint64, repeated, tag = "8")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clicks: Vec<u64>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct ClicksReviewed {
    #[prost(uint32, tag = "1")]
    pub program: u32,
    #[prost(message, optional, tag = "2")]
    pub filter: Option<PayableFilter>,
    #[prost(message, optional, tag = "3")]
    pub decision: Option<ReviewDecision>,
    #[prost(string, tag = "4")]
    pub reason: String,
}

/// Of the first three, one says what is decided.
#[derive(Clone, Copy, PartialEq, Message, Serialize)]
pub struct ReviewDecision {
    #[prost(bool, tag = "1")]
    pub accepted: bool,
    #[prost(bool, tag = "2")]
    pub rejected: bool,
    #[prost(sint64, optional, tag = "3")]
    #[serde(serialize_with = "names::some_money")]
    pub price: Option<i64>,
    #[prost(uint32, optional, tag = "4")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<u32>,
}

#[derive(Clone, Copy, PartialEq, Message, Serialize)]
pub struct UndoneReview {
    #[prost(uint32, tag = "1")]
    pub review: u32,
}

#[derive(Clone, Copy, PartialEq, Message, Serialize)]
pub struct PartnerDevice {
    #[prost(uint32, tag = "1")]
    pub partner: u32,
    #[prost(fixed64, tag = "2")]
    pub agent_key: u64,
}

#[derive(Clone, Copy, PartialEq, Message, Serialize)]
pub struct ClicksDoubted {
    #[prost(uint32, tag = "1")]
    pub program: u32,
    #[prost(uint32, tag = "2")]
    pub partner: u32,
    #[prost(sint32, tag = "3")]
    pub day: i32,
    #[prost(uint32, tag = "4")]
    #[serde(serialize_with = "names::click_test")]
    pub test: u32,
    #[prost(uint32, tag = "5")]
    pub clicks: u32,
    #[prost(sint64, tag = "6")]
    pub seen_ppm: i64,
    #[prost(sint64, tag = "7")]
    pub expected_ppm: i64,
    #[prost(uint32, tag = "8")]
    pub chance_ppm: u32,
}
