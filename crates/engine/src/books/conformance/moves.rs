//! Actions that go to another partner, and awards.

use referee_core::contract::{ReturnPolicy, Returns, TermsRules};
use referee_core::fact::{
    ActionChange, ActionTarget, Actor, AwardGiven, AwardKind, ChangeRequest, Fact, NewFigures, Record, ReturnDecided,
    Role, TermsSet,
};
use referee_core::id::{ActionId, EventTypeId, PartnerId, SubmissionId, UserId};
use referee_core::money::{MICROS, Money};
use referee_core::program::{Source, Standing};
use referee_core::row::{ActionState, Evidence};
use referee_core::time::Timestamp;

use super::{BRAND, NOON, PARTNER, PROGRAM, SALE, Subject, apply, click, conversion, record, set_up, visit};

const OTHER: PartnerId = PartnerId(12);

fn moved_and_given() -> Vec<Record> {
    let at = |seconds: i64| NOON.plus_ms(seconds * 1_000);
    let mut facts = set_up();
    let terms = facts.iter().find_map(|(_, fact)| match fact {
        Fact::TermsSet(it) => Some(it.clone()),
        _ => None,
    });
    let before = NOON.minus_days(1);
    facts.push((before, Fact::PartnerSet { partner: OTHER, standing: Standing::Active, channel: false }));
    if let Some(terms) = terms {
        facts.push((before, Fact::TermsSet(TermsSet { partner: Some(OTHER), ..terms.clone() })));
        let rules = terms.rules.map(|rules| TermsRules { returns: consent(), ..rules });
        facts.push((before, Fact::TermsSet(TermsSet { starts_at: before, rules, ..terms })));
    }
    facts.push((at(0), click(0)));
    facts.push((at(0), visit(0)));
    facts.extend((0..2).map(|i| (at(i), conversion(i as u64))));
    facts.push((at(10), Fact::TimePassed));
    let ask = |n: u8, target, change| -> Fact {
        let (disposition, source) = ("OTHER".to_owned(), Source::Person);
        Fact::ChangeRequested(ChangeRequest { submission: SubmissionId([n; 16]), target, disposition, source, change })
    };
    let id = |seq| ActionTarget::Id(ActionId { program: PROGRAM, event_type: SALE, seq });
    let award = |order_id: &str| ActionTarget::Order { event_type: EventTypeId::AWARD, order_id: order_id.to_owned() };
    // By its id: its order has to be found.
    facts.push((at(20), ask(210, id(1), ActionChange::Reattribute { partner: OTHER })));
    facts.push((at(20), ask(211, id(3), ActionChange::Modify(NewFigures::Amount(Money(10 * MICROS))))));
    let given = |reference: &str, kind| {
        Fact::AwardGiven(AwardGiven {
            program: PROGRAM,
            partner: OTHER,
            kind,
            amount: Money(50 * MICROS),
            reference: reference.to_owned(),
        })
    };
    facts.push((at(30), given("spring", AwardKind::Bonus)));
    facts.push((at(30), given("spring", AwardKind::Bonus)));
    facts.push((at(31), given("placement", AwardKind::Fee)));
    facts.push((at(40), ask(212, award("spring"), ActionChange::Reverse)));
    // Of terms that ask for consent: the last of the conversions.
    facts.push((at(41), ask(213, id(2), ActionChange::Reverse)));
    let later: Timestamp = NOON.plus_days(31);
    facts.push((later, Fact::TimePassed));
    facts.push((later, Fact::WorkAdvanced { limit: 10 }));
    facts.into_iter().enumerate().map(|(i, (at, fact))| record(i as u64 + 1, at, fact)).collect()
}

fn consent() -> Returns {
    Returns { policy: ReturnPolicy::Consent, most_ppm: Some(1_000_000) }
}

pub(super) fn what_is_moved_or_given_is_kept(make: &mut dyn FnMut() -> Subject) {
    let records = moved_and_given();
    let (mut one_by_one, mut whole) = (make(), make());
    apply(&mut one_by_one, &records, 1);
    apply(&mut whole, &records, 1_000);
    assert_eq!((one_by_one.dump)(), (whole.dump)());
    let action = |event_type: EventTypeId, seq| {
        let id = ActionId { program: PROGRAM, event_type, seq };
        whole.reads.action(BRAND, id).expect("the books are read").expect("the action is there")
    };
    let (first, heir) = (action(SALE, 1), action(SALE, 3));
    assert_eq!((first.moved_to, heir.moved_from), (Some(heir.id), Some(first.id)));
    assert_eq!((heir.partner, heir.amount, heir.state), (OTHER, Money(10 * MICROS), ActionState::Locked));
    let mut asked = make();
    apply(&mut asked, &records[..records.len() - 2], 1);
    let waiting = asked.reads.asked_returns(BRAND, Some(PARTNER), 10).expect("the books are read");
    assert_eq!(waiting.iter().map(|it| it.id.seq).collect::<Vec<_>>(), [2]);
    assert!(waiting[0].return_asked.as_ref().is_some_and(|it| it.figures.is_none()));
    assert!(
        whole.reads.asked_returns(BRAND, Some(PARTNER), 10).expect("the books are read").is_empty(),
        "it has locked"
    );
    // The partner's word comes alone, and is held against the month all the same.
    let accepted = Fact::ReturnDecided(ReturnDecided { partner: PARTNER, action: waiting[0].id, accepted: true });
    let actor = Some(Actor { user: UserId(9), role: Role::Partner, reason: String::new() });
    let mut records = records[..records.len() - 2].to_vec();
    records.push(Record { actor, ..record(records.len() as u64 + 1, NOON.plus_ms(42_000), accepted) });
    let mut agreed = make();
    apply(&mut agreed, &records, 1);
    assert!(
        agreed.reads.asked_returns(BRAND, Some(PARTNER), 10).expect("the books are read").is_empty(),
        "there was room"
    );
    let (bonus, fee) = (action(EventTypeId::AWARD, 4), action(EventTypeId::AWARD, 5));
    assert_eq!((bonus.evidence, bonus.state), (Evidence::Bonus, ActionState::Reversed));
    assert_eq!((fee.evidence, fee.owed), (Evidence::Fee, Money(50 * MICROS)));
}
