//! Clicks that the shop's own pages and apps tell of, and what is found by a device.

use expect_test::expect;

use super::fixture::check;

#[test]
fn an_install_is_the_clicks_that_its_device_was_seen_with() {
    check(
        "
        shop
        event install
        contract A install=1.50
        contract B install=1.50
        at d0  click k1 A device=phone1
        at d0  click k2 B device=phone2
        at d1  conversion 5001 install 0.00 device=phone1
        show decision 5001
        ",
        expect![[r#"
            decision 5001 at d1: A by identifier
              k1 A d0 won: device:phone1
            action 1.2.1 A 5001 0.00 pays 1.50 pending until d31, by identifier k1, terms A/2
            balance A pending 1.50 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_install_is_the_clicks_whose_id_the_store_handed_on() {
    check(
        "
        shop
        event install
        contract A sale=8% install=1.50
        at d0  click k1 A visitor=v1
        at d1  visit click=k1 device=phone1 customer=c7
        at d1+1m conversion 5001 install 0.00 device=phone1
        at d2  conversion 1001 sale 20.00 customer=c7
        ",
        expect![[r#"
            action 1.2.1 A 5001 0.00 pays 1.50 pending until d31+1m, by identifier k1, terms A/2
            action 1.1.2 A 1001 20.00 pays 1.60 pending until d32, by identifier k1, terms A/2
            balance A pending 3.10 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_click_that_the_shop_tells_of_earns_orders_and_is_not_paid_itself() {
    check(
        "
        shop
        event click clicks
        template sale=8% click=0.05 clicks=click:reviewed/7d
        at d1  click k1 A told device=phone1
        click k2 A device=phone2
        at d2  conversion 1001 sale 10.00 device=phone1
        show payables
        ",
        expect![[r#"
            k1 A d1: unpaid, found none CLICK_TOLD_OF
            k2 A d1: pending 0.05, reviewed round 1
            action 1.1.1 A 1001 10.00 pays 0.80 pending until d32, by identifier k1, terms template/2
            balance A pending 0.80 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_click_that_the_shop_tells_of_was_not_embedded_by_a_stranger() {
    check(
        "
        shop
        at d0  click k1 A embedded visitor=v1
        click k2 B embedded told visitor=v1
        click k3 A embedded told bot visitor=v1
        at d1  conversion 1001 sale 10.00 visitor=v1
        show decision 1001
        ",
        expect![[r#"
            d0 click k1: NOT_NAVIGATION
            d0 click k3: DECLARED_BOT
            decision 1001 at d1: B by identifier
              k3 A d0 DECLARED_BOT: visitor:v1
              k2 B d0 won: visitor:v1
              k1 A d0 NOT_NAVIGATION: visitor:v1
            action 1.1.1 B 1001 10.00 pays 0.80 pending until d31, by identifier k2, terms template/1
            balance B pending 0.80 locked 0.00 paid 0.00
        "#]],
    );
}
