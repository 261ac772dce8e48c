//! Who is who: identifiers, what one record shows together, and the graph that joins it into profiles.

pub mod graph;
pub mod identifier;
pub mod sighting;

pub use identifier::{Alias, Block, Blocked, Identifier, IdentifierKind, LeftOut};
pub use sighting::Sighting;
