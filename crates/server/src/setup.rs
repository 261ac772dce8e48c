//! What people and programs type when they set something up, checked in one place.

use referee_engine::intake::click::is_slug;
use referee_engine::limits::URL_CHARS_MAX;
use url::Url;

/// Paths on a tracking host that are ours.
const RESERVED: [&str; 6] = ["c", "pt", "tag", "robots", "healthz", "PageLoad"];

/// A name is read in lists: longer, and it says no more.
const NAME_CHARS_MAX: usize = 200;

/// Where visitors land: an absolute address of the web.
pub fn landing_url(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let url = Url::parse(text).map_err(|_| "It is not an absolute address such as https://www.shop.com/.")?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err("It is not an address of the web.");
    }
    if text.len() > URL_CHARS_MAX || !url.username().is_empty() {
        return Err("It is too long, or carries a user name.");
    }
    Ok(url.into())
}

/// What something is called.
pub fn name(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > NAME_CHARS_MAX {
        return Err("A name has 1 to 200 characters.");
    }
    Ok(text.to_owned())
}

/// The path of a vanity link.
pub fn slug(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if !is_slug(text) {
        return Err("It has 1 to 64 letters, digits, hyphens or underscores.");
    }
    if RESERVED.iter().any(|taken| taken.eq_ignore_ascii_case(text)) {
        return Err("This path is the server's own.");
    }
    Ok(text.to_owned())
}

/// Hosts, one a line or after a comma: lower case, without scheme, port or path.
pub fn hosts(text: &str) -> Result<Vec<String>, String> {
    let words = text.split([',', '\n', ' ', '\r']).map(str::trim).filter(|word| !word.is_empty());
    words
        .map(|word| {
            let bare = word.strip_prefix("*.").unwrap_or(word).to_ascii_lowercase();
            let sound = bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
            if sound && bare.len() <= 253 && !bare.starts_with('.') {
                Ok(word.to_ascii_lowercase())
            } else {
                Err(format!("{word} is not a host such as www.shop.com or *.shop.com."))
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_landings() {
        assert!(landing_url("https://www.shop.com/boots").is_ok());
        for text in ["", "/boots", "javascript:alert(1)", "data:text/html,x", "https://a@b.com/", "ftp://x.y/"] {
            assert!(landing_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn hosts_are_read_from_what_people_paste() {
        assert_eq!(hosts("WWW.Shop.com, *.shop.de\n").unwrap(), ["www.shop.com", "*.shop.de"]);
        assert!(hosts("https://www.shop.com/").is_err());
        assert!(slug("tag").is_err() && slug("a b").is_err() && slug("spring-sale").is_ok());
    }
}
