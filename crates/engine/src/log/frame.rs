//! A frame's bytes: records packed one after the other, compressed if that helps, with a checksum.
//!
//! Facts and raw sections stand apart, so that the raw can be dropped and the facts stay as they were. A section is a
//! header byte (version and flags), the length of what was packed, the packed records, and a CRC-32 over all of it.

use referee_core::id::FactId;
use referee_core::time::Timestamp;

use super::{Draft, Frame, FrameId, codec};
use crate::error::{Error, Result};
use crate::limits::FRAME_BYTES_MAX;

const VERSION: u8 = 1;
const COMPRESSED: u8 = 0x80;
/// Something was replaced after the frame was kept: its bytes are no longer those that its edge wrote.
const REWRITTEN: u8 = 0x40;
/// The fastest level: frames are written on the path of an answer.
const ZSTD_LEVEL: i32 = 1;
/// Below this, compressing costs more than it saves.
const COMPRESS_FROM_BYTES: usize = 512;
const HEAD_BYTES: usize = 5;
const SUM_BYTES: usize = 4;

/// One encoded record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    pub fact: Vec<u8>,
    pub raw: Vec<u8>,
}

impl Encoded {
    pub fn of(draft: &Draft) -> Encoded {
        let (fact, raw) = codec::encode(draft);
        Encoded { fact, raw }
    }

    pub fn bytes(&self) -> usize {
        self.fact.len() + self.raw.len()
    }
}

pub fn pack(id: FrameId, first_fact_n: u64, records: &[Encoded], packed_at: Timestamp) -> Result<Frame> {
    let facts = section(records.iter().map(|record| record.fact.as_slice()))?;
    let raw = if records.iter().all(|record| record.raw.is_empty()) {
        Vec::new()
    } else {
        section(records.iter().map(|record| record.raw.as_slice()))?
    };
    let records = u32::try_from(records.len()).map_err(|error| Error::corrupt("pack a frame", error))?;
    Ok(Frame { id, first_fact_n, packed_at, records, facts, raw })
}

/// The records of a frame, with their names.
pub fn unpack(frame: &Frame) -> Result<Vec<(FactId, Draft)>> {
    let raw = if frame.raw.is_empty() { Vec::new() } else { open(frame, &frame.raw)? };
    records(frame, &parts(&raw, frame)?)
}

/// The same without what the requests said of themselves, which the rules never see.
pub fn unpack_facts(frame: &Frame) -> Result<Vec<(FactId, Draft)>> {
    records(frame, &[])
}

/// What becomes of one record of a frame that is written anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Change {
    /// The fact was changed.
    pub fact: bool,
    /// What the request said of itself goes.
    pub blank_raw: bool,
}

/// The frame with some of its records changed, in the same place; None where nothing was. Records that were not changed
/// keep their bytes.
pub fn rewrite(frame: &Frame, mut change: impl FnMut(FactId, &mut Draft) -> Change) -> Result<Option<Frame>> {
    let mut drafts = unpack(frame)?;
    let facts = open(frame, &frame.facts)?;
    let raw = if frame.raw.is_empty() { Vec::new() } else { open(frame, &frame.raw)? };
    let (facts, raw) = (parts(&facts, frame)?, parts(&raw, frame)?);
    let (mut new_facts, mut new_raw, mut all) = (Vec::new(), Vec::new(), Change::default());
    for (i, (id, draft)) in drafts.iter_mut().enumerate() {
        let Change { fact, blank_raw } = change(*id, draft);
        let raw = raw.get(i).copied().unwrap_or_default();
        let blank_raw = blank_raw && !raw.is_empty();
        new_facts.push(if fact { codec::encode(draft).0 } else { facts[i].to_vec() });
        new_raw.push(if blank_raw { Vec::new() } else { raw.to_vec() });
        all = Change { fact: all.fact || fact, blank_raw: all.blank_raw || blank_raw };
    }
    if all == Change::default() {
        return Ok(None);
    }
    let facts = marked(section(new_facts.iter().map(Vec::as_slice))?);
    let raw = if new_raw.iter().all(Vec::is_empty) { Vec::new() } else { section(new_raw.iter().map(Vec::as_slice))? };
    Ok(Some(Frame { facts, raw, ..frame.clone() }))
}

