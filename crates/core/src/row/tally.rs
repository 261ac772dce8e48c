//! What the actions of a period come to, of which a bonus is reckoned when it is over.

use crate::id::ActionId;
use crate::limit::Basis;
use crate::money::Money;
use crate::row::{ActionRow, ActionState};
use crate::time::Timestamp;

/// A partner's actions of an event type in a month or year, as they stand: without what was reversed, is outside of the
/// terms, or is not paid for by them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub actions: i64,
    /// In the program's currency.
    pub amount: Money,
    /// The first moment after the period.
    pub ends_at: Timestamp,
    /// It was not looked at since its figures became what they are.
    pub changed: bool,
    /// None: nothing was earned by it so far.
    pub bonus: Option<Reckoned>,
}

/// The bonus that was given for a tally, and what it was last reckoned of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reckoned {
    pub action: ActionId,
    pub actions: i64,
    pub amount: Money,
    /// What it came to.
    pub paid: Money,
}

/// Added to what the row already holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tallied {
    pub actions: i64,
    pub amount: Money,
    pub ends_at: Timestamp,
}

/// Why a bonus stays as it is, whatever becomes of the actions that it was given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// It is owed or paid.
    Locked,
    /// A person took it back.
    Reversed,
    /// A person gave it another amount.
    SetByHand,
}

impl Tally {
    pub fn of(&self, basis: Basis) -> i64 {
        match basis {
            Basis::Actions => self.actions,
            Basis::Amount => self.amount.0,
        }
    }

    pub fn plus(self, added: Tallied) -> Tally {
        let (actions, amount) = (self.actions + added.actions, self.amount.plus(added.amount));
        Tally { actions, amount, ends_at: added.ends_at, changed: true, ..self }
    }
}

impl Reckoned {
    /// Why its action is not reckoned anew; None: it would be.
    pub fn left(&self, action: &ActionRow) -> Option<Left> {
        match action.state {
            ActionState::Locked | ActionState::Paid => Some(Left::Locked),
            ActionState::Reversed => Some(Left::Reversed),
            ActionState::Pending => (action.amount != self.paid).then_some(Left::SetByHand),
        }
    }
}
