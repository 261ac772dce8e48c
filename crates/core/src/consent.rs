//! What a visitor said of being followed, and what a program takes silence for.

use crate::id::ProgramId;

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ConsentWord {
    Granted = 1,
    /// Nothing is kept that names the visitor.
    Denied = 2,
    /// Denied, and the visitor asked the click's partner for a reward: the click's id goes along to the order, and
    /// nothing else that names them is kept.
    Limited = 3,
}

impl ConsentWord {
    pub const ALL: [ConsentWord; 3] = [ConsentWord::Granted, ConsentWord::Denied, ConsentWord::Limited];

    pub fn name(self) -> &'static str {
        match self {
            ConsentWord::Granted => "granted",
            ConsentWord::Denied => "denied",
            ConsentWord::Limited => "limited",
        }
    }
}

/// Who said so. Of several that say the same, the first is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ConsentSource {
    /// The page, in a plain word.
    Explicit = 1,
    /// A string of the Transparency and Consent Framework.
    Tcf = 2,
    /// A string of the Global Privacy Platform.
    Gpp = 3,
    /// The older string for the United States.
    UsPrivacy = 4,
    /// Google Consent Mode.
    ConsentMode = 5,
    /// Shopify's customer privacy.
    Shopify = 6,
    /// Global Privacy Control, a setting of the browser.
    Gpc = 7,
    /// Nobody: the program's rule for where the visitor is.
    Rule = 8,
}

impl ConsentSource {
    pub const ALL: [ConsentSource; 8] = [
        ConsentSource::Explicit,
        ConsentSource::Tcf,
        ConsentSource::Gpp,
        ConsentSource::UsPrivacy,
        ConsentSource::ConsentMode,
        ConsentSource::Shopify,
        ConsentSource::Gpc,
        ConsentSource::Rule,
    ];

    pub fn name(self) -> &'static str {
        match self {
            ConsentSource::Explicit => "explicit",
            ConsentSource::Tcf => "tcf",
            ConsentSource::Gpp => "gpp",
            ConsentSource::UsPrivacy => "us_privacy",
            ConsentSource::ConsentMode => "consent_mode",
            ConsentSource::Shopify => "shopify",
            ConsentSource::Gpc => "gpc",
            ConsentSource::Rule => "rule",
        }
    }
}

/// The decision as it stood when a fact was taken in. A fact without one is of a program that nobody has decided for, and
/// of a visitor who said nothing; or of a server, which said nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    pub word: ConsentWord,
    pub source: ConsentSource,
    /// What the source said can't be read, which counts as denied.
    pub unreadable: bool,
    /// The source's own words; of a rule, the country that it was for. Empty where they can't be read.
    pub said: String,
}

impl Consent {
    pub fn is_granted(&self) -> bool {
        self.word == ConsentWord::Granted
    }

    /// Whether the visitor said no.
    pub fn is_refused(&self) -> bool {
        self.is_spoken() && !self.is_granted()
    }

    /// Whether the visitor said so, and not a rule for those who say nothing.
    pub fn is_spoken(&self) -> bool {
        self.source != ConsentSource::Rule
    }
}

/// Whether a fact may hold what names its person.
pub fn permits(consent: Option<&Consent>) -> bool {
    consent.is_none_or(Consent::is_granted)
}

/// Whom a program asks before it follows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum ConsentAsk {
    /// Visitors where the law asks for consent beforehand.
    #[default]
    ByRegion = 1,
    Always = 2,
    /// Nobody: who says nothing is followed.
    Never = 3,
}

impl ConsentAsk {
    pub const ALL: [ConsentAsk; 3] = [ConsentAsk::ByRegion, ConsentAsk::Always, ConsentAsk::Never];

    pub fn name(self) -> &'static str {
        match self {
            ConsentAsk::ByRegion => "by_region",
            ConsentAsk::Always => "always",
            ConsentAsk::Never => "never",
        }
    }
}

/// What a program takes silence for. A visitor who says no is heard by every program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentRules {
    pub program: ProgramId,
    pub ask: ConsentAsk,
    /// By region: a visitor whose country is not known counts as one who is asked.
    pub unknown_asks: bool,
    /// The brand's number on the list of vendors of the Transparency and Consent Framework, if it has one: then its strings
    /// must name it.
    pub vendor: Option<u16>,
}

/// The European Economic Area, the United Kingdom and Switzerland, where consent comes before the cookie.
const ASKED: [[u8; 2]; 32] = [
    *b"AT", *b"BE", *b"BG", *b"CH", *b"CY", *b"CZ", *b"DE", *b"DK", *b"EE", *b"ES", *b"FI", *b"FR", *b"GB", *b"GR",
    *b"HR", *b"HU", *b"IE", *b"IS", *b"IT", *b"LI", *b"LT", *b"LU", *b"LV", *b"MT", *b"NL", *b"NO", *b"PL", *b"PT",
    *b"RO", *b"SE", *b"SI", *b"SK",
];

/// Parts of France and Spain and others that have a code of their own and the same law.
const ASKED_ABROAD: [[u8; 2]; 8] = [*b"AX", *b"GF", *b"GI", *b"GP", *b"MF", *b"MQ", *b"RE", *b"YT"];

impl ConsentRules {
    pub fn by_region(program: ProgramId) -> ConsentRules {
        ConsentRules { program, ask: ConsentAsk::ByRegion, unknown_asks: false, vendor: None }
    }

    /// Whether silence of a visitor there is a no. Zeros: it is not known where.
    pub fn asks(&self, country: [u8; 2]) -> bool {
        match self.ask {
            ConsentAsk::Always => true,
            ConsentAsk::Never => false,
            ConsentAsk::ByRegion if country == [0; 2] => self.unknown_asks,
            ConsentAsk::ByRegion => ASKED.contains(&country) || ASKED_ABROAD.contains(&country),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn europe_is_asked_and_the_rest_is_not() {
        let rules = ConsentRules::by_region(ProgramId(1));
        for country in [b"DE", b"FR", b"GB", b"CH", b"NO", b"IS", b"LI", b"RE"] {
            assert!(rules.asks(*country), "{}", String::from_utf8_lossy(country));
        }
        for country in [b"US", b"BR", b"TR", b"UA", b"RS"] {
            assert!(!rules.asks(*country), "{}", String::from_utf8_lossy(country));
        }
        assert!(!rules.asks([0; 2]));
        assert!(ConsentRules { unknown_asks: true, ..rules.clone() }.asks([0; 2]));
        assert!(ConsentRules { ask: ConsentAsk::Always, ..rules.clone() }.asks(*b"US"));
        assert!(!ConsentRules { ask: ConsentAsk::Never, unknown_asks: true, ..rules }.asks(*b"DE"));
    }
}
