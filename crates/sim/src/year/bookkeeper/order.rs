//! Orders as they are reported, who earns them, and what is given beside them.

use referee_core::contract::{EventPayout, Payout, Returns};
use referee_core::fact::{AwardGiven, AwardKind, Click, Conversion, Record};
use referee_core::id::{EventTypeId, PartnerId, ProgramId};
use referee_core::identity::Identifier;
use referee_core::locking::Locking;
use referee_core::money::{Currency, Money};
use referee_core::program::Source;
use referee_core::refusal::Refusal;
use referee_core::time::{DAY_MS, Timestamp};

use super::Bookkeeper;
use super::account::{Account, Ordered};
use super::money::{split, split_items};
use crate::auditor::{Origin, payout, shares};
use crate::year::kind::Kind;

/// All of an order, in millionths.
pub const WHOLE: u32 = 1_000_000;
/// Clocks of two reporters may disagree by it.
const TOLERANCE_MS: i64 = 2_000;

/// What is known under one id.
#[derive(Debug, Clone)]
pub struct Order {
    pub event_type: EventTypeId,
    pub order_id: String,
    pub program: ProgramId,
    pub customer: Option<Identifier>,
    pub at: Timestamp,
    pub currency: Currency,
    pub amount: Money,
    /// Its actions, by their places among all. Empty: it earned nothing.
    pub places: Vec<usize>,
}

/// A click, with the moment and the record that tell which was earlier.
#[derive(Debug, Clone)]
pub struct Seen {
    pub at: Timestamp,
    pub record: u64,
    pub click: Click,
}

/// What a partner has of an order.
struct Part {
    partner: PartnerId,
    share: u32,
    origin: Origin,
}

impl Bookkeeper {
    pub(super) fn order(&self, event_type: EventTypeId, order_id: &str) -> Option<usize> {
        self.orders.iter().position(|it| it.event_type == event_type && it.order_id == order_id)
    }

    pub(super) fn report(&mut self, record: &Record, report: &Conversion) -> Result<(), Refusal> {
        if let Some(place) = self.order(report.event_type, &report.order_id) {
            return self.report_again(place, report);
        }
        let customer = report.identifiers.first().copied();
        let place = self.orders.len();
        self.orders.push(Order {
            event_type: report.event_type,
            order_id: report.order_id.clone(),
            program: report.program,
            customer,
            at: record.occurred_at,
            currency: report.currency,
            amount: report.amount,
            places: Vec::new(),
        });
        self.credit(place, report, customer)
    }

    /// It pays nobody twice.
    fn report_again(&mut self, place: usize, report: &Conversion) -> Result<(), Refusal> {
        self.happened.note(Kind::ReportedAgain);
        let order = &self.orders[place];
        let same = (order.currency, order.amount) == (report.currency, report.amount);
        if same { Ok(()) } else { Err(Refusal::ConvDuplicate) }
    }

    /// Finds out who earns an order, and opens an action for each.
    pub(super) fn credit(
        &mut self,
        order: usize,
        report: &Conversion,
        customer: Option<Identifier>,
    ) -> Result<(), Refusal> {
        let at = self.orders[order].at;
        let parts = self.parts(report, customer, at).inspect_err(|_| self.happened.note(Kind::Unclaimed))?;
        self.happened.note(Kind::Order);
        if parts.len() > 1 {
            self.happened.note(Kind::SharedOrder);
        }
        let status = self.status(report, customer, at);
        let by: Vec<u32> = parts.iter().map(|it| it.share).collect();
        let amounts = split(report.amount, &by, report.currency);
        let items = split_items(&report.items, &by, report.currency);
        for ((part, amount), items) in parts.into_iter().zip(amounts).zip(items) {
            let rules = self.brand.terms_of_active(report.program, part.partner, at)?.clone();
            let plain = payout(&rules, report.event_type)?;
            let terms = self.brand.as_of(report.program, part.partner, at, plain);
            let blank = self.blank(part.partner, report, at, terms, (rules.locking, rules.returns));
            let ordered = Ordered::of(amount, &items);
            let (share, origin, status) = (part.share, part.origin, status.clone());
            let mut account = Account { share, origin, status, amount, items, ordered, ..blank };
            self.measure(&mut account, customer);
            self.open(order, account);
        }
        Ok(())
    }

    /// An action before it is known what it comes to.
    pub(super) fn blank(
        &self,
        partner: PartnerId,
        report: &Conversion,
        at: Timestamp,
        terms: EventPayout,
        (locking, returns): (Locking, Returns),
    ) -> Account {
        let (program, pays_in) = (report.program, self.brand.pays_in(report.program));
        let day = self.day(program, at);
        Account {
            partner,
            report: report.clone(),
            award: None,
            origin: Origin::default(),
            status: String::new(),
            share: WHOLE,
            terms,
            returns,
            at,
            day,
            pays_in,
            rate: self.rate(report.currency, pays_in, day),
            locks_at: self.locks_at(program, at, locking),
            locked: false,
            reversed: false,
            moved: false,
            held: false,
            outside: false,
            tier: None,
            counted: None,
            returned: Money::ZERO,
            asked: None,
            amount: report.amount,
            items: Vec::new(),
            ordered: Ordered::of(report.amount, &[]),
            before: None,
            payout: Money::ZERO,
            dues: Vec::new(),
        }
    }

    fn open(&mut self, order: usize, account: Account) {
        if account.rate.is_none() {
            self.happened.note(Kind::RateMissing);
        }
        self.earn(&account, account.payout);
        self.orders[order].places.push(self.accounts.len());
        self.accounts.push(account);
    }

