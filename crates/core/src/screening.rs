//! What a click is found to be, by what was measured about it and by what the same device did before; and what a program
//! makes of that. Nothing is thrown away: a click that is not paid keeps its row and its reason.

use crate::id::ProgramId;
use crate::refusal::Refusal;
use crate::time::{DAY_MS, MINUTE_MS};

/// The finding of a click, coarse enough to count by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Class {
    /// A person's, and the first in its window.
    Unique = 1,
    /// Another one of the same device in its window.
    Duplicate = 2,
    /// No person's, by a list or a plain sign.
    Invalid = 3,
    /// It may be a person's, and something speaks against it.
    Suspect = 4,
}

impl Class {
    pub const ALL: [Class; 4] = [Class::Unique, Class::Duplicate, Class::Invalid, Class::Suspect];

    pub fn of(found: Option<Refusal>) -> Class {
        match found {
            None => Class::Unique,
            Some(Refusal::DuplicateClick | Refusal::DoubleClick) => Class::Duplicate,
            Some(code) if SUSPECT.contains(&code) => Class::Suspect,
            Some(_) => Class::Invalid,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Class::Unique => "unique",
            Class::Duplicate => "duplicate",
            Class::Invalid => "invalid",
            Class::Suspect => "suspect",
        }
    }

    /// As reports of other platforms write it.
    pub fn letter(self) -> &'static str {
        match self {
            Class::Unique => "U",
            Class::Duplicate => "D",
            Class::Invalid => "I",
            Class::Suspect => "S",
        }
    }
}

/// What makes a click suspect, the weightiest first. A click's doubts are bits at these places.
pub const SUSPECT: [Refusal; 9] = [
    Refusal::OwnDevice,
    Refusal::DataCentre,
    Refusal::RequestAnomaly,
    Refusal::ShoppingAssistant,
    Refusal::UnusualVolume,
    Refusal::LowConversion,
    Refusal::ConversionTiming,
    Refusal::TooRegular,
    Refusal::Concentrated,
];

/// Everything that speaks against a click, as bits by the places of `SUSPECT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Doubts(pub u32);

impl Doubts {
    /// Adds a doubt where it was seen.
    pub fn note(&mut self, code: Refusal, seen: bool) {
        let place = SUSPECT.iter().position(|it| *it == code);
        self.0 |= place.filter(|_| seen).map_or(0, |place| 1 << place);
    }

    pub fn codes(self) -> impl Iterator<Item = Refusal> {
        SUSPECT.into_iter().enumerate().filter(move |(place, _)| self.0 & (1 << place) != 0).map(|(_, code)| code)
    }
}

/// What statistics ask of a partner's clicks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ClickTest {
    Volume = 1,
    Conversion = 2,
    Timing = 3,
    Regularity = 4,
    Concentration = 5,
}

impl ClickTest {
    pub const ALL: [ClickTest; 5] =
        [ClickTest::Volume, ClickTest::Conversion, ClickTest::Timing, ClickTest::Regularity, ClickTest::Concentration];

    /// What it says of clicks that fail it.
    pub fn code(self) -> Refusal {
        match self {
            ClickTest::Volume => Refusal::UnusualVolume,
            ClickTest::Conversion => Refusal::LowConversion,
            ClickTest::Timing => Refusal::ConversionTiming,
            ClickTest::Regularity => Refusal::TooRegular,
            ClickTest::Concentration => Refusal::Concentrated,
        }
    }
}

/// What is made of the clicks of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Treatment {
    /// As any other: counted in reports, paid, and it may earn credit for orders.
    Relaxed = 1,
    /// Counted, and it may earn credit, but is not paid for itself.
    Unpaid = 2,
    /// It may earn credit, but is neither counted nor paid.
    Moderate = 3,
    /// It is kept, and that is all.
    Strict = 4,
}

impl Treatment {
    pub const ALL: [Treatment; 4] = [Treatment::Relaxed, Treatment::Unpaid, Treatment::Moderate, Treatment::Strict];

    pub fn name(self) -> &'static str {
        match self {
            Treatment::Relaxed => "relaxed",
            Treatment::Unpaid => "unpaid",
            Treatment::Moderate => "moderate",
            Treatment::Strict => "strict",
        }
    }

    pub fn counts(self) -> bool {
        matches!(self, Treatment::Relaxed | Treatment::Unpaid)
    }

    pub fn pays(self) -> bool {
        self == Treatment::Relaxed
    }

    pub fn credits(self) -> bool {
        self != Treatment::Strict
    }
}

/// When a further click of the same device is a duplicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeats {
    pub window_ms: i64,
    /// Each click begins the window anew; otherwise the first begins it.
    pub rolling: bool,
    /// Sooner after the one before it, the hand slipped.
    pub double_ms: i64,
}

impl Repeats {
    pub const WINDOW_MIN_MS: i64 = MINUTE_MS;
    pub const WINDOW_MAX_MS: i64 = DAY_MS;
}

/// How a program screens clicks. The newest that was on record before a click screens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScreeningRules {
    pub program: ProgramId,
    pub repeats: Repeats,
    pub duplicate: Treatment,
    pub invalid: Treatment,
    pub suspect: Treatment,
    /// Of software that shops on a person's behalf.
    pub assistant: Treatment,
}

impl ScreeningRules {
    /// Half an hour from the last click, as the field has it; what may be a person's is left to whoever reviews it.
    pub fn default_of(program: ProgramId) -> ScreeningRules {
        ScreeningRules {
            program,
            repeats: Repeats { window_ms: 30 * MINUTE_MS, rolling: true, double_ms: 2_000 },
            duplicate: Treatment::Unpaid,
            invalid: Treatment::Strict,
            suspect: Treatment::Relaxed,
            assistant: Treatment::Relaxed,
        }
    }

    pub fn treatment(&self, found: Option<Refusal>) -> Treatment {
        match (Class::of(found), found) {
            (_, Some(Refusal::ShoppingAssistant)) => self.assistant,
            (Class::Unique, _) => Treatment::Relaxed,
            (Class::Duplicate, _) => self.duplicate,
            (Class::Invalid, _) => self.invalid,
            (Class::Suspect, _) => self.suspect,
        }
    }

    pub fn fault(&self) -> Option<Refusal> {
        let Repeats { window_ms, double_ms, .. } = self.repeats;
        let within = (Repeats::WINDOW_MIN_MS..=Repeats::WINDOW_MAX_MS).contains(&window_ms);
        (!within || !(0..=window_ms).contains(&double_ms)).then_some(Refusal::ClickWindowOutOfRange)
    }
}
