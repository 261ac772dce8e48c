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
use crate::time::Timestamp;

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

    pub fn covers(&self, partner: PartnerId, event_type: EventTypeId, at: Timestamp) -> bool {
        let set = &self.set;
        let whose = set.partners.is_empty() || set.partners.contains(&partner);
        let active = set.standing == Standing::Active && set.starts_at <= at && at < set.ends_at;
        active && whose && set.event_types.contains(&event_type)
    }
}
