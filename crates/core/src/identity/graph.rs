//! The graph: what one record shows together enters it as edges from the strongest of its identifiers.

use crate::fact::Record;
use crate::id::NodeId;
use crate::refusal::Refusal;
use crate::row::{Bond, EdgeKey, EdgeRow, IdentifierRow, RefusedJoinRow};
use crate::slice::Slice;
use crate::time::{MINUTE_MS, Timestamp};

use super::component::{self, COMPONENT_NODES_MAX, new_node};
use super::profiles::{Profiles, Verdict};
use super::{Identifier, IdentifierKind, NodeKind, Sighting, limits};

/// A person and a device are noted once in so long: the device may change hands in between.
const SLOT_MS: i64 = 15 * MINUTE_MS;

/// Where what was seen hangs.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    pub identifiers: Vec<(NodeId, Identifier)>,
    /// The strongest of them; the click, if that was all.
    pub anchor: Option<NodeId>,
}

/// The node of an identifier, made if this is its first sight.
pub fn node_of(slice: &mut Slice, record: &Record, identifier: Identifier) -> NodeId {
    node_of_thing(slice, record, &[identifier])
}

/// The one node of something with several names.
fn node_of_thing(slice: &mut Slice, record: &Record, names: &[Identifier]) -> NodeId {
    let known = names.iter().find_map(|name| slice.identifiers.get(name)).map(|row| row.node);
    let node = known.unwrap_or_else(|| new_node(slice, NodeKind::Identifier(names[0].kind)));
    names.iter().for_each(|name| names_it(slice, record, *name, node));
    node
}

/// An identifier is found to be a name of what hangs at a node.
fn names_it(slice: &mut Slice, record: &Record, name: Identifier, node: NodeId) {
    match slice.identifiers.get(&name).map(|row| row.node) {
        Some(other) => same(slice, record, node, other),
        None => {
            let row = IdentifierRow { node, record: record.no, first_seen_at: record.occurred_at };
            slice.identifiers.set(name, row);
        }
    }
}

/// Two nodes are found to be the same thing.
pub fn same(slice: &mut Slice, record: &Record, a: NodeId, b: NodeId) {
    if a != b {
        connect(slice, &edge(record, record.occurred_at, (a, b), Bond::Same));
    }
}

/// Everything that was seen together at a moment enters the graph: with the node of the click whose id came along, and
/// where an earlier report of the same order hangs.
pub fn see(
    slice: &mut Slice,
    record: &Record,
    at: Timestamp,
    sighting: &Sighting,
    click: Option<NodeId>,
    before: Option<NodeId>,
) -> Seen {
    let mut seen = Seen::default();
    for identifier in &sighting.identifiers {
        let aliases = sighting.aliases.iter().filter(|alias| alias.of == *identifier).map(|alias| alias.is);
        let names: Vec<Identifier> = std::iter::once(*identifier).chain(aliases).collect();
        seen.identifiers.push((node_of_thing(slice, record, &names), *identifier));
    }
    let strongest = seen.identifiers.iter().min_by_key(|(_, identifier)| identifier.kind).map(|(node, _)| *node);
    seen.anchor = strongest.or(click);
    if let Some(issued) = sighting.issued {
        let node = seen.anchor.unwrap_or_else(|| node_of(slice, record, issued));
        names_it(slice, record, issued, node);
    }
    let Some(anchor) = seen.anchor else { return seen };
    let others = seen.identifiers.iter().map(|(node, _)| *node).chain(click).chain(before);
    let others: Vec<NodeId> = others.filter(|node| *node != anchor).collect();
    for (n, other) in (0..).zip(others) {
        connect(slice, &EdgeRow { n, ..edge(record, at, (anchor, other), Bond::Seen) });
    }
    seen
}

fn edge(record: &Record, at: Timestamp, (a, b): (NodeId, NodeId), bond: Bond) -> EdgeRow {
    // An issued id may turn out to stand for the person it was issued to.
    let is_issued = |node: NodeId| node.kind() == NodeKind::Identifier(IdentifierKind::Journey);
    let may_change_hands = a.kind().names_person() != b.kind().names_person() || is_issued(a) || is_issued(b);
    let slot = if bond == Bond::Seen && may_change_hands { at.0.div_euclid(SLOT_MS) } else { 0 };
    EdgeRow { record: record.no, n: 0, a, b, slot, occurred_at: at, bond }
}

