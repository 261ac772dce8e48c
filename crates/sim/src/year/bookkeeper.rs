//! A second, simple-minded bookkeeper, written from the documents on locking, payment, currencies and the ledger alone. It
//! shares no code with `referee_core::action`, `ledger` and `statement`: it knows what each action pays and which of that is
//! still owed, and writes every movement of money into a month.

use std::collections::BTreeMap;

use referee_core::exchange::DayRates;
use referee_core::fact::{
    ActionChange, ActionTarget, ChangeRequest, Conversion, Fact, NewFigures, PaymentRunProposed, Record,
};
use referee_core::id::{PartnerId, ProgramId, UserId};
use referee_core::locking::Locking;
use referee_core::money::{Currency, Money};
use referee_core::refusal::Refusal;
use referee_core::row::PaymentState;
use referee_core::time::{DAY_MS, Timestamp, Zone};

use super::account::{Account, Due, Ordered, Rate};
use super::money::first_of_month;
use crate::auditor::{Brand, day, payout};

/// Whose month it is: of which program, and by its first day since 1970.
pub type MonthOf = (PartnerId, ProgramId, i64);

/// What moved in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Month {
    pub earned: Money,
    pub reversed: Money,
    pub corrections: Money,
    pub paid: Money,
    /// What moved from pending to locked.
    pub locked: Money,
}

#[derive(Debug, Clone)]
pub struct Payment {
    pub run: Option<u64>,
    pub partner: PartnerId,
    pub currency: Currency,
    /// What is owed since later is for the next one.
    pub record: u64,
    pub actions: u32,
    pub total: Money,
    pub state: PaymentState,
}

#[derive(Debug, Clone)]
pub struct Run {
    pub by: Option<UserId>,
    pub decided: bool,
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
    /// In the order in which they were opened.
    pub accounts: Vec<Account>,
    /// Both are numbered from one.
    pub payments: Vec<Payment>,
    pub runs: Vec<Run>,
    pub months: BTreeMap<MonthOf, Month>,
}

impl Bookkeeper {
    /// Takes note of the next record, and says why it must be refused.
    pub fn hear(&mut self, record: &Record) -> Option<Refusal> {
        self.received = self.received.max(record.received_at);
        let user = record.actor.as_ref().map(|it| it.user);
        let answer = match &record.fact {
            Fact::ConversionReported(report) => self.open(record, report),
            Fact::ChangeRequested(request) => self.change(record, request),
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
            _ => {}
        }
        self.brand.hear(fact, record.received_at);
    }

    fn open(&mut self, record: &Record, report: &Conversion) -> Result<(), Refusal> {
        let (program, at) = (report.program, record.occurred_at);
        let partner = report.forced_partner.ok_or(Refusal::Unclaimed)?;
        let rules = self.brand.terms_of_active(program, partner, at)?;
        let terms = self.brand.as_of(program, partner, at, payout(rules, report.event_type)?);
        let (day, pays_in) = (self.day(program, at), self.brand.pays_in(program));
        let mut account = Account {
            partner,
            report: report.clone(),
            locks_at: self.locks_at(program, at, rules.locking),
            terms,
            day,
            pays_in,
            rate: self.rate(report.currency, pays_in, day),
            locked: false,
            reversed: false,
            held: false,
            amount: report.amount,
            items: report.items.clone(),
            ordered: Ordered::of(report.amount, &report.items),
            before: None,
            payout: Money::ZERO,
            dues: Vec::new(),
        };
        account.payout = account.price();
        self.month(&account).earned.0 += account.payout.0;
        self.accounts.push(account);
        Ok(())
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
        let program = account.report.program;
        let first = first_of_month(self.day(program, self.received));
        self.months.entry((account.partner, program, first)).or_default()
    }

    fn place(&self, target: &ActionTarget) -> Option<usize> {
        let is = |it: &Account| match target {
            ActionTarget::Id(_) => false,
            ActionTarget::Order { event_type, order_id } => {
                (it.report.event_type, &it.report.order_id) == (*event_type, order_id)
            }
        };
        match target {
            ActionTarget::Id(id) => (id.seq as usize).checked_sub(1).filter(|place| *place < self.accounts.len()),
            ActionTarget::Order { .. } => self.accounts.iter().position(is),
        }
    }

