//! Changes of actions: figures, reversals, when they lock, whose they are.

use std::collections::BTreeMap;

use referee_core::fact::{ActionChange, ActionTarget, ChangeRequest, Item, ItemChange, NewFigures, Record};
use referee_core::id::{ActionId, PartnerId};
use referee_core::money::Money;
use referee_core::refusal::Refusal;

use super::Bookkeeper;
use super::account::{Account, Due, Figures};
use super::money::{portion, split, spread, sum_of};
use super::order::WHOLE;
use super::returns::{Ruling, returned};
use crate::auditor::{Origin, payout};
use crate::year::kind::Kind;

/// The actions that are meant, with the share that each has of what is named.
struct Meant {
    all: Vec<(usize, u32)>,
    /// Those that can be changed.
    open: Vec<usize>,
}

impl Bookkeeper {
    pub(super) fn by_id(&self, id: ActionId) -> Option<usize> {
        (id.seq as usize).checked_sub(1).filter(|place| *place < self.accounts.len())
    }

    pub fn id(&self, place: usize) -> ActionId {
        let it = &self.accounts[place];
        ActionId { program: it.program(), event_type: it.event_type(), seq: place as u32 + 1 }
    }

    /// An order means all its actions, each by its share.
    fn meant(&self, target: &ActionTarget) -> Vec<(usize, u32)> {
        match target {
            ActionTarget::Id(id) => self.by_id(*id).map(|place| (place, WHOLE)).into_iter().collect(),
            ActionTarget::Order { event_type, order_id } => {
                let places = self.order(*event_type, order_id).map(|it| self.orders[it].places.clone());
                places.unwrap_or_default().into_iter().map(|place| (place, self.accounts[place].share)).collect()
            }
        }
    }

    /// Those that can take a step. If none can, the first says why.
    fn able(
        &self,
        all: &[(usize, u32)],
        able: impl Fn(&Account) -> Result<(), Refusal>,
    ) -> Result<Vec<usize>, Refusal> {
        let answers: Vec<_> = all.iter().map(|(place, _)| (*place, able(&self.accounts[*place]))).collect();
        let first = answers.first().ok_or(Refusal::ActionRefNotFound)?.1;
        let those: Vec<usize> = answers.into_iter().filter(|(_, it)| it.is_ok()).map(|(place, _)| place).collect();
        if those.is_empty() { first.map(|()| those) } else { Ok(those) }
    }

    pub(super) fn change(&mut self, record: &Record, request: &ChangeRequest) -> Result<(), Refusal> {
        let all = self.meant(&request.target);
        let shared = all.len() > 1;
        let reason = request.disposition.as_str();
        let kind = match &request.change {
            ActionChange::Reverse => self.refigure(record, all, None, reason, Account::is_pending)?,
            ActionChange::Modify(figures) => self.refigure(record, all, Some(figures), reason, Account::is_pending)?,
            ActionChange::Correct(figures) => self.refigure(record, all, Some(figures), reason, Account::is_locked)?,
            ActionChange::Hold => {
                let able = self.able(&all, is_not_held)?;
                able.into_iter().for_each(|place| self.accounts[place].held = true);
                Kind::Hold
            }
            ActionChange::Release => {
                let able = self.able(&all, is_held)?;
                able.into_iter().for_each(|place| self.accounts[place].held = false);
                Kind::Release
            }
            ActionChange::Approve => {
                for place in self.able(&all, is_not_held)? {
                    self.accounts[place].locks_at = Some(record.received_at);
                    self.lock(record.no.0, place);
                }
                Kind::Approval
            }
            ActionChange::Restore => {
                let able = self.able(&all, |it| self.is_restorable(it))?;
                able.into_iter().for_each(|place| self.restore(place));
                Kind::Restoration
            }
            ActionChange::Admit => {
                for place in self.able(&all, is_outside)? {
                    let mut it = Account { outside: false, asked: None, ..self.accounts[place].clone() };
                    it.payout = it.price();
                    self.reprice(place, it, Ruling::Free);
                }
                Kind::Admission
            }
            ActionChange::Reattribute { partner } => {
                let able = self.able(&all, |it| self.is_movable(it, *partner))?;
                for place in able {
                    self.give(place, *partner)?;
                }
                Kind::Reattribution
            }
        };
        self.happened.note(kind);
        if shared {
            self.happened.note(Kind::SharedChange);
        }
        Ok(())
    }

    /// What is pending pays something else now.
    pub(super) fn reprice(&mut self, place: usize, mut it: Account, ruling: Ruling) {
        let before = self.accounts[place].clone();
        it.returned = returned(&before, &it, ruling);
        self.earn(&it, it.payout.minus(before.payout));
        self.accounts[place] = it;
    }