    /// Whoever the brand names, or those whose clicks led to it, the one of the last click at the end.
    fn parts(&self, report: &Conversion, customer: Option<Identifier>, at: Timestamp) -> Result<Vec<Part>, Refusal> {
        if let Some(partner) = report.forced_partner {
            payout(self.brand.terms_of_active(report.program, partner, at)?, report.event_type)?;
            return Ok(vec![Part { partner, share: WHOLE, origin: Origin::of_report(report) }]);
        }
        let oldest = self.brand.looks_back_to(report.program, at);
        let theirs = |it: &&Seen| {
            let is_one = customer.is_some() && it.click.visitor == customer;
            is_one && it.click.program == report.program && it.at >= oldest
        };
        let mut clicks: Vec<&Seen> = self.clicks.iter().filter(theirs).collect();
        clicks.sort_by_key(|it| std::cmp::Reverse((it.at, it.record)));
        let lost: Vec<Option<Refusal>> = clicks.iter().map(|it| self.lost(it, at)).collect();
        let newest = lost.first().copied().flatten();
        let eligible: Vec<&Seen> =
            clicks.into_iter().zip(&lost).filter(|(_, lost)| lost.is_none()).map(|(it, _)| it).collect();
        if eligible.is_empty() {
            return Err(newest.unwrap_or(Refusal::Unclaimed));
        }
        let ages: Vec<i64> = eligible.iter().map(|it| at.since_ms(it.at)).collect();
        let mut parts: Vec<Part> = Vec::new();
        for (seen, share) in eligible.iter().zip(shares(self.brand.credit_policy(report.event_type), &ages)) {
            let partner = seen.click.partner;
            match parts.iter_mut().find(|it| it.partner == partner) {
                _ if share == 0 => {}
                Some(part) => part.share += share,
                None => parts.push(Part { partner, share, origin: Origin::of_click(&seen.click) }),
            }
        }
        parts.reverse();
        Ok(parts)
    }

    /// Why a click can't earn an event of then.
    fn lost(&self, seen: &Seen, at: Timestamp) -> Option<Refusal> {
        if seen.at.since_ms(at) > TOLERANCE_MS {
            return Some(Refusal::AfterEvent);
        }
        match self.brand.terms_of_active(seen.click.program, seen.click.partner, at) {
            Err(refusal) => Some(refusal),
            Ok(rules) => {
                let window_ms = i64::from(rules.referral_window_days) * DAY_MS + TOLERANCE_MS;
                (at.since_ms(seen.at) > window_ms).then_some(Refusal::OutsideAssociationWindow)
            }
        }
    }

    fn status(&self, report: &Conversion, customer: Option<Identifier>, at: Timestamp) -> String {
        let earlier = |it: &Order| {
            let other = it.event_type == report.event_type && it.order_id != report.order_id;
            customer.is_some() && it.customer == customer && other && it.at < at
        };
        match report.customer_status.as_str() {
            "" if self.orders.iter().any(earlier) => "RETURNING".to_owned(),
            "" => "NEW".to_owned(),
            reported => reported.to_owned(),
        }
    }

    pub(super) fn award(&mut self, record: &Record, fact: &AwardGiven) -> Result<(), Refusal> {
        let (program, at) = (fact.program, record.occurred_at);
        if !self.partners.contains(&fact.partner) {
            return Err(Refusal::PartnerNotFound);
        }
        if fact.amount == Money::ZERO {
            return Err(Refusal::AwardEmpty);
        }
        let rules = self.brand.terms_of_active(program, fact.partner, at)?;
        let (locking, returns) = (rules.locking, rules.returns);
        if self.order(EventTypeId::AWARD, &fact.reference).is_some() {
            return Err(Refusal::AwardExists);
        }
        let currency = self.brand.pays_in(program);
        let order = bare(program, EventTypeId::AWARD, fact.reference.clone(), currency, fact.amount);
        let terms = EventPayout::plain(EventTypeId::AWARD, Payout::Fixed { amount: fact.amount });
        let blank = self.blank(fact.partner, &order, at, terms, (locking, returns));
        self.happened.note(match fact.kind {
            AwardKind::Bonus => Kind::Bonus,
            AwardKind::Fee => Kind::Fee,
        });
        self.orders.push(Order {
            event_type: EventTypeId::AWARD,
            order_id: fact.reference.clone(),
            program,
            customer: None,
            at,
            currency,
            amount: fact.amount,
            places: Vec::new(),
        });
        self.open(self.orders.len() - 1, Account { award: Some(fact.kind), payout: fact.amount, ..blank });
        Ok(())
    }
}

/// An order of which nothing else is known.
pub fn bare(
    program: ProgramId,
    event_type: EventTypeId,
    order_id: String,
    currency: Currency,
    amount: Money,
) -> Conversion {
    Conversion {
        submission: referee_core::id::SubmissionId([0; 16]),
        program,
        event_type,
        order_id,
        source: Source::Server,
        currency,
        amount,
        items: Vec::new(),
        identifiers: Vec::new(),
        aliases: Vec::new(),
        left_out: Vec::new(),
        click: None,
        click_forged: false,
        promo_code: String::new(),
        assigned: Vec::new(),
        forced_partner: None,
        sub_ids: Default::default(),
        shared_id: String::new(),
        customer_status: String::new(),
        parent_order: String::new(),
        digest: [0; 16],
        fields: Vec::new(),
        click_path: None,
    }
}
