//! The edge's picture of the world: immutable, swapped whole, read without a lock.

use std::collections::HashMap;
use std::sync::Arc;

use referee_core::config::Config;
use referee_core::id::{BrandId, ProgramId};
use referee_core::program::Program;

use crate::intake::keys::BrandKeys;

/// Which ordered stream a brand's records go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PartitionId(pub u32);

pub struct BrandRouting {
    pub brand: BrandId,
    pub partition: PartitionId,
    pub config: Arc<Config>,
    pub keys: Arc<BrandKeys>,
}

#[derive(Default)]
pub struct Routing {
    /// Grows with every swap.
    pub version: u64,
    pub brands: HashMap<BrandId, Arc<BrandRouting>>,
    pub programs: HashMap<ProgramId, BrandId>,
    /// Programs served on a host, in lower case and without port.
    pub hosts: HashMap<String, Vec<ProgramId>>,
}

impl Routing {
    pub fn brand_of(&self, program: ProgramId) -> Option<&Arc<BrandRouting>> {
        self.brands.get(self.programs.get(&program)?)
    }

    /// A program, if it is served on this host.
    pub fn program_on(&self, host: &str, program: ProgramId) -> Option<(&Arc<BrandRouting>, &Program)> {
        if !self.hosts.get(host)?.contains(&program) {
            return None;
        }
        let brand = self.brand_of(program)?;
        Some((brand, brand.config.programs.get(&program)?))
    }
}
