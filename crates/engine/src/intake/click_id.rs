//! Click ids: sealed, so that nothing in them can be read, altered or made up, and self-describing, so that whoever
//! opens one needs no look-up.
//!
//! A key's number in clear, then AES-SIV with the program as associated data over a version, flags, partner, ad and
//! click number; 47 characters of URL-safe base64.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};

use aes_siv::KeyInit;
use aes_siv::siv::Aes256Siv;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use referee_core::fact::ClickRef;
use referee_core::id::{AdId, ClickNo, PartnerId, ProgramId};
use referee_core::time::Timestamp;

use super::keys::BrandKeys;

const VERSION: u8 = 1;
const FLAG_UNRECORDED: u8 = 1;
const PLAIN_BYTES: usize = 18;
const SEAL_BYTES: usize = 16;
/// No id is longer, whatever version made it.
pub const CLICK_ID_CHARS_MAX: usize = 64;

/// 2020-01-01, from where click numbers count their milliseconds.
const EPOCH_MS: i64 = 1_577_836_800_000;
const SEQUENCE_BITS: u32 = 12;
const EDGE_BITS: u32 = 10;

/// Why an id can't be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unopened {
    #[error("it is not a click id")]
    Malformed,
    #[error("it was sealed with a key that is not known here")]
    UnknownKey,
    #[error("it was altered, or made for another program")]
    Forged,
}

/// What an id says, once opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    Click(ClickRef),
    /// Issued without a click, to be joined to a person later.
    Journey(ClickNo),
}

