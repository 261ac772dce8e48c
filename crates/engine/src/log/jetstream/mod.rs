//! The log on NATS JetStream: one stream per partition, one message per frame.
//!
//! A frame is answered when the stream's replicas have it. What the books keep themselves is let go of the stream, and
//! read from their archive: the stream is the newest part of the log, never its only copy.
//!
//! For whoever runs the servers:
//!
//! - Three servers or five, in different places, version 2.12.3 or newer, each with `sync_interval: always` in its
//!   `jetstream` settings. Without it an acknowledgement is no flush: the default writes to disk every two minutes. A
//!   client can't see this setting, so nobody but you can check it.
//! - An account of its own for each installation. Streams are called `REFEREE_` and the partition's number, take the
//!   subject `referee.log.` and that number, and carry the installation's name; those of another are refused.
//! - Nothing may go by age or size. Room on disk is what a day of traffic takes, if the books may stand still for a day.
//! - The account needs `$JS.API.>` and `referee.log.>` to publish, and `_INBOX.>` to subscribe.

mod connection;
mod feed;
mod marks;
mod message;
mod partition;
mod stream;
mod tail;
#[cfg(test)]
mod tests;
mod writer;

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use referee_core::time::Timestamp;
use tokio::runtime::{Builder, Runtime};

pub use connection::JetStreamConfig;

use self::message::Content;
use self::partition::{Hub, Partition};
use self::stream::{Extent, Streams};
use self::tail::{End, Found, Tail};
use super::{Archive, Completion, Frame, Frames, Kept, Log, Places, Position, submit_and_wait};
use crate::clock::{Clock, SystemClock};
use crate::database::trace::Traces;
use crate::error::{Error, Result};
use crate::routing::PartitionId;

/// Threads that talk to the servers.
const THREADS: usize = 2;
/// How long a read waits for a frame that the stream is known to hold.
const READ_WAIT: Duration = Duration::from_secs(1);
/// How often something is let go of a stream.
const LET_GO_EVERY: Duration = Duration::from_secs(30);
/// A read begins anew when what it looks for moves under it, but not for ever.
const READ_TRIES: usize = 3;

pub struct JetStreamLog {
    hub: Arc<Hub>,
    archive: Arc<dyn Archive>,
    let_go_every: Duration,
    /// Ended in the background, because a log may be dropped where waiting is forbidden.
    runtime: Option<Runtime>,
}

impl JetStreamLog {
    /// Connects and looks at what is there. Says in the program's log what is risky about it.
    ///
    /// # Errors
    ///
    /// `Setup` if the servers or streams can't serve this installation, `Unavailable` if no server answers.
    pub fn open(config: JetStreamConfig, archive: Arc<dyn Archive>) -> Result<JetStreamLog> {
        JetStreamLog::open_with(config, archive, marks::OVERLAP, LET_GO_EVERY)
    }

