//! The words of the text form: moments, money, identifiers, and the options of a line.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::condition::{Comparison, Condition, WEEKDAYS, Word};
use crate::contract::Payout;
use crate::fact::{Device, Fact, Item, ItemChange};
use crate::id::{AdId, ClickNo, NodeId, PartnerId, ProgramId};
use crate::identity::{Alias, Identifier, IdentifierKind, LeftOut, NodeKind};
use crate::list::{ListSet, Values};
use crate::locking::Locking;
use crate::money::{Currency, MICROS, Money};
use crate::overlay::Repeat;
use crate::program::{CreditPolicy, Source, Standing};
use crate::refusal::Refusal;
use crate::time::{DAY_MS, MINUTE_MS, SECOND_MS, Timestamp, Zone};

/// `d0`: 2026-01-01 in UTC. Summer time of Berlin begins on d87 and ends on d297.
pub const D0: Timestamp = Timestamp(1_767_225_600_000);

/// One line: words first, then options and flags in any order.
pub struct Line<'a> {
    pub text: &'a str,
    pub words: Vec<&'a str>,
}

impl<'a> Line<'a> {
    pub fn word(&mut self) -> &'a str {
        assert!(!self.words.is_empty(), "a word is missing in: {}", self.text);
        self.words.remove(0)
    }

    pub fn flag(&mut self, name: &str) -> bool {
        let found = self.words.iter().position(|word| *word == name);
        found.map(|i| self.words.remove(i)).is_some()
    }

    pub fn option(&mut self, name: &str) -> Option<&'a str> {
        let value_of = |word: &'a str| word.split_once('=').filter(|(key, _)| *key == name).map(|(_, value)| value);
        let (i, value) = self.words.iter().enumerate().find_map(|(i, word)| Some((i, value_of(word)?)))?;
        self.words.remove(i);
        Some(value)
    }

    pub fn options(&mut self, name: &str) -> Vec<&'a str> {
        std::iter::from_fn(|| self.option(name)).collect()
    }

    pub fn text_of(&mut self, name: &str) -> String {
        self.option(name).unwrap_or_default().to_owned()
    }

    pub fn standing(&mut self) -> Standing {
        if self.flag("paused") { Standing::Paused } else { Standing::Active }
    }

    /// A node by the how-manieth it is and its kind: `2:visitor`.
    pub fn node(&mut self) -> NodeId {
        let (count, kind) = self.word().split_once(':').unwrap();
        let kind = KINDS.iter().find(|(name, _)| *name == kind).map(|(_, kind)| NodeKind::Identifier(*kind));
        (1..number(count)).fold(NodeId(0), |node, _| node.next(NodeKind::Click)).next(kind.unwrap_or(NodeKind::Click))
    }

    pub fn program(&mut self) -> ProgramId {
        ProgramId(self.option("program").map_or(1, number))
    }

    pub fn ad(&mut self) -> AdId {
        AdId(self.option("ad").map_or(1, number))
    }

    pub fn source(&mut self) -> Source {
        match self.option("source") {
            None | Some("server") => Source::Server,
            Some("browser") => Source::Browser,
            Some("pixel") => Source::Pixel,
            Some("person") => Source::Person,
            Some(other) => panic!("nobody reports from {other}"),
        }
    }

    pub fn identifiers(&mut self) -> Vec<Identifier> {
        KINDS.iter().flat_map(|(name, _)| self.options(name).into_iter().map(|it| identifier(name, it))).collect()
    }

    /// `alias=email:ann:ann-sha1`: what is reported as the e-mail `ann` is also known as `ann-sha1`.
    pub fn aliases(&mut self) -> Vec<Alias> {
        let alias = |text: &str| {
            let parts: Vec<&str> = text.split(':').collect();
            let [kind, of, is] = parts[..] else { panic!("{text} is no alias") };
            Alias { of: identifier(kind, of), is: identifier(kind, is) }
        };
        self.options("alias").into_iter().map(alias).collect()
    }

    /// `left=email:EMAIL_MALFORMED`: intake could not use what was meant to be an e-mail address.
    pub fn left_out(&mut self) -> Vec<LeftOut> {
        let left_out = |text: &str| {
            let (kind, code) = text.split_once(':').unwrap_or_else(|| panic!("{text} is no kind and reason"));
            let kind = KINDS.iter().find(|(name, _)| *name == kind).map(|(_, kind)| *kind);
            let reason = Refusal::ALL.iter().find(|refusal| refusal.code() == code);
            LeftOut { kind, reason: *reason.unwrap_or_else(|| panic!("{code} is no reason")) }
        };
        self.options("left").into_iter().map(left_out).collect()
    }
}

/// In the order in which intake sorts what a report brings.
pub const KINDS: [(&str, IdentifierKind); 7] = [
    ("customer", IdentifierKind::CustomerId),
    ("email", IdentifierKind::Email),
    ("phone", IdentifierKind::Phone),
    ("journey", IdentifierKind::Journey),
    ("visitor", IdentifierKind::Visitor),
    ("anonymous", IdentifierKind::AnonymousId),
    ("device", IdentifierKind::Device),
];

