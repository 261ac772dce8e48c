//! What terms let the brand take back, and the partner's word on it.

use referee_core::contract::ReturnPolicy;
use referee_core::fact::{Record, ReturnDecided, Role};
use referee_core::money::Money;
use referee_core::refusal::Refusal;

use super::Bookkeeper;
use super::account::{Account, Asked, Figures};
use super::money::first_of_month;
use crate::year::kind::Kind;

/// There never was an order.
const NO_ORDER: [&str; 3] = ["CONS_FRAUD", "TEST_ACTION", "CONS_INFO_INVALID"];

/// What a change may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// It takes nothing back.
    Free,
    Return,
    /// The partner is asked first.
    Ask,
}

impl Bookkeeper {
    /// `taken`: what the same request takes of the partners' months before this.
    pub(super) fn ruling(
        &self,
        before: &Account,
        after: &Account,
        reason: &str,
        taken: &mut Vec<(i64, Account)>,
    ) -> Result<Ruling, Refusal> {
        let lowered = before.payout.minus(after.payout);
        if lowered <= Money::ZERO || before.award.is_some() || NO_ORDER.contains(&reason) {
            return Ok(Ruling::Free);
        }
        if before.returns.policy == ReturnPolicy::Never {
            return Err(Refusal::ReturnsNotAllowed);
        }
        self.within_most(before, lowered, taken)?;
        match before.returns.policy {
            ReturnPolicy::Consent if before.locked => Err(Refusal::ReturnNeedsConsent),
            ReturnPolicy::Consent => Ok(Ruling::Ask),
            _ => Ok(Ruling::Return),
        }
    }

    /// Whether the month has room for what is taken.
    fn within_most(&self, of: &Account, lowered: Money, taken: &mut Vec<(i64, Account)>) -> Result<(), Refusal> {
        let Some(most_ppm) = of.returns.most_ppm else { return Ok(()) };
        let (payouts, returned) = self.month_of(of);
        let beside = taken.iter().filter(|(_, it)| of_one_month(it, of));
        let in_all = returned.0 + beside.map(|(amount, _)| amount).sum::<i64>() + lowered.0;
        if i128::from(in_all) * 1_000_000 > i128::from(payouts.0) * i128::from(most_ppm) {
            return Err(Refusal::MaxReturnsReached);
        }
        taken.push((lowered.0, of.clone()));
        Ok(())
    }

    /// What the events of a partner's month would pay had nothing been returned, and what was.
    fn month_of(&self, like: &Account) -> (Money, Money) {
        let all = self.accounts.iter().filter(|it| of_one_month(it, like));
        all.fold((Money::ZERO, Money::ZERO), |(payouts, returned), it| {
            (payouts.plus(it.payout).plus(it.returned), returned.plus(it.returned))
        })
    }

    pub(super) fn decide_return(&mut self, record: &Record, fact: &ReturnDecided) -> Result<(), Refusal> {
        if record.actor.as_ref().is_none_or(|it| it.role != Role::Partner) {
            return Err(Refusal::ReturnForPartner);
        }
        let place = self.by_id(fact.action).filter(|place| self.accounts[*place].partner == fact.partner);
        let place = place.ok_or(Refusal::ActionRefNotFound)?;
        let Asked(figures) = self.accounts[place].asked.clone().ok_or(Refusal::ReturnNotAsked)?;
        if fact.accepted {
            let before = &self.accounts[place];
            let after = before.with(figures.as_ref());
            let lowered = before.payout.minus(after.payout);
            if lowered > Money::ZERO {
                // Other returns of the month may have been taken since it was asked.
                self.within_most(before, lowered, &mut Vec::new())?;
            }
            self.happened.note(Kind::ReturnAgreed);
            self.reprice(place, after, Ruling::Return);
        } else {
            self.happened.note(Kind::ReturnDeclined);
            self.accounts[place].asked = None;
        }
        Ok(())
    }

    pub(super) fn ask_return(&mut self, place: usize, figures: Option<Figures>) {
        self.happened.note(Kind::ReturnAsked);
        self.accounts[place].asked = Some(Asked(figures));
    }
}

fn of_one_month(a: &Account, b: &Account) -> bool {
    let same = (a.partner, a.program(), first_of_month(a.day)) == (b.partner, b.program(), first_of_month(b.day));
    same && a.award.is_none() && b.award.is_none()
}

/// What returns have taken of a payout that changes: where it pays more again, that is given back first.
pub fn returned(before: &Account, after: &Account, ruling: Ruling) -> Money {
    let more = after.payout.minus(before.payout);
    match ruling {
        _ if before.award.is_some() => Money::ZERO,
        Ruling::Return if more < Money::ZERO => before.returned.minus(more),
        _ if more > Money::ZERO => before.returned.minus(more.min(before.returned)),
        _ => before.returned,
    }
}
