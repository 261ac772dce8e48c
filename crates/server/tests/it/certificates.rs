//! Certificates that are ordered from a real ACME authority. The clock is handed over, so that nobody waits for a renewal or
//! for the next try.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use referee_core::fact::{Actor, Fact, Role};
use referee_core::id::{BrandId, ProgramId, UserId};
use referee_core::program::Program;
use referee_engine::certificate::{AcmeConfig, Challenge};
use referee_engine::clock::StandingClock;
use referee_engine::config::Source;
use referee_engine::secret::Secret;
use referee_engine::settings::Certificate;
use referee_rig::Acme;
use referee_rig::ports::Port;

use crate::support::{Demo, Edge, Pair};

const TRACKING: &str = "go.shop.example";
const CONSOLE: &str = "console.shop.example";

/// A server that orders from the authority, and that the authority looks at.
fn source(acme: &Acme, folder: &Path, challenges: &[Challenge]) -> Source {
    Source {
        data: Some(folder.to_owned()),
        listen: Some(acme.http.address()),
        listen_tls: Some(acme.tls.address()),
        console_hosts: Some(vec!["localhost".into(), CONSOLE.into()]),
        acme: AcmeConfig {
            directory: Some(acme.directory()),
            contact: Some("admin@acme.example".into()),
            terms_agreed: Some(true),
            ca_file: Some(acme.ca_file()),
            challenges: (!challenges.is_empty()).then(|| challenges.to_vec()),
        },
        ..Source::default()
    }
}

fn is_held(known: &[Certificate], host: &str) -> bool {
    known.iter().any(|it| it.host == host && it.held.is_some())
}

fn has_failed(known: &[Certificate]) -> bool {
    known.iter().any(|it| it.host == CONSOLE && it.failures == 1)
}

/// The brand of the demonstration takes a further tracking host.
async fn add_tracking_host(edge: &Edge, demo: &Demo) {
    let (brand, id) = (BrandId(1), ProgramId(demo.number("/program_id") as u32));
    let known = edge.app.engine.routing().brands[&brand].config.programs[&id].clone();
    let hosts = [known.tracking_hosts.clone(), vec![TRACKING.into()]].concat();
    let program = Program { tracking_hosts: hosts, ..known };
    let actor = Actor { user: UserId(1), role: Role::Operator, reason: "A host of the shop's own".into() };
    edge.app.engine.settle(brand, actor, Fact::ProgramSet(program)).await.expect("it is set");
}

async fn leaf(edge: &Edge, host: &str, root: &str) -> Vec<u8> {
    let stream = edge.connect(host, root, true).await.expect("a handshake");
    stream.get_ref().1.peer_certificates().expect("a chain")[0].to_vec()
}

