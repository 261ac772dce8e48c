//! The list of clicks, counted and not, each with its reason.

use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use maud::html;
use referee_core::fact::Role;
use referee_core::id::{ClickNo, PartnerId};
use referee_core::row::ClickRow;
use referee_core::time::Zone;
use referee_engine::books::reads::{ClickFilter, Counted};
use referee_engine::engine::blocking;
use serde::Deserialize;

use super::format;
use super::page::{empty, page};
use super::partners::choice;
use super::person::{Failure, Person};
use super::table::{EXPORT_ROWS, PAGE_ROWS, Table, cell, foot, minor, text};

#[derive(Deserialize, Default)]
pub struct ClicksQuery {
    #[serde(default)]
    partner: String,
    #[serde(default)]
    counted: String,
    #[serde(default)]
    no: String,
    before: Option<u64>,
    format: Option<String>,
}

pub async fn list(person: Person, Query(query): Query<ClicksQuery>) -> Result<Response, Failure> {
    let zone = person.program(None).map(|program| program.zone.clone()).unwrap_or_default();
    let partner = person.partner.or_else(|| query.partner.parse().ok().map(PartnerId));
    let counted = match query.counted.as_str() {
        "yes" => Counted::Counted,
        "no" => Counted::Refused,
        _ => Counted::All,
    };
    let export = query.format.as_deref() == Some("csv");
    let most = if export { EXPORT_ROWS } else { PAGE_ROWS };
    let (engine, brand, before) = (person.app.engine.clone(), person.brand, query.before.map(ClickNo));
    let single = query.no.parse().ok().map(ClickNo);
    let rows = blocking(move || match single {
        Some(no) => Ok(engine
            .reads
            .click(brand, no)?
            .into_iter()
            .filter(|it| partner.is_none_or(|own| own == it.partner))
            .collect()),
        None => engine.reads.clicks(brand, &ClickFilter { program: None, partner, counted }, before, most),
    })
    .await?;
    let table = table(&person, &rows, &zone);
    if export {
        return Ok(table.csv("clicks"));
    }
    let next = rows.last().filter(|_| rows.len() == PAGE_ROWS as usize).map(|row| row.no.to_string());
    let body = html! {
        form.filter method="get" {
            @if person.partner.is_none() { label { "Partner" (choice(&person, query.partner.parse().ok(), Some("All"))) } }
            label { "Counted" select name="counted" {
                @for (value, name) in [("", "All"), ("yes", "Counted"), ("no", "Not counted")] {
                    option value=(value) selected[query.counted == value] { (name) }
                }
            } }
            button { "Filter" }
        }
        @if rows.is_empty() {
            (empty("No click matches", html! { p { "Follow one of the " a.underlined href="/ads" { "links" } " to see the first." } }))
        } @else {
            (table.html())
            (foot("/clicks", &[("partner", query.partner.clone()), ("counted", query.counted.clone())], next))
        }
    };
    Ok(page(&person, "/clicks", "Clicks", body).into_response())
}

fn table(person: &Person, rows: &[ClickRow], zone: &Zone) -> Table {
    let columns = vec![
        text("When"),
        text("Partner"),
        minor("Ad"),
        text("Counted"),
        minor("Landed"),
        minor("Device"),
        minor("Sub ids"),
        minor("Number"),
    ];
    let row = |row: &ClickRow| {
        let ad = person.config.ads.get(&(row.program, row.ad)).map(|ad| ad.name.clone()).unwrap_or_default();
        let why = match (row.refusal, person.role) {
            (None, _) => "Counted",
            (Some(refusal), Role::Partner) => refusal.partner_sentence(),
            (Some(refusal), _) => refusal.brand_sentence(),
        };
        let sub_ids: Vec<&str> =
            row.sub_ids.iter().chain([&row.shared_id]).map(String::as_str).filter(|it| !it.is_empty()).collect();
        vec![
            cell(format::date_time(row.occurred_at, zone)),
            cell(person.partner_name(row.partner)),
            cell(ad),
            cell(why),
            cell(row.landed_at.map_or_else(|| "not seen".into(), |at| format::date_time(at, zone))),
            cell(format!("{:?}", row.signals.device).to_lowercase()),
            cell(sub_ids.join(", ")),
            cell(row.no.to_string()),
        ]
    };
    Table { columns, rows: rows.iter().map(row).collect() }
}
