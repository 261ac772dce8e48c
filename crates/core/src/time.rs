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

    pub fn plus(self, days: u32) -> Day {
        Day(self.0.saturating_add(i32::try_from(days).unwrap_or(i32::MAX)))
    }

    pub fn first_of_month(self) -> Day {
        first_of_month(self.month())
    }

    pub fn first_of_year(self) -> Day {
        // Counted from March: January is the eleventh.
        first_of_month((self.month() - 10).div_euclid(12) * 12 + 10)
    }

    /// The first day of the month that follows this day's, and of the one so many months later.
    pub fn first_of_month_after(self, months: u32) -> Day {
        first_of_month(self.month() + 1 + i64::from(months))
    }

    /// The year, and the month from 1.
    pub fn year_and_month(self) -> (i64, i64) {
        // Counted from March: January is the eleventh.
        let months = self.month() + 2;
        (months.div_euclid(12), months.rem_euclid(12) + 1)
    }

    /// Months since March of the year 0. Counted from March, the day that leap years add is a year's last.
    fn month(self) -> i64 {
        let days = i64::from(self.0) + DAYS_TO_1970;
        let of_era = days.rem_euclid(ERA_DAYS);
        // A century that has no leap day, and a year that has none, are a day shorter than those before.
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        (days.div_euclid(ERA_DAYS) * ERA_YEARS + year) * 12 + (5 * of_year + 2) / 153
    }
}

/// From 1 March of the year 0 to 1970-01-01.
const DAYS_TO_1970: i64 = 719_468;
/// After so many years, the calendar repeats.
const ERA_YEARS: i64 = 400;
const ERA_DAYS: i64 = 146_097;

/// Of a month as `Day::month` counts them. From March on, five months have 153 days.
fn first_of_month(month: i64) -> Day {
    let (year, of_year) = (month.div_euclid(12), month.rem_euclid(12));
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let day = year * 365 + leap_days + (153 * of_year + 2) / 5 - DAYS_TO_1970;
    Day(i32::try_from(day).unwrap_or(i32::MAX))
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
        Day(i32::try_from(self.local_ms(at).div_euclid(DAY_MS)).unwrap_or(i32::MAX))
    }

    /// What the clocks of the zone show, in minutes since the midnight that they name.
    pub fn minute(&self, at: Timestamp) -> u16 {
        u16::try_from(self.local_ms(at).rem_euclid(DAY_MS) / MINUTE_MS).unwrap_or_default()
    }

    fn local_ms(&self, at: Timestamp) -> i64 {
        at.0.saturating_add(i64::from(self.offset_minutes(at)) * MINUTE_MS)
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
