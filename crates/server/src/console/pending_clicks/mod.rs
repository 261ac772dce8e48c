//! Pending clicks: what waits for a look before it is paid, by day, by what it has in common, and one by one.

mod count;
mod days;
mod filter;
mod groups;
mod list;
mod paid;
mod review;
mod reviews;

use std::sync::Arc;

use axum::Router;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use referee_core::fact::PayableFilter;
use referee_core::program::Program;
use referee_core::row::{ClickDoubtRow, ClickTally, GroupBy, PayableClickRow};
use referee_engine::books::payable_reads::{PayablePlace, Reviewable};
use referee_engine::engine::blocking;

use self::count::{Days, Matching, days_of, matching, period};
use self::filter::Asked;
use super::form::Fields;
use super::page::{empty, page};
use super::person::{Failure, May, Person};
use super::table::{EXPORT_ROWS, PAGE_ROWS};
use crate::app::App;

pub use days::notice;
pub use paid::paid;

/// Where people read how clicks come to be paid.
const GUIDE: &str = "/docs/guide/pending-clicks";
const PAYOUT_GUIDE: &str = "/docs/guide/click-payouts";
/// Findings of statistics that are shown with the open days.
const DOUBTS_MAX: u32 = 1_000;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/pending-clicks", get(show))
        .route("/pending-clicks/preview", post(review::preview))
        .route("/pending-clicks/reviews", get(reviews::list).post(review::decide))
        .route("/pending-clicks/reviews/{id}", get(reviews::show))
        .route("/pending-clicks/reviews/{id}/progress", get(reviews::progress))
        .route("/pending-clicks/reviews/{id}/undo", post(reviews::undo))
}

/// Whoever decides what partners are paid for: of the brand, and with the right to it.
fn require_reviewer(person: &Person) -> Result<(), Failure> {
    person.require_brand_side()?;
    person.require(May::Manage)
}

/// What the screen is about.
struct Scene {
    filter: PayableFilter,
    /// All open days of the program.
    days: Days,
    doubts: Vec<ClickDoubtRow>,
    groups: Vec<(GroupBy, Vec<(String, ClickTally)>)>,
    matching: Matching,
    /// One page of clicks.
    rows: Vec<PayableClickRow>,
}

pub async fn show(person: Person, Query(sent): Query<Vec<(String, String)>>) -> Result<Response, Failure> {
    require_reviewer(&person)?;
    let sent = Fields(sent);
    let asked = Asked::of(&sent);
    let Some(program) = asked.program(&person) else { return Ok(screen(&person, start(false)).into_response()) };
    let asked = asked.with("program", program.id.to_string());
    let filter = match asked.filter() {
        Ok(filter) => filter,
        Err(wrong) => {
            let body = html! { p.wrong role="alert" { (wrong) } (filter::form(&person, &asked, &[])) };
            return Ok(screen(&person, body).into_response());
        }
    };
    let export = sent.get("format") == "csv";
    let most = if export { EXPORT_ROWS } else { PAGE_ROWS };
    let scene = ask(&person, program, filter, &asked, (list::place(sent.get("after")), most)).await?;
    if export {
        return Ok(list::table(&person, program, &scene.rows, false).csv("pending-clicks"));
    }
    Ok(screen(&person, drawn(&person, program, &asked, &scene)).into_response())
}

fn screen(person: &Person, body: Markup) -> Markup {
    page(person, "/pending-clicks", "Pending clicks", body)
}

async fn ask(
    person: &Person,
    program: &Program,
    filter: PayableFilter,
    asked: &Asked,
    (after, most): (PayablePlace, u32),
) -> Result<Scene, Failure> {
    let (engine, brand, id, state) = (person.app.engine.clone(), person.brand, program.id, asked.state());
    engine.catch_up(brand).await?;
    let scene = blocking(move || {
        let reads = engine.reads.as_ref();
        let days = reads.open_click_days(brand, Some(id), None)?;
        let narrow = days_of(&days, &filter);
        let first_and_last = (narrow.iter().map(|it| it.0.day).min(), narrow.iter().map(|it| it.0.day).max());
        let doubts = match first_and_last {
            (Some(from), Some(to)) => {
                let period = referee_engine::books::reads::Period { program: id, from, to, partner: filter.partner };
                reads.click_doubts(brand, period, DOUBTS_MAX)?
            }
            _ => Vec::new(),
        };
        let groups = GroupBy::ALL.into_iter().map(|by| {
            let rows = reads.click_groups(brand, period(id, &filter), by, groups::SHOWN_MAX)?;
            Ok((by, rows))
        });
        let groups = groups.collect::<referee_engine::error::Result<_>>()?;
        let matching = matching(reads, (brand, id), &filter, &days)?;
        let rows = reads.reviewable(brand, Reviewable { program: id, filter: &filter, state }, after, most)?;
        Ok(Scene { filter, days, doubts, groups, matching, rows })
    });
    Ok(scene.await?)
}

fn drawn(person: &Person, program: &Program, asked: &Asked, scene: &Scene) -> Markup {
    if scene.days.is_empty() && !asked.is_narrowed() {
        let pays = person.config.click_event_type(program.id).is_some();
        return html! { (filter::other_programs(person, asked)) (start(pays)) (reviews_link()) };
    }
    let narrow = days_of(&scene.days, &scene.filter);
    let reasons = groups::values(&scene.groups, GroupBy::Reason);
    html! {
        (days::figures(person, program, &scene.days))
        p { "What is not rejected before its day closes is accepted by itself: the clicks of a partner's day become one action, "
            "which then locks and is paid like any other. "
            a.underlined href=(GUIDE) { "How a review works" } ". " (reviews_link()) }
        (filter::form(person, asked, &reasons))
        (days::table(person, program, asked, &narrow, &scene.doubts))
        (groups::cards(person, program, asked, &narrow, &scene.groups))
        (list::clicks(person, program, asked, scene))
    }
}

fn reviews_link() -> Markup {
    html! {
        a.underlined href="/pending-clicks/reviews" { "Reviews so far, and their undo" } ". "
        a.underlined href="/pending-clicks/rescreen" { "Screen them again by other rules" }
    }
}

/// Nothing waits: how it would begin.
fn start(pays: bool) -> Markup {
    if pays {
        return empty(
            "No click waits for a look",
            html! {
                p { "Clicks stand here when the terms of a partner pay for them as CPC (reviewed, legacy). Those of CPC V2 (instant) are priced at once and never wait." }
                p { a.underlined href=(PAYOUT_GUIDE) { "Set your click payout rules" } }
            },
        );
    }
    empty(
        "No click is paid for itself yet",
        html! {
            p { "To pay for clicks, add an event type for clicks under " a.underlined href="/settings" { "Settings" }
                ", then let the template terms or a partner's contract pay for it. It needs no code on the site." }
            p { a.underlined href=(PAYOUT_GUIDE) { "Set your click payout rules" } }
        },
    )
}
