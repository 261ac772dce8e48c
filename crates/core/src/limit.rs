//! How much terms pay for, and where they pay more: limits and tiers, counted by the calendar of the program's zone.

use crate::contract::Payout;
use crate::money::Money;
use crate::time::Day;

/// Over what something is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Period {
    Day = 1,
    Month = 2,
    Year = 3,
    /// From the first to the last.
    Ever = 4,
}

impl Period {
    pub const ALL: [Period; 4] = [Period::Day, Period::Month, Period::Year, Period::Ever];

    /// The first day of the period that a day is in.
    pub fn first(self, day: Day) -> Day {
        match self {
            Period::Day => day,
            Period::Month => day.first_of_month(),
            Period::Year => day.first_of_year(),
            Period::Ever => Day(0),
        }
    }

    /// The first day after the period that a day is in; None: it has no end.
    pub fn after(self, day: Day) -> Option<Day> {
        match self {
            Period::Day => Some(day.plus(1)),
            Period::Month => Some(day.first_of_month_after(0)),
            Period::Year => Some(day.first_of_year().first_of_month_after(11)),
            Period::Ever => None,
        }
    }
}

/// What is beyond it is outside of the terms: it pays nothing unless the brand admits it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// So many actions of the partner.
    Actions { most: u32, per: Period },
    /// So much payout of the partner.
    Payout { most: Money, per: Period },
    /// So many orders of one customer that earn something, whoever earns it.
    Customer { most: u32, per: Period },
}

impl Limit {
    pub fn per(self) -> Period {
        match self {
            Limit::Actions { per, .. } | Limit::Payout { per, .. } | Limit::Customer { per, .. } => per,
        }
    }
}

/// What tiers count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Basis {
    Actions = 1,
    /// What the orders come to.
    Amount = 2,
}

/// Which actions a tier pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum AppliesTo {
    /// Those that open once it is reached.
    #[default]
    Subsequent = 1,
    /// All of the period, as they stand when it is over: as a bonus beside them.
    AllActions = 2,
}

/// Who brings much gets more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tiers {
    pub basis: Basis,
    pub per: Period,
    pub applies_to: AppliesTo,
    /// In ascending order of where they begin.
    pub steps: Vec<Tier>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tier {
    /// So many actions, or millionths of an amount, have come in the period before.
    pub from: i64,
    /// Paid on top of what the other rules give.
    pub extra: Payout,
}

impl Tiers {
    /// Periods after which all of their actions are paid for. Days are too short to be given a bonus each, and all time
    /// is never over.
    pub const OF_BONUSES: [Period; 2] = [Period::Month, Period::Year];

    /// Whether they are paid for as a bonus once the period is over.
    pub fn is_bonus(&self) -> bool {
        self.applies_to == AppliesTo::AllActions
    }

    /// The place of the tier that this much has reached.
    pub fn reached(&self, counted: i64) -> Option<usize> {
        self.steps.iter().rposition(|tier| tier.from <= counted)
    }
}