    fn open_with(
        config: JetStreamConfig,
        archive: Arc<dyn Archive>,
        overlap: Duration,
        let_go_every: Duration,
    ) -> Result<JetStreamLog> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("log-jetstream")
            .enable_all()
            .build()
            .map_err(|error| Error::setup("start the threads of the log", error))?;
        let streams = runtime.block_on(async {
            let (client, breaks) = connection::connect(&config).await?;
            connection::check_server(&client, &config)?;
            Ok(Streams::new(client, config.installation.clone(), config.replicas, breaks))
        })?;
        let hub = Arc::new(Hub::new(streams, overlap, runtime.handle().clone()));
        let partitions = runtime.block_on(connection::check_streams(&hub.streams, config.replicas))?;
        partitions.into_iter().for_each(|partition| _ = hub.partition(partition));
        runtime.spawn(hub.clone().take_census());
        Ok(JetStreamLog { hub, archive, let_go_every, runtime: Some(runtime) })
    }

    /// Waits for an answer, on the thread that asks.
    fn ask<T>(&self, question: impl Future<Output = Result<T>>) -> Result<T> {
        self.hub.runtime.block_on(question)
    }

    /// A tail from here on, or what is to be read from the archive first.
    fn find(&self, partition: PartitionId, after: Position, frames_max: usize) -> Result<Source> {
        if let Some(tail) = self.hub.find(partition).and_then(|it| it.tail_at(after)) {
            return Ok(Source::Tail(tail));
        }
        let Some(extent) = self.ask(self.hub.streams.extent(partition))? else {
            return Ok(Source::Archive(self.archive.read(partition, after, frames_max)?));
        };
        if after.0 + 1 < extent.first {
            return Ok(Source::Archive(self.read_archive(partition, after, frames_max, extent)?));
        }
        if after.0 > extent.last {
            let cause = format!(
                "it ends at {}, and {} was read from it before; if it stays so, the stream was lost or set back",
                extent.last, after.0
            );
            return Err(Error::unavailable(format!("read stream {}", stream::name(partition)), cause));
        }
        Ok(Source::Tail(self.hub.tail(&self.hub.partition(partition), after, extent.last)))
    }

    fn read_archive(
        &self,
        partition: PartitionId,
        after: Position,
        frames_max: usize,
        extent: Extent,
    ) -> Result<Vec<(Position, Frame)>> {
        let frames = self.archive.read(partition, after, frames_max)?;
        if frames.is_empty() {
            let cause = format!(
                "the stream begins at {}, and the books' archive holds nothing after {}: frames between them are gone",
                extent.first, after.0
            );
            return Err(Error::corrupt(format!("read the log of partition {}", partition.0), cause));
        }
        Ok(frames)
    }

    /// Whether a partition holds frames after a place, for whoever has no tail there yet.
    async fn is_behind(&self, partition: &Arc<Partition>, place: Position) -> Result<bool> {
        let Some(extent) = self.hub.streams.extent(partition.id).await? else { return Ok(false) };
        if extent.first <= place.0 + 1 && place.0 <= extent.last {
            self.hub.tail(partition, place, extent.last);
        }
        Ok(extent.last > place.0)
    }

    /// The same for many at once.
    fn ask_each(&self, asked: Vec<(Arc<Partition>, Position)>) -> Vec<(PartitionId, Result<bool>)> {
        if asked.is_empty() {
            return Vec::new();
        }
        let questions =
            asked.iter().map(async |(partition, place)| (partition.id, self.is_behind(partition, *place).await));
        self.hub.runtime.block_on(join_all(questions))
    }

    /// The newest frame's position in a stream: the last message may be part of a frame that never became whole.
    async fn newest(&self, partition: PartitionId) -> Result<Position> {
        let Some(extent) = self.hub.streams.extent(partition).await? else { return Ok(Position(0)) };
        let known = self.hub.find(partition).map_or(0, |it| it.newest());
        let mut sequence = extent.last;
        while sequence >= extent.first && sequence != known {
            let Some(message) = self.hub.streams.message(partition, sequence).await? else { break };
            let place = stream::place(partition, sequence);
            match message::read(Some(&message.headers), message.payload, &place)? {
                Content::Frame(_) => break,
                Content::Part => sequence -= 1,
            }
        }
        Ok(Position(sequence))
    }

    /// Lets go of a stream that was written last before a moment, if the archive holds all of it.
    fn drop_old(&self, partition: PartitionId, before: Timestamp) -> Result<u64> {
        let Some(extent) = self.ask(self.hub.streams.extent(partition))? else { return Ok(0) };
        if extent.messages == 0 || extent.last_kept_at_ms >= before.0 {
            return Ok(0);
        }
        let archived = self.archive.read(partition, Position(extent.last - 1), 1)?;
        if archived.first().is_none_or(|(position, _)| position.0 != extent.last) {
            return Ok(0);
        }
        self.ask(self.hub.streams.purge(partition, extent.last + 1))
    }
}

/// Where a reader goes on.
enum Source {
    Tail(Arc<Tail>),
    Archive(Vec<(Position, Frame)>),
}

/// Answers for a frame, come what may.
struct Answer {
    done: Completion,
    index: usize,
    given: bool,
}

impl Answer {
    fn give(mut self, kept: Result<Kept>) {
        self.given = true;
        (self.done)(self.index, kept);
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if !self.given {
            (self.done)(self.index, Err(Error::unavailable("write the log", "the log is closing")));
        }
    }
}

impl Log for JetStreamLog {
    fn submit(&self, frames: Frames, done: Completion) {
        for index in 0..frames.len() {
            let answer = Answer { done: done.clone(), index, given: false };
            let (hub, frames) = (self.hub.clone(), frames.clone());
            self.hub.runtime.spawn(async move {
                let (partition, frame) = &frames[index];
                let kept = writer::send(&hub.streams, *partition, frame).await;
                if let Ok(position) = kept {
                    hub.kept(*partition, position);
                }
                answer.give(kept.map(Kept::InLog));
            });
        }
    }

    fn copy(&self, partition: PartitionId, frames: Vec<Frame>) -> Result<()> {
        frames.into_iter().try_for_each(|frame| submit_and_wait(self, partition, frame).map(drop))
    }

