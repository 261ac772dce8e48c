//! Groups of partners that take credit by a rule of their own.

use axum::extract::{Form, Path, Query};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::fact::{Fact, PartnerGroupSet};
use referee_core::id::PartnerId;
use referee_core::program::{PartnerGroup, Program};

use super::super::form::Fields;
use super::super::page::csrf;
use super::super::partners::program_of;
use super::super::person::{Failure, May, Person, done};
use super::super::table::{Table, cell, link_cell, minor, text};
use super::{ProgramQuery, program_screen, screen};
use crate::claims;
use crate::setup;

pub async fn show(person: Person, Query(query): Query<ProgramQuery>) -> Result<Response, Failure> {
    person.require(May::SetUp)?;
    Ok(program_screen(&person, query.program, ("/settings/groups", "Groups of partners"), groups).into_response())
}

fn groups(person: &Person, program: &Program) -> Markup {
    let of_program = person.config.groups.values().filter(|it| it.program == program.id);
    let line = |it: &PartnerGroup| {
        let names: Vec<String> = it.members.iter().map(|member| person.partner_name(*member)).collect();
        vec![
            link_cell(&format!("/settings/groups/{}/{}", it.program, it.id), it.name.clone()),
            cell(it.id.to_string()),
            cell(claims::group_credit_name(it.credit)),
            cell(names.join(", ")),
        ]
    };
    let rows: Vec<_> = of_program.map(line).collect();
    let none = rows.is_empty();
    let table = Table { columns: vec![text("Group"), minor("Id"), text("Credit"), text("Members")], rows };
    html! {
        section.card.pad {
            h2 { "Groups" }
            @if none { p.muted { "None yet. A group lets its partners, such as coupon sites, go second or earn by codes alone." } }
            @else { (table.bare()) }
            details open[none] {
                summary { "Add a group" }
                (form(person, program, None))
            }
        }
    }
}

fn form(person: &Person, program: &Program, known: Option<&PartnerGroup>) -> Markup {
    let credit = known.map(|it| it.credit).unwrap_or_default();
    let mut partners: Vec<_> = person.partner_names.iter().collect();
    partners.sort_by_key(|(_, name)| name.to_lowercase());
    let is_in = |id: &PartnerId| known.is_some_and(|it| it.members.contains(id));
    html! {
        form.stack.wide action="/settings/groups" method="post" {
            (csrf(person))
            input type="hidden" name="program" value=(program.id);
            @if let Some(known) = known { input type="hidden" name="id" value=(known.id); }
            label { "Name" input name="name" required maxlength="200" placeholder="Coupon sites" value=(known.map(|it| it.name.as_str()).unwrap_or_default()); }
            label { "How its members are credited for clicks and impressions" select name="credit" {
                @for (it, value, sentence) in claims::GROUP_CREDITS { option value=(value) selected[it == credit] { (sentence) } }
            } }
            fieldset {
                legend { "Members" }
                @for (id, name) in partners {
                    label.check { input type="checkbox" name={ "member_" (id) } value="yes" checked[is_in(id)]; " " (name) }
                }
                @if person.partner_names.is_empty() { p.muted { "There is no partner yet." } }
            }
            button.primary { "Save the group" }
            p.muted { "Of several groups that a partner is in, the strictest holds." }
        }
    }
}

pub async fn edit(person: Person, Path((program, id)): Path<(u32, u32)>) -> Result<Response, Failure> {
    person.require(May::SetUp)?;
    let program = program_of(&person, program)?;
    let group = person.config.groups.get(&(program.id, id)).ok_or(Failure::NotFound)?;
    let body = html! { section.card.pad { h2 { "Change the group" } (form(&person, program, Some(group))) } };
    Ok(screen(&person, "/settings/groups", &group.name, body).into_response())
}

pub async fn set(person: Person, Form(sent): Form<Vec<(String, String)>>) -> Result<Response, Failure> {
    let sent = Fields(sent);
    person.check_csrf(sent.get("csrf"))?;
    person.require(May::SetUp)?;
    let program = program_of(&person, sent.get("program").parse().unwrap_or(0))?.id;
    let invalid = |why: &str| Failure::Invalid(why.to_owned());
    let id = match sent.get("id") {
        "" => None,
        text => Some(text.parse().ok().filter(|id| person.config.groups.contains_key(&(program, *id)))),
    };
    let members: Vec<PartnerId> = sent.numbered("member_").map(|(id, _)| PartnerId(id)).collect();
    claims::members(members.len()).map_err(invalid)?;
    let group = PartnerGroupSet {
        program,
        id: id.map(|id| id.ok_or(Failure::NotFound)).transpose()?,
        name: setup::name(sent.get("name")).map_err(invalid)?,
        members,
        credit: claims::group_credit(sent.get("credit")).map_err(invalid)?,
    };
    person.settle("set in the console", Fact::PartnerGroupSet(group)).await?;
    Ok(done(&format!("/settings/groups?program={program}")))
}
