//! All conversions that were reported, credited or not, and the reports that were refused.

use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::id::{ProgramId, RecordNo};
use referee_core::row::{ConversionRow, OrderKey};
use referee_core::time::Zone;
use referee_engine::books::reads::Counted;
use referee_engine::engine::blocking;
use referee_engine::settings::RefusedReport;
use serde::Deserialize;
use serde_json::Value;

use super::order::order_address;
use super::page::{empty, page, snippet};
use super::partners::program_filter;
use super::person::{Failure, Person};
use super::table::{
    EXPORT_ROWS, PAGE_ROWS, Table, cell, figure, file_only, foot, link_cell, minor, money_cell, shown_cell, text,
    time_cell,
};
use crate::words;

#[derive(Deserialize, Default)]
pub struct ConversionsQuery {
    #[serde(default)]
    show: String,
    #[serde(default)]
    program: String,
    #[serde(default)]
    table: String,
    before: Option<u64>,
    format: Option<String>,
}

/// What stands in place of an event type's name.
const AWARD: &str = "Bonus or fee";

pub async fn list(person: Person, Query(query): Query<ConversionsQuery>) -> Result<Response, Failure> {
    person.require_brand_side()?;
    let program = query.program.parse().ok();
    let zone = person.zone(program);
    let counted = match query.show.as_str() {
        "credited" => Counted::Counted,
        "uncredited" => Counted::Refused,
        _ => Counted::All,
    };
    let export = query.format.as_deref() == Some("csv");
    let most = if export { EXPORT_ROWS } else { PAGE_ROWS };
    let (engine, brand, before) = (person.app.engine.clone(), person.brand, query.before.map(RecordNo));
    let (rows, refused) = blocking(move || {
        let rows = engine.reads.conversions(brand, program.map(ProgramId), counted, before, most)?;
        let refused =
            engine.settings.refused_before(brand, engine.now().plus_days(1), if export { most } else { 20 })?;
        Ok((rows, refused))
    })
    .await?;
    let table = table(&person, &rows, &zone);
    let refused_table = refused_table(&refused, &zone);
    if export {
        return Ok(if query.table == "refused" { refused_table.csv("refused") } else { table.csv("conversions") });
    }
    let next = rows.last().filter(|_| rows.len() == PAGE_ROWS as usize).map(|(_, row)| row.record.to_string());
    let body = html! {
        form.filter action="/orders" method="get" {
            label { "Order" input type="search" name="id" required; }
            button { "Look up" }
            span.muted { "Answers for any order: credited, unclaimed, refused or never received." }
        }
        @if person.config.programs.len() > 1 { form.filter method="get" {
            (program_filter(&person, program, Some("All")))
            input type="hidden" name="show" value=(query.show);
            button { "Filter" }
        } }
        div.chips {
            @for (value, name) in [("", "All"), ("credited", "Credited"), ("uncredited", "Earned nothing")] {
                a.chip.on[query.show == value] href={ "/conversions?show=" (value) "&program=" (query.program) } { (name) }
            }
        }
        @if rows.is_empty() {
            (none_yet(&person))
        } @else { (table.html()) (foot("/conversions", &[("show", query.show.clone()), ("program", query.program.clone())], next)) }
        @if !refused.is_empty() {
            h2 #refused { "Refused in the last 30 days" }
            (refused_table.html())
            (foot("/conversions", &[("table", "refused".into())], None))
        }
    };
    Ok(page(&person, "/conversions", "Conversions", body).into_response())
}

fn none_yet(person: &Person) -> Markup {
    let event_type = person.config.event_types.values().next().map_or_else(|| "1".to_owned(), |it| it.id.to_string());
    let currency = person.program(None).map_or_else(|| "EUR".to_owned(), |it| it.currency.to_string());
    let call = format!(
        "referee('trackConversion', {event_type}, {{ orderId: '10001', orderSubTotalPostDiscount: '89.00', currencyCode: '{currency}' }})"
    );
    empty(
        "No conversion yet",
        html! {
            p { "With the tag on the page, the shop's thank-you page says:" }
            (snippet(&call))
            p { "The pixel and the API report orders too. " a.underlined href="/docs/concepts/tracking-methods" { "Which to choose" } }
        },
    )
}

fn table(person: &Person, rows: &[(OrderKey, ConversionRow)], zone: &Zone) -> Table {
    let columns = vec![
        text("Order"),
        minor("Event"),
        minor("When"),
        minor("Reported by"),
        figure("Amount"),
        file_only("Currency"),
        text("Outcome"),
    ];
    let row = |(key, row): &(OrderKey, ConversionRow)| {
        let event_type = person.config.event_types.get(&(row.program, key.event_type));
        let outcome = row.refusal.map_or("Credited", |refusal| refusal.brand_sentence());
        vec![
            link_cell(&order_address(&key.order_id), key.order_id.clone()),
            cell(event_type.map_or_else(|| AWARD.to_owned(), |it| it.name.clone())),
            time_cell(row.occurred_at, zone),
            cell(words::source(row.source)),
            money_cell(row.amount, row.currency),
            cell(row.currency.to_string()),
            cell(outcome),
        ]
    };
    Table { columns, rows: rows.iter().map(row).collect() }
}

fn refused_table(refused: &[RefusedReport], zone: &Zone) -> Table {
    let columns = vec![text("Order"), minor("When"), text("What was wrong"), minor("Submission")];
    let row = |it: &RefusedReport| {
        let order = if it.order_id.is_empty() { "(none)".to_owned() } else { it.order_id.clone() };
        vec![
            cell(order),
            time_cell(it.received_at, zone),
            cell(faults(it)),
            shown_cell(html! { code { (it.id) } }, it.id.clone()),
        ]
    };
    Table { columns, rows: refused.iter().map(row).collect() }
}

fn faults(report: &RefusedReport) -> String {
    let errors: Vec<Value> = serde_json::from_str(&report.errors).unwrap_or_default();
    let messages = errors.iter().filter_map(|error| error.get("message")?.as_str());
    messages.collect::<Vec<_>>().join(" ")
}
