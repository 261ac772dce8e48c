//! The edge's way into the log: what arrives while one flush runs becomes the next frame.
//!
//! Each partition has a lane of its own with one frame under way at most, so that its frames keep their order and one
//! that is slow holds up no other. One thread packs the frames of all lanes that may go, and hands them over together.
//!
//! Nothing lingers on purpose. A record is acknowledged when its frame is durable; if the log is full or away, the
//! same frame is sent again until it is kept, and whoever waits decides how long. The queue is bounded.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use referee_core::id::FactId;
use tokio::sync::oneshot;

use super::frame::{Encoded, pack};
use super::{Completion, Draft, Frame, FrameId, Frames, Kept, Log, Position};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::limits::{FRAME_RECORDS_MAX, LOG_QUEUE_BYTES_MAX, LOG_QUEUE_RECORDS_MAX};
use crate::routing::PartitionId;

/// First and longest pause before a frame is sent again.
const RETRY_MIN: Duration = Duration::from_millis(20);
const RETRY_MAX: Duration = Duration::from_secs(1);
/// How long the end waits for frames under way.
const END_WAIT: Duration = Duration::from_secs(10);
/// The writer's sleep when nothing is to be done: it is woken when something is.
const IDLE: Duration = Duration::from_secs(3_600);

/// A record is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Durable {
    pub fact: FactId,
    /// Where in the log. None: on this edge's own disk only, until the log is back.
    pub position: Option<Position>,
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
    /// Frames that were handed over together and were all kept count as one.
    pub flushes: AtomicU64,
    pub flush_us: AtomicU64,
    pub flush_us_max: AtomicU64,
    /// Frames that were not kept.
    pub failures: AtomicU64,
    pub refused: AtomicU64,
}

struct Pending {
    record: Encoded,
    answer: oneshot::Sender<Result<Durable>>,
}

/// One partition's way into the log.
#[derive(Default)]
struct Lane {
    pending: Vec<Pending>,
    /// A frame is under way, or rests before it is sent again: what is pending waits for it.
    busy: bool,
}

/// The waiters of one frame, in the order of its records.
type Waiters = Vec<oneshot::Sender<Result<Durable>>>;

/// What the recorder holds of a frame while it is on its way.
struct Passage {
    waiters: Waiters,
    /// Of the queue.
    bytes: usize,
    /// Before it is sent again, if it must be.
    pause: Duration,
}

#[derive(Default)]
struct Queue {
    lanes: BTreeMap<PartitionId, Lane>,
    /// Lanes with something pending and no frame on its way.
    ready: Vec<PartitionId>,
    /// Frames that are sent again, by the moment when their pause is over.
    resting: BTreeMap<(Instant, PartitionId), (Frame, Passage)>,
    /// Frames handed over and not answered yet.
    under_way: usize,
    /// All that was taken and is not durable yet, wherever it waits.
    records: usize,
    bytes: usize,
    closed: bool,
    /// The writer sleeps and must be woken.
    idle: bool,
}

struct Shared {
    queue: Mutex<Queue>,
    arrived: Condvar,
    figures: RecorderFigures,
    log: Arc<dyn Log>,
}

pub struct Recorder {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Recorder {
    /// Starts the writer's thread. No other may use this edge number and epoch.
    pub fn start(log: Arc<dyn Log>, edge: u16, epoch: u32, clock: Arc<dyn Clock>) -> Result<Recorder> {
        let (queue, arrived, figures) = (Mutex::default(), Condvar::new(), RecorderFigures::default());
        let shared = Arc::new(Shared { queue, arrived, figures, log });
        let writer = Writer::new(shared.clone(), edge, epoch, clock);
        let thread = std::thread::Builder::new()
            .name("log-writer".into())
            .spawn(move || writer.run())
            .map_err(|error| Error::setup("start the log's writer", error))?;
        Ok(Recorder { shared, thread: Mutex::new(Some(thread)) })
    }

