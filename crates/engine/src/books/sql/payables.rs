//! Clicks that are paid: what a batch needs of them, and what it leaves.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message;
use referee_core::contract::ClickMode;
use referee_core::fact::{PayableFilter, Record};
use referee_core::id::{
    ActionId, AdId, BrandId, ClickNo, EventTypeId, PartnerId, ProgramId, RecordNo, ReviewId, UserId,
};
use referee_core::money::Money;
use referee_core::refusal::Refusal;
use referee_core::row::{
    ClickDayKey, ClickDayRow, ClickGroup, ClickTally, GroupBy, MarkKey, MarkRow, PayableClickRow, PayableState,
    ReviewCursor, ReviewRow, ReviewState,
};
use referee_core::screening::Doubts;
use referee_core::slice::{ReviewPiece, Slice, Wanted};
use referee_core::time::{Day, Timestamp};

use super::payable_search::{Found, Search};
use crate::books::stored;
use crate::database::{Answer, Database, Row, Value, find, list};
use crate::error::{Error, Result};
use crate::log::codec::clicks::{decision_in, decision_out, filter_in, filter_out};
use crate::log::{number, wire};
use crate::values;

pub const FIND_REVIEW: &str = include_str!("../../../sql/books/load_review.sql");

/// A review that is to be taken back.
pub fn review_of(db: &mut dyn Database, brand: BrandId, wanted: &Wanted, slice: &mut Slice) -> Answer<()> {
    if let Some(id) = wanted.review {
        let row = find(db, FIND_REVIEW, values![brand.0, id.0], review)?;
        slice.reviews.load(id, row);
    }
    Ok(())
}

pub fn load(db: &mut dyn Database, brand: BrandId, records: &[Record], slice: &mut Slice) -> Answer<()> {
    let (clicks, marks) = slice.wanted_payables(records);
    if clicks.is_empty() && marks.is_empty() {
        return Ok(());
    }
    let numbers: Vec<u64> = clicks.iter().map(|no| no.0).collect();
    for row in numbered(db, brand, &numbers)? {
        slice.payables.load(row.no, Some(row));
    }
    slice.payables.expect_all(clicks.into_iter());
    let sql = db.choose(
        include_str!("../../../sql/books/load_marks.sql"),
        include_str!("../../../sql/books/load_marks.postgres.sql"),
    );
    let subjects: BTreeSet<u64> = marks.iter().map(|key| key.subject).collect();
    for (key, row) in list(db, sql, &[brand.0.into(), Value::integers(subjects)], mark)? {
        slice.marks.load(key, Some(row));
    }
    slice.marks.expect_all(marks.into_iter());
    let days = slice.wanted_click_days(records);
    let dates: BTreeSet<(ProgramId, Day)> = days.iter().map(|key| (key.program, key.day)).collect();
    for (program, date) in dates {
        let sql = include_str!("../../../sql/books/load_click_day.sql");
        for (key, row) in list(db, sql, values![brand.0, program.0, date.0], day)? {
            slice.click_days.load(key, Some(row));
        }
    }
    slice.click_days.expect_all(days.into_iter());
    Ok(())
}

/// Days that are due to be closed, and the clicks of the review at work.
pub fn work(db: &mut dyn Database, brand: BrandId, limit: u32, slice: &mut Slice) -> Answer<()> {
    let sql = include_str!("../../../sql/books/load_click_days_due.sql");
    for (key, row) in list(db, sql, values![brand.0, slice.state.brand_time.0, limit], day)? {
        slice.work.to_close.push(key);
        slice.click_days.load(key, Some(row));
    }
    let sql = include_str!("../../../sql/books/load_review_at_work.sql");
    let Some(review) = find(db, sql, values![brand.0], review)? else { return Ok(()) };
    // One more than may be taken, so that the rule sees whether some are left.
    let found = clicks_of(db, brand, &review, limit, slice)?;
    let clicks = found.rows.iter().map(|row| row.no).collect();
    slice.work.to_review = Some(ReviewPiece { review: review.id, clicks, reached: found.reached });
    found.rows.into_iter().for_each(|row| slice.payables.load(row.no, Some(row)));
    slice.reviews.load(review.id, Some(review));
    Ok(())
}

