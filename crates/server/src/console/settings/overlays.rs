//! Overlays on terms: a sale that pays more for a few days.

use axum::extract::{Form, Path, Query};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::contract::Payout;
use referee_core::fact::Fact;
use referee_core::id::{EventTypeId, PartnerId};
use referee_core::overlay::{DAY_MINUTES, Extra, Overlay, OverlaySet, Repeat};
use referee_core::program::{Program, Standing};
use referee_core::time::{Day, Timestamp};
use referee_engine::intake::hours;
use referee_engine::intake::terms::{payout, payout_text};

use super::super::form::Fields;
use super::super::page::csrf;
use super::super::partners::program_of;
use super::super::person::{Failure, May, Person, done};
use super::super::table::{Table, cell, date_cell, link_cell, minor, shown_cell, text};
use super::super::{format, terms};
use super::{ProgramQuery, program_screen, screen};
use crate::{claims, setup};

pub async fn show(person: Person, Query(query): Query<ProgramQuery>) -> Result<Response, Failure> {
    person.require(May::SetUp)?;
    Ok(program_screen(&person, query.program, ("/settings/overlays", "Overlays on terms"), overlays).into_response())
}

fn overlays(person: &Person, program: &Program) -> Markup {
    let now = person.app.engine.now();
    let line = |it: &Overlay| {
        let (set, (class, word)) = (&it.set, state(&it.set, now));
        vec![
            link_cell(&format!("/settings/overlays/{}/{}", set.program, it.id), set.name.clone()),
            cell(extra_words(set.extra, program)),
            date_cell(set.starts_at, &program.zone),
            date_cell(set.ends_at.plus_ms(-1), &program.zone),
            shown_cell(html! { span class=(class) { (word) } }, word),
            cell(repeat_words(&set.repeat)),
            cell(partner_words(person, set)),
            cell(it.version.to_string()),
        ]
    };
    let newest = person.config.overlays_of(program.id).filter_map(<[Overlay]>::last);
    let rows: Vec<_> = newest.map(line).collect();
    let none = rows.is_empty();
    let columns = vec![
        text("Overlay"),
        text("Pays"),
        text("First day"),
        text("Last day"),
        text("State"),
        minor("Hours"),
        minor("Partners"),
        minor("Version"),
    ];
    html! {
        section.card.pad {
            h2 { "Overlays" }
            @if none { p.muted { "None yet. An overlay pays more, or another default payout, for events of a few days, such as 20 % more on Black Friday, and leaves every contract as it is." } }
            @else { (Table { columns, rows }.bare()) }
            details open[none] {
                summary { "Add an overlay" }
                (form(person, program, None))
            }
        }
    }
}

fn state(set: &OverlaySet, now: Timestamp) -> (&'static str, &'static str) {
    match set.standing {
        Standing::Paused => ("tag reversed", "Paused"),
        Standing::Active if set.ends_at <= now => ("tag", "Expired"),
        Standing::Active if set.starts_at > now => ("tag pending", "Upcoming"),
        Standing::Active => ("tag locked", "Active"),
    }
}

fn extra_words(extra: Extra, program: &Program) -> String {
    match extra {
        Extra::Adjust { ppm } if ppm < 0 => format!("{} less", format::rate(ppm.unsigned_abs())),
        Extra::Adjust { ppm } => format!("{} more", format::rate(ppm.unsigned_abs())),
        Extra::Payout(it) => format!("{} by default", format::payout(it, program.currency)),
    }
}

