//! What is measured of a request on a link. Nothing is judged here.

use std::net::IpAddr;

use hmac::Mac;
use referee_core::fact::{Embedded, Navigation, Preload, Signals, Site};

use super::agent;
use super::click::ClickRequest;
use super::keys::BrandKeys;
use super::oddity::oddities;
use crate::limits::REFERRER_HOST_CHARS_MAX;

pub fn signals(request: &ClickRequest<'_>, keys: &BrandKeys) -> Signals {
    let preload = preload(request.purpose);
    let (navigation, embedded) = navigation(request.fetch_mode, request.fetch_dest);
    let told = agent::classify(request.user_agent);
    let address = request.address.parse::<IpAddr>().ok().map(|it| it.to_canonical());
    Signals {
        navigation,
        prefetch: preload != Preload::Unknown,
        head: request.head,
        agent: told.agent,
        device: told.client.device,
        embedded,
        site: site(request.fetch_site),
        activated: request.fetch_user == "?1",
        preload,
        robot: told.robot,
        system: told.client.system,
        browser: told.client.browser,
        oddities: oddities(request, &told),
        network_class: request.network.class,
        asn: request.network.asn,
        country: request.network.country,
        returning: request.visitor.is_some_and(super::visitor::is_visitor),
        network: address.map_or(0, |it| network(keys, it)),
        agent_key: address.map_or(0, |it| agent_key(keys, it, request.user_agent)),
    }
}

/// What a browser that only prepares says. Chrome adds words after a semicolon; older ones have other headers.
fn preload(purpose: &str) -> Preload {
    let purpose = purpose.trim_start();
    if purpose.starts_with("prefetch") {
        if purpose.contains("prerender") {
            Preload::Prerender
        } else if purpose.contains("anonymous-client-ip") {
            Preload::Anonymous
        } else {
            Preload::Prefetch
        }
    } else if purpose.starts_with("preview") || purpose.starts_with("instant") {
        Preload::Preview
    } else {
        Preload::Unknown
    }
}

fn navigation(mode: &str, dest: &str) -> (Navigation, Embedded) {
    let embedded = match dest {
        "image" => Some(Embedded::Image),
        "iframe" | "frame" => Some(Embedded::Frame),
        "script" => Some(Embedded::Script),
        "empty" => Some(Embedded::Fetch),
        "style" | "object" | "embed" | "video" | "audio" | "font" => Some(Embedded::Other),
        _ => None,
    };
    match (embedded, mode) {
        (Some(embedded), _) => (Navigation::Embedded, embedded),
        (None, "navigate") => (Navigation::Navigate, Embedded::Unknown),
        (None, "") => (Navigation::Unknown, Embedded::Unknown),
        (None, _) => (Navigation::Embedded, Embedded::Other),
    }
}

fn site(word: &str) -> Site {
    match word {
        "none" => Site::None,
        "same-origin" => Site::SameOrigin,
        "same-site" => Site::SameSite,
        "cross-site" => Site::CrossSite,
        _ => Site::Unknown,
    }
}

/// The key of a device that was seen elsewhere than on a link, as that of clicks from it; None where its address can't be
/// read.
pub fn device_key(keys: &BrandKeys, address: &str, user_agent: &str) -> Option<u64> {
    let address = address.parse::<IpAddr>().ok()?.to_canonical();
    Some(agent_key(keys, address, user_agent))
}

/// One network: 256 neighbours of IPv4, or what one customer of IPv6 is given.
fn network(keys: &BrandKeys, address: IpAddr) -> u64 {
    match address {
        IpAddr::V4(it) => keyed(keys, b"network", &[&it.octets()[..3]]),
        IpAddr::V6(it) => keyed(keys, b"network", &[&it.octets()[..6]]),
    }
}

/// One device, as far as can be told without a cookie. An address of IPv6 changes its second half by the day.
fn agent_key(keys: &BrandKeys, address: IpAddr, user_agent: &str) -> u64 {
    match address {
        IpAddr::V4(it) => keyed(keys, b"agent 4", &[&it.octets(), user_agent.as_bytes()]),
        IpAddr::V6(it) => keyed(keys, b"agent 6", &[&it.octets()[..8], user_agent.as_bytes()]),
    }
}

