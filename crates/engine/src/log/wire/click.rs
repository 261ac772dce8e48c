//! Clicks, and what was measured of them.

use prost::Message;
use serde::Serialize;

use super::Identifier;
use crate::log::names;

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Click {
    #[prost(fixed64, tag = "1")]
    pub no: u64,
    #[prost(uint32, tag = "2")]
    pub program: u32,
    #[prost(uint32, tag = "3")]
    pub partner: u32,
    #[prost(uint32, tag = "4")]
    pub ad: u32,
    #[prost(string, optional, tag = "5")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    #[prost(message, optional, tag = "6")]
    pub visitor: Option<Identifier>,
    #[prost(string, repeated, tag = "7")]
    pub sub_ids: Vec<String>,
    #[prost(string, tag = "8")]
    pub shared_id: String,
    #[prost(message, optional, tag = "9")]
    pub signals: Option<Signals>,
    #[prost(bool, tag = "10")]
    pub deep_link_refused: bool,
    #[prost(string, tag = "11")]
    #[serde(skip_serializing_if = "String::is_empty")]
    pub referrer_host: String,
    #[prost(message, repeated, tag = "12")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub link_params: Vec<LinkParam>,
    #[prost(message, optional, tag = "50")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<super::Consent>,
    #[prost(message, optional, tag = "51")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrival: Option<Arrival>,
}

/// How somebody came by a link, where it was not simply followed.
#[derive(Clone, PartialEq, Message, Serialize)]
pub struct Arrival {
    #[prost(bool, tag = "1")]
    pub told_by_shop: bool,
    #[prost(string, optional, tag = "2")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deep_link: Option<String>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct LinkParam {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(string, tag = "2")]
    pub value: String,
}

#[derive(Clone, Copy, PartialEq, Message, Serialize)]
pub struct Signals {
    #[prost(uint32, tag = "1")]
    #[serde(serialize_with = "names::navigation")]
    pub navigation: u32,
    #[prost(bool, tag = "2")]
    pub prefetch: bool,
    #[prost(bool, tag = "3")]
    pub head: bool,
    #[prost(uint32, tag = "4")]
    #[serde(serialize_with = "names::agent")]
    pub agent: u32,
    #[prost(uint32, tag = "5")]
    #[serde(serialize_with = "names::device")]
    pub device: u32,
    #[prost(uint32, tag = "6")]
    #[serde(serialize_with = "names::embedded")]
    pub embedded: u32,
    #[prost(uint32, tag = "7")]
    #[serde(serialize_with = "names::site")]
    pub site: u32,
    #[prost(bool, tag = "8")]
    pub activated: bool,
    #[prost(uint32, tag = "9")]
    #[serde(serialize_with = "names::preload")]
    pub preload: u32,
    #[prost(uint32, tag = "10")]
    #[serde(serialize_with = "names::robot")]
    pub robot: u32,
    #[prost(uint32, tag = "11")]
    #[serde(serialize_with = "names::system")]
    pub system: u32,
    #[prost(uint32, tag = "12")]
    #[serde(serialize_with = "names::browser")]
    pub browser: u32,
    #[prost(uint32, tag = "13")]
    #[serde(serialize_with = "names::oddities")]
    pub oddities: u32,
    #[prost(uint32, tag = "14")]
    #[serde(serialize_with = "names::network_class")]
    pub network_class: u32,
    #[prost(uint32, tag = "15")]
    pub asn: u32,
    #[prost(uint32, tag = "16")]
    #[serde(serialize_with = "names::country")]
    pub country: u32,
    #[prost(bool, tag = "17")]
    pub returning: bool,
    #[prost(fixed64, tag = "18")]
    #[serde(serialize_with = "names::wide")]
    pub network: u64,
    #[prost(fixed64, tag = "19")]
    #[serde(serialize_with = "names::wide")]
    pub agent_key: u64,
}

#[derive(Clone, Copy, PartialEq, Message, Serialize)]
pub struct ClickRef {
    #[prost(fixed64, tag = "1")]
    pub no: u64,
    #[prost(uint32, tag = "2")]
    pub program: u32,
    #[prost(uint32, tag = "3")]
    pub partner: u32,
    #[prost(uint32, tag = "4")]
    pub ad: u32,
    #[prost(sint64, tag = "5")]
    #[serde(serialize_with = "names::time")]
    pub clicked_at: i64,
    #[prost(bool, tag = "6")]
    pub unrecorded: bool,
}
