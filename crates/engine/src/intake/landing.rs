//! Where a visitor may be sent, and the address with the click id on it.

use referee_core::program::Program;
use url::{Host, Url};

use crate::limits::URL_CHARS_MAX;

/// A deep link, if it leads to one of the permitted hosts and nowhere else.
pub fn permitted(deep_link: &str, permitted_hosts: &[String]) -> Option<Url> {
    if deep_link.len() > URL_CHARS_MAX {
        return None;
    }
    let url = Url::parse(deep_link).ok()?;
    let web = matches!(url.scheme(), "http" | "https");
    let plain = url.username().is_empty() && url.password().is_none();
    let Some(Host::Domain(host)) = url.host() else { return None };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let allowed = permitted_hosts.iter().any(|rule| host_matches(&host, rule));
    (web && plain && allowed).then_some(url)
}

/// A deep link as it may be kept: not one that names somebody by an e-mail address.
pub fn kept(deep_link: &str) -> Option<String> {
    let decoded = percent_encoding::percent_decode_str(deep_link).decode_utf8_lossy();
    (!decoded.contains('@')).then(|| deep_link.to_owned())
}

/// Whether a page belongs to the program: on a host that links may lead to, or that of its own page. A program that names
/// no hosts says nothing of it.
pub fn is_on_site(page: &str, program: &Program) -> bool {
    program.permitted_hosts.is_empty()
        || permitted(page, &program.permitted_hosts).is_some()
        || host_of(page).is_some_and(|it| Some(it) == host_of(&program.default_landing_url))
}

/// The host of an address, in small letters.
pub fn host_of(url: &str) -> Option<String> {
    Url::parse(url).ok()?.host_str().map(str::to_owned)
}

/// `shop.com` is itself; `*.shop.com` is every host below it.
fn host_matches(host: &str, rule: &str) -> bool {
    match rule.strip_prefix("*.") {
        Some(parent) => host.strip_suffix(parent).is_some_and(|below| below.len() > 1 && below.ends_with('.')),
        None => host == rule,
    }
}

/// The landing address with the click id in its parameter. A parameter of that name that was there before is gone,
/// whoever wrote it.
pub fn with_click_id(landing: &str, param: &str, click_id: &str) -> String {
    let (address, fragment) = match landing.split_once('#') {
        Some((address, fragment)) => (address, Some(fragment)),
        None => (landing, None),
    };
    let mut out = String::with_capacity(landing.len() + param.len() + click_id.len() + 2);
    match address.split_once('?') {
        None => {
            out.push_str(address);
            out.push('?');
        }
        Some((path, query)) => {
            out.push_str(path);
            out.push('?');
            for pair in query.split('&').filter(|pair| !pair.is_empty() && !names(pair, param)) {
                out.push_str(pair);
                out.push('&');
            }
        }
    }
    // Both are of letters, digits, `-` and `_` only.
    out.push_str(param);
    out.push('=');
    out.push_str(click_id);
    if let Some(fragment) = fragment {
        out.push('#');
        out.push_str(fragment);
    }
    out
}

fn names(pair: &str, param: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default();
    let decoded = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
    decoded.trim().eq_ignore_ascii_case(param)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_links_lead_to_permitted_hosts_only() {
        let hosts = vec!["www.shop.com".to_owned(), "*.shop.de".to_owned()];
        for (link, allowed) in [
            ("https://www.shop.com/boots?x=1#y", true),
            ("http://WWW.Shop.com./", true),
            ("https://a.b.shop.de/", true),
            ("https://shop.de/", false),
            ("https://evilshop.de/", false),
            ("https://www.shop.com.evil.com/", false),
            ("https://www.shop.com@evil.com/", false),
            ("https://user:pw@www.shop.com/", false),
            ("https://evil.com/www.shop.com", false),
            ("https://evil.com\\@www.shop.com/", false),
            ("javascript:alert(1)", false),
            ("//www.shop.com/", false),
            ("/boots", false),
            ("https://127.0.0.1/", false),
            ("", false),
        ] {
            assert_eq!(permitted(link, &hosts).is_some(), allowed, "{link}");
        }
    }

    #[test]
    fn what_names_somebody_is_not_kept() {
        assert!(kept("https://www.shop.com/boots?size=42").is_some());
        for link in ["https://www.shop.com/?m=ann@example.com", "https://www.shop.com/?m=ann%40example.com"] {
            assert_eq!(kept(link), None, "{link}");
        }
    }

    #[test]
    fn our_parameter_is_the_only_one_of_its_name() {
        for (landing, expected) in [
            ("https://s.com/", "https://s.com/?pt=ID"),
            ("https://s.com/a?x=1", "https://s.com/a?x=1&pt=ID"),
            ("https://s.com/a?pt=EVIL&x=1&PT=2&%70t=3#f", "https://s.com/a?x=1&pt=ID#f"),
            ("https://s.com/a?#f", "https://s.com/a?pt=ID#f"),
        ] {
            assert_eq!(with_click_id(landing, "pt", "ID"), expected);
        }
    }
}
