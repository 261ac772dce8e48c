//! Clicks that are paid for themselves: reviewed, closed, and what readers see of them.

use referee_core::contract::{ClickMode, ClickTerms, EventPayout, Payout, TermsRules};
use referee_core::fact::{
    ClicksDoubted, ClicksReviewed, EventTypeSet, Fact, Oddities, PayableFilter, Record, ReviewDecision, Signals,
    TermsSet,
};
use referee_core::id::{BrandId, ClickNo, EventTypeId, PartnerId, ReviewId};
use referee_core::identity::IdentifierKind;
use referee_core::money::{MICROS, Money};
use referee_core::program::Category;
use referee_core::refusal::Refusal;
use referee_core::row::{ActionState, ClickTally, Evidence, GroupBy, PayableState, ReviewState};
use referee_core::screening::{ClickTest, ScreeningRules};
use referee_core::time::Zone;

use super::super::payable_reads::{PayablePlace, Reviewable};
use super::super::reads::{Period, Reads};
use super::history::identifier;
use super::{BRAND, NOON, PARTNER, PROGRAM, Subject, apply, click, record, set_up, visit};

const CLICK: EventTypeId = EventTypeId(2);
const CENTS_5: Money = Money(MICROS / 20);

/// Clicks of a minute, two of one device, and what a person decides on them.
pub(super) fn reviewed() -> Vec<Record> {
    let mut facts = set_up();
    let before = NOON.minus_days(1);
    let of = |wanted: fn(&Fact) -> bool| facts.iter().map(|(_, fact)| fact.clone()).find(wanted);
    let (terms, sale) = (of(|it| matches!(it, Fact::TermsSet(_))), of(|it| matches!(it, Fact::EventTypeSet(_))));
    let (Some(Fact::TermsSet(terms)), Some(Fact::EventTypeSet(sale))) = (terms, sale) else { panic!("a set-up") };
    facts.push((before, Fact::EventTypeSet(clicks_of(sale))));
    facts.push((before, Fact::ScreeningRulesSet(ScreeningRules::default_of(PROGRAM))));
    let rules = terms.rules.clone().map(pays_for_clicks);
    facts.push((before, Fact::TermsSet(TermsSet { starts_at: before, rules, ..terms })));
    facts.extend((0..8).map(|i| (NOON.plus_ms(i as i64 * 60_000), of_shop(i))));
    facts.push((NOON.plus_ms(600_000), visit(1)));
    let review = |filter, decision, reason: &str| {
        Fact::ClicksReviewed(ClicksReviewed { program: PROGRAM, filter, decision, reason: reason.to_owned() })
    };
    let later = NOON.plus_days(1);
    let referrer = Some("b.example".to_owned());
    let of_b = PayableFilter { referrer, ..PayableFilter::default() };
    facts.push((later, review(of_b.clone(), ReviewDecision::Reject, "click farm")));
    facts.push((later, Fact::WorkAdvanced { limit: 2 }));
    facts.push((later, Fact::WorkAdvanced { limit: 10 }));
    let all = PayableFilter { partner: Some(PARTNER), ..PayableFilter::default() };
    facts.push((later, review(all, ReviewDecision::Accept { most: Some(1) }, "")));
    facts.push((later, Fact::WorkAdvanced { limit: 10 }));
    facts.push((later, Fact::ReviewUndone { review: ReviewId(2) }));
    facts.push((later, Fact::WorkAdvanced { limit: 10 }));
    let one = PayableFilter { clicks: vec![ClickNo(1_000)], ..PayableFilter::default() };
    facts.push((later, review(one, ReviewDecision::Price(Money(MICROS / 100)), "")));
    facts.push((later, Fact::WorkAdvanced { limit: 10 }));
    facts.push((later, review(of_b, ReviewDecision::Reject, "click farm")));
    facts.push((later, Fact::WorkAdvanced { limit: 10 }));
    // More clicks of its day come before it than one step looks at.
    let last = PayableFilter { clicks: vec![ClickNo(1_007)], ..PayableFilter::default() };
    facts.push((later, review(last, ReviewDecision::Reject, "")));
    facts.push((later, Fact::WorkAdvanced { limit: 2 }));
    facts.push((later, Fact::ClicksDoubted(doubted())));
    facts.into_iter().enumerate().map(|(i, (at, fact))| record(i as u64 + 1, at, fact)).collect()
}

