//! The tests of a day's clicks. Each says how likely chance alone shows as much; then they are controlled together for how
//! many were made, so that of all that is said of a day, one part in a hundred is wrong at most, in the long run.
//!
//! A finding must also be large: with many clicks the smallest difference is no chance, and means nothing.

use referee_core::fact::ClicksDoubted;
use referee_core::id::PartnerId;
use referee_core::screening::ClickTest;

use super::chance::{
    binomial_at_least, normal_at_most, spread_at_least, spread_at_most, squares_at_least, squares_low,
};
use super::figures::{DayFigures, PIECES, PartnerFigures};

/// The part of what is said that may be wrong.
const WRONG: f64 = 0.01;
const PPM: f64 = 1e6;

/// Days before the day that a partner's volume is compared with, at least.
const EARLIER_MIN: usize = 7;
/// A day with fewer clicks is not too large.
const VOLUME_MIN: u64 = 100;
/// So many times of the usual, and of the largest day, are a large day.
const VOLUME_TIMES: f64 = 3.0;
const VOLUME_OF_LARGEST: f64 = 1.5;
/// Days of an honest partner vary at least by this part of their mean.
const DAYS_VARY: f64 = 0.4;

/// Others that a partner is compared with, at least.
const OTHERS_MIN: usize = 4;
/// Clicks before the week, for a partner to be one of those others.
const OTHER_CLICKS_MIN: u64 = 300;
const WEEK_CLICKS_MIN: u64 = 300;
/// Partners' rates of conversion vary at least by this part of their median.
const RATES_VARY: f64 = 0.5;
/// A lower part of the usual rate is low.
const RATE_LOW: f64 = 1.0 / 3.0;

const ORDERS_MIN: u64 = 10;
const SOON_MIN: u64 = 3;
/// So many times of others' share of quick orders, and at least this share, may be an honest partner's.
const SOON_TIMES: f64 = 3.0;
const SOON_SHARE: f64 = 0.03;

const GAPS_MIN: u64 = 50;
/// Honest gaps vary more than this: the square of the ratio of their deviation to their mean.
const GAPS_VARY: f64 = 0.36;
/// The largest share of clicks in one twelfth of the minute that an honest partner has.
const PIECE_SHARE: f64 = 0.25;

const NETWORK_CLICKS_MIN: u64 = 50;
/// So many times of others' largest share of one network, and at least this share, may be an honest partner's.
const NETWORK_TIMES: f64 = 3.0;
const NETWORK_SHARE: f64 = 0.1;

/// One test that was made.
struct Tried {
    partner: PartnerId,
    test: ClickTest,
    clicks: u64,
    seen: f64,
    expected: f64,
    chance: f64,
}

/// What the figures of a program's day say against partners.
pub fn examine(figures: &DayFigures) -> Vec<ClicksDoubted> {
    let tried = figures.partners.keys().flat_map(|partner| tests_of(figures, *partner)).collect();
    let doubted = |(it, chance): (Tried, f64)| ClicksDoubted {
        program: figures.program,
        partner: it.partner,
        day: figures.day,
        test: it.test,
        clicks: u32::try_from(it.clicks).unwrap_or(u32::MAX),
        seen_ppm: (it.seen * PPM).round() as i64,
        expected_ppm: (it.expected * PPM).round() as i64,
        // Nothing is impossible.
        chance_ppm: (chance * PPM).ceil() as u32,
    };
    controlled(tried).into_iter().map(doubted).collect()
}

/// Those that hold after control for their number, by Benjamini and Hochberg, each with its chance after that.
fn controlled(mut tried: Vec<Tried>) -> Vec<(Tried, f64)> {
    tried.sort_by(|a, b| a.chance.total_cmp(&b.chance));
    let many = tried.len() as f64;
    let (mut held, mut least) = (Vec::new(), 1.0_f64);
    for (place, it) in tried.into_iter().enumerate().rev() {
        least = least.min(it.chance * many / (place + 1) as f64);
        if least <= WRONG {
            held.push((it, least));
        }
    }
    held.sort_by_key(|(it, _)| (it.partner, it.test));
    held
}

fn tests_of(figures: &DayFigures, partner: PartnerId) -> Vec<Tried> {
    let Some(own) = figures.partners.get(&partner) else { return Vec::new() };
    let others: Vec<&PartnerFigures> =
        figures.partners.iter().filter(|(it, _)| **it != partner).map(|(_, it)| it).collect();
    let found = [
        (ClickTest::Volume, own.clicks, volume(own)),
        (ClickTest::Conversion, own.week.clicks, conversion(own, &others)),
        (ClickTest::Timing, own.week.clicks, timing(own, &others)),
        (ClickTest::Regularity, own.clicks, regularity(own)),
        (ClickTest::Concentration, own.networks.clicks, concentration(own, &others)),
    ];
    let tried = |(test, clicks, found): (ClickTest, u64, Option<Found>)| {
        let Found { seen, expected, chance } = found?;
        Some(Tried { partner, test, clicks, seen, expected, chance })
    };
    found.into_iter().filter_map(tried).collect()
}

struct Found {
    seen: f64,
    expected: f64,
    chance: f64,
}

impl Found {
    /// What is not large is no finding, however unlikely, but it was a test.
    fn new((seen, expected): (f64, f64), large: bool, chance: f64) -> Option<Found> {
        Some(Found { seen, expected, chance: if large { chance.clamp(0.0, 1.0) } else { 1.0 } })
    }
}

