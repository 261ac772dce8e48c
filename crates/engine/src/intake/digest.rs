//! The hashes in which senders deliver addresses and phone numbers.

use referee_core::refusal::Refusal;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::hex::hex;
use super::placeholder::is_hash_of_placeholder;

/// Digits of SHA-1 and of SHA-256.
const LENGTHS: [usize; 2] = [40, 64];
/// Shorter than this, digits in hex may be anything.
const HASH_CHARS_MIN: usize = 16;

/// The hashes that name one thing, in hex and lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hashed {
    pub first: String,
    pub others: Vec<String>,
    /// It came in clear, and its sender should be told.
    pub in_clear: bool,
}

impl Hashed {
    /// Of the spellings of one thing: both hashes of each, the first one's SHA-256 before all.
    pub fn of(spellings: Vec<String>) -> Hashed {
        let both = |spelling: &String| [hex(&Sha256::digest(spelling)), hex(&Sha1::digest(spelling))];
        let mut all: Vec<String> = Vec::with_capacity(spellings.len() * 2);
        for hash in spellings.iter().flat_map(both) {
            if !all.contains(&hash) {
                all.push(hash);
            }
        }
        let first = all.remove(0);
        Hashed { first, others: all, in_clear: true }
    }
}

/// A hash that is taken as it is; None if the value is none.
pub fn hash_of(value: &str) -> Option<Result<Hashed, Refusal>> {
    let is_hash = LENGTHS.contains(&value.len()) && is_hex(value);
    is_hash.then(|| {
        let first = value.to_ascii_lowercase();
        if is_hash_of_placeholder(&first) {
            return Err(Refusal::IdentifierPlaceholder);
        }
        Ok(Hashed { first, others: Vec::new(), in_clear: false })
    })
}

/// Whether it was meant to be a hash.
pub fn looks_like_hash(value: &str) -> bool {
    value.len() >= HASH_CHARS_MIN && is_hex(value)
}

fn is_hex(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_hexdigit())
}
