//! Weekdays and hours as they are written down.

use referee_core::condition::Word;
use referee_core::overlay::{DAY_MINUTES, Repeat};

/// `monday`, from Monday on.
pub fn weekdays() -> &'static [&'static str] {
    Word::Weekday.values().unwrap_or_default()
}

/// `18:00`; the day ends at `24:00`.
pub fn time_text(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn minute(text: &str) -> Option<u16> {
    let two = |text: &str| text.parse().ok().filter(|_| text.len() == 2 && text.bytes().all(|it| it.is_ascii_digit()));
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (u16, u16) = (two(hours)?, two(minutes)?);
    Some(hours * 60 + minutes).filter(|all| minutes < 60 && *all <= DAY_MINUTES)
}

/// When an overlay is on, or the field that is wrong and why. What is empty leaves nothing out.
pub fn repeat<T: AsRef<str>>(named: &[T], from: &str, until: &str) -> Result<Repeat, (&'static str, String)> {
    let known = |name: &T| {
        let name = name.as_ref().trim().to_lowercase();
        let place = weekdays().iter().position(|it| *it == name).and_then(|place| u8::try_from(place).ok());
        place.ok_or_else(|| ("weekdays", format!("{name:?} is no weekday. There are {}.", weekdays().join(", "))))
    };
    let time = |field: &'static str, text: &str, left_out: u16| match text.trim() {
        "" => Ok(left_out),
        text => minute(text).ok_or_else(|| (field, format!("{text:?} is no time of day such as 18:00."))),
    };
    Ok(Repeat {
        weekdays: named.iter().map(known).collect::<Result<_, _>>()?,
        from: time("from_time", from, 0)?,
        until: time("until_time", until, DAY_MINUTES)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekdays_and_hours_are_read_as_they_are_written() {
        let nothing: [&str; 0] = [];
        assert_eq!(repeat(&nothing, "", " "), Ok(Repeat::default()));
        let evenings = Repeat { weekdays: vec![5, 6], from: 18 * 60, until: 22 * 60 + 5 };
        assert_eq!(repeat(&["saturday", "Sunday"], "18:00", "22:05"), Ok(evenings));
        assert_eq!(repeat(&nothing, "00:00", "24:00"), Ok(Repeat::default()));
        assert_eq!([0, 65, DAY_MINUTES].map(time_text), ["00:00", "01:05", "24:00"]);
        for text in ["24:01", "18", "18:60", "1:00", "+1:00", "18:00:00", "noon"] {
            assert_eq!(repeat(&nothing, text, "").map_err(|it| it.0), Err("from_time"), "{text}");
            assert_eq!(repeat(&nothing, "", text).map_err(|it| it.0), Err("until_time"), "{text}");
        }
        assert_eq!(repeat(&["someday"], "", "").map_err(|it| it.0), Err("weekdays"));
    }
}
