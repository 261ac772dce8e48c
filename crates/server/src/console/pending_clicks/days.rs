//! Open days: what each partner's clicks come to, when they are accepted by themselves, and what speaks against them.

use maud::{Markup, html};
use referee_core::program::Program;
use referee_core::row::{ClickDayKey, ClickDayRow, ClickDoubtRow, ClickTally};
use referee_core::screening::ClickTest;
use referee_core::time::Timestamp;
use referee_engine::engine::blocking;
use referee_engine::limits::CLICK_NOTICE_DAYS;

use super::super::format;
use super::super::person::{Failure, May, Person};
use super::super::table::{
    Cell, Table, cell, figure, link_cell, minor_figure, money_cell, number_cell, shown_cell, text,
};
use super::count::{Days, sum};
use super::filter::Asked;

/// Open days that stand on the screen; more are a click away, and a filter finds each.
const SHOWN: usize = 10;
const SHOWN_MAX: usize = 500;

/// Days with pending clicks that close within days from now.
fn closing(days: &Days, now: Timestamp) -> Vec<&(ClickDayKey, ClickDayRow)> {
    let until = now.plus_days(CLICK_NOTICE_DAYS);
    let soon = |day: &ClickDayRow| day.pending.clicks > 0 && day.due_at.is_some_and(|at| at <= until);
    days.iter().filter(|(_, day)| soon(day)).collect()
}

fn pending(days: &[&(ClickDayKey, ClickDayRow)]) -> ClickTally {
    days.iter().fold(ClickTally::default(), |sum, (_, day)| sum.plus(day.pending))
}

pub fn figures(person: &Person, program: &Program, days: &Days) -> Markup {
    let (whole, soon) = (sum(days), closing(days, person.app.engine.now()));
    let soon_sum = pending(&soon);
    let next = days.iter().find(|(_, day)| day.pending.clicks > 0);
    let money = |tally: ClickTally| format::money(tally.cost, program.currency);
    html! {
        section.card.kpis {
            div { span.muted { "Pending clicks" } b { (format::number(whole.pending.clicks)) }
                span.muted { (format::number(whole.accepted.clicks)) " accepted, " (format::number(whole.rejected.clicks)) " rejected" } }
            div { span.muted { "They cost" } b { (money(whole.pending)) }
                span.muted { (money(whole.paid())) " with what is accepted" } }
            div { span.muted { "Next deadline" }
                @match next.and_then(|(key, day)| Some((key, day.due_at?))) {
                    Some((key, at)) => {
                        b { (format::date(at, &program.zone)) }
                        span.muted { (format::short_day(key.day)) " of " (person.partner_name(key.partner)) ", at " (format::time(at, &program.zone)) }
                    }
                    None => { b { "–" } span.muted { "nothing is pending" } }
                } }
            div { span.muted { "Close within " (CLICK_NOTICE_DAYS) " days" } b { (day_count(soon.len())) }
                span.muted { (format::number(soon_sum.clicks)) " clicks for " (money(soon_sum)) } }
        }
    }
}

fn day_count(days: usize) -> String {
    let count = format::number(i64::try_from(days).unwrap_or(i64::MAX));
    if days == 1 { "1 day".to_owned() } else { format!("{count} days") }
}

/// For the overview: what is accepted by itself within days, if anything is.
pub async fn notice(person: &Person, program: &Program) -> Result<Markup, Failure> {
    if person.partner.is_some() || !person.may(May::Manage) || person.config.click_event_type(program.id).is_none() {
        return Ok(html! {});
    }
    let (engine, brand, id) = (person.app.engine.clone(), person.brand, program.id);
    let days = blocking(move || engine.reads.open_click_days(brand, Some(id), None)).await?;
    let soon = closing(&days, person.app.engine.now());
    let Some(first) = soon.first().and_then(|(_, day)| day.due_at) else { return Ok(html! {}) };
    let sum = pending(&soon);
    let address = Asked::default().with("program", id.to_string()).address(&[]);
    Ok(html! {
        section.card.pad.answer.open {
            p.verdict { (format::number(sum.clicks)) " pending clicks for " (format::money(sum.cost, program.currency)) " are accepted by themselves within " (CLICK_NOTICE_DAYS) " days" }
            p { "That is " (day_count(soon.len())) " of partners, of which the first closes on " (format::date_time(first, &program.zone)) ". "
                a.underlined href=(address) { "Look at them before they are" } }
        }
    })
}

