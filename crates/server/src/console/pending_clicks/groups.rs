//! Pending clicks by what they have in common. Each group is a filter.

use std::collections::BTreeMap;

use maud::{Markup, html};
use referee_core::id::PartnerId;
use referee_core::program::Program;
use referee_core::row::{ClickTally, GroupBy};

use super::super::person::Person;
use super::super::table::{Table, figure, money_cell, number_cell, shown_cell, text};
use super::count::Days;
use super::filter::{Asked, field_of, value_words};

/// The largest of each kind are shown.
pub const SHOWN_MAX: u32 = 8;

type Groups = [(GroupBy, Vec<(String, ClickTally)>)];

/// A group as the screen shows it.
struct Group {
    words: String,
    /// Beneath the words.
    code: String,
    field: &'static str,
    value: String,
    tally: ClickTally,
}

/// What the groups of one kind are filtered by.
pub fn values(groups: &Groups, by: GroupBy) -> Vec<String> {
    let of_kind = groups.iter().filter(|(it, _)| *it == by).flat_map(|(_, rows)| rows);
    of_kind.map(|(value, _)| field_of(by, value).1).collect()
}

fn title(by: GroupBy) -> &'static str {
    match by {
        GroupBy::Reason => "By what was found",
        GroupBy::Network => "By network, where something was found",
        GroupBy::Referrer => "By referrer",
        GroupBy::Landing => "By landing page",
    }
}

pub fn cards(person: &Person, program: &Program, asked: &Asked, days: &Days, groups: &Groups) -> Markup {
    let card = |title: &'static str, groups: Vec<Group>| {
        html! { @if !groups.is_empty() { (table(program, asked, title, &groups).html()) } }
    };
    let of_kind = |(by, rows): &(GroupBy, Vec<(String, ClickTally)>)| {
        let groups = rows.iter().map(|(value, tally)| {
            let (field, wanted) = field_of(*by, value);
            let code = if *by == GroupBy::Reason { value.clone() } else { String::new() };
            Group { words: value_words(*by, value), code, field, value: wanted, tally: *tally }
        });
        card(title(*by), groups.collect())
    };
    let partners = by_partner(person, days);
    html! {
        @if !partners.is_empty() {
            h2 { "What they have in common" }
            div.two.even {
                div { (card("By partner", partners)) @for it in groups.iter().filter(|it| it.0 == GroupBy::Landing) { (of_kind(it)) } }
                div { @for it in groups.iter().filter(|it| it.0 == GroupBy::Reason) { (of_kind(it)) } }
                div { @for it in groups.iter().filter(|it| it.0 == GroupBy::Referrer) { (of_kind(it)) } }
                div { @for it in groups.iter().filter(|it| it.0 == GroupBy::Network) { (of_kind(it)) } }
            }
            p.muted { "Pending clicks of the partner and days that are chosen, the largest groups. Follow one to see its clicks and decide on all of them." }
        }
    }
}

fn by_partner(person: &Person, days: &Days) -> Vec<Group> {
    let mut sums: BTreeMap<PartnerId, ClickTally> = BTreeMap::new();
    for (key, day) in days {
        let sum = sums.entry(key.partner).or_default();
        *sum = sum.plus(day.pending);
    }
    let mut sums: Vec<(PartnerId, ClickTally)> = sums.into_iter().filter(|(_, sum)| sum.clicks > 0).collect();
    sums.sort_by_key(|(id, sum)| (std::cmp::Reverse(sum.clicks), *id));
    let group = |(id, tally): (PartnerId, ClickTally)| Group {
        words: person.partner_name(id),
        code: String::new(),
        field: "partner",
        value: id.to_string(),
        tally,
    };
    sums.into_iter().take(SHOWN_MAX as usize).map(group).collect()
}

fn table(program: &Program, asked: &Asked, title: &'static str, groups: &[Group]) -> Table {
    let row = |it: &Group| {
        let chosen = asked.get(it.field) == it.value;
        let shown = html! {
            @if chosen {
                b { (it.words) } " " a.underlined href=(asked.with(it.field, "").address(&[])) aria-label={ "No longer only " (it.words) } { "Take away" }
            } @else {
                a.underlined href=(asked.with(it.field, &it.value).address(&[])) { (it.words) }
            }
            @if !it.code.is_empty() { br; code { (it.code) } }
        };
        vec![
            shown_cell(shown, it.words.clone()),
            number_cell(it.tally.clicks),
            money_cell(it.tally.cost, program.currency),
        ]
    };
    Table { columns: vec![text(title), figure("Clicks"), figure("Cost")], rows: groups.iter().map(row).collect() }
}