fn marked(mut section: Vec<u8>) -> Vec<u8> {
    section[0] |= REWRITTEN;
    let body = section.len() - SUM_BYTES;
    let sum = crc32fast::hash(&section[..body]);
    section[body..].copy_from_slice(&sum.to_le_bytes());
    section
}

/// Whether something was replaced in these facts after they were kept.
pub fn is_rewritten(facts: &[u8]) -> bool {
    facts.first().is_some_and(|head| head & REWRITTEN != 0 && head & !(COMPRESSED | REWRITTEN) == VERSION)
}

/// Whether facts that were kept are those of a frame that is sent again. Its edge does not know that they were rewritten,
/// nor does a copy that was made before.
pub fn is_same(kept: &[u8], sent: &[u8]) -> bool {
    kept == sent || is_rewritten(kept) || is_rewritten(sent)
}

fn records(frame: &Frame, raw: &[&[u8]]) -> Result<Vec<(FactId, Draft)>> {
    let facts = open(frame, &frame.facts)?;
    let facts = parts(&facts, frame)?;
    if facts.len() != frame.records as usize {
        return Err(damaged(frame, "it holds another number of records than it says"));
    }
    let mut records = Vec::with_capacity(facts.len());
    for (i, fact) in facts.iter().enumerate() {
        let n = frame.first_fact_n + i as u64;
        let raw = raw.get(i).copied().unwrap_or_default();
        records.push((FactId { edge: frame.id.edge, epoch: frame.id.epoch, n }, codec::decode(fact, raw)?));
    }
    Ok(records)
}

fn section<'a>(parts: impl Iterator<Item = &'a [u8]>) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    for part in parts {
        prost::encoding::encode_varint(part.len() as u64, &mut body);
        body.extend_from_slice(part);
    }
    let length = u32::try_from(body.len()).map_err(|error| Error::corrupt("pack a frame", error))?;
    let mut out = Vec::with_capacity(HEAD_BYTES + body.len() + SUM_BYTES);
    let packed = if body.len() >= COMPRESS_FROM_BYTES {
        zstd::bulk::compress(&body, ZSTD_LEVEL).ok().filter(|packed| packed.len() < body.len())
    } else {
        None
    };
    out.push(if packed.is_some() { VERSION | COMPRESSED } else { VERSION });
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(packed.as_deref().unwrap_or(&body));
    out.extend_from_slice(&crc32fast::hash(&out).to_le_bytes());
    Ok(out)
}

fn open(frame: &Frame, section: &[u8]) -> Result<Vec<u8>> {
    let Some((body, sum)) = section.split_last_chunk::<SUM_BYTES>() else {
        return Err(damaged(frame, "it is cut short"));
    };
    if crc32fast::hash(body) != u32::from_le_bytes(*sum) {
        return Err(damaged(frame, "its checksum does not match"));
    }
    let Some((head, body)) = body.split_first_chunk::<HEAD_BYTES>() else {
        return Err(damaged(frame, "it is cut short"));
    };
    if head[0] & !(COMPRESSED | REWRITTEN) != VERSION {
        return Err(Error::setup("read a frame", format!("it is of format {}; start a newer program", head[0])));
    }
    let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
    if length > FRAME_BYTES_MAX {
        return Err(damaged(frame, "it claims to be larger than a frame can be"));
    }
    if head[0] & COMPRESSED == 0 {
        return Ok(body.to_vec());
    }
    zstd::bulk::decompress(body, length).map_err(|error| damaged(frame, error))
}

fn parts<'a>(mut body: &'a [u8], frame: &Frame) -> Result<Vec<&'a [u8]>> {
    let mut parts = Vec::new();
    while !body.is_empty() {
        let length = prost::encoding::decode_varint(&mut body).map_err(|error| damaged(frame, error))?;
        let length = usize::try_from(length).map_err(|error| damaged(frame, error))?;
        let Some((part, rest)) = body.split_at_checked(length) else {
            return Err(damaged(frame, "a record is cut short"));
        };
        parts.push(part);
        body = rest;
    }
    Ok(parts)
}

fn damaged(frame: &Frame, cause: impl std::fmt::Display) -> Error {
    let FrameId { edge, epoch, n } = frame.id;
    Error::corrupt(format!("read frame {edge}-{epoch}-{n}"), cause)
}
