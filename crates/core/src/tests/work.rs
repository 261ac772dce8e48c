//! Queued work: in pieces, in order, and never forgotten.

use expect_test::expect;

use super::fixture::check;

#[test]
fn actions_lock_in_the_order_of_their_time_a_few_at_once() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d4   conversion c sale 3.00 visitor=v1
        at d3   conversion b sale 2.00 visitor=v1
        at d2   conversion a sale 1.00 visitor=v1
        at d40  time
        show work
        work 2
        show actions
        show work
        work 2
        show actions
        show work
        work 2
        show work
        ",
        expect![[r#"
            work waits: true
            action 1.1.1 A c 3.00 pays 0.24 pending until d34, by identifier k1, terms template/1
            action 1.1.2 A b 2.00 pays 0.16 locked, by identifier k1, terms template/1
            action 1.1.3 A a 1.00 pays 0.08 locked, by identifier k1, terms template/1
            work waits: true
            action 1.1.1 A c 3.00 pays 0.24 locked, by identifier k1, terms template/1
            action 1.1.2 A b 2.00 pays 0.16 locked, by identifier k1, terms template/1
            action 1.1.3 A a 1.00 pays 0.08 locked, by identifier k1, terms template/1
            work waits: false
            work waits: false
            action 1.1.1 A c 3.00 pays 0.24 locked, by identifier k1, terms template/1
            action 1.1.2 A b 2.00 pays 0.16 locked, by identifier k1, terms template/1
            action 1.1.3 A a 1.00 pays 0.08 locked, by identifier k1, terms template/1
            balance A pending 0.00 locked 0.48 paid 0.00
        "#]],
    );
}

#[test]
fn as_many_as_asked_for_may_be_all_or_not() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d2   conversion a sale 1.00 visitor=v1
        at d2   conversion b sale 2.00 visitor=v1
        at d40  time
        work 2
        show work
        work 2
        show work
        ",
        expect![[r#"
            work waits: true
            work waits: false
            action 1.1.1 A a 1.00 pays 0.08 locked, by identifier k1, terms template/1
            action 1.1.2 A b 2.00 pays 0.16 locked, by identifier k1, terms template/1
            balance A pending 0.00 locked 0.24 paid 0.00
        "#]],
    );
}

#[test]
fn a_large_payment_is_gathered_in_pieces() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d2   repeat 5 conversion order{n} sale {n}00.00 visitor=v1
        at d40  time
        drain
        at d41  pay A
        work 2
        show payments
        work 2
        show payments
        work 2
        show payments
        show work
        work 2
        show work
        ",
        expect![[r#"
            payment 1 d41 to A: 2 actions, 24.00 EUR, gathering
            payment 1 d41 to A: 4 actions, 80.00 EUR, gathering
            payment 1 d41 to A: 5 actions, 120.00 EUR, settled
            work waits: true
            work waits: false
            action 1.1.1 A order1 100.00 pays 8.00 paid in 1, by identifier k1, terms template/1
            action 1.1.2 A order2 200.00 pays 16.00 paid in 1, by identifier k1, terms template/1
            action 1.1.3 A order3 300.00 pays 24.00 paid in 1, by identifier k1, terms template/1
            action 1.1.4 A order4 400.00 pays 32.00 paid in 1, by identifier k1, terms template/1
            action 1.1.5 A order5 500.00 pays 40.00 paid in 1, by identifier k1, terms template/1
            balance A pending 0.00 locked 0.00 paid 120.00
        "#]],
    );
}

#[test]
fn a_payment_is_closed_with_its_last_action() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d2   repeat 4 conversion order{n} sale {n}00.00 visitor=v1
        at d40  time
        drain
        at d41  pay A
        work 2
        show payments
        work 2
        show payments
        ",
        expect![[r#"
            payment 1 d41 to A: 2 actions, 24.00 EUR, gathering
            payment 1 d41 to A: 4 actions, 80.00 EUR, settled
            action 1.1.1 A order1 100.00 pays 8.00 paid in 1, by identifier k1, terms template/1
            action 1.1.2 A order2 200.00 pays 16.00 paid in 1, by identifier k1, terms template/1
            action 1.1.3 A order3 300.00 pays 24.00 paid in 1, by identifier k1, terms template/1
            action 1.1.4 A order4 400.00 pays 32.00 paid in 1, by identifier k1, terms template/1
            balance A pending 0.00 locked 0.00 paid 80.00
        "#]],
    );
}

