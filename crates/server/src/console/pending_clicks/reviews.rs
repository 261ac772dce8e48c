//! Reviews: what was decided, how far it has come, and taking it back until the clicks' days close.

use std::collections::HashMap;

use axum::extract::{Form, Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use referee_core::fact::{Fact, ReviewDecision};
use referee_core::id::{ReviewId, UserId};
use referee_core::money::{Currency, Money};
use referee_core::row::{ReviewRow, ReviewState};
use referee_core::time::Zone;
use referee_engine::engine::blocking;
use referee_engine::settings::UserOfBrand;
use serde::Deserialize;

use super::super::format;
use super::super::page::{csrf, empty};
use super::super::person::{Failure, Person};
use super::super::table::{
    EXPORT_ROWS, PAGE_ROWS, Table, cell, figure, file_only, foot, link_cell, minor, minor_figure, money_cell,
    number_cell, shown_cell, text, time_cell,
};
use super::count::days_of;
use super::filter::sentence;
use super::review::{decision_words, price_text};
use super::{require_reviewer, screen};

#[derive(Deserialize)]
pub struct ReviewsQuery {
    before: Option<String>,
    format: Option<String>,
}

/// Names of those who decided.
type Names = HashMap<UserId, String>;

pub async fn list(person: Person, Query(query): Query<ReviewsQuery>) -> Result<Response, Failure> {
    require_reviewer(&person)?;
    let export = query.format.as_deref() == Some("csv");
    let most = if export { EXPORT_ROWS } else { PAGE_ROWS };
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let before = query.before.and_then(|id| id.parse().ok()).map(ReviewId);
    engine.catch_up(brand).await?;
    let (rows, users) =
        blocking(move || Ok((engine.reads.reviews(brand, None, before, most)?, engine.settings.users_of(brand)?)))
            .await?;
    let table = table(&person, &rows, &names(users));
    if export {
        return Ok(table.csv("reviews"));
    }
    let next = rows.last().filter(|_| rows.len() == PAGE_ROWS as usize).map(|row| row.id.to_string());
    let body = html! {
        p { a.underlined href="/pending-clicks" { "Back to pending clicks" } }
        @if rows.is_empty() {
            (empty("Nothing was reviewed yet", html! { p { "Each decision on " a.underlined href="/pending-clicks" { "pending clicks" } " is kept here, with what it cost or saved, and can be undone until the clicks' day closes." } }))
        } @else { (table.html()) (foot("/pending-clicks/reviews", &[], next)) }
    };
    Ok(screen(&person, body).into_response())
}

fn names(users: Vec<UserOfBrand>) -> Names {
    let named = |it: UserOfBrand| (it.user.id, if it.user.name.is_empty() { it.user.email } else { it.user.name });
    users.into_iter().map(named).collect()
}

fn by(row: &ReviewRow, names: &Names) -> String {
    row.user.map_or_else(|| "by API".to_owned(), |id| names.get(&id).cloned().unwrap_or_else(|| format!("user {id}")))
}

fn money_and_zone(person: &Person, row: &ReviewRow) -> (Currency, Zone) {
    let program = person.config.programs.get(&row.program);
    program.map_or((Currency::default(), Zone::utc()), |it| (it.currency, it.zone.clone()))
}

fn table(person: &Person, rows: &[ReviewRow], names: &Names) -> Table {
    let columns = vec![
        text("Review"),
        text("When"),
        minor("By"),
        text("Decision"),
        minor("Of which clicks"),
        minor("Reason"),
        figure("Clicks"),
        figure("Cost"),
        minor_figure("Too late"),
        text("State"),
        file_only("Price"),
        file_only("Currency"),
    ];
    let row = |row: &ReviewRow| {
        let (currency, zone) = money_and_zone(person, row);
        vec![
            link_cell(&format!("/pending-clicks/reviews/{}", row.id), row.id.to_string()),
            time_cell(row.at, &zone),
            cell(by(row, names)),
            cell(decision_words(row.decision, currency)),
            cell(sentence(person, &row.filter)),
            cell(row.reason.clone()),
            number_cell(row.decided.clicks),
            money_cell(row.cost_delta, currency),
            number_cell(row.too_late),
            shown_cell(state_tag(row.state), state_word(row.state)),
            cell(price_text(row.decision, currency)),
            cell(currency.to_string()),
        ]
    };
    Table { columns, rows: rows.iter().map(row).collect() }
}

fn state_word(state: ReviewState) -> &'static str {
    match state {
        ReviewState::Working => "Working",
        ReviewState::Done => "Done",
        ReviewState::Undoing => "Being undone",
        ReviewState::Undone => "Undone",
    }
}

fn state_tag(state: ReviewState) -> Markup {
    let class = match state {
        ReviewState::Working | ReviewState::Undoing => "tag pending",
        ReviewState::Done => "tag locked",
        ReviewState::Undone => "tag",
    };
    html! { span class=(class) { (state_word(state)) } }
}

