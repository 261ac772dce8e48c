//! Profiles: found by what names them, and the joins that were refused.

use std::collections::HashMap;

use axum::extract::{Form, Query};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use referee_core::id::{NodeId, RecordNo};
use referee_core::identity::IdentifierKind;
use referee_core::row::RefusedJoinRow;
use referee_engine::engine::blocking;
use referee_engine::intake::identifier::found;
use referee_engine::intake::person::REPORTED_KINDS;
use referee_engine::lookup::told::Masked;
use serde::Deserialize;

use super::format;
use super::page::{csrf, empty, page};
use super::person::{Failure, May, Person};
use super::table::{PAGE_ROWS, Table, cell, foot, minor, shown_cell, text, time_cell};
use crate::paging::{cursor, parse_cursor};
use crate::words;

#[derive(Deserialize, Default)]
pub struct ProfilesQuery {
    before: Option<String>,
    /// The value that was looked for names nobody here.
    unknown: Option<String>,
}

/// What hangs at nodes, for telling.
pub type Names = HashMap<NodeId, Masked>;

pub async fn show(person: Person, Query(query): Query<ProfilesQuery>) -> Result<Response, Failure> {
    person.require_brand_side()?;
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let before = query.before.as_deref().and_then(parse_cursor).map(|(record, n)| (RecordNo(record), n));
    let (rows, names) = blocking(move || {
        let rows = engine.reads.refused_joins(brand, before, PAGE_ROWS)?;
        let nodes: Vec<NodeId> = rows.iter().flat_map(|it| [it.a, it.b]).collect();
        let names: Names =
            engine.reads.identifiers_at(brand, &nodes)?.iter().map(|(node, it)| (*node, Masked::from(it))).collect();
        Ok((rows, names))
    })
    .await?;
    let next = rows.last().filter(|_| rows.len() == PAGE_ROWS as usize).map(|it| cursor(it.record, it.n));
    let body = html! {
        (search_form(&person, query.unknown.is_some()))
        section {
            h2 { "Joins that were refused" }
            @if rows.is_empty() {
                (empty("None yet", html! { p { "Where what was seen together can't be one person, such as two customers or a kiosk, it stands here with its reason. " a.underlined href="/docs/concepts/identity" { "How people are recognised" } } }))
            } @else { (refused_table(&person, &rows, &names).html()) (foot("/profiles", &[], next)) }
        }
    };
    Ok(page(&person, "/profiles", "Profiles", body).into_response())
}

fn search_form(person: &Person, unknown: bool) -> Markup {
    html! {
        section.card.pad {
            h2 { "Find a profile" }
            @if unknown { p.said role="status" { "Nothing by this value has been seen." } }
            form.filter action="/profiles" method="post" autocomplete="off" {
                (csrf(person))
                label { "Kind" select name="kind" { @for kind in REPORTED_KINDS { option value=(kind.code()) { (format::identifier_kind(kind)) } } } }
                label { "Value" input name="value" required maxlength="255" autocomplete="off"; }
                label { "Country, for a national phone number" input name="country" maxlength="2" pattern="[A-Za-z]{2}" placeholder="DE"; }
                button.primary { "Find" }
            }
            p.muted { "The value is hashed at once, as it was when it was seen; it is kept nowhere, and no address of a page holds it." }
        }
    }
}

fn refused_table(person: &Person, rows: &[RefusedJoinRow], names: &Names) -> Table {
    let columns = vec![minor("When"), text("One"), text("Other"), text("Why"), minor("Record")];
    let zone = person.zone(None);
    let row = |it: &RefusedJoinRow| {
        vec![
            time_cell(it.at, &zone),
            shown_cell(node_link(it.a, names), name(it.a, names)),
            shown_cell(node_link(it.b, names), name(it.b, names)),
            shown_cell(html! { (it.reason.brand_sentence()) " " code { (it.reason.code()) } }, it.reason.code()),
            cell(it.record.to_string()),
        ]
    };
    Table { columns, rows: rows.iter().map(row).collect() }
}

/// What hangs at a node, in words.
pub fn name(node: NodeId, names: &Names) -> String {
    names.get(&node).map_or_else(|| "a click without a cookie".to_owned(), |it| words::masked(*it))
}

pub fn node_link(node: NodeId, names: &Names) -> Markup {
    html! { a.underlined href={ "/profiles/" (node) } { (name(node, names)) } }
}

#[derive(Deserialize)]
pub struct Wanted {
    csrf: String,
    kind: String,
    value: String,
    #[serde(default)]
    country: String,
}

/// By a form that is posted: an address would keep the value in histories and logs.
pub async fn find(person: Person, Form(wanted): Form<Wanted>) -> Result<Response, Failure> {
    person.check_csrf(&wanted.csrf)?;
    person.require_brand_side()?;
    person.require(May::SetUp)?;
    let kind = IdentifierKind::ALL.into_iter().find(|kind| kind.code() == wanted.kind).ok_or(Failure::NotFound)?;
    let keys = person.app.engine.routing().brands.get(&person.brand).map(|brand| brand.keys.clone());
    let keys = keys.ok_or(Failure::NotFound)?;
    let country = Some(wanted.country.trim()).filter(|country| !country.is_empty());
    let hashed = found(&keys, kind, &wanted.value, country)
        .map_err(|refusal| Failure::Invalid(refusal.brand_sentence().to_owned()))?;
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let node = blocking(move || {
        let names = std::iter::once(hashed.identifier).chain(hashed.variants);
        for name in names {
            if let Some(node) = engine.reads.node_of(brand, &name)? {
                return Ok(Some(node));
            }
        }
        Ok(None)
    })
    .await?;
    let to = node.map_or_else(|| "/profiles?unknown".to_owned(), |node| format!("/profiles/{node}"));
    Ok(Redirect::to(&to).into_response())
}
