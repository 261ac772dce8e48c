//! Who earned a conversion, and why nobody else did.

pub mod candidates;
pub mod credit;
pub mod decide;
mod evidence;
mod parent;
pub mod touchpoint;

pub use decide::{Verdict, decide};