/// The next clicks of a review: day by day of those that are open, each partner's in the order of their numbers.
fn clicks_of(
    db: &mut dyn Database,
    brand: BrandId,
    review: &ReviewRow,
    limit: u32,
    slice: &mut Slice,
) -> Answer<Found> {
    let undoes = review.state == ReviewState::Undoing;
    // A page may have been seen since it was decided on, and they stand otherwise.
    let (landed, state) = (review.filter.landed.filter(|_| !undoes), review.filter.state.filter(|_| !undoes));
    let (filter, cursor) = (PayableFilter { landed, state, ..review.filter.clone() }, review.cursor);
    let sql = include_str!("../../../sql/books/load_open_click_days.sql");
    let (from, until) = (filter.from.map_or(i32::MIN, |day| day.0), filter.until.map_or(i32::MAX, |day| day.0));
    let partner = filter.partner.map(|partner| partner.0);
    let values = values![brand.0, review.program.0, partner, from, until, cursor.day.0, cursor.partner.0];
    let days = list(db, sql, values, day)?;
    let takes = |row: &PayableClickRow| {
        let waits = row.mode == Some(ClickMode::Reviewed) && row.state != PayableState::Unpaid;
        waits && row.record < review.record && (!undoes || row.review == Some(review.id))
    };
    let search = Search { brand, program: review.program, filter: &filter, state: None, takes: &takes };
    let looks = limit.saturating_mul(ReviewPiece::LOOKS);
    let places = days.iter().map(|(key, _)| (key.day, key.partner));
    let found = search.run(db, places, cursor, (limit.saturating_add(1), looks))?;
    days.into_iter().for_each(|(key, row)| slice.click_days.load(key, Some(row)));
    Ok(found)
}

/// Clicks by their numbers.
pub fn numbered(db: &mut dyn Database, brand: BrandId, numbers: &[u64]) -> Answer<Vec<PayableClickRow>> {
    let sql = db.choose(
        include_str!("../../../sql/books/load_payables.sql"),
        include_str!("../../../sql/books/load_payables.postgres.sql"),
    );
    let numbers = Value::integers(numbers.iter().copied());
    list(db, sql, &[brand.0.into(), numbers], payable)
}

pub fn payable(row: &dyn Row) -> Result<PayableClickRow> {
    let known =
        |what: &str| Error::corrupt("read the books", format!("a {what} of a click is not one this program knows"));
    let letters = row.some_text(13)?.unwrap_or_default().as_bytes();
    Ok(PayableClickRow {
        no: ClickNo(row.number(0)?),
        record: RecordNo(row.number(1)?),
        program: ProgramId(row.number(2)?),
        partner: PartnerId(row.number(3)?),
        ad: AdId(row.number(4)?),
        occurred_at: Timestamp(row.number(5)?),
        day: Day(row.number(6)?),
        mode: row.some_number(7)?.map(stored::click_mode).transpose()?,
        round: row.number(8)?,
        state: stored::payable_state(row.number(9)?)?,
        found: stored::refusal(row.some_number(10)?)?,
        doubts: Doubts(row.number(11)?),
        unpaid: stored::refusal(row.some_number(12)?)?,
        country: letters.try_into().unwrap_or_default(),
        network: row.number(14)?,
        referrer: row.some_text(15)?.unwrap_or_default().to_owned(),
        device: number::device(row.number(16)?).ok_or_else(|| known("device"))?,
        system: number::system(row.number(17)?).ok_or_else(|| known("system"))?,
        browser: number::browser(row.number(18)?).ok_or_else(|| known("browser"))?,
        list_price: Money(row.number(19)?),
        price: Money(row.number(20)?),
        group: row.some_number::<u32>(21)?.map(|place| place as usize),
        review: row.some_number(22)?.map(ReviewId),
        landed: row.number(23)?,
    })
}

pub fn day(row: &dyn Row) -> Result<(ClickDayKey, ClickDayRow)> {
    let (program, event_type) = (ProgramId(row.number(0)?), EventTypeId(row.number(4)?));
    let key = ClickDayKey {
        program,
        day: Day(row.number(1)?),
        partner: PartnerId(row.number(2)?),
        mode: stored::click_mode(row.number(3)?)?,
    };
    let tally = |from| Ok::<_, Error>(ClickTally { clicks: row.number(from)?, cost: Money(row.number(from + 1)?) });
    let day = ClickDayRow {
        event_type,
        round: row.number(5)?,
        due_at: row.some_number(6)?.map(Timestamp),
        terms_version: row.number(7)?,
        terms_of_template: row.number(8)?,
        pending: tally(9)?,
        accepted: tally(11)?,
        rejected: tally(13)?,
        action: row.some_number(15)?.map(|seq| ActionId { program, event_type, seq }),
    };
    Ok((key, day))
}

