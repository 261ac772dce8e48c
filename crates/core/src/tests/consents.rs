//! What visitors agreed to: a no leaves an order to codes, assigned values and partners that the brand names.

use expect_test::expect;

use super::fixture::check;

#[test]
fn a_buyer_who_said_no_is_nobodys() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d1  conversion 1001 sale 100.00 consent=denied
        at d1  conversion 1002 sale 100.00 visitor=v1 consent=granted/tcf
        show decision 1001
        show decision 1002
        ",
        expect![[r#"
            d1 conversion 1001: CONSENT_DENIED
            decision 1001 at d1: CONSENT_DENIED
              consent denied by explicit
            decision 1002 at d1: A by identifier
              k1 A d0 won: visitor:v1
              consent granted by tcf
            action 1.1.1 A 1002 100.00 pays 8.00 pending until d31, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_code_and_an_assigned_value_and_a_named_partner_need_no_consent() {
    check(
        "
        shop
        code TRAIL10 A
        value url shop.com/trail A
        at d1  conversion 1001 sale 10.00 consent=denied/gpc code=TRAIL10
        at d1  conversion 1002 sale 10.00 consent=denied url=shop.com/trail
        at d1  conversion 1003 sale 10.00 consent=denied partner=A
        show decision 1001
        ",
        expect![[r#"
            decision 1001 at d1: A by promo code
              consent denied by gpc
            action 1.1.1 A 1001 10.00 pays 0.80 pending until d31, by promo code, terms template/1
            action 1.1.2 A 1002 10.00 pays 0.80 pending until d31, by assigned address, terms template/1
            action 1.1.3 A 1003 10.00 pays 0.80 pending until d31, by forced partner, terms template/1
            balance A pending 2.40 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_reward_partners_click_leads_to_its_order_and_to_nothing_else() {
    check(
        "
        shop
        reward A
        at d0  click k1 A consent=limited
        at d1  conversion 1001 sale 100.00 click=k1 consent=limited
        at d2  conversion 1002 sale 100.00 customer=c7 consent=granted
        show decision 1001
        show profiles
        ",
        expect![[r#"
            d2 conversion 1002: UNCLAIMED
            decision 1001 at d1: A by click id
              k1 A d0 won: reported id
              consent limited by explicit
            profile click:k1
            profile customer:c7
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d31, by click id k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

/// The browser said no; the shop's server, which does not know, names the buyer in its report of the same order.
#[test]
fn a_no_holds_for_the_order_whoever_reports_it() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d0  visit visitor=v1 customer=c7
        at d1  conversion 1001 sale 100.00 source=browser consent=denied
        at d1  conversion 1001 sale 100.00 customer=c7 click=k1
        show decision 1001
        at d2  conversion 1001 sale 100.00 customer=c7 click=k1 consent=granted
        show decision 1001
        ",
        expect![[r#"
            d1 conversion 1001: CONSENT_DENIED
            d1 conversion 1001: CONSENT_DENIED
            decision 1001 at d1: CONSENT_DENIED
              consent denied by explicit
            decision 1001 at d1: A by click id
              k1 A d0 won: reported id
              consent granted by explicit
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d31, by click id k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

/// The server reported first. Nobody has earned the order yet, and what turns up about the buyer is not looked at any more.
#[test]
fn a_no_that_comes_later_holds_as_well() {
    check(
        "
        shop
        at d1  conversion 1001 sale 100.00 customer=c7
        at d1  conversion 1001 sale 100.00 source=browser consent=denied
        at d1  conversion 1002 sale 100.00 customer=c7
        at d1  conversion 1002 sale 90.00 source=browser consent=denied
        at d1  conversion 1003 sale 100.00 customer=c7
        at d0  click k1 A visitor=v1
        at d0  visit visitor=v1 customer=c7
        at d1  conversion 1001 sale 100.00 customer=c7
        ",
        expect![[r#"
            d1 conversion 1001: UNCLAIMED
            d1 conversion 1001: CONSENT_DENIED
            d1 conversion 1002: UNCLAIMED
            d1 conversion 1002: CONV_DUPLICATE
            d1 conversion 1003: UNCLAIMED
            d1 conversion 1001: CONSENT_DENIED
            action 1.1.1 A 1003 100.00 pays 8.00 pending until d31, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_no_at_a_shops_checkout_holds_for_what_the_shop_says() {
    check(
        "
        shop
        at d0     click k1 A visitor=v1
        at d0     visit visitor=v1 customer=c7
        at d1     checkout 1001 visitor=v1 consent=denied
        at d1+1m  order 1001 L1=1x10.00 paid customer=c7
        at d2     checkout 7f3a consent=denied
        at d2+1m  order 1002 L1=1x10.00 paid customer=c7 checkout=7f3a
        at d3     order 1003 L1=1x10.00 paid customer=c9
        at d3     checkout 1003 consent=denied
        at d0     click k9 A visitor=v9
        at d0     visit visitor=v9 customer=c9
        at d4     order 1004 L1=1x10.00 paid customer=c7
        ",
        expect![[r#"
            d1 checkout 1001: SHOP_ORDER_AWAITED
            d1+1m order 1001: CONSENT_DENIED
            d2 checkout 7f3a: SHOP_ORDER_AWAITED
            d2+1m order 1002: CONSENT_DENIED
            d3 order 1003: UNCLAIMED
            d3 checkout 1003: CONSENT_DENIED
            action 1.1.1 A 1004 10.00 pays 0.80 pending until d34, by identifier k1, terms template/1
            balance A pending 0.80 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_click_that_can_not_be_screened_is_counted_and_not_paid() {
    check(
        "
        shop
        event click clicks
        template click=0.05 clicks=click:instant
        at d0  click k1 A key=7
        at d0  click k2 A consent=denied
        show payables
        show clicks
        ",
        expect![[r#"
            k1 A d0: accepted 0.05, instant round 1
            k2 A d0: unpaid, found none CLICK_UNSCREENED
            k1 A ad 1 d0 at click:k1
            k2 A ad 1 d0 at click:k2
        "#]],
    );
}

#[test]
fn a_partner_stays_what_it_is_whatever_else_is_set() {
    check(
        "
        shop
        reward A
        reward Z
        partner A paused
        consent-rules always vendor=0
        consent-rules always program=9
        show config
        ",
        expect![[r#"
            d0 reward Z: PARTNER_NOT_FOUND
            d0 consent-rules always: ID_OUT_OF_RANGE
            d0 consent-rules always: CAMPAIGN_NOT_FOUND
            event 1 sale of 1 Active
            ad 1 of 1 Active
            reward of A Paused
            terms template/1 from d-365 Active, own rules
            terms A/1 from d-365 Active, as the template
            terms B/1 from d-365 Active, as the template
        "#]],
    );
}
