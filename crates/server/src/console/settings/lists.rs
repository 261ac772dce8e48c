//! Lists that terms name: what stands on them, and since when.

use axum::extract::{Multipart, Path, Query};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::condition::Word;
use referee_core::contract::EventPayout;
use referee_core::fact::Fact;
use referee_core::list::{List, ListSet, Values, newest_of};
use referee_core::program::Program;
use referee_engine::intake::lists::{values_of_file, values_typed, variable};
use referee_engine::limits::LIST_VALUES_MAX;

use super::super::form::Fields;
use super::super::page::csrf;
use super::super::partners::program_of;
use super::super::person::{Failure, May, Person, done};
use super::super::table::{Table, cell, date_cell, link_cell, minor, number_cell, text, time_cell};
use super::{ProgramQuery, program_screen, screen};
use crate::setup;

/// Versions that are shown of a list: the newest tell what was changed lately.
const VERSIONS_SHOWN: usize = 20;

pub async fn show(person: Person, Query(query): Query<ProgramQuery>) -> Result<Response, Failure> {
    person.require(May::SetUp)?;
    Ok(program_screen(&person, query.program, ("/settings/lists", "Lists for terms"), lists).into_response())
}

fn lists(person: &Person, program: &Program) -> Markup {
    let line = |it: &List| {
        vec![
            link_cell(&format!("/settings/lists/{}/{}", it.program, it.id), it.name.clone()),
            number_cell(it.values.count() as i64),
            cell(it.word.name()),
            cell(named_by(person, program, it.id).join(", ")),
            date_cell(it.set_at, &program.zone),
            cell(it.version.to_string()),
        ]
    };
    let rows: Vec<_> = newest_of(&person.config.lists, program.id).map(line).collect();
    let none = rows.is_empty();
    let columns =
        vec![text("List"), text("Values"), text("Of"), text("Named by"), minor("Last change"), minor("Version")];
    html! {
        section.card.pad {
            h2 { "Lists" }
            @if none { p.muted { "None yet. A list holds values, such as the SKUs of excluded brands, that terms name instead of repeating them: change it once, and all terms follow." } }
            @else { (Table { columns, rows }.bare()) }
            details open[none] {
                summary { "Add a list" }
                (form(person, program, None))
            }
        }
    }
}

/// The terms that name a list in any of their versions.
fn named_by(person: &Person, program: &Program, id: u32) -> Vec<String> {
    let names = |payout: &EventPayout| payout.lists().any(|(_, list)| list == id);
    let of_program = person.config.terms.iter().filter(|((of, _), _)| *of == program.id);
    let naming = of_program.filter(|(_, versions)| {
        versions.iter().filter_map(|it| it.rules.as_ref()).flat_map(|rules| &rules.payouts).any(names)
    });
    let who = |partner: Option<_>| partner.map_or("the template".to_owned(), |partner| person.partner_name(partner));
    naming.map(|((_, partner), _)| who(*partner)).collect()
}

fn form(person: &Person, program: &Program, known: Option<&List>) -> Markup {
    let words = Word::ALL.into_iter().filter(|it| it.has_lists());
    let typed = known.map(|it| it.values.iter().collect::<Vec<_>>().join("\n")).unwrap_or_default();
    html! {
        form.stack.wide action="/settings/lists" method="post" enctype="multipart/form-data" {
            (csrf(person))
            input type="hidden" name="program" value=(program.id);
            @if let Some(known) = known { input type="hidden" name="id" value=(known.id); }
            label { "Name, by which terms name it" input name="name" required maxlength="200" placeholder="Excluded brands" value=(known.map(|it| it.name.as_str()).unwrap_or_default()); }
            @match known {
                Some(known) => input type="hidden" name="variable" value=(known.word.name());,
                None => label { "Values of" select name="variable" { @for word in words { option value=(word.name()) selected[word == Word::Sku] { (word.name()) } } } },
            }
            label { "Values, one a line" textarea name="text" rows="12" spellcheck="false" { (typed) } }
            label { "or a file in place of them: text with one value a line, or CSV with the values in its first column or in one that is named like the variable"
                input type="file" name="file" accept=".csv,.txt,text/csv,text/plain"; }
            button.primary { "Save the list" }
            p.muted { "At most " (LIST_VALUES_MAX) " values, compared without regard to case. A change counts for events that occur after it; what has happened keeps its price." }
        }
    }
}

