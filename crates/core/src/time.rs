//! Points in time, days of a program, and the zone that separates them. There is no clock here: time arrives in records.

/// Milliseconds since 1970 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub i64);

pub const SECOND_MS: i64 = 1_000;
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// How far the clocks of two reporters may disagree before one event counts as later than another.
pub const CLOCK_TOLERANCE_MS: i64 = 2_000;

impl Timestamp {
    pub fn plus_ms(self, ms: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(ms))
    }

    pub fn plus_days(self, days: u32) -> Timestamp {
        self.plus_ms(i64::from(days) * DAY_MS)
    }

    pub fn minus_days(self, days: u32) -> Timestamp {
        Timestamp(self.0.saturating_sub(i64::from(days) * DAY_MS))
    }

    /// Milliseconds from `earlier` to here; negative if it is later.
    pub fn since_ms(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A calendar day, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Day(pub i32);

impl Day {
    /// 0 for a Monday, 6 for a Sunday.
    pub fn weekday(self) -> usize {
        // 1970-01-01 was a Thursday.
        usize::try_from((i64::from(self.0) + 3).rem_euclid(7)).unwrap_or_default()
    }
}

/// A time zone as a table of changes, so that the rules need no database of zones: the engine writes the coming
/// years into the fact that sets a program.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Zone {
    /// IANA name, for people.
    pub name: String,
    /// From this moment on, minutes east of UTC; ascending. Before the first, the first holds.
    pub offsets: Vec<(Timestamp, i32)>,
}

impl Zone {
    pub fn utc() -> Zone {
        Zone { name: "UTC".into(), offsets: Vec::new() }
    }

    pub fn offset_minutes(&self, at: Timestamp) -> i32 {
        let after = self.offsets.partition_point(|(from, _)| *from <= at);
        self.offsets.get(after.saturating_sub(1)).map_or(0, |(_, minutes)| *minutes)
    }

    pub fn day(&self, at: Timestamp) -> Day {
        let local_ms = at.0.saturating_add(i64::from(self.offset_minutes(at)) * MINUTE_MS);
        Day(i32::try_from(local_ms.div_euclid(DAY_MS)).unwrap_or(i32::MAX))
    }

    /// The moment this day begins: its midnight, or where the clock jumps over midnight, that jump.
    pub fn start_of(&self, day: Day) -> Timestamp {
        let utc = Timestamp(i64::from(day.0) * DAY_MS);
        let mut start = utc;
        for (i, (from, minutes)) in self.offsets.iter().enumerate() {
            let midnight = utc.plus_ms(-i64::from(*minutes) * MINUTE_MS);
            start = if i == 0 { midnight } else { midnight.max(*from) };
            // Later offsets only matter if this one ends before the day begins.
            if self.offsets.get(i + 1).is_none_or(|(next, _)| start < *next) {
                break;
            }
        }
        start
    }
}