    /// Gives actions other figures, or none: they are reversed.
    fn refigure(
        &mut self,
        record: &Record,
        all: Vec<(usize, u32)>,
        wanted: Option<&NewFigures>,
        reason: &str,
        able: fn(&Account) -> Result<(), Refusal>,
    ) -> Result<Kind, Refusal> {
        let open = self.able(&all, able)?;
        let corrects = self.accounts[open[0]].locked;
        let mut after = self.figures(&Meant { all, open: open.clone() }, wanted)?;
        let sum: i64 = after.iter().flatten().map(|it| it.amount.0).sum();
        let any = open.iter().any(|place| self.accounts[*place].amount != Money::ZERO);
        if !corrects && sum == 0 && any {
            after.iter_mut().for_each(|it| *it = None);
        }
        if after.iter().flatten().any(|it| it.amount < Money::ZERO) {
            return Err(Refusal::AmountNegative);
        }
        let mut taken = Vec::new();
        let mut rulings = Vec::new();
        for (place, figures) in open.iter().zip(&after) {
            let before = &self.accounts[*place];
            rulings.push(self.ruling(before, &before.with(figures.as_ref()), reason, &mut taken));
        }
        self.note_returns(&rulings);
        if let Some(Err(refusal)) = rulings.iter().find(|it| it.is_err()).filter(|_| rulings.iter().all(Result::is_err))
        {
            return Err(*refusal);
        }
        let reverses = after.iter().any(Option::is_none);
        for ((place, figures), ruling) in open.into_iter().zip(after).zip(rulings) {
            match ruling {
                Err(_) => {}
                Ok(Ruling::Ask) => self.ask_return(place, figures),
                Ok(ruling) if corrects => self.correct(record, place, figures.as_ref(), ruling),
                Ok(ruling) => {
                    let after = self.accounts[place].with(figures.as_ref());
                    self.reprice(place, after, ruling);
                }
            }
        }
        Ok(match (corrects, reverses) {
            (true, _) => Kind::Correction,
            (false, true) => Kind::Reversal,
            (false, false) => Kind::Modification,
        })
    }

    fn note_returns(&mut self, rulings: &[Result<Ruling, Refusal>]) {
        for ruling in rulings {
            match ruling {
                Ok(Ruling::Return) => self.happened.note(Kind::Return),
                Err(Refusal::ReturnsNotAllowed) => self.happened.note(Kind::NeverReturned),
                Err(Refusal::MaxReturnsReached) => self.happened.note(Kind::MostReturned),
                _ => {}
            }
        }
    }

    /// What each of the open ones comes to.
    fn figures(&self, meant: &Meant, wanted: Option<&NewFigures>) -> Result<Vec<Option<Figures>>, Refusal> {
        match wanted {
            None => Ok(meant.open.iter().map(|_| None).collect()),
            Some(NewFigures::Amount(amount)) => Ok(self.with_amount(meant, *amount)),
            Some(NewFigures::Delta(delta)) => {
                let before: i64 = meant.all.iter().map(|(place, _)| self.accounts[*place].amount.0).sum();
                Ok(self.with_amount(meant, delta.plus(Money(before))))
            }
            Some(NewFigures::Items(changes)) => self.with_items(meant, changes),
        }
    }

    fn with_amount(&self, meant: &Meant, amount: Money) -> Vec<Option<Figures>> {
        let shares: Vec<u32> = meant.all.iter().map(|it| it.1).collect();
        let currency = self.accounts[meant.all[0].0].report.currency;
        let parts = meant.all.iter().zip(split(amount, &shares, currency));
        let of_open = parts.filter(|((place, _), _)| meant.open.contains(place));
        let figures = |((place, _), amount): (&(usize, u32), Money)| {
            let items = spread(&self.accounts[*place].items, amount, currency);
            Some(Figures::whole(amount, items))
        };
        of_open.map(figures).collect()
    }

