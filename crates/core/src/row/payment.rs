//! Payments: what is proposed together, what each took, and how far it is.

use crate::id::{ActionId, PartnerId, PaymentId, PaymentRunId, RecordNo, UserId};
use crate::money::{Currency, Money};
use crate::time::Timestamp;

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

/// One transfer of locked payouts to a partner, over all programs with the currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRow {
    pub id: PaymentId,
    /// What was owed by then is paid.
    pub record: RecordNo,
    pub at: Timestamp,
    /// None: it was made outside, and only told of.
    pub run: Option<PaymentRunId>,
    pub partner: PartnerId,
    pub currency: Currency,
    /// What was owed when it was proposed. Corrections that come before it is gathered change what it comes to.
    pub proposed: Money,
    pub actions: u32,
    pub total: Money,
    pub state: PaymentState,
    pub changed_at: Timestamp,
    /// Why it failed.
    pub reason: String,
    /// The last action that was given back.
    pub returned_to: u32,
}

/// What a payment took of one action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentLineRow {
    pub payment: PaymentId,
    pub action: ActionId,
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
    pub currency: Currency,
    pub payments: Vec<PaymentId>,
    pub proposed: Money,
    /// None: by the calendar.
    pub proposed_by: Option<UserId>,
    pub state: RunState,
    pub decided_at: Option<Timestamp>,
    pub decided_by: Option<UserId>,
}
