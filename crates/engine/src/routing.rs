//! The edge's picture of the world: immutable, swapped whole, read without a lock.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use referee_core::config::Config;
use referee_core::id::{BrandId, ProgramId, RecordNo};
use referee_core::program::Program;

use crate::intake::keys::BrandKeys;
use crate::intake::landing;

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
    /// Hosts that ads and programs lead to, in small letters: their pages may talk to the program.
    pub landing_hosts: HashSet<(ProgramId, String)>,
}

impl BrandRouting {
    pub fn new(brand: BrandId, partition: PartitionId, config: Arc<Config>, keys: Arc<BrandKeys>) -> BrandRouting {
        let link_params = LINK_PARAMS.map(str::to_owned).to_vec();
        let landings = config.ads.values().map(|ad| (ad.program, &ad.landing_url));
        let landings = landings.chain(config.programs.values().map(|it| (it.id, &it.default_landing_url)));
        let host = |(program, landing): (ProgramId, &String)| Some((program, landing::host_of(landing)?));
        let landing_hosts = landings.filter_map(host).collect();
        BrandRouting { brand, partition, config, as_of: RecordNo::default(), keys, link_params, landing_hosts }
    }
}

/// The further parameters that links have always had.
const LINK_PARAMS: [&str; 3] = ["param1", "param2", "param3"];

/// Who there is: brands with their partitions and keys, and whose each program is.
pub struct Directory {
    pub brands: Vec<(BrandId, PartitionId, Arc<BrandKeys>)>,
    pub programs: HashMap<ProgramId, BrandId>,
    /// Hosts that a brand says are its own, and has not proved yet.
    pub unverified: HashSet<(BrandId, String)>,
    /// Hosts that were proved to be a brand's.
    pub proved: HashSet<String>,
}

#[derive(Default)]
pub struct Routing {
    /// Grows with every swap.
    pub version: u64,
    pub brands: HashMap<BrandId, Arc<BrandRouting>>,
    pub programs: HashMap<ProgramId, BrandId>,
    /// Programs served on a host, in lower case and without port.
    pub hosts: HashMap<String, Vec<ProgramId>>,
    /// What else a host answers than links, by the names its programs chose; only where these are not the usual ones.
    pub names: HashMap<String, Names>,
    /// Hosts that a brand says are its own, and has not proved yet: nothing is served there for the brand.
    pub unverified: Arc<HashSet<(BrandId, String)>>,
    /// Hosts that were proved to be a brand's: only they get certificates.
    pub proved: Arc<HashSet<String>>,
}

/// Names that the programs of a host chose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// First parts of paths.
    pub prefixes: Vec<String>,
    /// Files of the tag.
    pub tags: Vec<String>,
    /// The shop's own host: what is not under a prefix is the shop's.
    pub is_shop: bool,
}

/// The usual names.
pub const PREFIX: &str = referee_core::program::PATH_PREFIX;
pub const TAG: &str = referee_core::program::TAG_NAME;
/// The published files of the tag, which never change, by how their names end.
pub const TAG_VERSIONS: [(&str, &str); 2] = [(".v1.js", "/tag.v1.js"), (".v2.js", "/tag.v2.js")];

impl Names {
    fn add(&mut self, program: &Program) {
        for (list, name) in [(&mut self.prefixes, &program.path_prefix), (&mut self.tags, &program.tag_name)] {
            if !list.contains(name) {
                list.push(name.clone());
                list.sort_unstable();
            }
        }
    }

    fn inner_path<'a>(&self, path: &'a str) -> Option<Cow<'a, str>> {
        let (first, rest) = first_part(path);
        if !rest.is_empty() && self.prefixes.iter().any(|it| it == first) {
            return Some(self.under_prefix(rest));
        }
        match (self.is_shop, rest.is_empty().then(|| self.tag(first)).flatten()) {
            // Old snippets and links go on, whatever the new names are.
            (false, None) => usual_path(path),
            (false, Some(tag)) => Some(tag.into()),
            (true, _) => None,
        }
    }

    /// What follows a prefix, under the usual one; the tag's file stands beside it.
    fn under_prefix<'a>(&self, rest: &'a str) -> Cow<'a, str> {
        let (first, more) = first_part(rest);
        if more.is_empty()
            && let Some(tag) = self.tag(first)
        {
            return tag.into();
        }
        under(rest)
    }

    fn tag(&self, file: &str) -> Option<&'static str> {
        if file == TAG || self.tags.iter().any(|it| it == file) {
            return Some("/tag.js");
        }
        let stems = || self.tags.iter().filter_map(|it| it.strip_suffix(".js"));
        let is = |end: &str| stems().any(|stem| file.strip_prefix(stem) == Some(end));
        TAG_VERSIONS.iter().find(|(end, _)| is(end)).map(|(_, path)| *path)
    }
}

