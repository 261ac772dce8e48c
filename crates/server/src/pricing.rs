//! Terms and prices in words: one place for screens and commands.

use referee_core::condition::{Comparison, Condition, Word};
use referee_core::contract::{ClickMode, ClickTerms, EventPayout, Payout, PayoutLevel};
use referee_core::fact::Item;
use referee_core::limit::{Basis, Limit, Period, Tier, Tiers};
use referee_core::money::{Currency, Money};
use referee_core::pricing::{PricedLine, Rule};
use referee_core::row::{ActionRow, CounterKey, Left, Tally};

use crate::console::format::{day, money, month, payout, rate, year};

/// What the screens call the ways in which clicks are paid.
pub const REVIEWED: &str = "CPC (reviewed, legacy)";
pub const INSTANT: &str = "CPC V2 (instant)";

pub fn way_of_paying(mode: ClickMode) -> &'static str {
    match mode {
        ClickMode::Reviewed => REVIEWED,
        ClickMode::Instant => INSTANT,
    }
}

/// How clicks are paid, in a sentence.
fn clicks(it: ClickTerms) -> String {
    match it {
        ClickTerms::Reviewed { review_days: 0 } => {
            format!("{REVIEWED}: a click may be rejected until the end of its day; the rest is paid.")
        }
        ClickTerms::Reviewed { review_days } => {
            let days = if review_days == 1 { "one day".to_owned() } else { format!("{review_days} days") };
            format!("{REVIEWED}: a click may be rejected for {days} after its day; the rest is paid.")
        }
        ClickTerms::Instant => format!("{INSTANT}: each click is priced when it comes."),
    }
}

/// What stands beside the default payout, a line each, in the order in which it counts.
pub fn rules<'a>(terms: &EventPayout, currency: Currency, list: &dyn Fn(u32) -> &'a str) -> Vec<String> {
    let when = |conditions: &[Condition]| sentence(conditions, currency, list);
    let level = (terms.level == PayoutLevel::Item).then(|| "Each item is priced by itself.".to_owned());
    let restrictions = terms.restrictions.iter().map(|it| format!("{}: nothing, {}", it.name, when(&it.conditions)));
    let groups = terms.groups.iter().map(|it| {
        let pays = payout(it.payout, currency);
        format!("{}: {pays}, {}", it.name, when(&it.conditions))
    });
    let adjustments = terms
        .adjustments
        .iter()
        .map(|it| format!("{}: {} than that, {}", it.name, more_or_less(it.ppm), when(&it.conditions)));
    let of_clicks = terms.clicks.is_some();
    let limits = terms.limits.iter().map(|it| match *it {
        Limit::Actions { most, per } if of_clicks => format!("At most {most} clicks{}", each(per)),
        _ => limit(it, currency),
    });
    let tiers = terms.tiers.iter().flat_map(|tiers| tiers.steps.iter().map(|step| tier(tiers, step, currency)));
    let clicks = terms.clicks.map(clicks);
    level
        .into_iter()
        .chain(clicks)
        .chain(restrictions)
        .chain(groups)
        .chain(adjustments)
        .chain(tiers)
        .chain(limits)
        .collect()
}

/// `At most 100 actions a day`.
pub fn limit(it: &Limit, currency: Currency) -> String {
    let most = match *it {
        Limit::Actions { most, .. } => format!("{most} actions"),
        Limit::Payout { most, .. } => format!("{} of payout", money(most, currency)),
        Limit::Customer { most: 1, .. } => "1 order of a customer".to_owned(),
        Limit::Customer { most, .. } => format!("{most} orders of a customer"),
    };
    format!("At most {most}{}", each(it.per()))
}

/// `From €10,000.00 a month on: 2 % on top`; where all actions are paid for, how and when.
fn tier(tiers: &Tiers, step: &Tier, currency: Currency) -> String {
    let from = match tiers.basis {
        Basis::Actions => format!("{} actions", step.from),
        Basis::Amount => money(Money(step.from), currency),
    };
    let extra = payout(step.extra, currency);
    match (tiers.is_bonus(), tiers.per) {
        (false, per) => format!("From {from}{} on: {extra} on top", each(per)),
        (true, Period::Year) => {
            format!("From {from} a year: {extra} for all of its actions, as a bonus when the year is over")
        }
        (true, _) => format!("From {from} a month: {extra} for all of its actions, as a bonus when the month is over"),
    }
}

/// What a bonus by the terms was given for, and why it is not reckoned any more where its actions went on to change.
pub fn bonus(key: &CounterKey, tally: &Tally, action: &ActionRow) -> Option<String> {
    let of = tally.bonus?;
    let actions = if of.actions == 1 { "1 action".to_owned() } else { format!("{} actions", of.actions) };
    let period = if key.group.per == Period::Year { year(key.group.day) } else { month(key.group.day) };
    let reached = match action.tier {
        Some(place) => format!("Reached tier {}", place + 1),
        None => "Reached no tier any more".to_owned(),
    };
    let whose = if action.terms_of_template { "template" } else { "contract" };
    let (version, worth) = (action.terms_version, money(of.amount, action.currency));
    let first =
        format!("{reached} of the {whose}'s terms, version {version}, with {actions} worth {worth} in {period}.");
    let has_changed = (of.actions, of.amount) != (tally.actions, tally.amount);
    let left = of.left(action).filter(|_| has_changed).map(left);
    Some(left.map_or(first.clone(), |left| format!("{first} {left}")))
}

