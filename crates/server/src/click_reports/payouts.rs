//! Click Tracker CPC Payouts: one line for each partner, day, ad and country, from all clicks to what is paid for them.

use std::collections::BTreeMap;

use referee_core::config::Config;
use referee_core::id::{ActionId, AdId, BrandId, PartnerId, ProgramId};
use referee_core::money::{Currency, Money};
use referee_core::program::Program;
use referee_core::refusal::Refusal;
use referee_core::row::{ClickCountKey, ClickTally};
use referee_core::screening::Class;
use referee_core::time::Day;
use referee_engine::books::reads::{Period, Reads};
use referee_engine::error::Result;
use referee_engine::intake::day::{day_text, parse_day};

use super::{Asked, Standings, Status, standings};

/// The place of a line: programs in ascending order, in each the newest day first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub program: ProgramId,
    pub day: std::cmp::Reverse<Day>,
    pub partner: PartnerId,
    pub ad: AdId,
    pub country: [u8; 2],
}

impl Place {
    pub fn day(&self) -> Day {
        self.day.0
    }

    /// `1.2026-11-27.7.1.DE`, by which the next page is asked for.
    pub fn cursor(&self) -> String {
        let Place { program, partner, ad, .. } = self;
        format!("{program}.{}.{partner}.{ad}.{}", day_text(self.day()), country(self.country))
    }

    pub fn parse(text: &str) -> Option<Place> {
        let parts: Vec<&str> = text.split('.').collect();
        let [program, day, partner, ad, country] = parts.as_slice() else { return None };
        Some(Place {
            program: ProgramId(program.parse().ok()?),
            day: std::cmp::Reverse(parse_day(day)?),
            partner: PartnerId(partner.parse().ok()?),
            ad: AdId(ad.parse().ok()?),
            country: if country.is_empty() { [0; 2] } else { country.as_bytes().try_into().ok()? },
        })
    }
}

/// Two letters, or nothing where it is not known.
pub fn country(letters: [u8; 2]) -> String {
    if letters == [0; 2] { String::new() } else { String::from_utf8_lossy(&letters).into_owned() }
}

/// From all clicks to those that are paid. Each click is in one of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    pub gross: i64,
    /// No person's.
    pub invalid: i64,
    pub duplicate: i64,
    /// Doubtful, and not paid because the program's rules say so.
    pub suspect: i64,
    /// By a restriction or a limit, or because no terms paid for them.
    pub outside_terms: i64,
    pub rejected: i64,
    pub payable: i64,
    /// What all but the payable ones are left out for.
    pub reasons: BTreeMap<u16, i64>,
}

impl Counts {
    fn add(&mut self, code: Option<Refusal>, clicks: i64) {
        self.gross += clicks;
        *self.place_of(code) += clicks;
        if let Some(code) = code {
            *self.reasons.entry(code.number()).or_default() += clicks;
        }
    }

    fn place_of(&mut self, code: Option<Refusal>) -> &mut i64 {
        let Some(code) = code else { return &mut self.payable };
        if code == Refusal::ClickRejected {
            return &mut self.rejected;
        }
        match Class::of(Some(code)) {
            Class::Duplicate => &mut self.duplicate,
            Class::Suspect => &mut self.suspect,
            _ if INVALID.contains(&code) => &mut self.invalid,
            _ => &mut self.outside_terms,
        }
    }

    /// Whether every click is in one place and in one only.
    pub fn adds_up(&self) -> bool {
        let left_out = self.invalid + self.duplicate + self.suspect + self.outside_terms + self.rejected;
        self.gross == left_out + self.payable && left_out == self.reasons.values().sum::<i64>()
    }

    pub fn reasons(&self) -> impl Iterator<Item = (Refusal, i64)> {
        self.reasons.iter().filter_map(|(number, clicks)| Some((Refusal::from_number(*number)?, *clicks)))
    }

    pub fn plus(mut self, other: &Counts) -> Counts {
        self.gross += other.gross;
        self.invalid += other.invalid;
        self.duplicate += other.duplicate;
        self.suspect += other.suspect;
        self.outside_terms += other.outside_terms;
        self.rejected += other.rejected;
        self.payable += other.payable;
        for (number, clicks) in &other.reasons {
            *self.reasons.entry(*number).or_default() += clicks;
        }
        self
    }
}

/// Signs of no person; whatever else keeps a click from being paid is a matter of its terms.
const INVALID: [Refusal; 6] = [
    Refusal::Prefetch,
    Refusal::NotNavigation,
    Refusal::DeclaredBot,
    Refusal::HeadRequest,
    Refusal::AutomatedBrowser,
    Refusal::AgentMissing,
];

#[derive(Debug, Clone)]
pub struct Line {
    pub place: Place,
    pub counts: Counts,
    /// What the payable ones come to, exactly.
    pub payout: Money,
    pub currency: Currency,
    pub status: Status,
    /// As far as that is known.
    pub locks_on: Option<Day>,
    pub actions: Vec<ActionId>,
}

impl Line {
    /// What a payable click is paid on average; none where there is none.
    pub fn cpc(&self) -> Option<Money> {
        average(self.payout, self.counts.payable)
    }
}

/// To the nearest millionth.
pub fn average(sum: Money, clicks: i64) -> Option<Money> {
    (clicks > 0).then(|| Money((sum.0 + clicks / 2).div_euclid(clicks)))
}

