//! Profiles: which nodes are one person as of a moment. A pure function of the edges of a component, taken in the order
//! in which they happened; whatever order they arrived in, the profiles are the same.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::NodeId;
use crate::refusal::Refusal;
use crate::row::{Bond, EdgeKey, EdgeRow};
use crate::time::{MINUTE_MS, Timestamp};

use super::{NodeKind, limits};

/// How long somebody stays on a device, as far as is known: what was done on it so long before a sign-in is theirs, and who
/// signs in so long after an order has placed it.
pub const SESSION_MS: i64 = 30 * MINUTE_MS;

/// What an edge came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It made two profiles one.
    Joined,
    /// They were one already.
    Together,
    /// A device went over to another profile, from this moment on.
    Moved {
        device: NodeId,
        from: Timestamp,
    },
    Refused(Refusal),
}

/// From a moment on, a node belongs to a group. Groups that were joined are one profile.
#[derive(Debug, Clone, Copy)]
struct Stay {
    from: Timestamp,
    group: usize,
}

#[derive(Debug, Clone)]
struct Group {
    parent: usize,
    customer: Option<NodeId>,
    /// The oldest node that has been in it from its first sight: its name. Only devices move, and only to where a person's
    /// id is, so every group that is not joined to another has one.
    name: Option<NodeId>,
}

/// An edge that joins, between nodes as they stood.
#[derive(Debug, Clone)]
pub(super) struct Join<'a> {
    pub edge: &'a EdgeRow,
    pub a: usize,
    pub b: usize,
}

#[derive(Debug, Clone, Default)]
pub struct Profiles<'a> {
    /// Of nodes that are the same thing, the oldest and the strongest kind.
    same: BTreeMap<NodeId, NodeId>,
    kinds: BTreeMap<NodeId, NodeKind>,
    stays: BTreeMap<NodeId, Vec<Stay>>,
    groups: Vec<Group>,
    /// When a device was last seen with an id of a person.
    person_at: BTreeMap<NodeId, Timestamp>,
    exposed: BTreeMap<NodeId, Timestamp>,
    pub(super) joins: Vec<Join<'a>>,
    pub(super) aliases: Vec<&'a EdgeRow>,
    verdicts: BTreeMap<EdgeKey, Verdict>,
}

