//! A second, simple-minded bookkeeper, written from the documents on attribution, terms, locking, payment, inquiries,
//! currencies and the ledger alone. It shares no code with `referee_core::action`, `pricing`, `ledger` and `statement`: it
//! knows what each action pays and which of that is still owed, counts everything anew whenever it is asked, and writes every
//! movement of money into a month.

pub mod account;
mod change;
pub mod inquiry;
mod measure;
mod money;
pub mod order;
pub mod payment;
mod returns;

use std::collections::BTreeMap;

use referee_core::exchange::DayRates;
use referee_core::fact::{AwardKind, Fact, Record};
use referee_core::id::{PartnerId, ProgramId};
use referee_core::locking::Locking;
use referee_core::money::{Currency, Money};
use referee_core::refusal::Refusal;
use referee_core::row::PaymentState;
use referee_core::time::{DAY_MS, Timestamp, Zone};

use self::account::{Account, Due, Rate};
use self::inquiry::Inquiry;
use self::money::first_of_month;
use self::order::{Order, Seen};
use self::payment::{Payment, Run};
use super::kind::{Kind, Tally};
use crate::auditor::{Brand, day};

/// Whose month it is: of which program, and by its first day since 1970.
pub type MonthOf = (PartnerId, ProgramId, i64);

/// What moved in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Month {
    pub earned: Money,
    pub reversed: Money,
    pub corrections: Money,
    pub bonuses: Money,
    pub fees: Money,
    pub paid: Money,
    /// What moved from pending to locked.
    pub locked: Money,
}

#[derive(Default)]
pub struct Bookkeeper {
    brand: Brand,
    zones: BTreeMap<ProgramId, Zone>,
    rates: BTreeMap<i64, DayRates>,
    two_persons: bool,
    thresholds: BTreeMap<Currency, Money>,
    partners: Vec<PartnerId>,
    /// What it is by the `TimePassed`s that were heard.
    now: Timestamp,
    /// The latest moment at which anything was received.
    received: Timestamp,
    clicks: Vec<Seen>,
    pub orders: Vec<Order>,
    /// In the order in which they were opened.
    pub accounts: Vec<Account>,
    /// These are numbered from one.
    pub inquiries: Vec<Inquiry>,
    pub payments: Vec<Payment>,
    pub runs: Vec<Run>,
    pub months: BTreeMap<MonthOf, Month>,
    pub happened: Tally,
}

impl Bookkeeper {
    /// Takes note of the next record, and says why it must be refused.
    pub fn hear(&mut self, record: &Record) -> Option<Refusal> {
        self.received = self.received.max(record.received_at);
        let user = record.actor.as_ref().map(|it| it.user);
        let answer = match &record.fact {
            Fact::ConversionReported(report) => self.report(record, report),
            Fact::ChangeRequested(request) => self.change(record, request),
            Fact::ReturnDecided(fact) => self.decide_return(record, fact),
            Fact::AwardGiven(fact) => self.award(record, fact),
            Fact::InquiryOpened(fact) => self.ask(record, fact),
            Fact::InquiryAnswered(fact) => self.answer(record, fact),
            Fact::InquiryAppealed(fact) => self.appeal(record, fact),
            Fact::PaymentRunProposed(fact) => self.propose(record, fact, user),
            Fact::PaymentRunDecided { run, approved } => self.decide(u64::from(run.0), *approved, user),
            Fact::PaymentConcluded { payment, failure } => self.conclude(u64::from(payment.0), failure.is_some()),
            Fact::PaymentMade { program, partner } => self.paid_outside(record, *program, *partner),
            Fact::WorkAdvanced { .. } => {
                self.work(record.no.0);
                Ok(())
            }
            fact => {
                self.note(fact, record);
                Ok(())
            }
        };
        answer.err()
    }

    fn note(&mut self, fact: &Fact, record: &Record) {
        match fact {
            Fact::TimePassed => self.now = self.now.max(record.occurred_at),
            Fact::ProgramSet(program) => _ = self.zones.insert(program.id, program.zone.clone()),
            Fact::PartnerSet { partner, .. } => self.partners.push(*partner),
            Fact::RatesSet(days) => self.rates.extend(days.iter().map(|it| (i64::from(it.day.0), it.clone()))),
            Fact::PaymentRulesSet(rules) => {
                self.two_persons = rules.two_persons;
                self.thresholds = rules.thresholds.iter().copied().collect();
            }
            Fact::ClickRecorded(click) => {
                self.clicks.push(Seen { at: record.occurred_at, record: record.no.0, click: click.clone() });
            }
            _ => {}
        }
        self.brand.hear(fact, record.received_at);
    }

