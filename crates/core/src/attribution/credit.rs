//! Which of the eligible touchpoints are credited, and with what share.

use crate::config::{Config, TermsInForce};
use crate::fact::{Conversion, Record};
use crate::id::PartnerId;
use crate::locking::Locking;
use crate::money::WHOLE_PPM;
use crate::program::CreditPolicy;
use crate::row::{ClickRow, Evidence, TouchKind};
use crate::time::{DAY_MS, Timestamp};

use super::candidates::Found;
use super::touchpoint::Eligible;

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

/// A weight is halved so often without losing anything; what is left after that is no millionth.
const HALVINGS_EXACT: u32 = 60;

/// Who earns a share of it, and under which terms.
#[derive(Debug, Clone)]
pub struct Winner {
    pub partner: PartnerId,
    pub evidence: Evidence,
    /// The last of its touchpoints; none for evidence that needs none.
    pub click: Option<ClickRow>,
    /// In millionths. The shares of an order's winners add up to one.
    pub share_ppm: u32,
    /// None: this share is paid to nobody.
    pub terms: Option<WinnersTerms>,
}

/// Which terms price a share, and until when it may change.
#[derive(Debug, Clone, Copy)]
pub struct WinnersTerms {
    pub version: u32,
    pub of_template: bool,
    pub locking: Locking,
}

impl From<TermsInForce<'_>> for WinnersTerms {
    fn from(terms: TermsInForce<'_>) -> WinnersTerms {
        WinnersTerms { version: terms.version, of_template: terms.of_template, locking: terms.rules.locking }
    }
}

/// A touchpoint's part of the order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share<'a> {
    pub of: Eligible<'a>,
    /// In millionths.
    pub ppm: u32,
}

/// The shares of an order that nothing stronger settles, the newest touchpoint last. Clicks come before impressions: where a
/// click is eligible, no impression has a share.
pub(super) fn shared<'a>(
    config: &Config,
    record: &Record,
    report: &Conversion,
    found: &[Found],
    eligible: &[Eligible<'a>],
) -> Vec<Share<'a>> {
    let of_kind = |kind: TouchKind| eligible.iter().filter(move |it| it.kind == kind);
    let kind = of_kind(TouchKind::Click).next().map_or(TouchKind::Impression, |click| click.kind);
    let mut able: Vec<Eligible<'_>> = of_kind(kind).take(SHARED_BY_MAX).copied().collect();
    able.reverse();
    let event_type = config.event_types.get(&(report.program, report.event_type));
    let at: Vec<Timestamp> = able.iter().map(|it| found[it.place].click.occurred_at).collect();
    let shares = shares(event_type.map(|it| it.credit).unwrap_or_default(), record.occurred_at, &at);
    let shares = able.into_iter().zip(shares).map(|(of, ppm)| Share { of, ppm });
    shares.filter(|share| share.ppm > 0).collect()
}

/// Each partner with a share, by the last of its touchpoints, the newest last.
pub(super) fn winners(found: &[Found], shares: &[Share<'_>]) -> Vec<Winner> {
    let mut winners: Vec<Winner> = Vec::new();
    for Share { of, ppm } in shares {
        let Found { click, evidence, .. } = &found[of.place];
        let before = winners.iter().position(|winner| winner.partner == click.partner);
        let share_ppm = ppm + before.map_or(0, |i| winners.remove(i).share_ppm);
        let terms = of.terms.map(WinnersTerms::from);
        let (partner, evidence, click) = (click.partner, *evidence, Some(click.clone()));
        winners.push(Winner { partner, evidence, click, share_ppm, terms });
    }
    winners
}

/// The shares of touchpoints, oldest first, in millionths. They add up to one; what rounding leaves is the last one's.
pub(crate) fn shares(policy: CreditPolicy, event: Timestamp, touchpoints: &[Timestamp]) -> Vec<u32> {
    let n = touchpoints.len();
    if n == 0 {
        return Vec::new();
    }
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
        (u128::from(WEIGHTS[rest as usize]) << HALVINGS_EXACT).checked_shr(halvings).unwrap_or(0)
    };
    let weights: Vec<u128> = touchpoints.iter().map(weight).collect();
    let sum = weights.iter().sum::<u128>().max(1);
    let share = |weight: u128| u32::try_from(weight * u128::from(WHOLE_PPM) / sum).unwrap_or(WHOLE_PPM);
    weights.into_iter().map(share).collect()
}
