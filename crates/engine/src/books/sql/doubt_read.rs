//! Reads what statistics are made of, and clicks that are screened again.

use referee_core::id::{BrandId, ClickNo, PartnerId, ProgramId};
use referee_core::refusal::Refusal;
use referee_core::row::ClickRow;
use referee_core::time::Day;

use super::read::SqlReads;
use super::rows;
use crate::books::doubt_reads::{ClickOrders, DoubtReads, Span};
use crate::books::reads::Period;
use crate::database::{Row, Value};
use crate::error::Result;
use crate::values;

impl DoubtReads for SqlReads {
    fn click_volumes(
        &self,
        brand: BrandId,
        period: Period,
        codes: &[Option<Refusal>],
    ) -> Result<Vec<(Day, PartnerId, u64)>> {
        let sql = include_str!("../../../sql/books/read_click_volumes.sql");
        let codes = Value::integers(codes.iter().map(|code| code.map_or(0, |it| u64::from(it.number()))));
        let (from, to) = (period.from.0, period.to.0);
        let values = [brand.0.into(), period.program.0.into(), from.into(), to.into(), codes];
        self.ask(brand, sql, &values, |row| Ok((Day(row.number(0)?), PartnerId(row.number(1)?), count(row, 2)?)))
    }

    fn orders_by_click(
        &self,
        brand: BrandId,
        program: ProgramId,
        span: Span,
        soon_ms: i64,
    ) -> Result<Vec<ClickOrders>> {
        let sql = include_str!("../../../sql/books/read_orders_by_click.sql");
        let values = values![brand.0, program.0, span.from.0, span.until.0, soon_ms];
        self.ask(brand, sql, values, |row| {
            Ok(ClickOrders { partner: PartnerId(row.number(0)?), orders: count(row, 1)?, soon: count(row, 2)? })
        })
    }

    fn clicks_numbered(&self, brand: BrandId, numbers: &[ClickNo]) -> Result<Vec<ClickRow>> {
        let sql = include_str!("../../../sql/books/read_clicks_numbered.sql");
        let values = [brand.0.into(), Value::integers(numbers.iter().map(|no| no.0))];
        self.ask(brand, sql, &values, rows::click)
    }
}

/// Counts of clicks go up and down again: what is below zero was never there.
fn count(row: &dyn Row, place: usize) -> Result<u64> {
    Ok(u64::try_from(row.number::<i64>(place)?).unwrap_or_default())
}