    /// Takes a record into its partition's lane. It is encoded here, on the caller's thread.
    pub fn record(&self, partition: PartitionId, draft: &Draft) -> std::result::Result<Ticket, QueueFull> {
        let record = Encoded::of(draft);
        let (sender, answer) = oneshot::channel();
        let bytes = record.bytes();
        let mut guard = lock(&self.shared.queue);
        let queue = &mut *guard;
        let full = queue.records >= LOG_QUEUE_RECORDS_MAX || queue.bytes + bytes > LOG_QUEUE_BYTES_MAX;
        if full || queue.closed {
            drop(guard);
            self.shared.figures.refused.fetch_add(1, Ordering::Relaxed);
            return Err(QueueFull);
        }
        queue.records += 1;
        queue.bytes += bytes;
        let lane = queue.lanes.entry(partition).or_default();
        let may_go = !lane.busy && lane.pending.is_empty();
        lane.pending.push(Pending { record, answer: sender });
        if may_go {
            queue.ready.push(partition);
        }
        let wake = may_go && std::mem::take(&mut queue.idle);
        drop(guard);
        if wake {
            self.shared.arrived.notify_one();
        }
        Ok(Ticket { answer })
    }

    pub fn figures(&self) -> &RecorderFigures {
        &self.shared.figures
    }

    /// Records that were taken and are not durable yet.
    pub fn queue_records(&self) -> usize {
        lock(&self.shared.queue).records
    }

    /// Takes no more, writes what waits, and ends the thread. What the log does not take now is refused.
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

impl Shared {
    /// A frame is off its way, for good: the next of its lane may go.
    fn free(&self, partition: PartitionId, passage: &Passage) {
        let mut queue = lock(&self.queue);
        queue.under_way -= 1;
        queue.records -= passage.waiters.len();
        queue.bytes -= passage.bytes;
        if let Some(lane) = queue.lanes.get_mut(&partition) {
            lane.busy = false;
            if !lane.pending.is_empty() {
                queue.ready.push(partition);
            }
        }
        self.wake(queue);
    }

    /// Keeps a frame to be sent again. Gives its passage back where it is too late for that.
    fn rest(&self, partition: PartitionId, frame: &Frame, mut passage: Passage) -> Option<Passage> {
        let mut queue = lock(&self.queue);
        if queue.closed {
            return Some(passage);
        }
        queue.under_way -= 1;
        let again_at = Instant::now() + passage.pause;
        passage.pause = (passage.pause * 2).min(RETRY_MAX);
        queue.resting.insert((again_at, partition), (frame.clone(), passage));
        self.wake(queue);
        None
    }

    /// Within `submit`, on the writer's own thread, this wakes nobody: it looks again by itself.
    fn wake(&self, mut queue: MutexGuard<'_, Queue>) {
        let wake = std::mem::take(&mut queue.idle);
        drop(queue);
        if wake {
            self.arrived.notify_one();
        }
    }

    /// Drops whatever still waits: who asked for it hears that the server is stopping.
    fn abandon(&self) {
        let mut queue = lock(&self.queue);
        queue.ready.clear();
        queue.resting.clear();
        queue.lanes.clear();
    }
}

/// What goes into the next hand-over.
#[derive(Default)]
struct Load {
    fresh: Vec<(PartitionId, Vec<Pending>)>,
    again: Vec<(PartitionId, Frame, Passage)>,
    /// Emptied lists, so that lanes need not let theirs grow anew.
    spare: Vec<Vec<Pending>>,
}

impl Load {
    /// Takes from every lane that may go.
    fn take(&mut self, queue: &mut Queue, now: Instant) {
        for partition in queue.ready.drain(..) {
            let Some(lane) = queue.lanes.get_mut(&partition) else { continue };
            let rest = match lane.pending.len() {
                0..=FRAME_RECORDS_MAX => self.spare.pop().unwrap_or_default(),
                _ => lane.pending.split_off(FRAME_RECORDS_MAX),
            };
            lane.busy = true;
            self.fresh.push((partition, std::mem::replace(&mut lane.pending, rest)));
        }
        while let Some(first) = queue.resting.first_entry()
            && (queue.closed || first.key().0 <= now)
        {
            let ((_, partition), (frame, passage)) = first.remove_entry();
            self.again.push((partition, frame, passage));
        }
        queue.under_way += self.fresh.len() + self.again.len();
    }

