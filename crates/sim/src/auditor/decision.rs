//! Who earns an order: the order of evidence.

use std::cmp::Reverse;

use referee_core::contract::EventPayout;
use referee_core::id::PartnerId;
use referee_core::program::{CodePolicy, PromoCode};
use referee_core::refusal::Refusal;
use referee_core::row::{Evidence, TouchKind};

use super::brand::{Brand, payout};
use super::order::Order;
use super::people::People;
use super::share::{WHOLE, shares};
use super::sighting::Node;
use super::touchpoint::Touchpoint;
use super::verdict::{Judged, Part, Verdict};

/// A decision keeps so many candidates, and those with a share wherever they stand.
const CANDIDATES_KEPT: usize = 50;

/// All that a decision is made of.
pub struct Case<'a> {
    pub brand: &'a Brand,
    pub order: &'a Order,
    /// As the order is decided.
    pub people: &'a People,
    /// The strongest that the reports named; None: nobody.
    pub buyer: Option<Node>,
    /// All that are known by now.
    pub touchpoints: Vec<Touchpoint>,
    /// Who earned the order that this one follows from. None: it follows from none.
    pub parent: Option<Vec<Part>>,
}

/// A touchpoint under judgement.
pub struct Candidate<'a> {
    pub touch: &'a Touchpoint,
    share: u32,
    pub lost: Option<Refusal>,
}

