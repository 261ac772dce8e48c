//! The last click, by its id or by whatever joins it to the buyer, and why the others lost.

use expect_test::expect;

use super::fixture::check;

#[test]
fn a_click_id_with_the_report_is_enough() {
    check(
        "
        shop
        at d0  click k1 A
        at d2  conversion 1001 sale 100.00 click=k1
        show decision 1001
        ",
        expect![[r#"
            decision 1001 at d2: A by click id
              k1 A d0 won: reported id
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by click id k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_click_without_cookie_is_found_through_the_page_it_led_to() {
    check(
        "
        shop
        at d0     click k1 A
        at d0+5m  visit click=k1 customer=c7
        at d2     conversion 1001 sale 100.00 customer=c7
        show decision 1001
        ",
        expect![[r#"
            decision 1001 at d2: A by identifier
              k1 A d0 won: customer:c7 -(d0+5m)- click:k1
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_journey_over_two_devices_is_one() {
    check(
        "
        shop
        at d0     click k1 A visitor=phone
        at d0+5m  visit visitor=phone email=mo
        at d1     visit visitor=laptop email=mo
        at d1+1h  visit visitor=laptop customer=c7
        at d2     conversion 1001 sale 100.00 customer=c7
        show decision 1001
        show profiles
        ",
        expect![[r#"
            decision 1001 at d2: A by identifier
              k1 A d0 won: customer:c7 -(d1+1h)- visitor:laptop -(d1)- email:mo -(d0+5m)- visitor:phone
            profile visitor:phone email:mo visitor:laptop customer:c7
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn the_last_click_wins_whatever_joins_it() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d1  click k2 B visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1 click=k1
        at d2  conversion 1002 sale 50.00 visitor=v1 click=k2
        show decision 1001
        show decision 1002
        ",
        expect![[r#"
            decision 1001 at d2: B by identifier
              k2 B d1 won: visitor:v1
              k1 A d0 OTHER_REF_PRIORITIZED: reported id
            decision 1002 at d2: B by click id
              k2 B d1 won: reported id
              k1 A d0 OTHER_REF_PRIORITIZED: visitor:v1
            action 1.1.1 B 1001 100.00 pays 8.00 pending until d32, by identifier k2, terms template/1
            action 1.1.2 B 1002 50.00 pays 4.00 pending until d32, by click id k2, terms template/1
            balance B pending 12.00 locked 0.00 paid 0.00
        "#]],
    );
}

/// The order's report named one click, which led to the other: the way says so of neither more than is true.
#[test]
fn a_click_may_be_found_through_another_whose_id_was_reported() {
    check(
        "
        shop
        at d0     click k1 A
        at d0+5m  visit click=k1 visitor=v1
        at d1     click k2 B visitor=v1
        at d1     click k3 B visitor=v2
        at d1+1h  click k4 A visitor=v2
        at d2     conversion 1001 sale 100.00 click=k1
        at d2     conversion 1002 sale 100.00 click=k3
        show decision 1001
        show decision 1002
        ",
        expect![[r#"
            decision 1001 at d2: B by identifier
              k2 B d1 won: reported id of another at click:k1 -(d0+5m)- visitor:v1
              k1 A d0 OTHER_REF_PRIORITIZED: reported id
            decision 1002 at d2: A by identifier
              k4 A d1+1h won: reported id of another at visitor:v2
              k3 B d1 OTHER_REF_PRIORITIZED: reported id
            action 1.1.1 B 1001 100.00 pays 8.00 pending until d32, by identifier k2, terms template/1
            action 1.1.2 A 1002 100.00 pays 8.00 pending until d32, by identifier k4, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
            balance B pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn the_last_click_is_the_one_that_happened_last_not_the_one_that_arrived_last() {
    check(
        "
        shop
        at d1          click k2 B visitor=v1
        at d1          click k1 A visitor=v1 occurred=d0
        at d2          conversion 1001 sale 100.00 visitor=v1
        show decision 1001
        ",
        expect![[r#"
            decision 1001 at d2: B by identifier
              k2 B d1 won: visitor:v1
              k1 A d0 OTHER_REF_PRIORITIZED: visitor:v1
            action 1.1.1 B 1001 100.00 pays 8.00 pending until d32, by identifier k2, terms template/1
            balance B pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn of_two_clicks_in_one_millisecond_the_log_decides() {
    check(
        "
        shop
        at d1  click k9 A visitor=v1
        at d1  click k2 B visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1
        show decision 1001
        ",
        expect![[r#"
            decision 1001 at d2: B by identifier
              k2 B d1 won: visitor:v1
              k9 A d1 OTHER_REF_PRIORITIZED: visitor:v1
            action 1.1.1 B 1001 100.00 pays 8.00 pending until d32, by identifier k2, terms template/1
            balance B pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn the_window_is_that_of_the_partners_own_terms_at_the_time_of_the_event() {
    check(
        "
        shop
        partner C
        contract C sale=5% window=7d
        at d0   click k1 A visitor=v1
        at d1   click k2 C visitor=v1
        at d9   conversion 1001 sale 100.00 visitor=v1
        at d40  conversion 1002 sale 100.00 visitor=v1
        show decision 1001
        show decision 1002
        ",
        expect![[r#"
            d40 conversion 1002: OUTSIDE_ASSOCIATION_WINDOW
            decision 1001 at d9: A by identifier
              k2 C d1 OUTSIDE_ASSOCIATION_WINDOW: visitor:v1
              k1 A d0 won: visitor:v1
            decision 1002 at d40: OUTSIDE_ASSOCIATION_WINDOW
              k2 C d1 OUTSIDE_ASSOCIATION_WINDOW: visitor:v1
              k1 A d0 OUTSIDE_ASSOCIATION_WINDOW: visitor:v1
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d39, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn clocks_may_differ_by_two_seconds_at_both_ends_of_the_window() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        # The click is after the event, as far as is forgiven, and further.
        at d0-2s       conversion early sale 1.00 visitor=v1 occurred=d0-2s
        at d0-2001ms   conversion too-early sale 1.00 visitor=v1 occurred=d0-2001ms
        at d30+2s      conversion late sale 1.00 visitor=v1
        at d30+2001ms  conversion too-late sale 1.00 visitor=v1
        ",
        expect![[r#"
            d-1+23h59m57s999ms conversion too-early: AFTER_EVENT
            d30+2s1ms conversion too-late: OUTSIDE_ASSOCIATION_WINDOW
            action 1.1.1 A early 1.00 pays 0.08 pending until d29+23h59m58s, by identifier k1, terms template/1
            action 1.1.2 A late 1.00 pays 0.08 pending until d60+2s, by identifier k1, terms template/1
            balance A pending 0.16 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_click_after_the_event_leaves_it_to_an_earlier_one() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d3  click k2 B visitor=v1
        at d4  conversion 1001 sale 100.00 visitor=v1 occurred=d2
        show decision 1001
        ",
        expect![[r#"
            decision 1001 at d2: A by identifier
              k2 B d3 AFTER_EVENT: visitor:v1
              k1 A d0 won: visitor:v1
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn what_was_no_click_wins_nothing_and_says_why() {
    check(
        "
        shop
        at d0+1m  click k1 A visitor=v1
        at d0+2m  click k2 B visitor=v1 bot
        at d0+3m  click k3 B visitor=v1 preview
        at d0+4m  click k4 B visitor=v1 prefetch
        at d0+5m  click k5 B visitor=v1 head
        at d0+6m  click k6 B visitor=v1 embedded
        at d2     conversion 1001 sale 100.00 visitor=v1
        show decision 1001
        at d3     click k7 B visitor=v2 bot
        at d3     conversion 1002 sale 100.00 visitor=v2
        ",
        expect![[r#"
            d0+2m click k2: DECLARED_BOT
            d0+3m click k3: DECLARED_BOT
            d0+4m click k4: PREFETCH
            d0+5m click k5: HEAD_REQUEST
            d0+6m click k6: NOT_NAVIGATION
            decision 1001 at d2: A by identifier
              k6 B d0+6m NOT_NAVIGATION: visitor:v1
              k5 B d0+5m HEAD_REQUEST: visitor:v1
              k4 B d0+4m PREFETCH: visitor:v1
              k3 B d0+3m DECLARED_BOT: visitor:v1
              k2 B d0+2m DECLARED_BOT: visitor:v1
              k1 A d0+1m won: visitor:v1
            d3 click k7: DECLARED_BOT
            d3 conversion 1002: DECLARED_BOT
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_assistant_that_shops_for_a_person_counts() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1 assistant
        at d2  conversion 1001 sale 100.00 visitor=v1
        ",
        expect![[r#"
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_sighting_of_two_people_after_the_order_changes_nothing_of_it() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d1  click k2 B visitor=v2
        at d2  conversion 1001 sale 100.00 visitor=v1
        at d3  visit visitor=v1 visitor=v2
        at d4  conversion 1002 sale 100.00 visitor=v1
        show decision 1001
        show decision 1002
        ",
        expect![[r#"
            decision 1001 at d2: A by identifier
              k1 A d0 won: visitor:v1
            decision 1002 at d4: B by identifier
              k2 B d1 won: visitor:v1 -(d3)- visitor:v2
              k1 A d0 OTHER_REF_PRIORITIZED: visitor:v1
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            action 1.1.2 B 1002 100.00 pays 8.00 pending until d34, by identifier k2, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
            balance B pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_order_without_a_click_or_with_a_forged_id_is_kept() {
    check(
        "
        shop
        at d2  conversion 1001 sale 100.00 customer=c7
        at d2  conversion 1002 sale 100.00 click=forged
        at d2  conversion 1003 sale 100.00
        show decision 1001
        show decision 1002
        show reports 1003
        ",
        expect![[r#"
            d2 conversion 1001: UNCLAIMED
            d2 conversion 1002: CLICK_FORGED
            d2 conversion 1003: UNCLAIMED
            decision 1001 at d2: UNCLAIMED
            decision 1002 at d2: CLICK_FORGED
            conversion by server: UNCLAIMED, no action
        "#]],
    );
}

#[test]
fn a_click_of_another_program_is_no_candidate() {
    check(
        "
        shop
        program 2 eur
        event lead program=2
        template lead=5.00 program=2
        contract A program=2
        ad 1 program=2
        at d0  click k1 A visitor=v1 program=2
        at d2  conversion 1001 sale 100.00 visitor=v1
        at d2  conversion 1002 lead 0 visitor=v1 program=2
        ",
        expect![[r#"
            d2 conversion 1001: UNCLAIMED
            action 2.2.1 A 1002 0.00 pays 5.00 pending until d32, by identifier k1, terms template/1
            balance A program 2 pending 5.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn clicks_just_outside_every_window_are_named_and_older_ones_are_not() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d5   click k2 A visitor=v1
        at d61  conversion 1001 sale 100.00 visitor=v1
        show decision 1001
        ",
        expect![[r#"
            d61 conversion 1001: OUTSIDE_ASSOCIATION_WINDOW
            decision 1001 at d61: OUTSIDE_ASSOCIATION_WINDOW
              k2 A d5 OUTSIDE_ASSOCIATION_WINDOW: visitor:v1
        "#]],
    );
}

#[test]
fn a_click_that_the_report_names_is_named_however_old() {
    check(
        "
        shop
        at d0    click k1 A visitor=v1
        at d0    click k2 B visitor=v1
        at d0    lost k3 A
        at d0    click k4 A program=9
        show days
        at d200  conversion 1001 sale 100.00 click=k1
        at d200  conversion 1002 sale 100.00 click=k3 visitor=v9
        at d200  conversion 1003 sale 100.00 click=k4
        at d200+1h  click k5 B visitor=v1
        at d200+2h  conversion 1004 sale 100.00 click=k1
        # In a batch with an order of long ago, the older clicks are there as well.
        at d200  conversion 1005 sale 100.00 click=k1 occurred=d1
        show decision 1001
        show decision 1002
        show decision 1003
        show decision 1004
        show decision 1005
        ",
        expect![[r#"
            d0 click k4: CAMPAIGN_NOT_FOUND
            d0 A ad 1: 1 clicks
            d0 B ad 1: 1 clicks
            d200 conversion 1001: OUTSIDE_ASSOCIATION_WINDOW
            d200 conversion 1002: OUTSIDE_ASSOCIATION_WINDOW
            d200 conversion 1003: UNCLAIMED
            decision 1001 at d200: OUTSIDE_ASSOCIATION_WINDOW
              k1 A d0 OUTSIDE_ASSOCIATION_WINDOW: reported id
            decision 1002 at d200: OUTSIDE_ASSOCIATION_WINDOW
              k3 A d0 OUTSIDE_ASSOCIATION_WINDOW: reported id
            decision 1003 at d200: UNCLAIMED
            decision 1004 at d200+2h: B by identifier
              k5 B d200+1h won: reported id of another at visitor:v1
              k1 A d0 OUTSIDE_ASSOCIATION_WINDOW: reported id
            decision 1005 at d1: B by identifier
              k5 B d200+1h AFTER_EVENT: reported id of another at visitor:v1
              k2 B d0 won: reported id of another at visitor:v1
              k1 A d0 OTHER_REF_PRIORITIZED: reported id
            action 1.1.1 B 1004 100.00 pays 8.00 pending until d230+2h, by identifier k5, terms template/1
            action 1.1.2 B 1005 100.00 pays 8.00 pending until d31, by identifier k2, terms template/1
            balance B pending 16.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_long_journey_is_cut_but_keeps_its_winner() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d3  repeat 60 click k9{n} B visitor=v1
        at d4  conversion 1001 sale 100.00 visitor=v1 occurred=d2
        show winner 1001
        ",
        expect![[r#"
            51 candidates and 10 more
              k1 A d0 won: visitor:v1
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_long_journey_keeps_whoever_won_by_an_old_click() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d3  repeat 60 click k9{n} B visitor=v1
        at d4  conversion 1001 sale 100.00 visitor=v1 occurred=d2 currency=usd
        show winner 1001
        ",
        expect![[r#"
            51 candidates and 10 more
              k1 A d0 won: visitor:v1
            action 1.1.1 A 1001 100.00 USD without a rate pays 0.00 held, pending until d32, by identifier k1, terms template/1
        "#]],
    );
}
