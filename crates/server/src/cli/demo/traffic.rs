//! Simulated visitors: each clicks a partner's link, lands in the shop and sometimes buys, through the front door like
//! anybody else.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use http::{Request, Response, header};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;
use url::Url;

use super::seed::{CLICK_PARAM, Seed};
use super::site::{LOCAL_SHOP, LOCAL_TRACKING};
use crate::demo::products::{PRODUCTS, euros};

/// Visitors are let in this often; so many at a time as make up the rate.
const TICK: Duration = Duration::from_millis(50);
const TICKS_PER_SECOND: u64 = 20;
/// Visitors under way: past this the server is slower than the rate, and the rest stay at home.
const VISITORS_MAX: usize = 512;
/// One visitor in this many buys something.
const BUYERS_ONE_IN: u64 = 25;
/// One visitor in this many comes from one of a few devices, so that some clicks are another's duplicates.
const REPEATED_ONE_IN: u64 = 10;
const REPEATED_DEVICES: u64 = 4;
const SYSTEMS: [&str; 4] =
    ["X11; Linux x86_64", "Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "Linux; Android 10; K"];

struct Crowd {
    to: SocketAddr,
    /// Paths of the partners' links.
    links: Vec<String>,
    program: u32,
    sale_event: u32,
    /// Part of every order's id, so that two runs never name the same order.
    run: u64,
    came: AtomicU64,
    bought: AtomicU64,
    failed: AtomicU64,
}

/// Lets visitors in until the task is aborted. With a rate of zero nobody comes.
pub fn start(per_second: u32, to: SocketAddr, seed: &Seed, run: u64) -> JoinHandle<()> {
    let links = seed.partners.iter().flat_map(|partner| [&partner.link, &partner.vanity]);
    let links = links.filter_map(|link| Some(Url::parse(link).ok()?.path().to_owned())).collect();
    let crowd = Arc::new(Crowd {
        to,
        links,
        program: seed.program_id,
        sale_event: seed.event_types.sale,
        run,
        came: AtomicU64::new(0),
        bought: AtomicU64::new(0),
        failed: AtomicU64::new(0),
    });
    tokio::spawn(async move {
        if per_second > 0 {
            crowd.let_in(u64::from(per_second)).await;
        }
    })
}

impl Crowd {
    async fn let_in(self: Arc<Self>, per_second: u64) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let seats = Arc::new(Semaphore::new(VISITORS_MAX));
        let (mut ticks, mut number) = (0_u64, 0_u64);
        loop {
            tick.tick().await;
            ticks += 1;
            let due = ticks * per_second / TICKS_PER_SECOND;
            while number < due {
                number += 1;
                let Ok(seat) = seats.clone().try_acquire_owned() else { continue };
                let (crowd, number) = (self.clone(), number);
                tokio::spawn(async move {
                    crowd.count(crowd.visit(number).await);
                    drop(seat);
                });
            }
            if ticks % TICKS_PER_SECOND == 0 {
                self.say_progress(ticks / TICKS_PER_SECOND);
            }
        }
    }

    fn count(&self, outcome: Result<bool, String>) {
        match outcome {
            Ok(bought) => {
                self.came.fetch_add(1, Ordering::Relaxed);
                self.bought.fetch_add(u64::from(bought), Ordering::Relaxed);
            }
            Err(error) => {
                self.failed.fetch_add(1, Ordering::Relaxed);
                tracing::debug!(error, "a simulated visitor gave up");
            }
        }
    }

    /// One line that is written over, or one every ten seconds where nobody watches.
    fn say_progress(&self, seconds: u64) {
        let terminal = std::io::stderr().is_terminal();
        if !terminal && !seconds.is_multiple_of(10) {
            return;
        }
        let [came, bought, failed] = [&self.came, &self.bought, &self.failed].map(|it| it.load(Ordering::Relaxed));
        let (begin, end) = if terminal { ("\r", "") } else { ("", "\n") };
        eprint!("{begin}{seconds} s: {came} visitors, {bought} orders, {failed} failed{end}");
        // A line that can't be written is no trouble of the server's.
        _ = std::io::stderr().flush();
    }

    /// One visitor's way; says whether they bought.
    async fn visit(&self, number: u64) -> Result<bool, String> {
        let mut connection = connect(self.to).await?;
        let chance = scattered(self.run ^ number);
        let agent = agent(chance / 3);
        let link = &self.links[(chance % self.links.len().max(1) as u64) as usize];
        let landing = click(&mut connection, &agent, &format!("{link}?subId1=demo-{}", chance % 5)).await?;
        let click_id = landing.query_pairs().find(|(name, _)| name == CLICK_PARAM).map(|(_, id)| id.into_owned());
        let visit = json!({ "program": self.program, "page": landing.as_str(), "clickId": click_id });
        tell(&mut connection, &agent, "/pt/v", &visit).await?;
        if !(chance / 7).is_multiple_of(BUYERS_ONE_IN) {
            return Ok(false);
        }
        tell(&mut connection, &agent, "/pt/o", &self.order(number, chance, click_id)).await?;
        Ok(true)
    }

    fn order(&self, number: u64, chance: u64, click_id: Option<String>) -> Value {
        let product = &PRODUCTS[(chance / 1_000 % PRODUCTS.len() as u64) as usize];
        let quantity = 1 + chance / 100_000 % 2;
        let amount = euros(product.price_cents * quantity);
        json!({
            "program": self.program,
            "event": self.sale_event,
            "clickId": click_id,
            "orderId": format!("T{}-{number}", self.run),
            "currencyCode": "EUR",
            "orderSubTotalPostDiscount": amount,
            "customerId": format!("t{}", chance / 31 % 20_000),
            "items": [{
                "sku": product.id, "name": product.name, "category": product.category, "quantity": quantity,
                "subTotal": amount,
            }],
        })
    }
}

