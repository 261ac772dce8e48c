//! Identifiers: normalised, then hashed with the brand's key. The plain value goes no further than this file.

use hmac::Mac;
use referee_core::id::ClickNo;
use referee_core::identity::{Identifier, IdentifierKind};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::hex::hex;
use super::keys::BrandKeys;

const VALUE_CHARS_MAX: usize = 255;

/// What programs write when they have nothing to say.
const PLACEHOLDERS: [&str; 20] = [
    "null",
    "undefined",
    "anonymous",
    "guest",
    "none",
    "nan",
    "nil",
    "n/a",
    "na",
    "unknown",
    "true",
    "false",
    "id",
    "user",
    "customer",
    "test",
    "(not set)",
    "[object object]",
    "{{customerid}}",
    "not_set",
];

/// Why a value names nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    #[error("it is empty")]
    Empty,
    #[error("it is a placeholder that many senders share")]
    Placeholder,
    #[error("it is longer than 255 characters")]
    TooLong,
    #[error("it is not an e-mail address or a hash of one")]
    NotAnEmail,
}

/// A value of any kind but e-mail.
pub fn identifier(keys: &BrandKeys, kind: IdentifierKind, value: &str) -> Result<Identifier, Unusable> {
    let value = value.trim();
    usable(value)?;
    let normal = match kind {
        IdentifierKind::Phone => value.chars().filter(char::is_ascii_digit).collect(),
        IdentifierKind::Device => value.to_ascii_lowercase(),
        _ => value.to_owned(),
    };
    usable(&normal)?;
    Ok(hash(keys, kind, normal.as_bytes()))
}

/// A click id that was issued without a click.
pub fn journey(keys: &BrandKeys, no: ClickNo) -> Identifier {
    hash(keys, IdentifierKind::Journey, &no.0.to_be_bytes())
}

/// An e-mail address, however it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    /// Of an address in clear, its SHA-256 in lower case; of a hash, the hash.
    pub identifier: Identifier,
    /// The other ways in which senders hash this address, so that any later report joins.
    pub variants: Vec<Identifier>,
    /// It came as an address, not as a hash: the sender should be told.
    pub in_clear: bool,
}

pub fn email(keys: &BrandKeys, value: &str) -> Result<Email, Unusable> {
    let value = value.trim().to_lowercase();
    usable(&value)?;
    let hashed = |hex: &str| hash(keys, IdentifierKind::Email, hex.as_bytes());
    let is_hash = matches!(value.len(), 40 | 64) && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash {
        return Ok(Email { identifier: hashed(&value), variants: Vec::new(), in_clear: false });
    }
    let (local, domain) = value.rsplit_once('@').ok_or(Unusable::NotAnEmail)?;
    if local.is_empty() || !domain.contains('.') || value.contains(char::is_whitespace) {
        return Err(Unusable::NotAnEmail);
    }
    let identifier = hashed(&hex(&Sha256::digest(value.as_bytes())));
    let mut variants = vec![hashed(&hex(&Sha1::digest(value.as_bytes())))];
    for other in other_spellings(local, domain).iter().filter(|other| **other != value) {
        for hex in [hex(&Sha256::digest(other.as_bytes())), hex(&Sha1::digest(other.as_bytes()))] {
            variants.push(hashed(&hex));
        }
    }
    Ok(Email { identifier, variants, in_clear: true })
}

/// Under which spellings senders hash an address of this provider: either of its domains, with the dots and without.
fn other_spellings(local: &str, domain: &str) -> Vec<String> {
    const ONE_MAILBOX: [&str; 2] = ["gmail.com", "googlemail.com"];
    if !ONE_MAILBOX.contains(&domain) {
        return Vec::new();
    }
    let without_dots = local.replace('.', "");
    let mut spellings: Vec<String> =
        ONE_MAILBOX.iter().flat_map(|domain| [local, &without_dots].map(|local| format!("{local}@{domain}"))).collect();
    spellings.sort_unstable();
    spellings.dedup();
    spellings
}

fn usable(value: &str) -> Result<(), Unusable> {
    if value.is_empty() {
        return Err(Unusable::Empty);
    }
    if value.chars().count() > VALUE_CHARS_MAX {
        return Err(Unusable::TooLong);
    }
    let hollow = value.chars().all(|letter| matches!(letter, '0' | '-' | ' ' | '.' | '_'));
    let lower = value.to_lowercase();
    if hollow || value == "-1" || PLACEHOLDERS.contains(&lower.as_str()) {
        return Err(Unusable::Placeholder);
    }
    Ok(())
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
    use super::*;

    fn keys() -> BrandKeys {
        BrandKeys::new([1; 32], Vec::new())
    }

    #[test]
    fn an_address_in_clear_joins_all_of_its_hashes() {
        let clear = email(&keys(), " Ann.Smith@Gmail.com").unwrap();
        assert!(clear.in_clear);
        let main = email(&keys(), &hex(&Sha256::digest("ann.smith@gmail.com"))).unwrap();
        assert_eq!((clear.identifier, main.in_clear), (main.identifier, false));
        for hashed in [
            hex(&Sha1::digest("ann.smith@gmail.com")).to_uppercase(),
            hex(&Sha256::digest("annsmith@gmail.com")),
            hex(&Sha1::digest("annsmith@gmail.com")),
            hex(&Sha256::digest("ann.smith@googlemail.com")),
            hex(&Sha1::digest("annsmith@googlemail.com")),
        ] {
            let hashed = email(&keys(), &hashed).unwrap();
            assert!(!hashed.in_clear && hashed.variants.is_empty());
            assert!(clear.variants.contains(&hashed.identifier));
        }
    }

    #[test]
    fn what_names_nobody_is_refused() {
        for value in ["", "  ", "null", "Undefined", "0", "000-000", "-1", "[object Object]", "Guest"] {
            assert!(identifier(&keys(), IdentifierKind::CustomerId, value).is_err(), "{value:?}");
        }
        assert!(identifier(&keys(), IdentifierKind::CustomerId, &"x".repeat(256)).is_err());
        assert!(email(&keys(), "ann at example.com").is_err());
    }

    #[test]
    fn kinds_and_brands_do_not_meet() {
        let other = BrandKeys::new([2; 32], Vec::new());
        let one = identifier(&keys(), IdentifierKind::CustomerId, "8431").unwrap();
        assert_ne!(one.hash, identifier(&keys(), IdentifierKind::AnonymousId, "8431").unwrap().hash);
        assert_ne!(one, identifier(&other, IdentifierKind::CustomerId, "8431").unwrap());
        assert_eq!(one, identifier(&keys(), IdentifierKind::CustomerId, " 8431 ").unwrap());
    }

    #[test]
    fn phones_are_their_digits() {
        let phone = |text| identifier(&keys(), IdentifierKind::Phone, text);
        assert_eq!(phone("+49 (30) 123-456"), phone("4930123456"));
        assert!(phone("call me").is_err());
    }
}
