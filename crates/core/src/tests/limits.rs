//! Limits, tiers, and who is a new customer.

use expect_test::expect;

use super::fixture::check;

#[test]
fn beyond_a_limit_an_action_is_outside_of_the_terms_until_it_is_admitted() {
    check(
        "
        shop
        contract A sale=8% limit=sale:actions/2/day
        at d0        click k1 A visitor=v1
        at d1        repeat 3 conversion a{n} sale 100.00 visitor=v1
        at d2        conversion a4 sale 100.00 visitor=v1
        show actions
        at d3        admit a1
        at d3        modify a3 amount=50.00
        at d3        admit a3
        at d4        admit a3
        show history a3
        ",
        expect![[r#"
            action 1.1.1 A a1 100.00 pays 8.00 pending until d31, by identifier k1, terms A/2
            action 1.1.2 A a2 100.00 pays 8.00 pending until d31, by identifier k1, terms A/2
            action 1.1.3 A a3 100.00 pays 0.00 outside, pending until d31, by identifier k1, terms A/2
            action 1.1.4 A a4 100.00 pays 8.00 pending until d32, by identifier k1, terms A/2
            d3 admit a1: ACTION_NOT_OUTSIDE
            d4 admit a3: ACTION_NOT_OUTSIDE
            1 d1 opened 100.00 pays 0.00 by server
            2 d3 modified -50.00 pays 0.00 by server ORDER_UPDATE
            3 d3 admitted 0.00 pays 4.00 by server ORDER_UPDATE
            action 1.1.1 A a1 100.00 pays 8.00 pending until d31, by identifier k1, terms A/2
            action 1.1.2 A a2 100.00 pays 8.00 pending until d31, by identifier k1, terms A/2
            action 1.1.3 A a3 50.00 pays 4.00 pending until d31, by identifier k1, terms A/2
            action 1.1.4 A a4 100.00 pays 8.00 pending until d32, by identifier k1, terms A/2
            balance A pending 28.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_limit_of_payout_is_never_passed() {
    check(
        "
        shop
        contract A sale=8% limit=sale:payout/20.00/month
        at d0   click k1 A visitor=v1
        at d1   conversion a1 sale 100.00 visitor=v1
        at d2   conversion a2 sale 200.00 visitor=v1
        at d3   conversion a3 sale 150.00 visitor=v1
        at d4   conversion a4 sale 10.00 visitor=v1
        ",
        expect![[r#"
            action 1.1.1 A a1 100.00 pays 8.00 pending until d31, by identifier k1, terms A/2
            action 1.1.2 A a2 200.00 pays 0.00 outside, pending until d32, by identifier k1, terms A/2
            action 1.1.3 A a3 150.00 pays 12.00 pending until d33, by identifier k1, terms A/2
            action 1.1.4 A a4 10.00 pays 0.00 outside, pending until d34, by identifier k1, terms A/2
            balance A pending 20.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn limits_are_of_each_partner_by_its_terms_and_periods_by_the_programs_calendar() {
    check(
        "
        program 1 eur zone=berlin
        event sale
        template sale=8% window=30d lock=30d limit=sale:actions/1/day
        ad 1
        partner A
        partner B
        contract A
        contract B
        at d0         click k1 A visitor=v1
        at d0         click k2 B visitor=v2
        at d1+22h30m  conversion a1 sale 100.00 visitor=v1
        at d1+23h30m  conversion a2 sale 100.00 visitor=v1
        at d1+23h40m  conversion a3 sale 100.00 visitor=v1
        at d1+23h50m  conversion b1 sale 100.00 visitor=v2
        # Reported late, and counted on its day.
        at d5         conversion b2 sale 100.00 visitor=v2 occurred=d1+23h45m
        ",
        expect![[r#"
            action 1.1.1 A a1 100.00 pays 8.00 pending until d31+22h30m, by identifier k1, terms template/1
            action 1.1.2 A a2 100.00 pays 8.00 pending until d31+23h30m, by identifier k1, terms template/1
            action 1.1.3 A a3 100.00 pays 0.00 outside, pending until d31+23h40m, by identifier k1, terms template/1
            action 1.1.4 B b1 100.00 pays 8.00 pending until d31+23h50m, by identifier k2, terms template/1
            action 1.1.5 B b2 100.00 pays 0.00 outside, pending until d31+23h45m, by identifier k2, terms template/1
            balance A pending 16.00 locked 0.00 paid 0.00
            balance B pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_customer_counts_over_all_its_devices() {
    check(
        "
        shop
        contract A sale=8% limit=sale:customer/1/ever
        contract B sale=8% limit=sale:customer/1/ever
        at d0   click k1 A visitor=v1
        at d0   click k2 B visitor=v2
        at d1   conversion a1 sale 100.00 visitor=v1 customer=c1
        at d2   conversion a2 sale 100.00 visitor=v2 customer=c1
        at d2   conversion a3 sale 100.00 visitor=v2 customer=c2
        at d3   conversion a3 sale 100.00 visitor=v2 customer=c2
        ",
        expect![[r#"
            d2 conversion a3: UNCLAIMED
            d3 conversion a3: UNCLAIMED
            action 1.1.1 A a1 100.00 pays 8.00 pending until d31, by identifier k1, terms A/2
            action 1.1.2 B a2 100.00 pays 0.00 outside, pending until d32, by identifier k2, terms B/2
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn two_customers_of_one_device_are_two() {
    check(
        "
        shop
        contract A sale=5% group=sale:customer_status/is/new:10%
        at d0   click k1 A visitor=v1
        at d1   conversion a1 sale 100.00 visitor=v1 customer=c1
        at d2   conversion a2 sale 100.00 visitor=v1 customer=c2 click=k1
        at d3   conversion a3 sale 100.00 visitor=v1 customer=c2 click=k1
        ",
        expect![[r#"
            action 1.1.1 A a1 100.00 pays 10.00 pending until d31, by identifier k1, terms A/2
            action 1.1.2 A a2 100.00 pays 10.00 pending until d32, by click id k1, terms A/2
            action 1.1.3 A a3 100.00 pays 5.00 pending until d33, by click id k1, terms A/2
            balance A pending 25.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn tiers_pay_on_top_from_where_they_begin() {
    check(
        "
        shop
        contract A sale=8% tiers=sale:amount/month:200.00/2%:500.00/4%
        contract B sale=8% tiers=sale:actions/year:1/1.00
        at d0   click k1 A visitor=v1
        at d0   click k2 B visitor=v2
        at d1   repeat 7 conversion a{n} sale 100.00 visitor=v1
        at d1   repeat 2 conversion b{n} sale 100.00 visitor=v2
        at d2   modify a7 amount=50.00
        at d2   reverse a1
        at d3   conversion a8 sale 100.00 visitor=v1
        ",
        expect![[r#"
            action 1.1.1 A a1 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k1, terms A/2
            action 1.1.2 A a2 100.00 pays 8.00 pending until d31, by identifier k1, terms A/2
            action 1.1.3 A a3 100.00 pays 10.00 pending until d31, by identifier k1, terms A/2
            action 1.1.4 A a4 100.00 pays 10.00 pending until d31, by identifier k1, terms A/2
            action 1.1.5 A a5 100.00 pays 10.00 pending until d31, by identifier k1, terms A/2
            action 1.1.6 A a6 100.00 pays 12.00 pending until d31, by identifier k1, terms A/2
            action 1.1.7 A a7 50.00 pays 6.00 pending until d31, by identifier k1, terms A/2
            action 1.1.8 B b1 100.00 pays 8.00 pending until d31, by identifier k2, terms B/2
            action 1.1.9 B b2 100.00 pays 9.00 pending until d31, by identifier k2, terms B/2
            action 1.1.10 A a8 100.00 pays 12.00 pending until d33, by identifier k1, terms A/2
            balance A pending 68.00 locked 0.00 paid 0.00
            balance B pending 17.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_status_that_was_not_reported_is_derived_from_earlier_orders() {
    check(
        "
        shop
        contract A sale=5% group=sale:customer_status/is/new:10%
        at d0   click k1 A visitor=v1
        at d1   conversion a1 sale 100.00 visitor=v1 customer=c1
        at d2   conversion a2 sale 100.00 visitor=v1 customer=c1
        at d3   conversion a3 sale 100.00 visitor=v1 customer=c1 status=NEW
        at d4   click k2 A visitor=v9
        at d4   conversion a4 sale 100.00 visitor=v9
        show details a1
        show details a2
        show details a3
        show details a4
        ",
        expect![[r#"
            1.1.1: occurred d1 opened d1 changed d1, intended 100.00 pays 10.00, ad 1, sub1 "" shared "" code "" status "NEW" by earlier orders
            1.1.2: occurred d2 opened d2 changed d2, intended 100.00 pays 5.00, ad 1, sub1 "" shared "" code "" status "RETURNING" by earlier orders
            1.1.3: occurred d3 opened d3 changed d3, intended 100.00 pays 10.00, ad 1, sub1 "" shared "" code "" status "NEW"
            1.1.4: occurred d4 opened d4 changed d4, intended 100.00 pays 10.00, ad 1, sub1 "" shared "" code "" status "NEW" by earlier orders
            action 1.1.1 A a1 100.00 pays 10.00 pending until d31, by identifier k1, terms A/2
            action 1.1.2 A a2 100.00 pays 5.00 pending until d32, by identifier k1, terms A/2
            action 1.1.3 A a3 100.00 pays 10.00 pending until d33, by identifier k1, terms A/2
            action 1.1.4 A a4 100.00 pays 10.00 pending until d34, by identifier k2, terms A/2
            balance A pending 35.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_order_in_another_currency_is_counted_by_what_it_is_worth() {
    check(
        "
        shop
        contract A sale=8% tiers=sale:amount/month:100.00/2%
        at d0   rates d0 usd=1.25
        at d0   click k1 A visitor=v1
        at d1   conversion a1 sale 120.00 visitor=v1 currency=usd
        at d1   conversion a2 sale 50.00 visitor=v1 currency=usd
        at d1   conversion a3 sale 50.00 visitor=v1
        ",
        expect![[r#"
            action 1.1.1 A a1 120.00 USD by d0 96.00 pays 7.68 pending until d31, by identifier k1, terms A/2
            action 1.1.2 A a2 50.00 USD by d0 40.00 pays 3.20 pending until d31, by identifier k1, terms A/2
            action 1.1.3 A a3 50.00 pays 5.00 pending until d31, by identifier k1, terms A/2
            balance A pending 15.88 locked 0.00 paid 0.00
        "#]],
    );
}
