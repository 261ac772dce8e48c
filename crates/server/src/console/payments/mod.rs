//! What is owed to whom, the runs that pay it, and the transfers that were made.

mod answer;
mod file;
mod payment;
mod ready;
mod run;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Form, Query};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use referee_core::fact::Fact;
use referee_core::id::{PartnerId, PaymentId, PaymentRunId, UserId};
use referee_core::money::{Currency, Money};
use referee_core::row::{PaymentRow, PaymentRunRow, PaymentState, RunState};
use referee_engine::books::reads::PaymentFilter;
use referee_engine::engine::blocking;
use referee_engine::payment_run::{Due, Owed, payment_name};
use serde::Deserialize;

use super::page::{csrf, empty, page};
use super::partners::{choice, program_of, sums_text};
use super::person::{Failure, May, Person, done};
use super::table::{
    Cell, EXPORT_ROWS, PAGE_ROWS, Table, cell, figure, file_only, foot, link_cell, minor, minor_figure, money_cell,
    number_cell, shown_cell, text, time_cell,
};
use super::{format, payee};
use crate::app::App;

/// Runs in the list: two years of a brand that pays each month in three currencies.
const RUNS_SHOWN_MAX: u32 = 72;
/// The newest of them, of which is told how many payments still wait: older ones are over.
const RUNS_COUNTED_MAX: usize = 12;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/payments", get(show).post(pay))
        .route("/payments/runs", post(ready::propose))
        .route("/payments/runs/{id}", get(run::show))
        .route("/payments/runs/{id}/decision", post(run::decide))
        .route("/payments/runs/{id}/files/{kind}", get(file::download))
        .route("/payments/runs/{id}/answers", post(answer::take))
        .route("/payments/runs/{id}/settled", post(answer::settle_all))
        .route("/payments/{id}", get(payment::show))
        .route("/payments/{id}/outcome", post(payment::conclude))
        .route("/payments/{id}/document", post(payment::issue))
}

#[derive(Deserialize, Default)]
pub struct PaymentsQuery {
    #[serde(default)]
    partner: String,
    #[serde(default)]
    table: String,
    before: Option<u32>,
    format: Option<String>,
}

/// All that the screen shows.
struct Shown {
    dues: Vec<Due>,
    payments: Vec<PaymentRow>,
    runs: Vec<PaymentRunRow>,
    /// Payments of runs that wait to be transferred or answered.
    waiting: BTreeMap<PaymentRunId, usize>,
    names: HashMap<UserId, String>,
}

impl Shown {
    /// By partner and currency.
    fn owed(&self) -> Vec<&Owed> {
        let mut owed: Vec<&Owed> = self.dues.iter().flat_map(|it| &it.owed).collect();
        owed.sort_by_key(|it| (it.partner, it.currency));
        owed
    }
}

pub async fn show(person: Person, Query(query): Query<PaymentsQuery>) -> Result<Response, Failure> {
    let export = query.format.as_deref() == Some("csv");
    let shown = read(&person, &query, if export { EXPORT_ROWS } else { PAGE_ROWS }).await?;
    let made = payment_table(&person, &shown.payments);
    if export {
        let balances = query.table == "balances";
        return Ok(if balances { ready::balance_file(&person, &shown.owed()) } else { made.csv("payments") });
    }
    let body = match person.partner {
        Some(own) => own_body(&person, own, &shown, &made).await?,
        None => brand_body(&person, &query, &shown, &made),
    };
    Ok(page(&person, "/payments", "Payments", body).into_response())
}

async fn read(person: &Person, query: &PaymentsQuery, most: u32) -> Result<Shown, Failure> {
    let partner = person.partner.or_else(|| query.partner.parse().ok().map(PartnerId));
    let filter = PaymentFilter { partner, before: query.before.map(PaymentId), ..PaymentFilter::default() };
    let (engine, brand, own) = (person.app.engine.clone(), person.brand, person.partner.is_some());
    let shown = blocking(move || {
        let mut payments = engine.reads.payments(brand, &filter, most)?;
        if own {
            payments.retain(is_partners_business);
            let dues = engine.dues(brand, partner)?;
            return Ok(Shown { dues, payments, runs: Vec::new(), waiting: BTreeMap::new(), names: HashMap::new() });
        }
        let runs = engine.reads.payment_runs(brand, RUNS_SHOWN_MAX)?;
        let mut waiting = BTreeMap::new();
        for run in runs.iter().filter(|it| it.state == RunState::Approved).take(RUNS_COUNTED_MAX) {
            let sent = engine.payments_of(brand, run)?.iter().filter(|it| it.state == PaymentState::Sent).count();
            waiting.insert(run.id, sent);
        }
        let users = engine.settings.users_of(brand)?;
        let names = users.into_iter().map(|it| (it.user.id, it.user.email)).collect();
        Ok(Shown { dues: engine.dues(brand, partner)?, payments, runs, waiting, names })
    });
    Ok(shown.await?)
}

