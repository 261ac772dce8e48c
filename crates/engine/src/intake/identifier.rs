//! Identifiers: normalised, then hashed with the brand's key. The plain value goes no further than here.

use hmac::Mac;
use referee_core::id::ClickNo;
use referee_core::identity::{Identifier, IdentifierKind};
use referee_core::refusal::Refusal;

use super::digest::Hashed;
use super::email::email;
use super::keys::BrandKeys;
use super::phone::phone;
use super::placeholder::is_placeholder;
use crate::limits::IDENTIFIER_CHARS_MAX;

/// One thing that names a person, however it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub identifier: Identifier,
    /// Further hashes under which senders name the same thing.
    pub variants: Vec<Identifier>,
    /// An address or number came as it is, not as a hash.
    pub in_clear: bool,
}

/// Reads a value of a kind, or says why it names nobody. The country is for phone numbers, as ISO 3166 writes it.
pub fn found(keys: &BrandKeys, kind: IdentifierKind, value: &str, country: Option<&str>) -> Result<Found, Refusal> {
    let written = value;
    let value = value.trim_matches(is_invisible);
    usable(value)?;
    let hashed = match kind {
        IdentifierKind::Email => email(value)?,
        IdentifierKind::Phone => phone(value, country, written.starts_with(' '))?,
        IdentifierKind::Device => Hashed { first: device(value), others: Vec::new(), in_clear: false },
        _ => Hashed { first: value.to_owned(), others: Vec::new(), in_clear: false },
    };
    let keyed = |text: &String| hash(keys, kind, text.as_bytes());
    Ok(Found {
        identifier: keyed(&hashed.first),
        variants: hashed.others.iter().map(keyed).collect(),
        in_clear: hashed.in_clear,
    })
}

/// A click id that was issued without a click.
pub fn journey(keys: &BrandKeys, no: ClickNo) -> Identifier {
    hash(keys, IdentifierKind::Journey, &no.0.to_be_bytes())
}

fn usable(value: &str) -> Result<(), Refusal> {
    if value.is_empty() {
        return Err(Refusal::IdentifierEmpty);
    }
    if value.chars().count() > IDENTIFIER_CHARS_MAX {
        return Err(Refusal::IdentifierTooLong);
    }
    if is_placeholder(value) {
        return Err(Refusal::IdentifierPlaceholder);
    }
    // What could not be decoded is read as U+FFFD.
    let broken = value.contains(|letter| letter == '\u{FFFD}' || is_control(letter));
    if broken || is_percent_encoded(value) { Err(Refusal::IdentifierEncoding) } else { Ok(()) }
}

fn is_control(letter: char) -> bool {
    letter.is_control() || (is_invisible(letter) && !letter.is_whitespace())
}

/// Spaces, and what takes no room and is copied along unseen.
fn is_invisible(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
}

/// Somebody encoded it once more than was decoded.
fn is_percent_encoded(value: &str) -> bool {
    value
        .as_bytes()
        .windows(3)
        .any(|bytes| bytes[0] == b'%' && bytes[1].is_ascii_hexdigit() && bytes[2].is_ascii_hexdigit())
}

/// In lower case; a UUID without its dashes and braces. Other forms, such as the 16 digits of Android, are as they are.
fn device(value: &str) -> String {
    let lower = value.to_ascii_lowercase();
    let bare = lower.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(&lower);
    let dashes_in_place = bare.len() == 36 && [8, 13, 18, 23].iter().all(|place| bare.as_bytes()[*place] == b'-');
    let digits = bare.replace('-', "");
    let is_uuid = dashes_in_place && digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if is_uuid { digits } else { lower }
}

