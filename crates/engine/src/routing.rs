//! The edge's picture of the world: immutable, swapped whole, read without a lock.

use std::collections::HashMap;
use std::sync::Arc;

use referee_core::config::Config;
use referee_core::id::{BrandId, ProgramId, RecordNo};
use referee_core::program::Program;

use crate::intake::keys::BrandKeys;

/// Which ordered stream a brand's records go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PartitionId(pub u32);

pub struct BrandRouting {
    pub brand: BrandId,
    pub partition: PartitionId,
    pub config: Arc<Config>,
    /// A record that the configuration is not older than.
    pub as_of: RecordNo,
    pub keys: Arc<BrandKeys>,
    /// Parameters of links that are kept because terms may ask for them, in small letters.
    pub link_params: Vec<String>,
}

impl BrandRouting {
    pub fn new(brand: BrandId, partition: PartitionId, config: Arc<Config>, keys: Arc<BrandKeys>) -> BrandRouting {
        let link_params = LINK_PARAMS.map(str::to_owned).to_vec();
        BrandRouting { brand, partition, config, as_of: RecordNo::default(), keys, link_params }
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
            let before = self.brands.get(brand);
            let config = before.map(|it| it.config.clone()).unwrap_or_default();
            let as_of = before.map(|it| it.as_of).unwrap_or_default();
            let (brand, partition, keys) = (*brand, *partition, keys.clone());
            (brand, Arc::new(BrandRouting { as_of, ..BrandRouting::new(brand, partition, config, keys) }))
        });
        let (programs, hosts) = (directory.programs.clone(), self.hosts.clone());
        Routing { version: self.version + 1, brands: brands.collect(), programs, hosts }
    }

    /// This picture, with what a brand had set up by a record. It is told by whoever applies records and by whoever looks at
    /// the books, and the slower one must not bring back what was.
    pub fn with_config(&self, brand: BrandId, config: &Config, as_of: RecordNo) -> Routing {
        let mut brands = self.brands.clone();
        if let Some(before) = self.brands.get(&brand).filter(|before| before.as_of <= as_of) {
            let (partition, keys) = (before.partition, before.keys.clone());
            let config = Arc::new(config.clone());
            let now = BrandRouting { as_of, ..BrandRouting::new(brand, partition, config, keys) };
            brands.insert(brand, Arc::new(now));
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

#[cfg(test)]
mod tests {
    use referee_core::config::Partner;
    use referee_core::id::PartnerId;
    use referee_core::program::Standing;

    use super::*;

    #[test]
    fn whoever_tells_later_of_what_was_earlier_changes_nothing() {
        let keys = Arc::new(BrandKeys::new([1; 32], Vec::new()));
        let brands = vec![(BrandId(1), PartitionId(1), keys)];
        let routing = Routing::default().with_directory(&Directory { brands, programs: HashMap::new() });
        let mut config = Config::default();
        config.partners.insert(
            PartnerId(7),
            Partner { id: PartnerId(7), standing: Standing::Active, channel: false, reward: false },
        );
        let routing = routing.with_config(BrandId(1), &config, RecordNo(5));
        let late = routing.with_config(BrandId(1), &Config::default(), RecordNo(4));
        assert_eq!(late.brands[&BrandId(1)].config.partners.len(), 1);
        let next = late.with_config(BrandId(1), &Config::default(), RecordNo(5));
        assert!(next.brands[&BrandId(1)].config.partners.is_empty());
    }
}