/// What is only proposed or was turned down is talk among the brand's people.
pub fn is_partners_business(payment: &PaymentRow) -> bool {
    !matches!(payment.state, PaymentState::Proposed | PaymentState::Dropped)
}

fn brand_body(person: &Person, query: &PaymentsQuery, shown: &Shown, made: &Table) -> Markup {
    let one = query.partner.parse::<u32>().ok();
    html! {
        @if one.is_none() { @for run in shown.runs.iter().filter(|it| it.state == RunState::Proposed) {
            (run::waiting(person, run, &shown.names))
        } }
        @if !person.partner_names.is_empty() {
            form.filter method="get" {
                label { "Partner" (choice(person, one, Some("All"))) }
                button { "Filter" }
                @if person.may(May::Pay) { a.underlined.aside href="/settings/payments" { "Rules of payment" } }
            }
        }
        (totals(&shown.owed()))
        @if shown.dues.is_empty() {
            (empty("Nothing is owed yet", html! { p { "A payout stands here as pending when an action opens, and as locked once the days until locking have passed. What is locked can be paid." } }))
        } @else {
            (ready::section(person, &shown.dues))
            (foot("/payments", &[("table", "balances".to_owned()), ("partner", query.partner.clone())], None))
        }
        @if one.is_none() && !shown.runs.is_empty() { h2 { "Runs" } (run_table(person, shown).html()) }
        h2 { "Payments" }
        (payments(query, shown, made, "None yet. Propose payments above, or mark as paid what was transferred already."))
        (outside(person, &shown.owed()))
    }
}

async fn own_body(person: &Person, own: PartnerId, shown: &Shown, made: &Table) -> Result<Markup, Failure> {
    let notice = payee::notice(person, own).await?;
    Ok(html! {
        (totals(&shown.owed()))
        (notice)
        @if shown.owed().iter().any(|it| it.locked < Money::ZERO) {
            p.muted { "What is below zero is carried forward: it is taken off what locks next." }
        }
        h2 { "Payments" }
        (payments(&PaymentsQuery::default(), shown, made, "None yet. What is locked comes with the brand's next payment, if the payment details are complete."))
    })
}

fn payments(query: &PaymentsQuery, shown: &Shown, made: &Table, none: &str) -> Markup {
    let full = shown.payments.len() == PAGE_ROWS as usize;
    let next = shown.payments.last().filter(|_| full).map(|last| last.id.to_string());
    html! {
        @if shown.payments.is_empty() { p.muted { (none) } }
        @else { (made.html()) (foot("/payments", &[("partner", query.partner.clone())], next)) }
    }
}

/// One figure per currency.
fn totals(owed: &[&Owed]) -> Markup {
    let sum = |of: fn(&Owed) -> Money| {
        let mut sums: BTreeMap<Currency, Money> = BTreeMap::new();
        for row in owed {
            let sum = sums.entry(row.currency).or_default();
            *sum = sum.plus(of(row));
        }
        sums_text(&sums)
    };
    html! {
        section.card.kpis.three {
            div { span.muted { "Pending" } b { (sum(|it| it.pending)) } span.muted { "may still change" } }
            div { span.muted { "Locked" } b { (sum(|it| it.locked)) } span.muted { "ready to be paid" } }
            div { span.muted { "Paid" } b { (sum(|it| it.paid)) } span.muted { "or on the way" } }
        }
    }
}

fn partner_cell(person: &Person, partner: PartnerId) -> Cell {
    let name = person.partner_name(partner);
    if person.partner.is_some() { cell(name) } else { link_cell(&format!("/partners/{partner}"), name) }
}

