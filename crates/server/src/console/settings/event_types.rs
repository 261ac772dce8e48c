//! Event types: what the brand pays for.

use axum::extract::Form;
use axum::response::Response;
use maud::{Markup, html};
use referee_core::fact::{EventTypeSet, Fact};
use referee_core::id::EventTypeId;
use referee_core::program::{Category, EventType, Program, Standing};
use serde::Deserialize;

use super::super::form::{brought_id, standing, standing_button, standing_reason};
use super::super::format;
use super::super::page::csrf;
use super::super::partners::program_of;
use super::super::person::{Failure, May, Person, done};
use super::super::table::{Table, buttons, cell, minor, shown_cell, text};
use super::super::terms::event_types_of;

const CATEGORIES: [(Category, &str, &str); 5] = [
    (Category::Sale, "sale", "Sale: an order with an amount"),
    (Category::Lead, "lead", "Lead: a form was sent"),
    (Category::Install, "install", "Install: an app was opened for the first time"),
    (Category::Click, "click", "Click: needs no code on the site"),
    (Category::Other, "other", "Something else"),
];

pub fn section(person: &Person, program: &Program) -> Markup {
    let table = table(person, program);
    let none = table.rows.is_empty();
    html! {
        section.card.pad {
            h2 { "Event types" }
            @if none { p.muted { "What partners are paid for, such as an order or a sign-up. Add the first, and then say in the template terms what it pays." } }
            @else { (table.bare()) }
            details open[none] {
                summary { "Add an event type" }
                form.stack action="/settings/event-types" method="post" {
                    (csrf(person))
                    input type="hidden" name="program" value=(program.id);
                    label { "Name" input name="name" required maxlength="100" placeholder="Online sale"; }
                    label { "Code, for use in the shop" input name="code" maxlength="64" pattern="[A-Za-z0-9_\\-]*" placeholder="sale"; }
                    label { "Kind" select name="category" { @for (_, value, name) in CATEGORIES { option value=(value) { (name) } } } }
                    label { "Id of another platform (optional)" input name="id" inputmode="numeric" pattern="[0-9]*"; }
                    button { "Add the event type" }
                }
            }
        }
    }
}

fn table(person: &Person, program: &Program) -> Table {
    let columns = vec![text("Event type"), minor("Id"), text("Code"), minor("Kind"), text("Standing"), buttons()];
    let row = |it: &EventType| {
        let names = [("program", program.id.to_string()), ("id", it.id.to_string())];
        let button = standing_button(person, "/settings/event-types/standing", &names, it.standing);
        vec![
            cell(it.name.clone()),
            cell(it.id.to_string()),
            shown_cell(html! { code { (it.code) } }, it.code.clone()),
            cell(format!("{:?}", it.category)),
            shown_cell(format::standing(it.standing), format::standing_word(it.standing)),
            shown_cell(button, ""),
        ]
    };
    Table { columns, rows: event_types_of(person, program).map(row).collect() }
}

#[derive(Deserialize)]
pub struct NewEventType {
    csrf: String,
    program: u32,
    name: String,
    #[serde(default)]
    code: String,
    category: String,
    #[serde(default)]
    id: String,
}

pub async fn create(person: Person, Form(sent): Form<NewEventType>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::SetUp)?;
    let category = CATEGORIES.iter().find(|(_, value, _)| *value == sent.category).ok_or(Failure::NotFound)?.0;
    let (program, id) = (program_of(&person, sent.program)?.id, brought_id(&sent.id)?.map(EventTypeId));
    if id.is_some_and(|id| person.config.event_types.contains_key(&(program, id))) {
        return Err(Failure::Invalid(format!("There is an event type {} already.", sent.id.trim())));
    }
    let event_type = EventTypeSet {
        program,
        id,
        code: sent.code.trim().to_owned(),
        name: sent.name.trim().to_owned(),
        category,
        standing: Standing::Active,
        server_wins: true,
    };
    person.settle("added in the console", Fact::EventTypeSet(event_type)).await?;
    Ok(done(&format!("/settings?program={program}")))
}

#[derive(Deserialize)]
pub struct StandingChange {
    csrf: String,
    program: u32,
    id: u32,
    standing: String,
}

pub async fn change(person: Person, Form(sent): Form<StandingChange>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::SetUp)?;
    let program = program_of(&person, sent.program)?.id;
    let known = person.config.event_types.get(&(program, EventTypeId(sent.id))).ok_or(Failure::NotFound)?.clone();
    let standing = standing(&sent.standing);
    let event_type = EventTypeSet {
        program,
        id: Some(known.id),
        code: known.code,
        name: known.name,
        category: known.category,
        standing,
        server_wins: known.server_wins,
    };
    person.settle(standing_reason(standing), Fact::EventTypeSet(event_type)).await?;
    Ok(done(&format!("/settings?program={program}")))
}