/// The first part of a path, and what follows it with its slash.
fn first_part(path: &str) -> (&str, &str) {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.find('/').map_or((path, ""), |slash| path.split_at(slash))
}

/// On a host without names of its own.
fn usual_path(path: &str) -> Option<Cow<'_, str>> {
    let under_usual = path.strip_prefix("/pt").filter(|rest| stands_beside(rest));
    Some(Cow::Borrowed(under_usual.unwrap_or(path)))
}

/// What has no prefix inside, and may be asked for under one.
fn stands_beside(rest: &str) -> bool {
    rest == "/tag.js" || TAG_VERSIONS.iter().any(|(_, path)| rest == *path) || rest == "/robots.txt"
}

fn under(rest: &str) -> Cow<'_, str> {
    if stands_beside(rest) { Cow::Borrowed(rest) } else { Cow::Owned(format!("/{PREFIX}{rest}")) }
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
        let (brands, programs) = (brands.collect(), directory.programs.clone());
        let unverified = Arc::new(directory.unverified.clone());
        let routing = Routing::new(self.version + 1, brands, programs, unverified);
        Routing { proved: Arc::new(directory.proved.clone()), ..routing }
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
        let routing = Routing::new(self.version + 1, brands, self.programs.clone(), self.unverified.clone());
        Routing { proved: self.proved.clone(), ..routing }
    }

    fn new(
        version: u64,
        brands: HashMap<BrandId, Arc<BrandRouting>>,
        programs: HashMap<ProgramId, BrandId>,
        unverified: Arc<HashSet<(BrandId, String)>>,
    ) -> Routing {
        let mut routing = Routing { version, programs, unverified, ..Routing::default() };
        for (brand, program) in brands.values().flat_map(|it| it.config.programs.values().map(|of| (it.brand, of))) {
            let served = |host: &&String| !routing.unverified.contains(&(brand, (*host).clone()));
            for host in program.tracking_hosts.iter().filter(served) {
                routing.hosts.entry(host.clone()).or_default().push(program.id);
                routing.names.entry(host.clone()).or_default().add(program);
            }
            for host in program.shop_hosts.iter().filter(served) {
                routing.hosts.entry(host.clone()).or_default().push(program.id);
                let names = routing.names.entry(host.clone()).or_default();
                names.add(program);
                names.is_shop = true;
            }
        }
        routing.hosts.values_mut().for_each(|programs| {
            programs.sort_unstable();
            programs.dedup();
        });
        let usual = Names { prefixes: vec![PREFIX.into()], tags: vec![TAG.into()], is_shop: false };
        routing.names.retain(|_, names| *names != usual);
        routing.brands = brands;
        routing
    }

    /// What a path on a host is called inside: `/pt/..`, `/tag.js` and so on, whatever its programs call them. None where
    /// the shop's own host answers for itself.
    pub fn inner_path<'a>(&self, host: &str, path: &'a str) -> Option<Cow<'a, str>> {
        match self.names.get(host) {
            None => usual_path(path),
            Some(names) => names.inner_path(path),
        }
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
        let routing = Routing::default().with_directory(&Directory {
            brands,
            programs: HashMap::new(),
            unverified: HashSet::new(),
            proved: HashSet::new(),
        });
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

    fn program(id: u32, prefix: &str, tag: &str, hosts: &[&str], shop: &[&str]) -> Program {
        let named = |hosts: &[&str]| hosts.iter().map(|it| (*it).to_owned()).collect();
        Program {
            id: ProgramId(id),
            name: "Shop".into(),
            currency: referee_core::money::Currency(*b"EUR"),
            zone: referee_core::time::Zone::default(),
            standing: Standing::Active,
            default_landing_url: String::new(),
            permitted_hosts: Vec::new(),
            tracking_hosts: named(hosts),
            click_param: "pt".into(),
            cookie_days: 30,
            path_prefix: prefix.into(),
            tag_name: tag.into(),
            shop_hosts: named(shop),
        }
    }

    fn routing(programs: Vec<Program>, unverified: &[(u32, &str)]) -> Routing {
        let brands = [1, 2].map(|id| (BrandId(id), PartitionId(id), Arc::new(BrandKeys::new([1; 32], Vec::new()))));
        let unverified = unverified.iter().map(|(brand, host)| (BrandId(*brand), (*host).to_owned())).collect();
        let (programs_of, proved) = (HashMap::new(), HashSet::new());
        let directory = Directory { brands: brands.to_vec(), programs: programs_of, unverified, proved };
        let mut config = Config::default();
        config.programs.extend(programs.into_iter().map(|it| (it.id, it)));
        Routing::default().with_directory(&directory).with_config(BrandId(1), &config, RecordNo(1))
    }

    #[test]
    fn a_host_is_served_for_whoever_proved_it() {
        let set_up = || vec![program(7, "pt", "tag.js", &["go.shop.com"], &["www.shop.com"])];
        let served = |unverified: &[(u32, &str)]| {
            let mut hosts: Vec<_> = routing(set_up(), unverified).hosts.into_keys().collect();
            hosts.sort();
            hosts
        };
        assert_eq!(served(&[]), ["go.shop.com", "www.shop.com"]);
        assert_eq!(served(&[(1, "go.shop.com")]), ["www.shop.com"]);
        assert_eq!(served(&[(1, "www.shop.com")]), ["go.shop.com"]);
        assert_eq!(served(&[(2, "go.shop.com")]), ["go.shop.com", "www.shop.com"], "what others say changes nothing");
    }

    #[test]
    fn paths_are_called_as_programs_chose() {
        let plain = program(7, "pt", "tag.js", &["go.shop.com"], &[]);
        let own = program(8, "shop-x", "x.js", &["links.shop.com"], &["www.shop.com"]);
        let routing = routing(vec![plain, own], &[]);
        assert!(!routing.names.contains_key("go.shop.com"), "the usual names cost nothing");
        for (host, path, inner) in [
            ("go.shop.com", "/c/1/2/7", Some("/c/1/2/7")),
            ("go.shop.com", "/pt/v", Some("/pt/v")),
            ("go.shop.com", "/pt/c/1/2/7", Some("/pt/c/1/2/7")),
            ("go.shop.com", "/pt/tag.js", Some("/tag.js")),
            ("go.shop.com", "/shop-x/v", Some("/shop-x/v")),
            ("go.shop.com", "/spring", Some("/spring")),
            ("links.shop.com", "/shop-x/v", Some("/pt/v")),
            ("links.shop.com", "/shop-x/o.png", Some("/pt/o.png")),
            ("links.shop.com", "/shop-x/i", Some("/pt/i")),
            ("links.shop.com", "/shop-x/i/1/2/8", Some("/pt/i/1/2/8")),
            ("links.shop.com", "/shop-x/c/1/2/8", Some("/pt/c/1/2/8")),
            ("links.shop.com", "/shop-x/x.js", Some("/tag.js")),
            ("links.shop.com", "/shop-x/x.v1.js", Some("/tag.v1.js")),
            ("links.shop.com", "/x.js", Some("/tag.js")),
            ("links.shop.com", "/x.v1.js", Some("/tag.v1.js")),
            ("links.shop.com", "/tag.js", Some("/tag.js")),
            ("links.shop.com", "/pt/v", Some("/pt/v")),
            ("links.shop.com", "/c/1/2/8", Some("/c/1/2/8")),
            ("links.shop.com", "/shop-x", Some("/shop-x")),
            ("www.shop.com", "/shop-x/c/1/2/8", Some("/pt/c/1/2/8")),
            ("www.shop.com", "/shop-x/v", Some("/pt/v")),
            ("www.shop.com", "/shop-x/tag.js", Some("/tag.js")),
            ("www.shop.com", "/shop-x/robots.txt", Some("/robots.txt")),
            ("www.shop.com", "/c/1/2/8", None),
            ("www.shop.com", "/pt/v", None),
            ("www.shop.com", "/x.js", None),
            ("www.shop.com", "/shop-x", None),
            ("www.shop.com", "/", None),
            ("www.shop.com", "/shop-xy/v", None),
        ] {
            assert_eq!(routing.inner_path(host, path).as_deref(), inner, "{host}{path}");
        }
    }
}
