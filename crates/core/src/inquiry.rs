//! Inquiries: a partner asks about an action that is missing, wrong or declined, and the brand answers. What people write
//! about it is kept in the settings, under the ids of its notes.

use crate::id::{ActionId, ClickNo, EventTypeId, InquiryId, NoteId, PartnerId, ProgramId, SubmissionId};
use crate::money::{Currency, Money};
use crate::time::Timestamp;

/// An inquiry about an order that is older than this is not taken.
pub const ORDER_AGE_MAX_DAYS: u32 = 120;

/// How long a program has for an answer that says nothing else.
pub const ANSWER_DAYS_DEFAULT: u32 = 30;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum InquiryKind {
    /// There should be an action, and there is none.
    Untracked = 1,
    /// The action has the wrong amount.
    Incorrect = 2,
    /// The action was reversed and should not have been.
    Declined = 3,
}

impl InquiryKind {
    pub const ALL: [InquiryKind; 3] = [InquiryKind::Untracked, InquiryKind::Incorrect, InquiryKind::Declined];

    /// As interfaces write it.
    pub fn code(self) -> &'static str {
        match self {
            InquiryKind::Untracked => "UNTRACKED",
            InquiryKind::Incorrect => "INCORRECT",
            InquiryKind::Declined => "DECLINED",
        }
    }
}

/// What a partner asks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InquiryOpened {
    pub program: ProgramId,
    pub partner: PartnerId,
    pub kind: InquiryKind,
    pub event_type: EventTypeId,
    pub order_id: String,
    /// Which action of the order; None: the partner's.
    pub action: Option<ActionId>,
    /// When the order was placed, as the partner says.
    pub ordered_at: Timestamp,
    pub currency: Currency,
    /// What it should have come to.
    pub amount: Option<Money>,
    pub click: Option<ClickNo>,
    pub note: Option<NoteId>,
}

/// What a brand says to an inquiry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InquiryAnswered {
    pub inquiry: InquiryId,
    /// What the change or the order that follows is reported under.
    pub submission: SubmissionId,
    pub answer: Answer,
    pub note: Option<NoteId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The partner is right: with this amount, or with the one it named.
    Valid {
        amount: Option<Money>,
    },
    Declined(InquiryReason),
    /// It can't be told from what the partner gave.
    Incomplete(InquiryReason),
}

/// The partner does not accept an answer: it is looked at once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InquiryAppealed {
    pub inquiry: InquiryId,
    pub partner: PartnerId,
    pub note: Option<NoteId>,
}

/// How a program deals with inquiries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InquiryRules {
    pub program: ProgramId,
    /// How long the brand has for an answer.
    pub answer_days: u32,
}

macro_rules! reasons {
    ($($name:ident = $number:literal, $code:literal, $incomplete:literal, $sentence:literal;)*) => {
        /// Why an inquiry was not found valid. The codes are published.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum InquiryReason { $($name = $number,)* }

        impl InquiryReason {
            pub const ALL: &[InquiryReason] = &[$(InquiryReason::$name,)*];

            pub fn code(self) -> &'static str {
                match self { $(InquiryReason::$name => $code,)* }
            }

            /// What the partner reads.
            pub fn sentence(self) -> &'static str {
                match self { $(InquiryReason::$name => $sentence,)* }
            }

            /// Whether it says that something is missing from the inquiry.
            pub fn is_incomplete(self) -> bool {
                match self { $(InquiryReason::$name => $incomplete,)* }
            }
        }
    };
}

reasons! {
    OrderNotFound = 1, "ORDER_NOT_FOUND", false, "The shop has no order with this id.";
    OrderCancelled = 2, "ORDER_CANCELLED", false, "The order was cancelled.";
    OrderReturned = 3, "ORDER_RETURNED", false, "The order was returned.";
    CreditedOtherwise = 4, "CREDITED_OTHERWISE", false, "The order was credited otherwise by the program's rules.";
    NoTouchpoint = 5, "NO_TOUCHPOINT", false, "No click of yours led to the order.";
    OutsideTerms = 6, "OUTSIDE_TERMS", false, "Your terms pay nothing for this order.";
    FiguresRight = 7, "FIGURES_RIGHT", false, "The figures of the action are right.";
    NotCompliant = 8, "NOT_COMPLIANT", false, "The order came by means that the program does not allow.";
    OtherReason = 9, "OTHER", false, "Another reason: see the note.";
    ProofMissing = 20, "PROOF_MISSING", true, "A confirmation of the order is needed.";
    OrderUnclear = 21, "ORDER_UNCLEAR", true, "The order can't be told from what was given.";
    AmountUnclear = 22, "AMOUNT_UNCLEAR", true, "The amount can't be told from what was given.";
    DateUnclear = 23, "DATE_UNCLEAR", true, "The date can't be told from what was given.";
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum InquiryState {
    /// It waits for an answer.
    Open = 1,
    Valid = 2,
    Declined = 3,
    Incomplete = 4,
}

impl InquiryState {
    pub const ALL: [InquiryState; 4] =
        [InquiryState::Open, InquiryState::Valid, InquiryState::Declined, InquiryState::Incomplete];

    /// As interfaces write it.
    pub fn code(self) -> &'static str {
        match self {
            InquiryState::Open => "UNRESOLVED",
            InquiryState::Valid => "VALID",
            InquiryState::Declined => "DECLINED",
            InquiryState::Incomplete => "INCOMPLETE",
        }
    }
}
