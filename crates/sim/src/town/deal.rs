//! Terms that pay by groups, restrictions and adjustments, by order or by item.

use referee_core::condition::{Comparison, Condition, Word};
use referee_core::contract::{Adjustment, EventPayout, Payout, PayoutGroup, PayoutLevel, Restriction, TermsRules};
use referee_core::fact::Fact;
use referee_core::id::ProgramId;
use referee_core::list::{ListSet, Values};
use referee_core::money::{MICROS, Money};
use referee_core::overlay::{DAY_MINUTES, Repeat};
use referee_core::time::{DAY_MS, Day, Timestamp};

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
/// Those of which a program has lists, by their ids from 1 on.
const LISTED: [(Word, &[&str]); 3] = [WORDS[1], WORDS[6], WORDS[7]];
const ADJUSTMENTS: [i32; 6] = [200_000, -300_000, 123_457, -700_001, 1_000_000, -50_000];

/// The lists that terms of a program may name.
pub fn lists(random: &mut Random, program: ProgramId) -> Vec<Fact> {
    (0..LISTED.len()).map(|place| list(random, program, place, true)).collect()
}

/// Another version of one of them.
pub fn changed_list(random: &mut Random, program: ProgramId) -> Fact {
    let place = random.below(LISTED.len() as u64) as usize;
    list(random, program, place, false)
}

fn list(random: &mut Random, program: ProgramId, place: usize, new: bool) -> Fact {
    let (word, known) = LISTED[place];
    let id = (!new).then_some(place as u32 + 1);
    let values = Values::of((0..random.below(4)).map(|_| random.of(known).to_owned()).collect::<Vec<_>>());
    Fact::ListSet(ListSet { program, id, name: format!("List {place}"), word, values })
}

/// Of an overlay between two moments: it is on at some time of them.
pub fn repeat(random: &mut Random, starts_at: Timestamp, ends_at: Timestamp) -> Repeat {
    let mut repeat = Repeat::default();
    // Of three days, two may be left out.
    if ends_at.since_ms(starts_at) >= 3 * DAY_MS && random.percent(50) {
        let left_out = [random.below(7) as u8, random.below(7) as u8];
        repeat.weekdays = (0..7).filter(|it| !left_out.contains(it)).collect();
    }
    if random.percent(50) {
        repeat.from = random.below(23 * 60) as u16;
        repeat.until = repeat.from + 1 + random.below(u64::from(DAY_MINUTES - repeat.from)) as u16;
    }
    repeat
}

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
    match random.below(12) {
        0 => {
            let (at_least, below) = bounds(random, |random| Money(random.below(200) as i64 * MICROS));
            Condition::OrderTotal { at_least, below }
        }
        1 => {
            let opening = OPENING.0 / DAY_MS;
            let (from, before) = bounds(random, |random| Day((opening + random.below(DAYS as u64) as i64) as i32));
            Condition::Date { from, before }
        }
        2 | 3 => {
            let place = random.below(LISTED.len() as u64) as usize;
            Condition::List { word: LISTED[place].0, list: place as u32 + 1, denied: random.percent(40) }
        }
        n => {
            let (word, known) = WORDS[n as usize - 4];
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
