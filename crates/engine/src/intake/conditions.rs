//! Conditions of terms as they are written down, read with an answer that says where one is wrong.

use referee_core::condition::{Comparison, Condition, Word};
use referee_core::config::Config;
use referee_core::contract::can_never_hold;
use referee_core::id::ProgramId;
use referee_core::list;
use referee_core::money::{Currency, Money};
use referee_core::time::Day;
use serde::{Deserialize, Serialize};

use super::amount::{amount, decimal};
use super::day::{day_text, parse_day};
use super::terms::{Fault, Read, fault};
use crate::limits::{TERMS_CONDITIONS_MAX, TERMS_VALUES_MAX};

/// Where what terms name is looked up: event types and lists of a program.
#[derive(Clone, Copy)]
pub struct Named<'a> {
    pub config: &'a Config,
    pub program: ProgramId,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenCondition {
    pub variable: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_not: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains_not: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_with: Option<Vec<String>>,
    /// By the list's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_list: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_in_list: Option<String>,
    /// Of `order_total`, in the program's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<String>,
    /// Of `date`, as `2026-11-27`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
}

pub const ORDER_TOTAL: &str = "order_total";
pub const DATE: &str = "date";

pub fn conditions(written: &[WrittenCondition], place: &str, named: Named<'_>) -> Read<Vec<Condition>> {
    if written.len() > TERMS_CONDITIONS_MAX {
        return fault(format!("{place}.when"), format!("There are at most {TERMS_CONDITIONS_MAX} conditions."));
    }
    let read = written.iter().enumerate().map(|(n, it)| condition(it, &format!("{place}.when[{n}]"), named));
    let read: Vec<Condition> = read.collect::<Read<_>>()?;
    if can_never_hold(&read) {
        return fault(format!("{place}.when"), "These conditions can never hold together.");
    }
    Ok(read)
}

fn condition(it: &WrittenCondition, place: &str, named: Named<'_>) -> Read<Condition> {
    let words = [
        (Comparison::Is, &it.is),
        (Comparison::IsNot, &it.is_not),
        (Comparison::Contains, &it.contains),
        (Comparison::ContainsNot, &it.contains_not),
        (Comparison::StartsWith, &it.starts_with),
    ];
    let words: Vec<_> = words.into_iter().filter_map(|(how, values)| Some((how, values.as_ref()?))).collect();
    let lists = [(false, &it.in_list), (true, &it.not_in_list)];
    let lists: Vec<_> = lists.into_iter().filter_map(|(denied, name)| Some((denied, name.as_ref()?))).collect();
    let (amounts, days) = ([&it.at_least, &it.below], [&it.from, &it.before]);
    let (has_amounts, has_days) = (amounts.iter().any(|it| it.is_some()), days.iter().any(|it| it.is_some()));
    match it.variable.as_str() {
        ORDER_TOTAL if words.is_empty() && lists.is_empty() && !has_days && has_amounts => {
            let [at_least, below] = amounts.map(|text| text.as_ref().map(|text| total(text, place)).transpose());
            Ok(Condition::OrderTotal { at_least: at_least?, below: below? })
        }
        ORDER_TOTAL => fault(place, "order_total is compared by at_least, below or both."),
        DATE if words.is_empty() && lists.is_empty() && !has_amounts && has_days => {
            let [from, before] = days.map(|text| text.as_ref().map(|text| date(text, place)).transpose());
            Ok(Condition::Date { from: from?, before: before? })
        }
        DATE => fault(place, "date is compared by from, before or both."),
        name => {
            let Some(word) = Word::ALL.into_iter().find(|word| word.name() == name) else {
                let names: Vec<&str> = Word::ALL.into_iter().map(Word::name).chain([ORDER_TOTAL, DATE]).collect();
                return fault(place, format!("There is no variable {name:?}. There are {}.", names.join(", ")));
            };
            match (&words[..], &lists[..], has_amounts || has_days) {
                (&[(comparison, values)], [], false) => {
                    Ok(Condition::Words { word, comparison, values: self::values(word, values, place)? })
                }
                (&[], &[(denied, name)], false) => {
                    Ok(Condition::List { word, list: list(word, name, place, named)?, denied })
                }
                _ => fault(place, format!("{name} is compared in one way: {}.", ways(word).join(", "))),
            }
        }
    }
}

fn ways(word: Word) -> Vec<&'static str> {
    let of_lists = ["in_list", "not_in_list"].into_iter().filter(|_| word.has_lists());
    Comparison::ALL.into_iter().map(Comparison::name).chain(of_lists).collect()
}

fn list(word: Word, name: &str, place: &str, Named { config, program }: Named<'_>) -> Read<u32> {
    if !word.has_lists() {
        return fault(place, format!("There are no lists of {}: write its values down.", word.name()));
    }
    let Some(list) = list::named(&config.lists, program, name) else {
        return fault(place, format!("The program has no list {name:?}."));
    };
    if list.word != word {
        return fault(place, format!("The list {name:?} is of {}, not of {}.", list.word.name(), word.name()));
    }
    Ok(list.id)
}

fn values(word: Word, written: &[String], place: &str) -> Read<Vec<String>> {
    if written.is_empty() || written.len() > TERMS_VALUES_MAX {
        return fault(place, format!("There are 1 to {TERMS_VALUES_MAX} values."));
    }
    let values: Vec<String> = written.iter().map(|value| value.trim().to_lowercase()).collect();
    if let Some(known) = word.values()
        && let Some(unknown) = values.iter().find(|value| !known.contains(&value.as_str()))
    {
        return fault(place, format!("{} is never {unknown:?}. It is {}.", word.name(), known.join(", ")));
    }
    Ok(values)
}

fn total(text: &str, place: &str) -> Read<Money> {
    amount(text).map_err(|why| Fault { place: place.to_owned(), message: format!("{text:?} is no amount: {why}.") })
}

fn date(text: &str, place: &str) -> Read<Day> {
    parse_day(text)
        .ok_or_else(|| Fault { place: place.to_owned(), message: format!("{text:?} is no day such as 2026-11-27.") })
}

pub fn write_conditions(conditions: &[Condition], currency: Currency, named: Named<'_>) -> Vec<WrittenCondition> {
    let write = |it: &Condition| match it {
        Condition::Words { word, comparison, values } => {
            let mut written = WrittenCondition { variable: word.name().to_owned(), ..WrittenCondition::default() };
            let place = match comparison {
                Comparison::Is => &mut written.is,
                Comparison::IsNot => &mut written.is_not,
                Comparison::Contains => &mut written.contains,
                Comparison::ContainsNot => &mut written.contains_not,
                Comparison::StartsWith => &mut written.starts_with,
            };
            *place = Some(values.clone());
            written
        }
        Condition::List { word, list, denied } => {
            let name = Some(list::name_of(&named.config.lists, named.program, *list).to_owned());
            let (in_list, not_in_list) = if *denied { (None, name) } else { (name, None) };
            let variable = word.name().to_owned();
            WrittenCondition { variable, in_list, not_in_list, ..WrittenCondition::default() }
        }
        Condition::OrderTotal { at_least, below } => WrittenCondition {
            variable: ORDER_TOTAL.to_owned(),
            at_least: at_least.map(|it| decimal(it, currency)),
            below: below.map(|it| decimal(it, currency)),
            ..WrittenCondition::default()
        },
        Condition::Date { from, before } => WrittenCondition {
            variable: DATE.to_owned(),
            from: from.map(day_text),
            before: before.map(day_text),
            ..WrittenCondition::default()
        },
    };
    conditions.iter().map(write).collect()
}
