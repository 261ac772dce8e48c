//! TLS of this server's own: handshakes within limits, and which certificates they show.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use referee_engine::Engine;
use referee_engine::certificate::{Allowed, CertificateFigures, Orders, Shelf, challenge_key, provider};
use referee_engine::config::Config;
use referee_engine::engine::blocking;
use referee_engine::error::{Error, Result};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::Ticketer;
use tokio_rustls::rustls::server::Acceptor;
use tokio_rustls::rustls::sign::SingleCertAndKey;
use tokio_rustls::server::TlsStream;

/// A client that takes longer holds a connection for nothing.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Questions of authorities that are looked up at once: whoever asks may be anybody.
const LOOKS_MAX: usize = 8;
/// How long one waits for its turn: authorities give up after some seconds.
const LOOK_PATIENCE: Duration = Duration::from_secs(4);
const HTTP_2: &[u8] = b"h2";
const HTTP_1: &[u8] = b"http/1.1";
/// What an authority names that looks by a handshake.
const LOOK: &[u8] = b"acme-tls/1";

pub struct Tls {
    config: Arc<ServerConfig>,
    shelf: Arc<Shelf>,
    orders: Option<Orders>,
    looks: Semaphore,
    pub figures: TlsFigures,
}

#[derive(Debug, Default)]
pub struct TlsFigures {
    pub handshakes: AtomicU64,
    /// Without a certificate for the host, or broken off.
    pub failed: AtomicU64,
    /// Answered to an authority.
    pub looks: AtomicU64,
    pub orders: Arc<CertificateFigures>,
}

/// A connection after its handshake.
pub struct Opened {
    pub stream: TlsStream<TcpStream>,
    pub is_http2: bool,
}

impl Tls {
    /// None where the configuration names no listener for it.
    pub fn open(config: &Config, engine: &Arc<Engine>) -> Result<Option<Tls>> {
        if config.listen_tls.is_none() {
            return Ok(None);
        }
        let allowed = Allowed::new(engine.clone(), &config.console_hosts);
        let shelf = Arc::new(Shelf::open(&config.certificates, allowed)?);
        shelf.renew(&engine.settings)?;
        let acme = config.acme.acme().map_err(|cause| Error::setup("read the configuration", cause))?;
        let figures = TlsFigures::default();
        let orders = acme.map(|acme| Orders {
            settings: engine.settings.clone(),
            clock: engine.clock.clone(),
            acme,
            figures: figures.orders.clone(),
        });
        let config = Arc::new(server_config(shelf.clone())?);
        Ok(Some(Tls { config, shelf, orders, looks: Semaphore::new(LOOKS_MAX), figures }))
    }

    pub fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// Whether this process orders certificates.
    pub fn orders(&self) -> bool {
        self.orders.is_some()
    }

    /// Shows from now on what files and settings hold now.
    pub fn renew(&self, engine: &Engine) -> Result<()> {
        self.shelf.renew(&engine.settings)
    }

    /// Orders what is due, and shows it.
    pub async fn place_orders(&self, engine: &Arc<Engine>) -> Result<()> {
        let Some(orders) = &self.orders else { return Ok(()) };
        let hosts: BTreeSet<String> = self.shelf.allowed().hosts();
        orders.place_due(hosts.into_iter().filter(|host| !self.shelf.has_own(host)).collect()).await?;
        let (shelf, engine) = (self.shelf.clone(), engine.clone());
        blocking(move || shelf.renew(&engine.settings)).await
    }

