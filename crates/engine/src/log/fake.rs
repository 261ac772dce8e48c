//! A log in memory that does what a test plans: to keep frames, to fail, to be late, to forget.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use referee_core::time::Timestamp;

use super::arrivals::Arrivals;
use super::{Completion, Frame, Frames, Kept, Log, Places, Position};
use crate::database::trace::Traces;
use crate::error::{Error, Result};
use crate::log::frame::is_same;
use crate::routing::PartitionId;

/// What becomes of a frame that is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Keep,
    Fail,
    /// It is kept, but its sender hears that it is not.
    KeepAndFail,
    /// Kept and answered when the test says so.
    Hold,
    /// Kept at once, answered when the test says so.
    KeepAndHold,
    /// Neither kept nor answered.
    Forget,
    Corrupt,
}

type Plan = Box<dyn FnMut(PartitionId, &Frame) -> Fate + Send>;

/// A frame that waits for its answer.
struct Held {
    frames: Frames,
    index: usize,
    done: Completion,
}

struct State {
    plan: Plan,
    frames: BTreeMap<PartitionId, Vec<(Position, Frame)>>,
    last: Position,
    held: Vec<Held>,
}

pub struct FakeLog {
    state: Mutex<State>,
    changed: Condvar,
    arrivals: Arrivals,
    /// Frames of the same id are kept once; else each time.
    knows_repetitions: bool,
}

impl FakeLog {
    pub fn new() -> Arc<FakeLog> {
        FakeLog::make(true)
    }

    /// A log that keeps whatever it is handed, also twice.
    pub fn forgetful() -> Arc<FakeLog> {
        FakeLog::make(false)
    }

    fn make(knows_repetitions: bool) -> Arc<FakeLog> {
        let plan: Plan = Box::new(|_, _| Fate::Keep);
        let state = State { plan, frames: BTreeMap::new(), last: Position(0), held: Vec::new() };
        let (changed, arrivals) = (Condvar::new(), Arrivals::default());
        Arc::new(FakeLog { state: Mutex::new(state), changed, arrivals, knows_repetitions })
    }

    pub fn plan(&self, plan: impl FnMut(PartitionId, &Frame) -> Fate + Send + 'static) {
        self.lock().plan = Box::new(plan);
    }

