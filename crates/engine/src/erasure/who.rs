//! Who somebody is: everything that names the person behind one identifier, now.

use std::collections::{BTreeMap, BTreeSet};

use referee_core::config::Config;
use referee_core::erasure::Substitution;
use referee_core::id::{BrandId, NodeId};
use referee_core::identity::Identifier;
use referee_core::identity::profiles::Profiles;
use referee_core::refusal::Refusal;
use referee_core::row::{ClickRow, ConversionRow, OrderKey};
use referee_core::time::Timestamp;

use super::Found;
use crate::books::reads::Reads;
use crate::error::Result;
use crate::settings::random_bytes;

/// Now, for profiles: after all that was seen.
pub const NOW: Timestamp = Timestamp(i64::MAX);

/// The person behind an identifier.
pub struct Who {
    pub found: Found,
    /// All hashes, with the node at which each hangs.
    pub identifiers: BTreeMap<Identifier, Option<NodeId>>,
    pub clicks: Vec<ClickRow>,
    pub orders: Vec<(OrderKey, ConversionRow)>,
}

/// Everything that names the person whom some hashes of one value name, or who stands at a node. Err: that value names nobody.
pub fn who(
    reads: &dyn Reads,
    config: &Config,
    brand: BrandId,
    (named, at): (&[Identifier], Option<NodeId>),
) -> Result<std::result::Result<Who, Refusal>> {
    if named.iter().any(|it| config.is_blocked(*it)) {
        return Ok(Err(Refusal::IdentifierBlocked));
    }
    let mut who = Who {
        found: Found::default(),
        identifiers: named.iter().map(|it| (*it, None)).collect(),
        clicks: Vec::new(),
        orders: Vec::new(),
    };
    let nodes = named.iter().map(|it| reads.node_of(brand, it)).collect::<Result<Vec<_>>>()?;
    let mut joined = BTreeSet::new();
    for node in nodes.into_iter().flatten().chain(at).collect::<BTreeSet<_>>() {
        who.join(reads, config, brand, (node, &mut joined))?;
    }
    who.count();
    Ok(Ok(who))
}

impl Who {
    /// Adds the profile that a node belongs to, if none of those joined before is the same.
    fn join(
        &mut self,
        reads: &dyn Reads,
        config: &Config,
        brand: BrandId,
        (node, joined): (NodeId, &mut BTreeSet<NodeId>),
    ) -> Result<()> {
        let component = reads.component_of(brand, node)?;
        let edges = reads.edges_at(brand, &component)?;
        let profiles = Profiles::as_of(edges.iter(), NOW);
        let id = profiles.of(node, NOW);
        if !joined.insert(id) {
            return Ok(());
        }
        let is_asked = |it: NodeId| profiles.canonical(it) == profiles.canonical(node);
        let mut own: BTreeSet<NodeId> = BTreeSet::new();
        for it in &component {
            if profiles.of(*it, NOW) != id {
                let was = profiles.of_ever(*it).any(|(_, profile)| profile == id);
                self.found.passed_on += u32::from(was && !it.kind().names_person());
            } else if profiles.is_exposed(*it) && !is_asked(*it) {
                self.found.shared += 1;
            } else {
                own.insert(*it);
            }
        }
        let members: Vec<NodeId> = own.iter().copied().collect();
        for (at, identifier) in reads.identifiers_at(brand, &members)? {
            if config.is_blocked(identifier) {
                self.found.blocked += 1;
            } else {
                self.identifiers.insert(identifier, Some(at));
            }
        }
        let clicks = reads.clicks_at(brand, &component, u32::MAX)?;
        self.clicks.extend(clicks.into_iter().filter(|it| profiles.of(it.node, it.occurred_at) == id));
        let orders = reads.conversions_at(brand, &component, u32::MAX)?;
        let is_own = |row: &ConversionRow| row.node.is_some_and(|node| profiles.of(node, row.occurred_at) == id);
        self.orders.extend(orders.into_iter().filter(|(_, row)| is_own(row)));
        Ok(())
    }

    fn count(&mut self) {
        for identifier in self.identifiers.keys() {
            *self.found.identifiers.entry(identifier.kind.code().to_owned()).or_default() += 1;
        }
        let many = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        (self.found.devices, self.found.networks) = (many(self.agents().len()), many(self.networks().len()));
        (self.found.clicks, self.found.orders) = (many(self.clicks.len()), many(self.orders.len()));
    }

    fn agents(&self) -> BTreeSet<u64> {
        self.clicks.iter().map(|it| it.signals.agent_key).filter(|key| *key != 0).collect()
    }

    fn networks(&self) -> BTreeSet<u64> {
        self.clicks.iter().map(|it| it.signals.network).filter(|key| *key != 0).collect()
    }

    /// Random tokens for all of it. Nobody can draw them again.
    pub fn substitution(&self) -> Substitution {
        Substitution {
            identifiers: self.identifiers.keys().map(|it| (*it, random_bytes())).collect(),
            agents: self.agents().into_iter().map(|it| (it, number())).collect(),
            networks: self.networks().into_iter().map(|it| (it, number())).collect(),
        }
    }
}

/// Zero says that nothing is known.
pub fn number() -> u64 {
    u64::from_be_bytes(random_bytes()).max(1)
}
