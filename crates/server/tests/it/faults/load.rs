//! Clients that click, look at pages and report without a pause, and remember what they were told.

use std::collections::{BTreeMap, VecDeque};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use referee_core::id::{ClickNo, ProgramId};
use referee_engine::intake::click_id::{Opened, open};
use referee_engine::intake::keys::BrandKeys;
use referee_rig::deadline::{PATIENCE, poll};

use super::fleet::{Fleet, Process};

/// Of each edge.
const CLIENTS: u64 = 3;
/// One report follows this many clicks.
const CLICKS_PER_REPORT: u64 = 3;
/// One visit of a page follows this many clicks.
const CLICKS_PER_VISIT: u64 = 4;
/// Longer than any deadline of the server.
const ANSWER: Duration = Duration::from_secs(30);
/// How long a client rests that is not let in.
const REFUSED: Duration = Duration::from_millis(10);

/// A visitor was sent on.
pub struct Click {
    pub no: ClickNo,
    /// Its id says that it is not in the log yet.
    pub flagged: bool,
    pub edge: u16,
    pub at: Instant,
}

/// A report was taken.
pub struct Report {
    pub order: String,
    /// Its sender had to come again, so it may have been kept more than once.
    pub again: bool,
    pub at: Instant,
}

/// What clients were told.
#[derive(Default)]
pub struct Heard {
    pub clicks: Vec<Click>,
    pub reports: Vec<Report>,
    /// Paths of the pages whose visits were taken. Nothing tells a visit that is counted twice from two visits, so they
    /// show best whether anything is applied twice.
    pub visits: Vec<String>,
}

impl Heard {
    /// How long after a moment an edge said for the first time that a click was kept.
    pub fn kept_again(&self, edge: u16, moment: Instant) -> Duration {
        let kept = self.clicks.iter().filter(|it| it.edge == edge && !it.flagged && it.at > moment);
        kept.map(|it| it.at - moment).min().expect("clicks were kept again")
    }

    /// From a moment on, the longest time for which an edge kept no click.
    pub fn longest_gap(&self, edge: u16, moment: Instant) -> Duration {
        let kept = self.clicks.iter().filter(|it| it.edge == edge && !it.flagged && it.at > moment);
        let mut moments: Vec<Instant> = kept.map(|it| it.at).chain([moment]).collect();
        moments.sort();
        moments.windows(2).map(|pair| pair[1] - pair[0]).max().expect("clicks were kept again")
    }

    pub fn flagged(&self) -> usize {
        self.clicks.iter().filter(|it| it.flagged).count()
    }
}

/// What an edge has said so far.
#[derive(Default)]
pub struct Tally {
    pub kept: AtomicU64,
    pub flagged: AtomicU64,
    pub reports: AtomicU64,
    /// Reports whose sender was asked to come again.
    pub put_off: AtomicU64,
}

pub struct Load {
    stop: Arc<AtomicBool>,
    clients: Vec<JoinHandle<Heard>>,
    tallies: BTreeMap<u16, Arc<Tally>>,
}

impl Load {
    pub fn on(fleet: &Fleet, edges: &[&Process]) -> Load {
        let (sid, token) = (fleet.text("/account_sid"), fleet.text("/auth_token"));
        let credentials = STANDARD.encode(format!("{sid}:{token}"));
        let mut load = Load { stop: Arc::default(), clients: Vec::new(), tallies: BTreeMap::new() };
        for edge in edges {
            let tally = load.tallies.entry(edge.edge).or_default().clone();
            for number in 0..CLIENTS {
                let link = fleet.text(&format!("/partners/{number}/link"));
                let client = Client {
                    to: edge.port.address(),
                    edge: edge.edge,
                    name: format!("{}-{number}", edge.edge),
                    link: url::Url::parse(&link).expect("a link").path().to_owned(),
                    reports: format!("/Advertisers/{sid}/Conversions"),
                    credentials: credentials.clone(),
                    keys: fleet.keys.clone(),
                    tally: tally.clone(),
                    connection: None,
                    again: VecDeque::new(),
                    heard: Heard::default(),
                };
                let stop = load.stop.clone();
                load.clients.push(std::thread::spawn(move || client.run(&stop)));
            }
        }
        load.goes_on();
        load
    }

