//! The list of actions.

use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::id::{EventTypeId, PartnerId, ProgramId};
use referee_core::row::{ActionRow, ActionState};
use referee_core::time::{Timestamp, Zone};
use referee_engine::books::reads::{ActionFilter, Between};
use referee_engine::engine::blocking;
use serde::Deserialize;

use super::format;
use super::page::{empty, page};
use super::partners::{choice, program_filter};
use super::person::{Failure, Person};
use super::table::{
    EXPORT_ROWS, PAGE_ROWS, Table, cell, figure, file_only, foot, link_cell, minor, minor_figure, money_cell,
    shown_cell, text, time_cell,
};
use crate::paging::{cursor, parse_cursor};
use crate::words;

#[derive(Deserialize, Default)]
pub struct ActionsQuery {
    #[serde(default)]
    program: String,
    #[serde(default)]
    partner: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    event_type: String,
    #[serde(default)]
    order: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    before: Option<String>,
    format: Option<String>,
}

const STATES: [ActionState; 4] = [ActionState::Pending, ActionState::Locked, ActionState::Paid, ActionState::Reversed];

pub async fn list(person: Person, Query(query): Query<ActionsQuery>) -> Result<Response, Failure> {
    let zone = person.zone(query.program.parse().ok());
    let filter = filter(&person, &query, &zone);
    let before = query.before.as_deref().and_then(parse_cursor).map(|(at, seq)| (Timestamp(at), seq));
    let export = query.format.as_deref() == Some("csv");
    let most = if export { EXPORT_ROWS } else { PAGE_ROWS };
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let rows = blocking(move || engine.reads.actions(brand, &filter, before, most)).await?;
    let table = table(&person, &rows, &zone);
    if export {
        return Ok(table.csv("actions"));
    }
    let next =
        rows.last().filter(|_| rows.len() == PAGE_ROWS as usize).map(|row| cursor(row.occurred_at.0, row.id.seq));
    let kept = [
        ("program", query.program.clone()),
        ("partner", query.partner.clone()),
        ("state", query.state.clone()),
        ("event_type", query.event_type.clone()),
        ("order", query.order.clone()),
        ("from", query.from.clone()),
        ("to", query.to.clone()),
    ];
    let body = html! {
        @if person.partner.is_some() {
            form.filter action="/orders" method="get" {
                label { "Order" input type="search" name="id" required; }
                button { "Look up" }
                span.muted { "Says whether a click of yours was joined to it, and who was credited." }
            }
        }
        (filter_form(&person, &query))
        @if rows.is_empty() {
            (empty("No action matches", html! {
                p { "An action opens when a conversion is credited to a partner."
                    @if person.partner.is_none() { " An order that earned nothing stands under " a.underlined href="/conversions" { "conversions" } " with its reason." } }
            }))
        } @else { (table.html()) (foot("/actions", &kept, next)) }
    };
    Ok(page(&person, "/actions", "Actions", body).into_response())
}

/// A partner's own filter always names the partner.
fn filter(person: &Person, query: &ActionsQuery, zone: &Zone) -> ActionFilter {
    let start = |text: &str| format::parse_day(text).map(|day| zone.start_of(day));
    let end =
        |text: &str| format::parse_day(text).map(|day| zone.start_of(referee_core::time::Day(day.0 + 1)).plus_ms(-1));
    let all = Between::default();
    ActionFilter {
        program: query.program.parse().ok().map(ProgramId),
        partner: person.partner.or_else(|| query.partner.parse().ok().map(PartnerId)),
        states: STATES.into_iter().filter(|state| format::state(*state).to_lowercase() == query.state).collect(),
        event_type: query.event_type.parse().ok().map(EventTypeId),
        order_id: Some(query.order.trim().to_owned()).filter(|order| !order.is_empty()),
        occurred: Between { from: start(&query.from).unwrap_or(all.from), to: end(&query.to).unwrap_or(all.to) },
        ..ActionFilter::default()
    }
}

fn filter_form(person: &Person, query: &ActionsQuery) -> Markup {
    html! {
        form.filter method="get" {
            (program_filter(person, query.program.parse().ok(), Some("All")))
            @if person.partner.is_none() { label { "Partner" (choice(person, query.partner.parse().ok(), Some("All"))) } }
            label { "State" select name="state" {
                option value="" { "All" }
                @for state in STATES {
                    @let name = format::state(state).to_lowercase();
                    option value=(name) selected[name == query.state] { (format::state(state)) }
                }
            } }
            label { "Event type" select name="event_type" {
                option value="" { "All" }
                @for it in person.config.event_types.values() {
                    option value=(it.id) selected[query.event_type == it.id.to_string()] { (it.name) }
                }
            } }
            label { "Order" input type="search" name="order" value=(query.order); }
            label { "From" input type="date" name="from" value=(query.from); }
            label { "To" input type="date" name="to" value=(query.to); }
            button { "Filter" }
        }
    }
}

fn table(person: &Person, rows: &[ActionRow], zone: &Zone) -> Table {
    let columns = vec![
        text("Order"),
        minor("Event"),
        text("Partner"),
        minor("When"),
        text("State"),
        minor("Locks"),
        file_only("Share %"),
        minor_figure("Amount"),
        figure("Payout"),
        file_only("Order currency"),
        file_only("Currency"),
        minor("Action"),
    ];
    let row = |row: &ActionRow| {
        let event_type = person.config.event_types.get(&(row.id.program, row.id.event_type));
        let state = format::state(row.state);
        vec![
            link_cell(&format!("/actions/{}", row.id), row.order_id.clone()),
            cell(event_type.map_or_else(|| words::award(row.evidence).to_owned(), |it| it.name.clone())),
            cell(person.partner_name(row.partner)),
            time_cell(row.occurred_at, zone),
            shown_cell(html! { span class=(format::state_class(row.state)) { (state) } }, state),
            shown_cell(
                html! { span.time { (format::locks(row, zone)) } },
                row.locks_at.map(format::utc).unwrap_or_default(),
            ),
            cell(format::rate(row.share_ppm).trim_end_matches(" %").to_owned()),
            money_cell(row.amount, row.order_currency),
            money_cell(row.payout, row.currency),
            cell(row.order_currency.to_string()),
            cell(row.currency.to_string()),
            cell(row.id.to_string()),
        ]
    };
    Table { columns, rows: rows.iter().map(row).collect() }.without(person.partner.map(|_| "Partner"))
}
