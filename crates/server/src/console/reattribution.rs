//! An action that goes to another partner: the form, and what both of the actions say of it.

use axum::extract::{Form, Path};
use axum::response::Response;
use maud::{Markup, html};
use referee_core::fact::{ActionChange, ActionTarget, ChangeRequest, Fact};
use referee_core::id::{ActionId, PartnerId};
use referee_core::program::{Source, Standing};
use referee_core::row::ActionRow;
use referee_engine::intake::change::REATTRIBUTED;
use serde::Deserialize;

use super::page::csrf;
use super::person::{Failure, May, Person, done};
use crate::reports::new_submission;

/// For a pending action: whom else it could be given to.
pub fn form(person: &Person, action: &ActionRow) -> Markup {
    let program = action.id.program;
    let could_have = |id: PartnerId| person.config.terms.contains_key(&(program, Some(id))) && id != action.partner;
    let partners = person.config.partners.values().filter(|it| !it.channel && it.standing == Standing::Active);
    let others: Vec<PartnerId> = partners.map(|it| it.id).filter(|id| could_have(*id)).collect();
    html! {
        @if !action.is_award() && !others.is_empty() {
            section.card.pad {
                h2 { "Give to another partner" }
                form.stack action={ "/actions/" (action.id) "/partner" } method="post" data-confirm="Give this action to the other partner?" {
                    (csrf(person))
                    label { "Partner" select name="partner" { @for id in &others { option value=(id) { (person.partner_name(*id)) } } } }
                    label { "Why" input name="reason" required maxlength="255"; }
                    button { "Give it away" }
                    p.muted { (person.partner_name(action.partner)) " loses it, and the other partner has it under its own terms of the event's time." }
                }
            }
        }
    }
}

/// Where it came from and where it went, for the brand's side: a partner is not told who else.
pub fn notice(person: &Person, action: &ActionRow) -> Markup {
    let link = |id: ActionId| html! { a.underlined href={ "/actions/" (id) } { "action " (id) } };
    html! {
        @if person.partner.is_none() {
            @if let Some(from) = action.moved_from { p.facts { span { "A person gave it to this partner in place of " (link(from)) "." } } }
            @if let Some(to) = action.moved_to { p.facts { span { "It was given to another partner: " (link(to)) " took its place." } } }
        }
    }
}

#[derive(Deserialize)]
pub struct Sent {
    csrf: String,
    partner: u32,
    reason: String,
}

pub async fn change(person: Person, Path(id): Path<String>, Form(sent): Form<Sent>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Manage)?;
    let id: ActionId = id.parse().map_err(|()| Failure::NotFound)?;
    if sent.reason.trim().is_empty() {
        return Err(Failure::Invalid("Say why the action goes to another partner.".into()));
    }
    let request = ChangeRequest {
        submission: new_submission(person.app.engine.now()),
        target: ActionTarget::Id(id),
        disposition: REATTRIBUTED.to_owned(),
        source: Source::Person,
        change: ActionChange::Reattribute { partner: PartnerId(sent.partner) },
    };
    let settled = person.settle(&sent.reason, Fact::ChangeRequested(request)).await?;
    // The last that is named is the one that took its place.
    let now = settled.subject.rsplit(", ").next().and_then(|id| id.parse::<ActionId>().ok()).unwrap_or(id);
    Ok(done(&format!("/actions/{now}")))
}