/// The browser of a visitor. All come from this computer, so that only their browsers tell devices apart.
fn agent(chance: u64) -> String {
    let device =
        if chance.is_multiple_of(REPEATED_ONE_IN) { chance / REPEATED_ONE_IN % REPEATED_DEVICES } else { chance };
    let system = SYSTEMS[(device % SYSTEMS.len() as u64) as usize];
    let (version, build, patch) = (110 + device / 4 % 30, 5_000 + device / 120 % 2_000, device / 240_000 % 200);
    let phone = if system.contains("Android") { " Mobile" } else { "" };
    format!(
        "Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.{build}.{patch}{phone} Safari/537.36"
    )
}

async fn connect(to: SocketAddr) -> Result<SendRequest<Body>, String> {
    let stream = TcpStream::connect(to).await.map_err(|error| error.to_string())?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    tokio::spawn(async move {
        // How it ends is heard by whoever sends.
        _ = connection.await;
    });
    Ok(sender)
}

async fn send(connection: &mut SendRequest<Body>, request: Request<Body>) -> Result<Response<Incoming>, String> {
    connection.ready().await.map_err(|error| error.to_string())?;
    connection.send_request(request).await.map_err(|error| error.to_string())
}

/// Follows a link, to where it leads.
async fn click(connection: &mut SendRequest<Body>, agent: &str, path: &str) -> Result<Url, String> {
    let request = Request::get(path)
        .header(header::HOST, LOCAL_TRACKING)
        .header(header::USER_AGENT, agent)
        .header("sec-fetch-mode", "navigate")
        .header("sec-fetch-dest", "document")
        .body(Body::empty())
        .map_err(|error| error.to_string())?;
    let response = send(connection, request).await?;
    let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    location.and_then(|location| Url::parse(location).ok()).ok_or_else(|| format!("no way on: {}", response.status()))
}

/// Sends what the tag would send.
async fn tell(connection: &mut SendRequest<Body>, agent: &str, path: &str, body: &Value) -> Result<(), String> {
    let request = Request::post(path)
        .header(header::HOST, LOCAL_TRACKING)
        .header(header::USER_AGENT, agent)
        .header(header::ORIGIN, format!("http://{LOCAL_SHOP}"))
        .header(header::CONTENT_TYPE, "text/plain")
        .body(Body::from(body.to_string()))
        .map_err(|error| error.to_string())?;
    let status = send(connection, request).await?.status();
    if status.is_success() { Ok(()) } else { Err(format!("{path} answered {status}")) }
}

/// A number that looks random, the same for the same seed.
fn scattered(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
