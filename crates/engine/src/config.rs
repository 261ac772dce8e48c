//! What the person who runs the server decides. One order of sources: defaults, file, environment, flags.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::books::sql::MAIN;
use crate::error::{Error, Result};
use crate::intake::network::NetworkFiles;
use crate::mail::MailConfig;
use crate::role::Role;
use crate::secret::Secret;

#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Config {
    /// Folder of the log, the books, the settings and the master key.
    pub data: PathBuf,
    pub listen: SocketAddr,
    /// Hosts on which the console, the API and the documentation are served.
    pub console_hosts: Vec<String>,
    /// How visitors reach this server: `https` behind a proxy that ends TLS, `http` only to try it out.
    pub scheme: Scheme,
    /// Whether the last entry of `X-Forwarded-For` is the visitor: only behind a proxy that sets it.
    pub trust_forwarded: bool,
    /// What is logged, as `info` or `referee_engine=debug,info`.
    pub log: String,
    pub log_format: LogFormat,
    /// Number of this edge, below 1,024 and unique among all that write to one log.
    pub edge: u16,
    /// What this process does.
    pub roles: Vec<Role>,
    /// PostgreSQL that holds the settings and the books, and the log unless another is named. None: files in `data`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_url: Option<Secret>,
    /// NATS JetStream that holds the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_url: Option<Secret>,
    /// Copies of the log in NATS: 1, 3 or 5.
    pub log_replicas: u8,
    /// The credentials file of NATS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_credentials: Option<PathBuf>,
    /// The master key's file, the same for all processes. None: `referee.key` in `data`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<PathBuf>,
    /// Threads of the machine: each applies some of the partitions.
    pub machine_threads: u8,
    /// Whether a report that lies on this edge's own disk only, because the shared log is away, is answered as kept.
    pub spool_answers_reports: bool,
    /// Further PostgreSQL servers that hold books of some partitions, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub clusters: BTreeMap<String, Secret>,
    /// The server that takes mail, and who it is from.
    #[serde(skip_serializing_if = "is_none")]
    pub mail: MailConfig,
    /// What is known of visitors' addresses.
    #[serde(skip_serializing_if = "NetworkFiles::is_empty")]
    pub networks: NetworkFiles,
    /// A made-up Shopify on this computer that is asked instead of the shops: only to try it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shopify_url: Option<String>,
}

fn is_none(mail: &MailConfig) -> bool {
    *mail == MailConfig::default()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    Http,
    Https,
}

impl Scheme {
    pub fn as_str(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

/// One source: what it says, and nothing where it is silent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub data: Option<PathBuf>,
    pub listen: Option<SocketAddr>,
    pub console_hosts: Option<Vec<String>>,
    pub scheme: Option<Scheme>,
    pub trust_forwarded: Option<bool>,
    pub log: Option<String>,
    pub log_format: Option<LogFormat>,
    pub edge: Option<u16>,
    pub spool_answers_reports: Option<bool>,
    pub roles: Option<Vec<Role>>,
    pub database_url: Option<Secret>,
    pub log_url: Option<Secret>,
    pub log_replicas: Option<u8>,
    pub log_credentials: Option<PathBuf>,
    pub key: Option<PathBuf>,
    pub machine_threads: Option<u8>,
    pub clusters: Option<BTreeMap<String, Secret>>,
    #[serde(default)]
    pub mail: MailConfig,
    #[serde(default)]
    pub networks: NetworkFiles,
    pub shopify_url: Option<String>,
}

/// Plain HTTP goes nowhere else.
fn is_loopback(url: &str) -> bool {
    let authority = url.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
    authority.and_then(|it| it.parse::<SocketAddr>().ok()).is_some_and(|address| address.ip().is_loopback())
}

/// Click numbers have ten bits for it.
const EDGE_MAX: u16 = 1_023;

impl Source {
    pub fn read(path: &Path) -> Result<Source> {
        let doing = || format!("read the configuration {}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| Error::setup(doing(), error))?;
        toml::from_str(&text).map_err(|error| Error::setup(doing(), error))
    }

    /// This source, and where it is silent the weaker one.
    pub fn over(self, weaker: Source) -> Source {
        Source {
            data: self.data.or(weaker.data),
            listen: self.listen.or(weaker.listen),
            console_hosts: self.console_hosts.or(weaker.console_hosts),
            scheme: self.scheme.or(weaker.scheme),
            trust_forwarded: self.trust_forwarded.or(weaker.trust_forwarded),
            log: self.log.or(weaker.log),
            log_format: self.log_format.or(weaker.log_format),
            edge: self.edge.or(weaker.edge),
            spool_answers_reports: self.spool_answers_reports.or(weaker.spool_answers_reports),
            roles: self.roles.or(weaker.roles),
            database_url: self.database_url.or(weaker.database_url),
            log_url: self.log_url.or(weaker.log_url),
            log_replicas: self.log_replicas.or(weaker.log_replicas),
            log_credentials: self.log_credentials.or(weaker.log_credentials),
            key: self.key.or(weaker.key),
            machine_threads: self.machine_threads.or(weaker.machine_threads),
            clusters: self.clusters.or(weaker.clusters),
            mail: self.mail.over(weaker.mail),
            networks: self.networks.over(weaker.networks),
            shopify_url: self.shopify_url.or(weaker.shopify_url),
        }
    }
}

impl Config {
    /// What is in force when these sources are laid over the defaults.
    pub fn new(source: Source) -> Result<Config> {
        let hosts = source.console_hosts.unwrap_or_else(|| vec!["localhost".into(), "127.0.0.1".into()]);
        let config = Config {
            data: source.data.unwrap_or_else(|| "referee-data".into()),
            listen: source.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            console_hosts: hosts.iter().map(|host| host.trim().to_ascii_lowercase()).collect(),
            scheme: source.scheme.unwrap_or(Scheme::Https),
            trust_forwarded: source.trust_forwarded.unwrap_or(false),
            log: source.log.unwrap_or_else(|| "info".into()),
            log_format: source.log_format.unwrap_or(LogFormat::Text),
            edge: source.edge.unwrap_or(1),
            spool_answers_reports: source.spool_answers_reports.unwrap_or(false),
            roles: source.roles.unwrap_or_else(|| Role::ALL.to_vec()),
            // An empty one, as a deployment may leave it, is none.
            database_url: source.database_url.filter(|url| !url.0.is_empty()),
            log_url: source.log_url.filter(|url| !url.0.is_empty()),
            log_replicas: source.log_replicas.unwrap_or(3),
            log_credentials: source.log_credentials,
            key: source.key,
            machine_threads: source.machine_threads.unwrap_or(1),
            clusters: source.clusters.unwrap_or_default(),
            mail: source.mail.without_empty(),
            networks: source.networks,
            shopify_url: source.shopify_url.filter(|url| !url.is_empty()),
        };
        config.check().map_err(|cause| Error::setup("read the configuration", cause)).map(|()| config)
    }

