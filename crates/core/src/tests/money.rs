//! Payouts in currencies of no, two and three digits.

use expect_test::expect;

use super::fixture::check;

#[test]
fn a_payout_is_rounded_once_to_what_can_be_paid() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d2  conversion down sale 89.93 visitor=v1
        at d2  conversion half sale 0.0625 visitor=v1
        at d2  conversion tiny sale 0.06 visitor=v1
        at d3  modify half amount=1.1875
        show history half
        ",
        expect![[r#"
            1 d2 opened 0.0625 pays 0.01 by server
            2 d3 modified 1.125 pays 0.09 by server ORDER_UPDATE
            action 1.1.1 A down 89.93 pays 7.19 pending until d32, by identifier k1, terms template/1
            action 1.1.2 A half 1.1875 pays 0.10 pending until d32, by identifier k1, terms template/1
            action 1.1.3 A tiny 0.06 pays 0.00 pending until d32, by identifier k1, terms template/1
            balance A pending 7.29 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn yen_have_no_digits() {
    check(
        "
        program 1 jpy
        event sale
        template sale=5% window=30d lock=30d
        ad 1
        partner A
        contract A
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 1999 visitor=v1
        at d2  conversion 1002 sale 1990 visitor=v1
        at d2  conversion 1003 sale 1989 visitor=v1 item=a:3:1000 item=b:3:989
        at d3  modify 1003 item=a:2
        show items 1003
        show days
        ",
        expect![[r#"
            2 x a 667
            3 x b 989
            d0 A ad 1: 1 clicks
            d2 A ad 1: 3 conversions 5645 pays 283
            action 1.1.1 A 1001 1999 pays 100 pending until d32, by identifier k1, terms template/1
            action 1.1.2 A 1002 1990 pays 100 pending until d32, by identifier k1, terms template/1
            action 1.1.3 A 1003 1656 pays 83 pending until d32, by identifier k1, terms template/1
            balance A pending 283 locked 0 paid 0
        "#]],
    );
}

#[test]
fn dinars_have_three_digits() {
    check(
        "
        program 1 kwd
        event sale
        event lead
        template sale=12.5% lead=0.0015 window=30d lock=30d
        ad 1
        partner A
        contract A
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 10.500 visitor=v1
        at d2  conversion 1002 sale 10.004 visitor=v1
        at d2  conversion 1003 lead 0 visitor=v1
        ",
        expect![[r#"
            action 1.1.1 A 1001 10.500 pays 1.313 pending until d32, by identifier k1, terms template/1
            action 1.1.2 A 1002 10.004 pays 1.251 pending until d32, by identifier k1, terms template/1
            action 1.2.3 A 1003 0.000 pays 0.002 pending until d32, by identifier k1, terms template/1
            balance A pending 2.566 locked 0.000 paid 0.000
        "#]],
    );
}

#[test]
fn an_order_in_another_currency_awaits_its_rate() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1 currency=usd
        at d2  conversion 1002 sale 100.00 visitor=v1 currency=usd partner=A
        # Nobody earns it, whatever its currency.
        at d2  conversion 1003 sale 100.00 customer=c9 currency=usd
        show decision 1001
        show days
        ",
        expect![[r#"
            d2 conversion 1003: UNCLAIMED
            decision 1001 at d2: A by identifier
              k1 A d0 won: visitor:v1
            d0 A ad 1: 1 clicks
            d2 nobody no ad: 1 unclaimed
            d2 A no ad: 1 conversions
            d2 A ad 1: 1 conversions
            action 1.1.1 A 1001 100.00 USD without a rate pays 0.00 held, pending until d32, by identifier k1, terms template/1
            action 1.1.2 A 1002 100.00 USD without a rate pays 0.00 held, pending until d32, by forced partner, terms template/1
        "#]],
    );
}
