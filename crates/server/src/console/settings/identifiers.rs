//! Identifiers: what was left out of page loads and reports, and the brand's own block list.

use std::collections::BTreeMap;

use axum::extract::{Form, Query};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::fact::Fact;
use referee_core::id::RecordNo;
use referee_core::identity::{Block, Blocked, IdentifierKind};
use referee_core::program::{Program, Standing};
use referee_core::refusal::Refusal;
use referee_core::row::LeftOutKey;
use referee_core::time::Day;
use referee_engine::books::reads::Period;
use referee_engine::engine::blocking;
use referee_engine::intake::hex::hex;
use referee_engine::intake::identifier::found;
use referee_engine::intake::person::REPORTED_KINDS;
use referee_engine::limits::{BLOCKS_MAX, LEFT_OUT_DAYS, LEFT_OUT_ROWS_MAX};
use referee_engine::lookup::advice::advice;
use referee_engine::settings::UserOfBrand;
use serde::Deserialize;

use super::super::format;
use super::super::page::csrf;
use super::super::partners::program_filter;
use super::super::person::{Failure, May, Person, done};
use super::super::table::{
    Table, buttons, cell, date_cell, figure, foot, minor, minor_figure, number_cell, shown_cell, text,
};
use super::screen;

const PATH: &str = "/settings/identifiers";
/// Days of the newer of two columns.
const WEEK_DAYS: i32 = 7;
/// Bytes of a hash that are shown, to tell two entries apart.
const HANDLE_BYTES: usize = 4;

#[derive(Deserialize, Default)]
pub struct IdentifiersQuery {
    #[serde(default)]
    program: String,
    format: Option<String>,
}

pub async fn show(person: Person, Query(query): Query<IdentifiersQuery>) -> Result<Response, Failure> {
    person.require(May::SetUp)?;
    let program = person.program(query.program.parse().ok()).cloned();
    let (rows, users) = ask(&person, program.as_ref()).await?;
    if query.format.as_deref() == Some("csv") {
        return Ok(by_day(&rows).csv("identifiers-left-out"));
    }
    let today = program.as_ref().map(|program| program.zone.day(person.app.engine.now())).unwrap_or_default();
    let body = html! {
        (left_out(&person, program.as_ref(), &rows, today))
        (block_list(&person, &users))
        (block_form(&person))
    };
    Ok(screen(&person, PATH, "Settings", body).into_response())
}

type LeftOutRows = Vec<(LeftOutKey, u64)>;

async fn ask(person: &Person, program: Option<&Program>) -> Result<(LeftOutRows, Vec<UserOfBrand>), Failure> {
    let period = program.map(|program| {
        let to = program.zone.day(person.app.engine.now());
        Period { program: program.id, from: Day(to.0 - LEFT_OUT_DAYS + 1), to, partner: None }
    });
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let asked = blocking(move || {
        let rows = period.map(|period| engine.reads.left_out(brand, period, LEFT_OUT_ROWS_MAX)).transpose()?;
        Ok((rows.unwrap_or_default(), engine.settings.users_of(brand)?))
    });
    Ok(asked.await?)
}

fn left_out(person: &Person, program: Option<&Program>, rows: &LeftOutRows, today: Day) -> Markup {
    let id = program.map(|program| program.id.to_string()).unwrap_or_default();
    html! {
        section.card.pad {
            h2 { "Left out in the last " (LEFT_OUT_DAYS) " days" }
            @if person.config.programs.len() > 1 {
                form.filter method="get" { (program_filter(person, program.map(|it| it.id.0), None)) button { "Show" } }
            }
            @if rows.is_empty() {
                p.muted { "Nothing: every identifier that page loads and reports brought names somebody. What names nobody, such as a customer id of " code { "null" } ", would stand here with its reason. " a.underlined href="/docs/reference/identifiers" { "How identifiers are read" } }
            } @else {
                p { "Page loads and reports brought these identifiers, and they name nobody. The rest of each counted. A line that is new is often a page of the shop that changed. " a.underlined href="/docs/reference/identifiers" { "How identifiers are read" } }
                (summary(rows, today).bare())
                (foot(PATH, &[("program", id)], None))
            }
        }
    }
}

/// How often one kind was left out for one reason.
#[derive(Default)]
struct Sum {
    week: u64,
    all: u64,
    last: Day,
}

fn summary(rows: &LeftOutRows, today: Day) -> Table {
    let mut sums: BTreeMap<(Option<IdentifierKind>, Refusal), Sum> = BTreeMap::new();
    for (key, count) in rows {
        let sum = sums.entry((key.kind, key.reason)).or_default();
        sum.all += count;
        sum.week += if key.day.0 > today.0 - WEEK_DAYS { *count } else { 0 };
        sum.last = sum.last.max(key.day);
    }
    let columns = vec![
        text("What"),
        text("Why"),
        minor("What to do"),
        minor_figure("7 days"),
        figure("30 days"),
        minor("Last on"),
    ];
    let row = |((kind, reason), sum): (&(Option<IdentifierKind>, Refusal), &Sum)| {
        vec![
            cell(kind_word(*kind)),
            shown_cell(html! { (reason.brand_sentence()) " " code { (reason.code()) } }, reason.code()),
            cell(advice(*reason).brand),
            number_cell(sum.week.cast_signed()),
            number_cell(sum.all.cast_signed()),
            cell(format::short_day(sum.last)),
        ]
    };
    Table { columns, rows: sums.iter().map(row).collect() }
}

