//! The embedded books: one SQLite file, written by one machine, read by a small pool.

mod dump;
mod load;
mod read;
mod rows;
mod save;

use std::path::{Path, PathBuf};

use referee_core::config::Config;
use referee_core::fact::Record;
use referee_core::id::BrandId;
use referee_core::row::BrandState;
use referee_core::slice::Slice;
use referee_core::time::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

pub use read::SqliteReads;

use super::{Applied, Books};
use crate::error::{Error, Result};
use crate::log::Position;
use crate::log::codec::decode_config;
use crate::routing::PartitionId;

/// "Rfbk": marks the file as ours.
const APPLICATION_ID: i32 = 0x5266_626b;
/// Raised with every change of the tables: older books are rebuilt from the log, never migrated.
const SCHEMA_VERSION: i32 = 2;
/// Statements kept prepared: more than there are.
const STATEMENTS_MAX: usize = 128;

pub struct SqliteBooks {
    db: Connection,
    path: PathBuf,
}

pub(super) fn trouble(error: rusqlite::Error) -> Error {
    Error::unavailable("keep the books", error)
}

impl SqliteBooks {
    pub fn open(path: &Path) -> Result<SqliteBooks> {
        let db = connect(path)?;
        prepare(&db)?;
        Ok(SqliteBooks { db, path: path.to_owned() })
    }

    /// The readers' side of the same file.
    pub fn reads(&self) -> Result<SqliteReads> {
        SqliteReads::open(&self.path)
    }
}

fn connect(path: &Path) -> Result<Connection> {
    let doing = || format!("open the books {}", path.display());
    // One thread at a time holds it, by its type: the library need not guard it again.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags).map_err(|error| Error::setup(doing(), error))?;
    db.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    // The books follow from the log and commit their position with their rows: a lost commit is only applied again.
    db.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 5000;
         pragma cache_size = -65536; pragma wal_autocheckpoint = 16000; pragma temp_store = memory;",
    )
    .and_then(|()| rusqlite::vtab::array::load_module(&db))
    .map_err(|error| Error::setup(doing(), error))?;
    Ok(db)
}

fn prepare(db: &Connection) -> Result<()> {
    let doing = "prepare the books";
    let version: i32 =
        db.query_row("pragma user_version", [], |row| row.get(0)).map_err(|error| Error::setup(doing, error))?;
    match version {
        SCHEMA_VERSION => Ok(()),
        0 => {
            let schema = include_str!("../../../sql/books/schema.sql");
            let statistics = include_str!("../../../sql/books/statistics.sql");
            let marks = format!("pragma application_id = {APPLICATION_ID}; pragma user_version = {SCHEMA_VERSION};");
            db.execute_batch(&format!("begin immediate; {schema} {statistics} {marks} commit;"))
                .map_err(|error| Error::setup(doing, error))
        }
        other => Err(Error::setup(
            doing,
            format!(
                "the file is of version {other}, this program writes {SCHEMA_VERSION}: move it away and it is rebuilt"
            ),
        )),
    }
}

fn applied(db: &Connection, partition: PartitionId) -> Result<Applied> {
    let position: Option<u64> = db
        .prepare_cached(include_str!("../../../sql/books/find_applied.sql"))
        .and_then(|mut statement| statement.query_row([partition.0], |row| row.get(0)).optional())
        .map_err(trouble)?;
    let edges = db
        .prepare_cached(include_str!("../../../sql/books/list_edge_marks.sql"))
        .and_then(|mut statement| {
            statement
                .query_map([partition.0], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))
                .and_then(Iterator::collect)
        })
        .map_err(trouble)?;
    Ok(Applied { position: Position(position.unwrap_or_default()), edges })
}

impl Books for SqliteBooks {
    fn applied(&mut self, partition: PartitionId) -> Result<Applied> {
        applied(&self.db, partition)
    }

