//! Phone numbers in E.164: in the international form, or a national one with its country.
//!
//! A table of dialling codes is enough to tell one number from another. Whether a number is in use is not asked, so the
//! large tables of a library are not needed.

use std::sync::LazyLock;

use referee_core::refusal::Refusal;

use super::digest::{Hashed, hash_of, looks_like_hash};

const LISTED: &str = include_str!("../../data/dialling_codes.txt");

/// Digits of a number in E.164, with the country's code.
const DIGITS: std::ops::RangeInclusive<usize> = 8..=15;

struct Country {
    iso: &'static str,
    code: &'static str,
    /// What is dialled before a national number within the country; empty if nothing is.
    trunk: &'static str,
    /// A national number that has fewer digits without the trunk's was dialled without them.
    digits_min: usize,
}

static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let country = |line: &'static str| {
        let mut parts = line.split(' ');
        let (iso, code) = (parts.next()?, parts.next()?);
        let trunk = parts.next().unwrap_or_default();
        let digits_min = parts.next().and_then(|digits| digits.parse().ok()).unwrap_or(0);
        Some(Country { iso, code, trunk, digits_min })
    };
    LISTED.lines().filter(|line| !line.starts_with('#')).filter_map(country).collect()
});

/// The hashes of a number: with its plus first, then as senders hash it without. In a form or a query a plus that nobody
/// encoded arrives as a blank.
pub fn phone(value: &str, country: Option<&str>, after_blank: bool) -> Result<Hashed, Refusal> {
    if let Some(hash) = hash_of(value) {
        return hash;
    }
    if looks_like_hash(value) && value.contains(|letter: char| letter.is_ascii_alphabetic()) {
        return Err(Refusal::HashLength);
    }
    let blank_was_plus = after_blank && country.and_then(country_of).is_none_or(|it| value.starts_with(it.code));
    let value = if blank_was_plus && !value.starts_with('+') { format!("+{value}") } else { value.to_owned() };
    let digits = e164(&value, country).ok_or(Refusal::PhoneMalformed)?;
    if is_made_up(&digits) {
        return Err(Refusal::IdentifierPlaceholder);
    }
    Ok(Hashed::of(vec![format!("+{digits}"), digits]))
}

/// The digits of E.164, without the plus.
fn e164(value: &str, country: Option<&str>) -> Option<String> {
    let value = value.strip_prefix("tel:").unwrap_or(value).replace("(0)", "");
    let is_mark =
        |letter: char| letter.is_whitespace() || matches!(letter, '(' | ')' | '-' | '.' | '/' | '\u{2011}' | '–');
    let bare = value.replace(is_mark, "");
    let (plus, digits) = bare.strip_prefix('+').map_or((false, bare.as_str()), |digits| (true, digits));
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let abroad = if plus { Some(digits) } else { digits.strip_prefix("00") };
    let full = match abroad {
        Some(digits) => international(digits)?,
        None => national(digits, country?)?,
    };
    DIGITS.contains(&full.len()).then_some(full)
}

fn international(digits: &str) -> Option<String> {
    let of_code = |country: &&Country| digits.starts_with(country.code);
    let code = COUNTRIES.iter().find(of_code)?.code;
    // Codes begin no other code, so countries that begin alike share one.
    let zero_is_dialled = COUNTRIES.iter().filter(of_code).all(|country| country.trunk == "0");
    let national = &digits[code.len()..];
    let national = national.strip_prefix('0').filter(|_| zero_is_dialled).unwrap_or(national);
    Some(format!("{code}{national}"))
}

fn country_of(iso: &str) -> Option<&'static Country> {
    let iso = if iso.eq_ignore_ascii_case("uk") { "GB" } else { iso };
    COUNTRIES.iter().find(|it| it.iso.eq_ignore_ascii_case(iso))
}

fn national(digits: &str, country: &str) -> Option<String> {
    let country = country_of(country)?;
    let without_trunk = digits.strip_prefix(country.trunk).filter(|rest| rest.len() >= country.digits_min);
    Some(format!("{}{}", country.code, without_trunk.unwrap_or(digits)))
}