    fn change(&mut self, record: &Record, request: &ChangeRequest) -> Result<(), Refusal> {
        let place = self.place(&request.target).ok_or(Refusal::ActionRefNotFound)?;
        let it = &self.accounts[place];
        match &request.change {
            ActionChange::Correct(_) if it.reversed => Err(Refusal::ActionAlreadyReversed),
            ActionChange::Correct(_) if !it.locked => Err(Refusal::ActionNotLocked),
            ActionChange::Correct(figures) => self.correct(record, place, figures),
            ActionChange::Restore => {
                let restored = restored(it, self.now)?;
                self.reprice(place, restored);
                Ok(())
            }
            _ if it.reversed => Err(Refusal::ActionAlreadyReversed),
            _ if it.locked => Err(Refusal::ActionLocked),
            change => self.change_pending(record, place, change),
        }
    }

    fn change_pending(&mut self, record: &Record, place: usize, change: &ActionChange) -> Result<(), Refusal> {
        let mut it = self.accounts[place].clone();
        match change {
            ActionChange::Hold | ActionChange::Approve if it.waits() => return Err(Refusal::ActionHeld),
            ActionChange::Hold => it.held = true,
            ActionChange::Approve => {
                self.accounts[place].locks_at = Some(record.received_at);
                self.lock(record.no.0, place);
                return Ok(());
            }
            ActionChange::Release if it.rate.is_none() => return Err(Refusal::CurrencyRateMissing),
            ActionChange::Release if !it.held => return Err(Refusal::ActionNotHeld),
            ActionChange::Release => it.held = false,
            ActionChange::Modify(figures) => {
                let (amount, items, ordered) = it.with(figures)?;
                if amount == Money::ZERO && it.amount != Money::ZERO {
                    reverse(&mut it);
                } else {
                    (it.amount, it.items, it.ordered) = (amount, items, ordered);
                }
            }
            _ => reverse(&mut it),
        }
        self.reprice(place, it);
        Ok(())
    }

    /// What is pending pays something else now.
    fn reprice(&mut self, place: usize, mut it: Account) {
        let before = it.payout;
        it.payout = if it.reversed { Money::ZERO } else { it.price() };
        let (more, month) = (it.payout.minus(before), self.month(&it));
        month.earned.0 += more.0.max(0);
        month.reversed.0 -= more.0.min(0);
        self.accounts[place] = it;
    }

    fn correct(&mut self, record: &Record, place: usize, figures: &NewFigures) -> Result<(), Refusal> {
        let mut it = self.accounts[place].clone();
        (it.amount, it.items, it.ordered) = it.with(figures)?;
        let amount = it.price().minus(it.payout);
        it.payout = it.payout.plus(amount);
        it.dues.push(Due { amount, since: record.no.0, taken: None });
        self.month(&it).corrections.0 += amount.0;
        self.accounts[place] = it;
        Ok(())
    }

