//! What a host shows to a browser that begins TLS with it.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore};

use super::probe::Probe;

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
    let (patience, port, name) = (probe.patience, probe.https_port, host.to_owned());
    let looked = tokio::task::spawn_blocking(move || {
        let mut last = Certificate::default();
        for address in addresses.into_iter().take(2) {
            last = shake_hands(SocketAddr::new(address, port), &name, patience);
            if !matches!(last, Certificate::Unreachable(_)) {
                break;
            }
        }
        last
    });
    looked.await.unwrap_or_else(|error| Certificate::Unreachable(error.to_string()))
}

fn shake_hands(at: SocketAddr, host: &str, patience: Duration) -> Certificate {
    let away = |error: String| Certificate::Unreachable(error);
    let mut stream = match TcpStream::connect_timeout(&at, patience) {
        Ok(stream) => stream,
        Err(error) => return away(format!("{at}: {error}")),
    };
    let timed = stream.set_read_timeout(Some(patience)).and_then(|()| stream.set_write_timeout(Some(patience)));
    if let Err(error) = timed {
        return away(error.to_string());
    }
    let mut connection = match begin(host) {
        Ok(connection) => connection,
        Err(why) => return away(why),
    };
    while connection.is_handshaking() {
        if let Err(error) = connection.complete_io(&mut stream) {
            let refused = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
            return match refused {
                Some(rustls::Error::InvalidCertificate(why)) => Certificate::Untrusted(why.to_string()),
                _ => away(error.to_string()),
            };
        }
    }
    Certificate::Trusted
}

fn begin(host: &str) -> Result<ClientConnection, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
    ClientConnection::new(Arc::new(config), name).map_err(|error| error.to_string())
}