    fn brand(&mut self, brand: BrandId) -> Result<(Config, BrandState)> {
        let bodies: Vec<Vec<u8>> = self
            .db
            .prepare_cached(include_str!("../../../sql/books/list_config.sql"))
            .and_then(|mut statement| statement.query_map([brand.0], |row| row.get(0)).and_then(Iterator::collect))
            .map_err(trouble)?;
        let mut config = Config::default();
        for body in bodies {
            config.set(decode_config(&body)?);
        }
        let state = self
            .db
            .prepare_cached(include_str!("../../../sql/books/find_state.sql"))
            .and_then(|mut statement| statement.query_row([brand.0], rows::brand_state).optional())
            .map_err(trouble)?;
        Ok((config, state.unwrap_or_default()))
    }

    fn next_due(&mut self, brand: BrandId) -> Result<Option<Timestamp>> {
        self.db
            .prepare_cached(include_str!("../../../sql/books/find_next_due.sql"))
            .and_then(|mut statement| statement.query_row([brand.0], |row| row.get::<_, Option<i64>>(0)))
            .map(|due| due.map(Timestamp))
            .map_err(trouble)
    }

    fn begin(&mut self, partition: PartitionId, expected: Position) -> Result<()> {
        self.db.execute_batch("begin immediate").map_err(trouble)?;
        if applied(&self.db, partition)?.position != expected {
            self.rollback();
            return Err(Error::Fenced);
        }
        Ok(())
    }

    fn load(&mut self, brand: BrandId, records: &[Record], slice: &mut Slice) -> Result<()> {
        load::load(&self.db, brand, records, slice)
    }

    fn save(&mut self, brand: BrandId, slice: &Slice) -> Result<()> {
        save::save(&self.db, brand, slice)
    }

    fn commit(&mut self, partition: PartitionId, applied: &Applied) -> Result<()> {
        save::save_applied(&self.db, partition, applied)?;
        self.db.execute_batch("commit").map_err(trouble)
    }

    fn rollback(&mut self) {
        if !self.db.is_autocommit()
            && let Err(error) = self.db.execute_batch("rollback")
        {
            tracing::error!(%error, "a transaction of the books could not be rolled back");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::books::conformance;

    /// Every question of the machine finds its rows by more than the brand: it costs the same however many there are.
    #[test]
    fn no_question_of_the_machine_reads_all_of_a_brand() {
        let folder = tempfile::tempdir().unwrap();
        let books = SqliteBooks::open(&folder.path().join("books.db")).unwrap();
        let sql = Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/books");
        let mut questions = 0;
        for entry in std::fs::read_dir(sql).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if !name.starts_with("load_") && name != "find_next_due.sql" {
                continue;
            }
            questions += 1;
            let text = format!("explain query plan {}", std::fs::read_to_string(&path).unwrap());
            let mut statement = books.db.prepare(&text).unwrap();
            let mut steps = statement.raw_query();
            while let Some(step) = steps.next().unwrap() {
                let step: String = step.get(3).unwrap();
                // Partial indexes hold only what is open or due.
                let partial = ["action_due", "payment_open"].iter().any(|index| step.contains(index));
                let narrow = partial || !step.starts_with("SEARCH") || step.contains(" AND ");
                let scan = step.starts_with("SCAN") && !step.contains("rarray");
                assert!(narrow && !scan && !step.contains("BLOOM"), "{name}: {step}");
            }
        }
        assert!(questions >= 12, "all questions were looked at");
    }

    #[test]
    fn they_conform() {
        let folder = tempfile::tempdir().unwrap();
        let mut n = 0;
        conformance::check(&mut || {
            n += 1;
            let path = folder.path().join(format!("books-{n}.db"));
            let books = SqliteBooks::open(&path).unwrap();
            let dump = folder.path().join("dump");
            let reads = std::sync::Arc::new(books.reads().unwrap());
            let dumper = move || {
                SqliteBooks::dump_file(&path, &dump).unwrap();
                std::fs::read_to_string(&dump).unwrap()
            };
            conformance::Subject { books: Box::new(books), reads, dump: Box::new(dumper) }
        });
    }
}