/// The hash of an identifier is its name in plain, so that it can be read back.
pub fn identifier(kind: &str, name: &str) -> Identifier {
    let (_, kind) = KINDS.iter().find(|(it, _)| *it == kind).unwrap();
    let mut hash = [0; 16];
    hash[..name.len()].copy_from_slice(name.as_bytes());
    Identifier { kind: *kind, hash }
}

pub fn number(text: &str) -> u32 {
    text.parse().unwrap_or_else(|_| panic!("{text} is no number"))
}

/// `100.00` in millionths.
pub fn money(text: &str) -> Money {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let part = |digits: &str| digits.parse::<i64>().unwrap_or_else(|_| panic!("{text} is no amount"));
    Money(sign * (part(whole) * MICROS + part(&format!("{decimals:0<6}"))))
}

/// `d2`, `d0+5m`, `d-10`, `d3-1ms`, `d1+2h30m-5d`.
pub fn moment(text: &str) -> Timestamp {
    let rest = text.strip_prefix('d').unwrap_or_else(|| panic!("{text} is no moment"));
    let end = rest[1..].find(['+', '-']).map_or(rest.len(), |i| i + 1);
    let (days, mut more) = rest.split_at(end);
    let days: i64 = days.parse().unwrap_or_else(|_| panic!("{text} is no moment"));
    let mut at = D0.plus_ms(days * DAY_MS);
    while !more.is_empty() {
        let (sign, rest) = more.split_at(1);
        let (span, rest) = rest.split_at(rest.find(['+', '-']).unwrap_or(rest.len()));
        at = at.plus_ms(if sign == "-" { -span_ms(span) } else { span_ms(span) });
        more = rest;
    }
    at
}

fn span_ms(mut text: &str) -> i64 {
    let mut sum = 0;
    while !text.is_empty() {
        let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
        let (count, rest) = text.split_at(digits);
        let letters = rest.find(|letter: char| letter.is_ascii_digit()).unwrap_or(rest.len());
        let (unit, rest) = rest.split_at(letters);
        let unit_ms = match unit {
            "ms" => 1,
            "s" => SECOND_MS,
            "m" => MINUTE_MS,
            "h" => 60 * MINUTE_MS,
            "d" => DAY_MS,
            _ => panic!("{unit:?} is no unit of time"),
        };
        sum += count.parse::<i64>().unwrap_or_else(|_| panic!("{count} is no number")) * unit_ms;
        text = rest;
    }
    sum
}

pub fn days(text: &str) -> u32 {
    number(text.strip_suffix('d').unwrap_or_else(|| panic!("{text} is no number of days")))
}

/// `30d`, `month+0m27d` or `open`.
pub fn locking(text: &str) -> Locking {
    if text == "open" {
        return Locking::Open;
    }
    let Some(after) = text.strip_prefix("month+") else { return Locking::After { days: days(text) } };
    let (months, rest) = after.split_once('m').unwrap_or_else(|| panic!("{text} is no time after a month's end"));
    Locking::MonthEnd { months: number(months), days: days(rest) }
}

pub fn hours(text: &str) -> u32 {
    number(text.strip_suffix('h').unwrap_or_else(|| panic!("{text} is no number of hours")))
}

pub fn credit(text: Option<&str>) -> CreditPolicy {
    match text {
        None | Some("last") => CreditPolicy::Last,
        Some("first") => CreditPolicy::First,
        Some("linear") => CreditPolicy::Linear,
        Some("position") => CreditPolicy::Position,
        Some("decay") => CreditPolicy::TimeDecay,
        Some(other) => panic!("no such policy: {other}"),
    }
}

/// `list new sku brands=acme,apex`, `list 1 sku brands=`.
pub fn list(line: &mut Line<'_>) -> Fact {
    let id = if line.flag("new") { None } else { Some(number(line.word())) };
    let (program, word) = (line.program(), line.word());
    let word = Word::ALL.into_iter().find(|it| it.name() == word).unwrap_or_else(|| panic!("no variable {word}"));
    let (name, values) = line.word().split_once('=').unwrap_or_else(|| panic!("a list has values"));
    Fact::ListSet(ListSet { program, id, name: name.to_owned(), word, values: Values::of(values.split(',')) })
}

/// `on=saturday,sunday hours=18:00-22:00`.
pub fn repeat(line: &mut Line<'_>) -> Repeat {
    let place = |name: &str| WEEKDAYS.iter().position(|it| *it == name).unwrap_or_else(|| panic!("no weekday {name}"));
    let weekdays = line.option("on").map_or(Vec::new(), |names| names.split(',').map(|it| place(it) as u8).collect());
    let minute = |text: &str| {
        let (hour, minute) = text.split_once(':').unwrap_or_else(|| panic!("{text} is no time"));
        (number(hour) * 60 + number(minute)) as u16
    };
    let hours = line.option("hours").unwrap_or("00:00-24:00").split_once('-').unwrap_or_else(|| panic!("no hours"));
    Repeat { weekdays, from: minute(hours.0), until: minute(hours.1) }
}

