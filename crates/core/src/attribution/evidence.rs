//! Evidence that is stronger than any touchpoint: a partner the brand names, a parent action, a promo code, an assigned
//! value.

use crate::config::{Config, TermsInForce};
use crate::fact::{Conversion, Fact, Record};
use crate::id::PartnerId;
use crate::money::WHOLE_PPM;
use crate::program::{CodePolicy, PromoCode, Standing, ValueKind};
use crate::refusal::Refusal;
use crate::row::{Evidence, TouchKind};
use crate::slice::Slice;

use super::candidates::Found;
use super::credit::{Share, Winner, WinnersTerms};
use super::decide::{Nobody, Ruling};
use super::parent::by_parent;
use super::touchpoint::{Eligible, creditable};

/// What a decision knows before it asks what is stronger than a touchpoint.
pub(super) struct Order<'a, 'f> {
    pub slice: &'a Slice,
    pub config: &'a Config,
    pub record: &'a Record,
    pub report: &'a Conversion,
    pub found: &'f [Found],
    /// Newest first.
    pub eligible: &'f [Eligible<'a>],
    /// What they have if nothing stronger settles the order, the newest last.
    pub shares: &'f [Share<'a>],
}

/// Whom the order goes to before any touchpoint is asked; None: they decide.
pub(super) fn stronger(order: &Order<'_, '_>) -> Option<Result<Ruling, Nobody>> {
    let named = forced(order).or_else(|| by_parent(order)).or_else(|| by_promo_code(order));
    named.or_else(|| by_assigned_value(order).map(Ok))
}

/// The brand says who earns it, in a report or by its answer to an inquiry.
fn forced(order: &Order<'_, '_>) -> Option<Result<Ruling, Nobody>> {
    let partner = order.report.forced_partner?;
    let others = Refusal::OtherRefPrioritized;
    let terms = creditable(order.config, order.record, order.report, partner);
    let evidence = match order.record.fact {
        Fact::InquiryAnswered(_) => Evidence::Inquiry,
        _ => Evidence::ForcedPartner,
    };
    let ruling = terms.map(|terms| whole(order, partner, evidence, None, terms, others));
    Some(ruling.map_err(|refusal| Nobody { refusal, others }))
}

/// A code belongs to one partner, who earns what is bought with it. One that does not count, or whose partner can't be
/// paid, is none.
fn by_promo_code(order: &Order<'_, '_>) -> Option<Result<Ruling, Nobody>> {
    let (report, config) = (order.report, order.config);
    let codes = config.codes_for(report.program, &report.promo_code).into_iter();
    let mut counting = codes.filter(|code| code.is_in_force(order.record.occurred_at));
    let (code, terms) =
        counting.find_map(|code| Some((code, creditable(config, order.record, report, code.partner).ok()?)))?;
    if let Some(place) = given_by(order, code) {
        let others = Refusal::BlockedByPromoCode;
        return Some(Ok(whole(order, code.partner, Evidence::PromoCode, place, terms, others)));
    }
    let refusal = Refusal::RestrictedPromoCode;
    code.restricted.then_some(Err(Nobody { refusal, others: refusal }))
}

/// Whether a code gives the order to its partner, and for which touchpoint if it asks for one.
fn given_by(order: &Order<'_, '_>, code: &PromoCode) -> Option<Option<usize>> {
    let of_partner = |place: usize| order.found[place].click.partner == code.partner;
    let last = |kind| order.eligible.iter().find(|it| it.kind == kind && of_partner(it.place)).map(|it| it.place);
    match code.policy {
        CodePolicy::Always => Some(None),
        CodePolicy::Involved => last(TouchKind::Click).or_else(|| last(TouchKind::Impression)).map(Some),
        CodePolicy::Winner => match by_assigned_value(order) {
            Some(ruling) => ruling.winners.iter().any(|winner| winner.partner == code.partner).then_some(None),
            None => order.shares.iter().map(|share| share.of.place).rfind(|place| of_partner(*place)).map(Some),
        },
    }
}

/// The address by which the buyer came, or the number that was called, belongs to one partner.
fn by_assigned_value(order: &Order<'_, '_>) -> Option<Ruling> {
    let report = order.report;
    report.assigned.iter().find_map(|(kind, value)| {
        let key = (report.program, *kind, value.clone());
        let evidence = match kind {
            ValueKind::Url => Evidence::AssignedUrl,
            ValueKind::Phone => Evidence::AssignedPhone,
        };
        let assigned = order.config.assigned_values.get(&key).filter(|it| it.standing == Standing::Active)?;
        let terms = creditable(order.config, order.record, report, assigned.partner).ok()?;
        Some(whole(order, assigned.partner, evidence, None, terms, Refusal::OtherRefPrioritized))
    })
}

/// All of it goes to one.
fn whole(
    order: &Order<'_, '_>,
    partner: PartnerId,
    evidence: Evidence,
    place: Option<usize>,
    terms: Option<TermsInForce<'_>>,
    others: Refusal,
) -> Ruling {
    let click = place.map(|place| order.found[place].click.clone());
    let winner = Winner { partner, evidence, click, share_ppm: WHOLE_PPM, terms: terms.map(WinnersTerms::from) };
    Ruling { winners: vec![winner], shares: place.map(|place| (place, WHOLE_PPM)).into_iter().collect(), others }
}
