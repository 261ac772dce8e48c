//! The newest part of a stream as one reader follows it: frames that came and were not taken yet.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::AbortHandle;

use super::lock;
use crate::error::Error;
use crate::log::{Frame, Position};

/// Frames and bytes that may wait for their reader before more are asked for: a few batches of the machine, and little
/// enough for a thousand partitions.
const FRAMES_MAX: usize = 512;
const BYTES_MAX: usize = 4 << 20;

pub struct Tail {
    state: Mutex<State>,
    /// Frames came, or none will.
    changed: Condvar,
    /// The reader made room.
    room: Notify,
    task: Mutex<Option<AbortHandle>>,
}

struct State {
    /// The position that was handed out last: whoever reads on from there is this tail's reader.
    taken: Position,
    frames: VecDeque<(Position, Frame)>,
    bytes: usize,
    /// The sequence of the newest message that was looked at.
    passed: u64,
    /// The highest sequence that the stream is known to hold.
    known: u64,
    end: Option<End>,
    used: Instant,
}

/// Why nothing more will come.
#[derive(Debug, Clone)]
pub enum End {
    /// What comes next was let go of the stream; the archive holds it.
    LetGo,
    Trouble(Error),
}

/// What a reader finds.
pub enum Found {
    Frames(Vec<(Position, Frame)>),
    /// The stream is not known to hold more.
    Nothing,
    /// It is, but what it holds did not come in time.
    Late,
    End(End),
    /// Another reader went on from here.
    Elsewhere,
}

impl Tail {
    pub fn new(after: Position, known: u64) -> Tail {
        let state = State {
            taken: after,
            frames: VecDeque::new(),
            bytes: 0,
            passed: after.0,
            known,
            end: None,
            used: Instant::now(),
        };
        Tail { state: Mutex::new(state), changed: Condvar::new(), room: Notify::new(), task: Mutex::default() }
    }

    /// The task that feeds this tail, to be ended with it.
    pub fn fed_by(&self, task: AbortHandle) {
        *lock(&self.task) = Some(task);
    }

    /// Ends the task that feeds it; what waits can still be taken.
    pub fn stop(&self) {
        if let Some(task) = lock(&self.task).take() {
            task.abort();
        }
    }

    /// Whether a reader at this position would go on here; if so, it is in use.
    pub fn continues(&self, after: Position) -> bool {
        let mut state = lock(&self.state);
        let continues = state.taken == after;
        if continues {
            state.used = Instant::now();
        }
        continues
    }

    pub fn idle(&self) -> Duration {
        lock(&self.state).used.elapsed()
    }

    /// Whether there is something to take or to wait for.
    pub fn holds_more(&self) -> bool {
        let state = lock(&self.state);
        !state.frames.is_empty() || state.end.is_some() || state.known > state.passed
    }

    /// The stream holds this sequence.
    pub fn know(&self, sequence: u64) {
        let mut state = lock(&self.state);
        state.known = state.known.max(sequence);
    }

    /// Takes what is there; waits for it until a moment, if the stream is known to hold more.
    pub fn take(&self, after: Position, frames_max: usize, until: Instant) -> Found {
        let mut state = lock(&self.state);
        loop {
            if state.taken != after {
                return Found::Elsewhere;
            }
            if !state.frames.is_empty() {
                break;
            }
            if let Some(end) = &state.end {
                return Found::End(end.clone());
            }
            if state.known <= state.passed {
                return Found::Nothing;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Found::Late;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(|poisoned| poisoned.into_inner()).0;
        }
        let count = frames_max.min(state.frames.len());
        let frames: Vec<_> = state.frames.drain(..count).collect();
        if let Some((last, _)) = frames.last() {
            state.taken = *last;
            state.bytes -= frames.iter().map(|(_, frame)| bytes(frame)).sum::<usize>();
            self.room.notify_one();
        }
        Found::Frames(frames)
    }

    /// A message was looked at; it may have completed a frame.
    pub fn pass(&self, sequence: u64, frame: Option<Frame>) {
        let mut state = lock(&self.state);
        state.passed = sequence;
        state.known = state.known.max(sequence);
        if let Some(frame) = frame {
            state.bytes += bytes(&frame);
            state.frames.push_back((Position(sequence), frame));
        }
        self.changed.notify_all();
    }

    pub fn end(&self, end: End) {
        lock(&self.state).end = Some(end);
        self.changed.notify_all();
    }

    /// Returns when there is room for more.
    pub async fn room(&self) {
        loop {
            {
                let state = lock(&self.state);
                if state.frames.len() < FRAMES_MAX && state.bytes < BYTES_MAX {
                    return;
                }
            }
            // Room that was made in between is remembered.
            self.room.notified().await;
        }
    }
}

fn bytes(frame: &Frame) -> usize {
    frame.facts.len() + frame.raw.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::conformance::frame;

    fn positions(found: Found) -> Vec<u64> {
        match found {
            Found::Frames(frames) => frames.iter().map(|(position, _)| position.0).collect(),
            _ => panic!("frames"),
        }
    }

    #[test]
    fn a_reader_goes_on_where_it_was() {
        let tail = Tail::new(Position(4), 4);
        assert!(tail.continues(Position(4)) && !tail.holds_more());
        tail.pass(5, Some(frame(5)));
        tail.pass(6, None);
        tail.pass(7, Some(frame(7)));
        assert_eq!(positions(tail.take(Position(4), 1, Instant::now())), [5]);
        assert!(matches!(tail.take(Position(4), 1, Instant::now()), Found::Elsewhere));
        assert!(tail.continues(Position(5)) && tail.holds_more());
        assert_eq!(positions(tail.take(Position(5), 9, Instant::now())), [7]);
        assert!(!tail.holds_more(), "a part alone is nothing to read");
    }

    #[test]
    fn what_came_before_an_end_is_taken_first() {
        let tail = Tail::new(Position(0), 9);
        tail.pass(1, Some(frame(1)));
        tail.end(End::LetGo);
        assert_eq!(positions(tail.take(Position(0), 9, Instant::now())), [1]);
        assert!(matches!(tail.take(Position(1), 9, Instant::now()), Found::End(End::LetGo)));
    }

    #[test]
    fn nobody_waits_when_the_stream_holds_no_more() {
        let tail = Tail::new(Position(3), 3);
        let later = Instant::now() + Duration::from_secs(3_600);
        assert!(matches!(tail.take(Position(3), 9, later), Found::Nothing));
        tail.know(4);
        assert!(matches!(tail.take(Position(3), 9, Instant::now()), Found::Late));
    }
}
