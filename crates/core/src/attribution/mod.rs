//! Who earned a conversion, and why nobody else did.

pub mod candidates;
pub(crate) mod credit;
pub mod decide;
mod evidence;
pub mod touchpoint;

pub use decide::{Verdict, decide};
