//! The edge's own disk before a shared log: while that is away, frames are kept here and sent on in order.
//!
//! A frame goes to the shared log directly. If no answer comes within the deadline, or the log is not available, the
//! frame is written here and counts as kept. While a partition has frames here, its new ones go behind them; one thread
//! sends them on, one of a partition at a time, and a partition goes directly again when nothing of it is left. While
//! the shared log answers, a new frame enters only for every two that leave, so that a spool empties under any load; and
//! never soon after the one before it, so that what arrives meanwhile is packed together.
//!
//! The shared log's `submit` must return without waiting for the log. It may be handed a frame once more before it has
//! answered for the first time; each is kept once by its id, and the books know a repetition.

mod file;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use referee_core::time::Timestamp;

use self::file::{Place, SpoolFile};
use super::{Completion, Frame, Frames, Kept, Log, Places, Position};
use crate::clock::{Clock, SystemClock};
use crate::database::trace::Traces;
use crate::error::{Error, Result};
use crate::routing::PartitionId;

/// First and longest pause before a frame is sent on again.
const RETRY_MIN: Duration = Duration::from_millis(50);
const RETRY_MAX: Duration = Duration::from_secs(1);
/// How many frames must leave a partition's spool for one that enters, while the shared log answers.
const LEAVE_PER_ENTRY: u32 = 2;
/// How stale the figures may be.
const FIGURES_EVERY: Duration = Duration::from_secs(1);
/// The thread's sleep when nothing lies here and nothing is under way: it is woken when something is.
const IDLE: Duration = Duration::from_secs(3_600);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpoolLimits {
    /// How long the shared log may take before a frame is kept here.
    pub deadline: Duration,
    /// How seldom frames of a partition enter. What arrives meanwhile becomes one frame: each leaves by itself, one
    /// after the other, so that a spool of few large ones is sooner empty.
    pub gather: Duration,
    /// Of frames that lie here. Past it the log is as unavailable as the shared one.
    pub bytes_max: u64,
}

impl Default for SpoolLimits {
    fn default() -> SpoolLimits {
        SpoolLimits { deadline: Duration::from_millis(200), gather: Duration::from_millis(50), bytes_max: 1 << 30 }
    }
}

/// What lies in the spool, no more than a second old.
#[derive(Default)]
pub struct SpoolFigures {
    pub frames: AtomicU64,
    pub bytes: AtomicU64,
    /// Frames sent on since the start.
    pub forwarded: AtomicU64,
    /// Age of the oldest frame; 0 if there is none.
    pub oldest_ms: AtomicU64,
}

pub struct SpooledLog {
    shared: Arc<dyn Log>,
    desk: Arc<Desk>,
    figures: Arc<SpoolFigures>,
    path: PathBuf,
    thread: Option<JoinHandle<()>>,
}

impl SpooledLog {
    /// Opens the spool's file, and makes it if there is none. What a former run left is sent on first.
    pub fn open(shared: Arc<dyn Log>, spool: &Path, limits: SpoolLimits) -> Result<SpooledLog> {
        let file = SpoolFile::open(spool)?;
        let figures = Arc::new(SpoolFigures::default());
        let desk = Arc::new(Desk { limits, state: Mutex::default(), changed: Condvar::new() });
        let keeper = Keeper::new(shared.clone(), desk.clone(), file, figures.clone())?;
        let thread = std::thread::Builder::new()
            .name("log-spool".into())
            .spawn(move || keeper.run())
            .map_err(|error| Error::setup("start the spool", error))?;
        Ok(SpooledLog { shared, desk, figures, path: spool.to_owned(), thread: Some(thread) })
    }

    pub fn figures(&self) -> &Arc<SpoolFigures> {
        &self.figures
    }
}

impl Drop for SpooledLog {
    /// What has no answer yet is kept here, for the next run.
    fn drop(&mut self) {
        let mut state = self.desk.lock();
        state.closed = true;
        self.desk.wake(state);
        if let Some(thread) = self.thread.take()
            // Whoever held the log last may have been an answer that this very thread gave.
            && thread.thread().id() != std::thread::current().id()
        {
            // Its panic was reported by the hook, and there is nobody left to tell.
            _ = thread.join();
        }
    }
}

