//! What visitors agreed to, to the wire and back.

use referee_core::consent::{Consent, ConsentRules};
use referee_core::id::ProgramId;

use super::known;
use crate::error::Result;
use crate::log::{number, wire};

pub fn consent_out(it: &Consent) -> wire::Consent {
    let (word, source) = (it.word as u32, it.source as u32);
    wire::Consent { word, source, unreadable: it.unreadable, said: it.said.clone() }
}

pub fn consent_in(it: wire::Consent) -> Result<Consent> {
    Ok(Consent {
        word: known(number::consent_word(it.word), "word of consent")?,
        source: known(number::consent_source(it.source), "source of consent")?,
        unreadable: it.unreadable,
        said: it.said,
    })
}

pub fn rules_out(it: &ConsentRules) -> wire::ConsentRules {
    let vendor = it.vendor.map(u32::from);
    wire::ConsentRules { program: it.program.0, ask: it.ask as u32, unknown_asks: it.unknown_asks, vendor }
}

pub fn rules_in(it: wire::ConsentRules) -> Result<ConsentRules> {
    let vendor = it.vendor.map(|vendor| known(u16::try_from(vendor).ok(), "vendor"));
    Ok(ConsentRules {
        program: ProgramId(it.program),
        ask: known(number::consent_ask(it.ask), "rule of consent")?,
        unknown_asks: it.unknown_asks,
        vendor: vendor.transpose()?,
    })
}