impl<'a> Profiles<'a> {
    /// The profiles of a component, given its edges, as of a moment.
    pub fn as_of(edges: impl Iterator<Item = &'a EdgeRow>, until: Timestamp) -> Profiles<'a> {
        let edges: Vec<&EdgeRow> = edges.collect();
        let (mut profiles, seen) = Profiles::begin(&edges, until);
        let separated: BTreeSet<(NodeId, NodeId)> =
            edges.iter().filter(|edge| edge.bond == Bond::Separated).map(|edge| profiles.pair(edge)).collect();
        for edge in &seen {
            profiles.take(edge, &separated);
        }
        profiles
    }

    /// When a node of a component was seen with too many, if ever, given its edges: it takes no walk through them.
    pub fn exposed_ever(edges: impl Iterator<Item = &'a EdgeRow>, node: NodeId) -> Option<Timestamp> {
        let (profiles, _) = Profiles::begin(&edges.collect::<Vec<_>>(), Timestamp(i64::MAX));
        profiles.exposed_at(node)
    }

    /// What is the same as what, and what bridges nobody; and what was seen, in the order in which it happened.
    fn begin(edges: &[&'a EdgeRow], until: Timestamp) -> (Profiles<'a>, Vec<&'a EdgeRow>) {
        let mut profiles = Profiles::default();
        let mut aliases: Vec<&EdgeRow> = edges.iter().copied().filter(|edge| edge.bond == Bond::Same).collect();
        aliases.sort_by_key(|edge| edge.moment());
        aliases.into_iter().for_each(|edge| profiles.alias(edge));
        let seen = profiles.sightings(edges, until);
        profiles.exposed = profiles.exposed_by(&seen);
        (profiles, seen)
    }

    /// The name of the profile that a node belonged to at a moment.
    pub fn of(&self, node: NodeId, at: Timestamp) -> NodeId {
        let node = self.canonical(node);
        match self.group_at(node, at) {
            Some(group) => self.groups[self.root(group)].name.unwrap_or(node),
            None => node,
        }
    }

    /// Names of all profiles a node has belonged to.
    pub fn of_ever(&self, node: NodeId) -> impl Iterator<Item = (Timestamp, NodeId)> + '_ {
        let node = self.canonical(node);
        let stays = self.stays.get(&node).map(Vec::as_slice).unwrap_or_default();
        let named = stays.iter().map(move |stay| (stay.from, self.groups[self.root(stay.group)].name.unwrap_or(node)));
        named.chain(stays.is_empty().then_some((Timestamp(i64::MIN), node)))
    }

    /// Whether a node was seen with too many by then.
    pub fn is_exposed(&self, node: NodeId) -> bool {
        self.exposed.contains_key(&self.canonical(node))
    }

    pub fn exposed_at(&self, node: NodeId) -> Option<Timestamp> {
        self.exposed.get(&self.canonical(node)).copied()
    }

    /// What became of an edge; none for those that say the same as an earlier one, or nothing yet.
    pub fn verdict(&self, edge: &EdgeKey) -> Option<Verdict> {
        self.verdicts.get(edge).copied()
    }

    /// The strongest kind of what is the same as a node.
    pub fn kind(&self, node: NodeId) -> NodeKind {
        let node = self.canonical(node);
        self.kinds.get(&node).copied().unwrap_or_else(|| node.kind())
    }

    pub fn canonical(&self, node: NodeId) -> NodeId {
        self.same.get(&node).copied().unwrap_or(node)
    }

    pub(super) fn group_at(&self, canonical: NodeId, at: Timestamp) -> Option<usize> {
        let stays = self.stays.get(&canonical)?;
        let after = stays.partition_point(|stay| stay.from <= at);
        stays.get(after.saturating_sub(1)).map(|stay| stay.group)
    }

    /// The groups a node has been in, first to last.
    pub(super) fn groups_of(&self, canonical: NodeId) -> impl DoubleEndedIterator<Item = usize> + '_ {
        self.stays.get(&canonical).into_iter().flatten().map(|stay| stay.group)
    }

    fn root(&self, mut group: usize) -> usize {
        while self.groups[group].parent != group {
            group = self.groups[group].parent;
        }
        group
    }

    fn alias(&mut self, edge: &'a EdgeRow) {
        let (a, b) = (self.canonical(edge.a), self.canonical(edge.b));
        if a == b {
            return;
        }
        // An id is issued once; whoever says that it was issued to two customers is not believed.
        if self.kind(a).is_customer() && self.kind(b).is_customer() {
            self.verdicts.insert(edge.key(), Verdict::Refused(Refusal::AnotherCustomer));
            return;
        }
        self.aliases.push(edge);
        let kind = self.kind(a).min(self.kind(b));
        let (older, younger) = (a.min(b), a.max(b));
        self.same.values_mut().filter(|it| **it == younger).for_each(|it| *it = older);
        self.same.insert(younger, older);
        self.kinds.insert(older, kind);
    }

    fn pair(&self, edge: &EdgeRow) -> (NodeId, NodeId) {
        let (a, b) = (self.canonical(edge.a), self.canonical(edge.b));
        (a.min(b), a.max(b))
    }

