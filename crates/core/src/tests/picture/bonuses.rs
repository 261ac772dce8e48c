//! What periods come to and the bonuses of them, as text for people.

use super::{day, money, partner};
use crate::limit::Period;
use crate::row::{CounterKey, Reckoned, Tally};
use crate::tests::books::Books;

pub(super) fn tallies(books: &Books) -> String {
    books.tallies.iter().map(|(key, row)| tally(books, key, row)).collect()
}

fn tally(books: &Books, key: &CounterKey, row: &Tally) -> String {
    let currency = books.config.programs[&key.group.program].currency;
    let period = if key.group.per == Period::Month { "month" } else { "year" };
    let bonus = row.bonus.map_or(String::new(), |it: Reckoned| {
        let left = it.left(&books.actions[&it.action.seq]).map_or(String::new(), |why| format!(", left: {why:?}"));
        let (of, paid) = (money(it.amount, currency), money(it.paid, currency));
        format!(", bonus {} of {} actions worth {of} is {paid}{left}", it.action, it.actions)
    });
    let (day, partner) = (day(key.group.day), partner(key.partner));
    let changed = if row.changed { ", to be reckoned" } else { "" };
    format!("{period} {day} {partner}: {} actions worth {}{bonus}{changed}\n", row.actions, money(row.amount, currency))
}
