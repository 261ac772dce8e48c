//! One profile: what names it, why that is one person, and what the person did.

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::fact::Fact;
use referee_core::id::NodeId;
use referee_core::identity::profiles::Verdict;
use referee_core::time::Zone;
use referee_engine::engine::blocking;
use referee_engine::profile::{Became, EdgeTold, Event, Member, ProfileTold, Stay, profile_of};
use serde::Deserialize;

use super::format;
use super::lanes;
use super::order::order_address;
use super::page::{csrf, page};
use super::person::{Failure, May, Person, done};
use super::profiles::{Names, name};
use super::table::{Table, buttons, cell, link_cell, minor, shown_cell, text, time_cell};
use crate::words;

pub async fn show(person: Person, Path(id): Path<String>) -> Result<Response, Failure> {
    person.require_brand_side()?;
    let node = id.parse().map_err(|_| Failure::NotFound)?;
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let (told, names) = blocking(move || {
        let told = profile_of(engine.reads.as_ref(), brand, node)?;
        let nodes: Vec<NodeId> = told.iter().flat_map(|told| &told.edges).flat_map(|edge| [edge.a, edge.b]).collect();
        let names: Names =
            engine.reads.identifiers_at(brand, &nodes)?.iter().map(|(node, it)| (*node, it.into())).collect();
        Ok((told, names))
    })
    .await?;
    let told = told.ok_or(Failure::NotFound)?;
    let zone = person.zone(None);
    let body = html! {
        p { (summary(&told)) " " a.underlined href="/docs/concepts/identity" { "How people are recognised" } }
        section.card.pad.lanes { (lanes::draw(&told, &zone)) }
        section { h2 { "What names it" } (members_table(&told, &zone).html()) }
        section { h2 { "Why it is one person, and what was kept apart" } (edges_table(&person, &told, &names, &zone).html()) }
        section { h2 { "What the person did" } (events_table(&person, &told, &zone).html()) }
    };
    Ok(page(&person, "/profiles", &format!("Profile {}", told.id), body).into_response())
}

fn summary(told: &ProfileTold) -> String {
    let (clicks, orders) = (count(told, false), count(told, true));
    let things = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    format!(
        "{}, {}, {}.",
        things(told.members.len(), "id", "ids"),
        things(clicks, "click or impression", "clicks and impressions"),
        things(orders, "order", "orders")
    )
}

fn count(told: &ProfileTold, orders: bool) -> usize {
    told.events.iter().filter(|event| matches!(event, Event::Ordered(..)) == orders).count()
}

/// All that names a node, in words.
pub fn title(member: &Member) -> String {
    let names: Vec<String> = member.names.iter().map(|it| words::masked(*it)).collect();
    if names.is_empty() { "a click without a cookie".to_owned() } else { names.join(", ") }
}

fn members_table(told: &ProfileTold, zone: &Zone) -> Table {
    let columns = vec![text("Id"), text("Belongs to it"), minor("Note")];
    let row = |it: &Member| {
        let note = it
            .exposed_at
            .map(|at| format!("Seen with too many since {}; it names nobody", format::date_time(at, zone)));
        let stays: Vec<String> = it.stays.iter().map(|stay| stay_words(*stay, zone)).collect();
        vec![cell(title(it)), cell(stays.join("; ")), cell(note.unwrap_or_default())]
    };
    Table { columns, rows: told.members.iter().map(row).collect() }
}

fn stay_words(stay: Stay, zone: &Zone) -> String {
    match (stay.from, stay.until) {
        (None, None) => "always".to_owned(),
        (None, Some(until)) => format!("until {}", format::date_time(until, zone)),
        (Some(from), None) => format!("since {}", format::date_time(from, zone)),
        (Some(from), Some(until)) => {
            format!("{} to {}", format::date_time(from, zone), format::date_time(until, zone))
        }
    }
}

