//! The machine's thread: looks at its partitions in turn, asks for time and queued work, and follows what is assigned.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use referee_core::fact::Fact;
use referee_core::time::Timestamp;

use super::{Assignment, Machine, Partition};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::limits::WORK_LIMIT;
use crate::log::recorder::Recorder;
use crate::log::{Draft, Log, Position};
use crate::routing::PartitionId;

/// How long the machine rests when nothing arrives, and so how late time is noticed to have passed.
const IDLE: Duration = Duration::from_millis(500);
/// How long it waits before it tries again what failed.
const RETRY: Duration = Duration::from_secs(1);
/// Under load the machine lets this much gather before it looks again: a hundred small transactions cost more than ten
/// larger ones, of the processor and of the disk that visitors wait for.
const GATHER: Duration = Duration::from_millis(10);
/// A batch of fewer records is no load, but somebody who may be waiting for the outcome.
const LOAD_RECORDS_MIN: u64 = 8;
/// A batch of more is large enough.
const LOAD_RECORDS_MAX: u64 = 1_024;
/// Up to the end of the log, wherever that is.
const EVERYTHING: Position = Position(u64::MAX);

/// The machine's thread, and the word to stop it.
pub struct Running {
    stop: Arc<AtomicBool>,
    log: Arc<dyn Log>,
    thread: Option<JoinHandle<()>>,
}

