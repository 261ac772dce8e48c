//! The audit trail: who decided what, in which role and why, and what came of it.

use std::collections::HashMap;

use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use maud::html;
use referee_core::fact::Role;
use referee_core::id::{RecordNo, UserId};
use referee_core::time::Zone;
use referee_engine::books::reads::AuditEntry;
use referee_engine::engine::blocking;
use referee_engine::settings::UserOfBrand;
use serde::Deserialize;

use super::format;
use super::page::{empty, page};
use super::person::{Failure, May, Person};
use super::table::{Cell, EXPORT_ROWS, PAGE_ROWS, Table, cell, foot, link_cell, minor, shown_cell, text, time_cell};

/// Kinds of a person's commands, as the trail keeps them and as people say them.
const KINDS: [(&str, &str); 16] = [
    ("rules_adopted", "Rules adopted"),
    ("program_set", "Program set"),
    ("event_type_set", "Event type set"),
    ("partner_set", "Partner set"),
    ("ad_set", "Ad set"),
    ("link_set", "Short link set"),
    ("promo_code_set", "Promo code set"),
    ("assigned_value_set", "Assigned value set"),
    ("partner_group_set", "Group of partners set"),
    ("terms_set", "Terms set"),
    ("identifier_blocked", "Block list changed"),
    ("join_separated", "Join separated"),
    ("change_requested", "Action changed"),
    ("payment_made", "Payment made"),
    ("subject_erased", "Person erased"),
    ("subject_exported", "Person's data exported"),
];
/// Entries looked through for one page of a filter.
const SCAN_MAX: usize = 20_000;

#[derive(Deserialize, Default)]
pub struct AuditQuery {
    #[serde(default)]
    user: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    outcome: String,
    before: Option<u64>,
    format: Option<String>,
}

impl AuditQuery {
    fn takes(&self, entry: &AuditEntry) -> bool {
        let user = self.user.parse().ok().is_none_or(|id: u32| entry.actor.user == UserId(id));
        let outcome = match self.outcome.as_str() {
            "done" => entry.refusal.is_none(),
            "refused" => entry.refusal.is_some(),
            _ => true,
        };
        user && outcome && (self.kind.is_empty() || entry.kind == self.kind)
    }
}

pub async fn show(person: Person, Query(query): Query<AuditQuery>) -> Result<Response, Failure> {
    person.require_brand_side()?;
    person.require(May::Manage)?;
    let export = query.format.as_deref() == Some("csv");
    let most = if export { EXPORT_ROWS } else { PAGE_ROWS } as usize;
    let kept = [("user", query.user.clone()), ("kind", query.kind.clone()), ("outcome", query.outcome.clone())];
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let (entries, users, query) = blocking(move || {
        let users = engine.settings.users_of(brand)?;
        let (mut entries, mut before, mut scanned) = (Vec::new(), query.before.map(RecordNo), 0);
        while entries.len() < most && scanned < SCAN_MAX {
            let batch = engine.reads.audit(brand, before, 1_000)?;
            let Some(last) = batch.last() else { break };
            before = Some(last.record);
            scanned += batch.len();
            entries.extend(batch.into_iter().filter(|entry| query.takes(entry)));
        }
        entries.truncate(most);
        Ok((entries, users, query))
    })
    .await?;
    let table = table(&person, &entries, &users);
    if export {
        return Ok(table.csv("audit"));
    }
    let next = entries.last().filter(|_| entries.len() == most).map(|entry| entry.record.to_string());
    let body = html! {
        p.muted { "Everything that people and tokens decided, the newest first. Nothing here can be changed or removed." }
        (filter_form(&query, &users))
        @if entries.is_empty() {
            (empty("No entry matches", html! { p { a.underlined href="/audit" { "Show all" } } }))
        } @else { (table.html()) (foot("/audit", &kept, next)) }
    };
    Ok(page(&person, "/audit", "Audit trail", body).into_response())
}

