//! A frame as messages: one, or several if it is larger than the server takes.
//!
//! The payload is the facts and then the raw sections; headers carry the rest. A large frame goes as earlier parts and
//! a last message, which names the sequences of the parts, so that whoever meets it finds them wherever it began to
//! read. The last message is the frame: its sequence is the frame's position, and without it there is none.

use async_nats::HeaderMap;
use async_nats::jetstream::message::PublishMessage;
use bytes::Bytes;

use referee_core::time::Timestamp;

use crate::error::{Error, Result};
use crate::log::{Frame, FrameId};

/// The message's form. Whoever meets a newer one stands still instead of guessing.
const FORMAT: &str = "1";
const FORMAT_HEADER: &str = "Rf-Frame";
/// The server keeps a message with the same id only once, for as long as `DUPLICATES_KNOWN` says.
pub const ID_HEADER: &str = "Nats-Msg-Id";
const FIRST_FACT_HEADER: &str = "Rf-First-Fact";
const RECORDS_HEADER: &str = "Rf-Records";
const FACTS_BYTES_HEADER: &str = "Rf-Facts-Bytes";
const RAW_BYTES_HEADER: &str = "Rf-Raw-Bytes";
/// Sequences of the earlier parts, in order, parted by commas.
const PARTS_HEADER: &str = "Rf-Parts";
/// Milliseconds.
const PACKED_AT_HEADER: &str = "Rf-Packed-At";
/// Marks an earlier part.
const PART_OF_HEADER: &str = "Rf-Part-Of";

/// What a message holds.
pub enum Content {
    /// An earlier part of a frame whose last message may come or not.
    Part,
    Frame(Last),
}

/// A frame's last message, mostly its only one.
pub struct Last {
    pub id: FrameId,
    /// Where the earlier parts lie.
    pub parts: Vec<u64>,
    first_fact_n: u64,
    packed_at: Timestamp,
    records: u32,
    facts_bytes: usize,
    raw_bytes: usize,
    payload: Bytes,
}

pub fn payload(frame: &Frame) -> Bytes {
    [frame.facts.as_slice(), frame.raw.as_slice()].concat().into()
}

/// An earlier part. Its id names the piece, so that a frame that is cut otherwise when sent again is not mixed up.
pub fn part(frame: &Frame, from: usize, bytes: Bytes) -> PublishMessage {
    let id = id_text(frame.id);
    PublishMessage::build()
        .message_id(format!("{id}/{from}+{}", bytes.len()))
        .header(FORMAT_HEADER, FORMAT)
        .header(PART_OF_HEADER, id.as_str())
        .payload(bytes)
}

/// The last message: the rest of the payload, and where the parts lie.
pub fn last(frame: &Frame, bytes: Bytes, parts: &[u64]) -> PublishMessage {
    let message = PublishMessage::build()
        .message_id(id_text(frame.id))
        .header(FORMAT_HEADER, FORMAT)
        .header(FIRST_FACT_HEADER, frame.first_fact_n.to_string().as_str())
        .header(PACKED_AT_HEADER, frame.packed_at.0.to_string().as_str())
        .header(RECORDS_HEADER, frame.records.to_string().as_str())
        .header(FACTS_BYTES_HEADER, frame.facts.len().to_string().as_str())
        .header(RAW_BYTES_HEADER, frame.raw.len().to_string().as_str())
        .payload(bytes);
    if parts.is_empty() {
        return message;
    }
    let parts: Vec<String> = parts.iter().map(u64::to_string).collect();
    message.header(PARTS_HEADER, parts.join(",").as_str())
}

/// Reads a message; `place` names it for whoever has to look.
pub fn read(headers: Option<&HeaderMap>, payload: Bytes, place: &str) -> Result<Content> {
    let strange = || Error::corrupt(format!("read {place}"), "it is no frame: something else writes to this stream");
    let headers = headers.ok_or_else(strange)?;
    match headers.get(FORMAT_HEADER).map(|it| it.as_str()) {
        Some(FORMAT) => {}
        Some(newer) => {
            let cause = format!("it is of format {newer}; start a newer program");
            return Err(Error::setup(format!("read {place}"), cause));
        }
        None => return Err(strange()),
    }
    if headers.get(PART_OF_HEADER).is_some() {
        return Ok(Content::Part);
    }
    let text = |name: &str| headers.get(name).map(|it| it.as_str()).ok_or_else(strange);
    let number = |name: &str| text(name)?.parse::<u64>().map_err(|_| strange());
    let parts = match headers.get(PARTS_HEADER) {
        Some(parts) => parts.as_str().split(',').map(|it| it.parse().map_err(|_| strange())).collect::<Result<_>>()?,
        None => Vec::new(),
    };
    Ok(Content::Frame(Last {
        id: id_of(text(ID_HEADER)?).ok_or_else(strange)?,
        parts,
        first_fact_n: number(FIRST_FACT_HEADER)?,
        packed_at: Timestamp(number(PACKED_AT_HEADER)?.cast_signed()),
        records: u32::try_from(number(RECORDS_HEADER)?).map_err(|_| strange())?,
        facts_bytes: usize::try_from(number(FACTS_BYTES_HEADER)?).map_err(|_| strange())?,
        raw_bytes: usize::try_from(number(RAW_BYTES_HEADER)?).map_err(|_| strange())?,
        payload,
    }))
}

