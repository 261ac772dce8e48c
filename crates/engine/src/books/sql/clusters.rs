//! Which database holds which partition's books. No question ever spans brands, so none spans databases.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use referee_core::id::BrandId;

use crate::error::{Error, Result};
use crate::routing::PartitionId;

/// The cluster of every partition that was not moved to another.
pub const MAIN: &str = "main";

/// Where the books of each brand are, as the settings have it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placement {
    pub partitions: BTreeMap<BrandId, PartitionId>,
    /// Of the partitions that are elsewhere than in `MAIN`.
    pub clusters: BTreeMap<PartitionId, String>,
}

impl Placement {
    pub fn of(&self, partition: PartitionId) -> &str {
        self.clusters.get(&partition).map_or(MAIN, String::as_str)
    }
}

/// Something for each cluster: a connection, a pool.
pub struct Clusters<T> {
    by_name: BTreeMap<String, T>,
    placement: Arc<ArcSwap<Placement>>,
}

impl<T> Clusters<T> {
    /// The only one there is.
    pub fn one(it: T) -> Clusters<T> {
        Clusters { by_name: BTreeMap::from([(MAIN.to_owned(), it)]), placement: Arc::default() }
    }

    pub fn new(by_name: BTreeMap<String, T>, placement: Arc<ArcSwap<Placement>>) -> Clusters<T> {
        Clusters { by_name, placement }
    }

    pub fn all(&self) -> impl Iterator<Item = (&str, &T)> {
        self.by_name.iter().map(|(name, it)| (name.as_str(), it))
    }

    /// Whether a partition's rows in a cluster are the ones that count: after a move, an old copy may still be there.
    pub fn holds(&self, name: &str, partition: PartitionId) -> bool {
        self.placement.load().of(partition) == name
    }

    pub fn partition_of(&self, brand: BrandId) -> PartitionId {
        // Where there is one cluster nobody needs to know.
        self.placement.load().partitions.get(&brand).copied().unwrap_or_default()
    }

    pub fn name_of(&self, partition: PartitionId) -> String {
        self.placement.load().of(partition).to_owned()
    }

    pub fn named(&self, name: &str) -> Result<&T> {
        self.by_name.get(name).ok_or_else(|| unknown(name))
    }

    pub fn named_mut(&mut self, name: &str) -> Result<&mut T> {
        self.by_name.get_mut(name).ok_or_else(|| unknown(name))
    }
}

fn unknown(name: &str) -> Error {
    Error::setup(
        "find the books",
        format!("there is no cluster {name:?} in the configuration: name it under [clusters]"),
    )
}
