//! Who earns an order: the order of evidence, and who among the touchpoints may.

use std::cmp::Reverse;

use referee_core::contract::Payout;
use referee_core::id::PartnerId;
use referee_core::refusal::Refusal;
use referee_core::row::Evidence;

use super::brand::{Brand, payout};
use super::order::Order;
use super::people::{People, TOLERANCE_MS};
use super::sighting::Node;
use super::touchpoint::Touchpoint;
use super::verdict::{Judged, Part, Verdict};

/// A decision keeps so many candidates, and the winner wherever it stands.
const CANDIDATES_KEPT: usize = 50;

/// All of an order, in millionths.
pub const WHOLE: u32 = 1_000_000;

/// All that a decision is made of.
pub struct Case<'a> {
    pub brand: &'a Brand,
    pub order: &'a Order,
    /// As of the order.
    pub people: &'a People,
    /// The strongest that the reports named; None: nobody.
    pub buyer: Option<Node>,
    /// Of all clicks known by now.
    pub touchpoints: Vec<Touchpoint>,
}

/// A touchpoint under judgement.
struct Candidate<'a> {
    click: &'a Touchpoint,
    share: u32,
    lost: Option<Refusal>,
}

impl Case<'_> {
    pub fn decide(&self) -> Verdict {
        let (brand, report) = (self.brand, &self.order.report);
        let candidate = |click| Candidate { click, share: 0, lost: self.ineligible(click) };
        let mut candidates: Vec<Candidate> = self.candidates().into_iter().map(candidate).collect();
        let mut verdict = Verdict::default();
        let foreign = brand.currency(report.program) != Some(report.currency);
        let foreign = foreign.then_some(Refusal::CurrencyRateMissing);
        if let Some((partner, evidence)) = self.stronger_than_clicks() {
            verdict.refusal = self.cant_be_paid(partner).or(foreign);
            if verdict.refusal.is_none() {
                verdict.parts.push(Part { partner, evidence, click: None, share: WHOLE });
            }
            for candidate in &mut candidates {
                let blocked = evidence == Evidence::PromoCode && candidate.click.partner != partner;
                let reason = if blocked { Refusal::BlockedByPromoCode } else { Refusal::OtherRefPrioritized };
                _ = candidate.lost.get_or_insert(reason);
            }
        } else {
            self.decide_by_clicks(&mut candidates, foreign, &mut verdict);
        }
        let kept = candidates.iter().enumerate().filter(|(n, it)| *n < CANDIDATES_KEPT || it.share > 0);
        let judged = |it: &Candidate| Judged { click: it.click.no, share: it.share, lost: it.lost };
        verdict.candidates = kept.map(|(_, it)| judged(it)).collect();
        verdict
    }

    /// The partner that the brand names, or the one of a code that can be paid.
    fn stronger_than_clicks(&self) -> Option<(PartnerId, Evidence)> {
        let report = &self.order.report;
        if let Some(partner) = report.forced_partner {
            return Some((partner, Evidence::ForcedPartner));
        }
        let code = self.brand.code(report.program, &report.promo_code)?;
        self.cant_be_paid(code.partner).is_none().then_some((code.partner, Evidence::PromoCode))
    }

    /// `foreign` is why nobody can be paid, in a currency other than the program's.
    fn decide_by_clicks(&self, candidates: &mut [Candidate], foreign: Option<Refusal>, verdict: &mut Verdict) {
        let mut eligible = candidates.iter_mut().filter(|it| it.lost.is_none());
        if let Some(last) = eligible.next() {
            last.lost = foreign;
            verdict.refusal = foreign;
            if foreign.is_none() {
                last.share = WHOLE;
                verdict.parts.push(self.part(last.click, last.share));
            }
            eligible.for_each(|it| it.lost = Some(Refusal::OtherRefPrioritized));
            return;
        }
        let nobody = if self.order.report.click_forged { Refusal::ClickForged } else { Refusal::Unclaimed };
        verdict.refusal = Some(candidates.first().and_then(|newest| newest.lost).unwrap_or(nobody));
    }

    fn part(&self, click: &Touchpoint, share: u32) -> Part {
        let reported = self.order.clicks.contains(&click.no);
        let evidence = if reported { Evidence::ClickId } else { Evidence::Identifier };
        Part { partner: click.partner, evidence, click: Some(click.no), share }
    }

    /// Clicks of the buyer's profile, and those whose id came with a report. Newest first.
    fn candidates(&self) -> Vec<&Touchpoint> {
        let (report, at) = (&self.order.report, self.order.at);
        let oldest = self.brand.looks_back_to(report.program, at);
        let mut candidates: Vec<&Touchpoint> = self.touchpoints.iter().collect();
        candidates.retain(|click| {
            let reported = self.order.clicks.contains(&click.no);
            let of_buyer = || self.buyer.is_some_and(|it| self.people.are_one((it, at), (click.node, click.at)));
            click.program == report.program && (reported || (click.at >= oldest && of_buyer()))
        });
        candidates.sort_by_key(|click| Reverse((click.at, click.record)));
        candidates
    }

    fn ineligible(&self, click: &Touchpoint) -> Option<Refusal> {
        let (report, at) = (&self.order.report, self.order.at);
        if click.refusal.is_some() {
            return click.refusal;
        }
        if click.at > at.plus_ms(TOLERANCE_MS) {
            return Some(Refusal::AfterEvent);
        }
        let rules = match self.brand.terms_of_active(report.program, click.partner, at) {
            Ok(rules) => rules,
            Err(refusal) => return Some(refusal),
        };
        if let Err(refusal) = payout(rules, report.event_type) {
            return Some(refusal);
        }
        let opens = at.minus_days(rules.referral_window_days).plus_ms(-TOLERANCE_MS);
        (click.at < opens).then_some(Refusal::OutsideAssociationWindow)
    }

    /// Why a partner can't be paid for this, if not.
    fn cant_be_paid(&self, partner: PartnerId) -> Option<Refusal> {
        let report = &self.order.report;
        let rules = self.brand.terms_of_active(report.program, partner, self.order.at);
        rules.and_then(|rules| payout(rules, report.event_type)).err()
    }
}

/// The terms that price a partner's part of an order, for good.
pub fn pricing(brand: &Brand, order: &Order, partner: PartnerId) -> Option<Payout> {
    let rules = brand.terms_of_active(order.report.program, partner, order.at).ok()?;
    payout(rules, order.report.event_type).ok()
}
