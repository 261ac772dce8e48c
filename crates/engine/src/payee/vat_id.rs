//! VAT ids of the European Union by their form. Whether one is in use only the tax office knows.

use super::country::is_in_eu;

/// The letters of a country and what follows them: `9` a digit, `A` a letter, `*` either, all else itself.
const FORMS: &[(&str, &[&str])] = &[
    ("AT", &["U99999999"]),
    ("BE", &["0999999999", "1999999999"]),
    ("BG", &["999999999", "9999999999"]),
    ("CY", &["99999999A"]),
    ("CZ", &["99999999", "999999999", "9999999999"]),
    ("DE", &["999999999"]),
    ("DK", &["99999999"]),
    ("EE", &["999999999"]),
    ("EL", &["999999999"]),
    ("ES", &["A99999999", "99999999A", "A9999999A"]),
    ("FI", &["99999999"]),
    ("FR", &["**999999999"]),
    ("HR", &["99999999999"]),
    ("HU", &["99999999"]),
    ("IE", &["9999999A", "9999999AA", "9*99999A"]),
    ("IT", &["99999999999"]),
    ("LT", &["999999999", "999999999999"]),
    ("LU", &["99999999"]),
    ("LV", &["99999999999"]),
    ("MT", &["99999999"]),
    ("NL", &["999999999B99"]),
    ("PL", &["9999999999"]),
    ("PT", &["999999999"]),
    ("RO", &["99", "999", "9999", "99999", "999999", "9999999", "99999999", "999999999", "9999999999"]),
    ("SE", &["999999999999"]),
    ("SI", &["99999999"]),
    ("SK", &["9999999999"]),
    ("XI", &["999999999", "999999999999", "GD999", "HA999"]),
];

/// Elsewhere a number has whatever form it has, within reason.
const OTHER_CHARS_MAX: usize = 20;

/// Without the blanks, points and hyphens in which people group it.
pub fn compact(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_whitespace() && !matches!(letter, '.' | '-'))
        .collect::<String>()
        .to_uppercase()
}

/// Whether it may be a VAT id of this country.
pub fn is_vat_id(text: &str, country: &str) -> bool {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let letters = if country == "GR" { "EL" } else { country };
    let form_of = |letters: &str| FORMS.iter().find(|(it, _)| *it == letters);
    let fits = |letters: &str| {
        let (Some(rest), Some((_, forms))) = (text.strip_prefix(letters), form_of(letters)) else { return false };
        forms.iter().any(|form| matches(rest, form))
    };
    match country {
        _ if is_in_eu(country) => plain && fits(letters),
        // Northern Ireland has numbers of its own.
        "GB" if text.starts_with("XI") => plain && fits("XI"),
        _ => plain && text.len() <= OTHER_CHARS_MAX,
    }
}

fn matches(text: &str, form: &str) -> bool {
    let one = |byte: u8, wanted: u8| match wanted {
        b'9' => byte.is_ascii_digit(),
        b'A' => byte.is_ascii_uppercase(),
        b'*' => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
        other => byte == other,
    };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(|(byte, wanted)| one(byte, wanted))
}
