//! Hosts as names: which are of the open internet, and which site they belong to.

use std::net::IpAddr;

/// Longer is no host.
const CHARS_MAX: usize = 253;

/// A host by its name: letters, digits and hyphens between dots, in lower case.
pub fn is_name(host: &str) -> bool {
    let label = |it: &str| {
        let inside = it.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        (1..=63).contains(&it.len()) && inside && !it.starts_with('-') && !it.ends_with('-')
    };
    host.len() <= CHARS_MAX && host.parse::<IpAddr>().is_err() && host.split('.').all(label)
}

/// Whether anybody on the internet may reach a host by this name. Names that nobody can register (`*.localhost`,
/// `*.test`, bare names, addresses) prove nothing and need no proof.
pub fn is_open(host: &str) -> bool {
    is_name(host) && host.contains('.') && psl::suffix(host.as_bytes()).is_some_and(|suffix| suffix.is_known())
}

/// The registrable domain: what hosts share whose cookies may meet. None for addresses, and for names that are a suffix.
pub fn site_of(host: &str) -> Option<&str> {
    if is_name(host) { psl::domain_str(host) } else { None }
}

/// Whether the site is one of many under a domain of somebody else, such as `acme.myshopify.com`: nobody but that one
/// can add a host to it.
pub fn suffix_is_shared(host: &str) -> bool {
    psl::suffix(host.as_bytes()).is_some_and(|suffix| suffix.typ() == Some(psl::Type::Private))
}
