//! The decision: strongest evidence first, then the last click inside its window, and a reason for every loser.

use std::collections::BTreeSet;

use crate::fact::{Conversion, Record};
use crate::id::{ClickNo, NodeId, PartnerId};
use crate::identity::Identifier;
use crate::identity::graph::{self, Paths};
use crate::money::Money;
use crate::program::Standing;
use crate::refusal::Refusal;
use crate::row::{Candidate, ClickRow, DecisionRow, Evidence, OrderKey, Step};
use crate::slice::Slice;

use super::touchpoint::{Price, eligible, price_for};

/// The most candidates a decision keeps: enough for any journey, and a bound on what one order can store.
pub const CANDIDATES_MAX: usize = 50;

/// What a report knows of the buyer.
pub struct Buyer {
    /// Nodes of the reported identifiers, with what was reported.
    pub reported: Vec<(NodeId, Identifier)>,
    /// The click whose id was reported.
    pub click: Option<(ClickNo, NodeId)>,
    /// Where an earlier report of the same order hung.
    pub before: Option<NodeId>,
}

impl Buyer {
    pub fn nodes(&self) -> Vec<NodeId> {
        let reported = self.reported.iter().map(|(node, _)| *node);
        self.click.map(|(_, node)| node).into_iter().chain(reported).chain(self.before).collect()
    }
}

/// Who earns it, and what.
#[derive(Debug, Clone)]
pub struct Winner {
    pub partner: PartnerId,
    pub evidence: Evidence,
    /// The click that won; none for stronger evidence.
    pub click: Option<ClickRow>,
    pub payout: Money,
    pub terms_version: u32,
    pub terms_of_template: bool,
    pub lock_days: u32,
}

pub struct Verdict {
    pub winner: Result<Winner, Refusal>,
    pub decision: DecisionRow,
}

/// Decides one conversion on what is known now.
pub fn decide(slice: &Slice, record: &Record, report: &Conversion, buyer: &Buyer) -> Verdict {
    let mut candidates = candidates(slice, record, report, buyer);
    let stronger = forced(slice, record, report).or_else(|| by_promo_code(slice, record, report));
    let winner = match stronger {
        Some(outcome) => {
            judge(slice, record, report, &mut candidates, true);
            outcome
        }
        None => {
            judge(slice, record, report, &mut candidates, false).unwrap_or_else(|| Err(nobody(report, &candidates)))
        }
    };
    let program_currency = slice.config.programs.get(&report.program).map(|program| program.currency);
    let winner = winner.and_then(|winner| match program_currency {
        Some(currency) if currency == report.currency => Ok(winner),
        _ => Err(Refusal::CurrencyRateMissing),
    });
    if let Err(refusal) = winner {
        // The one that would have won is told what stood in its way.
        candidates.iter_mut().for_each(|it| _ = it.candidate.lost.get_or_insert(refusal));
    }
    let decision = decision_row(slice, record, report, &winner, candidates);
    Verdict { winner, decision }
}

/// The brand says who earns it.
fn forced(slice: &Slice, record: &Record, report: &Conversion) -> Option<Result<Winner, Refusal>> {
    let partner = report.forced_partner?;
    let price = price_for(&slice.config, record, report, partner);
    Some(price.map(|price| winner(report, partner, Evidence::ForcedPartner, None, price)))
}

/// A code belongs to one partner, who earns what is bought with it. A code that pays nothing leaves it to the clicks.
fn by_promo_code(slice: &Slice, record: &Record, report: &Conversion) -> Option<Result<Winner, Refusal>> {
    let code = slice.config.promo_codes.get(&(report.program, report.promo_code.clone()))?;
    if code.standing == Standing::Paused {
        return None;
    }
    let price = price_for(&slice.config, record, report, code.partner).ok()?;
    Some(Ok(winner(report, code.partner, Evidence::PromoCode, None, price)))
}

struct Found {
    click: ClickRow,
    candidate: Candidate,
    evidence: Evidence,
}

/// Every click of the buyer's profile that is not older than all windows, and the one whose id was reported, however old
/// it is; newest first, with the way to each.
fn candidates(slice: &Slice, record: &Record, report: &Conversion, buyer: &Buyer) -> Vec<Found> {
    let starts = buyer.nodes();
    let paths = Paths::from(slice, &starts);
    let mut roots: Vec<NodeId> = starts.iter().map(|node| slice.root_of(*node)).collect();
    roots.sort_unstable();
    roots.dedup();
    let nodes = roots.iter().flat_map(|root| graph::members(slice, *root));
    let numbers = nodes.flat_map(|node| slice.touchpoints_of(node));
    let by_id = buyer.click.map(|(no, _)| no);
    // Whether the touchpoints hold the reported one depends on how far back the batch looks.
    let numbers: BTreeSet<ClickNo> = numbers.chain(by_id).collect();
    let since = slice.config.looks_back_to(report.program, record.occurred_at);
    let clicks = numbers.iter().filter_map(|no| slice.clicks.get(no));
    let clicks = clicks.filter(|click| click.program == report.program);
    let clicks = clicks.filter(|click| click.occurred_at >= since || by_id == Some(click.no));
    let mut found: Vec<Found> = clicks.map(|click| found(click, buyer, &paths)).collect();
    // Of two clicks in one millisecond the log's order decides.
    found.sort_by_key(|it| std::cmp::Reverse((it.click.occurred_at, it.click.record)));
    found
}

