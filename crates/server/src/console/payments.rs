//! What is owed to whom, and the transfers that were made.

use std::collections::BTreeMap;

use axum::extract::{Form, Query};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::fact::Fact;
use referee_core::id::PartnerId;
use referee_core::money::{Currency, Money};
use referee_core::row::{Account, BalanceKey, PaymentRow, PaymentState};
use referee_engine::books::reads::PaymentFilter;
use referee_engine::engine::blocking;
use serde::Deserialize;

use super::format;
use super::page::{csrf, empty, page};
use super::partners::{choice, program_of, sums_text};
use super::person::{Failure, May, Person, done};
use super::table::{
    EXPORT_ROWS, PAGE_ROWS, Table, buttons, cell, figure, file_only, foot, link_cell, minor, minor_figure, money_cell,
    number_cell, shown_cell, text, time_cell,
};

#[derive(Deserialize, Default)]
pub struct PaymentsQuery {
    #[serde(default)]
    partner: String,
    #[serde(default)]
    table: String,
    format: Option<String>,
}

/// What one partner is owed in one currency, in all programs.
#[derive(Clone, Copy, Default)]
struct Owed {
    pending: Money,
    locked: Money,
    paid: Money,
}

type Key = (PartnerId, Currency);

fn owed(balances: &[(BalanceKey, Money)]) -> BTreeMap<Key, Owed> {
    let mut rows: BTreeMap<Key, Owed> = BTreeMap::new();
    for (key, amount) in balances {
        let row = rows.entry((key.partner, key.currency)).or_default();
        match key.account {
            Account::Pending => row.pending = row.pending.plus(*amount),
            Account::Locked => row.locked = row.locked.plus(*amount),
            Account::Paid => row.paid = row.paid.plus(*amount),
            Account::Cost | Account::Correction | Account::Bonus | Account::Fee => {}
        }
    }
    rows
}

pub async fn show(person: Person, Query(query): Query<PaymentsQuery>) -> Result<Response, Failure> {
    let export = query.format.as_deref() == Some("csv");
    let partner = person.partner.or_else(|| query.partner.parse().ok().map(PartnerId));
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let most = if export { EXPORT_ROWS } else { PAGE_ROWS };
    let (balances, payments) = blocking(move || {
        Ok((
            engine.reads.balances(brand, partner)?,
            engine.reads.payments(brand, &PaymentFilter { partner, ..PaymentFilter::default() }, most)?,
        ))
    })
    .await?;
    let owed = owed(&balances);
    let (balances, made) = (balance_table(&person, &owed), payment_table(&person, &payments));
    if export {
        return Ok(if query.table == "balances" { balances.csv("balances") } else { made.csv("payments") });
    }
    let kept = |table: &str| [("table", table.to_owned()), ("partner", query.partner.clone())];
    let body = html! {
        @if person.partner.is_none() && !person.partner_names.is_empty() {
            form.filter method="get" {
                label { "Partner" (choice(&person, query.partner.parse().ok(), Some("All"))) }
                button { "Filter" }
            }
        }
        (totals(&owed))
        @if owed.is_empty() {
            (empty("Nothing is owed yet", html! { p { "A payout stands here as pending when an action opens, and as locked once the days until locking have passed. What is locked can be paid." } }))
        } @else { h2 { "Balances" } (balances.html()) (foot("/payments", &kept("balances"), None)) }
        h2 { "Payments" }
        @if payments.is_empty() {
            p.muted { @if person.partner.is_some() { "None yet. The brand transfers what is locked." } @else { "None yet. Transfer what is locked with your bank, then mark it as paid here." } }
        } @else {
            (made.html())
            @if payments.len() == PAGE_ROWS as usize { p.muted { "The newest " (PAGE_ROWS) ". All of them are in the file." } }
            (foot("/payments", &kept("payments"), None))
        }
    };
    Ok(page(&person, "/payments", "Payments", body).into_response())
}

