//! An installation of several processes, on engines of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

use referee_engine::database::postgres::Server;
use referee_engine::intake::keys::BrandKeys;
use referee_engine::settings::Settings;
use referee_rig::deadline::{PATIENCE, poll};
use referee_rig::ports::Port;
use referee_rig::process::last_words;
use referee_rig::{Nats, Postgres, Process as Child};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Client, Pair};

/// How a process finds the engines.
#[derive(Clone)]
pub struct Reach {
    pub database: String,
    pub log: Option<String>,
}

pub struct Fleet {
    pub postgres: Postgres,
    pub nats: Option<Nats>,
    /// How processes that are started from now on find the engines.
    pub reach: Reach,
    pub seed: Value,
    pub keys: Arc<BrandKeys>,
    folder: TempDir,
}

impl Fleet {
    pub fn start(pair: Pair) -> Fleet {
        Fleet::on(Postgres::start(), nats(pair), |postgres| postgres.url())
    }

    /// On engines that run. The address of the database is that of whatever stands in front of it.
    pub fn on(postgres: Postgres, nats: Option<Nats>, database: impl FnOnce(&Postgres) -> String) -> Fleet {
        let folder = tempfile::tempdir().expect("a folder");
        let reach = Reach { database: database(&postgres), log: nats.as_ref().map(Nats::urls) };
        let seed = plant(folder.path(), &reach);
        let server = Server::new(&reach.database).expect("an address");
        let settings = Settings::open_on(&server, &key_of(folder.path())).expect("the settings");
        let keys = Arc::new(settings.brands().expect("the brands").remove(0).1);
        Fleet { postgres, nats, reach, seed, keys, folder }
    }

    /// Starts a process of the fleet and waits until it serves.
    pub fn process(&self, edge: u16, roles: &str) -> Process {
        self.process_with(edge, roles, &self.reach, &[])
    }

    pub fn process_with(
        &self,
        edge: u16,
        roles: &str,
        reach: &Reach,
        variables: &[(&'static str, &'static str)],
    ) -> Process {
        let folder = self.folder.path().join(format!("process-{edge}"));
        std::fs::create_dir_all(&folder).expect("the folder is ours");
        let mut set = variables_of(&named(reach, &format!("edge-{edge}")), &folder);
        set.extend(variables.iter().map(|(name, value)| (*name, (*value).to_owned())));
        set.extend([
            ("REFEREE_KEY_FILE", key_of(self.folder.path()).display().to_string()),
            ("REFEREE_EDGE", edge.to_string()),
            ("REFEREE_ROLES", roles.to_owned()),
            ("REFEREE_SCHEME", "http".to_owned()),
        ]);
        let mut process = Process { edge, folder, variables: set, port: Port::free(), child: None };
        process.start();
        process
    }

    /// Runs a command of the program on the installation.
    pub fn command(&self, arguments: &[&str]) -> Output {
        let folder = self.folder.path().join("commands");
        let mut command = program(&variables_of(&self.reach, &folder));
        command.env("REFEREE_KEY_FILE", key_of(self.folder.path()));
        command.args(arguments).output().expect("the program starts")
    }

    pub fn text(&self, pointer: &str) -> String {
        let found = self.seed.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("demo.json has {pointer}")).to_owned()
    }
}

/// Where the pair has one, a single server: it is not what fails.
pub fn nats(pair: Pair) -> Option<Nats> {
    (pair == Pair::JetStream).then(|| Nats::cluster(1))
}

/// Makes the demonstration's brand; gives what `demo.json` says.
fn plant(folder: &Path, reach: &Reach) -> Value {
    let (data, log, port) = (folder.join("demo"), folder.join("demo.log"), Port::free());
    let mut command = program(&variables_of(reach, &data));
    command.args(["demo", "--listen", &port.address().to_string(), "--data"]).arg(&data);
    let mut demo = Child::spawn(&mut command, &log);
    let greeted = || std::fs::read_to_string(&log).is_ok_and(|text| text.contains("Stop with Ctrl-C"));
    let planted = poll(PATIENCE, || (demo.has_ended() || greeted()).then_some(()));
    assert!(planted.is_some() && !demo.has_ended(), "the demonstration does not start:\n{}", last_words(&log));
    assert!(demo.end("TERM", PATIENCE), "the demonstration does not end:\n{}", last_words(&log));
    let text = std::fs::read_to_string(data.join("demo.json")).expect("demo.json is written");
    serde_json::from_str(&text).expect("demo.json is JSON")
}

