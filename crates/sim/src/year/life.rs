//! A made-up year of a brand with three programs, two of which pay in one currency: the same for the same seed. Orders name
//! their partner: who earns what is not the question here.

use referee_core::contract::{EventPayout, Payout, Returns, TermsRules};
use referee_core::fact::{
    ActionChange, ActionTarget, Actor, ChangeRequest, Conversion, Fact, Item, ItemChange, NewFigures,
    PaymentRunProposed, Record, Role, TermsSet,
};
use referee_core::id::{
    ActionId, EventTypeId, FactId, PartnerId, PaymentId, PaymentRunId, ProgramId, RecordNo, SubmissionId, UserId,
};
use referee_core::locking::Locking;
use referee_core::machine::RULES_VERSION;
use referee_core::money::{Currency, MICROS, Money};
use referee_core::overlay::{Extra, OverlaySet};
use referee_core::program::{Category, PaymentRules, Source, Standing};
use referee_core::refusal::Refusal;
use referee_core::row::PaymentState;
use referee_core::time::{DAY_MS, Timestamp, Zone};
use referee_engine::error::Result;

use super::bookkeeper::{Bookkeeper, Payment};
use crate::random::Random;
use crate::town::BRAND;
use crate::town::clock::OPENING;
use crate::town::deal::{self, refine};
use crate::town::offer::{bare_terms, event_type, founded, program, rates};

const STEPS: u64 = 700;
const YEAR_MS: i64 = 365 * DAY_MS;
const MONTH_MS: i64 = 30 * DAY_MS;
const EUR: Currency = Currency(*b"EUR");
const JPY: Currency = Currency(*b"JPY");
const CURRENCIES: [Currency; 4] = [EUR, JPY, Currency(*b"USD"), Currency(*b"GBP")];
/// Each program with its only kind of event.
const PROGRAMS: [(ProgramId, EventTypeId, Currency); 3] =
    [(ProgramId(1), EventTypeId(1), EUR), (ProgramId(2), EventTypeId(2), JPY), (ProgramId(3), EventTypeId(3), EUR)];
const PARTNERS: [PartnerId; 3] = [PartnerId(11), PartnerId(12), PartnerId(13)];
const STRANGER: PartnerId = PartnerId(99);
const ZONES: [&str; 5] = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "America/Santiago"];
const STATUSES: [&str; 3] = ["", "new", "existing"];
const CATEGORIES: [&str; 3] = ["boots", "tents", "gift cards"];

/// What happened, and what a bookkeeper says to it.
pub struct Year {
    pub records: Vec<Record>,
    /// What each record must be answered with.
    pub refusals: Vec<Option<Refusal>>,
    pub bookkeeper: Bookkeeper,
}

impl Year {
    pub fn new(seed: u64) -> Result<Year> {
        let year = Year { records: Vec::new(), refusals: Vec::new(), bookkeeper: Bookkeeper::default() };
        let mut life =
            Life { random: Random::new(seed), now: founded(), laid_until: [founded(); 3], rates_at: OPENING, year };
        life.set_up()?;
        life.now = OPENING;
        for _ in 0..STEPS {
            let ms = life.below(2 * YEAR_MS / STEPS as i64);
            life.now = life.now.plus_ms(ms);
            life.step();
        }
        Ok(life.year)
    }
}

struct Life {
    random: Random,
    now: Timestamp,
    /// Overlays of a program follow each other.
    laid_until: [Timestamp; 3],
    rates_at: Timestamp,
    year: Year,
}

