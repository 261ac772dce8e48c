//! What partners ask about orders, and what becomes of it.

use referee_core::fact::{ActionChange, ActionTarget, ChangeRequest, Conversion, NewFigures, Record, Role};
use referee_core::id::{EventTypeId, PartnerId, ProgramId};
use referee_core::inquiry::{Answer, InquiryAnswered, InquiryAppealed, InquiryKind, InquiryOpened, InquiryState};
use referee_core::money::{Currency, Money};
use referee_core::program::Source;
use referee_core::refusal::Refusal;
use referee_core::time::{DAY_MS, Timestamp};

use super::Bookkeeper;
use super::order::{Order, bare};
use crate::auditor::payout;
use crate::year::kind::Kind;

/// An order is asked about for so long.
const DAYS_MAX: i64 = 120;

#[derive(Debug, Clone)]
pub struct Inquiry {
    pub kind: InquiryKind,
    pub program: ProgramId,
    pub event_type: EventTypeId,
    pub partner: PartnerId,
    pub order_id: String,
    /// The action that it is about, by its place.
    pub action: Option<usize>,
    pub ordered_at: Timestamp,
    pub currency: Currency,
    pub amount: Option<Money>,
    pub state: InquiryState,
    pub appealed: bool,
}

impl Bookkeeper {
    pub(super) fn ask(&mut self, record: &Record, fact: &InquiryOpened) -> Result<(), Refusal> {
        if fact.event_type == EventTypeId::AWARD {
            return Err(Refusal::ActionTrackerNotFound);
        }
        let order = self.order(fact.event_type, &fact.order_id);
        let places = order.map(|it| self.orders[it].places.clone()).unwrap_or_default();
        // The newest, where it has several.
        let own = places.into_iter().filter(|place| self.accounts[*place].partner == fact.partner).max();
        let ordered_at = own.map_or(fact.ordered_at, |place| self.accounts[place].at);
        if record.received_at.since_ms(ordered_at) > DAYS_MAX * DAY_MS {
            return Err(Refusal::InquiryTooOld);
        }
        self.may_be_asked(fact, own)?;
        self.is_new(fact)?;
        self.happened.note(match fact.kind {
            InquiryKind::Untracked => Kind::InquiryMissing,
            InquiryKind::Incorrect => Kind::InquiryIncorrect,
            InquiryKind::Declined => Kind::InquiryDeclined,
        });
        let InquiryOpened { kind, program, event_type, partner, currency, amount, .. } = *fact;
        let (order_id, state) = (fact.order_id.clone(), InquiryState::Open);
        let (action, appealed) = (own, false);
        let inquiry = Inquiry {
            kind,
            program,
            event_type,
            partner,
            order_id,
            action,
            ordered_at,
            currency,
            amount,
            state,
            appealed,
        };
        self.inquiries.push(inquiry);
        Ok(())
    }

    fn may_be_asked(&self, fact: &InquiryOpened, own: Option<usize>) -> Result<(), Refusal> {
        let own = own.map(|place| &self.accounts[place]);
        match (fact.kind, own) {
            (InquiryKind::Untracked, Some(_)) => Err(Refusal::InquiryActionKnown),
            (InquiryKind::Untracked, None) => {
                let rules = self.brand.terms_of_active(fact.program, fact.partner, fact.ordered_at)?;
                payout(rules, fact.event_type).map(|_| ())
            }
            (_, None) => Err(Refusal::ActionRefNotFound),
            (InquiryKind::Incorrect, Some(own)) if own.reversed => Err(Refusal::ActionAlreadyReversed),
            (InquiryKind::Declined, Some(own)) if !own.reversed => Err(Refusal::ActionNotReversed),
            _ => Ok(()),
        }
    }

