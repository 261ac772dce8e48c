//! A made-up Shopify with one shop: sign-in of an app, the Admin interface, a storefront, and webhooks with real-shaped
//! bodies. Tests say what happens in the shop and get the signed requests that follow from it; they send them, twice, late,
//! in another order, wrongly signed, or not at all.
//!
//! ```text
//! let shop = FakeShop::start(Options { webhooks: address, ..Options::default() });
//! let bought = shop.order(Order { lines: vec![Line::goods("BOOT", 12_000, 2)], paid: true, ..Order::default() });
//! assert!(shop.deliver_all(&bought.deliveries));
//! let returned = shop.refund(bought.id, Refund { lines: vec![(0, 1)], ..Refund::default() });
//! ```

mod admin;
mod control;
mod delivery;
mod graphql;
mod graphql_order;
mod happenings;
mod money;
mod moment;
mod oauth;
mod order;
mod payload;
pub mod sign;
mod signed;
mod storefront;
#[cfg(test)]
mod tests;
mod wire;

use std::collections::{BTreeMap, HashMap};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::Value;

pub use delivery::Delivery;
pub use happenings::Done;
pub use money::Presentment;
pub use order::{Customer, Discount, Edit, Kind, Line, Order, Refund, RefundMoney};
pub use signed::signed;
pub use storefront::Product;

use crate::ports::Port;
use order::Placed;
use wire::{Answer, Request};

/// Numbers beyond those that JavaScript can tell apart, as in Shopify's own samples.
const ORDERS: u64 = 820_982_911_946_154_508;
const LINES: u64 = 866_550_311_766_439_020;
const REFUNDS: u64 = 890_088_186_047_892_319;
const CUSTOMERS: u64 = 706_405_506_930_370_084;
const PRODUCTS: u64 = 788_032_119_674_292_922;

/// The version that answers are made for.
pub const VERSION: &str = "2026-07";

#[derive(Debug, Clone)]
pub struct Options {
    pub domain: String,
    pub name: String,
    pub currency: String,
    /// Of the app that is installed.
    pub api_key: String,
    pub secret: String,
    /// Where the app's own configuration wants its webhooks; empty if it has none.
    pub webhooks: String,
    /// The names by which people reach the storefront, with the port that it has: `www.shop.localhost`.
    pub host: String,
    /// The folder of the connector, whose extensions the storefront runs.
    pub extensions: Option<PathBuf>,
    /// What the shop's owner typed into the settings of the theme's block and of the pixel.
    pub settings: Vec<(String, String)>,
    pub products: Vec<Product>,
    pub offset_minutes: i64,
    /// What goods are taxed with in hundredths of a percent, and whether prices of the storefront include it.
    pub tax: i64,
    pub taxes_included: bool,
    /// A fixed port, for somebody who tries it by hand.
    pub port: Option<u16>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            domain: "made-up.myshopify.com".into(),
            name: "Made-up Shop".into(),
            currency: "EUR".into(),
            api_key: "made-up-key".into(),
            secret: "made-up-secret".into(),
            webhooks: String::new(),
            host: "www.shop.localhost".into(),
            extensions: None,
            settings: Vec::new(),
            products: Product::some(),
            offset_minutes: 60,
            tax: 2_000,
            taxes_included: true,
            port: None,
        }
    }
}

#[derive(Debug, Clone)]
struct Token {
    scopes: String,
    expires_at: Option<i64>,
}

#[derive(Debug, Clone)]
struct Subscription {
    id: u64,
    topic: String,
    address: String,
    fields: Vec<String>,
    created_at: i64,
}

/// All that the shop knows.
struct World {
    domain: String,
    name: String,
    currency: String,
    api_key: String,
    secret: String,
    webhooks: String,
    origin: String,
    extensions: Option<PathBuf>,
    settings: HashMap<String, String>,
    products: Vec<Product>,
    tax: i64,
    taxes_included: bool,
    offset_minutes: i64,
    shop_id: u64,
    started_at: i64,
    /// Stands still if a test says so.
    now: Option<i64>,
    counter: u64,
    installed: bool,
    codes: HashMap<String, String>,
    tokens: HashMap<String, Token>,
    refreshes: HashMap<String, String>,
    subscriptions: Vec<Subscription>,
    pixel: Option<Value>,
    orders: BTreeMap<u64, Placed>,
    carts: HashMap<String, storefront::Cart>,
    checkouts: HashMap<String, storefront::Checkout>,
    /// What nobody has taken or sent yet.
    outbox: Vec<Delivery>,
    /// So many answers of the Admin interface say that there were too many questions.
    throttled: u32,
    /// The version that the Admin interface says it answered for.
    served: Option<String>,
    /// Questions to the Admin interface.
    asked: Vec<Value>,
    down: bool,
}

