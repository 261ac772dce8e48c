//! The books as text, the same on every engine: every derived table in the order of its key, one row a line.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::{places, trouble};
use crate::database::{Cell, Database};
use crate::error::{Error, Result};
use crate::log::Places;

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

/// Writes the dump of some books, as of one moment, and says which places that is.
pub fn dump(db: &mut dyn Database, to: &Path) -> Result<Places> {
    db.begin_reading().map_err(trouble)?;
    let places = places(db).map_err(trouble)?;
    let file = File::create(to).map_err(unwritten)?;
    let mut out = BufWriter::new(file);
    for (table, key) in TABLES {
        dump_table(db, table, key, &mut out)?;
    }
    out.flush().map_err(unwritten)?;
    db.roll_back();
    Ok(places)
}

fn unwritten(error: std::io::Error) -> Error {
    Error::unavailable("write a dump", error)
}

fn dump_table(db: &mut dyn Database, table: &str, key: &str, out: &mut impl Write) -> Result<()> {
    let sql = format!("select * from {table} order by {key}");
    db.ask(&sql, &[], &mut |row| {
        write!(out, "{table}").map_err(unwritten)?;
        for column in 0..row.columns() {
            write_cell(row.cell(column)?, out).map_err(unwritten)?;
        }
        writeln!(out).map_err(unwritten)
    })
    .map_err(trouble)
}

fn write_cell(cell: Cell<'_>, out: &mut impl Write) -> std::io::Result<()> {
    match cell {
        Cell::Null => write!(out, " -"),
        Cell::Integer(number) => write!(out, " {number}"),
        Cell::Text(text) => write!(out, " {text:?}"),
        Cell::Blob(bytes) => {
            write!(out, " x")?;
            bytes.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
        }
    }
}
