//! The rules of Referee: what happened, and what follows from it.
//!
//! Pure: no clock, randomness, input or output, floats or unordered maps, and no dependency. `machine::apply` is
//! total: every "no" is a [`refusal::Refusal`], and a panic is a bug. Modules stand in reading order, which is also
//! the order of dependency: a file uses only what is listed above it, but that the graph of identity stands on the slice.

pub mod id;
pub mod time;
pub mod locking;
pub mod money;
pub mod exchange;
pub mod refusal;
pub mod program;
pub mod condition;
pub mod limit;
pub mod list;
pub mod contract;
pub mod overlay;
pub mod identity;
pub mod inquiry;
pub mod screening;
pub mod fact;
pub mod config;
pub mod row;
pub mod pricing;
pub mod slice;
pub mod ledger;
pub mod statement;
pub mod invariant;
pub mod setup;
pub mod agreement;
pub mod attribution;
pub mod payable;
pub mod click;
pub mod visit;
pub mod action;
pub mod shop;
pub mod machine;

#[cfg(test)]
mod tests;
