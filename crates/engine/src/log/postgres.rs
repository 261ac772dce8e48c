//! The log on a server, shared by several edges and machines: one row per frame.
//!
//! A frame takes its number by updating its partition's row in the statement that keeps it. The row stays locked until
//! that is durable, so numbers become visible in their order; a sequence's numbers would not, and a reader would skip
//! for ever what was committed late. Readers poll: a pooler carries no notifications.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use referee_core::time::Timestamp;

use super::arrivals::Arrivals;
use super::frame::{is_rewritten, is_same};
use super::statements::{FIND_END, LIST_FRAMES, REWRITE_FRAME, REWRITE_FRAME_BY_ID};
use super::{Completion, Frame, FrameId, Frames, Kept, Log, Places, Position};
use crate::database::postgres::{Postgres, Server, Store};
use crate::database::trace::Traces;
use crate::database::{Answer, Database, Pool, Row, Trouble, Value, find, list};
use crate::error::{Error, Result};
use crate::routing::PartitionId;
use crate::values;

const STORE: Store =
    Store { name: "log", version: 1, schema: include_str!("../../sql/log/schema.postgres.sql"), upgrades: &[] };
/// Frames blanked in one transaction: appends wait for no longer than that takes.
const DROP_FRAMES_MAX: u32 = 200;
/// How soon a reader sees what others wrote.
const POLL: Duration = Duration::from_millis(20);

struct Job {
    frames: Frames,
    done: Completion,
}

pub struct PostgresLog {
    pool: Pool,
    arrivals: std::sync::Arc<Arrivals>,
    jobs: Mutex<Option<Sender<Job>>>,
    appender: Mutex<Option<JoinHandle<()>>>,
}

impl PostgresLog {
    /// Opens the log on a server, and makes it if it is not there.
    pub fn open(server: &Server, installation: &str) -> Result<PostgresLog> {
        STORE.prepare(server, installation)?;
        let writer = server.connect()?;
        let server = server.clone();
        let pool = Pool::open(Box::new(move || Ok(Box::new(server.connect()?))))?;
        let arrivals = std::sync::Arc::new(Arrivals::default());
        let (jobs, waiting) = channel();
        let told = arrivals.clone();
        // A thread of its own, so that whoever hands frames over can give up on a server that does not answer.
        let appender = std::thread::Builder::new()
            .name("log-appender".into())
            .spawn(move || append_all(writer, &waiting, &told))
            .map_err(|error| Error::setup("start the log's appender", error))?;
        Ok(PostgresLog { pool, arrivals, jobs: Mutex::new(Some(jobs)), appender: Mutex::new(Some(appender)) })
    }

    fn ask<T>(&self, doing: &str, ask: impl FnOnce(&mut dyn Database) -> Answer<T>) -> Result<T> {
        self.pool.with(ask).map_err(|trouble| trouble.doing(doing))
    }
}

fn append_all(mut writer: Postgres, jobs: &Receiver<Job>, arrivals: &Arrivals) {
    while let Ok(Job { frames, done }) = jobs.recv() {
        match append(&mut writer, &frames) {
            Ok(positions) => {
                arrivals.grow();
                positions.into_iter().enumerate().for_each(|(i, kept)| done(i, kept));
            }
            Err(trouble) => {
                let error = trouble.doing("write the log");
                (0..frames.len()).for_each(|i| done(i, Err(error.clone())));
            }
        }
    }
}

/// The frames as columns, in the order the statements name them.
fn columns<'a>(frames: impl Iterator<Item = &'a Frame> + Clone) -> Vec<Value<'a>> {
    let numbers = |of: fn(&Frame) -> u64| Value::integers(frames.clone().map(of));
    vec![
        numbers(|frame| frame.id.edge.into()),
        numbers(|frame| frame.id.epoch.into()),
        numbers(|frame| frame.id.n),
        numbers(|frame| frame.first_fact_n),
        numbers(|frame| frame.records.into()),
        numbers(|frame| frame.packed_at.0.cast_unsigned()),
        Value::Blobs(frames.clone().map(|frame| frame.facts.clone()).collect()),
        Value::Blobs(frames.map(|frame| frame.raw.clone()).collect()),
    ]
}