pub(super) fn hash(keys: &BrandKeys, kind: IdentifierKind, value: &[u8]) -> Identifier {
    let mut mac = keys.identity.clone();
    mac.update(&[kind.number()]);
    mac.update(value);
    let full = mac.finalize().into_bytes();
    let mut hash = [0; 16];
    hash.copy_from_slice(&full[..16]);
    Identifier { kind, hash }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    fn keys() -> BrandKeys {
        BrandKeys::new([1; 32], Vec::new())
    }

    fn of(kind: IdentifierKind, value: &str) -> Result<Found, Refusal> {
        found(&keys(), kind, value, None)
    }

    #[test]
    fn what_names_nobody_is_refused_by_name() {
        let why = |value: &str| of(IdentifierKind::CustomerId, value).unwrap_err();
        for value in ["", "  ", "\u{200B}\u{FEFF} "] {
            assert_eq!(why(value), Refusal::IdentifierEmpty, "{value:?}");
        }
        for value in ["null", " Undefined", "0", "000-000", "-1", "[object Object]", "Guest", "{{ id }}"] {
            assert_eq!(why(value), Refusal::IdentifierPlaceholder, "{value:?}");
        }
        for value in ["a\u{FFFD}b", "a\u{7}b", "ann%40example.com", "M%C3%BCller", "a\u{200B}b", "a\nb"] {
            assert_eq!(why(value), Refusal::IdentifierEncoding, "{value:?}");
        }
        assert_eq!(why(&"x1".repeat(128)), Refusal::IdentifierTooLong);
        for value in ["8431", "100%", "Müller", "x1".repeat(127).as_str(), "a b", "100%-cotton"] {
            assert!(of(IdentifierKind::CustomerId, value).is_ok(), "{value:?}");
        }
    }

    #[test]
    fn kinds_and_brands_do_not_meet() {
        let other = BrandKeys::new([2; 32], Vec::new());
        let one = of(IdentifierKind::CustomerId, "8431").unwrap().identifier;
        assert_ne!(one.hash, of(IdentifierKind::AnonymousId, "8431").unwrap().identifier.hash);
        assert_ne!(one, found(&other, IdentifierKind::CustomerId, "8431", None).unwrap().identifier);
        assert_eq!(one, of(IdentifierKind::CustomerId, " 8431\u{200B}").unwrap().identifier);
        assert_ne!(one, of(IdentifierKind::CustomerId, "08431").unwrap().identifier, "ids are texts, not numbers");
    }

    #[test]
    fn addresses_and_numbers_say_whether_they_came_in_clear() {
        let clear = of(IdentifierKind::Email, " Ann@Example.com ").unwrap();
        assert!(clear.in_clear && clear.variants.len() == 1);
        let hashed = of(IdentifierKind::Email, &"b7".repeat(32)).unwrap();
        assert!(!hashed.in_clear && hashed.variants.is_empty());
        assert!(of(IdentifierKind::Phone, "+49 30 123457").unwrap().in_clear);
    }

    #[test]
    fn a_device_is_the_same_in_any_spelling() {
        let device = |value: &str| of(IdentifierKind::Device, value).map(|found| found.identifier);
        let one = device("3F2504E0-4F89-11D3-9A0C-0305E82C3301");
        for value in [
            "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
            "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}",
            "3F2504E04F8911D39A0C0305E82C3301",
        ] {
            assert_eq!(device(value), one, "{value}");
        }
        assert_eq!(device("A1B2C3D4E5F60718"), device("a1b2c3d4e5f60718"));
        for value in ["00000000-0000-0000-0000-000000000000", "0000000000000000", "9774d56d682e549c"] {
            assert_eq!(device(value), Err(Refusal::IdentifierPlaceholder), "{value}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_and_no_value_is_two_things(
            kind in select(&IdentifierKind::ALL[..]), value in "\\PC{0,60}|[0-9a-fA-F]{30,70}|[+0-9 ()-]{0,30}|.{0,20}@.{0,20}",
        ) {
            let once = of(kind, &value);
            prop_assert_eq!(&once, &of(kind, &format!("  {value}\u{FEFF}")));
            if let Ok(found) = once {
                prop_assert!(!found.variants.contains(&found.identifier));
            }
        }
    }
}