fn found(click: &ClickRow, buyer: &Buyer, paths: &Paths) -> Found {
    let by_id = buyer.click.is_some_and(|(no, _)| no == click.no);
    let (path, evidence) = if by_id {
        (vec![Step::ReportedClickId], Evidence::ClickId)
    } else {
        (path_to(click.node, buyer, paths), Evidence::Identifier)
    };
    let candidate = Candidate {
        click: click.no,
        partner: click.partner,
        ad: click.ad,
        occurred_at: click.occurred_at,
        path,
        lost: None,
    };
    Found { click: click.clone(), candidate, evidence }
}

fn path_to(node: NodeId, buyer: &Buyer, paths: &Paths) -> Vec<Step> {
    let Some((start, joins)) = paths.to(node) else { return Vec::new() };
    let reported = buyer.reported.iter().find(|(at, _)| *at == start);
    let reported = reported.map(|(_, identifier)| Step::Reported { identifier: *identifier });
    let by_click = buyer.click.filter(|(_, at)| *at == start).map(|_| Step::ReportedClickId);
    // A start that only an earlier report of the order named is no step of this one.
    let mut steps: Vec<Step> = reported.or(by_click).into_iter().collect();
    steps.extend(joins);
    steps.push(Step::SeenAt { node });
    steps
}

/// Gives every candidate its reason; the last click that has none wins. None: there was no candidate that could.
fn judge(
    slice: &Slice,
    record: &Record,
    report: &Conversion,
    found: &mut [Found],
    settled: bool,
) -> Option<Result<Winner, Refusal>> {
    let mut won = None;
    for it in found {
        match eligible(&slice.config, record, report, &it.click) {
            Err(refusal) => it.candidate.lost = Some(refusal),
            Ok(_) if settled || won.is_some() => it.candidate.lost = Some(Refusal::OtherRefPrioritized),
            Ok(price) => won = Some(winner(report, it.click.partner, it.evidence, Some(it.click.clone()), price)),
        }
    }
    won.map(Ok)
}

/// Why nobody earned it: the reason of the newest candidate, or that there was none.
fn nobody(report: &Conversion, found: &[Found]) -> Refusal {
    match found.first().and_then(|it| it.candidate.lost) {
        Some(refusal) => refusal,
        None if report.click_forged => Refusal::ClickForged,
        None => Refusal::Unclaimed,
    }
}

fn winner(
    report: &Conversion,
    partner: PartnerId,
    evidence: Evidence,
    click: Option<ClickRow>,
    price: Price<'_>,
) -> Winner {
    Winner {
        partner,
        evidence,
        click,
        payout: price.payout.price(report.amount, report.currency),
        terms_version: price.terms.version,
        terms_of_template: price.terms.of_template,
        lock_days: price.terms.rules.lock_days,
    }
}

fn decision_row(
    slice: &Slice,
    record: &Record,
    report: &Conversion,
    winner: &Result<Winner, Refusal>,
    found: Vec<Found>,
) -> DecisionRow {
    let terms =
        winner.as_ref().ok().map(|winner| slice.config.terms_at(report.program, winner.partner, record.occurred_at));
    let found_in_all = found.len();
    // The one that won, or would have in the program's currency, is kept however far back it stands.
    let settles = |lost: Option<Refusal>| matches!(lost, None | Some(Refusal::CurrencyRateMissing));
    let won_at = found.iter().position(|it| settles(it.candidate.lost));
    let kept = |i: &usize| *i < CANDIDATES_MAX || Some(*i) == won_at;
    let candidates: Vec<Candidate> =
        found.into_iter().enumerate().filter(|(i, _)| kept(i)).map(|(_, it)| it.candidate).collect();
    let left_out = found_in_all - candidates.len();
    DecisionRow {
        record: record.no,
        order: OrderKey { event_type: report.event_type, order_id: report.order_id.clone() },
        program: report.program,
        occurred_at: record.occurred_at,
        evidence: winner.as_ref().ok().map(|winner| winner.evidence),
        partner: winner.as_ref().ok().map(|winner| winner.partner),
        action: None,
        refusal: winner.as_ref().err().copied(),
        rules_version: slice.state.rules_version,
        referral_window_days: terms.and_then(Result::ok).map(|terms| terms.rules.referral_window_days),
        candidates,
        candidates_left_out: u32::try_from(left_out).unwrap_or(u32::MAX),
    }
}
