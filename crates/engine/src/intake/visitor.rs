//! The value of the visitor cookie: the minute in which it was first set, then 96 random bits, in hex.
//!
//! The minute stays in clear in the identifier, before the keyed hash: visitors who came together stand together in the
//! books, where a new one would otherwise touch a page of its own.

use referee_core::identity::{Identifier, IdentifierKind};
use referee_core::time::{MINUTE_MS, Timestamp};

use super::hex::hex;
use super::identifier;
use super::keys::BrandKeys;

const MINUTE_BYTES: usize = 4;
const RANDOM_BYTES: usize = 12;
const CHARS: usize = (MINUTE_BYTES + RANDOM_BYTES) * 2;

/// A new visitor.
pub fn mint(now: Timestamp, random: [u8; RANDOM_BYTES]) -> String {
    let minute = u32::try_from(now.0 / MINUTE_MS).unwrap_or(u32::MAX);
    hex(&minute.to_be_bytes()) + &hex(&random)
}

/// Whether it may be one of ours.
pub fn is_visitor(value: &str) -> bool {
    value.len() == CHARS && value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
}

pub fn identifier(keys: &BrandKeys, value: &str) -> Option<Identifier> {
    if !is_visitor(value) {
        return None;
    }
    let minute = u32::from_str_radix(&value[..MINUTE_BYTES * 2], 16).ok()?;
    let keyed = identifier::hash(keys, IdentifierKind::Visitor, value.as_bytes()).hash;
    let mut hash = [0; 16];
    hash[..MINUTE_BYTES].copy_from_slice(&minute.to_be_bytes());
    hash[MINUTE_BYTES..].copy_from_slice(&keyed[..RANDOM_BYTES]);
    Some(Identifier { kind: IdentifierKind::Visitor, hash })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visitors_of_one_minute_stand_together_and_tell_nothing_else() {
        let keys = BrandKeys::new([1; 32], Vec::new());
        let now = Timestamp(1_800_000_000_000);
        let (a, b) = (mint(now, [7; 12]), mint(now, [8; 12]));
        assert!(is_visitor(&a) && a.len() == 32);
        let of = |value: &str| identifier(&keys, value).unwrap().hash;
        assert_eq!(of(&a)[..4], of(&b)[..4]);
        assert_ne!(of(&a)[4..], of(&b)[4..]);
        assert!(of(&mint(now.plus_ms(MINUTE_MS), [7; 12])) > of(&a));
        assert_ne!(identifier(&BrandKeys::new([2; 32], Vec::new()), &a).unwrap().hash[4..], of(&a)[4..]);
        for other in ["", "0123", &a.to_uppercase(), "0123456789abcdef0123456789abcdeg"] {
            assert_eq!(identifier(&keys, other), None, "{other}");
        }
    }
}
