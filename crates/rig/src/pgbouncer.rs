//! PgBouncer in front of a PostgreSQL server.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;

use tempfile::TempDir;

use crate::deadline::{self, PATIENCE};
use crate::ports::Port;
use crate::process::{self, Process};
use crate::template::{DATABASE, USER};
use crate::{Postgres, folder, owner};

/// How often another port is tried.
const TRIES: usize = 5;

/// Hands a connection to the server out for one transaction, not for a session: what a session holds, such as a lock or
/// a setting, is somebody else's in the next transaction.
pub struct PgBouncer {
    process: Option<Process>,
    folder: TempDir,
    port: Port,
    password: String,
}

/// Debian puts it where only root looks for programs.
fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    let found = places.find_map(|folder| Some(folder.join("pgbouncer")).filter(|place| place.exists()));
    found.expect("PgBouncer is installed: ./test does that")
}

impl PgBouncer {
    pub fn before(server: &Postgres) -> PgBouncer {
        let folder = folder::create("pgbouncer");
        owner::give(folder.path());
        let mut bouncer = PgBouncer { process: None, folder, port: Port::free(), password: server.password.clone() };
        for _ in 0..TRIES {
            if bouncer.run(server.address()) {
                return bouncer;
            }
            bouncer.port = Port::free();
        }
        panic!("PgBouncer does not start:\n{}", bouncer.last_words());
    }

    /// True when it takes connections, false if it ended.
    fn run(&mut self, server: SocketAddr) -> bool {
        let (settings, users) = (self.folder.path().join("settings.ini"), self.folder.path().join("users"));
        fs::write(&users, format!("\"{USER}\" \"{}\"\n", self.password)).expect("the folder is ours");
        let text = format!(
            "[databases]\n* = host={} port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {}\n\
             unix_socket_dir =\npool_mode = transaction\nauth_type = scram-sha-256\nauth_file = {}\n\
             default_pool_size = 20\nmax_client_conn = 500\nserver_login_retry = 1\n",
            server.ip(),
            server.port(),
            self.port.number(),
            users.display()
        );
        // The server is soon asked again after a restart; the default is 15 s.
        fs::write(&settings, text).expect("the folder is ours");
        for file in [&users, &settings] {
            owner::give(file);
        }
        let mut command = owner::command(program());
        let log = self.folder.path().join("log");
        let process = self.process.insert(Process::spawn(command.arg(&settings), &log));
        // It says in its log when it listens, so nobody else's port is taken for its own.
        let ready = deadline::poll(PATIENCE, || {
            if process.has_ended() {
                return Some(false);
            }
            let up = fs::read_to_string(&log).is_ok_and(|text| text.contains("process up"));
            (up && TcpStream::connect(self.port.address()).is_ok()).then_some(true)
        });
        ready.unwrap_or_else(|| panic!("PgBouncer does not get ready:\n{}", self.last_words()))
    }

    fn last_words(&self) -> String {
        process::last_words(&self.folder.path().join("log"))
    }

    pub fn address(&self) -> SocketAddr {
        self.port.address()
    }

    pub fn url(&self) -> String {
        self.url_of(DATABASE)
    }

    pub fn url_of(&self, database: &str) -> String {
        format!("postgres://{USER}:{}@{}/{database}", self.password, self.address())
    }
}