#[test]
fn payments_are_gathered_one_after_the_other() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d0   click k2 B visitor=v2
        at d2   repeat 3 conversion a{n} sale 100.00 visitor=v1
        at d2   repeat 3 conversion b{n} sale 100.00 visitor=v2
        at d40  time
        drain
        at d41  pay B
        at d41  pay A
        at d41  pay B
        drain 2
        show payments
        ",
        expect![[r#"
            d41 pay B: PAYMENT_UNDER_WAY
            payment 1 d41 to B: 3 actions, 24.00 EUR, settled
            payment 2 d41 to A: 3 actions, 24.00 EUR, settled
            action 1.1.1 A a1 100.00 pays 8.00 paid in 2, by identifier k1, terms template/1
            action 1.1.2 A a2 100.00 pays 8.00 paid in 2, by identifier k1, terms template/1
            action 1.1.3 A a3 100.00 pays 8.00 paid in 2, by identifier k1, terms template/1
            action 1.1.4 B b1 100.00 pays 8.00 paid in 1, by identifier k2, terms template/1
            action 1.1.5 B b2 100.00 pays 8.00 paid in 1, by identifier k2, terms template/1
            action 1.1.6 B b3 100.00 pays 8.00 paid in 1, by identifier k2, terms template/1
            balance A pending 0.00 locked 0.00 paid 24.00
            balance B pending 0.00 locked 0.00 paid 24.00
        "#]],
    );
}

#[test]
fn locking_comes_before_paying_within_one_piece() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d2   repeat 2 conversion early{n} sale 100.00 visitor=v1
        at d5   repeat 2 conversion late{n} sale 100.00 visitor=v1
        at d33  time
        drain
        at d40  pay A
        at d40  time
        work 3
        show actions
        show payments
        drain
        ",
        expect![[r#"
            action 1.1.1 A early1 100.00 pays 8.00 paid in 1, by identifier k1, terms template/1
            action 1.1.2 A early2 100.00 pays 8.00 locked, by identifier k1, terms template/1
            action 1.1.3 A late1 100.00 pays 8.00 locked, by identifier k1, terms template/1
            action 1.1.4 A late2 100.00 pays 8.00 locked, by identifier k1, terms template/1
            payment 1 d40 to A: 1 actions, 8.00 EUR, gathering
            action 1.1.1 A early1 100.00 pays 8.00 paid in 1, by identifier k1, terms template/1
            action 1.1.2 A early2 100.00 pays 8.00 paid in 1, by identifier k1, terms template/1
            action 1.1.3 A late1 100.00 pays 8.00 locked, by identifier k1, terms template/1
            action 1.1.4 A late2 100.00 pays 8.00 locked, by identifier k1, terms template/1
            balance A pending 0.00 locked 16.00 paid 16.00
        "#]],
    );
}

#[test]
fn a_piece_of_nothing_does_nothing() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d2   conversion a sale 1.00 visitor=v1
        at d40  time
        work 0
        show work
        show actions
        ",
        expect![[r#"
            work waits: true
            action 1.1.1 A a 1.00 pays 0.08 pending until d32, by identifier k1, terms template/1
            action 1.1.1 A a 1.00 pays 0.08 pending until d32, by identifier k1, terms template/1
            balance A pending 0.08 locked 0.00 paid 0.00
        "#]],
    );
}

/// An order may be reported when its time to lock has passed already. Nobody will say again that time passed, so the
/// order itself must say that work waits.
#[test]
fn an_order_that_is_due_when_it_arrives_still_locks() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d39  conversion 1001 sale 5.00 visitor=v1 occurred=d1
        at d40  time
        drain
        at d41  conversion 1002 sale 100.00 visitor=v1 occurred=d2
        show work
        drain
        ",
        expect![[r#"
            work waits: true
            action 1.1.1 A 1001 5.00 pays 0.40 locked, by identifier k1, terms template/1
            action 1.1.2 A 1002 100.00 pays 8.00 locked, by identifier k1, terms template/1
            balance A pending 0.00 locked 8.40 paid 0.00
        "#]],
    );
}
