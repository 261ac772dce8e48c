//! The books as text, the same on every engine: every derived table in the order of its key, one row a line.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use super::{SqliteBooks, trouble};
use crate::error::{Error, Result};
use crate::log::Position;
use crate::machine::Progress;
use crate::routing::PartitionId;

/// Everything the rules derive, each in the order of its primary key.
const TABLES: [(&str, &str); 17] = [
    ("action", "brand, seq"),
    ("audit", "brand, record"),
    ("balance", "brand, program, partner, account, currency"),
    ("brand_state", "brand"),
    ("click", "brand, no"),
    ("config", "brand, kind, program, key"),
    ("conversion", "brand, event_type, order_id"),
    ("decision", "brand, record"),
    ("edge", "brand, record, a, b"),
    ("entry", "brand, record, n"),
    ("history", "brand, action_seq, seq"),
    ("identifier", "brand, id"),
    ("node_root", "brand, node"),
    ("outbox", "brand, record, n"),
    ("payment", "brand, id"),
    ("rollup", "brand, program, day, partner, ad"),
    ("submission", "brand, id"),
];

impl SqliteBooks {
    /// Writes the dump of a file of books, as of one moment, and says which place that is.
    pub fn dump_file(books: &Path, to: &Path) -> Result<Progress> {
        let db = Connection::open_with_flags(books, OpenFlags::SQLITE_OPEN_READ_ONLY)
            .map_err(|error| Error::setup(format!("open the books {}", books.display()), error))?;
        // The first read fixes the moment for all that follow.
        db.execute_batch("begin").map_err(trouble)?;
        let progress = db
            .prepare(include_str!("../../../sql/books/list_applied.sql"))
            .and_then(|mut statement| {
                statement
                    .query_map([], |row| Ok((PartitionId(row.get(0)?), Position(row.get(1)?))))
                    .and_then(Iterator::collect)
            })
            .map_err(trouble)?;
        let file = File::create(to).map_err(unwritten)?;
        let mut out = BufWriter::new(file);
        for (table, key) in TABLES {
            dump_table(&db, table, key, &mut out)?;
        }
        out.flush().map_err(unwritten)?;
        Ok(progress)
    }
}

fn unwritten(error: std::io::Error) -> Error {
    Error::unavailable("write a dump", error)
}

fn dump_table(db: &Connection, table: &str, key: &str, out: &mut impl Write) -> Result<()> {
    let mut statement = db.prepare(&format!("select * from {table} order by {key}")).map_err(trouble)?;
    let columns = statement.column_count();
    let mut rows = statement.query([]).map_err(trouble)?;
    while let Some(row) = rows.next().map_err(trouble)? {
        write!(out, "{table}").map_err(unwritten)?;
        for column in 0..columns {
            let value = row.get_ref(column).map_err(trouble)?;
            write_value(value, out).map_err(unwritten)?;
        }
        writeln!(out).map_err(unwritten)?;
    }
    Ok(())
}

fn write_value(value: ValueRef<'_>, out: &mut impl Write) -> std::io::Result<()> {
    match value {
        ValueRef::Null => write!(out, " -"),
        ValueRef::Integer(number) => write!(out, " {number}"),
        ValueRef::Real(number) => write!(out, " {number}"),
        ValueRef::Text(text) => write!(out, " {:?}", String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => {
            write!(out, " x")?;
            bytes.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
        }
    }
}