impl World {
    fn now(&self) -> i64 {
        self.now.unwrap_or_else(moment::now)
    }

    fn next(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    /// A value that nobody has seen before.
    fn fresh(&mut self, kind: &str) -> String {
        let number = self.next();
        // Another shop with the same app has others.
        let named = format!("{kind} {number} {} {}", self.domain, self.started_at);
        let text = sign::webhook(&self.secret, named.as_bytes());
        text.chars().filter(char::is_ascii_alphanumeric).take(32).collect()
    }
}

pub struct FakeShop {
    port: Port,
    script: Script,
    listening: Option<JoinHandle<()>>,
}

/// What can be said to the shop.
#[derive(Clone)]
pub struct Script {
    world: Arc<Mutex<World>>,
}

impl Deref for FakeShop {
    type Target = Script;

    fn deref(&self) -> &Script {
        &self.script
    }
}

impl FakeShop {
    pub fn start(options: Options) -> FakeShop {
        let port = options.port.map_or_else(Port::free, Port::fixed);
        let started_at = moment::now();
        let world = World {
            origin: format!("http://{}:{}", options.host, port.number()),
            domain: options.domain,
            name: options.name,
            currency: options.currency,
            api_key: options.api_key,
            secret: options.secret,
            webhooks: options.webhooks,
            extensions: options.extensions,
            settings: options.settings.into_iter().collect(),
            products: options.products,
            tax: options.tax,
            taxes_included: options.taxes_included,
            offset_minutes: options.offset_minutes,
            shop_id: 690_933_842,
            started_at,
            now: None,
            counter: 0,
            installed: false,
            codes: HashMap::new(),
            tokens: HashMap::new(),
            refreshes: HashMap::new(),
            subscriptions: Vec::new(),
            pixel: None,
            orders: BTreeMap::new(),
            carts: HashMap::new(),
            checkouts: HashMap::new(),
            outbox: Vec::new(),
            throttled: 0,
            served: None,
            asked: Vec::new(),
            down: false,
        };
        let mut shop = FakeShop { port, script: Script { world: Arc::new(Mutex::new(world)) }, listening: None };
        shop.listen();
        shop
    }

    fn listen(&mut self) {
        let listener = TcpListener::bind(self.port.address()).expect("the port is ours");
        let script = self.script.clone();
        self.listening = Some(thread::spawn(move || {
            for stream in listener.incoming() {
                if lock(&script.world).down {
                    break;
                }
                let (Ok(stream), script) = (stream, script.clone()) else { continue };
                thread::spawn(move || serve(&stream, &script));
            }
        }));
    }

    pub fn port(&self) -> u16 {
        self.port.number()
    }

    pub fn address(&self) -> SocketAddr {
        self.port.address()
    }

    /// `http://127.0.0.1:PORT`: where the app finds the shop's admin.
    pub fn url(&self) -> String {
        format!("http://{}", self.port.address())
    }
}

impl Script {
    /// Where people shop.
    pub fn storefront(&self) -> String {
        lock(&self.world).origin.clone()
    }

    pub fn domain(&self) -> String {
        lock(&self.world).domain.clone()
    }

    pub fn api_key(&self) -> String {
        lock(&self.world).api_key.clone()
    }

    pub fn secret(&self) -> String {
        lock(&self.world).secret.clone()
    }

    /// The moment that the shop thinks it is, in seconds since 1970. It stands still from then on.
    pub fn set_time(&self, at: i64) {
        lock(&self.world).now = Some(at);
    }

    /// It is so many seconds later.
    pub fn pass_time(&self, seconds: i64) {
        let mut world = lock(&self.world);
        world.now = Some(world.now() + seconds);
    }

    /// What the owner changes in the settings of the app's extensions.
    pub fn set(&self, name: &str, value: &str) {
        lock(&self.world).settings.insert(name.into(), value.into());
    }