/// One statement, which is a transaction: all of the frames are kept, or were before.
fn append(db: &mut Postgres, frames: &Frames) -> Answer<Vec<Result<Kept>>> {
    let mut values = vec![Value::integers(frames.iter().map(|(partition, _)| u64::from(partition.0)))];
    values.extend(columns(frames.iter().map(|(_, frame)| frame)));
    let sql = include_str!("../../sql/log/append_frames.postgres.sql");
    let place = |row: &dyn Row| Ok((PartitionId(row.number(0)?), Position(row.number(1)?)));
    let appended: BTreeMap<PartitionId, Position> = list(db, sql, &values, place)?.into_iter().collect();
    let kept = frames.iter().map(|(partition, frame)| match appended.get(partition) {
        Some(position) => Ok(Ok(Kept::InLog(*position))),
        None => kept_before(db, *partition, frame),
    });
    kept.collect()
}

/// A frame that was sent again: the first time it was kept, but its sender never heard of it.
fn kept_before(db: &mut Postgres, partition: PartitionId, frame: &Frame) -> Answer<Result<Kept>> {
    let id = frame.id;
    let sql = include_str!("../../sql/log/find_frame.postgres.sql");
    let read = |row: &dyn Row| Ok((Position(row.number(0)?), is_same(row.blob(1)?, &frame.facts)));
    let found = find(db, sql, values![partition.0, id.edge, id.epoch, id.n], read)?;
    let (position, same) = found.ok_or_else(|| Trouble::Away("a frame was neither kept nor found".into()))?;
    if !same {
        let cause = "another frame has the same id: two edges share a number";
        return Ok(Err(Error::corrupt("write the log", cause)));
    }
    Ok(Ok(Kept::InLog(position)))
}

impl Log for PostgresLog {
    fn submit(&self, frames: Frames, done: Completion) {
        let refuse = |Job { frames, done }: Job| {
            (0..frames.len()).for_each(|i| done(i, Err(Error::unavailable("write the log", "it is being closed"))));
        };
        let job = Job { frames, done };
        match lock(&self.jobs).as_ref() {
            Some(jobs) => {
                if let Err(unsent) = jobs.send(job) {
                    refuse(unsent.0);
                }
            }
            None => refuse(job),
        }
    }

    fn copy(&self, partition: PartitionId, frames: Vec<Frame>) -> Result<()> {
        let mut values = vec![partition.0.into()];
        values.extend(columns(frames.iter()));
        let sql = include_str!("../../sql/log/copy_frames.postgres.sql");
        self.ask("copy frames into the log", |db| {
            db.run(sql, &values)?;
            // What was rewritten in the other log since it was copied before.
            let sql = REWRITE_FRAME_BY_ID;
            frames.iter().filter(|frame| is_rewritten(&frame.facts)).try_for_each(|frame| {
                let FrameId { edge, epoch, n } = frame.id;
                db.run(sql, values![partition.0, edge, epoch, n, &frame.facts, &frame.raw]).map(drop)
            })
        })
    }

    fn read(&self, partition: PartitionId, after: Position, frames_max: usize) -> Result<Vec<(Position, Frame)>> {
        let values = values![partition.0, after.0, frames_max as u64];
        self.ask("read the log", |db| list(db, LIST_FRAMES, values, frame_of))
    }

    fn end(&self, partition: PartitionId) -> Result<Position> {
        let sql = FIND_END;
        let end = self.ask("find the end of the log", |db| find(db, sql, values![partition.0], |row| row.number(0)))?;
        Ok(Position(end.unwrap_or_default()))
    }

    fn behind(&self, places: &Places) -> Result<Vec<PartitionId>> {
        let partitions = [Value::integers(places.keys().map(|partition| u64::from(partition.0)))];
        let sql = include_str!("../../sql/log/list_ends.postgres.sql");
        let end = |row: &dyn Row| Ok((PartitionId(row.number(0)?), Position(row.number(1)?)));
        let ends = self.ask("find the ends of the log", |db| list(db, sql, &partitions, end))?;
        let more = ends.into_iter().filter(|(partition, end)| places.get(partition).is_some_and(|place| place < end));
        Ok(more.map(|(partition, _)| partition).collect())
    }

    fn partitions(&self) -> Result<Vec<PartitionId>> {
        let sql = include_str!("../../sql/log/list_partitions.postgres.sql");
        self.ask("list the partitions of the log", |db| list(db, sql, &[], |row| Ok(PartitionId(row.number(0)?))))
    }

    fn arrivals(&self) -> u64 {
        self.arrivals.count()
    }

