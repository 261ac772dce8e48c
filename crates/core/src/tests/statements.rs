//! Months of the ledger: when an entry is posted, and what a partner's statement says.

use std::collections::{BTreeMap, BTreeSet};

use expect_test::expect;

use super::books::Books;
use super::fixture::{check, run};
use super::words::{D0, zone};
use crate::id::{PartnerId, ProgramId};
use crate::money::{Currency, Money};
use crate::row::{Account, BalanceKey, MonthKey, Turnover};
use crate::statement::{Movement, Statement};
use crate::time::{Day, HOUR_MS};

/// Whom a statement is for.
pub type Owed = (PartnerId, ProgramId, Currency);

pub fn statement(books: &Books, month: Day, (partner, program, currency): Owed) -> Statement {
    let movement = |account| {
        let of = BalanceKey { program, partner, account, currency };
        let rows = books.months.iter().filter(|(key, _)| key.of == of);
        let money = |sum: i128| Money(i64::try_from(sum).unwrap());
        let before = rows.filter(|(key, _)| key.month < month).map(|(_, sum)| sum.money_in - sum.money_out).sum();
        let now = books.months.get(&MonthKey { month, of }).copied().unwrap_or_default();
        let (money_in, money_out) = (money(now.money_in), money(now.money_out));
        (account, Movement { before: money(before), money_in, money_out })
    };
    Statement::of(Account::ALL.map(movement))
}

/// Months are the sums of their entries, balances those of months, and every month of everybody adds up.
pub fn months_add_up(books: &Books) {
    let mut months: BTreeMap<MonthKey, Turnover> = BTreeMap::new();
    let mut last: BTreeMap<ProgramId, Day> = BTreeMap::new();
    for entry in books.entries.values() {
        let month = entry.posted_on.first_of_month();
        months.entry(MonthKey { month, of: entry.key }).or_default().add(entry.amount);
        let before = last.insert(entry.key.program, entry.posted_on);
        assert!(before.is_none_or(|before| before <= entry.posted_on), "a month that has ended got an entry");
    }
    assert_eq!(books.months, months);
    let mut balances: BTreeMap<BalanceKey, i64> = BTreeMap::new();
    for (key, sum) in &months {
        *balances.entry(key.of).or_default() += i64::try_from(sum.money_in - sum.money_out).unwrap();
    }
    assert_eq!(books.balances, balances);
    let owed: BTreeSet<Owed> = months.keys().map(|key| (key.of.partner, key.of.program, key.of.currency)).collect();
    owed.into_iter().for_each(|owed| statements_add_up(books, owed));
}

fn statements_add_up(books: &Books, owed: Owed) {
    let Some(first) = books.months.keys().map(|key| key.month).min() else { return };
    let (mut month, mut before) = (first, Money::ZERO);
    for _ in 0..60 {
        let statement = statement(books, month, owed);
        assert_eq!(statement.opening, before, "a month begins with what the one before ended with");
        assert_eq!(statement.reckoned(), statement.closing(), "{month:?} of {owed:?} does not add up: {statement:?}");
        (month, before) = (month.first_of_month_after(0), statement.closing());
    }
    let (partner, program, currency) = owed;
    let held = |account| books.balances.get(&BalanceKey { program, partner, account, currency }).copied();
    let held = held(Account::Pending).unwrap_or_default() + held(Account::Locked).unwrap_or_default();
    assert_eq!(before, Money(held), "the last month ends with what is owed now");
}

