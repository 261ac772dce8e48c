//! Orders that follow from others: a subscription and its renewals.

use expect_test::expect;

use super::fixture::check;

/// A subscription that A and B share, and the event type of its renewals.
const SUBSCRIPTION: &str = "
    shop
    event renewal parent=sale
    template sale=8% renewal=4%
    partner C
    contract C
    event sale credit=position
    at d0 click k1 A visitor=v1 sub1=blog
    at d1 click k2 B visitor=v1 ad=1
    at d2 conversion 1001 sale 100.00 visitor=v1
    at d90 click k3 C visitor=v1
";

fn subscription(then: &str) -> String {
    format!("{SUBSCRIPTION}{then}")
}

#[test]
fn whoever_earned_the_parent_earns_the_child() {
    check(
        &subscription(
            "at d91 conversion 2001 renewal 50.00 parent=1001 visitor=v1
            show decision 2001
            show details 2001
            show days",
        ),
        expect![[r#"
            decision 2001 at d91: 50% for A by parent action, 50% for B by parent action
              k3 C d90 OTHER_REF_PRIORITIZED: visitor:v1
            1.2.3: occurred d91 opened d91 changed d91, intended 25.00 pays 1.00, ad 1, sub1 "blog" shared "" code "" status ""
            1.2.4: occurred d91 opened d91 changed d91, intended 25.00 pays 1.00, ad 1, sub1 "" shared "" code "" status ""
            d0 A ad 1: 1 clicks
            d1 B ad 1: 1 clicks
            d2 A ad 1: 1 assists 50.00 pays 4.00
            d2 B ad 1: 1 conversions 50.00 pays 4.00
            d90 C ad 1: 1 clicks
            d91 A ad 1: 1 assists 25.00 pays 1.00
            d91 B ad 1: 1 conversions 25.00 pays 1.00
            action 1.1.1 50% for A 1001 50.00 pays 4.00 pending until d32, by identifier k1, terms template/2
            action 1.1.2 50% for B 1001 50.00 pays 4.00 pending until d32, by identifier k2, terms template/2
            action 1.2.3 50% for A 2001 25.00 pays 1.00 pending until d121, by parent action, terms template/2
            action 1.2.4 50% for B 2001 25.00 pays 1.00 pending until d121, by parent action, terms template/2
            balance A pending 5.00 locked 0.00 paid 0.00
            balance B pending 5.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn the_parent_may_have_the_same_order_id() {
    check(
        &subscription("at d91 conversion 1001 renewal 50.00"),
        expect![[r#"
        action 1.1.1 50% for A 1001 50.00 pays 4.00 pending until d32, by identifier k1, terms template/2
        action 1.1.2 50% for B 1001 50.00 pays 4.00 pending until d32, by identifier k2, terms template/2
        action 1.2.3 50% for A 1001 25.00 pays 1.00 pending until d121, by parent action, terms template/2
        action 1.2.4 50% for B 1001 25.00 pays 1.00 pending until d121, by parent action, terms template/2
        balance A pending 5.00 locked 0.00 paid 0.00
        balance B pending 5.00 locked 0.00 paid 0.00
    "#]],
    );
}

#[test]
fn a_named_parent_counts_and_not_the_one_of_the_same_id() {
    check(
        &subscription("at d91 conversion 1001 renewal 50.00 parent=1002\n show decision 1001"),
        expect![[r#"
        d91 conversion 1001: NO_VALID_ACTION_REF
        decision 1001 at d91: NO_VALID_ACTION_REF
        action 1.1.1 50% for A 1001 50.00 pays 4.00 pending until d32, by identifier k1, terms template/2
        action 1.1.2 50% for B 1001 50.00 pays 4.00 pending until d32, by identifier k2, terms template/2
        balance A pending 4.00 locked 0.00 paid 0.00
        balance B pending 4.00 locked 0.00 paid 0.00
    "#]],
    );
}

#[test]
fn without_a_parent_nobody_earns_the_child() {
    check(
        &subscription("at d91 conversion 2001 renewal 50.00 parent=1002 visitor=v1\n show decision 2001"),
        expect![[r#"
            d91 conversion 2001: NO_VALID_ACTION_REF
            decision 2001 at d91: NO_VALID_ACTION_REF
              k3 C d90 NO_VALID_ACTION_REF: visitor:v1
            action 1.1.1 50% for A 1001 50.00 pays 4.00 pending until d32, by identifier k1, terms template/2
            action 1.1.2 50% for B 1001 50.00 pays 4.00 pending until d32, by identifier k2, terms template/2
            balance A pending 4.00 locked 0.00 paid 0.00
            balance B pending 4.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_parent_that_was_reversed_is_none() {
    check(
        &subscription("at d3 reverse 1001\n at d91 conversion 2001 renewal 50.00 parent=1001\n show decision 2001"),
        expect![[r#"
            d91 conversion 2001: NO_VALID_ACTION_REF
            decision 2001 at d91: NO_VALID_ACTION_REF
            action 1.1.1 50% for A 1001 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k1, terms template/2
            action 1.1.2 50% for B 1001 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k2, terms template/2
            balance A pending 0.00 locked 0.00 paid 0.00
            balance B pending 0.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn where_a_part_of_the_parent_was_reversed_that_share_is_paid_to_nobody() {
    check(
        &subscription(
            "at d3 reverse 1.1.1
            at d91 conversion 2001 renewal 50.00 parent=1001 item=a:1:50.00
            show decision 2001
            show items 2001
            at d92 modify 2001 event=renewal amount=40.00",
        ),
        expect![[r#"
            decision 2001 at d91: 50% for B by parent action
            1 x a 25.00
            action 1.1.1 50% for A 1001 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k1, terms template/2
            action 1.1.2 50% for B 1001 50.00 pays 4.00 pending until d32, by identifier k2, terms template/2
            action 1.2.3 50% for B 2001 20.00 pays 0.80 pending until d121, by parent action, terms template/2
            balance A pending 0.00 locked 0.00 paid 0.00
            balance B pending 4.80 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_child_keeps_what_it_earned_when_its_parent_is_reversed() {
    check(
        &subscription("at d31 conversion 2001 renewal 50.00 parent=1001\n at d31+1h reverse 1001"),
        expect![[r#"
        action 1.1.1 50% for A 1001 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k1, terms template/2
        action 1.1.2 50% for B 1001 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k2, terms template/2
        action 1.2.3 50% for A 2001 25.00 pays 1.00 pending until d61, by parent action, terms template/2
        action 1.2.4 50% for B 2001 25.00 pays 1.00 pending until d61, by parent action, terms template/2
        balance A pending 1.00 locked 0.00 paid 0.00
        balance B pending 1.00 locked 0.00 paid 0.00
    "#]],
    );
}

#[test]
fn a_parent_is_found_within_one_batch_and_however_late_the_child_is_told_again() {
    check(
        "shop
        event renewal parent=sale
        template sale=8% renewal=4%
        at d0 click k1 A visitor=v1
        at d1 conversion 2001 renewal 50.00 parent=1001
        at d1 conversion 1001 sale 100.00 visitor=v1
        at d1 conversion 2002 renewal 50.00 parent=1001
        at d2 conversion 2001 renewal 50.00 parent=1001
        show decisions 2001",
        expect![[r#"
            d1 conversion 2001: NO_VALID_ACTION_REF
            decision 2001 at d1: NO_VALID_ACTION_REF
            decision 2001 at d1: A by parent action
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d31, by identifier k1, terms template/2
            action 1.2.2 A 2002 50.00 pays 2.00 pending until d31, by parent action, terms template/2
            action 1.2.3 A 2001 50.00 pays 2.00 pending until d31, by parent action, terms template/2
            balance A pending 12.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_partner_that_the_brand_names_comes_before_the_parent() {
    check(
        &subscription("at d91 conversion 2001 renewal 50.00 parent=1001 partner=C\n show decision 2001"),
        expect![[r#"
        decision 2001 at d91: C by forced partner
        action 1.1.1 50% for A 1001 50.00 pays 4.00 pending until d32, by identifier k1, terms template/2
        action 1.1.2 50% for B 1001 50.00 pays 4.00 pending until d32, by identifier k2, terms template/2
        action 1.2.3 C 2001 50.00 pays 2.00 pending until d121, by forced partner, terms template/2
        balance A pending 4.00 locked 0.00 paid 0.00
        balance B pending 4.00 locked 0.00 paid 0.00
        balance C pending 2.00 locked 0.00 paid 0.00
    "#]],
    );
}

#[test]
fn a_parent_comes_before_a_promo_code() {
    check(
        &subscription("code C10 C\n at d91 conversion 2001 renewal 50.00 parent=1001 code=C10\n show decision 2001"),
        expect![[r#"
            decision 2001 at d91: 50% for A by parent action, 50% for B by parent action
            action 1.1.1 50% for A 1001 50.00 pays 4.00 pending until d32, by identifier k1, terms template/2
            action 1.1.2 50% for B 1001 50.00 pays 4.00 pending until d32, by identifier k2, terms template/2
            action 1.2.3 50% for A 2001 25.00 pays 1.00 pending until d121, by parent action, terms template/2
            action 1.2.4 50% for B 2001 25.00 pays 1.00 pending until d121, by parent action, terms template/2
            balance A pending 5.00 locked 0.00 paid 0.00
            balance B pending 5.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_partner_that_can_not_be_paid_for_the_child_passes_its_share_to_nobody() {
    check(
        &subscription(
            "at d90 partner A paused
            at d91 conversion 2001 renewal 50.00 parent=1001
            at d91 partner B paused
            at d92 conversion 2002 renewal 50.00 parent=1001",
        ),
        expect![[r#"
            d92 conversion 2002: PARTNER_NOT_ACTIVE
            action 1.1.1 50% for A 1001 50.00 pays 4.00 pending until d32, by identifier k1, terms template/2
            action 1.1.2 50% for B 1001 50.00 pays 4.00 pending until d32, by identifier k2, terms template/2
            action 1.2.3 50% for B 2001 25.00 pays 1.00 pending until d121, by parent action, terms template/2
            balance A pending 4.00 locked 0.00 paid 0.00
            balance B pending 5.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn children_have_children() {
    check(
        &subscription(
            "event upgrade parent=renewal
            template sale=8% renewal=4% upgrade=1.00
            at d91 conversion 2001 renewal 50.00 parent=1001
            at d92 conversion 3001 upgrade 10.00 parent=2001",
        ),
        expect![[r#"
            action 1.1.1 50% for A 1001 50.00 pays 4.00 pending until d32, by identifier k1, terms template/2
            action 1.1.2 50% for B 1001 50.00 pays 4.00 pending until d32, by identifier k2, terms template/2
            action 1.2.3 50% for A 2001 25.00 pays 1.00 pending until d121, by parent action, terms template/3
            action 1.2.4 50% for B 2001 25.00 pays 1.00 pending until d121, by parent action, terms template/3
            action 1.3.5 50% for A 3001 5.00 pays 0.50 pending until d122, by parent action, terms template/3
            action 1.3.6 50% for B 3001 5.00 pays 0.50 pending until d122, by parent action, terms template/3
            balance A pending 5.50 locked 0.00 paid 0.00
            balance B pending 5.50 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_event_type_is_not_its_own_parent() {
    check(
        "shop
        event renewal parent=sale
        event sale parent=sale
        event sale parent=renewal
        event sale parent=77
        show config",
        expect![[r#"
            d0 event sale: ACTIONTRACKER_NOT_FOUND
            d0 event sale: ACTIONTRACKER_NOT_FOUND
            d0 event sale: ACTIONTRACKER_NOT_FOUND
            event 1 sale of 1 Active
            event 2 renewal of 1 Active
            ad 1 of 1 Active
            terms template/1 from d-365 Active, own rules
            terms A/1 from d-365 Active, as the template
            terms B/1 from d-365 Active, as the template
        "#]],
    );
}

#[test]
fn a_parent_that_is_told_late_of_the_same_buyer_decides_the_child_again() {
    check(
        "shop
        event renewal parent=sale
        template sale=8% renewal=4%
        at d0 click k1 A visitor=v1
        at d0 visit visitor=v1 customer=c7
        at d1 conversion 2001 renewal 50.00 parent=1001 customer=c7
        at d1+1h conversion 1001 sale 100.00 customer=c7 occurred=d0+1h
        show decisions 2001",
        expect![[r#"
            d1 conversion 2001: NO_VALID_ACTION_REF
            decision 2001 at d1: NO_VALID_ACTION_REF
              k1 A d0 NO_VALID_ACTION_REF: customer:c7 -(d0)- visitor:v1
            decision 2001 at d1: A by parent action
              k1 A d0 OTHER_REF_PRIORITIZED: customer:c7 -(d0)- visitor:v1
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d30+1h, by identifier k1, terms template/2
            action 1.2.2 A 2001 50.00 pays 2.00 pending until d31, by parent action, terms template/2
            balance A pending 10.00 locked 0.00 paid 0.00
        "#]],
    );
}
