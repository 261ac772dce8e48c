//! The books: what the rules derived from the log. Disposable, and rebuilt from it byte for byte.

pub mod batch;
pub mod conformance;
pub mod reads;
pub mod sql;
mod stored;

use std::collections::BTreeMap;

use referee_core::config::Config;
use referee_core::fact::Record;
use referee_core::id::BrandId;
use referee_core::row::BrandState;
use referee_core::slice::Slice;
use referee_core::time::Timestamp;

use crate::error::Result;
use crate::log::Position;
use crate::routing::PartitionId;

/// How far the books have come in a partition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    pub position: Position,
    /// Per edge, the run and number of its newest frame: an older one is a repetition and is skipped.
    pub edges: BTreeMap<u16, (u32, u64)>,
}

/// The machine's side of the books: one thread per partition writes. Between `begin` and `commit` everything is one
/// transaction; rows saved in it are seen by later loads in it.
pub trait Books: Send {
    fn applied(&mut self, partition: PartitionId) -> Result<Applied>;

    /// What a brand has set up and come to.
    fn brand(&mut self, brand: BrandId) -> Result<(Config, BrandState)>;

    /// When the next pending action of a brand locks.
    fn next_due(&mut self, brand: BrandId) -> Result<Option<Timestamp>>;

    /// Opens a transaction. `Fenced` if the applied position is no longer this.
    fn begin(&mut self, partition: PartitionId, expected: Position) -> Result<()>;

    /// Loads what a batch needs into the slice, by a fixed number of set-based questions.
    fn load(&mut self, brand: BrandId, records: &[Record], slice: &mut Slice) -> Result<()>;

    /// Saves what the batch changed and added, and the brand's state.
    fn save(&mut self, brand: BrandId, slice: &Slice) -> Result<()>;

    fn commit(&mut self, partition: PartitionId, applied: &Applied) -> Result<()>;

    fn rollback(&mut self);
}
