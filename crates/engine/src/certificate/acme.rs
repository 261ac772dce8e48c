//! Who certificates are ordered from, and as whom.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::settings::ChallengeKind;

const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";

/// As it is written: what is silent has a default, and all silent means that nothing is ordered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcmeConfig {
    /// The authority's directory; Let's Encrypt's where none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
    /// An e-mail address that the authority may write to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// Whether the operator has agreed to the authority's terms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms_agreed: Option<bool>,
    /// The certificate that the authority's own server is trusted by; that of the system where none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// By which ways the authority may look whether a host is ours, in the order in which they are tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub challenges: Option<Vec<Challenge>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Challenge {
    /// By a handshake with the TLS listener.
    #[serde(rename = "tls-alpn-01")]
    TlsAlpn01,
    /// By a request to the plain listener.
    #[serde(rename = "http-01")]
    Http01,
}

impl Challenge {
    pub const ALL: [Challenge; 2] = [Challenge::TlsAlpn01, Challenge::Http01];

    pub fn name(self) -> &'static str {
        match self {
            Challenge::TlsAlpn01 => "tls-alpn-01",
            Challenge::Http01 => "http-01",
        }
    }

    pub(super) fn kind(self) -> ChallengeKind {
        match self {
            Challenge::TlsAlpn01 => ChallengeKind::TlsAlpn01,
            Challenge::Http01 => ChallengeKind::Http01,
        }
    }
}

/// An authority, ready to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acme {
    pub directory: String,
    /// With its scheme, as `mailto:`.
    pub contact: Option<String>,
    pub ca_file: Option<PathBuf>,
    pub challenges: Vec<Challenge>,
}

impl AcmeConfig {
    pub fn over(self, weaker: AcmeConfig) -> AcmeConfig {
        AcmeConfig {
            directory: self.directory.or(weaker.directory),
            contact: self.contact.or(weaker.contact),
            terms_agreed: self.terms_agreed.or(weaker.terms_agreed),
            ca_file: self.ca_file.or(weaker.ca_file),
            challenges: self.challenges.or(weaker.challenges),
        }
    }

    /// An empty one, as a deployment may leave it, is none, and who has not agreed has said nothing.
    pub fn without_empty(self) -> AcmeConfig {
        AcmeConfig {
            directory: self.directory.filter(|it| !it.is_empty()),
            contact: self.contact.filter(|it| !it.is_empty()),
            terms_agreed: self.terms_agreed.filter(|agreed| *agreed),
            ca_file: self.ca_file.filter(|it| !it.as_os_str().is_empty()),
            challenges: self.challenges,
        }
    }

    pub fn is_silent(&self) -> bool {
        *self == AcmeConfig::default()
    }

    /// The authority, if certificates are to be ordered; what is wrong with the words for it.
    pub fn acme(&self) -> Result<Option<Acme>, String> {
        if self.is_silent() {
            return Ok(None);
        }
        let directory = self.directory.clone().unwrap_or_else(|| LETS_ENCRYPT.into());
        if !Url::parse(&directory).is_ok_and(|url| url.scheme() == "https" && url.has_host()) {
            return Err(format!("acme.directory {directory:?} is no https:// address of an ACME directory"));
        }
        if self.terms_agreed != Some(true) {
            return Err(format!(
                "acme.terms_agreed is not true: read the terms of the authority at {directory} and agree to them, or leave \
                 acme away"
            ));
        }
        let challenges = self.challenges.clone().unwrap_or_else(|| Challenge::ALL.to_vec());
        if challenges.is_empty() {
            return Err("acme.challenges is empty: name tls-alpn-01, http-01 or both".into());
        }
        let contact = self.contact.as_deref().map(contact).transpose()?;
        Ok(Some(Acme { directory, contact, ca_file: self.ca_file.clone(), challenges }))
    }
}

fn contact(text: &str) -> Result<String, String> {
    let address = text.strip_prefix("mailto:").unwrap_or(text);
    let plain = address.chars().all(|it| it.is_ascii_graphic() && !",?\"<>".contains(it));
    match address.split_once('@') {
        Some((name, host)) if plain && !name.is_empty() && host.contains('.') => Ok(format!("mailto:{address}")),
        _ => Err(format!("acme.contact {text:?} is no e-mail address, such as admin@acme.example")),
    }
}
