//! Load of visitors who were never here: each opens a connection, shakes hands in full, asks for one thing, and is gone.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::Resumption;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::load::{Ask, HEADERS};

/// At once: more only wait for each other.
const VISITORS: usize = 32;

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub struct Visits {
    pub answered: u64,
    pub per_second: f64,
}

struct Way {
    address: SocketAddr,
    host: ServerName<'static>,
    connector: TlsConnector,
    request: Vec<u8>,
    /// How the answer begins.
    expected: Vec<u8>,
}

/// Sends visitors to a server for so long; it shows a certificate that this authority signed.
pub fn run(port: u16, (host, ask): (&str, &Ask), authority: &Path, seconds: u64) -> Result<Visits> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(authority).context("read the authority")?)
        .context("trust the authority")?;
    let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    config.resumption = Resumption::disabled();
    let lines: String = HEADERS.iter().chain(ask.more).map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let way = Arc::new(Way {
        address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        host: ServerName::try_from(host.to_owned()).context("name the host")?,
        connector: TlsConnector::from(Arc::new(config)),
        request: format!("GET {} HTTP/1.1\r\nHost: {host}\r\n{lines}Connection: close\r\n\r\n", ask.path).into_bytes(),
        expected: format!("HTTP/1.1 {} ", ask.status).into_bytes(),
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let (began, answered) = (Instant::now(), Arc::new(AtomicU64::new(0)));
    let end = began + Duration::from_secs(seconds);
    runtime.block_on(async {
        let visitors: Vec<_> = (0..VISITORS)
            .map(|_| {
                let (way, answered) = (way.clone(), answered.clone());
                tokio::spawn(async move {
                    while Instant::now() < end {
                        visit(&way).await?;
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok::<_, anyhow::Error>(())
                })
            })
            .collect();
        for visitor in visitors {
            visitor.await.context("wait for a visitor")??;
        }
        Ok::<_, anyhow::Error>(())
    })?;
    let answered = answered.load(Ordering::Relaxed);
    Ok(Visits { answered, per_second: answered as f64 / began.elapsed().as_secs_f64() })
}

async fn visit(way: &Way) -> Result<()> {
    let stream = TcpStream::connect(way.address).await.context("connect")?;
    let mut stream = way.connector.connect(way.host.clone(), stream).await.context("shake hands")?;
    stream.write_all(&way.request).await.context("ask")?;
    let mut answer = Vec::with_capacity(8 * 1024);
    // Some servers hang up without a word, which costs the visitor nothing.
    _ = stream.read_to_end(&mut answer).await;
    ensure!(answer.starts_with(&way.expected), "not what was asked for: {}", String::from_utf8_lossy(&answer));
    Ok(())
}
