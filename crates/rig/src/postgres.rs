//! A PostgreSQL server of one's own.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tempfile::TempDir;

use crate::deadline::{self, PATIENCE};
use crate::ports::Port;
use crate::process::{self, Process};
use crate::template::{self, DATABASE, USER, program};
use crate::{folder, owner};

/// How often another port is tried.
const TRIES: usize = 5;

#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Without it a commit is quick, and lost when the machine stops; killing the server loses nothing either way.
    pub fsync: bool,
    pub max_connections: u32,
}

impl Default for Options {
    fn default() -> Options {
        Options { fsync: true, max_connections: 100 }
    }
}

pub struct Postgres {
    pub(crate) process: Option<Process>,
    pub(crate) folder: TempDir,
    pub(crate) port: Port,
    pub(crate) password: String,
    pub(crate) options: Options,
}

/// A database that nobody else uses, in the server that all tests of this process share.
pub struct Database {
    pub server: &'static Postgres,
    pub name: String,
}

impl Database {
    pub fn url(&self) -> String {
        self.server.url_of(&self.name)
    }

    pub fn psql(&self, sql: &str) -> String {
        self.server.psql_in(&self.name, sql)
    }
}

impl Postgres {
    pub fn start() -> Postgres {
        Postgres::start_with(Options::default())
    }

    pub fn start_with(options: Options) -> Postgres {
        let folder = folder::create("postgres");
        owner::give(folder.path());
        let password = template::copy_to(&folder.path().join("data"));
        Postgres::run_first(folder, password, options)
    }

    /// A new database in a server that ends with this process. Nobody can stop that server for the others.
    pub fn shared() -> Database {
        static SERVER: OnceLock<Postgres> = OnceLock::new();
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let server = SERVER.get_or_init(Postgres::start);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        server.create_database(&name);
        Database { server, name }
    }

    /// The first start chooses the port, and another one if somebody else was quicker.
    pub(crate) fn run_first(folder: TempDir, password: String, options: Options) -> Postgres {
        let mut server = Postgres { process: None, folder, port: Port::free(), password, options };
        for _ in 0..TRIES {
            if server.run() {
                return server;
            }
            server.port = Port::free();
        }
        panic!("PostgreSQL does not start:\n{}", server.last_words());
    }

    /// True when it takes connections, false if it ended.
    fn run(&mut self) -> bool {
        let mut command = owner::command(program("postgres"));
        command.arg("-D").arg(self.data());
        for setting in [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={}", self.port.number()),
            "unix_socket_directories=".to_owned(),
            format!("max_connections={}", self.options.max_connections),
            format!("fsync={}", self.options.fsync),
            // In the folder, so that it goes with the folder when the server is killed.
            "dynamic_shared_memory_type=mmap".to_owned(),
            // A standby looks for its primary as often as this, which is restarted while a test waits.
            "wal_retrieve_retry_interval=100ms".to_owned(),
        ] {
            command.args(["-c", &setting]);
        }
        let log = self.folder.path().join("log");
        let process = self.process.insert(Process::spawn(&mut command, &log));
        let status = self.folder.path().join("data/postmaster.pid");
        let ready = deadline::poll(PATIENCE, || {
            if process.has_ended() {
                return Some(false);
            }
            let text = fs::read_to_string(&status).ok()?;
            let lines: Vec<&str> = text.lines().map(str::trim).collect();
            let own = lines.first()? == &process.id().to_string();
            (own && ["ready", "standby"].contains(lines.get(7)?)).then_some(true)
        });
        ready.unwrap_or_else(|| panic!("PostgreSQL does not get ready:\n{}", self.last_words()))
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn last_words(&self) -> String {
        process::last_words(&self.folder.path().join("log"))
    }

    pub fn address(&self) -> SocketAddr {
        self.port.address()
    }

    /// Its first process, the parent of the others.
    pub fn pid(&self) -> u32 {
        self.process.as_ref().expect("it runs").id()
    }

    pub fn url(&self) -> String {
        self.url_of(DATABASE)
    }

    pub fn url_of(&self, database: &str) -> String {
        self.url_at(self.address(), database)
    }

    /// As seen through something that stands in front of it.
    pub fn url_at(&self, address: SocketAddr, database: &str) -> String {
        format!("postgres://{USER}:{}@{address}/{database}", self.password)
    }

    /// Gives its address.
    pub fn create_database(&self, name: &str) -> String {
        self.psql(&format!("create database {name}"));
        self.url_of(name)
    }

    /// What a statement gives in the first database: a line for each row, fields parted by `|`.
    pub fn psql(&self, sql: &str) -> String {
        self.psql_in(DATABASE, sql)
    }

    pub fn psql_in(&self, database: &str, sql: &str) -> String {
        query(&self.url_of(database), sql).unwrap_or_else(|words| panic!("{sql}: {words}"))
    }

    fn running(&mut self) -> &mut Process {
        self.process.as_mut().expect("it runs")
    }

    /// Ends it in order and starts it again.
    pub fn restart(&mut self) {
        assert!(self.running().end("INT", PATIENCE), "PostgreSQL does not end:\n{}", self.last_words());
        self.process = None;
        self.start_again();
    }

    /// Ends all of its processes without a chance to write anything.
    pub fn kill(&mut self) {
        let mut process = self.process.take().expect("it runs");
        // Stopped first, so that no child is made while they are counted.
        process::signal("STOP", &[process.id()]);
        let children = process.children();
        process::signal("KILL", &children);
        process.kill();
        let gone = |pid: &u32| match fs::read_to_string(format!("/proc/{pid}/stat")) {
            Ok(line) => line.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z')),
            Err(_) => true,
        };
        deadline::poll(PATIENCE, || children.iter().all(gone).then_some(())).expect("what is killed ends");
        self.free_memory();
    }

    /// A killed server leaves a piece of shared memory behind, of which the system has a limited number.
    fn free_memory(&self) {
        let text = fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        if let Some(id) = text.lines().nth(6).and_then(|line| line.split_whitespace().nth(1)) {
            _ = Command::new("ipcrm").args(["-m", id]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        }
    }

    /// Starts it where it was, after `kill`.
    pub fn start_again(&mut self) {
        assert!(self.process.is_none(), "it runs");
        let started = deadline::poll(PATIENCE, || self.run().then_some(()));
        assert!(started.is_some(), "PostgreSQL does not start again:\n{}", self.last_words());
    }

    /// Holds all of its processes still; connections stay open and nothing answers.
    pub fn pause(&mut self) {
        let process = self.running();
        process::signal("STOP", &[process.id()]);
        process::signal("STOP", &process.children());
    }

    pub fn resume(&mut self) {
        let process = self.running();
        process::signal("CONT", &process.children());
        process::signal("CONT", &[process.id()]);
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            // Children that are paused would hold up the end of their parent.
            process::signal("CONT", &process.children());
            process::signal("CONT", &[process.id()]);
            process.end("QUIT", Duration::from_secs(10));
        }
    }
}

/// Asks through the program that comes with PostgreSQL. What it complains about is the error.
pub fn query(url: &str, sql: &str) -> Result<String, String> {
    let output = owner::command(program("psql"))
        .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql])
        .env("PGCONNECT_TIMEOUT", "5")
        .output()
        .expect("psql starts");
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}
