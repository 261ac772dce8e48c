//! Consent in words, as screens, forms and the API have it.

use referee_core::consent::{Consent, ConsentAsk, ConsentRules, ConsentSource, ConsentWord};
use referee_core::id::ProgramId;
use referee_core::time::Zone;
use referee_engine::intake::consent::agreed_at;
use referee_engine::lookup::answer::Viewer;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::console::format;

/// What is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct ConsentWords {
    /// `by_region`, `always` or `never`.
    pub ask: Option<String>,
    /// By region: whether a visitor whose country is not known is asked.
    pub unknown_country_asks: Option<bool>,
    /// The brand's number on the list of vendors; 0: none.
    pub vendor_id: Option<u16>,
}

/// A field that can't be taken, and what it should be.
pub type Wrong = (&'static str, String);

impl ConsentWords {
    /// The rules with what is said.
    pub fn read(&self, now: ConsentRules) -> Result<ConsentRules, Wrong> {
        let ask = match self.ask.as_deref() {
            None => now.ask,
            Some(name) => ConsentAsk::ALL
                .into_iter()
                .find(|it| it.name() == name)
                .ok_or_else(|| ("ask", "It is by_region, always or never.".to_owned()))?,
        };
        let vendor = self.vendor_id.map_or(now.vendor, |id| Some(id).filter(|id| *id != 0));
        let unknown_asks = self.unknown_country_asks.unwrap_or(now.unknown_asks);
        Ok(ConsentRules { program: now.program, ask, unknown_asks, vendor })
    }
}

impl From<&ConsentRules> for ConsentWords {
    fn from(rules: &ConsentRules) -> ConsentWords {
        ConsentWords {
            ask: Some(rules.ask.name().to_owned()),
            unknown_country_asks: Some(rules.unknown_asks),
            vendor_id: Some(rules.vendor.unwrap_or_default()),
        }
    }
}

/// The rules that a change begins with: those of the program, or those that are proposed where nobody has decided.
pub fn rules_now(config: &referee_core::config::Config, program: ProgramId) -> ConsentRules {
    config.consent.get(&program).cloned().unwrap_or_else(|| ConsentRules::by_region(program))
}

/// When visitors are followed, by each choice. Europe is short for where the rules ask.
pub const CHOICES: [(ConsentAsk, &str); 3] = [
    (ConsentAsk::ByRegion, "By region: in Europe once they agree, elsewhere until they object"),
    (ConsentAsk::Always, "Always ask: once they agree"),
    (ConsentAsk::Never, "Not needed: until they object"),
];

pub const EUROPE: &str = "Europe stands for the European Economic Area, the United Kingdom and Switzerland.";

fn source(it: ConsentSource) -> &'static str {
    match it {
        ConsentSource::Explicit => "the page's own word",
        ConsentSource::Tcf => "a string of the Transparency and Consent Framework",
        ConsentSource::Gpp => "a string of the Global Privacy Platform",
        ConsentSource::UsPrivacy => "a US Privacy string",
        ConsentSource::ConsentMode => "Google Consent Mode",
        ConsentSource::Shopify => "Shopify's customer privacy",
        ConsentSource::Gpc => "Global Privacy Control of the browser",
        ConsentSource::Rule => "the program's rule",
    }
}

fn word(it: ConsentWord) -> &'static str {
    match it {
        ConsentWord::Granted => "Granted",
        ConsentWord::Denied => "Denied",
        ConsentWord::Limited => "Denied, but for the reward that the visitor asked for",
    }
}

/// How it stood and who said so.
pub fn sentence(it: &Consent, zone: &Zone) -> String {
    let (word, by) = (word(it.word), source(it.source));
    let country = || if it.said.is_empty() { "an unknown country" } else { it.said.as_str() };
    match it.source {
        _ if it.unreadable => format!("{word}: what came as {by} can't be read"),
        ConsentSource::Rule => format!("{word}: nothing was said, and {by} for {} counts", country()),
        ConsentSource::Tcf => match agreed_at(&it.said) {
            Some(at) => format!("{word} by {by}, last changed on {}", format::date(at, zone)),
            None => format!("{word} by {by}"),
        },
        _ => format!("{word} by {by}"),
    }
}

/// For the API. The visitor's own string is the brand's alone.
pub fn told(it: Option<&Consent>, viewer: Viewer) -> Value {
    let Some(it) = it else { return Value::Null };
    let mut told = json!({ "decision": it.word.name(), "source": it.source.name(), "unreadable": it.unreadable });
    if viewer == Viewer::Brand {
        told["said"] = json!(it.said);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_alike() {
        let rules =
            ConsentRules { ask: ConsentAsk::Always, vendor: Some(755), ..ConsentRules::by_region(ProgramId(1)) };
        assert_eq!(ConsentWords::from(&rules).read(ConsentRules::by_region(ProgramId(1))), Ok(rules.clone()));
        assert_eq!(ConsentWords::default().read(rules.clone()), Ok(rules.clone()), "nothing said, nothing changed");
        let none = ConsentWords { vendor_id: Some(0), ..ConsentWords::default() };
        assert_eq!(none.read(rules.clone()).map(|it| it.vendor), Ok(None));
        let wrong = ConsentWords { ask: Some("sometimes".into()), ..ConsentWords::default() };
        assert_eq!(wrong.read(rules).expect_err("wrong").0, "ask");
    }

    #[test]
    fn a_decision_is_a_sentence() {
        let it = |word, source, unreadable, said: &str| Consent { word, source, unreadable, said: said.into() };
        let zone = Zone::default();
        let denied = it(ConsentWord::Denied, ConsentSource::Rule, false, "DE");
        assert_eq!(sentence(&denied, &zone), "Denied: nothing was said, and the program's rule for DE counts");
        let garbage = it(ConsentWord::Denied, ConsentSource::Gpp, true, "");
        assert_eq!(
            sentence(&garbage, &zone),
            "Denied: what came as a string of the Global Privacy Platform can't be read"
        );
        assert_eq!(told(Some(&denied), Viewer::Brand)["said"], "DE");
        assert_eq!(told(None, Viewer::Brand), Value::Null);
    }
}