    pub fn tally(&self, edge: u16) -> &Tally {
        &self.tallies[&edge]
    }

    /// Lets the load go on for some time.
    pub fn run_for(&self, time: Duration) {
        let end = Instant::now() + time;
        self.run_until("the time passes", || Instant::now() >= end);
    }

    /// Lets the load go on until something is so.
    pub fn run_until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let so = poll(2 * PATIENCE, || {
            assert!(self.clients.iter().all(|client| !client.is_finished()), "a client ended by itself");
            is_so().then_some(())
        });
        assert!(so.is_some(), "{what}");
    }

    /// Waits until every edge keeps clicks and reports, seen from now.
    pub fn goes_on(&self) {
        let kept = |tally: &Tally| (tally.kept.load(Ordering::Relaxed), tally.reports.load(Ordering::Relaxed));
        let before: Vec<_> = self.tallies.values().map(|tally| kept(tally)).collect();
        self.run_until("every edge keeps clicks and reports again", || {
            let now = self.tallies.values().map(|tally| kept(tally));
            before.iter().zip(now).all(|(before, now)| now.0 >= before.0 + 20 && now.1 >= before.1 + 5)
        });
    }

    /// Waits until an edge has said this often more that a click is not kept yet and that a report is not.
    pub fn is_put_off(&self, edge: u16, clicks: u64, reports: u64) {
        let tally = self.tally(edge);
        let said = || (tally.flagged.load(Ordering::Relaxed), tally.put_off.load(Ordering::Relaxed));
        let before = said();
        self.run_until("the edge notices that the log is away", || {
            let now = said();
            now.0 >= before.0 + clicks && now.1 >= before.1 + reports
        });
    }

    /// Ends the load. Reports that were not taken yet are sent until they are.
    pub fn end(self) -> Heard {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Heard::default();
        for client in self.clients {
            let heard = client.join().expect("a client");
            all.clicks.extend(heard.clicks);
            all.reports.extend(heard.reports);
            all.visits.extend(heard.visits);
        }
        all
    }
}

/// A report on its way.
struct Order {
    id: String,
    click_id: String,
    again: bool,
}

struct Client {
    to: SocketAddr,
    edge: u16,
    name: String,
    link: String,
    reports: String,
    credentials: String,
    keys: Arc<BrandKeys>,
    tally: Arc<Tally>,
    connection: Option<TcpStream>,
    /// Reports that were not surely kept.
    again: VecDeque<Order>,
    heard: Heard,
}

impl Client {
    fn run(mut self, stop: &AtomicBool) -> Heard {
        for n in 0_u64.. {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let Some(click_id) = self.click() else { continue };
            if n.is_multiple_of(CLICKS_PER_VISIT) {
                self.visit(format!("/{}-{n}", self.name), &click_id);
            }
            if n.is_multiple_of(CLICKS_PER_REPORT) {
                self.report(Order { id: format!("{}-{n}", self.name), click_id, again: false });
            }
            // One that waits, while clicks are kept: a sender that is asked to come again does not come at once.
            if self.heard.clicks.last().is_some_and(|click| !click.flagged)
                && let Some(order) = self.again.pop_front()
            {
                self.report(order);
            }
        }
        let all_taken = poll(PATIENCE, || match self.again.pop_front() {
            Some(order) => {
                self.report(order);
                None
            }
            None => Some(()),
        });
        assert!(all_taken.is_some(), "a report is taken in the end; {} are not", self.again.len());
        self.heard
    }

