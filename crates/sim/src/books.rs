//! The books that are measured: a file, or tables on a server.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use referee_core::time::Timestamp;
use referee_engine::books::Books;
use referee_engine::books::sql::postgres::Servers;
use referee_engine::books::sql::{MAIN, SqlBooks};
use referee_engine::database::find;
use referee_engine::database::postgres::Server;

/// Says whose the tables are, as an installation of the product does.
const INSTALLATION: &str = "sim";

/// Where the books lie.
pub enum Place {
    File(PathBuf),
    Server(Server),
}

/// How much room they take.
#[derive(Clone, Copy)]
pub struct Room {
    pub bytes: u64,
    /// What the server wrote ahead of keeping that, for itself and its standbys. A file's is empty when it is closed.
    pub written_ahead: u64,
}

impl Place {
    pub fn open(&self, now: Timestamp) -> Result<Box<dyn Books>> {
        Ok(Box::new(match self {
            Place::File(path) => SqlBooks::open_file(path)?,
            Place::Server(server) => {
                let servers = Servers::from([(MAIN.to_owned(), server.clone())]);
                let books = SqlBooks::open_on(&servers, Arc::default(), INSTALLATION)?;
                SqlBooks::make_quarters(&servers, now)?;
                books
            }
        }))
    }

    /// All that there is, of others too.
    pub fn room(&self) -> Result<Room> {
        match self {
            Place::File(path) => Ok(Room { bytes: size(path)?, written_ahead: 0 }),
            Place::Server(server) => room_on(server),
        }
    }
}

fn room_on(server: &Server) -> Result<Room> {
    let sql = "select pg_database_size(current_database()), pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint";
    let read =
        |row: &dyn referee_engine::database::Row| Ok(Room { bytes: row.number(0)?, written_ahead: row.number(1)? });
    let found = find(&mut server.connect()?, sql, &[], read).map_err(|trouble| trouble.doing("measure the books"))?;
    found.context("the server does not say how large the books are")
}

/// Zero for a file that is not there yet.
pub fn size(path: &Path) -> Result<u64> {
    match std::fs::metadata(path) {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error).with_context(|| format!("measure {}", path.display())),
    }
}
