//! Values of the shop's JSON. Numbers of orders are larger than floats can tell apart, and amounts are text: neither passes
//! through one.

use referee_core::money::{Currency, Money};
use referee_core::time::{Timestamp, Zone};
use serde_json::Value;

use crate::intake::amount;
use crate::intake::click::cut;
use crate::intake::event_date::moment;
use crate::limits::TEXT_CHARS_MAX;

/// What a message lacks, or has that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {why}")]
pub struct Unreadable {
    pub field: String,
    pub why: &'static str,
}

pub type Read<T> = Result<T, Unreadable>;

pub fn unreadable<T>(field: &str, why: &'static str) -> Read<T> {
    Err(Unreadable { field: field.to_owned(), why })
}

/// A number that is written as one, as text, or as the end of a `gid://shopify/Order/1`.
pub fn id(value: &Value, field: &str) -> Read<u64> {
    let found = match &value[field] {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => {
            text.rsplit('/').next().unwrap_or_default().split('?').next().and_then(|it| it.parse().ok())
        }
        _ => None,
    };
    found.map_or_else(|| unreadable(field, "is no number of the shop"), Ok)
}

pub fn count(value: &Value, field: &str) -> Read<u32> {
    let found = value[field].as_u64().and_then(|number| u32::try_from(number).ok());
    found.map_or_else(|| unreadable(field, "is no quantity"), Ok)
}

pub fn text(value: &Value, field: &str) -> String {
    value[field].as_str().map(|text| cut(text, TEXT_CHARS_MAX)).unwrap_or_default()
}

pub fn is(value: &Value, field: &str) -> bool {
    value[field].as_bool().unwrap_or_default()
}

pub fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().map(Vec::as_slice).unwrap_or_default()
}

pub fn at(value: &Value, field: &str) -> Read<Timestamp> {
    let found = value[field].as_str().and_then(|text| moment(text, &Zone::default()));
    found.map_or_else(|| unreadable(field, "is no moment"), Ok)
}

pub fn currency(value: &Value, field: &str) -> Read<Currency> {
    let found = value[field].as_str().and_then(amount::currency);
    found.map_or_else(|| unreadable(field, "is no currency"), Ok)
}

/// Decimal text, with a minus or without. A whole number is taken as well; one with a fraction may have been rounded.
pub fn signed(value: &Value, field: &str) -> Read<Money> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) if number.is_i64() || number.is_u64() => number.to_string(),
        _ => return unreadable(field, "is no decimal text"),
    };
    let (negative, text) = text.strip_prefix('-').map_or((false, text.as_str()), |rest| (true, rest));
    match amount::amount(text) {
        Ok(money) if negative => Ok(money.negated()),
        Ok(money) => Ok(money),
        Err(_) => unreadable(field, "is no amount that an order can have"),
    }
}

/// The amount of a bag in the shop's own currency: `price_set.shop_money.amount`, or the plain `price` of older messages.
pub fn money(value: &Value, field: &str) -> Read<Money> {
    let bag = &value[format!("{field}_set").as_str()]["shop_money"]["amount"];
    if bag.is_null() { signed(&value[field], field) } else { signed(bag, field) }
}

/// The same as the Admin interface of GraphQL has it.
pub fn bag(value: &Value, field: &str) -> Read<Money> {
    signed(&value[field]["shopMoney"]["amount"], field)
}

pub fn sum(all: impl Iterator<Item = Read<Money>>) -> Read<Money> {
    all.into_iter().try_fold(Money::ZERO, |sum, it| Ok(sum.plus(it?)))
}