impl Last {
    /// The lowest sequence that the frame needs, when its last message lies at this one.
    pub fn first_sequence(&self, last: u64) -> u64 {
        self.parts.iter().copied().min().unwrap_or(last)
    }

    /// The frame, with the payloads of its earlier parts in order.
    pub fn join(self, parts: &[Bytes], place: &str) -> Result<Frame> {
        let bytes = if parts.is_empty() {
            Vec::from(self.payload)
        } else {
            let mut bytes = parts.concat();
            bytes.extend_from_slice(&self.payload);
            bytes
        };
        if self.facts_bytes.checked_add(self.raw_bytes) != Some(bytes.len()) {
            return Err(Error::corrupt(format!("read {place}"), "it is of another length than it says"));
        }
        let mut facts = bytes;
        let raw = facts.split_off(self.facts_bytes);
        let Last { id, first_fact_n, packed_at, records, .. } = self;
        Ok(Frame { id, first_fact_n, packed_at, records, facts, raw })
    }
}

pub fn id_text(FrameId { edge, epoch, n }: FrameId) -> String {
    format!("{edge}-{epoch}-{n}")
}

fn id_of(text: &str) -> Option<FrameId> {
    let mut numbers = text.split('-');
    let id = FrameId {
        edge: numbers.next()?.parse().ok()?,
        epoch: numbers.next()?.parse().ok()?,
        n: numbers.next()?.parse().ok()?,
    };
    numbers.next().is_none().then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::conformance::frame;

    /// As the server would hand it back.
    fn stored(message: PublishMessage) -> (HeaderMap, Bytes) {
        let message = message.outbound_message("subject");
        (message.headers.unwrap(), message.payload)
    }

    #[test]
    fn a_frame_comes_back_from_its_message() {
        let (headers, bytes) = stored(last(&frame(7), payload(&frame(7)), &[]));
        let Content::Frame(last) = read(Some(&headers), bytes, "it").unwrap() else { panic!("a frame") };
        assert_eq!(last.first_sequence(30), 30);
        assert_eq!(last.join(&[], "it").unwrap(), frame(7));
    }

    #[test]
    fn a_frame_comes_back_from_its_parts() {
        let bytes = payload(&frame(7));
        let (headers, first) = stored(part(&frame(7), 0, bytes.slice(..8)));
        assert!(matches!(read(Some(&headers), first.clone(), "it").unwrap(), Content::Part));
        let (headers, rest) = stored(last(&frame(7), bytes.slice(8..), &[21]));
        let Content::Frame(last) = read(Some(&headers), rest, "it").unwrap() else { panic!("a frame") };
        assert_eq!((last.parts.as_slice(), last.first_sequence(30)), ([21].as_slice(), 21));
        assert_eq!(last.join(&[first], "it").unwrap(), frame(7));
    }

    #[test]
    fn what_is_no_frame_or_a_newer_one_is_told_apart() {
        assert!(matches!(read(None, Bytes::new(), "it"), Err(Error::Corrupt(_))));
        assert!(matches!(read(Some(&HeaderMap::new()), Bytes::new(), "it"), Err(Error::Corrupt(_))));
        let (mut headers, bytes) = stored(last(&frame(7), payload(&frame(7)), &[]));
        headers.insert(FORMAT_HEADER, "2");
        assert!(matches!(read(Some(&headers), bytes, "it"), Err(Error::Setup(_))));
    }

    #[test]
    fn a_part_that_is_cut_short_is_noticed() {
        let (headers, bytes) = stored(last(&frame(7), payload(&frame(7)), &[]));
        let Content::Frame(last) = read(Some(&headers), bytes.slice(1..), "it").unwrap() else { panic!("a frame") };
        assert!(matches!(last.join(&[], "it"), Err(Error::Corrupt(_))));
    }
}
