//! What is locked for whom, and the transfers that were made.

use axum::extract::{Form, Query};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use referee_core::fact::Fact;
use referee_core::id::PartnerId;
use referee_core::row::{Account, PaymentRow};
use referee_engine::engine::blocking;
use serde::Deserialize;

use super::format;
use super::page::{csrf, empty, page};
use super::partners::{program_of, sums};
use super::person::{Failure, May, Person};
use super::table::{PAGE_ROWS, Table, cell, figure, foot, minor, text};

#[derive(Deserialize, Default)]
pub struct PaymentsQuery {
    format: Option<String>,
}

pub async fn show(person: Person, Query(query): Query<PaymentsQuery>) -> Result<Response, Failure> {
    let (engine, brand, partner) = (person.app.engine.clone(), person.brand, person.partner);
    let (balances, payments) = blocking(move || {
        Ok((engine.reads.balances(brand, partner)?, engine.reads.payments(brand, partner, PAGE_ROWS)?))
    })
    .await?;
    let table = table(&person, &payments);
    if query.format.as_deref() == Some("csv") {
        return Ok(table.csv("payments"));
    }
    let mut partners: Vec<PartnerId> = balances.iter().map(|(key, _)| key.partner).collect();
    partners.dedup();
    let body = html! {
        @if partners.is_empty() {
            (empty("Nothing is owed yet", html! { p { "Payouts stand here as pending when an action opens, and as locked once its locking time has passed." } }))
        } @else {
            section.card.scroll { table {
                thead { tr { th { "Partner" } th.num { "Pending" } th.num { "Locked" } th.num { "Paid" } @if person.may(May::Pay) { th { "Pay" } } } }
                tbody { @for partner in &partners {
                    tr {
                        td { (person.partner_name(*partner)) }
                        @for account in [Account::Pending, Account::Locked, Account::Paid] { td.num { (sums(&balances, *partner, account)) } }
                        @if person.may(May::Pay) { td { (pay_form(&person, *partner)) } }
                    }
                } }
            } }
        }
        h2 { "Payments" }
        @if payments.is_empty() { p.muted { "None yet. Mark one as paid once the money was transferred." } }
        @else { (table.html()) (foot("/payments", &[], None)) }
    };
    Ok(page(&person, "/payments", "Payments", body).into_response())
}

fn pay_form(person: &Person, partner: PartnerId) -> Markup {
    html! {
        @for program in person.config.programs.values() {
            form.inline action="/payments" method="post" data-confirm="Mark everything that is locked for this partner as paid?" {
                (csrf(person))
                input type="hidden" name="program" value=(program.id);
                input type="hidden" name="partner" value=(partner);
                button { "Mark locked as paid" }
            }
        }
    }
}

fn table(person: &Person, payments: &[PaymentRow]) -> Table {
    let columns = vec![text("Payment"), text("Partner"), minor("When"), figure("Actions"), figure("Total")];
    let row = |row: &PaymentRow| {
        let zone = person.config.programs.get(&row.program).map(|it| it.zone.clone()).unwrap_or_default();
        let total = format::money(row.total, row.currency);
        vec![
            cell(row.id.to_string()),
            cell(person.partner_name(row.partner)),
            cell(format::date_time(row.at, &zone)),
            cell(row.actions.to_string()),
            cell(if row.open { format!("{total}, still gathering") } else { total }),
        ]
    };
    Table { columns, rows: payments.iter().map(row).collect() }
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
    Ok(Redirect::to("/payments").into_response())
}
