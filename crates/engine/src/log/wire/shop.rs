//! What a shop system says of its orders.

use prost::Message;
use serde::Serialize;

use super::{Conversion, Item};
use crate::log::names;

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct ShopOrder {
    #[prost(message, optional, tag = "1")]
    pub report: Option<Conversion>,
    #[prost(sint64, tag = "2")]
    #[serde(serialize_with = "names::time")]
    pub updated_at: i64,
    #[prost(bool, tag = "3")]
    pub opens_when_paid: bool,
    #[prost(bool, tag = "4")]
    pub paid: bool,
    #[prost(string, optional, tag = "5")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<String>,
    #[prost(bool, tag = "6")]
    pub test: bool,
    #[prost(message, repeated, tag = "7")]
    pub lines: Vec<ShopLine>,
    #[prost(message, repeated, tag = "8")]
    pub refunds: Vec<ShopRefund>,
    #[prost(bool, tag = "9")]
    pub taxes_included: bool,
    #[prost(string, tag = "10")]
    pub checkout: String,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct ShopLine {
    #[prost(uint64, tag = "1")]
    pub id: u64,
    #[prost(message, optional, tag = "2")]
    pub item: Option<Item>,
    #[prost(uint32, tag = "3")]
    pub removed: u32,
    #[prost(sint64, tag = "4")]
    #[serde(serialize_with = "names::money")]
    pub tax: i64,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct ShopRefund {
    #[prost(uint64, tag = "1")]
    pub id: u64,
    #[prost(message, repeated, tag = "2")]
    pub lines: Vec<RefundedLine>,
    #[prost(sint64, tag = "3")]
    #[serde(serialize_with = "names::money")]
    pub adjustment: i64,
}

#[derive(Clone, Copy, PartialEq, Message, Serialize)]
pub struct RefundedLine {
    #[prost(uint64, tag = "1")]
    pub line: u64,
    #[prost(uint32, tag = "2")]
    pub quantity: u32,
    #[prost(sint64, tag = "3")]
    #[serde(serialize_with = "names::money")]
    pub amount: i64,
    #[prost(sint64, tag = "4")]
    #[serde(serialize_with = "names::money")]
    pub tax: i64,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct RefundOfShop {
    #[prost(bytes = "vec", tag = "1")]
    #[serde(serialize_with = "names::hex")]
    pub submission: Vec<u8>,
    #[prost(uint32, tag = "2")]
    pub program: u32,
    #[prost(uint32, tag = "3")]
    pub event_type: u32,
    #[prost(string, tag = "4")]
    pub order_id: String,
    #[prost(message, optional, tag = "5")]
    pub refund: Option<ShopRefund>,
}
