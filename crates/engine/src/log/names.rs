//! Numbers of the wire as people read them, for the exported log.

use std::fmt::Debug;

use referee_core::fact::{ClickPath, Oddities};
use referee_core::time::Timestamp;
use serde::Serializer;

use super::number;

fn named<S: Serializer, T: Debug>(value: Option<T>, number: u32, to: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => to.serialize_str(&word(value)),
        None => to.serialize_u32(number),
    }
}

/// `ShopAssistant` as `shop_assistant`.
pub fn word(value: impl Debug) -> String {
    let mut out = String::new();
    for letter in format!("{value:?}").chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

/// By the published code.
pub fn click_path<S: Serializer>(it: &Option<u32>, to: S) -> Result<S::Ok, S::Error> {
    let path = ClickPath::ALL.into_iter().find(|path| Some(*path as u32) == *it);
    to.serialize_str(path.map(ClickPath::code).unwrap_or_default())
}

pub fn role<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    named(number::role(*it), *it, to)
}

pub fn identifier_kind<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    named(number::identifier_kind(*it), *it, to)
}

pub fn some_identifier_kind<S: Serializer>(it: &Option<u32>, to: S) -> Result<S::Ok, S::Error> {
    match it {
        Some(kind) => identifier_kind(kind, to),
        None => to.serialize_none(),
    }
}

/// By the published code.
pub fn refusal<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    match number::refusal(*it) {
        Some(refusal) => to.serialize_str(refusal.code()),
        None => to.serialize_u32(*it),
    }
}

pub fn navigation<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    named(number::navigation(*it), *it, to)
}

pub fn agent<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    named(number::agent(*it), *it, to)
}

pub fn device<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    named(number::device(*it), *it, to)
}

pub fn embedded<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    named(number::embedded(*it), *it, to)
}

pub fn site<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    named(number::site(*it), *it, to)
}

pub fn preload<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    named(number::preload(*it), *it, to)
}

pub fn robot<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    named(number::robot(*it), *it, to)
}

pub fn system<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    named(number::system(*it), *it, to)
}

pub fn browser<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    named(number::browser(*it), *it, to)
}

pub fn network_class<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    named(number::network_class(*it), *it, to)
}

pub fn oddities<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(Oddities(*it as u16).names())
}

/// Two letters in one number, the first in the higher byte.
pub fn country<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    let [_, _, letters @ ..] = it.to_be_bytes();
    match std::str::from_utf8(&letters) {
        Ok(text) if *it != 0 => to.serialize_str(text),
        _ => to.serialize_none(),
    }
}

/// A number that programs of the web, which know no 64 bits, would round.
pub fn wide<S: Serializer>(it: &u64, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&format_args!("{it:016x}"))
}

pub fn source<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    named(number::source(*it), *it, to)
}

pub fn variable<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    match number::word(*it) {
        Some(word) => to.serialize_str(word.name()),
        None => to.serialize_u32(*it),
    }
}

pub fn standing<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    named(number::standing(*it), *it, to)
}

pub fn category<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    named(number::category(*it), *it, to)
}

pub fn credit<S: Serializer>(it: &Option<u32>, to: S) -> Result<S::Ok, S::Error> {
    let it = it.unwrap_or_default();
    named(number::credit(it), it, to)
}

pub fn code_policy<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    named(number::code_policy(*it), *it, to)
}

pub fn value_kind<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    named(number::value_kind(*it), *it, to)
}

pub fn group_credit<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    named(number::group_credit(*it), *it, to)
}

pub fn inquiry_kind<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    named(number::inquiry_kind(*it), *it, to)
}

pub fn inquiry_state<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    named(number::inquiry_state(*it), *it, to)
}

pub fn inquiry_reason<S: Serializer>(it: &Option<u32>, to: S) -> Result<S::Ok, S::Error> {
    match it {
        Some(reason) => named(number::inquiry_reason(*reason), *reason, to),
        None => to.serialize_none(),
    }
}

pub fn return_policy<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    named(number::return_policy(*it), *it, to)
}

pub fn award_kind<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    named(number::award_kind(*it), *it, to)
}

pub fn step<S: Serializer>(it: &Option<u32>, to: S) -> Result<S::Ok, S::Error> {
    let it = it.unwrap_or_default();
    named(number::step(it), it, to)
}

pub fn hex<S: Serializer>(it: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&it.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

pub fn money<S: Serializer>(it: &i64, to: S) -> Result<S::Ok, S::Error> {
    let sign = if *it < 0 { "-" } else { "" };
    let (major, micros) = (it.unsigned_abs() / 1_000_000, it.unsigned_abs() % 1_000_000);
    to.serialize_str(&format!("{sign}{major}.{micros:06}"))
}

pub fn some_money<S: Serializer>(it: &Option<i64>, to: S) -> Result<S::Ok, S::Error> {
    match it {
        Some(amount) => money(amount, to),
        None => to.serialize_none(),
    }
}

pub fn time<S: Serializer>(it: &i64, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&iso(Timestamp(*it)))
}

/// ISO 8601 in UTC; the number itself where no calendar reaches.
pub fn iso(at: Timestamp) -> String {
    match jiff::Timestamp::from_millisecond(at.0) {
        Ok(at) => format!("{at:.3}"),
        Err(_) => at.0.to_string(),
    }
}

pub fn treatment<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    named(number::treatment(*it), *it, to)
}

pub fn click_test<S: Serializer>(it: &u32, to: S) -> Result<S::Ok, S::Error> {
    named(number::click_test(*it), *it, to)
}
