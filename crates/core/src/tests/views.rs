//! Views of ads: touchpoints that count only where the terms say so, and only where nobody clicked.

use expect_test::expect;

use super::fixture::check;

#[test]
fn a_view_earns_nothing_unless_the_terms_have_a_view_window() {
    check(
        "
        shop
        at d0  view k1 A visitor=v1
        at d0+1h  conversion 1001 sale 100.00 visitor=v1
        at d1  contract A sale=8% views=24h
        at d1  view k2 A visitor=v2 embedded sub1=banner
        at d2  conversion 1002 sale 100.00 visitor=v2
        show decision 1001
        show decision 1002
        show details 1002
        show days
        ",
        expect![[r#"
            d0+1h conversion 1001: REFTYPE_NOT_ACCEPTED
            decision 1001 at d0+1h: REFTYPE_NOT_ACCEPTED
              view k1 A d0 REFTYPE_NOT_ACCEPTED: visitor:v1
            decision 1002 at d2: A by view
              view k2 A d1 won: visitor:v2
            1.1.1: occurred d2 opened d2 changed d2, intended 100.00 pays 8.00, ad 1, sub1 "banner" shared "" code "" status ""
            d0 nobody no ad: 1 unclaimed
            d0 A ad 1: 1 views
            d1 A ad 1: 1 views
            d2 A ad 1: 1 conversions 100.00 pays 8.00
            action 1.1.1 A 1002 100.00 pays 8.00 pending until d32, by view k2, terms A/2
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn the_view_window_ends_after_its_hours_and_two_seconds() {
    check(
        "
        shop
        contract A sale=8% views=24h
        at d1  view k1 A visitor=v1
        at d2+2s     conversion 1001 sale 100.00 visitor=v1
        at d2+2s+1ms conversion 1002 sale 100.00 visitor=v1
        at d2-1d-3s  conversion 1003 sale 100.00 visitor=v1 occurred=d1-2s
        at d2        conversion 1004 sale 100.00 visitor=v1 occurred=d1-2s-1ms
        ",
        expect![[r#"
            d2+2s1ms conversion 1002: OUTSIDE_ASSOCIATION_WINDOW
            d2 conversion 1004: AFTER_EVENT
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32+2s, by view k1, terms A/2
            action 1.1.2 A 1003 100.00 pays 8.00 pending until d30+23h59m58s, by view k1, terms A/2
            balance A pending 16.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn clicks_beat_views_also_older_ones() {
    check(
        "
        shop
        contract A sale=8% views=720h
        at d0  click k1 B visitor=v1
        at d1  view k2 A visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1
        at d31 conversion 1002 sale 100.00 visitor=v1
        show decision 1001
        show decision 1002
        ",
        expect![[r#"
            decision 1001 at d2: B by identifier
              view k2 A d1 OTHER_REF_PRIORITIZED: visitor:v1
              k1 B d0 won: visitor:v1
            decision 1002 at d31: A by view
              view k2 A d1 won: visitor:v1
              k1 B d0 OUTSIDE_ASSOCIATION_WINDOW: visitor:v1
            action 1.1.1 B 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            action 1.1.2 A 1002 100.00 pays 8.00 pending until d61, by view k2, terms A/2
            balance A pending 8.00 locked 0.00 paid 0.00
            balance B pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_order_is_refused_for_its_newest_click_before_its_newest_view() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d39 view k2 B visitor=v1
        at d40 conversion 1001 sale 100.00 visitor=v1
        show decision 1001
        ",
        expect![[r#"
            d40 conversion 1001: OUTSIDE_ASSOCIATION_WINDOW
            decision 1001 at d40: OUTSIDE_ASSOCIATION_WINDOW
              view k2 B d39 REFTYPE_NOT_ACCEPTED: visitor:v1
              k1 A d0 OUTSIDE_ASSOCIATION_WINDOW: visitor:v1
        "#]],
    );
}

#[test]
fn a_view_by_a_robot_or_ahead_of_time_is_none() {
    check(
        "
        shop
        contract A sale=8% views=24h
        at d0  view k1 A visitor=v1 bot
        at d0  view k2 A visitor=v1 prefetch
        at d0  view k3 A visitor=v1 ad=9
        at d0  view k4 Z visitor=v1
        at d0  view k4 A visitor=v1
        at d0+1h conversion 1001 sale 100.00 visitor=v1
        show decision 1001
        show days
        ",
        expect![[r#"
            d0 view k1: DECLARED_BOT
            d0 view k2: PREFETCH
            d0 view k3: AD_NOT_FOUND
            d0 view k4: PARTNER_NOT_FOUND
            d0+1h conversion 1001: PARTNER_NOT_FOUND
            decision 1001 at d0+1h: PARTNER_NOT_FOUND
              view k4 Z d0 PARTNER_NOT_FOUND: visitor:v1
              view k3 A d0 AD_NOT_FOUND: visitor:v1
              view k2 A d0 PREFETCH: visitor:v1
              view k1 A d0 DECLARED_BOT: visitor:v1
            d0 nobody no ad: 1 unclaimed
        "#]],
    );
}

#[test]
fn a_code_that_asks_for_a_touchpoint_takes_a_view_and_prefers_a_click() {
    check(
        "
        shop
        contract A sale=8% views=240h
        code MAYBE A policy=involved
        at d0  view k1 A visitor=v1
        at d1  click k2 B visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1 code=MAYBE
        at d3  click k3 A visitor=v1
        at d4  view k4 A visitor=v1
        at d5  conversion 1002 sale 100.00 visitor=v1 code=MAYBE
        ",
        expect![[r#"
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by promo code k1, terms A/2
            action 1.1.2 A 1002 100.00 pays 8.00 pending until d35, by promo code k3, terms A/2
            balance A pending 16.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn whoever_yields_lets_a_view_go_first() {
    check(
        "
        shop
        contract A sale=8% views=240h
        group 1 B yields
        at d0  view k1 A visitor=v1
        at d1  click k2 B visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1
        show decision 1001
        ",
        expect![[r#"
            decision 1001 at d2: A by view
              k2 B d1 CREDITING_RULE_MISMATCH: visitor:v1
              view k1 A d0 won: visitor:v1
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by view k1, terms A/2
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_channels_view_wins_within_the_templates_view_window() {
    check(
        "
        shop
        partner N channel
        template sale=8% views=24h
        contract A sale=8% views=240h
        at d0  view k1 A visitor=v1
        at d1  view k2 N visitor=v1
        at d1+1h conversion 1001 sale 100.00 visitor=v1
        at d3    conversion 1002 sale 100.00 visitor=v1
        show decision 1001
        show decision 1002
        ",
        expect![[r#"
            d1+1h conversion 1001: CREDITED_TO_CHANNEL
            decision 1001 at d1+1h: CREDITED_TO_CHANNEL
              view k2 N d1 won: visitor:v1
              view k1 A d0 CREDITED_TO_CHANNEL: visitor:v1
            decision 1002 at d3: A by view
              view k2 N d1 OUTSIDE_ASSOCIATION_WINDOW: visitor:v1
              view k1 A d0 won: visitor:v1
            action 1.1.1 A 1002 100.00 pays 8.00 pending until d33, by view k1, terms A/2
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_view_that_arrives_late_has_the_order_decided_again() {
    check(
        "
        shop
        contract A sale=8% views=24h
        at d1     visit visitor=v1 customer=c1
        at d2     conversion 1001 sale 100.00 customer=c1
        at d2+1h  view k1 A visitor=v1 occurred=d1+20h
        show decisions 1001
        ",
        expect![[r#"
            d2 conversion 1001: UNCLAIMED
            decision 1001 at d2: UNCLAIMED
            decision 1001 at d2: A by view
              view k1 A d1+20h won: customer:c1 -(d1)- visitor:v1
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by view k1, terms A/2
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}
