//! The value of the visitor cookie: the millisecond in which it was first set, then 88 random bits, in hex.
//!
//! The moment stays in clear in the identifier, before the keyed hash: visitors who came together stand together in the
//! books, where a new one would otherwise touch a page of its own.

use referee_core::identity::{Identifier, IdentifierKind};
use referee_core::time::Timestamp;

use super::hex::hex;
use super::identifier;
use super::keys::BrandKeys;

/// Milliseconds since 2020: enough until 2054, and after that all new visitors stand together.
const MOMENT_BYTES: usize = 5;
const MOMENT_MAX: u64 = (1 << (8 * MOMENT_BYTES)) - 1;
const EPOCH_MS: i64 = 1_577_836_800_000;
pub const RANDOM_BYTES: usize = 11;
const CHARS: usize = (MOMENT_BYTES + RANDOM_BYTES) * 2;

/// A new visitor.
pub fn mint(now: Timestamp, random: [u8; RANDOM_BYTES]) -> String {
    let moment = u64::try_from(now.0 - EPOCH_MS).unwrap_or(0).min(MOMENT_MAX);
    hex(&moment.to_be_bytes()[8 - MOMENT_BYTES..]) + &hex(&random)
}

/// Whether it may be one of ours.
pub fn is_visitor(value: &str) -> bool {
    value.len() == CHARS && value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
}

pub fn identifier(keys: &BrandKeys, value: &str) -> Option<Identifier> {
    if !is_visitor(value) {
        return None;
    }
    let moment = u64::from_str_radix(&value[..MOMENT_BYTES * 2], 16).ok()?;
    let keyed = identifier::hash(keys, IdentifierKind::Visitor, value.as_bytes()).hash;
    let mut hash = [0; 16];
    hash[..MOMENT_BYTES].copy_from_slice(&moment.to_be_bytes()[8 - MOMENT_BYTES..]);
    hash[MOMENT_BYTES..].copy_from_slice(&keyed[..RANDOM_BYTES]);
    Some(Identifier { kind: IdentifierKind::Visitor, hash })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visitors_of_one_moment_stand_together_and_tell_nothing_else() {
        let keys = BrandKeys::new([1; 32], Vec::new());
        let now = Timestamp(1_800_000_000_000);
        let (a, b) = (mint(now, [7; 11]), mint(now, [8; 11]));
        assert!(is_visitor(&a) && a.len() == 32);
        let of = |value: &str| identifier(&keys, value).unwrap().hash;
        assert_eq!(of(&a)[..5], of(&b)[..5]);
        assert_ne!(of(&a)[5..], of(&b)[5..]);
        assert!(of(&mint(now.plus_ms(1), [7; 11])) > of(&a));
        assert_ne!(identifier(&BrandKeys::new([2; 32], Vec::new()), &a).unwrap().hash[5..], of(&a)[5..]);
        for other in ["", "0123", &a.to_uppercase(), "0123456789abcdef0123456789abcdeg"] {
            assert_eq!(identifier(&keys, other), None, "{other}");
        }
    }
}
