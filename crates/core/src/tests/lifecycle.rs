//! From the click to the payment.

use expect_test::expect;

use super::fixture::check;

#[test]
fn a_sale_is_opened_locked_and_paid() {
    check(
        "
        shop
        at d0         click k1 A visitor=v1
        at d2         conversion 1001 sale 100.00 visitor=v1
        at d32-1ms    time
        drain
        show actions
        at d32        time
        drain
        show actions
        show balances
        at d33        pay A
        drain
        show history 1001
        show payments
        show effects
        ",
        expect![[r#"
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            action 1.1.1 A 1001 100.00 pays 8.00 locked, by identifier k1, terms template/1
            balance A pending 0.00 locked 8.00 paid 0.00
            1 d2 opened 100.00 pays 8.00 by server
            2 d32 locked 0.00 pays 0.00 by machine
            3 d33 paid 0.00 pays 0.00 by machine
            payment 1 d33 to A: 1 actions, 8.00 EUR, settled
            tell 10/0 1.1.1 1 Opened
            tell 14/0 1.1.1 2 Locked
            tell 16/0 1.1.1 3 Paid
            action 1.1.1 A 1001 100.00 pays 8.00 paid in 1, by identifier k1, terms template/1
            balance A pending 0.00 locked 0.00 paid 8.00
        "#]],
    );
}

#[test]
fn an_action_locks_by_the_time_of_the_event_not_of_the_report() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d20  conversion 1001 sale 100.00 visitor=v1 occurred=d2
        at d32  time
        drain
        show history 1001
        show details 1001
        ",
        expect![[r#"
            1 d20 opened 100.00 pays 8.00 by server
            2 d32 locked 0.00 pays 0.00 by machine
            1.1.1: occurred d2 opened d20 changed d32, intended 100.00 pays 8.00, ad 1, sub1 "" shared "" code "" status ""
            action 1.1.1 A 1001 100.00 pays 8.00 locked, by identifier k1, terms template/1
            balance A pending 0.00 locked 8.00 paid 0.00
        "#]],
    );
}

#[test]
fn only_time_that_passed_locks() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d2   conversion 1001 sale 100.00 visitor=v1
        # Records of d50 arrive, but brand time is what TimePassed says.
        at d50  visit visitor=v1
        drain
        work 10
        at d50  modify 1001 amount=10.00
        ",
        expect![[r#"
            action 1.1.1 A 1001 10.00 pays 0.80 pending until d32, by identifier k1, terms template/1
            balance A pending 0.80 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn brand_time_never_goes_back() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d2   conversion 1001 sale 100.00 visitor=v1
        at d40  time
        at d10  time
        show clock
        drain
        ",
        expect![[r#"
            brand time d40
            action 1.1.1 A 1001 100.00 pays 8.00 locked, by identifier k1, terms template/1
            balance A pending 0.00 locked 8.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_payment_takes_what_is_locked_of_its_partner_in_all_programs() {
    check(
        "
        shop
        program 2 eur
        event lead program=2
        template lead=5.00 program=2
        ad 1 program=2
        contract A program=2
        at d0   click k1 A visitor=v1
        at d0   click k2 B visitor=v2
        at d0   click k3 A visitor=v3 program=2
        at d2   conversion 1001 sale 100.00 visitor=v1
        at d2   conversion 1002 sale 200.00 visitor=v1
        at d2   conversion 1003 sale 100.00 visitor=v2
        at d2   conversion 1004 lead 0 visitor=v3 program=2
        at d20  conversion 1005 sale 100.00 visitor=v1
        at d32  time
        drain
        at d33  pay A
        drain
        show payments
        ",
        expect![[r#"
            payment 1 d33 to A: 3 actions, 29.00 EUR, settled
            action 1.1.1 A 1001 100.00 pays 8.00 paid in 1, by identifier k1, terms template/1
            action 1.1.2 A 1002 200.00 pays 16.00 paid in 1, by identifier k1, terms template/1
            action 1.1.3 B 1003 100.00 pays 8.00 locked, by identifier k2, terms template/1
            action 2.2.4 A 1004 0.00 pays 5.00 paid in 1, by identifier k3, terms template/1
            action 1.1.5 A 1005 100.00 pays 8.00 pending until d50, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 24.00
            balance B pending 0.00 locked 8.00 paid 0.00
            balance A program 2 pending 0.00 locked 0.00 paid 5.00
        "#]],
    );
}

#[test]
fn what_locks_after_the_payment_was_made_is_not_in_it() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d2   conversion 1001 sale 100.00 visitor=v1
        at d3   conversion 1002 sale 200.00 visitor=v1
        at d32  time
        drain
        at d33  time
        at d33  pay A
        # One piece of work both locks the second action and pays the first.
        work 10
        drain
        show payments
        show actions
        at d34  pay A
        drain
        show payments
        ",
        expect![[r#"
            payment 1 d33 to A: 1 actions, 8.00 EUR, settled
            action 1.1.1 A 1001 100.00 pays 8.00 paid in 1, by identifier k1, terms template/1
            action 1.1.2 A 1002 200.00 pays 16.00 locked, by identifier k1, terms template/1
            payment 1 d33 to A: 1 actions, 8.00 EUR, settled
            payment 2 d34 to A: 1 actions, 16.00 EUR, settled
            action 1.1.1 A 1001 100.00 pays 8.00 paid in 1, by identifier k1, terms template/1
            action 1.1.2 A 1002 200.00 pays 16.00 paid in 2, by identifier k1, terms template/1
            balance A pending 0.00 locked 0.00 paid 24.00
        "#]],
    );
}

#[test]
fn nothing_can_be_paid_where_nothing_is_owed() {
    check(
        "
        shop
        at d33  pay A
        show payments
        drain
        show payments
        pay Z
        pay A program=7
        ",
        expect![[r#"
            d33 pay A: NOTHING_TO_PAY
            d33 pay Z: PARTNER_NOT_FOUND
            d33 pay A: CAMPAIGN_NOT_FOUND
        "#]],
    );
}

#[test]
fn an_action_that_earns_nothing_lives_as_the_others_do() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d2   conversion 1001 sale 0.01 visitor=v1
        at d32  time
        drain
        pay A
        drain
        show history 1001
        show payments
        ",
        expect![[r#"
            d32 pay A: NOTHING_TO_PAY
            1 d2 opened 0.01 pays 0.00 by server
            2 d32 locked 0.00 pays 0.00 by machine
            action 1.1.1 A 1001 0.01 pays 0.00 locked, by identifier k1, terms template/1
        "#]],
    );
}

#[test]
fn a_reversal_can_be_taken_back_until_the_action_would_have_locked() {
    check(
        "
        shop
        at d1   click k1 A visitor=v1
        at d2   conversion 1001 sale 100.00 visitor=v1 item=a:2:60.00 item=b:1:40.00
        at d3   modify 1001 item=a:1
        at d4   reverse 1001 reason=CONS_FRAUD
        at d4   reverse 1001
        at d5   restore 1001 by=7
        at d5   restore 1001
        at d6   modify 1001 item=a:0
        show history 1001
        at d7   reverse 1001
        at d40  time
                drain
                restore 1001
        ",
        expect![[r#"
            d4 reverse 1001: ACTION_ALREADY_REVERSED
            d5 restore 1001: ACTION_NOT_REVERSED
            1 d2 opened 100.00 pays 8.00 by server
            2 d3 modified -30.00 pays -2.40 by server ORDER_UPDATE
            3 d4 reversed -70.00 pays -5.60 by server CONS_FRAUD
            4 d5 restored 70.00 pays 5.60 by server user 7 ORDER_UPDATE
            5 d6 modified -30.00 pays -2.40 by server ORDER_UPDATE
            d40 restore 1001: ACTION_LOCKED
            action 1.1.1 A 1001 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k1, terms template/1
            balance A pending 0.00 locked 0.00 paid 0.00
        "#]],
    );
}
