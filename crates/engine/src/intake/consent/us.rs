//! What visitors of the United States opted out of. Who did not opt out has agreed to nothing either: no such string is a
//! yes, and a program that asks everybody still asks.

use super::Opinion;
use super::bits::Bits;

/// Bits of the number of a section's version, and of each field behind it.
const VERSION_BITS: usize = 6;
const FIELD_BITS: usize = 2;
const OPTED_OUT: u64 = 1;
const OPTED_IN: u64 = 2;
/// The part that repeats what the browser says of Global Privacy Control.
const SEGMENT_GPC: u64 = 1;

/// `1YNN`: a version, whether there was a notice, whether the visitor opted out of the sale of data, and a contract.
pub fn privacy(text: &str) -> Opinion {
    let [b'1', rest @ ..] = text.as_bytes() else { return Opinion::Unreadable };
    let known = rest.len() == 3 && rest.iter().all(|letter| matches!(letter.to_ascii_uppercase(), b'Y' | b'N' | b'-'));
    match rest.get(1).map(u8::to_ascii_uppercase) {
        _ if !known => Opinion::Unreadable,
        Some(b'Y') => Opinion::No,
        _ => Opinion::Silent,
    }
}

/// Which fields of a section say that the visitor opted out: of sale, of sharing, of advertising aimed at them. Nothing for
/// a section that is not one of the United States.
fn opt_outs(section: u64) -> &'static [usize] {
    match section {
        // The whole country.
        7 => &[6, 7, 8],
        // California.
        8 => &[3, 4],
        // Utah and Iowa, with one notice more.
        11 | 18 => &[4, 5],
        9 | 10 | 12..=17 | 19..=23 => &[3, 4],
        // Maryland, Indiana, Kentucky and Rhode Island, with two fields before the notices.
        24..=27 => &[5, 6],
        _ => &[],
    }
}

/// A section of one state, or of the whole country.
pub fn section(number: u64, text: &str) -> Opinion {
    let fields = opt_outs(number);
    if fields.is_empty() {
        return Opinion::Silent;
    }
    let mut segments = text.split('.');
    let core = segments.next().and_then(|core| opted_out(number, core, fields));
    // In these, what follows is of sensitive data, of which nothing is asked here.
    let control = match number {
        25..=27 => Some(false),
        _ => segments.try_fold(false, |said, segment| Some(said | control(segment)?)),
    };
    match (core, control) {
        (Some(false), Some(false)) => Opinion::Silent,
        (Some(_), Some(_)) => Opinion::No,
        _ => Opinion::Unreadable,
    }
}

fn opted_out(number: u64, core: &str, fields: &[usize]) -> Option<bool> {
    let bits = Bits::of(core)?;
    let version = bits.from(0)?.number(VERSION_BITS as u32)?;
    let known = version == 1 || (number == 7 && version == 2);
    let mut out = false;
    for field in fields {
        let said = bits.from(VERSION_BITS + field * FIELD_BITS)?.number(FIELD_BITS as u32)?;
        if said > OPTED_IN {
            return None;
        }
        out |= said == OPTED_OUT;
    }
    known.then_some(out)
}

fn control(segment: &str) -> Option<bool> {
    let mut bits = Bits::of(segment)?;
    (bits.number(2)? == SEGMENT_GPC).then(|| bits.bit())?
}
