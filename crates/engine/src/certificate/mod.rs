//! Certificates of hosts: the operator's own files, and those that this installation orders by ACME; which of them a
//! handshake gets; and for which hosts one may be ordered at all.

mod acme;
mod allowed;
mod files;
mod order;
mod orders;
mod pair;
mod shelf;

#[cfg(test)]
mod tests;

pub use acme::{Acme, AcmeConfig, Challenge};
pub use allowed::{Allowed, can_be_ordered};
pub use files::{CertificateFiles, OwnCertificates};
pub use order::challenge_key;
pub use orders::{CertificateFigures, Orders};
pub use pair::Pair;
pub use shelf::Shelf;

use std::sync::Arc;

use rustls::crypto::CryptoProvider;

/// The one set of ciphers that TLS uses here.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}
