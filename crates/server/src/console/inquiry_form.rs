//! The partner's side of inquiries: a form for one, a file for many.

use axum::extract::{Form, Multipart, Query};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::id::ActionId;
use referee_core::inquiry::InquiryKind;
use referee_core::row::{ActionRow, ActionState};
use referee_engine::engine::{SettleError, blocking};
use referee_engine::intake::amount::decimal;
use referee_engine::intake::fields::Fields as Sent;
use referee_engine::intake::inquiry::FIELDS;
use serde::Deserialize;

use super::form::Fields;
use super::inquiries::{by, kind_words};
use super::page::{csrf, page};
use super::partners::program_filter;
use super::person::{Failure, Person, done};
use super::table::{Table, cell, figure, link_cell, number_cell, shown_cell, text};
use crate::inquiries::{LineTold, NotOpened, open, open_all, read_file};

#[derive(Deserialize, Default)]
pub struct FormQuery {
    #[serde(default)]
    action: String,
    #[serde(default)]
    order: String,
}

pub async fn show(person: Person, Query(query): Query<FormQuery>) -> Result<Response, Failure> {
    let partner = person.partner.ok_or(Failure::Forbidden)?;
    let action = match query.action.parse::<ActionId>() {
        Err(()) => None,
        Ok(id) => {
            let (engine, brand) = (person.app.engine.clone(), person.brand);
            let found = blocking(move || engine.reads.action(brand, id)).await?;
            Some(found.filter(|it| it.partner == partner).ok_or(Failure::NotFound)?)
        }
    };
    let body = html! {
        section.card.pad {
            form.stack.wide action="/inquiries" method="post" {
                (csrf(&person))
                @match &action {
                    Some(action) => (about_action(action)),
                    None => (about_order(&person, &query.order)),
                }
                label { "What the brand should know" textarea name="text" rows="3" maxlength="2000" {} }
                button.primary { "Ask" }
                p.muted { "The brand has some days for its answer. You see it here, with the reason." }
            }
        }
        @if action.is_none() { (file_form(&person)) }
    };
    Ok(page(&person, "/inquiries", "Ask about an order", body).into_response())
}

/// What is there already need not be typed.
fn about_action(action: &ActionRow) -> Markup {
    let kind = if action.state == ActionState::Reversed { InquiryKind::Declined } else { InquiryKind::Incorrect };
    html! {
        p { "Order " b { (action.order_id) } ", action " (action.id) }
        input type="hidden" name="action_id" value=(action.id);
        input type="hidden" name="type" value=(kind.code());
        @if kind == InquiryKind::Incorrect {
            label { "The right amount in " (action.currency) input name="amount" inputmode="decimal" required value=(decimal(action.amount, action.currency)); }
        } @else { p { "It was reversed. If that is wrong, say why." } }
    }
}

fn about_order(person: &Person, order: &str) -> Markup {
    html! {
        label { "What is wrong" select name="type" {
            option value=(InquiryKind::Untracked.code()) { "It is missing" }
            option value=(InquiryKind::Incorrect.code()) { "Its amount is wrong" }
            option value=(InquiryKind::Declined.code()) { "It was declined" }
        } }
        (program_filter(person, None, None))
        label { "Order" input name="order_id" required maxlength="64" value=(order); }
        @if person.config.event_types.len() > 1 {
            label { "Kind of event" select name="event_type" {
                @for it in person.config.event_types.values() { option value=(it.id) { (it.name) } }
            } }
        }
        div.pair {
            label { "Placed on" input type="date" name="order_date"; }
            label { "What it came to" input name="amount" inputmode="decimal" placeholder="49.90"; }
            label { "Currency, if not the program's" input name="currency" maxlength="3" placeholder="EUR"; }
            label { "Click id, if you know it" input name="click_id" maxlength="64" autocomplete="off"; }
        }
    }
}

fn file_form(person: &Person) -> Markup {
    html! {
        section.card.pad {
            h2 { "Many at once" }
            form.stack.wide action="/inquiries/file" method="post" enctype="multipart/form-data" {
                (csrf(person))
                label { "CSV file" input type="file" name="file" accept=".csv,.txt,text/csv,text/plain"; }
                details { summary { "Or paste its text" } label { "Text, with the header line" textarea name="content" rows="6" spellcheck="false" {} } }
                button { "Upload and ask" }
                p.muted { "Columns: " (FIELDS.join(", ")) ". At most 1,000 lines. Lines that can't be taken are listed, the others are asked." }
            }
        }
    }
}

