//! The embedded log: one SQLite file, one row per frame, durable when the transaction is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use referee_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior};

use super::arrivals::Arrivals;
use super::frame::{is_rewritten, is_same};
use super::statements::{FIND_END, LIST_FRAMES, REWRITE_FRAME, REWRITE_FRAME_BY_ID};
use super::{Completion, Frame, FrameId, Frames, Kept, Log, Places, Position};
use crate::database::trace::{Traces, scrub};
use crate::error::{Error, Result};
use crate::routing::PartitionId;

/// "Rflg": marks the file as ours.
const APPLICATION_ID: i32 = 0x5266_6c67;
const SCHEMA_VERSION: i32 = 2;
/// Frames blanked in one transaction: appends wait for no longer than that takes.
const DROP_FRAMES_MAX: u32 = 200;

pub struct SqliteLog {
    writer: Mutex<Connection>,
    /// Reads do not wait for a flush.
    reader: Mutex<Connection>,
    ends: Mutex<Ends>,
    arrivals: Arrivals,
    path: PathBuf,
}

/// Where partitions ended when somebody last asked: the next question reads only what came after.
#[derive(Default)]
struct Ends {
    by_partition: Places,
    /// The newest frame of all. The file gives places in the order of its commits.
    newest: Position,
}

impl SqliteLog {
    pub fn open(path: &Path) -> Result<SqliteLog> {
        let writer = connect(path)?;
        prepare(&writer)?;
        let reader = Mutex::new(connect(path)?);
        let (writer, ends) = (Mutex::new(writer), Mutex::default());
        Ok(SqliteLog { writer, reader, ends, arrivals: Arrivals::default(), path: path.to_owned() })
    }

    /// Appends frames in one transaction, in this order; also several of one partition.
    pub fn append(&self, frames: &[(PartitionId, Frame)]) -> Result<Vec<Position>> {
        let places = self.append_each(frames).map_err(|error| Error::unavailable("write the log", error))?;
        self.arrivals.grow();
        places.into_iter().collect()
    }

    /// What was rewritten in the other log since it was copied before.
    fn replace_rewritten(&self, frames: &[(PartitionId, Frame)]) -> rusqlite::Result<()> {
        let mut writer = lock(&self.writer);
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (partition, frame) in frames.iter().filter(|(_, frame)| is_rewritten(&frame.facts)) {
            let FrameId { edge, epoch, n } = frame.id;
            tx.prepare_cached(REWRITE_FRAME_BY_ID)?.execute((partition.0, edge, epoch, n, &frame.facts, &frame.raw))?;
        }
        tx.commit()
    }

    fn rewrite_each(&self, partition: PartitionId, frames: &[(Position, Frame)]) -> rusqlite::Result<()> {
        let mut writer = lock(&self.writer);
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (position, frame) in frames {
            tx.prepare_cached(REWRITE_FRAME)?.execute((partition.0, position.0, &frame.facts, &frame.raw))?;
        }
        tx.commit()
    }

    /// An error of the file is everybody's, and nothing was kept. A frame's own leaves the others alone.
    fn append_each(&self, frames: &[(PartitionId, Frame)]) -> rusqlite::Result<Vec<Result<Position>>> {
        let mut writer = lock(&self.writer);
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut places = Vec::with_capacity(frames.len());
        for (partition, frame) in frames {
            places.push(append_one(&tx, *partition, frame)?);
        }
        tx.commit()?;
        Ok(places)
    }
}

fn append_one(tx: &Transaction<'_>, partition: PartitionId, frame: &Frame) -> rusqlite::Result<Result<Position>> {
    let FrameId { edge, epoch, n } = frame.id;
    let mut statement = tx.prepare_cached(include_str!("../../sql/log/append_frame.sql"))?;
    let (first, records) = (frame.first_fact_n, frame.records);
    let values = (partition.0, edge, epoch, n, first, records, frame.packed_at.0, &frame.facts, &frame.raw);
    let appended: Option<i64> = statement.query_row(values, |row| row.get(0)).optional()?;
    match appended {
        Some(position) => Ok(Ok(place(position))),
        None => kept_before(tx, partition, frame),
    }
}

