//! Exchange rates, and what an amount in one currency is worth in another.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::money::{Currency, MICROS, Money};
use crate::time::Day;

/// Days whose rates may stand in for those of a day that has none: banks publish none at weekends and on holidays.
pub const RATE_DAYS_MAX: i32 = 7;

/// The rates of one day: so many millionths of each currency for one of the base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayRates {
    pub day: Day,
    pub base: Currency,
    pub rates: Vec<(Currency, i64)>,
}

impl DayRates {
    fn of(&self, currency: Currency) -> Option<i64> {
        if currency == self.base {
            return Some(MICROS);
        }
        self.rates.iter().find(|(it, _)| *it == currency).map(|(_, rate)| *rate)
    }
}

/// So much of one currency is so much of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub day: Day,
    pub from: i64,
    pub to: i64,
}

impl Rate {
    /// Rounded to the smallest unit of the currency it becomes.
    pub fn convert(&self, amount: Money, to: Currency) -> Money {
        Money::rounded_from(i128::from(amount.0) * i128::from(self.to), i128::from(self.from), to)
    }
}

/// How the amounts of an action become what its payout is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Exchange {
    /// The order is in the program's currency.
    #[default]
    Same,
    /// No rate of its day is known yet: nothing is priced, and nothing locks.
    Awaited,
    /// As it was captured, for every change to come.
    At(Rate),
}

/// All rates there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rates {
    days: BTreeMap<Day, Arc<DayRates>>,
}

impl Rates {
    pub fn set(&mut self, rates: DayRates) {
        self.days.insert(rates.day, Arc::new(rates));
    }

    pub fn last(&self) -> Option<&DayRates> {
        self.days.values().next_back().map(Arc::as_ref)
    }

    pub fn days(&self) -> impl DoubleEndedIterator<Item = &DayRates> {
        self.days.values().map(Arc::as_ref)
    }

    /// The rate between two currencies on a day, or on the last one before it that has both.
    pub fn exchange(&self, from: Currency, to: Currency, day: Day) -> Exchange {
        if from == to {
            return Exchange::Same;
        }
        let first = Day(day.0.saturating_sub(RATE_DAYS_MAX));
        let known = self.days.range(first..=day).rev();
        let rate =
            |(day, rates): (&Day, &Arc<DayRates>)| Some(Rate { day: *day, from: rates.of(from)?, to: rates.of(to)? });
        known.filter_map(rate).next().map_or(Exchange::Awaited, Exchange::At)
    }
}
