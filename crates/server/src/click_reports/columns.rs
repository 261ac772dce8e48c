//! The reports as interfaces write them: one set of columns with the names of each, for objects and for files.

use std::collections::BTreeMap;

use referee_core::contract::ClickMode;
use referee_core::money::Money;
use referee_core::refusal::Refusal;
use referee_core::row::PayableClickRow;
use referee_core::screening::Class;
use referee_engine::intake::amount::decimal;
use referee_engine::intake::day::day_text;
use referee_engine::log::names::word;
use referee_engine::lookup::answer::{Viewer, reason_code};
use serde_json::{Map, Value, json};

use super::{payable, payouts};
use crate::console::table;
use crate::vendor::actions::date;

/// A column: as our own interface calls it, and as existing clients do.
type Name = (&'static str, &'static str);

pub const PAYOUTS: [Name; 19] = [
    ("day", "Date"),
    ("program_id", "CampaignId"),
    ("partner_id", "PartnerId"),
    ("ad_id", "AdId"),
    ("country", "Country"),
    ("gross", "GrossClicks"),
    ("invalid", "InvalidClicks"),
    ("duplicate", "DuplicateClicks"),
    ("suspect", "SuspectClicks"),
    ("outside_terms", "OutsideTermsClicks"),
    ("rejected", "RejectedClicks"),
    ("payable", "PayableClicks"),
    ("reasons", "Reasons"),
    ("cpc", "Cpc"),
    ("payout", "Payout"),
    ("currency", "Currency"),
    ("status", "Status"),
    ("locks_on", "LockDate"),
    ("action_ids", "ActionIds"),
];

pub const CLICKS: [Name; 21] = [
    ("click_id", "ClickId"),
    ("clicked_at", "ClickDate"),
    ("day", "Date"),
    ("program_id", "CampaignId"),
    ("partner_id", "PartnerId"),
    ("ad_id", "AdId"),
    ("country", "Geo"),
    ("device", "Device"),
    ("system", "OS"),
    ("browser", "Browser"),
    ("referrer", "Referrer"),
    ("landed", "Landed"),
    ("classification", "ClassificationName"),
    ("letter", "Classification"),
    ("codes", "Codes"),
    ("error_code", "CpcErrorCode"),
    ("mode", "Mode"),
    ("list_price", "ListPrice"),
    ("cost", "ClickCost"),
    ("currency", "Currency"),
    ("status", "Status"),
];

/// Which set of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    Own,
    Vendor,
}

/// Rows under their columns, in the words for whoever reads them.
pub struct Sheet {
    columns: &'static [Name],
    rows: Vec<Vec<Value>>,
}

impl Sheet {
    pub fn payouts(lines: &[payouts::Line], viewer: Viewer) -> Sheet {
        Sheet { columns: &PAYOUTS, rows: lines.iter().map(|line| payout(line, viewer).to_vec()).collect() }
    }

    pub fn clicks(lines: &[payable::Line], viewer: Viewer) -> Sheet {
        Sheet { columns: &CLICKS, rows: lines.iter().map(|line| click(line, viewer).to_vec()).collect() }
    }

    pub fn objects(self) -> Vec<Value> {
        let object = |row: Vec<Value>| {
            let pairs = self.columns.iter().zip(row).map(|(name, value)| (name.0.to_owned(), value));
            Value::Object(pairs.collect::<Map<String, Value>>())
        };
        self.rows.into_iter().map(object).collect()
    }

    /// Objects as existing clients read them: all figures are text, and words of a list are in capitals.
    pub fn records(self) -> Vec<Value> {
        let record = |row: Vec<Value>| {
            let pairs = self
                .columns
                .iter()
                .zip(row)
                .map(|(name, value)| (name.1.to_owned(), Value::String(told(name.1, text(&value)))));
            Value::Object(pairs.collect::<Map<String, Value>>())
        };
        self.rows.into_iter().map(record).collect()
    }

