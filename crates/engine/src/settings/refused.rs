//! Reports that never became a fact, kept for a while so that whoever looks for an order finds out why.

use referee_core::id::{BrandId, ProgramId};
use referee_core::time::Timestamp;
use rusqlite::{OptionalExtension, Row};

use crate::error::Result;

use super::{Settings, trouble};

#[derive(Debug, Clone)]
pub struct RefusedReport {
    /// As the sender was told.
    pub id: String,
    pub brand: BrandId,
    pub program: Option<ProgramId>,
    pub received_at: Timestamp,
    /// `conversion`, `modification` or `page_load`.
    pub kind: String,
    pub order_id: String,
    /// JSON: what was wrong, field by field.
    pub errors: String,
    /// JSON: the report without anything of a person.
    pub payload: String,
}

impl Settings {
    pub fn keep_refused(&self, report: &RefusedReport) -> Result<()> {
        self.db()
            .execute(
                include_str!("../../sql/settings/refused_create.sql"),
                (
                    &report.id,
                    report.brand.0,
                    report.program.map(|program| program.0),
                    report.received_at.0,
                    &report.kind,
                    &report.order_id,
                    &report.errors,
                    &report.payload,
                ),
            )
            .map(drop)
            .map_err(|error| trouble("keep a refused report", error))
    }

    pub fn find_refused(&self, brand: BrandId, id: &str) -> Result<Option<RefusedReport>> {
        self.db()
            .query_row(include_str!("../../sql/settings/refused_find.sql"), (brand.0, id), |row| read(brand, row))
            .optional()
            .map_err(|error| trouble("find a refused report", error))
    }

    pub fn refused_of_order(&self, brand: BrandId, order_id: &str, most: u32) -> Result<Vec<RefusedReport>> {
        let db = self.db();
        let failed = |error| trouble("read refused reports", error);
        let mut statement = db.prepare(include_str!("../../sql/settings/refused_list_by_order.sql")).map_err(failed)?;
        statement
            .query_map((brand.0, order_id, most), |row| read(brand, row))
            .and_then(Iterator::collect)
            .map_err(failed)
    }

    pub fn count_refused(&self, brand: BrandId) -> Result<u64> {
        self.db()
            .query_row(include_str!("../../sql/settings/refused_count.sql"), [brand.0], |row| row.get(0))
            .map_err(|error| trouble("count refused reports", error))
    }

    /// Newest first, from before a moment on.
    pub fn refused_before(&self, brand: BrandId, before: Timestamp, most: u32) -> Result<Vec<RefusedReport>> {
        let db = self.db();
        let failed = |error| trouble("read refused reports", error);
        let mut statement = db.prepare(include_str!("../../sql/settings/refused_list.sql")).map_err(failed)?;
        statement
            .query_map((brand.0, before.0, most), |row| read(brand, row))
            .and_then(Iterator::collect)
            .map_err(failed)
    }

    pub(super) fn delete_refused_before(&self, before: Timestamp) -> Result<()> {
        self.db()
            .execute(include_str!("../../sql/settings/refused_delete_before.sql"), [before.0])
            .map(drop)
            .map_err(|error| trouble("delete old refused reports", error))
    }
}

fn read(brand: BrandId, row: &Row<'_>) -> rusqlite::Result<RefusedReport> {
    Ok(RefusedReport {
        id: row.get(0)?,
        brand,
        program: row.get::<_, Option<u32>>(1)?.map(ProgramId),
        received_at: Timestamp(row.get(2)?),
        kind: row.get(3)?,
        order_id: row.get(4)?,
        errors: row.get(5)?,
        payload: row.get(6)?,
    })
}
