//! What records show together, and the pairs that are noted of it.

use std::collections::BTreeMap;

use referee_core::fact::Record;
use referee_core::id::{ClickNo, RecordNo};
use referee_core::identity::{Identifier, IdentifierKind};
use referee_core::time::{MINUTE_MS, Timestamp};

use super::aliases::Aliases;

/// A place in the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    Named(Identifier),
    /// A click without a cookie.
    Click(ClickNo),
}

impl Node {
    pub fn kind(self) -> IdentifierKind {
        match self {
            Node::Named(identifier) => identifier.kind,
            // The weakest.
            Node::Click(_) => IdentifierKind::Device,
        }
    }

    pub fn names_person(self) -> bool {
        matches!(self.kind(), IdentifierKind::CustomerId | IdentifierKind::Email | IdentifierKind::Phone)
    }
}

/// The nodes of one record.
#[derive(Debug, Clone)]
pub struct Sighting {
    pub record: RecordNo,
    pub at: Timestamp,
    /// In the record's order.
    pub identifiers: Vec<Node>,
    /// The click, and what an earlier report of the order named.
    pub others: Vec<Node>,
    /// Pairs that are kept out of everything.
    pub kept_out: Vec<(Node, Node)>,
}

/// Two nodes seen together.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    pub anchor: Node,
    pub other: Node,
    pub at: Timestamp,
    pub record: RecordNo,
    /// Place among the pairs of the record.
    pub place: usize,
}

impl Pair {
    /// When it happened; of equals, the log's order.
    pub fn order(&self) -> (Timestamp, RecordNo, usize) {
        (self.at, self.record, self.place)
    }

    pub fn has(&self, node: Node) -> bool {
        self.anchor == node || self.other == node
    }

    /// What is noted once. A pair of a person and a device is noted anew in each quarter of an hour.
    fn key(&self) -> (Node, Node, Option<i64>) {
        let (a, b) = (self.anchor.min(self.other), self.anchor.max(self.other));
        let changes_hands = self.anchor.names_person() != self.other.names_person();
        (a, b, changes_hands.then(|| self.at.0.div_euclid(15 * MINUTE_MS)))
    }
}

impl Sighting {
    pub fn new(record: &Record) -> Sighting {
        Sighting {
            record: record.no,
            at: record.occurred_at,
            identifiers: Vec::new(),
            others: Vec::new(),
            kept_out: Vec::new(),
        }
    }

    pub fn nodes(&self) -> Vec<Node> {
        self.identifiers.iter().chain(&self.others).copied().collect()
    }

    /// The identifiers, strong ones first, then the others.
    pub fn by_strength(&self) -> Vec<Node> {
        let mut nodes = self.identifiers.clone();
        nodes.sort_by_key(|node| node.kind());
        nodes.extend(&self.others);
        nodes
    }

    /// The strongest identifier; of equals, the first. The click, if that was all.
    pub fn anchor(&self) -> Option<Node> {
        self.by_strength().first().copied()
    }

    /// The anchor with each of the others, by what they stand for.
    pub fn pairs(&self, aliases: &Aliases) -> Vec<Pair> {
        let Some(anchor) = self.anchor().map(|it| aliases.node(it)) else { return Vec::new() };
        let mut paired: Vec<Node> = Vec::new();
        for other in self.identifiers.iter().chain(&self.others).map(|it| aliases.node(*it)) {
            if other != anchor && !paired.contains(&other) && !self.kept_out.contains(&(anchor, other)) {
                paired.push(other);
            }
        }
        let pair = |(place, other)| Pair { anchor, other, at: self.at, record: self.record, place };
        paired.into_iter().enumerate().map(pair).collect()
    }
}

/// Every pair once: at its earliest sighting. In the order in which they happened.
pub fn noted(sightings: &[Sighting], aliases: &Aliases) -> Vec<Pair> {
    let mut earliest: BTreeMap<_, Pair> = BTreeMap::new();
    for pair in sightings.iter().flat_map(|it| it.pairs(aliases)) {
        let known = earliest.entry(pair.key()).or_insert(pair);
        if pair.order() < known.order() {
            *known = pair;
        }
    }
    let mut noted: Vec<Pair> = earliest.into_values().collect();
    noted.sort_by_key(Pair::order);
    noted
}
