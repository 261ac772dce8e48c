//! Where an address belongs: a class by lists of ranges, and, where the operator has files for it, the autonomous system
//! and the country.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use maxminddb::{PathElement, Reader};
use referee_core::fact::NetworkClass;
use serde::{Deserialize, Serialize};

use super::ranges::{Range, Table};
use crate::error::{Error, Result};
use crate::limits::{NETWORK_DATABASE_BYTES_MAX, NETWORK_LIST_BYTES_MAX};

/// The files the operator points at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkFiles {
    /// A list of networks instead of the one inside the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// Autonomous systems, in MaxMind's format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asn_file: Option<PathBuf>,
    /// Countries, in MaxMind's format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_file: Option<PathBuf>,
}

impl NetworkFiles {
    pub fn over(self, weaker: NetworkFiles) -> NetworkFiles {
        NetworkFiles {
            file: self.file.or(weaker.file),
            asn_file: self.asn_file.or(weaker.asn_file),
            country_file: self.country_file.or(weaker.country_file),
        }
    }

    pub fn is_empty(&self) -> bool {
        *self == NetworkFiles::default()
    }

    /// What is not known without the files that are not there.
    pub fn notes(&self) -> Vec<&'static str> {
        let mut notes = Vec::new();
        if self.file.is_none() {
            notes.push(
                "networks.file is not set: data centres, relays and VPNs are known by the list inside the program, which \
                 is as old as the program",
            );
        }
        if self.asn_file.is_none() {
            notes.push("networks.asn_file is not set: the autonomous system of clicks is not known");
        }
        if self.country_file.is_none() {
            notes.push(
                "networks.country_file is not set: the country of clicks is not known, and terms can't ask for it",
            );
        }
        notes
    }
}

/// What is known of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Network {
    pub class: NetworkClass,
    /// 0: unknown.
    pub asn: u32,
    /// Two capital letters; zeros: unknown.
    pub country: [u8; 2],
}

type Database = Reader<Vec<u8>>;

/// All that is known of addresses.
#[derive(Default)]
pub struct Networks {
    ranges: Table,
    /// Classes of whole autonomous systems, for addresses that no range holds.
    systems: HashMap<u32, NetworkClass>,
    asn: Option<Database>,
    country: Option<Database>,
}

impl Networks {
    pub fn open(files: &NetworkFiles) -> Result<Networks> {
        let mut networks = match &files.file {
            Some(path) => Networks::of_list(&text(path)?).map_err(|cause| Error::setup(reading(path), cause))?,
            None => Networks::built_in()?,
        };
        networks.asn = files.asn_file.as_deref().map(database).transpose()?;
        networks.country = files.country_file.as_deref().map(database).transpose()?;
        Ok(networks)
    }

    /// By the lists inside the program.
    pub fn built_in() -> Result<Networks> {
        let list = concat!(include_str!("../../data/networks_own.txt"), include_str!("../../data/networks.txt"));
        Networks::of_list(list).map_err(|cause| Error::setup("read the list of networks", cause))
    }

    /// By a list: `RANGE CLASS` or `ASnumber CLASS` in a line, and anything after it as a note.
    pub fn of_list(list: &str) -> std::result::Result<Networks, String> {
        let (mut ranges, mut systems) = (Vec::new(), HashMap::new());
        for (number, line) in list.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = |what: &str| format!("line {}: {what}: {line:?}", number + 1);
            let mut words = line.split_ascii_whitespace();
            let what = words.next().unwrap_or_default();
            let class = words.next().and_then(class).ok_or_else(|| {
                wrong("a range is followed by its class, which is hosting, relay, vpn, tor, crawler or other")
            })?;
            if let Some(system) = what.strip_prefix("AS").and_then(|it| it.parse().ok()) {
                systems.insert(system, class);
            } else {
                let range = Range::read(what);
                ranges.push((range.ok_or_else(|| wrong("that is no address, block, range or AS number"))?, class));
            }
        }
        Ok(Networks { ranges: Table::of(&ranges), systems, ..Networks::default() })
    }

    /// Pieces of the table, to say how much is known.
    pub fn pieces(&self) -> usize {
        self.ranges.len()
    }

    pub fn of(&self, address: IpAddr) -> Network {
        let address = address.to_canonical();
        if is_private(address) {
            return Network { class: NetworkClass::Private, ..Network::default() };
        }
        let asn = self.asn.as_ref().map_or(0, |database| asn(database, address));
        let country = self.country.as_ref().and_then(|database| country(database, address)).unwrap_or_default();
        let class = match self.ranges.class(address) {
            NetworkClass::Unknown => self.systems.get(&asn).copied().unwrap_or(NetworkClass::Other),
            class => class,
        };
        Network { class, asn, country }
    }
}

