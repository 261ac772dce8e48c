//! What is locked is proposed, approved, gathered, sent, and settled or given back.

use expect_test::expect;

use super::fixture::check;

#[test]
fn a_run_is_proposed_approved_and_settled() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d0   click k2 B visitor=v2
        at d2   conversion a1 sale 100.00 visitor=v1
        at d2   conversion b1 sale 200.00 visitor=v2
        at d40  time
        drain
        at d41  propose A,B by=7
        show payments
        at d42  approve-run 1 by=7
        drain
        show payments
        at d45  settled 1
        at d45  settled 2
        show payments
        show history a1
        ",
        expect![[r#"
            run 1 d41 of payments 1,2: 24.00 EUR, proposed
            payment 1 d41 to A: owed 8.00 EUR, proposed
            payment 2 d41 to B: owed 16.00 EUR, proposed
            run 1 d41 of payments 1,2: 24.00 EUR, approved
            payment 1 d41 to A: 1 actions, 8.00 EUR, sent
            payment 2 d41 to B: 1 actions, 16.00 EUR, sent
            run 1 d41 of payments 1,2: 24.00 EUR, approved
            payment 1 d41 to A: 1 actions, 8.00 EUR, settled
            payment 2 d41 to B: 1 actions, 16.00 EUR, settled
            1 d2 opened 100.00 pays 8.00 by server
            2 d40 locked 0.00 pays 0.00 by machine
            3 d42 paid 0.00 pays 0.00 by machine
            action 1.1.1 A a1 100.00 pays 8.00 paid in 1, by identifier k1, terms template/1
            action 1.1.2 B b1 200.00 pays 16.00 paid in 2, by identifier k2, terms template/1
            balance A pending 0.00 locked 0.00 paid 8.00
            balance B pending 0.00 locked 0.00 paid 16.00
        "#]],
    );
}

#[test]
fn a_failed_payment_is_owed_again_and_paid_with_the_next() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d2   repeat 3 conversion a{n} sale 100.00 visitor=v1
        at d40  time
        drain
        at d41  propose A
        at d41  approve-run 1
        drain
        at d43  failed 1
        work 2
        show payments
        show actions
        drain
        show payments
        show history a1
        at d44  propose A
        at d44  approve-run 2
        drain
        at d45  settled 2
        show payments
        ",
        expect![[r#"
            run 1 d41 of payments 1: 24.00 EUR, approved
            payment 1 d41 to A: 3 actions, 24.00 EUR, returning "unknown account"
            action 1.1.1 A a1 100.00 pays 8.00 locked, by identifier k1, terms template/1
            action 1.1.2 A a2 100.00 pays 8.00 locked, by identifier k1, terms template/1
            action 1.1.3 A a3 100.00 pays 8.00 paid in 1, by identifier k1, terms template/1
            run 1 d41 of payments 1: 24.00 EUR, approved
            payment 1 d41 to A: 3 actions, 24.00 EUR, failed "unknown account"
            1 d2 opened 100.00 pays 8.00 by server
            2 d40 locked 0.00 pays 0.00 by machine
            3 d41 paid 0.00 pays 0.00 by machine
            4 d43 returned 0.00 pays 0.00 by machine
            run 1 d41 of payments 1: 24.00 EUR, approved
            run 2 d44 of payments 2: 24.00 EUR, approved
            payment 1 d41 to A: 3 actions, 24.00 EUR, failed "unknown account"
            payment 2 d44 to A: 3 actions, 24.00 EUR, settled
            action 1.1.1 A a1 100.00 pays 8.00 paid in 2, by identifier k1, terms template/1
            action 1.1.2 A a2 100.00 pays 8.00 paid in 2, by identifier k1, terms template/1
            action 1.1.3 A a3 100.00 pays 8.00 paid in 2, by identifier k1, terms template/1
            balance A pending 0.00 locked 0.00 paid 24.00
        "#]],
    );
}

