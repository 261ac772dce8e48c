//! People who follow links and buy, and what the brand gives its partners beside.

use referee_core::fact::{AwardGiven, AwardKind, Click, Conversion, Device, Fact, Item, Signals};
use referee_core::id::{AdId, ClickNo, ProgramId, SubmissionId};
use referee_core::identity::{Identifier, IdentifierKind};
use referee_core::money::{MICROS, Money};
use referee_core::time::DAY_MS;

use super::{JPY, Life, PARTNERS, PROGRAMS, STRANGER};
use crate::year::bookkeeper::order::bare;

const STATUSES: [&str; 4] = ["", "", "new", "existing"];
const CATEGORIES: [&str; 3] = ["boots", "tents", "gift cards"];
const DEVICES: [Device; 3] = [Device::Desktop, Device::Phone, Device::Tablet];

impl Life {
    pub(super) fn order(&mut self) {
        if self.random.percent(6) {
            return self.report_again();
        }
        let (program, event_type, usual) = *self.one(&PROGRAMS);
        let currency = if self.random.percent(80) { usual } else { *self.one(&super::CURRENCIES) };
        let items: Vec<Item> = (0..self.random.below(4)).map(|n| self.item(n)).collect();
        let sum = items.iter().fold(Money::ZERO, |sum, it| sum.plus(it.amount));
        // With shipping, or a discount that the items don't show.
        let more = if self.random.percent(30) { self.below(20 * MICROS) - 10 * MICROS } else { 0 };
        let amount = if items.is_empty() { self.amount() } else { Money((sum.0 + more / 10_000 * 10_000).max(0)) };
        let forced_partner = self.random.percent(45).then(|| *self.one(&PARTNERS));
        let is_known = forced_partner.is_none() || self.random.percent(30);
        let identifiers = if is_known { vec![self.customer(program)] } else { Vec::new() };
        let report = Conversion {
            submission: SubmissionId(self.random.bytes()),
            items,
            identifiers,
            forced_partner,
            customer_status: (*self.one(&STATUSES)).to_owned(),
            digest: self.random.bytes(),
            ..bare(program, event_type, format!("O{}", self.year.records.len()), currency, amount)
        };
        // Some come from a server that was cut off, and some name an older day.
        let late = if self.random.percent(10) { self.below(3 * DAY_MS) } else { 0 };
        let older = if self.random.percent(15) { self.below(40 * DAY_MS) } else { 0 };
        let received = self.now.plus_ms(-late);
        self.hear_at(Fact::ConversionReported(report), received.plus_ms(-older), received, None);
        self.work();
    }

    fn item(&mut self, n: u64) -> Item {
        let (amount, quantity) = (self.amount(), 1 + self.random.popular(5) as u32);
        let category = (*self.one(&CATEGORIES)).to_owned();
        Item { sku: format!("S{n}"), name: String::new(), category, quantity, amount }
    }

    /// Somebody who has come before, or whose clicks come now.
    fn customer(&mut self, program: ProgramId) -> Identifier {
        let known: Vec<Identifier> = self.visitors.iter().filter(|it| it.0 == program).map(|it| it.1).collect();
        if !known.is_empty() && self.random.percent(35) {
            return known[known.len() - 1 - self.random.popular(known.len() as u64) as usize];
        }
        let visitor = Identifier { kind: IdentifierKind::Visitor, hash: self.random.bytes() };
        self.visitors.push((program, visitor));
        for _ in 0..self.random.below(6) {
            self.click(program, visitor);
        }
        visitor
    }

    fn click(&mut self, program: ProgramId, visitor: Identifier) {
        let click = Click {
            no: ClickNo(self.year.records.len() as u64 + 1),
            program,
            partner: *self.one(&PARTNERS),
            ad: AdId(1 + self.random.below(3) as u32),
            slug: None,
            visitor: Some(visitor),
            sub_ids: Default::default(),
            shared_id: String::new(),
            signals: Signals { device: *self.one(&DEVICES), ..Signals::default() },
            deep_link_refused: false,
            referrer_host: String::new(),
            link_params: Vec::new(),
            told_by_shop: false,
            deep_link: None,
            consent: None,
        };
        let ago = self.below(40 * DAY_MS);
        self.hear_at(Fact::ClickRecorded(click), self.now.plus_ms(-ago), self.now, None);
    }

    /// What has earned something is reported once more, with or without other money.
    fn report_again(&mut self) {
        let orders = &self.year.bookkeeper.orders;
        // Inquiries may have opened some that the shop reports now.
        let credited: Vec<_> =
            orders.iter().filter(|it| !it.places.is_empty() && it.order_id.contains(['O', 'U'])).cloned().collect();
        if credited.is_empty() {
            return;
        }
        let order = self.one(&credited).clone();
        let amount = if self.random.percent(50) { order.amount } else { self.amount() };
        let (submission, digest) = (SubmissionId(self.random.bytes()), self.random.bytes());
        let again = bare(order.program, order.event_type, order.order_id, order.currency, amount);
        self.hear_at(Fact::ConversionReported(Conversion { submission, digest, ..again }), order.at, self.now, None);
        self.work();
    }

    pub(super) fn award(&mut self) {
        let (program, _, currency) = *self.one(&PROGRAMS);
        let partner = if self.random.percent(3) { STRANGER } else { *self.one(&PARTNERS) };
        let kind = *self.one(&[AwardKind::Bonus, AwardKind::Fee]);
        let unit = if currency == JPY { 100 * MICROS } else { MICROS / 2 };
        let amount = Money(self.below(60) * unit);
        let awards: Vec<String> =
            self.year.bookkeeper.orders.iter().map(|it| it.order_id.clone()).filter(|it| it.starts_with('A')).collect();
        let given = !awards.is_empty() && self.random.percent(5);
        let reference = if given { self.one(&awards).clone() } else { format!("A{}", self.year.records.len()) };
        self.hear(Fact::AwardGiven(AwardGiven { program, partner, kind, amount, reference }));
        self.work();
    }
}