impl Life {
    fn set_up(&mut self) -> Result<()> {
        self.hear(Fact::RulesAdopted { version: RULES_VERSION });
        let zone = *self.one(&ZONES);
        let programs = [(0, zone), (1, "Asia/Tokyo"), (2, *self.one(&ZONES))];
        for (n, zone) in programs {
            let (id, event, currency) = PROGRAMS[n];
            self.hear(Fact::ProgramSet(program(id, currency.0, zone)?));
            deal::lists(&mut self.random, id).into_iter().for_each(|fact| self.hear(fact));
            self.hear(event_type(id, event, &format!("event{event}"), Category::Sale, true));
            let rules = Some(self.rules(event));
            self.hear(Fact::TermsSet(TermsSet { rules, ..bare_terms(id, None) }));
        }
        for (n, partner) in PARTNERS.into_iter().enumerate() {
            self.hear(Fact::PartnerSet { partner, standing: Standing::Active, channel: false });
            for (id, event, _) in PROGRAMS {
                let rules = (n > 0).then(|| self.rules(event));
                self.hear(Fact::TermsSet(TermsSet { rules, ..bare_terms(id, Some(partner)) }));
            }
        }
        let threshold = |random: &mut Random, micros: i64| Money(random.below(40) as i64 * micros);
        let thresholds =
            vec![(EUR, threshold(&mut self.random, MICROS)), (JPY, threshold(&mut self.random, 160 * MICROS))];
        let two_persons = self.random.percent(50);
        self.hear(Fact::PaymentRulesSet(PaymentRules { two_persons, thresholds, day_of_month: None }));
        self.set_rates(OPENING);
        Ok(())
    }

    fn rules(&mut self, event: EventTypeId) -> TermsRules {
        let payout = if self.random.percent(75) {
            Payout::Rate { ppm: self.random.below(200_000) as u32 }
        } else {
            Payout::Fixed { amount: Money(self.below(5 * MICROS)) }
        };
        let days = self.random.below(45) as u32;
        let locking = match self.random.below(10) {
            0..5 => Locking::After { days },
            5..9 => Locking::MonthEnd { months: self.random.below(2) as u32, days },
            _ => Locking::Open,
        };
        let payouts = vec![EventPayout::plain(event, payout)];
        let mut rules = TermsRules {
            referral_window_days: 30,
            view_window_hours: None,
            locking,
            notice_days: 0,
            returns: Returns::default(),
            payouts,
        };
        refine(&mut self.random, &mut rules);
        rules
    }

    fn below(&mut self, end: i64) -> i64 {
        self.random.below(end as u64) as i64
    }

