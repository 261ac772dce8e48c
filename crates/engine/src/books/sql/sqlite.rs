//! The embedded books: one SQLite file, written by one machine.

use std::path::{Path, PathBuf};

use super::{Clusters, SCHEMA_VERSION, SqlBooks, SqlReads, trouble};
use crate::database::sqlite::Sqlite;
use crate::database::{Database, Pool};
use crate::error::{Error, Result};
use crate::limits::BOOKS_MAPPED_BYTES_MAX;

/// "Rfbk": marks the file as ours.
const APPLICATION_ID: i32 = 0x5266_626b;

impl SqlBooks {
    /// Opens a file of books, and makes it if there is none.
    pub fn open_file(path: &Path) -> Result<SqlBooks> {
        let mut db = Sqlite::open(path)?;
        // The books follow from the log and commit their position with their rows: a lost commit is only applied again.
        // What was written long ago is read through a mapping: a call of the kernel for each page costs more than the rest
        // of a search.
        db.run_script(&format!(
            "pragma synchronous = normal; pragma cache_size = -65536; pragma wal_autocheckpoint = 16000;
             pragma temp_store = memory; pragma mmap_size = {BOOKS_MAPPED_BYTES_MAX};",
        ))
        .map_err(trouble)?;
        prepare(&mut db)?;
        Ok(SqlBooks::new(Clusters::one(Box::new(db))))
    }
}

impl SqlReads {
    /// The readers' side of a file that exists.
    pub fn open_file(path: &Path) -> Result<SqlReads> {
        let path: PathBuf = path.to_owned();
        let pool = Pool::open(Box::new(move || Ok(Box::new(Sqlite::open_read_only(&path)?))))?;
        Ok(SqlReads::new(Clusters::one(pool)))
    }
}

fn prepare(db: &mut Sqlite) -> Result<()> {
    match db.version().map_err(trouble)? {
        SCHEMA_VERSION => Ok(()),
        0 => {
            let schema = include_str!("../../../sql/books/schema.sql");
            let statistics = include_str!("../../../sql/books/statistics.sql");
            let marks = format!("pragma application_id = {APPLICATION_ID}; pragma user_version = {SCHEMA_VERSION};");
            db.run_script(&format!("begin immediate; {schema} {statistics} {marks} commit;")).map_err(trouble)
        }
        other => Err(Error::setup(
            "open the books",
            format!(
                "the file is of version {other}, this program writes {SCHEMA_VERSION}: move it away and it is rebuilt"
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::books::conformance;
    use crate::books::sql::{DumpSource, dump};

    /// Every question of the machine finds its rows by more than the brand: it costs the same however many there are.
    #[test]
    fn no_question_of_the_machine_reads_all_of_a_brand() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("books.db");
        SqlBooks::open_file(&path).unwrap();
        let db = Sqlite::open(&path).unwrap();
        let sql = Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/books");
        let mut questions = 0;
        for entry in std::fs::read_dir(sql).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let machine = name.starts_with("load_") || name == "find_next_due.sql";
            if !machine || name.ends_with(".postgres.sql") {
                continue;
            }
            questions += 1;
            let text = format!("explain query plan {}", std::fs::read_to_string(&path).unwrap());
            let mut statement = db.connection().prepare(&text).unwrap();
            let mut steps = statement.raw_query();
            while let Some(step) = steps.next().unwrap() {
                let step: String = step.get(3).unwrap();
                // Partial indexes hold only what is open or due.
                let partial = ["action_due", "unsettled_due"].iter().any(|index| step.contains(index));
                let narrow = partial || !step.starts_with("SEARCH") || step.contains(" AND ");
                let scan = step.starts_with("SCAN") && !step.contains("rarray") && step != "SCAN CONSTANT ROW";
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
            let books = SqlBooks::open_file(&path).unwrap();
            let to = folder.path().join("dump");
            let reads = std::sync::Arc::new(SqlReads::open_file(&path).unwrap());
            let dumper = move || {
                dump(vec![DumpSource::whole(Box::new(Sqlite::open_read_only(&path).unwrap()))], &to).unwrap();
                std::fs::read_to_string(&to).unwrap()
            };
            conformance::Subject { books: Box::new(books), reads, dump: Box::new(dumper) }
        });
    }
}
