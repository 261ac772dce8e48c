//! Tallies of periods, and the bonuses that are reckoned of them.

use referee_core::contract::Payout;
use referee_core::fact::{ActionChange, ActionTarget, ChangeRequest, Fact, Record, TermsSet};
use referee_core::id::{ActionId, EventTypeId, SubmissionId};
use referee_core::limit::{AppliesTo, Basis, Period, Tier, Tiers};
use referee_core::money::{MICROS, Money};
use referee_core::program::Source;
use referee_core::row::Reckoned;

use super::{BRAND, NOON, PARTITION, PROGRAM, SALE, Subject, apply, click, conversion, record, set_up, visit};

/// NOON is of the 15th of January: so many days later it is February.
const NEXT_MONTH_DAYS: u32 = 17;

fn with_a_bonus() -> Vec<Record> {
    let at = |seconds: i64| NOON.plus_ms(seconds * 1_000);
    let mut facts = set_up();
    for (_, fact) in &mut facts {
        if let Fact::TermsSet(TermsSet { rules: Some(rules), .. }) = fact {
            rules.payouts.iter_mut().for_each(|it| it.tiers = Some(tiers()));
        }
    }
    facts.push((at(0), click(0)));
    facts.push((at(0), visit(0)));
    facts.extend((1..4).map(|i| (at(i), conversion(i as u64))));
    let reversed = |seq: u32| {
        Fact::ChangeRequested(ChangeRequest {
            submission: SubmissionId([200 + seq as u8; 16]),
            target: ActionTarget::Id(ActionId { program: PROGRAM, event_type: SALE, seq }),
            disposition: "OTHER".to_owned(),
            source: Source::Person,
            change: ActionChange::Reverse,
        })
    };
    let later = NOON.plus_days(NEXT_MONTH_DAYS);
    facts.push((later, Fact::TimePassed));
    facts.extend((0..3).map(|_| (later, Fact::WorkAdvanced { limit: 1 })));
    facts.push((later, reversed(3)));
    facts.extend((0..3).map(|_| (later, Fact::WorkAdvanced { limit: 10 })));
    facts.into_iter().enumerate().map(|(i, (at, fact))| record(i as u64 + 1, at, fact)).collect()
}

fn tiers() -> Tiers {
    let steps = vec![Tier { from: 2, extra: Payout::Fixed { amount: Money(MICROS) } }];
    Tiers { basis: Basis::Actions, per: Period::Month, applies_to: AppliesTo::AllActions, steps }
}

pub(super) fn are_reckoned_and_kept(make: &mut dyn FnMut() -> Subject) {
    let records = with_a_bonus();
    let (mut one_by_one, mut whole) = (make(), make());
    apply(&mut one_by_one, &records, 1);
    apply(&mut whole, &records, 1_000);
    assert_eq!((one_by_one.dump)(), (whole.dump)());
    let id = ActionId { program: PROGRAM, event_type: EventTypeId::AWARD, seq: 4 };
    let bonus = whole.reads.action(BRAND, id).expect("the books are read").expect("it was given");
    assert_eq!((bonus.order_id.as_str(), bonus.amount), ("TIER-1-2027-01-11", Money(2 * MICROS)));
    let (key, tally) = whole.reads.tally_of(BRAND, id).expect("the books are read").expect("it has a tally");
    assert_eq!((key.group.per, key.partner, tally.changed), (Period::Month, bonus.partner, false));
    let reckoned = Reckoned { action: id, actions: 2, amount: Money(3 * MICROS), paid: Money(2 * MICROS) };
    assert_eq!((tally.actions, tally.amount, tally.bonus), (2, Money(3 * MICROS), Some(reckoned)));
    let sale = ActionId { program: PROGRAM, event_type: SALE, seq: 1 };
    assert_eq!(whole.reads.tally_of(BRAND, sale).expect("the books are read"), None);
    let (config, state) = whole.books.brand(PARTITION, BRAND).expect("brand");
    assert!(config.next_bonus(state.brand_time).is_some_and(|at| at > state.brand_time));
}
