//! What must always hold: asked by debug builds, the simulator and `referee verify`.

use std::collections::BTreeMap;

use crate::id::RecordNo;
use crate::row::EntryRow;

/// The entries of every record sum to zero. Names the first record whose entries don't.
pub fn entries_balance<'a>(entries: impl IntoIterator<Item = &'a EntryRow>) -> Result<(), RecordNo> {
    let mut sums: BTreeMap<RecordNo, i128> = BTreeMap::new();
    for entry in entries {
        *sums.entry(entry.record).or_default() += i128::from(entry.amount.0);
    }
    match sums.into_iter().find(|(_, sum)| *sum != 0) {
        Some((record, _)) => Err(record),
        None => Ok(()),
    }
}
