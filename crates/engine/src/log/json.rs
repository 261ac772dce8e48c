//! A record as a line of JSON, for people and for other programs.

use referee_core::id::FactId;

use super::names::iso;
use super::wire;
use super::{Draft, codec};
use crate::error::Result;

#[derive(serde::Serialize)]
struct Line<'a> {
    id: String,
    kind: &'static str,
    occurred_at: String,
    #[serde(flatten)]
    record: &'a wire::Record,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<wire::Raw>,
}

/// Hashes as hex, times in UTC, money as decimal text.
pub fn to_json_line(id: &FactId, draft: &Draft) -> Result<String> {
    let (fact, _) = codec::encode(draft);
    let record = codec::decode_wire(&fact)?;
    let raw = draft.raw.clone().map(|raw| wire::Raw {
        address: raw.address,
        user_agent: raw.user_agent,
        url: raw.url,
        referrer: raw.referrer,
    });
    let kind = draft.fact.kind();
    let line = Line { id: id.to_string(), kind, occurred_at: iso(draft.occurred_at), record: &record, raw };
    serde_json::to_string(&line).map_err(|error| crate::error::Error::corrupt("print a record", error))
}