    /// Shakes hands. None where that came to nothing, or where it was all that was wanted.
    pub async fn accept(&self, stream: TcpStream, engine: &Engine) -> Option<Opened> {
        // Records are small and must not wait for company.
        _ = stream.set_nodelay(true);
        let shaken = timeout(HANDSHAKE_TIMEOUT, self.shake(stream, engine)).await;
        match shaken {
            Ok(Ok(Some(opened))) => {
                self.figures.handshakes.fetch_add(1, Ordering::Relaxed);
                Some(opened)
            }
            Ok(Ok(None)) => {
                self.figures.looks.fetch_add(1, Ordering::Relaxed);
                None
            }
            Ok(Err(error)) => {
                tracing::debug!(%error, "a handshake came to nothing");
                self.figures.failed.fetch_add(1, Ordering::Relaxed);
                None
            }
            Err(_) => {
                self.figures.failed.fetch_add(1, Ordering::Relaxed);
                None
            }
        }
    }

    async fn shake(&self, stream: TcpStream, engine: &Engine) -> std::io::Result<Option<Opened>> {
        let begun = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
        let hello = begun.client_hello();
        let looks = hello.alpn().is_some_and(|mut names| names.any(|name| name == LOOK));
        if looks {
            let host = hello.server_name().unwrap_or_default().to_ascii_lowercase();
            let config = self.look_config(&host, engine).await.map_err(std::io::Error::other)?;
            let mut stream = begun.into_stream(Arc::new(config)).await?;
            stream.shutdown().await?;
            return Ok(None);
        }
        let stream = begun.into_stream(self.config.clone()).await?;
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(HTTP_2);
        Ok(Some(Opened { stream, is_http2 }))
    }

    /// How an authority is answered that looks whether a host is ours.
    async fn look_config(&self, host: &str, engine: &Engine) -> std::result::Result<ServerConfig, String> {
        if !self.shelf.allowed().may_have_certificate(host) {
            return Err(format!("{host} is no host of ours"));
        }
        let look = timeout(LOOK_PATIENCE, self.looks.acquire()).await;
        let _look = look.map_err(|_| "too many look at once")?.map_err(|error| error.to_string())?;
        let (named, now) = (host.to_owned(), engine.now());
        let found = engine.with_settings(move |settings| settings.challenge_by_host(&named, now)).await;
        let answer = found.map_err(|error| error.to_string())?.ok_or_else(|| format!("nobody orders for {host}"))?;
        let key = SingleCertAndKey::from(challenge_key(host, &answer)?);
        let mut config = builder().map_err(|error| error.to_string())?.with_cert_resolver(Arc::new(key));
        config.alpn_protocols = vec![LOOK.to_vec()];
        Ok(config)
    }

    /// The answer to a token that an authority asks the plain listener for.
    pub async fn answer_to(&self, host: &str, token: &str, engine: &Engine) -> Option<String> {
        let plain = token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if !plain || !(16..=128).contains(&token.len()) || !self.shelf.allowed().may_have_certificate(host) {
            return None;
        }
        // The authority asks once: whoever else asks at the same time is waited for.
        let _look = timeout(LOOK_PATIENCE, self.looks.acquire()).await.ok()?.ok()?;
        let (token, now) = (token.to_owned(), engine.now());
        let found = engine.with_settings(move |settings| settings.challenge_by_token(&token, now)).await;
        let answer = found.unwrap_or_else(|error| {
            tracing::warn!(%error, "an authority's question could not be answered");
            None
        });
        if answer.is_some() {
            self.figures.looks.fetch_add(1, Ordering::Relaxed);
        }
        answer
    }
}

type Builder = tokio_rustls::rustls::ConfigBuilder<ServerConfig, tokio_rustls::rustls::server::WantsServerCert>;

fn builder() -> Result<Builder> {
    let builder = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
    Ok(builder.map_err(|error| Error::setup("prepare TLS", error))?.with_no_client_auth())
}

fn server_config(shelf: Arc<Shelf>) -> Result<ServerConfig> {
    let mut config = builder()?.with_cert_resolver(shelf);
    config.alpn_protocols = vec![HTTP_2.to_vec(), HTTP_1.to_vec()];
    // A visitor who comes back need not be proved everything again, and this server need not remember him.
    config.ticketer = Ticketer::new().map_err(|error| Error::setup("prepare TLS", error))?;
    Ok(config)
}