impl Log for SpooledLog {
    fn submit(&self, frames: Frames, done: Completion) {
        let direct = self.desk.take(&frames, done);
        send(&self.desk, self.shared.as_ref(), direct);
    }

    fn copy(&self, partition: PartitionId, frames: Vec<Frame>) -> Result<()> {
        self.shared.copy(partition, frames)
    }

    fn read(&self, partition: PartitionId, after: Position, frames_max: usize) -> Result<Vec<(Position, Frame)>> {
        self.shared.read(partition, after, frames_max)
    }

    fn end(&self, partition: PartitionId) -> Result<Position> {
        self.shared.end(partition)
    }

    fn behind(&self, places: &Places) -> Result<Vec<PartitionId>> {
        self.shared.behind(places)
    }

    fn partitions(&self) -> Result<Vec<PartitionId>> {
        self.shared.partitions()
    }

    fn arrivals(&self) -> u64 {
        self.shared.arrivals()
    }

    fn wait(&self, seen: u64, most: Duration) {
        self.shared.wait(seen, most);
    }

    fn wake(&self) {
        self.shared.wake();
    }

    fn keeps_frames(&self) -> bool {
        self.shared.keeps_frames()
    }

    fn release(&self, partition: PartitionId, up_to: Position) -> Result<()> {
        self.shared.release(partition, up_to)
    }

    fn drop_raw_before(&self, before: Timestamp) -> Result<u64> {
        self.shared.drop_raw_before(before)
    }

    fn rewrite(&self, partition: PartitionId, frames: &[(Position, Frame)]) -> Result<()> {
        self.shared.rewrite(partition, frames)
    }

    fn scrub(&self, partition: PartitionId, up_to: Position, traces: &Traces) -> Result<bool> {
        // What was sent on is deleted here, and may still stand in the file.
        Ok(self.shared.scrub(partition, up_to, traces)? && file::scrub(&self.path, traces)?)
    }
}

/// A frame whose sender waits for the answer.
struct Parcel {
    frames: Frames,
    index: usize,
    done: Completion,
    /// When it is kept here instead.
    deadline: Instant,
    /// Somebody answers it, or has: the shared log or the spool, whichever came first.
    claimed: AtomicBool,
}

impl Parcel {
    fn partition(&self) -> PartitionId {
        self.frames[self.index].0
    }

    fn frame(&self) -> &Frame {
        &self.frames[self.index].1
    }

    /// True for the first who asks.
    fn claim(&self) -> bool {
        !self.claimed.swap(true, Ordering::SeqCst)
    }

    fn answer(&self, outcome: Result<Kept>) {
        (self.done)(self.index, outcome);
    }

    fn close(&self) {
        self.answer(Err(Error::unavailable("write the spool", "it is closed")));
    }
}

/// Why a frame comes to the spool.
enum Entry {
    /// Its partition has frames there.
    Behind(Arc<Parcel>),
    /// The shared log did not take it.
    Missed(Arc<Parcel>),
}

/// What became of a frame that was sent on.
struct Forwarded {
    partition: PartitionId,
    place: Place,
    outcome: Result<()>,
}

#[derive(Default)]
struct State {
    /// Partitions with frames in the spool. Only the spool's thread changes them.
    spooled: BTreeSet<PartitionId>,
    /// Frames sent directly, by their deadline; also some that were answered since.
    direct: VecDeque<Arc<Parcel>>,
    entries: Vec<Entry>,
    forwarded: Vec<Forwarded>,
    closed: bool,
    /// The thread has ended, and nothing is taken any more.
    ended: bool,
    /// The thread sleeps, until then if nobody wakes it.
    asleep: Option<Instant>,
}

/// Where senders and the shared log leave what the spool's thread is to do.
struct Desk {
    limits: SpoolLimits,
    state: Mutex<State>,
    changed: Condvar,
}

