//! What a click would pay under terms that are only written down.

use referee_core::condition::Word;
use referee_core::config::{Config, ConfigEntry};
use referee_core::contract::EventPayout;
use referee_core::fact::{Click, Signals};
use referee_core::id::{AdId, ClickNo, PartnerId, RecordNo};
use referee_core::money::Currency;
use referee_core::pricing::{Background, PricedClick, price_click};
use referee_core::program::{Category, EventType};
use referee_core::time::{DAY_MS, Timestamp, Zone};
use serde::Deserialize;

use super::{PROGRAM, named, unread};
use crate::intake::amount;
use crate::intake::click_terms::faults;
use crate::intake::day::parse_day;
use crate::intake::terms::{Fault, Written, event_type_named, rules};
use crate::log::number;

/// A click, as a file has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenClick {
    pub event_type: String,
    /// `EUR`.
    pub currency: String,
    /// Its day, such as `2026-11-27`.
    pub date: String,
    /// Of its address, as two letters.
    #[serde(default)]
    pub country: String,
    #[serde(default)]
    pub device: String,
    #[serde(default)]
    pub system: String,
    #[serde(default)]
    pub browser: String,
    /// The host of the page that led to it.
    #[serde(default)]
    pub referrer: String,
    #[serde(default)]
    pub ad_id: u32,
    #[serde(default)]
    pub shared_id: String,
    #[serde(default)]
    pub sub_ids: [String; 3],
    /// `param1` to `param3` of the link.
    #[serde(default)]
    pub params: [String; 3],
}

/// How a click is priced.
#[derive(Debug, Clone)]
pub struct ClickQuote {
    pub terms: EventPayout,
    pub currency: Currency,
    pub priced: PricedClick,
    /// What the terms name.
    pub config: Config,
}

/// Prices a click under terms; both as their files have them.
pub fn click_quote(terms: &str, click: &str) -> Result<ClickQuote, Fault> {
    let mut written: Written = serde_json::from_str(terms).map_err(|error| unread("the terms", error))?;
    let click: WrittenClick = serde_json::from_str(click).map_err(|error| unread("the click", error))?;
    let mut config = named(&mut written)?;
    let of_click = event_type_named(&config, PROGRAM, &click.event_type);
    let of_click = of_click.and_then(|id| config.event_types.get(&(PROGRAM, id))).cloned();
    let not_paid = || wrong("event_type", "These terms do not pay for its clicks.");
    let event_type = EventType { category: Category::Click, ..of_click.ok_or_else(not_paid)? };
    config.set(ConfigEntry::EventType(event_type.clone()));
    let rules = rules(&written, &config, PROGRAM)?;
    let of_type = faults(&rules, &config, PROGRAM).into_iter().find(|it| it.event_type == event_type.id);
    if let Some(fault) = of_type {
        return Err(Fault { place: fault.place(), message: fault.refusal.brand_sentence().to_owned() });
    }
    let terms = rules.payout(event_type.id).filter(|it| it.clicks.is_some()).cloned().ok_or_else(not_paid)?;
    let currency = amount::currency(&click.currency);
    let currency = currency.ok_or_else(|| wrong("currency", "It is three letters, such as EUR."))?;
    let day = parse_day(&click.date).ok_or_else(|| wrong("date", "It is a day such as 2026-11-27."))?;
    let at = Timestamp(i64::from(day.0) * DAY_MS + DAY_MS / 2);
    let background = Background { zone: &Zone::utc(), lists: &config.lists };
    let priced = price_click(&terms, &fact(&click)?, (at, RecordNo(1)), background);
    Ok(ClickQuote { terms, currency, priced, config })
}

fn wrong(place: &str, message: impl Into<String>) -> Fault {
    Fault { place: format!("the click, {place}"), message: message.into() }
}

/// The click that intake would make of it.
fn fact(it: &WrittenClick) -> Result<Click, Fault> {
    let signals = Signals {
        device: one_of("device", Word::Device, &it.device, number::device)?,
        system: one_of("system", Word::System, &it.system, number::system)?,
        browser: one_of("browser", Word::Browser, &it.browser, number::browser)?,
        country: country(&it.country)?,
        ..Signals::default()
    };
    let params = it.params.iter().enumerate().filter(|(_, value)| !value.is_empty());
    Ok(Click {
        no: ClickNo(1),
        program: PROGRAM,
        partner: PartnerId(1),
        ad: AdId(it.ad_id),
        slug: None,
        visitor: None,
        sub_ids: it.sub_ids.clone(),
        shared_id: it.shared_id.clone(),
        signals,
        deep_link_refused: false,
        referrer_host: it.referrer.to_lowercase(),
        link_params: params.map(|(n, value)| (format!("param{}", n + 1), value.clone())).collect(),
        told_by_shop: false,
        deep_link: None,
        consent: None,
    })
}

/// A value by its place among the words of a variable, which is its number; left out: unknown.
fn one_of<T: Default>(place: &str, word: Word, text: &str, numbered: impl Fn(u32) -> Option<T>) -> Result<T, Fault> {
    let words = word.values().unwrap_or_default();
    let text = text.to_lowercase();
    if text.is_empty() {
        return Ok(T::default());
    }
    let number = words.iter().position(|it| *it == text).and_then(|number| u32::try_from(number).ok());
    let found = number.and_then(numbered);
    found.ok_or_else(|| wrong(place, format!("It is never {text:?}. It is {}.", words.join(", "))))
}

fn country(text: &str) -> Result<[u8; 2], Fault> {
    match *text.to_ascii_uppercase().as_bytes() {
        [] => Ok([0; 2]),
        [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Ok([a, b]),
        _ => Err(wrong("country", "It is two letters, such as DE.")),
    }
}
