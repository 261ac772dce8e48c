//! Strings of the Global Privacy Platform: a header that says which sections follow, and the sections, of which those for
//! Europe and the United States are read.

use super::Opinion;
use super::bits::Bits;
use super::{tcf, us};

const HEADER: u64 = 3;
const VERSION: u64 = 1;
/// More sections than there are regions, so that a made-up header asks for nothing long.
const SECTIONS_MAX: usize = 64;
const TCF_EU: u64 = 2;
const US_PRIVACY: u64 = 6;

/// What a string says where these sections apply; none named: all that it has.
pub fn opinion(text: &str, applicable: Option<&str>, vendor: Option<u16>) -> Opinion {
    match (sections(text), applicable.map(numbers)) {
        (Some(sections), None) => all_of(&sections, vendor),
        (Some(sections), Some(Some(numbers))) => {
            // A section that applies and is not there is a string that is not whole.
            let missing = numbers.iter().any(|number| sections.iter().all(|(it, _)| it != number));
            let applies = sections.into_iter().filter(|(it, _)| numbers.contains(it)).collect::<Vec<_>>();
            if missing { Opinion::Unreadable } else { all_of(&applies, vendor) }
        }
        _ => Opinion::Unreadable,
    }
}

fn all_of(sections: &[(u64, &str)], vendor: Option<u16>) -> Opinion {
    let opinions = sections.iter().map(|(number, text)| section(*number, text, vendor));
    opinions.fold(Opinion::Silent, Opinion::and)
}

fn section(number: u64, text: &str, vendor: Option<u16>) -> Opinion {
    match number {
        TCF_EU => tcf::read(text).map_or(Opinion::Unreadable, |it| Opinion::of(it.permits(vendor))),
        US_PRIVACY => us::privacy(text),
        number => us::section(number, text),
    }
}

/// `2,7`, with or without blanks. What is below 1 says that nothing applies or that nobody knows.
fn numbers(text: &str) -> Option<Vec<u64>> {
    let words = text.split([',', '_']).map(str::trim).filter(|word| !word.is_empty()).take(SECTIONS_MAX);
    let numbers = words.map(|word| word.parse::<i64>().ok()).collect::<Option<Vec<_>>>()?;
    Some(numbers.into_iter().filter_map(|number| u64::try_from(number).ok()).filter(|number| *number > 0).collect())
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
