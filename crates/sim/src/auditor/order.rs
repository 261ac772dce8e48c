//! Orders as they were reported.

use std::collections::BTreeSet;

use referee_core::contract::Payout;
use referee_core::fact::{Conversion, Record};
use referee_core::id::{ClickNo, RecordNo};
use referee_core::money::{Currency, Money};
use referee_core::program::Source;
use referee_core::time::Timestamp;

use super::brand::Brand;
use super::sighting::{Node, Sighting};
use super::verdict::Part;

#[derive(Debug, Clone)]
pub struct Order {
    /// It is decided as of then, whatever later reports say.
    pub at: Timestamp,
    /// What its reports said of the buyer.
    pub buyer: Vec<Node>,
    pub clicks: BTreeSet<ClickNo>,
    /// Whose figures hold.
    source: Source,
    currency: Currency,
    amount: Money,
    pub digest: [u8; 16],
    /// Its action knows what was bought.
    itemised: bool,
    /// Who has a part of it, and what prices that part. Empty: it has earned nobody anything.
    pub parts: Vec<(Part, Payout)>,
    /// The report that it is decided by.
    pub report: Conversion,
}

/// What a further report of an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// The same money: identifiers are taken, and items.
    Supplement,
    /// Other money, from a source that may.
    Correction,
    Duplicate,
}

impl Order {
    pub fn first(record: &Record, report: &Conversion) -> Order {
        Order {
            at: record.occurred_at,
            buyer: Vec::new(),
            clicks: BTreeSet::new(),
            source: report.source,
            currency: report.currency,
            amount: report.amount,
            digest: report.digest,
            itemised: false,
            parts: Vec::new(),
            report: report.clone(),
        }
    }

    pub fn again(&self, brand: &Brand, report: &Conversion) -> Again {
        let itemised_once = report.items.is_empty() || !self.itemised;
        let same_sum = report.currency == self.currency && report.amount == self.amount;
        if report.digest == self.digest || (same_sum && itemised_once) {
            return Again::Supplement;
        }
        let counts_more =
            |source| brand.server_wins(self.report.event_type) && matches!(source, Source::Server | Source::Person);
        match (counts_more(report.source), counts_more(self.source)) {
            (true, false) => Again::Correction,
            (now, before) if now == before && self.parts.is_empty() => Again::Correction,
            _ => Again::Duplicate,
        }
    }

    /// Takes the figures of a report.
    pub fn take(&mut self, report: &Conversion) {
        self.source = report.source;
        self.currency = report.currency;
        self.amount = report.amount;
        self.digest = report.digest;
    }

    /// Its action has the items of this report.
    pub fn itemise(&mut self, report: &Conversion) {
        self.itemised = !report.items.is_empty();
        self.digest = report.digest;
    }

    /// All that its reports said of the buyer, as one.
    pub fn as_sighting(&self) -> Sighting {
        Sighting { record: RecordNo(0), at: self.at, nodes: self.buyer.clone() }
    }

    /// Its amount and currency.
    pub fn sum(&self) -> (Money, Currency) {
        (self.amount, self.currency)
    }

    /// The same money again, for an order that has its action.
    pub fn supplement(&mut self, report: &Conversion) {
        if !self.itemised && !report.items.is_empty() {
            self.itemised = true;
            self.digest = report.digest;
        }
    }
}
