//! Orders as they were reported.

use referee_core::contract::EventPayout;
use referee_core::fact::{Conversion, Item, Record};
use referee_core::id::{ClickNo, RecordNo};
use referee_core::money::{Currency, Money};
use referee_core::program::Source;
use referee_core::time::{MINUTE_MS, Timestamp};

use super::brand::Brand;
use super::people::{SESSION_MS, TOLERANCE_MS};
use super::price::Origin;
use super::sighting::Node;
use super::verdict::Part;

#[derive(Debug, Clone)]
pub struct Order {
    /// It is decided as of then, whatever later reports say.
    pub at: Timestamp,
    /// Until then it is decided again when something from before it arrives.
    open_until: Timestamp,
    /// Its newest report that was taken.
    pub decided_by: RecordNo,
    /// The strongest identifier of the first report that had any; the click, if that was all.
    pub first_buyer: Option<Node>,
    /// The identifiers of the report that it is decided by, strong ones first, and its click.
    pub named: Vec<Node>,
    /// All that its reports named.
    pub known: Vec<Node>,
    /// The click whose id came with the report that it is decided by.
    pub click: Option<ClickNo>,
    /// Whose figures hold.
    source: Source,
    currency: Currency,
    amount: Money,
    pub digest: [u8; 16],
    /// What was bought, as its actions know it.
    pub items: Vec<Item>,
    /// Who has a part of it. Empty: it has earned nobody anything.
    pub parts: Vec<Earned>,
    /// The report that it is decided by; once it has earned something, the one by which it did.
    pub report: Conversion,
}

/// A part of an order, and what prices it.
#[derive(Debug, Clone)]
pub struct Earned {
    pub part: Part,
    pub terms: EventPayout,
    /// What its touchpoint told when it was decided.
    pub origin: Origin,
    /// The customer's, reported or by other orders.
    pub status: String,
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
    pub fn first(record: &Record, report: &Conversion, settle_hours: u32) -> Order {
        Order {
            at: record.occurred_at,
            open_until: record.received_at.plus_ms(i64::from(settle_hours) * 60 * MINUTE_MS),
            decided_by: record.no,
            first_buyer: None,
            named: Vec::new(),
            known: Vec::new(),
            click: None,
            source: report.source,
            currency: report.currency,
            amount: report.amount,
            digest: report.digest,
            items: Vec::new(),
            parts: Vec::new(),
            report: report.clone(),
        }
    }

    pub fn again(&self, brand: &Brand, report: &Conversion) -> Again {
        let itemised_once = report.items.is_empty() || self.items.is_empty();
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

    /// Its actions open, with what the report that it is decided by says was bought.
    pub fn earn(&mut self, parts: Vec<Earned>) {
        self.parts = parts;
        self.items.clone_from(&self.report.items);
    }

    /// The figures of a correction, with its items.
    pub fn correct(&mut self, report: &Conversion) {
        self.take(report);
        self.items.clone_from(&report.items);
    }

    /// Whether what has arrived now may let it earn something after all: it happened before, or soon after and
    /// connected somebody.
    pub fn is_open(&self, record: &Record, connected: bool) -> bool {
        let after_ms = record.occurred_at.since_ms(self.at);
        let concerns = after_ms <= TOLERANCE_MS || (connected && after_ms <= SESSION_MS);
        let in_time = record.received_at <= self.open_until;
        self.parts.is_empty() && record.no > self.decided_by && concerns && in_time
    }

    /// Its amount and currency.
    pub fn sum(&self) -> (Money, Currency) {
        (self.amount, self.currency)
    }

    /// The same money again, for an order that has its action.
    pub fn supplement(&mut self, report: &Conversion) {
        if self.items.is_empty() && !report.items.is_empty() {
            self.items.clone_from(&report.items);
            self.digest = report.digest;
        }
    }
}