/// The file has every day.
fn by_day(rows: &LeftOutRows) -> Table {
    let columns = vec![text("Day"), text("Kind"), text("Reason"), figure("Count")];
    let row = |(key, count): &(LeftOutKey, u64)| {
        let kind = key.kind.map_or("", |kind| kind.code());
        vec![cell(format::day(key.day)), cell(kind), cell(key.reason.code()), number_cell(count.cast_signed())]
    };
    Table { columns, rows: rows.iter().map(row).collect() }
}

fn kind_word(kind: Option<IdentifierKind>) -> &'static str {
    kind.map_or("unknown kind", format::identifier_kind)
}

fn active(person: &Person) -> impl Iterator<Item = &Block> {
    person.config.blocks.values().filter(|it| it.blocked.standing == Standing::Active)
}

fn block_list(person: &Person, users: &[UserOfBrand]) -> Markup {
    let mut blocks: Vec<&Block> = active(person).collect();
    blocks.sort_by_key(|it| std::cmp::Reverse((it.at, it.record)));
    let zone = person.zone(None);
    let who = |it: &Block| {
        let user = users.iter().find(|user| Some(user.user.id) == it.user);
        user.map_or(
            "somebody who has left",
            |user| if user.user.name.is_empty() { &user.user.email } else { &user.user.name },
        )
    };
    let columns = vec![text("Kind"), text("Its hash begins"), minor("Note"), minor("By"), minor("Since"), buttons()];
    let row = |it: &&Block| {
        let handle = hex(&it.blocked.identifier.hash[..HANDLE_BYTES]);
        vec![
            cell(format::identifier_kind(it.blocked.identifier.kind)),
            shown_cell(html! { code { (handle) } }, handle.clone()),
            cell(it.reason.clone()),
            cell(who(it)),
            date_cell(it.at, &zone),
            shown_cell(unblock_button(person, it, &handle), ""),
        ]
    };
    let table = Table { columns, rows: blocks.iter().map(row).collect() };
    html! {
        section.card.pad {
            h2 { "Block list" }
            @if blocks.is_empty() {
                p.muted { "Empty. Values that many of your people share, such as the account of a till or the address of a call centre, would make one person of all of them. Add such a value below, and it names nobody from then on." }
            } @else {
                p { "These values name nobody: they are left out of page loads and reports. The values themselves are kept nowhere." }
                (table.bare())
            }
        }
    }
}

fn unblock_button(person: &Person, it: &Block, handle: &str) -> Markup {
    html! {
        form.inline action="/settings/identifiers/unblock" method="post" data-confirm="Take it off the list? It names somebody again from now on." {
            (csrf(person))
            input type="hidden" name="entry" value=(it.record);
            button.link aria-label={ "Remove " (handle) } { "Remove" }
        }
    }
}

fn block_form(person: &Person) -> Markup {
    html! {
        section.card.pad {
            h2 { "Block a value" }
            form.stack action="/settings/identifiers/block" method="post" autocomplete="off" {
                (csrf(person))
                label { "Kind" select name="kind" { @for kind in REPORTED_KINDS { option value=(kind.code()) { (format::identifier_kind(kind)) } } } }
                label { "Value" input name="value" required maxlength="255" autocomplete="off"; }
                label { "Country, for a national phone number" input name="country" maxlength="2" pattern="[A-Za-z]{2}" placeholder="DE"; }
                label { "Note (without the value)" input name="note" maxlength="255" placeholder="The till in Berlin"; }
                button.primary { "Block the value" }
                p.muted { "The value is hashed at once. An address or number is blocked however it comes: as it is, or as SHA-1 or SHA-256. What it joined before stays joined." }
            }
        }
    }
}

#[derive(Deserialize)]
pub struct NewBlock {
    csrf: String,
    kind: String,
    value: String,
    #[serde(default)]
    country: String,
    #[serde(default)]
    note: String,
}

pub async fn block(person: Person, Form(sent): Form<NewBlock>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::SetUp)?;
    let kind = REPORTED_KINDS.into_iter().find(|kind| kind.code() == sent.kind).ok_or(Failure::NotFound)?;
    if active(&person).count() >= BLOCKS_MAX {
        return Err(Failure::Invalid(format!("The block list is full: it holds {BLOCKS_MAX} values. Remove some.")));
    }
    let keys = person.app.engine.routing().brands.get(&person.brand).map(|brand| brand.keys.clone());
    let keys = keys.ok_or(Failure::NotFound)?;
    let country = Some(sent.country.trim()).filter(|country| !country.is_empty());
    let found = found(&keys, kind, &sent.value, country).map_err(|refusal| {
        let already = "A value like this is left out as it is, or can't be read as its kind.";
        Failure::Invalid(format!("{already} {}", refusal.brand_sentence()))
    })?;
    let note = if sent.note.trim().is_empty() { "blocked in the console" } else { &sent.note };
    let (identifier, aliases) = (found.identifier, found.variants);
    let blocked = Blocked { identifier, aliases, standing: Standing::Active };
    person.settle(note, Fact::IdentifierBlocked(blocked)).await?;
    Ok(done(PATH))
}

#[derive(Deserialize)]
pub struct EndOfBlock {
    csrf: String,
    /// The record that names the entry.
    entry: u64,
}

pub async fn unblock(person: Person, Form(sent): Form<EndOfBlock>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::SetUp)?;
    let entry = active(&person).find(|it| it.record == RecordNo(sent.entry)).ok_or(Failure::NotFound)?;
    let blocked = Blocked { standing: Standing::Paused, ..entry.blocked.clone() };
    person.settle("removed in the console", Fact::IdentifierBlocked(blocked)).await?;
    Ok(done(PATH))
}