    fn is_empty(&self) -> bool {
        self.fresh.is_empty() && self.again.is_empty()
    }
}

struct Writer {
    shared: Arc<Shared>,
    edge: u16,
    epoch: u32,
    clock: Arc<dyn Clock>,
    next_frame: u64,
    next_fact: u64,
    load: Load,
    /// Up to when the end waits for answers, once it has begun.
    ends_at: Option<Instant>,
}

impl Writer {
    fn new(shared: Arc<Shared>, edge: u16, epoch: u32, clock: Arc<dyn Clock>) -> Writer {
        Writer { shared, edge, epoch, clock, next_frame: 1, next_fact: 1, load: Load::default(), ends_at: None }
    }

    fn run(mut self) {
        while self.take() {
            self.hand_over();
        }
        self.shared.abandon();
    }

    /// Waits for something to hand over; false when there is nothing more to come.
    fn take(&mut self) -> bool {
        let shared = self.shared.clone();
        let mut queue = lock(&shared.queue);
        loop {
            let now = Instant::now();
            self.load.take(&mut queue, now);
            if !self.load.is_empty() {
                return true;
            }
            let Some(most) = self.may_sleep(&queue, now) else { return false };
            queue.idle = true;
            let woken = shared.arrived.wait_timeout(queue, most);
            queue = woken.unwrap_or_else(|poisoned| poisoned.into_inner()).0;
            queue.idle = false;
        }
    }

    /// How long there is surely nothing to do; None: for ever.
    fn may_sleep(&mut self, queue: &Queue, now: Instant) -> Option<Duration> {
        if queue.closed {
            let ends_at = *self.ends_at.get_or_insert(now + END_WAIT);
            return (queue.under_way > 0 && now < ends_at).then(|| ends_at - now);
        }
        Some(queue.resting.keys().next().map_or(IDLE, |(at, _)| at.saturating_duration_since(now)))
    }

    fn hand_over(&mut self) {
        let mut frames = Vec::with_capacity(self.load.fresh.len() + self.load.again.len());
        let mut passages = Vec::with_capacity(frames.capacity());
        for (partition, frame, passage) in self.load.again.drain(..) {
            frames.push((partition, frame));
            passages.push(Mutex::new(Some(passage)));
        }
        for (partition, mut pending) in std::mem::take(&mut self.load.fresh) {
            let (records, waiters): (Vec<_>, Waiters) = pending.drain(..).map(|it| (it.record, it.answer)).unzip();
            self.load.spare.push(pending);
            let bytes = records.iter().map(Encoded::bytes).sum();
            let passage = Passage { waiters, bytes, pause: RETRY_MIN };
            match self.pack(&records) {
                Ok(frame) => {
                    frames.push((partition, frame));
                    passages.push(Mutex::new(Some(passage)));
                }
                // Only a record larger than a frame can be does this, and intake bounds them all.
                Err(error) => {
                    tracing::error!(%error, "records could not be packed");
                    self.shared.free(partition, &passage);
                    passage.refuse(&error);
                }
            }
        }
        if !frames.is_empty() {
            Flight::begin(self.shared.clone(), Frames::new(frames), passages);
        }
    }

