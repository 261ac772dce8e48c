//! TLS of the server's own, and what is believed of proxies, with the demonstration's brand.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use referee_engine::certificate::CertificateFiles;
use referee_engine::clock::{Clock, SystemClock};
use referee_engine::config::{Config, Scheme, Source};
use referee_rig::Authority;
use referee_rig::authority::Signed;
use referee_rig::deadline::PATIENCE;
use referee_rig::ports::Port;
use referee_rig::process::{Process, last_words};
use referee_server::app::Arrival;

use crate::support::{Demo, Edge, Pair, ask, connect, data_path, eventually};

const TRACKING: &str = "go.shop.localhost";

/// A demonstration that was stopped, with the link of a partner.
struct Planted {
    demo: Demo,
    link: String,
}

fn planted() -> Planted {
    let mut demo = Demo::start();
    demo.stop();
    let link = demo.link(0);
    Planted { demo, link }
}

fn write(folder: &Path, signed: &Signed) {
    std::fs::write(folder.join("cert.pem"), &signed.chain).expect("the folder is ours");
    std::fs::write(folder.join("key.pem"), &signed.key).expect("the folder is ours");
}

impl Planted {
    fn source(&self) -> Source {
        let folder = self.demo.folder();
        Source { data: Some(folder.to_owned()), listen: Some(Port::free().address()), ..Source::default() }
    }

