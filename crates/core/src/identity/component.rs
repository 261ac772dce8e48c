//! Components: nodes that may influence one another, because edges connect them. A component is named by its oldest
//! node and only grows. It is an index: who is one person is asked of the edges inside it.

use std::collections::BTreeSet;

use crate::id::{NodeId, RecordNo};
use crate::row::{EdgeKey, EdgeRow};
use crate::slice::Slice;

use super::NodeKind;

/// The most nodes a component may have. One profile of millions made decisions twenty times slower when measured, and
/// nobody has so many devices: what grows past this is a kiosk, an office or a junk id.
pub const COMPONENT_NODES_MAX: usize = 512;

/// A node that nothing names yet.
pub fn new_node(slice: &mut Slice, kind: NodeKind) -> NodeId {
    slice.state.last_node = slice.state.last_node.next(kind);
    slice.state.last_node
}

/// Makes two components one.
pub fn merge(slice: &mut Slice, record: RecordNo, a: NodeId, b: NodeId) {
    slice.connected = Some(record);
    let (older, younger) = (a.min(b), a.max(b));
    let moved = slice.members.remove(&younger).unwrap_or_else(|| BTreeSet::from([younger]));
    for node in &moved {
        slice.roots.set(*node, older);
    }
    slice.members.entry(older).or_insert_with(|| BTreeSet::from([older])).extend(moved);
}

/// The nodes of a component.
pub fn members(slice: &Slice, root: NodeId) -> impl Iterator<Item = NodeId> + '_ {
    let joined = slice.members.get(&root);
    // A node of this batch that nothing was joined to is a component of its own.
    let alone = joined.is_none() && root > slice.last_node_before;
    if joined.is_none() && !alone {
        panic!("a rule walked component {root:?}, which was not loaded");
    }
    joined.into_iter().flatten().copied().chain(alone.then_some(root))
}

/// The edges inside a component, and those that were kept out of it at one of its nodes.
pub fn edges(slice: &Slice, root: NodeId) -> impl Iterator<Item = &EdgeRow> + '_ {
    members(slice, root).flat_map(|node| edges_at(slice, node))
}

fn edges_at(slice: &Slice, node: NodeId) -> impl Iterator<Item = &EdgeRow> + '_ {
    let first = EdgeKey { a: node, b: NodeId(0), slot: i64::MIN };
    let last = EdgeKey { a: node, b: NodeId(u64::MAX), slot: i64::MAX };
    slice.edges.range(first..=last).map(|(_, edge)| edge)
}