    fn day(&self, program: ProgramId, at: Timestamp) -> i64 {
        day(self.zones.get(&program), at)
    }

    fn locks_at(&self, program: ProgramId, at: Timestamp, locking: Locking) -> Option<Timestamp> {
        match locking {
            Locking::After { days } => Some(at.plus_days(days)),
            Locking::Open => None,
            Locking::MonthEnd { months, days } => {
                let mut first = first_of_month(self.day(program, at));
                (0..=months).for_each(|_| first = first_of_month(first + 31));
                Some(self.start_of(program, first + i64::from(days)))
            }
        }
    }

    /// The first moment of a local day, to the minute.
    fn start_of(&self, program: ProgramId, wanted: i64) -> Timestamp {
        let before = Timestamp((wanted - 1) * DAY_MS - DAY_MS / 2);
        let minutes = (0..4 * 24 * 60).map(|n| before.plus_ms(n * 60_000));
        minutes.into_iter().find(|at| self.day(program, *at) >= wanted).unwrap_or(before)
    }

    /// Of the day or the last of the seven before it that has both currencies.
    fn rate(&self, from: Currency, to: Currency, day: i64) -> Option<Rate> {
        if from == to {
            return Some(Rate { from: 1, to: 1 });
        }
        let of = |rates: &DayRates, currency: Currency| {
            let listed = rates.rates.iter().find(|it| it.0 == currency).map(|it| it.1);
            if rates.base == currency { Some(1_000_000) } else { listed }
        };
        let known = self.rates.range(day - 7..=day).rev();
        known.into_iter().find_map(|(_, it)| Some(Rate { from: of(it, from)?, to: of(it, to)? }))
    }

    /// The month that is open, of an account.
    fn month(&mut self, account: &Account) -> &mut Month {
        let program = account.program();
        let first = first_of_month(self.day(program, self.received));
        self.months.entry((account.partner, program, first)).or_default()
    }

    /// What is pending pays so much more, or less.
    fn earn(&mut self, it: &Account, more: Money) {
        let month = self.month(it);
        match it.award {
            Some(AwardKind::Bonus) => month.bonuses.0 += more.0,
            Some(AwardKind::Fee) => month.fees.0 += more.0,
            None => {
                month.earned.0 += more.0.max(0);
                month.reversed.0 -= more.0.min(0);
            }
        }
    }

    fn lock(&mut self, record: u64, place: usize) {
        let mut it = self.accounts[place].clone();
        if it.asked.take().is_some() {
            // What was earned is not lost by silence.
            self.happened.note(Kind::ReturnLapsed);
        }
        it.locked = true;
        it.dues.push(Due { amount: it.payout, since: record, taken: None });
        self.month(&it).locked.0 += it.payout.0;
        self.accounts[place] = it;
    }

    /// All that waits to be done is done at once.
    fn work(&mut self, record: u64) {
        for place in 0..self.accounts.len() {
            let it = &self.accounts[place];
            let rate = self.rate(it.report.currency, it.pays_in, it.day);
            if it.rate.is_none() && rate.is_some() {
                self.convert(place, rate);
            }
        }
        for place in 0..self.accounts.len() {
            let it = &self.accounts[place];
            let open = !it.locked && !it.reversed && !it.waits();
            if open && it.locks_at.is_some_and(|at| at <= self.now) {
                self.lock(record, place);
                self.happened.note(Kind::Lock);
            }
        }
        for n in 0..self.payments.len() {
            if self.payments[n].state == PaymentState::Gathering {
                self.gather(n);
            }
        }
        for n in 0..self.payments.len() {
            if self.payments[n].state == PaymentState::Returning {
                self.give_back(record, n);
            }
        }
    }

    /// A rate has come for what waited for one.
    fn convert(&mut self, place: usize, rate: Option<Rate>) {
        let mut it = Account { rate, ..self.accounts[place].clone() };
        it.payout = if it.reversed { Money::ZERO } else { it.price() };
        self.happened.note(Kind::RateLate);
        self.earn(&it, it.payout);
        self.accounts[place] = it;
    }
}
