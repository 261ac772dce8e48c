//! Terms that pay by groups, restrictions and adjustments, by order or by item.

use referee_core::condition::{Comparison, Condition, Word};
use referee_core::contract::{Adjustment, EventPayout, Payout, PayoutGroup, PayoutLevel, Restriction, TermsRules};
use referee_core::money::{MICROS, Money};
use referee_core::time::{DAY_MS, Day};

use super::clock::{DAYS, OPENING};
use crate::random::Random;

/// What is asked of orders: mostly what they have.
const WORDS: [(Word, &[&str]); 8] = [
    (Word::CustomerStatus, &["new", "existing", "exist", "vip"]),
    (Word::PromoCode, &["trail10", "trail", "week-me", "short5", "0"]),
    (Word::Currency, &["eur", "jpy"]),
    (Word::Ad, &["1", "2", "3"]),
    (Word::Device, &["unknown", "desktop", "phone", "tablet", "other"]),
    (Word::Weekday, &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]),
    (Word::Sku, &["s0", "s1", "s2", "s"]),
    (Word::Category, &["boots", "tents", "gift", "gift cards"]),
];
const ADJUSTMENTS: [i32; 6] = [200_000, -300_000, 123_457, -700_001, 1_000_000, -50_000];

/// Some of the payouts get rules that some order can meet.
pub fn refine(random: &mut Random, rules: &mut TermsRules) {
    let plain = rules.clone();
    loop {
        for payout in rules.payouts.iter_mut() {
            if random.percent(70) {
                refine_payout(random, payout);
            }
        }
        if rules.fault().is_none() {
            return;
        }
        rules.clone_from(&plain);
    }
}

fn refine_payout(random: &mut Random, payout: &mut EventPayout) {
    if random.percent(50) {
        payout.level = PayoutLevel::Item;
    }
    for n in 0..random.below(4) {
        let (name, conditions) = (format!("Group {n}"), conditions(random));
        payout.groups.push(PayoutGroup { name, conditions, payout: drawn(random) });
    }
    if random.percent(40) {
        payout.restrictions.push(Restriction { name: "Nothing".to_owned(), conditions: conditions(random) });
    }
    for n in 0..random.below(3) {
        let ppm = ADJUSTMENTS[random.below(ADJUSTMENTS.len() as u64) as usize];
        let (name, conditions) = (format!("Push {n}"), conditions(random));
        payout.adjustments.push(Adjustment { name, conditions, ppm });
    }
}

fn drawn(random: &mut Random) -> Payout {
    if random.percent(60) {
        Payout::Rate { ppm: random.below(250_000) as u32 }
    } else {
        Payout::Fixed { amount: Money(random.below(5 * MICROS as u64) as i64) }
    }
}

fn conditions(random: &mut Random) -> Vec<Condition> {
    (0..1 + random.popular(3)).map(|_| condition(random)).collect()
}

fn condition(random: &mut Random) -> Condition {
    match random.below(10) {
        0 => {
            let (at_least, below) = bounds(random, |random| Money(random.below(200) as i64 * MICROS));
            Condition::OrderTotal { at_least, below }
        }
        1 => {
            let opening = OPENING.0 / DAY_MS;
            let (from, before) = bounds(random, |random| Day((opening + random.below(DAYS as u64) as i64) as i32));
            Condition::Date { from, before }
        }
        n => {
            let (word, known) = WORDS[n as usize - 2];
            let comparison = Comparison::ALL[random.below(5) as usize];
            let values = (0..1 + random.below(2)).map(|_| random.of(known).to_owned()).collect();
            Condition::Words { word, comparison, values }
        }
    }
}

/// From one on, before another, or both.
fn bounds<T: Ord>(random: &mut Random, drawn: impl Fn(&mut Random) -> T) -> (Option<T>, Option<T>) {
    let (a, b) = (drawn(random), drawn(random));
    match random.below(3) {
        0 => (Some(a), None),
        1 => (None, Some(b)),
        _ if a < b => (Some(a), Some(b)),
        _ => (Some(b), Some(a)),
    }
}