impl Case<'_> {
    pub fn decide(&self) -> Verdict {
        let report = &self.order.report;
        let candidate = |touch| Candidate { touch, share: 0, lost: self.ineligible(touch) };
        let mut candidates: Vec<Candidate> = self.candidates().into_iter().map(candidate).collect();
        self.let_others_go_first(&mut candidates);
        let mut verdict = if let Some(partner) = report.forced_partner {
            self.all_to(partner, Evidence::ForcedPartner, &mut candidates)
        } else if let Some(parts) = &self.parent {
            self.of_parent(parts, &mut candidates)
        } else {
            self.by_code(&mut candidates)
        };
        let kept = candidates.iter().enumerate().filter(|(n, it)| *n < CANDIDATES_KEPT || it.share > 0);
        let judged = |it: &Candidate| Judged { click: it.touch.no, share: it.share, lost: it.lost };
        verdict.candidates = kept.map(|(_, it)| judged(it)).collect();
        verdict
    }

    /// All to one partner, also where the answer is that this partner can't be paid.
    fn all_to(&self, partner: PartnerId, evidence: Evidence, candidates: &mut [Candidate]) -> Verdict {
        let channel = self.brand.is_channel(partner);
        let reason = match evidence {
            Evidence::PromoCode => Refusal::BlockedByPromoCode,
            _ if channel => Refusal::CreditedToChannel,
            _ => Refusal::OtherRefPrioritized,
        };
        lose(candidates, |of| if of == partner { Refusal::OtherRefPrioritized } else { reason });
        let refusal = self.cant_be_paid(partner);
        let part = Part { partner, evidence, click: None, share: WHOLE };
        let parts = if refusal.is_none() || channel { vec![part] } else { Vec::new() };
        Verdict { refusal, parts, candidates: Vec::new() }
    }

    /// The partners of the parent, with the same shares; whoever can't be paid for this is not.
    fn of_parent(&self, parts: &[Part], candidates: &mut [Candidate]) -> Verdict {
        let payable = parts.iter().filter(|part| self.cant_be_paid(part.partner).is_none());
        let children: Vec<Part> =
            payable.map(|part| Part { evidence: Evidence::ParentAction, click: None, ..*part }).collect();
        let unpaid = parts.last().and_then(|part| self.cant_be_paid(part.partner));
        let refusal = children.is_empty().then_some(unpaid.unwrap_or(Refusal::NoValidActionRef));
        let nobody = parts.is_empty().then_some(Refusal::NoValidActionRef);
        lose(candidates, |_| nobody.unwrap_or(Refusal::OtherRefPrioritized));
        Verdict { refusal, parts: children, candidates: Vec::new() }
    }

    /// The code that counts decides, or else what comes after codes.
    fn by_code(&self, candidates: &mut [Candidate]) -> Verdict {
        let report = &self.order.report;
        let codes = self.brand.codes(report.program, &report.promo_code);
        let may_be_credited = |partner| self.brand.is_channel(partner) || self.cant_be_paid(partner).is_none();
        let counts = |code: &&PromoCode| code.is_in_force(self.order.at) && may_be_credited(code.partner);
        let Some(code) = codes.into_iter().find(counts) else { return self.without_code(candidates) };
        // An impression is only eligible where no click is.
        let of_partner = |kind| {
            let may_earn = |it: &Candidate| it.touch.partner == code.partner && it.lost.is_none();
            candidates.iter().position(|it| may_earn(it) && it.touch.kind == kind)
        };
        let mut last = of_partner(TouchKind::Click).or(of_partner(TouchKind::Impression));
        let mut tried: Vec<Candidate> = candidates.iter().map(|it| Candidate { ..*it }).collect();
        let gives = match code.policy {
            CodePolicy::Always => true,
            CodePolicy::Involved => last.is_some(),
            CodePolicy::Winner => {
                let without = self.without_code(&mut tried);
                let own = without.parts.iter().find(|it| it.partner == code.partner);
                // The one that won is kept, which with other policies than the last click's may be an earlier one.
                let won = own.and_then(|it| it.click);
                last = candidates.iter().position(|it| Some(it.touch.no) == won);
                own.is_some()
            }
        };
        if !gives && code.restricted {
            lose(candidates, |_| Refusal::RestrictedPromoCode);
            return Verdict { refusal: Some(Refusal::RestrictedPromoCode), ..Verdict::default() };
        }
        if !gives {
            return self.without_code(candidates);
        }
        // A code that asks for a touchpoint keeps it with the action.
        let kept = last.filter(|_| code.policy != CodePolicy::Always);
        if let Some(last) = kept {
            candidates[last].share = WHOLE;
        }
        let click = kept.map(|last| candidates[last].touch.no);
        let mut verdict = self.all_to(code.partner, Evidence::PromoCode, candidates);
        verdict.parts.iter_mut().for_each(|part| part.click = click);
        verdict
    }

    /// An assigned address or number, or else the touchpoints.
    fn without_code(&self, candidates: &mut [Candidate]) -> Verdict {
        let report = &self.order.report;
        let may_be_credited = |partner| self.brand.is_channel(partner) || self.cant_be_paid(partner).is_none();
        let assigned = self.brand.assigned(report.program, &report.assigned);
        if let Some((partner, evidence)) = assigned.into_iter().find(|(partner, _)| may_be_credited(*partner)) {
            return self.all_to(partner, evidence, candidates);
        }
        let clicks = candidates.iter().any(|it| it.lost.is_none() && it.touch.kind == TouchKind::Click);
        let kind = if clicks { TouchKind::Click } else { TouchKind::Impression };
        let policy = self.brand.credit_policy(report.event_type);
        let mut sharing: Vec<&mut Candidate> =
            candidates.iter_mut().filter(|it| it.lost.is_none() && it.touch.kind == kind).collect();
        let ages: Vec<i64> = sharing.iter().map(|it| self.order.at.since_ms(it.touch.at)).collect();
        for (candidate, share) in sharing.iter_mut().zip(shares(policy, &ages)) {
            candidate.share = share;
        }
        let parts = self.parts(&sharing);
        if parts.is_empty() {
            let nobody = if report.click_forged { Refusal::ClickForged } else { Refusal::Unclaimed };
            let of_kind = |kind| candidates.iter().find(|it| it.touch.kind == kind);
            let newest = of_kind(TouchKind::Click).or(of_kind(TouchKind::Impression)).and_then(|it| it.lost);
            return Verdict { refusal: Some(newest.unwrap_or(nobody)), ..Verdict::default() };
        }
        let to_channels = parts.iter().all(|it| self.brand.is_channel(it.partner));
        let taken = |of| to_channels && !self.brand.is_channel(of);
        lose(candidates, |of| if taken(of) { Refusal::CreditedToChannel } else { Refusal::OtherRefPrioritized });
        Verdict { refusal: to_channels.then_some(Refusal::CreditedToChannel), parts, candidates: Vec::new() }
    }

    /// What each partner has, by the last of its touchpoints, the newest last.
    fn parts(&self, sharing: &[&mut Candidate]) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        // Newest first: the first of a partner's is its last.
        for it in sharing.iter().filter(|it| it.share > 0) {
            match parts.iter_mut().find(|part| part.partner == it.touch.partner) {
                Some(part) => part.share += it.share,
                None => parts.push(self.part(it.touch, it.share)),
            }
        }
        parts.reverse();
        parts
    }

    fn part(&self, touch: &Touchpoint, share: u32) -> Part {
        let evidence = match touch.kind {
            TouchKind::Impression => Evidence::Impression,
            TouchKind::Click if self.order.click == Some(touch.no) => Evidence::ClickId,
            TouchKind::Click => Evidence::Identifier,
        };
        Part { partner: touch.partner, evidence, click: Some(touch.no), share }
    }

    /// Touchpoints of the buyer's profile, and the click whose id came with the report. Newest first.
    fn candidates(&self) -> Vec<&Touchpoint> {
        let (report, at) = (&self.order.report, self.order.at);
        let oldest = self.brand.looks_back_to(report.program, at);
        let mut candidates: Vec<&Touchpoint> = self.touchpoints.iter().collect();
        candidates.retain(|touch| {
            let reported = self.order.click == Some(touch.no);
            let of_buyer = || self.buyer.is_some_and(|it| self.people.are_one((it, at), (touch.node, touch.at)));
            touch.program == report.program && (reported || (touch.at >= oldest && of_buyer()))
        });
        candidates.sort_by_key(|touch| Reverse((touch.at, touch.record)));
        candidates
    }
}

/// Gives a reason to all that have neither a share nor a reason.
fn lose(candidates: &mut [Candidate], reason: impl Fn(PartnerId) -> Refusal) {
    for candidate in candidates.iter_mut().filter(|it| it.share == 0) {
        _ = candidate.lost.get_or_insert(reason(candidate.touch.partner));
    }
}

/// The terms that price a partner's part of an order, for good. None: it is paid nothing.
pub fn pricing(brand: &Brand, order: &Order, partner: PartnerId) -> Option<EventPayout> {
    if brand.is_channel(partner) {
        return None;
    }
    let rules = brand.terms_of_active(order.report.program, partner, order.at).ok()?;
    let plain = payout(rules, order.report.event_type).ok()?;
    Some(brand.as_of(order.report.program, partner, order.at, plain))
}
