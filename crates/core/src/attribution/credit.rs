//! Which of the candidates are credited, and with what share.

use crate::fact::{Conversion, Record};
use crate::program::CreditPolicy;
use crate::refusal::Refusal;
use crate::row::WHOLE_PPM;
use crate::slice::Slice;
use crate::time::{DAY_MS, Timestamp};

use super::candidates::Found;
use super::decide::{Winner, winner};
use super::touchpoint::{Price, eligible};

/// The most touchpoints that share an order: the newest that may.
const SHARED_BY_MAX: usize = 50;

/// What the first and the last have by position.
const ENDS_PPM: u32 = 400_000;

/// Weights of touchpoints of 0 to 6 days: 2^(-days/7), in parts of 2^40. What is seven days older weighs half as much.
const WEIGHTS: [u64; 7] = [
    1_099_511_627_776,
    995_853_700_410,
    901_968_262_606,
    816_933_999_857,
    739_916_455_812,
    670_159_843_607,
    606_979_629_194,
];

/// Gives every candidate its share or the reason why it has none. None: there was no candidate that could have one.
pub(super) fn judge(
    slice: &Slice,
    record: &Record,
    report: &Conversion,
    found: &mut [Found],
    settled: bool,
) -> Option<Result<Vec<Winner>, Refusal>> {
    let mut able = Vec::new();
    for it in found {
        match eligible(&slice.config, record, report, &it.click) {
            Err(refusal) => it.candidate.lost = Some(refusal),
            Ok(price) => {
                it.candidate.lost = Some(Refusal::OtherRefPrioritized);
                able.push((it, price));
            }
        }
    }
    if settled || able.is_empty() {
        return None;
    }
    able.truncate(SHARED_BY_MAX);
    able.reverse();
    let event_type = slice.config.event_types.get(&(report.program, report.event_type));
    let at: Vec<Timestamp> = able.iter().map(|(it, _)| it.click.occurred_at).collect();
    let shares = shares(event_type.map(|it| it.credit).unwrap_or_default(), record.occurred_at, &at);
    Some(Ok(winners(able, &shares)))
}

/// Each partner with a share, by the last of its touchpoints, the newest last.
fn winners(able: Vec<(&mut Found, Price<'_>)>, shares: &[u32]) -> Vec<Winner> {
    let mut winners: Vec<Winner> = Vec::new();
    for ((it, price), share) in able.into_iter().zip(shares).filter(|(_, share)| **share > 0) {
        it.candidate.share_ppm = *share;
        it.candidate.lost = None;
        let before = winners.iter().position(|winner| winner.partner == it.click.partner);
        let before_ppm = before.map_or(0, |i| winners.remove(i).share_ppm);
        let winner = winner(it.click.partner, it.evidence, Some(it.click.clone()), price);
        winners.push(Winner { share_ppm: before_ppm + share, ..winner });
    }
    winners
}

/// The shares of touchpoints, oldest first, in millionths. They add up to one; what rounding leaves is the last one's.
pub(crate) fn shares(policy: CreditPolicy, event: Timestamp, touchpoints: &[Timestamp]) -> Vec<u32> {
    let n = touchpoints.len();
    let equal = |whole: u32, by: usize| whole / u32::try_from(by).unwrap_or(u32::MAX);
    let mut shares: Vec<u32> = match policy {
        CreditPolicy::Last => vec![0; n],
        CreditPolicy::First => (0..n).map(|i| if i == 0 { WHOLE_PPM } else { 0 }).collect(),
        CreditPolicy::Linear => vec![equal(WHOLE_PPM, n); n],
        CreditPolicy::Position if n <= 2 => vec![equal(WHOLE_PPM, n); n],
        CreditPolicy::Position => {
            let between = equal(WHOLE_PPM - 2 * ENDS_PPM, n - 2);
            (0..n).map(|i| if i == 0 { ENDS_PPM } else { between }).collect()
        }
        CreditPolicy::TimeDecay => by_age(event, touchpoints),
    };
    if let Some((last, others)) = shares.split_last_mut() {
        *last = WHOLE_PPM - others.iter().sum::<u32>();
    }
    shares
}

/// By weight, cut off after the millionths.
fn by_age(event: Timestamp, touchpoints: &[Timestamp]) -> Vec<u32> {
    let days = |at: &Timestamp| event.since_ms(*at).max(0).unsigned_abs() / DAY_MS.unsigned_abs();
    // Counted from the newest one's week, so that however old all are, something weighs something.
    let weeks = touchpoints.last().map_or(0, |newest| days(newest) / 7);
    let weight = |at: &Timestamp| {
        let (whole, rest) = (days(at) / 7 - weeks, days(at) % 7);
        let halvings = u32::try_from(whole).unwrap_or(u32::MAX);
        u128::from(WEIGHTS[rest as usize].checked_shr(halvings).unwrap_or(0))
    };
    let weights: Vec<u128> = touchpoints.iter().map(weight).collect();
    let sum = weights.iter().sum::<u128>().max(1);
    let share = |weight: u128| u32::try_from(weight * u128::from(WHOLE_PPM) / sum).unwrap_or(WHOLE_PPM);
    weights.into_iter().map(share).collect()
}
