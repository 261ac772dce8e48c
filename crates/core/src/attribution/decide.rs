//! The decision: strongest evidence first, then the touchpoints inside their windows, and a reason for every loser.

use crate::fact::{ClickPath, Conversion, Record};
use crate::id::NodeId;
use crate::refusal::Refusal;
use crate::row::{Buyer, Candidate, Credit, DecisionRow, Evidence, OrderKey, TouchKind};
use crate::slice::{EarlierOrder, Slice};

use super::candidates::{Candidates, Found, candidates};
use super::credit::{Winner, shared, winners};
use super::evidence::{Order, stronger};
use super::touchpoint::assess;

/// The most candidates a decision keeps: enough for any journey, and a bound on what one order can store.
pub const CANDIDATES_MAX: usize = 50;

pub struct Verdict {
    /// By their last touchpoints, the newest last; as many as the decision has credits.
    pub winners: Result<Vec<Winner>, Refusal>,
    pub decision: DecisionRow,
    /// The node that stood for the buyer, if any.
    pub buyer: Option<NodeId>,
    /// What the buyer ordered beside, where the program's terms ask for it.
    pub orders: Vec<(OrderKey, EarlierOrder)>,
}

/// To whom an order goes.
pub(super) struct Ruling {
    pub winners: Vec<Winner>,
    /// The places of the candidates that are credited, with their millionths.
    pub shares: Vec<(usize, u32)>,
    /// Why other partners' candidates lose that could have won.
    pub others: Refusal,
}

/// The order goes to nobody.
pub(super) struct Nobody {
    pub refusal: Refusal,
    /// Why candidates lose that could have won.
    pub others: Refusal,
}

/// Decides one conversion on what is known now.
pub fn decide(slice: &Slice, record: &Record, report: &Conversion, buyer: &Buyer) -> Verdict {
    let Candidates { mut found, buyer: node, orders } = candidates(slice, record, report, buyer);
    let config = &slice.config;
    let eligible = assess(config, record, report, &mut found);
    let shares = shared(config, record, report, &found, &eligible);
    let order = Order { slice, config, record, report, found: &found, eligible: &eligible, shares: &shares };
    let ruling = stronger(&order).unwrap_or_else(|| by_touchpoint(&order));
    let refusal = match &ruling {
        Err(nobody) => Some(nobody.refusal),
        Ok(ruling) if !ruling.is_paid() => Some(Refusal::CreditedToChannel),
        Ok(_) => None,
    };
    tell(&mut found, &ruling, refusal);
    let winners = ruling.map(|ruling| ruling.winners).unwrap_or_default();
    let mut decision = decision_row(slice, record, report, &winners, refusal, found);
    decision.left_out = buyer.left_out.clone();
    Verdict { winners: refusal.map_or(Ok(winners), Err), decision, buyer: node, orders }
}

impl Ruling {
    /// Whether anybody is: a channel never.
    fn is_paid(&self) -> bool {
        self.winners.iter().any(|winner| winner.terms.is_some())
    }
}

fn by_touchpoint(order: &Order<'_, '_>) -> Result<Ruling, Nobody> {
    if order.shares.is_empty() {
        let refusal = nobody(order.report, order.found);
        return Err(Nobody { refusal, others: refusal });
    }
    let shares = order.shares.iter().map(|share| (share.of.place, share.ppm)).collect();
    Ok(Ruling { winners: winners(order.found, order.shares), shares, others: Refusal::OtherRefPrioritized })
}

/// Why nobody earned it: the reason of the newest click of the buyer's, or of the newest impression if there was no click, or
/// that there was neither.
fn nobody(report: &Conversion, found: &[Found]) -> Refusal {
    let of_others = |it: &&Found| matches!(it.candidate.lost, Some(Refusal::OtherPerson | Refusal::SharedByMany));
    let own = || found.iter().filter(|it| !of_others(it));
    let newest = own().find(|it| it.click.kind == TouchKind::Click).or(own().next());
    match newest.and_then(|it| it.candidate.lost) {
        Some(refusal) => refusal,
        None if report.click_forged => Refusal::ClickForged,
        None => Refusal::Unclaimed,
    }
}

/// Gives every candidate its share, or the reason why it has none.
fn tell(found: &mut [Found], ruling: &Result<Ruling, Nobody>, refusal: Option<Refusal>) {
    let (winners, shares, others): (&[Winner], &[(usize, u32)], _) = match ruling {
        Ok(ruling) => (&ruling.winners, &ruling.shares, ruling.others),
        Err(nobody) => (&[], &[], nobody.others),
    };
    let others = refusal.filter(|it| *it == Refusal::CreditedToChannel).unwrap_or(others);
    for (i, it) in found.iter_mut().enumerate() {
        let share = shares.iter().find(|(place, _)| *place == i).map(|(_, ppm)| *ppm);
        match share {
            Some(ppm) => it.candidate.share_ppm = ppm,
            None => {
                let own = winners.iter().any(|winner| winner.partner == it.click.partner);
                it.candidate.lost.get_or_insert(if own { Refusal::OtherRefPrioritized } else { others });
            }
        }
    }
}

impl Winner {
    fn credit(&self) -> Credit {
        Credit {
            partner: self.partner,
            evidence: self.evidence,
            click: self.click.as_ref().map(|click| click.no),
            share_ppm: self.share_ppm,
            action: None,
        }
    }
}

fn decision_row(
    slice: &Slice,
    record: &Record,
    report: &Conversion,
    credited: &[Winner],
    refusal: Option<Refusal>,
    found: Vec<Found>,
) -> DecisionRow {
    let credits: Vec<Credit> = credited.iter().map(Winner::credit).collect();
    let click_path = credited.last().and_then(|winner| click_path(report, winner.evidence));
    let terms = credits.last().map(|last| slice.config.terms_at(report.program, last.partner, record.occurred_at));
    let found_in_all = found.len();
    // Those with a share are kept however far back they stand.
    let candidates = found.into_iter().map(|it| it.candidate).enumerate();
    let kept = candidates.filter(|(i, it)| *i < CANDIDATES_MAX || it.lost.is_none());
    let candidates: Vec<Candidate> = kept.map(|(_, it)| it).collect();
    let left_out = found_in_all - candidates.len();
    DecisionRow {
        record: record.no,
        order: OrderKey { event_type: report.event_type, order_id: report.order_id.clone() },
        program: report.program,
        occurred_at: record.occurred_at,
        credits,
        refusal,
        rules_version: slice.state.rules_version,
        referral_window_days: terms.and_then(Result::ok).map(|terms| terms.rules.referral_window_days),
        candidates,
        candidates_left_out: u32::try_from(left_out).unwrap_or(u32::MAX),
        left_out: Vec::new(),
        click_path,
    }
}

/// By what an order of a shop was joined to whoever earned it.
fn click_path(report: &Conversion, evidence: Evidence) -> Option<ClickPath> {
    match (report.click_path?, evidence) {
        (path, Evidence::ClickId) => Some(path),
        (_, Evidence::PromoCode) => Some(ClickPath::DiscountCode),
        (ClickPath::Pixel, Evidence::Identifier | Evidence::Impression) => Some(ClickPath::Pixel),
        (_, Evidence::Identifier | Evidence::Impression) => Some(ClickPath::KnownCustomer),
        _ => None,
    }
}
