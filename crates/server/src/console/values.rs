//! Assigned values: addresses and phone numbers that belong to one partner, who earns what comes by them.

use axum::extract::Form;
use axum::response::Response;
use maud::{Markup, html};
use referee_core::fact::Fact;
use referee_core::id::{PartnerId, ProgramId};
use referee_core::program::{AssignedValue, Standing};
use serde::Deserialize;

use super::ads::{AdsQuery, button_cell, row, standing_cell, with_program};
use super::form::{standing, standing_reason};
use super::page::csrf;
use super::partners::{choice, program_choice, program_of};
use super::person::{Failure, May, Person, done};
use super::table::{Table, buttons, cell, minor, shown_cell, text};
use crate::claims;

pub fn table(person: &Person, query: &AdsQuery) -> Table {
    let columns = vec![text("Assigned value"), minor("Kind"), text("Partner"), minor("Standing"), buttons()];
    let wanted = |it: &&AssignedValue| query.takes(it.program, Some(it.partner), it.standing, &[&it.value]);
    let cells = |it: &AssignedValue| {
        let kind = claims::value_kind_name(it.kind);
        let names = [("program", it.program.to_string()), ("kind", kind.to_owned()), ("value", it.value.clone())];
        let words = claims::VALUE_KINDS.iter().find(|(kind, _, _)| *kind == it.kind).map_or("", |(_, _, words)| words);
        let cells = vec![
            shown_cell(html! { span.address { (it.value) } }, it.value.clone()),
            cell(words),
            cell(person.partner_name(it.partner)),
            standing_cell(it.standing),
            button_cell(person, "/assigned-values/standing", &names, it.standing),
        ];
        row(person, it.program, cells)
    };
    let rows = person.config.assigned_values.values().filter(wanted).map(cells).collect();
    Table { columns: with_program(person, columns), rows }
}

pub fn form(person: &Person) -> Markup {
    html! {
        section.card.pad {
            h2 { "Assign an address or a number" }
            form.stack action="/assigned-values/new" method="post" {
                (csrf(person)) (program_choice(person))
                label { "Kind" select name="kind" { @for (_, value, words) in claims::VALUE_KINDS { option value=(value) { (words) } } } }
                label { "Address, or the number that is called" input name="value" required maxlength="255" placeholder="www.shop.com/trail"; }
                label { "Partner" (choice(person, None, None)) }
                button.primary { "Assign it" }
                p.muted { "Its partner earns the orders whose report names it." }
            }
        }
    }
}

#[derive(Deserialize)]
pub struct NewValue {
    csrf: String,
    program: u32,
    kind: String,
    value: String,
    partner: u32,
}

pub async fn create(person: Person, Form(sent): Form<NewValue>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Manage)?;
    let invalid = |why: &str| Failure::Invalid(format!("{:?} can't be assigned. {why}", sent.value.trim()));
    let kind = claims::value_kind(&sent.kind).map_err(invalid)?;
    let value = claims::value(kind, &sent.value).map_err(invalid)?;
    let (program, partner) = (program_of(&person, sent.program)?.id, PartnerId(sent.partner));
    if let Some(known) = person.config.assigned_values.get(&(program, kind, value.clone())) {
        let whose = person.partner_name(known.partner);
        return Err(Failure::Invalid(format!("{value} belongs to {whose} already.")));
    }
    let value = AssignedValue { program, kind, value, partner, standing: Standing::Active };
    person.settle("added in the console", Fact::AssignedValueSet(value)).await?;
    Ok(done("/ads"))
}

#[derive(Deserialize)]
pub struct ValueStanding {
    csrf: String,
    program: u32,
    kind: String,
    value: String,
    standing: String,
}

pub async fn set_standing(person: Person, Form(sent): Form<ValueStanding>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Manage)?;
    let kind = claims::value_kind(&sent.kind).map_err(|_| Failure::NotFound)?;
    let key = (ProgramId(sent.program), kind, sent.value);
    let known = person.config.assigned_values.get(&key).ok_or(Failure::NotFound)?;
    let standing = standing(&sent.standing);
    person
        .settle(standing_reason(standing), Fact::AssignedValueSet(AssignedValue { standing, ..known.clone() }))
        .await?;
    Ok(done("/ads"))
}