/// `Monday`, counted from 0.
fn weekday(place: usize) -> String {
    let mut letters = hours::weekdays().get(place).copied().unwrap_or_default().chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// `Sat, Sun, 18:00 to 22:00`.
fn repeat_words(it: &Repeat) -> String {
    let day = |day: &u8| weekday(usize::from(*day)).chars().take(3).collect::<String>();
    let days: Vec<String> = it.weekdays.iter().map(day).collect();
    let hours = format!("{} to {}", hours::time_text(it.from), hours::time_text(it.until));
    match (days.is_empty(), (it.from, it.until) == (0, DAY_MINUTES)) {
        (true, true) => "always".into(),
        (true, false) => hours,
        (false, true) => days.join(", "),
        (false, false) => format!("{}, {hours}", days.join(", ")),
    }
}

fn partner_words(person: &Person, set: &OverlaySet) -> String {
    let names: Vec<String> = set.partners.iter().map(|it| person.partner_name(*it)).collect();
    if names.is_empty() { "all".into() } else { names.join(", ") }
}

const KINDS: [(&str, &str); 3] = [
    ("increase", "more of what terms give"),
    ("decrease", "less of what terms give"),
    ("payout", "in place of the default payout"),
];

/// The choice of a form, and what is typed beside it.
fn typed(extra: Extra, program: &Program) -> (&'static str, String) {
    match extra {
        Extra::Adjust { ppm } => {
            let rate = payout_text(Payout::Rate { ppm: ppm.unsigned_abs() }, program.currency);
            (if ppm < 0 { "decrease" } else { "increase" }, rate)
        }
        Extra::Payout(it) => ("payout", payout_text(it, program.currency)),
    }
}

fn form(person: &Person, program: &Program, known: Option<&Overlay>) -> Markup {
    let (kind, value) = known.map_or(("increase", String::new()), |it| typed(it.set.extra, program));
    let day = |at: Timestamp| format::day(program.zone.day(at));
    let mut partners: Vec<_> = person.partner_names.iter().collect();
    partners.sort_by_key(|(_, name)| name.to_lowercase());
    let covers = |id: EventTypeId| known.is_none_or(|it| it.set.event_types.contains(&id));
    html! {
        form.stack.wide action="/settings/overlays" method="post" {
            (csrf(person))
            input type="hidden" name="program" value=(program.id);
            @if let Some(known) = known { input type="hidden" name="id" value=(known.id); }
            label { "Name" input name="name" required maxlength="200" placeholder="Black Friday" value=(known.map(|it| it.set.name.as_str()).unwrap_or_default()); }
            div.pair {
                label { "First day" input type="date" name="starts" required value=[known.map(|it| day(it.set.starts_at))]; }
                label { "Last day" input type="date" name="ends" required value=[known.map(|it| day(it.set.ends_at.plus_ms(-1)))]; }
            }
            div.pair {
                label { "It pays" input name="value" required autocomplete="off" placeholder="20%" value=(value); }
                label { "Which is" select name="kind" { @for (it, words) in KINDS { option value=(it) selected[it == kind] { (words) } } } }
            }
            fieldset {
                legend { "On these days of the week (none chosen: every day)" }
                @for (n, name) in hours::weekdays().iter().enumerate() {
                    label.check { input type="checkbox" name={ "weekday_" (n) } value=(name) checked[known.is_some_and(|it| it.set.repeat.weekdays.iter().any(|day| usize::from(*day) == n))]; " " (weekday(n)) }
                }
            }
            div.pair {
                label { "From, by the program's clock (empty: all day)" input type="time" name="from_time" value=[hour(known.map(|it| it.set.repeat.from), 0)]; }
                label { "Until (empty: the day's end; a night is two overlays)" input type="time" name="until_time" value=[hour(known.map(|it| it.set.repeat.until), DAY_MINUTES)]; }
            }
            fieldset {
                legend { "For events of" }
                @for it in terms::event_types_of(person, program) {
                    label.check { input type="checkbox" name={ "event_" (it.id) } value="yes" checked[covers(it.id)]; " " (it.name) }
                }
            }
            fieldset {
                legend { "For these partners (none chosen: all)" }
                @for (id, name) in partners {
                    label.check { input type="checkbox" name={ "member_" (id) } value="yes" checked[known.is_some_and(|it| it.set.partners.contains(id))]; " " (name) }
                }
            }
            div.row {
                button.primary { "Save the overlay" }
                @if known.is_some() { button.danger name="standing" value="paused" { "Save and pause" } }
            }
            p.muted { "What has happened keeps its price: a change counts for events that occur after it. What may pay less keeps the notice of the terms." }
        }
    }
}

/// A time as a form shows it; nothing where it leaves nothing out.
fn hour(minute: Option<u16>, usual: u16) -> Option<String> {
    minute.filter(|minute| *minute != usual).map(hours::time_text)
}

pub async fn edit(person: Person, Path((program, id)): Path<(u32, u32)>) -> Result<Response, Failure> {
    person.require(May::SetUp)?;
    let program = program_of(&person, program)?;
    let overlay = newest(&person, program, id).ok_or(Failure::NotFound)?;
    let body = html! { section.card.pad { h2 { "Change the overlay" } (form(&person, program, Some(overlay))) } };
    Ok(screen(&person, "/settings/overlays", &overlay.set.name, body).into_response())
}

fn newest<'a>(person: &'a Person, program: &Program, id: u32) -> Option<&'a Overlay> {
    person.config.overlays.get(&(program.id, id))?.last()
}

