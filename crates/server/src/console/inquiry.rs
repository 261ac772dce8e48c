//! One inquiry: what is asked, what the order's decision says, what was written, and the answer.

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::id::InquiryId;
use referee_core::inquiry::InquiryKind;
use referee_core::row::{ConversionRow, InquiryRow};
use referee_core::time::Zone;
use referee_engine::engine::{SettleError, blocking};
use referee_engine::intake::amount::decimal;
use referee_engine::settings::Note;

use super::decision::Drawing;
use super::form::Fields;
use super::format;
use super::inquiries::{answer_fields, answer_of, by, kind_words, state_tag, zone_of};
use super::order::{answer as order_answer, order_address};
use super::page::{csrf, page};
use super::person::{Failure, May, Person, done};
use crate::inquiries::{appeal as ask_again, notes};

async fn inquiry(person: &Person, id: u32) -> Result<InquiryRow, Failure> {
    let (engine, brand, partner) = (person.app.engine.clone(), person.brand, person.partner);
    engine.catch_up(brand).await?;
    blocking(move || engine.reads.inquiry(brand, partner, InquiryId(id))).await?.ok_or(Failure::NotFound)
}

pub async fn show(person: Person, Path(id): Path<u32>) -> Result<Response, Failure> {
    let row = inquiry(&person, id).await?;
    let zone = zone_of(&person, &row);
    let notes = notes(&person.app, person.brand, &row.notes).await?;
    let (viewer, order) = (person.viewer(), row.order.order_id.clone());
    let found = person.app.engine.look_up(person.brand, viewer, move |lookup| lookup.find(&order)).await?;
    let by_whom = by_whom(&person, &row).await?;
    let drawing = Drawing { person: &person, viewer, zone: &zone };
    let told = found.orders.iter().find(|it| it.order == row.order);
    let manages = person.partner.is_none() && person.may(May::Manage);
    let body = html! {
        (facts(&person, &row, &zone, by_whom.as_deref()))
        (asked(&person, &row, &zone))
        (said(&notes, &zone))
        h2 { "What the books say of the order" }
        @match told {
            Some(order) => { (order_answer(&person, viewer, &zone, &order.said)) (drawing.order(order)) }
            None => (order_answer(&person, viewer, &zone, &found.said)),
        }
        @if manages && row.is_open() { (answer_form(&person, &row, told.and_then(|it| it.conversion.as_ref()))) }
        @if person.partner.is_some() && row.may_be_appealed() { (appeal_form(&person, &row)) }
    };
    Ok(page(&person, "/inquiries", &format!("Inquiry {id}"), body).into_response())
}

/// Who answered, for the brand's side.
async fn by_whom(person: &Person, row: &InquiryRow) -> Result<Option<String>, Failure> {
    let Some(user) = row.answered_by.filter(|_| person.partner.is_none()) else { return Ok(None) };
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let users = blocking(move || engine.settings.users_of(brand)).await?;
    let found = users.into_iter().find(|it| it.user.id == user).map(|it| it.user);
    Ok(found.map(|user| if user.name.is_empty() { user.email } else { user.name }))
}

fn facts(person: &Person, row: &InquiryRow, zone: &Zone, by_whom: Option<&str>) -> Markup {
    let now = person.app.engine.now();
    html! {
        p.facts {
            (state_tag(row, now))
            @if person.partner.is_none() { a.underlined href={ "/partners/" (row.partner) } { (person.partner_name(row.partner)) } }
            @if let Some(action) = row.action { a.underlined href={ "/actions/" (action) } { "Action " (action) } }
            @if person.partner.is_none() { a.underlined href={ (order_address(&row.order.order_id)) "&partner=" (row.partner) } { "As the partner sees the order" } }
            span.muted {
                "Opened " (format::date_time(row.opened_at, zone))
                @if row.is_open() { ", an answer is due by " (format::date_time(row.due_at, zone)) }
                @if let Some(at) = row.appealed_at { ", appealed " (format::date_time(at, zone)) }
                @if let Some(at) = row.answered_at { ", answered " (format::date_time(at, zone)) @if let Some(name) = by_whom { " by " (name) } }
            }
        }
        @if let Some(reason) = row.reason {
            p.said role="status" { @if row.is_open() { "The first answer: " } (reason.sentence()) " " code { (reason.code()) } }
        }
    }
}