fn is_at_work(row: &ReviewRow) -> bool {
    matches!(row.state, ReviewState::Working | ReviewState::Undoing)
}

/// A review, and whether some of its days are still open.
async fn found(person: &Person, id: &str) -> Result<(ReviewRow, bool), Failure> {
    let id = id.parse().map(ReviewId).map_err(|_| Failure::NotFound)?;
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    engine.catch_up(brand).await?;
    let found = blocking(move || {
        let Some(row) = engine.reads.review(brand, id)? else { return Ok(None) };
        let days = engine.reads.open_click_days(brand, Some(row.program), row.filter.partner)?;
        let open = !days_of(&days, &row.filter).is_empty();
        Ok(Some((row, open)))
    });
    found.await?.ok_or(Failure::NotFound)
}

pub async fn show(person: Person, Path(id): Path<String>) -> Result<Response, Failure> {
    require_reviewer(&person)?;
    let (row, open) = found(&person, &id).await?;
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let names = names(blocking(move || engine.settings.users_of(brand)).await?);
    let (currency, zone) = money_and_zone(&person, &row);
    let address = format!("/pending-clicks/reviews/{}", row.id);
    let body = html! {
        p.facts {
            b { "Review " (row.id) }
            span.muted { (format::date_time(row.at, &zone)) ", " (by(&row, &names)) }
            a.underlined href="/pending-clicks" { "Pending clicks" }
            a.underlined href="/pending-clicks/reviews" { "All reviews" }
        }
        @if is_at_work(&row) { div data-refresh={ (address) "/progress" } { (progress_of(&row, currency)) } }
        @else { (progress_of(&row, currency)) }
        section.card.pad {
            h2 { "What was decided" }
            ul.plain-list {
                li { b { (decision_words(row.decision, currency)) } }
                li { span.muted { "Of: " } (sentence(&person, &row.filter)) }
                @if !row.reason.is_empty() { li { span.muted { "Because: " } (row.reason) } }
            }
            (undo_form(&person, &row, open))
        }
    };
    Ok(screen(&person, body).into_response())
}

/// How far it has come: also by itself, for the script that asks again.
pub async fn progress(person: Person, Path(id): Path<String>) -> Result<Markup, Failure> {
    require_reviewer(&person)?;
    let (row, _) = found(&person, &id).await?;
    let (currency, _) = money_and_zone(&person, &row);
    Ok(progress_of(&row, currency))
}

fn progress_of(row: &ReviewRow, currency: Currency) -> Markup {
    let change = row.cost_delta;
    let rejected = row.decided.clicks - row.accepted;
    html! {
        section.card.kpis {
            div { span.muted { "State" } b { (state_word(row.state)) }
                span.muted { @if is_at_work(row) { "it goes on by itself" } @else if row.state == ReviewState::Undone { "its clicks wait again" } @else { "all clicks were looked at" } } }
            div { span.muted { "Decided" } b { (format::number(row.decided.clicks)) }
                span.muted {
                    @match row.decision {
                        ReviewDecision::Accept { most: Some(_) } if row.state == ReviewState::Done => { (format::number(row.accepted)) " accepted, " (format::number(rejected)) " rejected" }
                        _ => "clicks"
                    }
                } }
            div {
                @if change > Money::ZERO { span.muted { "It cost" } b { (format::money(change, currency)) } span.muted { "more than before" } }
                @else { span.muted { "It saved" } b { (format::money(change.negated(), currency)) } span.muted { "of what would have been paid" } }
            }
            div { span.muted { "Too late" } b { (format::number(row.too_late)) } span.muted { "of days that had closed" } }
        }
        @if is_at_work(row) { p.muted { "It works through its clicks day by day. " a.underlined href={ "/pending-clicks/reviews/" (row.id) } { "Look again" } } }
    }
}

fn undo_form(person: &Person, row: &ReviewRow, open: bool) -> Markup {
    html! {
        @match row.state {
            ReviewState::Undoing | ReviewState::Undone => {}
            _ if !open => p.muted { "It can't be undone any more: the days of its clicks have closed." },
            _ => form.stack action={ "/pending-clicks/reviews/" (row.id) "/undo" } method="post" data-confirm="Undo this review?" {
                (csrf(person))
                button accesskey="u" { "Undo this review" }
                p.muted { "What it decided becomes pending again, at the price of its terms, as far as its day has not closed. What another review decided since stays as it is." }
            }
        }
    }
}

#[derive(Deserialize)]
pub struct Undo {
    csrf: String,
}

pub async fn undo(person: Person, Path(id): Path<String>, Form(sent): Form<Undo>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    require_reviewer(&person)?;
    let (row, open) = found(&person, &id).await?;
    if !open {
        return Err(Failure::Invalid("It can't be undone any more: the days of its clicks have closed.".into()));
    }
    person.settle("undone in the console", Fact::ReviewUndone { review: row.id }).await?;
    Ok(Redirect::to(&format!("/pending-clicks/reviews/{}", row.id)).into_response())
}
