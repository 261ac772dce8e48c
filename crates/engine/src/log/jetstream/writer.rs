//! A frame's way into its stream.

use std::time::Duration;

use async_nats::jetstream::message::PublishMessage;
use bytes::Bytes;
use futures_util::future::try_join_all;

use super::message::{self, Content};
use super::stream::{Streams, name, place};
use crate::error::{Error, Result};
use crate::log::{Frame, Position};
use crate::routing::PartitionId;

/// How long a frame may take with all its parts: much shorter than `OVERLAP`.
const SEND_MAX: Duration = Duration::from_secs(30);

/// Keeps a frame, and says where it lies. One that was kept before keeps its place.
pub async fn send(streams: &Streams, partition: PartitionId, frame: &Frame) -> Result<Position> {
    let late = |_| Error::unavailable(format!("write {}", name(partition)), "it took too long");
    tokio::time::timeout(SEND_MAX, keep(streams, partition, frame)).await.map_err(late)?
}

async fn keep(streams: &Streams, partition: PartitionId, frame: &Frame) -> Result<Position> {
    streams.ensure(partition).await?;
    let mut rest = message::payload(frame);
    let most = streams.payload_bytes_max();
    let mut parts = Vec::new();
    let mut from = 0;
    while rest.len() > most {
        let bytes = rest.split_to(most);
        parts.push(keep_part(streams, partition, message::part(frame, from, bytes.clone()), bytes).await?);
        from += most;
    }
    let ack = streams.publish(partition, message::last(frame, rest, &parts)).await?;
    if ack.duplicate {
        check_same(streams, partition, ack.sequence, frame).await?;
    }
    Ok(Position(ack.sequence))
}

/// Each part is kept before the next is sent: those of a frame lie in order, and the last message can name them.
async fn keep_part(streams: &Streams, partition: PartitionId, part: PublishMessage, bytes: Bytes) -> Result<u64> {
    let ack = streams.publish(partition, part).await?;
    if ack.duplicate && streams.message(partition, ack.sequence).await?.is_some_and(|kept| kept.payload != bytes) {
        return Err(used_twice());
    }
    Ok(ack.sequence)
}

/// A frame that was sent again: the first time it was kept, but its sender never heard of it.
async fn check_same(streams: &Streams, partition: PartitionId, sequence: u64, frame: &Frame) -> Result<()> {
    match find(streams, partition, sequence).await? {
        Some(kept) if kept.facts != frame.facts => Err(used_twice()),
        // It may be gone already: then the books hold it.
        _ => Ok(()),
    }
}

fn used_twice() -> Error {
    Error::corrupt("write the log", "another frame has the same id: two edges share a number")
}

/// The frame whose last message lies here; none if the stream holds it no more.
async fn find(streams: &Streams, partition: PartitionId, sequence: u64) -> Result<Option<Frame>> {
    let Some(kept) = streams.message(partition, sequence).await? else { return Ok(None) };
    let place = place(partition, sequence);
    let Content::Frame(last) = message::read(Some(&kept.headers), kept.payload, &place)? else {
        return Err(Error::corrupt(format!("read {place}"), "it is a part and no frame"));
    };
    match parts(streams, partition, &last.parts).await? {
        Some(parts) => last.join(&parts, &place).map(Some),
        None => Ok(None),
    }
}

/// The payloads of a frame's earlier parts; none if one is gone.
pub async fn parts(streams: &Streams, partition: PartitionId, sequences: &[u64]) -> Result<Option<Vec<Bytes>>> {
    let asked = sequences.iter().map(|sequence| streams.message(partition, *sequence));
    let found = try_join_all(asked).await?;
    Ok(found.into_iter().map(|it| it.map(|message| message.payload)).collect())
}
