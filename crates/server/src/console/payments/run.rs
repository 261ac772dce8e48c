//! One run: what it pays to whom, its decision, its files, and what became of its payments.

use std::collections::HashMap;

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::fact::Fact;
use referee_core::id::{PaymentRunId, UserId};
use referee_core::money::Money;
use referee_core::row::{PaymentRunRow, PaymentState, RunState};
use referee_engine::engine::blocking;
use referee_engine::payment_run::{Obstacle, PaymentTold, payment_name};
use serde::Deserialize;

use super::super::format;
use super::super::page::{csrf, page};
use super::super::person::{Failure, May, Person, done};
use super::super::table::{Cell, Table, cell, figure, link_cell, minor, minor_figure, money_cell, shown_cell, text};
use super::{answer, file, partner_cell, ready, state_words};

/// A run with all that its page shows.
pub struct RunShown {
    pub run: PaymentRunRow,
    pub payments: Vec<PaymentTold>,
    pub names: HashMap<UserId, String>,
}

impl RunShown {
    pub fn in_state(&self, state: PaymentState) -> impl Iterator<Item = &PaymentTold> {
        self.payments.iter().filter(move |it| it.row.state == state)
    }
}

pub async fn read(person: &Person, id: PaymentRunId) -> Result<RunShown, Failure> {
    person.require_brand_side()?;
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let found = blocking(move || {
        let Some(run) = engine.reads.payment_run(brand, id)? else { return Ok(None) };
        let payments = engine.told(brand, engine.payments_of(brand, &run)?)?;
        let users = engine.settings.users_of(brand)?;
        let names = users.into_iter().map(|it| (it.user.id, it.user.email)).collect();
        Ok(Some(RunShown { run, payments, names }))
    });
    found.await?.ok_or(Failure::NotFound)
}

pub async fn show(person: Person, Path(id): Path<u32>) -> Result<Response, Failure> {
    let shown = read(&person, PaymentRunId(id)).await?;
    Ok(screen(&person, &shown, &html! {}, &html! {}, "").into_response())
}

/// The page of a run, with something to say above it.
pub async fn screen_after(person: &Person, id: PaymentRunId, said: Markup) -> Result<Response, Failure> {
    let shown = read(person, id).await?;
    Ok(screen(person, &shown, &said, &html! {}, "").into_response())
}

/// With something to say above it, and at the answer's form, which keeps what was typed.
pub fn screen(person: &Person, shown: &RunShown, said: &Markup, at_answer: &Markup, typed: &str) -> Markup {
    let run = &shown.run;
    let body = html! {
        (said)
        p.facts {
            (state_tag(run.state))
            span { (proposed(person, run, &shown.names)) }
            @if let Some(at) = run.decided_at {
                span { (if run.state == RunState::Dropped { "Turned down" } else { "Approved" }) " by " (who(run.decided_by, &shown.names)) ", " (format::date_time(at, &person.zone(None))) }
            }
            a.underlined href="/payments" { "All payments" }
        }
        @if run.state == RunState::Proposed { (decision(person, run)) }
        (sums(shown))
        (table(person, shown).html())
        p.muted {
            "What is transferred is what the partner earned and its VAT: the partner owes that VAT to its tax office. "
            "Net, VAT and transfer stand in the files, and the document of each payment names the same sum."
        }
        @if person.may(May::Pay) && shown.in_state(PaymentState::Sent).next().is_some() {
            div.two.even { (file::section(person, shown)) (answer::form(person, shown, at_answer, typed)) }
        }
        @if shown.in_state(PaymentState::Gathering).next().is_some() {
            p.muted { "Some payments are still being gathered, action by action. Reload the page in a moment." }
        }
    };
    page(person, "/payments", &format!("Payment run {}", run.id), body)
}

/// A run that waits for somebody to decide on it, on the screen of all payments.
pub fn waiting(person: &Person, run: &PaymentRunRow, names: &HashMap<UserId, String>) -> Markup {
    html! {
        section.card.pad.answer.open {
            p.verdict {
                a.underlined href={ "/payments/runs/" (run.id) } { "Run " (run.id) } " waits to be approved: "
                (format::money(run.proposed, run.currency)) " in " (count(run.payments.len()))
            }
            p.muted { (proposed(person, run, names)) }
            (decision_forms(person, run))
        }
    }
}

fn count(payments: usize) -> String {
    format!("{payments} {}", if payments == 1 { "payment" } else { "payments" })
}

fn proposed(person: &Person, run: &PaymentRunRow, names: &HashMap<UserId, String>) -> String {
    format!("Proposed by {}, {}", who(run.proposed_by, names), format::date_time(run.at, &person.zone(None)))
}

/// Who did something to a run.
pub fn who(user: Option<UserId>, names: &HashMap<UserId, String>) -> String {
    match user {
        None => "the calendar".into(),
        Some(UserId(0)) => "a program".into(),
        Some(user) => names.get(&user).cloned().unwrap_or_else(|| format!("user {user}")),
    }
}

pub fn state_tag(state: RunState) -> Markup {
    match state {
        RunState::Proposed => html! { span.tag.pending { "Proposed" } },
        RunState::Approved => html! { span.tag.locked { "Approved" } },
        RunState::Dropped => html! { span.tag { "Turned down" } },
    }
}