fn key_of(folder: &Path) -> PathBuf {
    folder.join("demo/referee.key")
}

fn program(variables: &[(&'static str, String)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_referee"));
    command.envs(variables.iter().map(|(name, value)| (*name, value)));
    command
}

fn variables_of(reach: &Reach, data: &Path) -> Vec<(&'static str, String)> {
    let mut variables = vec![("REFEREE_DATABASE_URL", reach.database.clone())];
    variables.push(("REFEREE_DATA", data.display().to_string()));
    if let Some(log) = &reach.log {
        // As many copies as there are servers.
        variables.push(("REFEREE_LOG_URL", log.clone()));
        variables.push(("REFEREE_LOG_REPLICAS", (log.matches(',').count() + 1).to_string()));
    }
    variables
}

/// The same with a name by which PostgreSQL tells its connections from others.
fn named(reach: &Reach, name: &str) -> Reach {
    let mark = if reach.database.contains('?') { '&' } else { '?' };
    Reach { database: format!("{}{mark}application_name={name}", reach.database), log: reach.log.clone() }
}

/// One process of the fleet. It keeps its number, folder and port when it is started again.
pub struct Process {
    pub edge: u16,
    pub port: Port,
    folder: PathBuf,
    variables: Vec<(&'static str, String)>,
    child: Option<Child>,
}

impl Process {
    /// Starts it, again if it was killed.
    pub fn start(&mut self) {
        let mut command = program(&self.variables);
        command.args(["serve", "--listen", &self.port.address().to_string()]);
        self.child = Some(Child::spawn(&mut command, &self.log()));
        let ready = poll(PATIENCE, || (!self.lives() || self.answers()).then_some(()));
        assert!(ready.is_some() && self.lives(), "process {} does not start:\n{}", self.edge, last_words(&self.log()));
    }

    fn log(&self) -> PathBuf {
        self.folder.join("process.log")
    }

    fn child(&mut self) -> &mut Child {
        self.child.as_mut().expect("it was started")
    }

    pub fn lives(&mut self) -> bool {
        !self.child().has_ended()
    }

    fn client(&self) -> Client {
        Client::new(self.port.address(), "localhost")
    }

    fn answers(&self) -> bool {
        self.client().try_send("GET", "/healthz", "", b"").is_some_and(|reply| reply.status == 200)
    }

    /// Ends it without a chance to tidy up.
    pub fn kill(&mut self) {
        self.child.take().expect("it was started").kill();
    }

    pub fn pause(&mut self) {
        self.child().pause();
    }

    pub fn resume(&mut self) {
        self.child().resume();
    }

    /// Asks it to end; it must have lived until now, and end in order.
    pub fn stop(&mut self) {
        assert!(self.lives(), "process {} ended by itself:\n{}", self.edge, last_words(&self.log()));
        assert!(self.child().end("TERM", PATIENCE), "process {} does not end", self.edge);
        let status = self.child().status().expect("it has ended");
        assert!(status.success(), "process {} ends with {status}:\n{}", self.edge, last_words(&self.log()));
    }

    /// One of its figures.
    pub fn figure(&self, name: &str) -> u64 {
        let text = self.client().get("/metrics").text();
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.unwrap_or_else(|| panic!("there is a figure {name}: {text}")).parse().expect("a number")
    }

    /// Records that it applied to the books since it started.
    pub fn applied(&self) -> u64 {
        self.figure("referee_machine_records_total")
    }

    /// Holds it still while its machine is in a transaction that has changed something.
    pub fn pause_in_transaction(&mut self, postgres: &Postgres) {
        let sql = format!(
            "select count(*) from pg_stat_activity
             where application_name = 'edge-{}' and state = 'idle in transaction' and backend_xid is not null",
            self.edge
        );
        let caught = poll(Duration::from_secs(30), || {
            self.pause();
            // What was on its way to the server when it was stopped is done in a moment; then the server waits for it.
            let waits = (0..3).any(|_| postgres.psql(&sql) == "1");
            if !waits {
                self.resume();
            }
            waits.then_some(())
        });
        assert!(caught.is_some(), "process {} is never in a transaction", self.edge);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("process {} said:\n{}", self.edge, last_words(&self.log()));
        }
    }
}
