//! When a touchpoint may earn an order.

use referee_core::id::PartnerId;
use referee_core::program::GroupCredit;
use referee_core::refusal::Refusal;
use referee_core::row::TouchKind;
use referee_core::time::MINUTE_MS;

use super::brand::payout;
use super::decision::{Candidate, Case};
use super::people::TOLERANCE_MS;
use super::touchpoint::Touchpoint;

impl Case<'_> {
    /// Why a touchpoint can't earn the order, whoever else could.
    pub fn ineligible(&self, touch: &Touchpoint) -> Option<Refusal> {
        let (report, at) = (&self.order.report, self.order.at);
        if touch.refusal.is_some() {
            return touch.refusal;
        }
        if touch.at > at.plus_ms(TOLERANCE_MS) {
            return Some(Refusal::AfterEvent);
        }
        let channel = self.brand.is_channel(touch.partner);
        let rules = if channel {
            self.brand.template_of_channel(report.program, touch.partner, at)
        } else {
            self.brand.terms_of_active(report.program, touch.partner, at)
        };
        let rules = match rules {
            Ok(rules) => rules,
            Err(refusal) => return Some(refusal),
        };
        if let (false, Err(refusal)) = (channel, payout(rules, report.event_type)) {
            return Some(refusal);
        }
        let window_ms = match (touch.kind, rules.view_window_hours) {
            (TouchKind::Click, _) => i64::from(rules.referral_window_days) * 24 * 60 * MINUTE_MS,
            (TouchKind::Impression, Some(hours)) => i64::from(hours) * 60 * MINUTE_MS,
            (TouchKind::Impression, None) => return Some(Refusal::ReftypeNotAccepted),
        };
        if at.since_ms(touch.at) > window_ms + TOLERANCE_MS {
            return Some(Refusal::OutsideAssociationWindow);
        }
        let never = self.brand.group_credit(report.program, touch.partner) == GroupCredit::Never;
        never.then_some(Refusal::CreditingRuleMismatch)
    }

    /// Those who yield lose to anybody who does not.
    pub fn let_others_go_first(&self, candidates: &mut [Candidate]) {
        let program = self.order.report.program;
        let yields = |it: &Candidate| self.brand.group_credit(program, it.touch.partner) == GroupCredit::Yields;
        if candidates.iter().any(|it| it.lost.is_none() && !yields(it)) {
            let yielding = candidates.iter_mut().filter(|it| it.lost.is_none() && yields(it));
            yielding.for_each(|it| it.lost = Some(Refusal::CreditingRuleMismatch));
        }
    }

    /// Why a partner can't be paid for this, if not.
    pub fn cant_be_paid(&self, partner: PartnerId) -> Option<Refusal> {
        let report = &self.order.report;
        if self.brand.is_channel(partner) {
            return Some(Refusal::CreditedToChannel);
        }
        let rules = self.brand.terms_of_active(report.program, partner, self.order.at);
        rules.and_then(|rules| payout(rules, report.event_type)).err()
    }
}
