//! Changes and conversions by file: upload, columns, what it would do, apply, take back.

use std::sync::Arc;

use axum::extract::{Form, Multipart, Path};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderValue, header};
use maud::{Markup, html};
use referee_core::money::Currency;
use referee_core::program::EventType;
use referee_engine::engine::blocking;
use referee_engine::import::mapping::{Mapping, fields};
use referee_engine::import::upload::Upload;
use referee_engine::import::work::{Told, look};
use referee_engine::import::{By, Import, ImportKind, ImportState, Line, LineState, Moved, TAKEN_BACK, Totals};
use referee_engine::intake::change::REASONS;
use serde::Deserialize;

use super::action::reason_words;
use super::form::Fields;
use super::format;
use super::page::{csrf, empty, page};
use super::person::{Failure, May, Person, done};
use super::table::{
    Table, cell, figure, link_cell, minor, minor_figure, money_cell, number_cell, shown_cell, text, time_cell,
};
use crate::imports::{Uploaded, begin, errors, errors_csv, keep};

/// Files and lines that a page shows; all errors are in their file.
const SHOWN: u32 = 100;

fn allow(person: &Person) -> Result<(), Failure> {
    person.require_brand_side()?;
    person.require(May::Manage)
}

pub async fn list(person: Person) -> Result<Response, Failure> {
    allow(&person)?;
    let brand = person.brand;
    let imports = person.app.engine.with_settings(move |settings| settings.imports(brand, None, SHOWN)).await?;
    let body = html! {
        (upload_form(&person))
        @if imports.is_empty() {
            (empty("No file yet", html! { p { "Export the orders that changed from your shop's system, with a header line, and upload the file. You see what it would do before anything is done. " a.underlined href="/docs/guide/changes-by-file" { "How files look" } } }))
        } @else { (files(&person, &imports).html()) }
    };
    Ok(page(&person, "/imports", "Changes by file", body).into_response())
}

fn upload_form(person: &Person) -> Markup {
    html! {
        section.card.pad {
            h2 { "Upload a CSV file" }
            form.stack.wide action="/imports" method="post" enctype="multipart/form-data" {
                (csrf(person))
                label { "The lines are" select name="kind" {
                    option value="changes" { "changes, reversals and corrections of actions" }
                    option value="conversions" { "conversions" }
                } }
                label { "File" input type="file" name="file" accept=".csv,.txt,text/csv,text/plain"; }
                details { summary { "Or paste its text" } label { "Text, with the header line" textarea name="text" rows="6" spellcheck="false" {} } }
                button.primary { "Upload and look" }
                p.muted { "At most 5 MB and 20,000 lines. Nothing is changed by uploading." }
            }
        }
    }
}

fn files(person: &Person, imports: &[Import]) -> Table {
    let zone = person.zone(None);
    let row = |it: &Import| {
        vec![
            link_cell(&format!("/imports/{}", it.id), &it.name),
            cell(it.kind.name()),
            number_cell(i64::from(it.lines)),
            shown_cell(html! { span class=(state_class(it.state)) { (state_words(it.state)) } }, it.state.name()),
            time_cell(it.created_at, &zone),
        ]
    };
    let columns = vec![text("File"), minor("Lines are"), figure("Lines"), text("State"), minor("Uploaded")];
    Table { columns, rows: imports.iter().map(row).collect() }
}

fn state_words(state: ImportState) -> &'static str {
    match state {
        ImportState::Uploaded => "Not applied",
        ImportState::Applying => "Being applied",
        ImportState::Applied => "Applied",
        ImportState::Undoing => "Being taken back",
        ImportState::Undone => "Taken back",
    }
}

fn state_class(state: ImportState) -> &'static str {
    match state {
        ImportState::Uploaded | ImportState::Applying | ImportState::Undoing => "tag pending",
        ImportState::Applied => "tag locked",
        ImportState::Undone => "tag reversed",
    }
}

/// What a form with a file brought.
#[derive(Default)]
struct Sent {
    csrf: String,
    kind: String,
    name: String,
    content: Vec<u8>,
}

async fn sent(mut form: Multipart) -> Result<Sent, Failure> {
    let unread =
        |_| Failure::Invalid("The file is larger than 5 MB, or did not come whole. Split it, or try again.".into());
    let mut sent = Sent::default();
    while let Some(field) = form.next_field().await.map_err(unread)? {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(unread)?;
        let text = || String::from_utf8_lossy(&bytes).into_owned();
        match name.as_str() {
            "csrf" => sent.csrf = text(),
            "kind" => sent.kind = text(),
            "file" if !bytes.is_empty() => (sent.name, sent.content) = (file_name, bytes.to_vec()),
            "text" if sent.content.is_empty() => sent.content = bytes.to_vec(),
            _ => {}
        }
    }
    Ok(sent)
}

