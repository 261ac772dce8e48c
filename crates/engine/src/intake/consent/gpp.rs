//! Strings of the Global Privacy Platform: a header that says which sections follow, and the sections, of which those for
//! Europe, Canada and the United States are read.

use super::Opinion;
use super::bits::Bits;
use super::{tcf, us};

const HEADER: u64 = 3;
const VERSION: u64 = 1;
/// More sections than there are regions, so that a made-up header asks for nothing long.
const SECTIONS_MAX: usize = 64;
const TCF_EU: u64 = 2;
const TCF_CANADA: u64 = 5;
const US_PRIVACY: u64 = 6;
/// In place of a section: whoever asks for consent does not know yet which applies.
const UNDECIDED: i64 = 0;

/// What a string says where these sections apply, which may be told more than once; told of none: all that it has.
pub fn opinion(text: &str, applicable: &[&str], vendor: Option<u16>) -> Opinion {
    let Some(sections) = sections(text) else { return Opinion::Unreadable };
    let Some(told) = applicable.iter().map(|text| numbers(text)).collect::<Option<Vec<_>>>() else {
        return Opinion::Unreadable;
    };
    let told = told.concat();
    if told.is_empty() || told.contains(&UNDECIDED) {
        return all_of(&sections, vendor);
    }
    let numbers: Vec<u64> = told.into_iter().filter_map(|number| u64::try_from(number).ok()).collect();
    // A section that applies and is not there is a string that is not whole.
    let missing = numbers.iter().any(|number| sections.iter().all(|(it, _)| it != number));
    let applies = sections.into_iter().filter(|(it, _)| numbers.contains(it)).collect::<Vec<_>>();
    if missing { Opinion::Unreadable } else { all_of(&applies, vendor) }
}

fn all_of(sections: &[(u64, &str)], vendor: Option<u16>) -> Opinion {
    let opinions = sections.iter().map(|(number, text)| section(*number, text, vendor));
    opinions.fold(Opinion::Silent, Opinion::and)
}

fn section(number: u64, text: &str, vendor: Option<u16>) -> Opinion {
    match number {
        TCF_EU => tcf::read(text).map_or(Opinion::Unreadable, |it| Opinion::of(it.permits(vendor))),
        TCF_CANADA => canada(text),
        US_PRIVACY => us::privacy(text),
        number => us::section(number, text),
    }
}

/// Canada's law knows consent that was given and consent that follows from what somebody does, and the string says both by
/// purpose. Its lists of vendors are left unread.
fn canada(text: &str) -> Opinion {
    const VERSION: u64 = 1;
    const BEFORE_PURPOSES: usize = 36 + 36 + 12 + 12 + 6 + 12 + 12 + 6 + 1 + 12;
    let agreed = |segment: &str| {
        let mut bits = Bits::of(segment)?;
        let version = bits.number(6)?;
        bits.skip(BEFORE_PURPOSES)?;
        let (express, implied) = (bits.number(24)?, bits.number(24)?);
        (version == VERSION).then_some(express | implied)
    };
    let mut segments = text.split('.');
    let core = segments.next().and_then(agreed);
    match core.filter(|_| segments.all(|segment| Bits::of(segment).is_some())) {
        Some(purposes) => Opinion::of(tcf::NEEDED.iter().all(|purpose| purposes >> (24 - purpose) & 1 == 1)),
        None => Opinion::Unreadable,
    }
}

/// `2,7` or `2_7`, with or without blanks. Below 0: none applies.
fn numbers(text: &str) -> Option<Vec<i64>> {
    let words = text.split([',', '_']).map(str::trim).filter(|word| !word.is_empty()).take(SECTIONS_MAX);
    words.map(|word| word.parse().ok()).collect()
}

/// The sections with their numbers, in the order in which they follow the header.
fn sections(text: &str) -> Option<Vec<(u64, &str)>> {
    // Sections that are not read may hold nothing else either.
    let known = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'_' | b'.' | b'~');
    if !text.bytes().all(known) {
        return None;
    }
    let mut parts = text.split('~');
    let mut header = Bits::of(parts.next()?)?;
    if header.number(6)? != HEADER || header.number(6)? != VERSION {
        return None;
    }
    let mut numbers = Vec::new();
    let mut last = 0_u64;
    for _ in 0..header.number(12)? {
        let is_range = header.bit()?;
        let first = last.checked_add(header.fibonacci()?)?;
        last = if is_range { first.checked_add(header.fibonacci()?)? } else { first };
        if last - first >= SECTIONS_MAX as u64 || numbers.len() >= SECTIONS_MAX {
            return None;
        }
        numbers.extend(first..=last);
    }
    let texts: Vec<&str> = parts.collect();
    (texts.len() == numbers.len()).then(|| numbers.into_iter().zip(texts).collect())
}
