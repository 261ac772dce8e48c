//! Payable Click Data: click by click, what was found of it, and what is paid for it or why nothing is.

use referee_core::config::Config;
use referee_core::id::{BrandId, ProgramId};
use referee_core::money::{Currency, Money};
use referee_core::refusal::Refusal;
use referee_core::row::{PayableClickRow, PayableState};
use referee_engine::books::payable_reads::PayablePlace;
use referee_engine::books::reads::{Period, Reads};
use referee_engine::error::Result;
use referee_engine::intake::day::{day_text, parse_day};

use super::{Asked, Standing, Status, standings};

/// The place of a click: programs in ascending order, in each the oldest day first.
pub type Place = (ProgramId, PayablePlace);

/// `1.2026-11-27.7.93`, by which the next page is asked for.
pub fn cursor((program, place): Place) -> String {
    format!("{program}.{}", place_cursor(place))
}

pub fn parse_cursor(text: &str) -> Option<Place> {
    let (program, place) = text.split_once('.')?;
    Some((ProgramId(program.parse().ok()?), parse_place(place)?))
}

/// The same within a program: `2026-11-27.7.93`.
pub fn place_cursor(place: PayablePlace) -> String {
    format!("{}.{}.{}", day_text(place.day), place.partner, place.click)
}

pub fn parse_place(text: &str) -> Option<PayablePlace> {
    let mut parts = text.split('.');
    let place = PayablePlace {
        day: parse_day(parts.next()?)?,
        partner: referee_core::id::PartnerId(parts.next()?.parse().ok()?),
        // The books number clicks in a signed column.
        click: referee_core::id::ClickNo(parts.next()?.parse::<i64>().ok()?.try_into().ok()?),
    };
    parts.next().is_none().then_some(place)
}

#[derive(Debug, Clone)]
pub struct Line {
    pub click: PayableClickRow,
    pub currency: Currency,
    pub status: Status,
}

impl Line {
    /// Why it is not paid; none where it is, or may be.
    pub fn refusal(&self) -> Option<Refusal> {
        let rejected = self.click.state == PayableState::Rejected;
        self.click.unpaid.or(rejected.then_some(Refusal::ClickRejected))
    }

    /// What it costs as it stands.
    pub fn cost(&self) -> Money {
        if self.status.owes() { self.click.price } else { Money::ZERO }
    }

    pub fn place(&self) -> Place {
        (self.click.program, PayablePlace::of(&self.click))
    }
}

/// The clicks behind a place, at most so many. Where there are as many, more may follow behind the last.
pub fn lines(
    reads: &dyn Reads,
    config: &Config,
    brand: BrandId,
    asked: &Asked,
    after: Option<Place>,
    most: u32,
) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for program in asked.programs.iter().copied() {
        let left = most - u32::try_from(lines.len()).unwrap_or(most);
        if left == 0 {
            break;
        }
        let from = match after {
            Some((of, _)) if program < of => continue,
            Some((of, place)) if program == of => place,
            _ => PayablePlace { day: asked.from, ..PayablePlace::default() },
        };
        let period = Period { program, from: asked.from, to: asked.to, partner: asked.partner };
        lines.extend(of_program(reads, config, brand, period, from, left)?);
    }
    Ok(lines)
}

fn of_program(
    reads: &dyn Reads,
    config: &Config,
    brand: BrandId,
    period: Period,
    after: PayablePlace,
    most: u32,
) -> Result<Vec<Line>> {
    let Some(program) = config.programs.get(&period.program) else { return Ok(Vec::new()) };
    let clicks = reads.payables(brand, period, after, most)?;
    let (Some(first), Some(last)) = (clicks.first(), clicks.last()) else { return Ok(Vec::new()) };
    let standings = standings(reads, config, brand, Period { from: first.day, to: last.day, ..period })?;
    let line = |click: PayableClickRow| {
        let status = status(&click, standings.get(&(click.day, click.partner)));
        Line { click, currency: program.currency, status }
    };
    Ok(clicks.into_iter().map(line).collect())
}

fn status(click: &PayableClickRow, standing: Option<&Standing>) -> Status {
    let waits = click.mode.is_some_and(|mode| standing.is_some_and(|it| it.open_round(mode) == Some(click.round)));
    match click.state {
        PayableState::Unpaid => Status::NotPaid,
        PayableState::Rejected => Status::Rejected,
        PayableState::Pending if waits => Status::PendingReview,
        PayableState::Accepted if waits => Status::Accepted,
        // The day was closed: what became of its action became of the click.
        PayableState::Pending | PayableState::Accepted => standing.map_or(Status::NotPaid, Standing::closed_status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written() {
        for text in ["1.2026-11-27.7.93", "12.1970-01-01.1.9223372036854775807"] {
            assert_eq!(parse_cursor(text).map(cursor).as_deref(), Some(text));
        }
        for text in
            ["", "1", "1.2026-11-27.7", "1.2026-11-27.7.93.1", "1.2026-11-27.7.18446744073709551615", "1.x.7.93"]
        {
            assert_eq!(parse_cursor(text), None, "{text}");
        }
    }
}
