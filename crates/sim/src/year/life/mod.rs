//! A made-up year of a brand with three programs, two of which pay in one currency: the same for the same seed.

mod change;
mod inquiry;
mod offer;
mod order;
mod payment;

use referee_core::fact::{Actor, Fact, Record, Role};
use referee_core::id::{EventTypeId, FactId, PartnerId, ProgramId, RecordNo, UserId};
use referee_core::identity::Identifier;
use referee_core::money::{Currency, MICROS, Money};
use referee_core::refusal::Refusal;
use referee_core::time::{DAY_MS, Timestamp};
use referee_engine::error::Result;

use super::bookkeeper::Bookkeeper;
use crate::random::Random;
use crate::town::BRAND;
use crate::town::clock::OPENING;
use crate::town::deal;
use crate::town::offer::founded;

const STEPS: u64 = 900;
const YEAR_MS: i64 = 365 * DAY_MS;
const MONTH_MS: i64 = 30 * DAY_MS;
const EUR: Currency = Currency(*b"EUR");
const JPY: Currency = Currency(*b"JPY");
const CURRENCIES: [Currency; 4] = [EUR, JPY, Currency(*b"USD"), Currency(*b"GBP")];
/// Each program with its only kind of event.
const PROGRAMS: [(ProgramId, EventTypeId, Currency); 3] =
    [(ProgramId(1), EventTypeId(1), EUR), (ProgramId(2), EventTypeId(2), JPY), (ProgramId(3), EventTypeId(3), EUR)];
const PARTNERS: [PartnerId; 4] = [PartnerId(11), PartnerId(12), PartnerId(13), PartnerId(14)];
const STRANGER: PartnerId = PartnerId(99);

/// What happened, and what a bookkeeper says to it.
pub struct Year {
    pub records: Vec<Record>,
    /// What each record must be answered with.
    pub refusals: Vec<Option<Refusal>>,
    pub bookkeeper: Bookkeeper,
}

impl Year {
    pub fn new(seed: u64) -> Result<Year> {
        let year = Year { records: Vec::new(), refusals: Vec::new(), bookkeeper: Bookkeeper::default() };
        let mut life = Life {
            random: Random::new(seed),
            now: founded(),
            laid_until: [founded(); 3],
            rates_at: OPENING,
            visitors: Vec::new(),
            year,
        };
        life.set_up()?;
        life.now = OPENING;
        for _ in 0..STEPS {
            let ms = life.below(2 * YEAR_MS / STEPS as i64);
            life.now = life.now.plus_ms(ms);
            life.step();
        }
        Ok(life.year)
    }
}

struct Life {
    random: Random,
    now: Timestamp,
    /// Overlays of a program follow each other.
    laid_until: [Timestamp; 3],
    rates_at: Timestamp,
    /// Who has come to which program's shop.
    visitors: Vec<(ProgramId, Identifier)>,
    year: Year,
}

impl Life {
    fn below(&mut self, end: i64) -> i64 {
        self.random.below(end as u64) as i64
    }

    fn one<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.random.below(all.len() as u64) as usize]
    }

    fn amount(&mut self) -> Money {
        Money(self.below(30_000) * MICROS / 100)
    }

    /// Writes down what happens now.
    fn hear(&mut self, fact: Fact) {
        self.hear_from(fact, Role::Owner);
    }

    fn hear_from(&mut self, fact: Fact, role: Role) {
        let user = UserId(1 + self.random.below(2) as u32);
        let actor = Actor { user, role, reason: String::new() };
        self.hear_at(fact, self.now, self.now, Some(actor));
    }

    fn hear_at(&mut self, fact: Fact, occurred_at: Timestamp, received_at: Timestamp, actor: Option<Actor>) {
        let n = self.year.records.len() as u64 + 1;
        let actor = actor.filter(|_| fact.stands_alone());
        let id = FactId { edge: 1, epoch: 1, n };
        let record = Record { no: RecordNo(n), brand: BRAND, id, received_at, occurred_at, actor, fact };
        self.year.refusals.push(self.year.bookkeeper.hear(&record));
        self.year.records.push(record);
    }

    /// As a machine does, all that waits is done before anything else; in pieces.
    fn work(&mut self) {
        let limit = *self.one(&[23, 100, 500]);
        for _ in 0..8 + 2 * self.year.bookkeeper.accounts.len() as u32 / limit {
            self.hear(Fact::WorkAdvanced { limit });
        }
    }

    fn step(&mut self) {
        if self.now.since_ms(self.rates_at) > MONTH_MS {
            self.set_rates(self.now);
            self.work();
        }
        match self.random.below(100) {
            0..32 => self.order(),
            32..58 => self.change(),
            58..68 => {
                self.hear(Fact::TimePassed);
                self.work();
            }
            68..72 => self.propose(),
            72..76 => self.decide(),
            76..80 => self.conclude(),
            80 => {
                let (program, partner) = (self.one(&PROGRAMS).0, *self.one(&PARTNERS));
                self.hear(Fact::PaymentMade { program, partner });
                self.work();
            }
            81 => self.new_terms(),
            82 if self.random.percent(50) => self.overlay(),
            82 => {
                let (program, ..) = *self.one(&PROGRAMS);
                let fact = deal::changed_list(&mut self.random, program);
                self.hear(fact);
            }
            83..86 => self.award(),
            86..90 => self.decide_return(),
            90..95 => self.ask(),
            95..99 => self.answer(),
            _ => self.appeal(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_year() {
        let records = |seed| Year::new(seed).unwrap().records;
        assert_eq!(records(1), records(1));
        assert_ne!(records(1), records(2));
    }
}
