//! The edge's way into the log: what arrives while one flush runs becomes the next frame.
//!
//! Nothing lingers on purpose. A record is acknowledged when its frame is durable; if the log is full or away, the
//! same frame is sent again until it is kept, and whoever waits decides how long. The queue is bounded.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use referee_core::id::FactId;
use tokio::sync::oneshot;

use super::frame::{Encoded, pack};
use super::{Draft, Frame, FrameId, Frames, Log, Position};
use crate::error::{Error, Result};
use crate::limits::{FRAME_RECORDS_MAX, LOG_QUEUE_BYTES_MAX, LOG_QUEUE_RECORDS_MAX};
use crate::routing::PartitionId;

/// First and longest pause before frames are sent again.
const RETRY_MIN: Duration = Duration::from_millis(20);
const RETRY_MAX: Duration = Duration::from_secs(1);

/// A record is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Durable {
    pub fact: FactId,
    pub position: Position,
}

/// The queue holds as much as it may; nothing was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many records wait for the log")]
pub struct QueueFull;

/// Resolves when a record is durable. Letting it go does not take the record back.
pub struct Ticket {
    answer: oneshot::Receiver<Result<Durable>>,
}

impl Ticket {
    pub async fn durable(self) -> Result<Durable> {
        match self.answer.await {
            Ok(answer) => answer,
            Err(_) => Err(Error::unavailable("keep a record", "the server is stopping")),
        }
    }
}

/// What the recorder did since it started.
#[derive(Default)]
pub struct RecorderFigures {
    pub records: AtomicU64,
    pub frames: AtomicU64,
    pub bytes: AtomicU64,
    pub flushes: AtomicU64,
    pub flush_us: AtomicU64,
    pub flush_us_max: AtomicU64,
    pub failures: AtomicU64,
    pub refused: AtomicU64,
}

struct Pending {
    partition: PartitionId,
    record: Encoded,
    answer: oneshot::Sender<Result<Durable>>,
}

#[derive(Default)]
struct Queue {
    pending: Vec<Pending>,
    bytes: usize,
    closed: bool,
    /// The writer sleeps and must be woken.
    idle: bool,
}

struct Shared {
    queue: Mutex<Queue>,
    arrived: Condvar,
    /// Grows with every flush; readers of the log wait for it.
    kept: Mutex<u64>,
    more_kept: Condvar,
    figures: RecorderFigures,
    log: Arc<dyn Log>,
}

pub struct Recorder {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Recorder {
    /// Starts the writer's thread. No other may use this edge number and epoch.
    pub fn start(log: Arc<dyn Log>, edge: u16, epoch: u32) -> Result<Recorder> {
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            arrived: Condvar::new(),
            kept: Mutex::default(),
            more_kept: Condvar::new(),
            figures: RecorderFigures::default(),
            log,
        });
        let writer = Writer { shared: shared.clone(), edge, epoch, next_frame: 1, next_fact: 1 };
        let thread = std::thread::Builder::new()
            .name("log-writer".into())
            .spawn(move || writer.run())
            .map_err(|error| Error::setup("start the log's writer", error))?;
        Ok(Recorder { shared, thread: Mutex::new(Some(thread)) })
    }

    /// Takes a record into the queue. It is encoded here, on the caller's thread.
    pub fn record(&self, partition: PartitionId, draft: &Draft) -> std::result::Result<Ticket, QueueFull> {
        let record = Encoded::of(draft);
        let (sender, answer) = oneshot::channel();
        let bytes = record.bytes();
        let mut queue = lock(&self.shared.queue);
        let full = queue.pending.len() >= LOG_QUEUE_RECORDS_MAX || queue.bytes + bytes > LOG_QUEUE_BYTES_MAX;
        if full || queue.closed {
            drop(queue);
            self.shared.figures.refused.fetch_add(1, Ordering::Relaxed);
            return Err(QueueFull);
        }
        queue.bytes += bytes;
        queue.pending.push(Pending { partition, record, answer: sender });
        let wake = std::mem::take(&mut queue.idle);
        drop(queue);
        if wake {
            self.shared.arrived.notify_one();
        }
        Ok(Ticket { answer })
    }

    pub fn figures(&self) -> &RecorderFigures {
        &self.shared.figures
    }

    /// Records that wait right now.
    pub fn queue_records(&self) -> usize {
        lock(&self.shared.queue).pending.len()
    }

    /// How many flushes there have been: the value to wait past.
    pub fn frames_kept(&self) -> u64 {
        *lock(&self.shared.kept)
    }

    /// Returns when there were more flushes than `seen`, or the time is up.
    pub fn wait_for_frames(&self, seen: u64, most: Duration) {
        let kept = lock(&self.shared.kept);
        // Whether it was woken or timed out, the caller looks for itself.
        drop(self.shared.more_kept.wait_timeout_while(kept, most, |kept| *kept == seen));
    }

    /// Lets everyone who waits for frames look again.
    pub fn wake_readers(&self) {
        *lock(&self.shared.kept) += 1;
        self.shared.more_kept.notify_all();
    }

    /// Takes no more, writes what waits, and ends the thread.
    pub fn shut_down(&self) {
        lock(&self.shared.queue).closed = true;
        self.shared.arrived.notify_one();
        if let Some(thread) = lock(&self.thread).take() {
            // Its panic was reported by the hook, and every waiter was answered by its dropped channel.
            _ = thread.join();
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.shut_down();
    }
}

