//! Calendar days as text.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use referee_core::time::{DAY_MS, Day};

/// `2026-02-11`.
pub fn day_text(day: Day) -> String {
    civil(day).map(|date| date.to_string()).unwrap_or_default()
}

/// The same read; None for what is no day.
pub fn parse_day(text: &str) -> Option<Day> {
    let date: Date = text.parse().ok()?;
    let at = TimeZone::UTC.to_timestamp(date.to_datetime(Time::midnight())).ok()?;
    i32::try_from(at.as_millisecond() / DAY_MS).ok().map(Day)
}

/// `2026-02`, for the month that begins with a day.
pub fn month_text(first: Day) -> String {
    civil(first).map(|date| date.strftime("%Y-%m").to_string()).unwrap_or_default()
}

/// The first day of a month that is written so.
pub fn parse_month(text: &str) -> Option<Day> {
    if text.len() == 7 { parse_day(&format!("{text}-01")) } else { None }
}

pub fn civil(day: Day) -> Option<Date> {
    let at = jiff::Timestamp::from_millisecond(i64::from(day.0) * DAY_MS).ok()?;
    Some(TimeZone::UTC.to_datetime(at).date())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_read_back() {
        for text in ["1970-01-01", "1969-12-31", "2026-02-28", "2028-02-29"] {
            assert_eq!(parse_day(text).map(day_text).as_deref(), Some(text));
        }
        assert_eq!(parse_day("2026-02-30"), None);
    }

    #[test]
    fn months_read_back() {
        for text in ["1970-01", "2026-12", "2028-02"] {
            assert_eq!(parse_month(text).map(month_text).as_deref(), Some(text));
        }
        for text in ["2026-13", "2026-1", "2026-01-01", "26-01", "", "january"] {
            assert_eq!(parse_month(text), None, "{text}");
        }
    }
}
