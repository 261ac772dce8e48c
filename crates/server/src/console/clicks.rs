//! The list of clicks, counted and not, each with its reason.

use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::consent::Consent;
use referee_core::fact::Role;
use referee_core::id::{ClickNo, PartnerId, ProgramId};
use referee_core::refusal::Refusal;
use referee_core::row::{ClickRow, TouchKind};
use referee_core::time::Zone;
use referee_engine::books::reads::{ClickFilter, Counted};
use referee_engine::engine::blocking;
use referee_engine::log::names::word;
use referee_engine::lookup::told::ClickTold;
use serde::Deserialize;

use super::order::{answer, order_address};
use super::page::{empty, page};
use super::partners::{choice, program_filter};
use super::pending_clicks;
use super::person::{Failure, Person};
use super::table::{EXPORT_ROWS, PAGE_ROWS, Table, cell, foot, minor, shown_cell, text, time_cell};
use crate::consent::sentence;
use crate::signals;

#[derive(Deserialize, Default)]
pub struct ClicksQuery {
    #[serde(default)]
    program: String,
    #[serde(default)]
    partner: String,
    #[serde(default)]
    counted: String,
    #[serde(default)]
    no: String,
    before: Option<u64>,
    format: Option<String>,
}

/// Why a request on a link may not count, as a filter. A partner is not told which kind of invalid traffic it was.
const REASONS: [Refusal; 11] = [
    Refusal::Prefetch,
    Refusal::NotNavigation,
    Refusal::DeclaredBot,
    Refusal::HeadRequest,
    Refusal::PartnerNotFound,
    Refusal::PartnerNotActive,
    Refusal::AdNotFound,
    Refusal::AdNotActive,
    Refusal::LinkNotFound,
    Refusal::LinkNotActive,
    Refusal::ProgramNotActive,
];

pub async fn list(person: Person, Query(query): Query<ClicksQuery>) -> Result<Response, Failure> {
    let program = query.program.parse().ok();
    let zone = person.zone(program);
    let partner = person.partner.or_else(|| query.partner.parse().ok().map(PartnerId));
    let filter = ClickFilter { program: program.map(ProgramId), partner, counted: counted(&person, &query.counted) };
    let export = query.format.as_deref() == Some("csv");
    let most = if export { EXPORT_ROWS } else { PAGE_ROWS };
    let (engine, brand, before) = (person.app.engine.clone(), person.brand, query.before.map(ClickNo));
    let single = query.no.parse().ok().map(ClickNo);
    let rows = blocking(move || {
        let Some(no) = single else { return engine.reads.clicks(brand, &filter, before, most) };
        let found = engine.reads.click(brand, no)?;
        Ok(found.into_iter().filter(|it| partner.is_none_or(|own| own == it.partner)).collect())
    })
    .await?;
    let why = match single {
        Some(no) => person.app.engine.look_up(brand, person.viewer(), move |lookup| lookup.click(no)).await?,
        None => None,
    };
    let paid = match single.filter(|_| why.is_some()) {
        Some(no) => pending_clicks::paid(&person, no).await?,
        None => html! {},
    };
    let table = table(&person, &rows, &zone);
    if export {
        return Ok(table.csv("clicks"));
    }
    let next = rows.last().filter(|_| rows.len() == PAGE_ROWS as usize).map(|row| row.no.to_string());
    let kept =
        [("program", query.program.clone()), ("partner", query.partner.clone()), ("counted", query.counted.clone())];
    let body = html! {
        (filter_form(&person, &query))
        @if rows.is_empty() {
            (empty("No click matches", html! { p { "Follow one of the " a.underlined href="/ads" { "links" } " to see the first, or " a.underlined href="/clicks" { "show all" } "." } }))
        } @else { (table.html()) (foot("/clicks", &kept, next)) }
        @if let Some(told) = &why {
            (why_counted(&person, told, &zone))
            (paid)
            @if let Some(consent) = &told.click.consent { (agreed(consent, &zone)) }
            @if person.partner.is_none() { (measured(&told.click)) }
        }
    };
    Ok(page(&person, "/clicks", "Clicks", body).into_response())
}

