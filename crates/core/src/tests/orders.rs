//! The same order again: nothing new, more of the buyer, other money, or at last somebody to credit.

use expect_test::expect;

use super::fixture::check;

#[test]
fn tag_and_server_both_report_every_order() {
    check(
        "
        shop
        at d0     click k1 A visitor=v1
        at d2     conversion 1001 sale 100.00 visitor=v1 source=browser
        at d2+1m  conversion 1001 sale 100.00 customer=c7
        at d2+2m  conversion 1001 sale 100.00 customer=c7
        show reports 1001
        show days
        ",
        expect![[r#"
            d2+1m conversion 1001: nothing new
            d2+2m conversion 1001: nothing new
            conversion by browser: taken, action 1.1.1
            conversion by server: taken, action 1.1.1, nothing new
            conversion by server: taken, action 1.1.1, nothing new
            d0 A ad 1: 1 clicks
            d2 A ad 1: 1 conversions 100.00 pays 8.00
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn the_same_money_joins_the_buyer_to_what_it_adds() {
    check(
        "
        shop
        at d0     click k1 A visitor=v1
        at d2     conversion 1001 sale 100.00 visitor=v1 source=browser
        at d2+1m  conversion 1001 sale 100.00 customer=c7
        at d3     conversion 1002 sale 10.00 customer=c7
        show decision 1002
        ",
        expect![[r#"
            d2+1m conversion 1001: nothing new
            decision 1002 at d3: A by identifier
              k1 A d0 won: customer:c7 -(d2)- visitor:v1
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            action 1.1.2 A 1002 10.00 pays 0.80 pending until d33, by identifier k1, terms template/1
            balance A pending 8.80 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn items_that_only_one_of_the_two_names_are_no_other_money() {
    check(
        "
        shop
        at d0     click k1 A visitor=v1
        at d2     conversion 1001 sale 100.00 visitor=v1 source=browser item=boots:1:60 item=socks:2:40
        at d2+1m  conversion 1001 sale 100.00 customer=c7
        at d2     conversion 1002 sale 100.00 visitor=v1 source=browser
        at d2+1m  conversion 1002 sale 100.00 customer=c7 item=boots:1:60 item=socks:2:40
        at d2     conversion 1003 sale 100.00 visitor=v1 source=browser item=boots:1:60 item=socks:2:40
        at d2+1m  conversion 1003 sale 100.00 customer=c7 item=boots:1:100 source=pixel
        show items 1001
        show items 1002
        ",
        expect![[r#"
            d2+1m conversion 1001: nothing new
            d2+1m conversion 1003: CONV_DUPLICATE
            1 x boots 60.00
            2 x socks 40.00
            1 x boots 60.00
            2 x socks 40.00
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            action 1.1.2 A 1002 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            action 1.1.3 A 1003 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            balance A pending 24.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_order_takes_the_items_that_a_later_report_brings() {
    check(
        "
        shop
        at d0     click k1 A visitor=v1
        at d2     conversion 1001 sale 100.00 visitor=v1 source=browser
        at d2+1m  conversion 1001 sale 100.00 customer=c7 item=boots:1:60 item=socks:4:40
        at d2+2m  conversion 1001 sale 100.00 customer=c7 item=boots:1:60 item=socks:4:40
        at d2+3m  conversion 1001 sale 100.00 visitor=v1 source=browser
        at d2+4m  conversion 1001 sale 100.00 visitor=v1 source=pixel item=hat:1:100
        show items 1001
        show details 1001
        at d3     modify 1001 item=socks:3 reason=ITEM_RETURNED
        show items 1001
        show history 1001
        show reports 1001
        ",
        expect![[r#"
            d2+2m conversion 1001: nothing new
            d2+3m conversion 1001: nothing new
            d2+4m conversion 1001: CONV_DUPLICATE
            1 x boots 60.00
            4 x socks 40.00
            1.1.1: occurred d2 opened d2 changed d2+1m, intended 100.00 pays 8.00, ad 1, sub1 "" shared "" code "" status ""
            1 x boots 60.00
            3 x socks 30.00
            1 d2 opened 100.00 pays 8.00 by browser
            2 d3 modified -10.00 pays -0.80 by server ITEM_RETURNED
            conversion by browser: taken, action 1.1.1
            conversion by server: taken, action 1.1.1
            conversion by server: taken, action 1.1.1, nothing new
            conversion by browser: taken, action 1.1.1, nothing new
            conversion by pixel: CONV_DUPLICATE, action 1.1.1
            modification by server: taken, action 1.1.1
            action 1.1.1 A 1001 90.00 pays 7.20 pending until d32, by identifier k1, terms template/1
            balance A pending 7.20 locked 0.00 paid 0.00
        "#]],
    );
}

/// It comes to the same as if the items had been known when the amount changed.
#[test]
fn items_that_come_after_a_change_are_scaled_to_it() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1 source=browser
        at d3  modify 1001 amount=50.00
        at d4  conversion 1001 sale 100.00 visitor=v1 item=boots:1:60 item=socks:4:40
        # A discount of the order that is not in its items stays in none.
        at d2  conversion 1002 sale 90.00 visitor=v1 source=browser
        at d4  conversion 1002 sale 90.00 visitor=v1 item=boots:1:60 item=socks:4:40
        show items 1001
        show items 1002
        ",
        expect![[r#"
            1 x boots 30.00
            4 x socks 20.00
            1 x boots 60.00
            4 x socks 40.00
            action 1.1.1 A 1001 50.00 pays 4.00 pending until d32, by identifier k1, terms template/1
            action 1.1.2 A 1002 90.00 pays 7.20 pending until d32, by identifier k1, terms template/1
            balance A pending 11.20 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn items_come_too_late_for_what_is_reversed_or_locked() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d2   conversion 1001 sale 100.00 visitor=v1 source=browser
        at d2   conversion 1002 sale 100.00 visitor=v1 source=browser
        at d3   reverse 1001
        at d3   conversion 1001 sale 100.00 visitor=v1 item=boots:1:100
        at d40  time
        drain
        at d41  conversion 1002 sale 100.00 visitor=v1 item=boots:1:100
        show items 1001
        show items 1002
        ",
        expect![[r#"
            d3 conversion 1001: nothing new
            d41 conversion 1002: nothing new
            action 1.1.1 A 1001 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k1, terms template/1
            action 1.1.2 A 1002 100.00 pays 8.00 locked, by identifier k1, terms template/1
            balance A pending 0.00 locked 8.00 paid 0.00
        "#]],
    );
}

/// The items of the report that earned something are the order's, and that report again is nothing new.
#[test]
fn an_order_has_the_items_of_the_report_it_was_credited_for() {
    check(
        "
        shop
        at d0     click k1 A visitor=v1
        at d2     conversion 1001 sale 100.00 customer=c7 item=boots:1:100
        at d2+1m  conversion 1001 sale 100.00 visitor=v1 item=boots:1:60 item=socks:4:40
        at d2+2m  conversion 1001 sale 100.00 visitor=v1 item=boots:1:60 item=socks:4:40
        at d2+3m  conversion 1001 sale 100.00 customer=c7 item=boots:1:100
        show items 1001
        ",
        expect![[r#"
            d2 conversion 1001: UNCLAIMED
            d2+2m conversion 1001: nothing new
            d2+3m conversion 1001: CONV_DUPLICATE
            1 x boots 60.00
            4 x socks 40.00
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn other_money_from_the_same_source_never_overrides() {
    check(
        "
        shop
        at d0     click k1 A visitor=v1
        at d2     conversion 1001 sale 100.00 visitor=v1
        at d2+1m  conversion 1001 sale 250.00 customer=c7
        at d2+2m  conversion 1001 sale 100.00 visitor=v1 currency=usd
        at d2+3m  conversion 1001 sale 250.00 visitor=v1 source=browser
        at d2+4m  conversion 1001 sale 250.00 visitor=v1 source=person
        show reports 1001
        # What a loser says of the buyer is not taken either.
        show profiles
        ",
        expect![[r#"
            d2+1m conversion 1001: CONV_DUPLICATE
            d2+2m conversion 1001: CONV_DUPLICATE
            d2+3m conversion 1001: CONV_DUPLICATE
            d2+4m conversion 1001: CONV_DUPLICATE
            conversion by server: taken, action 1.1.1
            conversion by server: CONV_DUPLICATE, action 1.1.1
            conversion by server: CONV_DUPLICATE, action 1.1.1
            conversion by browser: CONV_DUPLICATE, action 1.1.1
            conversion by person: CONV_DUPLICATE, action 1.1.1
            profile visitor:v1
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn the_servers_money_wins_over_browser_and_pixel() {
    check(
        "
        shop
        at d0     click k1 A visitor=v1
        at d2     conversion 1001 sale 100.00 visitor=v1 source=pixel item=boots:1:100
        at d2+1m  conversion 1001 sale 80.00 customer=c7 item=boots:1:50 item=socks:1:30
        at d2+2m  conversion 1001 sale 100.00 visitor=v1 source=browser
        at d2+3m  conversion 1001 sale 90.00 customer=c7
        show history 1001
        show items 1001
        show reports 1001
        ",
        expect![[r#"
            d2+2m conversion 1001: CONV_DUPLICATE
            d2+3m conversion 1001: CONV_DUPLICATE
            1 d2 opened 100.00 pays 8.00 by pixel
            2 d2+1m modified -20.00 pays -1.60 by server ORDER_UPDATE
            1 x boots 50.00
            1 x socks 30.00
            conversion by pixel: taken, action 1.1.1
            conversion by server: taken, action 1.1.1
            conversion by browser: CONV_DUPLICATE, action 1.1.1
            conversion by server: CONV_DUPLICATE, action 1.1.1
            action 1.1.1 A 1001 80.00 pays 6.40 pending until d32, by identifier k1, terms template/1
            balance A pending 6.40 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_servers_zero_reverses_the_browsers_order() {
    check(
        "
        shop
        at d0     click k1 A visitor=v1
        at d2     conversion 1001 sale 100.00 visitor=v1 source=browser
        at d2+1m  conversion 1001 sale 0 customer=c7
        at d2+2m  conversion 1001 sale 80.00 customer=c7
        show history 1001
        ",
        expect![[r#"
            d2+2m conversion 1001: CONV_DUPLICATE
            1 d2 opened 100.00 pays 8.00 by browser
            2 d2+1m reversed -100.00 pays -8.00 by server ORDER_UPDATE
            action 1.1.1 A 1001 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k1, terms template/1
            balance A pending 0.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn where_the_first_wins_the_server_does_not() {
    check(
        "
        shop
        event sale first-wins
        at d0     click k1 A visitor=v1
        at d2     conversion 1001 sale 100.00 visitor=v1 source=browser
        at d2+1m  conversion 1001 sale 80.00 customer=c7
        ",
        expect![[r#"
            d2+1m conversion 1001: CONV_DUPLICATE
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn the_server_does_not_win_over_what_is_locked_or_in_another_currency() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d2   conversion 1001 sale 100.00 visitor=v1 source=browser
        at d3   conversion 1001 sale 80.00 visitor=v1 currency=usd
        at d32  time
        drain
        at d33  conversion 1001 sale 80.00 visitor=v1
        show reports 1001
        ",
        expect![[r#"
            d3 conversion 1001: CURRENCY_DIFFERS
            d33 conversion 1001: ACTION_LOCKED
            conversion by browser: taken, action 1.1.1
            conversion by server: CURRENCY_DIFFERS, action 1.1.1
            conversion by server: ACTION_LOCKED, action 1.1.1
            action 1.1.1 A 1001 100.00 pays 8.00 locked, by identifier k1, terms template/1
            balance A pending 0.00 locked 8.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_unclaimed_order_is_decided_again_when_it_brings_a_click() {
    check(
        "
        shop
        at d0     click k1 A
        at d2     conversion 1001 sale 100.00 customer=c7
        show days
        at d2+1m  conversion 1001 sale 100.00 click=k1 source=browser
        show decisions 1001
        show reports 1001
        show days
        ",
        expect![[r#"
            d2 conversion 1001: UNCLAIMED
            d0 A ad 1: 1 clicks
            d2 nobody no ad: 1 unclaimed
            decision 1001 at d2: UNCLAIMED
            decision 1001 at d2: A by click id
              k1 A d0 won: reported id
            conversion by server: UNCLAIMED, no action
            conversion by browser: taken, action 1.1.1
            d0 A ad 1: 1 clicks
            d2 nobody no ad:
            d2 A ad 1: 1 conversions 100.00 pays 8.00
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by click id k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_unclaimed_order_is_decided_again_on_what_was_learned_since() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 100.00 customer=c7
        # Seen before the order, but told after the order had settled.
        at d3+1h  visit customer=c7 visitor=v1 occurred=d1
        at d4     conversion 1001 sale 100.00
        show decisions 1001
        ",
        expect![[r#"
            d2 conversion 1001: UNCLAIMED
            decision 1001 at d2: UNCLAIMED
            decision 1001 at d2: A by identifier
              k1 A d0 won: reported before customer:c7 -(d1)- visitor:v1
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn it_is_decided_again_as_of_when_it_first_happened() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d2   conversion 1001 sale 100.00 customer=c7
        at d3   click k2 B visitor=v1
        # Counted from today, the click of d0 is older than anything that is looked at.
        at d70  conversion 1001 sale 100.00 customer=c7 visitor=v1
        show decision 1001
        show details 1001
        show days
        ",
        expect![[r#"
            d2 conversion 1001: UNCLAIMED
            decision 1001 at d2: A by identifier
              k2 B d3 AFTER_EVENT: visitor:v1
              k1 A d0 won: visitor:v1
            1.1.1: occurred d2 opened d70 changed d70, intended 100.00 pays 8.00, ad 1, sub1 "" shared "" code "" status ""
            d0 A ad 1: 1 clicks
            d2 nobody no ad:
            d2 A ad 1: 1 conversions 100.00 pays 8.00
            d3 B ad 1: 1 clicks
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn it_is_decided_again_also_if_the_first_report_named_nobody() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        # What is shown ends a batch: the click is in the books, and both reports are in one batch.
        show clicks
        at d2   conversion 1001 sale 100.00 click=forged
        at d70  conversion 1001 sale 100.00 visitor=v1
        ",
        expect![[r#"
            k1 A ad 1 d0 at visitor:v1
            d2 conversion 1001: CLICK_FORGED
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_uncredited_order_takes_the_servers_money() {
    check(
        "
        shop
        at d0     click k1 A visitor=v1
        at d2     conversion 1001 sale 100.00 customer=c7 source=browser
        at d2+1m  conversion 1001 sale 80.00 visitor=v1
        at d2     conversion 1002 sale 100.00 customer=c8 source=browser
        at d2+1m  conversion 1002 sale 80.00 customer=c8
        at d2+2m  conversion 1002 sale 80.00 visitor=v1
        ",
        expect![[r#"
            d2 conversion 1001: UNCLAIMED
            d2 conversion 1002: UNCLAIMED
            d2+1m conversion 1002: UNCLAIMED
            d2+2m conversion 1002: UNCLAIMED
            action 1.1.1 A 1001 80.00 pays 6.40 pending until d32, by identifier k1, terms template/1
            balance A pending 6.40 locked 0.00 paid 0.00
        "#]],
    );
}

/// Nobody was paid for the first figures, so whoever counts as much may put them right.
#[test]
fn an_order_that_earned_nothing_takes_other_money_from_an_equal() {
    check(
        "
        shop
        at d0     click k1 A visitor=v1
        at d2     conversion 1001 sale 100.00 customer=c7
        at d2+1m  conversion 1001 sale 80.00 customer=c7
        at d2+2m  conversion 1001 sale 90.00 visitor=v1 source=browser
        at d2+3m  conversion 1001 sale 70.00 visitor=v1 source=person
        at d2+4m  conversion 1001 sale 60.00 visitor=v1 source=person
        at d2     conversion 1002 sale 100.00 customer=c8 source=pixel
        at d2+1m  conversion 1002 sale 80.00 visitor=v1 source=browser
        show decisions 1001
        show reports 1001
        show days
        ",
        expect![[r#"
            d2 conversion 1001: UNCLAIMED
            d2+1m conversion 1001: UNCLAIMED
            d2+2m conversion 1001: CONV_DUPLICATE
            d2+4m conversion 1001: CONV_DUPLICATE
            d2 conversion 1002: UNCLAIMED
            d2+1m conversion 1002: UNCLAIMED
            decision 1001 at d2: UNCLAIMED
            decision 1001 at d2: UNCLAIMED
            decision 1001 at d2: A by identifier
              k1 A d0 won: visitor:v1
            conversion by server: UNCLAIMED, no action
            conversion by server: UNCLAIMED, no action
            conversion by browser: CONV_DUPLICATE, no action
            conversion by person: taken, action 1.1.1
            conversion by person: CONV_DUPLICATE, action 1.1.1
            d0 A ad 1: 1 clicks
            d2 nobody no ad: 1 unclaimed
            d2 A ad 1: 1 conversions 70.00 pays 5.60
            action 1.1.1 A 1001 70.00 pays 5.60 pending until d32, by identifier k1, terms template/1
            balance A pending 5.60 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn where_the_first_wins_all_sources_are_equals() {
    check(
        "
        shop
        event sale first-wins
        at d0     click k1 A visitor=v1
        at d2     conversion 1001 sale 100.00 customer=c7
        at d2+1m  conversion 1001 sale 80.00 visitor=v1 source=browser
        at d2+2m  conversion 1001 sale 70.00 visitor=v1
        ",
        expect![[r#"
            d2 conversion 1001: UNCLAIMED
            d2+2m conversion 1001: CONV_DUPLICATE
            action 1.1.1 A 1001 80.00 pays 6.40 pending until d32, by identifier k1, terms template/1
            balance A pending 6.40 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_order_stays_in_the_currency_it_was_first_reported_in() {
    check(
        "
        shop
        at d0     click k1 A visitor=v1
        at d2     conversion 1001 sale 110.00 visitor=v1 currency=usd
        at d2+1m  conversion 1001 sale 100.00 visitor=v1
        at d2+2m  conversion 1001 sale 100.00 visitor=v1
        show decisions 1001
        show days
        ",
        expect![[r#"
            d2+1m conversion 1001: CONV_DUPLICATE
            d2+2m conversion 1001: CONV_DUPLICATE
            decision 1001 at d2: A by identifier
              k1 A d0 won: visitor:v1
            d0 A ad 1: 1 clicks
            d2 A ad 1: 1 conversions
            action 1.1.1 A 1001 110.00 USD without a rate pays 0.00 held, pending until d32, by identifier k1, terms template/1
        "#]],
    );
}

#[test]
fn an_order_id_is_unique_per_event_type() {
    check(
        "
        shop
        event lead
        contract A sale=10% lead=2.50 from=d1
        at d2  click k1 A visitor=v1
        at d3  conversion 1001 sale 100.00 visitor=v1
        at d3  conversion 1001 lead 0 visitor=v1
        at d3  conversion 1001 lead 0 visitor=v1
        ",
        expect![[r#"
            d3 conversion 1001: nothing new
            action 1.1.1 A 1001 100.00 pays 10.00 pending until d33, by identifier k1, terms A/2
            action 1.2.2 A 1001 0.00 pays 2.50 pending until d33, by identifier k1, terms A/2
            balance A pending 12.50 locked 0.00 paid 0.00
        "#]],
    );
}
