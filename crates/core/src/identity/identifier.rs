//! An identifier names a person or a device. Its value never reaches the rules, only a keyed hash of it.

use crate::id::{RecordNo, UserId};
use crate::program::Standing;
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// What kind of thing was hashed. The numbers are stored and sorted by; they go from strong to weak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum IdentifierKind {
    /// The brand's account number of the customer.
    CustomerId = 1,
    /// An e-mail address, whichever way it arrived.
    Email = 2,
    Phone = 3,
    /// A click id that was issued without a click (`generateClickId`, page load).
    Journey = 4,
    /// Our own first-party cookie.
    Visitor = 5,
    /// The brand's id of somebody not signed in.
    AnonymousId = 6,
    /// An advertising or vendor id of an app.
    Device = 7,
}

impl IdentifierKind {
    pub const ALL: [IdentifierKind; 7] = [
        IdentifierKind::CustomerId,
        IdentifierKind::Email,
        IdentifierKind::Phone,
        IdentifierKind::Journey,
        IdentifierKind::Visitor,
        IdentifierKind::AnonymousId,
        IdentifierKind::Device,
    ];

    /// The name that interfaces use.
    pub fn code(self) -> &'static str {
        match self {
            IdentifierKind::CustomerId => "customer_id",
            IdentifierKind::Email => "email",
            IdentifierKind::Phone => "phone",
            IdentifierKind::Journey => "journey",
            IdentifierKind::Visitor => "visitor",
            IdentifierKind::AnonymousId => "anonymous_id",
            IdentifierKind::Device => "device",
        }
    }

    pub fn from_code(code: &str) -> Option<IdentifierKind> {
        Self::ALL.into_iter().find(|kind| kind.code().eq_ignore_ascii_case(code))
    }

    pub fn number(self) -> u8 {
        self as u8
    }

    pub fn from_number(number: u8) -> Option<IdentifierKind> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }
}

/// A kind and 128 bits of a keyed hash. The order of values means nothing and decides nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier {
    pub kind: IdentifierKind,
    pub hash: [u8; 16],
}

/// A further hash of what an identifier stands for: senders hash one e-mail address in several ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alias {
    /// One of the identifiers of the same record.
    pub of: Identifier,
    pub is: Identifier,
}

/// Something that was meant to name a person and does not. What it said is kept nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// None: of a kind that is not known.
    pub kind: Option<IdentifierKind>,
    pub reason: Refusal,
}

/// The brand says that this names nobody: a value of its own systems that many people share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    pub identifier: Identifier,
    /// Further hashes of the same value.
    pub aliases: Vec<Identifier>,
    /// Paused: it counts again.
    pub standing: Standing,
}

impl Blocked {
    /// The value under each of its hashes.
    pub fn hashes(&self) -> Vec<Identifier> {
        [self.identifier].into_iter().chain(self.aliases.iter().copied()).collect()
    }
}

/// An entry of the brand's block list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub blocked: Blocked,
    /// The record that blocked it first, which names the entry.
    pub record: RecordNo,
    /// When it was last blocked or let go, by whom and why.
    pub at: Timestamp,
    pub user: Option<UserId>,
    pub reason: String,
}
