//! What a request says of consent, and what follows from it: one decision for clicks, views, visits and reports.

use referee_core::consent::{Consent, ConsentRules, ConsentSource, ConsentWord};

use referee_core::time::Timestamp;

use super::click::cut;
use super::fields::Fields;
use crate::limits::{CONSENT_CHARS_MAX, CONSENT_KEPT_CHARS_MAX, CONSENT_WORDS_MAX};

mod bits;
mod gpp;
#[cfg(test)]
mod obeyed;
mod platforms;
pub mod raw;
mod tcf;
#[cfg(test)]
mod tests;
mod us;

/// What one source says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opinion {
    Yes,
    No,
    /// Nothing that matters here.
    Silent,
    /// Something that can't be read.
    Unreadable,
}

impl Opinion {
    fn of(agrees: bool) -> Opinion {
        if agrees { Opinion::Yes } else { Opinion::No }
    }

    /// Both together: a no is a no, and what can't be read is feared to be one.
    fn and(self, other: Opinion) -> Opinion {
        let weightiest = [Opinion::No, Opinion::Unreadable, Opinion::Yes];
        weightiest.into_iter().find(|it| [self, other].contains(it)).unwrap_or(Opinion::Silent)
    }
}

/// Which words a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Explicit,
    Tcf,
    /// Whether European law applies, as those say it who send a string with it.
    Gdpr,
    Gpp,
    GppSections,
    UsPrivacy,
    ConsentMode,
    Shopify,
    Gpc,
}

/// Fields and parameters, in lower case.
const NAMES: [(&str, Kind); 13] = [
    ("consent", Kind::Explicit),
    ("tcf", Kind::Tcf),
    ("gdpr_consent", Kind::Tcf),
    ("gdpr", Kind::Gdpr),
    ("gpp", Kind::Gpp),
    ("gppsid", Kind::GppSections),
    ("gpp_sid", Kind::GppSections),
    ("us_privacy", Kind::UsPrivacy),
    ("usprivacy", Kind::UsPrivacy),
    ("gcm", Kind::ConsentMode),
    ("shopify", Kind::Shopify),
    ("gpc", Kind::Gpc),
    ("sec-gpc", Kind::Gpc),
];

/// In place of words that were not listened to: no word of consent.
const UNHEARD: &str = "\u{fffd}";

/// Whether the name is one by which consent is told.
pub fn is_told_by(name: &str) -> bool {
    NAMES.iter().any(|(it, _)| *it == name)
}

/// Everything a request says, as it says it. What is said twice is heard twice.
#[derive(Debug, Clone, Default)]
pub struct Said {
    words: Vec<(Kind, String)>,
}

impl Said {
    pub fn of_fields(fields: &Fields) -> Said {
        let mut said = Said::default();
        for (name, _) in NAMES {
            if let Some(value) = fields.get(&[name]) {
                said.hear(name, value);
            }
        }
        said
    }

    /// Takes a field or parameter, by its name in lower case. An empty one says nothing.
    pub fn hear(&mut self, name: &str, value: &str) {
        let Some((_, kind)) = NAMES.iter().find(|(it, _)| *it == name) else { return };
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        self.take(*kind, value);
    }

    fn take(&mut self, kind: Kind, value: &str) {
        if self.words.len() < CONSENT_WORDS_MAX && value.len() <= CONSENT_CHARS_MAX {
            return self.words.push((kind, value.to_owned()));
        }
        // What is said too often or at too great length is not listened to, and counts as what can't be read.
        let kind = if kind == Kind::GppSections { Kind::Gpp } else { kind };
        self.words.truncate(CONSENT_WORDS_MAX - 1);
        self.words.push((kind, UNHEARD.to_owned()));
    }

    /// With what somebody else says of the same visitor.
    pub fn and(mut self, other: &Said) -> Said {
        for (kind, value) in &other.words {
            self.take(*kind, value);
        }
        self
    }

    fn all(&self, kind: Kind) -> Vec<&str> {
        self.words.iter().filter(|(it, _)| *it == kind).map(|(_, value)| value.as_str()).collect()
    }

