//! Reads clicks that are paid for themselves.

use std::collections::BTreeMap;

use referee_core::contract::ClickMode;
use referee_core::fact::ClicksDoubted;
use referee_core::id::{AdId, BrandId, ClickNo, PartnerId, ProgramId, RecordNo, ReviewId};
use referee_core::money::Money;
use referee_core::refusal::Refusal;
use referee_core::row::{
    ClickCountKey, ClickDayKey, ClickDayRow, ClickDoubtRow, ClickGroup, ClickTally, GroupBy, PayableClickRow,
    PayableState, ReviewCursor, ReviewRow,
};
use referee_core::time::{Day, Timestamp};

use super::payable_search::Search;
use super::payables::{FIND_REVIEW, day, payable, review};
use super::read::{SqlReads, range};
use crate::books::payable_reads::{PayablePlace, PayableReads, Reviewable};
use crate::books::reads::Period;
use crate::books::stored;
use crate::database::{Row, Value};
use crate::error::{Error, Result};
use crate::values;

impl PayableReads for SqlReads {
    fn open_click_days(
        &self,
        brand: BrandId,
        program: Option<ProgramId>,
        partner: Option<PartnerId>,
    ) -> Result<Vec<(ClickDayKey, ClickDayRow)>> {
        let sql = include_str!("../../../sql/books/read_open_click_days.sql");
        self.ask(brand, sql, values![brand.0, program.map(|it| it.0), partner.map(|it| it.0)], day)
    }

    fn click_days(&self, brand: BrandId, period: Period) -> Result<Vec<(ClickDayKey, ClickDayRow)>> {
        let sql = include_str!("../../../sql/books/read_click_days.sql");
        self.ask(brand, sql, &period_values(brand, period), day)
    }

    fn click_groups(
        &self,
        brand: BrandId,
        period: Period,
        by: GroupBy,
        most: u32,
    ) -> Result<Vec<(String, ClickTally)>> {
        let sql = match period.partner {
            Some(_) => include_str!("../../../sql/books/read_click_groups.sql"),
            None => include_str!("../../../sql/books/read_click_totals.sql"),
        };
        let mut values = group_values(brand, period);
        values.extend([Value::from(by as u8), most.into()]);
        let group = |row: &dyn Row| Ok((row.text(0)?.to_owned(), tally(row, 1)?));
        self.ask(brand, sql, &values, group)
    }

    fn click_group(&self, brand: BrandId, period: Period, by: GroupBy, value: &str) -> Result<ClickTally> {
        let sql = match period.partner {
            Some(_) => include_str!("../../../sql/books/read_click_group.sql"),
            None => include_str!("../../../sql/books/read_click_total.sql"),
        };
        let mut values = group_values(brand, period);
        values.extend([Value::from(by as u8), value.into()]);
        Ok(self.one(brand, sql, &values, |row| tally(row, 0))?.unwrap_or_default())
    }

    fn reviewable(
        &self,
        brand: BrandId,
        which: Reviewable<'_>,
        after: PayablePlace,
        most: u32,
    ) -> Result<Vec<PayableClickRow>> {
        let days = self.days_to_review(brand, which, after)?;
        let rounds: BTreeMap<(Day, PartnerId), u32> = days.into_iter().collect();
        let takes = |row: &PayableClickRow| {
            let is_open = rounds.get(&(row.day, row.partner)) == Some(&row.round);
            is_open && row.state == which.state && row.mode == Some(ClickMode::Reviewed)
        };
        let Reviewable { program, filter, state } = which;
        let search = Search { brand, program, filter, state: Some(state), takes: &takes };
        let after = ReviewCursor { day: after.day, partner: after.partner, click: after.click };
        let found = self.with(brand, |db| search.run(db, rounds.keys().copied(), after, (most, u32::MAX)))?;
        Ok(found.rows)
    }

    fn payables(&self, brand: BrandId, period: Period, after: PayablePlace, most: u32) -> Result<Vec<PayableClickRow>> {
        let (first, last) = range(period.partner);
        let mut found: Vec<PayableClickRow> = Vec::new();
        for date in period.from.0.max(after.day.0)..=period.to.0 {
            let left = most - u32::try_from(found.len()).unwrap_or(most);
            if left == 0 {
                break;
            }
            let (partner, click) = if date == after.day.0 { (after.partner.0, after.click.0) } else { (0, 0) };
            let values = values![brand.0, period.program.0, date, first, last, partner, click, left];
            found.extend(self.ask(brand, include_str!("../../../sql/books/read_payables.sql"), values, payable)?);
        }
        Ok(found)
    }

    fn payable(&self, brand: BrandId, no: ClickNo) -> Result<Option<PayableClickRow>> {
        self.one(brand, include_str!("../../../sql/books/read_payable.sql"), values![brand.0, no.0], payable)
    }

