//! Gathers what the doctor judges.

use std::net::IpAddr;

use super::certificate::{self, Certificate};
use super::config::DomainConfig;
use super::diagnose::diagnose;
use super::facts::{Facts, HostFacts};
use super::finding::Findings;
use super::names::{is_open, site_of};
use super::probe::Probe;
use super::resolve::{Question, Record};

/// What is asked about a tracking domain.
#[derive(Debug, Clone)]
pub struct Asked {
    pub host: String,
    /// The host of the shop's page; empty: `www.` of the same site.
    pub page: String,
    pub landing_hosts: Vec<String>,
    pub prefix: String,
    pub tag_name: String,
    pub click_param: String,
    pub cookie_days: u32,
    /// Whether visitors come by HTTPS.
    pub secure: bool,
}

/// Asks DNS and the host itself, and says what was known and what it means.
pub async fn examine(probe: &Probe, config: &DomainConfig, asked: Asked) -> (Facts, Findings) {
    let page = match asked.page.as_str() {
        "" => site_of(&asked.host).map_or_else(|| asked.host.clone(), |site| format!("www.{site}")),
        page => page.to_owned(),
    };
    let (host, page, issuers) =
        tokio::join!(look_up(probe, &asked.host), look_up(probe, &page), issuers(probe, &asked.host));
    // Names that nobody can register have no certificate of an authority.
    let with_certificate = asked.secure && is_open(&asked.host) && host.has_address();
    let certificate =
        if with_certificate { certificate::look(probe, &asked.host).await } else { Certificate::NotAsked };
    let facts = Facts {
        host: HostFacts { issuers, ..host },
        page,
        landing_hosts: asked.landing_hosts,
        targets: config.targets(),
        prefix: asked.prefix,
        tag_name: asked.tag_name,
        click_param: asked.click_param,
        issuer: if asked.secure { config.issuer().to_owned() } else { String::new() },
        certificate,
        cookie_days: asked.cookie_days,
    };
    let findings = diagnose(&facts);
    (facts, findings)
}

async fn look_up(probe: &Probe, name: &str) -> HostFacts {
    let mut facts = HostFacts { name: name.to_owned(), ..HostFacts::default() };
    let (chain, addresses) = tokio::join!(probe.chain(name), probe.addresses(name));
    match chain {
        Ok(chain) => facts.chain = chain,
        Err(why) => facts.trouble = Some(why),
    }
    match addresses {
        Ok(found) => {
            for address in found {
                match address {
                    IpAddr::V4(it) => facts.v4.push(it),
                    IpAddr::V6(it) => facts.v6.push(it),
                }
            }
        }
        Err(why) => facts.trouble = Some(why),
    }
    facts
}

/// By the CAA records of the host, or of the nearest parent that has some.
async fn issuers(probe: &Probe, host: &str) -> Option<Vec<String>> {
    let mut at = host;
    while at.contains('.') {
        let found = probe.resolver.ask(at, Question::Caa).await.unwrap_or_default();
        let issuers: Vec<String> = found
            .into_iter()
            .filter_map(|it| match it {
                Record::Issuer(issuer) => Some(issuer),
                _ => None,
            })
            .collect();
        if !issuers.is_empty() {
            // One without a name forbids everybody, unless another names somebody.
            return Some(issuers.into_iter().filter(|it| !it.is_empty()).collect());
        }
        at = at.split_once('.').map_or("", |(_, parent)| parent);
    }
    None
}
