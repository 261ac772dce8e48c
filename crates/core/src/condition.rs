//! What terms may ask of an order: one variable, and the values it is compared with.

use crate::money::Money;
use crate::time::Day;

/// A variable whose values are words. They are compared without regard to case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Word {
    Country = 1,
    Region = 2,
    Device = 3,
    /// As the report says: NEW, EXISTING or a word of the brand's own.
    CustomerStatus = 4,
    Currency = 5,
    PromoCode = 6,
    Ad = 7,
    SharedId = 8,
    SubId1 = 9,
    SubId2 = 10,
    SubId3 = 11,
    /// Of the event, in the program's time zone: MONDAY and so on.
    Weekday = 12,
    /// Of an item; where orders are priced whole, of any of them.
    Sku = 13,
    Category = 14,
}

impl Word {
    pub const ALL: [Word; 14] = [
        Word::Country,
        Word::Region,
        Word::Device,
        Word::CustomerStatus,
        Word::Currency,
        Word::PromoCode,
        Word::Ad,
        Word::SharedId,
        Word::SubId1,
        Word::SubId2,
        Word::SubId3,
        Word::Weekday,
        Word::Sku,
        Word::Category,
    ];

    /// Its name in terms that are written down.
    pub fn name(self) -> &'static str {
        match self {
            Word::Country => "country",
            Word::Region => "region",
            Word::Device => "device",
            Word::CustomerStatus => "customer_status",
            Word::Currency => "currency",
            Word::PromoCode => "promo_code",
            Word::Ad => "ad_id",
            Word::SharedId => "shared_id",
            Word::SubId1 => "sub_id1",
            Word::SubId2 => "sub_id2",
            Word::SubId3 => "sub_id3",
            Word::Weekday => "weekday",
            Word::Sku => "sku",
            Word::Category => "category",
        }
    }

    /// Whether there can be lists of its values: what has only a few needs none.
    pub fn has_lists(self) -> bool {
        !matches!(self, Word::Device | Word::CustomerStatus | Word::Currency | Word::Ad | Word::Weekday)
    }

    /// The only values there are, in lower case; None: any.
    pub fn values(self) -> Option<&'static [&'static str]> {
        match self {
            Word::Device => Some(&DEVICES),
            Word::Weekday => Some(&WEEKDAYS),
            _ => None,
        }
    }
}

/// By the number of `fact::Device`.
pub(crate) const DEVICES: [&str; 5] = ["unknown", "desktop", "phone", "tablet", "other"];
/// By `Day::weekday`.
pub(crate) const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// How a variable's word stands to the values. Of several values, one is enough; none may be met by its opposite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Comparison {
    Is = 1,
    IsNot = 2,
    Contains = 3,
    ContainsNot = 4,
    StartsWith = 5,
}

impl Comparison {
    pub const ALL: [Comparison; 5] =
        [Comparison::Is, Comparison::IsNot, Comparison::Contains, Comparison::ContainsNot, Comparison::StartsWith];

    pub fn name(self) -> &'static str {
        match self {
            Comparison::Is => "is",
            Comparison::IsNot => "is_not",
            Comparison::Contains => "contains",
            Comparison::ContainsNot => "contains_not",
            Comparison::StartsWith => "starts_with",
        }
    }

    pub fn denies(self) -> bool {
        matches!(self, Comparison::IsNot | Comparison::ContainsNot)
    }

    /// The same without its denial.
    pub fn finds(self, word: &str, value: &str) -> bool {
        match self {
            Comparison::Is | Comparison::IsNot => word == value,
            Comparison::Contains | Comparison::ContainsNot => word.contains(value),
            Comparison::StartsWith => word.starts_with(value),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Values are in lower case.
    Words { word: Word, comparison: Comparison, values: Vec<String> },
    /// Whether the word stands on a list of the program's, by its id. Where there are several words, one is enough; `denied`: none
    /// may.
    List { word: Word, list: u32, denied: bool },
    /// The order's amount as first reported, from one on and below another.
    OrderTotal { at_least: Option<Money>, below: Option<Money> },
    /// The day of the event in the program's time zone, from one on and before another.
    Date { from: Option<Day>, before: Option<Day> },
}

impl Condition {
    /// Whether no order can meet it.
    pub fn is_impossible(&self) -> bool {
        match self {
            Condition::Words { comparison, values, .. } => values.is_empty() && !comparison.denies(),
            // What stands on it may change.
            Condition::List { .. } => false,
            Condition::OrderTotal { at_least, below } => is_empty(*at_least, *below) || *below == Some(Money::ZERO),
            Condition::Date { from, before } => is_empty(*from, *before),
        }
    }

    /// Whether one of two can only be met where the other is not.
    pub fn excludes(&self, other: &Condition) -> bool {
        match (self, other) {
            (
                Condition::Words { word: a, comparison: Comparison::Is, values: those },
                Condition::Words { word: b, comparison, values },
            ) if a == b && !a.is_of_items() => match comparison {
                Comparison::Is => !those.iter().any(|value| values.contains(value)),
                Comparison::IsNot => those.iter().all(|value| values.contains(value)),
                _ => false,
            },
            (Condition::List { list: a, denied: false, .. }, Condition::List { list: b, denied: true, .. }) => a == b,
            (Condition::OrderTotal { at_least, .. }, Condition::OrderTotal { below, .. }) => {
                is_empty(*at_least, *below)
            }
            (Condition::Date { from, .. }, Condition::Date { before, .. }) => is_empty(*from, *before),
            _ => false,
        }
    }
}

impl Word {
    /// An order has several of it.
    fn is_of_items(self) -> bool {
        matches!(self, Word::Sku | Word::Category)
    }
}

fn is_empty<T: PartialOrd>(from: Option<T>, before: Option<T>) -> bool {
    matches!((from, before), (Some(from), Some(before)) if before <= from)
}