    fn opinion(&self, kind: Kind, value: &str, vendor: Option<u16>) -> Opinion {
        match kind {
            Kind::Explicit => match value {
                _ if value.eq_ignore_ascii_case("granted") => Opinion::Yes,
                _ if value.eq_ignore_ascii_case("denied") => Opinion::No,
                _ => Opinion::Unreadable,
            },
            Kind::Tcf => tcf::read(value).map_or(Opinion::Unreadable, |it| Opinion::of(it.permits(vendor))),
            Kind::Gdpr => match value {
                // Where it applies, the string that would be a yes comes along.
                "1" if self.all(Kind::Tcf).is_empty() => Opinion::No,
                "0" | "1" => Opinion::Silent,
                _ => Opinion::Unreadable,
            },
            Kind::Gpp => gpp::opinion(value, &self.all(Kind::GppSections), vendor),
            Kind::GppSections => Opinion::Silent,
            Kind::UsPrivacy => us::privacy(value),
            Kind::ConsentMode => platforms::consent_mode(value),
            Kind::Shopify => platforms::shopify(value),
            Kind::Gpc => match value {
                "1" => Opinion::No,
                _ if value.eq_ignore_ascii_case("true") => Opinion::No,
                "0" => Opinion::Silent,
                _ if value.eq_ignore_ascii_case("false") => Opinion::Silent,
                _ => Opinion::Unreadable,
            },
        }
    }
}

/// Where silence leads, and who is silent.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// None where nobody has decided yet.
    pub rules: Option<&'a ConsentRules>,
    /// Where the visitor's address belongs; zeros: not known.
    pub country: [u8; 2],
    /// The visitor's own software speaks. A server's silence is no visitor's: what it could join was kept with consent.
    pub of_visitor: bool,
}

/// The decision. A no of any source wins, as does what can't be read; then a yes of any; then the program's rule.
pub fn decide(said: &Said, place: Place<'_>) -> Option<Consent> {
    let vendor = place.rules.and_then(|rules| rules.vendor);
    let heard = said.words.iter().map(|(kind, value)| (*kind, value.as_str(), said.opinion(*kind, value, vendor)));
    let heard: Vec<(Kind, &str, Opinion)> = heard.collect();
    let by_opinion = |of: &[Opinion]| {
        let such = heard.iter().filter(|(_, _, opinion)| of.contains(opinion));
        such.min_by_key(|(kind, _, _)| source(*kind))
    };
    let no = by_opinion(&[Opinion::No, Opinion::Unreadable]);
    if let Some((kind, value, opinion)) = no.or(by_opinion(&[Opinion::Yes])) {
        let word = if *opinion == Opinion::Yes { ConsentWord::Granted } else { ConsentWord::Denied };
        let unreadable = *opinion == Opinion::Unreadable;
        let said = if unreadable { String::new() } else { kept(*kind, value) };
        return Some(Consent { word, source: source(*kind), unreadable, said });
    }
    let rules = place.rules.filter(|_| place.of_visitor)?;
    let word = if rules.asks(place.country) { ConsentWord::Denied } else { ConsentWord::Granted };
    let letters = std::str::from_utf8(&place.country).ok().filter(|_| place.country != [0; 2]);
    let said = letters.unwrap_or_default().to_owned();
    Some(Consent { word, source: ConsentSource::Rule, unreadable: false, said })
}

fn source(kind: Kind) -> ConsentSource {
    match kind {
        Kind::Explicit => ConsentSource::Explicit,
        Kind::Tcf | Kind::Gdpr => ConsentSource::Tcf,
        Kind::Gpp | Kind::GppSections => ConsentSource::Gpp,
        Kind::UsPrivacy => ConsentSource::UsPrivacy,
        Kind::ConsentMode => ConsentSource::ConsentMode,
        Kind::Shopify => ConsentSource::Shopify,
        Kind::Gpc => ConsentSource::Gpc,
    }
}

/// What is kept of a source's words, as proof. A plain word is the decision itself.
fn kept(kind: Kind, value: &str) -> String {
    match kind {
        Kind::Explicit | Kind::Gpc => String::new(),
        Kind::Gdpr => format!("gdpr={value}"),
        _ => cut(value, CONSENT_KEPT_CHARS_MAX),
    }
}

/// The decision for a click, or for what brings one: a partner of whom the visitor asked a reward keeps the click's id.
pub fn for_partner(consent: Option<Consent>, reward: bool) -> Option<Consent> {
    let limited =
        |it: Consent| if it.word == ConsentWord::Denied { Consent { word: ConsentWord::Limited, ..it } } else { it };
    if reward { consent.map(limited) } else { consent }
}

/// When somebody last changed what a string of the Transparency and Consent Framework says, if it can still be read.
pub fn agreed_at(text: &str) -> Option<Timestamp> {
    tcf::read(text).map(|it| it.last_updated)
}

/// Whether the visitor took back what they had agreed to: they said no themselves, now.
pub fn is_taken_back(consent: Option<&Consent>) -> bool {
    consent.is_some_and(Consent::is_refused)
}
