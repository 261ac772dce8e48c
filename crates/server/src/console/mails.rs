//! Mail that people must get: how far each came. Where no mail server is set, a person sends it and says so.

use axum::extract::{Form, Path, Query};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::time::Zone;
use referee_engine::engine::blocking;
use referee_engine::settings::{Mail, MailState};
use serde::Deserialize;

use super::format;
use super::page::{csrf, empty, page};
use super::person::{Failure, May, Person, done};

#[derive(Deserialize, Default)]
pub struct MailsQuery {
    #[serde(default)]
    state: String,
}

pub async fn show(person: Person, Query(query): Query<MailsQuery>) -> Result<Response, Failure> {
    person.require(May::Pay)?;
    let wanted = MailState::ALL.into_iter().find(|it| it.code() == query.state);
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let mails = blocking(move || engine.settings.mails(brand, wanted)).await?;
    let body = html! {
        @if person.app.mail_server.is_none() { (by_hand()) }
        form.filter method="get" {
            label { "State" select name="state" {
                option value="" { "All" }
                @for it in MailState::ALL { option value=(it.code()) selected[Some(it) == wanted] { (state_word(it)) } }
            } }
            button { "Show" }
        }
        @if mails.is_empty() && wanted.is_some() {
            (empty("No mail of this state", html! { p { "Choose another state." } }))
        } @else if mails.is_empty() {
            (empty("No mail yet", html! { p { "What partners are told stands here: that their account was changed, terms are offered, a return asks for consent, an inquiry was answered or a payment settled." } }))
        }
        @for it in &mails { (letter(&person, it)) }
    };
    Ok(page(&person, "/mails", "Mail", body).into_response())
}

fn by_hand() -> Markup {
    html! {
        section.card.pad {
            p { b { "No mail server is set, so mail waits here." } }
            p { "Send each mail from your own mailbox, then mark it as sent. Or let whoever runs the server name a mail server: see " a href="/docs/guide/mail" { "Send mail" } ". What still waits is sent then." }
        }
    }
}

fn state_word(state: MailState) -> &'static str {
    match state {
        MailState::Waiting => "Waiting",
        MailState::Sent => "Sent",
        MailState::Refused => "Refused",
        MailState::GivenUp => "Given up",
    }
}

fn letter(person: &Person, mail: &Mail) -> Markup {
    let zone = person.zone(None);
    let served = person.app.mail_server.is_some();
    let open = mail.sent_at.is_none();
    html! {
        section.card.pad {
            p { b { (mail.subject) } " " span.muted { "to " } (mail.recipient) }
            pre.snippet { code { (mail.body) } button type="button" data-copy { "Copy" } }
            p { b { (state_word(mail.state)) } " " span.muted { (came_to(mail, served, &zone)) } }
            @if !mail.trouble.is_empty() { p { "The last try: " (mail.trouble) } }
            @if open && served && (mail.tries > 0 || mail.state != MailState::Waiting) {
                form action={ "/mails/" (mail.number) "/retry" } method="post" { (csrf(person)) button { "Try again now" } }
            }
            @if open && !served {
                form action={ "/mails/" (mail.number) } method="post" { (csrf(person)) button { "Mark as sent" } }
            }
        }
    }
}

fn came_to(mail: &Mail, served: bool, zone: &Zone) -> String {
    let at = |moment| format::date_time(moment, zone);
    let written = format!("written {}", at(mail.created_at));
    let tries = match mail.tries {
        1 => "1 try".to_owned(),
        many => format!("{many} tries"),
    };
    match (mail.state, mail.sent_at) {
        (_, Some(sent)) => format!("{written}, sent {}", at(sent)),
        (MailState::Waiting, _) if served && mail.tries > 0 => {
            format!("{written}; {tries}, the next one {}", at(mail.due_at))
        }
        (MailState::Refused, _) => format!("{written}; the mail server will not take it"),
        (MailState::GivenUp, _) => format!("{written}; {tries} in three days"),
        (MailState::Waiting | MailState::Sent, _) => written,
    }
}

#[derive(Deserialize)]
pub struct Pressed {
    csrf: String,
}

pub async fn mark_sent(
    person: Person,
    Path(number): Path<u32>,
    Form(sent): Form<Pressed>,
) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Pay)?;
    let (engine, brand, now) = (person.app.engine.clone(), person.brand, person.app.engine.now());
    let found = blocking(move || engine.settings.mark_mail_sent(brand, number, now)).await?;
    if found { Ok(done("/mails")) } else { Err(Failure::NotFound) }
}

pub async fn retry(person: Person, Path(number): Path<u32>, Form(sent): Form<Pressed>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Pay)?;
    let (engine, brand, now) = (person.app.engine.clone(), person.brand, person.app.engine.now());
    let found = blocking(move || engine.settings.retry_mail(brand, number, now)).await?;
    if found { Ok(done("/mails")) } else { Err(Failure::NotFound) }
}
