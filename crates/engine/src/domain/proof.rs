//! Whether a host is a brand's own: by a record of DNS, by where it leads, or by a file on its web server.

use super::diagnose::leads_here;
use super::facts::HostFacts;
use super::fetch::fetch;
use super::probe::Probe;
use super::resolve::{Question, Record};

/// How a host was proved to be the brand's. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Method {
    /// A TXT record with the token.
    Record = 1,
    /// It leads to this server, where one brand alone can have asked for it.
    Address = 2,
    /// A file with the token.
    File = 3,
    /// Whoever runs the server said so.
    Word = 4,
}

impl Method {
    pub const ALL: [Method; 4] = [Method::Record, Method::Address, Method::File, Method::Word];

    pub fn code(self) -> &'static str {
        match self {
            Method::Record => "txt",
            Method::Address => "address",
            Method::File => "file",
            Method::Word => "operator",
        }
    }
}

/// What a brand says of a host.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    pub host: &'a str,
    pub token: &'a str,
    /// What tracking domains lead to.
    pub targets: &'a [String],
    /// Several brands are served here: that a host leads here does not say whose it is.
    pub several_brands: bool,
}

/// The name of the TXT record.
pub fn record_name(host: &str) -> String {
    format!("_referee.{host}")
}

/// What the TXT record and the file say.
pub fn record_value(token: &str) -> String {
    format!("referee={token}")
}

/// The path of the file.
pub fn file_path(token: &str) -> String {
    format!("/.well-known/referee-{token}")
}

/// How the claim is proved, or a sentence on what was found in place of a proof.
pub async fn prove(probe: &Probe, claim: &Claim<'_>) -> Result<Method, String> {
    let by_record = record(probe, claim).await;
    if by_record == Ok(true) {
        return Ok(Method::Record);
    }
    let by_address = address(probe, claim).await;
    if by_address == Ok(true) && !claim.several_brands {
        return Ok(Method::Address);
    }
    // Last, because it knocks at somebody's door. This server never answers it itself: otherwise a host that leads here
    // would prove whatever brand asks first.
    let file = match fetch(probe, claim.host, &file_path(claim.token)).await {
        Ok(text) if text.contains(&record_value(claim.token)) => return Ok(Method::File),
        Ok(_) => "it says something else".to_owned(),
        Err(why) => why,
    };
    let record = match by_record {
        Ok(_) => {
            format!("There is no TXT record {} with the value {}.", record_name(claim.host), record_value(claim.token))
        }
        Err(why) => format!("DNS could not be asked: {why}."),
    };
    let address = match by_address {
        Ok(true) => " The host leads here, but several brands are served here, so that this does not say whose it is.",
        Ok(false) if !claim.targets.is_empty() => " The host does not lead to this server.",
        _ => "",
    };
    Err(format!("{record}{address} The file was not found either: {file}."))
}

async fn record(probe: &Probe, claim: &Claim<'_>) -> Result<bool, String> {
    let wanted = Record::Text(record_value(claim.token));
    let trimmed = |it: Record| match it {
        Record::Text(text) => Record::Text(text.trim().to_owned()),
        it => it,
    };
    let found = probe.resolver.ask(&record_name(claim.host), Question::Txt).await?;
    Ok(found.into_iter().any(|it| trimmed(it) == wanted))
}

async fn address(probe: &Probe, claim: &Claim<'_>) -> Result<bool, String> {
    if claim.targets.is_empty() {
        return Ok(false);
    }
    let mut seen = HostFacts { chain: probe.chain(claim.host).await?, ..HostFacts::default() };
    for address in probe.addresses(claim.host).await? {
        match address {
            std::net::IpAddr::V4(it) => seen.v4.push(it),
            std::net::IpAddr::V6(it) => seen.v6.push(it),
        }
    }
    Ok(leads_here(&seen, claim.targets))
}
