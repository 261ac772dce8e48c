//! Made-up days: honest ones, of which hardly anything may be said, and ones with a partner who is not.

use referee_core::id::{PartnerId, ProgramId};
use referee_core::screening::ClickTest;
use referee_core::time::Day;

use super::exam::examine;
use super::figures::{DayFigures, Gathering, Orders, PartnerFigures};

const PARTNERS: u32 = 12;
const EARLIER_DAYS: usize = 28;
/// Moments that are made up of a day: their number decides how much a test sees, not what it sees.
const MOMENTS_MAX: u64 = 250;
const DAY_MS: f64 = 86_400_000.0;

/// Draws from distributions, the same for the same seed.
struct Chance(u64);

impl Chance {
    /// From 0 to 1, by SplitMix64.
    fn part(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn wait(&mut self) -> f64 {
        -(1.0 - self.part()).ln()
    }

    /// Of a gamma distribution with mean 1.
    fn varied(&mut self, shape: u32) -> f64 {
        (0..shape).map(|_| self.wait()).sum::<f64>() / f64::from(shape)
    }

    /// Of a Poisson distribution; near enough where the mean is large.
    fn count(&mut self, mean: f64) -> u64 {
        if mean > 200.0 {
            let normal = (0..12).map(|_| self.part()).sum::<f64>() - 6.0;
            return (mean + normal * mean.sqrt()).round().max(0.0) as u64;
        }
        let (mut count, mut left) = (0, mean - self.wait());
        while left > 0.0 {
            count += 1;
            left -= self.wait();
        }
        count
    }
}

/// A day of a program whose partners are honest: they are larger and smaller, have weekends and newsletters, and convert
/// better and worse.
fn honest(seed: u64) -> DayFigures {
    let mut chance = Chance(seed);
    let partners = (1..=PARTNERS).map(|partner| (PartnerId(partner), honest_partner(&mut chance))).collect();
    DayFigures { program: ProgramId(1), day: Day(20_000), partners }
}

fn honest_partner(chance: &mut Chance) -> PartnerFigures {
    let usual = 30.0 * (4.6 * chance.part()).exp();
    let rate = 0.03 * chance.varied(4);
    let mut days: Vec<u64> = (0..EARLIER_DAYS + 7 + 1)
        .map(|day| {
            let weekend = if day % 7 >= 5 { 0.6 } else { 1.0 };
            let newsletter = if chance.part() < 0.03 { 2.0 } else { 1.0 };
            let varied = chance.varied(10);
            chance.count(usual * weekend * newsletter * varied)
        })
        .collect();
    let clicks = days.pop().unwrap_or_default();
    let week = days[days.len() - 6..].iter().sum::<u64>() + clicks;
    let before = days[..days.len() - 6].iter().sum::<u64>();
    let mut orders = |clicks: u64| {
        let orders = chance.count(clicks as f64 * rate);
        Orders { clicks, orders, soon: (0..orders).filter(|_| chance.part() < 0.005).count() as u64 }
    };
    let (week, before) = (orders(week), orders(before));
    let mut gathering = Gathering::default();
    for _ in 0..clicks.min(MOMENTS_MAX) {
        gathering.add(moment(chance), network(chance));
    }
    let earlier = days[days.len() - EARLIER_DAYS..].to_vec();
    PartnerFigures { clicks, earlier, week, before, times: gathering.times(), networks: gathering.networks() }
}

/// Most come in the evening.
fn moment(chance: &mut Chance) -> i64 {
    let part = if chance.part() < 0.4 { 0.7 + 0.25 * chance.part() } else { chance.part() };
    (part * DAY_MS) as i64
}

/// A few carry many people each.
fn network(chance: &mut Chance) -> u64 {
    1 + (3_000.0 * chance.part().powi(3)) as u64
}

fn found(figures: &DayFigures) -> Vec<(u32, ClickTest)> {
    examine(figures).into_iter().map(|it| (it.partner.0, it.test)).collect()
}

/// Of a hundred days, one may have something wrong said of it; and three deviations of that.
#[test]
fn honest_days_are_left_alone() {
    const DAYS: u64 = 1_000;
    let accused: Vec<_> = (0..DAYS).map(|seed| found(&honest(seed))).filter(|it| !it.is_empty()).collect();
    let most = DAYS as f64 * 0.01 + 3.0 * (DAYS as f64 * 0.01 * 0.99).sqrt();
    assert!(accused.len() as f64 <= most, "{} of {DAYS} days: {accused:?}", accused.len());
}

/// Of how many of a hundred days a test finds the first partner.
fn found_of(test: ClickTest, cheat: impl Fn(&mut Chance, &mut PartnerFigures)) -> usize {
    let days = (0..100).map(|seed| {
        let (mut day, mut chance) = (honest(seed), Chance(!seed));
        if let Some(it) = day.partners.get_mut(&PartnerId(1)) {
            cheat(&mut chance, it);
        }
        found(&day)
    });
    days.filter(|found| found.contains(&(1, test))).count()
}

#[test]
fn a_flood_is_unusual() {
    let found = found_of(ClickTest::Volume, |_, it| it.clicks = 10 * it.earlier.iter().sum::<u64>() / 28 + 100);
    assert!(found >= 90, "{found}");
}

#[test]
fn clicks_without_orders_are_found_where_orders_were_to_be_expected() {
    let clicks =
        |many| move |_: &mut Chance, it: &mut PartnerFigures| it.week = Orders { clicks: many, orders: 0, soon: 0 };
    let found = [300, 1_000, 3_000].map(|many| found_of(ClickTest::Conversion, clicks(many)));
    assert!(found[0] <= 5 && found[2] >= 90, "{found:?}");
}

#[test]
fn orders_that_were_under_way_are_found() {
    let found = found_of(ClickTest::Timing, |_, it| it.week = Orders { clicks: 1_000, orders: 30, soon: 12 });
    assert!(found >= 99, "{found}");
}

#[test]
fn clocks_are_regular() {
    let every = |gap: i64, jitter: f64, people: u64| {
        found_of(ClickTest::Regularity, move |chance, it| {
            let mut gathering = Gathering::default();
            (0..200).for_each(|n| gathering.add(n * gap + (jitter * chance.part()) as i64, 0));
            (0..people).for_each(|_| gathering.add(moment(chance), 0));
            it.times = gathering.times();
        })
    };
    // By itself; and by the minute, hidden among people.
    assert!(every(300_000, 60_000.0, 0) >= 99 && every(60_000, 1_000.0, 200) >= 99);
    // Hidden among people, and by no minute: that is missed.
    assert!(every(337_211, 5_000.0, 200) <= 5);
}

#[test]
fn one_network_stands_out() {
    let of = |share: f64| {
        found_of(ClickTest::Concentration, move |chance, it| {
            let mut gathering = Gathering::default();
            (0..200).for_each(|_| {
                let network = if chance.part() < share { 9 } else { network(chance) };
                gathering.add(moment(chance), network);
            });
            it.networks = gathering.networks();
        })
    };
    assert!(of(0.6) >= 95, "{}", of(0.6));
}

#[test]
fn what_is_said_is_told_with_its_figures() {
    let mut day = honest(1);
    if let Some(it) = day.partners.get_mut(&PartnerId(1)) {
        it.week = Orders { clicks: 10_000, orders: 0, soon: 0 };
    }
    let doubt = examine(&day).into_iter().find(|it| it.test == ClickTest::Conversion).expect("it is found");
    assert_eq!((doubt.partner, doubt.clicks, doubt.seen_ppm), (PartnerId(1), 10_000, 0));
    assert!((15_000..45_000).contains(&doubt.expected_ppm), "{}", doubt.expected_ppm);
    assert!((1..=10_000).contains(&doubt.chance_ppm), "{}", doubt.chance_ppm);
}
