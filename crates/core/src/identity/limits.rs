//! Ids that name nobody, because they were seen with too many.

use std::collections::BTreeMap;

use crate::id::NodeId;
use crate::time::Timestamp;

use super::{IdentifierKind, NodeKind};

/// How many different ids of one kind an id may be seen with, and in which span, before it bridges nobody.
struct Limit {
    most: usize,
    days: u32,
}

fn limit(of: NodeKind, met: NodeKind) -> Limit {
    use IdentifierKind::{CustomerId, Email, Phone};
    match (of, met) {
        (NodeKind::Identifier(CustomerId), met) if met.names_person() => Limit { most: 10, days: 365 },
        (NodeKind::Identifier(CustomerId), _) => Limit { most: 100, days: 30 },
        (NodeKind::Identifier(Email | Phone), met) if met.names_person() => Limit { most: 5, days: 365 },
        (NodeKind::Identifier(Email | Phone), _) => Limit { most: 50, days: 30 },
        (_, met) if met.names_person() => Limit { most: 5, days: 30 },
        (_, _) => Limit { most: 20, days: 30 },
    }
}

/// Fewer neighbours than this pass no limit.
pub const FEWEST_MOST: usize = 5;

/// Nodes that pass a limit, and when each first does. `pairs` are different pairs of nodes with their kinds, ascending by
/// the time at which each was first seen.
pub fn exposed(
    kind_of: impl Fn(NodeId) -> NodeKind,
    pairs: impl Iterator<Item = (NodeId, NodeId, Timestamp)>,
) -> BTreeMap<NodeId, Timestamp> {
    let mut met: BTreeMap<(NodeId, NodeKind), Vec<Timestamp>> = BTreeMap::new();
    for (a, b, at) in pairs {
        met.entry((a, kind_of(b))).or_default().push(at);
        met.entry((b, kind_of(a))).or_default().push(at);
    }
    let mut exposed: BTreeMap<NodeId, Timestamp> = BTreeMap::new();
    for ((node, met_kind), times) in met {
        let Limit { most, days } = limit(kind_of(node), met_kind);
        let too_many = times.windows(most + 1).find(|span| span[most] <= span[0].plus_days(days));
        if let Some(span) = too_many {
            let at = exposed.entry(node).or_insert(span[most]);
            *at = span[most].min(*at);
        }
    }
    exposed
}