struct Writer {
    shared: Arc<Shared>,
    edge: u16,
    epoch: u32,
    next_frame: u64,
    next_fact: u64,
}

/// The waiters of one frame, in the order of its records.
type Waiters = Vec<oneshot::Sender<Result<Durable>>>;

impl Writer {
    fn run(mut self) {
        let mut batch = Vec::new();
        while self.take(&mut batch) {
            match self.frames_of(&mut batch) {
                Ok((frames, waiters)) => self.keep(frames, waiters),
                // Only a record larger than a frame can be does this, and intake bounds them all.
                Err(error) => tracing::error!(%error, "records could not be packed"),
            }
        }
    }

    /// Everything that waits; false when there is nothing more to come.
    fn take(&self, batch: &mut Vec<Pending>) -> bool {
        let mut queue = lock(&self.shared.queue);
        while queue.pending.is_empty() && !queue.closed {
            queue.idle = true;
            queue = self.shared.arrived.wait(queue).unwrap_or_else(|poisoned| poisoned.into_inner());
        }
        queue.idle = false;
        queue.bytes = 0;
        std::mem::swap(&mut queue.pending, batch);
        !batch.is_empty()
    }

    fn frames_of(&mut self, batch: &mut Vec<Pending>) -> Result<(Frames, Vec<Waiters>)> {
        let mut by_partition: BTreeMap<PartitionId, (Vec<Encoded>, Waiters)> = BTreeMap::new();
        for pending in batch.drain(..) {
            let (records, waiters) = by_partition.entry(pending.partition).or_default();
            records.push(pending.record);
            waiters.push(pending.answer);
        }
        let (mut frames, mut all_waiters) = (Vec::new(), Vec::new());
        for (partition, (records, waiters)) in by_partition {
            let mut waiters = waiters.into_iter();
            for chunk in records.chunks(FRAME_RECORDS_MAX) {
                frames.push((partition, self.pack(chunk)?));
                all_waiters.push(waiters.by_ref().take(chunk.len()).collect());
            }
        }
        Ok((Frames::new(frames), all_waiters))
    }

    fn pack(&mut self, records: &[Encoded]) -> Result<Frame> {
        let id = FrameId { edge: self.edge, epoch: self.epoch, n: self.next_frame };
        let frame = pack(id, self.next_fact, records)?;
        self.next_frame += 1;
        self.next_fact += records.len() as u64;
        Ok(frame)
    }

    /// Sends frames until they are kept, and answers everyone who waits for them.
    fn keep(&self, frames: Frames, waiters: Vec<Waiters>) {
        let mut pause = RETRY_MIN;
        let positions = loop {
            let began = Instant::now();
            match self.send(frames.clone()) {
                Ok(positions) => {
                    self.count(&frames, began.elapsed());
                    break positions;
                }
                Err(error) => {
                    self.shared.figures.failures.fetch_add(1, Ordering::Relaxed);
                    let closed = lock(&self.shared.queue).closed;
                    tracing::error!(%error, frames = frames.len(), closed, "the log could not be written");
                    if closed || !matches!(error, Error::Unavailable(_)) {
                        return refuse(waiters, &error);
                    }
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(RETRY_MAX);
                }
            }
        };
        for (((_, frame), position), waiters) in frames.iter().zip(positions).zip(waiters) {
            for (i, waiter) in waiters.into_iter().enumerate() {
                let fact = FactId { edge: self.edge, epoch: self.epoch, n: frame.first_fact_n + i as u64 };
                // Whoever stopped waiting is no trouble: the record is kept.
                _ = waiter.send(Ok(Durable { fact, position }));
            }
        }
        *lock(&self.shared.kept) += 1;
        self.shared.more_kept.notify_all();
    }

    fn send(&self, frames: Frames) -> Result<Vec<Position>> {
        let (sender, receiver) = channel();
        // The receiver waits right below.
        self.shared.log.submit(frames, Box::new(move |result| _ = sender.send(result)));
        receiver.recv().unwrap_or_else(|_| Err(Error::unavailable("write the log", "the log gave no answer")))
    }

    fn count(&self, frames: &Frames, took: Duration) {
        let figures = &self.shared.figures;
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        for (_, frame) in frames.iter() {
            figures.records.fetch_add(u64::from(frame.records), Ordering::Relaxed);
            figures.bytes.fetch_add((frame.facts.len() + frame.raw.len()) as u64, Ordering::Relaxed);
        }
        figures.frames.fetch_add(frames.len() as u64, Ordering::Relaxed);
        figures.flushes.fetch_add(1, Ordering::Relaxed);
        figures.flush_us.fetch_add(us, Ordering::Relaxed);
        figures.flush_us_max.fetch_max(us, Ordering::Relaxed);
    }
}

fn refuse(waiters: Vec<Waiters>, error: &Error) {
    for waiter in waiters.into_iter().flatten() {
        _ = waiter.send(Err(Error::unavailable("keep a record", error)));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What the locks guard is whole between statements.
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
