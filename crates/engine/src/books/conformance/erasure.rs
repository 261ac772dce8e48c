//! Tokens in the rows of live books give what a replay of a rewritten log gives.

use std::collections::BTreeMap;

use referee_core::config::Config;
use referee_core::erasure::{Named, Substitution};
use referee_core::fact::{Click, ClicksReviewed, Fact, PayableFilter, Record};
use referee_core::row::BrandState;

use super::clicks::reviewed;
use super::{Applied, BRAND, Books, PARTITION, Position, Subject, apply, apply_records, history};

pub(super) fn live_books_become_those_of_a_replay(make: &mut dyn FnMut() -> Subject) {
    for records in [history(), with_devices(reviewed())] {
        for part in [1, 2, 3] {
            let (before, after) = records.split_at(records.len() * part / 3);
            let by = tokens(before);
            assert!(!by.is_empty());
            let mut live = make();
            apply(&mut live, before, 7);
            erase(live.books.as_mut(), &by);
            go_on(live.books.as_mut(), after);
            let mut rewritten = before.to_vec();
            rewritten.iter_mut().for_each(|record| _ = by.apply_to_fact(&mut record.fact));
            let mut replayed = make();
            apply(&mut replayed, &rewritten, 50);
            go_on(replayed.books.as_mut(), after);
            let (live, replayed) = ((live.dump)(), (replayed.dump)());
            let differs = live.lines().zip(replayed.lines()).find(|(a, b)| a != b);
            assert_eq!(differs, None, "after {} records", before.len());
            assert_eq!(live.lines().count(), replayed.lines().count());
        }
    }
}

/// Each click from an address and a network that it shares with some others, of which one is reviewed.
fn with_devices(mut records: Vec<Record>) -> Vec<Record> {
    for (i, record) in (0..).zip(&mut records) {
        match &mut record.fact {
            Fact::ClickRecorded(Click { signals, .. }) => {
                (signals.agent_key, signals.network) = (u64::MAX - i % 5, 1 + i % 3);
                signals.returning = i % 2 == 0;
            }
            Fact::ClicksReviewed(ClicksReviewed { filter: filter @ PayableFilter { network: None, .. }, .. })
                if i % 2 == 0 =>
            {
                filter.network = Some(2);
            }
            _ => {}
        }
    }
    records
}

/// For every second identifier, and every address.
fn tokens(records: &[Record]) -> Substitution {
    let mut by = Substitution::default();
    let values = records.iter().cloned().flat_map(|mut record| Substitution::values_of(&mut record.fact));
    for (i, value) in (1_u64..).zip(values) {
        // The later, the smaller: another order than that of the values.
        let number = (u64::MAX / 3).wrapping_sub(i.wrapping_mul(0x9E37_79B9));
        match value {
            Named::Identifier(it) if it.hash[15] % 2 == 0 => {
                by.identifiers.entry(it).or_insert(u128::from(number).wrapping_mul(1 << 60).to_be_bytes());
            }
            Named::Identifier(_) | Named::Agent(0) | Named::Network(0) => {}
            Named::Agent(it) => _ = by.agents.entry(it).or_insert(number),
            Named::Network(it) => _ = by.networks.entry(it).or_insert(number),
        }
    }
    by
}

fn erase(books: &mut dyn Books, by: &Substitution) {
    let applied = books.applied(PARTITION).expect("applied");
    books.begin(PARTITION, applied.position).expect("begin");
    let changed = books.erase(BRAND, by).expect("erase");
    assert!(changed > 0, "something is replaced");
    assert_eq!(books.erase(BRAND, by).expect("erase"), 0, "once more changes nothing");
    books.commit(PARTITION, &applied).expect("commit");
}

/// As the machine does after it has taken the brand in hand.
fn go_on(books: &mut dyn Books, records: &[Record]) {
    let place = books.applied(PARTITION).expect("applied").position;
    books.begin(PARTITION, place).expect("begin");
    let (config, state): (Config, BrandState) = books.brand(PARTITION, BRAND).expect("brand");
    apply_records(books, BRAND, config, state, records, &mut |_, _| {}).expect("apply");
    let position = Position(1_000);
    books.commit(PARTITION, &Applied { position, edges: BTreeMap::new() }).expect("commit");
}