async fn hosts_get_certificates_by(way: Challenge) {
    let mut demo = Demo::start();
    demo.stop();
    let acme = Acme::start();
    let clock = Arc::new(StandingClock::after(None));
    let edge = Edge::start(source(&acme, demo.folder(), &[way]), clock.clone()).await;
    add_tracking_host(&edge, &demo).await;
    edge.order_until("both hosts have one", |known| is_held(known, TRACKING) && is_held(known, CONSOLE)).await;
    assert_eq!(acme.orders(), 2);
    let root = acme.root();
    assert_eq!(edge.secured(&root, true, (TRACKING, &demo.link(0))).await.status, 302);
    assert_eq!(edge.secured(&root, false, (CONSOLE, "/sign-in")).await.status, 200);
    for host in ["go.other.example", "localhost", "go.shop.localhost"] {
        assert!(edge.connect(host, &root, true).await.is_err(), "{host}");
    }
    // An answer that is put away is given no more, and nobody orders for hosts that only point here.
    let kept = edge.certificate(TRACKING).await.expect("it is known");
    let (begins_at, ends_at) = kept.held.expect("it is held");
    assert_eq!(kept.next_try_at.0 - begins_at.0, (ends_at.0 - begins_at.0) / 3 * 2, "at two thirds of its life");
    let known = edge.certificates().await;
    assert_eq!(known.iter().map(|it| it.host.as_str()).collect::<Vec<_>>(), [CONSOLE, TRACKING]);

    let before = leaf(&edge, TRACKING, &root).await;
    let wait = Duration::from_millis((kept.next_try_at.0 - kept.tried_at.expect("it was tried").0) as u64);
    clock.advance(wait).expect("not past its end");
    let renewed =
        |known: &[Certificate]| known.iter().any(|it| it.host == TRACKING && it.next_try_at > kept.next_try_at);
    edge.order_until("it is renewed", renewed).await;
    assert_ne!(leaf(&edge, TRACKING, &root).await, before);
    edge.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_get_certificates_by_a_handshake_and_they_are_renewed() {
    hosts_get_certificates_by(Challenge::TlsAlpn01).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_get_certificates_by_a_request_and_they_are_renewed() {
    hosts_get_certificates_by(Challenge::Http01).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_fails_says_why_waits_and_goes_the_other_way() {
    let folder = tempfile::tempdir().unwrap();
    let acme = Acme::start();
    // Nobody listens there: every look of the authority fails.
    acme.resolve_all_to("127.0.0.2");
    let clock = Arc::new(StandingClock::after(None));
    let edge = Edge::start(source(&acme, folder.path(), &[]), clock.clone()).await;
    edge.order_until("it failed", has_failed).await;
    let failed = edge.certificate(CONSOLE).await.unwrap();
    assert!(failed.trouble.contains("tls-alpn-01") && failed.trouble.contains("127.0.0.2"), "{}", failed.trouble);
    assert_eq!(failed.next_try_at, failed.tried_at.unwrap().plus_ms(5 * 60 * 1_000));
    assert!(edge.connect(CONSOLE, &acme.root(), true).await.is_err());
    let figures = edge.plain("GET", "localhost", "/metrics", &[]).await.body;
    assert!(figures.contains("referee_certificates_failing 1\n"), "{figures}");
    let tls = edge.app.tls.clone().unwrap();
    for _ in 0..3 {
        tls.place_orders(&edge.app.engine).await.unwrap();
    }
    assert_eq!(acme.orders(), 1, "it is not tried again before its time");
    acme.resolve_all_to("127.0.0.1");
    clock.advance(Duration::from_secs(5 * 60)).unwrap();
    edge.order_until("it came in", |known| is_held(known, CONSOLE)).await;
    assert_eq!(acme.orders(), 2);
    let held = edge.certificate(CONSOLE).await.unwrap();
    assert_eq!((held.failures, held.trouble.as_str()), (0, ""));
    assert_eq!(edge.secured(&acme.root(), true, (CONSOLE, "/sign-in")).await.status, 200);
    edge.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_that_is_away_hurts_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let acme = Acme::start();
    let clock = Arc::new(StandingClock::after(None));
    let mut source = source(&acme, folder.path(), &[]);
    let nobody = Port::free();
    source.acme.directory = Some(format!("https://localhost:{}/dir", nobody.number()));
    // Trusted as the system does, like the large ones.
    source.acme.ca_file = None;
    let edge = Edge::start(source, clock).await;
    edge.order_until("it failed", has_failed).await;
    let failed = edge.certificate(CONSOLE).await.unwrap();
    assert!(failed.trouble.contains(&format!("https://localhost:{}/dir", nobody.number())), "{}", failed.trouble);
    assert_eq!(edge.plain("GET", "localhost", "/healthz", &[]).await.status, 200);
    edge.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_edges_one_orders_and_both_serve() {
    let mut demo = Demo::on(Pair::Postgres);
    demo.stop();
    let acme = Acme::start();
    let (one_folder, two_folder) = (demo.folder().join("edge-one"), demo.folder().join("edge-two"));
    let on_server = |folder: &Path, edge: u16| {
        std::fs::create_dir_all(folder).unwrap();
        Source {
            database_url: Some(Secret(demo.postgres().url())),
            key: Some(demo.folder().join("referee.key")),
            edge: Some(edge),
            ..source(&acme, folder, &[])
        }
    };
    let clock = Arc::new(StandingClock::after(None));
    // The authority looks at the first one, whoever ordered.
    let one = Edge::start(on_server(&one_folder, 11), clock.clone()).await;
    let ports = (Port::free(), Port::free());
    let two =
        Source { listen: Some(ports.0.address()), listen_tls: Some(ports.1.address()), ..on_server(&two_folder, 12) };
    let two = Edge::start(two, clock.clone()).await;
    add_tracking_host(&one, &demo).await;
    let held = |known: &[Certificate]| is_held(known, TRACKING) && is_held(known, CONSOLE);
    let known = |edge: &Edge| edge.app.engine.routing().hosts.contains_key(TRACKING);
    tokio::time::timeout(Duration::from_secs(30), async {
        while !known(&two) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .expect("the other edge learns of the host");
    tokio::join!(two.order_until("two sees them", held), one.order_until("one sees them", held));
    assert_eq!(acme.orders(), 2, "one order for each host");
    let accounts = demo.postgres().psql("select count(*) from acme_account");
    assert_eq!(accounts, "1");
    let root = acme.root();
    for edge in [&one, &two] {
        edge.app.tls.as_ref().unwrap().place_orders(&edge.app.engine).await.unwrap();
        assert_eq!(edge.secured(&root, true, (TRACKING, &demo.link(0))).await.status, 302);
        assert_eq!(edge.secured(&root, false, (CONSOLE, "/sign-in")).await.status, 200);
    }
    assert_eq!(leaf(&one, TRACKING, &root).await, leaf(&two, TRACKING, &root).await);
    one.stop().await;
    two.stop().await;
}
