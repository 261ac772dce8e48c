//! The server inside the test's process, where its clock can be handed over, and a client that speaks TLS to it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use http::{HeaderMap, Request, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use referee_engine::Engine;
use referee_engine::certificate::provider;
use referee_engine::clock::Clock;
use referee_engine::config::{Config, Source};
use referee_engine::settings::Certificate;
use referee_rig::deadline::PATIENCE;
use referee_server::app::App;
use referee_server::serve::{Listeners, serve};
use referee_server::tls::Tls;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

pub struct Edge {
    pub app: Arc<App>,
    pub plain: SocketAddr,
    pub tls: Option<SocketAddr>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

impl Edge {
    pub async fn start(source: Source, clock: Arc<dyn Clock>) -> Edge {
        let config = Config::new(Source { log: Some("warn".into()), ..source }).expect("a configuration");
        let (opened, named) = (config.clone(), clock);
        let opening = tokio::task::spawn_blocking(move || Engine::open(&opened, named));
        let engine = Arc::new(opening.await.expect("it opens").expect("it opens"));
        let asked = (config.clone(), engine.clone());
        let tls = tokio::task::spawn_blocking(move || Tls::open(&asked.0, &asked.1));
        let tls = tls.await.expect("it opens").expect("certificates").map(Arc::new);
        let bind = |address| async move { TcpListener::bind(address).await.expect("the port is ours") };
        let plain = bind(config.listen).await;
        let secured = match config.listen_tls {
            Some(address) => Some(bind(address).await),
            None => None,
        };
        let (address, tls_address) = (config.listen, config.listen_tls);
        let app = App::new(engine, config);
        let app = Arc::new(match tls {
            Some(tls) => app.with_tls(tls),
            None => app,
        });
        let (stop, stopped) = oneshot::channel();
        let serving = serve(Listeners { plain, tls: secured }, app.clone(), async { _ = stopped.await });
        let served = tokio::spawn(serving);
        Edge { app, plain: address, tls: tls_address, stop, served }
    }

    /// Asks the process to end, and says how long it took.
    pub async fn stop(self) -> Duration {
        let began = tokio::time::Instant::now();
        _ = self.stop.send(());
        self.served.await.expect("it ends in order");
        let (app, took) = (self.app, began.elapsed());
        // Connections to a database must not be closed where others wait.
        let ended = tokio::task::spawn_blocking(move || {
            app.engine.shut_down();
            drop(app);
        });
        ended.await.expect("it ends");
        took
    }

    /// What is known of certificates.
    pub async fn certificates(&self) -> Vec<Certificate> {
        self.app.engine.with_settings(|settings| settings.certificates()).await.expect("the settings answer")
    }

    pub async fn certificate(&self, host: &str) -> Option<Certificate> {
        self.certificates().await.into_iter().find(|it| it.host == host)
    }

    /// Orders certificates until something is so, and shows them.
    pub async fn order_until(&self, what: &str, is_so: impl Fn(&[Certificate]) -> bool) {
        let tls = self.app.tls.as_ref().expect("it serves TLS");
        let began = tokio::time::Instant::now();
        loop {
            tls.place_orders(&self.app.engine).await.expect("orders can be placed");
            let known = self.certificates().await;
            if is_so(&known) {
                break;
            }
            assert!(began.elapsed() < PATIENCE, "{what}: {known:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // Another process, or a task of this one, may have been the one that ordered.
        tls.place_orders(&self.app.engine).await.expect("orders can be placed");
    }

    /// Asks the plain listener.
    pub async fn plain(&self, method: &str, host: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let stream = TcpStream::connect(self.plain).await.expect("it listens");
        exchange(TokioIo::new(stream), false, request(method, host, path, headers)).await
    }

    /// Shakes hands for a host, with who trusts an authority.
    pub async fn connect(&self, host: &str, root: &str, http2: bool) -> std::io::Result<TlsStream<TcpStream>> {
        connect(self.tls.expect("it serves TLS"), host, root, http2).await
    }

    /// Asks by TLS.
    pub async fn secured(&self, root: &str, http2: bool, (host, path): (&str, &str)) -> Answer {
        let stream = self.connect(host, root, http2).await.expect("a handshake");
        ask(stream, http2, (host, path)).await
    }
}

/// Shakes hands with a server for a host.
pub async fn connect(to: SocketAddr, host: &str, root: &str, http2: bool) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(root.as_bytes()).expect("PEM");
    roots.add(root).expect("a certificate");
    let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
    let mut config = builder.expect("versions").with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = if http2 { vec![b"h2".to_vec()] } else { vec![b"http/1.1".to_vec()] };
    let stream = TcpStream::connect(to).await?;
    let name = ServerName::try_from(host.to_owned()).expect("a name");
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// Asks by a connection, in the version that was chosen.
pub async fn ask(stream: TlsStream<TcpStream>, http2: bool, (host, path): (&str, &str)) -> Answer {
    let chosen = stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
    assert_eq!(chosen.as_deref(), Some(if http2 { b"h2".as_slice() } else { b"http/1.1" }));
    exchange(TokioIo::new(stream), http2, request("GET", host, path, &[])).await
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// As a browser that opens a page.
fn request(method: &str, host: &str, path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(format!("https://{host}{path}"));
    for (name, value) in [("user-agent", super::CHROME), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")]
        .iter()
        .chain(headers)
    {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).expect("a request")
}

async fn exchange<T>(io: TokioIo<T>, http2: bool, mut request: Request<Body>) -> Answer
where
    TokioIo<T>: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let answer = if http2 {
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await.expect("HTTP/2");
        tokio::spawn(connection);
        sender.send_request(request).await.expect("an answer")
    } else {
        let host = request.uri().host().unwrap_or_default().parse().expect("a header");
        request.headers_mut().insert("host", host);
        *request.uri_mut() = request.uri().path_and_query().expect("a path").as_str().parse().expect("a path");
        let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.expect("HTTP/1.1");
        tokio::spawn(connection);
        sender.send_request(request).await.expect("an answer")
    };
    let (parts, body) = answer.into_parts();
    let body = to_bytes(Body::new(body), 1 << 20).await.expect("a body");
    Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
}
