//! Who is who: identifiers, what one record shows together, and the profiles that follow from it.

pub mod component;
pub mod identifier;
pub mod graph;
pub mod limits;
pub mod node;
pub mod paths;
pub mod profiles;
pub mod sighting;

pub use identifier::{Alias, Block, Blocked, Identifier, IdentifierKind, LeftOut};
pub use node::NodeKind;
pub use sighting::Sighting;
