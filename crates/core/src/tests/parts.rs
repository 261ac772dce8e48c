//! What the parts of a shared order come to, first and after changes.

use expect_test::expect;
use proptest::prelude::*;

use super::books::Books;
use super::credit::{JOURNEY, journey, policies, touchpoints};
use super::fixture::{self, check};
use super::properties::cases;
use crate::action::parts;
use crate::attribution::credit::shares;
use crate::fact::Item;
use crate::money::{Currency, Money};
use crate::time::Timestamp;

#[test]
fn parts_add_up_and_what_is_left_over_goes_to_the_last() {
    check(
        &journey("linear", "conversion 1002 sale 0.05 visitor=v1 item=a:1:0.02 item=b:3:0.03\n show items 1002"),
        expect![[r#"
            1 x a 0.01
            3 x b 0.00
            1 x a 0.00
            3 x b 0.01
            1 x a 0.01
            3 x b 0.02
            action 1.1.1 25% for B 1001 25.00 pays 2.00 pending until d51+1h, by identifier k2, terms template/1
            action 1.1.2 25% for C 1001 25.00 pays 2.50 pending until d26+1h, by identifier k3, terms C/1
            action 1.1.3 50% for A 1001 50.00 pays 4.00 pending until d51+1h, by identifier k4, terms template/1
            action 1.1.4 25% for B 1002 0.01 pays 0.00 pending until d51+1h, by identifier k2, terms template/1
            action 1.1.5 25% for C 1002 0.01 pays 0.00 pending until d26+1h, by identifier k3, terms C/1
            action 1.1.6 50% for A 1002 0.03 pays 0.00 pending until d51+1h, by identifier k4, terms template/1
            balance A pending 4.00 locked 0.00 paid 0.00
            balance B pending 2.00 locked 0.00 paid 0.00
            balance C pending 2.50 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_change_of_an_order_changes_each_action_by_its_share() {
    check(
        &journey(
            "linear",
            "at d22 modify 1001 amount=50.01 reason=ITEM_RETURNED
            show history 1001
            show reports 1001",
        ),
        expect![[r#"
            1 d21+1h opened 25.00 pays 2.00 by server
            2 d22 modified -12.50 pays -1.00 by server ITEM_RETURNED
            1 d21+1h opened 25.00 pays 2.50 by server
            2 d22 modified -12.50 pays -1.25 by server ITEM_RETURNED
            1 d21+1h opened 50.00 pays 4.00 by server
            2 d22 modified -24.99 pays -2.00 by server ITEM_RETURNED
            conversion by server: taken, action 1.1.1 and 1.1.2 and 1.1.3
            modification by server: taken, action 1.1.1 and 1.1.2 and 1.1.3
            action 1.1.1 25% for B 1001 12.50 pays 1.00 pending until d51+1h, by identifier k2, terms template/1
            action 1.1.2 25% for C 1001 12.50 pays 1.25 pending until d26+1h, by identifier k3, terms C/1
            action 1.1.3 50% for A 1001 25.01 pays 2.00 pending until d51+1h, by identifier k4, terms template/1
            balance A pending 2.00 locked 0.00 paid 0.00
            balance B pending 1.00 locked 0.00 paid 0.00
            balance C pending 1.25 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_change_that_names_an_action_changes_that_one() {
    check(
        &journey("linear", "at d22 modify 1.1.2 amount=10.00 reason=ITEM_RETURNED"),
        expect![[r#"
        action 1.1.1 25% for B 1001 25.00 pays 2.00 pending until d51+1h, by identifier k2, terms template/1
        action 1.1.2 25% for C 1001 10.00 pays 1.00 pending until d26+1h, by identifier k3, terms C/1
        action 1.1.3 50% for A 1001 50.00 pays 4.00 pending until d51+1h, by identifier k4, terms template/1
        balance A pending 4.00 locked 0.00 paid 0.00
        balance B pending 2.00 locked 0.00 paid 0.00
        balance C pending 1.00 locked 0.00 paid 0.00
    "#]],
    );
}

#[test]
fn a_reversed_order_reverses_every_action() {
    check(
        &journey("linear", "at d22 reverse 1001 reason=CONS_FRAUD"),
        expect![[r#"
        action 1.1.1 25% for B 1001 0.00 pays 0.00 reversed CONS_FRAUD, by identifier k2, terms template/1
        action 1.1.2 25% for C 1001 0.00 pays 0.00 reversed CONS_FRAUD, by identifier k3, terms C/1
        action 1.1.3 50% for A 1001 0.00 pays 0.00 reversed CONS_FRAUD, by identifier k4, terms template/1
        balance A pending 0.00 locked 0.00 paid 0.00
        balance B pending 0.00 locked 0.00 paid 0.00
        balance C pending 0.00 locked 0.00 paid 0.00
    "#]],
    );
    check(
        &journey("linear", "at d22 modify 1001 amount=0"),
        expect![[r#"
        action 1.1.1 25% for B 1001 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k2, terms template/1
        action 1.1.2 25% for C 1001 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k3, terms C/1
        action 1.1.3 50% for A 1001 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k4, terms template/1
        balance A pending 0.00 locked 0.00 paid 0.00
        balance B pending 0.00 locked 0.00 paid 0.00
        balance C pending 0.00 locked 0.00 paid 0.00
    "#]],
    );
}

#[test]
fn a_part_that_rounds_to_nothing_stays_open() {
    check(
        &journey("linear", "at d22 modify 1001 amount=0.01\n at d23 modify 1001 amount=8.00"),
        expect![[r#"
        action 1.1.1 25% for B 1001 2.00 pays 0.16 pending until d51+1h, by identifier k2, terms template/1
        action 1.1.2 25% for C 1001 2.00 pays 0.20 pending until d26+1h, by identifier k3, terms C/1
        action 1.1.3 50% for A 1001 4.00 pays 0.32 pending until d51+1h, by identifier k4, terms template/1
        balance A pending 0.32 locked 0.00 paid 0.00
        balance B pending 0.16 locked 0.00 paid 0.00
        balance C pending 0.20 locked 0.00 paid 0.00
    "#]],
    );
}

#[test]
fn an_order_that_goes_back_item_by_item_leaves_nothing() {
    check(
        &journey(
            "linear",
            "conversion 1002 sale 0.03 visitor=v1 item=a:1:0.01 item=b:1:0.01 item=c:1:0.01
            at d22 modify 1002 item=a:0 item=b:0 item=c:0 reason=ITEM_RETURNED
            show items 1002",
        ),
        expect![[r#"
            0 x a 0.00
            0 x b 0.00
            0 x c 0.00
            0 x a 0.00
            0 x b 0.00
            0 x c 0.00
            0 x a 0.00
            0 x b 0.00
            0 x c 0.00
            action 1.1.1 25% for B 1001 25.00 pays 2.00 pending until d51+1h, by identifier k2, terms template/1
            action 1.1.2 25% for C 1001 25.00 pays 2.50 pending until d26+1h, by identifier k3, terms C/1
            action 1.1.3 50% for A 1001 50.00 pays 4.00 pending until d51+1h, by identifier k4, terms template/1
            action 1.1.4 25% for B 1002 0.00 pays 0.00 reversed ITEM_RETURNED, by identifier k2, terms template/1
            action 1.1.5 25% for C 1002 0.00 pays 0.00 reversed ITEM_RETURNED, by identifier k3, terms C/1
            action 1.1.6 50% for A 1002 0.00 pays 0.00 reversed ITEM_RETURNED, by identifier k4, terms template/1
            balance A pending 4.00 locked 0.00 paid 0.00
            balance B pending 2.00 locked 0.00 paid 0.00
            balance C pending 2.50 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn items_that_are_changed_by_number_keep_adding_up() {
    check(
        &journey(
            "linear",
            "conversion 1002 sale 10.00 visitor=v1 item=a:3:10.00
            at d22 modify 1002 item=a:1 reason=ITEM_RETURNED
            show items 1002
            at d23 modify 1002 item=a::7.01
            show items 1002",
        ),
        expect![[r#"
            1 x a 0.83
            1 x a 0.84
            1 x a 1.66
            1 x a 1.75
            1 x a 1.75
            1 x a 3.51
            action 1.1.1 25% for B 1001 25.00 pays 2.00 pending until d51+1h, by identifier k2, terms template/1
            action 1.1.2 25% for C 1001 25.00 pays 2.50 pending until d26+1h, by identifier k3, terms C/1
            action 1.1.3 50% for A 1001 50.00 pays 4.00 pending until d51+1h, by identifier k4, terms template/1
            action 1.1.4 25% for B 1002 1.75 pays 0.14 pending until d51+1h, by identifier k2, terms template/1
            action 1.1.5 25% for C 1002 1.75 pays 0.18 pending until d26+1h, by identifier k3, terms C/1
            action 1.1.6 50% for A 1002 3.51 pays 0.28 pending until d51+1h, by identifier k4, terms template/1
            balance A pending 4.28 locked 0.00 paid 0.00
            balance B pending 2.14 locked 0.00 paid 0.00
            balance C pending 2.68 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_change_of_an_order_passes_by_what_is_locked_or_reversed() {
    check(
        &journey(
            "linear",
            "at d22 reverse 1.1.1 reason=CONS_FRAUD
            at d26+2h time
            drain
            at d27 modify 1001 amount=50.00
            at d28 reverse 1001
            at d29 modify 1001 amount=20.00
            show reports 1001",
        ),
        expect![[r#"
            d29 modify 1001: ACTION_ALREADY_REVERSED
            conversion by server: taken, action 1.1.1 and 1.1.2 and 1.1.3
            reversal by server: taken, action 1.1.1
            modification by server: taken, action 1.1.1 and 1.1.2 and 1.1.3
            reversal by server: taken, action 1.1.1 and 1.1.2 and 1.1.3
            modification by server: ACTION_ALREADY_REVERSED, action 1.1.1 and 1.1.2 and 1.1.3
            action 1.1.1 25% for B 1001 0.00 pays 0.00 reversed CONS_FRAUD, by identifier k2, terms template/1
            action 1.1.2 25% for C 1001 25.00 pays 2.50 locked, by identifier k3, terms C/1
            action 1.1.3 50% for A 1001 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k4, terms template/1
            balance A pending 0.00 locked 0.00 paid 0.00
            balance B pending 0.00 locked 0.00 paid 0.00
            balance C pending 0.00 locked 2.50 paid 0.00
        "#]],
    );
}

#[test]
fn a_correction_from_a_stronger_source_is_split_by_the_same_shares() {
    check(
        &format!(
            "{JOURNEY} at d21 event sale credit=linear
            at d21+1h conversion 1001 sale 100.00 visitor=v1 source=browser
            at d21+2h conversion 1001 sale 80.00 source=server item=a:2:80.00
            show items 1001
            show reports 1001"
        ),
        expect![[r#"
            2 x a 20.00
            2 x a 20.00
            2 x a 40.00
            conversion by browser: taken, action 1.1.1 and 1.1.2 and 1.1.3
            conversion by server: taken, action 1.1.1 and 1.1.2 and 1.1.3
            action 1.1.1 25% for B 1001 20.00 pays 1.60 pending until d51+1h, by identifier k2, terms template/1
            action 1.1.2 25% for C 1001 20.00 pays 2.00 pending until d26+1h, by identifier k3, terms C/1
            action 1.1.3 50% for A 1001 40.00 pays 3.20 pending until d51+1h, by identifier k4, terms template/1
            balance A pending 3.20 locked 0.00 paid 0.00
            balance B pending 1.60 locked 0.00 paid 0.00
            balance C pending 2.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn items_that_come_later_are_split_by_the_same_shares() {
    check(
        &journey(
            "linear",
            "conversion 1001 sale 100.00 source=browser item=a:2:60.01 item=b:1:39.99\n show items 1001",
        ),
        expect![[r#"
            2 x a 15.01
            1 x b 9.99
            2 x a 15.00
            1 x b 10.00
            2 x a 30.00
            1 x b 20.00
            action 1.1.1 25% for B 1001 25.00 pays 2.00 pending until d51+1h, by identifier k2, terms template/1
            action 1.1.2 25% for C 1001 25.00 pays 2.50 pending until d26+1h, by identifier k3, terms C/1
            action 1.1.3 50% for A 1001 50.00 pays 4.00 pending until d51+1h, by identifier k4, terms template/1
            balance A pending 4.00 locked 0.00 paid 0.00
            balance B pending 2.00 locked 0.00 paid 0.00
            balance C pending 2.50 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_orders_actions_lock_and_are_paid_each_by_its_own_terms() {
    check(
        &journey("linear", "at d27 time\n drain\n pay C\n drain\n show history 1001"),
        expect![[r#"
        1 d21+1h opened 25.00 pays 2.00 by server
        1 d21+1h opened 25.00 pays 2.50 by server
        2 d27 locked 0.00 pays 0.00 by machine
        3 d27 paid 0.00 pays 0.00 by machine
        1 d21+1h opened 50.00 pays 4.00 by server
        action 1.1.1 25% for B 1001 25.00 pays 2.00 pending until d51+1h, by identifier k2, terms template/1
        action 1.1.2 25% for C 1001 25.00 pays 2.50 paid in 1, by identifier k3, terms C/1
        action 1.1.3 50% for A 1001 50.00 pays 4.00 pending until d51+1h, by identifier k4, terms template/1
        balance A pending 4.00 locked 0.00 paid 0.00
        balance B pending 2.00 locked 0.00 paid 0.00
        balance C pending 0.00 locked 0.00 paid 2.50
    "#]],
    );
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn parts_add_up_however_often_the_order_changes(
        policy in proptest::sample::select(&["linear", "position", "decay"][..]),
        partners in proptest::collection::vec(proptest::sample::select(&["A", "B", "C", "D"][..]), 1..8),
        amounts in proptest::collection::vec(1..50_000_u32, 1..6),
        digits in proptest::sample::select(&["eur", "jpy", "kwd"][..]),
    ) {
        let mut text = format!("program 1 {digits}\n event sale credit={policy}\n template sale=8%\n ad 1\n");
        for partner in ["A", "B", "C", "D"] {
            text += &format!("partner {partner}\n contract {partner}\n");
        }
        for (n, partner) in partners.iter().enumerate() {
            text += &format!("at d{n} click k{n} {partner} visitor=v1\n");
        }
        let first = amounts[0];
        text += &format!("at d9 conversion o1 sale {first}.05 visitor=v1 item=a:3:{first} item=b:1:0.05\n");
        for amount in &amounts[1..] {
            text += &format!("modify o1 amount={amount}.01\n");
        }
        let mut books = Books::default();
        books.apply(&fixture::records(&text), usize::MAX);
        let sum: i64 = books.actions.values().map(|action| action.amount.0).sum();
        let last = i64::from(amounts[amounts.len() - 1]) * 1_000_000;
        prop_assert_eq!(sum - last, if amounts.len() == 1 { 50_000 } else { 10_000 });
        for action in books.actions.values() {
            let items: i64 = action.items.iter().map(|item| item.amount.0).sum();
            prop_assert_eq!(items, action.amount.0, "an order of nothing but its items stays one");
        }
    }

    #[test]
    fn parts_add_up_to_the_whole(
        policy in policies(),
        at in touchpoints(9),
        unpaid in 0..3_usize,
        amount in 0..=Money::ORDER_MAX.0,
        items in proptest::collection::vec(prop_oneof![0..100_000_i64, 0..Money::ORDER_MAX.0], 0..6),
        currency in proptest::sample::select(vec![*b"EUR", *b"JPY", *b"KWD"]),
    ) {
        let currency = Currency(currency);
        let shares = shares(policy, Timestamp(1_767_225_600_000), &at);
        let paid = &shares[unpaid.min(shares.len() - 1)..];
        let all = paid.len() == shares.len();
        let parts = parts::amounts(Money(amount), paid, currency);
        let sum = parts.iter().map(|part| part.0).sum::<i64>();
        prop_assert!(parts.iter().all(|part| part.0 >= 0));
        prop_assert!(sum == amount || (!all && sum < amount));
        let items: Vec<Item> = items.into_iter().map(|micros| Item { amount: Money(micros), ..Item::default() }).collect();
        let item_parts = parts::items(&items, paid, currency);
        let of_items: Vec<i64> = (0..items.len()).map(|i| item_parts.iter().map(|part| part[i].amount.0).sum()).collect();
        for (of_item, item) in of_items.iter().zip(&items) {
            prop_assert!(*of_item == item.amount.0 || (!all && *of_item < item.amount.0));
        }
        let whole = Money(items.iter().map(|item| item.amount.0).sum());
        let sums: Vec<Money> = item_parts.iter().map(|part| Money(part.iter().map(|it| it.amount.0).sum())).collect();
        prop_assert_eq!(sums, parts::amounts(whole, paid, currency), "a part of the sum is the sum of the part");
        prop_assert!(item_parts.iter().flatten().all(|item| item.amount >= Money::ZERO));
    }
}
