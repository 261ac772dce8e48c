//! What a partner is paid for, and under which version of the terms.

use crate::id::{EventTypeId, PartnerId, ProgramId};
use crate::locking::Locking;
use crate::money::{Currency, Money};
use crate::program::Standing;
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payout {
    /// Millionths of the order's amount.
    Rate { ppm: u32 },
    /// The same for every event.
    Fixed { amount: Money },
}

impl Payout {
    /// What a share of an event earns, rounded to what can be paid. The amount is that of the share; it is in millionths.
    pub fn price(self, amount: Money, share_ppm: u32, currency: Currency) -> Money {
        match self {
            Payout::Rate { ppm } => amount.at_rate(ppm, currency),
            Payout::Fixed { amount } => amount.at_rate(share_ppm, currency),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPayout {
    pub event_type: EventTypeId,
    pub payout: Payout,
}

/// The rules of terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermsRules {
    /// How long after a click an event may still be credited to it.
    pub referral_window_days: u32,
    /// How long after a view of an ad an event may still be credited to it; None: views earn nothing.
    pub view_window_hours: Option<u32>,
    /// Until when an event's action stays open to change.
    pub locking: Locking,
    pub payouts: Vec<EventPayout>,
}

impl TermsRules {
    pub fn payout(&self, event_type: EventTypeId) -> Option<Payout> {
        self.payouts.iter().find(|line| line.event_type == event_type).map(|line| line.payout)
    }

    /// For touchpoints of either kind, in whole days.
    pub fn longest_window_days(&self) -> u32 {
        self.referral_window_days.max(self.view_window_hours.unwrap_or(0).div_ceil(24))
    }
}

/// One version of a program's template terms, or of one partner's contract with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    pub program: ProgramId,
    /// None: the program's template.
    pub partner: Option<PartnerId>,
    /// Counted per program and partner from 1.
    pub version: u32,
    pub starts_at: Timestamp,
    pub ends_at: Option<Timestamp>,
    pub standing: Standing,
    /// None: as the template in force at the time says. A template always has its own.
    pub rules: Option<TermsRules>,
}