    fn wait(&self, seen: u64, most: Duration) {
        self.arrivals.wait(seen, most.min(POLL));
    }

    fn wake(&self) {
        self.arrivals.grow();
    }

    fn keeps_frames(&self) -> bool {
        true
    }

    fn release(&self, _: PartitionId, _: Position) -> Result<()> {
        Ok(())
    }

    fn drop_raw_before(&self, before: Timestamp) -> Result<u64> {
        let sql = include_str!("../../sql/log/drop_raw.postgres.sql");
        self.ask("drop raw sections", |db| db.run(sql, values![before.0, DROP_FRAMES_MAX]))
    }

    fn rewrite(&self, partition: PartitionId, frames: &[(Position, Frame)]) -> Result<()> {
        self.ask("rewrite the log", |db| {
            db.begin()?;
            let sql = REWRITE_FRAME;
            let rewritten = frames.iter().try_for_each(|(position, frame)| {
                db.run(sql, values![partition.0, position.0, &frame.facts, &frame.raw]).map(drop)
            });
            let kept = rewritten.and_then(|()| db.commit());
            if kept.is_err() {
                db.roll_back();
            }
            kept
        })
    }

    fn scrub(&self, _: PartitionId, _: Position, _: &Traces) -> Result<bool> {
        self.ask("clean the log's tables", |db| db.run_script("vacuum frame")).map(|()| true)
    }
}

impl Drop for PostgresLog {
    fn drop(&mut self) {
        lock(&self.jobs).take();
        if let Some(appender) = lock(&self.appender).take() {
            // Its panic was reported by the hook.
            _ = appender.join();
        }
    }
}

/// A row of `list_frames.sql`.
pub fn frame_of(row: &dyn Row) -> Result<(Position, Frame)> {
    let id = FrameId { edge: row.number(1)?, epoch: row.number(2)?, n: row.number(3)? };
    let (facts, raw) = (row.blob(6)?.to_vec(), row.blob(7)?.to_vec());
    let packed_at = Timestamp(row.number(8)?);
    let frame = Frame { id, first_fact_n: row.number(4)?, packed_at, records: row.number(5)?, facts, raw };
    Ok((Position(row.number(0)?), frame))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What the locks guard is whole between statements.
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Instant;

    use referee_rig::Postgres as Rig;

    use super::*;
    use crate::log::conformance::{self, frame, submit};

    const ONE: PartitionId = PartitionId(1);

    #[test]
    fn it_conforms() {
        let rig = Rig::start();
        let server = Server::new(&rig.url()).unwrap();
        conformance::check(&mut || Arc::new(PostgresLog::open(&server, "test").unwrap()), &mut |_, _| {});
    }

    /// An appender that is slow to commit holds up the others: nobody reads what comes after a frame before it.
    #[test]
    fn a_delayed_commit_is_never_skipped() {
        let rig = Rig::start();
        let server = Server::new(&rig.url()).unwrap();
        let log = Arc::new(PostgresLog::open(&server, "test").unwrap());
        assert!(submit(log.as_ref(), vec![(ONE, frame(1))])[0].is_ok());

        let mut slow = server.connect().unwrap();
        slow.begin().unwrap();
        append(&mut slow, &Frames::new(vec![(ONE, frame(2))])).unwrap();
        let other = log.clone();
        let behind = std::thread::spawn(move || submit(other.as_ref(), vec![(ONE, frame(3))]));
        let waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'";
        let deadline = Instant::now() + Duration::from_secs(10);
        while rig.psql(waits).trim() != "1" {
            assert!(Instant::now() < deadline, "the other appender waits for the slow one");
            std::thread::yield_now();
        }
        let read = || log.read(ONE, Position(0), 10).unwrap().iter().map(|(_, it)| it.id.n).collect::<Vec<_>>();
        assert_eq!(read(), [1], "neither is seen yet");
        slow.commit().unwrap();
        assert!(behind.join().unwrap()[0].is_ok());
        assert_eq!(read(), [1, 2, 3]);
    }

    #[test]
    fn another_installation_is_refused() {
        let rig = Rig::start();
        let server = Server::new(&rig.url()).unwrap();
        PostgresLog::open(&server, "ours").unwrap();
        let Err(error) = PostgresLog::open(&server, "theirs") else { panic!("it is not theirs") };
        assert!(error.to_string().contains("belongs to installation ours"), "{error}");
    }
}
