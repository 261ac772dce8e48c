//! The demonstration as a process, in a folder of its own.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use referee_rig::postgres::Options;
use referee_rig::{Nats, Postgres};
use serde_json::Value;
use tempfile::TempDir;

use super::http::{Client, Reply, form};

pub const CHROME: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36";

/// The engines that keep everything, started for one demonstration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pair {
    /// SQLite for the log and for the books.
    Files,
    /// PostgreSQL for both.
    Postgres,
    /// NATS JetStream for the log, PostgreSQL for the books.
    JetStream,
}

/// Runs scenarios on every pair of engines.
macro_rules! on_every_pair {
    ($($scenario:ident),* $(,)?) => {
        $crate::support::on_pair!(files, Files, $($scenario),*);
        $crate::support::on_pair!(postgres, Postgres, $($scenario),*);
        $crate::support::on_pair!(jetstream, JetStream, $($scenario),*);
    };
}

macro_rules! on_pair {
    ($module:ident, $pair:ident, $($scenario:ident),*) => {
        mod $module {
            $(
                #[test]
                fn $scenario() {
                    super::$scenario($crate::support::Pair::$pair);
                }
            )*
        }
    };
}

pub(crate) use {on_every_pair, on_pair};

/// What runs beside the program. They end with the demonstration.
#[derive(Default)]
struct Engines {
    postgres: Option<Postgres>,
    nats: Option<Nats>,
    /// What else the program is told.
    more: Vec<(&'static str, String)>,
}

impl Engines {
    fn start(pair: Pair) -> Engines {
        // What a crash of the machine would lose is no matter here.
        let postgres = || Postgres::start_with(Options { fsync: false, ..Options::default() });
        Engines {
            postgres: (pair != Pair::Files).then(postgres),
            nats: (pair == Pair::JetStream).then(|| Nats::cluster(1)),
            more: vec![("REFEREE_LOG_REPLICAS", "1".into())],
        }
    }

    fn variables(&self) -> Vec<(&'static str, String)> {
        let mut variables = Vec::new();
        variables.extend(self.postgres.as_ref().map(|it| ("REFEREE_DATABASE_URL", it.url())));
        variables.extend(self.nats.as_ref().map(|it| ("REFEREE_LOG_URL", it.urls())));
        variables.extend(self.more.iter().cloned());
        variables
    }
}

pub struct Demo {
    folder: TempDir,
    /// Flags of its command.
    flags: &'static [&'static str],
    engines: Engines,
    child: Option<Child>,
    pub address: SocketAddr,
    pub seed: Value,
}

/// Somebody who signed in.
pub struct Person {
    pub client: Client,
    pub csrf: String,
}

pub fn data_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

/// A free port below those that outgoing connections take. Each test process begins somewhere else.
pub fn free_port() -> u16 {
    let begin = std::process::id() % 10_000;
    (0..10_000)
        .map(|i| 20_000 + ((begin + i * 7) % 12_000) as u16)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("a port is free")
}

/// Asks until something is so. For what follows from the log: nobody waits for a visitor's click to be applied.
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::yield_now();
    }
}

/// A line that the program prints and that holds this text.
pub fn next_line(lines: &mut impl Iterator<Item = std::io::Result<String>>, text: &str) -> String {
    lines
        .map(|line| line.expect("the program prints text"))
        .find(|line| line.contains(text))
        .unwrap_or_else(|| panic!("the program ended without saying {text:?}"))
}

impl Demo {
    /// On the embedded default.
    pub fn start() -> Demo {
        Demo::on(Pair::Files)
    }

    pub fn on(pair: Pair) -> Demo {
        Demo::with(pair, &[])
    }

    /// With a clock that stands still but for [`Demo::advance`]: what holds a second later needs no waiting.
    pub fn with_standing_clock(pair: Pair) -> Demo {
        Demo::with(pair, &["--test-clock"])
    }

