//! Who earned a conversion, and why nobody else did.

pub mod decide;
pub mod touchpoint;

pub use decide::{Verdict, decide};
