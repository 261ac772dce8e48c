//! What some frames hold: records by brand, numbered, and where the partition stands after them.

use std::collections::BTreeMap;

use referee_core::fact::Record;
use referee_core::id::{BrandId, FactId, RecordNo};
use referee_core::machine::knows_rules;

use super::Partition;
use crate::books::Applied;
use crate::error::{Error, Result};
use crate::limits::BATCH_RECORDS_MAX;
use crate::log::frame::unpack_facts;
use crate::log::{Draft, Frame, Position};

/// What some frames hold, by brand, and where the partition stands after them.
pub struct Batch {
    pub by_brand: BTreeMap<BrandId, Vec<Record>>,
    pub applied: Applied,
    /// Of that, what these frames changed.
    pub moved: Applied,
    /// How many frames it took.
    pub frames: usize,
}

impl Batch {
    pub fn of(frames: &[(Position, Frame)], partition: &Partition) -> Result<Option<Batch>> {
        if frames.is_empty() {
            return Ok(None);
        }
        let (by_brand, applied, moved) = (BTreeMap::new(), partition.applied.clone(), Applied::default());
        let mut batch = Batch { by_brand, applied, moved, frames: 0 };
        let mut records = 0;
        for (position, frame) in frames {
            batch.frames += 1;
            batch.applied.position = *position;
            batch.moved.position = *position;
            // A frame that was kept twice, because its sender never heard of the first time.
            if !batch.applied.note(frame.id) {
                continue;
            }
            batch.moved.edges.insert((frame.id.edge, frame.id.epoch), frame.id.n);
            for (fact_id, draft) in unpack_facts(frame)? {
                records += 1;
                batch.add(partition, fact_id, draft)?;
            }
            if records >= BATCH_RECORDS_MAX {
                break;
            }
        }
        Ok(Some(batch))
    }

    fn add(&mut self, partition: &Partition, id: FactId, draft: Draft) -> Result<()> {
        let place = || format!("read a record of partition {}", partition.id.0);
        let Some(in_hand) = partition.brands.get(&draft.brand) else {
            return Err(Error::corrupt(place(), format!("brand {} does not belong there", draft.brand)));
        };
        if !knows_rules(&draft.fact) {
            return Err(Error::setup(place(), "it asks for rules this program does not have; start a newer one"));
        }
        let records = self.by_brand.entry(draft.brand).or_default();
        let no = RecordNo(in_hand.state.last_record.0 + 1 + records.len() as u64);
        let Draft { brand, received_at, occurred_at, actor, mut fact, raw: _ } = draft;
        for (before, by) in partition.rewriting.get(&brand).into_iter().flatten() {
            if no < *before {
                by.apply_to_fact(&mut fact);
            }
        }
        records.push(Record { no, brand, id, received_at, occurred_at, actor, fact });
        Ok(())
    }

    pub fn records(&self) -> u64 {
        self.by_brand.values().map(|records| records.len() as u64).sum()
    }
}
