//! Ids that are seen with too many others, and so name nobody.

use std::collections::{BTreeMap, BTreeSet};

use referee_core::identity::IdentifierKind;
use referee_core::time::{DAY_MS, Timestamp};

use super::sighting::{Node, Pair};

/// With more than how many ids of a kind, within how many days, an id of another names nobody.
fn limit(of: IdentifierKind, with: IdentifierKind) -> Option<(usize, i64)> {
    use IdentifierKind::{AnonymousId, CustomerId, Device, Email, Journey, Phone, Visitor};
    match (of, with) {
        (Journey | Visitor | AnonymousId | Device, CustomerId | Email | Phone) => Some((5, 30)),
        (Journey | Visitor | AnonymousId | Device, Journey | Visitor | AnonymousId | Device) => Some((20, 30)),
        (Email | Phone, CustomerId | Email | Phone) => Some((5, 365)),
        (Email | Phone, Journey | Visitor | AnonymousId | Device) => Some((50, 30)),
        (CustomerId, Email | Phone) => Some((10, 365)),
        (CustomerId, Journey | Visitor | AnonymousId | Device) => Some((100, 30)),
        (CustomerId, CustomerId) => None,
    }
}

/// The nodes that these pairs, which happened up to some moment, show to name nobody.
pub fn nobodies(pairs: &[Pair]) -> BTreeSet<Node> {
    let mut first_seen: BTreeMap<(Node, Node), Timestamp> = BTreeMap::new();
    for pair in pairs {
        for (of, with) in [(pair.anchor, pair.other), (pair.other, pair.anchor)] {
            let first = first_seen.entry((of, with)).or_insert(pair.at);
            *first = pair.at.min(*first);
        }
    }
    let mut others: BTreeMap<(Node, IdentifierKind), Vec<Timestamp>> = BTreeMap::new();
    for ((of, with), at) in first_seen {
        others.entry((of, with.kind())).or_default().push(at);
    }
    let mut nobodies = BTreeSet::new();
    for ((of, kind), mut moments) in others {
        let Some((most, days)) = limit(of.kind(), kind) else { continue };
        moments.sort();
        if moments.windows(most + 1).any(|span| span[most].since_ms(span[0]) <= days * DAY_MS) {
            nobodies.insert(of);
        }
    }
    nobodies
}
