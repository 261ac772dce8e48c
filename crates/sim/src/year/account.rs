//! One action as the bookkeeper sees it: what it pays, and what of that is owed or was taken by payments.

use referee_core::contract::EventPayout;
use referee_core::fact::{Conversion, Item, NewFigures};
use referee_core::id::PartnerId;
use referee_core::money::{Currency, Money};
use referee_core::refusal::Refusal;
use referee_core::row::ActionState;
use referee_core::time::Timestamp;

use super::money::{portion, spread, sum_of};
use crate::auditor::{Origin, Subject};

/// So much of the order's currency is so much of the program's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub from: i64,
    pub to: i64,
}

/// Something that a payment must take once: what was earned as it locked, or one correction.
#[derive(Debug, Clone)]
pub struct Due {
    pub amount: Money,
    /// The record since which it is owed.
    pub since: u64,
    /// The payment that has taken it.
    pub taken: Option<u64>,
}

/// What was ordered, from which quantities are counted.
#[derive(Debug, Clone)]
pub struct Ordered {
    pub amount: Money,
    pub items: Vec<(u32, Money)>,
}

#[derive(Debug, Clone)]
pub struct Account {
    pub partner: PartnerId,
    pub report: Conversion,
    pub terms: EventPayout,
    /// The local day of the order, since 1970.
    pub day: i64,
    pub pays_in: Currency,
    /// None: awaited.
    pub rate: Option<Rate>,
    pub locks_at: Option<Timestamp>,
    pub locked: bool,
    pub reversed: bool,
    /// A person holds it.
    pub held: bool,
    pub amount: Money,
    pub items: Vec<Item>,
    pub ordered: Ordered,
    /// What it had before it was reversed.
    pub before: Option<(Money, Vec<Item>)>,
    pub payout: Money,
    /// The first is what was earned as it locked.
    pub dues: Vec<Due>,
}

impl Account {
    /// What a change leaves of the order, with what later quantities are counted from.
    pub fn with(&self, figures: &NewFigures) -> Result<(Money, Vec<Item>, Ordered), Refusal> {
        let currency = self.report.currency;
        let (amount, items, by_quantity) = match figures {
            NewFigures::Amount(amount) => (*amount, spread(&self.items, *amount, currency), false),
            NewFigures::Delta(delta) => {
                let amount = self.amount.plus(*delta);
                (amount, spread(&self.items, amount, currency), false)
            }
            NewFigures::Items(changes) => {
                let mut items = self.items.clone();
                for change in changes {
                    let place = items.iter().position(|it| it.sku == change.sku).ok_or(Refusal::NoItem)?;
                    let (pieces, worth) = self.ordered.items[place];
                    let item = &mut items[place];
                    item.quantity = change.quantity.unwrap_or(item.quantity);
                    let kept = portion(worth, item.quantity.into(), pieces.into(), currency);
                    item.amount = change.amount.unwrap_or(kept);
                }
                (self.amount_with(&items), items, changes.iter().all(|it| it.amount.is_none()))
            }
        };
        if amount < Money::ZERO {
            return Err(Refusal::AmountNegative);
        }
        let ordered = if by_quantity { self.ordered.clone() } else { Ordered::of(amount, &items) };
        Ok((amount, items, ordered))
    }

    fn amount_with(&self, items: &[Item]) -> Money {
        let (after, before) = (sum_of(items).0, self.ordered.items.iter().map(|it| it.1.0).sum::<i64>());
        if before > self.ordered.amount.0 {
            portion(self.ordered.amount, after, before, self.report.currency)
        } else {
            Money(self.ordered.amount.0 + after - before)
        }
    }

    pub fn price(&self) -> Money {
        // Nothing is rounded where nothing is exchanged.
        let same = self.report.currency == self.pays_in;
        let exchanged = |rate: Rate, amount| portion(amount, rate.to, rate.from, self.pays_in);
        let worth = |amount: Money| self.rate.map(|rate| if same { amount } else { exchanged(rate, amount) });
        let priced = |item: &Item| Some(Item { amount: worth(item.amount)?, ..item.clone() });
        let (Some(amount), Some(total)) = (worth(self.amount), worth(self.report.amount)) else { return Money::ZERO };
        let items = self.items.iter().filter_map(priced).collect();
        let origin = Origin::of_report(&self.report);
        // Its buyers are named by nothing, so nobody has ordered before.
        let reported = self.report.customer_status.as_str();
        let status = if reported.is_empty() { "NEW" } else { reported };
        let (report, day, currency, share) = (&self.report, self.day, self.pays_in, 1_000_000);
        Subject { report, origin: &origin, status, day, share, total, amount, items, currency }.price(&self.terms)
    }

    pub fn waits(&self) -> bool {
        self.held || self.rate.is_none()
    }

    pub fn state(&self) -> ActionState {
        match self.dues.first() {
            _ if self.reversed => ActionState::Reversed,
            None => ActionState::Pending,
            Some(Due { taken: None, .. }) => ActionState::Locked,
            Some(_) => ActionState::Paid,
        }
    }

    fn open_dues(&self) -> impl Iterator<Item = &Due> {
        self.dues.iter().filter(|it| it.taken.is_none())
    }

    pub fn owed(&self) -> Money {
        Money(self.open_dues().map(|it| it.amount.0).sum())
    }

    pub fn owed_since(&self) -> Option<u64> {
        self.open_dues().map(|it| it.since).min()
    }
}

impl Ordered {
    pub fn of(amount: Money, items: &[Item]) -> Ordered {
        Ordered { amount, items: items.iter().map(|it| (it.quantity, it.amount)).collect() }
    }
}
