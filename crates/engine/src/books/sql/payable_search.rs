//! Finds the clicks that a filter takes among those of partners' days: through the index that leads to the fewest of a day,
//! and some at a time.

use std::collections::BTreeSet;

use referee_core::fact::PayableFilter;
use referee_core::id::{BrandId, ClickNo, PartnerId, ProgramId};
use referee_core::refusal::Refusal;
use referee_core::row::{PayableClickRow, PayableState, ReviewCursor};
use referee_core::time::Day;

use super::payables::numbered;
use crate::database::{Answer, Database, Value, list};
use crate::values;

/// Clicks that are looked at at once: few where the first ones do, more where none of them did.
const LOOKED_AT_ONCE: (u32, u32) = (64, 2_048);

pub struct Search<'a> {
    pub brand: BrandId,
    pub program: ProgramId,
    pub filter: &'a PayableFilter,
    /// Leads past others; any if none.
    pub state: Option<PayableState>,
    /// What must hold besides.
    pub takes: &'a dyn Fn(&PayableClickRow) -> bool,
}

#[derive(Default)]
pub struct Found {
    /// In the order of their places.
    pub rows: Vec<PayableClickRow>,
    /// How far was looked; None: to the end, or to as many as were wanted.
    pub reached: Option<ReviewCursor>,
}

impl Search<'_> {
    /// The first clicks of some days, in their order, after a place; it gives up after having looked at so many.
    pub fn run(
        &self,
        db: &mut dyn Database,
        days: impl Iterator<Item = (Day, PartnerId)>,
        after: ReviewCursor,
        (most, looks): (u32, u32),
    ) -> Answer<Found> {
        if !self.filter.clicks.is_empty() {
            return self.named(db, days.collect(), after, most as usize);
        }
        let (mut found, mut looks) = (Found::default(), looks);
        for (day, partner) in days {
            let first = if (day, partner) == (after.day, after.partner) { after.click } else { ClickNo(0) };
            let mut place = ReviewCursor { day, partner, click: first };
            let mut at_once = most.clamp(LOOKED_AT_ONCE.0, LOOKED_AT_ONCE.1);
            loop {
                let asked = at_once.min(looks);
                let numbers = self.numbers(db, place, asked)?;
                let (looked_at, last) = (numbers.len() as u32, numbers.last().copied());
                found.rows.extend(self.rows(db, numbers)?);
                if found.rows.len() >= most as usize {
                    found.rows.truncate(most as usize);
                    return Ok(found);
                }
                let Some(last) = last else { break };
                (place.click, looks) = (ClickNo(last), looks - looked_at);
                if looks == 0 {
                    found.reached = Some(place);
                    return Ok(found);
                }
                if looked_at < asked {
                    break;
                }
                at_once = at_once.saturating_mul(2).min(LOOKED_AT_ONCE.1);
            }
        }
        Ok(found)
    }

    /// Where clicks are named, there is nothing to look for.
    fn named(
        &self,
        db: &mut dyn Database,
        days: BTreeSet<(Day, PartnerId)>,
        after: ReviewCursor,
        most: usize,
    ) -> Answer<Found> {
        let mut rows = self.rows(db, self.filter.clicks.iter().map(|no| no.0).collect())?;
        let place = |row: &PayableClickRow| ReviewCursor { day: row.day, partner: row.partner, click: row.no };
        rows.retain(|row| row.program == self.program && days.contains(&(row.day, row.partner)) && place(row) > after);
        rows.sort_unstable_by_key(place);
        rows.truncate(most);
        Ok(Found { rows, reached: None })
    }

    /// The next numbers of a day that may be of such clicks.
    fn numbers(&self, db: &mut dyn Database, after: ReviewCursor, most: u32) -> Answer<Vec<u64>> {
        let code = self.filter.found.flatten().map(Refusal::number);
        let referrer = self.filter.referrer.as_deref().filter(|host| !host.is_empty());
        let (sql, value) = match (code, self.filter.network, referrer) {
            (_, Some(network), _) => {
                (include_str!("../../../sql/books/load_payable_numbers_of_network.sql"), Value::from(network))
            }
            (Some(code), ..) => (include_str!("../../../sql/books/load_payable_numbers_of_reason.sql"), code.into()),
            (.., Some(host)) => (include_str!("../../../sql/books/load_payable_numbers_of_referrer.sql"), host.into()),
            (None, None, None) => {
                let state = self.state.map(|state| state as u8);
                (include_str!("../../../sql/books/load_payable_numbers.sql"), state.into())
            }
        };
        let mut values = values![self.brand.0, self.program.0, after.day.0, after.partner.0, after.click.0].to_vec();
        values.extend([value, most.into()]);
        list(db, sql, &values, |row| row.number(0))
    }

    /// Those of some clicks that are such, in the order of their numbers.
    fn rows(&self, db: &mut dyn Database, numbers: Vec<u64>) -> Answer<Vec<PayableClickRow>> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let mut rows = numbered(db, self.brand, &numbers)?;
        rows.retain(|row| self.filter.takes(row) && (self.takes)(row));
        rows.sort_unstable_by_key(|row| row.no);
        Ok(rows)
    }
}