fn class(word: &str) -> Option<NetworkClass> {
    match word {
        "hosting" => Some(NetworkClass::Hosting),
        "relay" => Some(NetworkClass::Relay),
        "vpn" => Some(NetworkClass::Vpn),
        "tor" => Some(NetworkClass::Tor),
        "crawler" => Some(NetworkClass::Crawler),
        "other" => Some(NetworkClass::Other),
        _ => None,
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(it) => {
            let shared = matches!(it.octets(), [100, 64..=127, ..]);
            it.is_private() || it.is_loopback() || it.is_link_local() || it.is_unspecified() || shared
        }
        IpAddr::V6(it) => it.is_loopback() || it.is_unique_local() || it.is_unicast_link_local() || it.is_unspecified(),
    }
}

fn asn(database: &Database, address: IpAddr) -> u32 {
    let found = database.lookup(address).and_then(|it| it.decode_path(&[PathElement::Key("autonomous_system_number")]));
    // A record that can't be read is as good as none: the visitor waits.
    found.ok().flatten().unwrap_or(0)
}

/// By either of the two ways in which such files are laid out.
fn country(database: &Database, address: IpAddr) -> Option<[u8; 2]> {
    let found = database.lookup(address).ok()?;
    let nested: Option<&str> =
        found.decode_path(&[PathElement::Key("country"), PathElement::Key("iso_code")]).ok().flatten();
    let flat = || found.decode_path::<&str>(&[PathElement::Key("country_code")]).ok().flatten();
    let letters: [u8; 2] = nested.or_else(flat)?.as_bytes().try_into().ok()?;
    letters.iter().all(u8::is_ascii_alphabetic).then(|| letters.map(|it| it.to_ascii_uppercase()))
}

fn reading(path: &Path) -> String {
    format!("read the networks of {}", path.display())
}

/// A file, unless it is larger than any of its kind: somebody pointed at the wrong one.
fn bytes(path: &Path, most: u64) -> Result<Vec<u8>> {
    let failed = |error| Error::setup(reading(path), error);
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 > most {
        return Err(Error::setup(reading(path), format!("it is larger than {most} bytes")));
    }
    Ok(bytes)
}

fn text(path: &Path) -> Result<String> {
    String::from_utf8(bytes(path, NETWORK_LIST_BYTES_MAX)?).map_err(|error| Error::setup(reading(path), error))
}

fn database(path: &Path) -> Result<Database> {
    let bytes = bytes(path, NETWORK_DATABASE_BYTES_MAX)?;
    Reader::from_source(bytes)
        .map_err(|error| Error::setup(reading(path), format!("it is no file in MaxMind's format: {error}")))
}

#[cfg(test)]
mod tests {
    use super::super::mmdb;
    use super::*;

    fn class_of(networks: &Networks, address: &str) -> NetworkClass {
        networks.of(address.parse().unwrap()).class
    }

