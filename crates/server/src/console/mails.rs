//! Mail that people must get. Nothing here sends it: somebody does, and says so.

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_engine::engine::blocking;
use referee_engine::settings::Mail;
use serde::Deserialize;

use super::format;
use super::page::{csrf, empty, page};
use super::person::{Failure, May, Person, done};

pub async fn show(person: Person) -> Result<Response, Failure> {
    person.require(May::Pay)?;
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let mails = blocking(move || engine.settings.mails(brand)).await?;
    let (sent, waiting): (Vec<_>, Vec<_>) = mails.iter().partition(|it| it.sent_at.is_some());
    let body = html! {
        p.muted { "Referee writes this mail and does not send it. Send each from your own mailbox, then mark it as sent." }
        @if mails.is_empty() {
            (empty("No mail to be sent", html! { p { "When a partner's account is changed, the message to its old address stands here." } }))
        }
        @if !waiting.is_empty() { h2 { "To be sent: " (waiting.len()) } @for it in waiting { (letter(&person, it)) } }
        @if !sent.is_empty() { h2 { "Sent" } @for it in sent { (letter(&person, it)) } }
    };
    Ok(page(&person, "/mails", "Mail", body).into_response())
}

fn letter(person: &Person, mail: &Mail) -> Markup {
    let zone = person.zone(None);
    html! {
        section.card.pad {
            p { b { (mail.subject) } " " span.muted { "to " } (mail.recipient) }
            pre.snippet { code { (mail.body) } button type="button" data-copy { "Copy" } }
            p.muted {
                "Written " (format::date_time(mail.created_at, &zone))
                @if let Some(at) = mail.sent_at { ", sent " (format::date_time(at, &zone)) }
            }
            @if mail.sent_at.is_none() {
                form action={ "/mails/" (mail.number) } method="post" { (csrf(person)) button { "Mark as sent" } }
            }
        }
    }
}

#[derive(Deserialize)]
pub struct Sent {
    csrf: String,
}

pub async fn mark_sent(person: Person, Path(number): Path<u32>, Form(sent): Form<Sent>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Pay)?;
    let (engine, brand, now) = (person.app.engine.clone(), person.brand, person.app.engine.now());
    let found = blocking(move || engine.settings.mark_mail_sent(brand, number, now)).await?;
    if found { Ok(done("/mails")) } else { Err(Failure::NotFound) }
}
