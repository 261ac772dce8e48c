//! Event types: what the brand pays for.

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::fact::{EventTypeSet, Fact};
use referee_core::id::{EventTypeId, ProgramId};
use referee_core::program::{Category, CreditPolicy, EventType, Program, SETTLE_HOURS_DEFAULT, Standing};
use referee_engine::limits::SETTLE_HOURS_MAX;
use serde::Deserialize;

use super::super::form::{brought_id, standing, standing_button, standing_reason};
use super::super::format;
use super::super::page::{csrf, page};
use super::super::partners::program_of;
use super::super::person::{Failure, May, Person, done};
use super::super::table::{Table, buttons, cell, link_cell, minor, shown_cell, text};
use super::super::terms::event_types_of;
use crate::setup;

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
                    @if let Some(known) = person.config.click_event_type(program.id).and_then(|id| person.config.event_types.get(&(program.id, id))) {
                        p.muted { "Clicks are paid by " (known.name) " already, and a program has one event type for them: pause that one before you add another." }
                    }
                    (crediting(person, program.id, None))
                    label { "Id of another platform (optional)" input name="id" inputmode="numeric" pattern="[0-9]*"; }
                    button { "Add the event type" }
                }
            }
        }
    }
}

/// Who earns what of such an event.
fn crediting(person: &Person, program: ProgramId, event_type: Option<&EventType>) -> Markup {
    let policy = event_type.map(|it| it.credit).unwrap_or_default();
    let parent = event_type.and_then(|it| it.parent);
    let id = event_type.map(|it| it.id);
    let of_program = person.config.event_types.values().filter(|it| it.program == program);
    let parents = of_program.filter(|it| setup::parent(&person.config, program, id, it.id).is_ok());
    html! {
        label { "Who is credited" select name="credit" {
            @for (it, value, sentence) in setup::CREDIT_POLICIES { option value=(value) selected[it == policy] { (sentence) } }
        } }
        label { "Parent" select name="parent" {
            option value="" { "None: the buyer's clicks and codes decide." }
            @for it in parents { option value=(it.id) selected[Some(it.id) == parent] { "Whoever earned the " (it.name) " earns this too." } }
        } }
        label { "Hours in which an order that earned nothing may be decided again"
            input type="number" name="settle_hours" min="0" max=(SETTLE_HOURS_MAX) required value=(event_type.map_or(SETTLE_HOURS_DEFAULT, |it| it.settle_hours)); }
    }
}

fn table(person: &Person, program: &Program) -> Table {
    let columns = vec![
        text("Event type"),
        minor("Id"),
        text("Code"),
        minor("Kind"),
        minor("Credit"),
        text("Standing"),
        buttons(),
    ];
    let row = |it: &EventType| {
        let names = [("program", program.id.to_string()), ("id", it.id.to_string())];
        let button = standing_button(person, "/settings/event-types/standing", &names, it.standing);
        vec![
            link_cell(&format!("/settings/event-types/{}/{}", it.program, it.id), it.name.clone()),
            cell(it.id.to_string()),
            shown_cell(html! { code { (it.code) } }, it.code.clone()),
            cell(format!("{:?}", it.category)),
            cell(format::credit(it.credit)),
            shown_cell(format::standing(it.standing), format::standing_word(it.standing)),
            shown_cell(button, ""),
        ]
    };
    Table { columns, rows: event_types_of(person, program).map(row).collect() }
}

/// The fields of `crediting`.
#[derive(Deserialize)]
pub struct Crediting {
    credit: String,
    parent: String,
    settle_hours: String,
}

