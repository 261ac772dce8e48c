//! What goes out on behalf of a host that somebody typed: to public addresses only, for a short time.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use super::config::DomainConfig;
use super::resolve::{Question, Record, Resolve, System};
use crate::error::Result;

/// How far names are followed: longer chains are loops.
const CHAIN_MAX: usize = 10;
/// Addresses of one host that are looked at.
const ADDRESSES_MAX: usize = 16;

pub struct Probe {
    pub resolver: Arc<dyn Resolve>,
    pub private_addresses: bool,
    pub http_port: u16,
    pub https_port: u16,
    pub patience: Duration,
}

impl Probe {
    pub fn new(config: &DomainConfig) -> Result<Probe> {
        let resolver = Arc::new(System::new(config.resolver)?);
        Ok(Probe::with(resolver, config.private_addresses.unwrap_or(false)))
    }

    pub fn with(resolver: Arc<dyn Resolve>, private_addresses: bool) -> Probe {
        let patience = Duration::from_secs(5);
        Probe { resolver, private_addresses, http_port: 80, https_port: 443, patience }
    }

    /// The addresses of a host, of both families.
    pub async fn addresses(&self, host: &str) -> std::result::Result<Vec<IpAddr>, String> {
        let asked = [Question::A, Question::Aaaa].map(|question| self.resolver.ask(host, question));
        let mut found = Vec::new();
        for answer in futures_util::future::join_all(asked).await {
            found.extend(answer?.into_iter().filter_map(|record| match record {
                Record::Address(address) => Some(address),
                _ => None,
            }));
        }
        found.truncate(ADDRESSES_MAX);
        Ok(found)
    }

    /// The addresses that may be connected to. A host with an address inside of a network is not asked at all: whoever
    /// sets such a record wants to see what is there.
    pub async fn reachable(&self, host: &str) -> std::result::Result<Vec<IpAddr>, String> {
        let found = self.addresses(host).await?;
        match found.iter().find(|it| !self.private_addresses && !is_public(**it)) {
            Some(inside) => Err(format!("it leads to {inside}, which is not an address of the open internet")),
            None if found.is_empty() => Err("it has no address".into()),
            None => Ok(found),
        }
    }

    /// Where the CNAME records of a host lead.
    pub async fn chain(&self, host: &str) -> std::result::Result<Vec<String>, String> {
        let mut chain: Vec<String> = Vec::new();
        while chain.len() < CHAIN_MAX {
            let at = chain.last().map_or(host, String::as_str);
            let answer = self.resolver.ask(at, Question::Cname).await?;
            let next = answer.into_iter().find_map(|record| match record {
                Record::Name(name) => Some(name),
                _ => None,
            });
            match next.filter(|it| it != host && !chain.contains(it)) {
                Some(name) => chain.push(name),
                None => break,
            }
        }
        Ok(chain)
    }
}

/// Whether an address is one of the open internet.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = match (a, b, c) {
        // This network, what carriers share, protocols, benchmarks, and the old class E.
        (0, ..) | (100, 64..=127, _) | (192, 0, 0) | (198, 18..=19, _) | (240.., ..) => true,
        // The way from IPv6, long given up.
        (192, 88, 99) => true,
        _ => false,
    };
    !(special
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let inner = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // IPv4 within IPv6, in three ways.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => inner(high, low),
        [0x2002, high, low, ..] => inner(high, low),
        // Teredo, other protocols, and documentation.
        [0x2001, 0..=0x01ff, ..] | [0x2001, 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}
