//! What visitors agreed to.

use super::Line;
use crate::consent::{Consent, ConsentAsk, ConsentRules, ConsentSource, ConsentWord};
use crate::fact::Fact;

/// `consent=denied`, `consent=limited/gpc`, `consent=granted/tcf`.
pub fn said(line: &mut Line<'_>) -> Option<Consent> {
    let (word, source) = line.option("consent").map(|it| it.split_once('/').unwrap_or((it, "explicit")))?;
    let word = ConsentWord::ALL.into_iter().find(|it| it.name() == word);
    let source = ConsentSource::ALL.into_iter().find(|it| it.name() == source);
    let (word, source) = word.zip(source).unwrap_or_else(|| panic!("nobody says so: {}", line.text));
    Some(Consent { word, source, unreadable: false, said: String::new() })
}

/// `consent-rules always`, `consent-rules by_region unknown vendor=7`.
pub fn rules(line: &mut Line<'_>) -> Fact {
    let (program, word) = (line.program(), line.word());
    let ask = ConsentAsk::ALL.into_iter().find(|it| it.name() == word).unwrap_or_else(|| panic!("{word} asks nobody"));
    let vendor = line.option("vendor").and_then(|it| it.parse().ok());
    Fact::ConsentRulesSet(ConsentRules { program, ask, unknown_asks: line.flag("unknown"), vendor })
}