pub async fn upload(person: Person, form: Multipart) -> Result<Response, Failure> {
    allow(&person)?;
    let sent = sent(form).await?;
    person.check_csrf(&sent.csrf)?;
    let kind = ImportKind::named(&sent.kind);
    let kind = kind.ok_or_else(|| Failure::Invalid("The lines are changes or conversions.".into()))?;
    let (engine, brand, by) = (person.app.engine.clone(), person.brand, By::person(person.user, person.role));
    let mapping = defaults(&person);
    let kept = blocking(move || {
        let (name, content) = (&sent.name, &sent.content);
        keep(&engine, &Upload { brand, kind, name, content, by, mapping, columns: Default::default() })
    });
    match kept.await? {
        Uploaded::Bad(bad) => Err(Failure::Invalid(bad.to_string())),
        Uploaded::Again(id) => Ok(Redirect::to(&format!("/imports/{id}?again")).into_response()),
        Uploaded::Kept(import) => Ok(Redirect::to(&format!("/imports/{}", import.id)).into_response()),
    }
}

/// Where there is one program or event type, lines need not say which.
fn defaults(person: &Person) -> Mapping {
    let (programs, event_types) = (&person.config.programs, &person.config.event_types);
    let only = |count: usize, name: Option<String>| name.filter(|_| count == 1).unwrap_or_default();
    Mapping {
        program: only(programs.len(), programs.keys().next().map(ToString::to_string)),
        event_type: only(event_types.len(), event_types.values().next().map(|it| it.id.to_string())),
        reason: "ORDER_UPDATE".to_owned(),
        ..Mapping::default()
    }
}

#[derive(Deserialize)]
pub struct Seen {
    again: Option<String>,
}

pub async fn show(
    person: Person,
    Path(id): Path<String>,
    axum::extract::Query(seen): axum::extract::Query<Seen>,
) -> Result<Response, Failure> {
    allow(&person)?;
    let told = told(&person, id).await?;
    let import = &told.import;
    let body = html! {
        @if seen.again.is_some() { p.said role="status" { "This file was here already. A file is applied once." } }
        p.facts {
            span class=(state_class(import.state)) { (state_words(import.state)) }
            span.muted { (format::number(i64::from(import.lines))) " lines of " (import.kind.name()) ", uploaded " (format::date_time(import.created_at, &person.zone(None))) }
        }
        (figures(&told))
        (next_step(&person, &told))
        @if let (ImportState::Uploaded, Some(sheet)) = (import.state, &told.sheet) { (columns_form(&person, &told, &sheet.header)) }
        (lines(&told))
    };
    let mut response = page(&person, "/imports", &import.name, body).into_response();
    if import.state.is_under_way() {
        response.headers_mut().insert(header::REFRESH, HeaderValue::from_static("2"));
    }
    Ok(response)
}

async fn told(person: &Person, id: String) -> Result<Told, Failure> {
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    engine.catch_up(brand).await?;
    blocking(move || look(&engine, brand, &id)).await?.ok_or(Failure::NotFound)
}

fn figures(told: &Told) -> Markup {
    let totals = Totals::of(&told.lines);
    let count = |number: u64| format::number(number.cast_signed());
    let waiting = u64::from(told.import.lines).saturating_sub(totals.seen()) + totals.planned;
    html! {
        section.card {
            div.kpis {
                div { span.muted { (if told.import.state == ImportState::Uploaded { "Would be done" } else { "Done" }) } b { (count(totals.done)) } }
                div { span.muted { "Change nothing" } b { (count(totals.unchanged)) } }
                div { span.muted { "Errors" } b { (count(totals.refused)) } }
                @if told.import.state.is_under_way() || waiting > 0 { div { span.muted { "Waiting" } b { (count(waiting)) } } }
                @else if told.import.state == ImportState::Uploaded { div { span.muted { "Lines" } b { (count(u64::from(told.import.lines))) } } }
                @else { div { span.muted { "Taken back" } b { (count(totals.taken_back)) } @if totals.kept > 0 { span.muted { (count(totals.kept)) " could not be" } } } }
            }
        }
        @if !totals.money.is_empty() { (money(told.import.state, &totals).html()) }
        @if totals.corrected > 0 { p.foot { span.muted { "Corrections of actions that have locked go into the partners' next payments. What a partner owes back then is carried forward." } } }
    }
}

