//! The clicks themselves, a page at a time, with the form that decides on those that are ticked or on all that match.

use maud::{Markup, html};
use referee_core::id::{ClickNo, PartnerId};
use referee_core::program::Program;
use referee_core::refusal::Refusal;
use referee_core::row::{PayableClickRow, PayableState};
use referee_core::time::Day;
use referee_engine::books::payable_reads::PayablePlace;
use referee_engine::log::names::word;

use super::super::format;
use super::super::page::{csrf, empty};
use super::super::person::Person;
use super::super::table::{
    Cell, EXPORT_ROWS, PAGE_ROWS, Table, buttons, cell, figure, file_only, minor, money_cell, shown_cell, text,
    time_cell,
};
use super::Scene;
use super::count::Matching;
use super::filter::{Asked, found_words};
use super::review;

/// The place that an address goes on after.
pub fn place(text: &str) -> PayablePlace {
    let mut parts = text.split('.');
    let mut part = || parts.next().unwrap_or_default();
    let (day, partner, click) = (part().parse(), part().parse(), part().parse());
    match (day, partner, click) {
        (Ok(day), Ok(partner), Ok(click)) => {
            PayablePlace { day: Day(day), partner: PartnerId(partner), click: ClickNo(click) }
        }
        _ => PayablePlace::default(),
    }
}

fn place_text(place: PayablePlace) -> String {
    format!("{}.{}.{}", place.day.0, place.partner, place.click)
}

pub fn clicks(person: &Person, program: &Program, asked: &Asked, scene: &Scene) -> Markup {
    let next = scene.rows.last().filter(|_| scene.rows.len() == PAGE_ROWS as usize).map(PayablePlace::of);
    html! {
        @if scene.matching.all().clicks > 0 || !scene.rows.is_empty() { (form(person, program, asked, &scene.matching)) }
        h2 { (title(asked.state())) }
        @if scene.rows.is_empty() {
            (empty("No click matches", html! { p { "Choose other days, another state or take a condition away. " a.underlined href=(Asked::default().with("program", program.id.to_string()).address(&[])) { "Show all that are pending" } } }))
        } @else {
            label.check.all-ticks hidden { input type="checkbox" data-tick-all; " Tick all on this page " span.muted { "or move with " kbd { "j" } " and " kbd { "k" } " and tick with " kbd { "x" } } }
            (table(person, program, &scene.rows, true).html())
            p.foot {
                a.underlined href="#decide" { "Decide on what is ticked" }
                a.underlined href=(asked.address(&[("format", "csv")])) { "Export CSV" }
                @if let Some(next) = next {
                    span.muted { "The file holds up to " (format::number(i64::from(EXPORT_ROWS))) " rows, the oldest days first." }
                    a.underlined href=(asked.address(&[("after", &place_text(next))])) rel="next" { "Next page" }
                }
            }
        }
    }
}

fn title(state: PayableState) -> &'static str {
    match state {
        PayableState::Accepted => "Accepted clicks",
        PayableState::Rejected => "Rejected clicks",
        PayableState::Pending | PayableState::Unpaid => "Pending clicks",
    }
}

pub fn state_word(state: PayableState) -> &'static str {
    match state {
        PayableState::Pending => "pending",
        PayableState::Accepted => "accepted",
        PayableState::Rejected => "rejected",
        PayableState::Unpaid => "unpaid",
    }
}

