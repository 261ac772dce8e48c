//! The books in tables: the same questions whichever database keeps them.

mod archive;
pub mod clusters;
mod doubt_read;
mod dump;
mod load;
mod payable_read;
mod payable_search;
mod payables;
pub mod postgres;
mod read;
mod rows;
mod save;
mod sqlite;
mod verify;

use referee_core::config::Config;
use referee_core::fact::Record;
use referee_core::id::BrandId;
use referee_core::row::BrandState;
use referee_core::slice::Slice;
use referee_core::time::Timestamp;

pub use archive::BooksArchive;
pub use clusters::{Clusters, MAIN, Placement};
pub use dump::{DumpSource, clear, dump, dump_brands};
pub use read::SqlReads;
pub use verify::{Check, verify};

use super::{Applied, Books};
use crate::database::{Answer, Database, Row, Trouble, find, list};
use crate::error::{Error, Result};
use crate::log::codec::decode_config;
use crate::log::{Frame, Places, Position};
use crate::routing::PartitionId;
use crate::values;

/// Raised with every change of the tables: older books are rebuilt from the log, never migrated.
const SCHEMA_VERSION: i32 = 6;

const FIND_STATE: &str = include_str!("../../../sql/books/find_state.sql");
const FIND_APPLIED: &str = include_str!("../../../sql/books/find_applied.sql");

/// The machine's connections.
pub struct SqlBooks {
    clusters: Clusters<Box<dyn Database>>,
    /// Which of them the open transaction is on.
    here: String,
}

impl SqlBooks {
    pub fn new(clusters: Clusters<Box<dyn Database>>) -> SqlBooks {
        SqlBooks { clusters, here: MAIN.to_owned() }
    }

    fn at(&mut self, partition: PartitionId) -> Result<&mut dyn Database> {
        let name = self.clusters.name_of(partition);
        Ok(self.clusters.named_mut(&name)?.as_mut())
    }

    fn here(&mut self) -> Result<&mut dyn Database> {
        Ok(self.clusters.named_mut(&self.here)?.as_mut())
    }
}

fn trouble(trouble: Trouble) -> Error {
    trouble.doing("keep the books")
}

pub fn applied(db: &mut dyn Database, partition: PartitionId) -> Result<Applied> {
    let position = find(db, FIND_APPLIED, values![partition.0], |row| row.number(0)).map_err(trouble)?;
    let sql = include_str!("../../../sql/books/list_edge_marks.sql");
    let mark = |row: &dyn Row| Ok(((row.number(0)?, row.number(1)?), row.number(2)?));
    let edges = list(db, sql, values![partition.0], mark).map_err(trouble)?;
    Ok(Applied { position: Position(position.unwrap_or_default()), edges: edges.into_iter().collect() })
}

/// How far the books have come, in every partition they hold.
pub fn places(db: &mut dyn Database) -> Answer<Places> {
    let sql = include_str!("../../../sql/books/list_applied.sql");
    let place = |row: &dyn Row| Ok((PartitionId(row.number(0)?), Position(row.number(1)?)));
    Ok(list(db, sql, &[], place)?.into_iter().collect())
}

impl Books for SqlBooks {
    fn applied(&mut self, partition: PartitionId) -> Result<Applied> {
        applied(self.at(partition)?, partition)
    }

    fn brand(&mut self, partition: PartitionId, brand: BrandId) -> Result<(Config, BrandState)> {
        let db = self.at(partition)?;
        let config = config(db, brand).map_err(trouble)?;
        let state = find(db, FIND_STATE, values![brand.0], rows::brand_state).map_err(trouble)?;
        Ok((config, state.unwrap_or_default()))
    }

    fn next_due(&mut self, partition: PartitionId, brand: BrandId) -> Result<Option<Timestamp>> {
        let sql = include_str!("../../../sql/books/find_next_due.sql");
        let due = |row: &dyn Row| Ok([row.some_number(0)?, row.some_number(1)?, row.some_number(2)?]);
        let due = find(self.at(partition)?, sql, values![brand.0], due).map_err(trouble)?;
        Ok(due.into_iter().flatten().flatten().min().map(Timestamp))
    }

    fn begin(&mut self, partition: PartitionId, expected: Position) -> Result<()> {
        self.here = self.clusters.name_of(partition);
        let db = self.here()?;
        db.begin().map_err(trouble)?;
        if hold(db, partition)? != expected {
            self.rollback();
            return Err(Error::Fenced);
        }
        Ok(())
    }

    fn load(&mut self, brand: BrandId, records: &[Record], slice: &mut Slice) -> Result<()> {
        load::load(self.here()?, brand, records, slice).map_err(trouble)
    }

    fn save(&mut self, brand: BrandId, slice: &Slice) -> Result<()> {
        save::save(self.here()?, brand, slice).map_err(trouble)
    }

    fn keep_frames(&mut self, partition: PartitionId, frames: &[(Position, Frame)]) -> Result<bool> {
        archive::save(self.here()?, partition, frames).map_err(trouble)
    }

    fn commit(&mut self, partition: PartitionId, applied: &Applied) -> Result<()> {
        let db = self.here()?;
        save::save_applied(db, partition, applied).map_err(trouble)?;
        db.commit().map_err(trouble)
    }

    fn rollback(&mut self) {
        // Without the connection there is no transaction either.
        if let Ok(db) = self.here() {
            db.roll_back();
        }
    }
}

/// Holds a partition until the transaction ends, where several may write it: who comes second waits here. Says where the
/// partition stands.
pub fn hold(db: &mut dyn Database, partition: PartitionId) -> Result<Position> {
    let sql = db.choose(FIND_APPLIED, include_str!("../../../sql/books/lock_applied.postgres.sql"));
    let mut place = || find(db, sql, values![partition.0], |row| row.number(0));
    if let Some(position) = place().map_err(trouble)? {
        return Ok(Position(position));
    }
    if !db.is_shared() {
        return Ok(Position::default());
    }
    // The first time there is no row to hold.
    let create = include_str!("../../../sql/books/create_applied.postgres.sql");
    db.run(create, values![partition.0]).map_err(trouble)?;
    let position = find(db, sql, values![partition.0], |row| row.number(0)).map_err(trouble)?;
    Ok(Position(position.unwrap_or_default()))
}

/// What a brand has set up.
fn config(db: &mut dyn Database, brand: BrandId) -> Answer<Config> {
    let mut config = Config::default();
    let sql = include_str!("../../../sql/books/list_config.sql");
    let entries = list(db, sql, values![brand.0], |row| decode_config(row.blob(0)?))?;
    entries.into_iter().for_each(|entry| config.set(entry));
    Ok(config)
}
