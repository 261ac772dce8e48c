//! What visitors agreed to.

use prost::Message;
use serde::Serialize;

use crate::log::names;

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Consent {
    #[prost(uint32, tag = "1")]
    #[serde(serialize_with = "names::consent_word")]
    pub word: u32,
    #[prost(uint32, tag = "2")]
    #[serde(serialize_with = "names::consent_source")]
    pub source: u32,
    #[prost(bool, tag = "3")]
    pub unreadable: bool,
    #[prost(string, tag = "4")]
    pub said: String,
}

#[derive(Clone, Copy, PartialEq, Message, Serialize)]
pub struct ConsentRules {
    #[prost(uint32, tag = "1")]
    pub program: u32,
    #[prost(uint32, tag = "2")]
    #[serde(serialize_with = "names::consent_ask")]
    pub ask: u32,
    #[prost(bool, tag = "3")]
    pub unknown_asks: bool,
    #[prost(uint32, optional, tag = "4")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<u32>,
}

#[derive(Clone, Copy, PartialEq, Message, Serialize)]
pub struct PartnerReward {
    #[prost(uint32, tag = "1")]
    pub partner: u32,
    #[prost(bool, tag = "2")]
    pub reward: bool,
}
