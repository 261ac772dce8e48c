//! What the person who runs the server says of tracking domains.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// Who issues certificates unless the configuration says otherwise.
const ISSUER: &str = "letsencrypt.org";

/// `domains` of the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DomainConfig {
    /// What tracking domains lead to: addresses of this server, or a name that has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub targets: Option<Vec<String>>,
    /// The name server to ask. None: the one of the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolver: Option<SocketAddr>,
    /// Whether hosts may be asked that lead to addresses inside of a network: only where nobody outside can add a host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_addresses: Option<bool>,
    /// Who issues certificates, as CAA records name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
}

impl DomainConfig {
    pub fn over(self, weaker: DomainConfig) -> DomainConfig {
        DomainConfig {
            targets: self.targets.or(weaker.targets),
            resolver: self.resolver.or(weaker.resolver),
            private_addresses: self.private_addresses.or(weaker.private_addresses),
            issuer: self.issuer.or(weaker.issuer),
        }
    }

    pub fn is_none(&self) -> bool {
        *self == DomainConfig::default()
    }

    /// In lower case, as hosts are compared.
    pub fn targets(&self) -> Vec<String> {
        let named = self.targets.iter().flatten().map(|it| it.trim().trim_end_matches('.').to_ascii_lowercase());
        named.filter(|it| !it.is_empty()).collect()
    }

    pub fn issuer(&self) -> &str {
        self.issuer.as_deref().unwrap_or(ISSUER)
    }
}