    fn lock(&mut self, record: u64, place: usize) {
        let mut it = self.accounts[place].clone();
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
                self.reprice(place, Account { rate, ..it.clone() });
            }
        }
        for place in 0..self.accounts.len() {
            let it = &self.accounts[place];
            let open = !it.locked && !it.reversed && !it.waits();
            if open && it.locks_at.is_some_and(|at| at <= self.now) {
                self.lock(record, place);
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

    fn gather(&mut self, n: usize) {
        let Payment { partner, currency, record, .. } = self.payments[n];
        for place in 0..self.accounts.len() {
            let it = &self.accounts[place];
            let due = it.owed_since().is_some_and(|since| since <= record);
            if (it.partner, it.pays_in) != (partner, currency) || !due {
                continue;
            }
            let (mut it, owed) = (it.clone(), it.owed());
            it.dues.iter_mut().for_each(|due| due.taken = due.taken.or(Some(n as u64 + 1)));
            self.payments[n].actions += 1;
            self.payments[n].total.0 += owed.0;
            self.month(&it).paid.0 += owed.0;
            self.accounts[place] = it;
        }
        let payment = &mut self.payments[n];
        payment.state = match payment.run {
            _ if payment.total <= Money::ZERO => PaymentState::Returning,
            Some(_) => PaymentState::Sent,
            None => PaymentState::Settled,
        };
    }

    fn give_back(&mut self, record: u64, n: usize) {
        for place in 0..self.accounts.len() {
            let before = self.accounts[place].clone();
            let mut it = before.clone();
            for due in it.dues.iter_mut().filter(|due| due.taken == Some(n as u64 + 1)) {
                (due.taken, due.since) = (None, record);
                self.month(&before).paid.0 -= due.amount.0;
            }
            self.accounts[place] = it;
        }
        self.payments[n].state = PaymentState::Failed;
    }

    /// What is locked for a partner in a currency.
    pub fn locked(&self, partner: PartnerId, currency: Currency) -> Money {
        let theirs = self.accounts.iter().filter(|it| (it.partner, it.pays_in) == (partner, currency));
        Money(theirs.map(|it| it.owed().0).sum())
    }

    fn payable(&self, partner: PartnerId, currency: Currency, threshold: Money) -> Result<(), Refusal> {
        if !self.partners.contains(&partner) {
            return Err(Refusal::PartnerNotFound);
        }
        let waits = |it: &Payment| {
            let open = [PaymentState::Proposed, PaymentState::Gathering, PaymentState::Returning].contains(&it.state);
            (it.partner, it.currency) == (partner, currency) && open
        };
        if self.payments.iter().any(waits) {
            return Err(Refusal::PaymentUnderWay);
        }
        let locked = self.locked(partner, currency);
        if locked <= Money::ZERO || locked < threshold { Err(Refusal::NothingToPay) } else { Ok(()) }
    }

    fn pay(&mut self, record: &Record, run: Option<u64>, partner: PartnerId, currency: Currency) {
        let state = if run.is_some() { PaymentState::Proposed } else { PaymentState::Gathering };
        let (actions, total) = (0, Money::ZERO);
        self.payments.push(Payment { run, partner, currency, record: record.no.0, actions, total, state });
    }

    fn propose(&mut self, record: &Record, fact: &PaymentRunProposed, by: Option<UserId>) -> Result<(), Refusal> {
        let threshold = self.thresholds.get(&fact.currency).copied().unwrap_or_default();
        let threshold = if fact.below_threshold { Money::ZERO } else { threshold };
        let mut partners = fact.partners.clone();
        partners.sort_unstable();
        partners.dedup();
        let answers: Vec<_> = partners.iter().map(|it| (*it, self.payable(*it, fact.currency, threshold))).collect();
        if answers.iter().all(|(_, answer)| answer.is_err()) {
            return answers.into_iter().next().map_or(Err(Refusal::NothingToPay), |(_, answer)| answer);
        }
        self.runs.push(Run { by, decided: false });
        for (partner, _) in answers.into_iter().filter(|(_, answer)| answer.is_ok()) {
            self.pay(record, Some(self.runs.len() as u64), partner, fact.currency);
        }
        Ok(())
    }

    fn decide(&mut self, run: u64, approved: bool, by: Option<UserId>) -> Result<(), Refusal> {
        let found = (run as usize).checked_sub(1).and_then(|n| self.runs.get_mut(n));
        let found = found.ok_or(Refusal::PaymentRunNotFound)?;
        if found.decided {
            return Err(Refusal::PaymentRunDecided);
        }
        if approved && self.two_persons && found.by == by {
            return Err(Refusal::SecondPersonNeeded);
        }
        found.decided = true;
        for payment in self.payments.iter_mut().filter(|it| it.run == Some(run)) {
            payment.state = if approved { PaymentState::Gathering } else { PaymentState::Dropped };
        }
        Ok(())
    }

    fn conclude(&mut self, id: u64, failed: bool) -> Result<(), Refusal> {
        let found = (id as usize).checked_sub(1).and_then(|n| self.payments.get_mut(n));
        let payment = found.ok_or(Refusal::PaymentNotFound)?;
        let made_outside = payment.run.is_none() && payment.state == PaymentState::Settled && failed;
        if payment.state != PaymentState::Sent && !made_outside {
            return Err(Refusal::PaymentNotSent);
        }
        payment.state = if failed { PaymentState::Returning } else { PaymentState::Settled };
        Ok(())
    }

    fn paid_outside(&mut self, record: &Record, program: ProgramId, partner: PartnerId) -> Result<(), Refusal> {
        let currency = self.brand.pays_in(program);
        self.payable(partner, currency, Money::ZERO)?;
        self.pay(record, None, partner, currency);
        Ok(())
    }
}

fn reverse(it: &mut Account) {
    it.before = Some((it.amount, std::mem::take(&mut it.items)));
    (it.amount, it.reversed, it.held) = (Money::ZERO, true, false);
}

fn restored(it: &Account, now: Timestamp) -> Result<Account, Refusal> {
    let (amount, items) = it.before.clone().filter(|_| it.reversed).ok_or(Refusal::ActionNotReversed)?;
    if it.locks_at.is_some_and(|at| at <= now) {
        return Err(Refusal::ActionLocked);
    }
    Ok(Account { amount, items, reversed: false, ..it.clone() })
}
