//! What is shared by everything that works on the log, and what is kept of each partition.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::feed::Feed;
use super::lock;
use super::marks::{Mark, Marks};
use super::stream::Streams;
use super::tail::Tail;
use crate::error::Result;
use crate::log::Position;
use crate::log::arrivals::Arrivals;
use crate::routing::PartitionId;

/// Tails of one partition: the machine's, and some for whoever else reads.
const TAILS_MAX: usize = 4;
/// A tail that nobody used for so long is let go.
const TAIL_IDLE: Duration = Duration::from_secs(60);
/// How often partitions of other edges are looked for.
const CENSUS: Duration = Duration::from_secs(2);

pub struct Hub {
    pub streams: Streams,
    pub arrivals: Arrivals,
    /// How much of a stream stays that could go.
    pub overlap: Duration,
    pub runtime: Handle,
    partitions: Mutex<BTreeMap<PartitionId, Arc<Partition>>>,
}

/// A partition whose stream is known to be there.
pub struct Partition {
    pub id: PartitionId,
    /// The position of the newest frame that was kept or seen here.
    newest: AtomicU64,
    marks: Mutex<Marks>,
    tails: Mutex<Vec<Arc<Tail>>>,
    /// When something was let go last, and up to where.
    let_go: Mutex<Option<(Instant, u64)>>,
}

impl Hub {
    pub fn new(streams: Streams, overlap: Duration, runtime: Handle) -> Hub {
        Hub { streams, arrivals: Arrivals::default(), overlap, runtime, partitions: Mutex::default() }
    }

    /// A partition whose stream was seen.
    pub fn partition(&self, id: PartitionId) -> Arc<Partition> {
        lock(&self.partitions).entry(id).or_insert_with(|| Arc::new(Partition::new(id, self.overlap))).clone()
    }

    pub fn known(&self) -> Vec<Arc<Partition>> {
        lock(&self.partitions).values().cloned().collect()
    }

    pub fn find(&self, id: PartitionId) -> Option<Arc<Partition>> {
        lock(&self.partitions).get(&id).cloned()
    }

    /// A frame of ours was kept.
    pub fn kept(&self, id: PartitionId, position: Position) {
        let partition = self.partition(id);
        partition.newest.fetch_max(position.0, Ordering::Relaxed);
        let tails = lock(&partition.tails);
        tails.iter().for_each(|tail| tail.know(position.0));
        // Where there is a tail, readers are woken when it has the frame.
        if tails.is_empty() {
            self.arrivals.grow();
        }
    }

    /// A tail for whoever reads on from here.
    pub fn tail(self: &Arc<Hub>, partition: &Arc<Partition>, after: Position, known: u64) -> Arc<Tail> {
        let mut tails = lock(&partition.tails);
        if let Some(tail) = tails.iter().find(|tail| tail.continues(after)) {
            return tail.clone();
        }
        if tails.len() >= TAILS_MAX
            && let Some(idle) = (0..tails.len()).max_by_key(|i| tails[*i].idle())
        {
            tails.remove(idle).stop();
        }
        let tail = Arc::new(Tail::new(after, known));
        let feed = Feed::new(self.clone(), partition.clone(), tail.clone(), after);
        tail.fed_by(self.runtime.spawn(feed.run()).abort_handle());
        tails.push(tail.clone());
        tail
    }

    /// Looks for partitions that others began, for ever, and lets go of tails that nobody uses.
    pub async fn take_census(self: Arc<Hub>) {
        loop {
            tokio::time::sleep(CENSUS).await;
            match self.look_for_partitions().await {
                Ok(true) => self.arrivals.grow(),
                Ok(false) => {}
                Err(error) => tracing::debug!(%error, "looking for new partitions"),
            }
            for partition in self.known() {
                partition.retain(|tail| tail.idle() < TAIL_IDLE);
            }
        }
    }

    /// Whether there are new ones.
    pub async fn look_for_partitions(&self) -> Result<bool> {
        let ids = self.streams.partitions().await?;
        let before = lock(&self.partitions).len();
        ids.into_iter().for_each(|id| _ = self.partition(id));
        Ok(lock(&self.partitions).len() > before)
    }
}

impl Partition {
    fn new(id: PartitionId, overlap: Duration) -> Partition {
        Partition {
            id,
            newest: AtomicU64::new(0),
            marks: Mutex::new(Marks::new(overlap)),
            tails: Mutex::default(),
            let_go: Mutex::default(),
        }
    }

    /// The tail whose reader is at this position.
    pub fn tail_at(&self, after: Position) -> Option<Arc<Tail>> {
        lock(&self.tails).iter().find(|tail| tail.continues(after)).cloned()
    }

    /// A tail does for its reader no longer.
    pub fn forget(&self, tail: &Arc<Tail>) {
        self.retain(|it| !Arc::ptr_eq(it, tail));
    }

    fn retain(&self, stays: impl Fn(&Arc<Tail>) -> bool) {
        lock(&self.tails).retain(|tail| {
            let stays = stays(tail);
            if !stays {
                tail.stop();
            }
            stays
        });
    }

    pub fn newest(&self) -> u64 {
        self.newest.load(Ordering::Relaxed)
    }

    /// A frame went by.
    pub fn note(&self, mark: Mark) {
        self.newest.fetch_max(mark.position.0, Ordering::Relaxed);
        lock(&self.marks).note(mark);
    }

    /// The sequence before which all may go, if it is time to let go of some.
    pub fn due(&self, up_to: Position, every: Duration) -> Option<u64> {
        let mut let_go = lock(&self.let_go);
        if let_go.is_some_and(|(at, _)| at.elapsed() < every) {
            return None;
        }
        let cut = lock(&self.marks).cut(up_to)?;
        if let_go.is_some_and(|(_, before)| cut <= before) {
            return None;
        }
        *let_go = Some((Instant::now(), cut));
        Some(cut)
    }
}
