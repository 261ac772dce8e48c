//! Ranges of addresses with their classes, as a sorted table of pieces that do not overlap: one search answers.

use std::collections::BTreeMap;
use std::net::IpAddr;

use referee_core::fact::NetworkClass;

/// An address as a number. One of IPv4 that is written as IPv6 is taken for what it is.
pub fn number(address: IpAddr) -> (bool, u128) {
    match address.to_canonical() {
        IpAddr::V4(it) => (false, u128::from(it.to_bits())),
        IpAddr::V6(it) => (true, it.to_bits()),
    }
}

/// First and last address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub six: bool,
    pub first: u128,
    pub last: u128,
}

impl Range {
    /// `address`, `address/length` or `first-last`.
    pub fn read(text: &str) -> Option<Range> {
        let of = |text: &str| Some(number(text.parse().ok()?));
        if let Some((first, last)) = text.split_once('-') {
            let ((six, first), (also, last)) = (of(first)?, of(last)?);
            return (six == also && first <= last).then_some(Range { six, first, last });
        }
        let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
        let (six, first) = of(address)?;
        let bits: u32 = if six { 128 } else { 32 };
        let length = length.map_or(Some(bits), |it| it.parse().ok()).filter(|it| *it <= bits)?;
        let size = 1_u128.checked_shl(bits - length).map_or(u128::MAX, |it| it - 1);
        Some(Range { six, first: first & !size, last: first | size })
    }
}

/// Which class holds where ranges of several overlap: what lets people pass comes before what accuses. A relay's exits
/// stand in data centres.
const ORDER: [NetworkClass; 6] = [
    NetworkClass::Other,
    NetworkClass::Relay,
    NetworkClass::Vpn,
    NetworkClass::Tor,
    NetworkClass::Crawler,
    NetworkClass::Hosting,
];

#[derive(Debug, Default)]
pub struct Table {
    v4: Vec<(u32, NetworkClass)>,
    v6: Vec<(u128, NetworkClass)>,
}

impl Table {
    pub fn of(ranges: &[(Range, NetworkClass)]) -> Table {
        let v4 = pieces(ranges.iter().filter(|(range, _)| !range.six));
        Table {
            // They come from addresses of 32 bits; what begins after the last of them holds for none.
            v4: v4.into_iter().filter_map(|(first, class)| Some((u32::try_from(first).ok()?, class))).collect(),
            v6: pieces(ranges.iter().filter(|(range, _)| range.six)),
        }
    }

    /// The class of an address; Unknown where no range holds it.
    pub fn class(&self, address: IpAddr) -> NetworkClass {
        match number(address) {
            (false, it) => found(&self.v4, &(it as u32)),
            (true, it) => found(&self.v6, &it),
        }
    }

    pub fn len(&self) -> usize {
        self.v4.len() + self.v6.len()
    }
}

fn found<N: Ord>(pieces: &[(N, NetworkClass)], address: &N) -> NetworkClass {
    let after = pieces.partition_point(|(first, _)| first <= address);
    after.checked_sub(1).map_or(NetworkClass::Unknown, |it| pieces[it].1)
}

/// From where on which class holds.
fn pieces<'a>(ranges: impl Iterator<Item = &'a (Range, NetworkClass)>) -> Vec<(u128, NetworkClass)> {
    let mut turns: BTreeMap<u128, [i32; ORDER.len()]> = BTreeMap::new();
    for (range, class) in ranges {
        let Some(place) = ORDER.iter().position(|it| it == class) else { continue };
        turns.entry(range.first).or_default()[place] += 1;
        if let Some(after) = range.last.checked_add(1) {
            turns.entry(after).or_default()[place] -= 1;
        }
    }
    let mut open = [0; ORDER.len()];
    let mut out: Vec<(u128, NetworkClass)> = Vec::new();
    for (first, change) in turns {
        open.iter_mut().zip(change).for_each(|(open, change)| *open += change);
        let class = open.iter().position(|it| *it > 0).map_or(NetworkClass::Unknown, |place| ORDER[place]);
        if out.last().map(|(_, before)| *before) != Some(class) {
            out.push((first, class));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn range(text: &str) -> Range {
        Range::read(text).unwrap_or_else(|| panic!("{text}"))
    }

    fn class(table: &Table, address: &str) -> NetworkClass {
        table.class(address.parse().unwrap())
    }

    #[test]
    fn ranges_are_read_in_each_way() {
        assert_eq!(range("10.1.2.3/24"), Range { six: false, first: 0x0a01_0200, last: 0x0a01_02ff });
        assert_eq!(range("1.0.0.1"), range("1.0.0.1-1.0.0.1"));
        assert_eq!(range("::/0"), Range { six: true, first: 0, last: u128::MAX });
        assert_eq!(range("0.0.0.0/0").last, u128::from(u32::MAX));
        for text in ["", "x", "1.0.0.0/33", "2::/129", "1.0.0.2-1.0.0.1", "1.0.0.0-2::", "1.0.0.0/-1", "1.0.0/8"] {
            assert_eq!(Range::read(text), None, "{text}");
        }
    }

    #[test]
    fn what_lets_people_pass_comes_first() {
        use NetworkClass::*;
        let table = Table::of(&[
            (range("172.224.0.0/12"), Hosting),
            (range("172.224.224.0/24"), Relay),
            (range("172.224.224.8/30"), Hosting),
            (range("172.225.0.0/24"), Other),
            (range("2a02:26f7::/32"), Hosting),
            (range("2a02:26f7:1::/48"), Relay),
            (range("255.255.255.255"), Tor),
        ]);
        for (address, expected) in [
            ("172.223.255.255", Unknown),
            ("172.224.0.0", Hosting),
            ("172.224.224.9", Relay),
            ("::ffff:172.224.224.9", Relay),
            ("172.225.0.1", Other),
            ("172.239.255.255", Hosting),
            ("172.240.0.0", Unknown),
            ("255.255.255.255", Tor),
            ("2a02:26f7:1::5", Relay),
            ("2a02:26f7:2::5", Hosting),
            ("2a02:26f8::", Unknown),
        ] {
            assert_eq!(class(&table, address), expected, "{address}");
        }
    }

    proptest! {
        /// As a look at each range, one after the other.
        #[test]
        fn the_table_says_what_the_list_says(
            list in prop::collection::vec((0_u32..64, 0_u32..16, 0_usize..ORDER.len()), 0..12),
            address in 0_u32..90,
        ) {
            let of = |(first, size, place): &(u32, u32, usize)| {
                (Range { six: false, first: (*first).into(), last: (first + size).into() }, ORDER[*place])
            };
            let ranges: Vec<(Range, NetworkClass)> = list.iter().map(of).collect();
            let holds = |class: &NetworkClass| ranges.iter().any(|(range, of)| {
                of == class && (range.first..=range.last).contains(&u128::from(address))
            });
            let expected = ORDER.into_iter().find(holds).unwrap_or(NetworkClass::Unknown);
            prop_assert_eq!(Table::of(&ranges).class(std::net::Ipv4Addr::from_bits(address).into()), expected);
        }
    }
}
