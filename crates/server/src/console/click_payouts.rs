//! Click Tracker CPC Payouts: from all clicks on links to what is paid for them; a partner sees its own as CPC earnings.

use std::collections::BTreeMap;

use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::id::{PartnerId, ProgramId};
use referee_core::money::{Currency, Money};
use referee_engine::engine::blocking;
use referee_engine::intake::day::day_text;
use serde::Deserialize;

use super::format;
use super::page::{empty, page};
use super::partners::{choice, sums_text};
use super::person::{Failure, Person};
use super::table::{
    Cell, EXPORT_ROWS, PAGE_ROWS, Table, cell, figure, file_only, foot, minor, minor_figure, money_cell, number_cell,
    shown_cell, text,
};
use crate::click_reports::columns::reasons;
use crate::click_reports::payouts::{Counts, Line, Place, country, lines};
use crate::click_reports::{Asked, DAYS_MAX, Status, asked, click_programs};

const HERE: &str = "/reports/click-payouts";

#[derive(Deserialize, Default)]
pub struct PayoutsQuery {
    #[serde(default)]
    program: String,
    #[serde(default)]
    partner: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    before: Option<String>,
    format: Option<String>,
}

/// What each side calls it.
pub fn heading(person: &Person) -> &'static str {
    if person.partner.is_some() { "CPC earnings" } else { "Click payouts" }
}

/// Whether there is anything to report on.
pub fn is_of_use(person: &Person) -> bool {
    !click_programs(&person.config, person.partner).is_empty()
}

pub async fn show(person: Person, Query(query): Query<PayoutsQuery>) -> Result<Response, Failure> {
    let about = person.partner.or_else(|| query.partner.parse().ok().map(PartnerId));
    let days = (Some(query.from.as_str()), Some(query.until.as_str()));
    let asked =
        asked(&person.config, (person.partner, about), query.program.parse().ok(), days, person.app.engine.now());
    let asked = asked.map_err(|(_, why)| Failure::Invalid(why))?;
    let after = query.before.as_deref().and_then(Place::parse);
    let (engine, brand, config) = (person.app.engine.clone(), person.brand, person.config.clone());
    let (wanted, most) = (asked.clone(), EXPORT_ROWS as usize);
    let mut all = blocking(move || lines(engine.reads.as_ref(), &config, brand, &wanted, after, most)).await?;
    if query.format.as_deref() == Some("csv") {
        return Ok(table(&person, &all).csv("click-payouts"));
    }
    // Sums are told where they are of all that was asked for.
    let sums = (after.is_none() && all.len() < most).then(|| sums(&person, &all));
    let next = all.get(PAGE_ROWS as usize - 1).filter(|_| all.len() > PAGE_ROWS as usize).map(|it| it.place.cursor());
    all.truncate(PAGE_ROWS as usize);
    let kept = [
        ("program", query.program.clone()),
        ("partner", query.partner.clone()),
        ("from", query.from.clone()),
        ("until", query.until.clone()),
    ];
    let body = html! {
        @if asked.programs.is_empty() { (nothing_pays(&person)) } @else {
            (filter_form(&person, &query, &asked))
            @if all.is_empty() {
                (empty("No click in these days", html! { p { "Choose other days above. A report spans " (DAYS_MAX) " days at most." } }))
            } @else {
                @if let Some(sums) = sums { (sums) }
                (without_idle(table(&person, &all), &all).html())
                (foot(HERE, &kept, next))
            }
        }
    };
    Ok(page(&person, HERE, heading(&person), body).into_response())
}

fn nothing_pays(person: &Person) -> Markup {
    html! {
        @if person.partner.is_some() {
            (empty("No program of yours pays for clicks", html! { p { "Where one does, what your clicks earn is listed here by day." } }))
        } @else {
            (empty("No program pays for clicks", html! { p { "Add an event type of the category Click in the " a.underlined href="/settings" { "settings" } ", and say in the terms what a click is paid." } }))
        }
    }
}

fn filter_form(person: &Person, query: &PayoutsQuery, asked: &Asked) -> Markup {
    let programs = click_programs(&person.config, person.partner);
    let chosen = query.program.parse().ok().map(ProgramId);
    html! {
        form.filter method="get" {
            @if programs.len() > 1 {
                label { "Program" select name="program" {
                    option value="" { "All" }
                    @for id in programs { option value=(id) selected[chosen == Some(id)] { (program_name(person, id)) } }
                } }
            }
            @if person.partner.is_none() { label { "Partner" (choice(person, query.partner.parse().ok(), Some("All"))) } }
            label { "From" input type="date" name="from" value=(day_text(asked.from)); }
            label { "Until" input type="date" name="until" value=(day_text(asked.to)); }
            button { "Show" }
            a.underlined href="/docs/reference/click-reports" { "What the columns mean" }
        }
    }
}

fn program_name(person: &Person, id: ProgramId) -> String {
    person.config.programs.get(&id).map(|it| it.name.clone()).unwrap_or_default()
}