#[test]
fn a_correction_after_payment_is_taken_off_the_next() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d2   conversion a1 sale 100.00 visitor=v1 item=hat:1:60.00 item=boot:2:40.00
        at d40  time
        drain
        at d41  pay A
        drain
        at d50  correct a1 item=boot:1 reason=ITEM_RETURNED
        show balances
        at d51  propose A
        at d52  conversion a2 sale 100.00 visitor=v1 partner=A
        at d90  time
        drain
        at d91  propose A
        at d91  approve-run 1
        drain
        show payments
        show history a1
        show items a1
        ",
        expect![[r#"
            balance A pending 0.00 locked -1.60 paid 8.00
            d51 propose A: NOTHING_TO_PAY
            run 1 d91 of payments 2: 6.40 EUR, approved
            payment 1 d41 to A: 1 actions, 8.00 EUR, settled
            payment 2 d91 to A: 2 actions, 6.40 EUR, sent
            1 d2 opened 100.00 pays 8.00 by server
            2 d40 locked 0.00 pays 0.00 by machine
            3 d41 paid 0.00 pays 0.00 by machine
            4 d50 corrected -20.00 pays -1.60 by server ITEM_RETURNED
            5 d91 paid 0.00 pays 0.00 by machine
            1 x hat 60.00
            1 x boot 20.00
            action 1.1.1 A a1 80.00 pays 6.40 paid in 2, by identifier k1, terms template/1
            action 1.1.2 A a2 100.00 pays 8.00 paid in 2, by forced partner, terms template/1
            balance A pending 0.00 locked 0.00 paid 14.40
        "#]],
    );
}

#[test]
fn a_correction_that_comes_before_the_money_is_gathered_counts_already() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d2   conversion a1 sale 100.00 visitor=v1
        at d2   conversion a2 sale 50.00 visitor=v1
        at d40  time
        drain
        at d41  propose A
        at d42  correct a1 amount=0 reason=CONS_FRAUD
        at d43  approve-run 1
        drain
        show payments
        show history a1
        ",
        expect![[r#"
            run 1 d41 of payments 1: 12.00 EUR, approved
            payment 1 d41 to A: 2 actions, 4.00 EUR, sent
            1 d2 opened 100.00 pays 8.00 by server
            2 d40 locked 0.00 pays 0.00 by machine
            3 d42 corrected -100.00 pays -8.00 by server CONS_FRAUD
            4 d43 paid 0.00 pays 0.00 by machine
            action 1.1.1 A a1 0.00 pays 0.00 paid in 1, by identifier k1, terms template/1
            action 1.1.2 A a2 50.00 pays 4.00 paid in 1, by identifier k1, terms template/1
            balance A pending 0.00 locked 0.00 paid 4.00
        "#]],
    );
}

