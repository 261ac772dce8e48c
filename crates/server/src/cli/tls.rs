//! Flags of TLS and certificates.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use referee_engine::certificate::{AcmeConfig, Challenge};
use referee_engine::config::Source;
use referee_engine::proxies::ProxyNetwork;

/// Where TLS is served, with which certificates, and what stands in front. Own certificates are named in the file only.
#[derive(Args, Default)]
pub struct TlsFlags {
    /// Address and port to serve TLS on as well.
    #[arg(long, env = "REFEREE_LISTEN_TLS")]
    listen_tls: Option<SocketAddr>,
    /// Networks of proxies in front, as 10.0.0.0/8: their X-Forwarded-For and X-Forwarded-Proto are believed.
    #[arg(long, env = "REFEREE_TRUSTED_PROXIES", value_delimiter = ',')]
    trusted_proxies: Option<Vec<ProxyNetwork>>,
    /// The ACME directory that certificates are ordered from; Let's Encrypt's where none is named.
    #[arg(long, env = "REFEREE_ACME_DIRECTORY")]
    acme_directory: Option<String>,
    /// An e-mail address that the certificate authority may write to.
    #[arg(long, env = "REFEREE_ACME_CONTACT")]
    acme_contact: Option<String>,
    /// You have read and agree to the terms of the certificate authority.
    #[arg(long, env = "REFEREE_ACME_TERMS_AGREED")]
    acme_terms_agreed: Option<bool>,
    /// The certificate by which a private ACME server is trusted.
    #[arg(long, env = "REFEREE_ACME_CA_FILE")]
    acme_ca_file: Option<PathBuf>,
    /// By which ways the authority may look whether a host is ours: tls-alpn-01, http-01.
    #[arg(long, env = "REFEREE_ACME_CHALLENGES", value_delimiter = ',', value_parser = challenge)]
    acme_challenges: Option<Vec<Challenge>>,
}

impl TlsFlags {
    pub fn source(self) -> Source {
        Source {
            listen_tls: self.listen_tls,
            trusted_proxies: self.trusted_proxies,
            acme: AcmeConfig {
                directory: self.acme_directory,
                contact: self.acme_contact,
                terms_agreed: self.acme_terms_agreed,
                ca_file: self.acme_ca_file,
                challenges: self.acme_challenges,
            },
            ..Source::default()
        }
    }
}

fn challenge(text: &str) -> Result<Challenge, String> {
    let found = Challenge::ALL.into_iter().find(|it| it.name() == text);
    found.ok_or_else(|| "it is tls-alpn-01 or http-01".into())
}
