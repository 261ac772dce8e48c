//! The decision: strongest evidence first, then the last click inside its window, and a reason for every loser.

use crate::fact::{Conversion, Record};
use crate::id::PartnerId;
use crate::money::Money;
use crate::refusal::Refusal;
use crate::row::{Candidate, ClickRow, DecisionRow, Evidence, OrderKey};
use crate::slice::Slice;

use super::candidates::{Buyer, Found, candidates};
use super::credit::judge;
use super::evidence::{by_promo_code, forced};
use super::touchpoint::Price;

/// The most candidates a decision keeps: enough for any journey, and a bound on what one order can store.
pub const CANDIDATES_MAX: usize = 50;

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

/// Why nobody earned it: the reason of the newest candidate, or that there was none.
fn nobody(report: &Conversion, found: &[Found]) -> Refusal {
    match found.first().and_then(|it| it.candidate.lost) {
        Some(refusal) => refusal,
        None if report.click_forged => Refusal::ClickForged,
        None => Refusal::Unclaimed,
    }
}

pub(super) fn winner(
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