fn left(why: Left) -> &'static str {
    match why {
        Left::Locked => "Its actions have changed since it locked, and it stays as it was.",
        Left::Reversed => "Its actions have changed since, and it stays reversed.",
        Left::SetByHand => "Its actions have changed since, and it stays as a person set it.",
    }
}

fn each(per: Period) -> &'static str {
    match per {
        Period::Day => " a day",
        Period::Month => " a month",
        Period::Year => " a year",
        Period::Ever => " in all",
    }
}

fn more_or_less(ppm: i32) -> String {
    format!("{} {}", rate(ppm.unsigned_abs()), if ppm < 0 { "less" } else { "more" })
}

/// `if the country is de or at and the order is at least €100.00`.
fn sentence<'a>(conditions: &[Condition], currency: Currency, list: &dyn Fn(u32) -> &'a str) -> String {
    if conditions.is_empty() {
        return "always".to_owned();
    }
    let parts: Vec<String> = conditions.iter().map(|it| condition(it, currency, list)).collect();
    format!("if {}", parts.join(" and "))
}

fn condition<'a>(it: &Condition, currency: Currency, name: &dyn Fn(u32) -> &'a str) -> String {
    match it {
        Condition::Words { word, comparison, values } if values.iter().all(String::is_empty) => {
            let is = if comparison.denies() { "is given" } else { "is not given" };
            format!("the {} {is}", variable(*word))
        }
        Condition::Words { word, comparison, values } => {
            let how = match comparison {
                Comparison::Is => "is",
                Comparison::IsNot => "is not",
                Comparison::Contains => "contains",
                Comparison::ContainsNot => "does not contain",
                Comparison::StartsWith => "starts with",
            };
            format!("the {} {how} {}", variable(*word), values.join(" or "))
        }
        Condition::List { word, list, denied } => {
            let how = if *denied { "is not" } else { "is" };
            format!("the {} {how} on the list {:?}", variable(*word), name(*list))
        }
        Condition::OrderTotal { at_least, below } => {
            let from = at_least.map(|it| format!("at least {}", money(it, currency)));
            let to = below.map(|it| format!("below {}", money(it, currency)));
            format!("the order is {}", from.into_iter().chain(to).collect::<Vec<_>>().join(" and "))
        }
        Condition::Date { from, before } => {
            let from = from.map(|it| format!("on or after {}", day(it)));
            let to = before.map(|it| format!("before {}", day(it)));
            format!("the event is {}", from.into_iter().chain(to).collect::<Vec<_>>().join(" and "))
        }
    }
}

fn variable(word: Word) -> &'static str {
    match word {
        Word::Country => "country",
        Word::Region => "region",
        Word::Device => "device",
        Word::CustomerStatus => "customer status",
        Word::Currency => "currency",
        Word::PromoCode => "promo code",
        Word::Ad => "ad",
        Word::SharedId => "shared id",
        Word::SubId1 => "first sub id",
        Word::SubId2 => "second sub id",
        Word::SubId3 => "third sub id",
        Word::Weekday => "weekday",
        Word::Sku => "SKU",
        Word::Category => "category",
        Word::System => "operating system",
        Word::Browser => "browser",
        Word::Referrer => "referring site",
        Word::Param1 => "first parameter",
        Word::Param2 => "second parameter",
        Word::Param3 => "third parameter",
    }
}

/// `2 × HAT-1: "Hats" pays 5 %, "Autumn push" 10 % more: €1.65`.
pub fn line(line: &PricedLine, terms: &EventPayout, items: &[Item], currency: Currency) -> String {
    let of = line.item.and_then(|place| items.get(place));
    let of = of.map_or_else(|| "The order".to_owned(), |item| format!("{} × {}", item.quantity, item.sku));
    format!("{of}: {}", rule(line, terms, currency))
}

/// The same of a part that is named beside it.
pub fn rule(line: &PricedLine, terms: &EventPayout, currency: Currency) -> String {
    let each = if line.item.is_some() && matches!(line.payout, Payout::Fixed { .. }) { " for each" } else { "" };
    let pays = format!("pays {}{each}", payout(line.payout, currency));
    let by = match line.rule {
        Rule::Default => format!("the default payout {pays}"),
        Rule::Group(place) => format!("{} {pays}", quoted(terms.groups.get(place).map(|it| &it.name))),
        Rule::Restriction(place) => {
            format!("{} pays nothing", quoted(terms.restrictions.get(place).map(|it| &it.name)))
        }
    };
    let adjusted = line.adjustments.iter().filter_map(|place| terms.adjustments.get(*place));
    let adjusted: String =
        adjusted.map(|it| format!(", {} {}", quoted(Some(&it.name)), more_or_less(it.ppm))).collect();
    let in_all = if line.adjustments.len() > 1 { format!(", in all {}", rate(line.factor_ppm)) } else { String::new() };
    let tier = line.tier.map_or_else(String::new, |extra| format!(", its tier {} on top", payout(extra, currency)));
    format!("{by}{adjusted}{in_all}{tier}: {}", money(line.amount, currency))
}

fn quoted(name: Option<&String>) -> String {
    name.map_or_else(String::new, |name| format!("\"{name}\""))
}