/// One figure per currency.
fn totals(owed: &BTreeMap<Key, Owed>) -> Markup {
    let sum = |of: fn(&Owed) -> Money| {
        let mut sums: BTreeMap<Currency, Money> = BTreeMap::new();
        for ((_, currency), row) in owed {
            let sum = sums.entry(*currency).or_default();
            *sum = sum.plus(of(row));
        }
        sums_text(&sums)
    };
    html! {
        section.card.kpis.three {
            div { span.muted { "Pending" } b { (sum(|it| it.pending)) } span.muted { "may still change" } }
            div { span.muted { "Locked" } b { (sum(|it| it.locked)) } span.muted { "ready to be paid" } }
            div { span.muted { "Paid" } b { (sum(|it| it.paid)) } span.muted { "in all" } }
        }
    }
}

fn balance_table(person: &Person, owed: &BTreeMap<Key, Owed>) -> Table {
    let columns = vec![
        text("Partner"),
        minor_figure("Pending"),
        figure("Locked"),
        minor_figure("Paid"),
        file_only("Currency"),
        buttons(),
    ];
    let row = |((partner, currency), it): (&Key, &Owed)| {
        vec![
            partner_cell(person, *partner),
            money_cell(it.pending, *currency),
            money_cell(it.locked, *currency),
            money_cell(it.paid, *currency),
            cell(currency.to_string()),
            shown_cell(pay_form(person, *partner, *currency, it.locked), ""),
        ]
    };
    Table { columns, rows: owed.iter().map(row).collect() }.without(person.partner.map(|_| "Partner"))
}

fn partner_cell(person: &Person, partner: PartnerId) -> super::table::Cell {
    let name = person.partner_name(partner);
    if person.partner.is_some() { cell(name) } else { link_cell(&format!("/partners/{partner}"), name) }
}

fn pay_form(person: &Person, partner: PartnerId, currency: Currency, locked: Money) -> Markup {
    let figure = format::money(locked, currency);
    let question = format!("Was {figure} transferred to {}? It is marked as paid.", person.partner_name(partner));
    let program = person.config.programs.values().find(|program| program.currency == currency);
    html! {
        @if let Some(program) = program.filter(|_| person.may(May::Pay) && locked > Money::ZERO) {
            form.inline action="/payments" method="post" data-confirm=(question) {
                (csrf(person))
                input type="hidden" name="program" value=(program.id);
                input type="hidden" name="partner" value=(partner);
                button { "Mark " (figure) " as paid" }
            }
        }
    }
}

fn payment_table(person: &Person, payments: &[PaymentRow]) -> Table {
    let columns = vec![
        minor("Payment"),
        text("Partner"),
        text("When"),
        text("State"),
        minor_figure("Actions"),
        figure("Total"),
        file_only("Currency"),
    ];
    let row = |row: &PaymentRow| {
        let amount = if row.state == PaymentState::Proposed { row.proposed } else { row.total };
        vec![
            cell(row.id.to_string()),
            partner_cell(person, row.partner),
            time_cell(row.at, &person.zone(None)),
            cell(payment_state(row)),
            number_cell(i64::from(row.actions)),
            money_cell(amount, row.currency),
            cell(row.currency.to_string()),
        ]
    };
    Table { columns, rows: payments.iter().map(row).collect() }.without(person.partner.map(|_| "Partner"))
}

fn payment_state(row: &PaymentRow) -> String {
    let words = match row.state {
        PaymentState::Proposed => "proposed",
        PaymentState::Gathering => "being gathered",
        PaymentState::Sent => "to be transferred",
        PaymentState::Settled => "paid",
        PaymentState::Returning | PaymentState::Failed if row.reason.is_empty() => "came to nothing",
        PaymentState::Returning | PaymentState::Failed => return format!("failed: {}", row.reason),
        PaymentState::Dropped => "dropped",
    };
    words.to_owned()
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