fn filter_form(query: &AuditQuery, users: &[UserOfBrand]) -> maud::Markup {
    html! {
        form.filter method="get" {
            label { "Who" select name="user" {
                option value="" { "Everybody" }
                @for it in users.iter().filter(|it| it.role != Role::Partner) {
                    option value=(it.user.id) selected[query.user == it.user.id.to_string()] { (it.user.email) }
                }
                option value="0" selected[query.user == "0"] { "Tokens and the command line" }
            } }
            label { "What" select name="kind" {
                option value="" { "Everything" }
                @for (kind, name) in KINDS { option value=(kind) selected[query.kind == kind] { (name) } }
            } }
            label { "Outcome" select name="outcome" {
                @for (value, name) in [("", "All"), ("done", "Done"), ("refused", "Refused")] {
                    option value=(value) selected[query.outcome == value] { (name) }
                }
            } }
            button { "Filter" }
        }
    }
}

fn table(person: &Person, entries: &[AuditEntry], users: &[UserOfBrand]) -> Table {
    let columns =
        vec![minor("When"), text("Who"), minor("Role"), text("What"), minor("Why"), text("Outcome"), minor("Record")];
    let names: HashMap<UserId, &UserOfBrand> = users.iter().map(|it| (it.user.id, it)).collect();
    let zone: Zone = person.zone(None);
    let row = |entry: &AuditEntry| {
        vec![
            time_cell(entry.at, &zone),
            cell(who(entry, &names)),
            cell(format::role(entry.actor.role)),
            what(person, entry),
            cell(entry.actor.reason.clone()),
            outcome(entry),
            cell(entry.record.to_string()),
        ]
    };
    Table { columns, rows: entries.iter().map(row).collect() }
}

/// Tokens and the command line act without a user; the role says which it was.
fn who(entry: &AuditEntry, users: &HashMap<UserId, &UserOfBrand>) -> String {
    match users.get(&entry.actor.user) {
        Some(it) if it.user.name.is_empty() => it.user.email.clone(),
        Some(it) => it.user.name.clone(),
        None if entry.actor.user == UserId(0) && entry.actor.role == Role::Operator => "the command line".into(),
        None if entry.actor.user == UserId(0) => "a token".into(),
        None => format!("user {}", entry.actor.user),
    }
}

fn what(person: &Person, entry: &AuditEntry) -> Cell {
    let kind = KINDS.iter().find(|(kind, _)| *kind == entry.kind).map_or(entry.kind.as_str(), |(_, name)| name);
    let subject = entry.subject.as_str();
    if subject.is_empty() {
        return cell(kind);
    }
    match entry.kind.as_str() {
        "partner_set" => match person.partner_names.iter().find(|(id, _)| id.to_string() == subject) {
            Some((id, name)) => link_cell(&format!("/partners/{id}"), format!("{kind}: {name}")),
            None => cell(format!("{kind}: {subject}")),
        },
        "change_requested" => link_cell(&format!("/actions/{subject}"), format!("{kind}: {subject}")),
        "terms_set" => cell(format!("{kind}, version {subject}")),
        "rules_adopted" => cell(format!("{kind}, version {subject}")),
        _ => cell(format!("{kind}: {}", name_of(person, entry).unwrap_or(subject))),
    }
}

/// What the subject is called now. An ad of another program may have the same id: then the id says it better.
fn name_of<'a>(person: &'a Person, entry: &AuditEntry) -> Option<&'a str> {
    let id: u32 = entry.subject.parse().ok()?;
    let config = &person.config;
    let mut names: Vec<&str> = match entry.kind.as_str() {
        "program_set" => config.programs.values().filter(|it| it.id.0 == id).map(|it| it.name.as_str()).collect(),
        "event_type_set" => config.event_types.values().filter(|it| it.id.0 == id).map(|it| it.name.as_str()).collect(),
        "ad_set" => config.ads.values().filter(|it| it.id.0 == id).map(|it| it.name.as_str()).collect(),
        _ => Vec::new(),
    };
    if names.len() == 1 { names.pop() } else { None }
}

fn outcome(entry: &AuditEntry) -> Cell {
    match entry.refusal {
        None => cell("Done"),
        Some(refusal) => {
            let shown = html! { span.tag.reversed { "Refused" } " " (refusal.brand_sentence()) };
            shown_cell(shown, refusal.code())
        }
    }
}
