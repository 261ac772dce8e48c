//! Typed ids. A number of one kind can never be used as another.
//!
//! Brand, program and partner numbers come from the installation's directory; ads, event types and action
//! sequences are counted by the rules. All are below 2^31, so that they fit the integers of other platforms.

use std::fmt;
use std::str::FromStr;

macro_rules! number {
    ($($(#[$doc:meta])* $name:ident($inner:ty);)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.trim().parse().map($name)
            }
        }
    )*};
}

number! {
    /// The tenant and the partition.
    BrandId(u32);
    /// One partner programme of a brand.
    ProgramId(u32);
    /// One partner account of the installation.
    PartnerId(u32);
    /// What a partner promotes.
    AdId(u32);
    /// The brand's kind of outcome.
    EventTypeId(u32);
    /// One transfer of locked payouts to a partner.
    PaymentId(u32);
    /// Payments that are proposed and decided on together.
    PaymentRunId(u32);
    /// What a partner asks of a brand about an action.
    InquiryId(u32);
    /// What a person decided on pending clicks.
    ReviewId(u32);
    /// A person who signs in. The name behind it is kept in the settings only.
    UserId(u32);
    /// Place of a record in its brand's history: dense, from 1, the same on every engine.
    RecordNo(u64);
    /// Number inside a click id: milliseconds, a leased edge number and a sequence.
    ClickNo(u64);
    /// A node of the identity graph.
    NodeId(u64);
}

/// The largest id another platform may bring along.
pub const ID_MAX: u32 = i32::MAX as u32;

/// An action is named after its program, its event type and a sequence: `1000.4636.158133`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionId {
    pub program: ProgramId,
    pub event_type: EventTypeId,
    pub seq: u32,
}

impl fmt::Display for ActionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.program, self.event_type, self.seq)
    }
}

impl FromStr for ActionId {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.trim().split('.').map(|part| part.parse::<u32>().map_err(|_| ()));
        let mut next = || parts.next().unwrap_or(Err(()));
        let id = ActionId { program: ProgramId(next()?), event_type: EventTypeId(next()?), seq: next()? };
        if parts.next().is_some() { Err(()) } else { Ok(id) }
    }
}

impl EventTypeId {
    /// Of what was given to a partner beside all events: no event type has this id.
    pub const AWARD: EventTypeId = EventTypeId(0);
}

/// Names a fact before it has a record number: which edge wrote it, in which run, and the how-manieth it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FactId {
    pub edge: u16,
    pub epoch: u32,
    pub n: u64,
}

impl fmt::Display for FactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.edge, self.epoch, self.n)
    }
}

/// Names a report to its sender. Nobody can guess it, because whoever holds it may read the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubmissionId(pub [u8; 16]);

/// Names what a person wrote, which is kept in the settings only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoteId(pub [u8; 16]);

/// Names what was done for somebody whose data this is. Nothing of the person is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceId(pub [u8; 16]);

impl fmt::Display for ServiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for ServiceId {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.trim();
        let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = if digits { u128::from_str_radix(text, 16).map_err(drop)? } else { return Err(()) };
        Ok(ServiceId(number.to_be_bytes()))
    }
}