    /// Of an item without an amount, they keep so many pieces of what they had whole, together rounded once.
    fn with_items(&self, meant: &Meant, changes: &[ItemChange]) -> Result<Vec<Option<Figures>>, Refusal> {
        let shares: Vec<u32> = meant.all.iter().map(|it| it.1).collect();
        let mut had: BTreeMap<(usize, u32), Money> = BTreeMap::new();
        let mut all = Vec::new();
        for (n, (place, _)) in meant.all.iter().enumerate().filter(|(_, it)| meant.open.contains(&it.0)) {
            let it = &self.accounts[*place];
            let currency = it.report.currency;
            let mut items = it.items.clone();
            for (which, change) in changes.iter().enumerate() {
                let at = items.iter().position(|it| it.sku == change.sku).ok_or(Refusal::NoItem)?;
                let (pieces, worth) = it.ordered.items[at];
                let item = &mut items[at];
                item.quantity = change.quantity.unwrap_or(item.quantity);
                let kept = |had: Money| portion(had, item.quantity.into(), pieces.into(), currency);
                let had = had.entry((which, pieces)).or_default();
                let mine = kept(had.plus(worth)).minus(kept(*had));
                *had = had.plus(worth);
                item.amount = change.amount.map_or(mine, |amount| split(amount, &shares, currency)[n]);
            }
            let amount = amount_with(it, &items);
            let by_quantity = changes.iter().all(|it| it.amount.is_none());
            let figures = Figures::whole(amount, items);
            let ordered = if by_quantity { it.ordered.clone() } else { figures.ordered };
            all.push(Some(Figures { ordered, ..figures }));
        }
        Ok(all)
    }

    fn correct(&mut self, record: &Record, place: usize, figures: Option<&Figures>, ruling: Ruling) {
        let before = self.accounts[place].clone();
        let mut it = before.with(figures);
        let amount = it.payout.minus(before.payout);
        it.returned = returned(&before, &it, ruling);
        it.dues.push(Due { amount, since: record.no.0, taken: None });
        self.month(&it).corrections.0 += amount.0;
        self.accounts[place] = it;
    }

    fn is_restorable(&self, it: &Account) -> Result<(), Refusal> {
        match it.locks_at {
            _ if !it.reversed => Err(Refusal::ActionNotReversed),
            _ if it.moved => Err(Refusal::ActionMoved),
            Some(at) if at <= self.now => Err(Refusal::ActionLocked),
            _ => Ok(()),
        }
    }

    /// It is as it was before the reversal.
    fn restore(&mut self, place: usize) {
        let mut it = self.accounts[place].clone();
        if let Some(before) = it.before.take() {
            (it.amount, it.items, it.reversed) = (before.amount, before.items, false);
            it.payout = it.price();
            self.earn(&it, it.payout);
            self.accounts[place] = Account { returned: before.returned, ..it };
        }
    }

    fn is_movable(&self, it: &Account, to: PartnerId) -> Result<(), Refusal> {
        it.is_pending()?;
        if it.partner == to {
            return Err(Refusal::ActionOfPartner);
        }
        let rules = self.brand.terms_of_active(it.program(), to, it.at)?;
        payout(rules, it.event_type()).map(|_| ())
    }

    /// Another one opens in its place, by the other partner's terms, which no limit and no tier touches.
    fn give(&mut self, place: usize, to: PartnerId) -> Result<(), Refusal> {
        let from = self.accounts[place].clone();
        let rules = self.brand.terms_of_active(from.program(), to, from.at)?.clone();
        let terms = self.brand.as_of(from.program(), to, from.at, payout(&rules, from.event_type())?);
        let blank = self.blank(to, &from.report, from.at, terms, (rules.locking, rules.returns));
        let Account { status, share, rate, held, amount, items, ordered, .. } = from.clone();
        let mut heir =
            Account { status, share, rate, held, amount, items, ordered, origin: Origin::default(), ..blank };
        heir.payout = heir.price();
        self.reprice(place, Account { moved: true, ..from.with(None) }, Ruling::Free);
        self.earn(&heir, heir.payout);
        let new = self.accounts.len();
        for order in &mut self.orders {
            order.places.iter_mut().filter(|it| **it == place).for_each(|it| *it = new);
        }
        self.accounts.push(heir);
        Ok(())
    }
}

/// What is left of an order of which such items are left.
fn amount_with(it: &Account, items: &[Item]) -> Money {
    let (after, before) = (sum_of(items).0, it.ordered.items.iter().map(|it| it.1.0).sum::<i64>());
    if before > it.ordered.amount.0 {
        portion(it.ordered.amount, after, before, it.report.currency)
    } else {
        Money(it.ordered.amount.0 + after - before)
    }
}

fn is_not_held(it: &Account) -> Result<(), Refusal> {
    it.is_pending()?;
    if it.waits() { Err(Refusal::ActionHeld) } else { Ok(()) }
}

fn is_held(it: &Account) -> Result<(), Refusal> {
    it.is_pending()?;
    match it.rate {
        None => Err(Refusal::CurrencyRateMissing),
        Some(_) if it.held => Ok(()),
        Some(_) => Err(Refusal::ActionNotHeld),
    }
}

fn is_outside(it: &Account) -> Result<(), Refusal> {
    it.is_pending()?;
    if it.outside { Ok(()) } else { Err(Refusal::ActionNotOutside) }
}