fn clicks_of(sale: EventTypeSet) -> EventTypeSet {
    let (code, name) = ("click".to_owned(), "Click".to_owned());
    EventTypeSet { id: Some(CLICK), code, name, category: Category::Click, ..sale }
}

fn pays_for_clicks(rules: TermsRules) -> TermsRules {
    let clicks = Some(ClickTerms::Reviewed { review_days: 7 });
    let payout = EventPayout { clicks, ..EventPayout::plain(CLICK, Payout::Fixed { amount: CENTS_5 }) };
    TermsRules { payouts: [rules.payouts, vec![payout]].concat(), ..rules }
}

/// Of two shops by turns; the fourth is the third's device again.
fn of_shop(i: u64) -> Fact {
    match click(i) {
        Fact::ClickRecorded(mut it) => {
            it.visitor = Some(identifier(IdentifierKind::Visitor, if i == 3 { 902 } else { 900 + i }));
            it.referrer_host = if i.is_multiple_of(2) { "a.example" } else { "b.example" }.to_owned();
            // Nothing is odd about them.
            it.signals = Signals { returning: true, network: 77, oddities: Oddities::default(), ..it.signals };
            Fact::ClickRecorded(it)
        }
        fact => fact,
    }
}

fn doubted() -> ClicksDoubted {
    let (seen_ppm, expected_ppm, chance_ppm) = (400_000, 100_000, 12);
    let day = Zone::utc().day(NOON);
    ClicksDoubted {
        program: PROGRAM,
        partner: PARTNER,
        day,
        test: ClickTest::Regularity,
        clicks: 8,
        seen_ppm,
        expected_ppm,
        chance_ppm,
    }
}

pub(super) fn are_reviewed_and_closed(make: &mut dyn FnMut() -> Subject) {
    let mut records = reviewed();
    let mut open = make();
    apply(&mut open, &records, 1_000);
    are_read(open.reads.as_ref());
    let (last, end) = (records.len() as u64, NOON.plus_days(40));
    records.push(record(last + 1, end, Fact::TimePassed));
    records.extend((2..6).map(|i| record(last + i, end, Fact::WorkAdvanced { limit: 2 })));
    let (mut whole, mut split) = (make(), make());
    apply(&mut whole, &records, 1_000);
    apply(&mut split, &records, 1);
    assert_eq!((whole.dump)(), (split.dump)());
    let reads = whole.reads.as_ref();
    let days = reads.click_days(BRAND, period()).expect("days");
    let action = reads.action(BRAND, days[0].1.action.expect("an action")).expect("an action").expect("it is there");
    assert_eq!(
        (action.evidence, action.state, action.payout),
        (Evidence::Clicks, ActionState::Locked, Money(16 * MICROS / 100))
    );
    assert!(reads.click_groups(BRAND, period(), GroupBy::Reason, 10).expect("groups").is_empty(), "nothing waits");
    assert!(reads.open_click_days(BRAND, None, None).expect("days").is_empty());
}

fn period() -> Period {
    let day = Zone::utc().day(NOON);
    Period { program: PROGRAM, from: day, to: day.plus(1), partner: None }
}

