//! The books: what the rules derived from the log. Disposable, and rebuilt from it byte for byte.

pub mod batch;
pub mod conformance;
pub mod doubt_reads;
pub mod payable_reads;
pub mod reads;
pub mod sql;
mod stored;

use std::collections::BTreeMap;

use referee_core::config::Config;
use referee_core::erasure::Substitution;
use referee_core::fact::Record;
use referee_core::id::BrandId;
use referee_core::row::BrandState;
use referee_core::slice::Slice;
use referee_core::time::Timestamp;

use crate::error::Result;
use crate::log::{Frame, FrameId, Position};
use crate::routing::PartitionId;

/// Runs of an edge whose frames may still come: those of a slow process, or from a spool, after a newer run's.
pub const RUNS_MAX: usize = 16;

/// How far the books have come in a partition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    pub position: Position,
    /// Per edge and epoch, the number of the newest frame: one that is not newer is a repetition.
    pub edges: BTreeMap<(u16, u32), u64>,
}

impl Applied {
    /// Takes note of a frame; false if it is a repetition, or of a run older than the newest `RUNS_MAX` of its edge.
    pub fn note(&mut self, id: FrameId) -> bool {
        let run = (id.edge, id.epoch);
        if let Some(newest) = self.edges.get_mut(&run) {
            let newer = id.n > *newest;
            *newest = id.n.max(*newest);
            return newer;
        }
        self.edges.insert(run, id.n);
        let mut runs = self.edges.range((id.edge, 0)..=(id.edge, u32::MAX)).map(|(run, _)| *run);
        match (runs.next(), runs.count()) {
            (Some(oldest), others) if others >= RUNS_MAX => {
                self.edges.remove(&oldest);
                oldest != run
            }
            _ => true,
        }
    }
}

/// The machine's side of the books: one thread per partition writes. Between `begin` and `commit` everything is one
/// transaction; rows saved in it are seen by later loads in it.
pub trait Books: Send {
    fn applied(&mut self, partition: PartitionId) -> Result<Applied>;

    /// What a brand has set up and come to.
    fn brand(&mut self, partition: PartitionId, brand: BrandId) -> Result<(Config, BrandState)>;

    /// When the next pending action of a brand locks.
    fn next_due(&mut self, partition: PartitionId, brand: BrandId) -> Result<Option<Timestamp>>;

    /// Opens a transaction. `Fenced` if the applied position is no longer this.
    fn begin(&mut self, partition: PartitionId, expected: Position) -> Result<()>;

    /// Loads what a batch needs into the slice, by a fixed number of set-based questions.
    fn load(&mut self, brand: BrandId, records: &[Record], slice: &mut Slice) -> Result<()>;

    /// Saves what the batch changed and added, and the brand's state.
    fn save(&mut self, brand: BrandId, slice: &Slice) -> Result<()>;

    /// Puts tokens in the place of what names a person, in every row; says how many were changed.
    fn erase(&mut self, brand: BrandId, by: &Substitution) -> Result<u64>;

    /// Keeps the frames that were applied, for a log that does not. Their places continue those kept before. False:
    /// these books keep none, and the log must.
    fn keep_frames(&mut self, partition: PartitionId, frames: &[(Position, Frame)]) -> Result<bool>;

    /// Ends the transaction at a position. Marks of runs that are not named stay as they are; of an edge with more than
    /// `RUNS_MAX` runs the oldest go.
    fn commit(&mut self, partition: PartitionId, applied: &Applied) -> Result<()>;

    fn rollback(&mut self);
}
