//! Payments are proposed, decided on and answered by banks.

use referee_core::fact::{Fact, PaymentRunProposed};
use referee_core::id::{PartnerId, PaymentId, PaymentRunId};
use referee_core::row::PaymentState;

use super::{CURRENCIES, EUR, Life, PARTNERS, STRANGER};
use crate::year::bookkeeper::payment::Payment;

impl Life {
    pub(super) fn propose(&mut self) {
        let mut partners: Vec<PartnerId> = PARTNERS.into_iter().filter(|_| self.random.percent(70)).collect();
        if self.random.percent(5) {
            partners.push(STRANGER);
        }
        let currency = if self.random.percent(65) { EUR } else { *self.one(&CURRENCIES) };
        let below_threshold = self.random.percent(15);
        self.hear(Fact::PaymentRunProposed(PaymentRunProposed {
            currency,
            partners,
            below_threshold,
            every_currency: false,
        }));
    }

    pub(super) fn decide(&mut self) {
        let runs = &self.year.bookkeeper.runs;
        let open = runs.iter().position(|it| !it.decided).filter(|_| self.random.percent(90));
        let any = self.random.below(runs.len() as u64 + 2) as u32;
        let run = PaymentRunId(open.map_or(any, |place| place as u32 + 1));
        let approved = self.random.percent(80);
        self.hear(Fact::PaymentRunDecided { run, approved });
        self.work();
    }

    pub(super) fn conclude(&mut self) {
        let payments = &self.year.bookkeeper.payments;
        // Some banks answer late: payments after it have been made by then.
        let is_sent = |it: &Payment| it.state == PaymentState::Sent;
        let sent = if self.random.percent(50) {
            payments.iter().position(is_sent)
        } else {
            payments.iter().rposition(is_sent)
        };
        let sent = sent.filter(|_| self.random.percent(85));
        let any = self.random.below(payments.len() as u64 + 2) as u32;
        let payment = PaymentId(sent.map_or(any, |place| place as u32 + 1));
        let failure = self.random.percent(45).then(|| "closed".to_owned());
        self.hear(Fact::PaymentConcluded { payment, failure });
        self.work();
    }
}
