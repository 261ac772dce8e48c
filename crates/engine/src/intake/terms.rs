//! Terms as they are written down: JSON that people edit, read with an answer that says where it is wrong.

use std::collections::BTreeMap;

use referee_core::config::Config;
use referee_core::contract::{
    Adjustment, EventPayout, Payout, PayoutGroup, PayoutLevel, Restriction, ReturnPolicy, Returns, TermsRules,
};
use referee_core::id::{EventTypeId, ProgramId};
use referee_core::locking::Locking;
use referee_core::money::{Currency, WHOLE_PPM};
use serde::{Deserialize, Serialize};

use super::amount::{amount, decimal};
use super::conditions::{Named, WrittenCondition, conditions, write_conditions};
use super::lists::WrittenList;
use super::measures::{self, WrittenLimit, WrittenTiers};
use crate::limits::{LOCK_MONTHS_MAX, TERMS_DAYS_MAX, TERMS_RULES_MAX, VIEW_WINDOW_HOURS_MAX};

/// The rules of terms, as a file has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    pub referral_window_days: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view_window_hours: Option<u32>,
    pub locking: WrittenLocking,
    /// Left out: a change may bind at once.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub notice_days: u32,
    /// Left out: whatever is returned is taken back.
    #[serde(default, skip_serializing_if = "WrittenReturns::is_usual")]
    pub returns: WrittenReturns,
    pub payouts: Vec<WrittenPayout>,
    /// By their names: only where there is no program that has lists of its own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lists: BTreeMap<String, WrittenList>,
}

/// What may be taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenReturns {
    #[serde(default)]
    pub policy: WrittenPolicy,
    /// `20%` of a month's payouts; left out: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<String>,
}