fn money(state: ImportState, totals: &Totals) -> Table {
    let moved = match state {
        ImportState::Uploaded => "Money it would move",
        ImportState::Undoing | ImportState::Undone => "Money it had moved",
        ImportState::Applying | ImportState::Applied => "Money it moved",
    };
    let corrects = totals.corrected > 0;
    let row = |(currency, moved): (&Currency, &Moved)| {
        let corrected = corrects.then_some(moved.corrected);
        let figures = [moved.amount, moved.payout].into_iter().chain(corrected);
        std::iter::once(cell(currency.to_string())).chain(figures.map(|it| money_cell(it, *currency))).collect()
    };
    let mut columns = vec![text(moved), figure("Amounts"), figure("Payouts")];
    columns.extend(corrects.then(|| figure("Of these, corrections")));
    Table { columns, rows: totals.money.iter().map(row).collect() }
}

fn next_step(person: &Person, told: &Told) -> Markup {
    let import = &told.import;
    let corrects = told.lines.iter().any(Line::corrects);
    let form = |step: &str, button: Markup| {
        html! { form.inline action={ "/imports/" (import.id) "/" (step) } method="post" { (csrf(person)) (button) } }
    };
    let failed = errors(told).count();
    // An order that earns nobody anything is reported all the same.
    let applies = import.kind == ImportKind::Conversions || told.lines.iter().any(|line| line.state == LineState::Done);
    html! {
        section.card.pad {
            @match import.state {
                ImportState::Uploaded => {
                    @if all_wrong(told) { p { "Nothing is done yet, and no line can be taken as it is. Say below what the columns are and what lines leave out, or correct the file." } }
                    @else { p { "Nothing is done yet. This is what would be done now, by the terms of each event's time." } }
                    div.row {
                        @if applies { (form("apply", html! { button.primary { "Apply" } })) }
                        (form("forget", html! { button { "Forget the file" } }))
                    }
                    p.muted { "Lines with errors are left out" @if import.kind == ImportKind::Conversions { ", but an order that only earns nobody anything is reported all the same" } ". A file that nobody applies is forgotten after 7 days; once it is applied, its text is." }
                }
                ImportState::Applying | ImportState::Undoing => { p { "It is being worked on. This page looks again by itself; you may leave it." } }
                ImportState::Applied => {
                    p { "It was applied. Where actions have not locked and nobody changed them since, it can be taken back." @if corrects { " Corrections are taken back by the opposite correction, until they are paid." } }
                    (form("undo", html! { button.danger { "Take it back" } }))
                }
                ImportState::Undone => { p { "It was taken back. What could not be is named below, and the same file may be uploaded again." } }
            }
            @if failed > 0 { p { a.underlined href={ "/imports/" (import.id) "/errors.csv" } { "Errors as CSV" } span.muted { ", " (format::number(i64::try_from(failed).unwrap_or(i64::MAX))) " lines" } } }
        }
    }
}

/// Then the columns are.
fn all_wrong(told: &Told) -> bool {
    told.lines.iter().all(|line| line.state == LineState::Refused)
}

fn columns_form(person: &Person, told: &Told, header: &[String]) -> Markup {
    let (import, mapping) = (&told.import, &told.import.mapping);
    html! {
        details.card.pad open[all_wrong(told)] {
            summary { "Columns and what lines leave out" }
            form.stack.wide action={ "/imports/" (import.id) "/columns" } method="post" {
                (csrf(person))
                div.pair { @for (place, (name, chosen)) in header.iter().zip(&mapping.columns).enumerate() {
                    label { "Column " (if name.is_empty() { "without a name" } else { name })
                        select name={ "column_" (place) } {
                            option value="" { "leave out" }
                            @for field in fields(import.kind) { option value=(field.name) selected[field.name == chosen] { (field.label) } }
                        } }
                } }
                div.pair {
                    label { "Amounts are written" select name="decimal" {
                        option value="point" { "12.50" }
                        option value="comma" selected[mapping.decimal_comma] { "12,50" }
                    } }
                    label { "Event type, where a line names none" (event_types(person, &mapping.event_type)) }
                    @if import.kind == ImportKind::Changes {
                        label { "Change, where a line names none" select name="change" {
                            option value="modify" { "modify: what has not locked yet" }
                            option value="correct" selected[mapping.change == "correct"] { "correct: what has locked, with the next payment" }
                        } }
                        label { "Reason, where a line gives none" select name="reason" {
                            @for reason in REASONS { option value=(reason) selected[reason == mapping.reason] { (reason_words(reason)) } }
                        } }
                    } @else {
                        label { "Program, where a line names none" select name="program" {
                            option value="" { "none" }
                            @for it in person.config.programs.values() { option value=(it.id) selected[it.id.to_string() == mapping.program] { (it.name) } }
                        } }
                    }
                }
                button { "Look again" }
            }
        }
    }
}