/// A frame that was sent again: the first time it was kept, but its sender never heard of it.
fn kept_before(db: &Connection, partition: PartitionId, frame: &Frame) -> rusqlite::Result<Result<Position>> {
    let FrameId { edge, epoch, n } = frame.id;
    let mut statement = db.prepare_cached(include_str!("../../sql/log/find_frame.sql"))?;
    let values = (partition.0, edge, epoch, n);
    let (position, facts): (i64, Vec<u8>) = statement.query_row(values, |row| Ok((row.get(0)?, row.get(1)?)))?;
    if !is_same(&facts, &frame.facts) {
        let cause = "another frame has the same id: two edges share a number";
        return Ok(Err(Error::corrupt("write the log", cause)));
    }
    Ok(Ok(place(position)))
}

impl Log for SqliteLog {
    fn submit(&self, frames: Frames, done: Completion) {
        match self.append_each(&frames) {
            Ok(places) => {
                for (i, place) in places.into_iter().enumerate() {
                    done(i, place.map(Kept::InLog));
                }
                // Whoever waits for an answer has it before the readers take the processor.
                self.arrivals.grow();
            }
            Err(error) => (0..frames.len()).for_each(|i| done(i, Err(Error::unavailable("write the log", &error)))),
        }
    }

    fn copy(&self, partition: PartitionId, frames: Vec<Frame>) -> Result<()> {
        let frames: Vec<_> = frames.into_iter().map(|frame| (partition, frame)).collect();
        self.append(&frames)?;
        self.replace_rewritten(&frames).map_err(|error| Error::unavailable("copy frames into the log", error))
    }

    fn read(&self, partition: PartitionId, after: Position, frames_max: usize) -> Result<Vec<(Position, Frame)>> {
        let reader = lock(&self.reader);
        let failed = |error| Error::unavailable("read the log", error);
        let mut statement = reader.prepare_cached(LIST_FRAMES).map_err(failed)?;
        statement.query_map((partition.0, after.0, frames_max), frame_of).and_then(Iterator::collect).map_err(failed)
    }

    fn end(&self, partition: PartitionId) -> Result<Position> {
        lock(&self.reader)
            .query_row(FIND_END, [partition.0], |row| row.get(0).map(place))
            .map_err(|error| Error::unavailable("find the end of the log", error))
    }

    fn behind(&self, places: &Places) -> Result<Vec<PartitionId>> {
        let mut ends = lock(&self.ends);
        self.learn(&mut ends).map_err(|error| Error::unavailable("find what is new in the log", error))?;
        let ahead = ends.by_partition.iter().filter(|(id, end)| places.get(id).is_some_and(|place| place < end));
        Ok(ahead.map(|(id, _)| *id).collect())
    }

    fn partitions(&self) -> Result<Vec<PartitionId>> {
        let mut ends = lock(&self.ends);
        self.learn(&mut ends).map_err(|error| Error::unavailable("list the partitions of the log", error))?;
        Ok(ends.by_partition.keys().copied().collect())
    }

    fn arrivals(&self) -> u64 {
        self.arrivals.count()
    }

    fn wait(&self, seen: u64, most: Duration) {
        self.arrivals.wait(seen, most);
    }

    fn wake(&self) {
        self.arrivals.grow();
    }

    fn keeps_frames(&self) -> bool {
        true
    }

    fn release(&self, _partition: PartitionId, _up_to: Position) -> Result<()> {
        Ok(())
    }

    fn drop_raw_before(&self, before: Timestamp) -> Result<u64> {
        lock(&self.writer)
            .execute(include_str!("../../sql/log/drop_raw.sql"), (before.0, DROP_FRAMES_MAX))
            .map(|frames| frames as u64)
            .map_err(|error| Error::unavailable("drop raw sections", error))
    }

    fn rewrite(&self, partition: PartitionId, frames: &[(Position, Frame)]) -> Result<()> {
        self.rewrite_each(partition, frames).map_err(|error| Error::unavailable("rewrite the log", error))
    }

    fn scrub(&self, _partition: PartitionId, _up_to: Position, traces: &Traces) -> Result<bool> {
        // Not the writer's connection: appends go on as far as the file lets them.
        scrub(&connect(&self.path)?, &self.path, traces)
    }
}

