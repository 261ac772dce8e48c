//! Erasure: random tokens in the place of everything that names a person, in log and books, wherever it stands.
//!
//! It goes in steps, and each can be gone on with after a crash. What is replaced by what is noted in the settings, sealed.
//! A fact marks the moment: the machine replaces in the books all that was recorded before it. Then the log is rewritten
//! up to that fact, and last the sealed values go. Meanwhile whoever builds books from the log replaces as it reads, so
//! that a half rewritten log gives the same books.

pub mod again;
mod book_store;
pub mod buyer;
pub mod order;
pub mod place;
pub mod receipt;
pub mod records;
pub(crate) mod seal;
#[cfg(test)]
mod tests;
pub mod who;
pub mod work;

use std::collections::BTreeMap;

use referee_core::erasure::Substitution;
use referee_core::fact::Actor;
use referee_core::id::{BrandId, RecordNo, ServiceId};
use referee_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::log::Position;
use crate::settings::Settings;

pub use book_store::{BookStore, Kept, book_store};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ErasureState {
    /// It is noted; its record is not in the books yet.
    Waiting = 1,
    /// The books are done, and the log is being rewritten.
    Rewriting = 2,
    Done = 3,
}

impl ErasureState {
    pub fn of(number: u32) -> Option<ErasureState> {
        [ErasureState::Waiting, ErasureState::Rewriting, ErasureState::Done].into_iter().find(|it| *it as u32 == number)
    }

    pub fn name(self) -> &'static str {
        match self {
            ErasureState::Waiting => "waiting",
            ErasureState::Rewriting => "rewriting",
            ErasureState::Done => "done",
        }
    }
}

/// An erasure, without any value.
#[derive(Debug, Clone)]
pub struct Erasure {
    pub brand: BrandId,
    pub id: ServiceId,
    pub state: ErasureState,
    pub asked_at: Timestamp,
    pub changed_at: Timestamp,
    /// Who did it, and why.
    pub actor: Actor,
    pub found: Found,
    /// That of its fact.
    pub record: Option<RecordNo>,
    /// Where that lies, once all before it was rewritten.
    pub position: Option<Position>,
    /// Records that were read so far, and of these the changed ones.
    pub read: u64,
    pub rewritten: u64,
    pub leased_until: Timestamp,
}

/// What names a person, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Identifiers by the name of their kind, with all the hashes that are known of each.
    pub identifiers: BTreeMap<String, u32>,
    /// Addresses with user agents, and parts of addresses, from which clicks came.
    pub devices: u32,
    pub networks: u32,
    pub clicks: u32,
    /// They stay, without the person.
    pub orders: u32,
    /// Identifiers that were seen with too many people to name one, and stay.
    pub shared: u32,
    /// Devices that were the person's once and are somebody else's now; they stay.
    pub passed_on: u32,
    /// Identifiers of the block list, which name nobody and stay.
    pub blocked: u32,
    /// Refused reports, uploaded files and notes that said the value in so many words, and were forgotten.
    #[serde(default)]
    pub papers: u32,
}

impl Found {
    pub fn values(&self) -> u32 {
        self.identifiers.values().sum::<u32>() + self.devices + self.networks
    }
}

/// Erasures that are under way, as a machine asks for them.
pub trait Erasures: Send + Sync {
    /// What is to be replaced in the books that have come to an erasure's record; None if nothing is, any more.
    fn at(&self, brand: BrandId, id: ServiceId, record: RecordNo) -> Result<Option<Substitution>>;

    /// What may be replaced in the log already, each with the record before which it is to be.
    fn rewriting(&self, brand: BrandId) -> Result<Vec<(RecordNo, Substitution)>>;
}

impl Erasures for Settings {
    fn at(&self, brand: BrandId, id: ServiceId, record: RecordNo) -> Result<Option<Substitution>> {
        self.substitution_at(brand, id, record)
    }

    fn rewriting(&self, brand: BrandId) -> Result<Vec<(RecordNo, Substitution)>> {
        Settings::rewriting(self, brand)
    }
}

/// For books without settings beside them.
pub struct NoErasures;

impl Erasures for NoErasures {
    fn at(&self, _: BrandId, _: ServiceId, _: RecordNo) -> Result<Option<Substitution>> {
        Ok(None)
    }

    fn rewriting(&self, _: BrandId) -> Result<Vec<(RecordNo, Substitution)>> {
        Ok(Vec::new())
    }
}
