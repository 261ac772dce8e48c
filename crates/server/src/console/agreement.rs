//! The partner's side of its contracts: what holds, what is offered, and its word on that.

use axum::extract::Form;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::contract::Terms;
use referee_core::fact::{Fact, TermsDecided};
use referee_core::id::PartnerId;
use referee_core::program::Program;
use referee_engine::engine::SettleError;
use serde::Deserialize;

use super::page::{csrf, empty, page};
use super::partners::program_of;
use super::person::{Failure, Person, done};
use super::terms;

pub async fn show(person: Person) -> Result<Response, Failure> {
    let partner = person.partner.ok_or(Failure::Forbidden)?;
    let joined = |program: &&Program| person.config.terms.contains_key(&(program.id, Some(partner)));
    let programs: Vec<&Program> = person.config.programs.values().filter(joined).collect();
    let body = html! {
        @if programs.is_empty() {
            (empty("You have no contract yet", html! { p { "When the brand sets or offers you terms, they are here. Until then visitors are sent on, and nothing is earned." } }))
        }
        @for program in programs { (contract(&person, program, partner)) }
    };
    Ok(page(&person, "/contract", "Contract", body).into_response())
}

fn contract(person: &Person, program: &Program, partner: PartnerId) -> Markup {
    let now = terms::soon(person);
    html! {
        @if let Some(offer) = person.config.offer_to(program.id, partner, now) { (offered(person, program, partner, offer)) }
        section.card.pad {
            h2 { (program.name) @if let Some((_, status)) = person.config.contract_at(program.id, partner, now) { " " (terms::status_tag(status)) } }
            @match person.config.terms_at(program.id, partner, now) {
                Ok(terms) => (terms::lines(person, program, &terms)),
                Err(refusal) => p { (refusal.partner_sentence()) },
            }
            details {
                summary { "All versions" }
                (terms::history(person, program, terms::versions_of(person, program, Some(partner))))
            }
        }
    }
}

fn offered(person: &Person, program: &Program, partner: PartnerId, offer: &Terms) -> Markup {
    html! {
        section.card.pad {
            h2 { "New terms of " (program.name) " wait for your answer" }
            (terms::differences(person, program, partner, offer))
            @if let Some(rules) = &offer.rules {
                details open {
                    summary { "All that is offered" }
                    ul.plain-list { @for it in terms::sentences(person, program, rules) { li { (it) } } }
                }
            } @else { p { "Your contract would follow the program's template." } }
            form.stack action="/contract" method="post" {
                (csrf(person))
                input type="hidden" name="program" value=(program.id);
                input type="hidden" name="version" value=(offer.version);
                div.row {
                    button.primary name="answer" value="accept" { "Accept" }
                    button name="answer" value="decline" { "Decline" }
                }
                p.muted { "Your first answer holds. Until you accept, everything goes on as it was; what you have earned keeps its price." }
            }
        }
    }
}

#[derive(Deserialize)]
pub struct Answer {
    csrf: String,
    program: u32,
    version: u32,
    answer: String,
}

pub async fn answer(person: Person, Form(sent): Form<Answer>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    let partner = person.partner.ok_or(Failure::Forbidden)?;
    let program = program_of(&person, sent.program)?.id;
    let (accepted, reason) = match sent.answer.as_str() {
        "accept" => (true, "accepted in the portal"),
        "decline" => (false, "declined in the portal"),
        _ => return Err(Failure::NotFound),
    };
    let fact = Fact::TermsDecided(TermsDecided { program, partner, version: sent.version, accepted });
    match person.settle(reason, fact).await {
        Ok(_) => Ok(done("/contract")),
        Err(SettleError::Refused(refusal)) => Err(Failure::Invalid(refusal.partner_sentence().to_owned())),
        Err(error) => Err(error.into()),
    }
}