pub async fn edit(person: Person, Path((program, id)): Path<(u32, u32)>) -> Result<Response, Failure> {
    person.require(May::SetUp)?;
    let program = program_of(&person, program)?;
    let versions = person.config.lists.get(&(program.id, id)).map_or(&[][..], Vec::as_slice);
    let newest = versions.last().ok_or(Failure::NotFound)?;
    let naming = named_by(&person, program, id);
    let count = newest.values.count();
    let body = html! {
        section.card.pad {
            h2 { (count) (if count == 1 { " value" } else { " values" }) " of " (newest.word.name()) }
            p.muted { @if naming.is_empty() { "No terms name it." } @else { "Named by " (naming.join(", ")) "." } }
            (form(&person, program, Some(newest)))
        }
        section.card.pad {
            h2 { "Versions" }
            (history(versions, program))
        }
    };
    Ok(screen(&person, "/settings/lists", &newest.name, body).into_response())
}

/// The newest first, with what each added and removed.
fn history(versions: &[List], program: &Program) -> Markup {
    let columns =
        vec![text("Version"), text("Counts from"), text("Values"), text("Added"), text("Removed"), minor("Name")];
    let nothing = Values::default();
    let row = |(n, it): (usize, &List)| {
        let before = n.checked_sub(1).and_then(|n| versions.get(n)).map_or(&nothing, |it| &it.values);
        vec![
            cell(it.version.to_string()),
            time_cell(it.set_at, &program.zone),
            number_cell(it.values.count() as i64),
            number_cell(it.values.beyond(before) as i64),
            number_cell(before.beyond(&it.values) as i64),
            cell(it.name.clone()),
        ]
    };
    let rows = versions.iter().enumerate().rev().take(VERSIONS_SHOWN).map(row).collect();
    Table { columns, rows }.bare()
}

/// A form with a file.
struct Sent {
    fields: Fields,
    file: Vec<u8>,
    is_table: bool,
}

async fn read(mut form: Multipart) -> Result<Sent, Failure> {
    let unread = |_| Failure::Invalid("The list is larger than 5 MB, or did not come whole. Try again.".into());
    let mut sent = Sent { fields: Fields(Vec::new()), file: Vec::new(), is_table: false };
    while let Some(field) = form.next_field().await.map_err(unread)? {
        let name = field.name().unwrap_or_default().to_owned();
        let of_table = field.content_type().is_some_and(|it| it.starts_with("text/csv"));
        let of_table = of_table || field.file_name().is_some_and(|it| it.to_lowercase().ends_with(".csv"));
        let bytes = field.bytes().await.map_err(unread)?;
        if name == "file" {
            (sent.file, sent.is_table) = (bytes.to_vec(), of_table);
        } else {
            sent.fields.0.push((name, String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    Ok(sent)
}

pub async fn set(person: Person, form: Multipart) -> Result<Response, Failure> {
    person.require(May::SetUp)?;
    let Sent { fields: sent, file, is_table } = read(form).await?;
    person.check_csrf(sent.get("csrf"))?;
    let program = program_of(&person, sent.get("program").parse().unwrap_or(0))?;
    let id = match sent.get("id") {
        "" => None,
        text => Some(text.parse().map_err(|_| Failure::NotFound)?),
    };
    let word = variable(sent.get("variable")).map_err(Failure::Invalid)?;
    let values = if file.is_empty() { values_typed(sent.get("text")) } else { values_of_file(&file, is_table, word) };
    let list = ListSet {
        program: program.id,
        id,
        name: setup::name(sent.get("name")).map_err(|why| Failure::Invalid(why.to_owned()))?,
        word,
        values: values.map_err(|why| Failure::Invalid(format!("{why} Nothing was changed.")))?,
    };
    let settled = person.settle("list set in the console", Fact::ListSet(list)).await?;
    Ok(done(&format!("/settings/lists/{}/{}", program.id, settled.subject)))
}