pub fn table(person: &Person, program: &Program, asked: &Asked, days: &Days, doubts: &[ClickDoubtRow]) -> Markup {
    if days.is_empty() {
        return html! {};
    }
    let drawn = |days: &[(ClickDayKey, ClickDayRow)]| {
        let columns = vec![
            text("Open day"),
            text("Partner"),
            text("Closes"),
            figure("Pending"),
            figure("Cost"),
            minor_figure("Accepted"),
            minor_figure("Rejected"),
            text("Doubts"),
        ];
        let rows = days.iter().map(|(key, day)| row(person, program, asked, (key, day), doubts));
        Table { columns, rows: rows.collect() }
    };
    let (first, more) = days.split_at(days.len().min(SHOWN));
    html! {
        section.card.scroll {
            (drawn(first).bare())
            @if !more.is_empty() {
                details { summary.pad { (day_count(more.len())) " more" }
                    (drawn(&more[..more.len().min(SHOWN_MAX)]).bare())
                    @if more.len() > SHOWN_MAX { p.pad.muted { "These are the " (SHOWN_MAX) " that close next. Choose a partner or a day to see others." } }
                }
            }
        }
    }
}

fn row(
    person: &Person,
    program: &Program,
    asked: &Asked,
    (key, day): (&ClickDayKey, &ClickDayRow),
    doubts: &[ClickDoubtRow],
) -> Vec<Cell> {
    let date = format::day(key.day);
    let address = asked.with("from", "").with("until", "").with("day", &date).with("partner", key.partner.to_string());
    let tally = |it: ClickTally| {
        let cost = format::money(it.cost, program.currency);
        let shown = html! { (format::number(it.clicks)) @if it.clicks > 0 { br; span.muted { (cost) } } };
        shown_cell(shown, it.clicks.to_string())
    };
    vec![
        link_cell(&address.address(&[]), format::short_day(key.day)),
        cell(person.partner_name(key.partner)),
        day.due_at.map_or_else(
            || cell(""),
            |at| shown_cell(html! { span.time { (format::short_day(program.zone.day(at))) } }, format::utc(at)),
        ),
        number_cell(day.pending.clicks),
        money_cell(day.pending.cost, program.currency),
        tally(day.accepted),
        tally(day.rejected),
        doubt_cell(doubts.iter().filter(|it| (it.doubt.partner, it.doubt.day) == (key.partner, key.day))),
    ]
}

/// What statistics found, in words and figures. It decides nothing.
fn doubt_cell<'a>(doubts: impl Iterator<Item = &'a ClickDoubtRow>) -> Cell {
    let mut seen: Vec<ClickTest> = Vec::new();
    let mut shown = html! {};
    let mut codes: Vec<&str> = Vec::new();
    for ClickDoubtRow { doubt, .. } in doubts {
        // The newest finding of a test stands for it.
        if seen.contains(&doubt.test) {
            continue;
        }
        seen.push(doubt.test);
        codes.push(doubt.test.code().code());
        shown = html! { (shown) details {
            summary { span.tag.pending { (doubt.test.code().code()) } }
            p.note { (doubt.test.code().brand_sentence()) " Seen " (measure(doubt.test, doubt.seen_ppm)) ", expected " (measure(doubt.test, doubt.expected_ppm))
                ", of " (format::number(doubt.clicks.into())) " clicks. By chance alone: " (measure(ClickTest::Conversion, doubt.chance_ppm.into())) "." }
        } };
    }
    shown_cell(shown, codes.join(" "))
}

/// A figure of a test: a share, or a plain number where it is one.
fn measure(test: ClickTest, ppm: i64) -> String {
    match test {
        ClickTest::Volume | ClickTest::Regularity => {
            let hundredths = ppm / 10_000;
            format!("{}.{:02}", format::number(hundredths / 100), hundredths.unsigned_abs() % 100)
        }
        ClickTest::Conversion | ClickTest::Timing | ClickTest::Concentration => {
            format::rate(u32::try_from(ppm).unwrap_or(0))
        }
    }
}