/// Programs name an event type by its id or its code.
fn event_types(person: &Person, chosen: &str) -> Markup {
    let is_chosen = |it: &EventType| it.id.to_string() == chosen || it.code.eq_ignore_ascii_case(chosen);
    html! {
        select name="event_type" {
            option value="" { "none" }
            @for it in person.config.event_types.values() { option value=(it.id) selected[!chosen.is_empty() && is_chosen(it)] { (it.name) } }
        }
    }
}

/// Errors first: they need somebody.
fn lines(told: &Told) -> Markup {
    let mut sorted: Vec<&Line> = told.lines.iter().collect();
    sorted.sort_by_key(|line| {
        (matches!(line.undo.as_str(), "" | TAKEN_BACK), line.state != LineState::Refused, line.line)
    });
    let columns = vec![
        figure("Line"),
        text("Order or action"),
        text("What becomes of it"),
        minor_figure("Amount"),
        figure("Payout"),
    ];
    let applied = told.import.state != ImportState::Uploaded;
    let row = |line: &&Line| {
        let money = |amount| line.currency.map_or_else(|| cell(""), |currency| money_cell(amount, currency));
        vec![
            number_cell(i64::from(line.line)),
            cell(&line.order),
            shown_cell(outcome(line, applied), &line.message),
            money(line.amount_delta),
            money(line.payout_delta),
        ]
    };
    let table = Table { columns, rows: sorted.iter().take(SHOWN as usize).map(row).collect() };
    html! {
        (table.html())
        @if sorted.len() > SHOWN as usize { p.foot { span.muted { "The first " (SHOWN) " lines, those with errors before the others." } } }
    }
}

fn outcome(line: &Line, applied: bool) -> Markup {
    html! {
        @match line.state {
            LineState::Refused => { span.wrong { (line.message) } }
            LineState::Unchanged => { span.muted { "Changes nothing" } }
            LineState::Planned => { span.muted { "Waiting" } }
            LineState::Done if line.corrects() => { (if applied { "Corrected with the next payment" } else { "Would be corrected with the next payment" }) }
            LineState::Done => { (if applied { "Done" } else { "Would be done" }) }
        }
        @match line.undo.as_str() {
            "" => {}
            TAKEN_BACK => { span.muted { ", taken back" } }
            why => { br; span.wrong { (why) } }
        }
    }
}

pub async fn set_columns(
    person: Person,
    Path(id): Path<String>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let sent = Fields(sent);
    person.check_csrf(sent.get("csrf"))?;
    allow(&person)?;
    let told = told(&person, id.clone()).await?;
    let header = told.sheet.map(|sheet| sheet.header).unwrap_or_default();
    let mapping = Mapping {
        columns: (0..header.len()).map(|place| sent.get(&format!("column_{place}")).to_owned()).collect(),
        decimal_comma: sent.get("decimal") == "comma",
        program: sent.get("program").to_owned(),
        event_type: sent.get("event_type").to_owned(),
        reason: sent.get("reason").to_owned(),
        change: sent.get("change").to_owned(),
    };
    mapping.check(told.import.kind, &header).map_err(Failure::Invalid)?;
    let (brand, import) = (person.brand, id.clone());
    let set = person.app.engine.with_settings(move |it| it.set_import_mapping(brand, &import, &mapping));
    if set.await? { Ok(done(&format!("/imports/{id}"))) } else { Err(Failure::Invalid(APPLIED.into())) }
}

const APPLIED: &str = "The file was applied already.";

#[derive(Deserialize)]
pub struct Step {
    csrf: String,
}

pub async fn apply(person: Person, Path(id): Path<String>, Form(sent): Form<Step>) -> Result<Response, Failure> {
    take_step(person, id, &sent, false).await
}

pub async fn undo(person: Person, Path(id): Path<String>, Form(sent): Form<Step>) -> Result<Response, Failure> {
    take_step(person, id, &sent, true).await
}

async fn take_step(person: Person, id: String, sent: &Step, undo: bool) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    allow(&person)?;
    let (engine, brand): (Arc<_>, _) = (person.app.engine.clone(), person.brand);
    let (by, name) = (By::person(person.user, person.role), id.clone());
    blocking(move || begin(&engine, brand, &name, undo, &by)).await?.ok_or(Failure::NotFound)?;
    Ok(Redirect::to(&format!("/imports/{id}")).into_response())
}

pub async fn forget(person: Person, Path(id): Path<String>, Form(sent): Form<Step>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    allow(&person)?;
    let brand = person.brand;
    let gone = person.app.engine.with_settings(move |settings| settings.delete_import(brand, &id)).await?;
    if gone { Ok(done("/imports")) } else { Err(Failure::Invalid(APPLIED.into())) }
}

pub async fn find_errors(person: Person, Path(id): Path<String>) -> Result<Response, Failure> {
    allow(&person)?;
    Ok(errors_csv(&told(&person, id).await?))
}
