//! The spool's own file: one row per frame, gone when the shared log has it.

use std::path::Path;

use referee_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::database::trace::{self, Traces};
use crate::error::{Error, Result};
use crate::log::{Frame, FrameId};
use crate::routing::PartitionId;

/// "Rfsp": marks the file as ours.
const APPLICATION_ID: i32 = 0x5266_7370;
const SCHEMA_VERSION: i32 = 1;

/// A frame's place in the file. Within a partition it only grows while there are frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place(i64);

/// The oldest frame of a partition.
pub struct Next {
    pub place: Place,
    pub frame: Frame,
}

/// What lies there of one partition.
pub struct Filled {
    pub partition: PartitionId,
    pub frames: u64,
    pub bytes: u64,
    pub oldest_at: Timestamp,
}

pub struct SpoolFile {
    /// Its commits are flushed: what is added is acknowledged.
    adds: Connection,
    /// Its commits are not: a frame that comes back after a crash is only sent once more.
    takes: Connection,
}

impl SpoolFile {
    pub fn open(path: &Path) -> Result<SpoolFile> {
        let adds = connect(path, "full")?;
        prepare(&adds).map_err(|error| Error::setup(format!("prepare the spool {}", path.display()), error))?;
        Ok(SpoolFile { adds, takes: connect(path, "normal")? })
    }

    /// Adds frames behind what is there, all or none, flushed.
    pub fn add<'a>(&mut self, frames: impl Iterator<Item = (PartitionId, &'a Frame)>) -> Result<()> {
        let trouble = |error| Error::unavailable("write the spool", error);
        let tx = self.adds.transaction().map_err(trouble)?;
        for (partition, frame) in frames {
            let FrameId { edge, epoch, n } = frame.id;
            let (first, records) = (frame.first_fact_n, frame.records);
            let values = (partition.0, edge, epoch, n, first, records, frame.packed_at.0, &frame.facts, &frame.raw);
            tx.prepare_cached(include_str!("../../../sql/spool/add.sql"))
                .and_then(|mut statement| statement.execute(values))
                .map_err(trouble)?;
        }
        tx.commit().map_err(trouble)
    }

    /// The oldest frame of a partition behind a place.
    pub fn next(&self, partition: PartitionId, after: Place) -> Result<Option<Next>> {
        self.takes
            .prepare_cached(include_str!("../../../sql/spool/find_next.sql"))
            .and_then(|mut statement| statement.query_row((partition.0, after.0), next_of).optional())
            .map_err(|error| Error::unavailable("read the spool", error))
    }

    /// Forgets a partition's frames up to a place.
    pub fn forget(&self, partition: PartitionId, up_to: Place) -> Result<()> {
        self.takes
            .prepare_cached(include_str!("../../../sql/spool/delete_up_to.sql"))
            .and_then(|mut statement| statement.execute((partition.0, up_to.0)))
            .map(drop)
            .map_err(|error| Error::unavailable("empty the spool", error))
    }

    pub fn filled(&self) -> Result<Vec<Filled>> {
        let filled = |row: &Row<'_>| {
            let (partition, oldest_at) = (PartitionId(row.get(0)?), Timestamp(row.get(3)?));
            Ok(Filled { partition, frames: row.get(1)?, bytes: row.get(2)?, oldest_at })
        };
        self.takes
            .prepare(include_str!("../../../sql/spool/list_lanes.sql"))
            .and_then(|mut statement| statement.query_map([], filled).and_then(Iterator::collect))
            .map_err(|error| Error::unavailable("read the spool", error))
    }
}

fn next_of(row: &Row<'_>) -> rusqlite::Result<Next> {
    let id = FrameId { edge: row.get(2)?, epoch: row.get(3)?, n: row.get(4)? };
    let (packed_at, facts, raw) = (Timestamp(row.get(1)?), row.get(7)?, row.get(8)?);
    let frame = Frame { id, first_fact_n: row.get(5)?, packed_at, records: row.get(6)?, facts, raw };
    Ok(Next { place: Place(row.get(0)?), frame })
}

/// Leaves nothing behind in the file of frames that were sent on. What waits there stays.
pub fn scrub(path: &Path, traces: &Traces) -> Result<bool> {
    trace::scrub(&connect(path, "full")?, path, traces)
}

fn connect(path: &Path, synchronous: &str) -> Result<Connection> {
    let doing = || format!("open the spool {}", path.display());
    let connection = Connection::open(path).map_err(|error| Error::setup(doing(), error))?;
    let pragmas = format!(
        "pragma journal_mode = wal; pragma synchronous = {synchronous}; pragma busy_timeout = 5000;
         pragma secure_delete = on;"
    );
    connection.execute_batch(&pragmas).map_err(|error| Error::setup(doing(), error))?;
    Ok(connection)
}

fn prepare(db: &Connection) -> std::result::Result<(), String> {
    let version: i32 = db.query_row("pragma user_version", [], |row| row.get(0)).map_err(|error| error.to_string())?;
    match version {
        SCHEMA_VERSION => Ok(()),
        0 => {
            let schema = include_str!("../../../sql/spool/schema.sql");
            let marks = format!("pragma application_id = {APPLICATION_ID}; pragma user_version = {SCHEMA_VERSION};");
            db.execute_batch(&format!("begin immediate; {schema} {marks} commit;")).map_err(|error| error.to_string())
        }
        newer => Err(format!("it is of version {newer}, this program knows {SCHEMA_VERSION}; run the newer program")),
    }
}
