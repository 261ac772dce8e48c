//! A certificate with its key, read from PEM and checked.

use std::sync::Arc;

use referee_core::time::Timestamp;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error as TlsError, InconsistentKeys};
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

#[derive(Debug)]
pub struct Pair {
    /// Hosts that it is for, in small letters; one may begin with `*.`.
    pub names: Vec<String>,
    pub begins_at: Timestamp,
    pub ends_at: Timestamp,
    pub key: Arc<CertifiedKey>,
}

impl Pair {
    /// Reads both; what is wrong with them, in words.
    pub fn read(chain: &[u8], key: &[u8]) -> Result<Pair, String> {
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain).collect();
        let chain = certificates.map_err(|error| format!("the certificate is no PEM: {error}"))?;
        let first = chain.first().ok_or("there is no certificate in it: it begins with -----BEGIN CERTIFICATE-----")?;
        let certificate =
            Certificate::from_der(first).map_err(|error| format!("the certificate is damaged: {error}"))?;
        let names = names(&certificate)?;
        let validity = &certificate.tbs_certificate.validity;
        let at = |time: &x509_cert::time::Time| {
            let ms = i64::try_from(time.to_unix_duration().as_millis()).unwrap_or(i64::MAX);
            Timestamp(ms)
        };
        let (begins_at, ends_at) = (at(&validity.not_before), at(&validity.not_after));
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| format!("the key is no PEM: {error}"))?;
        let key = CertifiedKey::from_der(chain, key, &super::provider()).map_err(|error| match error {
            TlsError::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                "the key does not belong to the certificate: the first certificate in its file must be the host's own"
                    .into()
            }
            other => format!("they can't be used: {other}"),
        })?;
        Ok(Pair { names, begins_at, ends_at, key: Arc::new(key) })
    }

    pub fn covers(&self, host: &str) -> bool {
        let parent = host.split_once('.').map(|(_, parent)| parent);
        self.names.iter().any(|name| match name.strip_prefix("*.") {
            Some(suffix) => parent == Some(suffix),
            None => name == host,
        })
    }
}

fn names(certificate: &Certificate) -> Result<Vec<String>, String> {
    let found = certificate.tbs_certificate.get::<SubjectAltName>();
    let found = found.map_err(|error| format!("the names of the certificate can't be read: {error}"))?;
    let names = found.map(|(_, names)| names.0).unwrap_or_default();
    let hosts = names.iter().filter_map(|name| match name {
        GeneralName::DnsName(host) => Some(host.as_str().to_ascii_lowercase()),
        _ => None,
    });
    let hosts: Vec<String> = hosts.collect();
    if hosts.is_empty() {
        return Err("the certificate names no host (subjectAltName), so that no browser takes it".into());
    }
    Ok(hosts)
}
