//! Buyers who were erased: shops tell of an order again and again, with all that they know of whoever placed it.

use std::collections::BTreeSet;

use referee_core::id::{BrandId, NodeId};
use referee_core::identity::{Identifier, IdentifierKind};

use crate::books::reads::Reads;
use crate::error::Result;
use crate::intake::identifier::found;
use crate::intake::keys::BrandKeys;
use crate::intake::shop::Buyer;

/// Whether the books know an order's buyer by names of the same kind, and by none of those that are told now: then tokens stand
/// where they were.
pub fn is_forgotten(
    reads: &dyn Reads,
    keys: &BrandKeys,
    brand: BrandId,
    (order_id, buyer): (&str, &Buyer),
) -> Result<bool> {
    let orders = reads.conversions_of(brand, order_id)?;
    let mut nodes: BTreeSet<NodeId> = BTreeSet::new();
    for node in orders.iter().filter_map(|(_, row)| row.node) {
        nodes.extend(reads.component_of(brand, node)?);
    }
    let nodes: Vec<NodeId> = nodes.into_iter().collect();
    let known: Vec<Identifier> = reads.identifiers_at(brand, &nodes)?.into_iter().map(|(_, it)| it).collect();
    let told = [(IdentifierKind::CustomerId, &buyer.customer), (IdentifierKind::Email, &buyer.email)];
    for (kind, value) in told {
        let Ok(told) = found(keys, kind, value, None) else { continue };
        let mut names = known.iter().filter(|it| it.kind == kind).peekable();
        if names.peek().is_some() {
            return Ok(!names.any(|it| *it == told.identifier || told.variants.contains(it)));
        }
    }
    Ok(false)
}
