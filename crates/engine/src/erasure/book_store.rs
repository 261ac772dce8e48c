//! The stores of books, as erasure cleans them.

use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::books::sql::postgres::Servers;
use crate::books::sql::{MAIN, Placement};
use crate::database::Database;
use crate::database::sqlite::Sqlite;
use crate::database::trace::{Traces, scrub};
use crate::error::{Error, Result};
use crate::routing::PartitionId;

/// Tables of which rows were changed.
const VACUUM: &str = include_str!("../../sql/books/vacuum_erased.postgres.sql");
/// A commit of its own that is flushed, and with it all before it.
const FLUSH: &str = include_str!("../../sql/books/flush.postgres.sql");

pub trait BookStore: Send + Sync {
    /// What was committed survives a crash of the computer.
    fn flush(&self, partition: PartitionId) -> Result<()>;

    /// As `Log::scrub`.
    fn scrub(&self, partition: PartitionId, traces: &Traces) -> Result<bool>;
}

struct FileStore(PathBuf);

struct ServerStore {
    servers: Servers,
    placement: Arc<ArcSwap<Placement>>,
}

pub enum Kept {
    File(PathBuf),
    Servers(Servers, Arc<ArcSwap<Placement>>),
}

pub fn book_store(kept: Kept) -> Arc<dyn BookStore> {
    match kept {
        Kept::File(path) => Arc::new(FileStore(path)),
        Kept::Servers(servers, placement) => Arc::new(ServerStore { servers, placement }),
    }
}

impl BookStore for FileStore {
    fn flush(&self, _: PartitionId) -> Result<()> {
        let nothing = Traces::of(&[])?;
        match scrub(Sqlite::open(&self.0)?.connection(), &self.0, &nothing)? {
            true => Ok(()),
            false => Err(Error::unavailable("flush the books", "somebody reads an old state of them")),
        }
    }

    fn scrub(&self, _: PartitionId, traces: &Traces) -> Result<bool> {
        scrub(Sqlite::open(&self.0)?.connection(), &self.0, traces)
    }
}

impl ServerStore {
    fn run(&self, partition: PartitionId, scripts: &[&str]) -> Result<()> {
        let placement = self.placement.load();
        let name = placement.of(partition);
        let server = self.servers.get(name).or_else(|| self.servers.get(MAIN));
        let server = server.ok_or_else(|| Error::setup("find the books", "there is no such cluster"))?;
        let mut db = server.connect()?;
        // Each by itself: none of them may stand in a transaction with others.
        scripts.iter().try_for_each(|sql| db.run_script(sql)).map_err(|trouble| trouble.doing("clean the books"))
    }
}

impl BookStore for ServerStore {
    fn flush(&self, partition: PartitionId) -> Result<()> {
        self.run(partition, &[FLUSH])
    }

    fn scrub(&self, partition: PartitionId, _: &Traces) -> Result<bool> {
        self.run(partition, &VACUUM.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>()).map(|()| true)
    }
}
