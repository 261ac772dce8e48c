//! What a host shows to a browser that begins TLS with it.

use std::net::SocketAddr;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::probe::Probe;
use crate::certificate::provider;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Certificate {
    #[default]
    NotAsked,
    Trusted,
    /// Why browsers refuse it.
    Untrusted(String),
    Unreachable(String),
}

pub(super) async fn look(probe: &Probe, host: &str) -> Certificate {
    let addresses = match probe.reachable(host).await {
        Ok(addresses) => addresses,
        Err(why) => return Certificate::Unreachable(why),
    };
    let connector = match connector() {
        Ok(connector) => connector,
        Err(error) => return Certificate::Unreachable(error.to_string()),
    };
    let mut last = Certificate::default();
    for address in addresses.into_iter().take(2) {
        let at = SocketAddr::new(address, probe.https_port);
        // All of it in one time: a host that sends a little now and then is not waited for.
        let shaken = timeout(probe.patience, shake_hands(&connector, at, host)).await;
        last = shaken.unwrap_or_else(|_| Certificate::Unreachable(format!("{at} did not answer in time")));
        if !matches!(last, Certificate::Unreachable(_)) {
            break;
        }
    }
    last
}

async fn shake_hands(connector: &TlsConnector, at: SocketAddr, host: &str) -> Certificate {
    let name = match ServerName::try_from(host.to_owned()) {
        Ok(name) => name,
        Err(error) => return Certificate::Unreachable(error.to_string()),
    };
    let stream = match TcpStream::connect(at).await {
        Ok(stream) => stream,
        Err(error) => return Certificate::Unreachable(format!("{at}: {error}")),
    };
    match connector.connect(name, stream).await {
        Ok(_) => Certificate::Trusted,
        Err(error) => match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(rustls::Error::InvalidCertificate(why)) => Certificate::Untrusted(why.to_string()),
            _ => Certificate::Unreachable(error.to_string()),
        },
    }
}

fn connector() -> Result<TlsConnector, rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
