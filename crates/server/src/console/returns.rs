//! Returns that a partner is asked for: what waits for its word, and what it says.

use axum::extract::{Form, Path};
use axum::response::Response;
use maud::{Markup, html};
use referee_core::contract::{ReturnPolicy, Returns};
use referee_core::fact::{Fact, ReturnDecided};
use referee_core::id::ActionId;
use referee_core::money::Money;
use referee_core::row::ActionRow;
use referee_core::time::Zone;
use referee_engine::engine::blocking;
use serde::Deserialize;

use super::action::reason_words;
use super::format;
use super::order::order_address;
use super::page::csrf;
use super::person::{Failure, Person, done};

/// The most that are shown at once; when they are answered, the next follow.
const SHOWN_MAX: u32 = 100;

fn returns(person: &Person, action: &ActionRow) -> Returns {
    let of = if action.terms_of_template { None } else { Some(action.partner) };
    let rules = person.config.rules_of(action.id.program, of, action.terms_version);
    rules.filter(|_| !action.is_award()).map(|rules| rules.returns).unwrap_or_default()
}

pub fn policy(person: &Person, action: &ActionRow) -> ReturnPolicy {
    returns(person, action).policy
}

/// What the terms of an action say of returns; None: nothing.
pub fn words(person: &Person, action: &ActionRow) -> Option<String> {
    sentence(returns(person, action))
}

pub fn sentence(returns: Returns) -> Option<String> {
    let policy = match returns.policy {
        ReturnPolicy::Always => None,
        ReturnPolicy::Never => Some("Nothing is taken back, but for fraud, tests and details that are not valid"),
        ReturnPolicy::Consent => {
            Some("What is taken back needs the partner's consent, but for fraud, tests and details that are not valid")
        }
    };
    let most =
        returns.most_ppm.map(|ppm| format!("at most {} of the payouts of a month are taken back", format::rate(ppm)));
    match (policy, most) {
        (None, None) => None,
        (Some(policy), None) => Some(format!("{policy}.")),
        (None, Some(most)) => Some(format!("Of returns, {most}.")),
        (Some(policy), Some(most)) => Some(format!("{policy}, and {most}.")),
    }
}

/// What is asked for of an action: for the partner with the answer's buttons.
pub fn notice(person: &Person, action: &ActionRow) -> Markup {
    let Some(asked) = &action.return_asked else { return html! {} };
    let zone = person.config.programs.get(&action.id.program).map(|it| it.zone.clone()).unwrap_or_default();
    let amount = asked.figures.as_ref().map_or(Money::ZERO, |it| it.amount);
    let until = action.locks_at.map(|at| format::date_time(at, &zone));
    html! {
        section.card.pad {
            h2 { (if person.partner.is_some() { "A return waits for your answer" } else { "A return waits for the partner's answer" }) }
            p { "Because " (reason_words(&asked.disposition)) ", the amount would be " (format::money(amount, action.currency))
                " in place of " (format::money(action.amount, action.currency)) "."
                @if let Some(until) = until { " Without an answer by " (until) " it is declined, and the action locks as it is." } }
            @if person.partner.is_some() {
                form.stack action={ "/actions/" (action.id) "/return" } method="post" {
                    (csrf(person))
                    div.row {
                        button name="answer" value="accept" { "Accept" }
                        button name="answer" value="decline" { "Decline" }
                    }
                }
            }
        }
    }
}

/// For the partner's overview: what waits for its word.
pub async fn waiting(person: &Person, zone: &Zone) -> Result<Markup, Failure> {
    let Some(partner) = person.partner else { return Ok(html! {}) };
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let rows = blocking(move || engine.reads.asked_returns(brand, Some(partner), SHOWN_MAX)).await?;
    Ok(html! {
        @if !rows.is_empty() {
            section.card.scroll {
                table {
                    thead { tr { th { "Returns that wait for your answer" } th { "Until" } th.num { "Payout now" } th { "Action" } } }
                    tbody { @for row in &rows {
                        tr {
                            td { a.underlined href=(order_address(&row.order_id)) { (row.order_id) }
                                @if let Some(asked) = &row.return_asked { span.muted { ", " (reason_words(&asked.disposition)) } } }
                            td { span.time { (format::locks(row, zone)) } }
                            td.num { (format::money(row.payout, row.currency)) }
                            td { a.underlined href={ "/actions/" (row.id) } { "Answer" } }
                        }
                    } }
                }
            }
        }
    })
}

#[derive(Deserialize)]
pub struct Answer {
    csrf: String,
    answer: String,
}

pub async fn answer(person: Person, Path(id): Path<String>, Form(sent): Form<Answer>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    let partner = person.partner.ok_or(Failure::Forbidden)?;
    let action: ActionId = id.parse().map_err(|()| Failure::NotFound)?;
    let accepted = match sent.answer.as_str() {
        "accept" => true,
        "decline" => false,
        _ => return Err(Failure::Invalid("A return is accepted or declined.".into())),
    };
    let fact = Fact::ReturnDecided(ReturnDecided { partner, action, accepted });
    person.settle(if accepted { "return accepted" } else { "return declined" }, fact).await?;
    Ok(done(&format!("/actions/{action}")))
}
