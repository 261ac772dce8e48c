//! The rules ask only whether two identifiers are the same: made of substituted facts, the books are the substituted books.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::books::Books;
use super::fixture;
use super::histories::history;
use super::properties::cases;
use crate::config::{Config, ConfigEntry};
use crate::erasure::{Named, Naming, Substitution};
use crate::fact::Record;
use crate::identity::Identifier;
use crate::row::{ClickGroup, MarkKey, MarkRow};

/// Tokens for some of the values that records hold, in an order that has nothing to do with that of the values.
fn tokens(records: &[Record], seed: u64, every: u64) -> Substitution {
    let mut by = Substitution::default();
    let values = records.iter().cloned().flat_map(|mut record| Substitution::values_of(&mut record.fact));
    for value in values {
        let mixed = |n: u64| (n ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29) | 1;
        match value {
            Named::Identifier(it) => {
                let number = u128::from_be_bytes(it.hash);
                if (number as u64 ^ (number >> 64) as u64).wrapping_add(seed).is_multiple_of(every) {
                    let token = u128::from(mixed((number >> 64) as u64)) << 64 | u128::from(mixed(number as u64));
                    by.identifiers.insert(it, token.to_be_bytes());
                }
            }
            Named::Agent(0) | Named::Network(0) => {}
            Named::Agent(it) => _ = by.agents.insert(it, mixed(it)),
            Named::Network(it) => _ = by.networks.insert(it, mixed(it)),
        }
    }
    by
}

/// The books as the engine leaves them.
fn substituted(mut books: Books, by: &Substitution, like: &Config) -> Books {
    let token = |it: Identifier| by.identifiers.get(&it).map_or(it, |hash| Identifier { hash: *hash, ..it });
    books.identifiers = books.identifiers.into_iter().map(|(it, row)| (token(it), row)).collect();
    books.unsettled.values_mut().for_each(|row| _ = by.apply(row));
    books.decisions.values_mut().for_each(|row| _ = by.apply(row));
    books.reviews.values_mut().for_each(|row| _ = by.apply(&mut row.filter));
    let number = |of: &BTreeMap<u64, u64>, it: u64| of.get(&it).copied().unwrap_or(it);
    for click in books.clicks.values_mut() {
        click.signals.agent_key = number(&by.agents, click.signals.agent_key);
        click.signals.network = number(&by.networks, click.signals.network);
    }
    books.payables.values_mut().for_each(|row| row.network = number(&by.networks, row.network));
    let regrouped = books.click_groups.into_iter().map(|(mut key, tally)| {
        if let ClickGroup::Network(network) = &mut key.group {
            *network = number(&by.networks, *network);
        }
        (key, tally)
    });
    books.click_groups = regrouped.collect();
    let marks = by.marks();
    let marked = books.marks.into_iter().map(|(key, row)| {
        let key = MarkKey { subject: number(&marks, key.subject), ..key };
        (key, MarkRow { cookie: number(&marks, row.cookie), ..row })
    });
    books.marks = marked.collect();
    let entries = books.config.blocks.values().cloned().map(|block| {
        let mut entry = ConfigEntry::Block(block);
        by.apply(&mut entry);
        entry
    });
    let listed: Vec<_> = like.blocks.values().cloned().map(ConfigEntry::Block).collect();
    assert!(
        entries.map(|it| format!("{it:?}")).collect::<BTreeSet<_>>()
            == listed.iter().map(|it| format!("{it:?}")).collect()
    );
    books.config = like.clone();
    books
}

fn books_of(records: &[Record]) -> Books {
    let mut books = Books::default();
    books.apply(records, usize::MAX);
    books
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn substituted_facts_give_substituted_books(history in history(60), seed in any::<u64>(), every in 1..4_u64) {
        let records = fixture::records(&history);
        let by = tokens(&records, seed, every);
        let mut others = records.clone();
        others.iter_mut().for_each(|record| _ = by.apply_to_fact(&mut record.fact));
        let (mut single, whole) = (Books::default(), books_of(&others));
        single.apply(&others, 1);
        prop_assert!(single == whole, "batches matter by the order of hashes");
        prop_assert!(substituted(books_of(&records), &by, &whole.config) == whole, "the rules read something into a hash");
    }

    /// What comes after it may name the person anew: nobody is known by it.
    #[test]
    fn books_can_be_substituted_at_any_record(history in history(60), at in 0..60_usize, seed in any::<u64>()) {
        let records = fixture::records(&history);
        let (before, after) = records.split_at(at.min(records.len()));
        let by = tokens(before, seed, 2);
        let mut rewritten = before.to_vec();
        rewritten.iter_mut().for_each(|record| _ = by.apply_to_fact(&mut record.fact));
        let mut live = substituted(books_of(before), &by, &books_of(&rewritten).config);
        live.apply(after, usize::MAX);
        rewritten.extend_from_slice(after);
        prop_assert!(live == books_of(&rewritten), "a replay comes to other books");
    }
}

#[test]
fn it_replaces_once_and_tells_what_it_met() {
    let records = fixture::records(
        "shop\nat d0 click k1 A visitor=v1\nat d0+1m visit click=k1 visitor=v1 customer=c1\nat d1 conversion 1 sale 9 customer=c1",
    );
    let mut facts: Vec<_> = records.into_iter().map(|record| record.fact).collect();
    let values: Vec<Vec<Named>> = facts.iter_mut().map(|fact| Substitution::values_of(fact)).collect();
    let Some(Named::Identifier(customer)) = values.last().and_then(|it| it.first()) else { panic!("{values:?}") };
    let by = Substitution { identifiers: BTreeMap::from([(*customer, [9; 16])]), ..Substitution::default() };
    let replaced: Vec<bool> = facts.iter_mut().map(|fact| by.apply_to_fact(fact).personal).collect();
    assert_eq!(replaced.iter().filter(|it| **it).count(), 2, "a visit and an order");
    assert!(facts.iter_mut().all(|fact| !by.apply_to_fact(fact).any), "once more changes nothing");
    let mut places = 0;
    facts.iter_mut().for_each(|fact| fact.each_place(&mut |_| places += 1));
    assert_eq!(places, values.iter().map(Vec::len).sum::<usize>());
}
