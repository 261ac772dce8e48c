//! A profile as it is told: what names it, what joined that and when, and what its person did. Nothing is decided here;
//! profiles are computed from the books' edges as the rules do it.

use std::collections::BTreeMap;

use referee_core::id::{BrandId, NodeId, RecordNo};
use referee_core::identity::NodeKind;
use referee_core::identity::profiles::{Profiles, Verdict};
use referee_core::row::{Bond, ClickRow, ConversionRow, EdgeRow, OrderKey};
use referee_core::time::Timestamp;

use crate::books::reads::Reads;
use crate::error::Result;
use crate::limits::PROFILE_EVENTS_MAX;
use crate::lookup::told::Masked;

/// A profile as of now, with devices that were once its own.
#[derive(Debug, Clone)]
pub struct ProfileTold {
    /// The oldest of its nodes; any other leads here, too.
    pub id: NodeId,
    pub members: Vec<Member>,
    /// Edges that begin or end at a member, in the order in which they happened.
    pub edges: Vec<EdgeTold>,
    /// What its person did, newest first.
    pub events: Vec<Event>,
}

/// A node of the profile.
#[derive(Debug, Clone)]
pub struct Member {
    pub node: NodeId,
    pub kind: NodeKind,
    /// All that names it; nothing, for a click without a cookie.
    pub names: Vec<Masked>,
    /// When it belonged to the profile: from, and until when if it has gone over to another.
    pub stays: Vec<Stay>,
    /// Since when it names nobody, because it was seen with too many.
    pub exposed_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// None: from its first sight.
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

#[derive(Debug, Clone)]
pub struct EdgeTold {
    pub record: RecordNo,
    pub at: Timestamp,
    pub a: NodeId,
    pub b: NodeId,
    pub became: Became,
    /// Somebody may say that the two are not one person.
    pub may_separate: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Became {
    Same,
    Rules(Verdict),
    Separated,
    Rejoined,
    KeptOut(referee_core::refusal::Refusal),
}

#[derive(Debug, Clone)]
pub enum Event {
    Touched(Box<ClickRow>),
    Ordered(OrderKey, Box<ConversionRow>),
}

impl Event {
    pub fn at(&self) -> Timestamp {
        match self {
            Event::Touched(click) => click.occurred_at,
            Event::Ordered(_, row) => row.occurred_at,
        }
    }
}

/// The profile of a node; none if there is no such node.
pub fn profile_of(reads: &dyn Reads, brand: BrandId, node: NodeId) -> Result<Option<ProfileTold>> {
    let component = reads.component_of(brand, node)?;
    let edges = reads.edges_at(brand, &component)?;
    let mut names: BTreeMap<NodeId, Vec<Masked>> = BTreeMap::new();
    for (at, identifier) in reads.identifiers_at(brand, &component)? {
        names.entry(at).or_default().push(Masked::from(&identifier));
    }
    let clicks = reads.clicks_at(brand, &component, PROFILE_EVENTS_MAX)?;
    if !names.contains_key(&node) && edges.is_empty() && clicks.is_empty() {
        return Ok(None);
    }
    let profiles = Profiles::as_of(edges.iter(), Timestamp(i64::MAX));
    let id = profiles.of(node, Timestamp(i64::MAX));
    let members = component.iter().filter_map(|node| member(&profiles, id, *node, &mut names)).collect::<Vec<_>>();
    let is_member = |node: NodeId| members.iter().any(|it| it.node == node);
    let mut told: Vec<EdgeTold> = edges
        .iter()
        .filter(|edge| is_member(edge.a) || is_member(edge.b))
        .filter_map(|edge| edge_told(&profiles, &edges, edge))
        .collect();
    told.sort_by_key(|edge| (edge.at, edge.record));
    let mut events: Vec<Event> = clicks
        .into_iter()
        .filter(|click| profiles.of(click.node, click.occurred_at) == id)
        .map(|click| Event::Touched(Box::new(click)))
        .collect();
    let own: Vec<NodeId> = members.iter().map(|it| it.node).collect();
    let orders = reads.conversions_at(brand, &own, PROFILE_EVENTS_MAX)?;
    let ordered =
        |(_, row): &(OrderKey, ConversionRow)| row.node.is_some_and(|it| profiles.of(it, row.occurred_at) == id);
    events.extend(orders.into_iter().filter(ordered).map(|(key, row)| Event::Ordered(key, Box::new(row))));
    events.sort_by_key(|event| std::cmp::Reverse(event.at()));
    Ok(Some(ProfileTold { id, members, edges: told, events }))
}

fn member(
    profiles: &Profiles<'_>,
    id: NodeId,
    node: NodeId,
    names: &mut BTreeMap<NodeId, Vec<Masked>>,
) -> Option<Member> {
    let stays: Vec<(Timestamp, NodeId)> = profiles.of_ever(node).collect();
    let ends = stays.iter().skip(1).map(|(from, _)| Some(*from)).chain([None]);
    let own = stays.iter().zip(ends).filter(|((_, profile), _)| *profile == id);
    let own: Vec<Stay> =
        own.map(|((from, _), until)| Stay { from: Some(*from).filter(|from| from.0 > i64::MIN), until }).collect();
    let names = names.remove(&node).unwrap_or_default();
    let is_own = !own.is_empty();
    is_own.then(|| Member { node, kind: node.kind(), names, stays: own, exposed_at: profiles.exposed_at(node) })
}

/// None for one that only says again what an earlier one said.
fn edge_told(profiles: &Profiles<'_>, all: &[EdgeRow], edge: &EdgeRow) -> Option<EdgeTold> {
    let became = match edge.bond {
        Bond::Same => Became::Same,
        Bond::Separated => Became::Separated,
        Bond::Rejoined => Became::Rejoined,
        Bond::KeptOut(reason) => Became::KeptOut(reason),
        Bond::Seen => Became::Rules(profiles.verdict(&edge.key()).filter(|it| *it != Verdict::Together)?),
    };
    let ends = |it: &EdgeRow| (it.a.min(it.b), it.a.max(it.b));
    let is_separated = all.iter().any(|it| it.bond == Bond::Separated && ends(it) == ends(edge));
    let may_separate = edge.bond == Bond::Seen && !is_separated;
    let EdgeRow { record, occurred_at: at, a, b, .. } = *edge;
    Some(EdgeTold { record, at, a, b, became, may_separate })
}
