//! Entries of the ledger: their accounts, the days they are posted on, and what they come to.

use std::collections::BTreeMap;

use crate::id::{ActionId, PartnerId, ProgramId, RecordNo};
use crate::money::{Currency, Money};
use crate::time::{Day, Timestamp, Zone};

/// When entries are posted: a moment that never goes back, so that a month that has ended stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Posting {
    /// The largest moment at which a record was received.
    pub moment: Timestamp,
    /// Of programs that were moved to another zone, the day it was there: the new zone may still have the one before.
    pub not_before: BTreeMap<ProgramId, Day>,
}

impl Posting {
    /// The day on which an entry of a program is posted now.
    pub fn day(&self, program: ProgramId, zone: &Zone) -> Day {
        let day = zone.day(self.moment);
        self.not_before.get(&program).map_or(day, |first| day.max(*first))
    }

    /// When the month of a program that is open now closes, at the earliest.
    pub fn closes_at(&self, program: ProgramId, zone: &Zone) -> Timestamp {
        zone.start_of(self.day(program, zone).first_of_month_after(0))
    }

    /// Whether nothing is posted any more in the month that begins with a day.
    pub fn has_closed(&self, month: Day, program: ProgramId, zone: &Zone) -> bool {
        self.day(program, zone) >= month.first_of_month_after(0)
    }
}

/// Accounts of the double-entry ledger, per program and partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Account {
    /// What the brand spends on actions as they open and change.
    Cost = 1,
    Pending = 2,
    Locked = 3,
    Paid = 4,
    /// What corrections of locked actions cost, or bring back.
    Correction = 5,
    /// What bonuses cost: paid for results, beside the actions.
    Bonus = 6,
    /// What flat fees cost.
    Fee = 7,
}

impl Account {
    pub const ALL: [Account; 7] = [
        Account::Cost,
        Account::Pending,
        Account::Locked,
        Account::Paid,
        Account::Correction,
        Account::Bonus,
        Account::Fee,
    ];

    /// Whether it holds what is the partner's, or was until it was paid. All others are what the brand spends.
    pub fn is_of_partner(self) -> bool {
        matches!(self, Account::Pending | Account::Locked | Account::Paid)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BalanceKey {
    pub program: ProgramId,
    pub partner: PartnerId,
    pub account: Account,
    pub currency: Currency,
}

/// One side of a ledger entry. The amounts of a record sum to zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    pub record: RecordNo,
    pub n: u32,
    /// In the program's zone.
    pub posted_on: Day,
    pub key: BalanceKey,
    pub amount: Money,
    pub action: Option<ActionId>,
}

/// An account in a month, which is named by its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MonthKey {
    pub month: Day,
    pub of: BalanceKey,
}

/// What went into an account and out of it. Added to what the row already holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Turnover {
    pub money_in: i128,
    pub money_out: i128,
}

impl Turnover {
    pub fn add(&mut self, amount: Money) {
        if amount >= Money::ZERO {
            self.money_in += i128::from(amount.0);
        } else {
            self.money_out -= i128::from(amount.0);
        }
    }
}
