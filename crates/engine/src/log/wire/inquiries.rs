//! What partners ask about actions, and what they are answered. What people write is not among it.

use prost::Message;
use serde::Serialize;

use crate::log::names;

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct InquiryRules {
    #[prost(uint32, tag = "1")]
    pub program: u32,
    #[prost(uint32, tag = "2")]
    pub answer_days: u32,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct InquiryOpened {
    #[prost(uint32, tag = "1")]
    pub program: u32,
    #[prost(uint32, tag = "2")]
    pub partner: u32,
    #[prost(uint32, tag = "3")]
    #[serde(serialize_with = "names::inquiry_kind")]
    pub kind: u32,
    #[prost(uint32, tag = "4")]
    pub event_type: u32,
    #[prost(string, tag = "5")]
    pub order_id: String,
    /// The number of the action, which is of this program and event type.
    #[prost(uint32, optional, tag = "6")]
    pub action: Option<u32>,
    #[prost(sint64, tag = "7")]
    #[serde(serialize_with = "names::time")]
    pub ordered_at: i64,
    #[prost(string, tag = "8")]
    pub currency: String,
    #[prost(sint64, optional, tag = "9")]
    #[serde(serialize_with = "names::some_money")]
    pub amount: Option<i64>,
    #[prost(uint64, optional, tag = "10")]
    pub click: Option<u64>,
    #[prost(bytes = "vec", tag = "11")]
    #[serde(serialize_with = "names::hex")]
    pub note: Vec<u8>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct InquiryAnswered {
    #[prost(uint32, tag = "1")]
    pub inquiry: u32,
    #[prost(bytes = "vec", tag = "2")]
    #[serde(serialize_with = "names::hex")]
    pub submission: Vec<u8>,
    /// The state that it has from now on.
    #[prost(uint32, tag = "3")]
    #[serde(serialize_with = "names::inquiry_state")]
    pub answer: u32,
    #[prost(sint64, optional, tag = "4")]
    #[serde(serialize_with = "names::some_money")]
    pub amount: Option<i64>,
    #[prost(uint32, optional, tag = "5")]
    #[serde(serialize_with = "names::inquiry_reason")]
    pub reason: Option<u32>,
    #[prost(bytes = "vec", tag = "6")]
    #[serde(serialize_with = "names::hex")]
    pub note: Vec<u8>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct InquiryAppealed {
    #[prost(uint32, tag = "1")]
    pub inquiry: u32,
    #[prost(uint32, tag = "2")]
    pub partner: u32,
    #[prost(bytes = "vec", tag = "3")]
    #[serde(serialize_with = "names::hex")]
    pub note: Vec<u8>,
}
