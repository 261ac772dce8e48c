//! Joins identifiers into profiles.
//!
//! Every identifier has a node of its own, and a click without a visitor has one too. A profile is a set of joined
//! nodes, named by its oldest. Rows keep the node they were seen at, so that a join rewrites nothing of the past.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::fact::Record;
use crate::id::NodeId;
use crate::identity::Identifier;
use crate::row::{EdgeRow, IdentifierRow, Step};
use crate::slice::Slice;

/// The most nodes a profile may have. One profile of millions made decisions twenty times slower when measured, and
/// nobody has so many devices: what grows past this is a kiosk, an office or a junk id.
pub const PROFILE_NODES_MAX: usize = 512;

/// A node that nothing names yet.
pub fn new_node(slice: &mut Slice) -> NodeId {
    slice.state.last_node.0 += 1;
    slice.state.last_node
}

/// The node of an identifier, made if this is its first sight.
pub fn node_of(slice: &mut Slice, record: &Record, identifier: Identifier) -> NodeId {
    if let Some(row) = slice.identifiers.get(&identifier) {
        return row.node;
    }
    let node = new_node(slice);
    let row = IdentifierRow { node, record: record.no, first_seen_at: record.occurred_at };
    slice.identifiers.set(identifier, row);
    node
}

/// A record showed these nodes to be one person.
pub fn join(slice: &mut Slice, record: &Record, nodes: &[NodeId]) {
    let Some((first, others)) = nodes.split_first() else { return };
    for other in others {
        join_two(slice, record, *first, *other);
    }
}

fn join_two(slice: &mut Slice, record: &Record, a: NodeId, b: NodeId) {
    let (root_a, root_b) = (slice.root_of(a), slice.root_of(b));
    if root_a == root_b {
        return;
    }
    let (older, younger) = (root_a.min(root_b), root_a.max(root_b));
    let nodes = members(slice, older).count() + members(slice, younger).count();
    let refused = nodes > PROFILE_NODES_MAX;
    if refused && was_refused(slice, a, b) {
        return;
    }
    let edge = EdgeRow { record: record.no, a, b, occurred_at: record.occurred_at, refused };
    slice.edges.push(edge.clone());
    slice.new.edges.push(edge);
    if refused {
        return;
    }
    let moved = slice.members.remove(&younger).unwrap_or_else(|| BTreeSet::from([younger]));
    for node in &moved {
        slice.roots.set(*node, older);
    }
    slice.members.entry(older).or_insert_with(|| BTreeSet::from([older])).extend(moved);
}

/// Whether one of two nodes was kept out of the other's profile before. A kiosk meets the same strangers all day, and one
/// refusal of each is enough. Profiles only grow: what was refused once always is.
fn was_refused(slice: &Slice, a: NodeId, b: NodeId) -> bool {
    let (root_a, root_b) = (slice.root_of(a), slice.root_of(b));
    // Of profiles that may meet, all members and joins are loaded; a node that is in neither is at most its own root.
    let keeps_out = |node: NodeId, other: NodeId| {
        (node == a && slice.root_of(other) == root_b) || (node == b && slice.root_of(other) == root_a)
    };
    slice.edges.iter().filter(|edge| edge.refused).any(|edge| keeps_out(edge.a, edge.b) || keeps_out(edge.b, edge.a))
}

/// The nodes of a profile.
pub fn members(slice: &Slice, root: NodeId) -> impl Iterator<Item = NodeId> + '_ {
    let joined = slice.members.get(&root);
    // A node of this batch that nothing was joined to is a profile of its own.
    let alone = joined.is_none() && root > slice.last_node_before;
    if joined.is_none() && !alone {
        panic!("a rule walked profile {root:?}, which was not loaded");
    }
    joined.into_iter().flatten().copied().chain(alone.then_some(root))
}

/// How to get from any of the starting nodes to every node of their profiles, along the joins.
pub struct Paths {
    /// Each reached node with the join it was reached by; none at a start.
    reached_by: BTreeMap<NodeId, Option<(NodeId, EdgeRow)>>,
}

impl Paths {
    pub fn from(slice: &Slice, starts: &[NodeId]) -> Paths {
        let mut neighbours: BTreeMap<NodeId, Vec<&EdgeRow>> = BTreeMap::new();
        for edge in slice.edges.iter().filter(|edge| !edge.refused) {
            neighbours.entry(edge.a).or_default().push(edge);
            neighbours.entry(edge.b).or_default().push(edge);
        }
        let mut reached_by: BTreeMap<NodeId, Option<(NodeId, EdgeRow)>> = BTreeMap::new();
        let mut queue: VecDeque<NodeId> = VecDeque::new();
        for start in starts {
            if reached_by.insert(*start, None).is_none() {
                queue.push_back(*start);
            }
        }
        while let Some(node) = queue.pop_front() {
            for edge in neighbours.get(&node).into_iter().flatten() {
                let next = if edge.a == node { edge.b } else { edge.a };
                reached_by.entry(next).or_insert_with(|| {
                    queue.push_back(next);
                    Some((node, (*edge).clone()))
                });
            }
        }
        Paths { reached_by }
    }

    /// The start that leads to a node, and the joins on the way.
    pub fn to(&self, node: NodeId) -> Option<(NodeId, Vec<Step>)> {
        let mut steps = Vec::new();
        let mut at = node;
        while let Some((before, edge)) = self.reached_by.get(&at)? {
            let (record, occurred_at) = (edge.record, edge.occurred_at);
            steps.push(Step::Joined { record, occurred_at, from: *before, to: at });
            at = *before;
        }
        steps.reverse();
        Some((at, steps))
    }
}