impl Crediting {
    fn read(
        &self,
        person: &Person,
        program: ProgramId,
        id: Option<EventTypeId>,
    ) -> Result<(CreditPolicy, Option<EventTypeId>, u32), Failure> {
        let invalid = |field: &'static str| move |why: &str| Failure::Invalid(format!("{field}: {why}"));
        let credit = setup::credit(&self.credit).map_err(invalid("Who is credited"))?;
        let parent = match self.parent.trim() {
            "" => None,
            text => {
                let parent = text.parse().map_err(|_| invalid("Parent")("It is an event type's id."))?;
                Some(setup::parent(&person.config, program, id, parent).map_err(invalid("Parent"))?)
            }
        };
        let hours = self.settle_hours.trim().parse().map_err(|_| invalid("Hours")("It is a whole number."))?;
        Ok((credit, parent, setup::settle_hours(hours).map_err(invalid("Hours"))?))
    }
}

#[derive(Deserialize)]
pub struct NewEventType {
    csrf: String,
    program: u32,
    name: String,
    #[serde(default)]
    code: String,
    category: String,
    #[serde(flatten)]
    crediting: Crediting,
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
    let (credit, parent, settle_hours) = sent.crediting.read(&person, program, id)?;
    let event_type = EventTypeSet {
        program,
        id,
        code: sent.code.trim().to_owned(),
        name: sent.name.trim().to_owned(),
        category,
        standing: Standing::Active,
        server_wins: true,
        credit,
        parent,
        settle_hours,
    };
    person.settle("added in the console", Fact::EventTypeSet(event_type)).await?;
    Ok(done(&format!("/settings?program={program}")))
}

/// An event type as the fact that leaves it as it is.
fn as_it_is(known: &EventType) -> EventTypeSet {
    EventTypeSet {
        program: known.program,
        id: Some(known.id),
        code: known.code.clone(),
        name: known.name.clone(),
        category: known.category,
        standing: known.standing,
        server_wins: known.server_wins,
        credit: known.credit,
        parent: known.parent,
        settle_hours: known.settle_hours,
    }
}

fn event_type_of(person: &Person, program: u32, id: u32) -> Result<&EventType, Failure> {
    person.config.event_types.get(&(ProgramId(program), EventTypeId(id))).ok_or(Failure::NotFound)
}

pub async fn show(person: Person, Path((program, id)): Path<(u32, u32)>) -> Result<Response, Failure> {
    person.require(May::SetUp)?;
    let event_type = event_type_of(&person, program, id)?;
    let body = html! {
        p.facts {
            (format::standing(event_type.standing))
            span.muted { "Event type " (event_type.id) }
            a.underlined href={ "/settings?program=" (event_type.program) } { "All event types" }
        }
        section.card.pad {
            h2 { "Change the event type" }
            form.stack.wide action={ "/settings/event-types/" (event_type.program) "/" (event_type.id) } method="post" {
                (csrf(&person))
                label { "Name" input name="name" required maxlength="100" value=(event_type.name); }
                (crediting(&person, event_type.program, Some(event_type)))
                button.primary { "Save" }
                p.muted { "It holds for orders that are reported from now on. What was decided stays." }
            }
        }
    };
    Ok(page(&person, "/settings", &event_type.name, body).into_response())
}

#[derive(Deserialize)]
pub struct EventTypeForm {
    csrf: String,
    name: String,
    #[serde(flatten)]
    crediting: Crediting,
}

pub async fn set(
    person: Person,
    Path((program, id)): Path<(u32, u32)>,
    Form(sent): Form<EventTypeForm>,
) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::SetUp)?;
    let known = event_type_of(&person, program, id)?;
    let name = setup::name(&sent.name).map_err(|why| Failure::Invalid(why.into()))?;
    let (credit, parent, settle_hours) = sent.crediting.read(&person, known.program, Some(known.id))?;
    let set = EventTypeSet { name, credit, parent, settle_hours, ..as_it_is(known) };
    person.settle("changed in the console", Fact::EventTypeSet(set)).await?;
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
    let known = event_type_of(&person, sent.program, sent.id)?;
    let standing = standing(&sent.standing);
    let set = EventTypeSet { standing, ..as_it_is(known) };
    person.settle(standing_reason(standing), Fact::EventTypeSet(set)).await?;
    Ok(done(&format!("/settings?program={program}")))
}