    /// With a certificate in files.
    fn with_tls(&self, signed: &Signed) -> Source {
        let folder = self.demo.folder();
        write(folder, signed);
        let files = CertificateFiles { cert: folder.join("cert.pem"), key: folder.join("key.pem") };
        Source { listen_tls: Some(Port::free().address()), certificates: Some(vec![files]), ..self.source() }
    }
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

#[tokio::test(flavor = "multi_thread")]
async fn clicks_come_by_both_versions_and_the_plain_listener_sends_them_on() {
    let planted = planted();
    let authority = Authority::new("Test");
    let edge = Edge::start(planted.with_tls(&authority.sign(&[TRACKING, "localhost"])), clock()).await;
    let root = authority.certificate();
    for http2 in [false, true] {
        let answer = edge.secured(root, http2, (TRACKING, &planted.link)).await;
        assert_eq!(answer.status, 302);
        assert!(answer.header("location").contains("pt="), "{}", answer.header("location"));
        let cookie = answer.header("set-cookie");
        assert!(cookie.starts_with("__Secure-pt=") && cookie.contains("; Secure; HttpOnly; SameSite=Lax"), "{cookie}");
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
        assert_eq!(answer.header("cache-control"), "no-store, private");
        let page = edge.secured(root, http2, ("localhost", "/sign-in")).await;
        assert!(page.status == 200 && page.body.contains("Sign in"), "{}", page.body);
        assert_eq!(page.header("strict-transport-security"), "max-age=31536000");
    }
    assert_eq!(edge.app.metrics.clicks_recorded.get(), 2);

    let click = edge.plain("GET", TRACKING, &format!("{}?a=b%20c", planted.link), &[]).await;
    assert_eq!(click.status, 302);
    assert_eq!(click.header("location"), format!("https://{TRACKING}{}?a=b%20c", planted.link));
    assert_eq!((click.header("cache-control"), click.header("set-cookie")), ("no-store, private", ""));
    for (method, host, path, status) in [
        ("HEAD", TRACKING, "/tag.js", 302),
        ("POST", TRACKING, "/pt/v", 307),
        ("GET", "localhost", "/sign-in", 308),
        ("POST", "localhost", "/api/v1/conversions", 308),
        ("GET", "localhost", "/healthz", 200),
        ("GET", "localhost", "/readyz", 200),
        ("GET", "localhost", "/metrics", 200),
        ("GET", TRACKING, "/healthz", 302),
        ("GET", "other.example", "/sign-in", 404),
        ("GET", TRACKING, "/.well-known/acme-challenge/0123456789abcdef0123", 404),
    ] {
        let answer = edge.plain(method, host, path, &[("x-forwarded-proto", "https")]).await;
        assert_eq!(answer.status, status, "{method} {host}{path}: {}", answer.body);
    }
    assert_eq!(edge.app.metrics.clicks_recorded.get(), 2, "what is sent on is no click yet");
    let figures = edge.plain("GET", "localhost", "/metrics", &[]).await.body;
    assert!(figures.contains("referee_tls_handshakes_total 4\n"), "{figures}");
    edge.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_for_another_host_is_never_shown() {
    let planted = planted();
    let authority = Authority::new("Test");
    let edge = Edge::start(planted.with_tls(&authority.sign(&[TRACKING])), clock()).await;
    let root = authority.certificate();
    for host in ["other.example", "localhost", "shop.localhost"] {
        let refused = edge.connect(host, root, true).await;
        assert!(refused.is_err(), "{host}");
    }
    // By address, as monitors do: the first of the operator's own, which says whose it is.
    assert!(edge.connect("127.0.0.1", root, true).await.is_err(), "its name is another");
    let failed = || edge.app.tls.as_ref().unwrap().figures.failed.load(Ordering::Relaxed);
    eventually("they are counted", || failed() == 4);
    // What comes in the file's place is shown from then on.
    let other = Authority::new("Other");
    write(planted.demo.folder(), &other.sign(&[TRACKING]));
    let (tls, engine) = (edge.app.tls.clone().unwrap(), edge.app.engine.clone());
    tokio::task::spawn_blocking(move || tls.renew(&engine).unwrap()).await.unwrap();
    assert!(edge.connect(TRACKING, root, true).await.is_err());
    assert_eq!(edge.secured(other.certificate(), true, (TRACKING, &planted.link)).await.status, 302);
    std::fs::write(planted.demo.folder().join("cert.pem"), "broken").unwrap();
    let (tls, engine) = (edge.app.tls.clone().unwrap(), edge.app.engine.clone());
    tokio::task::spawn_blocking(move || tls.renew(&engine).unwrap()).await.unwrap();
    assert_eq!(edge.secured(other.certificate(), true, (TRACKING, &planted.link)).await.status, 302);
    let figures = edge.plain("GET", "localhost", "/metrics", &[]).await.body;
    assert!(figures.contains("referee_certificates_broken 1\n"), "{figures}");
    edge.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_speaks_no_tls_or_nothing_holds_nobody_up() {
    let planted = planted();
    let authority = Authority::new("Test");
    let edge = Edge::start(planted.with_tls(&authority.sign(&[TRACKING])), clock()).await;
    let address = edge.tls.unwrap();
    let silent: Vec<TcpStream> = (0..200).map(|_| TcpStream::connect(address).unwrap()).collect();
    let refused = tokio::task::spawn_blocking(move || {
        let mut plain = TcpStream::connect(address).unwrap();
        plain.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        plain.write_all(b"GET / HTTP/1.1\r\nHost: go.shop.localhost\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        _ = plain.read_to_end(&mut answer);
        answer
    });
    assert!(!refused.await.unwrap().starts_with(b"HTTP"), "nothing is said without TLS");
    let answer = edge.secured(authority.certificate(), true, (TRACKING, &planted.link)).await;
    assert_eq!(answer.status, 302);
    // A connection that is open and idle, and those in the middle of a handshake, end with the server at once.
    let idle = edge.connect(TRACKING, authority.certificate(), true).await.unwrap();
    assert!(edge.stop().await < Duration::from_secs(8), "it does not wait for them");
    drop((silent, idle));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_trusted_proxies_say_how_a_visitor_came() {
    let planted = planted();
    let proxies = vec!["127.0.0.1".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
    let edge = Edge::start(Source { trusted_proxies: Some(proxies), ..planted.source() }, clock()).await;
    let cookie = async |scheme: &[(&str, &str)]| {
        let answer = edge.plain("GET", TRACKING, &planted.link, scheme).await;
        assert_eq!(answer.status, 302);
        let secure = !answer.header("strict-transport-security").is_empty();
        (answer.header("set-cookie").split('=').next().unwrap_or_default().to_owned(), secure)
    };
    let (secured, plain) = (("__Secure-pt".to_owned(), true), ("pt".to_owned(), false));
    assert_eq!(cookie(&[("x-forwarded-proto", "https")]).await, secured);
    assert_eq!(cookie(&[("x-forwarded-proto", "http")]).await, plain);
    assert_eq!(cookie(&[("x-forwarded-proto", "http, HTTPS")]).await, secured, "the last proxy's word");
    assert_eq!(cookie(&[]).await, secured, "as the configuration says");
    assert_eq!(cookie(&[("x-forwarded-proto", "gopher")]).await, secured);
    let stranger = Arrival { from: "203.0.113.5:1".parse().unwrap(), by_tls: false };
    let mut headers = http::HeaderMap::new();
    headers.append("x-forwarded-proto", "http".parse().unwrap());
    headers.append("x-forwarded-for", "198.51.100.1, 203.0.113.9".parse().unwrap());
    headers.append("x-forwarded-for", "10.1.1.1".parse().unwrap());
    assert_eq!(edge.app.scheme_of(stranger, &headers), Scheme::Https, "nobody asked a stranger");
    assert_eq!(edge.app.address_of(stranger.from, &headers), "203.0.113.5");
    assert_eq!(edge.app.address_of("127.0.0.1:1".parse().unwrap(), &headers), "203.0.113.9");
    edge.stop().await;
    // The older switch believes whoever asks, and of the address only.
    let edge = Edge::start(Source { trust_forwarded: Some(true), ..planted.source() }, clock()).await;
    let mut headers = http::HeaderMap::new();
    headers.append("x-forwarded-for", "198.51.100.1, 203.0.113.9".parse().unwrap());
    headers.append("x-forwarded-proto", "http".parse().unwrap());
    assert_eq!(edge.app.address_of(stranger.from, &headers), "203.0.113.9");
    assert_eq!(edge.app.scheme_of(stranger, &headers), Scheme::Https);
    edge.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_serves_tls_on_a_shared_database() {
    let mut demo = Demo::on(Pair::Postgres);
    demo.stop();
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new("Test");
    write(folder.path(), &authority.sign(&[TRACKING]));
    let (plain, tls, path) = (Port::free(), Port::free(), |name: &str| folder.path().join(name));
    let text = format!(
        "data = {:?}\nkey = {:?}\ndatabase_url = {:?}\nlisten = \"{}\"\nlisten_tls = \"{}\"\n[[certificates]]\ncert = {:?}\nkey = {:?}\n",
        path("data"),
        demo.folder().join("referee.key"),
        demo.postgres().url(),
        plain.address(),
        tls.address(),
        path("cert.pem"),
        path("key.pem"),
    );
    std::fs::write(path("referee.toml"), text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_referee"));
    command.args(["serve", "--config"]).arg(path("referee.toml"));
    let mut process = Process::spawn(&mut command, &path("log"));
    let began = std::time::Instant::now();
    // What brands have set up is known soon after it listens.
    loop {
        if let Ok(stream) = connect(tls.address(), TRACKING, authority.certificate(), true).await {
            let answer = ask(stream, true, (TRACKING, &demo.link(0))).await;
            if answer.status == 302 {
                assert!(answer.header("set-cookie").starts_with("__Secure-pt="));
                break;
            }
        }
        assert!(began.elapsed() < PATIENCE && !process.has_ended(), "{}", last_words(&path("log")));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(process.end("TERM", PATIENCE) && process.status().unwrap().success(), "{}", last_words(&path("log")));
}

#[test]
fn the_lines_of_the_guide_work() {
    let guide = std::fs::read_to_string(data_path("docs/guide/tls.md")).unwrap();
    let blocks: Vec<&str> = guide.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() >= 5);
    for block in blocks {
        if let Err(error) = Config::new(toml::from_str(block).expect("it reads")) {
            panic!("{error}: {block}");
        }
    }
    let counted = std::fs::read_to_string(data_path("crates/server/src/metrics/tls.rs")).unwrap();
    for rest in guide.split("`referee_").skip(1) {
        let name = rest.split('`').next().unwrap_or_default();
        assert!(counted.contains(&format!("\"{}\"", name.trim_end_matches("_total"))), "referee_{name}");
    }
}
