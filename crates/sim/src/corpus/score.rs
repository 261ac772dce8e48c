//! How often a method is right about a touchpoint and an order.

use std::collections::BTreeSet;

use referee_core::id::ClickNo;

/// Counts of pairs of a touchpoint and an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Score {
    /// Joined, and of the buyer.
    right: u64,
    /// Joined, and of somebody else.
    wrong: u64,
    /// Of the buyer, and not joined.
    missed: u64,
}

impl Score {
    pub fn note(&mut self, joined: &BTreeSet<ClickNo>, of_buyer: &BTreeSet<ClickNo>) {
        self.right += joined.intersection(of_buyer).count() as u64;
        self.wrong += joined.difference(of_buyer).count() as u64;
        self.missed += of_buyer.difference(joined).count() as u64;
    }

    /// Of the joins, those that are right, in a hundred: `98.7 %`.
    pub fn precision(&self) -> String {
        percent(self.right, self.right + self.wrong)
    }

    /// Of what is to be joined, what was.
    pub fn recall(&self) -> String {
        percent(self.right, self.right + self.missed)
    }
}

fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "none".to_owned();
    }
    let tenths = (part * 2_000 + whole) / (whole * 2);
    format!("{}.{} %", tenths / 10, tenths % 10)
}