    /// Where the app's configuration wants its webhooks.
    pub fn set_webhooks(&self, address: &str) {
        lock(&self.world).webhooks = address.into();
    }

    /// The next answers of the Admin interface say that there were too many questions.
    pub fn throttle(&self, answers: u32) {
        lock(&self.world).throttled = answers;
    }

    /// The Admin interface says that it answered for another version.
    pub fn serve_version(&self, version: &str) {
        lock(&self.world).served = Some(version.into());
    }

    /// Every question to the Admin interface so far.
    pub fn asked(&self) -> Vec<Value> {
        lock(&self.world).asked.clone()
    }

    /// Topics and addresses that the app has asked for by itself.
    pub fn subscriptions(&self) -> Vec<(String, String)> {
        lock(&self.world).subscriptions.iter().map(|it| (it.topic.clone(), it.address.clone())).collect()
    }

    /// The settings that the app has given its pixel.
    pub fn pixel(&self) -> Option<Value> {
        lock(&self.world).pixel.clone()
    }

    /// All tokens have run out, those that refresh them not.
    pub fn expire_tokens(&self) {
        for token in lock(&self.world).tokens.values_mut() {
            token.expires_at = Some(0);
        }
    }

    pub fn is_installed(&self) -> bool {
        lock(&self.world).installed
    }

    /// What happened in the shop and nobody has taken yet, such as an order from the storefront.
    pub fn take(&self) -> Vec<Delivery> {
        std::mem::take(&mut lock(&self.world).outbox)
    }

    /// Sends one; the status of the answer, 0 if there was none.
    pub fn deliver(&self, delivery: &Delivery) -> u16 {
        delivery.send().unwrap_or(0)
    }

    /// Sends all in this order. False if one was not taken.
    pub fn deliver_all(&self, deliveries: &[Delivery]) -> bool {
        let taken = |delivery: &Delivery| matches!(self.deliver(delivery), 200..=299);
        deliveries.iter().filter(|it| !it.address.is_empty()).all(taken)
    }

    /// Sends what waits, as Shopify would: what is not taken waits for another time, up to eight times. Gives how many are
    /// still waiting.
    pub fn pump(&self) -> usize {
        for mut delivery in self.take().into_iter().filter(|it| !it.address.is_empty()) {
            if !matches!(self.deliver(&delivery), 200..=299) {
                if delivery.try_again() {
                    self.put_back(delivery);
                } else {
                    self.end_subscription(&delivery);
                }
            }
        }
        lock(&self.world).outbox.len()
    }

    /// It waits for another time.
    pub fn put_back(&self, delivery: Delivery) {
        lock(&self.world).outbox.push(delivery);
    }

    /// One that the app asked for by itself ends when nothing is taken.
    fn end_subscription(&self, delivery: &Delivery) {
        let is_it = |it: &Subscription| it.address == delivery.address && it.topic == delivery.topic;
        lock(&self.world).subscriptions.retain(|it| !is_it(it));
    }
}

impl Drop for FakeShop {
    fn drop(&mut self) {
        lock(&self.world).down = true;
        // Whoever waits for a connection sees it by getting one.
        _ = TcpStream::connect(self.port.address());
        if let Some(listening) = self.listening.take() {
            listening.join().expect("the shop ends");
        }
    }
}

fn lock(world: &Mutex<World>) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn serve(stream: &TcpStream, script: &Script) {
    // Browsers open connections that they never use.
    _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
    let Some(request) = Request::read(stream) else { return };
    let answer = match control::answer(script, &request) {
        Some(answer) => answer,
        None => answer(&mut lock(&script.world), &request),
    };
    // Whoever asked may be gone.
    _ = answer.write(stream);
}

fn answer(world: &mut World, request: &Request) -> Answer {
    let parts: Vec<&str> = request.path.trim_matches('/').split('/').collect();
    match parts.as_slice() {
        ["admin", "oauth", "authorize"] => oauth::authorize(world, request),
        ["admin", "oauth", "access_token"] => oauth::access_token(world, request),
        ["admin", "api", version, "graphql.json"] => admin::answer(world, request, version),
        ["admin", ..] => Answer::none(),
        _ => storefront::answer(world, request, &parts),
    }
}
