//! An order, and how often and by whom it is reported.

use referee_core::fact::{Conversion, Fact, Item};
use referee_core::id::SubmissionId;
use referee_core::money::{Currency, MICROS, Money};
use referee_core::program::Source;
use referee_core::time::Timestamp;

use super::Days;
use super::clock::Moments;
use super::device::Place;
use super::offer::{ASSIGNED, CODES, LEAD, LINKS, MAIN, ORDER, RENEWAL, SALE, SECOND};
use super::person::PersonNo;
use super::session::Shown;
use crate::random::Random;

const STATUSES: [&str; 4] = ["", "NEW", "existing", "New"];
const CATEGORIES: [&str; 4] = ["Boots", "tents", "Gift cards", ""];

impl Days {
    pub(super) fn order(&mut self, person: PersonNo, device: usize, at: Timestamp) {
        self.orders += 1;
        let shown = self.shown_at_checkout(person, device);
        let click = self.devices[device].click.filter(|_| self.random.percent(45));
        let program = if self.random.percent(4) { SECOND } else { Days::program_of(click) };
        let event_type = match program {
            MAIN if self.random.percent(80) => SALE,
            MAIN if self.features.policies && self.random.percent(40) => RENEWAL,
            MAIN => LEAD,
            _ => ORDER,
        };
        let report = Conversion {
            submission: SubmissionId(self.random.bytes()),
            program,
            event_type,
            order_id: format!("O{}", self.orders),
            source: Source::Browser,
            currency: Currency(*b"EUR"),
            amount: Money::ZERO,
            items: Vec::new(),
            identifiers: Vec::new(),
            aliases: Vec::new(),
            left_out: Vec::new(),
            click: click.filter(|click| click.program == program),
            click_forged: false,
            promo_code: String::new(),
            assigned: Vec::new(),
            forced_partner: None,
            sub_ids: Default::default(),
            shared_id: String::new(),
            customer_status: self.goods.of(&STATUSES).to_owned(),
            parent_order: String::new(),
            digest: [0; 16],
            fields: Vec::new(),
            click_path: None,
        };
        let report = self.with_evidence_of(report, shown);
        let report = self.priced(report);
        self.buyers.insert((event_type, report.order_id.clone()), person);
        let mut moments = self.clock.moments(&mut self.random, at);
        if self.features.clock_jumps && self.random.percent(5) {
            moments = self.clock.long_ago(&mut self.random, moments);
        }
        self.record(moments, Fact::ConversionReported(report.clone()));
        if self.random.percent(25) {
            self.report_again(person, device, report, moments);
        }
    }

    fn shown_at_checkout(&mut self, person: PersonNo, device: usize) -> Shown {
        let place = self.devices[device].place;
        // An order of the shop's server knows the customer, and often nothing of the browser.
        let mut shown = if self.random.percent(35) && place != Place::CallCentre {
            Shown::default()
        } else {
            self.shown_by_device(device)
        };
        if self.random.percent(85) {
            self.show_person(person, &mut shown);
        }
        shown
    }

    fn with_evidence_of(&mut self, mut report: Conversion, shown: Shown) -> Conversion {
        let Shown { identifiers, aliases } = shown.sorted();
        report.identifiers = identifiers;
        report.aliases = aliases;
        if self.random.percent(if self.features.policies { 20 } else { 10 }) {
            report.promo_code = self.random.of(&CODES).to_owned();
        }
        if self.random.percent(5) {
            report.forced_partner = Some(LINKS[self.random.below(LINKS.len() as u64) as usize]);
        }
        if self.features.policies && self.random.percent(6) {
            let (kind, value) = ASSIGNED[self.random.below(ASSIGNED.len() as u64) as usize];
            report.assigned.push((kind, value.to_owned()));
        }
        if report.event_type == RENEWAL {
            // Of an order of before, or of one to come.
            report.parent_order = format!("O{}", 1 + self.random.below(u64::from(self.orders) + 1));
        }
        if self.random.percent(3) {
            report.click_forged = true;
            report.click = None;
        }
        report
    }

    fn priced(&mut self, mut report: Conversion) -> Conversion {
        let usual = if report.program == SECOND { *b"JPY" } else { *b"EUR" };
        report.currency = Currency(if self.random.percent(3) { *b"USD" } else { usual });
        let items = if self.random.percent(25) { 1 + self.random.below(3) } else { 0 };
        report.items = (0..items).map(|n| item(&mut self.random, &mut self.goods, n)).collect();
        report.amount = match items {
            0 => Money((1 + self.random.below(20_000)) as i64 * MICROS / 100),
            _ => report.items.iter().fold(Money::ZERO, |sum, item| sum.plus(item.amount)),
        };
        digested(report)
    }

    /// The same order, reported by somebody else or once more.
    fn report_again(&mut self, person: PersonNo, device: usize, first: Conversion, moments: Moments) {
        let times = 1 + self.random.below(2);
        for _ in 0..times {
            let mut report = first.clone();
            report.submission = SubmissionId(self.random.bytes());
            if self.random.percent(60) {
                report.source = Source::Server;
            }
            match self.random.below(4) {
                0 => {}
                1 => {
                    let mut shown = Shown { identifiers: report.identifiers.clone(), aliases: report.aliases.clone() };
                    self.show_person(person, &mut shown);
                    let shown = shown.sorted();
                    (report.identifiers, report.aliases) = (shown.identifiers, shown.aliases);
                }
                2 => {
                    let shown = self.shown_at_checkout(person, device).sorted();
                    (report.identifiers, report.aliases) = (shown.identifiers, shown.aliases);
                    report.click = None;
                    report.customer_status = self.goods.of(&STATUSES).to_owned();
                }
                _ => report = self.priced(report),
            }
            let later = self.clock.soon(&mut self.random, moments.occurred);
            // Most senders name the order's own date.
            let other_date = self.features.late && self.random.percent(30);
            let happened = if other_date { later } else { moments.occurred };
            let arrived = self.clock.moments(&mut self.random, later.max(moments.received));
            let again = Moments { occurred: happened, received: arrived.received };
            self.record(again, Fact::ConversionReported(report));
        }
    }
}

fn item(random: &mut Random, goods: &mut Random, n: u64) -> Item {
    let amount = Money((1 + random.below(9_000)) as i64 * MICROS / 100);
    let (category, quantity) = (goods.of(&CATEGORIES).to_owned(), 1 + goods.popular(4) as u32);
    Item { sku: format!("S{n}"), name: format!("Thing {n}"), category, quantity, amount }
}

/// With the digest of its figures.
fn digested(mut report: Conversion) -> Conversion {
    let items = report.items.iter().fold(report.items.len() as i64, |mixed, item| mixed * 31 + item.amount.0);
    let mixed = report.amount.0 ^ items.rotate_left(32) ^ i64::from(report.currency.0[0]);
    report.digest = Random::new(mixed as u64).bytes();
    report
}
