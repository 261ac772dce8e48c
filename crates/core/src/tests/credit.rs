//! Orders that several touchpoints share: by which policy.

use expect_test::expect;
use proptest::prelude::*;

use super::fixture::{check, run};
use super::properties::cases;
use crate::attribution::credit::shares;
use crate::money::WHOLE_PPM;
use crate::program::CreditPolicy;
use crate::time::{DAY_MS, Timestamp};

/// A buyer who clicked on links of A, B and C, then of A again.
pub const JOURNEY: &str = "
    shop
    partner C
    contract C sale=10% window=30d lock=5d
    at d0 click k1 A visitor=v1
    at d7 click k2 B visitor=v1
    at d14 click k3 C visitor=v1
    at d21 click k4 A visitor=v1
";

pub fn journey(policy: &str, then: &str) -> String {
    format!("{JOURNEY} at d21 event sale credit={policy}\n at d21+1h conversion 1001 sale 100.00 visitor=v1\n{then}")
}

#[test]
fn the_last_touchpoint_has_all_by_default() {
    check(
        &journey("last", "show decision 1001"),
        expect![[r#"
        decision 1001 at d21+1h: A by identifier
          k4 A d21 won: visitor:v1
          k3 C d14 OTHER_REF_PRIORITIZED: visitor:v1
          k2 B d7 OTHER_REF_PRIORITIZED: visitor:v1
          k1 A d0 OTHER_REF_PRIORITIZED: visitor:v1
        action 1.1.1 A 1001 100.00 pays 8.00 pending until d51+1h, by identifier k4, terms template/1
        balance A pending 8.00 locked 0.00 paid 0.00
    "#]],
    );
}

#[test]
fn the_first_touchpoint_has_all_by_first_click() {
    check(
        &journey("first", "show decision 1001"),
        expect![[r#"
        decision 1001 at d21+1h: A by identifier
          k4 A d21 OTHER_REF_PRIORITIZED: visitor:v1
          k3 C d14 OTHER_REF_PRIORITIZED: visitor:v1
          k2 B d7 OTHER_REF_PRIORITIZED: visitor:v1
          k1 A d0 won: visitor:v1
        action 1.1.1 A 1001 100.00 pays 8.00 pending until d51+1h, by identifier k1, terms template/1
        balance A pending 8.00 locked 0.00 paid 0.00
    "#]],
    );
}

#[test]
fn every_touchpoint_has_the_same_by_linear_credit() {
    check(
        &journey("linear", "show decision 1001\n show days"),
        expect![[r#"
            decision 1001 at d21+1h: 25% for B by identifier, 25% for C by identifier, 50% for A by identifier
              k4 A d21 won 25%: visitor:v1
              k3 C d14 won 25%: visitor:v1
              k2 B d7 won 25%: visitor:v1
              k1 A d0 won 25%: visitor:v1
            d0 A ad 1: 1 clicks
            d7 B ad 1: 1 clicks
            d14 C ad 1: 1 clicks
            d21 A ad 1: 1 clicks 1 conversions 50.00 pays 4.00
            d21 B ad 1: 1 assists 25.00 pays 2.00
            d21 C ad 1: 1 assists 25.00 pays 2.50
            action 1.1.1 25% for B 1001 25.00 pays 2.00 pending until d51+1h, by identifier k2, terms template/1
            action 1.1.2 25% for C 1001 25.00 pays 2.50 pending until d26+1h, by identifier k3, terms C/1
            action 1.1.3 50% for A 1001 50.00 pays 4.00 pending until d51+1h, by identifier k4, terms template/1
            balance A pending 4.00 locked 0.00 paid 0.00
            balance B pending 2.00 locked 0.00 paid 0.00
            balance C pending 2.50 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn the_ends_have_forty_per_cent_each_by_position() {
    check(
        &journey("position", "show decision 1001"),
        expect![[r#"
        decision 1001 at d21+1h: 10% for B by identifier, 10% for C by identifier, 80% for A by identifier
          k4 A d21 won 40%: visitor:v1
          k3 C d14 won 10%: visitor:v1
          k2 B d7 won 10%: visitor:v1
          k1 A d0 won 40%: visitor:v1
        action 1.1.1 10% for B 1001 10.00 pays 0.80 pending until d51+1h, by identifier k2, terms template/1
        action 1.1.2 10% for C 1001 10.00 pays 1.00 pending until d26+1h, by identifier k3, terms C/1
        action 1.1.3 80% for A 1001 80.00 pays 6.40 pending until d51+1h, by identifier k4, terms template/1
        balance A pending 6.40 locked 0.00 paid 0.00
        balance B pending 0.80 locked 0.00 paid 0.00
        balance C pending 1.00 locked 0.00 paid 0.00
    "#]],
    );
}

#[test]
fn two_touchpoints_have_half_each_by_position() {
    check(
        "shop
        event sale credit=position
        at d0 click k1 A visitor=v1
        at d1 click k2 B visitor=v1
        at d2 conversion 1001 sale 100.00 visitor=v1
        show decision 1001",
        expect![[r#"
            decision 1001 at d2: 50% for A by identifier, 50% for B by identifier
              k2 B d1 won 50%: visitor:v1
              k1 A d0 won 50%: visitor:v1
            action 1.1.1 50% for A 1001 50.00 pays 4.00 pending until d32, by identifier k1, terms template/1
            action 1.1.2 50% for B 1001 50.00 pays 4.00 pending until d32, by identifier k2, terms template/1
            balance A pending 4.00 locked 0.00 paid 0.00
            balance B pending 4.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_week_older_is_half_as_much_by_time_decay() {
    check(
        &journey("decay", "show decision 1001"),
        expect![[r#"
        decision 1001 at d21+1h: 13.3333% for B by identifier, 26.6666% for C by identifier, 60.0001% for A by identifier
          k4 A d21 won 53.3335%: visitor:v1
          k3 C d14 won 26.6666%: visitor:v1
          k2 B d7 won 13.3333%: visitor:v1
          k1 A d0 won 6.6666%: visitor:v1
        action 1.1.1 13.3333% for B 1001 13.33 pays 1.07 pending until d51+1h, by identifier k2, terms template/1
        action 1.1.2 26.6666% for C 1001 26.66 pays 2.67 pending until d26+1h, by identifier k3, terms C/1
        action 1.1.3 60.0001% for A 1001 60.01 pays 4.80 pending until d51+1h, by identifier k4, terms template/1
        balance A pending 4.80 locked 0.00 paid 0.00
        balance B pending 1.07 locked 0.00 paid 0.00
        balance C pending 2.67 locked 0.00 paid 0.00
    "#]],
    );
}

#[test]
fn age_is_counted_in_whole_days_by_time_decay() {
    check(
        "shop
        event sale credit=decay
        at d0 click k1 A visitor=v1
        at d0+23h click k2 B visitor=v1
        at d0+23h+59m conversion 1001 sale 100.00 visitor=v1
        show decision 1001",
        expect![[r#"
            decision 1001 at d0+23h59m: 50% for A by identifier, 50% for B by identifier
              k2 B d0+23h won 50%: visitor:v1
              k1 A d0 won 50%: visitor:v1
            action 1.1.1 50% for A 1001 50.00 pays 4.00 pending until d30+23h59m, by identifier k1, terms template/1
            action 1.1.2 50% for B 1001 50.00 pays 4.00 pending until d30+23h59m, by identifier k2, terms template/1
            balance A pending 4.00 locked 0.00 paid 0.00
            balance B pending 4.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_fortnight_older_is_a_quarter_to_the_millionth_by_time_decay() {
    let event = Timestamp(1_767_225_600_000);
    for days in 0..7 {
        let at = [event.minus_days(days + 14), event.minus_days(days)];
        assert_eq!(shares(CreditPolicy::TimeDecay, event, &at), [200_000, 800_000], "{days} days");
    }
}

#[test]
fn a_touchpoint_too_old_to_weigh_anything_has_no_share() {
    check(
        "shop
        template sale=8% window=400d
        event sale credit=decay
        at d0 click k1 A visitor=v1
        at d200 click k2 B visitor=v1
        at d200+1h conversion 1001 sale 100.00 visitor=v1
        show decision 1001",
        expect![[r#"
            decision 1001 at d200+1h: B by identifier
              k2 B d200 won: visitor:v1
              k1 A d0 OTHER_REF_PRIORITIZED: visitor:v1
            action 1.1.1 B 1001 100.00 pays 8.00 pending until d230+1h, by identifier k2, terms template/2
            balance B pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn of_two_touchpoints_at_once_the_one_recorded_later_is_the_last() {
    check(
        "shop
        event sale credit=linear
        at d0 lost k1 A
        at d0 lost k2 B
        at d1 found k2 visitor=v1
        at d2 found k1 visitor=v1
        at d3 conversion 1001 sale 0.01 visitor=v1
        show decision 1001",
        expect![[r#"
            decision 1001 at d3: 50% for B by identifier, 50% for A by identifier
              k1 A d0 won 50%: visitor:v1
              k2 B d0 won 50%: visitor:v1
            action 1.1.1 50% for B 1001 0.00 pays 0.00 pending until d33, by identifier k2, terms template/1
            action 1.1.2 50% for A 1001 0.01 pays 0.00 pending until d33, by identifier k1, terms template/1
        "#]],
    );
}

#[test]
fn what_may_not_earn_has_no_share() {
    check(
        "shop
        event sale credit=linear
        at d0 click k1 A visitor=v1
        at d40 click k2 B visitor=v1
        at d41 click k3 A visitor=v1 bot
        at d42 conversion 1001 sale 100.00 visitor=v1
        show decision 1001",
        expect![[r#"
            d41 click k3: DECLARED_BOT
            decision 1001 at d42: B by identifier
              k3 A d41 DECLARED_BOT: visitor:v1
              k2 B d40 won: visitor:v1
              k1 A d0 OUTSIDE_ASSOCIATION_WINDOW: visitor:v1
            action 1.1.1 B 1001 100.00 pays 8.00 pending until d72, by identifier k2, terms template/1
            balance B pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn stronger_evidence_is_not_shared() {
    check(
        "shop
        event sale credit=linear
        at d0 click k1 A visitor=v1
        at d1 click k2 B visitor=v1
        at d2 conversion 1001 sale 100.00 visitor=v1 partner=A
        show decision 1001",
        expect![[r#"
            decision 1001 at d2: A by forced partner
              k2 B d1 OTHER_REF_PRIORITIZED: visitor:v1
              k1 A d0 OTHER_REF_PRIORITIZED: visitor:v1
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by forced partner, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn the_newest_fifty_take_part() {
    let run = run("shop
        event sale credit=first
        at d0 click k1 A visitor=v1
        at d1 repeat 50 click k1{n} B visitor=v1
        at d2 conversion 1001 sale 100.00 visitor=v1
        event sale credit=linear
        at d2 conversion 1002 sale 100.00 visitor=v1
        show winner 1001");
    let shared = |order: &str| {
        let decision = run.books.decisions.values().find(|it| it.order.order_id == order).unwrap();
        decision
            .candidates
            .iter()
            .filter(|it| it.share_ppm > 0)
            .map(|it| (it.click.0, it.share_ppm))
            .collect::<Vec<_>>()
    };
    assert_eq!(shared("1001"), [(11, 1_000_000)], "the first of the newest fifty, not of all");
    assert_eq!(shared("1002").len(), 50);
    assert!(shared("1002").iter().all(|(click, share)| *click != 1 && *share == 20_000));
}

#[test]
fn a_share_is_told_however_far_back_it_stands() {
    let run = run("shop
        event sale credit=first
        at d0 click k1 A visitor=v1
        at d1 repeat 60 click k1{n} B visitor=v1 bot
        at d2 conversion 1001 sale 100.00 visitor=v1
        show winner 1001");
    assert!(run.output.contains("51 candidates and 10 more\n  k1 A d0 won: visitor:v1\n"), "{}", run.output);
}

#[test]
fn an_order_in_another_currency_is_shared_as_any_other() {
    check(
        &journey("linear", "conversion 1002 sale 5.00 visitor=v1 currency=usd\n show decision 1002"),
        expect![[r#"
            decision 1002 at d21+1h: 25% for B by identifier, 25% for C by identifier, 50% for A by identifier
              k4 A d21 won 25%: visitor:v1
              k3 C d14 won 25%: visitor:v1
              k2 B d7 won 25%: visitor:v1
              k1 A d0 won 25%: visitor:v1
            action 1.1.1 25% for B 1001 25.00 pays 2.00 pending until d51+1h, by identifier k2, terms template/1
            action 1.1.2 25% for C 1001 25.00 pays 2.50 pending until d26+1h, by identifier k3, terms C/1
            action 1.1.3 50% for A 1001 50.00 pays 4.00 pending until d51+1h, by identifier k4, terms template/1
            action 1.1.4 25% for B 1002 1.25 USD without a rate pays 0.00 held, pending until d51+1h, by identifier k2, terms template/1
            action 1.1.5 25% for C 1002 1.25 USD without a rate pays 0.00 held, pending until d26+1h, by identifier k3, terms C/1
            action 1.1.6 50% for A 1002 2.50 USD without a rate pays 0.00 held, pending until d51+1h, by identifier k4, terms template/1
            balance A pending 4.00 locked 0.00 paid 0.00
            balance B pending 2.00 locked 0.00 paid 0.00
            balance C pending 2.50 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_fixed_payout_is_paid_by_share() {
    check(
        "shop
        partner C
        contract C sale=2.00
        event sale credit=position
        at d0 click k1 C visitor=v1
        at d1 click k2 B visitor=v1
        at d2 click k3 A visitor=v1
        at d3 conversion 1001 sale 100.00 visitor=v1",
        expect![[r#"
            action 1.1.1 40% for C 1001 40.00 pays 0.80 pending until d33, by identifier k1, terms C/1
            action 1.1.2 20% for B 1001 20.00 pays 1.60 pending until d33, by identifier k2, terms template/1
            action 1.1.3 40% for A 1001 40.00 pays 3.20 pending until d33, by identifier k3, terms template/1
            balance A pending 3.20 locked 0.00 paid 0.00
            balance B pending 1.60 locked 0.00 paid 0.00
            balance C pending 0.80 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_partner_with_two_clicks_has_one_action_for_both() {
    check(
        "shop
        event sale credit=linear
        at d0 click k1 A visitor=v1
        at d1 click k2 A visitor=v1 ad=1
        at d2 conversion 1001 sale 100.00 visitor=v1
        show decision 1001
        show days",
        expect![[r#"
            decision 1001 at d2: A by identifier
              k2 A d1 won 50%: visitor:v1
              k1 A d0 won 50%: visitor:v1
            d0 A ad 1: 1 clicks
            d1 A ad 1: 1 clicks
            d2 A ad 1: 1 conversions 100.00 pays 8.00
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by identifier k2, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

pub fn policies() -> impl Strategy<Value = CreditPolicy> {
    proptest::sample::select(CreditPolicy::ALL.to_vec())
}

/// Ages before the event, the oldest first; the newest may be a little after it.
pub fn touchpoints(most: usize) -> impl Strategy<Value = Vec<Timestamp>> {
    proptest::collection::vec(-2_000..800 * DAY_MS, 1..=most).prop_map(|mut ages| {
        ages.sort_unstable_by(|a, b| b.cmp(a));
        ages.into_iter().map(|age| Timestamp(1_767_225_600_000 - age)).collect()
    })
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn shares_add_up_to_one(policy in policies(), at in touchpoints(50)) {
        let shares = shares(policy, Timestamp(1_767_225_600_000), &at);
        prop_assert_eq!(shares.len(), at.len());
        prop_assert_eq!(shares.iter().sum::<u32>(), WHOLE_PPM);
        prop_assert!(*shares.last().unwrap() > 0 || policy == CreditPolicy::First);
    }

    #[test]
    fn by_time_decay_nobody_has_more_than_a_newer_one(at in touchpoints(50)) {
        let shares = shares(CreditPolicy::TimeDecay, Timestamp(1_767_225_600_000), &at);
        prop_assert!(shares.is_sorted(), "{:?}", shares);
    }
}
