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
    /// Parameters of links that are kept because terms may ask for them, in small letters.
    pub link_params: Vec<String>,
}

impl BrandRouting {
    pub fn new(brand: BrandId, partition: PartitionId, config: Arc<Config>, keys: Arc<BrandKeys>) -> BrandRouting {
        let link_params = LINK_PARAMS.map(str::to_owned).to_vec();
        BrandRouting { brand, partition, config, keys, link_params }
    }
}

/// The further parameters that links have always had.
const LINK_PARAMS: [&str; 3] = ["param1", "param2", "param3"];

/// Who there is: brands with their partitions and keys, and whose each program is.
pub struct Directory {
    pub brands: Vec<(BrandId, PartitionId, Arc<BrandKeys>)>,
    pub programs: HashMap<ProgramId, BrandId>,
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
    /// This picture, with the brands and programs there are now.
    pub fn with_directory(&self, directory: &Directory) -> Routing {
        let brands = directory.brands.iter().map(|(brand, partition, keys)| {
            let config = self.brands.get(brand).map(|it| it.config.clone()).unwrap_or_default();
            let (brand, partition, keys) = (*brand, *partition, keys.clone());
            (brand, Arc::new(BrandRouting::new(brand, partition, config, keys)))
        });
        let (programs, hosts) = (directory.programs.clone(), self.hosts.clone());
        Routing { version: self.version + 1, brands: brands.collect(), programs, hosts }
    }

    /// This picture, with what a brand has set up now.
    pub fn with_config(&self, brand: BrandId, config: &Config) -> Routing {
        let mut brands = self.brands.clone();
        if let Some(before) = self.brands.get(&brand) {
            let (partition, keys) = (before.partition, before.keys.clone());
            let config = Arc::new(config.clone());
            brands.insert(brand, Arc::new(BrandRouting::new(brand, partition, config, keys)));
        }
        let mut hosts: HashMap<String, Vec<ProgramId>> = HashMap::new();
        for program in brands.values().flat_map(|it| it.config.programs.values()) {
            for host in &program.tracking_hosts {
                hosts.entry(host.clone()).or_default().push(program.id);
            }
        }
        hosts.values_mut().for_each(|programs| programs.sort_unstable());
        Routing { version: self.version + 1, brands, programs: self.programs.clone(), hosts }
    }

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