/// Never 0, which says that nothing is known. The word keeps hashes of one kind apart from those of others.
fn keyed(keys: &BrandKeys, word: &[u8], parts: &[&[u8]]) -> u64 {
    let mut mac = keys.identity.clone();
    // No kind of identifier has this number.
    mac.update(&[u8::MAX]);
    mac.update(word);
    parts.iter().for_each(|part| mac.update(part));
    let hash = mac.finalize().into_bytes();
    let first = hash.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    first.max(1)
}

/// The host of the page that led here, or the name of the app. Only letters that hosts have.
pub fn referrer_host(referrer: &str) -> String {
    let Some((_, rest)) = referrer.split_once("://") else { return String::new() };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = match host.split_once(']') {
        Some((bracketed, _)) => bracketed.trim_start_matches('['),
        None => host.split(':').next().unwrap_or_default(),
    };
    let fits = host.len() <= REFERRER_HOST_CHARS_MAX;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':');
    if fits && host.bytes().all(allowed) { host.trim_end_matches('.').to_ascii_lowercase() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(fill: u8) -> BrandKeys {
        BrandKeys::new([fill; 32], Vec::new())
    }

    #[test]
    fn a_request_that_prepares_says_how() {
        for (purpose, expected) in [
            ("", Preload::Unknown),
            ("navigate", Preload::Unknown),
            ("prefetch", Preload::Prefetch),
            (" prefetch;prerender", Preload::Prerender),
            ("prefetch;anonymous-client-ip", Preload::Anonymous),
            ("preview", Preload::Preview),
            ("instant", Preload::Preview),
        ] {
            assert_eq!(preload(purpose), expected, "{purpose}");
        }
    }

    #[test]
    fn what_is_embedded_says_as_what() {
        use Embedded::*;
        for (mode, dest, expected) in [
            ("navigate", "document", (Navigation::Navigate, Unknown)),
            ("navigate", "iframe", (Navigation::Embedded, Frame)),
            ("no-cors", "image", (Navigation::Embedded, Image)),
            ("no-cors", "script", (Navigation::Embedded, Script)),
            ("cors", "empty", (Navigation::Embedded, Fetch)),
            ("cors", "", (Navigation::Embedded, Other)),
            ("", "", (Navigation::Unknown, Unknown)),
        ] {
            assert_eq!(navigation(mode, dest), expected, "{mode} {dest}");
        }
    }

    #[test]
    fn keys_tell_what_is_the_same_and_nothing_else() {
        let of = |fill, address: &str, user_agent: &str| {
            let request = ClickRequest { address, user_agent, ..ClickRequest::default() };
            let it = signals(&request, &keys(fill));
            (it.network, it.agent_key)
        };
        let first = of(1, "198.51.100.7", "a");
        assert_eq!(of(1, "::ffff:198.51.100.7", "a"), first);
        assert_eq!(of(1, "198.51.100.9", "a").0, first.0);
        assert_ne!(of(1, "198.51.100.9", "a").1, first.1);
        assert_ne!(of(1, "198.51.101.7", "a").0, first.0);
        assert_ne!(of(1, "198.51.100.7", "b").1, first.1);
        assert_ne!(of(2, "198.51.100.7", "a").0, first.0, "brands can't compare");
        let six = of(1, "2001:db8:1:2::7", "a");
        assert_eq!(of(1, "2001:db8:1:2:9::9", "a"), six);
        assert_eq!(of(1, "2001:db8:1:3::7", "a").0, six.0);
        assert_ne!(of(1, "2001:db8:1:3::7", "a").1, six.1);
        assert_eq!(of(1, "nonsense", "a"), (0, 0));
    }

    #[test]
    fn of_a_referrer_only_the_host_is_kept() {
        for (referrer, host) in [
            ("", ""),
            ("https://Blog.Example/post?secret=1", "blog.example"),
            ("https://me:pw@blog.example:8443/x", "blog.example"),
            ("android-app://com.example.mail/", "com.example.mail"),
            ("http://[2001:db8::1]:80/", "2001:db8::1"),
            ("https://blog.example.", "blog.example"),
            ("about:blank", ""),
            ("https://bl og.example/", ""),
            ("https://<script>/", ""),
        ] {
            assert_eq!(referrer_host(referrer), host, "{referrer}");
        }
        assert_eq!(referrer_host(&format!("https://{}/", "a".repeat(256))), "");
    }
}
