//! People whose data this is: what is known of one, and its erasure. Numbers and states are shown, and never a value.

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderValue, header};
use maud::{Markup, html};
use referee_core::fact::Actor;
use referee_engine::engine::blocking;
use referee_engine::erasure::order::Asked;
use referee_engine::erasure::receipt::Receipt;
use referee_engine::erasure::{Erasure, ErasureState, Found};
use serde::Deserialize;

use super::format;
use super::page::{csrf, empty};
use super::person::{Failure, May, Person};
use super::settings::screen;
use super::table::{Table, cell, figure, link_cell, number_cell, shown_cell, text, time_cell};
use crate::subjects::{CLICK_ID, COOKIE, No, SubjectWords, erase, export, look, many};

pub(super) const HERE: &str = "/settings/erasure";
/// The newest ones.
const SHOWN: u32 = 100;
/// Kinds that a person is asked for by, in words.
const KINDS: [(&str, &str); 6] = [
    ("email", "E-mail address"),
    ("customer_id", "Customer id"),
    ("phone", "Phone number"),
    (COOKIE, "Cookie"),
    ("device", "Device id"),
    (CLICK_ID, "Click id"),
];

pub(super) fn allow(person: &Person) -> Result<(), Failure> {
    person.require_brand_side()?;
    person.require(May::Manage)
}

impl From<No> for Failure {
    fn from(no: No) -> Failure {
        match no {
            No::Unknown(unknown) => Failure::Invalid(unknown.sentence().to_owned()),
            No::TooMany => Failure::Invalid(
                "Exports read the whole log: ten in a quarter of an hour are the limit. Try again later.".to_owned(),
            ),
            No::Settle(error) => error.into(),
        }
    }
}

pub async fn list(person: Person) -> Result<Response, Failure> {
    allow(&person)?;
    let brand = person.brand;
    let erasures = person.app.engine.with_settings(move |settings| settings.erasures(brand, SHOWN)).await?;
    let body = html! {
        section.card.pad {
            h2 { "Somebody asks" }
            form.stack action={ (HERE) "/look" } method="post" autocomplete="off" {
                (csrf(&person))
                (who_fields())
                button.primary { "Look" }
                p.muted { "Nothing is changed by looking. The value is hashed at once and kept nowhere. " a.underlined href="/docs/guide/erasure" { "What erasure does" } }
            }
        }
        section {
            h2 { "Erasures" }
            @if erasures.is_empty() {
                (empty("None yet", html! { p { "Name a person above, look at what is known, and erase it. What was done stands here, without the person." } }))
            } @else { (table(&person, &erasures).html()) }
        }
    };
    Ok(screen(&person, HERE, "Erasure and data export", body).into_response())
}

fn who_fields() -> Markup {
    html! {
        label { "Known by" select name="kind" { @for (code, name) in KINDS { option value=(code) { (name) } } } }
        label { "Value" input name="value" required maxlength="1024" autocomplete="off"; }
        label { "Country, for a national phone number" input name="country" maxlength="2" pattern="[A-Za-z]{2}" placeholder="DE"; }
    }
}

fn table(person: &Person, erasures: &[Erasure]) -> Table {
    let zone = person.zone(None);
    let columns = vec![
        text("Receipt"),
        text("State"),
        text("Asked"),
        figure("Identifiers"),
        figure("Records rewritten"),
        text("Why"),
    ];
    let row = |it: &Erasure| {
        vec![
            link_cell(&format!("{HERE}/{}", it.id), &it.id.to_string()[..8]),
            shown_cell(state(it), it.state.name()),
            time_cell(it.asked_at, &zone),
            number_cell(i64::from(it.found.values())),
            number_cell(i64::try_from(it.rewritten).unwrap_or(i64::MAX)),
            cell(it.actor.reason.clone()),
        ]
    };
    Table { columns, rows: erasures.iter().map(row).collect() }
}

fn state(it: &Erasure) -> Markup {
    let (class, words) = match it.state {
        ErasureState::Waiting => ("tag pending", "Waiting for the books"),
        ErasureState::Rewriting if it.position.is_some() => ("tag pending", "Cleaning up"),
        ErasureState::Rewriting => ("tag pending", "Rewriting the log"),
        ErasureState::Done => ("tag locked", "Done"),
    };
    html! { span class=(class) { (words) } }
}

#[derive(Deserialize)]
pub struct Sent {
    csrf: String,
    #[serde(flatten)]
    who: SubjectWords,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    confirmed: String,
}

fn read(person: &Person, sent: &Sent) -> Result<Asked, Failure> {
    person.check_csrf(&sent.csrf)?;
    allow(person)?;
    sent.who.asked().ok_or_else(|| Failure::Invalid("Choose by what the person is known, and type the value.".into()))
}

fn actor(person: &Person, sent: &Sent) -> Result<Actor, Failure> {
    let reason: String = sent.reason.trim().chars().take(255).collect();
    if reason.is_empty() {
        return Err(Failure::Invalid("Say why: it is kept with the decision. Name nobody in it.".to_owned()));
    }
    Ok(Actor { user: person.user, role: person.role, reason })
}

