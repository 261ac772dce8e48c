//! Records through the rules, in batches: load what they need, apply, save.

use referee_core::config::Config;
use referee_core::fact::Record;
use referee_core::id::BrandId;
use referee_core::invariant::entries_balance;
use referee_core::machine::{self, Outcome};
use referee_core::row::BrandState;
use referee_core::slice::Slice;

use super::Books;
use crate::error::Result;
use crate::limits::BATCH_RECORDS_MAX;

/// Applies a brand's records in order, inside the transaction that is open. However they are split into batches, the
/// books come out the same.
pub fn apply_records(
    books: &mut dyn Books,
    brand: BrandId,
    mut config: Config,
    mut state: BrandState,
    records: &[Record],
    on_outcome: &mut dyn FnMut(&Record, &Outcome),
) -> Result<(Config, BrandState)> {
    for batch in batches(records) {
        let mut slice = Slice::new(config, state);
        books.load(brand, batch, &mut slice)?;
        for record in batch {
            let outcome = machine::apply(&mut slice, record);
            on_outcome(record, &outcome);
        }
        debug_assert_eq!(entries_balance(&slice.new.entries), Ok(()), "the entries of a record sum to zero");
        books.save(brand, &slice)?;
        (config, state) = (slice.config, slice.state);
    }
    Ok((config, state))
}

/// Records that change what a batch is chosen by stand alone.
fn batches(records: &[Record]) -> impl Iterator<Item = &[Record]> {
    records
        .chunk_by(|a, b| !a.fact.stands_alone() && !b.fact.stands_alone())
        .flat_map(|run| run.chunks(BATCH_RECORDS_MAX))
}
