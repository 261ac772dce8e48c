//! What limits and tiers are measured against.

use crate::id::{EventTypeId, PartnerId, ProgramId};
use crate::limit::{Basis, Period};
use crate::money::Money;
use crate::time::Day;

/// The counters of one event type in one period, of all partners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CounterGroup {
    pub program: ProgramId,
    pub event_type: EventTypeId,
    pub per: Period,
    /// The period's first.
    pub day: Day,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CounterKey {
    pub group: CounterGroup,
    pub partner: PartnerId,
}

/// As of when they opened: what is sent back later was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counter {
    pub actions: u32,
    pub payout: Money,
    /// In the program's currency.
    pub amount: Money,
}

impl Counter {
    pub fn of(&self, basis: Basis) -> i64 {
        match basis {
            Basis::Actions => i64::from(self.actions),
            Basis::Amount => self.amount.0,
        }
    }
}