/// Seals a click's id. `None` only if the brand has no key, which its creation rules out.
pub fn seal(keys: &BrandKeys, click: &ClickRef) -> Option<String> {
    let (key_id, key) = keys.click_ids.last()?;
    let mut plain = [0; PLAIN_BYTES];
    plain[0] = VERSION;
    plain[1] = if click.unrecorded { FLAG_UNRECORDED } else { 0 };
    plain[2..6].copy_from_slice(&click.partner.0.to_be_bytes());
    plain[6..10].copy_from_slice(&click.ad.0.to_be_bytes());
    plain[10..].copy_from_slice(&click.no.0.to_be_bytes());
    let sealed = sealed(key, click.program, &plain)?;
    let mut bytes = Vec::with_capacity(1 + sealed.len());
    bytes.push(*key_id);
    bytes.extend_from_slice(&sealed);
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

thread_local! {
    /// The key that sealed last, made ready: most clicks in a row are one brand's.
    static READY: RefCell<Option<([u8; 64], Aes256Siv)>> = const { RefCell::new(None) };
}

fn sealed(key: &[u8; 64], program: ProgramId, plain: &[u8]) -> Option<Vec<u8>> {
    READY.with_borrow_mut(|ready| {
        if ready.as_ref().is_none_or(|(of, _)| of != key) {
            *ready = Some((*key, Aes256Siv::new(&(*key).into())));
        }
        let (_, cipher) = ready.as_mut()?;
        cipher.encrypt([program_bytes(program)], plain).ok()
    })
}

/// Seals an id for somebody who did not click.
pub fn seal_journey(keys: &BrandKeys, program: ProgramId, no: ClickNo) -> Option<String> {
    let (partner, ad, clicked_at) = (PartnerId(0), AdId(0), moment_of(no));
    seal(keys, &ClickRef { no, program, partner, ad, clicked_at, unrecorded: false })
}

pub fn open(keys: &BrandKeys, program: ProgramId, id: &str) -> Result<Opened, Unopened> {
    if id.len() > CLICK_ID_CHARS_MAX {
        return Err(Unopened::Malformed);
    }
    let bytes = URL_SAFE_NO_PAD.decode(id).map_err(|_| Unopened::Malformed)?;
    let (key_id, sealed) = bytes.split_first().ok_or(Unopened::Malformed)?;
    if sealed.len() != PLAIN_BYTES + SEAL_BYTES {
        return Err(Unopened::Malformed);
    }
    let (_, key) = keys.click_ids.iter().find(|(id, _)| id == key_id).ok_or(Unopened::UnknownKey)?;
    let plain =
        Aes256Siv::new(&(*key).into()).decrypt([program_bytes(program)], sealed).map_err(|_| Unopened::Forged)?;
    let number = |from: usize| u32::from_be_bytes([plain[from], plain[from + 1], plain[from + 2], plain[from + 3]]);
    if plain[0] != VERSION {
        return Err(Unopened::Malformed);
    }
    let no = ClickNo(u64::from(number(10)) << 32 | u64::from(number(14)));
    let (partner, ad, clicked_at) = (PartnerId(number(2)), AdId(number(6)), moment_of(no));
    if partner == PartnerId(0) && ad == AdId(0) {
        return Ok(Opened::Journey(no));
    }
    let unrecorded = plain[1] & FLAG_UNRECORDED != 0;
    Ok(Opened::Click(ClickRef { no, program, partner, ad, clicked_at, unrecorded }))
}

fn program_bytes(program: ProgramId) -> [u8; 4] {
    program.0.to_be_bytes()
}

/// When a number was minted.
pub fn moment_of(no: ClickNo) -> Timestamp {
    let ms = no.0 >> (SEQUENCE_BITS + EDGE_BITS);
    Timestamp(EPOCH_MS.saturating_add_unsigned(ms))
}

/// No number minted at a moment or later is smaller.
pub fn first_number_at(at: Timestamp) -> ClickNo {
    ClickNo(u64::try_from(at.0 - EPOCH_MS).unwrap_or(0) << (SEQUENCE_BITS + EDGE_BITS))
}

/// Mints click numbers: milliseconds, the edge's number, a sequence. Never the same twice, never smaller than before,
/// also when the clock steps back or a millisecond has more clicks than the sequence.
pub struct ClickNumbers {
    edge: u64,
    /// Milliseconds and sequence of the last number.
    last: AtomicU64,
}

impl ClickNumbers {
    pub fn new(edge: u16) -> ClickNumbers {
        ClickNumbers { edge: u64::from(edge), last: AtomicU64::new(0) }
    }

    pub fn next(&self, now: Timestamp) -> ClickNo {
        let ms = u64::try_from(now.0 - EPOCH_MS).unwrap_or(0);
        let first_now = ms << SEQUENCE_BITS;
        // What was drawn last is never drawn again; running over the sequence borrows from the next millisecond.
        let drawn = |last: u64| Some(first_now.max(last + 1));
        let last = self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, drawn).unwrap_or_default();
        let this = first_now.max(last + 1);
        let (ms, sequence) = (this >> SEQUENCE_BITS, this & ((1 << SEQUENCE_BITS) - 1));
        ClickNo(ms << (SEQUENCE_BITS + EDGE_BITS) | self.edge << SEQUENCE_BITS | sequence)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys() -> BrandKeys {
        BrandKeys::new([1; 32], vec![(1, [2; 64]), (2, [3; 64])])
    }

    fn click(no: u64) -> ClickRef {
        let clicked_at = moment_of(ClickNo(no));
        ClickRef {
            no: ClickNo(no),
            program: ProgramId(7),
            partner: PartnerId(11),
            ad: AdId(5),
            clicked_at,
            unrecorded: true,
        }
    }

    #[test]
    fn an_id_says_what_was_sealed() {
        let id = seal(&keys(), &click(0x0102_0304_0506_0708)).unwrap();
        assert_eq!(id.len(), 47);
        assert_eq!(open(&keys(), ProgramId(7), &id), Ok(Opened::Click(click(0x0102_0304_0506_0708))));
        assert_eq!(open(&keys(), ProgramId(8), &id), Err(Unopened::Forged));
        let old = BrandKeys { click_ids: vec![(1, [2; 64])], ..keys() };
        assert_eq!(open(&old, ProgramId(7), &id), Err(Unopened::UnknownKey));
    }

    #[test]
    fn an_old_key_still_opens() {
        let old = BrandKeys { click_ids: vec![(1, [2; 64])], ..keys() };
        let id = seal(&old, &click(9)).unwrap();
        assert!(open(&keys(), ProgramId(7), &id).is_ok());
    }

    #[test]
    fn any_other_character_is_noticed() {
        let id = seal(&keys(), &click(42)).unwrap();
        for place in 0..id.len() {
            for letter in ['A', 'z', '0', '-', '_', '!'] {
                let mut other: Vec<char> = id.chars().collect();
                if other[place] == letter {
                    continue;
                }
                other[place] = letter;
                let other: String = other.into_iter().collect();
                assert!(open(&keys(), ProgramId(7), &other).is_err(), "{other}");
            }
        }
    }

    #[test]
    fn numbers_grow_whatever_the_clock_does() {
        let numbers = ClickNumbers::new(3);
        let mut last = ClickNo(0);
        for at in [2_000, 1_000, 2_000, 2_000].into_iter().chain((0..10_000).map(|_| 2_000)) {
            let next = numbers.next(Timestamp(EPOCH_MS + at));
            assert!(next > last);
            last = next;
        }
        assert_eq!(moment_of(numbers.next(Timestamp(EPOCH_MS + 90_000))), Timestamp(EPOCH_MS + 90_000));
    }

    proptest! {
        #[test]
        fn no_text_opens_by_chance(text in ".{0,80}") {
            prop_assert!(open(&keys(), ProgramId(7), &text).is_err());
        }
    }
}
