//! Moments as Shopify writes them.

use std::time::{SystemTime, UNIX_EPOCH};

pub fn now() -> i64 {
    precise().0
}

/// With the nanoseconds of the second.
pub fn precise() -> (i64, u32) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    (since.as_secs() as i64, since.subsec_nanos())
}

/// `2026-11-27T08:17:18+01:00`, in the shop's own time, as webhooks have it.
pub fn local(at: i64, offset_minutes: i64) -> String {
    let sign = if offset_minutes < 0 { '-' } else { '+' };
    let (hours, minutes) = (offset_minutes.abs() / 60, offset_minutes.abs() % 60);
    format!("{}{sign}{hours:02}:{minutes:02}", civil(at + offset_minutes * 60))
}

/// `2026-11-27T07:17:18Z`, as the GraphQL interface has it.
pub fn utc(at: i64) -> String {
    format!("{}Z", civil(at))
}

fn civil(at: i64) -> String {
    let (days, second) = (at.div_euclid(86_400), at.rem_euclid(86_400));
    let (year, month, day) = date(days);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60)
}

/// Of a number of days since 1970, by eras of 400 years that begin in March.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// A moment of a search: a date, or a date with a time in UTC or with an offset.
pub fn read(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let days = days(number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let Some(time) = text.get(11..19) else { return Some(days * 86_400) };
    let part = |from: usize| time.get(from..from + 2)?.parse::<i64>().ok();
    let at = days * 86_400 + part(0)? * 3_600 + part(3)? * 60 + part(6)?;
    // Parts of a second are of no matter here.
    let zone = text[19..].trim_start_matches(|letter: char| letter == '.' || letter.is_ascii_digit());
    let Some(offset) = zone.get(1..6).filter(|_| zone.starts_with(['+', '-'])) else { return Some(at) };
    let (hours, minutes) = offset.split_once(':')?;
    let seconds = hours.parse::<i64>().ok()? * 3_600 + minutes.parse::<i64>().ok()? * 60;
    Some(if zone.starts_with('-') { at + seconds } else { at - seconds })
}

fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let month = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_and_read() {
        assert_eq!(utc(0), "1970-01-01T00:00:00Z");
        assert_eq!(local(1_795_763_838, 60), "2026-11-27T08:17:18+01:00");
        for at in [0, 951_782_400, 1_795_763_838, 4_102_444_799] {
            assert_eq!(read(&utc(at)), Some(at));
            assert_eq!(read(&local(at, -210)), Some(at));
        }
        assert_eq!(read("2026-11-27T07:17:18.123Z"), Some(1_795_763_838));
        assert_eq!(read("2024-02-29"), Some(1_709_164_800));
        assert_eq!(read("yesterday"), None);
    }
}
