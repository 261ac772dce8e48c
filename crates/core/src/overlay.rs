//! Overlays: what some partners earn differently for a while, on top of whatever terms they have. "Black Friday, 20 % more".
//!
//! An action finds its overlay by the event's time among the versions that were on record before the action was opened. None of
//! these ever changes: a version is only added, it governs events from its own record on, and it can't begin in the past. So the
//! same action meets the same overlay after any later change, also one that is set while it waits for a return, and its row
//! need not name it.

use crate::contract::{Adjustment, EventPayout, Payout, PayoutGroup};
use crate::id::{EventTypeId, PartnerId, ProgramId, RecordNo};
use crate::money::{Money, WHOLE_PPM};
use crate::program::Standing;
use crate::refusal::Refusal;
use crate::time::{Day, Timestamp, Zone};

/// Creates an overlay on terms, or says what holds from now on of the one with this id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverlaySet {
    pub program: ProgramId,
    /// None: the next free one.
    pub id: Option<u32>,
    pub name: String,
    /// Each once, in ascending order; none: all partners.
    pub partners: Vec<PartnerId>,
    pub event_types: Vec<EventTypeId>,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub standing: Standing,
    pub extra: Extra,
    pub repeat: Repeat,
}

/// Minutes of a day, as clocks count them.
pub const DAY_MINUTES: u16 = 24 * 60;

/// When an overlay is on between its start and its end, by the clocks of the program: days and hours that come again each week.
/// An hour that clocks skip never is, and one that they show twice is on twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// By `Day::weekday`, each once, in ascending order; none: every day.
    pub weekdays: Vec<u8>,
    /// Minutes of the day: from one on and before the other, which is of the same day.
    pub from: u16,
    pub until: u16,
}

impl Default for Repeat {
    /// All day, every day.
    fn default() -> Repeat {
        Repeat { weekdays: Vec::new(), from: 0, until: DAY_MINUTES }
    }
}

impl Repeat {
    pub fn is_on(&self, at: Timestamp, zone: &Zone) -> bool {
        self.is_on_day(zone.day(at)) && (self.from..self.until).contains(&zone.minute(at))
    }

    fn is_on_day(&self, day: Day) -> bool {
        self.weekdays.is_empty() || self.weekdays.iter().any(|it| usize::from(*it) == day.weekday())
    }

    /// Why it can't be that of an overlay between these moments.
    pub fn fault(&self, starts_at: Timestamp, ends_at: Timestamp, zone: &Zone) -> Option<Refusal> {
        if self.until <= self.from || self.until > DAY_MINUTES {
            return Some(Refusal::OverlayHours);
        }
        let (first, last) = (zone.day(starts_at), zone.day(ends_at.plus_ms(-1)));
        // A week has every day.
        let mut days = (first.0..=last.0).take(7).map(Day);
        (!days.any(|day| self.is_on_day(day))).then_some(Refusal::OverlayNeverOn)
    }

    /// Whether both may be on at once.
    pub fn meets(&self, other: &Repeat) -> bool {
        let every_day = self.weekdays.is_empty() || other.weekdays.is_empty();
        let same_day = every_day || self.weekdays.iter().any(|it| other.weekdays.contains(it));
        same_day && self.from < other.until && other.from < self.until
    }
}

/// One version of an overlay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlay {
    /// Counted per program from 1.
    pub id: u32,
    /// Counted per overlay from 1.
    pub version: u32,
    /// The record that set it, and when.
    pub record: RecordNo,
    pub set_at: Timestamp,
    pub set: OverlaySet,
}

/// What an overlay does to a payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extra {
    /// Millionths of what the rule gives, added to it; below zero: taken off.
    Adjust { ppm: i32 },
    /// In place of the default payout.
    Payout(Payout),
}

impl Extra {
    pub fn fault(self) -> Option<Refusal> {
        match self {
            Extra::Adjust { ppm: 0 } => Some(Refusal::OverlayEmpty),
            Extra::Adjust { ppm } if ppm.unsigned_abs() > WHOLE_PPM => Some(Refusal::RateTooHigh),
            Extra::Payout(Payout::Rate { ppm }) if ppm > WHOLE_PPM => Some(Refusal::RateTooHigh),
            Extra::Payout(Payout::Fixed { amount }) if amount < Money::ZERO => Some(Refusal::AmountNegative),
            Extra::Adjust { .. } | Extra::Payout(_) => None,
        }
    }
}

impl Overlay {
    /// Terms with the overlay on them: one more adjustment, or a last payout group for what no other takes. So pricing needs no
    /// rule of its own for it, and names it as it names the others.
    pub fn laid_on(&self, terms: &EventPayout) -> EventPayout {
        let (mut laid, name, conditions) = (terms.clone(), self.set.name.clone(), Vec::new());
        match self.set.extra {
            Extra::Adjust { ppm } => laid.adjustments.push(Adjustment { name, conditions, ppm }),
            Extra::Payout(payout) => laid.groups.push(PayoutGroup { name, conditions, payout }),
        }
        laid
    }

    /// Whether it is on for an event, given the zone of its program.
    pub fn covers(&self, partner: PartnerId, event_type: EventTypeId, at: Timestamp, zone: &Zone) -> bool {
        let set = &self.set;
        let whose = set.partners.is_empty() || set.partners.contains(&partner);
        let active = set.standing == Standing::Active && set.starts_at <= at && at < set.ends_at;
        active && whose && set.event_types.contains(&event_type) && set.repeat.is_on(at, zone)
    }
}
