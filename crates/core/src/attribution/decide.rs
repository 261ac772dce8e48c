//! The decision: strongest evidence first, then the last click inside its window, and a reason for every loser.

use crate::contract::Payout;
use crate::fact::{Conversion, Record};
use crate::id::PartnerId;
use crate::refusal::Refusal;
use crate::row::{Candidate, ClickRow, Credit, DecisionRow, Evidence, OrderKey, WHOLE_PPM};
use crate::slice::Slice;

use super::candidates::{Buyer, Found, candidates};
use super::credit::judge;
use super::evidence::{by_promo_code, forced};
use super::touchpoint::Price;

/// The most candidates a decision keeps: enough for any journey, and a bound on what one order can store.
pub const CANDIDATES_MAX: usize = 50;

/// Who earns a share of it, and under which terms.
#[derive(Debug, Clone)]
pub struct Winner {
    pub partner: PartnerId,
    pub evidence: Evidence,
    /// The last of its clicks; none for stronger evidence.
    pub click: Option<ClickRow>,
    /// In millionths. The shares of an order's winners add up to one.
    pub share_ppm: u32,
    /// None: this share is paid to nobody.
    pub terms: Option<WinnersTerms>,
}

/// What prices a share, and until when it may change.
#[derive(Debug, Clone, Copy)]
pub struct WinnersTerms {
    pub payout: Payout,
    pub version: u32,
    pub of_template: bool,
    pub lock_days: u32,
}

pub struct Verdict {
    /// By their last touchpoints, the newest last; as many as the decision has credits.
    pub winners: Result<Vec<Winner>, Refusal>,
    pub decision: DecisionRow,
}

/// Decides one conversion on what is known now.
pub fn decide(slice: &Slice, record: &Record, report: &Conversion, buyer: &Buyer) -> Verdict {
    let mut candidates = candidates(slice, record, report, buyer);
    let stronger = forced(slice, record, report).or_else(|| by_promo_code(slice, record, report));
    let winners = match stronger {
        Some(outcome) => {
            judge(slice, record, report, &mut candidates, true);
            outcome.map(|winner| vec![winner])
        }
        None => {
            judge(slice, record, report, &mut candidates, false).unwrap_or_else(|| Err(nobody(report, &candidates)))
        }
    };
    let program_currency = slice.config.programs.get(&report.program).map(|program| program.currency);
    let winners = winners.and_then(|winners| match program_currency {
        Some(currency) if currency == report.currency => Ok(winners),
        _ => Err(Refusal::CurrencyRateMissing),
    });
    if let Err(refusal) = winners {
        // Those that would have had a share are told what stood in their way.
        for it in &mut candidates {
            it.candidate.lost.get_or_insert(refusal);
            it.candidate.share_ppm = 0;
        }
    }
    let mut decision = decision_row(slice, record, report, &winners, candidates);
    decision.left_out = buyer.left_out.clone();
    Verdict { winners, decision }
}

/// Why nobody earned it: the reason of the newest candidate, or that there was none.
fn nobody(report: &Conversion, found: &[Found]) -> Refusal {
    match found.first().and_then(|it| it.candidate.lost) {
        Some(refusal) => refusal,
        None if report.click_forged => Refusal::ClickForged,
        None => Refusal::Unclaimed,
    }
}

/// One who earns all of it.
pub(super) fn winner(partner: PartnerId, evidence: Evidence, click: Option<ClickRow>, price: Price<'_>) -> Winner {
    let terms = WinnersTerms {
        payout: price.payout,
        version: price.terms.version,
        of_template: price.terms.of_template,
        lock_days: price.terms.rules.lock_days,
    };
    Winner { partner, evidence, click, share_ppm: WHOLE_PPM, terms: Some(terms) }
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
    winners: &Result<Vec<Winner>, Refusal>,
    found: Vec<Found>,
) -> DecisionRow {
    let credits: Vec<Credit> = winners.iter().flatten().map(Winner::credit).collect();
    let terms = credits.last().map(|last| slice.config.terms_at(report.program, last.partner, record.occurred_at));
    let found_in_all = found.len();
    // Those with a share, also in a currency that is not the program's, are kept however far back they stand.
    let settles = |lost: Option<Refusal>| matches!(lost, None | Some(Refusal::CurrencyRateMissing));
    let candidates = found.into_iter().map(|it| it.candidate).enumerate();
    let kept = candidates.filter(|(i, it)| *i < CANDIDATES_MAX || settles(it.lost));
    let candidates: Vec<Candidate> = kept.map(|(_, it)| it).collect();
    let left_out = found_in_all - candidates.len();
    DecisionRow {
        record: record.no,
        order: OrderKey { event_type: report.event_type, order_id: report.order_id.clone() },
        program: report.program,
        occurred_at: record.occurred_at,
        credits,
        refusal: winners.as_ref().err().copied(),
        rules_version: slice.state.rules_version,
        referral_window_days: terms.and_then(Result::ok).map(|terms| terms.rules.referral_window_days),
        candidates,
        candidates_left_out: u32::try_from(left_out).unwrap_or(u32::MAX),
        left_out: Vec::new(),
    }
}
