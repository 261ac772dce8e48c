//! The books in tables: the same questions whichever database keeps them.

mod dump;
mod load;
mod postgres;
mod read;
mod rows;
mod save;
mod sqlite;

use referee_core::config::Config;
use referee_core::fact::Record;
use referee_core::id::BrandId;
use referee_core::row::BrandState;
use referee_core::slice::Slice;
use referee_core::time::Timestamp;

pub use dump::dump;
pub use read::SqlReads;

use super::{Applied, Books};
use crate::database::{Database, Row, Trouble, find, list};
use crate::error::{Error, Result};
use crate::log::Position;
use crate::log::codec::decode_config;
use crate::machine::Progress;
use crate::routing::PartitionId;

/// Raised with every change of the tables: older books are rebuilt from the log, never migrated.
const SCHEMA_VERSION: i32 = 2;

/// The machine's connection.
pub struct SqlBooks {
    db: Box<dyn Database>,
}

fn trouble(trouble: Trouble) -> Error {
    trouble.doing("keep the books")
}

fn applied(db: &mut dyn Database, partition: PartitionId) -> Result<Applied> {
    let sql = include_str!("../../../sql/books/find_applied.sql");
    let position = find(db, sql, &[partition.0.into()], |row| row.number(0)).map_err(trouble)?;
    let sql = include_str!("../../../sql/books/list_edge_marks.sql");
    let mark = |row: &dyn Row| Ok(((row.number(0)?, row.number(1)?), row.number(2)?));
    let edges = list(db, sql, &[partition.0.into()], mark).map_err(trouble)?;
    Ok(Applied { position: Position(position.unwrap_or_default()), edges: edges.into_iter().collect() })
}

/// How far the books have come, in every partition they hold.
pub fn places(db: &mut dyn Database) -> Result<Progress> {
    let sql = include_str!("../../../sql/books/list_applied.sql");
    let place = |row: &dyn Row| Ok((PartitionId(row.number(0)?), Position(row.number(1)?)));
    Ok(list(db, sql, &[], place).map_err(trouble)?.into_iter().collect())
}

impl Books for SqlBooks {
    fn applied(&mut self, partition: PartitionId) -> Result<Applied> {
        applied(self.db.as_mut(), partition)
    }

    fn brand(&mut self, brand: BrandId) -> Result<(Config, BrandState)> {
        let mut config = Config::default();
        let sql = include_str!("../../../sql/books/list_config.sql");
        let entries = list(self.db.as_mut(), sql, &[brand.0.into()], |row| decode_config(row.blob(0)?));
        entries.map_err(trouble)?.into_iter().for_each(|entry| config.set(entry));
        let sql = include_str!("../../../sql/books/find_state.sql");
        let state = find(self.db.as_mut(), sql, &[brand.0.into()], rows::brand_state).map_err(trouble)?;
        Ok((config, state.unwrap_or_default()))
    }

    fn next_due(&mut self, brand: BrandId) -> Result<Option<Timestamp>> {
        let sql = include_str!("../../../sql/books/find_next_due.sql");
        let due = find(self.db.as_mut(), sql, &[brand.0.into()], |row| row.some_number(0)).map_err(trouble)?;
        Ok(due.flatten().map(Timestamp))
    }

    fn begin(&mut self, partition: PartitionId, expected: Position) -> Result<()> {
        self.db.begin().map_err(trouble)?;
        // Where several may write, the row is locked: who comes second waits here, and then finds it moved.
        let sql = self.db.choose("", include_str!("../../../sql/books/lock_applied.postgres.sql"));
        if !sql.is_empty() {
            let ensure = include_str!("../../../sql/books/ensure_applied.postgres.sql");
            self.db.run(ensure, &[partition.0.into()]).map_err(trouble)?;
            self.db.run(sql, &[partition.0.into()]).map_err(trouble)?;
        }
        if applied(self.db.as_mut(), partition)?.position != expected {
            self.rollback();
            return Err(Error::Fenced);
        }
        Ok(())
    }

    fn load(&mut self, brand: BrandId, records: &[Record], slice: &mut Slice) -> Result<()> {
        load::load(self.db.as_mut(), brand, records, slice).map_err(trouble)
    }

    fn save(&mut self, brand: BrandId, slice: &Slice) -> Result<()> {
        save::save(self.db.as_mut(), brand, slice).map_err(trouble)
    }

    fn commit(&mut self, partition: PartitionId, applied: &Applied) -> Result<()> {
        save::save_applied(self.db.as_mut(), partition, applied).map_err(trouble)?;
        self.db.commit().map_err(trouble)
    }

    fn rollback(&mut self) {
        self.db.roll_back();
    }
}
