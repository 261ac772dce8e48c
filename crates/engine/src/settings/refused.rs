//! Reports that never became a fact, kept for a while so that whoever looks for an order finds out why.

use referee_core::id::{BrandId, ProgramId};
use referee_core::time::Timestamp;

use crate::database::{Row, find, list};
use crate::error::Result;
use crate::values;

use super::Settings;

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
        let values = values![
            &report.id,
            report.brand.0,
            report.program.map(|program| program.0),
            report.received_at.0,
            &report.kind,
            &report.order_id,
            &report.errors,
            &report.payload,
        ];
        let sql = include_str!("../../sql/settings/refused_create.sql");
        self.change("keep a refused report", |db| db.run(sql, values)).map(drop)
    }

    pub fn find_refused(&self, brand: BrandId, id: &str) -> Result<Option<RefusedReport>> {
        let sql = include_str!("../../sql/settings/refused_find.sql");
        self.ask("find a refused report", |db| find(db, sql, values![brand.0, id], |row| read(brand, row)))
    }

    pub fn refused_of_order(&self, brand: BrandId, order_id: &str, most: u32) -> Result<Vec<RefusedReport>> {
        let sql = include_str!("../../sql/settings/refused_list_by_order.sql");
        self.ask("read refused reports", |db| list(db, sql, values![brand.0, order_id, most], |row| read(brand, row)))
    }

    pub fn count_refused(&self, brand: BrandId) -> Result<u64> {
        let sql = include_str!("../../sql/settings/refused_count.sql");
        let count = self.ask("count refused reports", |db| find(db, sql, values![brand.0], |row| row.number(0)))?;
        Ok(count.unwrap_or_default())
    }

    /// Newest first, from before a moment on.
    pub fn refused_before(&self, brand: BrandId, before: Timestamp, most: u32) -> Result<Vec<RefusedReport>> {
        let sql = include_str!("../../sql/settings/refused_list.sql");
        self.ask("read refused reports", |db| list(db, sql, values![brand.0, before.0, most], |row| read(brand, row)))
    }

    pub(super) fn delete_refused_before(&self, before: Timestamp) -> Result<()> {
        let sql = include_str!("../../sql/settings/refused_delete_before.sql");
        self.change("delete old refused reports", |db| db.run(sql, values![before.0])).map(drop)
    }
}

fn read(brand: BrandId, row: &dyn Row) -> Result<RefusedReport> {
    let text = |column| row.text(column).map(str::to_owned);
    Ok(RefusedReport {
        id: text(0)?,
        brand,
        program: row.some_number(1)?.map(ProgramId),
        received_at: Timestamp(row.number(2)?),
        kind: text(3)?,
        order_id: text(4)?,
        errors: text(5)?,
        payload: text(6)?,
    })
}
