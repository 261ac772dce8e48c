//! What is counted by day, and what each report came to.

use expect_test::expect;

use super::fixture::check;

#[test]
fn everything_is_counted_once_on_somebodys_line() {
    check(
        "
        shop
        ad 2
        at d0  click k1 A visitor=v1
        at d0  click k2 A visitor=v1 ad=2
        at d0  click k3 B visitor=v1 bot
        at d0  click k4 Z visitor=v1
        at d0  click k5 A visitor=v1 ad=9
        at d0  click k6 nobody visitor=v1 slug=typo
        at d0  visit visitor=v1
        at d1  conversion 1001 sale 100.00 visitor=v1
        at d1  conversion 1002 sale 50.00 visitor=v1
        at d1  conversion 1003 sale 50.00 visitor=v1 partner=B
        at d1  conversion 1004 sale 50.00 customer=nobody
        at d3  modify 1002 amount=20.00
        at d3  reverse 1003
        show days
        ",
        expect![[r#"
            d0 click k3: DECLARED_BOT
            d0 click k4: PARTNER_NOT_FOUND
            d0 click k5: AD_NOT_FOUND
            d0 click k6: LINK_NOT_FOUND
            d1 conversion 1004: UNCLAIMED
            d0 nobody no ad: 3 uncounted 1 visits
            d0 A ad 1: 1 clicks
            d0 A ad 2: 1 clicks
            d0 B ad 1: 1 uncounted
            d1 nobody no ad: 1 unclaimed
            d1 A ad 2: 2 conversions 120.00 pays 9.60
            d1 B no ad: 1 conversions
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d31, by identifier k2, terms template/1
            action 1.1.2 A 1002 20.00 pays 1.60 pending until d31, by identifier k2, terms template/1
            action 1.1.3 B 1003 0.00 pays 0.00 reversed ORDER_UPDATE, by forced partner, terms template/1
            balance A pending 9.60 locked 0.00 paid 0.00
            balance B pending 0.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn requests_of_no_program_are_kept_and_not_counted() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1 program=9
        at d0  visit visitor=v1 program=9
        at d1  conversion 1001 7 100.00 visitor=v1 program=9
        at d1  conversion 1002 99 100.00 visitor=v1
        show clicks
        show days
        show reports 1001
        show decision 1001
        show profiles
        ",
        expect![[r#"
            d0 click k1: CAMPAIGN_NOT_FOUND
            d0 visit visitor=v1: CAMPAIGN_NOT_FOUND
            d1 conversion 1001: CAMPAIGN_NOT_FOUND
            d1 conversion 1002: ACTIONTRACKER_NOT_FOUND
            k1 A ad 1 d0 at visitor:v1 CAMPAIGN_NOT_FOUND
            conversion by server: CAMPAIGN_NOT_FOUND, no action
            profile visitor:v1
        "#]],
    );
}

#[test]
fn every_report_has_an_answer() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d1  conversion 1001 sale 100.00 visitor=v1 source=pixel
        at d1  conversion 1001 sale 100.00 visitor=v1 source=browser
        at d1  conversion 1001 sale 90.00 visitor=v1 source=browser
        at d1  conversion 1001 sale 80.00 visitor=v1
        at d2  modify 1001 amount=70.00
        at d2  modify 1.1.1 amount=0
        at d2  reverse 1.1.1
        at d2  reverse 1.1.2
        at d2  modify 1001 item=hat:1
        show reports 1001
        ",
        expect![[r#"
            d1 conversion 1001: nothing new
            d1 conversion 1001: CONV_DUPLICATE
            d2 reverse 1.1.1: ACTION_ALREADY_REVERSED
            d2 reverse 1.1.2: ACTION_REF_NOT_FOUND
            d2 modify 1001: ACTION_ALREADY_REVERSED
            conversion by pixel: taken, action 1.1.1
            conversion by browser: taken, action 1.1.1, nothing new
            conversion by browser: CONV_DUPLICATE, action 1.1.1
            conversion by server: taken, action 1.1.1
            modification by server: taken, action 1.1.1
            reversal by server: taken, action 1.1.1
            reversal by server: ACTION_ALREADY_REVERSED, action 1.1.1
            reversal by server: ACTION_REF_NOT_FOUND, no action
            modification by server: ACTION_ALREADY_REVERSED, action 1.1.1
            action 1.1.1 A 1001 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k1, terms template/1
            balance A pending 0.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn the_outside_is_told_of_every_line_of_history() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d1  conversion 1001 sale 100.00 visitor=v1
        at d1  conversion 1002 sale 100.00 visitor=v1
        at d2  modify 1001 amount=70.00
        at d2  reverse 1002
        at d40 time
        work 10
        show effects
        ",
        expect![[r#"
            tell 10/0 1.1.1 1 Opened
            tell 11/0 1.1.2 1 Opened
            tell 12/0 1.1.1 2 Modified
            tell 13/0 1.1.2 2 Reversed
            tell 15/0 1.1.1 3 Locked
            action 1.1.1 A 1001 70.00 pays 5.60 locked, by identifier k1, terms template/1
            action 1.1.2 A 1002 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k1, terms template/1
            balance A pending 0.00 locked 5.60 paid 0.00
        "#]],
    );
}
