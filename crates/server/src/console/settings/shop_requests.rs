//! What shops ask by law for their customers. Whom it is about is sealed, and is gone once it is done.

use axum::extract::Form;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use referee_core::fact::Actor;
use referee_core::time::Zone;
use referee_engine::engine::blocking;
use referee_engine::erasure::order::Asked;
use referee_engine::settings::{ShopRequest, ShopRequestKind};
use serde::Deserialize;

use super::super::erasure::{HERE as ERASURES, allow, file, told};
use super::super::format;
use super::super::page::csrf;
use super::super::person::{Failure, May, Person, done};
use super::super::table::{Table, cell, text, time_cell};
use super::screen;
use super::shopify::HERE;
use crate::subjects::{asked_by_shop, erase, export, look};

const NOTE_CHARS_MAX: usize = 200;

pub fn section(person: &Person, requests: &[ShopRequest], zone: &Zone) -> Markup {
    if requests.is_empty() {
        return html! {};
    }
    let (done, waiting): (Vec<&ShopRequest>, Vec<&ShopRequest>) = requests.iter().partition(|it| it.done_at.is_some());
    html! {
        section.card.pad {
            h2 { "What shops ask by law" }
            p { "You have 30 days. Whom it is about is sealed, and is forgotten once it is done." }
            @for it in waiting {
                div.asked {
                    p { b { (words(it.kind)) } br; span.muted { "came " (format::date_time(it.received_at, zone)) } }
                    (ways(person, it))
                }
            }
            @if !done.is_empty() { (table(&done, zone).bare()) }
        }
    }
}

fn table(done: &[&ShopRequest], zone: &Zone) -> Table {
    let columns = vec![text("Came"), text("Asked"), text("Done"), text("What was done")];
    let row = |it: &&ShopRequest| {
        let done_at = it.done_at.map(|at| format::date(at, zone)).unwrap_or_default();
        vec![time_cell(it.received_at, zone), cell(words(it.kind)), cell(done_at), cell(it.note.clone())]
    };
    Table { columns, rows: done.iter().map(row).collect() }
}

fn words(kind: ShopRequestKind) -> &'static str {
    match kind {
        ShopRequestKind::CustomerData => "A customer wants to know what is kept of them",
        ShopRequestKind::CustomerRedact => "A customer is to be forgotten",
        ShopRequestKind::ShopRedact => "The shop left: its customers are to be forgotten",
    }
}

/// What can be done about it.
fn ways(person: &Person, it: &ShopRequest) -> Markup {
    html! {
        @if person.may(May::Manage) { div.row {
            @if asked_by_shop(&it.payload).is_some() {
                form action={ (HERE) "/requests/look" } method="post" {
                    (of(person, &it.shop, &it.id))
                    button.primary { "Look" }
                }
            }
            form.row action={ (HERE) "/requests" } method="post" {
                (of(person, &it.shop, &it.id))
                input name="note" maxlength=(NOTE_CHARS_MAX) required placeholder="What was done" aria-label="What was done";
                button { "Done" }
            }
        } } @else { p.muted { "Whoever manages partners can look at it." } }
    }
}

fn of(person: &Person, shop: &str, id: &str) -> Markup {
    html! {
        (csrf(person))
        input type="hidden" name="shop" value=(shop);
        input type="hidden" name="id" value=(id);
    }
}

#[derive(Deserialize)]
pub struct Sent {
    csrf: String,
    shop: String,
    id: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    confirmed: String,
}

/// Whom a request that waits is about.
async fn read(person: &Person, sent: &Sent) -> Result<(ShopRequest, Asked), Failure> {
    person.check_csrf(&sent.csrf)?;
    allow(person)?;
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let (shop, id) = (sent.shop.clone(), sent.id.clone());
    let found = blocking(move || engine.settings.shop_request(brand, (&shop, &id))).await?;
    let waiting = found.filter(|it| it.done_at.is_none()).ok_or(Failure::NotFound)?;
    let asked = asked_by_shop(&waiting.payload);
    let asked = asked.ok_or_else(|| Failure::Invalid("The shop's message names no customer.".to_owned()))?;
    Ok((waiting, asked))
}

fn actor(person: &Person, request: &ShopRequest) -> Actor {
    let reason = format!("the shop asked, {}", request.kind.code());
    Actor { user: person.user, role: person.role, reason }
}

pub async fn preview(person: Person, Form(sent): Form<Sent>) -> Result<Response, Failure> {
    let (request, asked) = read(&person, &sent).await?;
    let found = look(&person.app.engine, person.brand, asked).await?;
    let body = html! {
        (told(&found))
        section.card.pad {
            h2 { "Hand over what is known" }
            form.stack action={ (HERE) "/requests/export" } method="post" {
                (of(&person, &request.shop, &request.id))
                button.primary[request.kind == ShopRequestKind::CustomerData] { "Download as JSON" }
                p.muted { "Give it to the shop's owner, then say under Shopify that it is done." }
            }
        }
        @if request.kind == ShopRequestKind::CustomerRedact {
            section.card.pad {
                h2 { "Erase" }
                form.stack action={ (HERE) "/requests/erase" } method="post" {
                    (of(&person, &request.shop, &request.id))
                    label.check { input type="checkbox" name="confirmed" value="1" required; "This can't be undone, and nobody is known by it afterwards." }
                    button.primary { "Erase this person" }
                }
            }
        }
        p { a.underlined href=(HERE) { "Back, and change nothing" } }
    };
    Ok(screen(&person, HERE, "What is known", body).into_response())
}

pub async fn hand_over(person: Person, Form(sent): Form<Sent>) -> Result<Response, Failure> {
    let (request, asked) = read(&person, &sent).await?;
    let told = export(&person.app, person.brand, asked, actor(&person, &request)).await?;
    Ok(file("subject", format!("{told:#}")))
}

pub async fn forget(person: Person, Form(sent): Form<Sent>) -> Result<Response, Failure> {
    let (request, asked) = read(&person, &sent).await?;
    if sent.confirmed != "1" || request.kind != ShopRequestKind::CustomerRedact {
        return Err(Failure::Invalid("Confirm that it can't be undone.".to_owned()));
    }
    let erasure = erase(&person.app.engine, person.brand, asked, actor(&person, &request)).await?;
    end(&person, &sent, format!("erased, receipt {}", erasure.id)).await?;
    Ok(Redirect::to(&format!("{ERASURES}/{}", erasure.id)).into_response())
}

pub async fn finish(person: Person, Form(sent): Form<Sent>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    allow(&person)?;
    let note: String = sent.note.trim().chars().take(NOTE_CHARS_MAX).collect();
    if note.is_empty() {
        return Err(Failure::Invalid("Say what was done: it is the proof that something was.".to_owned()));
    }
    if end(&person, &sent, note).await? { Ok(done(HERE)) } else { Err(Failure::NotFound) }
}

async fn end(person: &Person, sent: &Sent, note: String) -> Result<bool, Failure> {
    let (engine, brand, now) = (person.app.engine.clone(), person.brand, person.app.engine.now());
    let (shop, id) = (sent.shop.clone(), sent.id.clone());
    Ok(blocking(move || engine.settings.finish_shop_request(brand, (&shop, &id), &note, now)).await?)
}