fn mark(row: &dyn Row) -> Result<(MarkKey, MarkRow)> {
    let key =
        MarkKey { program: ProgramId(row.number(0)?), partner: PartnerId(row.number(1)?), subject: row.number(2)? };
    let (first_at, last_at) = (Timestamp(row.number(4)?), Timestamp(row.number(5)?));
    Ok((key, MarkRow { cookie: row.number(3)?, first_at, last_at }))
}

pub fn review(row: &dyn Row) -> Result<ReviewRow> {
    let damaged = |error| Error::corrupt("read a review", error);
    let filter = wire::PayableFilter::decode(row.blob(5)?).map_err(damaged)?;
    let decision = wire::ReviewDecision::decode(row.blob(6)?).map_err(damaged)?;
    let cursor =
        ReviewCursor { day: Day(row.number(9)?), partner: PartnerId(row.number(10)?), click: ClickNo(row.number(11)?) };
    Ok(ReviewRow {
        id: ReviewId(row.number(0)?),
        record: RecordNo(row.number(1)?),
        at: Timestamp(row.number(2)?),
        user: row.some_number(3)?.map(UserId),
        program: ProgramId(row.number(4)?),
        filter: filter_in(filter)?,
        decision: decision_in(Some(decision))?,
        reason: row.text(7)?.to_owned(),
        state: stored::review_state(row.number(8)?)?,
        cursor,
        accepted: row.number(12)?,
        decided: ClickTally { clicks: row.number(13)?, cost: Money(row.number(14)?) },
        cost_delta: Money(row.number(15)?),
        too_late: row.number(16)?,
    })
}