    fn click_counts(&self, brand: BrandId, period: Period) -> Result<Vec<(ClickCountKey, ClickTally)>> {
        let sql = include_str!("../../../sql/books/read_click_counts.sql");
        self.ask(brand, sql, &period_values(brand, period), |row| {
            let letters = row.text(3)?.as_bytes();
            let code: u16 = row.number(4)?;
            let key = ClickCountKey {
                program: period.program,
                day: Day(row.number(0)?),
                partner: PartnerId(row.number(1)?),
                ad: AdId(row.number(2)?),
                country: letters.try_into().unwrap_or_default(),
                code: stored::refusal((code != 0).then_some(code))?,
            };
            Ok((key, tally(row, 5)?))
        })
    }

    fn reviews(
        &self,
        brand: BrandId,
        program: Option<ProgramId>,
        before: Option<ReviewId>,
        most: u32,
    ) -> Result<Vec<ReviewRow>> {
        let sql = include_str!("../../../sql/books/read_reviews.sql");
        let before = before.map_or(i64::MAX, |id| i64::from(id.0));
        self.ask(brand, sql, values![brand.0, program.map(|it| it.0), before, most], review)
    }

    fn review(&self, brand: BrandId, id: ReviewId) -> Result<Option<ReviewRow>> {
        self.one(brand, FIND_REVIEW, values![brand.0, id.0], review)
    }

    fn click_doubts(&self, brand: BrandId, period: Period, most: u32) -> Result<Vec<ClickDoubtRow>> {
        let sql = include_str!("../../../sql/books/read_click_doubts.sql");
        let mut values = period_values(brand, period);
        values.push(most.into());
        self.ask(brand, sql, &values, doubt)
    }
}

impl SqlReads {
    /// Partners' open days that may have such clicks, from a place on, with their rounds. What groups know leads past the
    /// others.
    fn days_to_review(
        &self,
        brand: BrandId,
        which: Reviewable<'_>,
        after: PayablePlace,
    ) -> Result<Vec<((Day, PartnerId), u32)>> {
        let Reviewable { program, filter, state } = which;
        let sql = include_str!("../../../sql/books/read_days_to_review.sql");
        let (from, until) = (filter.from.map_or(i32::MIN, |day| day.0), filter.until.map_or(i32::MAX, |day| day.0));
        let mut values = values![brand.0, program.0, filter.partner.map(|it| it.0), from, until].to_vec();
        values.extend([after.day.0.into(), after.partner.0.into(), Value::from(state as u8)]);
        let network = filter.network.map(|network| ClickGroup::Network(network).value().into_owned());
        let mut groups = [None; 4];
        // Groups are of what is pending.
        if state == PayableState::Pending {
            let found = filter.found.map(|code| code.map_or("", Refusal::code));
            // Of networks they know only those that something was found of.
            let network = network.as_deref().filter(|_| matches!(filter.found, Some(Some(_))));
            let landed = filter.landed.map(|landed| if landed { "seen" } else { "" });
            groups = [found, network, filter.referrer.as_deref(), landed];
        }
        values.extend(groups.map(Value::from));
        self.ask(brand, sql, &values, |row| Ok(((Day(row.number(0)?), PartnerId(row.number(1)?)), row.number(2)?)))
    }
}

/// As all queries of a period name them.
fn period_values<'a>(brand: BrandId, period: Period) -> Vec<Value<'a>> {
    let partner = period.partner.map(|partner| partner.0);
    values![brand.0, period.program.0, period.from.0, period.to.0, partner].to_vec()
}

/// As queries of groups name them: those of all partners name none.
fn group_values<'a>(brand: BrandId, period: Period) -> Vec<Value<'a>> {
    let mut values = values![brand.0, period.program.0, period.from.0, period.to.0].to_vec();
    values.extend(period.partner.map(|partner| Value::from(partner.0)));
    values
}

fn tally(row: &dyn Row, from: usize) -> Result<ClickTally> {
    Ok(ClickTally { clicks: row.number(from)?, cost: Money(row.number(from + 1)?) })
}

fn doubt(row: &dyn Row) -> Result<ClickDoubtRow> {
    let number: u8 = row.number(5)?;
    let test = crate::log::number::click_test(number.into());
    let unknown = || Error::corrupt("read the books", "a test of clicks is not one this program knows".to_owned());
    Ok(ClickDoubtRow {
        record: RecordNo(row.number(0)?),
        at: Timestamp(row.number(1)?),
        doubt: ClicksDoubted {
            program: ProgramId(row.number(2)?),
            partner: PartnerId(row.number(3)?),
            day: Day(row.number(4)?),
            test: test.ok_or_else(unknown)?,
            clicks: row.number(6)?,
            seen_ppm: row.number(7)?,
            expected_ppm: row.number(8)?,
            chance_ppm: row.number(9)?,
        },
    })
}