    /// One at a time about an order; what was answered once is appealed.
    fn is_new(&self, fact: &InquiryOpened) -> Result<(), Refusal> {
        for it in &self.inquiries {
            let same = (it.partner, it.event_type, &it.order_id) == (fact.partner, fact.event_type, &fact.order_id);
            match it.state {
                _ if !same => {}
                InquiryState::Open => return Err(Refusal::InquiryDuplicate),
                InquiryState::Declined | InquiryState::Incomplete if it.kind == fact.kind => {
                    return Err(Refusal::InquiryAnswered);
                }
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn answer(&mut self, record: &Record, fact: &InquiryAnswered) -> Result<(), Refusal> {
        let n = (fact.inquiry.0 as usize).checked_sub(1).filter(|n| *n < self.inquiries.len());
        let n = n.ok_or(Refusal::InquiryNotFound)?;
        if is_partner(record) {
            return Err(Refusal::InquiryForBrand);
        }
        if self.inquiries[n].state != InquiryState::Open {
            return Err(Refusal::InquiryAnswered);
        }
        let state = match fact.answer {
            Answer::Valid { amount } => {
                let action = self.make_right(record, &self.inquiries[n].clone(), amount)?;
                self.inquiries[n].action = Some(action);
                InquiryState::Valid
            }
            Answer::Declined(_) => InquiryState::Declined,
            Answer::Incomplete(_) => InquiryState::Incomplete,
        };
        let valid = state == InquiryState::Valid;
        self.happened.note(if valid { Kind::AnswerValid } else { Kind::AnswerOther });
        self.inquiries[n].state = state;
        Ok(())
    }

    fn make_right(&mut self, record: &Record, it: &Inquiry, amount: Option<Money>) -> Result<usize, Refusal> {
        match (it.kind, it.action) {
            (InquiryKind::Untracked, _) => self.credit_asked(it, amount),
            (_, None) => Err(Refusal::ActionRefNotFound),
            (InquiryKind::Incorrect, Some(place)) => {
                let amount = amount.or(it.amount).filter(|it| *it > Money::ZERO);
                let figures = NewFigures::Amount(amount.ok_or(Refusal::InquiryAmountMissing)?);
                let locked = self.accounts[place].locked;
                let change = if locked { ActionChange::Correct(figures) } else { ActionChange::Modify(figures) };
                self.change_asked(record, place, change)
            }
            (InquiryKind::Declined, Some(place)) => {
                let past = |it| if it == Refusal::ActionLocked { Refusal::InquiryPastLock } else { it };
                self.change_asked(record, place, ActionChange::Restore).map_err(past)
            }
        }
    }

    fn change_asked(&mut self, record: &Record, place: usize, change: ActionChange) -> Result<usize, Refusal> {
        let (target, disposition) = (ActionTarget::Id(self.id(place)), "PUB_ACT_DISPUTE".to_owned());
        let submission = referee_core::id::SubmissionId([0; 16]);
        let request = ChangeRequest { submission, target, disposition, source: Source::Person, change };
        self.change(record, &request).map(|()| place)
    }

    /// An order that earned nobody anything, or that nobody knows, is this partner's.
    fn credit_asked(&mut self, it: &Inquiry, amount: Option<Money>) -> Result<usize, Refusal> {
        let known = self.order(it.event_type, &it.order_id);
        let before = known.map(|place| &self.orders[place]);
        if let Some(places) = before.map(|it| &it.places).filter(|it| !it.is_empty()) {
            let own = places.iter().any(|place| self.accounts[*place].partner == it.partner);
            return Err(if own { Refusal::InquiryActionKnown } else { Refusal::InquiryOrderCredited });
        }
        let named = before.map_or(it.amount, |it| Some(it.amount));
        let amount = amount.or(named).ok_or(Refusal::InquiryAmountMissing)?;
        let (program, event_type, at) = (it.program, it.event_type, before.map_or(it.ordered_at, |it| it.at));
        let currency = before.map_or(it.currency, |it| it.currency);
        payout(self.brand.terms_of_active(program, it.partner, at)?, event_type)?;
        let forced_partner = Some(it.partner);
        let order_id = it.order_id.clone();
        let report = Conversion { forced_partner, ..bare(program, event_type, order_id.clone(), currency, amount) };
        let order = known.unwrap_or(self.orders.len());
        if known.is_none() {
            let (customer, places) = (None, Vec::new());
            self.orders.push(Order { event_type, order_id, program, customer, at, currency, amount, places });
        }
        self.orders[order].amount = amount;
        // What was reported of its buyer is not asked again.
        self.credit(order, &report, None)?;
        self.happened.note(Kind::InquiryOrder);
        self.orders[order].places.first().copied().ok_or(Refusal::Unclaimed)
    }

    pub(super) fn appeal(&mut self, record: &Record, fact: &InquiryAppealed) -> Result<(), Refusal> {
        let n = (fact.inquiry.0 as usize).checked_sub(1);
        let found = n.and_then(|n| self.inquiries.get_mut(n)).filter(|it| it.partner == fact.partner);
        let it = found.ok_or(Refusal::InquiryNotFound)?;
        if !is_partner(record) {
            return Err(Refusal::InquiryForPartner);
        }
        if it.appealed {
            return Err(Refusal::InquiryAppealed);
        }
        if !matches!(it.state, InquiryState::Declined | InquiryState::Incomplete) {
            return Err(Refusal::InquiryNotDeclined);
        }
        (it.state, it.appealed) = (InquiryState::Open, true);
        self.happened.note(Kind::Appeal);
        Ok(())
    }
}

fn is_partner(record: &Record) -> bool {
    record.actor.as_ref().is_some_and(|it| it.role == Role::Partner)
}
