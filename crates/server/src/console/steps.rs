//! What a brand still has to set up, and what waits for somebody.

use maud::{Markup, html};
use referee_core::money::Money;
use referee_core::program::{Program, Standing};
use referee_core::time::Timestamp;

use super::format;
use super::person::{May, Person};
use super::terms;

/// Contracts that end within so many days are worth a look.
const ENDING_DAYS: u32 = 30;

struct Step {
    done: bool,
    name: &'static str,
    why: &'static str,
    place: String,
}

fn steps(person: &Person, program: Option<&Program>) -> Vec<Step> {
    let settings = program.map_or_else(|| "/settings".to_owned(), |it| format!("/settings?program={}", it.id));
    let step = |done, name, why, place: &str| Step { done, name, why, place: place.to_owned() };
    let has = |of: fn(&Person, &Program) -> bool| program.is_some_and(|program| of(person, program));
    vec![
        step(
            has(|_, it| it.all_hosts().next().is_some()),
            "Set up the program",
            "its money, its time zone, and the host on which its links are served",
            &settings,
        ),
        step(
            has(|person, it| terms::event_types_of(person, it).next().is_some()),
            "Add an event type",
            "what partners are paid for, such as an order",
            &settings,
        ),
        step(
            has(|person, it| !terms::versions_of(person, it, None).is_empty()),
            "Set the template terms",
            "how much that pays, and until when it may change",
            &settings,
        ),
        step(
            has(|person, it| person.config.ads.values().any(|ad| ad.program == it.id)),
            "Add an ad",
            "a name and a page to land on",
            "/ads",
        ),
        step(!person.partner_names.is_empty(), "Add a partner", "its links are ready at once", "/partners"),
    ]
}

/// The way from an empty house to the first click; nothing once it is gone.
pub fn first_steps(person: &Person, program: Option<&Program>) -> Markup {
    let steps = steps(person, program);
    let next = steps.iter().position(|step| !step.done);
    html! {
        @if next.is_some() && person.may(May::SetUp) {
            section.card.pad {
                h2 { "First steps" }
                ol.steps { @for (i, step) in steps.iter().enumerate() {
                    li.done[step.done] {
                        @if step.done { span { (step.name) span.unseen { ", done" } } }
                        @else if Some(i) == next { a.underlined href=(step.place) { b { (step.name) } } }
                        @else { span { (step.name) } }
                        span.muted { ": " (step.why) }
                    }
                } }
                p.muted { "Then paste the tag into the shop and follow a link. " a.underlined href="/docs/start" { "All of it, step by step" } }
            }
        }
    }
}

/// What somebody should look at now, each with the way there.
pub fn waiting(person: &Person, program: &Program, locked: Money, refused: u64) -> Markup {
    let mut lines = Vec::new();
    if locked > Money::ZERO {
        lines.push((
            format!("{} is locked and ready to be paid", format::money(locked, program.currency)),
            "/payments".to_owned(),
        ));
    }
    if refused > 0 {
        let reports = if refused == 1 { "report was" } else { "reports were" };
        lines.push((
            format!(
                "{} {reports} refused in the last 30 days",
                format::number(i64::try_from(refused).unwrap_or(i64::MAX))
            ),
            "/conversions#refused".to_owned(),
        ));
    }
    if program.standing == Standing::Paused {
        lines.push(("The program is paused: nothing is earned".into(), format!("/settings?program={}", program.id)));
    }
    lines.extend(ending(person, program));
    html! {
        @if !lines.is_empty() {
            section.card.pad {
                h2 { "Waiting for you" }
                ul.plain-list { @for (text, place) in &lines { li { a.underlined href=(place) { (text) } } } }
            }
        }
    }
}

fn ending(person: &Person, program: &Program) -> Vec<(String, String)> {
    let now = terms::soon(person);
    let soon: Timestamp = now.plus_days(ENDING_DAYS);
    let of_partners = person.partner_names.keys().filter_map(|partner| {
        let versions = terms::versions_of(person, program, Some(*partner));
        let end = terms::in_force(versions, now)?.ends_at?;
        let followed = terms::scheduled(versions, now).any(|it| it.ends_at.is_none());
        (end > now && end < soon && !followed).then_some((*partner, end))
    });
    let line = |(partner, end): (_, Timestamp)| {
        let day = format::date(end.plus_ms(-1), &program.zone);
        (format!("The contract of {} ends on {day}", person.partner_name(partner)), format!("/partners/{partner}"))
    };
    of_partners.map(line).collect()
}