fn are_read(reads: &dyn Reads) {
    let tally = |clicks, hundredths| ClickTally { clicks, cost: Money(hundredths * MICROS / 100) };
    let days = reads.open_click_days(BRAND, Some(PROGRAM), Some(PARTNER)).expect("days");
    let (key, day) = &days[0];
    assert_eq!((days.len(), key.mode, day.pending, day.rejected), (1, ClickMode::Reviewed, tally(4, 16), tally(3, 15)));
    assert_eq!(reads.click_days(BRAND, period()).expect("days"), days);
    assert!(reads.open_click_days(BRAND, None, Some(PartnerId(12))).expect("days").is_empty());
    let groups = |by| reads.click_groups(BRAND, period(), by, 10).expect("groups");
    assert_eq!(groups(GroupBy::Referrer), [("a.example".to_owned(), tally(4, 16))]);
    assert_eq!(groups(GroupBy::Reason), [(String::new(), tally(4, 16))]);
    let of_partner = Period { partner: Some(PARTNER), ..period() };
    let all = groups(GroupBy::Landing);
    assert_eq!(reads.click_groups(BRAND, of_partner, GroupBy::Landing, 10).expect("groups"), all, "it has all of them");
    assert_eq!(reads.click_group(BRAND, of_partner, GroupBy::Landing, "").expect("a group"), tally(4, 16));
    let group = |by, value| reads.click_group(BRAND, period(), by, value).expect("a group");
    assert_eq!((group(GroupBy::Referrer, "a.example"), group(GroupBy::Reason, "")), (tally(4, 16), tally(4, 16)));
    assert_eq!(group(GroupBy::Referrer, "nowhere.example"), ClickTally::default());
    let read = |filter: &PayableFilter, state, after, most| {
        let which = Reviewable { program: PROGRAM, filter, state };
        let rows = reads.reviewable(BRAND, which, after, most).expect("clicks");
        rows.iter().map(|row| row.no.0).collect::<Vec<_>>()
    };
    let (any, start) = (PayableFilter::default(), PayablePlace::default());
    assert_eq!(read(&any, PayableState::Pending, start, 3), [1_000, 1_002, 1_004]);
    let after = PayablePlace { day: key.day, partner: PARTNER, click: ClickNo(1_004) };
    assert_eq!(read(&any, PayableState::Pending, after, 3), [1_006]);
    let landed = PayableFilter { landed: Some(true), ..any.clone() };
    assert_eq!(read(&landed, PayableState::Rejected, start, 3), [1_001]);
    let of_found = PayableFilter { found: Some(Some(Refusal::DuplicateClick)), ..any.clone() };
    assert!(read(&of_found, PayableState::Pending, start, 3).is_empty());
    let of_network = PayableFilter { network: Some(77), from: Some(key.day), until: Some(key.day), ..any };
    assert_eq!(read(&of_network, PayableState::Pending, start, 10).len(), 4);
    let rows = reads.payables(BRAND, period(), start, 10).expect("clicks");
    assert_eq!((rows.len(), rows[3].unpaid, rows[0].price), (8, Some(Refusal::DuplicateClick), Money(MICROS / 100)));
    assert_eq!(reads.payables(BRAND, period(), PayablePlace::of(&rows[5]), 10).expect("clicks"), rows[6..]);
    let other = Period { partner: Some(PartnerId(12)), ..period() };
    assert!(reads.payables(BRAND, other, start, 10).expect("clicks").is_empty());
    assert_eq!(reads.payable(BRAND, rows[3].no).expect("a click").as_ref(), Some(&rows[3]));
    assert_eq!(reads.payable(BrandId(2), rows[3].no).expect("not of another brand"), None);
    let counts = reads.click_counts(BRAND, period()).expect("counts");
    let counts: Vec<_> = counts.into_iter().map(|(key, tally)| (key.code, tally)).collect();
    let (twice, rejected) = (Some(Refusal::DuplicateClick), Some(Refusal::ClickRejected));
    let mut expected = vec![(None, tally(4, 16)), (twice, tally(1, 0)), (rejected, tally(3, 15))];
    expected.sort_by_key(|(code, _)| code.map_or(0, Refusal::number));
    assert_eq!(counts, expected);
    let reviews = reads.reviews(BRAND, Some(PROGRAM), None, 10).expect("reviews");
    let states: Vec<_> = reviews.iter().map(|it| (it.id.0, it.state, it.decided.clicks)).collect();
    use ReviewState::{Done, Undone};
    assert_eq!(states, [(5, Done, 1), (4, Done, 3), (3, Done, 1), (2, Undone, 0), (1, Done, 3)]);
    assert_eq!(reads.reviews(BRAND, None, Some(ReviewId(3)), 1).expect("reviews"), reviews[3..4]);
    assert_eq!(reads.review(BRAND, ReviewId(1)).expect("a review").as_ref(), Some(&reviews[4]));
    let doubts = reads.click_doubts(BRAND, period(), 10).expect("doubts");
    assert_eq!(doubts.iter().map(|it| it.doubt.clone()).collect::<Vec<_>>(), [doubted()]);
}
