//! One action as the bookkeeper sees it: what it pays, and what of that is owed or was taken by payments.

use referee_core::contract::{EventPayout, Payout, Returns};
use referee_core::fact::{AwardKind, Conversion, Item};
use referee_core::id::{EventTypeId, PartnerId, ProgramId};
use referee_core::money::{Currency, Money};
use referee_core::refusal::Refusal;
use referee_core::row::ActionState;
use referee_core::time::Timestamp;

use super::money::portion;
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

/// An amount, and items with theirs.
#[derive(Debug, Clone)]
pub struct Figures {
    pub amount: Money,
    pub items: Vec<Item>,
    pub ordered: Ordered,
}

/// A return that the partner is asked for. None: all of it.
#[derive(Debug, Clone)]
pub struct Asked(pub Option<Figures>);

/// What it had before it was reversed.
#[derive(Debug, Clone)]
pub struct Before {
    pub amount: Money,
    pub items: Vec<Item>,
    pub returned: Money,
}

#[derive(Debug, Clone)]
pub struct Account {
    pub partner: PartnerId,
    /// Of the order as it was reported; of an award, its name and amount.
    pub report: Conversion,
    /// None: of an order.
    pub award: Option<AwardKind>,
    pub origin: Origin,
    /// The customer's.
    pub status: String,
    /// In millionths of the order.
    pub share: u32,
    pub terms: EventPayout,
    pub returns: Returns,
    pub at: Timestamp,
    /// The local day of the order, since 1970.
    pub day: i64,
    pub pays_in: Currency,
    /// None: awaited.
    pub rate: Option<Rate>,
    pub locks_at: Option<Timestamp>,
    pub locked: bool,
    pub reversed: bool,
    /// Another one took its place.
    pub moved: bool,
    /// A person holds it.
    pub held: bool,
    /// A limit keeps it outside of its terms.
    pub outside: bool,
    pub tier: Option<Payout>,
    /// Payout and amount as they count for limits and tiers.
    pub counted: Option<(Money, Money)>,
    /// What returns took of its payout.
    pub returned: Money,
    pub asked: Option<Asked>,
    pub amount: Money,
    pub items: Vec<Item>,
    pub ordered: Ordered,
    pub before: Option<Before>,
    pub payout: Money,
    /// The first is what was earned as it locked.
    pub dues: Vec<Due>,
}

impl Account {
    pub fn program(&self) -> ProgramId {
        self.report.program
    }

    pub fn event_type(&self) -> EventTypeId {
        self.report.event_type
    }

    /// In the currency that is paid. Nothing is rounded where nothing is exchanged.
    pub fn worth(&self, amount: Money) -> Option<Money> {
        let same = self.report.currency == self.pays_in;
        self.rate.map(|rate| if same { amount } else { portion(amount, rate.to, rate.from, self.pays_in) })
    }

    /// What it earns, unless it is reversed.
    pub fn price(&self) -> Money {
        if self.award.is_some() {
            return self.amount;
        }
        let (Some(amount), Some(total)) = (self.worth(self.amount), self.worth(self.report.amount)) else {
            return Money::ZERO;
        };
        if self.outside {
            return Money::ZERO;
        }
        let priced = |item: &Item| Some(Item { amount: self.worth(item.amount)?, ..item.clone() });
        let items = self.items.iter().filter_map(priced).collect();
        let (report, origin, status, day) = (&self.report, &self.origin, self.status.as_str(), self.day);
        let (share, currency, tier) = (self.share, self.pays_in, self.tier);
        Subject { report, origin, status, day, share, total, amount, items, currency, tier }.price(&self.terms)
    }

    pub fn with(&self, figures: Option<&Figures>) -> Account {
        let mut it = self.clone();
        it.asked = None;
        match figures {
            Some(figures) => {
                (it.amount, it.items, it.ordered) = (figures.amount, figures.items.clone(), figures.ordered.clone());
            }
            None => {
                let (amount, items, returned) = (it.amount, std::mem::take(&mut it.items), it.returned);
                it.before = Some(Before { amount, items, returned });
                (it.amount, it.reversed, it.held) = (Money::ZERO, true, false);
            }
        }
        it.payout = if it.reversed { Money::ZERO } else { it.price() };
        it
    }

    pub fn waits(&self) -> bool {
        self.held || self.rate.is_none()
    }

    /// Why it can't be changed or reversed.
    pub fn is_pending(&self) -> Result<(), Refusal> {
        self.is_there()?;
        if self.locked { Err(Refusal::ActionLocked) } else { Ok(()) }
    }

    /// Why it can't be corrected.
    pub fn is_locked(&self) -> Result<(), Refusal> {
        self.is_there()?;
        if self.locked { Ok(()) } else { Err(Refusal::ActionNotLocked) }
    }

    fn is_there(&self) -> Result<(), Refusal> {
        match (self.reversed, self.moved) {
            (true, true) => Err(Refusal::ActionMoved),
            (true, false) => Err(Refusal::ActionAlreadyReversed),
            (false, _) => Ok(()),
        }
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

impl Figures {
    /// From which later quantities are counted.
    pub fn whole(amount: Money, items: Vec<Item>) -> Figures {
        Figures { ordered: Ordered::of(amount, &items), amount, items }
    }
}