pub fn device(text: Option<&str>) -> Device {
    match text {
        None => Device::Unknown,
        Some("desktop") => Device::Desktop,
        Some("phone") => Device::Phone,
        Some("tablet") => Device::Tablet,
        Some(other) => panic!("no such device: {other}"),
    }
}

pub fn payout(text: &str) -> Payout {
    match text.strip_suffix('%') {
        Some(percent) => Payout::Rate { ppm: u32::try_from(money(percent).0 / 100).unwrap() },
        None => Payout::Fixed { amount: money(text) },
    }
}

/// A rule of terms in one word.
pub struct Rule {
    pub event: String,
    pub conditions: Vec<Condition>,
    /// What follows: a payout or an adjustment.
    pub then: String,
    /// All of it, for a name.
    pub text: String,
}

pub fn rule(text: &str) -> Rule {
    let mut parts = text.split(':').map(str::to_owned);
    let event = parts.next().unwrap_or_default();
    let conditions = parts.next().unwrap_or_default();
    let conditions = conditions.split('&').filter(|it| !it.is_empty()).map(condition).collect();
    Rule { event, conditions, then: parts.next().unwrap_or_default(), text: text.to_owned() }
}

/// `country/is/de,at`, `sku/in_list/1`, `total/100.00..500.00`, `date/d10..`.
fn condition(text: &str) -> Condition {
    let (variable, rest) = text.split_once('/').unwrap_or_else(|| panic!("{text} is no condition"));
    if variable == "total" || variable == "date" {
        let (from, to) = rest.split_once("..").unwrap_or_else(|| panic!("{rest} is no range"));
        let [from, to] = [from, to].map(|bound| Some(bound).filter(|bound| !bound.is_empty()));
        return if variable == "total" {
            Condition::OrderTotal { at_least: from.map(money), below: to.map(money) }
        } else {
            let day = |text| Zone::utc().day(moment(text));
            Condition::Date { from: from.map(day), before: to.map(day) }
        };
    }
    let (comparison, values) = rest.split_once('/').unwrap_or_else(|| panic!("{text} compares nothing"));
    let word = Word::ALL.into_iter().find(|it| it.name() == variable);
    if let ("in_list" | "not_in_list", Some(word)) = (comparison, word) {
        return Condition::List { word, list: number(values), denied: comparison == "not_in_list" };
    }
    let comparison = Comparison::ALL.into_iter().find(|it| it.name() == comparison);
    Condition::Words {
        word: word.unwrap_or_else(|| panic!("no variable {variable}")),
        comparison: comparison.unwrap_or_else(|| panic!("{text} compares in no way")),
        values: values.split(',').filter(|it| !it.is_empty()).map(str::to_owned).collect(),
    }
}

/// `+10%`, `-5%`.
pub fn signed_ppm(text: &str) -> i32 {
    let percent = text.trim_start_matches('+').trim_end_matches('%');
    i32::try_from(money(percent).0 / 100).unwrap_or_else(|_| panic!("{text} is no adjustment"))
}

/// Partners are letters.
pub fn partner(text: &str) -> PartnerId {
    let letter = text.bytes().next().filter(u8::is_ascii_uppercase);
    PartnerId(u32::from(letter.unwrap_or_else(|| panic!("{text} is no partner")) - b'A') + 1)
}

pub fn click_no(text: &str) -> ClickNo {
    ClickNo(u64::from(number(text.strip_prefix('k').unwrap_or_else(|| panic!("{text} is no click")))))
}

pub fn zone(name: &str) -> Zone {
    let table = |changes: &[(&str, i32)]| changes.iter().map(|(at, minutes)| (moment(at), *minutes)).collect();
    let offsets = match name {
        "utc" => Vec::new(),
        "berlin" => table(&[("d-68+1h", 60), ("d87+1h", 120), ("d297+1h", 60)]),
        "kathmandu" => table(&[("d-365", 345)]),
        // The clock jumps from midnight to one o'clock, and back from midnight to eleven.
        "santiago" => table(&[("d-117+4h", -180), ("d94+3h", -240), ("d248+4h", -180)]),
        _ => panic!("no such zone: {name}"),
    };
    Zone { name: name.to_owned(), offsets }
}

pub fn currency(text: &str) -> Currency {
    Currency(text.to_uppercase().as_bytes().try_into().unwrap())
}

/// `sku:quantity:amount`.
pub fn item(text: &str) -> Item {
    let parts: Vec<&str> = text.split(':').collect();
    let (&[sku, quantity, amount], category) = parts.split_first_chunk().unwrap_or_else(|| panic!("{text} is no item"));
    let category = category.concat();
    Item { sku: sku.to_owned(), quantity: number(quantity), amount: money(amount), category, ..Item::default() }
}

/// `sku:quantity`, `sku::amount` or both.
pub fn item_change(text: &str) -> ItemChange {
    let mut parts = text.split(':');
    let sku = parts.next().unwrap_or_default().to_owned();
    let mut part = || parts.next().filter(|part| !part.is_empty());
    ItemChange { sku, quantity: part().map(number), amount: part().map(money) }
}

pub fn digest(text: &str) -> [u8; 16] {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, text).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    (half(0) << 64 | half(1)).to_be_bytes()
}