fn asked(person: &Person, row: &InquiryRow, zone: &Zone) -> Markup {
    let event_type = person.config.event_types.get(&(row.program, row.order.event_type));
    let question = match row.kind {
        InquiryKind::Untracked => "The order is missing: no action was opened for it.",
        InquiryKind::Incorrect => "The action has the wrong amount.",
        InquiryKind::Declined => "The action was reversed and should not have been.",
    };
    html! {
        section.card.pad {
            h2 { (kind_words(row.kind)) ": order " (row.order.order_id) }
            p { (question) }
            p {
                @if let Some(it) = event_type { (it.name) ", " }
                "ordered " (format::date_time(row.ordered_at, zone))
                @if let Some(amount) = row.amount { ", " b { (format::money(amount, row.currency)) } " by the partner's word" }
                @if let Some(no) = row.click { ", " a.underlined href={ "/clicks?no=" (no) } { "the click that it names" } }
            }
        }
    }
}

/// What was written, if it is still kept.
fn said(notes: &[Note], zone: &Zone) -> Markup {
    html! { @if !notes.is_empty() {
        section.card.pad {
            h2 { "What was written" }
            @for note in notes {
                p.muted { (if note.partner.is_some() { "The partner" } else { "The brand" }) ", " (format::date_time(note.at, zone)) }
                p { (note.text) }
            }
        }
    } }
}

fn answer_form(person: &Person, row: &InquiryRow, reported: Option<&ConversionRow>) -> Markup {
    // A missing order that was reported after all came to what was reported.
    let reported = reported.filter(|_| row.kind == InquiryKind::Untracked).map(|it| (it.currency, Some(it.amount)));
    let (currency, amount) = reported.unwrap_or((row.currency, row.amount));
    let what = match row.kind {
        InquiryKind::Untracked => "Valid opens an action for this partner, priced by the terms of the order's time.",
        InquiryKind::Incorrect => {
            "Valid gives the action this amount: by a change, or by a correction once it is locked."
        }
        InquiryKind::Declined => "Valid restores the action, as long as its time to lock has not passed.",
    };
    html! {
        section.card.pad {
            h2 { "Answer" }
            form.stack action={ "/inquiries/" (row.id) "/answer" } method="post" {
                (csrf(person))
                @if row.kind != InquiryKind::Declined {
                    label { "Amount in " (currency) input name="amount" inputmode="decimal" value=[amount.map(|it| decimal(it, currency))]; }
                }
                (answer_fields())
                p.muted { (what) }
            }
        }
    }
}

fn appeal_form(person: &Person, row: &InquiryRow) -> Markup {
    html! {
        section.card.pad {
            h2 { "Appeal" }
            form.stack action={ "/inquiries/" (row.id) "/appeal" } method="post" {
                (csrf(person))
                label { "What the brand should look at again" textarea name="text" rows="3" maxlength="2000" required {} }
                button { "Appeal" }
                p.muted { "There is one appeal; the brand's second answer is the last." }
            }
        }
    }
}

pub async fn answer(
    person: Person,
    Path(id): Path<u32>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let sent = Fields(sent);
    person.check_csrf(sent.get("csrf"))?;
    person.require_brand_side()?;
    person.require(May::Manage)?;
    let (answer, text) = answer_of(&sent)?;
    crate::inquiries::answer(&person.app, &by(&person), InquiryId(id), answer, &text).await?;
    Ok(done(&format!("/inquiries/{id}")))
}

pub async fn appeal(
    person: Person,
    Path(id): Path<u32>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let sent = Fields(sent);
    person.check_csrf(sent.get("csrf"))?;
    let partner = person.partner.ok_or(Failure::Forbidden)?;
    let text = sent.get("text");
    if text.is_empty() || text.chars().count() > referee_engine::limits::NOTE_CHARS_MAX {
        return Err(Failure::Invalid("Say in 1 to 2,000 characters what the brand should look at again.".into()));
    }
    match ask_again(&person.app, &by(&person), partner, InquiryId(id), text).await {
        Ok(_) => Ok(done(&format!("/inquiries/{id}"))),
        Err(SettleError::Refused(refusal)) => Err(Failure::Invalid(refusal.partner_sentence().to_owned())),
        Err(error) => Err(error.into()),
    }
}
