//! What partners are owed, month by month, put together from the books.

use std::collections::{BTreeMap, BTreeSet};

use referee_core::config::Config;
use referee_core::id::{BrandId, PartnerId, ProgramId};
use referee_core::money::Currency;
use referee_core::row::{Account, Posting};
use referee_core::statement::{Movement, Statement};
use referee_core::time::{Day, Zone};

use crate::books::reads::{Monthly, Reads};
use crate::error::Result;

/// One month of a brand, or of one of its partners.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Month {
    /// Its first day.
    pub first: Day,
    /// Nothing is posted in it any more, in no program.
    pub closed: bool,
    pub sums: BTreeMap<Currency, Statement>,
}

/// Whom a statement is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owed {
    pub partner: PartnerId,
    pub program: ProgramId,
    pub currency: Currency,
}

/// All statements of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statements {
    pub closed: bool,
    pub of: BTreeMap<Owed, Statement>,
}

impl Statements {
    /// One sum per currency.
    pub fn sums(&self) -> BTreeMap<Currency, Statement> {
        let mut sums: BTreeMap<Currency, Statement> = BTreeMap::new();
        for (owed, statement) in &self.of {
            let sum = sums.entry(owed.currency).or_default();
            *sum = sum.plus(*statement);
        }
        sums
    }
}

/// Every month from the first in which something moved to the present one, oldest first.
pub fn months(reads: &dyn Reads, brand: BrandId, config: &Config, partner: Option<PartnerId>) -> Result<Vec<Month>> {
    // Asked first: what is posted meanwhile is of the month that is open, or of a later one.
    let posting = reads.posting(brand)?;
    let turnovers = reads.turnovers(brand, partner)?;
    let Some(first) = turnovers.first().map(|it| it.month) else { return Ok(Vec::new()) };
    let programs: BTreeSet<ProgramId> = turnovers.iter().map(|it| it.program).collect();
    let present = programs.iter().map(|id| posting.day(*id, zone(config, *id)).first_of_month()).max();
    let last = present.into_iter().chain(turnovers.last().map(|it| it.month)).max().unwrap_or(first);
    let mut movements: BTreeMap<(ProgramId, Currency, Account), Movement> = BTreeMap::new();
    let (mut months, mut month, mut rest) = (Vec::new(), first, turnovers.as_slice());
    while month <= last {
        let (here, later) = rest.split_at(rest.partition_point(|it| it.month <= month));
        rest = later;
        move_on(&mut movements, here);
        let mut sums: BTreeMap<Currency, Statement> = BTreeMap::new();
        for ((_, currency, account), movement) in &movements {
            sums.entry(*currency).or_default().add(*account, *movement);
        }
        months.push(Month { first: month, closed: has_closed(&posting, config, &programs, month), sums });
        month = month.first_of_month_after(0);
    }
    Ok(months)
}

/// From one month to the next: what was moved then is what was there before.
fn move_on(movements: &mut BTreeMap<(ProgramId, Currency, Account), Movement>, here: &[Monthly]) {
    for movement in movements.values_mut() {
        *movement = Movement { before: movement.after(), ..Movement::default() };
    }
    for it in here {
        let movement = movements.entry((it.program, it.currency, it.account)).or_default();
        (movement.money_in, movement.money_out) = (it.money_in, it.money_out);
    }
}

/// Of the month that begins with a day: everybody who was owed something in it, or the one partner. None: it has not begun
/// in any program.
pub fn statements(
    reads: &dyn Reads,
    brand: BrandId,
    config: &Config,
    month: Day,
    partner: Option<PartnerId>,
) -> Result<Option<Statements>> {
    let posting = reads.posting(brand)?;
    let mut of: BTreeMap<Owed, Statement> = BTreeMap::new();
    for (key, movement) in reads.movements(brand, month, partner)? {
        let owed = Owed { partner: key.partner, program: key.program, currency: key.currency };
        of.entry(owed).or_default().add(key.account, movement);
    }
    of.retain(|_, statement| !statement.is_empty());
    if !config.programs.values().any(|it| posting.day(it.id, &it.zone) >= month) {
        return Ok(None);
    }
    let programs: BTreeSet<ProgramId> = of.keys().map(|it| it.program).collect();
    Ok(Some(Statements { closed: has_closed(&posting, config, &programs, month), of }))
}

/// Where nothing was posted yet, every program of the brand counts.
fn has_closed(posting: &Posting, config: &Config, programs: &BTreeSet<ProgramId>, month: Day) -> bool {
    let closed = |id: &ProgramId| posting.has_closed(month, *id, zone(config, *id));
    if programs.is_empty() { config.programs.keys().all(closed) } else { programs.iter().all(closed) }
}

fn zone(config: &Config, program: ProgramId) -> &Zone {
    const UTC: &Zone = &Zone { name: String::new(), offsets: Vec::new() };
    config.programs.get(&program).map_or(UTC, |it| &it.zone)
}
