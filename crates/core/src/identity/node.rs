//! A node of the graph: an identifier, or a click that came without one. Its number ends with its kind, so that a rule
//! that walks edges need not load what hangs at them.

use crate::id::NodeId;

use super::IdentifierKind;

const KIND_BITS: u32 = 4;
const CLICK: u64 = 8;

/// What hangs at a node, from strong to weak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeKind {
    Identifier(IdentifierKind),
    /// A click without a visitor.
    Click,
}

impl NodeKind {
    /// Whether it names a person. Everything else names a device, which may change hands.
    pub fn names_person(self) -> bool {
        use IdentifierKind::*;
        matches!(self, NodeKind::Identifier(CustomerId | Email | Phone))
    }

    pub fn is_customer(self) -> bool {
        self == NodeKind::Identifier(IdentifierKind::CustomerId)
    }

    fn number(self) -> u64 {
        match self {
            NodeKind::Identifier(kind) => u64::from(kind.number()),
            NodeKind::Click => CLICK,
        }
    }
}

impl NodeId {
    /// The node after this one, of a kind.
    pub fn next(self, kind: NodeKind) -> NodeId {
        let count = (self.0 >> KIND_BITS) + 1;
        NodeId(count << KIND_BITS | kind.number())
    }

    pub fn kind(self) -> NodeKind {
        let number = (self.0 & ((1 << KIND_BITS) - 1)) as u8;
        IdentifierKind::from_number(number).map_or(NodeKind::Click, NodeKind::Identifier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_knows_its_kind_and_younger_ones_are_larger() {
        let mut last = NodeId(0);
        for kind in IdentifierKind::ALL.map(NodeKind::Identifier).into_iter().chain([NodeKind::Click]).rev() {
            let next = last.next(kind);
            assert!(next > last);
            assert_eq!(next.kind(), kind);
            last = next;
        }
    }
}
