//! Values that belong to one partner, in the one form in which they are kept and compared.

use url::Url;

use crate::limits::TEXT_CHARS_MAX;

/// Digits of a phone number, from a short number of one network to the longest international one with its prefix.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 3..=20;

/// An address of the web without scheme, query, fragment and last slash, its host in lower case. None: it is not one, or has
/// more than 255 characters.
pub fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let url = if text.contains("://") { Url::parse(text) } else { Url::parse(&format!("https://{text}")) }.ok()?;
    let host = url.host_str().filter(|host| host.contains('.') && matches!(url.scheme(), "http" | "https"))?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let address = format!("{host}{port}{}", url.path().trim_end_matches('/'));
    (address.chars().count() <= TEXT_CHARS_MAX).then_some(address)
}

/// A phone number's digits, without `+` or `00` before the country. None: it is not one.
pub fn phone(text: &str) -> Option<String> {
    let written = |letter: char| letter.is_ascii_digit() || matches!(letter, '+' | ' ' | '-' | '.' | '/' | '(' | ')');
    if !text.chars().all(written) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.strip_prefix("00").unwrap_or(&digits);
    PHONE_DIGITS.contains(&digits.len()).then(|| digits.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_however_it_is_written() {
        for text in [
            "https://Shop.example/Trail",
            "http://shop.example/Trail/",
            " shop.example/Trail?utm=1#top ",
            "https://user@shop.example:443/Trail",
        ] {
            assert_eq!(address(text).as_deref(), Some("shop.example/Trail"), "{text}");
        }
        assert_eq!(address("shop.example").as_deref(), Some("shop.example"));
        assert_eq!(address("shop.example:8080/").as_deref(), Some("shop.example:8080"));
        let long = format!("shop.example/{}", "x".repeat(250));
        for text in ["", "javascript:alert(1)", "javascript:1", "ftp://shop.example/", "http://", "a b", &long] {
            assert_eq!(address(text), None, "{text}");
        }
    }

    #[test]
    fn one_number_however_it_is_written() {
        for text in ["+49 30 / 123-456", "004930123456", "(4930) 123.456"] {
            assert_eq!(phone(text).as_deref(), Some("4930123456"), "{text}");
        }
        for text in ["", "12", "+49 30 CALL", "0123456789012345678901"] {
            assert_eq!(phone(text), None, "{text}");
        }
    }
}