/// Two letters, or an empty text.
pub fn country(letters: [u8; 2]) -> String {
    letters.iter().filter(|letter| **letter != 0).map(|letter| char::from(*letter)).collect()
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

pub fn save(db: &mut dyn Database, brand: BrandId, slice: &Slice) -> Answer<()> {
    let mut save = db.write(include_str!("../../../sql/books/save_payable.sql"))?;
    for (_, row) in slice.payables.changed() {
        save.row(values![
            brand.0,
            row.no.0,
            row.record.0,
            row.program.0,
            row.partner.0,
            row.ad.0,
            row.occurred_at.0,
            row.day.0,
            row.mode.map(|mode| mode as u8),
            row.round,
            row.state as u8,
            row.found.map(Refusal::number),
            row.doubts.0,
            row.unpaid.map(Refusal::number),
            some(&country(row.country)),
            row.network,
            some(&row.referrer),
            row.device as u8,
            row.system as u8,
            row.browser as u8,
            row.list_price.0,
            row.price.0,
            row.group.map(|place| place as u64),
            row.review.map(|review| review.0),
            row.landed,
        ])?;
    }
    save.finish()?;
    save_days(db, brand, slice)?;
    save_reviews(db, brand, slice)?;
    save_sums(db, brand, slice)
}

fn save_days(db: &mut dyn Database, brand: BrandId, slice: &Slice) -> Answer<()> {
    let mut save = db.write(include_str!("../../../sql/books/save_click_day.sql"))?;
    for (key, row) in slice.click_days.changed() {
        save.row(values![
            brand.0,
            key.program.0,
            key.day.0,
            key.partner.0,
            key.mode as u8,
            row.event_type.0,
            row.round,
            row.due_at.map(|at| at.0),
            row.terms_version,
            row.terms_of_template,
            row.pending.clicks,
            row.pending.cost.0,
            row.accepted.clicks,
            row.accepted.cost.0,
            row.rejected.clicks,
            row.rejected.cost.0,
            row.action.map(|id| id.seq),
        ])?;
    }
    save.finish()?;
    let mut save = db.write(include_str!("../../../sql/books/save_mark.sql"))?;
    for (key, row) in slice.marks.changed() {
        let (first_at, last_at) = (row.first_at.0, row.last_at.0);
        save.row(values![brand.0, key.program.0, key.partner.0, key.subject, row.cookie, first_at, last_at])?;
    }
    save.finish()
}

fn save_reviews(db: &mut dyn Database, brand: BrandId, slice: &Slice) -> Answer<()> {
    let mut save = db.write(include_str!("../../../sql/books/save_review.sql"))?;
    for (_, row) in slice.reviews.changed() {
        save.row(values![
            brand.0,
            row.id.0,
            row.record.0,
            row.at.0,
            row.user.map(|user| user.0),
            row.program.0,
            &filter_out(&row.filter).encode_to_vec(),
            &decision_out(row.decision).encode_to_vec(),
            &row.reason,
            row.state as u8,
            row.cursor.day.0,
            row.cursor.partner.0,
            row.cursor.click.0,
            row.accepted,
            row.decided.clicks,
            row.decided.cost.0,
            row.cost_delta.0,
            row.too_late,
        ])?;
    }
    save.finish()?;
    let mut save = db.write(include_str!("../../../sql/books/save_click_doubt.sql"))?;
    for row in &slice.new.click_doubts {
        let it = &row.doubt;
        save.row(values![
            brand.0,
            row.record.0,
            row.at.0,
            it.program.0,
            it.partner.0,
            it.day.0,
            it.test as u8,
            it.clicks,
            it.seen_ppm,
            it.expected_ppm,
            it.chance_ppm,
        ])?;
    }
    save.finish()
}

/// Counts of days, and groups of what is pending. Those of closed days go first.
fn save_sums(db: &mut dyn Database, brand: BrandId, slice: &Slice) -> Answer<()> {
    let mut save = db.write(include_str!("../../../sql/books/save_click_count.sql"))?;
    for (key, added) in &slice.new.click_counts {
        let (program, day, partner, ad) = (key.program.0, key.day.0, key.partner.0, key.ad.0);
        let code = key.code.map_or(0, Refusal::number);
        let country = country(key.country);
        save.row(values![brand.0, program, day, partner, ad, &country, code, added.clicks, added.cost.0])?;
    }
    save.finish()?;
    for (program, day, partner) in &slice.new.closed_groups {
        for by in GroupBy::ALL {
            let of = values![brand.0, program.0, by as u8, day.0, partner.0];
            db.run(include_str!("../../../sql/books/subtract_click_groups.sql"), of)?;
            db.run(include_str!("../../../sql/books/delete_click_groups.sql"), of)?;
        }
    }
    let mut save = db.write(include_str!("../../../sql/books/save_click_group.sql"))?;
    for (key, added) in &slice.new.click_groups {
        let (program, by, day, partner) = (key.program.0, key.group.by() as u8, key.day.0, key.partner.0);
        save.row(values![brand.0, program, by, day, partner, &*key.group.value(), added.clicks, added.cost.0])?;
    }
    save.finish()?;
    save_totals(db, brand, slice)
}

/// The same of all partners of a day together. None of them is empty once a batch is saved, whatever the batch was.
fn save_totals(db: &mut dyn Database, brand: BrandId, slice: &Slice) -> Answer<()> {
    let mut totals: BTreeMap<(ProgramId, Day, &ClickGroup), ClickTally> = BTreeMap::new();
    for (key, added) in &slice.new.click_groups {
        let total = totals.entry((key.program, key.day, &key.group)).or_default();
        *total = total.plus(*added);
    }
    let mut save = db.write(include_str!("../../../sql/books/save_click_total.sql"))?;
    for ((program, day, group), added) in &totals {
        let (by, value) = (group.by() as u8, group.value());
        save.row(values![brand.0, program.0, by, day.0, &*value, added.clicks, added.cost.0])?;
    }
    save.finish()?;
    for ((program, day, group), _) in totals.iter().filter(|(_, added)| added.clicks <= 0) {
        let sql = include_str!("../../../sql/books/delete_empty_click_total.sql");
        db.run(sql, values![brand.0, program.0, group.by() as u8, day.0, &*group.value()])?;
    }
    let closed: BTreeSet<(ProgramId, Day)> = slice.new.closed_groups.iter().map(|(id, day, _)| (*id, *day)).collect();
    for (program, day) in closed {
        for by in GroupBy::ALL {
            let sql = include_str!("../../../sql/books/delete_empty_click_totals.sql");
            db.run(sql, values![brand.0, program.0, by as u8, day.0])?;
        }
    }
    Ok(())
}
