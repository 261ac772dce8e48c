//! Other figures and reversals, as long as an action is pending.

use expect_test::expect;

use super::fixture::{check, run};
use crate::money::{MICROS, Money};
use crate::row::HistoryRow;

#[test]
fn a_new_amount_moves_the_payout_with_it() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1
        at d3  modify 1001 amount=50.00 reason=ITEM_RETURNED
        at d4  modify 1.1.1 amount=130.00 source=person by=7
        show history 1001
        show reports 1001
        show days
        ",
        expect![[r#"
            1 d2 opened 100.00 pays 8.00 by server
            2 d3 modified -50.00 pays -4.00 by server ITEM_RETURNED
            3 d4 modified 80.00 pays 6.40 by person user 7 ORDER_UPDATE
            conversion by server: taken, action 1.1.1
            modification by server: taken, action 1.1.1
            modification by person: taken, action 1.1.1
            d0 A ad 1: 1 clicks
            d2 A ad 1: 1 conversions 130.00 pays 10.40
            action 1.1.1 A 1001 130.00 pays 10.40 pending until d32, by identifier k1, terms template/1
            balance A pending 10.40 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_reversal_takes_everything_back_and_is_the_end() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1 item=boots:2:100
        at d3  reverse 1001 reason=CONS_FRAUD
        at d4  reverse 1001
        at d4  modify 1001 amount=20.00
        at d5  conversion 1001 sale 100.00 visitor=v1
        at d40 time
        drain
        show history 1001
        show items 1001
        show reports 1001
        show days
        ",
        expect![[r#"
            d4 reverse 1001: ACTION_ALREADY_REVERSED
            d4 modify 1001: ACTION_ALREADY_REVERSED
            d5 conversion 1001: nothing new
            1 d2 opened 100.00 pays 8.00 by server
            2 d3 reversed -100.00 pays -8.00 by server CONS_FRAUD
            0 x boots 0.00
            conversion by server: taken, action 1.1.1
            reversal by server: taken, action 1.1.1
            reversal by server: ACTION_ALREADY_REVERSED, action 1.1.1
            modification by server: ACTION_ALREADY_REVERSED, action 1.1.1
            conversion by server: taken, action 1.1.1, nothing new
            d0 A ad 1: 1 clicks
            d2 A ad 1: 1 conversions
            action 1.1.1 A 1001 0.00 pays 0.00 reversed CONS_FRAUD, by identifier k1, terms template/1
            balance A pending 0.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_amount_of_zero_reverses_and_of_nothing_changes_nothing() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1
        at d2  conversion 1002 sale 0 visitor=v1
        at d3  modify 1001 amount=0 reason=ORDER_ERROR
        at d3  modify 1002 amount=0
        show history 1002
        ",
        expect![[r#"
            1 d2 opened 0.00 pays 0.00 by server
            2 d3 modified 0.00 pays 0.00 by server ORDER_UPDATE
            action 1.1.1 A 1001 0.00 pays 0.00 reversed ORDER_ERROR, by identifier k1, terms template/1
            action 1.1.2 A 1002 0.00 pays 0.00 pending until d32, by identifier k1, terms template/1
            balance A pending 0.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn what_does_not_exist_cant_be_changed() {
    check(
        "
        shop
        event lead
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1
        at d2  conversion 1002 sale 100.00 customer=nobody
        at d3  modify 9999 amount=1.00
        at d3  modify 1001 event=lead amount=1.00
        at d3  modify 1002 amount=1.00
        at d3  reverse 1.1.9
        # The number is an action's, but of another event type.
        at d3  reverse 1.2.1
        ",
        expect![[r#"
            d2 conversion 1002: UNCLAIMED
            d3 modify 9999: ACTION_REF_NOT_FOUND
            d3 modify 1001: ACTION_REF_NOT_FOUND
            d3 modify 1002: ACTION_REF_NOT_FOUND
            d3 reverse 1.1.9: ACTION_REF_NOT_FOUND
            d3 reverse 1.2.1: ACTION_REF_NOT_FOUND
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn the_amount_of_an_order_follows_its_items() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1 item=boots:1:60 item=socks:4:40
        at d3  modify 1001 item=socks:3 reason=ITEM_RETURNED
        show items 1001
        at d4  modify 1001 item=boots::55.50 item=socks:1:9.90
        show items 1001
        at d5  modify 1001 item=hat:1
        at d6  modify 1001 item=boots:0 item=socks:0 reason=ITEM_RETURNED
        show items 1001
        show history 1001
        show reports 1001
        ",
        expect![[r#"
            1 x boots 60.00
            3 x socks 30.00
            1 x boots 55.50
            1 x socks 9.90
            d5 modify 1001: NO_ITEM
            0 x boots 0.00
            0 x socks 0.00
            1 d2 opened 100.00 pays 8.00 by server
            2 d3 modified -10.00 pays -0.80 by server ITEM_RETURNED
            3 d4 modified -24.60 pays -1.97 by server ORDER_UPDATE
            4 d6 reversed -65.40 pays -5.23 by server ITEM_RETURNED
            conversion by server: taken, action 1.1.1
            modification by server: taken, action 1.1.1
            modification by server: taken, action 1.1.1
            modification by server: NO_ITEM, action 1.1.1
            modification by server: taken, action 1.1.1
            action 1.1.1 A 1001 0.00 pays 0.00 reversed ITEM_RETURNED, by identifier k1, terms template/1
            balance A pending 0.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_change_with_one_unknown_item_changes_nothing() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1 item=boots:1:60 item=socks:4:40
        at d3  modify 1001 item=socks:3 item=hat:1
        show items 1001
        ",
        expect![[r#"
            d3 modify 1001: NO_ITEM
            1 x boots 60.00
            4 x socks 40.00
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_new_amount_is_spread_over_the_items() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1 item=a:1:33.33 item=b:1:33.33 item=c:1:33.34
        at d3  modify 1001 amount=50.00
        show items 1001
        ",
        expect![[r#"
            1 x a 16.67
            1 x b 16.67
            1 x c 16.66
            action 1.1.1 A 1001 50.00 pays 4.00 pending until d32, by identifier k1, terms template/1
            balance A pending 4.00 locked 0.00 paid 0.00
        "#]],
    );
}

/// An order may come to less than its items, by a discount that was not spread over them.
#[test]
fn no_item_falls_below_zero_when_an_amount_is_spread() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 50.00 visitor=v1 item=boots:1:60 item=socks:4:40
        at d3  modify 1001 amount=25.00
        show items 1001
        at d2  conversion 1002 sale 4.00 visitor=v1 item=a:1:1 item=b:1:1 item=c:1:1 item=d:1:1
        at d3  modify 1002 amount=0.02
        show items 1002
        ",
        expect![[r#"
            1 x boots 15.00
            4 x socks 10.00
            1 x a 0.01
            1 x b 0.01
            1 x c 0.00
            1 x d 0.00
            action 1.1.1 A 1001 25.00 pays 2.00 pending until d32, by identifier k1, terms template/1
            action 1.1.2 A 1002 0.02 pays 0.00 pending until d32, by identifier k1, terms template/1
            balance A pending 2.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_order_never_comes_to_less_than_nothing() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 50.00 visitor=v1 item=boots:1:60 item=socks:4:40
        at d3  modify 1001 item=boots:0
        show items 1001
        ",
        expect![[r#"
            0 x boots 0.00
            4 x socks 40.00
            action 1.1.1 A 1001 20.00 pays 1.60 pending until d32, by identifier k1, terms template/1
            balance A pending 1.60 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_amount_may_be_as_large_as_an_order_and_no_larger() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1 item=boots:1:100
        at d3  modify 1001 amount=1000000000
        at d4  modify 1001 amount=1000000000.01
        at d5  modify 1001 amount=-0.01
        ",
        expect![[r#"
            d4 modify 1001: AMOUNT_TOO_LARGE
            d5 modify 1001: AMOUNT_NEGATIVE
            action 1.1.1 A 1001 1000000000.00 pays 80000000.00 pending until d32, by identifier k1, terms template/1
            balance A pending 80000000.00 locked 0.00 paid 0.00
        "#]],
    );
}

/// A quantity is any number that a report can hold: what it comes to must not wrap around.
#[test]
fn an_absurd_quantity_is_too_large() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 50000.00 visitor=v1 item=boots:1:50000
        at d3  modify 1001 item=boots:4294967295
        at d3  modify 1001 item=boots:300000000
        at d2  conversion 1002 sale 1000000000 visitor=v1 item=boots:1:1000000000
        at d3  modify 1002 item=boots:4294967295
        ",
        expect![[r#"
            d3 modify 1001: AMOUNT_TOO_LARGE
            d3 modify 1001: AMOUNT_TOO_LARGE
            d3 modify 1002: AMOUNT_TOO_LARGE
            action 1.1.1 A 1001 50000.00 pays 4000.00 pending until d32, by identifier k1, terms template/1
            action 1.1.2 A 1002 1000000000.00 pays 80000000.00 pending until d32, by identifier k1, terms template/1
            balance A pending 80004000.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_locked_or_paid_action_is_left_alone() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d2   conversion 1001 sale 100.00 visitor=v1
        at d32  time
        # Its time has come, but the queue has not.
        at d32  modify 1001 amount=90.00
        drain
        at d33  modify 1001 amount=80.00
        at d33  reverse 1001
        at d34  pay A
        drain
        at d35  reverse 1001
        show history 1001
        ",
        expect![[r#"
            d33 modify 1001: ACTION_LOCKED
            d33 reverse 1001: ACTION_LOCKED
            d35 reverse 1001: ACTION_LOCKED
            1 d2 opened 100.00 pays 8.00 by server
            2 d32 modified -10.00 pays -0.80 by server ORDER_UPDATE
            3 d32 locked 0.00 pays 0.00 by machine
            4 d34 paid 0.00 pays 0.00 by machine
            action 1.1.1 A 1001 90.00 pays 7.20 paid in 1, by identifier k1, terms template/1
            balance A pending 0.00 locked 0.00 paid 7.20
        "#]],
    );
}

/// Fraud that comes to light late must not be locked and paid because of how often the order changed before.
#[test]
fn a_thousand_changes_are_enough_but_a_reversal_is_always_taken() {
    let history = "
        shop
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1
        at d2  conversion 1002 sale 100.00 visitor=v1 source=browser item=boots:1:100
        at d3  repeat 1001 modify 1001 amount={n}
        at d3  repeat 1001 modify 1002 amount={n}
        at d4  reverse 1001 reason=CONS_FRAUD
        at d4  modify 1002 amount=-1.00
        at d4  conversion 1002 sale 70.00 visitor=v1
        show actions
        at d4  modify 1002 item=boots:0 reason=ITEM_RETURNED
    ";
    check(
        history,
        expect![[r#"
            d3 modify 1001: MAX_MODIFICATIONS_REACHED
            d3 modify 1002: MAX_MODIFICATIONS_REACHED
            d4 modify 1002: MAX_MODIFICATIONS_REACHED
            d4 conversion 1002: MAX_MODIFICATIONS_REACHED
            action 1.1.1 A 1001 0.00 pays 0.00 reversed CONS_FRAUD, by identifier k1, terms template/1
            action 1.1.2 A 1002 1000.00 pays 80.00 pending until d32, by identifier k1, terms template/1
            action 1.1.1 A 1001 0.00 pays 0.00 reversed CONS_FRAUD, by identifier k1, terms template/1
            action 1.1.2 A 1002 0.00 pays 0.00 reversed ITEM_RETURNED, by identifier k1, terms template/1
            balance A pending 0.00 locked 0.00 paid 0.00
        "#]],
    );
    let of_first = |row: &&crate::row::HistoryRow| row.action.seq == 1;
    let changes = run(history).books.history.values().filter(of_first).count();
    assert_eq!(changes, 1_002, "opened, changed a thousand times, reversed");
}

#[test]
fn what_goes_back_piece_by_piece_comes_to_the_same() {
    check(
        "
        shop
        at d1  click k1 A visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1 item=a:3:100.00
        at d2  conversion 1002 sale 100.00 visitor=v1 item=a:3:100.00
        at d3  modify 1001 item=a:2
        at d4  modify 1001 item=a:1
        at d4  modify 1002 item=a:1
        # What was sent back by mistake is whole again.
        at d5  modify 1002 item=a:3
        show history 1002
        ",
        expect![[r#"
            1 d2 opened 100.00 pays 8.00 by server
            2 d4 modified -66.67 pays -5.33 by server ORDER_UPDATE
            3 d5 modified 66.67 pays 5.33 by server ORDER_UPDATE
            action 1.1.1 A 1001 33.33 pays 2.67 pending until d32, by identifier k1, terms template/1
            action 1.1.2 A 1002 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            balance A pending 10.67 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn the_lines_of_an_action_add_up_to_what_it_is() {
    let run = run("
        shop
        at d0  conversion 1001 sale 100.00 partner=A item=boots:2:100
        at d1  modify 1001 item=boots:1 reason=ITEM_RETURNED
        at d2  reverse 1001 reason=CONS_FRAUD
        at d3  restore 1001 reason=VERIFIED
        at d4  hold 1001
        at d5  release 1001
        at d40 time
        drain
        at d41 propose A
        at d41 approve-run 1
        drain
        at d42 correct 1001 amount=70.00
        at d43 failed 1
        drain
        at d44 correct 1001 amount=65.00
        ");
    let action = run.books.actions.values().next().unwrap();
    let lines: Vec<_> = run.books.history.values().collect();
    let kinds: Vec<String> = lines.iter().map(|line| format!("{:?}", line.kind)).collect();
    assert_eq!(
        kinds.join(" "),
        "Opened Modified Reversed Restored Held Released Locked Paid Corrected Returned Corrected"
    );
    let sum = |of: fn(&HistoryRow) -> Money| lines.iter().fold(Money::ZERO, |sum, line| sum.plus(of(line)));
    assert_eq!((sum(|it| it.amount_delta), sum(|it| it.payout_delta)), (action.amount, action.payout));
    assert_eq!((action.amount, action.owed), (Money(65 * MICROS), action.payout));
}
