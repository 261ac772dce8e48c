//! Proxies in front of the server, and what is believed of them: who the visitor is, and how he came.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A range of addresses, such as `10.0.0.0/8`; one address alone is a range of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProxyNetwork {
    first: IpAddr,
    bits: u8,
}

impl ProxyNetwork {
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.first, address.to_canonical()) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or_default();
                first.to_bits() & mask == address.to_bits() & mask
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or_default();
                first.to_bits() & mask == address.to_bits() & mask
            }
            _ => false,
        }
    }
}

impl FromStr for ProxyNetwork {
    type Err = String;

    fn from_str(text: &str) -> Result<ProxyNetwork, String> {
        let wrong = || format!("{text:?} is no network, such as 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32");
        let (first, bits) = match text.trim().split_once('/') {
            Some((first, bits)) => (first, Some(bits)),
            None => (text.trim(), None),
        };
        let first: IpAddr = first.parse().map_err(|_| wrong())?;
        let most = if first.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).map_err(|_| wrong())?;
        if bits > most {
            return Err(wrong());
        }
        Ok(ProxyNetwork { first, bits })
    }
}

impl fmt::Display for ProxyNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.bits)
    }
}

impl Serialize for ProxyNetwork {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ProxyNetwork {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ProxyNetwork, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Whether a connection's other end is a proxy of ours.
pub fn is_proxy(proxies: &[ProxyNetwork], from: IpAddr) -> bool {
    proxies.iter().any(|network| network.contains(from))
}

/// The visitor's address: of those that proxies passed on, the last that is no proxy of ours, or the first of all. What is no
/// address ends the chain, since whoever wrote it is not to be believed.
pub fn visitor<'a>(proxies: &[ProxyNetwork], from: IpAddr, passed_on: impl Iterator<Item = &'a str>) -> IpAddr {
    let mut visitor = from;
    for text in passed_on {
        if !is_proxy(proxies, visitor) {
            break;
        }
        match address(text.trim()) {
            Some(address) => visitor = address,
            None => break,
        }
    }
    visitor.to_canonical()
}

/// Some proxies write a port behind it.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|it| it.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(texts: &[&str]) -> Vec<ProxyNetwork> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn seen(from: &str, passed_on: &str) -> String {
        let proxies = networks(&["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"]);
        // As the server reads them: from the last one on.
        visitor(&proxies, from.parse().unwrap(), passed_on.rsplit(',')).to_string()
    }

    #[test]
    fn only_proxies_of_ours_say_who_the_visitor_is() {
        for (from, passed_on, visitor) in [
            ("10.1.2.3", "203.0.113.5", "203.0.113.5"),
            ("10.1.2.3", "198.51.100.1, 203.0.113.5", "203.0.113.5"),
            ("10.1.2.3", "203.0.113.5, 10.9.9.9", "203.0.113.5"),
            ("10.1.2.3", "203.0.113.5, 192.0.2.7, 10.9.9.9", "203.0.113.5"),
            ("10.1.2.3", "10.9.9.9", "10.9.9.9"),
            ("203.0.113.5", "198.51.100.1", "203.0.113.5"),
            ("10.1.2.3", "nonsense", "10.1.2.3"),
            ("10.1.2.3", "198.51.100.1, nonsense, 10.9.9.9", "10.9.9.9"),
            ("10.1.2.3", "", "10.1.2.3"),
            ("2001:db8::1", "[2001:db9::5]:4711", "2001:db9::5"),
            ("::ffff:10.1.2.3", "203.0.113.5:80", "203.0.113.5"),
            ("192.0.2.8", "203.0.113.5", "192.0.2.8"),
        ] {
            assert_eq!(seen(from, passed_on), visitor, "{from} {passed_on}");
        }
    }

    #[test]
    fn networks_are_read_and_printed() {
        for (text, printed) in [("10.0.0.0/8", "10.0.0.0/8"), ("192.0.2.7", "192.0.2.7/32"), ("::/0", "::/0")] {
            assert_eq!(text.parse::<ProxyNetwork>().unwrap().to_string(), printed);
        }
        assert!(networks(&["0.0.0.0/0"])[0].contains("203.0.113.5".parse().unwrap()));
        assert!(networks(&["::/0"])[0].contains("2001:db8::1".parse().unwrap()));
        for wrong in ["10.0.0.0/33", "10.0.0", "proxy.example", "", "10.0.0.0/-1", "::/129"] {
            assert!(wrong.parse::<ProxyNetwork>().unwrap_err().contains("is no network"), "{wrong}");
        }
    }
}