    /// Follows the link; the click's id if there was an answer.
    fn click(&mut self) -> Option<String> {
        let request = format!(
            "GET {} HTTP/1.1\r\nhost: go.shop.localhost\r\nuser-agent: Mozilla/5.0 Chrome/130.0\r\n\r\n",
            self.link
        );
        let (status, head) = self.exchange(&request)?;
        assert_eq!(status, 302, "a visitor is always sent on: {head}");
        let location = head.lines().find_map(|line| line.strip_prefix("location: ")).expect("an address");
        let url = url::Url::parse(location).expect("an address");
        let id = url.query_pairs().find(|(name, _)| name == "pt").expect("a click id").1.into_owned();
        let Ok(Opened::Click(click)) = open(&self.keys, ProgramId(1), &id) else { panic!("{id} is not one of ours") };
        let count = if click.unrecorded { &self.tally.flagged } else { &self.tally.kept };
        count.fetch_add(1, Ordering::Relaxed);
        let (no, flagged, edge, at) = (click.no, click.unrecorded, self.edge, Instant::now());
        self.heard.clicks.push(Click { no, flagged, edge, at });
        Some(id)
    }

    /// A visit that is not taken is lost: browsers don't come again.
    fn visit(&mut self, path: String, click_id: &str) {
        let body = format!(r#"{{"program":1,"page":"http://www.shop.localhost{path}","clickId":"{click_id}"}}"#);
        let request = format!(
            "POST /pt/v HTTP/1.1\r\nhost: go.shop.localhost\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        match self.exchange(&request) {
            Some((200..300, _)) => self.heard.visits.push(path),
            Some((503, _)) | None => {}
            Some((_, head)) => panic!("a visit is taken or not: {head}"),
        }
    }

    fn report(&mut self, order: Order) {
        let Order { id, click_id, again } = order;
        let body = format!("CampaignId=1&EventTypeCode=sale&EventDate=NOW&OrderId={id}&ClickId={click_id}&Amount=10");
        let request = format!(
            "POST {} HTTP/1.1\r\nhost: localhost\r\nauthorization: Basic {}\r\ncontent-length: {}\r\n\r\n{body}",
            self.reports,
            self.credentials,
            body.len()
        );
        match self.exchange(&request) {
            Some((200, _)) => {
                self.tally.reports.fetch_add(1, Ordering::Relaxed);
                self.heard.reports.push(Report { order: id, again, at: Instant::now() });
            }
            Some((503, _)) => {
                self.tally.put_off.fetch_add(1, Ordering::Relaxed);
                self.again.push_back(Order { id, click_id, again: true });
            }
            // The edge is gone; whether it kept the report nobody knows.
            None => self.again.push_back(Order { id, click_id, again: true }),
            Some((_, head)) => panic!("a report is taken or put off: {head}"),
        }
    }

    /// Sends a request and reads its whole answer; gives status and head. None when the edge is gone.
    fn exchange(&mut self, request: &str) -> Option<(u16, String)> {
        let answer = self.try_exchange(request);
        if answer.is_none() {
            self.connection = None;
        }
        answer
    }

    fn try_exchange(&mut self, request: &str) -> Option<(u16, String)> {
        if self.connection.is_none() {
            let Ok(connection) = TcpStream::connect(self.to) else {
                std::thread::sleep(REFUSED);
                return None;
            };
            connection.set_read_timeout(Some(ANSWER)).expect("a time");
            self.connection = Some(connection);
        }
        let connection = self.connection.as_mut()?;
        connection.write_all(request.as_bytes()).ok()?;
        let mut answer = Vec::new();
        let mut chunk = [0; 4_096];
        loop {
            let length = match connection.read(&mut chunk) {
                Ok(length) => length,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => panic!("no answer in {ANSWER:?}"),
                Err(_) => 0,
            };
            if length == 0 {
                return None;
            }
            answer.extend_from_slice(&chunk[..length]);
            let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&answer[..end]).into_owned();
            let announced = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let body: usize = announced.map_or(0, |length| length.parse().expect("a length"));
            if answer.len() >= end + 4 + body {
                let status = head.split(' ').nth(1).and_then(|text| text.parse().ok()).expect("a status");
                return Some((status, head));
            }
        }
    }
}
