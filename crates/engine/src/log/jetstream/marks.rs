//! What may be let go of a stream: nothing that a frame which was not applied could still need.
//!
//! The parts of a large frame may lie before frames that are applied already, but never far: an edge sends them within
//! `OVERLAP` of the last one. So a stream keeps everything that is younger than what was applied minus that time, by
//! the server's own clock.

use std::collections::VecDeque;
use std::time::Duration;

use crate::log::Position;

/// Longer than parts of one frame can lie apart: what an edge may take to send them, and for how long the server
/// answers a part that was sent again with its old place.
pub const OVERLAP: Duration = Duration::from_secs(300);
/// So many marks are set in the time of an overlap.
const MARKS_PER_OVERLAP: i64 = 32;

/// A frame that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// When the server kept it, in milliseconds.
    pub kept_at_ms: i64,
    pub position: Position,
    /// The lowest sequence that it needs.
    pub first_sequence: u64,
}

pub struct Marks {
    overlap_ms: i64,
    marks: VecDeque<Mark>,
}

impl Marks {
    pub fn new(overlap: Duration) -> Marks {
        Marks { overlap_ms: i64::try_from(overlap.as_millis()).unwrap_or(i64::MAX), marks: VecDeque::new() }
    }

    /// Notes a frame, unless one was noted shortly before.
    pub fn note(&mut self, mark: Mark) {
        let apart = self.overlap_ms / MARKS_PER_OVERLAP;
        let newest = self.marks.back();
        if newest.is_none_or(|it| mark.position > it.position && mark.kept_at_ms >= it.kept_at_ms + apart) {
            self.marks.push_back(mark);
        }
    }

    /// The first sequence that must stay when everything up to a position is applied, if any may go.
    pub fn cut(&mut self, up_to: Position) -> Option<u64> {
        let applied = self.marks.iter().rfind(|it| it.position <= up_to)?.kept_at_ms;
        let keep = self
            .marks
            .iter()
            .rposition(|it| it.position <= up_to && it.kept_at_ms <= applied.saturating_sub(self.overlap_ms))?;
        // What lies before will never be asked for again.
        self.marks.drain(..keep);
        self.marks.front().map(|it| it.first_sequence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(seconds: i64, position: u64) -> Mark {
        Mark { kept_at_ms: seconds * 1_000, position: Position(position), first_sequence: position }
    }

    #[test]
    fn the_time_of_an_overlap_stays() {
        let mut marks = Marks::new(OVERLAP);
        (0..1_000).for_each(|i| marks.note(mark(i, i as u64 + 1)));
        assert_eq!(marks.cut(Position(200)), None, "all of it is young");
        let cut = marks.cut(Position(800)).unwrap();
        assert!((480..=500).contains(&cut), "{cut} lies five minutes and no more than two marks before 800");
        assert_eq!(marks.cut(Position(800)), Some(cut), "asking again changes nothing");
        assert!(marks.cut(Position(1_000)).unwrap() > cut);
        assert!(marks.marks.len() < 40, "what is let go is forgotten");
    }

    #[test]
    fn the_parts_of_the_last_applied_frame_stay() {
        let mut marks = Marks::new(Duration::ZERO);
        marks.note(mark(1, 1));
        marks.note(Mark { first_sequence: 5, ..mark(2, 9) });
        assert_eq!(marks.cut(Position(9)), Some(5));
    }

    #[test]
    fn what_is_not_applied_stays() {
        let mut marks = Marks::new(Duration::ZERO);
        (1..=9).for_each(|i| marks.note(mark(i, i as u64)));
        assert_eq!(marks.cut(Position(4)), Some(4));
        assert_eq!(marks.cut(Position(0)), None);
    }
}
