//! Days of programs, and what happened on them.

use std::collections::BTreeMap;

use referee_core::id::ProgramId;
use referee_core::time::{DAY_MS, MINUTE_MS, Timestamp, Zone};

/// Days since 1970 by the calendar of the program's time zone.
pub type DayOf = (ProgramId, i64);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub clicks: i64,
    pub uncounted: i64,
    pub impressions: i64,
    pub visits: i64,
    pub conversions: i64,
    pub unclaimed: i64,
}

pub struct Calendar<'a> {
    zones: &'a BTreeMap<ProgramId, Zone>,
    days: BTreeMap<DayOf, Tally>,
}

impl Calendar<'_> {
    pub fn new(zones: &BTreeMap<ProgramId, Zone>) -> Calendar<'_> {
        Calendar { zones, days: BTreeMap::new() }
    }

    /// The figures of the day on which something happened.
    pub fn on(&mut self, program: ProgramId, at: Timestamp) -> &mut Tally {
        let day = day(self.zones.get(&program), at);
        self.days.entry((program, day)).or_default()
    }

    /// Those on which something happened.
    pub fn days(&self) -> &BTreeMap<DayOf, Tally> {
        &self.days
    }
}

/// Days since 1970 by the calendar of a time zone.
pub fn day(zone: Option<&Zone>, at: Timestamp) -> i64 {
    clock(zone, at).div_euclid(DAY_MS)
}

/// Milliseconds since 1970 as the clocks of a time zone count them.
pub fn clock(zone: Option<&Zone>, at: Timestamp) -> i64 {
    let offsets = zone.map(|zone| zone.offsets.as_slice()).unwrap_or_default();
    let in_force = offsets.iter().rev().find(|(from, _)| *from <= at).or(offsets.first());
    let minutes = in_force.map_or(0, |(_, minutes)| i64::from(*minutes));
    at.0 + minutes * MINUTE_MS
}