    /// Lines for a spreadsheet.
    pub fn csv(&self, naming: Naming) -> String {
        let mut out = String::new();
        let is_own = naming == Naming::Own;
        table::line(&mut out, self.columns.iter().map(|name| if is_own { name.0 } else { name.1 }));
        for row in &self.rows {
            let cells = self.columns.iter().zip(row).map(
                |(name, value)| {
                    if is_own { text(value) } else { told(name.1, text(value)) }
                },
            );
            table::line(&mut out, cells.collect::<Vec<_>>().iter().map(String::as_str));
        }
        out
    }
}

/// What is a word of a list stands in capitals.
fn told(column: &str, text: String) -> String {
    let of_list = ["Status", "Mode", "Device", "OS", "Browser", "ClassificationName"].contains(&column);
    if of_list { text.to_ascii_uppercase() } else { text }
}

/// A value as one text.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join(" "),
        Value::Object(map) => {
            let pairs: Vec<String> = map.iter().map(|(key, it)| format!("{key} {}", text(it))).collect();
            pairs.join("; ")
        }
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

fn payout(line: &payouts::Line, viewer: Viewer) -> [Value; 19] {
    let payouts::Line { place, counts, currency, .. } = line;
    let money = |amount: Money| json!(decimal(amount, *currency));
    [
        json!(day_text(place.day())),
        json!(place.program.0),
        json!(place.partner.0),
        json!(place.ad.0),
        json!(payouts::country(place.country)),
        json!(counts.gross),
        json!(counts.invalid),
        json!(counts.duplicate),
        json!(counts.suspect),
        json!(counts.outside_terms),
        json!(counts.rejected),
        json!(counts.payable),
        json!(reasons(counts, viewer)),
        line.cpc().map_or(Value::Null, money),
        money(line.payout),
        json!(currency.to_string()),
        json!(line.status.name()),
        json!(line.locks_on.map(day_text)),
        json!(line.actions.iter().map(ToString::to_string).collect::<Vec<_>>()),
    ]
}

/// How many clicks each reason left out. What one side may not tell apart is added up for it.
pub fn reasons(counts: &payouts::Counts, viewer: Viewer) -> BTreeMap<&'static str, i64> {
    let mut told = BTreeMap::new();
    for (code, clicks) in counts.reasons() {
        *told.entry(reason_code(code, viewer)).or_default() += clicks;
    }
    told
}

fn click(line: &payable::Line, viewer: Viewer) -> [Value; 21] {
    let (row, currency) = (&line.click, line.currency);
    let money = |amount: Money| json!(decimal(amount, currency));
    let class = class(line, viewer);
    [
        json!(row.no.to_string()),
        json!(date(row.occurred_at)),
        json!(day_text(row.day)),
        json!(row.program.0),
        json!(row.partner.0),
        json!(row.ad.0),
        json!(payouts::country(row.country)),
        json!(word(row.device)),
        json!(word(row.system)),
        json!(word(row.browser)),
        json!(row.referrer),
        json!(row.landed),
        json!(class.name()),
        json!(class.letter()),
        json!(codes_for(line, viewer)),
        json!(line.refusal().map(|code| reason_code(code, viewer))),
        json!(row.mode.map(mode)),
        money(row.list_price),
        money(line.cost()),
        json!(currency.to_string()),
        json!(line.status.name()),
    ]
}

pub fn mode(mode: ClickMode) -> &'static str {
    match mode {
        ClickMode::Reviewed => "reviewed",
        ClickMode::Instant => "instant",
    }
}

/// Everything that was found of a click, the weightiest first.
pub fn codes(row: &PayableClickRow) -> Vec<&'static str> {
    let doubts = row.doubts.codes().filter(|code| Some(*code) != row.found);
    row.found.into_iter().chain(doubts).map(Refusal::code).collect()
}

/// A partner learns of what was found only where it is why a click is not paid, or it could be tried what passes.
fn codes_for(line: &payable::Line, viewer: Viewer) -> Vec<&'static str> {
    match viewer {
        Viewer::Brand => codes(&line.click),
        Viewer::Partner(_) => line.refusal().map(|code| reason_code(code, viewer)).into_iter().collect(),
    }
}

fn class(line: &payable::Line, viewer: Viewer) -> Class {
    let found = line.click.found;
    Class::of(match viewer {
        Viewer::Brand => found,
        Viewer::Partner(_) => found.filter(|_| line.click.unpaid == found),
    })
}
