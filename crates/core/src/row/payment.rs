//! Payments: what is proposed together, what each took, and how far it is.

use crate::exchange::{Exchange, Rate, Rates};
use crate::id::{ActionId, PartnerId, PaymentId, PaymentRunId, RecordNo, UserId};
use crate::money::{Currency, Money};
use crate::time::{Day, Timestamp};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum PaymentState {
    /// Its run waits for a decision.
    Proposed = 1,
    /// What is owed is being gathered.
    Gathering = 2,
    /// The transfer is to be made, or under way.
    Sent = 3,
    /// The money has arrived.
    Settled = 4,
    /// The money has not arrived, or there was none: what was gathered is being given back.
    Returning = 5,
    /// What was gathered is owed again.
    Failed = 6,
    /// Its run was turned down.
    Dropped = 7,
}

impl PaymentState {
    pub const ALL: [PaymentState; 7] = [
        PaymentState::Proposed,
        PaymentState::Gathering,
        PaymentState::Sent,
        PaymentState::Settled,
        PaymentState::Returning,
        PaymentState::Failed,
        PaymentState::Dropped,
    ];

    /// Whether another payment to the same partner has to wait.
    pub fn is_under_way(self) -> bool {
        matches!(self, PaymentState::Proposed | PaymentState::Gathering | PaymentState::Returning)
    }
}

/// What a payment takes of what is owed in one currency of programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentSum {
    pub currency: Currency,
    /// What was owed when it was proposed.
    pub proposed: Money,
    /// What was gathered.
    pub total: Money,
    /// As it was captured when it was proposed. None: it is transferred in this currency.
    pub rate: Option<Rate>,
}

impl PaymentSum {
    /// What an amount of it comes to in the currency of the transfer.
    pub fn worth(&self, amount: Money, transferred: Currency) -> Money {
        self.rate.map_or(amount, |rate| rate.convert(amount, transferred))
    }

    /// What is owed in some currencies, to be transferred in one at the newest rates that a day has; or the first of the
    /// currencies that has none.
    pub fn all_of(
        owed: &[(Currency, Money)],
        transferred: Currency,
        rates: &Rates,
        day: Day,
    ) -> Result<Vec<PaymentSum>, Currency> {
        let sum = |(currency, proposed): &(Currency, Money)| {
            let rate = match rates.exchange(*currency, transferred, day) {
                Exchange::Same => None,
                Exchange::At(rate) => Some(rate),
                Exchange::Awaited => return Err(*currency),
            };
            Ok(PaymentSum { currency: *currency, proposed: *proposed, total: Money::ZERO, rate })
        };
        owed.iter().filter(|(_, amount)| *amount != Money::ZERO).map(sum).collect()
    }

    /// What sums come to as they were proposed: each is converted and rounded once.
    pub fn proposed_in(sums: &[PaymentSum], transferred: Currency) -> Money {
        sums.iter().fold(Money::ZERO, |all, it| all.plus(it.worth(it.proposed, transferred)))
    }
}

/// One transfer of locked payouts to a partner, over all programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRow {
    pub id: PaymentId,
    /// What was owed by then is paid.
    pub record: RecordNo,
    pub at: Timestamp,
    /// None: it was made outside, and only told of.
    pub run: Option<PaymentRunId>,
    pub partner: PartnerId,
    /// That of the transfer, and so of what is proposed and what it comes to.
    pub currency: Currency,
    /// What was owed when it was proposed. Corrections that come before it is gathered change what it comes to.
    pub proposed: Money,
    pub actions: u32,
    pub total: Money,
    /// One for each currency that it takes, by currency.
    pub sums: Vec<PaymentSum>,
    pub state: PaymentState,
    pub changed_at: Timestamp,
    /// Why it failed.
    pub reason: String,
    /// The last action that was given back.
    pub returned_to: u32,
}

impl PaymentRow {
    /// The sum in a currency, if it takes anything that is owed in it.
    pub fn sum_in(&self, currency: Currency) -> Option<&PaymentSum> {
        self.sums.iter().find(|it| it.currency == currency)
    }

    /// Adds what was gathered. It comes to what its sums come to, so that no cent is lost action by action.
    pub(crate) fn add(&mut self, currency: Currency, amount: Money) {
        if let Some(sum) = self.sums.iter_mut().find(|it| it.currency == currency) {
            sum.total = sum.total.plus(amount);
        }
        let worth = self.sums.iter().map(|it| it.worth(it.total, self.currency));
        self.total = worth.fold(Money::ZERO, Money::plus);
    }
}

/// What a payment took of one action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentLineRow {
    pub payment: PaymentId,
    pub action: ActionId,
    /// In the currency of the action.
    pub amount: Money,
    /// The last payment before, if it was paid already; None: this is the one that paid it.
    pub before: Option<PaymentId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum RunState {
    Proposed = 1,
    Approved = 2,
    Dropped = 3,
}

impl RunState {
    pub const ALL: [RunState; 3] = [RunState::Proposed, RunState::Approved, RunState::Dropped];
}

/// Payments that are proposed and decided on together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRunRow {
    pub id: PaymentRunId,
    pub record: RecordNo,
    pub at: Timestamp,
    /// Of all its transfers.
    pub currency: Currency,
    pub payments: Vec<PaymentId>,
    pub proposed: Money,
    /// None: by the calendar.
    pub proposed_by: Option<UserId>,
    pub state: RunState,
    pub decided_at: Option<Timestamp>,
    pub decided_by: Option<UserId>,
}