    /// What does not go together.
    fn check(&self) -> std::result::Result<(), String> {
        if !(1..=EDGE_MAX).contains(&self.edge) {
            return Err(format!("edge is {}: it is 1 to {EDGE_MAX}", self.edge));
        }
        if self.roles.is_empty() {
            return Err("roles is empty: name some of edge, machine, reader, courier".into());
        }
        if ![1, 3, 5].contains(&self.log_replicas) {
            return Err(format!("log_replicas is {}: it is 1, 3 or 5", self.log_replicas));
        }
        if !(1..=64).contains(&self.machine_threads) {
            return Err(format!("machine_threads is {}: it is 1 to 64", self.machine_threads));
        }
        let scaled = self.database_url.is_some();
        if !scaled && self.log_url.is_some() {
            return Err("log_url needs database_url: the books of a log in NATS are on PostgreSQL".into());
        }
        if !scaled && !self.clusters.is_empty() {
            return Err("clusters needs database_url: it holds the settings that say which books are where".into());
        }
        if !scaled && self.roles.len() < Role::ALL.len() {
            return Err("roles needs database_url: files have one process that does everything".into());
        }
        if self.clusters.contains_key(MAIN) {
            return Err(format!("the cluster {MAIN:?} is the one at database_url: give others another name"));
        }
        if self.shopify_url.as_deref().is_some_and(|url| !is_loopback(url)) {
            return Err("shopify_url is http:// and an address of this computer, such as http://127.0.0.1:9000".into());
        }
        self.mail.check()
    }

    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Where the master key lies.
    pub fn key_path(&self) -> PathBuf {
        self.key.clone().unwrap_or_else(|| self.data.join("referee.key"))
    }

    /// As a file that would say the same.
    pub fn to_toml(&self) -> Result<String> {
        toml::to_string_pretty(self).map_err(|error| Error::setup("print the configuration", error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stronger_source_wins_and_silence_is_filled() {
        let file: Source = toml::from_str("listen = \"127.0.0.1:9000\"\nlog = \"debug\"\n").unwrap();
        let flags = Source { log: Some("warn".into()), ..Source::default() };
        let config = Config::new(flags.over(file)).unwrap();
        assert_eq!((config.listen.port(), config.log.as_str(), config.scheme), (9000, "warn", Scheme::Https));
    }

    #[test]
    fn what_is_printed_reads_back() {
        let config = Config::new(Source::default()).unwrap();
        let again = Config::new(toml::from_str(&config.to_toml().unwrap()).unwrap()).unwrap();
        assert!(config == again);
    }

    #[test]
    fn passwords_are_not_printed() {
        let url = Secret("postgres://referee:s3cret@db:5432/referee".into());
        let config = Config::new(Source { database_url: Some(url), ..Source::default() }).unwrap();
        let text = config.to_toml().unwrap();
        assert!(text.contains("postgres://referee:***@db:5432/referee"), "{text}");
        assert!(!format!("{:?}", config.database_url).contains("s3cret"));
        let source = "[mail]\nsmtp = \"smtps://me:s3cret@mail.example:465\"\nfrom = \"a@acme.example\"";
        let text = Config::new(toml::from_str(source).unwrap()).unwrap().to_toml().unwrap();
        assert!(text.contains("smtps://me:***@mail.example:465") && !text.contains("s3cret"), "{text}");
    }

    #[test]
    fn what_does_not_go_together_is_said() {
        let nats = Some(Secret("nats://n1:4222".into()));
        let refused = |source| match Config::new(source) {
            Err(error) => error.to_string(),
            Ok(_) => panic!("it was taken"),
        };
        assert!(refused(Source { log_url: nats, ..Source::default() }).contains("log_url needs database_url"));
        let roles = Some(vec![Role::Edge]);
        assert!(refused(Source { roles, ..Source::default() }).contains("roles needs database_url"));
        assert!(refused(Source { log_replicas: Some(2), ..Source::default() }).contains("1, 3 or 5"));
        let mail = MailConfig { from: Some("a@acme.example".into()), ..MailConfig::default() };
        assert!(refused(Source { mail, ..Source::default() }).contains("mail.smtp is missing"));
    }

    #[test]
    fn a_misspelt_name_is_an_error() {
        assert!(toml::from_str::<Source>("listten = \"x\"").is_err());
    }
}