    /// What was seen up to a moment, in the order in which it happened. Where things turned out to be the same, of each
    /// pair and slot only the first counts, as if that had been known from the start.
    fn sightings(&self, edges: &[&'a EdgeRow], until: Timestamp) -> Vec<&'a EdgeRow> {
        let mut first: BTreeMap<(NodeId, NodeId, i64), &EdgeRow> = BTreeMap::new();
        for edge in edges.iter().filter(|edge| edge.bond == Bond::Seen && edge.occurred_at <= until) {
            let (a, b) = self.pair(edge);
            let kept = first.entry((a, b, edge.key().slot)).or_insert(edge);
            if edge.moment() < kept.moment() {
                *kept = edge;
            }
        }
        let mut seen: Vec<&EdgeRow> = first.into_iter().filter(|((a, b, _), _)| a != b).map(|(_, edge)| edge).collect();
        seen.sort_by_key(|edge| edge.moment());
        seen
    }

    fn exposed_by(&self, seen: &[&EdgeRow]) -> BTreeMap<NodeId, Timestamp> {
        if seen.len() <= limits::FEWEST_MOST {
            return BTreeMap::new();
        }
        let mut known = BTreeSet::new();
        let pairs = seen.iter().filter_map(|edge| {
            let (a, b) = self.pair(edge);
            known.insert((a, b)).then_some((a, b, edge.occurred_at))
        });
        limits::exposed(|node| self.kind(node), pairs)
    }

    fn take(&mut self, edge: &'a EdgeRow, separated: &BTreeSet<(NodeId, NodeId)>) {
        let verdict = if separated.contains(&self.pair(edge)) {
            Verdict::Refused(Refusal::Separated)
        } else if self.is_exposed(edge.a) || self.is_exposed(edge.b) {
            Verdict::Refused(Refusal::SharedByMany)
        } else {
            self.join(edge)
        };
        self.verdicts.insert(edge.key(), verdict);
    }

    fn join(&mut self, edge: &'a EdgeRow) -> Verdict {
        let (a, b) = (self.canonical(edge.a), self.canonical(edge.b));
        let (group_a, group_b) = (self.group_now(a), self.group_now(b));
        let (root_a, root_b) = (self.root(group_a), self.root(group_b));
        let (a_is_person, b_is_person) = (self.kind(a).names_person(), self.kind(b).names_person());
        let (customer_a, customer_b) = (self.groups[root_a].customer, self.groups[root_b].customer);
        let verdict = if root_a == root_b {
            Verdict::Together
        } else if customer_a.is_none() || customer_b.is_none() {
            self.unite(root_a, root_b);
            self.joins.push(Join { edge, a: group_a, b: group_b });
            Verdict::Joined
        } else if a_is_person == b_is_person {
            return Verdict::Refused(Refusal::AnotherCustomer);
        } else {
            let (person, device) = if a_is_person { (group_a, b) } else { (group_b, a) };
            let (group, from) = self.move_device(device, person, edge.occurred_at);
            let (a, b) = if a_is_person { (person, group) } else { (group, person) };
            self.joins.push(Join { edge, a, b });
            Verdict::Moved { device, from }
        };
        match (a_is_person, b_is_person) {
            (true, false) => _ = self.person_at.insert(b, edge.occurred_at),
            (false, true) => _ = self.person_at.insert(a, edge.occurred_at),
            _ => {}
        }
        verdict
    }

    /// The group a node is in by now; its first, if this is its first sight.
    fn group_now(&mut self, node: NodeId) -> usize {
        if let Some(stay) = self.stays.get(&node).and_then(|stays| stays.last()) {
            return stay.group;
        }
        let group = self.groups.len();
        let customer = self.kind(node).is_customer().then_some(node);
        self.groups.push(Group { parent: group, customer, name: Some(node) });
        self.stays.insert(node, vec![Stay { from: Timestamp(i64::MIN), group }]);
        group
    }

    fn unite(&mut self, a: usize, b: usize) {
        let (into, from) = (a.min(b), a.max(b));
        let other = self.groups[from].clone();
        self.groups[from].parent = into;
        let kept = &mut self.groups[into];
        kept.customer = kept.customer.or(other.customer);
        kept.name = [kept.name, other.name].into_iter().flatten().min();
    }

    /// A device goes over to where a person's id is: from when whoever had it was last seen, but not long before now.
    fn move_device(&mut self, device: NodeId, to: usize, at: Timestamp) -> (usize, Timestamp) {
        let last_seen = self.person_at.get(&device).copied().unwrap_or(Timestamp(i64::MIN));
        let last_move = self.stays.get(&device).and_then(|stays| stays.last()).map_or(last_seen, |stay| stay.from);
        let from = at.plus_ms(-SESSION_MS).max(last_seen).max(last_move);
        let group = self.groups.len();
        self.groups.push(Group { parent: group, customer: None, name: None });
        self.stays.entry(device).or_default().push(Stay { from, group });
        let to = self.root(to);
        self.unite(to, group);
        (group, from)
    }
}
