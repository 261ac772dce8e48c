//! The doctor against made-up facts, and proofs against made-up DNS.

mod diagnosis;
mod fake;
mod names;
mod proofs;
