//! Who goes first: groups of partners that yield or take no credit, channels that are never paid, and values that
//! belong to one partner.

use expect_test::expect;

use super::fixture::check;

#[test]
fn a_group_that_yields_loses_to_any_partner_outside() {
    check(
        "
        shop
        partner C
        contract C
        group new A,C yields by=7
        at d0  click k1 B visitor=v1
        at d1  click k2 A visitor=v1
        at d1  click k3 A visitor=v2
        at d2  click k4 C visitor=v2
        at d3  conversion 1001 sale 100.00 visitor=v1
        at d3  conversion 1002 sale 100.00 visitor=v2
        at d31 conversion 1003 sale 100.00 visitor=v1 occurred=d30+1h
        show decision 1001
        show decision 1002
        show decision 1003
        ",
        expect![[r#"
            decision 1001 at d3: B by identifier
              k2 A d1 CREDITING_RULE_MISMATCH: visitor:v1
              k1 B d0 won: visitor:v1
            decision 1002 at d3: C by identifier
              k4 C d2 won: visitor:v2
              k3 A d1 OTHER_REF_PRIORITIZED: visitor:v2
            decision 1003 at d30+1h: A by identifier
              k2 A d1 won: visitor:v1
              k1 B d0 OUTSIDE_ASSOCIATION_WINDOW: visitor:v1
            action 1.1.1 B 1001 100.00 pays 8.00 pending until d33, by identifier k1, terms template/1
            action 1.1.2 C 1002 100.00 pays 8.00 pending until d33, by identifier k4, terms template/1
            action 1.1.3 A 1003 100.00 pays 8.00 pending until d60+1h, by identifier k2, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
            balance B pending 8.00 locked 0.00 paid 0.00
            balance C pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn of_groups_that_all_yield_the_last_click_wins() {
    check(
        "
        shop
        group 1 A yields
        group 2 B yields
        at d0  click k1 A visitor=v1
        at d1  click k2 B visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1
        ",
        expect![[r#"
            action 1.1.1 B 1001 100.00 pays 8.00 pending until d32, by identifier k2, terms template/1
            balance B pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_group_that_never_takes_credit_earns_by_code_alone() {
    check(
        "
        shop
        group 1 A never
        code TRAIL10 A
        code MAYBE A policy=involved
        at d0  click k1 A visitor=v1
        at d1  click k2 A visitor=v2
        at d1  click k3 B visitor=v2
        at d2  conversion 1001 sale 100.00 visitor=v1
        at d2  conversion 1002 sale 100.00 visitor=v1 code=TRAIL10
        at d2  conversion 1003 sale 100.00 visitor=v1 code=MAYBE
        at d2  conversion 1004 sale 100.00 visitor=v2
        show decision 1001
        show decision 1004
        ",
        expect![[r#"
            d2 conversion 1001: CREDITING_RULE_MISMATCH
            d2 conversion 1003: CREDITING_RULE_MISMATCH
            decision 1001 at d2: CREDITING_RULE_MISMATCH
              k1 A d0 CREDITING_RULE_MISMATCH: visitor:v1
            decision 1004 at d2: B by identifier
              k3 B d1 won: visitor:v2
              k2 A d1 CREDITING_RULE_MISMATCH: visitor:v2
            action 1.1.1 A 1002 100.00 pays 8.00 pending until d32, by promo code, terms template/1
            action 1.1.2 B 1004 100.00 pays 8.00 pending until d32, by identifier k3, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
            balance B pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn the_strictest_of_a_partners_groups_holds_and_only_in_its_program() {
    check(
        "
        shop
        program 2 eur
        event lead program=2
        template lead=5.00 program=2
        contract A program=2
        ad 1 program=2
        group 1 A yields
        group 2 A,B
        group 3 A never
        at d0  click k1 A visitor=v1
        at d0  click k2 A visitor=v1 program=2
        at d2  conversion 1001 sale 100.00 visitor=v1
        at d2  conversion 1002 lead 0 visitor=v1 program=2
        group 3
        at d3  conversion 1003 sale 100.00 visitor=v1
        show config
        ",
        expect![[r#"
            d2 conversion 1001: CREDITING_RULE_MISMATCH
            event 1 sale of 1 Active
            event 2 lead of 2 Active
            ad 1 of 1 Active
            ad 1 of 2 Active
            group 1 of 1: A Yields
            group 2 of 1: A,B Normal
            group 3 of 1:  Normal
            terms template/1 from d-365 Active, own rules
            terms A/1 from d-365 Active, as the template
            terms B/1 from d-365 Active, as the template
            terms template/1 from d-365 Active, own rules
            terms A/1 from d-365 Active, as the template
            action 2.2.1 A 1002 0.00 pays 5.00 pending until d32, by identifier k2, terms template/1
            action 1.1.2 A 1003 100.00 pays 8.00 pending until d33, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
            balance A program 2 pending 5.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_group_names_what_exists() {
    check(
        "
        shop
        group new A,Z
        group new A program=9
        group 0 A
        group 7 A
        group new B,A,A
        show config
        ",
        expect![[r#"
            d0 group new: PARTNER_NOT_FOUND
            d0 group new: CAMPAIGN_NOT_FOUND
            d0 group 0: ID_OUT_OF_RANGE
            event 1 sale of 1 Active
            ad 1 of 1 Active
            group 7 of 1: A Normal
            group 8 of 1: A,B Normal
            terms template/1 from d-365 Active, own rules
            terms A/1 from d-365 Active, as the template
            terms B/1 from d-365 Active, as the template
        "#]],
    );
}

#[test]
fn an_order_that_a_channel_wins_earns_nobody_anything() {
    check(
        "
        shop
        partner N channel
        at d0  click k1 A visitor=v1
        at d1  click k2 N visitor=v1
        at d1  click k3 N visitor=v2
        at d2  click k4 A visitor=v2
        at d3  conversion 1001 sale 100.00 visitor=v1
        at d3  conversion 1002 sale 100.00 visitor=v2
        at d32 click k5 A visitor=v1
        at d33 conversion 1003 sale 100.00 visitor=v1
        show decision 1001
        show decision 1002
        show decision 1003
        show days
        ",
        expect![[r#"
            d3 conversion 1001: CREDITED_TO_CHANNEL
            decision 1001 at d3: CREDITED_TO_CHANNEL
              k2 N d1 won: visitor:v1
              k1 A d0 CREDITED_TO_CHANNEL: visitor:v1
            decision 1002 at d3: A by identifier
              k4 A d2 won: visitor:v2
              k3 N d1 OTHER_REF_PRIORITIZED: visitor:v2
            decision 1003 at d33: A by identifier
              k5 A d32 won: visitor:v1
              k2 N d1 OUTSIDE_ASSOCIATION_WINDOW: visitor:v1
              k1 A d0 OUTSIDE_ASSOCIATION_WINDOW: visitor:v1
            d0 A ad 1: 1 clicks
            d1 N ad 1: 2 clicks
            d2 A ad 1: 1 clicks
            d3 nobody no ad: 1 unclaimed
            d3 A ad 1: 1 conversions 100.00 pays 8.00
            d32 A ad 1: 1 clicks
            d33 A ad 1: 1 conversions 100.00 pays 8.00
            action 1.1.1 A 1002 100.00 pays 8.00 pending until d33, by identifier k4, terms template/1
            action 1.1.2 A 1003 100.00 pays 8.00 pending until d63, by identifier k5, terms template/1
            balance A pending 16.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_channel_without_template_terms_has_no_window() {
    check(
        "
        program 1 eur
        event sale
        ad 1
        partner N channel
        at d0  click k1 N visitor=v1
        at d1  conversion 1001 sale 100.00 visitor=v1
        ",
        expect![[r#"
            d1 conversion 1001: ACTIONTERMS_NOT_FOUND
        "#]],
    );
}

#[test]
fn a_channel_wins_by_code_and_by_name_as_well() {
    check(
        "
        shop
        partner N channel
        code NEWS N
        at d0  click k1 A visitor=v1
        at d1  conversion 1001 sale 100.00 visitor=v1 code=NEWS
        at d1  conversion 1002 sale 100.00 visitor=v1 partner=N
        at d1  conversion 1003 sale 100.00 visitor=v1 code=NEWS currency=usd
        show decision 1001
        show decision 1002
        ",
        expect![[r#"
            d1 conversion 1001: CREDITED_TO_CHANNEL
            d1 conversion 1002: CREDITED_TO_CHANNEL
            d1 conversion 1003: CREDITED_TO_CHANNEL
            decision 1001 at d1: CREDITED_TO_CHANNEL
              k1 A d0 CREDITED_TO_CHANNEL: visitor:v1
            decision 1002 at d1: CREDITED_TO_CHANNEL
              k1 A d0 CREDITED_TO_CHANNEL: visitor:v1
        "#]],
    );
}

#[test]
fn a_paused_channel_wins_nothing() {
    check(
        "
        shop
        partner N channel
        at d0  click k1 A visitor=v1
        at d1  click k2 N visitor=v1
        partner N channel paused
        at d2  click k3 N visitor=v1
        at d3  conversion 1001 sale 100.00 visitor=v1
        show decision 1001
        ",
        expect![[r#"
            d2 click k3: PARTNER_NOT_ACTIVE
            decision 1001 at d3: A by identifier
              k3 N d2 PARTNER_NOT_ACTIVE: visitor:v1
              k2 N d1 PARTNER_NOT_ACTIVE: visitor:v1
              k1 A d0 won: visitor:v1
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d33, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_assigned_value_beats_clicks_and_a_code_beats_it() {
    check(
        "
        shop
        value url shop.com/trail A
        value phone 49301234 A
        code DEAL B
        at d0  click k1 B visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1 url=shop.com/trail
        at d2  conversion 1002 sale 100.00 called=49301234
        at d2  conversion 1003 sale 100.00 url=shop.com/trail code=DEAL
        at d2  conversion 1004 sale 100.00 visitor=v1 url=shop.com/other called=1
        show decision 1001
        ",
        expect![[r#"
            decision 1001 at d2: A by assigned address
              k1 B d0 OTHER_REF_PRIORITIZED: visitor:v1
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by assigned address, terms template/1
            action 1.1.2 A 1002 100.00 pays 8.00 pending until d32, by assigned number, terms template/1
            action 1.1.3 B 1003 100.00 pays 8.00 pending until d32, by promo code, terms template/1
            action 1.1.4 B 1004 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            balance A pending 16.00 locked 0.00 paid 0.00
            balance B pending 16.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_assigned_value_that_is_paused_or_pays_nothing_leaves_it_to_the_clicks() {
    check(
        "
        shop
        partner C
        value url shop.com/trail A
        value url shop.com/trail B by=7
        value url shop.com/trail A paused
        value phone 1 C
        value phone 2 Z
        value phone 2 A program=9
        at d0  click k1 B visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1 url=shop.com/trail
        at d2  conversion 1002 sale 100.00 visitor=v1 called=1
        show config
        show audit
        ",
        expect![[r#"
            d0 value url: CODE_TAKEN
            d0 value phone: PARTNER_NOT_FOUND
            d0 value phone: CAMPAIGN_NOT_FOUND
            event 1 sale of 1 Active
            ad 1 of 1 Active
            Url shop.com/trail of A Paused
            Phone 1 of C Active
            terms template/1 from d-365 Active, own rules
            terms A/1 from d-365 Active, as the template
            terms B/1 from d-365 Active, as the template
            d0 assigned_value_set "" by 7 "because" CODE_TAKEN
            action 1.1.1 B 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            action 1.1.2 B 1002 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            balance B pending 16.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_channels_share_of_an_order_is_paid_to_nobody() {
    check(
        "
        shop
        event sale credit=linear
        partner N channel
        at d0  click k1 A visitor=v1
        at d1  click k2 N visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1
        at d3  modify 1001 amount=50.00
        show decision 1001
        show history 1001
        ",
        expect![[r#"
            decision 1001 at d2: 50% for A by identifier, 50% for N by identifier
              k2 N d1 won 50%: visitor:v1
              k1 A d0 won 50%: visitor:v1
            1 d2 opened 50.00 pays 4.00 by server
            2 d3 modified -25.00 pays -2.00 by server ORDER_UPDATE
            action 1.1.1 50% for A 1001 25.00 pays 2.00 pending until d32, by identifier k1, terms template/1
            balance A pending 2.00 locked 0.00 paid 0.00
        "#]],
    );
}
