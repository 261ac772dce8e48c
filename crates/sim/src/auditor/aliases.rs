//! Identifiers that are one: the hashes of one address, and ids that were issued to somebody.

use std::collections::BTreeMap;

use referee_core::identity::{Alias, Identifier};

use super::sighting::{Node, Sighting};

#[derive(Default)]
pub struct Aliases {
    /// Towards the one that stands for all of them.
    stands_for: BTreeMap<Identifier, Node>,
}

impl Aliases {
    pub fn hear(&mut self, alias: Alias) {
        let (of, is) = (self.node(Node::Named(alias.of)), self.node(Node::Named(alias.is)));
        if let (true, Node::Named(is)) = (of != is, is) {
            self.stands_for.insert(is, of);
        }
    }

    /// Whoever the page named, which this id was the answer to.
    pub fn issue(&mut self, issued: Identifier, anchor: Node) {
        let anchor = self.node(anchor);
        if anchor != Node::Named(issued) {
            self.stands_for.insert(issued, anchor);
        }
    }

    pub fn node(&self, mut node: Node) -> Node {
        while let Node::Named(identifier) = node {
            match self.stands_for.get(&identifier) {
                Some(other) => node = *other,
                None => break,
            }
        }
        node
    }

    /// A sighting of what the identifiers stand for, each once.
    pub fn resolved(&self, sighting: &Sighting) -> Sighting {
        let mut nodes: Vec<Node> = Vec::new();
        for node in sighting.nodes.iter().map(|node| self.node(*node)) {
            if !nodes.contains(&node) {
                nodes.push(node);
            }
        }
        Sighting { nodes, ..*sighting }
    }
}