/// From all clicks to what is paid.
fn sums(person: &Person, lines: &[Line]) -> Markup {
    let counts = lines.iter().fold(Counts::default(), |sum, line| sum.plus(&line.counts));
    let mut owed: BTreeMap<Currency, Money> = BTreeMap::new();
    let mut waiting = owed.clone();
    for line in lines {
        let add = |sums: &mut BTreeMap<Currency, Money>| {
            let sum = sums.entry(line.currency).or_default();
            *sum = sum.plus(line.payout);
        };
        add(&mut owed);
        if line.status == Status::PendingReview {
            add(&mut waiting);
        }
    }
    let left_out = counts.gross - counts.payable;
    let waits = if person.partner.is_some() { " may still be rejected" } else { " on days that wait for a review" };
    html! {
        section.card.kpis {
            div { span.muted { "All clicks" } b { (format::number(counts.gross)) } span.muted { "on links of programs that pay for them" } }
            div { span.muted { "Not paid" } b { (format::number(left_out)) } span.muted { (steps(&counts)) } }
            div { span.muted { "Payable" } b { (format::number(counts.payable)) } span.muted { (share(counts.payable, counts.gross)) } }
            div { span.muted { "Payout" } b { (sums_text(&owed)) } span.muted { @if waiting.is_empty() { "nothing waits for a review" } @else { (sums_text(&waiting)) (waits) } } }
        }
    }
}

fn steps(counts: &Counts) -> String {
    let all = [
        (counts.invalid, "invalid"),
        (counts.duplicate, "duplicate"),
        (counts.suspect, "doubtful"),
        (counts.outside_terms, "outside of the terms"),
        (counts.rejected, "rejected"),
    ];
    let some = all.iter().filter(|(clicks, _)| *clicks != 0);
    let told: Vec<String> = some.map(|(clicks, name)| format!("{} {name}", format::number(*clicks))).collect();
    if told.is_empty() { "every click counts".into() } else { told.join(", ") }
}

fn share(part: i64, whole: i64) -> String {
    if whole <= 0 { String::new() } else { format!("{} of all", format::rate(per_mille(part, whole) * 1_000)) }
}

fn per_mille(part: i64, whole: i64) -> u32 {
    u32::try_from((part * 1_000 + whole / 2) / whole).unwrap_or(0)
}

fn table(person: &Person, lines: &[Line]) -> Table {
    let mut columns = vec![text("Day")];
    let several = click_programs(&person.config, person.partner).len() > 1;
    columns.push(if several { minor("Program") } else { file_only("Program") });
    columns.extend([
        text("Partner"),
        minor("Ad"),
        minor("Country"),
        figure("Clicks"),
        minor_figure("Invalid"),
        minor_figure("Duplicate"),
        minor_figure("Doubtful"),
        minor_figure("Not in terms"),
        minor_figure("Rejected"),
        figure("Payable"),
        minor_figure("CPC"),
        figure("Payout"),
        text("Status"),
        file_only("Locks"),
        file_only("Reasons"),
        file_only("Currency"),
        file_only("Actions"),
    ]);
    let rows = lines.iter().map(|line| row(person, line)).collect();
    Table { columns, rows }.without(person.partner.map(|_| "Partner"))
}

/// A screen leaves out columns in which there is nothing to see.
fn without_idle(table: Table, lines: &[Line]) -> Table {
    let idle = |of: fn(&Counts) -> i64| lines.iter().all(|line| of(&line.counts) == 0);
    table
        .without(idle(|it| it.suspect).then_some("Doubtful"))
        .without(idle(|it| it.outside_terms).then_some("Not in terms"))
        .without(lines.iter().all(|line| line.place.country == [0; 2]).then_some("Country"))
}

fn row(person: &Person, line: &Line) -> Vec<Cell> {
    let Line { place, counts, currency, .. } = line;
    let ad = person.config.ads.get(&(place.program, place.ad)).map(|ad| ad.name.clone()).unwrap_or_default();
    let reasons = reasons(counts, person.viewer());
    let told: Vec<String> = reasons.iter().map(|(code, clicks)| format!("{code} {clicks}")).collect();
    vec![
        shown_cell(html! { span.time { (format::short_day(place.day())) } }, day_text(place.day())),
        cell(program_name(person, place.program)),
        cell(person.partner_name(place.partner)),
        cell(ad),
        cell(country(place.country)),
        number_cell(counts.gross),
        number_cell(counts.invalid),
        number_cell(counts.duplicate),
        number_cell(counts.suspect),
        number_cell(counts.outside_terms),
        number_cell(counts.rejected),
        number_cell(counts.payable),
        line.cpc().map_or_else(|| shown_cell(html! { span.muted { "–" } }, ""), |cpc| money_cell(cpc, *currency)),
        money_cell(line.payout, *currency),
        status_cell(line),
        cell(line.locks_on.map(day_text).unwrap_or_default()),
        cell(told.join("; ")),
        cell(currency.to_string()),
        cell(line.actions.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")),
    ]
}

/// The state, which leads to the day's action where there is one, and when it locks.
fn status_cell(line: &Line) -> Cell {
    let (name, class) = status(line.status);
    let tag = html! { span class=(class) { (name) } };
    let shown = match line.actions.last() {
        Some(action) => html! { a href={ "/actions/" (action) } { (tag) } },
        None => tag,
    };
    let locks =
        line.locks_on.filter(|_| matches!(line.status, Status::PendingReview | Status::Accepted | Status::Pending));
    let shown =
        html! { (shown) @if let Some(day) = locks { " " span.muted.minor { "locks " (format::short_day(day)) } } };
    shown_cell(shown, name)
}

fn status(status: Status) -> (&'static str, &'static str) {
    match status {
        Status::PendingReview => ("Pending review", "tag pending"),
        Status::Accepted => ("Accepted", "tag pending"),
        Status::Pending => ("Pending", "tag pending"),
        Status::Locked => ("Locked", "tag locked"),
        Status::Paid => ("Paid", "tag locked"),
        Status::Reversed => ("Reversed", "tag reversed"),
        Status::Rejected => ("Rejected", "tag reversed"),
        Status::NotPaid => ("Not paid", "tag reversed"),
    }
}
