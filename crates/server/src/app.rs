//! What every handler holds: passed explicitly, never global.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use http::HeaderMap;
use referee_engine::Engine;
use referee_engine::clock::StandingClock;
use referee_engine::config::{Config, Scheme};
use referee_engine::domain::Probe;
use referee_engine::error::Result;
use referee_engine::mail::MailServer;
use referee_engine::routing::Routing;

use crate::metrics::Metrics;
use crate::tries::Tries;

pub struct App {
    pub engine: Arc<Engine>,
    pub config: Config,
    pub metrics: Metrics,
    pub sign_in_tries: Tries,
    /// Who takes this installation's mail; none: it waits for a person.
    pub mail_server: Option<MailServer>,
    /// Made when it is first needed: most processes never ask.
    pub probe: OnceLock<Probe>,
    /// The demonstration shop, served on its own host.
    pub shop: Option<Shop>,
    /// The demonstration's clock, where tests move it.
    pub test_clock: Option<Arc<StandingClock>>,
}

/// A shop of the demonstration.
pub struct Shop {
    pub host: String,
    pub router: axum::Router,
}

impl App {
    pub fn new(engine: Arc<Engine>, config: Config) -> App {
        let metrics = Metrics::new(engine.clone());
        let (sign_in_tries, mail_server, shop, test_clock) = (Tries::default(), None, None, None);
        App { engine, config, metrics, sign_in_tries, mail_server, probe: OnceLock::new(), shop, test_clock }
    }

    /// A host's address as visitors type it. The port is the server's own where it is tried out without a proxy.
    pub fn origin(&self, host: &str) -> String {
        match self.config.scheme {
            Scheme::Https => format!("https://{host}"),
            Scheme::Http => format!("http://{host}:{}", self.config.listen.port()),
        }
    }

    pub fn console_origin(&self) -> String {
        self.origin(self.config.console_hosts.first().map_or("localhost", String::as_str))
    }

    /// The shop's own host, where its proxy passes a request on under another name and says so.
    pub fn forwarded_host(&self, routing: &Routing, headers: &HeaderMap) -> Option<String> {
        if !self.config.trust_forwarded {
            return None;
        }
        let named = headers.get("x-forwarded-host")?.to_str().ok()?;
        let host = named.rsplit(',').next().unwrap_or_default().trim().to_ascii_lowercase();
        let host = host.split(':').next().unwrap_or_default();
        // Nobody else's host is taken on trust: the proxy in front of a tracking host passes on what clients say.
        routing.names.get(host).filter(|names| names.is_shop).map(|_| host.to_owned())
    }

    /// What is asked of DNS and of hosts that somebody named.
    pub fn probe(&self) -> Result<&Probe> {
        if let Some(probe) = self.probe.get() {
            return Ok(probe);
        }
        let probe = Probe::new(&self.config.domains)?;
        Ok(self.probe.get_or_init(|| probe))
    }

    /// The visitor's address: the connection's, or what the proxy in front says.
    pub fn address_of(&self, from: SocketAddr, headers: &HeaderMap) -> String {
        let forwarded = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
        match forwarded.and_then(|list| list.rsplit(',').next()) {
            Some(last) if self.config.trust_forwarded => last.trim().chars().take(45).collect(),
            _ => from.ip().to_string(),
        }
    }
}
