//! Who is who, as of a moment: every pair is taken in the order in which they happened.

use std::collections::{BTreeMap, BTreeSet};

use referee_core::identity::IdentifierKind;
use referee_core::time::{MINUTE_MS, Timestamp};

use super::crowd::nobodies;
use super::sighting::{Node, Pair};

/// By how much the clocks of two reporters may disagree.
pub const TOLERANCE_MS: i64 = 2_000;
/// An order is decided as of so long after it: the length of a session.
pub const SESSION_MS: i64 = 30 * MINUTE_MS;
/// What was done on a device so shortly before it changed hands is the newer person's.
const BEFORE_MOVE_MS: i64 = 30 * MINUTE_MS;

/// A profile, by the number it got first.
type Profile = usize;

#[derive(Default)]
pub struct People {
    /// To which profile a node belonged from which moment on; the first from ever.
    owners: BTreeMap<Node, Vec<(Timestamp, Profile)>>,
    /// The profile that each has become part of.
    part_of: Vec<Profile>,
    has_customer: Vec<bool>,
    /// When a device was last seen with an id of a person, or moved.
    last_seen: BTreeMap<Node, Timestamp>,
    nobodies: BTreeSet<Node>,
}

impl People {
    /// As an order of this moment is decided.
    pub fn around(moment: Timestamp, noted: &[Pair], separated: &[(Node, Node)]) -> People {
        People::as_of(moment.plus_ms(SESSION_MS), noted, separated)
    }

    /// `noted` in order, of all times; `separated` are those a person took apart.
    pub fn as_of(until: Timestamp, noted: &[Pair], separated: &[(Node, Node)]) -> People {
        let happened: Vec<Pair> = noted.iter().copied().filter(|pair| pair.at <= until).collect();
        let mut people = People { nobodies: nobodies(&happened), ..People::default() };
        for pair in happened {
            let apart = separated.iter().any(|(a, b)| pair.has(*a) && pair.has(*b));
            if !apart && people.is_somebody(pair.anchor) && people.is_somebody(pair.other) {
                people.meet(&pair);
            }
        }
        people
    }

    /// Whether a node was not seen with too many.
    pub fn is_somebody(&self, node: Node) -> bool {
        !self.nobodies.contains(&node)
    }

    fn meet(&mut self, pair: &Pair) {
        let (anchor, other) = (self.newest_profile(pair.anchor), self.newest_profile(pair.other));
        let person_and_device = match (pair.anchor.names_person(), pair.other.names_person()) {
            (true, false) => Some((anchor, pair.other)),
            (false, true) => Some((other, pair.anchor)),
            _ => None,
        };
        if anchor == other {
            // Nothing changes.
        } else if !(self.has_customer[anchor] && self.has_customer[other]) {
            self.part_of[other] = anchor;
            self.has_customer[anchor] |= self.has_customer[other];
        } else if let Some((person, device)) = person_and_device {
            let last_seen = self.last_seen.get(&device).copied();
            let from = pair.at.plus_ms(-BEFORE_MOVE_MS).max(last_seen.unwrap_or(Timestamp(i64::MIN)));
            self.owners.entry(device).or_default().push((from, person));
        }
        if let Some((_, device)) = person_and_device {
            self.last_seen.insert(device, pair.at);
        }
    }

    fn newest_profile(&mut self, node: Node) -> Profile {
        let owners = self.owners.entry(node).or_insert_with(|| {
            self.part_of.push(self.part_of.len());
            self.has_customer.push(node.kind() == IdentifierKind::CustomerId);
            vec![(Timestamp(i64::MIN), self.part_of.len() - 1)]
        });
        let newest = owners[owners.len() - 1].1;
        self.whole(newest)
    }

    fn whole(&self, mut profile: Profile) -> Profile {
        while self.part_of[profile] != profile {
            profile = self.part_of[profile];
        }
        profile
    }

    /// Whose a node was at a moment. None: it has met nobody.
    fn profile_at(&self, node: Node, moment: Timestamp) -> Option<Profile> {
        let owners = self.owners.get(&node)?;
        let (_, profile) = owners.iter().rev().find(|(from, _)| *from <= moment)?;
        Some(self.whole(*profile))
    }

    /// Whether two nodes were of one person, each at its moment.
    pub fn are_one(&self, a: (Node, Timestamp), b: (Node, Timestamp)) -> bool {
        match (self.profile_at(a.0, a.1), self.profile_at(b.0, b.1)) {
            (Some(a), Some(b)) => a == b,
            // Who has met nobody is one person, or two.
            _ => a.0 == b.0,
        }
    }
}
