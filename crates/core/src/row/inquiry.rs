//! Inquiries, and how far each is.

use super::OrderKey;
use crate::id::{ActionId, ClickNo, InquiryId, NoteId, PartnerId, ProgramId, RecordNo, UserId};
use crate::inquiry::{InquiryKind, InquiryReason, InquiryState};
use crate::money::{Currency, Money};
use crate::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InquiryRow {
    pub id: InquiryId,
    /// The record that opened it.
    pub record: RecordNo,
    pub program: ProgramId,
    pub partner: PartnerId,
    pub kind: InquiryKind,
    pub order: OrderKey,
    /// The action it is about or, once it is found valid, the one that it became.
    pub action: Option<ActionId>,
    pub ordered_at: Timestamp,
    pub currency: Currency,
    pub amount: Option<Money>,
    pub click: Option<ClickNo>,
    pub opened_at: Timestamp,
    pub opened_by: Option<UserId>,
    /// By when the brand owes an answer.
    pub due_at: Timestamp,
    pub state: InquiryState,
    /// Of the last answer.
    pub reason: Option<InquiryReason>,
    pub answered_at: Option<Timestamp>,
    pub answered_by: Option<UserId>,
    pub appealed_at: Option<Timestamp>,
    /// What was written about it, oldest first.
    pub notes: Vec<NoteId>,
}

impl InquiryRow {
    pub fn is_open(&self) -> bool {
        self.state == InquiryState::Open
    }

    pub fn is_overdue(&self, at: Timestamp) -> bool {
        self.is_open() && self.due_at < at
    }

    /// Whether the partner may still ask for a second look.
    pub fn may_be_appealed(&self) -> bool {
        matches!(self.state, InquiryState::Declined | InquiryState::Incomplete) && self.appealed_at.is_none()
    }
}
