//! The log: the truth. Facts go in as frames, one per group commit, and are read back in the order they were kept.

pub mod arrivals;
mod claims;
pub mod codec;
pub mod conformance;
pub mod frame;
pub mod jetstream;
pub mod json;
pub mod names;
pub mod number;
pub mod postgres;
pub mod recorder;
pub mod spool;
pub mod sqlite;
mod statements;
pub mod wire;

#[cfg(test)]
pub(crate) mod fake;
#[cfg(test)]
mod samples;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use referee_core::fact::{Actor, Fact};
use referee_core::id::BrandId;
use referee_core::time::Timestamp;

use crate::database::trace::Traces;
use crate::error::{Error, Result};
use crate::routing::PartitionId;

/// A fact on its way into the log: it has no number and no id yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub brand: BrandId,
    pub received_at: Timestamp,
    pub occurred_at: Timestamp,
    pub actor: Option<Actor>,
    pub fact: Fact,
    pub raw: Option<Raw>,
}

/// What the request said of itself. Kept apart, dropped after `limits::RAW_DAYS`, never seen by the rules.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Raw {
    pub address: String,
    pub user_agent: String,
    /// The page, with an allow-listed query only.
    pub url: String,
    pub referrer: String,
}

/// Place of a frame in its partition, from 1. An engine's own: no id or export uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position(pub u64);

/// Names a frame for ever: which edge wrote it, in which run, and the how-manieth it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FrameId {
    pub edge: u16,
    pub epoch: u32,
    pub n: u64,
}

/// All that one group commit writes to a partition. Immutable, and resent unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub id: FrameId,
    /// The `n` of the first record's `FactId`; the others follow. Edge and epoch are the frame's.
    pub first_fact_n: u64,
    /// By the clock of the edge; raw sections are kept for their days from here, wherever the frame is copied to.
    pub packed_at: Timestamp,
    pub records: u32,
    /// Encoded facts, one after the other, compressed if that helps.
    pub facts: Vec<u8>,
    /// Encoded raw sections; empty once dropped.
    pub raw: Vec<u8>,
}

/// Where a frame came to lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    InLog(Position),
    /// On this edge's own disk, because the log was away. It is forwarded, in order, when the log is back.
    InSpool,
}

/// Called once for every frame handed over, with its place in the list, when it is durable or can't be made so; on
/// whatever thread learns it.
pub type Completion = Arc<dyn Fn(usize, Result<Kept>) + Send + Sync>;

/// Frames on their way, shared with whoever may have to send them again.
pub type Frames = Arc<Vec<(PartitionId, Frame)>>;

/// How far a reader has come, by partition.
pub type Places = BTreeMap<PartitionId, Position>;

/// Where frames are kept. Order is per partition.
pub trait Log: Send + Sync {
    /// Hands frames over: of a partition one at most, and only after the one before it was answered, so that what an
    /// edge writes stays in order. After an `Unavailable` the caller sends the same frame again; each is kept once.
    fn submit(&self, frames: Frames, done: Completion);

    /// Keeps frames of another log in their order, while nobody else writes. Those that are kept already stay.
    fn copy(&self, partition: PartitionId, frames: Vec<Frame>) -> Result<()>;

    /// The frames after a position, in order, at most so many.
    fn read(&self, partition: PartitionId, after: Position, frames_max: usize) -> Result<Vec<(Position, Frame)>>;

    /// The position of the newest frame.
    fn end(&self, partition: PartitionId) -> Result<Position>;

    /// Of these partitions, those that hold frames after their places: one question for all of them.
    fn behind(&self, places: &Places) -> Result<Vec<PartitionId>>;

    /// The partitions that hold or held frames.
    fn partitions(&self) -> Result<Vec<PartitionId>>;

    /// Grows whenever frames may have been kept: the value to wait past.
    fn arrivals(&self) -> u64;

    /// Returns when `arrivals` has grown past `seen`, or the time is up.
    fn wait(&self, seen: u64, most: Duration);

    /// Lets everyone who waits look again.
    fn wake(&self);

    /// Whether frames stay for good. If not, the books keep the frames they apply, and say what may go.
    fn keeps_frames(&self) -> bool;

    /// The books keep everything up to here themselves.
    fn release(&self, partition: PartitionId, up_to: Position) -> Result<()>;

    /// Blanks the raw sections of some frames kept before a moment; says of how many. Zero: none are left.
    fn drop_raw_before(&self, before: Timestamp) -> Result<u64>;

    /// Puts other bytes in the place of frames that are kept: of the same ids and numbers of records. Durable when it
    /// returns, all of them or none.
    fn rewrite(&self, partition: PartitionId, frames: &[(Position, Frame)]) -> Result<()>;

    /// Leaves nothing behind of what stood up to a position before it was rewritten, as far as the engine can tell.
    /// False: some of it is still there for now, and the caller asks again later.
    fn scrub(&self, partition: PartitionId, up_to: Position, traces: &Traces) -> Result<bool>;
}

/// How long whoever can wait does so, and how often they ask again: a stream that chooses a new leader is away for some
/// seconds.
const PATIENCE: Duration = Duration::from_secs(30);
const ASK_AGAIN: Duration = Duration::from_millis(200);

/// Does something again while it is unavailable, for some time. For commands, which have nobody waiting.
pub fn patiently<T>(mut ask: impl FnMut() -> Result<T>) -> Result<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match ask() {
            Err(Error::Unavailable(_)) if Instant::now() < deadline => std::thread::sleep(ASK_AGAIN),
            answer => return answer,
        }
    }
}

/// Hands one frame over and waits for the answer.
pub fn submit_and_wait(log: &dyn Log, partition: PartitionId, frame: Frame) -> Result<Kept> {
    let (sender, answer) = std::sync::mpsc::channel();
    // Whoever waits is right below.
    log.submit(Arc::new(vec![(partition, frame)]), Arc::new(move |_, kept| _ = sender.send(kept)));
    answer.recv().unwrap_or_else(|_| Err(Error::unavailable("write the log", "the log gave no answer")))
}

/// Frames that the books keep, for a log that is only the newest part.
pub trait Archive: Send + Sync {
    /// The frames after a position, in order, at most so many.
    fn read(&self, partition: PartitionId, after: Position, frames_max: usize) -> Result<Vec<(Position, Frame)>>;

    /// As `Log::drop_raw_before`.
    fn drop_raw_before(&self, before: Timestamp) -> Result<u64>;

    /// As `Log::rewrite`; frames that are not kept here stay as they are elsewhere.
    fn rewrite(&self, partition: PartitionId, frames: &[(Position, Frame)]) -> Result<()>;
}
