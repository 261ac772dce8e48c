//! What the shop and the brand ask of actions, and the partners' word on returns.

use referee_core::fact::{
    ActionChange, ActionTarget, ChangeRequest, Conversion, Fact, ItemChange, NewFigures, ReturnDecided, Role,
};
use referee_core::id::{PartnerId, SubmissionId};
use referee_core::money::{MICROS, Money};
use referee_core::program::Source;

use super::{Life, PARTNERS, STRANGER};
use crate::year::bookkeeper::account::Account;

const REASONS: [&str; 5] = ["ORDER_UPDATE", "ITEM_RETURNED", "ITEM_RETURNED", "CONS_FRAUD", "TEST_ACTION"];

impl Life {
    pub(super) fn change(&mut self) {
        let many = self.year.bookkeeper.accounts.len();
        if many == 0 {
            return;
        }
        let place = many - 1 - self.random.popular(many as u64) as usize;
        let it = self.year.bookkeeper.accounts[place].clone();
        let target = if self.random.percent(50) {
            ActionTarget::Id(self.year.bookkeeper.id(place))
        } else {
            let order_id = if self.random.percent(2) { "unknown".to_owned() } else { it.report.order_id.clone() };
            ActionTarget::Order { event_type: it.event_type(), order_id }
        };
        let change = self.wish(&it);
        let (submission, source) = (SubmissionId(self.random.bytes()), Source::Server);
        let disposition = (*self.one(&REASONS)).to_owned();
        self.hear(Fact::ChangeRequested(ChangeRequest { submission, target, disposition, source, change }));
        self.work();
    }

    fn wish(&mut self, it: &Account) -> ActionChange {
        match self.random.below(26) {
            _ if it.reversed && self.random.percent(60) => ActionChange::Restore,
            _ if it.outside && self.random.percent(50) => ActionChange::Admit,
            0..4 => ActionChange::Reverse,
            4..7 => ActionChange::Hold,
            7..9 => ActionChange::Release,
            9 => ActionChange::Restore,
            10..12 => ActionChange::Approve,
            12 => ActionChange::Admit,
            13..17 => ActionChange::Reattribute { partner: self.partner() },
            _ if it.held && self.random.percent(60) => ActionChange::Release,
            _ if it.locked && self.random.percent(90) => ActionChange::Correct(self.figures(it)),
            _ => ActionChange::Modify(self.figures(it)),
        }
    }

    pub(super) fn partner(&mut self) -> PartnerId {
        if self.random.percent(3) { STRANGER } else { *self.one(&PARTNERS) }
    }

    fn figures(&mut self, it: &Account) -> NewFigures {
        let (amount, ordered) = (it.amount, &it.report);
        if it.award.is_some() {
            // Whole, so that it can be paid in any currency.
            return NewFigures::Amount(Money(self.below(60) * MICROS));
        }
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

    pub(super) fn decide_return(&mut self) {
        let accounts = &self.year.bookkeeper.accounts;
        let asked: Vec<usize> = (0..accounts.len()).filter(|place| accounts[*place].asked.is_some()).collect();
        let any = self.random.percent(5);
        let all: Vec<usize> = if any { (0..accounts.len()).collect() } else { asked };
        if all.is_empty() {
            return;
        }
        let place = *self.one(&all);
        let theirs = self.year.bookkeeper.accounts[place].partner;
        let partner = if self.random.percent(4) { self.partner() } else { theirs };
        let role = if self.random.percent(4) { Role::Owner } else { Role::Partner };
        let (action, accepted) = (self.year.bookkeeper.id(place), self.random.percent(60));
        self.hear_from(Fact::ReturnDecided(ReturnDecided { partner, action, accepted }), role);
        self.work();
    }
}
