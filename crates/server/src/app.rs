//! What every handler holds: passed explicitly, never global.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use http::HeaderMap;
use http::header::HeaderName;
use referee_engine::Engine;
use referee_engine::clock::StandingClock;
use referee_engine::config::{Config, Scheme};
use referee_engine::domain::Probe;
use referee_engine::error::Result;
use referee_engine::mail::MailServer;
use referee_engine::proxies;
use referee_engine::routing::Routing;

use crate::metrics::Metrics;
use crate::shopify::feeds::Feeds;
use crate::tls::Tls;
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
    /// TLS of this server's own, where it has a listener for it.
    pub tls: Option<Arc<Tls>>,
    /// The demonstration shop, served on its own host.
    pub shop: Option<Shop>,
    /// The demonstration's clock, where tests move it.
    pub test_clock: Option<Arc<StandingClock>>,
    /// Which event types shops tell of.
    pub shop_feeds: Feeds,
}

/// A shop of the demonstration.
pub struct Shop {
    pub host: String,
    pub router: axum::Router,
}

/// How a request reached this server.
#[derive(Debug, Clone, Copy)]
pub struct Arrival {
    pub from: SocketAddr,
    /// By the listener that speaks TLS.
    pub by_tls: bool,
}

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

impl App {
    pub fn new(engine: Arc<Engine>, config: Config) -> App {
        let metrics = Metrics::new(engine.clone());
        let (sign_in_tries, mail_server, tls, shop, test_clock) = (Tries::default(), None, None, None, None);
        let shop_feeds = Feeds::default();
        App {
            engine,
            config,
            metrics,
            sign_in_tries,
            mail_server,
            probe: OnceLock::new(),
            tls,
            shop,
            test_clock,
            shop_feeds,
        }
    }

    /// The same with TLS of its own.
    pub fn with_tls(mut self, tls: Arc<Tls>) -> App {
        self.metrics.watch_tls(tls.clone(), self.engine.clone());
        self.tls = Some(tls);
        self
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
    pub fn forwarded_host(&self, from: SocketAddr, routing: &Routing, headers: &HeaderMap) -> Option<String> {
        if !self.config.trust_forwarded && !proxies::is_proxy(&self.config.trusted_proxies, from.ip()) {
            return None;
        }
        // The last line: the proxy's own stands after a client's.
        let named = headers.get_all("x-forwarded-host").iter().next_back()?.to_str().ok()?;
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
        let trusted = &self.config.trusted_proxies;
        if proxies::is_proxy(trusted, from.ip()) {
            // From the last entry on: each proxy adds to the end.
            let lines = headers.get_all(FORWARDED_FOR).iter().rev().filter_map(|value| value.to_str().ok());
            return proxies::visitor(trusted, from.ip(), lines.flat_map(|line| line.rsplit(','))).to_string();
        }
        let forwarded = headers.get(FORWARDED_FOR).and_then(|value| value.to_str().ok());
        match forwarded.and_then(|list| list.rsplit(',').next()) {
            Some(last) if self.config.trust_forwarded => last.trim().chars().take(45).collect(),
            _ => from.ip().to_string(),
        }
    }

    /// How the visitor came: by TLS to here, as a trusted proxy says, or as the configuration does.
    pub fn scheme_of(&self, arrival: Arrival, headers: &HeaderMap) -> Scheme {
        if arrival.by_tls {
            return Scheme::Https;
        }
        match self.passed_on_scheme(arrival, headers) {
            Some(scheme) => scheme,
            None if self.tls.is_some() => Scheme::Http,
            None => self.config.scheme,
        }
    }

    fn passed_on_scheme(&self, arrival: Arrival, headers: &HeaderMap) -> Option<Scheme> {
        if !proxies::is_proxy(&self.config.trusted_proxies, arrival.from.ip()) {
            return None;
        }
        let word = headers.get_all(FORWARDED_PROTO).iter().next_back()?.to_str().ok()?;
        match word.rsplit(',').next()?.trim() {
            word if word.eq_ignore_ascii_case("https") => Some(Scheme::Https),
            word if word.eq_ignore_ascii_case("http") => Some(Scheme::Http),
            _ => None,
        }
    }
}
