//! What just happened: the newest clicks and the newest lines of all histories. A script asks again every two seconds.

use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::row::{ClickRow, HistoryKind, HistoryRow};
use referee_core::time::Timestamp;
use referee_engine::books::reads::ClickFilter;
use referee_engine::engine::blocking;

use super::format;
use super::page::{empty, page};
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
    History(HistoryRow, String),
}

async fn newest(person: &Person) -> Result<Markup, Failure> {
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let mut lines: Vec<(Timestamp, Line)> = blocking(move || {
        let clicks = engine.reads.clicks(brand, &ClickFilter::default(), None, LINES)?;
        let mut lines: Vec<_> = clicks.into_iter().map(|row| (row.occurred_at, Line::Click(row))).collect();
        for row in engine.reads.latest_history(brand, LINES)? {
            let order = engine.reads.action(brand, row.action)?.map(|action| action.order_id).unwrap_or_default();
            lines.push((row.at, Line::History(row, order)));
        }
        Ok(lines)
    })
    .await?;
    lines.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let zone = person.program(None).map(|program| program.zone.clone()).unwrap_or_default();
    let currency = person.program(None).map(|program| program.currency).unwrap_or_default();
    Ok(html! {
        @if lines.is_empty() { (empty("Nothing happened yet", html! { p { "Clicks and orders appear here as they are applied." } })) }
        @else { table { tbody { @for (at, line) in lines.iter().take(LINES as usize) {
            tr {
                td.muted { (format::date_time(*at, &zone)) }
                @match line {
                    Line::Click(row) => {
                        td { "Click" @if let Some(refusal) = row.refusal { span.muted { " not counted: " (refusal.brand_sentence()) } } }
                        td { (person.partner_name(row.partner)) }
                        td.num {}
                    }
                    Line::History(row, order) => {
                        td { (what(row)) " " a.underlined href={ "/actions/" (row.action) } { "order " (order) } }
                        td {}
                        td.num { (format::money(row.payout_delta, currency)) }
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
    }
}
