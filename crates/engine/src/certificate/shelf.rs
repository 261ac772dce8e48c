//! The certificates that handshakes get: in memory, swapped whole, read without a lock.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use referee_core::time::Timestamp;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::allowed::Allowed;
use super::files::{CertificateFiles, OwnCertificates};
use super::pair::Pair;
use crate::error::Result;
use crate::settings::Settings;

pub struct Shelf {
    allowed: Allowed,
    files: Mutex<OwnCertificates>,
    own: ArcSwap<Vec<Arc<Pair>>>,
    /// By host.
    ordered: ArcSwap<HashMap<String, Arc<Pair>>>,
    /// Up to which number the ordered ones are known.
    serial: AtomicU64,
}

impl Shelf {
    pub fn open(files: &[CertificateFiles], allowed: Allowed) -> Result<Shelf> {
        let files = OwnCertificates::open(files)?;
        let own = ArcSwap::from_pointee(files.pairs());
        Ok(Shelf { allowed, files: Mutex::new(files), own, ordered: ArcSwap::default(), serial: AtomicU64::new(0) })
    }

    pub fn allowed(&self) -> &Allowed {
        &self.allowed
    }

    /// Takes in what has come since the last time: files that changed, and certificates that some edge ordered.
    pub fn renew(&self, settings: &Settings) -> Result<()> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if files.reload() {
            self.own.store(Arc::new(files.pairs()));
        }
        drop(files);
        let new = settings.certificates_after(self.serial.load(Ordering::Relaxed))?;
        if new.is_empty() {
            return Ok(());
        }
        let mut ordered = HashMap::clone(&self.ordered.load());
        for it in new {
            match Pair::read(it.chain.as_bytes(), &it.key) {
                Ok(pair) => _ = ordered.insert(it.host, Arc::new(pair)),
                Err(trouble) => tracing::error!(host = it.host, trouble, "a certificate that was kept can't be used"),
            }
            self.serial.fetch_max(it.serial, Ordering::Relaxed);
        }
        self.ordered.store(Arc::new(ordered));
        Ok(())
    }

    /// Whether the operator's own files have a certificate for a host.
    pub fn has_own(&self, host: &str) -> bool {
        self.own.load().iter().any(|pair| pair.covers(host))
    }

    /// The certificate for a host in small letters; none where it is none of ours, or has none yet.
    pub fn find(&self, host: &str) -> Option<Arc<CertifiedKey>> {
        if let Some(own) = self.own.load().iter().find(|pair| pair.covers(host)) {
            return Some(own.key.clone());
        }
        let ordered = self.ordered.load();
        let found = ordered.get(host)?;
        self.allowed.may_have_certificate(host).then(|| found.key.clone())
    }

    /// The earliest end of any certificate that is served.
    pub fn first_end(&self) -> Option<Timestamp> {
        let (own, ordered) = (self.own.load(), self.ordered.load());
        let served = ordered.iter().filter(|(host, _)| self.allowed.may_have_certificate(host)).map(|(_, pair)| pair);
        own.iter().chain(served).map(|pair| pair.ends_at).min()
    }

    /// Files that are broken as they are now.
    pub fn broken_files(&self) -> usize {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).broken()
    }
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shelf")
    }
}

impl ResolvesServerCert for Shelf {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        match hello.server_name() {
            Some(host) if host.bytes().any(|byte| byte.is_ascii_uppercase()) => self.find(&host.to_ascii_lowercase()),
            Some(host) => self.find(host),
            // Who names no host asked for an address: the first of the operator's own is for that.
            None => self.own.load().first().map(|pair| pair.key.clone()),
        }
    }
}
