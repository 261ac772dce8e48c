//! Identifiers with short names, so that a report can be read.

use std::collections::BTreeMap;

use referee_core::identity::{Identifier, IdentifierKind};

use crate::random::Random;

#[derive(Debug, Clone, Default)]
pub struct Names {
    known: BTreeMap<Identifier, String>,
    counts: BTreeMap<IdentifierKind, u32>,
}

impl Names {
    /// A new identifier. Its hash is drawn, so that nothing can depend on the order of hashes and go unnoticed.
    pub fn draw(&mut self, random: &mut Random, kind: IdentifierKind) -> Identifier {
        let identifier = Identifier { kind, hash: random.bytes() };
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        let word = match kind {
            IdentifierKind::CustomerId => "customer",
            IdentifierKind::Email => "email",
            IdentifierKind::Phone => "phone",
            IdentifierKind::Journey => "journey",
            IdentifierKind::Visitor => "visitor",
            IdentifierKind::AnonymousId => "anon",
            IdentifierKind::Device => "device",
        };
        self.known.insert(identifier, format!("{word}:{count}"));
        identifier
    }

    pub fn of(&self, identifier: &Identifier) -> String {
        self.known.get(identifier).cloned().unwrap_or_else(|| format!("{:?} unknown", identifier.kind))
    }
}
