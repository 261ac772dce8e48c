//! The rules of Referee: what happened, and what follows from it.
//!
//! Pure: no clock, randomness, input or output, floats or unordered maps, and no dependency. `machine::apply` is
//! total: every "no" is a [`refusal::Refusal`], and a panic is a bug. Modules stand in reading order, which is also
//! the order of dependency: a file uses only what is listed above it.

pub mod action;
pub mod attribution;
pub mod config;
pub mod contract;
pub mod fact;
pub mod id;
pub mod identity;
pub mod invariant;
pub mod ledger;
pub mod machine;
pub mod money;
pub mod program;
pub mod refusal;
pub mod row;
pub mod setup;
pub mod slice;
pub mod time;

#[cfg(test)]
mod tests;
