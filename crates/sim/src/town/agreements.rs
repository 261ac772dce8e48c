//! What the brand of a town offers to a partner, and what it lays on terms for some days.

use referee_core::contract::Payout;
use referee_core::fact::{Fact, OfferWithdrawn, TermsDecided, TermsSet};
use referee_core::id::{EventTypeId, PartnerId, ProgramId};
use referee_core::money::{MICROS, Money};
use referee_core::overlay::{Extra, OverlaySet};
use referee_core::program::Standing;
use referee_core::time::Timestamp;

use super::deal::{changed_list, repeat};
use super::offer::{BY_TEMPLATE, LEAD, LINKS, MAIN, ORDER, SALE, SECOND, bare_terms, rules};
use crate::random::Random;

pub fn agreements(random: &mut Random, mut moment: impl FnMut(&mut Random) -> Timestamp) -> Vec<(Timestamp, Fact)> {
    let mut facts = Vec::new();
    let mut ascending = |random: &mut Random| {
        let mut all = [moment(random), moment(random), moment(random), moment(random)];
        all.sort_unstable();
        all
    };
    let at = ascending(random);
    facts.extend(offers(random, at));
    let some = LINKS[random.below(4) as usize];
    // They are numbered in the order in which they are first set.
    let mut both = [ascending(random), ascending(random)];
    both.sort_unstable();
    facts.extend(overlay(random, both[0], MAIN, 1, &[SALE], &[some, BY_TEMPLATE]));
    facts.extend(overlay(random, both[1], MAIN, 2, &[LEAD], &[]));
    let at = ascending(random);
    facts.extend(overlay(random, at, SECOND, 1, &[ORDER], &[]));
    for program in [MAIN, MAIN, SECOND] {
        facts.extend(ascending(random).map(|at| (at, changed_list(random, program))));
    }
    facts
}

/// The second and the third version of a contract, each with an end of its own.
fn offers(random: &mut Random, at: [Timestamp; 4]) -> Vec<(Timestamp, Fact)> {
    let (program, partner) = (MAIN, BY_TEMPLATE);
    let mut facts = Vec::new();
    for (version, offered, decided) in [(2, at[0], at[1]), (3, at[2], at[3])] {
        let starts_at = offered.plus_days(random.below(6) as u32);
        let rules = Some(rules(20, Some(90_000 + 1_000 * version), Some(3 * MICROS)));
        let offer = TermsSet { starts_at, rules, needs_acceptance: true, ..bare_terms(program, Some(partner)) };
        facts.push((offered, Fact::TermsSet(offer)));
        let end = match random.below(10) {
            0 => Fact::OfferWithdrawn(OfferWithdrawn { program, partner, version }),
            1 => continue,
            n => Fact::TermsDecided(TermsDecided { program, partner, version, accepted: n > 3 }),
        };
        facts.push((decided, end));
    }
    facts
}

/// An overlay, and how it is changed while it is on.
fn overlay(
    random: &mut Random,
    at: [Timestamp; 4],
    program: ProgramId,
    id: u32,
    event_types: &[EventTypeId],
    partners: &[PartnerId],
) -> Vec<(Timestamp, Fact)> {
    let starts_at = at[0].plus_days(random.below(3) as u32);
    // It ends after all its changes.
    let ends_at = starts_at.max(at[3]).plus_days(1 + random.below(9) as u32);
    let set = |random: &mut Random, known: bool| OverlaySet {
        program,
        id: known.then_some(id),
        repeat: repeat(random, starts_at, ends_at),
        name: format!("Overlay {id}"),
        partners: partners.to_vec(),
        event_types: event_types.to_vec(),
        starts_at,
        ends_at,
        standing: if known && random.percent(20) { Standing::Paused } else { Standing::Active },
        extra: match random.below(3) {
            0 => Extra::Payout(Payout::Fixed { amount: Money(random.below(300) as i64 * MICROS) }),
            1 => Extra::Payout(Payout::Rate { ppm: random.below(200_000) as u32 }),
            _ => Extra::Adjust { ppm: random.below(900_000) as i32 - 400_001 },
        },
    };
    at[..3].iter().enumerate().map(|(n, at)| (*at, Fact::OverlaySet(set(random, n > 0)))).collect()
}
