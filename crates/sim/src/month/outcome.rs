//! What was caught, what was missed, and who was wrongly accused, as tables.

use std::collections::{BTreeMap, BTreeSet};

use referee_core::fact::ClicksDoubted;
use referee_core::id::{ClickNo, PartnerId};
use referee_core::refusal::Refusal;
use referee_core::row::PayableClickRow;
use referee_core::screening::ClickTest;
use referee_core::time::{Day, Zone};

use super::life::{BEFORE, CLEVER, CLOCKMAKER, FLOODER, INJECTOR, STUFFER, cheats};
use super::trick::Trick;
use super::{START, partners};

pub struct Outcome {
    days: i64,
    clicks: Vec<(PayableClickRow, Trick)>,
    doubts: Vec<ClicksDoubted>,
}

/// Who cheats, as the table of partners calls them.
const CHEATS: [(PartnerId, &str); 5] = [
    (STUFFER, "stuffing"),
    (FLOODER, "flood"),
    (CLOCKMAKER, "clockwork"),
    (INJECTOR, "injection"),
    (CLEVER, "clever fraud"),
];

impl Outcome {
    pub fn new(
        days: i64,
        rows: Vec<PayableClickRow>,
        truth: &BTreeMap<ClickNo, Trick>,
        doubts: Vec<ClicksDoubted>,
    ) -> Outcome {
        let of = |row: PayableClickRow| truth.get(&row.no).map(|trick| (row, *trick));
        Outcome { days, clicks: rows.into_iter().filter_map(of).collect(), doubts }
    }

    pub fn page(&self, seed: u64) -> String {
        let stories = Trick::ALL.map(|it| format!("- **{}**: {}.", it.word(), it.story()));
        let clicks = self.clicks.len().to_string();
        let words = [
            ("{seed}", seed.to_string()),
            ("{clicks}", clicks),
            ("{days}", (self.days - BEFORE).max(0).to_string()),
            ("{before}", BEFORE.to_string()),
            ("{stories}", stories.join("\n")),
            ("{tricks}\n", self.tricks()),
            ("{rules}\n", self.rules()),
            ("{cheats}\n", self.cheats()),
            ("{tests}\n", self.tests()),
            ("{accused}", self.accused()),
        ];
        words.iter().fold(include_str!("page.md").to_owned(), |page, (word, text)| page.replace(word, text))
    }

    /// Clicks by what lies behind them: what screening found of each, and what would be paid without a review.
    fn tricks(&self) -> String {
        let line = |trick: Trick| {
            let of: Vec<_> = self.clicks.iter().filter(|(_, it)| *it == trick).map(|(row, _)| row).collect();
            let count = |holds: fn(&PayableClickRow) -> bool| of.iter().filter(|row| holds(row)).count();
            let found = count(|row| row.found.is_some());
            let (unpaid, doubted) =
                (count(|row| row.unpaid.is_some()), count(|row| row.found.is_some() && row.unpaid.is_none()));
            let nothing = of.len() - found;
            let said = part(nothing, of.len());
            format!("| {} | {} | {unpaid} | {doubted} | {nothing} | {said} |\n", trick.word(), of.len())
        };
        Trick::ALL.map(line).concat()
    }

    /// Clicks by the code that screening gave them.
    fn rules(&self) -> String {
        let codes: BTreeSet<Refusal> = self.clicks.iter().filter_map(|(row, _)| row.found).collect();
        let line = |code: &Refusal| {
            let of: Vec<Trick> =
                self.clicks.iter().filter(|(row, _)| row.found == Some(*code)).map(|(_, it)| *it).collect();
            let cheats = of.iter().filter(|it| it.cheats()).count();
            let again = of.iter().filter(|it| matches!(it, Trick::DoubleClick | Trick::Repeat)).count();
            let honest = of.len() - cheats - again;
            let all_honest = self.clicks.iter().filter(|(_, it)| *it == Trick::Honest).count();
            format!("| `{}` | {cheats} | {again} | {honest} | {} |\n", code.code(), part(honest, all_honest))
        };
        codes.iter().map(line).collect()
    }

    fn month(&self) -> impl Iterator<Item = Day> {
        let first = Zone::utc().day(START);
        (BEFORE..self.days).map(move |n| first.plus(n as u32))
    }

    fn is_said(&self, test: ClickTest, partner: PartnerId, day: Day) -> bool {
        self.doubts.iter().any(|it| (it.test, it.partner, it.day) == (test, partner, day))
    }

    /// Days of each partner who cheats, and on how many of them each test said so.
    fn cheats(&self) -> String {
        let line = |(partner, word): (PartnerId, &str)| {
            let days: Vec<Day> = self.month().filter(|day| cheats(partner, n_of(*day))).collect();
            let found = |holds: &dyn Fn(Day) -> bool| days.iter().filter(|day| holds(**day)).count();
            let by_test = ClickTest::ALL.map(|test| found(&|day| self.is_said(test, partner, day)).to_string());
            let missed = found(&|day| !ClickTest::ALL.iter().any(|test| self.is_said(*test, partner, day)));
            let first =
                days.iter().position(|day| ClickTest::ALL.iter().any(|test| self.is_said(*test, partner, *day)));
            let first = first.map_or("never".to_owned(), |place| format!("day {}", place + 1));
            format!("| {word} | {} | {} | {missed} | {first} |\n", days.len(), by_test.join(" | "))
        };
        CHEATS.map(line).concat()
    }

    /// What each test said, and of whom.
    fn tests(&self) -> String {
        let line = |test: ClickTest| {
            let said: Vec<_> = self.doubts.iter().filter(|it| it.test == test).collect();
            let right = said.iter().filter(|it| cheats(it.partner, n_of(it.day))).count();
            // A week in which somebody cheated is still in the figures of the days after.
            let after = said.iter().filter(|it| !cheats(it.partner, n_of(it.day)) && it.partner >= STUFFER).count();
            format!("| {} | {right} | {after} | {} |\n", test.code().code(), said.len() - right - after)
        };
        ClickTest::ALL.map(line).concat()
    }

    fn accused(&self) -> String {
        let honest: Vec<_> = self.doubts.iter().filter(|it| it.partner < STUFFER).collect();
        let days: BTreeSet<Day> = honest.iter().map(|it| it.day).collect();
        let of: BTreeSet<PartnerId> = honest.iter().map(|it| it.partner).collect();
        let honest_days = partners().filter(|it| *it < STUFFER).count() * self.month().count();
        format!(
            "Of {honest_days} days of honest partners, {} were accused, of {} partners, on {} of {} days",
            honest.len(),
            of.len(),
            days.len(),
            self.month().count()
        )
    }

    /// Every click is what it is, once.
    #[cfg(test)]
    pub fn adds_up(&self) {
        let numbers: BTreeSet<ClickNo> = self.clicks.iter().map(|(row, _)| row.no).collect();
        assert_eq!(numbers.len(), self.clicks.len());
        let bots = self.clicks.iter().filter(|(_, it)| *it == Trick::DeclaredBot);
        assert!(bots.into_iter().all(|(row, _)| row.unpaid == Some(Refusal::DeclaredBot)));
        let slipped: Vec<_> = self.clicks.iter().filter(|(_, it)| *it == Trick::DoubleClick).collect();
        assert!(slipped.len() > 100 && slipped.iter().all(|(row, _)| row.found == Some(Refusal::DoubleClick)));
    }
}

fn n_of(day: Day) -> i64 {
    i64::from(day.0 - Zone::utc().day(START).0)
}

fn part(of: usize, all: usize) -> String {
    format!("{:.1} %", of as f64 * 100.0 / all.max(1) as f64)
}