    /// With further flags.
    pub fn with(pair: Pair, flags: &'static [&'static str]) -> Demo {
        let (folder, engines) = (tempfile::tempdir().expect("a folder"), Engines::start(pair));
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let mut demo = Demo { folder, flags, engines, child: None, address, seed: Value::Null };
        demo.run();
        demo
    }

    /// Starts the program in the demonstration's folder, again if it ran before.
    pub fn run(&mut self) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_referee"))
            .args(["demo", "--data"])
            .arg(self.folder.path())
            .args(["--listen", &self.address.to_string()])
            .args(self.flags)
            .envs(self.engines.variables())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        next_line(&mut lines, "Stop with Ctrl-C");
        self.child = Some(child);
        let text = std::fs::read_to_string(self.folder.path().join("demo.json")).expect("demo.json is written");
        self.seed = serde_json::from_str(&text).expect("demo.json is JSON");
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Ends the program without a chance to tidy up.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
    }

    /// Asks the program to end, and waits for it.
    pub fn stop(&mut self) {
        let mut child = self.child.take().expect("it runs");
        let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill runs");
        assert!(asked.success());
        let status = child.wait().expect("it ends");
        assert!(status.success(), "it ends in order: {status}");
    }

    /// Runs a command of the program on the demonstration's folder.
    pub fn command(&self, arguments: &[&str]) -> std::process::Output {
        Command::new(env!("CARGO_BIN_EXE_referee"))
            .args(arguments)
            .arg("--data")
            .arg(self.folder.path())
            .envs(self.engines.variables())
            .output()
            .expect("the program starts")
    }

    /// The same with further variables, and in no folder but what they name.
    pub fn command_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> std::process::Output {
        Command::new(env!("CARGO_BIN_EXE_referee"))
            .args(arguments)
            .envs(self.engines.variables())
            .envs(variables.iter().copied())
            .output()
            .expect("the program starts")
    }

    /// A variable for the program's next runs.
    pub fn set(&mut self, name: &'static str, value: &str) {
        self.engines.more.push((name, value.to_owned()));
    }

    pub fn postgres(&self) -> &Postgres {
        self.engines.postgres.as_ref().expect("it runs on PostgreSQL")
    }

    /// Moves the standing clock.
    pub fn advance(&self, by: &str) {
        let body = serde_json::json!({ "advance": by }).to_string();
        let reply = self.anybody().post("/test/clock", "application/json", &body);
        assert_eq!(reply.status, 200, "{}", reply.text());
    }

    pub fn number(&self, pointer: &str) -> u64 {
        self.seed.pointer(pointer).and_then(Value::as_u64).unwrap_or_else(|| panic!("demo.json has {pointer}"))
    }

    pub fn text(&self, pointer: &str) -> String {
        let found = self.seed.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("demo.json has {pointer}")).to_owned()
    }

    /// The path of a partner's link.
    pub fn link(&self, partner: usize) -> String {
        url::Url::parse(&self.text(&format!("/partners/{partner}/link"))).expect("a link").path().to_owned()
    }

    /// A visitor's browser on the tracking host.
    pub fn visitor(&self) -> Client {
        let client = Client::new(self.address, "go.shop.localhost").with("user-agent", CHROME);
        client.with("sec-fetch-mode", "navigate").with("sec-fetch-dest", "document")
    }

    /// What a script of the shop's page sends from.
    pub fn page(&self) -> Client {
        let origin = self.text("/shop_url");
        Client::new(self.address, "go.shop.localhost").with("user-agent", CHROME).with("origin", &origin)
    }

    /// The console's host, as nobody in particular.
    pub fn anybody(&self) -> Client {
        Client::new(self.address, "localhost")
    }

    /// The brand's server, with its account's credentials.
    pub fn account(&self) -> Account {
        let (sid, token) = (self.text("/account_sid"), self.text("/auth_token"));
        let line = format!("Basic {}", STANDARD.encode(format!("{sid}:{token}")));
        Account { client: self.anybody().with("authorization", &line), base: format!("/Advertisers/{sid}") }
    }

    /// The brand's server, with its token of our own interface.
    pub fn api(&self) -> Client {
        self.anybody().with("authorization", &format!("Bearer {}", self.text("/api_token")))
    }

    /// Clicks a partner's link; gives the click id and the visitor cookie.
    pub fn click(&self, partner: usize) -> (String, String) {
        let reply = self.visitor().get(&self.link(partner));
        (reply.location_param("pt").expect("a click id"), reply.cookie())
    }

    pub fn sign_in(&self, pointer: &str) -> Person {
        let (email, password) = (self.text(&format!("{pointer}/email")), self.text(&format!("{pointer}/password")));
        let reply = self.anybody().post_form("/sign-in", &[("email", &email), ("password", &password)]);
        assert_eq!(reply.status, 303, "{}", reply.text());
        let client = self.anybody().with("cookie", &reply.cookie());
        let page = client.get("/").text();
        let csrf = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        Person { client, csrf: csrf.expect("every page has a form").to_owned() }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            _ = child.kill();
            _ = child.wait();
        }
    }
}

/// The vendor-shaped interface.
pub struct Account {
    pub client: Client,
    pub base: String,
}

impl Account {
    pub fn get(&self, path: &str) -> Value {
        let reply = self.client.get(&format!("{}/{path}", self.base));
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        reply.json()
    }

    pub fn send(&self, method: &str, path: &str, pairs: &[(&str, &str)]) -> Reply {
        let kind = "application/x-www-form-urlencoded";
        self.client.send(method, &format!("{}/{path}", self.base), kind, form(pairs).as_bytes())
    }

    /// What became of a report, by the answer to it.
    pub fn submission(&self, answer: &Reply) -> Value {
        assert_eq!(answer.status, 200, "{}", answer.text());
        let uri = answer.json()["QueuedUri"].as_str().expect("a place to look").to_owned();
        let reply = self.client.get(&uri);
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    }

    /// The actions of an order.
    pub fn actions_of(&self, order: &str) -> Vec<Value> {
        self.get(&format!("Actions.json?OrderId={order}"))["Actions"].as_array().expect("a list").clone()
    }
}

impl Person {
    pub fn get(&self, path: &str) -> Reply {
        self.client.get(path)
    }

    pub fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Reply {
        let mut all = vec![("csrf", self.csrf.as_str())];
        all.extend_from_slice(pairs);
        self.client.post_form(path, &all)
    }
}
