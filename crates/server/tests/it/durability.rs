//! Killed in the middle of load, twenty times: what was acknowledged is in the log and in the books, once.
//! Slow by nature; the only test of its kind.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use referee_core::fact::Fact;
use referee_core::id::{BrandId, ClickNo, ProgramId};
use referee_engine::Engine;
use referee_engine::clock::SystemClock;
use referee_engine::config::{Config, Source};
use referee_engine::intake::click_id::{Opened, open};
use referee_engine::log::Position;
use referee_engine::log::frame::unpack;
use referee_engine::replay;

use crate::support::Demo;

const KILLS: u64 = 20;
const CLIENTS: u64 = 4;

/// What the server said yes to.
enum Acknowledged {
    Click(String),
    Order(String),
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_kept_twice() {
    let mut demo = Demo::start();
    let (mut clicks, mut orders) = (Vec::new(), BTreeSet::new());
    for round in 0..KILLS {
        let (sender, receiver) = channel();
        let seen = Arc::new(AtomicU64::new(0));
        let clients: Vec<_> =
            (0..CLIENTS).map(|client| load(&demo, round, client, sender.clone(), seen.clone())).collect();
        drop(sender);
        // At another moment each time, and never idle.
        let enough = 40 + round * 37;
        while seen.load(Ordering::Relaxed) < enough {
            assert!(clients.iter().any(|client| !client.is_finished()), "the clients ended by themselves");
            std::thread::yield_now();
        }
        demo.kill();
        clients.into_iter().for_each(|client| client.join().expect("a client"));
        gather(receiver, &mut clicks, &mut orders);
        if round + 1 < KILLS {
            demo.run();
        }
    }
    assert!(clicks.len() > 1_000 && orders.len() > 300, "{} clicks, {} orders", clicks.len(), orders.len());
    check(demo.folder(), &clicks, &orders);
}

fn gather(receiver: Receiver<Acknowledged>, clicks: &mut Vec<String>, orders: &mut BTreeSet<String>) {
    for it in receiver {
        match it {
            Acknowledged::Click(id) => clicks.push(id),
            Acknowledged::Order(id) => assert!(orders.insert(id), "every order is sent once"),
        }
    }
}

/// One client that sends until the server is gone.
fn load(
    demo: &Demo,
    round: u64,
    client: u64,
    sender: Sender<Acknowledged>,
    seen: Arc<AtomicU64>,
) -> std::thread::JoinHandle<()> {
    let (to, link) = (demo.address, demo.link((client % 3) as usize));
    let (sid, token) = (demo.text("/account_sid"), demo.text("/auth_token"));
    let credentials = STANDARD.encode(format!("{sid}:{token}"));
    std::thread::spawn(move || {
        let mut connection = TcpStream::connect(to).expect("the server listens");
        let said = |what| {
            // Whoever counts is there until every client is done.
            sender.send(what).expect("somebody counts");
            seen.fetch_add(1, Ordering::Relaxed);
        };
        for n in 0.. {
            let Some(id) = click(&mut connection, to, &link) else { return };
            said(Acknowledged::Click(id.clone()));
            if n % 3 != 0 {
                continue;
            }
            let order = format!("{round}-{client}-{n}");
            let body = format!("CampaignId=1&EventTypeCode=sale&EventDate=NOW&OrderId={order}&ClickId={id}&Amount=10");
            let request = format!(
                "POST /Advertisers/{sid}/Conversions HTTP/1.1\r\nhost: localhost:{}\r\nauthorization: Basic {credentials}\r\n\
                 content-length: {}\r\n\r\n{body}",
                to.port(),
                body.len()
            );
            let Some(head) = exchange(&mut connection, &request) else { return };
            if head.starts_with("HTTP/1.1 200") {
                said(Acknowledged::Order(order));
            }
        }
    })
}

fn click(connection: &mut TcpStream, to: SocketAddr, link: &str) -> Option<String> {
    let port = to.port();
    let request = format!(
        "GET {link} HTTP/1.1\r\nhost: go.shop.localhost:{port}\r\nuser-agent: Mozilla/5.0 Chrome/130.0\r\n\r\n"
    );
    let head = exchange(connection, &request)?;
    let location = head.lines().find_map(|line| line.strip_prefix("location: "))?;
    let url = url::Url::parse(location).expect("an address");
    url.query_pairs().find(|(name, _)| name == "pt").map(|(_, id)| id.into_owned())
}

/// Sends a request and reads its whole answer; gives the head. None when the server is gone.
fn exchange(connection: &mut TcpStream, request: &str) -> Option<String> {
    connection.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    let mut chunk = [0; 4_096];
    loop {
        let length = connection.read(&mut chunk).ok().filter(|length| *length > 0)?;
        answer.extend_from_slice(&chunk[..length]);
        let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let announced = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let body: usize = announced.map_or(0, |length| length.parse().expect("a length"));
        if answer.len() >= end + 4 + body {
            return Some(head);
        }
    }
}

/// Restarts in this process, and looks for everything that was acknowledged.
fn check(folder: &Path, clicks: &[String], orders: &BTreeSet<String>) {
    let config = Config { edge: 2, ..demo_config(folder) };
    let engine = Engine::open(&config, Arc::new(SystemClock)).expect("it opens again");
    let (brand, keys) = engine.settings.brands().expect("the brands").remove(0);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    while !runtime.block_on(engine.catch_up(brand.id)).expect("the machine moves") {}

    let numbers: Vec<ClickNo> = clicks
        .iter()
        .filter_map(|id| match open(&keys, ProgramId(1), id).expect("one of ours") {
            Opened::Click(click) if !click.unrecorded => Some(click.no),
            _ => None,
        })
        .collect();
    let (clicks_kept, orders_kept) = kept(&engine, brand.id);
    for no in &numbers {
        assert_eq!(clicks_kept.get(no), Some(&1), "click {no} is in the log once");
        assert!(engine.reads.click(brand.id, *no).expect("a read").is_some(), "click {no} is in the books");
    }
    for order in orders {
        assert_eq!(orders_kept.get(order), Some(&1), "order {order} is in the log once");
        let found = engine.reads.conversions_of(brand.id, order).expect("a read");
        assert_eq!(found.len(), 1, "order {order} is in the books once");
        assert!(!found[0].1.actions.is_empty(), "and was credited");
    }
    engine.shut_down();
    let report = replay::check(&config).expect("the books are rebuilt");
    assert_eq!(report.difference, None);
}

fn demo_config(folder: &Path) -> Config {
    Config::new(Source { data: Some(folder.to_owned()), ..Source::default() }).expect("a configuration")
}

/// How often each click and each order stands in the log.
fn kept(engine: &Engine, brand: BrandId) -> (BTreeMap<ClickNo, u32>, BTreeMap<String, u32>) {
    let (mut clicks, mut orders) = (BTreeMap::new(), BTreeMap::new());
    let partition = engine.partition_of(brand).expect("a partition");
    let mut after = Position::default();
    loop {
        let frames = engine.log().read(partition, after, 256).expect("the log is read");
        let Some((last, _)) = frames.last() else { return (clicks, orders) };
        after = *last;
        for (_, draft) in frames.iter().flat_map(|(_, frame)| unpack(frame).expect("a whole frame")) {
            match draft.fact {
                Fact::ClickRecorded(click) => *clicks.entry(click.no).or_default() += 1,
                Fact::ConversionReported(report) => *orders.entry(report.order_id).or_default() += 1,
                _ => {}
            }
        }
    }
}