    fn one<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.random.below(all.len() as u64) as usize]
    }

    /// Writes down what happens now.
    fn hear(&mut self, fact: Fact) {
        let user = UserId(1 + self.random.below(2) as u32);
        self.hear_at(fact, self.now, self.now, Some(user));
    }

    fn hear_at(&mut self, fact: Fact, occurred_at: Timestamp, received_at: Timestamp, user: Option<UserId>) {
        let n = self.year.records.len() as u64 + 1;
        let actor = user.filter(|_| fact.stands_alone());
        let actor = actor.map(|user| Actor { user, role: Role::Owner, reason: String::new() });
        let id = FactId { edge: 1, epoch: 1, n };
        let record = Record { no: RecordNo(n), brand: BRAND, id, received_at, occurred_at, actor, fact };
        self.year.refusals.push(self.year.bookkeeper.hear(&record));
        self.year.records.push(record);
    }

    /// As a machine does, all that waits is done before anything else; in pieces.
    fn work(&mut self) {
        let limit = *self.one(&[23, 100, 500]);
        for _ in 0..8 + 2 * self.year.bookkeeper.accounts.len() as u32 / limit {
            self.hear(Fact::WorkAdvanced { limit });
        }
    }

    fn step(&mut self) {
        if self.now.since_ms(self.rates_at) > MONTH_MS {
            self.set_rates(self.now);
            self.work();
        }
        match self.random.below(100) {
            0..36 => self.order(),
            36..66 => self.change(),
            66..80 => {
                self.hear(Fact::TimePassed);
                self.work();
            }
            80..87 => self.propose(),
            87..93 => self.decide(),
            93..97 => self.conclude(),
            97 => {
                let (program, partner) = (self.one(&PROGRAMS).0, *self.one(&PARTNERS));
                self.hear(Fact::PaymentMade { program, partner });
                self.work();
            }
            98 => self.new_terms(),
            _ if self.random.percent(50) => self.overlay(),
            _ => {
                let (program, ..) = *self.one(&PROGRAMS);
                let fact = deal::changed_list(&mut self.random, program);
                self.hear(fact);
            }
        }
    }

    /// Those of the days until then, with gaps; some days get other rates than they had.
    fn set_rates(&mut self, until: Timestamp) {
        let (from, last) = (self.rates_at.minus_days(15), Zone::utc().day(until));
        let days = rates(from, &mut self.random).into_iter().filter(|it| it.day <= last);
        self.rates_at = until;
        self.hear(Fact::RatesSet(days.collect()));
    }

    fn new_terms(&mut self) {
        let (program, event, _) = *self.one(&PROGRAMS);
        let partner = self.random.percent(60).then(|| *self.one(&PARTNERS));
        let starts_at = self.now.plus_days(self.random.below(20) as u32);
        let rules = Some(self.rules(event));
        self.hear(Fact::TermsSet(TermsSet { rules, starts_at, ..bare_terms(program, partner) }));
    }

    fn overlay(&mut self) {
        let n = self.random.below(3) as usize;
        let starts_at = self.now.max(self.laid_until[n]).plus_days(self.random.below(4) as u32);
        let ends_at = starts_at.plus_days(1 + self.random.below(14) as u32);
        self.laid_until[n] = ends_at;
        let extra = match self.random.below(3) {
            0 => Extra::Payout(Payout::Rate { ppm: self.random.below(200_000) as u32 }),
            _ => Extra::Adjust { ppm: self.random.below(900_000) as i32 - 400_001 },
        };
        let (program, event, _) = PROGRAMS[n];
        let partners = if self.random.percent(50) { Vec::new() } else { vec![PARTNERS[1], PARTNERS[2]] };
        let (id, name, event_types, standing) = (None, "Sale".to_owned(), vec![event], Standing::Active);
        let repeat = deal::repeat(&mut self.random, starts_at, ends_at);
        let set = OverlaySet { program, id, name, partners, event_types, starts_at, ends_at, standing, extra, repeat };
        self.hear(Fact::OverlaySet(set));
    }

    fn order(&mut self) {
        let (program, event_type, usual) = *self.one(&PROGRAMS);
        let currency = if self.random.percent(80) { usual } else { *self.one(&CURRENCIES) };
        let items: Vec<Item> = (0..self.random.below(4)).map(|n| self.item(n)).collect();
        let sum = items.iter().fold(Money::ZERO, |sum, it| sum.plus(it.amount));
        // With shipping, or a discount that the items don't show.
        let more = if self.random.percent(30) { self.below(20 * MICROS) - 10 * MICROS } else { 0 };
        let amount = if items.is_empty() { self.amount() } else { Money((sum.0 + more / 10_000 * 10_000).max(0)) };
        let report = Conversion {
            submission: SubmissionId(self.random.bytes()),
            program,
            event_type,
            order_id: format!("O{}", self.year.records.len()),
            source: Source::Server,
            currency,
            amount,
            items,
            identifiers: Vec::new(),
            aliases: Vec::new(),
            left_out: Vec::new(),
            click: None,
            click_forged: false,
            promo_code: String::new(),
            assigned: Vec::new(),
            forced_partner: Some(*self.one(&PARTNERS)),
            sub_ids: Default::default(),
            shared_id: String::new(),
            customer_status: (*self.one(&STATUSES)).to_owned(),
            parent_order: String::new(),
            digest: self.random.bytes(),
            fields: Vec::new(),
        };
        // Some come from a server that was cut off, and some name an older day.
        let late = if self.random.percent(10) { self.below(3 * DAY_MS) } else { 0 };
        let older = if self.random.percent(15) { self.below(40 * DAY_MS) } else { 0 };
        let received = self.now.plus_ms(-late);
        self.hear_at(Fact::ConversionReported(report), received.plus_ms(-older), received, None);
        self.work();
    }

    fn amount(&mut self) -> Money {
        Money(self.below(30_000) * MICROS / 100)
    }

    fn item(&mut self, n: u64) -> Item {
        let (amount, quantity) = (self.amount(), 1 + self.random.popular(5) as u32);
        let category = (*self.one(&CATEGORIES)).to_owned();
        Item { sku: format!("S{n}"), name: String::new(), category, quantity, amount }
    }

    fn change(&mut self) {
        let many = self.year.bookkeeper.accounts.len();
        if many == 0 {
            return;
        }
        let place = many - 1 - self.random.popular(many as u64) as usize;
        let it = self.year.bookkeeper.accounts[place].clone();
        let (event_type, program) = (it.report.event_type, it.report.program);
        let target = if self.random.percent(50) {
            ActionTarget::Id(ActionId { program, event_type, seq: place as u32 + 1 })
        } else {
            let order_id = if self.random.percent(2) { "unknown".to_owned() } else { it.report.order_id.clone() };
            ActionTarget::Order { event_type, order_id }
        };
        let change = match self.random.below(20) {
            _ if it.reversed && self.random.percent(60) => ActionChange::Restore,
            0..4 => ActionChange::Reverse,
            4..7 => ActionChange::Hold,
            7..9 => ActionChange::Release,
            9 => ActionChange::Restore,
            10..12 => ActionChange::Approve,
            _ if it.held && self.random.percent(60) => ActionChange::Release,
            _ if it.locked && self.random.percent(90) => ActionChange::Correct(self.figures(it.amount, &it.report)),
            _ => ActionChange::Modify(self.figures(it.amount, &it.report)),
        };
        let (submission, source) = (SubmissionId(self.random.bytes()), Source::Server);
        let disposition = "ORDER_UPDATE".to_owned();
        self.hear(Fact::ChangeRequested(ChangeRequest { submission, target, disposition, source, change }));
        self.work();
    }

    fn figures(&mut self, amount: Money, ordered: &Conversion) -> NewFigures {
        match self.random.below(10) {
            0 => NewFigures::Amount(Money::ZERO),
            1..4 => NewFigures::Amount(self.amount()),
            4..6 => NewFigures::Delta(Money(-self.below(amount.0 / 10_000 + 200) * 10_000)),
            _ if ordered.items.is_empty() => NewFigures::Delta(self.amount()),
            _ => NewFigures::Items((0..1 + self.random.below(2)).map(|_| self.item_change(ordered)).collect()),
        }
    }

    fn item_change(&mut self, ordered: &Conversion) -> ItemChange {
        let item = self.one(&ordered.items).clone();
        let sku = if self.random.percent(3) { "none".to_owned() } else { item.sku };
        let quantity = Some(self.random.below(u64::from(item.quantity) + 1) as u32);
        let amount = self.random.percent(25).then(|| self.amount());
        ItemChange { sku, quantity, amount }
    }

    fn propose(&mut self) {
        let mut partners: Vec<PartnerId> = PARTNERS.into_iter().filter(|_| self.random.percent(70)).collect();
        if self.random.percent(5) {
            partners.push(STRANGER);
        }
        let currency = if self.random.percent(65) { EUR } else { *self.one(&CURRENCIES) };
        let below_threshold = self.random.percent(15);
        let every_currency = false;
        self.hear(Fact::PaymentRunProposed(PaymentRunProposed { currency, partners, below_threshold, every_currency }));
    }

    fn decide(&mut self) {
        let runs = &self.year.bookkeeper.runs;
        let open = runs.iter().position(|it| !it.decided).filter(|_| self.random.percent(90));
        let any = self.random.below(runs.len() as u64 + 2) as u32;
        let run = PaymentRunId(open.map_or(any, |place| place as u32 + 1));
        let approved = self.random.percent(80);
        self.hear(Fact::PaymentRunDecided { run, approved });
        self.work();
    }

    fn conclude(&mut self) {
        let payments = &self.year.bookkeeper.payments;
        // Some banks answer late: payments after it have been made by then.
        let is_sent = |it: &Payment| it.state == PaymentState::Sent;
        let sent = if self.random.percent(50) {
            payments.iter().position(is_sent)
        } else {
            payments.iter().rposition(is_sent)
        };
        let sent = sent.filter(|_| self.random.percent(85));
        let any = self.random.below(payments.len() as u64 + 2) as u32;
        let payment = PaymentId(sent.map_or(any, |place| place as u32 + 1));
        let failure = self.random.percent(45).then(|| "closed".to_owned());
        self.hear(Fact::PaymentConcluded { payment, failure });
        self.work();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_year() {
        let records = |seed| Year::new(seed).unwrap().records;
        assert_eq!(records(1), records(1));
        assert_ne!(records(1), records(2));
    }
}
