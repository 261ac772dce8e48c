//! Where values were replaced: a record, and which of its values became which token. It says nothing of the values, and
//! finds them again in an older copy of the log.

use std::collections::BTreeMap;

use referee_core::erasure::{Named, Substitution};
use referee_core::id::{FactId, RecordNo};

use crate::error::{Error, Result};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceOf {
    pub record: RecordNo,
    /// The record's own name: where a copy has another record of that number, the place is not meant.
    pub fact: FactId,
    /// The how-manieth value of the record became the how-manieth token of the erasure.
    pub slots: Vec<(u32, u32)>,
}

/// The tokens of an erasure, numbered.
pub fn tokens(by: &Substitution) -> BTreeMap<Named, u32> {
    let identifiers = by.identifiers.keys().map(|it| Named::Identifier(*it));
    let agents = by.agents.keys().map(|it| Named::Agent(*it));
    let networks = by.networks.keys().map(|it| Named::Network(*it));
    identifiers.chain(agents).chain(networks).zip(0..).collect()
}

impl PlaceOf {
    pub fn slots_text(&self) -> String {
        self.slots.iter().map(|(slot, token)| format!("{slot}:{token}")).collect::<Vec<_>>().join(" ")
    }

    pub fn read(record: RecordNo, fact: &str, slots: &str) -> Result<PlaceOf> {
        let read = || {
            let mut parts = fact.split('-');
            let fact = FactId {
                edge: parts.next()?.parse().ok()?,
                epoch: parts.next()?.parse().ok()?,
                n: parts.next()?.parse().ok()?,
            };
            let slot = |text: &str| {
                let (slot, token) = text.split_once(':')?;
                Some((slot.parse().ok()?, token.parse().ok()?))
            };
            let slots = slots.split_whitespace().map(slot).collect::<Option<Vec<_>>>()?;
            Some(PlaceOf { record, fact, slots }).filter(|_| parts.next().is_none())
        };
        read().ok_or_else(|| Error::corrupt("read where values were replaced", format!("record {record} is damaged")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_back() {
        let fact = FactId { edge: 3, epoch: 9, n: 41 };
        let place = PlaceOf { record: RecordNo(7), fact, slots: vec![(0, 4), (12, 1)] };
        assert_eq!(PlaceOf::read(RecordNo(7), &fact.to_string(), &place.slots_text()).unwrap(), place);
        for (fact, slots) in [("3-9", "0:1"), ("3-9-41-2", ""), ("3-9-41", "0"), ("3-9-41", "a:1")] {
            assert!(PlaceOf::read(RecordNo(7), fact, slots).is_err(), "{fact} {slots}");
        }
    }
}