impl Desk {
    /// Sorts frames that are handed over; gives those that go directly.
    fn take(&self, frames: &Frames, done: Completion) -> Vec<Arc<Parcel>> {
        let deadline = Instant::now() + self.limits.deadline;
        let parcel = |index| {
            let (frames, done, claimed) = (frames.clone(), done.clone(), AtomicBool::new(false));
            Arc::new(Parcel { frames, index, done, deadline, claimed })
        };
        let (mut direct, mut refused) = (Vec::new(), Vec::new());
        let mut state = self.lock();
        let entries = state.entries.len();
        for (index, (partition, _)) in frames.iter().enumerate() {
            match parcel(index) {
                parcel if state.ended => refused.push(parcel),
                parcel if state.spooled.contains(partition) => state.entries.push(Entry::Behind(parcel)),
                parcel => direct.push(parcel),
            }
        }
        state.direct.extend(direct.iter().cloned());
        if state.entries.len() > entries || state.asleep.is_some_and(|until| until > deadline) {
            self.wake(state);
        } else {
            drop(state);
        }
        refused.iter().for_each(|parcel| parcel.close());
        direct
    }

    /// The shared log answered a frame that was sent directly.
    fn answered(&self, parcel: &Arc<Parcel>, outcome: Result<Kept>) {
        if !parcel.claim() {
            // It was late: the frame is in the spool, and will be known as a repetition when it is sent on.
            return;
        }
        if !matches!(outcome, Err(Error::Unavailable(_))) {
            return parcel.answer(outcome);
        }
        let mut state = self.lock();
        if state.ended {
            drop(state);
            return parcel.close();
        }
        state.entries.push(Entry::Missed(parcel.clone()));
        self.wake(state);
    }

    fn forwarded(&self, forwarded: Forwarded) {
        let mut state = self.lock();
        state.forwarded.push(forwarded);
        self.wake(state);
    }

