//! Orders in other currencies: converted at the rate of their day, once and for all.

use expect_test::expect;

use super::fixture::check;

#[test]
fn an_order_is_converted_at_the_rate_of_its_day() {
    check(
        "
        shop
        at d0   rates d0 usd=1.25 jpy=160 kwd=0.33333
        at d0   click k1 A visitor=v1
        at d1   rates d1 usd=1.30
        at d1   conversion usd1 sale 100.00 visitor=v1 currency=usd
        at d1   conversion jpy1 sale 10000 visitor=v1 currency=jpy
        at d1   conversion kwd1 sale 33.333 visitor=v1 currency=kwd
        at d1   conversion eur1 sale 100.00 visitor=v1
        show days
        ",
        expect![[r#"
            d0 A ad 1: 1 clicks
            d1 A ad 1: 4 conversions 339.42 pays 27.15
            action 1.1.1 A usd1 100.00 USD by d1 76.92 pays 6.15 pending until d31, by identifier k1, terms template/1
            action 1.1.2 A jpy1 10000 JPY by d0 62.50 pays 5.00 pending until d31, by identifier k1, terms template/1
            action 1.1.3 A kwd1 33.333 KWD by d0 100.00 pays 8.00 pending until d31, by identifier k1, terms template/1
            action 1.1.4 A eur1 100.00 pays 8.00 pending until d31, by identifier k1, terms template/1
            balance A pending 27.15 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn changes_and_refunds_are_at_the_captured_rate() {
    check(
        "
        shop
        at d0   rates d0 usd=1.25
        at d0   click k1 A visitor=v1
        at d0   conversion 1001 sale 100.00 visitor=v1 currency=usd item=hat:2:60.00 item=boot:1:40.00
        at d5   rates d5 usd=2.00
        at d5   rates d0 usd=3.00
        drain
        at d6   modify 1001 item=hat:1 reason=ITEM_RETURNED
        at d31  time
        drain
        at d32  correct 1001 amount=50.00
        show history 1001
        show items 1001
        show days
        ",
        expect![[r#"
            1 d0 opened 100.00 pays 6.40 by server
            2 d6 modified -30.00 pays -1.92 by server ITEM_RETURNED
            3 d31 locked 0.00 pays 0.00 by machine
            4 d32 corrected -20.00 pays -1.28 by server ORDER_UPDATE
            1 x hat 21.43
            1 x boot 28.57
            d0 A ad 1: 1 clicks 1 conversions 40.00 pays 3.20
            action 1.1.1 A 1001 50.00 USD by d0 40.00 pays 3.20 locked, by identifier k1, terms template/1
            balance A pending 0.00 locked 3.20 paid 0.00
        "#]],
    );
}

#[test]
fn a_missing_rate_holds_the_action_until_it_comes() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d20  conversion 1001 sale 100.00 visitor=v1 currency=usd
        at d20  conversion 1002 sale 50.00 visitor=v1 currency=usd
        at d20  conversion 1003 sale 10.00 visitor=v1 currency=gbp
        at d21  release 1001
        at d21  approve 1001
        at d21  hold 1001
        at d22  modify 1001 amount=80.00
        at d22  reverse 1002
        show actions
        show days
        at d51  time
        drain
        show actions
        at d52  rates d11 usd=1.25
        drain
        show actions
        at d52  rates d19 usd=1.25
        work 1
        work 1
        work 1
        drain
        show history 1001
        show history 1002
        show details 1001
        show days
        ",
        expect![[r#"
            d21 release 1001: CURRENCY_RATE_MISSING
            d21 approve 1001: ACTION_HELD
            d21 hold 1001: ACTION_HELD
            action 1.1.1 A 1001 80.00 USD without a rate pays 0.00 held, pending until d50, by identifier k1, terms template/1
            action 1.1.2 A 1002 0.00 USD without a rate pays 0.00 reversed ORDER_UPDATE, by identifier k1, terms template/1
            action 1.1.3 A 1003 10.00 GBP without a rate pays 0.00 held, pending until d50, by identifier k1, terms template/1
            d0 A ad 1: 1 clicks
            d20 A ad 1: 3 conversions
            action 1.1.1 A 1001 80.00 USD without a rate pays 0.00 held, pending until d50, by identifier k1, terms template/1
            action 1.1.2 A 1002 0.00 USD without a rate pays 0.00 reversed ORDER_UPDATE, by identifier k1, terms template/1
            action 1.1.3 A 1003 10.00 GBP without a rate pays 0.00 held, pending until d50, by identifier k1, terms template/1
            action 1.1.1 A 1001 80.00 USD without a rate pays 0.00 held, pending until d50, by identifier k1, terms template/1
            action 1.1.2 A 1002 0.00 USD without a rate pays 0.00 reversed ORDER_UPDATE, by identifier k1, terms template/1
            action 1.1.3 A 1003 10.00 GBP without a rate pays 0.00 held, pending until d50, by identifier k1, terms template/1
            1 d20 opened 100.00 pays 0.00 by server
            2 d22 modified -20.00 pays 0.00 by server ORDER_UPDATE
            3 d52 converted 0.00 pays 5.12 by machine
            4 d52 locked 0.00 pays 0.00 by machine
            1 d20 opened 50.00 pays 0.00 by server
            2 d22 reversed -50.00 pays 0.00 by server ORDER_UPDATE
            3 d52 converted 0.00 pays 0.00 by machine
            1.1.1: occurred d20 opened d20 changed d52, intended 100.00 pays 6.40, ad 1, sub1 "" shared "" code "" status ""
            d0 A ad 1: 1 clicks
            d20 A ad 1: 3 conversions 64.00 pays 5.12
            action 1.1.1 A 1001 80.00 USD by d19 64.00 pays 5.12 locked, by identifier k1, terms template/1
            action 1.1.2 A 1002 0.00 USD by d19 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k1, terms template/1
            action 1.1.3 A 1003 10.00 GBP without a rate pays 0.00 held, pending until d50, by identifier k1, terms template/1
            balance A pending 0.00 locked 5.12 paid 0.00
        "#]],
    );
}

#[test]
fn what_is_converted_after_its_time_to_lock_is_not_forgotten() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d2   conversion 1001 sale 100.00 visitor=v1 currency=usd
        at d3   rates d2 usd=1.25
        at d40  time
        work 3
        show work
        work 3
        ",
        expect![[r#"
            work waits: true
            action 1.1.1 A 1001 100.00 USD by d2 80.00 pays 6.40 locked, by identifier k1, terms template/1
            balance A pending 0.00 locked 6.40 paid 0.00
        "#]],
    );
}

#[test]
fn a_reversal_taken_back_still_awaits_its_rate() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d20  conversion 1001 sale 100.00 visitor=v1 currency=usd
        at d21  reverse 1001
        at d22  restore 1001
        show actions
        at d23  rates d20 usd=1.25
        drain
        ",
        expect![[r#"
            action 1.1.1 A 1001 100.00 USD without a rate pays 0.00 held, pending until d50, by identifier k1, terms template/1
            action 1.1.1 A 1001 100.00 USD by d20 80.00 pays 6.40 pending until d50, by identifier k1, terms template/1
            balance A pending 6.40 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn weekends_take_the_last_rate_before_them_for_a_week() {
    check(
        "
        shop
        at d0   rates d0 usd=1.25
        at d0   click k1 A visitor=v1
        at d7   conversion 1001 sale 100.00 visitor=v1 currency=usd
        at d8   conversion 1002 sale 100.00 visitor=v1 currency=usd
        ",
        expect![[r#"
            action 1.1.1 A 1001 100.00 USD by d0 80.00 pays 6.40 pending until d37, by identifier k1, terms template/1
            action 1.1.2 A 1002 100.00 USD without a rate pays 0.00 held, pending until d38, by identifier k1, terms template/1
            balance A pending 6.40 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_program_in_another_currency_than_the_banks() {
    check(
        "
        program 1 jpy
        event sale
        template sale=8% window=30d lock=30d
        ad 1
        partner A
        contract A
        at d0   rates d0 usd=1.25 jpy=160
        at d0   click k1 A visitor=v1
        at d0   conversion 1001 sale 10.01 visitor=v1 currency=usd
        at d0   conversion 1002 sale 10.01 visitor=v1 currency=eur
        at d0   conversion 1003 sale 1001 visitor=v1
        ",
        expect![[r#"
            action 1.1.1 A 1001 10.01 USD by d0 1281 pays 102 pending until d30, by identifier k1, terms template/1
            action 1.1.2 A 1002 10.01 EUR by d0 1602 pays 128 pending until d30, by identifier k1, terms template/1
            action 1.1.3 A 1003 1001 pays 80 pending until d30, by identifier k1, terms template/1
            balance A pending 310 locked 0 paid 0
        "#]],
    );
}

#[test]
fn terms_see_the_total_in_the_programs_currency_and_the_name_of_the_orders() {
    check(
        "
        shop
        contract A sale=8% group=sale:currency/is/usd&total/100.00..:12% group=sale:currency/is/usd:9%
        at d0   rates d0 usd=1.25
        at d0   click k1 A visitor=v1
        at d0   conversion 1001 sale 125.00 visitor=v1 currency=usd
        at d0   conversion 1002 sale 124.00 visitor=v1 currency=usd
        at d0   conversion 1003 sale 125.00 visitor=v1
        ",
        expect![[r#"
            action 1.1.1 A 1001 125.00 USD by d0 100.00 pays 12.00 pending until d30, by identifier k1, terms A/2
            action 1.1.2 A 1002 124.00 USD by d0 99.20 pays 8.93 pending until d30, by identifier k1, terms A/2
            action 1.1.3 A 1003 125.00 pays 10.00 pending until d30, by identifier k1, terms A/2
            balance A pending 30.93 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn the_parts_of_a_shared_order_are_each_converted() {
    check(
        "
        shop
        event sale credit=linear
        at d0   rates d0 usd=1.10
        at d0   click k1 A visitor=v1
        at d0   click k2 B visitor=v1
        at d0   conversion 1001 sale 100.01 visitor=v1 currency=usd
        at d1   modify 1001 amount=50.01
        at d2   conversion 1001 sale 50.00 currency=eur
        ",
        expect![[r#"
            d2 conversion 1001: CONV_DUPLICATE
            action 1.1.1 50% for A 1001 25.00 USD by d0 22.73 pays 1.82 pending until d30, by identifier k1, terms template/1
            action 1.1.2 50% for B 1001 25.01 USD by d0 22.74 pays 1.82 pending until d30, by identifier k2, terms template/1
            balance A pending 1.82 locked 0.00 paid 0.00
            balance B pending 1.82 locked 0.00 paid 0.00
        "#]],
    );
}