    fn pack(&mut self, records: &[Encoded]) -> Result<Frame> {
        let id = FrameId { edge: self.edge, epoch: self.epoch, n: self.next_frame };
        let frame = pack(id, self.next_fact, records, self.clock.now())?;
        self.next_frame += 1;
        self.next_fact += records.len() as u64;
        Ok(frame)
    }
}

/// Frames handed over together.
struct Flight {
    shared: Arc<Shared>,
    frames: Frames,
    /// One for each frame; empty once it was answered.
    passages: Vec<Mutex<Option<Passage>>>,
    began: Instant,
    /// Frames that are not kept yet.
    left: AtomicUsize,
    /// Trouble was said: many frames fail for one reason.
    said: AtomicBool,
}

impl Flight {
    fn begin(shared: Arc<Shared>, frames: Frames, passages: Vec<Mutex<Option<Passage>>>) {
        let (log, left, said) = (shared.log.clone(), AtomicUsize::new(frames.len()), AtomicBool::new(false));
        let flight = Flight { shared, frames: frames.clone(), passages, began: Instant::now(), left, said };
        let done: Completion = Arc::new(move |index, outcome| flight.answered(index, outcome));
        log.submit(frames, done);
    }

    /// The first answer for a frame counts.
    fn answered(&self, index: usize, outcome: Result<Kept>) {
        let Some(passage) = self.passages.get(index).and_then(|passage| lock(passage).take()) else { return };
        let (partition, frame) = &self.frames[index];
        match outcome {
            Ok(kept) => {
                self.count(frame);
                self.shared.free(*partition, &passage);
                passage.acknowledge(frame, kept);
            }
            Err(error) => self.failed(*partition, frame, passage, &error),
        }
    }

    fn failed(&self, partition: PartitionId, frame: &Frame, passage: Passage, error: &Error) {
        self.shared.figures.failures.fetch_add(1, Ordering::Relaxed);
        if !self.said.swap(true, Ordering::Relaxed) {
            tracing::error!(%error, frames = self.frames.len(), "the log could not be written");
        }
        let refused = match error {
            Error::Unavailable(_) => self.shared.rest(partition, frame, passage),
            _ => Some(passage),
        };
        if let Some(passage) = refused {
            self.shared.free(partition, &passage);
            passage.refuse(error);
        }
    }

    fn count(&self, frame: &Frame) {
        let figures = &self.shared.figures;
        figures.records.fetch_add(u64::from(frame.records), Ordering::Relaxed);
        figures.bytes.fetch_add((frame.facts.len() + frame.raw.len()) as u64, Ordering::Relaxed);
        figures.frames.fetch_add(1, Ordering::Relaxed);
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            let us = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
            figures.flushes.fetch_add(1, Ordering::Relaxed);
            figures.flush_us.fetch_add(us, Ordering::Relaxed);
            figures.flush_us_max.fetch_max(us, Ordering::Relaxed);
        }
    }
}

impl Drop for Flight {
    /// A log that let go of frames without a word may still have kept them: they are sent again.
    fn drop(&mut self) {
        for index in 0..self.frames.len() {
            self.answered(index, Err(Error::unavailable("write the log", "the log gave no answer")));
        }
    }
}

impl Passage {
    fn acknowledge(self, frame: &Frame, kept: Kept) {
        let position = match kept {
            Kept::InLog(position) => Some(position),
            Kept::InSpool => None,
        };
        let FrameId { edge, epoch, .. } = frame.id;
        for (i, waiter) in self.waiters.into_iter().enumerate() {
            let fact = FactId { edge, epoch, n: frame.first_fact_n + i as u64 };
            // Whoever stopped waiting is no trouble: the record is kept.
            _ = waiter.send(Ok(Durable { fact, position }));
        }
    }

