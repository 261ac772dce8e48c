//! What was done for a person whose data this is.

use prost::Message;
use serde::Serialize;

use super::names;

#[derive(Clone, PartialEq, Message, Serialize)]
pub struct SubjectServed {
    #[prost(bytes = "vec", tag = "1")]
    #[serde(serialize_with = "names::hex")]
    pub id: Vec<u8>,
    /// So many values were replaced; none: the data was handed over.
    #[prost(uint32, optional, tag = "2")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erased: Option<u32>,
}
