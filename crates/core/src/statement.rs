//! What a partner earned and was paid in a month, from the sums of months.

use crate::money::Money;
use crate::row::Account;

/// What an account held before a month, and what went into it and out of it then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Movement {
    pub before: Money,
    pub money_in: Money,
    pub money_out: Money,
}

impl Movement {
    pub fn after(self) -> Money {
        self.before.plus(self.net())
    }

    fn net(self) -> Money {
        self.money_in.minus(self.money_out)
    }
}

/// One month of one partner in one program and currency, or the sum of several such. What is owed at its end is what was
/// owed at its beginning, and all that moved it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statement {
    /// Owed as the month began: pending and locked.
    pub opening: Money,
    pub earned: Money,
    /// Taken back before it was locked.
    pub reversed: Money,
    /// Of what was locked already; below zero where it was too much.
    pub corrections: Money,
    pub bonuses: Money,
    pub fees: Money,
    pub paid: Money,
    /// Owed as the month ended, and not certain yet: what the brand accrues.
    pub pending: Money,
    /// Owed as the month ended, and ready to be paid.
    pub locked: Money,
}

impl Statement {
    pub fn of(accounts: impl IntoIterator<Item = (Account, Movement)>) -> Statement {
        let mut statement = Statement::default();
        for (account, movement) in accounts {
            statement.add(account, movement);
        }
        statement
    }

    /// Adds what happened in one account.
    pub fn add(&mut self, account: Account, movement: Movement) {
        match account {
            Account::Cost => {
                self.earned = self.earned.plus(movement.money_out);
                self.reversed = self.reversed.plus(movement.money_in);
            }
            Account::Pending => {
                self.opening = self.opening.plus(movement.before);
                self.pending = self.pending.plus(movement.after());
            }
            Account::Locked => {
                self.opening = self.opening.plus(movement.before);
                self.locked = self.locked.plus(movement.after());
            }
            Account::Paid => self.paid = self.paid.plus(movement.net()),
            // What the brand spends goes out of these.
            Account::Correction => self.corrections = self.corrections.minus(movement.net()),
            Account::Bonus => self.bonuses = self.bonuses.minus(movement.net()),
            Account::Fee => self.fees = self.fees.minus(movement.net()),
        }
    }

    /// Owed as the month ended.
    pub fn closing(&self) -> Money {
        self.pending.plus(self.locked)
    }

    /// What the month should have come to, line by line.
    pub fn reckoned(&self) -> Money {
        let added = [self.earned, self.corrections, self.bonuses, self.fees];
        let taken = [self.reversed, self.paid];
        let sum = added.into_iter().fold(self.opening, Money::plus);
        taken.into_iter().fold(sum, Money::minus)
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        *self == Statement::default()
    }

    /// Both together, such as of two programs.
    pub fn plus(self, other: Statement) -> Statement {
        Statement {
            opening: self.opening.plus(other.opening),
            earned: self.earned.plus(other.earned),
            reversed: self.reversed.plus(other.reversed),
            corrections: self.corrections.plus(other.corrections),
            bonuses: self.bonuses.plus(other.bonuses),
            fees: self.fees.plus(other.fees),
            paid: self.paid.plus(other.paid),
            pending: self.pending.plus(other.pending),
            locked: self.locked.plus(other.locked),
        }
    }
}