impl WrittenReturns {
    fn is_usual(&self) -> bool {
        *self == WrittenReturns::default()
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WrittenPolicy {
    #[default]
    Always,
    None,
    Consent,
}

/// `20%`, or nothing.
pub fn most_returned(text: &str) -> Read<Option<u32>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    match payout(text, "returns.most")? {
        Payout::Rate { ppm } => Ok(Some(ppm)),
        Payout::Fixed { .. } => fault("returns.most", "It is a rate such as 20%."),
    }
}

fn returns(written: &WrittenReturns) -> Read<Returns> {
    let policy = match written.policy {
        WrittenPolicy::Always => ReturnPolicy::Always,
        WrittenPolicy::None => ReturnPolicy::Never,
        WrittenPolicy::Consent => ReturnPolicy::Consent,
    };
    Ok(Returns { policy, most_ppm: most_returned(written.most.as_deref().unwrap_or_default())? })
}

fn write_returns(it: Returns, currency: Currency) -> WrittenReturns {
    let policy = match it.policy {
        ReturnPolicy::Always => WrittenPolicy::Always,
        ReturnPolicy::Never => WrittenPolicy::None,
        ReturnPolicy::Consent => WrittenPolicy::Consent,
    };
    WrittenReturns { policy, most: it.most_ppm.map(|ppm| payout_text(Payout::Rate { ppm }, currency)) }
}

/// When actions lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "basis", rename_all = "snake_case", deny_unknown_fields)]
pub enum WrittenLocking {
    /// So many days after the event.
    Event { days: u32 },
    /// So long after the end of the event's month.
    MonthEnd { months: u32, days: u32 },
    /// When they are approved.
    Approval,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenPayout {
    /// By its code or its id.
    pub event_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// `8%` or `2.00`.
    pub payout: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<WrittenGroup>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restrictions: Vec<WrittenRestriction>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<WrittenAdjustment>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<WrittenLimit>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tiers: Option<WrittenTiers>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Order,
    Item,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenGroup {
    pub name: String,
    #[serde(default)]
    pub when: Vec<WrittenCondition>,
    pub payout: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenRestriction {
    pub name: String,
    pub when: Vec<WrittenCondition>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenAdjustment {
    pub name: String,
    #[serde(default)]
    pub when: Vec<WrittenCondition>,
    /// `10%`: so much more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub increase: Option<String>,
    /// `10%`: so much less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decrease: Option<String>,
}

/// Where written terms are wrong, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// `payouts[0].groups[1].when[0]`.
    pub place: String,
    pub message: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.place.is_empty() { f.write_str(&self.message) } else { write!(f, "{}: {}", self.place, self.message) }
    }
}

pub type Read<T> = Result<T, Fault>;

pub fn fault<T>(place: impl Into<String>, message: impl Into<String>) -> Read<T> {
    Err(Fault { place: place.into(), message: message.into() })
}

/// Reads terms of a program. Event types are looked up by code or id, and lists by name.
pub fn read(text: &str, config: &Config, program: ProgramId) -> Read<TermsRules> {
    let written: Written =
        serde_json::from_str(text).map_err(|error| Fault { place: String::new(), message: error.to_string() })?;
    rules(&written, config, program)
}

/// By its code or its id.
pub fn event_type_named(config: &Config, program: ProgramId, named: &str) -> Option<EventTypeId> {
    let mut of_program = config.event_types.values().filter(|it| it.program == program);
    of_program.find(|it| it.code.eq_ignore_ascii_case(named) || it.id.to_string() == named).map(|it| it.id)
}

/// How terms name an event type: by its code, or by its id if it has none.
pub fn event_type_name(config: &Config, program: ProgramId, id: EventTypeId) -> String {
    match config.event_types.get(&(program, id)) {
        Some(event_type) if !event_type.code.is_empty() => event_type.code.clone(),
        _ => id.to_string(),
    }
}

/// The rules that written terms of a program mean.
pub fn rules(written: &Written, config: &Config, program: ProgramId) -> Read<TermsRules> {
    if !written.lists.is_empty() {
        return fault(
            "lists",
            "A program's lists are set by themselves, and its terms only name them: leave this out.",
        );
    }
    if written.referral_window_days > TERMS_DAYS_MAX {
        return fault("referral_window_days", format!("It is at most {TERMS_DAYS_MAX} days."));
    }
    if written.notice_days > TERMS_DAYS_MAX {
        return fault("notice_days", format!("It is at most {TERMS_DAYS_MAX} days."));
    }
    let locking = locking(written.locking)?;
    if written.view_window_hours.is_some_and(|hours| hours == 0 || hours > VIEW_WINDOW_HOURS_MAX) {
        return fault("view_window_hours", format!("It is 1 to {VIEW_WINDOW_HOURS_MAX} hours, or left out."));
    }
    let mut payouts: Vec<EventPayout> = Vec::new();
    for (n, it) in written.payouts.iter().enumerate() {
        let place = format!("payouts[{n}]");
        let payout = event_payout(it, &place, Named { config, program })?;
        if payouts.iter().any(|before| before.event_type == payout.event_type) {
            return fault(format!("{place}.event_type"), "This event type has its payout above already.");
        }
        payouts.push(payout);
    }
    let Written { referral_window_days, view_window_hours, notice_days, .. } = *written;
    let returns = returns(&written.returns)?;
    Ok(TermsRules { referral_window_days, view_window_hours, locking, notice_days, returns, payouts })
}

fn locking(written: WrittenLocking) -> Read<Locking> {
    let (months, days) = match written {
        WrittenLocking::Event { days } => (0, days),
        WrittenLocking::MonthEnd { months, days } => (months, days),
        WrittenLocking::Approval => (0, 0),
    };
    if days > TERMS_DAYS_MAX || months > LOCK_MONTHS_MAX {
        let message = format!("It is at most {LOCK_MONTHS_MAX} months and {TERMS_DAYS_MAX} days.");
        return fault("locking", message);
    }
    Ok(match written {
        WrittenLocking::Event { days } => Locking::After { days },
        WrittenLocking::MonthEnd { months, days } => Locking::MonthEnd { months, days },
        WrittenLocking::Approval => Locking::Open,
    })
}

fn event_payout(it: &WrittenPayout, place: &str, named: Named<'_>) -> Read<EventPayout> {
    let Some(id) = event_type_named(named.config, named.program, &it.event_type) else {
        return fault(format!("{place}.event_type"), format!("The program has no event type {:?}.", it.event_type));
    };
    for (name, rules) in
        [("groups", it.groups.len()), ("restrictions", it.restrictions.len()), ("adjustments", it.adjustments.len())]
    {
        if rules > TERMS_RULES_MAX {
            return fault(format!("{place}.{name}"), format!("There are at most {TERMS_RULES_MAX}."));
        }
    }
    let mut read = EventPayout {
        level: if it.level == Some(Level::Item) { PayoutLevel::Item } else { PayoutLevel::Order },
        limits: measures::limits(&it.limits, place)?,
        tiers: it.tiers.as_ref().map(|tiers| measures::tiers(tiers, place)).transpose()?,
        ..EventPayout::plain(id, payout(&it.payout, &format!("{place}.payout"))?)
    };
    for (n, it) in it.groups.iter().enumerate() {
        let place = format!("{place}.groups[{n}]");
        let payout = payout(&it.payout, &format!("{place}.payout"))?;
        read.groups.push(PayoutGroup {
            name: it.name.clone(),
            conditions: conditions(&it.when, &place, named)?,
            payout,
        });
    }
    for (n, it) in it.restrictions.iter().enumerate() {
        let place = format!("{place}.restrictions[{n}]");
        if it.when.is_empty() {
            return fault(format!("{place}.when"), "Without a condition nothing would ever be paid.");
        }
        let conditions = conditions(&it.when, &place, named)?;
        read.restrictions.push(Restriction { name: it.name.clone(), conditions });
    }
    for (n, it) in it.adjustments.iter().enumerate() {
        let place = format!("{place}.adjustments[{n}]");
        let ppm = adjusted_by(it, &place)?;
        read.adjustments.push(Adjustment {
            name: it.name.clone(),
            conditions: conditions(&it.when, &place, named)?,
            ppm,
        });
    }
    if let Some((by, shadowed)) = read.shadowed_group() {
        let (above, name) = (&read.groups[by].name, &read.groups[shadowed].name);
        let message = format!("{name:?} can never pay: {above:?} above it takes every order it would.");
        return fault(format!("{place}.groups[{shadowed}]"), message);
    }
    Ok(read)
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// `8%` or `2.00`.
pub fn payout(text: &str, place: &str) -> Read<Payout> {
    let wrong = |why: String| Fault { place: place.to_owned(), message: format!("{text:?} is no payout: {why}.") };
    let amount = |text: &str| amount(text.trim()).map_err(|why| wrong(why.to_string()));
    match text.trim().strip_suffix('%') {
        None => Ok(Payout::Fixed { amount: amount(text)? }),
        Some(percent) => {
            let ppm = u32::try_from(amount(percent)?.0 / 100).ok().filter(|ppm| *ppm <= WHOLE_PPM);
            ppm.map(|ppm| Payout::Rate { ppm }).ok_or_else(|| wrong("a rate is at most 100 %".into()))
        }
    }
}

fn adjusted_by(it: &WrittenAdjustment, place: &str) -> Read<i32> {
    let (text, name, sign) = match (&it.increase, &it.decrease) {
        (Some(text), None) => (text, "increase", 1),
        (None, Some(text)) => (text, "decrease", -1),
        _ => return fault(place, "It has either an increase or a decrease."),
    };
    let place = format!("{place}.{name}");
    let Payout::Rate { ppm } = payout(text, &place)? else {
        return fault(place, "It is a rate such as 10%.");
    };
    Ok(sign * i32::try_from(ppm).unwrap_or(i32::MAX))
}

/// Rules of a program as they are written down.
pub fn write(rules: &TermsRules, config: &Config, program: ProgramId) -> Written {
    let currency = config.programs.get(&program).map(|program| program.currency).unwrap_or_default();
    let named = Named { config, program };
    let payout_text = |it: Payout| payout_text(it, currency);
    let payout = |it: &EventPayout| WrittenPayout {
        event_type: event_type_name(config, program, it.event_type),
        level: Some(if it.level == PayoutLevel::Item { Level::Item } else { Level::Order }),
        payout: payout_text(it.payout),
        groups: it
            .groups
            .iter()
            .map(|it| WrittenGroup {
                name: it.name.clone(),
                when: write_conditions(&it.conditions, currency, named),
                payout: payout_text(it.payout),
            })
            .collect(),
        restrictions: it
            .restrictions
            .iter()
            .map(|it| WrittenRestriction {
                name: it.name.clone(),
                when: write_conditions(&it.conditions, currency, named),
            })
            .collect(),
        adjustments: it.adjustments.iter().map(|it| write_adjustment(it, currency, named)).collect(),
        limits: it.limits.iter().map(|it| measures::write_limit(it, currency)).collect(),
        tiers: it.tiers.as_ref().map(|it| measures::write_tiers(it, currency)),
    };
    Written {
        referral_window_days: rules.referral_window_days,
        view_window_hours: rules.view_window_hours,
        locking: match rules.locking {
            Locking::After { days } => WrittenLocking::Event { days },
            Locking::MonthEnd { months, days } => WrittenLocking::MonthEnd { months, days },
            Locking::Open => WrittenLocking::Approval,
        },
        notice_days: rules.notice_days,
        returns: write_returns(rules.returns, currency),
        payouts: rules.payouts.iter().map(payout).collect(),
        lists: BTreeMap::new(),
    }
}

fn write_adjustment(it: &Adjustment, currency: Currency, named: Named<'_>) -> WrittenAdjustment {
    let rate = payout_text(Payout::Rate { ppm: it.ppm.unsigned_abs() }, currency);
    let (increase, decrease) = if it.ppm < 0 { (None, Some(rate)) } else { (Some(rate), None) };
    WrittenAdjustment {
        name: it.name.clone(),
        when: write_conditions(&it.conditions, currency, named),
        increase,
        decrease,
    }
}

/// A payout as it is typed.
pub fn payout_text(it: Payout, currency: Currency) -> String {
    match it {
        Payout::Fixed { amount } => decimal(amount, currency),
        Payout::Rate { ppm } => {
            let (whole, rest) = (ppm / 10_000, ppm % 10_000);
            let rest = format!("{rest:04}");
            let rest = rest.trim_end_matches('0');
            if rest.is_empty() { format!("{whole}%") } else { format!("{whole}.{rest}%") }
        }
    }
}

#[cfg(test)]
mod tests {
    use referee_core::condition::{Condition, Word};
    use referee_core::config::ConfigEntry;
    use referee_core::id::RecordNo;
    use referee_core::list::{List, Values};
    use referee_core::time::Timestamp;

    use super::*;
    use crate::quote::event_type;

    const PROGRAM: ProgramId = ProgramId(1);
    const EXAMPLE: &str = include_str!("../../../../docs/examples/terms.json");

    fn config() -> Config {
        let mut config = Config::default();
        for (n, code) in ["sale", "newsletter"].into_iter().enumerate() {
            config.set(ConfigEntry::EventType(event_type(PROGRAM, EventTypeId(n as u32), code)));
        }
        let list = |id, name: &str, word| List {
            program: PROGRAM,
            id,
            version: 1,
            record: RecordNo(1),
            set_at: Timestamp(0),
            name: name.to_owned(),
            word,
            values: Values::default(),
        };
        config.set(ConfigEntry::List(list(1, "Excluded brands", Word::Sku)));
        config.set(ConfigEntry::List(list(2, "Gifts", Word::Category)));
        config
    }

    fn read_written(written: &Written) -> Result<TermsRules, Fault> {
        rules(written, &config(), PROGRAM)
    }

    #[test]
    fn the_example_reads_back_as_it_is_written() {
        let written: Written = serde_json::from_str(EXAMPLE).unwrap();
        let read = read_written(&written).unwrap();
        assert_eq!(read.fault(), None);
        let again = write(&read, &config(), PROGRAM);
        assert_eq!(read_written(&again), Ok(read));
    }

    #[test]
    fn lists_are_named_and_read_back() {
        let listed = EXAMPLE.replacen("\"is\": [\"gift cards\"]", "\"not_in_list\": \" gifts\"", 1);
        let read = read_written(&serde_json::from_str(&listed).unwrap()).unwrap();
        let condition = Condition::List { word: Word::Category, list: 2, denied: true };
        assert_eq!(read.payouts[0].restrictions[0].conditions, [condition]);
        let again = write(&read, &config(), PROGRAM);
        assert_eq!(again.payouts[0].restrictions[0].when[0].not_in_list.as_deref(), Some("Gifts"));
        assert_eq!(read_written(&again), Ok(read));
    }

    /// The example with one text in place of another.
    fn fault_of(text: &str, other: &str) -> String {
        assert!(EXAMPLE.contains(text), "{text}");
        match serde_json::from_str(&EXAMPLE.replacen(text, other, 1)) {
            Ok(written) => read_written(&written).unwrap_err().to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn each_fault_is_told_with_its_place() {
        for (text, other, told) in [
            ("\"sale\"", "\"sales\"", "payouts[0].event_type: The program has no event type \"sales\"."),
            ("newsletter", "sale", "payouts[1].event_type: This event type has its payout above already."),
            ("\"5%\"", "\"101%\"", "payouts[0].payout: \"101%\" is no payout: a rate is at most 100 %."),
            ("\"12%\"", "\"much\"", "payouts[0].groups[0].payout: \"much\" is no payout"),
            ("customer_status", "mood", "payouts[0].groups[0].when[0]: There is no variable \"mood\"."),
            ("[\"new\"]", "[]", "payouts[0].groups[0].when[0]: There are 1 to 1000 values."),
            (
                "\"is\": [\"new\"]",
                "\"at_least\": \"5\"",
                "payouts[0].groups[0].when[0]: customer_status is compared in one way",
            ),
            (
                "\"variable\": \"date\", \"from\"",
                "\"variable\": \"order_total\", \"from\"",
                "order_total is compared by at_least",
            ),
            ("2026-12-01", "2026-10-01", "payouts[0].adjustments[0].when: These conditions can never hold together."),
            (
                "\"when\": [{ \"variable\": \"category\", \"is\": [\"gift cards\"] }]",
                "\"when\": []",
                "payouts[0].restrictions[0].when: Without a condition",
            ),
            ("2026-12-01", "someday", "\"someday\" is no day"),
            (
                "\"increase\": \"20%\"",
                "\"increase\": \"2.00\"",
                "payouts[0].adjustments[0].increase: It is a rate such as 10%.",
            ),
            ("\"increase\"", "\"more\"", "unknown field `more`"),
            ("\"days\": 30", "\"days\": 3000", "locking: It is at most"),
            (
                "\"is\": [\"gift cards\"]",
                "\"in_list\": \"Excluded shops\"",
                "payouts[0].restrictions[0].when[0]: The program has no list \"Excluded shops\".",
            ),
            (
                "\"is\": [\"gift cards\"]",
                "\"in_list\": \"Excluded brands\"",
                "payouts[0].restrictions[0].when[0]: The list \"Excluded brands\" is of sku, not of category.",
            ),
            (
                "\"is\": [\"new\"]",
                "\"in_list\": \"Gifts\"",
                "payouts[0].groups[0].when[0]: There are no lists of customer_status: write its values down.",
            ),
            (
                "\"is\": [\"gift cards\"]",
                "\"is\": [\"gift cards\"], \"in_list\": \"Gifts\"",
                "category is compared in one way: is, is_not, contains, contains_not, starts_with, in_list, not_in_list.",
            ),
            (
                "\"payouts\"",
                "\"lists\": { \"Gifts\": { \"variable\": \"category\", \"values\": [] } }, \"payouts\"",
                "lists: A program's lists",
            ),
            ("\"basis\": \"event\"", "\"basis\": \"never\"", "unknown variant `never`"),
            ("customer_status", "device", "device is never \"new\". It is unknown, desktop, phone, tablet, other."),
        ] {
            let fault = fault_of(text, other);
            assert!(fault.contains(told), "{text} as {other}: {fault}");
        }
        let boots = EXAMPLE.replacen(
            "{ \"variable\": \"country\", \"is\": [\"DE\", \"AT\"] }",
            "{ \"variable\": \"category\", \"is\": [\"boots\"] }",
            1,
        );
        let (first, second) = (boots.find("\"new\"").unwrap(), boots.find("Boots").unwrap());
        assert!(first < second);
        let swapped = boots.replacen("{ \"variable\": \"customer_status\", \"is\": [\"new\"] },", "", 1);
        let fault = read_written(&serde_json::from_str(&swapped).unwrap()).unwrap_err().to_string();
        assert!(fault.starts_with("payouts[0].groups[1]: \"Boots\" can never pay"), "{fault}");
    }
}
