//! The visitor cookie: set by the server on the redirect itself, and nowhere else.

use std::cell::RefCell;
use std::collections::HashMap;

use http::HeaderMap;
use http::header::COOKIE;
use referee_engine::config::Scheme;
use referee_engine::intake::visitor::is_visitor;

/// Browsers cap a cookie's life there.
const DAYS_MAX: u32 = 400;

fn name(scheme: Scheme) -> &'static str {
    // The prefix makes browsers refuse the cookie over plain HTTP, where the demonstration runs.
    match scheme {
        Scheme::Https => "__Secure-pt",
        Scheme::Http => "pt",
    }
}

/// The visitor of a request, if its cookie is one of ours.
pub fn visitor(headers: &HeaderMap, scheme: Scheme) -> Option<&str> {
    let name = name(scheme);
    pairs(headers).filter(|(key, value)| *key == name && is_visitor(value)).map(|(_, value)| value).next()
}

/// Names and values of the cookies that came along.
pub fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='))
}

thread_local! {
    /// The end of the cookie's line by tracking host: it is the same for every visitor, and hosts are few.
    static DOMAINS: RefCell<HashMap<String, String>> = RefCell::default();
}

/// `; Domain=` and the site of a tracking host.
fn domain_of(host: &str) -> String {
    DOMAINS.with_borrow_mut(|known| match known.get(host) {
        Some(domain) => domain.clone(),
        None => {
            let domain = site_of(host).map(|site| format!("; Domain={site}")).unwrap_or_default();
            known.insert(host.to_owned(), domain.clone());
            domain
        }
    })
}

/// For the whole site of the shop, out of reach of scripts.
pub fn set_visitor(value: &str, days: u32, host: &str, scheme: Scheme) -> String {
    let life_s = u64::from(days.min(DAYS_MAX)) * 24 * 60 * 60;
    let domain = domain_of(host);
    let secure = if scheme == Scheme::Https { "; Secure" } else { "" };
    format!("{}={value}{domain}; Path=/; Max-Age={life_s}{secure}; HttpOnly; SameSite=Lax", name(scheme))
}

/// Takes the cookie back, where the visitor does not want to be followed any more.
pub fn clear_visitor(host: &str, scheme: Scheme) -> String {
    set_visitor("", 0, host, scheme)
}

/// The registrable domain of a host: what the shop and its tracking host share. None for addresses and bare names.
fn site_of(host: &str) -> Option<&str> {
    if host.parse::<std::net::IpAddr>().is_ok() || host.starts_with('[') {
        return None;
    }
    psl::domain_str(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_the_shops_own() {
        let value = "0123456789abcdef0123456789abcdef";
        assert_eq!(
            set_visitor(value, 30, "go.shop.com", Scheme::Https),
            format!("__Secure-pt={value}; Domain=shop.com; Path=/; Max-Age=2592000; Secure; HttpOnly; SameSite=Lax")
        );
        assert!(
            set_visitor(value, 9_999, "go.myshop.co.uk", Scheme::Https)
                .contains("Domain=myshop.co.uk; Path=/; Max-Age=34560000;")
        );
        assert!(set_visitor(value, 30, "go.shop.localhost", Scheme::Http).starts_with("pt="));
        assert!(!set_visitor(value, 30, "127.0.0.1", Scheme::Http).contains("Domain"));
        let cleared = "__Secure-pt=; Domain=shop.com; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax";
        assert_eq!(clear_visitor("go.shop.com", Scheme::Https), cleared);
    }

    #[test]
    fn only_values_of_ours_are_read() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, "a=b; pt=nonsense; pt=0123456789abcdef0123456789abcdef".parse().unwrap());
        assert_eq!(visitor(&headers, Scheme::Http), Some("0123456789abcdef0123456789abcdef"));
        assert_eq!(visitor(&headers, Scheme::Https), None);
    }
}
