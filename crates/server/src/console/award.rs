//! A bonus or a flat fee for a partner.

use axum::extract::{Form, Path};
use axum::response::Response;
use maud::{Markup, html};
use referee_core::fact::{AwardGiven, Fact};
use referee_core::id::{PartnerId, ProgramId};
use referee_core::program::Program;
use referee_engine::intake::amount;
use serde::Deserialize;

use super::page::csrf;
use super::partners::partner_of;
use super::person::{Failure, May, Person, done};
use crate::award::{kind, reference};

pub fn form(person: &Person, partner: PartnerId) -> Markup {
    let joined = |it: &&Program| person.config.terms.contains_key(&(it.id, Some(partner)));
    let programs: Vec<&Program> = person.config.programs.values().filter(joined).collect();
    let Some(first) = programs.first() else { return html! {} };
    html! {
        section.card.pad {
            h2 { "Give a bonus or fee" }
            form.stack action={ "/partners/" (partner) "/awards" } method="post" {
                (csrf(person))
                @if programs.len() > 1 {
                    label { "Program" select name="program" { @for it in &programs { option value=(it.id) { (it.name) ", " (it.currency.to_string()) } } } }
                } @else { input type="hidden" name="program" value=(first.id); }
                div.pair {
                    label { "What" select name="kind" { option value="bonus" { "Bonus, for what was achieved" } option value="fee" { "Flat fee, as agreed" } } }
                    label { "Amount" @if programs.len() == 1 { ", " (first.currency.to_string()) } input name="amount" required inputmode="decimal"; }
                }
                label { "Reference, if it has one" input name="reference" maxlength="64"; }
                label { "Note" input name="note" required maxlength="255"; }
                button { "Give it" }
                p.muted { "It locks as the events of today do and is paid with the rest; until then it can be changed or reversed. Under one reference it is given once: left empty, it is the kind, the month and the partner." }
            }
        }
    }
}

#[derive(Deserialize)]
pub struct Sent {
    csrf: String,
    program: u32,
    kind: String,
    amount: String,
    #[serde(default)]
    reference: String,
    note: String,
}

pub async fn give(person: Person, Path(id): Path<u32>, Form(sent): Form<Sent>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Manage)?;
    let partner = partner_of(&person, id)?;
    if sent.note.trim().is_empty() {
        return Err(Failure::Invalid("Say in the note what it is for.".into()));
    }
    let program = person.config.programs.get(&ProgramId(sent.program)).ok_or(Failure::NotFound)?;
    let invalid = |why: &str| Failure::Invalid(why.to_owned());
    let kind = kind(&sent.kind).map_err(invalid)?;
    let amount =
        amount::amount(&sent.amount).map_err(|why| Failure::Invalid(format!("The amount can't be taken: {why}.")))?;
    let today = program.zone.day(person.app.engine.now());
    let reference = reference(&sent.reference, kind, partner, today).map_err(invalid)?;
    let fact = AwardGiven { program: program.id, partner, kind, amount, reference };
    let settled = person.settle(&sent.note, Fact::AwardGiven(fact)).await?;
    Ok(done(&format!("/actions/{}", settled.subject)))
}
