//! Terms, as facts and the books hold them.

use prost::Message;
use serde::Serialize;

use super::{is_false, is_zero};
use crate::log::names;

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Terms {
    #[prost(uint32, tag = "1")]
    pub program: u32,
    #[prost(uint32, optional, tag = "2")]
    pub partner: Option<u32>,
    #[prost(sint64, tag = "3")]
    #[serde(serialize_with = "names::time")]
    pub starts_at: i64,
    #[prost(sint64, optional, tag = "4")]
    pub ends_at: Option<i64>,
    #[prost(uint32, tag = "5")]
    #[serde(serialize_with = "names::standing")]
    pub standing: u32,
    #[prost(message, optional, tag = "6")]
    pub rules: Option<TermsRules>,
    /// Only where it is known: a fact that sets terms has none yet.
    #[prost(uint32, tag = "7")]
    #[serde(skip_serializing_if = "is_zero")]
    pub version: u32,
    #[prost(bool, tag = "8")]
    #[serde(skip_serializing_if = "is_false")]
    pub needs_acceptance: bool,
    /// What became of the offer, where it is known: accepted, declined or withdrawn.
    #[prost(message, optional, tag = "9")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decided>,
}

/// The end of an offer.
#[derive(Clone, Copy, PartialEq, Message, Serialize)]
pub struct Decided {
    #[prost(uint32, tag = "1")]
    pub how: u32,
    #[prost(sint64, tag = "2")]
    #[serde(serialize_with = "names::time")]
    pub at: i64,
}

