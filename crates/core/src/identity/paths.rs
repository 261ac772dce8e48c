//! How to get from what a report named to what its buyer did: along the edges that join, nodes as they stood.

use std::collections::{BTreeMap, VecDeque};

use crate::id::NodeId;
use crate::row::{EdgeRow, Step};
use crate::time::Timestamp;

use super::profiles::Profiles;

/// A node while it was in one group: a device that moved stands for another person after.
type Place = (NodeId, usize);

pub struct Paths<'a> {
    profiles: &'a Profiles<'a>,
    /// Each reached place with the edge it was reached by; none at a start.
    reached_by: BTreeMap<Place, Option<(Place, &'a EdgeRow)>>,
}

impl<'a> Paths<'a> {
    /// Ways from nodes as they stood at a moment.
    pub fn from(profiles: &'a Profiles<'a>, starts: &[NodeId], at: Timestamp) -> Paths<'a> {
        let neighbours = neighbours(profiles);
        let mut reached_by: BTreeMap<Place, Option<(Place, &EdgeRow)>> = BTreeMap::new();
        let mut queue: VecDeque<Place> = VecDeque::new();
        for start in starts {
            // A node without edges is in no group, and leads nowhere.
            let Some(group) = profiles.group_at(profiles.canonical(*start), at) else { continue };
            if reached_by.insert((*start, group), None).is_none() {
                queue.push_back((*start, group));
            }
        }
        while let Some(place) = queue.pop_front() {
            for (next, edge) in neighbours.get(&place).into_iter().flatten() {
                reached_by.entry(*next).or_insert_with(|| {
                    queue.push_back(*next);
                    Some((place, edge))
                });
            }
        }
        Paths { profiles, reached_by }
    }

    /// The start that leads to a node as it stood at a moment, and the joins on the way. Where that can't be reached, to the
    /// node as it last could be.
    pub fn to(&self, node: NodeId, at: Timestamp) -> Option<(NodeId, Vec<Step>)> {
        let canonical = self.profiles.canonical(node);
        let then = self.profiles.group_at(canonical, at);
        let ever = self.profiles.groups_of(canonical).rev();
        let mut places = then.into_iter().chain(ever).map(|group| (node, group));
        let mut place = places.find(|place| self.reached_by.contains_key(place))?;
        let mut steps = Vec::new();
        while let Some((before, edge)) = self.reached_by.get(&place)? {
            let (record, occurred_at) = (edge.record, edge.occurred_at);
            steps.push(Step::Joined { record, occurred_at, from: before.0, to: place.0 });
            place = *before;
        }
        steps.reverse();
        Some((place.0, steps))
    }
}

fn neighbours<'a>(profiles: &'a Profiles<'a>) -> BTreeMap<Place, Vec<(Place, &'a EdgeRow)>> {
    let mut neighbours: BTreeMap<Place, Vec<(Place, &EdgeRow)>> = BTreeMap::new();
    let mut join = |a: Place, b: Place, edge: &'a EdgeRow| {
        neighbours.entry(a).or_default().push((b, edge));
        neighbours.entry(b).or_default().push((a, edge));
    };
    for it in &profiles.joins {
        join((it.edge.a, it.a), (it.edge.b, it.b), it.edge);
    }
    for edge in &profiles.aliases {
        for group in profiles.groups_of(profiles.canonical(edge.a)) {
            join((edge.a, group), (edge.b, group), edge);
        }
    }
    neighbours
}