    fn read(&self, partition: PartitionId, after: Position, frames_max: usize) -> Result<Vec<(Position, Frame)>> {
        let until = Instant::now() + READ_WAIT;
        for _ in 0..READ_TRIES {
            let tail = match self.find(partition, after, frames_max)? {
                Source::Tail(tail) => tail,
                Source::Archive(frames) => return Ok(frames),
            };
            let mut found = tail.take(after, frames_max, until);
            if matches!(found, Found::Nothing) {
                // Others may have written since the tail heard of the stream's end.
                let extent = self.ask(self.hub.streams.extent(partition))?;
                tail.know(extent.map_or(0, |it| it.last));
                found = tail.take(after, frames_max, until);
            }
            match found {
                Found::Frames(frames) => return Ok(frames),
                Found::Nothing => return Ok(Vec::new()),
                Found::Late => {
                    let cause = "it holds more, but that does not come; a new leader may be being chosen";
                    return Err(Error::unavailable(format!("read stream {}", stream::name(partition)), cause));
                }
                Found::Elsewhere => {}
                Found::End(end) => {
                    self.hub.partition(partition).forget(&tail);
                    if let End::Trouble(error) = end {
                        return Err(error);
                    }
                }
            }
        }
        Err(Error::unavailable("read the log", "too many read the same partition at once"))
    }

    fn end(&self, partition: PartitionId) -> Result<Position> {
        self.ask(self.newest(partition))
    }

    fn behind(&self, places: &Places) -> Result<Vec<PartitionId>> {
        let (mut behind, mut asked, mut answers) = (Vec::new(), Vec::new(), 0);
        for partition in self.hub.known() {
            let Some(place) = places.get(&partition.id) else { continue };
            match partition.tail_at(*place).map(|tail| tail.holds_more()) {
                Some(is_behind) => {
                    answers += 1;
                    behind.extend(is_behind.then_some(partition.id));
                }
                None => asked.push((partition, *place)),
            }
        }
        let mut unanswered = None;
        for (partition, answer) in self.ask_each(asked) {
            match answer {
                Ok(is_behind) => {
                    answers += 1;
                    behind.extend(is_behind.then_some(partition));
                }
                Err(error) => unanswered = Some(error),
            }
        }
        // A stream without a leader holds up no other.
        match unanswered {
            Some(error) if answers == 0 => Err(error),
            _ => Ok(behind),
        }
    }

    fn partitions(&self) -> Result<Vec<PartitionId>> {
        self.ask(self.hub.look_for_partitions())?;
        Ok(self.hub.known().iter().map(|it| it.id).collect())
    }

    fn arrivals(&self) -> u64 {
        self.hub.arrivals.count()
    }

    fn wait(&self, seen: u64, most: Duration) {
        self.hub.arrivals.wait(seen, most);
    }

    fn wake(&self) {
        self.hub.arrivals.grow();
    }

    fn keeps_frames(&self) -> bool {
        false
    }

    /// In the background and now and then: what stays a little longer costs nothing.
    fn release(&self, partition: PartitionId, up_to: Position) -> Result<()> {
        let Some(before) = self.hub.find(partition).and_then(|it| it.due(up_to, self.let_go_every)) else {
            return Ok(());
        };
        let hub = self.hub.clone();
        self.hub.runtime.spawn(async move {
            if let Err(error) = hub.streams.purge(partition, before).await {
                tracing::warn!(%error, "what the books keep stays in the stream for now");
            }
        });
        Ok(())
    }

    /// Raw sections lie in the archive. What is so old in a stream is there too, and goes from the stream as a whole.
    fn drop_raw_before(&self, before: Timestamp) -> Result<u64> {
        let mut dropped = self.archive.drop_raw_before(before)?;
        for partition in self.hub.known() {
            dropped += self.drop_old(partition.id, before)?;
        }
        Ok(dropped)
    }

    /// Everything that the books have applied lies in the archive; what the stream still holds of it goes with `scrub`.
    fn rewrite(&self, partition: PartitionId, frames: &[(Position, Frame)]) -> Result<()> {
        self.archive.rewrite(partition, frames)
    }

    /// Lets go of the stream up to there, once no frame that comes later can need a part that lies before.
    fn scrub(&self, partition: PartitionId, up_to: Position, _traces: &Traces) -> Result<bool> {
        let Some(extent) = self.ask(self.hub.streams.extent(partition))? else { return Ok(true) };
        if extent.messages == 0 || extent.first > up_to.0 {
            return Ok(true);
        }
        let overlap_ms = i64::try_from(self.hub.overlap.as_millis()).unwrap_or(i64::MAX);
        let kept_at = self.ask(self.hub.streams.message(partition, up_to.0))?;
        let kept_at = kept_at.map(|it| stream::milliseconds(it.time.unix_timestamp_nanos()));
        if kept_at.is_some_and(|at| SystemClock.now().0 - at < overlap_ms) {
            return Ok(false);
        }
        self.ask(self.hub.streams.purge(partition, up_to.0 + 1)).map(|_| true)
    }
}

impl Drop for JetStreamLog {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What the locks guard is whole between statements.
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
