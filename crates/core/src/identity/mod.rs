//! Who is who: identifiers, and the graph that joins them into profiles.

pub mod graph;
pub mod identifier;

pub use identifier::{Alias, Identifier, IdentifierKind};