/// What people type who are asked for a number and have none to give.
fn is_made_up(digits: &str) -> bool {
    let code = COUNTRIES.iter().find(|country| digits.starts_with(country.code)).map_or("", |country| country.code);
    let national = &digits[code.len()..];
    let same = |text: &str| text.bytes().all(|digit| Some(digit) == text.bytes().next());
    let counted =
        |text: &str| text.len() > 5 && ("1234567890123456".starts_with(text) || "0123456789012345".starts_with(text));
    [digits, national].into_iter().any(|text| same(text) || counted(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::intake::placeholder::is_placeholder;

    /// Numbers whose national form this rule does not understand, or that are shorter than it takes.
    const NOT_UNDERSTOOD: [&str; 4] = ["AR", "NU", "TA", "TK"];

    #[test]
    fn numbers_of_all_countries_are_one_however_they_are_written() {
        let lines = include_str!("../../testdata/intake/phones.tsv").lines().filter(|line| !line.starts_with('#'));
        let mut countries = 0;
        for line in lines {
            let parts: Vec<&str> = line.split('\t').collect();
            let [country, national, abroad, expected] = parts[..] else { panic!("{line}") };
            if NOT_UNDERSTOOD.contains(&country) {
                continue;
            }
            countries += 1;
            let expected = expected.strip_prefix('+').map(str::to_owned);
            for (value, of) in [(national, Some(country)), (abroad, None), (abroad, Some("DE"))] {
                assert_eq!(e164(value, of), expected, "{value} of {of:?}");
            }
            assert_eq!(e164(&abroad.replace('+', "00"), None), expected);
        }
        assert_eq!(countries, COUNTRIES.len() - NOT_UNDERSTOOD.len());
    }

    #[test]
    fn marks_and_trunk_zeros_do_not_matter() {
        for value in ["+49 30 123457", "+49 (0)30 / 12 34 57", "0049-30-123457", "+49030123457", "tel:+49-30-123457"] {
            assert_eq!(e164(value, None).as_deref(), Some("4930123457"), "{value}");
        }
        for value in ["030 123457", "(030) 12-34-57", "30123457"] {
            assert_eq!(e164(value, Some("de")).as_deref(), Some("4930123457"), "{value}");
        }
        assert_eq!(e164("06 1234 5678", Some("IT")).as_deref(), Some("390612345678"), "Italy dials its zeros");
        assert_eq!(e164("(415) 555-0123", Some("US")), e164("1 415 555 0123", Some("US")));
        assert_eq!(e164("020 7946 0018", Some("uk")).as_deref(), Some("442079460018"));
    }

    #[test]
    fn a_plus_that_was_not_encoded_is_a_blank() {
        let one = phone("+49 30 123457", None, false);
        assert_eq!(phone("49 30 123457", None, true), one);
        assert_eq!(phone("49 30 123457", Some("DE"), true), one);
        assert_eq!(phone("030 123457", Some("DE"), true), one, "or only a blank");
        assert_eq!(phone("+49 30 123457", None, true), one, "or both");
    }

    #[test]
    fn a_hash_of_a_number_meets_the_number() {
        use sha2::{Digest, Sha256};
        let hash = |text: &str| crate::intake::hex::hex(&Sha256::digest(text));
        let clear = phone("+49 30 123457", None, false).unwrap();
        assert_eq!(clear.first, hash("+4930123457"));
        assert!(clear.others.contains(&hash("4930123457")));
        assert_eq!(phone(&hash("+4930123457").to_uppercase(), None, false).unwrap().first, clear.first);
    }

    #[test]
    fn what_is_no_number_is_refused_by_name() {
        for value in
            ["call me", "030 123457", "+", "+49", "+0123456789", "+999 1234567", "+4930123456789012", "+49 30 12a4"]
        {
            assert_eq!(phone(value, None, false).unwrap_err(), Refusal::PhoneMalformed, "{value}");
        }
        assert_eq!(phone("030 123457", Some("Germany"), false).unwrap_err(), Refusal::PhoneMalformed);
        assert_eq!(phone(&"a1".repeat(16), None, false).unwrap_err(), Refusal::HashLength);
        for value in ["+49 111 1111111", "+1 1234567890", "+49 0123456789"] {
            assert_eq!(phone(value, None, false).unwrap_err(), Refusal::IdentifierPlaceholder, "{value}");
        }
        assert!(is_placeholder("000 000 0000"));
    }

    proptest! {
        #[test]
        fn no_text_panics(value in ".{0,40}", country in proptest::option::of(".{0,4}")) {
            _ = phone(&value, country.as_deref(), false);
            _ = phone(&value, country.as_deref(), true);
        }
    }
}