fn edges_table(person: &Person, told: &ProfileTold, names: &Names, zone: &Zone) -> Table {
    let columns =
        vec![minor("When"), text("One"), text("Other"), text("What became of it"), minor("Record"), buttons()];
    let row = |it: &EdgeTold| {
        let (what, code) = became(it, names, zone);
        vec![
            time_cell(it.at, zone),
            link_cell(&format!("/profiles/{}", it.a), name(it.a, names)),
            link_cell(&format!("/profiles/{}", it.b), name(it.b, names)),
            shown_cell(html! { (what) @if let Some(code) = code { " " code { (code) } } }, what.clone()),
            cell(it.record.to_string()),
            shown_cell(separate_button(person, told.id, it), ""),
        ]
    };
    Table { columns, rows: told.edges.iter().map(row).collect() }
}

fn became(edge: &EdgeTold, names: &Names, zone: &Zone) -> (String, Option<&'static str>) {
    match edge.became {
        Became::Same => ("The same thing".to_owned(), None),
        Became::Rules(Verdict::Joined) => ("Joined".to_owned(), None),
        Became::Rules(Verdict::Together) => ("Known to be one".to_owned(), None),
        Became::Rules(Verdict::Moved { device, from }) => {
            (format!("{} went over, from {}", name(device, names), format::date_time(from, zone)), None)
        }
        Became::Rules(Verdict::Refused(reason)) | Became::KeptOut(reason) => {
            (reason.brand_sentence().to_owned(), Some(reason.code()))
        }
        Became::Separated => ("Separated by a person".to_owned(), None),
        Became::Rejoined => ("No longer separated".to_owned(), None),
    }
}

fn separate_button(person: &Person, profile: NodeId, edge: &EdgeTold) -> Markup {
    let separated = edge.became == Became::Separated;
    html! {
        @if person.may(May::Manage) && (edge.may_separate || separated) {
            details.inline {
                summary { @if separated { "Rejoin" } @else { "Separate" } }
                form.stack action="/profiles/separate" method="post" {
                    (csrf(person))
                    input type="hidden" name="profile" value=(profile);
                    input type="hidden" name="a" value=(edge.a);
                    input type="hidden" name="b" value=(edge.b);
                    @if !separated { input type="hidden" name="separated" value="1"; }
                    label { "Why" input name="reason" required maxlength="255"; }
                    button { @if separated { "Let them be one person again" } @else { "These two are not one person" } }
                }
            }
        }
    }
}

fn events_table(person: &Person, told: &ProfileTold, zone: &Zone) -> Table {
    let columns = vec![minor("When"), text("What"), text("Partner"), text("Outcome")];
    let row = |event: &Event| match event {
        Event::Touched(click) => vec![
            time_cell(event.at(), zone),
            link_cell(&format!("/clicks?no={}", click.no), lanes::touch_word(click)),
            cell(person.partner_name(click.partner)),
            cell(click.refusal.map_or("counts", |refusal| refusal.brand_sentence())),
        ],
        Event::Ordered(key, row) => vec![
            time_cell(event.at(), zone),
            link_cell(&order_address(&key.order_id), format!("Order {}", key.order_id)),
            cell(""),
            cell(row.refusal.map_or("credited", |refusal| refusal.brand_sentence())),
        ],
    };
    Table { columns, rows: told.events.iter().map(row).collect() }
}

#[derive(Deserialize)]
pub struct Separation {
    csrf: String,
    profile: NodeIdText,
    a: NodeIdText,
    b: NodeIdText,
    #[serde(default)]
    separated: String,
    reason: String,
}

/// A node as a form carries it.
#[derive(Deserialize)]
#[serde(transparent)]
struct NodeIdText(u64);

pub async fn separate(person: Person, Form(sent): Form<Separation>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require_brand_side()?;
    person.require(May::Manage)?;
    let reason = sent.reason.trim();
    if reason.is_empty() {
        return Err(Failure::Invalid("Say why: it is kept with the decision.".to_owned()));
    }
    let (a, b) = (NodeId(sent.a.0), NodeId(sent.b.0));
    person.settle(reason, Fact::JoinSeparated { a, b, separated: !sent.separated.is_empty() }).await?;
    Ok(done(&format!("/profiles/{}", sent.profile.0)))
}
