//! What somebody agreed to, as a number and a text.

use referee_core::consent::Consent;

use super::damaged;
use crate::error::Result;
use crate::log::number;

/// Word, source, and whether it can't be read.
pub fn consent_bits(it: &Consent) -> u32 {
    it.word as u32 | (it.source as u32) << 4 | u32::from(it.unreadable) << 12
}

pub fn consent_said(it: Option<&Consent>) -> Option<&str> {
    it.map(|it| it.said.as_str()).filter(|said| !said.is_empty())
}

pub fn consent(bits: Option<u32>, said: Option<&str>) -> Result<Option<Consent>> {
    let Some(bits) = bits else { return Ok(None) };
    Ok(Some(Consent {
        word: number::consent_word(bits & 0xf).ok_or_else(|| damaged("word of consent"))?,
        source: number::consent_source(bits >> 4 & 0xff).ok_or_else(|| damaged("source of consent"))?,
        unreadable: bits >> 12 & 1 == 1,
        said: said.unwrap_or_default().to_owned(),
    }))
}

#[cfg(test)]
mod tests {
    use referee_core::consent::{ConsentSource, ConsentWord};

    use super::*;

    #[test]
    fn every_consent_is_read_as_it_was_written() {
        for (word, source) in ConsentWord::ALL.into_iter().flat_map(|word| ConsentSource::ALL.map(|it| (word, it))) {
            for (unreadable, said) in [(false, "1YNN".to_owned()), (true, String::new())] {
                let it = Consent { word, source, unreadable, said };
                let read = consent(Some(consent_bits(&it)), consent_said(Some(&it))).expect("it is read");
                assert_eq!(read, Some(it));
            }
        }
        assert!(consent(Some(0), None).is_err() && consent(Some(0x1f4), None).is_err());
    }
}
