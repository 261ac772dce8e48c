//! The embedded log: one SQLite file, one row per frame, durable when the transaction is.

use std::path::Path;
use std::sync::{Mutex, MutexGuard};

use referee_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior};

use super::{Completion, Frame, FrameId, Frames, Log, Position};
use crate::clock::{Clock, SystemClock};
use crate::error::{Error, Result};
use crate::routing::PartitionId;

/// "Rflg": marks the file as ours.
const APPLICATION_ID: i32 = 0x5266_6c67;
const SCHEMA_VERSION: i32 = 1;
/// Frames blanked in one transaction: appends wait for no longer than that takes.
const DROP_FRAMES_MAX: u32 = 200;

pub struct SqliteLog {
    writer: Mutex<Connection>,
    /// Reads do not wait for a flush.
    reader: Mutex<Connection>,
}

impl SqliteLog {
    pub fn open(path: &Path) -> Result<SqliteLog> {
        let writer = connect(path)?;
        prepare(&writer)?;
        Ok(SqliteLog { writer: Mutex::new(writer), reader: Mutex::new(connect(path)?) })
    }

    fn append(&self, frames: &Frames) -> Result<Vec<Position>> {
        let mut writer = lock(&self.writer);
        let kept_at = SystemClock.now();
        let full = |error| Error::unavailable("write the log", error);
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(full)?;
        let mut positions = Vec::with_capacity(frames.len());
        for (partition, frame) in frames.iter() {
            let id = frame.id;
            let appended: Option<i64> = tx
                .prepare_cached(include_str!("../../sql/log/append_frame.sql"))
                .and_then(|mut statement| {
                    let values = (
                        partition.0,
                        id.edge,
                        id.epoch,
                        id.n,
                        frame.first_fact_n,
                        frame.records,
                        kept_at.0,
                        &frame.facts,
                        &frame.raw,
                    );
                    statement.query_row(values, |row| row.get(0)).optional()
                })
                .map_err(full)?;
            positions.push(match appended {
                Some(position) => place(position),
                None => kept_before(&tx, frame)?,
            });
        }
        tx.commit().map_err(full)?;
        Ok(positions)
    }
}

/// A frame that was sent again: the first time it was kept, but its sender never heard of it.
fn kept_before(db: &Connection, frame: &Frame) -> Result<Position> {
    let id = frame.id;
    let (position, facts): (i64, Vec<u8>) = db
        .query_row(include_str!("../../sql/log/find_frame.sql"), (id.edge, id.epoch, id.n), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .map_err(|error| Error::unavailable("look for a frame", error))?;
    if facts != frame.facts {
        return Err(Error::corrupt("write the log", "another frame has the same id: two edges share a number"));
    }
    Ok(place(position))
}

impl Log for SqliteLog {
    fn submit(&self, frames: Frames, done: Completion) {
        done(self.append(&frames));
    }

    fn read(&self, partition: PartitionId, after: Position, frames_max: usize) -> Result<Vec<(Position, Frame)>> {
        let reader = lock(&self.reader);
        let failed = |error| Error::unavailable("read the log", error);
        let mut statement = reader.prepare_cached(include_str!("../../sql/log/list_frames.sql")).map_err(failed)?;
        statement.query_map((partition.0, after.0, frames_max), frame_of).and_then(Iterator::collect).map_err(failed)
    }

    fn end(&self, partition: PartitionId) -> Result<Position> {
        lock(&self.reader)
            .query_row(include_str!("../../sql/log/find_end.sql"), [partition.0], |row| row.get(0).map(place))
            .map_err(|error| Error::unavailable("find the end of the log", error))
    }

    fn drop_raw_before(&self, before: Timestamp) -> Result<u64> {
        lock(&self.writer)
            .execute(include_str!("../../sql/log/drop_raw.sql"), (before.0, DROP_FRAMES_MAX))
            .map(|frames| frames as u64)
            .map_err(|error| Error::unavailable("drop raw sections", error))
    }
}

fn frame_of(row: &Row<'_>) -> rusqlite::Result<(Position, Frame)> {
    let id = FrameId { edge: row.get(1)?, epoch: row.get(2)?, n: row.get(3)? };
    let frame = Frame { id, first_fact_n: row.get(4)?, records: row.get(5)?, facts: row.get(6)?, raw: row.get(7)? };
    Ok((place(row.get(0)?), frame))
}

fn place(position: i64) -> Position {
    Position(position.unsigned_abs())
}

fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    // A panic while it was held dropped its transaction, which rolls back.
    connection.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn connect(path: &Path) -> Result<Connection> {
    let doing = || format!("open the log {}", path.display());
    let connection = Connection::open(path).map_err(|error| Error::setup(doing(), error))?;
    connection
        .execute_batch("pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 5000;")
        .map_err(|error| Error::setup(doing(), error))?;
    Ok(connection)
}

fn prepare(connection: &Connection) -> Result<()> {
    let doing = "prepare the log";
    let version: i32 = connection
        .query_row("pragma user_version", [], |row| row.get(0))
        .map_err(|error| Error::setup(doing, error))?;
    match version {
        SCHEMA_VERSION => Ok(()),
        0 => {
            let schema = include_str!("../../sql/log/schema.sql");
            let marks = format!("pragma application_id = {APPLICATION_ID}; pragma user_version = {SCHEMA_VERSION};");
            connection
                .execute_batch(&format!("begin immediate; {schema} {marks} commit;"))
                .map_err(|error| Error::setup(doing, error))
        }
        newer => Err(Error::setup(
            doing,
            format!("the file is of version {newer}, this program knows {SCHEMA_VERSION}; run the newer program"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::conformance;

    #[test]
    fn it_conforms() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.db");
        conformance::check(&mut || std::sync::Arc::new(SqliteLog::open(&path).unwrap()));
    }

    #[test]
    fn a_file_of_a_newer_version_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.db");
        Connection::open(&path).unwrap().execute_batch("pragma user_version = 99").unwrap();
        assert!(matches!(SqliteLog::open(&path), Err(Error::Setup(_))));
    }

    #[test]
    fn a_full_disk_is_said_and_nothing_is_half_kept() {
        let folder = tempfile::tempdir().unwrap();
        let log = SqliteLog::open(&folder.path().join("log.db")).unwrap();
        lock(&log.writer).execute_batch("pragma max_page_count = 20").unwrap();
        let large = |n| {
            let mut frame = conformance::frame(n);
            frame.facts = vec![7; 30_000];
            (PartitionId(1), frame)
        };
        let frames = Frames::new((1..=5).map(large).collect());
        assert!(matches!(log.append(&frames), Err(Error::Unavailable(_))));
        assert_eq!(log.end(PartitionId(1)).unwrap(), Position(0));
        lock(&log.writer).execute_batch("pragma max_page_count = 100000").unwrap();
        assert_eq!(log.append(&frames).unwrap().len(), 5);
    }
}