/// Clicks of the day, against the partner's own days before it.
fn volume(own: &PartnerFigures) -> Option<Found> {
    if own.earlier.len() < EARLIER_MIN || own.clicks < VOLUME_MIN {
        return None;
    }
    let days = own.earlier.len() as f64;
    let mean = (own.earlier.iter().sum::<u64>() as f64 / days).max(1.0);
    let variance = own.earlier.iter().map(|it| (*it as f64 - mean).powi(2)).sum::<f64>() / (days - 1.0);
    // A few days tell little of how widely days vary: it may be as much as this.
    let widest = variance * (days - 1.0) / squares_low(days - 1.0) * (1.0 + 1.0 / days);
    let excess = (widest - mean).max((DAYS_VARY * mean).powi(2));
    let chance = spread_at_least(mean, mean * mean / excess, own.clicks);
    let largest = own.earlier.iter().copied().max().unwrap_or_default() as f64;
    let seen = own.clicks as f64;
    Found::new((seen, mean), seen >= VOLUME_TIMES * mean && seen >= VOLUME_OF_LARGEST * largest, chance)
}

/// Orders for the clicks of the week, against what others had before it. How widely honest partners' rates vary is told by
/// the middle half of them, so that a few who are not honest tell nothing.
fn conversion(own: &PartnerFigures, others: &[&PartnerFigures]) -> Option<Found> {
    if own.week.clicks < WEEK_CLICKS_MIN {
        return None;
    }
    let mut known: Vec<_> = others.iter().map(|it| it.before).filter(|it| it.clicks >= OTHER_CLICKS_MIN).collect();
    if known.len() < OTHERS_MIN {
        return None;
    }
    let rate = |orders: u64, clicks: u64| orders as f64 / clicks as f64;
    known.sort_by(|a, b| rate(a.orders, a.clicks).total_cmp(&rate(b.orders, b.clicks)));
    let at = |part: usize| known[(known.len() - 1) * part / 4];
    let [low, middle, high] = [at(1), at(2), at(3)].map(|it| rate(it.orders, it.clicks));
    if middle <= 0.0 {
        return None;
    }
    // A normal distribution's middle half is 1.349 deviations wide.
    let spread = (high - low) / (1.349 * middle);
    let by_chance = 1.0 / (at(2).orders.max(1) as f64);
    let varies = (spread * spread - by_chance).max(RATES_VARY * RATES_VARY);
    let mean = own.week.clicks as f64 * middle;
    let chance = spread_at_most(mean, 1.0 / varies, own.week.orders);
    let seen = rate(own.week.orders, own.week.clicks);
    Found::new((seen, middle), seen <= middle * RATE_LOW, chance)
}

/// Orders of the week that came within seconds of their click, against others'.
fn timing(own: &PartnerFigures, others: &[&PartnerFigures]) -> Option<Found> {
    if own.week.orders < ORDERS_MIN {
        return None;
    }
    let orders: u64 = others.iter().map(|it| it.before.orders).sum();
    let soon: u64 = others.iter().map(|it| it.before.soon).sum();
    let usual = (soon as f64 + 0.5) / (orders as f64 + 1.0);
    let honest = (usual * SOON_TIMES).max(SOON_SHARE);
    let seen = own.week.soon as f64 / own.week.orders as f64;
    let chance = binomial_at_least(own.week.orders, honest.min(1.0), own.week.soon);
    Found::new((seen, usual), own.week.soon >= SOON_MIN && seen > honest, chance)
}

/// Gaps that vary less than those of clicks which know nothing of each other; and clicks that prefer some seconds of the
/// minute. People's clicks come in waves: their gaps vary more.
fn regularity(own: &PartnerFigures) -> Option<Found> {
    let times = &own.times;
    if times.gaps < GAPS_MIN {
        return None;
    }
    let varies = times.variation_ppm as f64 / PPM;
    let even = normal_at_most((times.gaps as f64).sqrt() * (varies - 1.0) / 2.0);
    let even = Found { seen: varies.sqrt(), expected: 1.0, chance: if varies <= GAPS_VARY { even } else { 1.0 } };
    let all = times.pieces.iter().sum::<u64>() as f64;
    let expected = all / PIECES as f64;
    let differs = times.pieces.iter().map(|it| (*it as f64 - expected).powi(2) / expected).sum();
    let share = times.pieces.iter().copied().max().unwrap_or_default() as f64 / all;
    let clocked = squares_at_least(PIECES as u32 - 1, differs);
    let clocked =
        Found { seen: share, expected: 1.0 / PIECES as f64, chance: if share >= PIECE_SHARE { clocked } else { 1.0 } };
    let stronger = if clocked.chance < even.chance { clocked } else { even };
    // Two were asked.
    Found::new((stronger.seen, stronger.expected), true, stronger.chance * 2.0)
}

/// Clicks of the largest network, against the largest of others on the same day.
fn concentration(own: &PartnerFigures, others: &[&PartnerFigures]) -> Option<Found> {
    let networks = own.networks;
    if networks.clicks < NETWORK_CLICKS_MIN {
        return None;
    }
    let known = others.iter().map(|it| it.networks).filter(|it| it.clicks >= NETWORK_CLICKS_MIN);
    let mut shares: Vec<f64> = known.map(|it| it.largest as f64 / it.clicks as f64).collect();
    if shares.len() < OTHERS_MIN {
        return None;
    }
    shares.sort_by(f64::total_cmp);
    let usual = shares[shares.len() / 2];
    let honest = (usual * NETWORK_TIMES).max(NETWORK_SHARE);
    let seen = networks.largest as f64 / networks.clicks as f64;
    // The largest was chosen of all.
    let chance = binomial_at_least(networks.clicks, honest.min(1.0), networks.largest) * networks.networks as f64;
    Found::new((seen, usual), seen > honest, chance)
}
