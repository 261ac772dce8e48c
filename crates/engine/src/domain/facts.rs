//! What is known of a tracking domain when it is judged: nothing here asks anybody.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::certificate::Certificate;

/// What DNS says of a host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostFacts {
    pub name: String,
    /// Where its CNAME records lead, one after the other.
    pub chain: Vec<String>,
    pub v4: Vec<Ipv4Addr>,
    pub v6: Vec<Ipv6Addr>,
    /// Who may issue certificates for it, by CAA records of itself or a parent. None: anybody.
    pub issuers: Option<Vec<String>>,
    /// The name server could not be asked.
    pub trouble: Option<String>,
}

impl HostFacts {
    pub fn has_address(&self) -> bool {
        !self.v4.is_empty() || !self.v6.is_empty()
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    pub host: HostFacts,
    /// The shop's page on which the tag stands.
    pub page: HostFacts,
    /// Where the program's links lead.
    pub landing_hosts: Vec<String>,
    /// What tracking domains of this server lead to. Empty: it is not told.
    pub targets: Vec<String>,
    /// The first part of the tag's paths, and the names of its file and of the parameter.
    pub prefix: String,
    pub tag_name: String,
    pub click_param: String,
    /// Who is to issue the certificate.
    pub issuer: String,
    pub certificate: Certificate,
    /// How long the click cookie is to live.
    pub cookie_days: u32,
}

impl Facts {
    /// Requests go to a path on the shop's own host.
    pub fn is_own_host(&self) -> bool {
        self.host.name == self.page.name
    }
}
