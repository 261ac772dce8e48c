//! The books as text, the same on every engine: every derived table in the order of its key, one row a line.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use referee_core::id::BrandId;

use super::{Placement, places, trouble};
use crate::database::{Cell, Database, list};
use crate::error::{Error, Result};
use crate::log::Places;
use crate::routing::PartitionId;
use crate::values;

/// Everything the rules derive, each in the order of its primary key.
const TABLES: [(&str, &str); 37] = [
    ("action", "brand, seq"),
    ("audit", "brand, record"),
    ("balance", "brand, program, partner, account, currency"),
    ("brand_state", "brand"),
    ("click", "brand, no"),
    ("click_count", "brand, program, day, partner, ad, country, code"),
    ("click_day", "brand, program, day, partner, mode"),
    ("click_doubt", "brand, record"),
    ("click_group", "brand, program, grouped_by, day, partner, value"),
    ("click_total", "brand, program, grouped_by, day, value"),
    ("click_mark", "brand, subject, partner, program"),
    ("config", "brand, kind, program, key"),
    ("conversion", "brand, order_id, event_type"),
    ("counter", "brand, program, event_type, period, day, partner"),
    ("decision", "brand, event_type, order_id, record"),
    ("edge", "brand, a, b, slot"),
    ("entry", "brand, record, n"),
    ("history", "brand, action_seq, seq"),
    ("identifier", "brand, id"),
    ("inquiry", "brand, id"),
    ("left_out", "brand, program, day, kind, reason"),
    ("named_click", "brand, click, event_type, order_id"),
    ("node_root", "brand, node"),
    ("outbox", "brand, record, n"),
    ("payable_click", "brand, no"),
    ("payment", "brand, id"),
    ("payment_line", "brand, payment, action_seq"),
    ("payment_run", "brand, id"),
    ("refused_join", "brand, record, n"),
    ("review", "brand, id"),
    ("rollup", "brand, program, day, partner, ad"),
    ("shop_order", "brand, order_id, event_type"),
    ("submission", "brand, id"),
    ("returns", "brand, program, month, partner"),
    ("tally", "brand, program, event_type, period, day, partner"),
    ("turnover", "brand, partner, program, currency, account, month"),
    ("unsettled", "brand, event_type, order_id"),
];

/// One database whose books are read as a whole.
pub struct DumpSource {
    pub(super) db: Box<dyn Database>,
    /// Where several hold books: only what is placed in this one counts.
    placed: Option<(Arc<Placement>, String)>,
}

impl DumpSource {
    /// All that it holds.
    pub fn whole(db: Box<dyn Database>) -> DumpSource {
        DumpSource { db, placed: None }
    }

    /// What is placed in this cluster.
    pub fn of_cluster(db: Box<dyn Database>, placement: Arc<Placement>, name: String) -> DumpSource {
        DumpSource { db, placed: Some((placement, name)) }
    }

    fn holds(&self, partition: PartitionId) -> bool {
        self.placed.as_ref().is_none_or(|(placement, name)| placement.of(partition) == name)
    }

    pub(super) fn brands(&mut self) -> Result<Vec<BrandId>> {
        let sql = include_str!("../../../sql/books/list_brands.sql");
        let mut brands = list(self.db.as_mut(), sql, &[], |row| row.number(0).map(BrandId)).map_err(trouble)?;
        if let Some((placement, name)) = &self.placed {
            brands.retain(|brand| placement.partitions.get(brand).is_some_and(|it| placement.of(*it) == name));
        }
        Ok(brands)
    }
}

/// Writes the dump of some books, each as of one moment, and says which places that is.
pub fn dump(mut sources: Vec<DumpSource>, to: &Path) -> Result<Places> {
    let (mut all_places, mut brands) = (Places::new(), BTreeMap::new());
    for (i, source) in sources.iter_mut().enumerate() {
        source.db.begin_reading().map_err(trouble)?;
        let here = places(source.db.as_mut()).map_err(trouble)?;
        all_places.extend(here.into_iter().filter(|(partition, _)| source.holds(*partition)));
        brands.extend(source.brands()?.into_iter().map(|brand| (brand, i)));
    }
    let file = File::create(to).map_err(unwritten)?;
    let mut out = BufWriter::new(file);
    for (table, key) in TABLES {
        for (brand, i) in &brands {
            dump_table(sources[*i].db.as_mut(), table, key, *brand, &mut out)?;
        }
    }
    out.flush().map_err(unwritten)?;
    sources.iter_mut().for_each(|source| source.db.roll_back());
    Ok(all_places)
}

/// Writes the dump of some brands, in the transaction that is open or none.
pub fn dump_brands(db: &mut dyn Database, brands: &[BrandId], to: &Path) -> Result<()> {
    let file = File::create(to).map_err(unwritten)?;
    let mut out = BufWriter::new(file);
    for (table, key) in TABLES {
        for brand in brands {
            dump_table(db, table, key, *brand, &mut out)?;
        }
    }
    out.flush().map_err(unwritten)
}

/// Removes all that a database holds of a partition.
pub fn clear(db: &mut dyn Database, partition: PartitionId, brands: &[BrandId]) -> Result<()> {
    for table in TABLES.iter().map(|(table, _)| *table).chain(["config_mark"]) {
        for brand in brands {
            db.run(&format!("delete from {table} where brand = ?1"), values![brand.0]).map_err(trouble)?;
        }
    }
    for table in ["archive", "edge_mark", "applied"] {
        db.run(&format!("delete from {table} where partition = ?1"), values![partition.0]).map_err(trouble)?;
    }
    Ok(())
}

fn unwritten(error: std::io::Error) -> Error {
    Error::unavailable("write a dump", error)
}

fn dump_table(db: &mut dyn Database, table: &str, key: &str, brand: BrandId, out: &mut impl Write) -> Result<()> {
    let sql = format!("select * from {table} where brand = ?1 order by {key}");
    db.ask(&sql, values![brand.0], &mut |row| {
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
