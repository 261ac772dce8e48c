//! What may influence one another: nodes that pairs connect, as they arrived.

use std::collections::BTreeSet;

use super::sighting::{Node, Pair};

/// The most nodes of a component.
const NODES_MAX: usize = 512;

/// What a pair does to components.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// The two may influence each other already, or may not.
    Known,
    /// Two components are one from now on.
    Connects,
    /// The component would have been too large: the pair counts for nothing.
    KeptOut,
}

#[derive(Default)]
pub struct Components {
    links: Vec<(Node, Node)>,
}

impl Components {
    /// Takes a pair that has just arrived, when these bridged nobody already. It may be kept out.
    pub fn take(&mut self, pair: &Pair, nobodies: &BTreeSet<Node>) -> Arrival {
        if nobodies.contains(&pair.anchor) || nobodies.contains(&pair.other) {
            return Arrival::Known;
        }
        let mut both = self.around(pair.anchor);
        if both.contains(&pair.other) {
            return Arrival::Known;
        }
        both.extend(self.around(pair.other));
        if both.len() > NODES_MAX {
            return Arrival::KeptOut;
        }
        self.links.push((pair.anchor, pair.other));
        Arrival::Connects
    }

    /// Two nodes that turned out to be the same. Whether that is new.
    pub fn same(&mut self, a: Node, b: Node) -> bool {
        let new = !self.around(a).contains(&b);
        self.links.push((a, b));
        new
    }

    /// The component of a node.
    pub fn around(&self, node: Node) -> BTreeSet<Node> {
        let mut found = BTreeSet::from([node]);
        loop {
            let before = found.len();
            for (a, b) in &self.links {
                if found.contains(a) || found.contains(b) {
                    found.extend([*a, *b]);
                }
            }
            if found.len() == before {
                return found;
            }
        }
    }
}
