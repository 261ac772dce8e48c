//! Rules of screening in words, as forms and the API have them.

use referee_core::screening::{Repeats, ScreeningRules, Treatment};
use referee_core::time::MINUTE_MS;
use serde::{Deserialize, Serialize};

/// What is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct ScreeningWords {
    /// In which a further click of the same device is a duplicate.
    pub window_minutes: Option<u32>,
    /// `rolling` or `fixed`.
    pub window: Option<String>,
    /// Sooner after the one before it, a click is the second of a double click.
    pub double_click_ms: Option<u32>,
    pub duplicate: Option<String>,
    pub invalid: Option<String>,
    pub suspect: Option<String>,
    pub assistant: Option<String>,
}

/// A field that can't be taken, and what it should be.
pub type Wrong = (&'static str, String);

/// Minutes that a window has at least and at most.
pub const WINDOW_MINUTES: [i64; 2] = [Repeats::WINDOW_MIN_MS / MINUTE_MS, Repeats::WINDOW_MAX_MS / MINUTE_MS];

impl ScreeningWords {
    /// The rules with what is said.
    pub fn read(&self, now: ScreeningRules) -> Result<ScreeningRules, Wrong> {
        let repeats = Repeats {
            window_ms: self.window_minutes.map_or(now.repeats.window_ms, |it| i64::from(it) * MINUTE_MS),
            rolling: match self.window.as_deref() {
                None => now.repeats.rolling,
                Some("rolling") => true,
                Some("fixed") => false,
                Some(_) => return Err(("window", "It is rolling or fixed.".to_owned())),
            },
            double_ms: self.double_click_ms.map_or(now.repeats.double_ms, i64::from),
        };
        if !(Repeats::WINDOW_MIN_MS..=Repeats::WINDOW_MAX_MS).contains(&repeats.window_ms) {
            let [least, most] = WINDOW_MINUTES;
            return Err(("window_minutes", format!("It is {least} to {most} minutes.")));
        }
        if repeats.double_ms > repeats.window_ms {
            let message = "A double click is no longer than the window of duplicates.";
            return Err(("double_click_ms", message.to_owned()));
        }
        Ok(ScreeningRules {
            program: now.program,
            repeats,
            duplicate: treatment("duplicate", self.duplicate.as_deref(), now.duplicate)?,
            invalid: treatment("invalid", self.invalid.as_deref(), now.invalid)?,
            suspect: treatment("suspect", self.suspect.as_deref(), now.suspect)?,
            assistant: treatment("assistant", self.assistant.as_deref(), now.assistant)?,
        })
    }
}

impl From<&ScreeningRules> for ScreeningWords {
    fn from(rules: &ScreeningRules) -> ScreeningWords {
        let number = |number: i64| u32::try_from(number).ok();
        let name = |it: Treatment| Some(it.name().to_owned());
        ScreeningWords {
            window_minutes: number(rules.repeats.window_ms / MINUTE_MS),
            window: Some(if rules.repeats.rolling { "rolling" } else { "fixed" }.to_owned()),
            double_click_ms: number(rules.repeats.double_ms),
            duplicate: name(rules.duplicate),
            invalid: name(rules.invalid),
            suspect: name(rules.suspect),
            assistant: name(rules.assistant),
        }
    }
}

fn treatment(field: &'static str, name: Option<&str>, now: Treatment) -> Result<Treatment, Wrong> {
    let Some(name) = name else { return Ok(now) };
    let found = Treatment::ALL.into_iter().find(|it| it.name() == name);
    found.ok_or_else(|| (field, "It is relaxed, unpaid, moderate or strict.".to_owned()))
}

/// What a treatment means, in a few words.
pub fn meaning(it: Treatment) -> &'static str {
    match it {
        Treatment::Relaxed => "counted, paid, may earn credit",
        Treatment::Unpaid => "counted, not paid, may earn credit",
        Treatment::Moderate => "not counted, not paid, may earn credit",
        Treatment::Strict => "kept and nothing more",
    }
}

/// Clicks that are treated alike: how a form names the field, whose they are, and which of them there are.
pub const TREATED: [(&str, &str, &str); 4] = [
    (
        "duplicate",
        "Duplicates",
        "a further click of the same device on the partner's links within the window, and the second of a double click",
    ),
    (
        "invalid",
        "Invalid traffic",
        "no person's by a plain sign: robots, prefetches, embedded requests, driven browsers",
    ),
    (
        "suspect",
        "Suspect traffic",
        "something speaks against it: a data centre, a request that does not fit together, statistics of the partner's day",
    ),
    ("assistant", "Shopping assistants", "software that shops on a person's behalf"),
];

/// How a class is treated, by the field's name.
pub fn treated(rules: &ScreeningRules, field: &str) -> Treatment {
    match field {
        "duplicate" => rules.duplicate,
        "invalid" => rules.invalid,
        "suspect" => rules.suspect,
        _ => rules.assistant,
    }
}

#[cfg(test)]
mod tests {
    use referee_core::id::ProgramId;

    use super::*;

    #[test]
    fn what_is_read_is_written_alike() {
        let rules = ScreeningRules::default_of(ProgramId(1));
        let words = ScreeningWords::from(&rules);
        assert_eq!((words.window_minutes, words.double_click_ms), (Some(30), Some(2_000)));
        assert_eq!(words.read(rules.clone()), Ok(rules.clone()));
        assert_eq!(ScreeningWords::default().read(rules.clone()), Ok(rules.clone()), "nothing said, nothing changed");
        let said = ScreeningWords {
            window_minutes: Some(1_440),
            window: Some("fixed".into()),
            suspect: Some("moderate".into()),
            ..ScreeningWords::default()
        };
        let read = said.read(rules).expect("they are words");
        assert_eq!((read.repeats.rolling, read.suspect, read.fault()), (false, Treatment::Moderate, None));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = |words: ScreeningWords| words.read(ScreeningRules::default_of(ProgramId(1))).expect_err("wrong").0;
        let none = ScreeningWords::default;
        assert_eq!(wrong(ScreeningWords { window_minutes: Some(0), ..none() }), "window_minutes");
        assert_eq!(wrong(ScreeningWords { window_minutes: Some(1_441), ..none() }), "window_minutes");
        assert_eq!(wrong(ScreeningWords { double_click_ms: Some(1_800_001), ..none() }), "double_click_ms");
        assert_eq!(wrong(ScreeningWords { window: Some("sliding".into()), ..none() }), "window");
        assert_eq!(wrong(ScreeningWords { invalid: Some("none".into()), ..none() }), "invalid");
    }
}
