//! `referee what-if`: what partners would have earned under other rules.

use std::collections::HashMap;
use std::process::ExitCode;

use clap::Args;
use referee_core::id::{BrandId, PartnerId};
use referee_core::program::CreditPolicy;
use referee_core::time::{Timestamp, Zone};
use referee_engine::clock::{Clock, SystemClock};
use referee_engine::error::{Error, Result};
use referee_engine::intake::amount::decimal;
use referee_engine::intake::event_date::moment;
use referee_engine::stores::Stores as OpenStores;
use referee_engine::what_if::{Comparison, Difference, OtherRules, Part, compare};
use serde_json::{Value, json};

use super::Stores;
use super::explain::wanted;

#[derive(Args)]
pub struct WhatIf {
    #[command(flatten)]
    stores: Stores,
    /// Share every order so: last, first, linear, position or time_decay.
    #[arg(long, value_parser = policy)]
    policy: Option<CreditPolicy>,
    /// Let clicks count for so long, such as 14d.
    #[arg(long, value_parser = days)]
    window: Option<u32>,
    /// Compare orders from this date or moment on, such as 2026-11-01; the last 90 days if it is missing.
    #[arg(long, value_parser = since)]
    since: Option<Timestamp>,
    /// Whose; needed where there are several brands.
    #[arg(long)]
    brand: Option<u32>,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

const DAYS: u32 = 90;

fn policy(text: &str) -> std::result::Result<CreditPolicy, String> {
    crate::setup::credit(text).map_err(str::to_owned)
}

fn days(text: &str) -> std::result::Result<u32, String> {
    let number = text.strip_suffix('d').unwrap_or(text).parse().ok();
    number.filter(|days| (1..=3_650).contains(days)).ok_or_else(|| "say a number of days, such as 14d".to_owned())
}

fn since(text: &str) -> std::result::Result<Timestamp, String> {
    let midnight = format!("{text}T00:00:00");
    let at = moment(text, &Zone::utc()).or_else(|| moment(&midnight, &Zone::utc()));
    at.ok_or_else(|| "say a date, such as 2026-11-01".to_owned())
}

pub fn run(command: WhatIf) -> Result<ExitCode> {
    let rules = OtherRules { credit: command.policy, referral_window_days: command.window };
    if rules == OtherRules::default() {
        return Err(Error::setup("ask what if", "name another rule: --policy, --window or both"));
    }
    let config = command.stores.load()?;
    let stores = OpenStores::open(&config, &SystemClock)?;
    let (brand, _) = wanted(stores.settings.brands()?, command.brand.map(BrandId))?;
    let names: HashMap<PartnerId, String> =
        stores.settings.partners(brand.id)?.into_iter().map(|it| (it.id, it.name)).collect();
    drop(stores);
    let since = command.since.unwrap_or_else(|| SystemClock.now().minus_days(DAYS));
    let compared = compare(&config, brand.id, rules, since)?;
    if command.json {
        println!("{:#}", as_json(&compared, &names));
    } else {
        print!("{}", as_text(&compared, &names));
    }
    Ok(ExitCode::SUCCESS)
}

fn name(names: &HashMap<PartnerId, String>, id: PartnerId) -> String {
    names.get(&id).cloned().unwrap_or_else(|| format!("partner {id}"))
}

fn as_text(compared: &Comparison, names: &HashMap<PartnerId, String>) -> String {
    let mut text = format!(
        "{} records replayed twice; nothing was changed.\n{} orders: {} earned nobody anything; under the other rules {}.\n\n",
        compared.records, compared.orders, compared.unclaimed, compared.unclaimed_would_be
    );
    text += &format!(
        "{:<32} {:>8} {:>8} {:>14} {:>14} {:>14}\n",
        "partner", "actions", "would be", "payout", "would be", "difference"
    );
    for it in &compared.partners {
        let money = |amount| decimal(amount, it.currency);
        text += &format!(
            "{:<32} {:>8} {:>8} {:>14} {:>14} {:>10} {}\n",
            name(names, it.partner),
            it.is.actions,
            it.would_be.actions,
            money(it.is.payout),
            money(it.would_be.payout),
            money(it.would_be.payout.minus(it.is.payout)),
            it.currency,
        );
    }
    if compared.partners.is_empty() {
        text += "No partner earned anything in that time, nor would have.\n";
    }
    text
}

fn as_json(compared: &Comparison, names: &HashMap<PartnerId, String>) -> Value {
    let part = |it: &Difference, part: Part| json!({ "actions": part.actions, "amount": decimal(part.amount, it.currency), "payout": decimal(part.payout, it.currency) });
    let partner = |it: &Difference| {
        json!({
            "program_id": it.program.0,
            "partner_id": it.partner.0,
            "partner": name(names, it.partner),
            "currency": it.currency.to_string(),
            "is": part(it, it.is),
            "would_be": part(it, it.would_be),
            "payout_difference": decimal(it.would_be.payout.minus(it.is.payout), it.currency),
        })
    };
    json!({
        "records": compared.records,
        "orders": compared.orders,
        "unclaimed": compared.unclaimed,
        "unclaimed_would_be": compared.unclaimed_would_be,
        "partners": compared.partners.iter().map(partner).collect::<Vec<_>>(),
    })
}