    #[test]
    fn the_list_inside_knows_the_large_ones() {
        use NetworkClass::*;
        let networks = Networks::built_in().unwrap();
        for (address, expected) in [
            // Documented in the operators' own feeds.
            ("52.95.110.1", Hosting),
            ("34.82.1.5", Hosting),
            ("2600:1f18::1", Hosting),
            ("66.249.66.1", Crawler),
            // Egress of a relay, which stands in a data centre.
            ("172.224.240.130", Relay),
            ("104.28.40.1", Relay),
            // A household.
            ("84.130.10.10", Other),
            ("192.168.1.1", Private),
            ("100.64.0.1", Private),
            ("127.0.0.1", Private),
            ("::1", Private),
            ("fd00::1", Private),
        ] {
            assert_eq!(class_of(&networks, address), expected, "{address}");
        }
    }

    #[test]
    fn a_list_may_name_ranges_and_autonomous_systems() {
        let list =
            "# mine\n\n203.0.113.0/24 hosting Example Hosting\n203.0.113.7-203.0.113.9 other our office\nAS64500 vpn\n";
        let networks = Networks::of_list(list).unwrap();
        assert_eq!(class_of(&networks, "203.0.113.1"), NetworkClass::Hosting);
        assert_eq!(class_of(&networks, "203.0.113.8"), NetworkClass::Other);
        assert_eq!(networks.systems[&64_500], NetworkClass::Vpn);
    }

    #[test]
    fn a_wrong_line_is_named() {
        let wrong = |list: &str| Networks::of_list(list).err().unwrap_or_default();
        assert!(wrong("# x\n1.2.3.0/24 hostng").starts_with("line 2: a range is followed by its class"));
        assert!(wrong("1.2.3.0/40 hosting").starts_with("line 1: that is no address"));
        assert!(wrong("1.2.3.0/24").starts_with("line 1"));
    }

    #[test]
    fn countries_and_autonomous_systems_are_read_from_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str, bytes: Vec<u8>| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            Some(path)
        };
        let block = |data: Vec<u8>| mmdb::file([203, 0, 113, 0], 24, &data);
        let nested = mmdb::map(&[("country", mmdb::map(&[("iso_code", mmdb::text("DE"))]))]);
        let flat = mmdb::map(&[("country_code", mmdb::text("at"))]);
        let asn = mmdb::map(&[("autonomous_system_number", mmdb::number(mmdb::U32, 64_500))]);
        let list = path("list", b"AS64500 hosting\n203.0.113.8 other\n".to_vec());
        let files = NetworkFiles { file: list, asn_file: path("asn", block(asn)), country_file: None };
        for (data, country) in [(nested, *b"DE"), (flat, *b"AT"), (mmdb::map(&[]), [0; 2])] {
            let country_file = path("country", block(data));
            let networks = Networks::open(&NetworkFiles { country_file, ..files.clone() }).unwrap();
            let of = |address: &str| networks.of(address.parse().unwrap());
            assert_eq!(of("203.0.113.7"), Network { class: NetworkClass::Hosting, asn: 64_500, country });
            assert_eq!(of("::ffff:203.0.113.7"), of("203.0.113.7"));
            assert_eq!(of("203.0.113.8").class, NetworkClass::Other, "a range comes before its system");
            let unknown = Network { class: NetworkClass::Other, ..Network::default() };
            assert_eq!((of("198.51.100.1"), of("2001:db8::1")), (unknown, unknown));
        }
    }

    #[test]
    fn files_that_are_not_there_or_not_such_files_are_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let files = |path: &Path| NetworkFiles { country_file: Some(path.into()), ..NetworkFiles::default() };
        let said = |files: &NetworkFiles| Networks::open(files).err().expect("it was taken").to_string();
        assert!(said(&files(&path)).contains("read the networks of"));
        std::fs::write(&path, "no such file").unwrap();
        assert!(said(&files(&path)).contains("it is no file in MaxMind's format"));
        let wrong = NetworkFiles { file: Some(path.clone()), ..NetworkFiles::default() };
        assert!(said(&wrong).contains("line 1: a range is followed by its class"));
        assert_eq!(NetworkFiles::default().notes().len(), 3);
        assert_eq!(files(&path).notes().len(), 2);
    }
}
