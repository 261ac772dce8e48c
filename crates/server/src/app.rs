//! What every handler holds: passed explicitly, never global.

use std::net::SocketAddr;
use std::sync::Arc;

use http::HeaderMap;
use referee_engine::Engine;
use referee_engine::clock::StandingClock;
use referee_engine::config::{Config, Scheme};
use referee_engine::mail::MailServer;
use url::Url;

use crate::metrics::Metrics;
use crate::shopify::feeds::Feeds;
use crate::tries::Tries;

pub struct App {
    pub engine: Arc<Engine>,
    pub config: Config,
    pub metrics: Metrics,
    pub sign_in_tries: Tries,
    /// Who takes this installation's mail; none: it waits for a person.
    pub mail_server: Option<MailServer>,
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

impl App {
    pub fn new(engine: Arc<Engine>, config: Config) -> App {
        let metrics = Metrics::new(engine.clone());
        let (sign_in_tries, mail_server, shop, test_clock) = (Tries::default(), None, None, None);
        let shop_feeds = Feeds::default();
        App { engine, config, metrics, sign_in_tries, mail_server, shop, test_clock, shop_feeds }
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

    /// The visitor's address: the connection's, or what the proxy in front says.
    pub fn address_of(&self, from: SocketAddr, headers: &HeaderMap) -> String {
        let forwarded = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
        match forwarded.and_then(|list| list.rsplit(',').next()) {
            Some(last) if self.config.trust_forwarded => last.trim().chars().take(45).collect(),
            _ => from.ip().to_string(),
        }
    }

    /// Whether pages of an origin may read answers of a tracking host: its own, and the permitted hosts of its programs.
    pub fn permits_origin(&self, tracking_host: &str, origin: &str) -> bool {
        let Ok(url) = Url::parse(origin) else { return false };
        let Some(host) = url.host_str() else { return false };
        if host == tracking_host {
            return true;
        }
        let routing = self.engine.routing();
        let programs = routing.hosts.get(tracking_host).map(Vec::as_slice).unwrap_or_default();
        programs
            .iter()
            .filter_map(|id| routing.program_on(tracking_host, *id))
            .any(|(_, program)| referee_engine::intake::landing::permitted(origin, &program.permitted_hosts).is_some())
    }
}