/// Whether one click counts and why, and the orders that named it.
fn why_counted(person: &Person, told: &ClickTold, zone: &Zone) -> Markup {
    let title = if told.click.refusal.is_none() { "Why this click counts" } else { "Why this click does not count" };
    html! {
        h2 { (title) }
        (answer(person, person.viewer(), zone, &told.said))
        @if !told.orders.is_empty() {
            section.card.pad {
                h2 { "Orders that named it" }
                ul.plain-list { @for it in &told.orders { li { a.underlined href=(order_address(&it.order_id)) { "Order " (it.order_id) } } } }
            }
        }
    }
}

/// What the visitor agreed to.
fn agreed(consent: &Consent, zone: &Zone) -> Markup {
    html! {
        section.card.pad {
            h2 { "Consent" }
            p { (sentence(consent, zone)) "." }
            @if !consent.is_granted() {
                p.muted { "The click is kept without anything that names the visitor. " a.underlined href="/docs/guide/privacy" { "Privacy" } }
            }
        }
    }
}

/// What intake measured, for the brand: a partner could learn from it what to disguise.
fn measured(click: &ClickRow) -> Markup {
    let stage = match click.landed_at {
        Some(_) => "Received: a page of the shop that brought its id was seen",
        None => "Measured: no page of the shop that brought its id was seen",
    };
    html! {
        section.card.pad {
            h2 { "What was measured" }
            @if click.recovered {
                p.muted { "The click itself has not been recorded yet. All that is known of it is what its id says." }
            } @else {
                ul.plain-list {
                    @for (label, text) in signals::lines(&click.signals) { li { span.muted { (label) ": " } (text) } }
                    @if click.kind == TouchKind::Click { li { span.muted { "Stage: " } (stage) } }
                }
                p.muted { "Measured, not judged. What each of these means stands in " a.underlined href="/docs/reference/signals" { "Signals" } "." }
            }
        }
    }
}

fn counted(person: &Person, wanted: &str) -> Counted {
    match wanted {
        "yes" => Counted::Counted,
        "no" => Counted::Refused,
        code if person.partner.is_none() => {
            REASONS.into_iter().find(|it| it.code() == code).map_or(Counted::All, Counted::For)
        }
        _ => Counted::All,
    }
}

fn filter_form(person: &Person, query: &ClicksQuery) -> Markup {
    html! {
        form.filter method="get" {
            (program_filter(person, query.program.parse().ok(), Some("All")))
            @if person.partner.is_none() { label { "Partner" (choice(person, query.partner.parse().ok(), Some("All"))) } }
            label { "Counted" select name="counted" {
                @for (value, name) in [("", "All"), ("yes", "Counted"), ("no", "Not counted")] {
                    option value=(value) selected[query.counted == value] { (name) }
                }
                @if person.partner.is_none() { optgroup label="Not counted, because" {
                    @for it in REASONS { option value=(it.code()) selected[query.counted == it.code()] { (it.brand_sentence()) } }
                } }
            } }
            button { "Filter" }
        }
    }
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
            time_cell(row.occurred_at, zone),
            cell(person.partner_name(row.partner)),
            cell(ad),
            cell(why),
            row.landed_at.map_or_else(|| shown_cell(html! { span.muted { "not seen" } }, ""), |at| time_cell(at, zone)),
            cell(word(row.signals.device)),
            cell(sub_ids.join(", ")),
            shown_cell(
                html! { a.underlined href={ "/clicks?no=" (row.no) } { code { (row.no) } } },
                row.no.to_string(),
            ),
        ]
    };
    Table { columns, rows: rows.iter().map(row).collect() }.without(person.partner.map(|_| "Partner"))
}
