//! Where the books of each partition are, and what of the directory others must hear of.

use referee_core::id::BrandId;

use crate::books::sql::Placement;
use crate::database::{Answer, Database, Row, list};
use crate::error::Result;
use crate::routing::PartitionId;
use crate::values;

use super::{Settings, set_value, value};

impl Settings {
    /// Grows whenever a brand, a program or a place of books is new.
    pub fn directory_version(&self) -> Result<u64> {
        self.ask("read the directory's version", version)
    }

    pub fn placement(&self) -> Result<Placement> {
        self.ask("read where the books are", |db| {
            let sql = include_str!("../../sql/settings/partition_list.sql");
            let brand = |row: &dyn Row| Ok((BrandId(row.number(0)?), PartitionId(row.number(1)?)));
            let partitions = list(db, sql, &[], brand)?.into_iter().collect();
            let place = |row: &dyn Row| Ok((PartitionId(row.number(0)?), row.text(1)?.to_owned()));
            let sql = include_str!("../../sql/settings/placement_list.postgres.sql");
            // A file is one place.
            let clusters = if db.is_shared() { list(db, sql, &[], place)? } else { Vec::new() };
            let clusters = clusters.into_iter().collect();
            Ok(Placement { partitions, clusters })
        })
    }

    /// The books of a partition are on this cluster from now on.
    pub fn place(&self, partition: PartitionId, cluster: &str) -> Result<()> {
        self.change("place the books of a partition", |db| {
            let sql = include_str!("../../sql/settings/placement_set.postgres.sql");
            db.run(sql, values![partition.0, cluster])?;
            note_change(db)
        })
    }
}

/// Lets every process read the directory again.
pub(super) fn note_change(db: &mut dyn Database) -> Answer<()> {
    let next = version(db)? + 1;
    set_value(db, "directory", next.to_string().as_bytes())
}

fn version(db: &mut dyn Database) -> Answer<u64> {
    let stored = value(db, "directory")?;
    Ok(stored.and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok()).unwrap_or(0))
}