fn run_table(person: &Person, shown: &Shown) -> Table {
    let zone = person.zone(None);
    let columns = vec![
        text("Run"),
        text("When"),
        minor("Proposed by"),
        text("State"),
        minor_figure("Payments"),
        figure("Proposed"),
    ];
    let row = |it: &PaymentRunRow| {
        vec![
            link_cell(&format!("/payments/runs/{}", it.id), it.id.to_string()),
            time_cell(it.at, &zone),
            cell(run::who(it.proposed_by, &shown.names)),
            shown_cell(run_state(it, shown.waiting.get(&it.id).copied().unwrap_or(0)), ""),
            number_cell(i64::try_from(it.payments.len()).unwrap_or(i64::MAX)),
            money_cell(it.proposed, it.currency),
        ]
    };
    Table { columns, rows: shown.runs.iter().map(row).collect() }
}

fn run_state(run: &PaymentRunRow, waiting: usize) -> Markup {
    html! { @if waiting > 0 { span.tag.pending { (waiting) " to be transferred" } } @else { (run::state_tag(run.state)) } }
}

fn payment_table(person: &Person, payments: &[PaymentRow]) -> Table {
    let columns = vec![
        text("Payment"),
        text("Partner"),
        minor("When"),
        text("State"),
        minor_figure("Actions"),
        figure("Net"),
        file_only("Currency"),
    ];
    let row = |row: &PaymentRow| {
        let amount = if row.state == PaymentState::Proposed { row.proposed } else { row.total };
        vec![
            link_cell(&format!("/payments/{}", row.id), payment_name(row.id)),
            partner_cell(person, row.partner),
            time_cell(row.at, &person.zone(None)),
            shown_cell(state_tag(row), state_words(row)),
            number_cell(i64::from(row.actions)),
            money_cell(amount, row.currency),
            cell(row.currency.to_string()),
        ]
    };
    Table { columns, rows: payments.iter().map(row).collect() }.without(person.partner.map(|_| "Partner"))
}

fn state_words(row: &PaymentRow) -> &'static str {
    match row.state {
        PaymentState::Proposed => "Proposed",
        PaymentState::Gathering => "Being gathered",
        PaymentState::Sent => "To be transferred",
        PaymentState::Settled => "Paid",
        PaymentState::Returning | PaymentState::Failed if row.reason.is_empty() => "Came to nothing",
        PaymentState::Returning | PaymentState::Failed => "Failed",
        PaymentState::Dropped => "Turned down",
    }
}

fn state_tag(row: &PaymentRow) -> Markup {
    let class = match row.state {
        PaymentState::Proposed | PaymentState::Gathering | PaymentState::Sent => "tag pending",
        PaymentState::Settled => "tag locked",
        PaymentState::Returning | PaymentState::Failed => "tag reversed",
        PaymentState::Dropped => "tag",
    };
    html! { span class=(class) { (state_words(row)) } }
}

/// For what was transferred without a run, such as before there was one.
fn outside(person: &Person, owed: &[&Owed]) -> Markup {
    let payable = owed.iter().filter(|it| it.locked > Money::ZERO);
    let row = |it: &&Owed| {
        let sum = format::money(it.locked, it.currency);
        let program = person.config.programs.values().find(|program| program.currency == it.currency);
        let question = format!("Was {sum} transferred to {}? It is marked as paid.", person.partner_name(it.partner));
        html! { @if let Some(program) = program {
            li { form.inline action="/payments" method="post" data-confirm=(question) {
                (csrf(person))
                input type="hidden" name="program" value=(program.id);
                input type="hidden" name="partner" value=(it.partner);
                (person.partner_name(it.partner)) " "
                button.link { "Mark " (sum) " as paid" }
            } }
        } }
    };
    html! {
        @if person.may(May::Pay) && payable.clone().next().is_some() {
            details.card.pad {
                summary { "A transfer was made outside" }
                p.muted { "Everything that is locked for the partner counts as paid, without a run, a file or a threshold." }
                ul.plain-list { @for it in payable { (row(it)) } }
            }
        }
    }
}

#[derive(Deserialize)]
pub struct Pay {
    csrf: String,
    program: u32,
    partner: u32,
}

pub async fn pay(person: Person, Form(sent): Form<Pay>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Pay)?;
    let (program, partner) = (program_of(&person, sent.program)?.id, PartnerId(sent.partner));
    person.settle("marked as paid in the console", Fact::PaymentMade { program, partner }).await?;
    Ok(done("/payments"))
}
