//! Payments: proposed, decided on, gathered, and settled or given back.

use referee_core::fact::{PaymentRunProposed, Record};
use referee_core::id::{PartnerId, ProgramId, UserId};
use referee_core::money::{Currency, Money};
use referee_core::refusal::Refusal;
use referee_core::row::PaymentState;

use super::Bookkeeper;
use crate::year::kind::Kind;

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

impl Bookkeeper {
    pub(super) fn gather(&mut self, n: usize) {
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

    pub(super) fn give_back(&mut self, record: u64, n: usize) {
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

    pub(super) fn propose(
        &mut self,
        record: &Record,
        fact: &PaymentRunProposed,
        by: Option<UserId>,
    ) -> Result<(), Refusal> {
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

    pub(super) fn decide(&mut self, run: u64, approved: bool, by: Option<UserId>) -> Result<(), Refusal> {
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

    pub(super) fn conclude(&mut self, id: u64, failed: bool) -> Result<(), Refusal> {
        let found = (id as usize).checked_sub(1).and_then(|n| self.payments.get_mut(n));
        let payment = found.ok_or(Refusal::PaymentNotFound)?;
        let made_outside = payment.run.is_none() && payment.state == PaymentState::Settled && failed;
        if payment.state != PaymentState::Sent && !made_outside {
            return Err(Refusal::PaymentNotSent);
        }
        payment.state = if failed { PaymentState::Returning } else { PaymentState::Settled };
        self.happened.note(if failed { Kind::Failed } else { Kind::Settled });
        Ok(())
    }

    pub(super) fn paid_outside(
        &mut self,
        record: &Record,
        program: ProgramId,
        partner: PartnerId,
    ) -> Result<(), Refusal> {
        let currency = self.brand.pays_in(program);
        self.payable(partner, currency, Money::ZERO)?;
        self.pay(record, None, partner, currency);
        Ok(())
    }
}