#[test]
fn a_statement_says_what_was_owed_and_what_moved_it() {
    check(
        "
        shop
        at d1    conversion 1001 sale 100.00 partner=A
        at d2    conversion 1002 sale 50.00 partner=A
        at d3    conversion 1003 sale 20.00 partner=B
        at d20   modify 1002 amount=25.00 reason=ITEM_RETURNED
        # 1 February is d31.
        at d32   reverse 1003 reason=ORDER_ERROR
        at d33   time
        drain
        at d41   pay A
        drain
        at d60   conversion 1004 sale 10.00 partner=A
        show statements
        ",
        expect![[r#"
            d0 A owed 0.00 + earned 12.00 - reversed 2.00 - paid 0.00 = 10.00 (pending 10.00 locked 0.00)
            d0 B owed 0.00 + earned 1.60 - reversed 0.00 - paid 0.00 = 1.60 (pending 1.60 locked 0.00)
            d31 A owed 10.00 + earned 0.00 - reversed 0.00 - paid 10.00 = 0.00 (pending 0.00 locked 0.00)
            d31 B owed 1.60 + earned 0.00 - reversed 1.60 - paid 0.00 = 0.00 (pending 0.00 locked 0.00)
            d59 A owed 0.00 + earned 0.80 - reversed 0.00 - paid 0.00 = 0.80 (pending 0.80 locked 0.00)
            action 1.1.1 A 1001 100.00 pays 8.00 paid in 1, by forced partner, terms template/1
            action 1.1.2 A 1002 25.00 pays 2.00 paid in 1, by forced partner, terms template/1
            action 1.1.3 B 1003 0.00 pays 0.00 reversed ORDER_ERROR, by forced partner, terms template/1
            action 1.1.4 A 1004 10.00 pays 0.80 pending until d90, by forced partner, terms template/1
            balance A pending 0.80 locked 0.00 paid 10.00
            balance B pending 0.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn what_comes_late_is_posted_when_it_is_applied() {
    check(
        "
        shop
        at d30+23h      conversion 1001 sale 100.00 partner=A
        at d31          visit visitor=v1
        # Received in January by another edge, and applied after a record of February.
        at d30+23h59m   conversion 1002 sale 50.00 partner=A
        at d30+23h59m   reverse 1001 reason=ORDER_ERROR
        show statements
        ",
        expect![[r#"
            d0 A owed 0.00 + earned 8.00 - reversed 0.00 - paid 0.00 = 8.00 (pending 8.00 locked 0.00)
            d31 A owed 8.00 + earned 4.00 - reversed 8.00 - paid 0.00 = 4.00 (pending 4.00 locked 0.00)
            action 1.1.1 A 1001 0.00 pays 0.00 reversed ORDER_ERROR, by forced partner, terms template/1
            action 1.1.2 A 1002 50.00 pays 4.00 pending until d60+23h59m, by forced partner, terms template/1
            balance A pending 4.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_month_begins_in_the_programs_zone() {
    check(
        "
        shop
        program 1 eur zone=berlin
        at d30+22h59m   conversion 1001 sale 100.00 partner=A
        at d30+23h      conversion 1002 sale 50.00 partner=A
        show statements
        ",
        expect![[r#"
            d0 A owed 0.00 + earned 8.00 - reversed 0.00 - paid 0.00 = 8.00 (pending 8.00 locked 0.00)
            d31 A owed 8.00 + earned 4.00 - reversed 0.00 - paid 0.00 = 12.00 (pending 12.00 locked 0.00)
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d60+22h59m, by forced partner, terms template/1
            action 1.1.2 A 1002 50.00 pays 4.00 pending until d60+23h, by forced partner, terms template/1
            balance A pending 12.00 locked 0.00 paid 0.00
        "#]],
    );
}

/// February has begun in Kathmandu; in Santiago it is still January for most of a day.
#[test]
fn a_month_that_has_ended_stays_ended_in_another_zone() {
    let moved = run("
        shop
        program 1 eur zone=kathmandu
        at d30+18h    conversion 1001 sale 100.00 partner=A
        at d30+19h    visit visitor=v1
        at d30+20h    program 1 eur zone=santiago
        at d30+21h    conversion 1002 sale 50.00 partner=A
        at d31+12h    conversion 1003 sale 25.00 partner=A
        ");
    months_add_up(&moved.books);
    let days: Vec<Day> = moved.books.entries.values().map(|entry| entry.posted_on).collect();
    let february = zone("utc").day(D0.plus_days(31));
    assert_eq!(days[..2], [Day(february.0 - 1); 2]);
    assert_eq!(days[2..], [february; 4]);
    let posting = &moved.books.state.posting;
    let (program, zone) = (ProgramId(1), zone("santiago"));
    assert!(posting.has_closed(Day(february.0 - 31), program, &zone));
    assert!(!posting.has_closed(february, program, &zone));
    assert_eq!(posting.closes_at(program, &zone), D0.plus_days(59).plus_ms(3 * HOUR_MS), "as March begins in Santiago");
}
