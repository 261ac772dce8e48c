//! What may be kept of a request whose visitor said no.

use std::net::IpAddr;

use referee_core::consent::permits;
use referee_core::fact::Fact;

use crate::log::Raw;

/// What a request said of itself, as far as it may be kept with its fact.
pub fn permitted(raw: Raw, fact: &Fact) -> Raw {
    if permits(fact.consent()) { raw } else { shortened(raw) }
}

/// Without what tells one visitor from another: the address is that of its network, and the agent and where they came from
/// are gone.
pub fn shortened(raw: Raw) -> Raw {
    Raw { address: network(&raw.address), user_agent: String::new(), referrer: String::new(), ..raw }
}

/// 256 neighbours of IPv4, or what one customer of IPv6 is given.
fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|it| it.to_canonical()) {
        Ok(IpAddr::V4(it)) => {
            let [a, b, c, _] = it.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        Ok(IpAddr::V6(it)) => {
            let [a, b, c, ..] = it.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn an_address_becomes_its_network() {
        assert_eq!(network("192.0.2.77"), "192.0.2.0/24");
        assert_eq!(network("::ffff:192.0.2.77"), "192.0.2.0/24");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1::/48");
        assert_eq!(network("somewhere"), "");
    }
}
