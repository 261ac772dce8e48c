//! What partners ask, and what the brand answers.

use referee_core::fact::{Fact, Role};
use referee_core::id::{EventTypeId, InquiryId, PartnerId, ProgramId, SubmissionId};
use referee_core::inquiry::{
    Answer, InquiryAnswered, InquiryAppealed, InquiryKind, InquiryOpened, InquiryReason, InquiryState,
};
use referee_core::money::{Currency, Money};
use referee_core::time::{DAY_MS, Timestamp};

use super::{CURRENCIES, Life, PROGRAMS};

/// What is asked about.
struct About {
    program: ProgramId,
    event_type: EventTypeId,
    order_id: String,
    ordered_at: Timestamp,
    currency: Currency,
    partner: PartnerId,
}

impl Life {
    pub(super) fn ask(&mut self) {
        let kind = *self.one(&InquiryKind::ALL);
        let about = match kind {
            InquiryKind::Untracked => self.missing(),
            _ => self.known(kind == InquiryKind::Declined),
        };
        let Some(About { program, event_type, order_id, ordered_at, currency, partner }) = about else { return };
        let amount = self.random.percent(80).then(|| self.amount());
        let partner = if self.random.percent(4) { self.partner() } else { partner };
        let (action, click, note) = (None, None, None);
        let fact = InquiryOpened {
            program,
            partner,
            kind,
            event_type,
            order_id,
            action,
            ordered_at,
            currency,
            amount,
            click,
            note,
        };
        let role = if self.random.percent(70) { Role::Partner } else { Role::Owner };
        self.hear_from(Fact::InquiryOpened(fact), role);
        self.work();
    }

    /// An order that earned nothing, that earned others something, or that was never reported.
    fn missing(&mut self) -> Option<About> {
        let orders = self.year.bookkeeper.orders.clone();
        let unclaimed: Vec<_> = orders.iter().filter(|it| it.places.is_empty()).collect();
        let partner = self.partner();
        let all: Vec<_> = if self.random.percent(70) { unclaimed } else { orders.iter().collect() };
        if !all.is_empty() && self.random.percent(65) {
            let order = (*self.one(&all)).clone();
            let (program, event_type, order_id) = (order.program, order.event_type, order.order_id);
            let (ordered_at, currency) = (order.at, order.currency);
            return Some(About { program, event_type, order_id, ordered_at, currency, partner });
        }
        let (program, event_type, usual) = *self.one(&PROGRAMS);
        let currency = if self.random.percent(80) { usual } else { *self.one(&CURRENCIES) };
        let days = if self.random.percent(80) { 60 } else { 140 };
        let ago = self.below(days * DAY_MS);
        let (order_id, ordered_at) = (format!("U{}", self.year.records.len()), self.now.plus_ms(-ago));
        Some(About { program, event_type, order_id, ordered_at, currency, partner })
    }

    /// An action of the partner, whose order may be long ago.
    fn known(&mut self, reversed: bool) -> Option<About> {
        let accounts = &self.year.bookkeeper.accounts;
        let exact = self.random.percent(90);
        let all: Vec<usize> =
            (0..accounts.len()).filter(|place| !exact || accounts[*place].reversed == reversed).collect();
        if all.is_empty() {
            return None;
        }
        let place = all[all.len() - 1 - self.random.popular(all.len() as u64) as usize];
        let it = &self.year.bookkeeper.accounts[place];
        Some(About {
            program: it.program(),
            event_type: it.event_type(),
            order_id: it.report.order_id.clone(),
            ordered_at: it.at,
            currency: it.report.currency,
            partner: it.partner,
        })
    }

    /// One that waits, or now and then any.
    fn inquiry(&mut self, waits: fn(InquiryState) -> bool) -> InquiryId {
        let all = &self.year.bookkeeper.inquiries;
        let waiting: Vec<u32> = (1..).zip(all).filter(|(_, it)| waits(it.state)).map(|(id, _)| id).collect();
        let many = all.len() as u64;
        let any = self.random.percent(7) || waiting.is_empty();
        InquiryId(if any { self.random.below(many + 2) as u32 } else { *self.one(&waiting) })
    }

    pub(super) fn answer(&mut self) {
        let inquiry = self.inquiry(|state| state == InquiryState::Open);
        let answer = match self.random.below(10) {
            0..6 => {
                let amount = self.random.percent(30).then(|| self.amount());
                Answer::Valid { amount: amount.filter(|it| *it > Money::ZERO) }
            }
            6..9 => Answer::Declined(InquiryReason::NoTouchpoint),
            _ => Answer::Incomplete(InquiryReason::ProofMissing),
        };
        let role = if self.random.percent(3) { Role::Partner } else { Role::Owner };
        let submission = SubmissionId(self.random.bytes());
        self.hear_from(Fact::InquiryAnswered(InquiryAnswered { inquiry, submission, answer, note: None }), role);
        self.work();
    }

    pub(super) fn appeal(&mut self) {
        let inquiry = self.inquiry(|state| matches!(state, InquiryState::Declined | InquiryState::Incomplete));
        let place = (inquiry.0 as usize).checked_sub(1);
        let theirs = place.and_then(|place| self.year.bookkeeper.inquiries.get(place)).map(|it| it.partner);
        let partner = theirs.filter(|_| self.random.percent(95)).unwrap_or_else(|| self.partner());
        let role = if self.random.percent(4) { Role::Owner } else { Role::Partner };
        self.hear_from(Fact::InquiryAppealed(InquiryAppealed { inquiry, partner, note: None }), role);
        self.work();
    }
}
