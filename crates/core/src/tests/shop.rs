//! Orders of a shop system: whatever comes first, twice or late, the books say the same.

use std::collections::BTreeMap;

use expect_test::expect;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::fixture::{self, check};
use super::properties::cases;
use crate::money::Money;
use crate::row::{ActionState, BalanceKey};

#[test]
fn an_order_is_opened_changed_and_cancelled_by_what_the_shop_says_of_it() {
    check(
        "
        shop
        at d0     click k1 A visitor=v1
        at d1     order 1001 L1=2x100.00/boots L2=1x20.00 click=k1 paid
        show decision 1001
        # An edit adds a line.
        at d2     order 1001 L1=2x100.00/boots L2=1x20.00 L3=1x5.00 click=k1 paid
        # One of two goes back, with something for the trouble.
        at d3     refund 1001 R1=L1x1@50.00+-2.50
        at d3+1s  order 1001 L1=2x100.00/boots L2=1x20.00 L3=1x5.00 R1=L1x1@50.00+-2.50 click=k1 paid
        show items 1001
        at d4     order 1001 L1=2x100.00/boots L2=1x20.00 L3=1x5.00 R1=L1x1@50.00+-2.50 click=k1 paid cancelled=CONS_FRAUD
        show history 1001
        ",
        expect![[r#"
            decision 1001 at d1: A by click id, by cart_attribute
              k1 A d0 won: reported id
            d3+1s order 1001: nothing new
            1 x L1 48.33
            1 x L2 19.33
            1 x L3 4.84
            1 d1 opened 120.00 pays 9.60 by server
            2 d2 modified 5.00 pays 0.40 by server ORDER_UPDATE
            3 d3 modified -52.50 pays -4.20 by server ITEM_RETURNED
            4 d4 reversed -72.50 pays -5.80 by server CONS_FRAUD
            action 1.1.1 A 1001 0.00 pays 0.00 reversed CONS_FRAUD, by click id k1, terms template/1
            balance A pending 0.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn what_is_stale_or_said_again_changes_nothing() {
    check(
        "
        shop
        at d0     click k1 A visitor=v1
        at d1+1h  order 1001 L1=2x50.00 seen=d1+1h click=k1 paid
        at d1+2h  order 1001 L1=2x50.00 seen=d1+1h click=k1 paid
        at d1+3h  order 1001 L1=1x80.00 seen=d1 click=k1
        at d1+4h  refund 1001 R1=L1x1@25.00
        at d1+5h  refund 1001 R1=L1x1@25.00
        show history 1001
        show reports 1001
        ",
        expect![[r#"
            d1+2h order 1001: nothing new
            d1+3h order 1001: nothing new
            d1+5h refund 1001: nothing new
            1 d1+1h opened 50.00 pays 4.00 by server
            2 d1+4h modified -25.00 pays -2.00 by server ITEM_RETURNED
            conversion by server: taken, action 1.1.1
            conversion by server: taken, action 1.1.1, nothing new
            conversion by server: taken, action 1.1.1, nothing new
            modification by server: taken, action 1.1.1
            conversion by server: taken, action 1.1.1, nothing new
            action 1.1.1 A 1001 25.00 pays 2.00 pending until d31+1h, by click id k1, terms template/1
            balance A pending 2.00 locked 0.00 paid 0.00
        "#]],
    );
}

/// Ten of 108.00 or 120.00 are sent back: that is less tax than in the lines, and never more than nothing.
#[test]
fn what_is_kept_of_a_refund_has_its_part_of_the_tax() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d1  order 1001 L1=1x90.00 L2=1x10.00 with-tax click=k1 paid
        at d2  refund 1001 R1=L1x1@108.00~18.00+98.00
        at d1  order 1002 L1=1x100.00 L2=1x10.00 click=k1 paid
        at d2  refund 1002 R1=L1x1@100.00~20.00+110.00
        at d1  order 1003 L1=1x100.00 L2=1x10.00 click=k1 paid
        at d2  refund 1003 R1=L1x1@100.00+150.00
        ",
        expect![[r#"
            action 1.1.1 A 1001 91.67 pays 7.33 pending until d31, by click id k1, terms template/1
            action 1.1.2 A 1002 101.67 pays 8.13 pending until d31, by click id k1, terms template/1
            action 1.1.3 A 1003 110.00 pays 8.80 pending until d31, by click id k1, terms template/1
            balance A pending 24.26 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_refund_waits_for_its_order() {
    check(
        "
        shop
        at d0     click k1 A visitor=v1
        at d1     refund 1001 R1=L1x1@25.00
        at d2     order 1001 L1=2x50.00 click=k1 paid
        at d2     refund 1002 R2=L1x2@50.00
        at d3     order 1002 L1=2x50.00 click=k1 paid
        show history 1001
        ",
        expect![[r#"
            d1 refund 1001: SHOP_ORDER_AWAITED
            d2 refund 1002: SHOP_ORDER_AWAITED
            1 d2 opened 50.00 pays 4.00 by server
            2 d2 modified -25.00 pays -2.00 by server ITEM_RETURNED
            action 1.1.1 A 1001 25.00 pays 2.00 pending until d32, by click id k1, terms template/1
            action 1.1.2 A 1002 0.00 pays 0.00 reversed ITEM_RETURNED, by click id k1, terms template/1
            balance A pending 2.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn what_is_no_order_yet_says_why_and_opens_later() {
    check(
        "
        shop
        at d0     click k1 A visitor=v1
        at d1     order 1001 L1=1x50.00 click=k1 when-paid
        at d2     order 1001 L1=1x50.00 click=k1 when-paid paid
        at d1     order 1002 click=k1 paid
        at d2     order 1002 L1=1x10.00 click=k1 paid
        at d1     order 1003 L1=1x50.00 click=k1 test paid
        at d1     order 1004 L1=1x50.00 click=k1
        ",
        expect![[r#"
            d1 order 1001: SHOP_ORDER_NOT_PAID
            d1 order 1002: SHOP_ORDER_WITHOUT_LINES
            d1 order 1003: SHOP_TEST_ORDER
            action 1.1.1 A 1001 50.00 pays 4.00 pending until d32, by click id k1, terms template/1
            action 1.1.2 A 1002 10.00 pays 0.80 pending until d32, by click id k1, terms template/1
            action 1.1.3 A 1004 50.00 pays 4.00 pending until d31, by click id k1, terms template/1
            balance A pending 8.80 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn money_that_goes_back_for_no_line_has_tax_in_it() {
    check(
        "
        shop
        at d0  click k1 A
        at d1  order 1001 L1=1x100.00~19.00 click=k1 paid
        at d2  refund 1001 R1=+-11.90
        at d3  order 1002 L1=1x100.00~19.00 click=k1 paid with-tax
        at d4  refund 1002 R1=+-11.90
        at d5  order 1003 L1=1x100.00 click=k1 paid
        at d6  refund 1003 R1=+-11.90
        at d7  order 1004 L1=1x100.00~19.00 click=k1 paid
        at d8  refund 1004 R1=+-119.00
        ",
        expect![[r#"
            action 1.1.1 A 1001 90.00 pays 7.20 pending until d31, by click id k1, terms template/1
            action 1.1.2 A 1002 90.00 pays 7.20 pending until d33, by click id k1, terms template/1
            action 1.1.3 A 1003 88.10 pays 7.05 pending until d35, by click id k1, terms template/1
            action 1.1.4 A 1004 0.00 pays 0.00 reversed ITEM_RETURNED, by click id k1, terms template/1
            balance A pending 21.45 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_checkout_names_the_buyer_and_opens_nothing() {
    check(
        "
        shop
        at d0     click k1 A visitor=v1
        at d1     checkout 1001 visitor=v1
        at d1+1m  order 1001 L1=1x50.00 customer=c7 paid
        show decision 1001
        at d2     order 1002 L1=1x70.00 customer=c8 paid
        at d2+1m  checkout 1002 click=k1
        show decision 1002
        at d3     order 1003 L1=1x30.00 customer=c7 paid
        show decision 1003
        # Before the order has a number, the checkout names it otherwise.
        at d4     click k4 B visitor=v4
        at d4     checkout 7f3a visitor=v4
        at d4+1m  order 1004 L1=1x10.00 paid checkout=7f3a
        show decision 1004
        ",
        expect![[r#"
            d1 checkout 1001: SHOP_ORDER_AWAITED
            decision 1001 at d1+1m: A by identifier, by pixel
              k1 A d0 won: reported before visitor:v1
            d2 order 1002: UNCLAIMED
            decision 1002 at d2: A by click id, by pixel
              k1 A d0 won: reported id
            decision 1003 at d3: A by identifier, by known_customer
              k1 A d0 won: customer:c7 -(d1+1m)- visitor:v1
            d4 checkout 7f3a: SHOP_ORDER_AWAITED
            decision 1004 at d4+1m: B by identifier, by pixel
              k4 B d4 won: reported before visitor:v4
            action 1.1.1 A 1001 50.00 pays 4.00 pending until d31+1m, by identifier k1, terms template/1
            action 1.1.2 A 1002 70.00 pays 5.60 pending until d32, by click id k1, terms template/1
            action 1.1.3 A 1003 30.00 pays 2.40 pending until d33, by identifier k1, terms template/1
            action 1.1.4 B 1004 10.00 pays 0.80 pending until d34+1m, by identifier k4, terms template/1
            balance A pending 12.00 locked 0.00 paid 0.00
            balance B pending 0.80 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_click_that_comes_late_opens_the_order_as_it_is_by_then() {
    check(
        "
        shop
        at d0     lost k1 A
        at d1     order 1001 L1=2x100.00 visitor=v1 paid
        at d1+1m  refund 1001 R1=L1x1@50.00
        at d1+2m  found k1 visitor=v1
        ",
        expect![[r#"
            d1 order 1001: UNCLAIMED
            d1+1m refund 1001: nothing new
            action 1.1.1 A 1001 50.00 pays 4.00 pending until d31, by identifier k1, terms template/1
            balance A pending 4.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn terms_rule_what_goes_back_and_not_what_was_edited() {
    check(
        "
        shop
        at d0     contract A sale=8% returns=never
        at d0     click k1 A visitor=v1
        at d1     order 1001 L1=2x100.00 click=k1 paid
        at d2     order 1001 L1=2x100.00 R1=L1x1@50.00 click=k1 paid
        at d3     order 1001 L1=2x100.00-1 R1=L1x1@50.00 click=k1 paid
        at d4     order 1001 L1=2x100.00-1 R1=L1x1@50.00 click=k1 paid cancelled=CONS_FRAUD
        ",
        expect![[r#"
            d2 order 1001: RETURNS_NOT_ALLOWED
            d3 order 1001: RETURNS_NOT_ALLOWED
            action 1.1.1 A 1001 0.00 pays 0.00 reversed CONS_FRAUD, by click id k1, terms A/2
            balance A pending 0.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn what_was_reversed_because_nothing_was_left_comes_back_with_what_is_added() {
    check(
        "
        shop
        at d0     click k1 A visitor=v1
        at d1     order 1001 L1=1x50.00 click=k1 paid
        at d2     order 1001 L1=1x50.00 R1=L1x1@50.00 click=k1 paid
        at d3     order 1001 L1=1x50.00 L2=1x30.00 R1=L1x1@50.00 click=k1 paid
        # A person's reversal stays.
        at d4     reverse 1001 reason=CONS_FRAUD
        at d5     order 1001 L1=1x50.00 L2=2x60.00 R1=L1x1@50.00 click=k1 paid
        show history 1001
        ",
        expect![[r#"
            d5 order 1001: ACTION_ALREADY_REVERSED
            1 d1 opened 50.00 pays 4.00 by server
            2 d2 reversed -50.00 pays -4.00 by server ITEM_RETURNED
            3 d3 restored 50.00 pays 4.00 by server ORDER_UPDATE
            4 d3 modified -20.00 pays -1.60 by server ORDER_UPDATE
            5 d4 reversed -30.00 pays -2.40 by server CONS_FRAUD
            action 1.1.1 A 1001 0.00 pays 0.00 reversed CONS_FRAUD, by click id k1, terms template/1
            balance A pending 0.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn money_that_goes_back_or_is_kept_beside_the_lines_counts() {
    check(
        "
        shop
        at d0     click k1 A visitor=v1
        # Something for the trouble, and nothing sent back.
        at d1     order 1001 L1=1x60.00 L2=1x40.00 R1=+-10.00 click=k1 paid
        # All goes back, and a part of the money is kept for now.
        at d1     order 1002 L1=1x60.00 R1=L1x1@60.00+15.00 click=k1 paid
        at d1     order 1003 L1=1x60.00 R1=L1x1@60.00+15.00 R2=+-15.00 click=k1 paid
        # More than there is.
        at d1     order 1004 L1=1x60.00 R1=+-70.00 click=k1 paid
        # Of three for ten, each goes back by itself.
        at d1     order 1005 L1=3x10.00 R1=L1x1@3.33 R2=L1x1@3.33 click=k1 paid
        at d2     order 1005 L1=3x10.00 R1=L1x1@3.33 R2=L1x1@3.33 R3=L1x1@3.34 click=k1 paid
        # Tax is no part of it: of a line without tax, nothing of the refund's tax is.
        at d3     refund 1006 R1=L1x1@60.00~10.00
        at d3     order 1006 L1=2x100.00 click=k1 paid with-tax
        at d3     order 1007 L1=2x120.00 R1=L1x1@60.00~12.00 click=k1 paid
        show items 1001
        ",
        expect![[r#"
            d3 refund 1006: SHOP_ORDER_AWAITED
            1 x L1 54.00
            1 x L2 36.00
            action 1.1.1 A 1001 90.00 pays 7.20 pending until d31, by click id k1, terms template/1
            action 1.1.2 A 1002 15.00 pays 1.20 pending until d31, by click id k1, terms template/1
            action 1.1.3 A 1003 0.00 pays 0.00 reversed ITEM_RETURNED, by click id k1, terms template/1
            action 1.1.4 A 1004 0.00 pays 0.00 reversed ITEM_RETURNED, by click id k1, terms template/1
            action 1.1.5 A 1005 0.00 pays 0.00 reversed ITEM_RETURNED, by click id k1, terms template/1
            action 1.1.6 A 1006 50.00 pays 4.00 pending until d33, by click id k1, terms template/1
            action 1.1.7 A 1007 60.00 pays 4.80 pending until d33, by click id k1, terms template/1
            balance A pending 17.20 locked 0.00 paid 0.00
        "#]],
    );
}

/// Messages of one order, in the order in which the shop sent them.
fn messages() -> impl Strategy<Value = Vec<String>> {
    let lines = vec((1..4_u32, 1..9_000_u32, 0..2_u32), 1..4);
    let edits = vec((1..4_u32, 1..9_000_u32), 0..2);
    let refunds = vec((1..4_u64, 1..3_u32, 1..4_000_u32, select(vec![-150_i32, 0, 0, 150])), 0..4);
    (lines, edits, refunds, any::<bool>(), any::<bool>()).prop_map(|(lines, edits, refunds, cancelled, when_paid)| {
        let mut told: Vec<String> = Vec::new();
        let mut lines: Vec<String> = lines
            .iter()
            .zip(1..)
            .map(|((quantity, cents, removed), n)| format!("L{n}={quantity}x{}-{removed}", decimal(*cents)))
            .collect();
        let mut given_back: Vec<String> = Vec::new();
        let say = |lines: &[String], given_back: &[String], more: &str, told: &mut Vec<String>| {
            let when = if when_paid { "when-paid" } else { "" };
            let seen = told.len();
            told.push(format!(
                "order 1001 {} {} click=k1 {when} {more} seen=d1+{seen}s",
                lines.join(" "),
                given_back.join(" ")
            ));
        };
        say(&lines, &given_back, "", &mut told);
        say(&lines, &given_back, "paid", &mut told);
        for (quantity, cents) in edits {
            lines.push(format!("L{}={quantity}x{}", lines.len() + 1, decimal(cents)));
            say(&lines, &given_back, "paid", &mut told);
        }
        for ((line, quantity, cents, more), n) in refunds.into_iter().zip(1..) {
            let more =
                if more < 0 { format!("-{}", decimal(more.unsigned_abs())) } else { decimal(more.unsigned_abs()) };
            let refund = format!("R{n}=L{line}x{quantity}@{}+{more}", decimal(cents));
            told.push(format!("refund 1001 {refund}"));
            given_back.push(refund);
            say(&lines, &given_back, "paid", &mut told);
        }
        if cancelled {
            say(&lines, &given_back, "paid cancelled=CONS_ERROR", &mut told);
        }
        told
    })
}

fn decimal(cents: u32) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// What is owed, and what each action comes to and is for.
type Standing = (BTreeMap<BalanceKey, i64>, Vec<(Money, Money, ActionState, Vec<(u32, Money)>)>);

fn standing(messages: &[String], shared: bool) -> Standing {
    let shop = if shared { "shop\nevent sale credit=linear" } else { "shop" };
    let clicks = if shared { "at d0-1h click k0 B visitor=v1" } else { "" };
    let told: String = messages.iter().map(|it| format!("at d2 {it}\n")).collect();
    let run = fixture::run(&format!("{shop}\n{clicks}\nat d0 click k1 A visitor=v1\n{told}"));
    let action = |it: &crate::row::ActionRow| {
        let items = it.items.iter().map(|item| (item.quantity, item.amount)).collect();
        (it.amount, it.payout, it.state, items)
    };
    let balances = run.books.balances.into_iter().filter(|(_, amount)| *amount != 0).collect();
    (balances, run.books.actions.values().map(action).collect())
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn messages_come_to_the_same_in_any_order_and_however_often(
        (messages, shuffled) in messages().prop_flat_map(|told| {
            let twice: Vec<String> = told.iter().chain(&told).cloned().collect();
            (Just(told), Just(twice).prop_shuffle())
        }),
        shared in any::<bool>(),
    ) {
        let (sent, came) = (standing(&messages, shared), standing(&shuffled, shared));
        prop_assert_eq!(&sent.0, &came.0);
        let reversed = |all: &Standing| all.1.iter().all(|it| it.2 == ActionState::Reversed);
        prop_assert!(sent.1 == came.1 || reversed(&sent) && reversed(&came), "{:?}\n{:?}", sent, came);
    }
}