fn decision(person: &Person, run: &PaymentRunRow) -> Markup {
    html! {
        section.card.pad.answer.open {
            p.verdict { "It waits to be approved. Nothing is gathered or sent before." }
            (decision_forms(person, run))
        }
    }
}

fn decision_forms(person: &Person, run: &PaymentRunRow) -> Markup {
    let needs_another = person.config.payment_rules.two_persons && run.proposed_by == Some(person.user);
    html! {
        @if !person.may(May::Pay) { p.muted { "Somebody who may pay decides on it." } }
        @else {
            @if needs_another { p { "You proposed it, and the brand wants two persons: somebody else who may pay approves it." } }
            form.row action={ "/payments/runs/" (run.id) "/decision" } method="post" {
                (csrf(person))
                @if !needs_another { button.primary name="decision" value="approve" { "Approve" } }
                button.danger name="decision" value="drop" { "Turn down" }
            }
        }
    }
}

/// What is transferred, by what became of it.
fn sums(shown: &RunShown) -> Markup {
    let currency = shown.run.currency;
    let sum = |states: &[PaymentState]| {
        let those = shown.payments.iter().filter(|it| states.contains(&it.row.state));
        those.fold((0, Money::ZERO), |(count, sum), it| (count + 1, sum.plus(it.figures.total(currency))))
    };
    let before = sum(&[PaymentState::Proposed, PaymentState::Gathering]);
    let parts = [
        ("To be transferred", sum(&[PaymentState::Sent])),
        ("Paid", sum(&[PaymentState::Settled])),
        ("Failed", sum(&[PaymentState::Returning, PaymentState::Failed])),
    ];
    let part = |name: &str, (number, sum): (usize, Money)| {
        html! { div { span.muted { (name) } b { (format::money(sum, currency)) } span.muted { (count(number)) } } }
    };
    html! {
        @if shown.run.state == RunState::Approved && before.0 == 0 {
            section.card.kpis.three { @for (name, figures) in parts { (part(name, figures)) } }
        } @else {
            section.card.kpis.three {
                (part(if shown.run.state == RunState::Dropped { "Turned down" } else { "To be transferred" }, sum(&PaymentState::ALL)))
                (breakdown(shown))
            }
        }
    }
}

/// Net and tax of all that is proposed.
fn breakdown(shown: &RunShown) -> Markup {
    let currency = shown.run.currency;
    let sum = |of: &dyn Fn(&PaymentTold) -> Money| shown.payments.iter().fold(Money::ZERO, |sum, it| sum.plus(of(it)));
    html! {
        div { span.muted { "Net" } b { (format::money(sum(&|it| it.figures.net()), currency)) } span.muted { "what was earned" } }
        div { span.muted { "VAT" } b { (format::money(sum(&|it| it.figures.tax(currency)), currency)) } span.muted { "as the details stand now" } }
    }
}

fn table(person: &Person, shown: &RunShown) -> Table {
    let columns = vec![
        text("Payment"),
        text("Partner"),
        text("State"),
        minor("To"),
        minor_figure("Net"),
        minor_figure("VAT"),
        figure("Transfer"),
    ];
    let currency = shown.run.currency;
    let row = |it: &PaymentTold| {
        vec![
            link_cell(&format!("/payments/{}", it.row.id), payment_name(it.row.id)),
            partner_cell(person, it.row.partner),
            state_cell(it),
            account_cell(person, it),
            money_cell(it.figures.net(), currency),
            money_cell(it.figures.tax(currency), currency),
            money_cell(it.figures.total(currency), currency),
        ]
    };
    Table { columns, rows: shown.payments.iter().map(row).collect() }
}

fn state_cell(it: &PaymentTold) -> Cell {
    let reason = &it.row.reason;
    let shown = html! { (super::state_tag(&it.row)) @if !reason.is_empty() { " " span.note { (reason) } } };
    shown_cell(shown, state_words(&it.row))
}

/// Where the money goes, or why it must not.
fn account_cell(person: &Person, it: &PaymentTold) -> Cell {
    let open = matches!(it.row.state, PaymentState::Proposed | PaymentState::Gathering | PaymentState::Sent);
    match it.payee.block(person.app.engine.now()).filter(|_| open) {
        Some(block) => {
            let text = ready::obstacle_text(person, Obstacle::Blocked(block));
            shown_cell(html! { span.wrong.note { (text) } }, block.code())
        }
        None => cell(account(it)),
    }
}

/// `Bank transfer (SEPA), DE…3000`.
pub fn account(it: &PaymentTold) -> String {
    it.payee.payee.method.as_ref().map_or("–".into(), |it| format!("{}, {}", it.kind.words(), it.masked()))
}

#[derive(Deserialize)]
pub struct Decision {
    csrf: String,
    decision: String,
}

pub async fn decide(person: Person, Path(id): Path<u32>, Form(sent): Form<Decision>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Pay)?;
    let approved = match sent.decision.as_str() {
        "approve" => true,
        "drop" => false,
        _ => return Err(Failure::Invalid("A run is approved or turned down.".into())),
    };
    let reason = if approved { "approved in the console" } else { "turned down in the console" };
    person.settle(reason, Fact::PaymentRunDecided { run: PaymentRunId(id), approved }).await?;
    Ok(done(&format!("/payments/runs/{id}")))
}
