//! Frames that the books keep beside what they caused, where the log is only the newest part.

use std::sync::Arc;

use arc_swap::ArcSwap;
use referee_core::time::Timestamp;

use super::postgres::{Servers, pools};
use super::{Clusters, Placement, trouble};
use crate::database::{Answer, Database, Pool};
use crate::error::Result;
use crate::log::postgres::frame_of;
use crate::log::{Archive, Frame, Position};
use crate::routing::PartitionId;
use crate::values;

/// Frames blanked in one transaction.
const DROP_FRAMES_MAX: u32 = 200;

/// In the transaction that is open. False in a file, which has no place for them: its log keeps its frames itself.
pub fn save(db: &mut dyn Database, partition: PartitionId, frames: &[(Position, Frame)]) -> Answer<bool> {
    if !db.is_shared() {
        return Ok(false);
    }
    let mut save = db.write(include_str!("../../../sql/books/save_archived.postgres.sql"))?;
    for (position, frame) in frames {
        let id = frame.id;
        save.row(values![
            partition.0,
            position.0,
            id.edge,
            id.epoch,
            id.n,
            frame.first_fact_n,
            frame.records,
            frame.packed_at.0,
            &frame.facts,
            &frame.raw,
        ])?;
    }
    save.finish().map(|()| true)
}

/// The readers' side.
pub struct BooksArchive {
    clusters: Clusters<Pool>,
}

impl BooksArchive {
    pub fn open_on(servers: &Servers, placement: Arc<ArcSwap<Placement>>) -> Result<BooksArchive> {
        Ok(BooksArchive { clusters: Clusters::new(pools(servers)?, placement) })
    }
}

impl Archive for BooksArchive {
    fn read(&self, partition: PartitionId, after: Position, frames_max: usize) -> Result<Vec<(Position, Frame)>> {
        let sql = include_str!("../../../sql/books/list_archived.postgres.sql");
        let pool = self.clusters.named(&self.clusters.name_of(partition))?;
        pool.list(sql, values![partition.0, after.0, frames_max as u64], frame_of).map_err(trouble)
    }

    fn drop_raw_before(&self, before: Timestamp) -> Result<u64> {
        let sql = include_str!("../../../sql/books/drop_archived_raw.postgres.sql");
        let mut dropped = 0;
        for (_, pool) in self.clusters.all() {
            dropped += pool.with(|db| db.run(sql, values![before.0, DROP_FRAMES_MAX])).map_err(trouble)?;
        }
        Ok(dropped)
    }

    fn rewrite(&self, partition: PartitionId, frames: &[(Position, Frame)]) -> Result<()> {
        let sql = include_str!("../../../sql/books/rewrite_archived.postgres.sql");
        let pool = self.clusters.named(&self.clusters.name_of(partition))?;
        let rewrite = |db: &mut dyn Database| {
            db.begin()?;
            let rewritten = frames.iter().try_for_each(|(position, frame)| {
                db.run(sql, values![partition.0, position.0, &frame.facts, &frame.raw]).map(drop)
            });
            let kept = rewritten.and_then(|()| db.commit());
            if kept.is_err() {
                db.roll_back();
            }
            kept
        };
        pool.with(rewrite).map_err(trouble)
    }
}