    fn refuse(self, error: &Error) {
        for waiter in self.waiters {
            _ = waiter.send(Err(Error::unavailable("keep a record", error)));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What the locks guard is whole between statements.
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

#[cfg(test)]
mod tests {
    use referee_core::fact::Fact;
    use referee_core::id::BrandId;
    use referee_core::time::Timestamp;

    use super::*;
    use crate::clock::{StandingClock, SystemClock};
    use crate::log::fake::{FakeLog, Fate};
    use crate::log::frame::unpack_facts;

    const ONE: PartitionId = PartitionId(1);
    const TWO: PartitionId = PartitionId(2);

    fn start(log: &Arc<FakeLog>) -> Recorder {
        Recorder::start(log.clone(), 3, 7, Arc::new(SystemClock)).unwrap()
    }

    /// A record that its time tells from others.
    fn draft(n: i64) -> Draft {
        let at = Timestamp(n);
        Draft { brand: BrandId(1), received_at: at, occurred_at: at, actor: None, fact: Fact::TimePassed, raw: None }
    }

    fn wait(ticket: Ticket) -> Result<Durable> {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(ticket.durable())
    }

    fn records(log: &FakeLog, partition: PartitionId) -> Vec<(FactId, i64)> {
        let frames = log.frames(partition);
        frames.iter().flat_map(|it| unpack_facts(it).unwrap()).map(|(id, draft)| (id, draft.occurred_at.0)).collect()
    }

    #[test]
    fn a_record_is_named_as_its_frame_says() {
        let log = FakeLog::new();
        let recorder = start(&log);
        let tickets: Vec<_> = (0..50).map(|n| recorder.record(ONE, &draft(n)).unwrap()).collect();
        let durable: Vec<_> = tickets.into_iter().map(|ticket| wait(ticket).unwrap()).collect();
        let told: Vec<_> = durable.iter().zip(0..).map(|(durable, n)| (durable.fact, n)).collect();
        assert_eq!(records(&log, ONE), told);
        assert!(durable.is_sorted_by_key(|durable| durable.position), "{durable:?}");
        assert_eq!(recorder.queue_records(), 0);
    }

    #[test]
    fn a_frame_is_packed_when_the_clock_says() {
        let (log, clock) = (FakeLog::new(), Arc::new(StandingClock::at(Timestamp(5_000))));
        let recorder = Recorder::start(log.clone(), 3, 7, clock.clone()).unwrap();
        wait(recorder.record(ONE, &draft(1)).unwrap()).unwrap();
        clock.advance(Duration::from_secs(1)).unwrap();
        wait(recorder.record(ONE, &draft(2)).unwrap()).unwrap();
        let packed: Vec<_> = log.frames(ONE).iter().map(|frame| frame.packed_at).collect();
        assert_eq!(packed, [Timestamp(5_000), Timestamp(6_000)]);
    }

    #[test]
    fn a_lane_that_waits_holds_up_no_other() {
        let log = FakeLog::new();
        log.plan(|partition, _| if partition == ONE { Fate::Hold } else { Fate::Keep });
        let recorder = start(&log);
        let held: Vec<_> = (0..3).map(|n| recorder.record(ONE, &draft(n)).unwrap()).collect();
        for n in 0..100 {
            wait(recorder.record(TWO, &draft(n)).unwrap()).unwrap();
        }
        assert_eq!(log.frames(ONE), [], "its frame is under way");
        assert_eq!(recorder.queue_records(), 3, "what is under way counts");
        log.plan(|_, _| Fate::Keep);
        log.answer_held();
        held.into_iter().for_each(|ticket| _ = wait(ticket).unwrap());
        assert_eq!(records(&log, ONE).iter().map(|it| it.1).collect::<Vec<_>>(), [0, 1, 2]);
    }

    #[test]
    fn a_lane_that_fails_sends_the_same_frame_until_it_is_kept() {
        let log = FakeLog::new();
        let mut left = 3;
        log.plan(move |partition, _| match partition {
            ONE if left > 0 => {
                left -= 1;
                // The answer of the second is lost, but not the frame.
                if left == 1 { Fate::KeepAndFail } else { Fate::Fail }
            }
            _ => Fate::Keep,
        });
        let recorder = start(&log);
        let tickets: Vec<_> = (0..20).map(|n| recorder.record(ONE, &draft(n)).unwrap()).collect();
        assert_eq!(wait(recorder.record(TWO, &draft(0)).unwrap()).unwrap().position, Some(Position(1)));
        tickets.into_iter().for_each(|ticket| _ = wait(ticket).unwrap());
        assert_eq!(records(&log, ONE).iter().map(|it| it.1).collect::<Vec<_>>(), (0..20).collect::<Vec<_>>());
        assert_eq!(recorder.figures().failures.load(Ordering::Relaxed), 3);
    }

    #[test]
    fn a_frame_that_can_never_be_kept_is_refused_and_the_next_goes_on() {
        let log = FakeLog::new();
        let mut first = true;
        log.plan(move |_, _| if std::mem::take(&mut first) { Fate::Corrupt } else { Fate::Keep });
        let recorder = start(&log);
        assert!(wait(recorder.record(ONE, &draft(1)).unwrap()).is_err());
        wait(recorder.record(ONE, &draft(2)).unwrap()).unwrap();
        assert_eq!(records(&log, ONE).iter().map(|it| it.1).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn a_log_that_forgets_to_answer_is_asked_again() {
        let log = FakeLog::new();
        let mut first = true;
        log.plan(move |_, _| if std::mem::take(&mut first) { Fate::Forget } else { Fate::Keep });
        let recorder = start(&log);
        wait(recorder.record(ONE, &draft(1)).unwrap()).unwrap();
        assert_eq!(records(&log, ONE).len(), 1);
    }

    #[test]
    fn frames_and_the_queue_have_their_limits() {
        let log = FakeLog::new();
        log.plan(|_, _| Fate::Hold);
        let recorder = start(&log);
        let record = |n| recorder.record(if n % 2 == 0 { ONE } else { TWO }, &draft(n));
        let tickets: Vec<_> = (0..LOG_QUEUE_RECORDS_MAX as i64).map(|n| record(n).unwrap()).collect();
        assert!(record(0).is_err(), "the queue is full, though two frames are under way");
        log.plan(|_, _| Fate::Keep);
        log.answer_held();
        tickets.into_iter().for_each(|ticket| _ = wait(ticket).unwrap());
        assert!(log.frames(ONE).iter().all(|frame| frame.records as usize <= FRAME_RECORDS_MAX));
        let kept = records(&log, ONE);
        assert_eq!(kept.len(), LOG_QUEUE_RECORDS_MAX / 2);
        assert!(kept.is_sorted_by_key(|it| it.1), "in the order they came");
        record(0).unwrap();
    }

    #[test]
    fn the_end_writes_what_waits_and_refuses_what_the_log_does_not_take() {
        let log = FakeLog::new();
        log.plan(|partition, _| if partition == ONE { Fate::Fail } else { Fate::Hold });
        let recorder = start(&log);
        let refused: Vec<_> = (0..3).map(|n| recorder.record(ONE, &draft(n)).unwrap()).collect();
        let first = recorder.record(TWO, &draft(1)).unwrap();
        log.wait_for_held(1);
        let second = recorder.record(TWO, &draft(2)).unwrap();
        std::thread::scope(|scope| {
            let end = scope.spawn(|| recorder.shut_down());
            log.answer_held();
            wait(first).unwrap();
            log.wait_for_held(1);
            log.answer_held();
            wait(second).unwrap();
            end.join().unwrap();
        });
        assert!(refused.into_iter().all(|ticket| wait(ticket).is_err()));
        assert!(recorder.record(TWO, &draft(3)).is_err(), "it takes no more");
    }

    #[test]
    fn whatever_the_log_does_each_record_is_kept_once_and_in_order() {
        for seed in 0..8 {
            let log = FakeLog::new();
            log.misbehave(seed);
            let recorder = start(&log);
            let mut tickets = Vec::new();
            for n in 0..300 {
                tickets.push(recorder.record(PartitionId(n as u32 % 5), &draft(n)).unwrap());
                if n % 7 == 0 {
                    log.answer_held();
                }
            }
            log.behave();
            tickets.into_iter().for_each(|ticket| _ = wait(ticket).unwrap());
            for partition in 0..5 {
                let kept: Vec<i64> = records(&log, PartitionId(partition)).iter().map(|it| it.1).collect();
                let sent: Vec<i64> = (0..300).filter(|n| n % 5 == i64::from(partition)).collect();
                assert_eq!(kept, sent, "seed {seed}");
            }
        }
    }
}