    fn wake(&self, mut state: MutexGuard<'_, State>) {
        let asleep = state.asleep.take();
        drop(state);
        if asleep.is_some() {
            self.changed.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // What the lock guards is whole between statements.
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Hands frames to the shared log.
fn send(desk: &Arc<Desk>, shared: &dyn Log, direct: Vec<Arc<Parcel>>) {
    let Some(first) = direct.first() else { return };
    let frames = if direct.len() == first.frames.len() {
        // All that were handed over together.
        first.frames.clone()
    } else {
        Frames::new(direct.iter().map(|parcel| (parcel.partition(), parcel.frame().clone())).collect())
    };
    let desk = desk.clone();
    let done: Completion = Arc::new(move |index: usize, outcome| {
        if let Some(parcel) = direct.get(index) {
            desk.answered(parcel, outcome);
        }
    });
    shared.submit(frames, done);
}

/// A partition with frames in the spool.
struct Lane {
    frames: u64,
    bytes: u64,
    oldest_at: Timestamp,
    /// Everything up to here was sent on.
    gone: Place,
    /// The frame that is being sent on: its place, bytes, and since when.
    under_way: Option<(Place, u64, Instant)>,
    rests_until: Option<Instant>,
    pause: Duration,
    /// The shared log did not answer the last frame.
    away: bool,
    /// Frames that left since the last one entered.
    left: u32,
    /// When that was.
    entered_at: Option<Instant>,
}

impl Lane {
    fn new(oldest_at: Timestamp) -> Lane {
        Lane {
            frames: 0,
            bytes: 0,
            oldest_at,
            gone: Place::default(),
            under_way: None,
            rests_until: None,
            pause: RETRY_MIN,
            away: true,
            left: 0,
            entered_at: None,
        }
    }

    fn is_away(&self, now: Instant, deadline: Duration) -> bool {
        self.away || self.under_way.is_some_and(|(_, _, since)| since + deadline <= now)
    }

    /// Until when what arrives gathers, if it does.
    fn gathers_until(&self, now: Instant, gather: Duration) -> Option<Instant> {
        self.entered_at.map(|at| at + gather).filter(|until| *until > now)
    }

    fn may_send(&self, now: Instant) -> bool {
        self.frames > 0 && self.under_way.is_none() && self.rests_until.is_none_or(|until| until <= now)
    }

    /// Whether the file holds a frame that was not counted: a commit that failed may have come about all the same.
    fn finds_more(&mut self, file: &SpoolFile, partition: PartitionId) -> bool {
        match file.next(partition, self.gone) {
            Ok(Some(next)) => (self.frames, self.bytes) = (1, bytes_of(&next.frame)),
            Ok(None) => return false,
            Err(error) => {
                tracing::error!(%error, partition = partition.0, "the spool could not be read");
                self.failed();
            }
        }
        true
    }

    fn sent(&mut self, place: Place, bytes: u64) {
        self.gone = place;
        self.under_way = None;
        self.frames -= 1;
        self.bytes -= bytes;
        (self.away, self.left, self.pause) = (false, self.left + 1, RETRY_MIN);
    }

    fn failed(&mut self) {
        self.under_way = None;
        self.away = true;
        self.rests_until = Some(Instant::now() + self.pause);
        self.pause = (self.pause * 2).min(RETRY_MAX);
    }
}

/// What the thread found on its desk.
struct Todo {
    entries: Vec<Entry>,
    forwarded: Vec<Forwarded>,
    closed: bool,
}

/// The spool's thread.
struct Keeper {
    shared: Arc<dyn Log>,
    desk: Arc<Desk>,
    file: SpoolFile,
    figures: Arc<SpoolFigures>,
    lanes: BTreeMap<PartitionId, Lane>,
    /// Frames that wait until others have left, or their own deadline.
    held: Vec<Arc<Parcel>>,
}

impl Keeper {
    fn new(shared: Arc<dyn Log>, desk: Arc<Desk>, file: SpoolFile, figures: Arc<SpoolFigures>) -> Result<Keeper> {
        let mut lanes = BTreeMap::new();
        for it in file.filled()? {
            let lane = Lane { frames: it.frames, bytes: it.bytes, ..Lane::new(it.oldest_at) };
            lanes.insert(it.partition, lane);
        }
        desk.lock().spooled = lanes.keys().copied().collect();
        let keeper = Keeper { shared, desk, file, figures, lanes, held: Vec::new() };
        keeper.tell();
        Ok(keeper)
    }

    fn run(mut self) {
        loop {
            let Todo { entries, forwarded, closed } = self.next();
            forwarded.into_iter().for_each(|it| self.learn(it));
            self.enter(entries, closed);
            if closed {
                break;
            }
            self.clear();
            self.send_on();
            self.tell();
        }
    }

    /// What there is to do, after one sleep at most.
    fn next(&self) -> Todo {
        let mut state = self.desk.lock();
        let now = Instant::now();
        collect_overdue(&mut state, now);
        let left_there = !state.entries.is_empty() || !state.forwarded.is_empty() || state.closed;
        let until = self.sleeps_until(&state, now);
        if !left_there && until > now {
            state.asleep = Some(until);
            let woken = self.desk.changed.wait_timeout(state, until - now);
            state = woken.unwrap_or_else(|poisoned| poisoned.into_inner()).0;
            state.asleep = None;
            collect_overdue(&mut state, Instant::now());
        }
        state.ended = state.closed;
        let (entries, forwarded) = (std::mem::take(&mut state.entries), std::mem::take(&mut state.forwarded));
        Todo { entries, forwarded, closed: state.closed }
    }

    fn sleeps_until(&self, state: &State, now: Instant) -> Instant {
        let longest = now + if self.lanes.is_empty() { IDLE } else { FIGURES_EVERY };
        let gathers = |partition| self.lanes.get(&partition)?.gathers_until(now, self.desk.limits.gather);
        let held = self.held.iter().map(|parcel| gathers(parcel.partition()).unwrap_or(parcel.deadline));
        let deadlines = state.direct.front().map(|parcel| parcel.deadline).into_iter().chain(held);
        let rests =
            self.lanes.values().filter(|lane| lane.under_way.is_none()).map(|lane| lane.rests_until.unwrap_or(now));
        deadlines.chain(rests).fold(longest, Instant::min)
    }

    /// What became of a frame that was sent on.
    fn learn(&mut self, forwarded: Forwarded) {
        let Forwarded { partition, place, outcome } = forwarded;
        let Some(lane) = self.lanes.get_mut(&partition) else { return };
        let Some((_, bytes, _)) = lane.under_way.filter(|it| it.0 == place) else { return };
        match outcome {
            Ok(()) => {
                lane.sent(place, bytes);
                self.figures.forwarded.fetch_add(1, Ordering::Relaxed);
                if let Err(error) = self.file.forget(partition, place) {
                    // The next frame that leaves takes it along; until then it could only be sent once more.
                    tracing::warn!(%error, partition = partition.0, "a frame that was sent on stays in the spool");
                }
            }
            Err(error) => {
                if lane.pause == RETRY_MIN {
                    tracing::error!(%error, partition = partition.0, "the spool could not be sent on");
                }
                lane.failed();
            }
        }
    }

    /// Takes into the file what may enter now. At the end that is everything.
    fn enter(&mut self, entries: Vec<Entry>, closed: bool) {
        let now = Instant::now();
        let SpoolLimits { deadline, gather, .. } = self.desk.limits;
        let mut entering = Vec::new();
        let mut waiting = std::mem::take(&mut self.held);
        for entry in entries {
            match entry {
                Entry::Missed(parcel) => entering.push(parcel),
                Entry::Behind(parcel) => waiting.push(parcel),
            }
        }
        for parcel in waiting {
            let lane = self.lanes.get(&parcel.partition());
            let may = lane.is_some_and(|lane| {
                let turn = lane.left >= LEAVE_PER_ENTRY || parcel.deadline <= now;
                let gathers = lane.gathers_until(now, gather).is_some();
                !gathers && (lane.is_away(now, deadline) || (lane.frames > 0 && turn))
            });
            if may || closed { entering.push(parcel) } else { self.held.push(parcel) }
        }
        if !entering.is_empty() {
            self.write(entering);
        }
    }

    fn write(&mut self, mut entering: Vec<Arc<Parcel>>) {
        let mut bytes: u64 = self.lanes.values().map(|lane| lane.bytes).sum();
        let refused = entering.extract_if(.., |parcel| {
            let more = bytes_of(parcel.frame());
            let full = bytes + more > self.desk.limits.bytes_max;
            bytes += if full { 0 } else { more };
            full
        });
        let refused: Vec<_> = refused.collect();
        let kept_at = SystemClock.now();
        let frames = entering.iter().map(|parcel| (parcel.partition(), parcel.frame()));
        let outcome = self.file.add(frames);
        if outcome.is_ok() {
            entering.iter().for_each(|parcel| self.entered(parcel, kept_at));
        }
        for parcel in entering {
            parcel.answer(match &outcome {
                Ok(()) => Ok(Kept::InSpool),
                Err(error) => Err(Error::unavailable("keep a frame on this edge", error)),
            });
        }
        for parcel in refused {
            parcel.answer(Err(Error::unavailable("keep a frame on this edge", "the spool is full")));
        }
    }

    /// Before its sender hears of it: its next frame must find the lane.
    fn entered(&mut self, parcel: &Parcel, kept_at: Timestamp) {
        let partition = parcel.partition();
        if self.lanes.is_empty() {
            tracing::warn!(partition = partition.0, "the shared log is away: frames are kept in the spool");
        }
        let lane = self.lanes.entry(partition).or_insert_with(|| Lane::new(kept_at));
        lane.frames += 1;
        lane.bytes += bytes_of(parcel.frame());
        (lane.left, lane.entered_at) = (0, Some(Instant::now()));
        self.desk.lock().spooled.insert(partition);
    }

    /// Lets partitions of which nothing is left go directly again, with what was held for them first.
    fn clear(&mut self) {
        let mut empty = BTreeSet::new();
        for (partition, lane) in self.lanes.iter_mut().filter(|(_, lane)| lane.frames == 0) {
            if !lane.finds_more(&self.file, *partition) {
                empty.insert(*partition);
            }
        }
        if empty.is_empty() {
            return;
        }
        let mut direct: Vec<_> = self.held.extract_if(.., |parcel| empty.contains(&parcel.partition())).collect();
        let mut state = self.desk.lock();
        let came = state.entries.extract_if(.., |entry| match entry {
            Entry::Behind(parcel) => empty.contains(&parcel.partition()),
            Entry::Missed(_) => false,
        });
        direct.extend(came.map(|(Entry::Behind(parcel) | Entry::Missed(parcel))| parcel));
        let deadline = Instant::now() + self.desk.limits.deadline;
        let again = |parcel: Arc<Parcel>| {
            let (frames, index, done) = (parcel.frames.clone(), parcel.index, parcel.done.clone());
            Arc::new(Parcel { frames, index, done, deadline, claimed: AtomicBool::new(false) })
        };
        let direct: Vec<_> = direct.into_iter().map(again).collect();
        state.direct.extend(direct.iter().cloned());
        state.spooled.retain(|partition| !empty.contains(partition));
        drop(state);
        self.lanes.retain(|partition, _| !empty.contains(partition));
        if self.lanes.is_empty() {
            tracing::info!("the spool is sent on: frames go to the shared log again");
        }
        for parcel in direct {
            send(&self.desk, self.shared.as_ref(), vec![parcel]);
        }
    }

    /// Sends on the oldest frame of every partition that may.
    fn send_on(&mut self) {
        let now = Instant::now();
        let (mut frames, mut places) = (Vec::new(), Vec::new());
        for (partition, lane) in self.lanes.iter_mut().filter(|(_, lane)| lane.may_send(now)) {
            match self.file.next(*partition, lane.gone) {
                Ok(Some(next)) => {
                    lane.under_way = Some((next.place, bytes_of(&next.frame), now));
                    (lane.oldest_at, lane.rests_until) = (next.frame.packed_at, None);
                    places.push((*partition, next.place, AtomicBool::new(false)));
                    frames.push((*partition, next.frame));
                }
                Ok(None) => {
                    tracing::error!(partition = partition.0, frames = lane.frames, "somebody else emptied the spool");
                    (lane.frames, lane.bytes) = (0, 0);
                }
                Err(error) => {
                    tracing::error!(%error, partition = partition.0, "the spool could not be read");
                    lane.failed();
                }
            }
        }
        if !frames.is_empty() {
            let forwards = Forwards { desk: self.desk.clone(), places };
            let done: Completion = Arc::new(move |index, outcome| forwards.answered(index, outcome.map(drop)));
            self.shared.submit(Frames::new(frames), done);
        }
    }

    fn tell(&self) {
        let sum = |of: fn(&Lane) -> u64| self.lanes.values().map(of).sum();
        let oldest = self.lanes.values().map(|lane| lane.oldest_at).min();
        let age = oldest.map_or(0, |at| SystemClock.now().0.saturating_sub(at.0));
        self.figures.frames.store(sum(|lane| lane.frames), Ordering::Relaxed);
        self.figures.bytes.store(sum(|lane| lane.bytes), Ordering::Relaxed);
        self.figures.oldest_ms.store(u64::try_from(age).unwrap_or(0), Ordering::Relaxed);
    }
}

/// Frames sent on together: which they are, and whether they were answered.
struct Forwards {
    desk: Arc<Desk>,
    places: Vec<(PartitionId, Place, AtomicBool)>,
}

impl Forwards {
    /// The first answer for a frame counts.
    fn answered(&self, index: usize, outcome: Result<()>) {
        let Some((partition, place, answered)) = self.places.get(index) else { return };
        if !answered.swap(true, Ordering::SeqCst) {
            self.desk.forwarded(Forwarded { partition: *partition, place: *place, outcome });
        }
    }
}

impl Drop for Forwards {
    /// A log that let go of frames without a word is asked again.
    fn drop(&mut self) {
        for index in 0..self.places.len() {
            self.answered(index, Err(Error::unavailable("write the log", "the log gave no answer")));
        }
    }
}

/// Moves frames whose time is up from the shared log's hands to the spool. At the end that is all of them.
fn collect_overdue(state: &mut State, now: Instant) {
    while let Some(parcel) = state.direct.front() {
        let answered = parcel.claimed.load(Ordering::SeqCst);
        if !answered && parcel.deadline > now && !state.closed {
            break;
        }
        if let Some(parcel) = state.direct.pop_front()
            && parcel.claim()
        {
            state.entries.push(Entry::Missed(parcel));
        }
    }
}

fn bytes_of(frame: &Frame) -> u64 {
    (frame.facts.len() + frame.raw.len()) as u64
}