/// The partner's word on an offer, or its withdrawal, which accepts nothing.
#[derive(Clone, Copy, PartialEq, Message, Serialize)]
pub struct Offer {
    #[prost(uint32, tag = "1")]
    pub program: u32,
    #[prost(uint32, tag = "2")]
    pub partner: u32,
    #[prost(uint32, tag = "3")]
    pub version: u32,
    #[prost(bool, tag = "4")]
    pub accepted: bool,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Overlay {
    #[prost(uint32, tag = "1")]
    pub program: u32,
    #[prost(uint32, optional, tag = "2")]
    pub id: Option<u32>,
    #[prost(string, tag = "3")]
    pub name: String,
    #[prost(uint32, repeated, tag = "4")]
    pub partners: Vec<u32>,
    #[prost(uint32, repeated, tag = "5")]
    pub event_types: Vec<u32>,
    #[prost(sint64, tag = "6")]
    #[serde(serialize_with = "names::time")]
    pub starts_at: i64,
    #[prost(sint64, tag = "7")]
    #[serde(serialize_with = "names::time")]
    pub ends_at: i64,
    #[prost(uint32, tag = "8")]
    #[serde(serialize_with = "names::standing")]
    pub standing: u32,
    #[prost(sint32, optional, tag = "9")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjust_ppm: Option<i32>,
    #[prost(uint32, optional, tag = "10")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_ppm: Option<u32>,
    #[prost(sint64, optional, tag = "11")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed_micros: Option<i64>,
    /// From 0 for a Monday; none: every day.
    #[prost(uint32, repeated, tag = "12")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<u32>,
    /// Minutes of the day.
    #[prost(uint32, tag = "13")]
    #[serde(skip_serializing_if = "is_zero")]
    pub from_minute: u32,
    /// 0: until the day's end.
    #[prost(uint32, tag = "14")]
    #[serde(skip_serializing_if = "is_zero")]
    pub until_minute: u32,
}

/// A list that terms name.
#[derive(Clone, PartialEq, Message, Serialize)]
pub struct List {
    #[prost(uint32, tag = "1")]
    pub program: u32,
    #[prost(uint32, optional, tag = "2")]
    pub id: Option<u32>,
    #[prost(string, tag = "3")]
    pub name: String,
    /// As a condition's variable.
    #[prost(uint32, tag = "4")]
    #[serde(serialize_with = "names::word")]
    pub variable: u32,
    #[prost(string, repeated, tag = "5")]
    pub values: Vec<String>,
}

/// A version of a list, as the books keep it.
#[derive(Clone, PartialEq, Message)]
pub struct ListVersion {
    #[prost(message, optional, tag = "1")]
    pub set: Option<List>,
    #[prost(uint32, tag = "2")]
    pub version: u32,
    #[prost(uint64, tag = "3")]
    pub record: u64,
    #[prost(sint64, tag = "4")]
    pub set_at: i64,
}

/// A version of an overlay, as the books keep it.
#[derive(Clone, PartialEq, Message)]
pub struct OverlayVersion {
    #[prost(message, optional, tag = "1")]
    pub set: Option<Overlay>,
    #[prost(uint32, tag = "2")]
    pub version: u32,
    #[prost(uint64, tag = "3")]
    pub record: u64,
    #[prost(sint64, tag = "4")]
    pub set_at: i64,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct TermsRules {
    #[prost(uint32, tag = "1")]
    pub referral_window_days: u32,
    /// Days after the event, unless another field says when an action locks.
    #[prost(uint32, tag = "2")]
    pub lock_days: u32,
    #[prost(message, repeated, tag = "3")]
    pub payouts: Vec<EventPayout>,
    #[prost(uint32, optional, tag = "4")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view_window_hours: Option<u32>,
    #[prost(message, optional, tag = "8")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lock_month_end: Option<MonthEnd>,
    #[prost(bool, tag = "9")]
    #[serde(skip_serializing_if = "is_false")]
    pub lock_open: bool,
    #[prost(uint32, tag = "20")]
    #[serde(skip_serializing_if = "is_zero")]
    pub notice_days: u32,
    /// 0 as 1: always.
    #[prost(uint32, tag = "30")]
    #[serde(serialize_with = "names::return_policy", skip_serializing_if = "is_zero")]
    pub return_policy: u32,
    #[prost(uint32, optional, tag = "31")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_returns_ppm: Option<u32>,
}

/// So long after the end of an event's month.
#[derive(Clone, Copy, PartialEq, Message, Serialize)]
pub struct MonthEnd {
    #[prost(uint32, tag = "1")]
    pub months: u32,
    #[prost(uint32, tag = "2")]
    pub days: u32,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct EventPayout {
    #[prost(uint32, tag = "1")]
    pub event_type: u32,
    #[prost(uint32, optional, tag = "2")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_ppm: Option<u32>,
    #[prost(sint64, optional, tag = "3")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed_micros: Option<i64>,
    /// 0 where it was not known: of the order.
    #[prost(uint32, tag = "4")]
    #[serde(skip_serializing_if = "is_zero")]
    pub level: u32,
    #[prost(message, repeated, tag = "5")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<TermsRule>,
    #[prost(message, repeated, tag = "6")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub restrictions: Vec<TermsRule>,
    #[prost(message, repeated, tag = "7")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<TermsRule>,
    #[prost(message, repeated, tag = "40")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
    #[prost(message, optional, tag = "41")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tiers: Option<Tiers>,
}

/// One of the three is there.
#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Limit {
    #[prost(uint32, tag = "1")]
    pub per: u32,
    #[prost(uint32, optional, tag = "2")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actions: Option<u32>,
    #[prost(sint64, optional, tag = "3")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payout_micros: Option<i64>,
    #[prost(uint32, optional, tag = "4")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<u32>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Tiers {
    #[prost(uint32, tag = "1")]
    pub basis: u32,
    #[prost(uint32, tag = "2")]
    pub per: u32,
    #[prost(message, repeated, tag = "3")]
    pub steps: Vec<Tier>,
    /// Absent: to what opens once one is reached.
    #[prost(uint32, optional, tag = "84")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applies_to: Option<u32>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Tier {
    #[prost(sint64, tag = "1")]
    pub from: i64,
    #[prost(uint32, optional, tag = "2")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_ppm: Option<u32>,
    #[prost(sint64, optional, tag = "3")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed_micros: Option<i64>,
}

/// A payout group, a restriction or an adjustment, by where it stands.
#[derive(Clone, PartialEq, Message, Serialize)]
pub struct TermsRule {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(message, repeated, tag = "2")]
    pub conditions: Vec<Condition>,
    #[prost(uint32, optional, tag = "3")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_ppm: Option<u32>,
    #[prost(sint64, optional, tag = "4")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed_micros: Option<i64>,
    #[prost(sint32, optional, tag = "5")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjust_ppm: Option<i32>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Condition {
    /// What is asked for: 1 to 99 a word, 100 the order's total, 101 the date.
    #[prost(uint32, tag = "1")]
    pub variable: u32,
    #[prost(uint32, tag = "2")]
    #[serde(skip_serializing_if = "is_zero")]
    pub comparison: u32,
    #[prost(string, repeated, tag = "3")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Millionths or days: from this on.
    #[prost(sint64, optional, tag = "4")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<i64>,
    /// Below or before this.
    #[prost(sint64, optional, tag = "5")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<i64>,
    /// The id of a list on which the word stands, or does not.
    #[prost(uint32, optional, tag = "6")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_list: Option<u32>,
    #[prost(uint32, optional, tag = "7")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_in_list: Option<u32>,
}
