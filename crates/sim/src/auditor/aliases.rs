//! Nodes that are one: the hashes of one address, a click and the cookie it came with, and an id and whoever it was
//! issued to.

use std::collections::BTreeMap;

use super::sighting::Node;

#[derive(Default)]
pub struct Aliases {
    /// Towards the one that stands for all of them.
    stands_for: BTreeMap<Node, Node>,
}

impl Aliases {
    /// The second is the first.
    pub fn hear(&mut self, of: Node, is: Node) {
        let (of, is) = (self.node(of), self.node(is));
        if of != is {
            self.stands_for.insert(is, of);
        }
    }

    pub fn node(&self, mut node: Node) -> Node {
        while let Some(other) = self.stands_for.get(&node) {
            node = *other;
        }
        node
    }
}
