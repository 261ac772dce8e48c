//! What just happened: the newest clicks and the newest lines of all histories. A script asks again every two seconds.

use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::row::{ActionRow, ClickRow, HistoryKind, HistoryRow};
use referee_core::time::Timestamp;
use referee_engine::books::reads::ClickFilter;
use referee_engine::engine::blocking;

use super::format;
use super::page::page;
use super::person::{Failure, Person};

const LINES: u32 = 40;

pub async fn show(person: Person) -> Result<Response, Failure> {
    person.require_brand_side()?;
    let lines = newest(&person).await?;
    let body = html! {
        p.muted { "The newest first. " a.underlined href="/feed" { "Refresh" } }
        section.card #feed data-refresh="/feed/lines" { (lines) }
    };
    Ok(page(&person, "/feed", "Live feed", body).into_response())
}

pub async fn lines(person: Person) -> Result<Markup, Failure> {
    person.require_brand_side()?;
    newest(&person).await
}

enum Line {
    Click(ClickRow),
    History(HistoryRow, Option<Box<ActionRow>>),
}

async fn newest(person: &Person) -> Result<Markup, Failure> {
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let mut lines: Vec<(Timestamp, Line)> = blocking(move || {
        let clicks = engine.reads.clicks(brand, &ClickFilter::default(), None, LINES)?;
        let mut lines: Vec<_> = clicks.into_iter().map(|row| (row.occurred_at, Line::Click(row))).collect();
        for row in engine.reads.latest_history(brand, LINES)? {
            let action = engine.reads.action(brand, row.action)?.map(Box::new);
            lines.push((row.at, Line::History(row, action)));
        }
        Ok(lines)
    })
    .await?;
    lines.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let (zone, now) = (person.zone(None), person.app.engine.now());
    Ok(html! {
        @if lines.is_empty() { div.pad { p { b { "Nothing happened yet" } } p { "Clicks and orders appear here a moment after they happen. Follow a link to see the first." } } }
        @else { table { tbody { @for (at, line) in lines.iter().take(LINES as usize) {
            tr {
                td.muted { span.time { (format::recent(*at, now, &zone)) } }
                @match line {
                    Line::Click(row) => {
                        td { "Click" @if let Some(refusal) = row.refusal { span.muted { " not counted: " (refusal.brand_sentence()) } } }
                        td { (person.partner_name(row.partner)) }
                        td.num {}
                    }
                    Line::History(row, action) => {
                        td { (what(row)) " " a.underlined href={ "/actions/" (row.action) } { "order " (action.as_ref().map_or("", |it| &it.order_id)) } }
                        td { (action.as_ref().map(|it| person.partner_name(it.partner)).unwrap_or_default()) }
                        td.num { (action.as_ref().map(|it| format::money(row.payout_delta, it.currency)).unwrap_or_default()) }
                    }
                }
            }
        } } } }
    })
}

fn what(row: &HistoryRow) -> &'static str {
    match row.kind {
        HistoryKind::Opened => "Action opened,",
        HistoryKind::Modified => "Modified,",
        HistoryKind::Reversed => "Reversed,",
        HistoryKind::Locked => "Locked,",
        HistoryKind::Paid => "Paid,",
        HistoryKind::Held => "Held,",
        HistoryKind::Restored => "Restored,",
        HistoryKind::Corrected => "Corrected,",
        HistoryKind::Converted => "Converted,",
        HistoryKind::Admitted => "Admitted,",
        HistoryKind::Returned => "Payment failed, owed again:",
        HistoryKind::ReturnAsked => "Return asked for:",
        HistoryKind::ReturnDeclined => "Return declined:",
        HistoryKind::Released => "Released,",
    }
}
