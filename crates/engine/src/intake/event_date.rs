//! When something is said to have happened.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use referee_core::time::{Timestamp, Zone};

use crate::limits::{FUTURE_MS_MAX, PAST_DAYS_MAX};

/// Why a date can't be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadDate {
    #[error("it is neither NOW nor a date such as 2026-02-11T08:22:00+01:00")]
    Unreadable,
    #[error("it is more than five minutes ahead of the server's clock")]
    InFuture,
    #[error("it is more than 88 days back")]
    TooOld,
}

/// A date as senders write it: `NOW`, ISO 8601 with an offset or in the program's zone, or `11-Feb-2026 08:22:00 CET`.
pub fn event_date(text: &str, zone: &Zone, now: Timestamp) -> Result<Timestamp, BadDate> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("now") {
        return Ok(now);
    }
    let at = moment(text, zone).ok_or(BadDate::Unreadable)?;
    if at.since_ms(now) > FUTURE_MS_MAX {
        return Err(BadDate::InFuture);
    }
    if at < now.minus_days(PAST_DAYS_MAX) {
        return Err(BadDate::TooOld);
    }
    Ok(at)
}

/// A moment, whenever it was.
pub fn moment(text: &str, zone: &Zone) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(Timestamp(at.as_millisecond()));
    }
    // `2026-02-11T08:22:00-0700`, as some languages print an offset.
    if let Ok(at) = jiff::Timestamp::strptime("%Y-%m-%dT%H:%M:%S%z", text) {
        return Some(Timestamp(at.as_millisecond()));
    }
    if let Some((date, name)) = text.rsplit_once(' ')
        && let Ok(date) = DateTime::strptime("%d-%b-%Y %H:%M:%S", date)
    {
        let zone = TimeZone::get(name).ok()?;
        return Some(Timestamp(zone.to_timestamp(date).ok()?.as_millisecond()));
    }
    let local: DateTime = text.parse().ok()?;
    let as_utc = Timestamp(TimeZone::UTC.to_timestamp(local).ok()?.as_millisecond());
    let minutes = zone.offset_minutes(as_utc);
    Some(as_utc.plus_ms(-i64::from(minutes) * 60_000))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // 2026-02-11T12:00:00Z
    const NOW: Timestamp = Timestamp(1_770_811_200_000);

    #[test]
    fn the_forms_that_senders_use() {
        let berlin = Zone { name: "Europe/Berlin".into(), offsets: vec![(Timestamp(0), 60)] };
        let morning = Timestamp(NOW.0 - 4 * 3_600_000);
        for (text, expected) in [
            ("NOW", Ok(NOW)),
            ("now", Ok(NOW)),
            ("2026-02-11T08:00:00Z", Ok(morning)),
            ("2026-02-11T09:00:00+01:00", Ok(morning)),
            ("2026-02-11T01:00:00-0700", Ok(morning)),
            ("2026-02-11T09:00:00", Ok(morning)),
            ("2026-02-11 09:00:00", Ok(morning)),
            ("11-Feb-2026 08:00:00 UTC", Ok(morning)),
            ("2026-02-11T12:04:59Z", Ok(Timestamp(NOW.0 + 299_000))),
            ("2026-02-11T12:06:00Z", Err(BadDate::InFuture)),
            ("2025-01-01T00:00:00Z", Err(BadDate::TooOld)),
            ("yesterday", Err(BadDate::Unreadable)),
            ("", Err(BadDate::Unreadable)),
        ] {
            assert_eq!(event_date(text, &berlin, NOW), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,40}") {
            _ = event_date(&text, &Zone::utc(), NOW);
        }
    }
}