/// The lines behind a place, at most so many. Where there are as many, more may follow behind the last.
pub fn lines(
    reads: &dyn Reads,
    config: &Config,
    brand: BrandId,
    asked: &Asked,
    after: Option<Place>,
    most: usize,
) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for program in asked.programs.iter().copied() {
        if after.is_some_and(|after| program < after.program) {
            continue;
        }
        let newest = after.filter(|after| after.program == program).map_or(asked.to, |after| after.day().min(asked.to));
        let (mut to, mut days) = (newest, 1);
        // A day by itself can have many lines, and many days can have none.
        while to >= asked.from && lines.len() < most {
            let from = asked.from.max(Day(to.0 - (days - 1)));
            let mut found = of_days(reads, config, brand, Period { program, from, to, partner: asked.partner })?;
            found.retain(|line| after.is_none_or(|after| line.place > after));
            lines.extend(found);
            (to, days) = (Day(from.0 - 1), days * 2);
        }
    }
    lines.truncate(most);
    Ok(lines)
}

fn of_days(reads: &dyn Reads, config: &Config, brand: BrandId, period: Period) -> Result<Vec<Line>> {
    let Some(program) = config.programs.get(&period.program) else { return Ok(Vec::new()) };
    let counted = reads.click_counts(brand, period)?;
    if counted.is_empty() {
        return Ok(Vec::new());
    }
    let standings = standings(reads, config, brand, period)?;
    let lines = grouped(counted).into_iter();
    Ok(lines.map(|(place, (counts, payout))| line(&standings, program, place, counts, payout)).collect())
}

/// What the books count by reason, by place.
fn grouped(counted: Vec<(ClickCountKey, ClickTally)>) -> BTreeMap<Place, (Counts, Money)> {
    let mut grouped: BTreeMap<Place, (Counts, Money)> = BTreeMap::new();
    for (key, tally) in counted {
        let ClickCountKey { program, day, partner, ad, country, code } = key;
        let place = Place { program, day: std::cmp::Reverse(day), partner, ad, country };
        let (counts, payout) = grouped.entry(place).or_default();
        counts.add(code, tally.clicks);
        if code.is_none() {
            *payout = payout.plus(tally.cost);
        }
    }
    grouped
}

fn line(standings: &Standings, program: &Program, place: Place, counts: Counts, payout: Money) -> Line {
    // Where nothing of an ad and country is paid, the day's action is of other clicks.
    let standing = standings.get(&(place.day(), place.partner)).filter(|_| counts.payable > 0);
    let unpaid = if counts.rejected > 0 { Status::Rejected } else { Status::NotPaid };
    let status = standing.map_or(unpaid, |it| it.status());
    Line {
        place,
        counts,
        payout: if status.owes() { payout } else { Money::ZERO },
        currency: program.currency,
        status,
        locks_on: standing.and_then(|it| it.locks_at()).map(|at| program.zone.day(at)),
        actions: standing.into_iter().flat_map(|it| it.actions()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_counted_in_one_place() {
        let mut counts = Counts::default();
        for (n, code) in Refusal::ALL.iter().copied().map(Some).chain([None]).enumerate() {
            let one = &mut Counts::default();
            one.add(code, 1);
            assert!(one.adds_up() && one.gross == 1, "{code:?}");
            counts.add(code, n as i64 + 1);
            assert!(counts.adds_up(), "{code:?}");
        }
        let twice = counts.clone().plus(&counts);
        assert!(twice.adds_up() && twice.gross == 2 * counts.gross);
        let place = |code| {
            let mut one = Counts::default();
            one.add(Some(code), 1);
            [one.invalid, one.duplicate, one.suspect, one.outside_terms, one.rejected].map(|it| it == 1)
        };
        for (code, at) in [
            (Refusal::DeclaredBot, 0),
            (Refusal::DoubleClick, 1),
            (Refusal::DataCentre, 2),
            (Refusal::ClickLimitReached, 3),
            (Refusal::ClickRestricted, 3),
            (Refusal::ContractNotFound, 3),
            (Refusal::ClickRejected, 4),
        ] {
            assert_eq!(place(code).iter().position(|it| *it), Some(at), "{code:?}");
        }
    }

    #[test]
    fn a_place_is_read_as_it_is_written() {
        let place = |country| Place {
            program: ProgramId(1),
            day: std::cmp::Reverse(Day(20_784)),
            partner: PartnerId(7),
            ad: AdId(3),
            country,
        };
        for it in [place(*b"DE"), place([0; 2])] {
            assert_eq!(Place::parse(&it.cursor()), Some(it), "{}", it.cursor());
        }
        for text in ["", "1", "1.2026-11-27.7.1", "1.2026-11-27.7.1.DEU", "1.x.7.1.DE", "1.2026-11-27.7.1.DE.2"] {
            assert_eq!(Place::parse(text), None, "{text}");
        }
        assert!(place(*b"DE") < place(*b"FR"));
        assert!(Place { day: std::cmp::Reverse(Day(20_785)), ..place(*b"FR") } < place(*b"DE"), "the newest first");
    }

    #[test]
    fn an_average_is_to_the_nearest_millionth() {
        assert_eq!(average(Money(10), 3), Some(Money(3)));
        assert_eq!(average(Money(11), 3), Some(Money(4)));
        assert_eq!(average(Money(11), 0), None);
    }
}