/// Why an inquiry was not opened, in the partner's words.
fn why_not(error: &NotOpened) -> String {
    match error {
        NotOpened::Fields(errors) => errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join(" "),
        NotOpened::Settle(SettleError::Refused(refusal)) => refusal.partner_sentence().to_owned(),
        NotOpened::Settle(SettleError::NotYet(_)) => "It is kept and will be asked in a moment.".to_owned(),
        NotOpened::Settle(SettleError::Trouble(_)) => "It could not be kept: send it again in a moment.".to_owned(),
    }
}

pub async fn ask(person: Person, Form(sent): Form<Vec<(String, String)>>) -> Result<Response, Failure> {
    let sent = Fields(sent);
    person.check_csrf(sent.get("csrf"))?;
    let partner = person.partner.ok_or(Failure::Forbidden)?;
    let mut fields = Sent::default();
    sent.0.iter().for_each(|(name, value)| fields.set(name, value));
    match open(&person.app, &by(&person), partner, &fields).await {
        Ok(settled) => Ok(done(&format!("/inquiries/{}", settled.subject))),
        Err(NotOpened::Settle(SettleError::Trouble(error))) => Err(error.into()),
        Err(error) => Err(Failure::Invalid(why_not(&error))),
    }
}

pub async fn ask_by_file(person: Person, mut form: Multipart) -> Result<Response, Failure> {
    let partner = person.partner.ok_or(Failure::Forbidden)?;
    let unread = |_| Failure::Invalid("The file is too large, or did not come whole. Split it, or try again.".into());
    let (mut csrf, mut content) = (String::new(), Vec::new());
    while let Some(field) = form.next_field().await.map_err(unread)? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(unread)?;
        match name.as_str() {
            "csrf" => csrf = String::from_utf8_lossy(&bytes).into_owned(),
            "file" if !bytes.is_empty() => content = bytes.to_vec(),
            "content" if content.is_empty() => content = bytes.to_vec(),
            _ => {}
        }
    }
    person.check_csrf(&csrf)?;
    let sheet = read_file(&content).map_err(Failure::Invalid)?;
    let lines = open_all(&person.app, &by(&person), partner, &sheet).await;
    let asked = lines.iter().filter(|line| line.outcome.is_ok()).count();
    let body = html! {
        p.said role="status" { (asked) " of " (lines.len()) " lines were asked." }
        @if asked < lines.len() { p { "Correct the others in the file and upload it again: what was asked is not asked twice." } }
        (told(&lines).html())
        p { a.underlined href="/inquiries" { "All inquiries" } }
    };
    Ok(page(&person, "/inquiries", "Inquiries by file", body).into_response())
}

/// Errors first: they need somebody.
fn told(lines: &[LineTold]) -> Table {
    let mut sorted: Vec<&LineTold> = lines.iter().collect();
    sorted.sort_by_key(|line| (line.outcome.is_ok(), line.line));
    let row = |line: &&LineTold| {
        let outcome = match &line.outcome {
            Ok(settled) => {
                link_cell(&format!("/inquiries/{}", settled.subject), format!("Inquiry {}", settled.subject))
            }
            Err(error) => {
                let why = why_not(error);
                shown_cell(html! { span.wrong { (why) } }, why.clone())
            }
        };
        vec![number_cell(i64::from(line.line)), cell(line.order.clone()), outcome]
    };
    let columns = vec![figure("Line"), text("Order"), text("What became of it")];
    Table { columns, rows: sorted.iter().map(row).collect() }
}

/// A link from what an inquiry may be about.
pub fn link(action: &ActionRow) -> Markup {
    let kind = if action.state == ActionState::Reversed { InquiryKind::Declined } else { InquiryKind::Incorrect };
    html! { p { a.underlined href={ "/inquiries/new?action=" (action.id) } { "Ask about it: " (kind_words(kind)) } } }
}