    /// From now on a frame meets any fate but a final one, as the seed says.
    pub fn misbehave(&self, seed: u64) {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        self.plan(move |_, _| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            match state >> 32 & 7 {
                0 => Fate::Fail,
                1 => Fate::KeepAndFail,
                2 => Fate::Hold,
                3 => Fate::KeepAndHold,
                4 => Fate::Forget,
                _ => Fate::Keep,
            }
        });
    }

    /// Keeps everything from now on, and what was held.
    pub fn behave(&self) {
        self.plan(|_, _| Fate::Keep);
        self.answer_held();
    }

    /// Keeps what is held, and answers; says of how many frames.
    pub fn answer_held(&self) -> usize {
        let held = std::mem::take(&mut self.lock().held);
        let many = held.len();
        for Held { frames, index, done } in held {
            let (partition, frame) = &frames[index];
            let place = self.keep(*partition, frame);
            done(index, place.map(Kept::InLog));
        }
        many
    }

    /// Returns when so many frames are held.
    pub fn wait_for_held(&self, many: usize) {
        let waits = |state: &mut State| state.held.len() < many;
        drop(self.changed.wait_while(self.lock(), waits).unwrap());
    }

    pub fn frames(&self, partition: PartitionId) -> Vec<Frame> {
        let state = self.lock();
        state.frames.get(&partition).into_iter().flatten().map(|(_, frame)| frame.clone()).collect()
    }

    fn keep(&self, partition: PartitionId, frame: &Frame) -> Result<Position> {
        let mut state = self.lock();
        let next = Position(state.last.0 + 1);
        let frames = state.frames.entry(partition).or_default();
        if let Some((place, before)) = frames.iter().find(|it| it.1.id == frame.id)
            && self.knows_repetitions
        {
            let same = is_same(&before.facts, &frame.facts);
            return if same { Ok(*place) } else { Err(Error::corrupt("write the log", "the id is taken")) };
        }
        frames.push((next, frame.clone()));
        state.last = next;
        drop(state);
        self.arrivals.grow();
        Ok(next)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl Log for FakeLog {
    fn submit(&self, frames: Frames, done: Completion) {
        for (index, (partition, frame)) in frames.iter().enumerate() {
            let fate = (self.lock().plan)(*partition, frame);
            let failed = || Error::unavailable("write the log", "it was planned so");
            match fate {
                Fate::Keep => done(index, self.keep(*partition, frame).map(Kept::InLog)),
                Fate::Fail => done(index, Err(failed())),
                Fate::KeepAndFail => done(index, self.keep(*partition, frame).and_then(|_| Err(failed()))),
                Fate::Corrupt => done(index, Err(Error::corrupt("write the log", "it was planned so"))),
                Fate::Forget => {}
                Fate::Hold | Fate::KeepAndHold => {
                    if fate == Fate::KeepAndHold {
                        // If the id is taken, the answer says so.
                        _ = self.keep(*partition, frame);
                    }
                    self.lock().held.push(Held { frames: frames.clone(), index, done: done.clone() });
                    self.changed.notify_all();
                }
            }
        }
    }

    fn copy(&self, partition: PartitionId, frames: Vec<Frame>) -> Result<()> {
        frames
            .into_iter()
            .try_for_each(|frame| crate::log::conformance::submit(self, vec![(partition, frame)]).remove(0).map(drop))
    }

    fn read(&self, partition: PartitionId, after: Position, frames_max: usize) -> Result<Vec<(Position, Frame)>> {
        let state = self.lock();
        let frames = state.frames.get(&partition).into_iter().flatten();
        Ok(frames.filter(|(place, _)| *place > after).take(frames_max).cloned().collect())
    }

    fn end(&self, partition: PartitionId) -> Result<Position> {
        Ok(self.lock().frames.get(&partition).and_then(|frames| frames.last()).map_or(Position(0), |it| it.0))
    }

    fn behind(&self, places: &Places) -> Result<Vec<PartitionId>> {
        let more = places.iter().filter(|(partition, place)| self.end(**partition).is_ok_and(|end| end > **place));
        Ok(more.map(|(partition, _)| *partition).collect())
    }

    fn partitions(&self) -> Result<Vec<PartitionId>> {
        Ok(self.lock().frames.keys().copied().collect())
    }

    fn arrivals(&self) -> u64 {
        self.arrivals.count()
    }

    fn wait(&self, seen: u64, most: Duration) {
        self.arrivals.wait(seen, most);
    }

    fn wake(&self) {
        self.arrivals.grow();
    }

    fn keeps_frames(&self) -> bool {
        true
    }

    fn release(&self, _partition: PartitionId, _up_to: Position) -> Result<()> {
        Ok(())
    }

    fn drop_raw_before(&self, _before: Timestamp) -> Result<u64> {
        let mut state = self.lock();
        let frames = state.frames.values_mut().flatten().map(|it| &mut it.1.raw).filter(|raw| !raw.is_empty());
        Ok(frames.map(std::mem::take).count() as u64)
    }

    fn rewrite(&self, partition: PartitionId, frames: &[(Position, Frame)]) -> Result<()> {
        let mut state = self.lock();
        let kept = state.frames.entry(partition).or_default();
        for (position, frame) in kept.iter_mut() {
            frames.iter().filter(|(place, _)| place == position).for_each(|(_, new)| *frame = new.clone());
        }
        Ok(())
    }

    fn scrub(&self, _partition: PartitionId, _up_to: Position, _traces: &Traces) -> Result<bool> {
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::conformance;

    #[test]
    fn it_conforms_where_nothing_else_is_planned() {
        let log = FakeLog::new();
        conformance::check(&mut || log.clone(), &mut |_, _| {});
    }
}