pub async fn set(person: Person, Form(sent): Form<Vec<(String, String)>>) -> Result<Response, Failure> {
    let sent = Fields(sent);
    person.check_csrf(sent.get("csrf"))?;
    person.require(May::SetUp)?;
    let program = program_of(&person, sent.get("program").parse().unwrap_or(0))?;
    let known = match sent.get("id") {
        "" => None,
        text => Some(text.parse().ok().and_then(|id| newest(&person, program, id)).ok_or(Failure::NotFound)?),
    };
    let invalid = |why: &str| Failure::Invalid(why.to_owned());
    let partners: Vec<PartnerId> = sent.numbered("member_").map(|(id, _)| PartnerId(id)).collect();
    claims::members(partners.len()).map_err(invalid)?;
    let (starts_at, ends_at) = days(&person, program, &sent, known)?;
    let overlay = OverlaySet {
        program: program.id,
        id: known.map(|it| it.id),
        name: setup::name(sent.get("name")).map_err(invalid)?,
        partners,
        event_types: sent.numbered("event_").map(|(id, _)| EventTypeId(id)).collect(),
        starts_at,
        ends_at,
        standing: super::super::form::standing(sent.get("standing")),
        extra: extra(&sent)?,
        repeat: repeat(&sent)?,
    };
    person.settle("overlay set in the console", Fact::OverlaySet(overlay)).await?;
    Ok(done(&format!("/settings/overlays?program={}", program.id)))
}

/// From the first day's begin, or from now on if that is today, to the last day's end. What has begun keeps its begin.
fn days(
    person: &Person,
    program: &Program,
    sent: &Fields,
    known: Option<&Overlay>,
) -> Result<(Timestamp, Timestamp), Failure> {
    let day = |name: &str| {
        let text = sent.get(name);
        format::parse_day(text).ok_or_else(|| Failure::Invalid(format!("{text:?} is not a day.")))
    };
    let (first, last, soon) = (day("starts")?, day("ends")?, terms::soon(person));
    let begun = known.map(|it| it.set.starts_at).filter(|at| program.zone.day(*at) == first);
    let today = program.zone.day(soon) == first;
    let start = if today { soon } else { program.zone.start_of(first) };
    Ok((begun.unwrap_or(start), program.zone.start_of(Day(last.0.saturating_add(1)))))
}

fn repeat(sent: &Fields) -> Result<Repeat, Failure> {
    let weekdays: Vec<&str> = sent.numbered("weekday_").map(|(_, name)| name).collect();
    let read = hours::repeat(&weekdays, sent.get("from_time"), sent.get("until_time"));
    read.map_err(|(_, why)| Failure::Invalid(why))
}

fn extra(sent: &Fields) -> Result<Extra, Failure> {
    let read = payout(sent.get("value"), "").map_err(|fault| Failure::Invalid(fault.message))?;
    let sign = match sent.get("kind") {
        "payout" => return Ok(Extra::Payout(read)),
        "decrease" => -1,
        _ => 1,
    };
    match read {
        Payout::Rate { ppm } => Ok(Extra::Adjust { ppm: sign * i32::try_from(ppm).unwrap_or(i32::MAX) }),
        Payout::Fixed { .. } => {
            Err(Failure::Invalid("More or less than the terms give is a rate, such as 20%.".into()))
        }
    }
}