pub fn table(person: &Person, program: &Program, rows: &[PayableClickRow], ticks: bool) -> Table {
    let columns = vec![
        buttons(),
        text("When"),
        text("Partner"),
        file_only("Partner id"),
        file_only("Day"),
        text("Found"),
        minor("Referrer"),
        minor("Network"),
        minor("From"),
        minor("Landing"),
        figure("Price"),
        file_only("Currency"),
        file_only("State"),
        minor("Number"),
    ];
    let row = |row: &PayableClickRow| {
        let number = row.no.to_string();
        let tail = number.get(number.len().saturating_sub(5)..).unwrap_or_default();
        let pick = html! { input type="checkbox" name="click" value=(number) form="decide" data-tick aria-label={ "Tick click " (number) }; };
        let mut codes: Vec<&str> = row.found.iter().map(|it| it.code()).collect();
        codes.extend(row.doubts.codes().filter(|it| Some(*it) != row.found).map(Refusal::code));
        let found = html! {
            @if codes.is_empty() { span.muted { "nothing" } }
            @for code in &codes { span.tag.pending title=[row.found.filter(|it| it.code() == *code).map(|it| found_words(Some(it)))] { (code) } " " }
        };
        let network = format!("{:016x}", row.network);
        let country = std::str::from_utf8(&row.country).ok().filter(|_| row.country != [0; 2]).unwrap_or_default();
        let device = format!("{} {country}", word(row.device));
        vec![
            shown_cell(pick, ""),
            time_cell(row.occurred_at, &program.zone),
            one_line(person.partner_name(row.partner)),
            cell(row.partner.to_string()),
            cell(format::day(row.day)),
            shown_cell(found, codes.join(" ")),
            cell(row.referrer.clone()),
            shown_cell(html! { code { (&network[..6]) } }, network.clone()),
            one_line(device.trim_end()),
            if row.landed { cell("seen") } else { shown_cell(html! { span.muted.time { "not seen" } }, "") },
            money_cell(row.price, program.currency),
            cell(program.currency.to_string()),
            cell(state_word(row.state)),
            shown_cell(
                html! { a.underlined.time href={ "/clicks?no=" (number) } aria-label={ "Click " (number) } { "…" (tail) } },
                number.clone(),
            ),
        ]
    };
    let table = Table { columns, rows: rows.iter().map(row).collect() };
    if ticks { table } else { table.without(Some("")) }
}

/// A hundred rows are read faster where none is two lines high.
fn one_line(text: impl Into<String>) -> Cell {
    let text = text.into();
    shown_cell(html! { span.time { (text) } }, text.clone())
}

/// What is decided, on which, and the way to what it comes to. Nothing is done before that is seen.
fn form(person: &Person, program: &Program, asked: &Asked, matching: &Matching) -> Markup {
    let all = matching.all().clicks;
    let count = format!("{}{}", matching.known.words(), format::number(all));
    let decided = matching.accepted.plus(matching.rejected).clicks;
    html! {
        section.card.pad {
            h2 { "Decide" }
            form.stack.wide #decide action="/pending-clicks/preview" method="post" {
                (csrf(person))
                (asked.hidden())
                div.pair {
                    fieldset {
                        legend { "On which clicks" }
                        label.check { input type="radio" name="which" value="ticked" required checked accesskey="t" data-which-ticked; " Those that are ticked below" span.muted data-ticked {} }
                        label.check { input type="radio" name="which" value="all" accesskey="m"; " All that match the filter: " (count) }
                        @if decided > 0 { p.note.muted { "Among them " (matching.known.words()) (format::number(decided)) " that were decided before: they are decided anew." } }
                    }
                    fieldset {
                        legend { "What" }
                        label.check { input type="radio" name="decision" value="reject" required accesskey="r"; " Reject them" }
                        label.check { input type="radio" name="decision" value="accept" accesskey="a"; " Accept them" }
                        label.check { input type="radio" name="decision" value="most" accesskey="n"; " Accept the first "
                            input.short type="number" name="most" min="0" max=(review::MOST_MAX) inputmode="numeric" aria-label="How many are accepted"; " and reject the rest" }
                        label.check { input type="radio" name="decision" value="price" accesskey="p"; " Pay each with "
                            input.short name="price" inputmode="decimal" maxlength="20" aria-label={ "The price of each, in " (program.currency) }; " " (program.currency) }
                    }
                }
                div.pair {
                    label { "Reason, where something is rejected" select name="because" {
                        option value="" { "Choose" }
                        @for code in review::reasons() { option value=(code.code()) { (code.brand_sentence()) } }
                    } }
                    label { "Or in your own words" input name="words" maxlength=(review::WORDS_MAX); }
                }
                button.primary accesskey="s" { "Show what it comes to" }
                p.muted { "Nothing is done yet: the next page says what it costs or saves, and asks once more." }
            }
        }
    }
}
