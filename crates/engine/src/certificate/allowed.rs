//! For which hosts a certificate may be ordered and served: an authority is never asked for a host that somebody else
//! only points here.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::{is_name, is_open};
use crate::engine::Engine;

/// The list of hosts, as brands and the configuration have it now.
#[derive(Clone)]
pub struct Allowed {
    engine: Arc<Engine>,
    console_hosts: Vec<String>,
}

impl Allowed {
    pub fn new(engine: Arc<Engine>, console_hosts: &[String]) -> Allowed {
        Allowed { engine, console_hosts: console_hosts.to_vec() }
    }

    /// Whether a host, in small letters, is one of the console's, or a tracking host that was proved to be a brand's. One of
    /// a private network needs no proof: only a private authority issues any there.
    pub fn may_have_certificate(&self, host: &str) -> bool {
        let routing = self.engine.routing();
        let tracked = routing.hosts.contains_key(host) && (!is_open(host) || routing.proved.contains(host));
        tracked || self.console_hosts.iter().any(|it| it == host)
    }

    /// All of them for which an authority can be asked.
    pub fn hosts(&self) -> BTreeSet<String> {
        let routing = self.engine.routing();
        let hosts = routing.hosts.keys().chain(&self.console_hosts);
        hosts.filter(|host| can_be_ordered(host) && self.may_have_certificate(host)).cloned().collect()
    }
}

/// Whether a name is one that an authority could give a certificate for.
pub fn can_be_ordered(host: &str) -> bool {
    is_name(host) && host.contains('.') && !host.ends_with(".localhost")
}