#[test]
fn a_payment_that_corrections_have_used_up_comes_to_nothing() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d2   conversion a1 sale 100.00 visitor=v1
        at d40  time
        drain
        at d41  propose A
        at d42  correct a1 amount=0 reason=CONS_FRAUD
        at d43  approve-run 1
        drain
        show payments
        show history a1
        ",
        expect![[r#"
            run 1 d41 of payments 1: 8.00 EUR, approved
            payment 1 d41 to A: 1 actions, 0.00 EUR, failed
            1 d2 opened 100.00 pays 8.00 by server
            2 d40 locked 0.00 pays 0.00 by machine
            3 d42 corrected -100.00 pays -8.00 by server CONS_FRAUD
            4 d43 paid 0.00 pays 0.00 by machine
            5 d43 returned 0.00 pays 0.00 by machine
            action 1.1.1 A a1 0.00 pays 0.00 locked, by identifier k1, terms template/1
            balance A pending 0.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn corrections_go_both_ways_and_any_split_of_them_comes_to_the_same() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d2   conversion a1 sale 99.99 visitor=v1 item=hat:3:99.99
        at d2   conversion a2 sale 99.99 visitor=v1 item=hat:3:99.99
        at d40  time
        drain
        at d41  correct a1 item=hat:2
        at d41  correct a1 item=hat:1
        at d41  correct a2 item=hat:1
        at d42  correct a1 amount=120.00
        show history a1
        show history a2
        at d43  correct 1.1.1 amount=-1.00
        at d43  modify a1 amount=1.00
        ",
        expect![[r#"
            1 d2 opened 99.99 pays 8.00 by server
            2 d40 locked 0.00 pays 0.00 by machine
            3 d41 corrected -33.33 pays -2.67 by server ORDER_UPDATE
            4 d41 corrected -33.33 pays -2.66 by server ORDER_UPDATE
            5 d42 corrected 86.67 pays 6.93 by server ORDER_UPDATE
            1 d2 opened 99.99 pays 8.00 by server
            2 d40 locked 0.00 pays 0.00 by machine
            3 d41 corrected -66.66 pays -5.33 by server ORDER_UPDATE
            d43 correct 1.1.1: AMOUNT_NEGATIVE
            d43 modify a1: ACTION_LOCKED
            action 1.1.1 A a1 120.00 pays 9.60 locked, by identifier k1, terms template/1
            action 1.1.2 A a2 33.33 pays 2.67 locked, by identifier k1, terms template/1
            balance A pending 0.00 locked 12.27 paid 0.00
        "#]],
    );
}

#[test]
fn what_is_pending_is_changed_and_not_corrected() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d2   conversion a1 sale 100.00 visitor=v1
        at d3   correct a1 amount=1.00
        at d3   reverse a1
        at d4   correct a1 amount=1.00
        show reports a1
        ",
        expect![[r#"
            d3 correct a1: ACTION_NOT_LOCKED
            d4 correct a1: ACTION_ALREADY_REVERSED
            conversion by server: taken, action 1.1.1
            correction by server: ACTION_NOT_LOCKED, action 1.1.1
            reversal by server: taken, action 1.1.1
            correction by server: ACTION_ALREADY_REVERSED, action 1.1.1
            action 1.1.1 A a1 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k1, terms template/1
            balance A pending 0.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn below_the_threshold_nothing_is_proposed_unless_asked_for() {
    check(
        "
        shop
        payment-rules threshold=25.00 two-persons by=1
        at d0   click k1 A visitor=v1
        at d0   click k2 B visitor=v2
        at d2   conversion a1 sale 100.00 visitor=v1
        at d2   conversion b1 sale 400.00 visitor=v2
        at d40  time
        drain
        at d41  propose A by=1
        at d41  propose A,B,Z by=1
        at d41  propose A,B all by=1
        at d42  approve-run 1 by=1
        at d42  drop-run 2 by=1
        at d42  approve-run 2 by=2
        at d42  approve-run 1 by=2
        drain
        show payments
        ",
        expect![[r#"
            d41 propose A: NOTHING_TO_PAY
            d42 approve-run 1: SECOND_PERSON_NEEDED
            d42 approve-run 2: PAYMENT_RUN_DECIDED
            run 1 d41 of payments 1: 32.00 EUR, approved
            run 2 d41 of payments 2: 8.00 EUR, dropped
            payment 1 d41 to B: 1 actions, 32.00 EUR, sent
            payment 2 d41 to A: 0 actions, 0.00 EUR, dropped
            action 1.1.1 A a1 100.00 pays 8.00 locked, by identifier k1, terms template/1
            action 1.1.2 B b1 400.00 pays 32.00 paid in 1, by identifier k2, terms template/1
            balance A pending 0.00 locked 8.00 paid 0.00
            balance B pending 0.00 locked 0.00 paid 32.00
        "#]],
    );
}

#[test]
fn a_payment_told_of_can_turn_out_to_have_failed() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d2   conversion a1 sale 100.00 visitor=v1
        at d40  time
        drain
        at d41  pay A
        at d41  pay A
        drain
        at d42  settled 1
        at d42  failed 1 why=closed
        drain
        at d43  failed 1
        show payments
        ",
        expect![[r#"
            d41 pay A: PAYMENT_UNDER_WAY
            d42 settled 1: PAYMENT_NOT_SENT
            d43 failed 1: PAYMENT_NOT_SENT
            payment 1 d41 to A: 1 actions, 8.00 EUR, failed "closed"
            action 1.1.1 A a1 100.00 pays 8.00 locked, by identifier k1, terms template/1
            balance A pending 0.00 locked 8.00 paid 0.00
        "#]],
    );
}

#[test]
fn one_payment_is_for_all_programs_of_a_currency() {
    check(
        "
        shop
        program 2 eur
        event other program=2
        template other=10% window=30d lock=30d program=2
        ad 2 program=2
        contract A program=2
        at d0   click k1 A visitor=v1
        at d0   click k2 A ad=2 program=2 visitor=v2
        at d2   conversion a1 sale 100.00 visitor=v1
        at d2   conversion a2 other 10.00 visitor=v2 program=2
        at d40  time
        drain
        at d41  propose A
        at d41  approve-run 1
        drain
        show payments
        ",
        expect![[r#"
            run 1 d41 of payments 1: 9.00 EUR, approved
            payment 1 d41 to A: 2 actions, 9.00 EUR, sent
            action 1.1.1 A a1 100.00 pays 8.00 paid in 1, by identifier k1, terms template/1
            action 2.2.2 A a2 10.00 pays 1.00 paid in 1, by identifier k2, terms template/1
            balance A pending 0.00 locked 0.00 paid 8.00
            balance A program 2 pending 0.00 locked 0.00 paid 1.00
        "#]],
    );
}

/// Its first payment failed after a correction was paid, and so did the one that paid it again.
#[test]
fn what_was_paid_again_and_failed_again_is_locked() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d2   conversion a1 sale 100.00 visitor=v1
        at d2   conversion a2 sale 200.00 visitor=v1
        at d3   hold a2
        at d40  time
        drain
        at d41  propose A
        at d41  approve-run 1
        drain
        at d42  correct a1 amount=50.00 reason=ITEM_RETURNED
        at d42  release a2
        drain
        at d43  propose A
        at d43  approve-run 2
        drain
        at d44  failed 1
        drain
        at d45  propose A
        at d45  approve-run 3
        drain
        at d46  failed 3
        drain
        show history a1
        ",
        expect![[r#"
            1 d2 opened 100.00 pays 8.00 by server
            2 d40 locked 0.00 pays 0.00 by machine
            3 d41 paid 0.00 pays 0.00 by machine
            4 d42 corrected -50.00 pays -4.00 by server ITEM_RETURNED
            5 d43 paid 0.00 pays 0.00 by machine
            6 d44 returned 0.00 pays 0.00 by machine
            7 d45 paid 0.00 pays 0.00 by machine
            8 d46 returned 0.00 pays 0.00 by machine
            action 1.1.1 A a1 50.00 pays 4.00 locked, by identifier k1, terms template/1
            action 1.1.2 A a2 200.00 pays 16.00 paid in 2, by identifier k1, terms template/1
            balance A pending 0.00 locked 8.00 paid 12.00
        "#]],
    );
}

#[test]
fn what_is_owed_in_several_currencies_is_one_transfer() {
    check(
        "
        shop
        program 2 usd
        event sale program=2
        template sale=10% program=2
        contract A program=2
        contract B program=2
        at d0   rates d0 usd=1.20
        at d1   conversion a1 sale 1234.56 partner=A
        at d1   conversion a2 sale 0.07 partner=A
        at d1   conversion u1 sale 200.00 partner=A program=2 currency=usd
        at d1   conversion b1 sale 100.00 partner=B
        at d1   approve a1
        at d1   approve a2
        at d1   approve u1 program=2
        at d1   approve b1
        at d6   rates d6 usd=1.0831 jpy=160
        at d9   propose A currency=usd every
        at d9   propose A
        at d9   pay A program=2
        at d9   propose B currency=jpy every
        at d10  rates d9 usd=1.50 jpy=100
        show payments
        at d10  approve-run 1
        at d10  approve-run 2
        drain 1
        at d11  settled 1
        show payments
        show history a1
        ",
        expect![[r#"
            d9 propose A: PAYMENT_UNDER_WAY
            d9 pay A: PAYMENT_UNDER_WAY
            run 1 d9 of payments 1: 126.98 USD, proposed
            run 2 d9 of payments 2: 1280 JPY, proposed
            payment 1 d9 to A: owed 126.98 USD of 98.77 EUR by d6 and 20.00 USD, proposed
            payment 2 d9 to B: owed 1280 JPY of 8.00 EUR by d6, proposed
            run 1 d9 of payments 1: 126.98 USD, approved
            run 2 d9 of payments 2: 1280 JPY, approved
            payment 1 d9 to A: 3 actions, 126.98 USD of 98.77 EUR by d6 and 20.00 USD, settled
            payment 2 d9 to B: 1 actions, 1280 JPY of 8.00 EUR by d6, sent
            1 d1 opened 1234.56 pays 98.76 by server
            2 d1 locked 0.00 pays 0.00 by server ORDER_UPDATE
            3 d10 paid 0.00 pays 0.00 by machine
            action 1.1.1 A a1 1234.56 pays 98.76 paid in 1, by forced partner, terms template/1
            action 1.1.2 A a2 0.07 pays 0.01 paid in 1, by forced partner, terms template/1
            action 2.2.3 A u1 200.00 pays 20.00 paid in 1, by forced partner, terms template/1
            action 1.1.4 B b1 100.00 pays 8.00 paid in 2, by forced partner, terms template/1
            balance A pending 0.00 locked 0.00 paid 98.77
            balance B pending 0.00 locked 0.00 paid 8.00
            balance A program 2 pending 0.00 locked 0.00 paid 20.00
        "#]],
    );
}

#[test]
fn without_a_rate_of_the_last_seven_days_nothing_is_proposed() {
    check(
        "
        shop
        at d0   rates d0 usd=1.20
        at d1   conversion a1 sale 100.00 partner=A
        at d1   approve a1
        at d8   propose A currency=gbp every
        at d8   propose A currency=usd every
        at d8   propose A currency=usd
        at d8   rates d8 usd=1.25
        at d8   propose A,B currency=usd every
        show payments
        ",
        expect![[r#"
            d8 propose A: PAYMENT_RATE_MISSING
            d8 propose A: PAYMENT_RATE_MISSING
            d8 propose A: NOTHING_TO_PAY
            run 1 d8 of payments 1: 10.00 USD, proposed
            payment 1 d8 to A: owed 10.00 USD of 8.00 EUR by d8, proposed
            action 1.1.1 A a1 100.00 pays 8.00 locked, by forced partner, terms template/1
            balance A pending 0.00 locked 8.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_failed_transfer_gives_back_what_was_owed_and_the_next_takes_its_own_rate() {
    check(
        "
        shop
        at d0   rates d0 usd=1.20
        at d1   conversion a1 sale 100.00 partner=A
        at d1   conversion a2 sale 50.00 partner=A
        at d1   approve a1
        at d1   approve a2
        at d2   propose A currency=usd every
        at d3   rates d3 usd=1.10
        at d3   approve-run 1
        drain
        at d4   failed 1
        drain 1
        show balances
        at d5   propose A currency=usd every
        at d5   correct a1 amount=90.00
        at d5   approve-run 2
        drain
        show payments
        ",
        expect![[r#"
            balance A pending 0.00 locked 12.00 paid 0.00
            run 1 d2 of payments 1: 14.40 USD, approved
            run 2 d5 of payments 2: 13.20 USD, approved
            payment 1 d2 to A: 2 actions, 14.40 USD of 12.00 EUR by d0, failed "unknown account"
            payment 2 d5 to A: 2 actions, 12.32 USD of 11.20 EUR by d3, sent
            action 1.1.1 A a1 90.00 pays 7.20 paid in 2, by forced partner, terms template/1
            action 1.1.2 A a2 50.00 pays 4.00 paid in 2, by forced partner, terms template/1
            balance A pending 0.00 locked 0.00 paid 11.20
        "#]],
    );
}

#[test]
fn what_is_below_zero_in_one_currency_is_taken_off_the_transfer() {
    check(
        "
        shop
        program 2 usd
        event sale program=2
        template sale=10% program=2
        contract A program=2
        at d0   rates d0 usd=1.25
        at d1   conversion u1 sale 100.00 partner=A program=2 currency=usd
        at d1   approve u1 program=2
        at d1   pay A program=2
        drain
        at d2   correct u1 amount=50.00 program=2
        at d2   propose A currency=eur every
        at d3   conversion a1 sale 100.00 partner=A
        at d3   approve a1
        at d3   payment-rules threshold=5.00
        at d3   propose A currency=eur every
        at d3   payment-rules threshold=4.00
        at d3   propose A currency=eur every
        at d3   approve-run 1
        drain
        show payments
        ",
        expect![[r#"
            d2 propose A: NOTHING_TO_PAY
            d3 propose A: NOTHING_TO_PAY
            run 1 d3 of payments 2: 4.00 EUR, approved
            payment 1 d1 to A: 1 actions, 10.00 USD, settled
            payment 2 d3 to A: 2 actions, 4.00 EUR of 8.00 EUR and -5.00 USD by d0, sent
            action 2.2.1 A u1 50.00 pays 5.00 paid in 2, by forced partner, terms template/1
            action 1.1.2 A a1 100.00 pays 8.00 paid in 2, by forced partner, terms template/1
            balance A pending 0.00 locked 0.00 paid 8.00
            balance A program 2 pending 0.00 locked 0.00 paid 5.00
        "#]],
    );
}
