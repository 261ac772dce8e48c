//! When a pending action locks, as a person decides it: held, released, or approved before its time.

use axum::extract::{Form, Path};
use axum::response::Response;
use maud::{Markup, html};
use referee_core::fact::ActionChange;
use referee_core::pricing::terms_of;
use referee_core::row::ActionRow;
use referee_engine::intake::change::LOCK_REASONS;
use serde::Deserialize;

use super::action::{reason_words, request};
use super::page::csrf;
use super::person::{Failure, May, Person};
use crate::pricing;

pub fn forms(person: &Person, action: &ActionRow) -> Markup {
    html! {
        section.card.pad {
            h2 { "Locking" }
            form.stack action={ "/actions/" (action.id) "/locking" } method="post" {
                (csrf(person))
                label { "Why" select name="disposition" { @for reason in LOCK_REASONS { option value=(reason) { (reason_words(reason)) } } } }
                @if action.outside.is_some() {
                    p { "It is outside of the terms: " (limit_words(person, action)) ". It pays nothing unless you admit it." }
                    div.row { button name="what" value="admit" { "Admit and pay" } }
                }
                div.row {
                    @if action.held {
                        button name="what" value="release" { "Release" }
                    } @else {
                        button name="what" value="hold" { "Hold" }
                        button name="what" value="approve" { "Approve now" }
                    }
                }
                p.muted {
                    @if action.held { "It is held. Once it is released, it locks at its time, or at once if that has passed." }
                    @else { "A held action does not lock until it is released. An approved one is locked at once and owed." }
                }
            }
        }
    }
}

/// For an action that is reversed and whose time to lock has not passed.
pub fn restore_form(person: &Person, action: &ActionRow) -> Markup {
    html! {
        section.card.pad {
            h2 { "Restore" }
            form.stack action={ "/actions/" (action.id) "/locking" } method="post" {
                (csrf(person))
                label { "Why" select name="disposition" { @for reason in LOCK_REASONS { option value=(reason) { (reason_words(reason)) } } } }
                div.row { button name="what" value="restore" { "Take the reversal back" } }
                p.muted { "It is then as it was before it was reversed, at the price of its terms." }
            }
        }
    }
}

/// Which limit was reached, in small letters within a sentence.
pub fn limit_words(person: &Person, action: &ActionRow) -> String {
    let terms = terms_of(&person.config, action);
    let limit = terms.as_ref().and_then(|(terms, _)| terms.limits.get(action.outside?));
    limit.map_or_else(String::new, |it| pricing::limit(it, action.currency).to_lowercase())
}

#[derive(Deserialize)]
pub struct Sent {
    csrf: String,
    disposition: String,
    what: String,
}

pub async fn change(person: Person, Path(id): Path<String>, Form(sent): Form<Sent>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Manage)?;
    let change = match sent.what.as_str() {
        "hold" => ActionChange::Hold,
        "release" => ActionChange::Release,
        "approve" => ActionChange::Approve,
        "restore" => ActionChange::Restore,
        "admit" => ActionChange::Admit,
        _ => return Err(Failure::Invalid("An action is held, released, approved, admitted or restored.".into())),
    };
    request(&person, &id, &LOCK_REASONS, &sent.disposition, change).await
}
