//! When an action locks by itself.

use crate::time::{Timestamp, Zone};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locking {
    /// So many times 24 hours after the event.
    After { days: u32 },
    /// All events of a month together: so many months and then days after the month's end, as a local day begins.
    MonthEnd { months: u32, days: u32 },
    /// Never: the brand approves each action.
    Open,
}

impl Locking {
    /// The moment at which the action of an event locks; None: it stays open.
    pub fn moment(self, event: Timestamp, zone: &Zone) -> Option<Timestamp> {
        match self {
            Locking::After { days } => Some(event.plus_days(days)),
            Locking::MonthEnd { months, days } => {
                Some(zone.start_of(zone.day(event).first_of_month_after(months).plus(days)))
            }
            Locking::Open => None,
        }
    }
}
