//! Time zones by name, as the tables that the rules work with.

use jiff::tz::TimeZone;
use referee_core::time::{Timestamp, Zone};

use crate::error::{Error, Result};

/// Years of changes a table holds from the moment it is made: setting the program again renews it.
const YEARS_AHEAD: i64 = 20;
const YEAR_MS: i64 = 366 * 24 * 60 * 60 * 1_000;

/// The table of a zone by its IANA name, for events around and after `now`.
pub fn zone(name: &str, now: Timestamp) -> Result<Zone> {
    let unknown = |error: jiff::Error| Error::setup(format!("find the time zone {name:?}"), error);
    let zone = TimeZone::get(name).map_err(unknown)?;
    // Events may be claimed for some time back.
    let from = jiff::Timestamp::from_millisecond(now.0 - YEAR_MS).map_err(unknown)?;
    let mut offsets = vec![(Timestamp(i64::MIN), zone.to_offset(from).seconds() / 60)];
    for change in zone.following(from) {
        let at = change.timestamp().as_millisecond();
        if at > now.0 + YEARS_AHEAD * YEAR_MS {
            break;
        }
        offsets.push((Timestamp(at), change.offset().seconds() / 60));
    }
    Ok(Zone { name: name.to_owned(), offsets })
}

#[cfg(test)]
mod tests {
    use referee_core::time::Day;

    use super::*;

    #[test]
    fn days_follow_daylight_saving() {
        // 2026-11-24 in UTC.
        let zone = zone("Europe/Berlin", Timestamp(1_795_478_400_000)).unwrap();
        let day = |text: &str| zone.day(Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond()));
        assert_eq!(day("2027-03-27T23:30:00Z"), Day(20_905));
        assert_eq!(day("2027-03-28T21:59:59Z"), Day(20_905));
        assert_eq!(day("2027-03-28T22:00:00Z"), Day(20_906));
        let start = zone.start_of(Day(20_905));
        assert_eq!(jiff::Timestamp::from_millisecond(start.0).unwrap().to_string(), "2027-03-27T23:00:00Z");
    }

    #[test]
    fn an_unknown_name_is_said() {
        assert!(zone("Mars/Olympus", Timestamp(0)).is_err());
    }
}
