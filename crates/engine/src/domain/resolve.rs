//! DNS, as the doctor asks it: behind a trait, so that every answer can be made up in tests.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::future::BoxFuture;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{RData, RecordType};

use crate::error::{Error, Result};

/// A name server that does not answer twice within this time is said to be away.
const PATIENCE: Duration = Duration::from_secs(3);
const ATTEMPTS: usize = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    A,
    Aaaa,
    Cname,
    Txt,
    Caa,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    Address(IpAddr),
    /// In lower case, without the last dot.
    Name(String),
    Text(String),
    /// Who may issue certificates; empty: nobody.
    Issuer(String),
}

/// What a name server said: nothing, if there are no such records. An error is a server that could not be asked.
pub type Answer = std::result::Result<Vec<Record>, String>;

pub trait Resolve: Send + Sync {
    fn ask<'a>(&'a self, host: &'a str, question: Question) -> BoxFuture<'a, Answer>;
}

/// The name servers of the system, or one that the configuration names.
pub struct System {
    resolver: TokioResolver,
}

impl System {
    pub fn new(server: Option<SocketAddr>) -> Result<System> {
        let doing = "ask DNS";
        let builder = match server {
            Some(at) => TokioResolver::builder_with_config(only(at), TokioRuntimeProvider::default()),
            None => TokioResolver::builder_tokio().map_err(|error| Error::setup(doing, error))?,
        };
        let resolver = builder.with_options(options()).build().map_err(|error| Error::setup(doing, error))?;
        Ok(System { resolver })
    }
}

fn only(at: SocketAddr) -> ResolverConfig {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut it| {
        it.port = at.port();
        it
    });
    ResolverConfig::from_name_servers(vec![NameServerConfig::new(at.ip(), true, connections.to_vec())])
}

fn options() -> ResolverOpts {
    let mut options = ResolverOpts::default();
    options.timeout = PATIENCE;
    options.attempts = ATTEMPTS;
    // Whoever has just set a record wants to see it, and what this computer calls a host is not what visitors see.
    options.cache_size = 0;
    options.use_hosts_file = ResolveHosts::Never;
    options
}

impl Resolve for System {
    fn ask<'a>(&'a self, host: &'a str, question: Question) -> BoxFuture<'a, Answer> {
        Box::pin(async move {
            let kind = match question {
                Question::A => RecordType::A,
                Question::Aaaa => RecordType::AAAA,
                Question::Cname => RecordType::CNAME,
                Question::Txt => RecordType::TXT,
                Question::Caa => RecordType::CAA,
            };
            // With its last dot, a name is never tried below the domains of this computer.
            match self.resolver.lookup(format!("{host}."), kind).await {
                Ok(lookup) => Ok(lookup.answers().iter().filter_map(|it| read(&it.data, kind)).collect()),
                Err(error) if error.is_no_records_found() => Ok(Vec::new()),
                Err(error) => Err(error.to_string()),
            }
        })
    }
}

/// A record, if it is of the kind that was asked for.
fn read(data: &RData, kind: RecordType) -> Option<Record> {
    match (kind, data) {
        (RecordType::A, RData::A(it)) => Some(Record::Address(IpAddr::V4(it.0))),
        (RecordType::AAAA, RData::AAAA(it)) => Some(Record::Address(IpAddr::V6(it.0))),
        (RecordType::CNAME, RData::CNAME(it)) => {
            Some(Record::Name(it.0.to_ascii().trim_end_matches('.').to_ascii_lowercase()))
        }
        (RecordType::TXT, RData::TXT(it)) => {
            let text: Vec<u8> = it.txt_data.iter().flat_map(|part| part.iter().copied()).collect();
            Some(Record::Text(String::from_utf8_lossy(&text).into_owned()))
        }
        (RecordType::CAA, RData::CAA(it)) if it.tag.eq_ignore_ascii_case("issue") => {
            let value = String::from_utf8_lossy(&it.value);
            let issuer = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            Some(Record::Issuer(issuer))
        }
        _ => None,
    }
}