fn connect(slice: &mut Slice, edge: &EdgeRow) {
    let (root_a, root_b) = (slice.root_of(edge.a), slice.root_of(edge.b));
    if root_a == root_b {
        note(slice, edge);
        return;
    }
    if let Some((edge, reason)) = kept_out(slice, edge, root_a, root_b) {
        let kept_out = EdgeRow { bond: Bond::KeptOut(reason), slot: 0, ..edge };
        if !slice.edges.contains_key(&kept_out.key()) {
            note(slice, &kept_out);
            refuse_edge(slice, &kept_out, reason);
        }
        return;
    }
    note(slice, edge);
    component::merge(slice, edge.record, root_a, root_b);
    if let Some(reason) = refused(slice, edge) {
        refuse_edge(slice, edge, reason);
    }
}

/// Why two components must stay apart, with the node that bridges nobody in second place: the edge is found at the other.
fn kept_out(slice: &Slice, edge: &EdgeRow, root_a: NodeId, root_b: NodeId) -> Option<(EdgeRow, Refusal)> {
    let sizes = [root_a, root_b].map(|root| component::members(slice, root).count());
    let has_many = |size: usize| size > limits::FEWEST_MOST;
    let exposed = |node: NodeId, root: NodeId, size: usize| {
        has_many(size)
            && Profiles::exposed_ever(component::edges(slice, root), node).is_some_and(|at| at <= edge.occurred_at)
    };
    if edge.bond == Bond::Seen && exposed(edge.a, root_a, sizes[0]) {
        return Some((EdgeRow { a: edge.b, b: edge.a, ..edge.clone() }, Refusal::SharedByMany));
    }
    if edge.bond == Bond::Seen && exposed(edge.b, root_b, sizes[1]) {
        return Some((edge.clone(), Refusal::SharedByMany));
    }
    (sizes[0] + sizes[1] > COMPONENT_NODES_MAX).then(|| (edge.clone(), Refusal::ProfileFull))
}

/// Why an edge that has just connected two components joins nobody, if so.
fn refused(slice: &Slice, edge: &EdgeRow) -> Option<Refusal> {
    let root = slice.root_of(edge.a);
    let customers = component::members(slice, root).filter(|node| node.kind().is_customer()).count();
    if customers < 2 && component::members(slice, root).count() <= limits::FEWEST_MOST {
        return None;
    }
    match Profiles::as_of(component::edges(slice, root), Timestamp(i64::MAX)).verdict(&edge.key()) {
        Some(Verdict::Refused(reason)) => Some(reason),
        _ => None,
    }
}

/// Keeps an edge, unless an earlier one says the same.
fn note(slice: &mut Slice, edge: &EdgeRow) {
    let key: EdgeKey = edge.key();
    if slice.edges.get(&key).is_some_and(|before| before.moment() <= edge.moment()) {
        return;
    }
    slice.edges.insert(key, edge.clone());
    slice.new.edges.insert(key, edge.clone());
}

fn refuse_edge(slice: &mut Slice, edge: &EdgeRow, reason: Refusal) {
    let (record, at) = (edge.record, edge.occurred_at);
    refuse(slice, RefusedJoinRow { record, n: 0, at, a: edge.a, b: edge.b, reason });
}

fn refuse(slice: &mut Slice, row: RefusedJoinRow) {
    let last = slice.new.refused_joins.last().filter(|last| last.record == row.record);
    let n = last.map_or(0, |last| last.n + 1);
    slice.new.refused_joins.push(RefusedJoinRow { n, ..row });
}

/// A person says that two nodes are not one person after all, or takes that back.
pub fn separate(slice: &mut Slice, record: &Record, a: NodeId, b: NodeId, separated: bool) -> Result<String, Refusal> {
    let (a, b) = (a.min(b), a.max(b));
    let root = slice.root_of(a);
    let is_known = root == slice.root_of(b) && {
        let between = |edge: &&EdgeRow| (edge.a.min(edge.b), edge.a.max(edge.b)) == (a, b) && edge.bond == Bond::Seen;
        component::edges(slice, root).any(|edge| between(&edge))
    };
    if !is_known {
        return Err(Refusal::JoinNotFound);
    }
    let bond = if separated { Bond::Separated } else { Bond::Rejoined };
    let edge = edge(record, record.occurred_at, (a, b), bond);
    slice.edges.insert(edge.key(), edge.clone());
    slice.new.edges.insert(edge.key(), edge);
    Ok(format!("{a}-{b}"))
}
