//! Limits and tiers, by counting all that is in the ledger each time.

use referee_core::contract::Payout;
use referee_core::identity::Identifier;
use referee_core::limit::{Basis, Limit, Period};
use referee_core::money::Money;

use super::Bookkeeper;
use super::account::Account;
use super::money::{first_of_month, first_of_year};
use crate::year::kind::Kind;

/// What a partner has brought in a period.
#[derive(Default)]
struct Brought {
    actions: u32,
    payout: Money,
    amount: Money,
}

impl Bookkeeper {
    /// Says which tier a new action of a customer has reached, what it pays, and whether a limit is in the way.
    pub(super) fn measure(&mut self, it: &mut Account, customer: Option<Identifier>) {
        it.tier = self.tier_of(it);
        let payout = it.price();
        let is_beyond = |limit: &Limit| match *limit {
            Limit::Actions { most, per } => self.brought(it, per).actions >= most,
            Limit::Payout { most, per } => self.brought(it, per).payout.plus(payout) > most,
            Limit::Customer { most, per } => self.orders_of(it, customer, per) >= most as usize,
        };
        it.outside = it.terms.limits.iter().any(is_beyond);
        if it.outside {
            self.happened.note(Kind::Outside);
            return;
        }
        it.payout = payout;
        it.counted = Some((payout, it.worth(it.amount).unwrap_or_default()));
        if it.tier.is_some() {
            self.happened.note(Kind::Tier);
        }
    }

    fn tier_of(&self, it: &Account) -> Option<Payout> {
        let tiers = it.terms.tiers.as_ref()?;
        let brought = self.brought(it, tiers.per);
        let reached = match tiers.basis {
            Basis::Actions => i64::from(brought.actions),
            Basis::Amount => brought.amount.0,
        };
        tiers.steps.iter().rfind(|step| step.from <= reached).map(|step| step.extra)
    }

    /// It counts from when terms count over the period.
    fn brought(&self, like: &Account, per: Period) -> Brought {
        let mut brought = Brought::default();
        for it in &self.accounts {
            let same = (it.partner, it.program(), it.event_type()) == (like.partner, like.program(), like.event_type());
            let by_limits = it.terms.limits.iter().any(|it| it.per() == per && !matches!(it, Limit::Customer { .. }));
            let by_tiers = it.terms.tiers.as_ref().is_some_and(|it| it.per == per);
            let in_period = begins(per, it.day) == begins(per, like.day);
            let Some((payout, amount)) = it.counted.filter(|_| same && in_period && (by_limits || by_tiers)) else {
                continue;
            };
            brought.actions += 1;
            brought.payout = brought.payout.plus(payout);
            brought.amount = brought.amount.plus(amount);
        }
        brought
    }

    /// Other orders of the customer that earned somebody something.
    fn orders_of(&self, like: &Account, customer: Option<Identifier>, per: Period) -> usize {
        let is_one = |it: &&super::order::Order| {
            let theirs = customer.is_some() && it.customer == customer;
            let other = it.event_type == like.event_type() && it.order_id != like.report.order_id;
            let in_period = begins(per, self.day(it.program, it.at)) == begins(per, like.day);
            theirs && other && in_period && !it.places.is_empty()
        };
        self.orders.iter().filter(is_one).count()
    }
}

/// The first day of the period that a day is in.
fn begins(per: Period, day: i64) -> i64 {
    match per {
        Period::Day => day,
        Period::Month => first_of_month(day),
        Period::Year => first_of_year(day),
        Period::Ever => 0,
    }
}