impl Machine {
    /// Lets the machine run until it is stopped.
    pub fn start(
        self,
        recorder: Arc<Recorder>,
        clock: Arc<dyn Clock>,
        assignment: Arc<ArcSwap<Assignment>>,
    ) -> Result<Running> {
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, log) = (stop.clone(), self.log.clone());
        let thread = std::thread::Builder::new()
            .name("machine".into())
            .spawn(move || self.run(&stopped, &recorder, clock.as_ref(), &assignment))
            .map_err(|error| Error::setup("start the machine", error))?;
        Ok(Running { stop, log, thread: Some(thread) })
    }

    fn run(mut self, stop: &AtomicBool, recorder: &Recorder, clock: &dyn Clock, assignment: &ArcSwap<Assignment>) {
        let (mut followed, mut counted) = (Followed::default(), Counted::default());
        while !stop.load(Ordering::Relaxed) {
            let seen = self.log.arrivals();
            self.follow_assignment(&assignment.load_full(), &mut followed);
            let applied_before = self.figures.records.load(Ordering::Relaxed);
            let (busy, rest) = self.turn(recorder, clock, &mut counted);
            let applied = self.figures.records.load(Ordering::Relaxed) - applied_before;
            if !busy {
                self.log.wait(seen, rest);
            } else if (LOAD_RECORDS_MIN..LOAD_RECORDS_MAX).contains(&applied) {
                std::thread::sleep(GATHER);
            }
        }
    }

    /// Takes on what is newly assigned; what can't be taken on is tried again after a while.
    fn follow_assignment(&mut self, wanted: &Arc<Assignment>, followed: &mut Followed) {
        let again = followed.again_at.is_some_and(|at| at <= Instant::now());
        if Arc::ptr_eq(wanted, &followed.assignment) && !again {
            return;
        }
        followed.assignment = wanted.clone();
        let assigned = self.assign(wanted);
        if let Err(error) = &assigned
            && followed.again_at.is_none()
        {
            tracing::error!(%error, "a partition could not be taken on");
        }
        followed.again_at = assigned.is_err().then(|| Instant::now() + RETRY);
    }

    /// Tells how many partitions this thread serves, and how many of them are behind; the others' threads add theirs.
    fn count(&self, counted: &mut Counted, behind: usize) {
        let now = Counted { partitions: self.partitions.len() as u64, behind: behind as u64 };
        let before = std::mem::replace(counted, now);
        for (figure, before, now) in [
            (&self.figures.partitions, before.partitions, counted.partitions),
            (&self.figures.behind, before.behind, counted.behind),
        ] {
            figure.fetch_add(now, Ordering::Relaxed);
            figure.fetch_sub(before, Ordering::Relaxed);
        }
    }

    /// Looks once at every partition: whether anything was applied, and how long to rest if not.
    fn turn(&mut self, recorder: &Recorder, clock: &dyn Clock, counted: &mut Counted) -> (bool, Duration) {
        // Asked first: what was acknowledged before this moment is in the log when its end is asked for.
        let now = clock.now();
        let places = self.partitions.iter().map(|partition| (partition.id, partition.applied.position)).collect();
        let behind = match self.log.behind(&places) {
            Ok(behind) => BTreeSet::from_iter(behind),
            Err(error) => {
                (0..self.partitions.len()).for_each(|i| self.note_stopped(i, &error));
                return (false, RETRY);
            }
        };
        self.count(counted, behind.len());
        let (mut busy, mut rest, mut done) = (false, IDLE, Vec::new());
        for i in 0..self.partitions.len() {
            let partition = &self.partitions[i];
            let looks = partition.stopped || behind.contains(&partition.id);
            match if looks { self.step(i, EVERYTHING) } else { Ok(false) } {
                Ok(applied) => {
                    busy |= applied;
                    self.note_running(i);
                    self.ask_for_time_and_work(i, recorder, now);
                    if !looks && self.partitions[i].is_done(now) {
                        done.push(self.partitions[i].id);
                    }
                }
                Err(error) => {
                    self.note_stopped(i, &error);
                    rest = RETRY;
                }
            }
        }
        self.tell_done(&done, now);
        (busy, rest)
    }

    /// Only a clock that was moved makes anybody listen.
    fn tell_done(&self, partitions: &[PartitionId], now: Timestamp) {
        if self.tell.done.receiver_count() > 0 {
            self.tell.done.send_modify(|done| done.extend(partitions.iter().map(|id| (*id, now))));
        }
    }

    fn note_running(&mut self, i: usize) {
        if std::mem::take(&mut self.partitions[i].stopped) {
            self.figures.stopped.fetch_sub(1, Ordering::Relaxed);
            tracing::info!(partition = self.partitions[i].id.0, "the machine goes on");
        }
    }

    fn note_stopped(&mut self, i: usize, error: &Error) {
        let partition = &mut self.partitions[i];
        if !std::mem::replace(&mut partition.stopped, true) {
            self.figures.stopped.fetch_add(1, Ordering::Relaxed);
            tracing::error!(partition = partition.id.0, %error, "the machine stands still");
        }
    }

    /// Writes that time passed once something waits for it or a month begins, and takes queued work in small pieces.
    fn ask_for_time_and_work(&mut self, i: usize, recorder: &Recorder, now: Timestamp) {
        let partition = &mut self.partitions[i];
        for (brand, in_hand) in &mut partition.brands {
            let Some(due) = in_hand.due_by(now) else { continue };
            if in_hand.asked {
                continue;
            }
            // What fell due before time was last said to pass, such as a late report's action, needs no new time.
            let fact = if due <= in_hand.state.brand_time {
                Fact::WorkAdvanced { limit: WORK_LIMIT }
            } else {
                Fact::TimePassed
            };
            let draft = Draft { brand: *brand, received_at: now, occurred_at: now, actor: None, fact, raw: None };
            // A full queue is no loss: the next turn asks again.
            in_hand.asked = recorder.record(partition.id, &draft).is_ok();
        }
    }
}

impl Partition {
    /// Whether nothing is queued that is due by a moment, nor on its way through the log.
    fn is_done(&self, moment: Timestamp) -> bool {
        self.brands.values().all(|in_hand| !in_hand.asked && in_hand.due_by(moment).is_none())
    }
}

/// What a thread added to the figures that all of them share.
#[derive(Default)]
struct Counted {
    partitions: u64,
    behind: u64,
}

/// What of the assignment was done.
#[derive(Default)]
struct Followed {
    assignment: Arc<Assignment>,
    /// When what failed is tried again.
    again_at: Option<Instant>,
}

impl Running {
    /// Ends the machine after the batch in hand.
    pub fn stop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.log.wake();
        if let Some(thread) = self.thread.take() {
            // A panic outside the rules was already reported by the hook; there is nothing left to do about it.
            _ = thread.join();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}