impl SqliteLog {
    fn learn(&self, ends: &mut Ends) -> rusqlite::Result<()> {
        let reader = lock(&self.reader);
        let end = |row: &Row<'_>| Ok((PartitionId(row.get(0)?), place(row.get(1)?)));
        let found: BTreeMap<_, _> = if ends.newest == Position::default() {
            let mut statement = reader.prepare_cached(include_str!("../../sql/log/list_ends.sql"))?;
            statement.query_map([], end)?.collect::<rusqlite::Result<_>>()?
        } else {
            let mut statement = reader.prepare_cached(include_str!("../../sql/log/list_new_ends.sql"))?;
            statement.query_map([ends.newest.0], end)?.collect::<rusqlite::Result<_>>()?
        };
        ends.newest = found.values().copied().fold(ends.newest, Position::max);
        ends.by_partition.extend(found);
        Ok(())
    }
}

fn frame_of(row: &Row<'_>) -> rusqlite::Result<(Position, Frame)> {
    let id = FrameId { edge: row.get(1)?, epoch: row.get(2)?, n: row.get(3)? };
    let (facts, raw, packed_at) = (row.get(6)?, row.get(7)?, Timestamp(row.get(8)?));
    let frame = Frame { id, first_fact_n: row.get(4)?, packed_at, records: row.get(5)?, facts, raw };
    Ok((place(row.get(0)?), frame))
}

fn place(position: i64) -> Position {
    Position(position.unsigned_abs())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while a connection was held dropped its transaction, which rolls back.
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn connect(path: &Path) -> Result<Connection> {
    let doing = || format!("open the log {}", path.display());
    let connection = Connection::open(path).map_err(|error| Error::setup(doing(), error))?;
    connection
        .execute_batch("pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 5000; pragma secure_delete = on;")
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
        0 => write(connection, include_str!("../../sql/log/schema.sql")),
        1 => write(connection, include_str!("../../sql/log/upgrade_from_1.sql")),
        newer => Err(Error::setup(
            doing,
            format!("the file is of version {newer}, this program knows {SCHEMA_VERSION}; run the newer program"),
        )),
    }
}

/// Brings the file to this program's version.
fn write(connection: &Connection, change: &str) -> Result<()> {
    let marks = format!("pragma application_id = {APPLICATION_ID}; pragma user_version = {SCHEMA_VERSION};");
    connection
        .execute_batch(&format!("begin immediate; {change} {marks} commit;"))
        .map_err(|error| Error::setup("prepare the log", error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::conformance;

    #[test]
    fn it_conforms() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.db");
        conformance::check(&mut || std::sync::Arc::new(SqliteLog::open(&path).unwrap()), &mut |_, _| {});
    }

    #[test]
    fn a_file_of_the_first_version_is_brought_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.db");
        let frames = [(PartitionId(1), conformance::frame(1))];
        SqliteLog::open(&path).unwrap().append(&frames).unwrap();
        let before = "drop index frame_by_id; create unique index frame_by_id on frame (edge, epoch, n);
                      pragma user_version = 1;";
        Connection::open(&path).unwrap().execute_batch(before).unwrap();
        let log = SqliteLog::open(&path).unwrap();
        assert_eq!(log.append(&frames).unwrap(), [Position(1)], "what was kept is known");
        assert_eq!(log.append(&[(PartitionId(2), conformance::frame(1))]).unwrap(), [Position(2)]);
    }

    /// Asked with every turn of the machine: it must not cost more the longer the log is.
    #[test]
    fn what_is_new_is_found_without_reading_the_whole_log() {
        let folder = tempfile::tempdir().unwrap();
        let log = SqliteLog::open(&folder.path().join("log.db")).unwrap();
        let reader = lock(&log.reader);
        for sql in [include_str!("../../sql/log/list_ends.sql"), include_str!("../../sql/log/list_new_ends.sql")] {
            let mut statement = reader.prepare(&format!("explain query plan {sql}")).unwrap();
            let steps: Vec<String> =
                statement.raw_query().mapped(|row| row.get(3)).collect::<rusqlite::Result<_>>().unwrap();
            assert!(!steps.iter().any(|step| step.starts_with("SCAN frame")), "{steps:?}");
        }
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
        let frames: Vec<_> = (1..=5).map(large).collect();
        assert!(matches!(log.append(&frames), Err(Error::Unavailable(_))));
        assert_eq!(log.end(PartitionId(1)).unwrap(), Position(0));
        lock(&log.writer).execute_batch("pragma max_page_count = 100000").unwrap();
        assert_eq!(log.append(&frames).unwrap().len(), 5);
    }
}