/// What would be erased. Posted: an address would keep the value in histories and logs.
pub async fn preview(person: Person, Form(sent): Form<Sent>) -> Result<Response, Failure> {
    let asked = read(&person, &sent)?;
    let found = look(&person.app.engine, person.brand, asked).await?;
    let again = |action: &str, inner: Markup| {
        html! {
            form.stack action=(action) method="post" autocomplete="off" {
                (csrf(&person))
                input type="hidden" name="kind" value=(sent.who.kind);
                input type="hidden" name="value" value=(sent.who.value);
                input type="hidden" name="country" value=(sent.who.country.as_deref().unwrap_or_default());
                label { "Why" input name="reason" required maxlength="255" placeholder="Asked for on 3 March, ticket 812"; }
                (inner)
            }
        }
    };
    let body = html! {
        (told(&found))
        section.card.pad {
            h2 { "Hand over what is known" }
            (again(&format!("{HERE}/export"), html! { button { "Download as JSON" } }))
        }
        section.card.pad {
            h2 { "Erase" }
            (again(&format!("{HERE}/erase"), html! {
                label.check { input type="checkbox" name="confirmed" value="1" required; "This can't be undone, and nobody is known by it afterwards." }
                button.primary { "Erase this person" }
            }))
        }
        p { a.underlined href=(HERE) { "Back, and change nothing" } }
    };
    Ok(screen(&person, HERE, "What is known", body).into_response())
}

/// In numbers: what names the person, and what stays.
pub(super) fn told(found: &Found) -> Markup {
    let hashes: u32 = found.identifiers.values().sum();
    let kept = [
        (
            found.shared,
            "identifier that was seen with too many people to name one",
            "identifiers that were seen with too many people to name one",
        ),
        (
            found.passed_on,
            "device that was this person's and belongs to somebody else now",
            "devices that were this person's and belong to somebody else now",
        ),
        (
            found.blocked,
            "identifier of the block list, where it names nobody",
            "identifiers of the block list, where they name nobody",
        ),
    ];
    html! {
        section.card.kpis.three {
            div { span.muted { "Names this person" } b { (many(hashes, "hash", "hashes")) } span.muted { @for (i, (kind, n)) in found.identifiers.iter().enumerate() { @if i > 0 { ", " } (kind) " " (n) } } }
            div { span.muted { "Came from" } b { (many(found.devices, "device", "devices")) } span.muted { (many(found.clicks, "click", "clicks")) ", " (many(found.networks, "network", "networks")) } }
            div { span.muted { "Stays" } b { (many(found.orders, "order", "orders")) } span.muted { "without the person: payouts do not change" } }
        }
        @if kept.iter().any(|(n, ..)| *n > 0) {
            section.card.pad {
                h2 { "What stays as well" }
                ul.plain-list { @for (n, one, more) in kept { @if n > 0 { li { (many(n, one, more)) } } } }
            }
        }
        @if found.identifiers.get("customer_id").is_some_and(|n| *n > 0) && found.identifiers.len() > 1 {
            p.muted { "A customer and the devices it is signed in on are one person here. If somebody else uses such a device too, that device is forgotten for both." }
        }
    }
}

pub async fn ask(person: Person, Form(sent): Form<Sent>) -> Result<Response, Failure> {
    let asked = read(&person, &sent)?;
    let actor = actor(&person, &sent)?;
    if sent.confirmed != "1" {
        return Err(Failure::Invalid("Confirm that it can't be undone.".to_owned()));
    }
    let erasure = erase(&person.app.engine, person.brand, asked, actor).await?;
    Ok(Redirect::to(&format!("{HERE}/{}", erasure.id)).into_response())
}

pub async fn hand_over(person: Person, Form(sent): Form<Sent>) -> Result<Response, Failure> {
    let asked = read(&person, &sent)?;
    let actor = actor(&person, &sent)?;
    let told = export(&person.app, person.brand, asked, actor).await?;
    Ok(file("subject", format!("{told:#}")))
}

pub(super) fn file(name: &str, json: String) -> Response {
    let mut response = json.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}.json\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

pub async fn show(person: Person, Path(id): Path<String>) -> Result<Response, Failure> {
    allow(&person)?;
    let erasure = find(&person, &id).await?;
    let zone = person.zone(None);
    let body = html! {
        section.card.kpis.three {
            div { span.muted { "State" } b { (state(&erasure)) } span.muted { "asked " (format::time(erasure.asked_at, &zone)) } }
            div { span.muted { "Replaced" } b { (many(erasure.found.values(), "value", "values")) } span.muted { "in " (format::number(i64::try_from(erasure.rewritten).unwrap_or(i64::MAX))) " of " (format::number(i64::try_from(erasure.read).unwrap_or(i64::MAX))) " records that were read" } }
            div { span.muted { "Stays" } b { (many(erasure.found.orders, "order", "orders")) } span.muted { "without the person" } }
        }
        section.card.pad {
            p { "Why: " (erasure.actor.reason) }
            p.muted { "Receipt " code { (erasure.id) } }
            @if erasure.state == ErasureState::Done {
                p { a.underlined href={ (HERE) "/" (erasure.id) "/receipt" } { "Download the receipt" } " and keep it with your backups: an older one that is restored is erased by it again." }
            } @else {
                p.muted { "It goes on by itself. Reload the page to see how far it is. A log on NATS lets go of old messages within minutes." }
            }
        }
        p { a.underlined href=(HERE) { "All erasures" } }
    };
    Ok(screen(&person, HERE, "Erasure", body).into_response())
}

pub async fn receipt(person: Person, Path(id): Path<String>) -> Result<Response, Failure> {
    allow(&person)?;
    let erasure = find(&person, &id).await?;
    let engine = person.app.engine.clone();
    let receipt = blocking(move || Receipt::of(&engine, &erasure)).await?;
    let json = serde_json::to_string(&receipt).map_err(|_| Failure::NotFound)?;
    Ok(file(&format!("{}-{}", receipt.brand, receipt.id), json))
}

async fn find(person: &Person, id: &str) -> Result<Erasure, Failure> {
    let id = id.parse().map_err(|()| Failure::NotFound)?;
    let brand = person.brand;
    let found = person.app.engine.with_settings(move |settings| settings.erasure(brand, id)).await?;
    found.ok_or(Failure::NotFound)
}
