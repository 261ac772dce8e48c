//! What the person who runs the server decides. One order of sources: defaults, file, environment, flags.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
    /// Whether a report that lies on this edge's own disk only, because the shared log is away, is answered as kept.
    pub spool_answers_reports: bool,
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
        };
        if config.edge > EDGE_MAX {
            return Err(Error::setup("read the configuration", format!("edge {} is above {EDGE_MAX}", config.edge)));
        }
        Ok(config)
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
        assert_eq!(config, again);
    }

    #[test]
    fn a_misspelt_name_is_an_error() {
        assert!(toml::from_str::<Source>("listten = \"x\"").is_err());
    }
}
