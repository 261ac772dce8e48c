//! What terms let a brand take back.

use expect_test::expect;

use super::fixture::check;

#[test]
fn where_nothing_goes_back_only_what_never_was_an_order_does() {
    check(
        "
        shop
        at d1  contract A sale=8% returns=never
        at d2  conversion 1001 sale 100.00 partner=A
        at d2  conversion 1002 sale 100.00 partner=A source=browser
        at d2  conversion 1003 sale 100.00 partner=A
        at d0  conversion 1000 sale 100.00 partner=A
        at d3  reverse 1001 reason=ITEM_RETURNED
        at d3  modify 1001 amount=50.00 reason=ITEM_RETURNED
        at d3  modify 1001 amount=150.00
        at d3  reverse 1003 reason=CONS_FRAUD
        # What the server reports was so all along.
        at d3  conversion 1002 sale 70.00 partner=A
        at d4  approve 1001
        at d5  correct 1001 amount=1.00
        # Terms of the event's time decide.
        at d5  reverse 1000 reason=ITEM_RETURNED
        show returns
        ",
        expect![[r#"
            d3 reverse 1001: RETURNS_NOT_ALLOWED
            d3 modify 1001: RETURNS_NOT_ALLOWED
            d5 correct 1001: RETURNS_NOT_ALLOWED
            d0 A 8.00 returned of 25.60
            action 1.1.1 A 1001 150.00 pays 12.00 locked, by forced partner, terms A/2
            action 1.1.2 A 1002 70.00 pays 5.60 pending until d32, by forced partner, terms A/2
            action 1.1.3 A 1003 0.00 pays 0.00 reversed CONS_FRAUD, by forced partner, terms A/2
            action 1.1.4 A 1000 0.00 pays 0.00 reversed ITEM_RETURNED, by forced partner, terms template/1
            balance A pending 5.60 locked 12.00 paid 0.00
        "#]],
    );
}

#[test]
fn so_much_of_a_month_goes_back_and_no_more() {
    check(
        "
        shop
        at d0  contract A sale=10% most=50%
        at d2  conversion 1001 sale 100.00 partner=A
        at d2  conversion 1002 sale 100.00 partner=A
        at d33 conversion 1003 sale 100.00 partner=A
        at d33 reverse 1003
        at d33 reverse 1001
        at d34 modify 1002 amount=99.00
        at d34 reverse 1002 reason=TEST_ACTION
        at d35 restore 1002
        at d35 modify 1001 amount=80.00
        at d35 restore 1001
        at d36 modify 1002 amount=50.00
        at d36 modify 1002 amount=80.00
        at d37 award bonus A 100.00 spring
        at d37 reverse spring event=0
        show returns
        ",
        expect![[r#"
            d33 reverse 1003: MAX_RETURNS_REACHED
            d34 modify 1002: MAX_RETURNS_REACHED
            d35 modify 1001: ACTION_ALREADY_REVERSED
            d0 A 2.00 returned of 20.00
            d31 A 0.00 returned of 10.00
            action 1.1.1 A 1001 100.00 pays 10.00 pending until d32, by forced partner, terms A/2
            action 1.1.2 A 1002 80.00 pays 8.00 pending until d32, by forced partner, terms A/2
            action 1.1.3 A 1003 100.00 pays 10.00 pending until d63, by forced partner, terms A/2
            action 1.0.4 A spring 0.00 pays 0.00 reversed ORDER_UPDATE, by bonus, terms A/2
            balance A pending 28.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn what_was_returned_before_a_reversal_is_returned_after_its_restoration() {
    check(
        "
        shop
        at d0  contract A sale=10% most=50%
        at d2  conversion 1001 sale 100.00 partner=A
        at d2  conversion 1002 sale 100.00 partner=A
        at d3  modify 1001 amount=50.00 reason=ITEM_RETURNED
        at d4  reverse 1001 reason=CONS_FRAUD
        at d5  restore 1001
        show returns
        at d6  modify 1002 amount=40.00 reason=ITEM_RETURNED
        at d7  reverse 1001 reason=ITEM_RETURNED
        at d8  restore 1001
        show returns
        ",
        expect![[r#"
            d0 A 5.00 returned of 20.00
            d6 modify 1002: MAX_RETURNS_REACHED
            d0 A 5.00 returned of 20.00
            action 1.1.1 A 1001 50.00 pays 5.00 pending until d32, by forced partner, terms A/2
            action 1.1.2 A 1002 100.00 pays 10.00 pending until d32, by forced partner, terms A/2
            balance A pending 15.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn what_was_no_return_takes_none_back_as_it_is_restored() {
    check(
        "
        shop
        at d0  contract A sale=10% most=50%
        at d2  conversion 1001 sale 100.00 partner=A source=browser
        at d3  modify 1001 amount=60.00 reason=ITEM_RETURNED
        # The server says that there was nothing to pay for all along.
        at d4  conversion 1001 sale 0.00 partner=A
        at d5  restore 1001
        at d6  modify 1001 amount=50.00 reason=ITEM_RETURNED
        at d7  modify 1001 amount=40.00 reason=ITEM_RETURNED
        show returns
        ",
        expect![[r#"
            d7 modify 1001: MAX_RETURNS_REACHED
            d0 A 5.00 returned of 10.00
            action 1.1.1 A 1001 50.00 pays 5.00 pending until d32, by forced partner, terms A/2
            balance A pending 5.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_partner_is_asked_and_agrees_or_does_not() {
    check(
        "
        shop
        at d1  contract A sale=8% returns=consent lock=10d
        at d2  conversion 1001 sale 100.00 partner=A item=boots:2:100
        at d2  conversion 1002 sale 100.00 partner=A
        at d2  conversion 1003 sale 100.00 partner=A
        at d2  conversion 1004 sale 100.00 partner=A
        at d3  modify 1001 item=boots:1 reason=ITEM_RETURNED
        at d3  reverse 1002 reason=ITEM_RETURNED
        at d3  reverse 1003 reason=ITEM_RETURNED by=7
        at d3  reverse 1004 reason=ITEM_RETURNED
        show actions
        at d4  agree B 1.1.1
        at d4  agree A 1.1.1 brand
        at d4  agree A 1.1.1
        at d4  refuse A 1.1.2
        at d4  agree A 1.1.2
        at d5  modify 1004 amount=120.00
        at d6  agree A 1.1.4
        at d13 time
        drain
        at d14 agree A 1.1.3
        show history 1001
        show history 1002
        show history 1003
        show returns
        show effects
        ",
        expect![[r#"
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d12, return asked, by forced partner, terms A/2
            action 1.1.2 A 1002 100.00 pays 8.00 pending until d12, return asked, by forced partner, terms A/2
            action 1.1.3 A 1003 100.00 pays 8.00 pending until d12, return asked, by forced partner, terms A/2
            action 1.1.4 A 1004 100.00 pays 8.00 pending until d12, return asked, by forced partner, terms A/2
            d4 agree B: ACTION_REF_NOT_FOUND
            d4 agree A: RETURN_FOR_PARTNER
            d4 agree A: RETURN_NOT_ASKED
            d6 agree A: RETURN_NOT_ASKED
            d14 agree A: RETURN_NOT_ASKED
            1 d2 opened 100.00 pays 8.00 by server
            2 d3 returnasked 0.00 pays 0.00 by server ITEM_RETURNED
            3 d4 modified -50.00 pays -4.00 by person user 9 ITEM_RETURNED
            4 d13 locked 0.00 pays 0.00 by machine
            1 d2 opened 100.00 pays 8.00 by server
            2 d3 returnasked 0.00 pays 0.00 by server ITEM_RETURNED
            3 d4 returndeclined 0.00 pays 0.00 by person user 9 ITEM_RETURNED
            4 d13 locked 0.00 pays 0.00 by machine
            1 d2 opened 100.00 pays 8.00 by server
            2 d3 returnasked 0.00 pays 0.00 by server user 7 ITEM_RETURNED
            3 d13 returndeclined 0.00 pays 0.00 by machine ITEM_RETURNED
            4 d13 locked 0.00 pays 0.00 by machine
            d0 A 4.00 returned of 33.60
            tell 10/0 1.1.1 1 Opened
            tell 11/0 1.1.2 1 Opened
            tell 12/0 1.1.3 1 Opened
            tell 13/0 1.1.4 1 Opened
            tell 14/0 1.1.1 2 ReturnAsked
            tell 15/0 1.1.2 2 ReturnAsked
            tell 16/0 1.1.3 2 ReturnAsked
            tell 17/0 1.1.4 2 ReturnAsked
            tell 20/0 1.1.1 3 Modified
            tell 21/0 1.1.2 3 ReturnDeclined
            tell 23/0 1.1.4 3 Modified
            tell 26/0 1.1.1 4 Locked
            tell 26/1 1.1.2 4 Locked
            tell 26/2 1.1.3 3 ReturnDeclined
            tell 26/3 1.1.3 4 Locked
            tell 26/4 1.1.4 4 Locked
            action 1.1.1 A 1001 50.00 pays 4.00 locked, by forced partner, terms A/2
            action 1.1.2 A 1002 100.00 pays 8.00 locked, by forced partner, terms A/2
            action 1.1.3 A 1003 100.00 pays 8.00 locked, by forced partner, terms A/2
            action 1.1.4 A 1004 120.00 pays 9.60 locked, by forced partner, terms A/2
            balance A pending 0.00 locked 29.60 paid 0.00
        "#]],
    );
}

#[test]
fn the_most_of_a_month_holds_again_when_the_partner_agrees() {
    check(
        "
        shop
        at d0  contract A sale=10% returns=consent most=50%
        at d2  conversion 1001 sale 100.00 partner=A
        at d2  conversion 1002 sale 100.00 partner=A
        at d2  conversion 1003 sale 100.00 partner=A
        at d3  reverse 1001 reason=ITEM_RETURNED
        at d3  reverse 1002 reason=ITEM_RETURNED
        at d3  modify 1003 amount=50.00 reason=ITEM_RETURNED
        at d4  agree A 1.1.1
        # Nothing but that one stood in its way when it was asked.
        at d4  agree A 1.1.2
        at d4  agree A 1.1.3
        show actions
        # It goes on waiting, and other orders make room.
        at d5  conversion 1004 sale 200.00 partner=A
        at d5  agree A 1.1.2
        show returns
        ",
        expect![[r#"
            d4 agree A: MAX_RETURNS_REACHED
            action 1.1.1 A 1001 0.00 pays 0.00 reversed ITEM_RETURNED, by forced partner, terms A/2
            action 1.1.2 A 1002 100.00 pays 10.00 pending until d32, return asked, by forced partner, terms A/2
            action 1.1.3 A 1003 50.00 pays 5.00 pending until d32, by forced partner, terms A/2
            d0 A 25.00 returned of 50.00
            action 1.1.1 A 1001 0.00 pays 0.00 reversed ITEM_RETURNED, by forced partner, terms A/2
            action 1.1.2 A 1002 0.00 pays 0.00 reversed ITEM_RETURNED, by forced partner, terms A/2
            action 1.1.3 A 1003 50.00 pays 5.00 pending until d32, by forced partner, terms A/2
            action 1.1.4 A 1004 200.00 pays 20.00 pending until d35, by forced partner, terms A/2
            balance A pending 25.00 locked 0.00 paid 0.00
        "#]],
    );
}
