//! Invoices, statements and cancellations as they were issued: for the brand all of them, for a partner its own.

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Response};
use http::header;
use maud::{Markup, html};
use referee_core::id::PartnerId;
use referee_core::money::Money;
use referee_core::time::Day;
use referee_engine::document::{Document, DocumentKind, Side, TaxTreatment, pdf, per_cent};
use referee_engine::engine::blocking;
use serde::Deserialize;

use super::format;
use super::page::{csrf, empty, page};
use super::person::{Failure, May, Person, done};
use super::plain::document as html_document;
use super::table::{Table, cell, figure, link_cell, minor, money_cell, text, time_cell};

pub async fn list(person: Person) -> Result<Response, Failure> {
    let shown = table(&person, person.partner).await?;
    let body = html! {
        @match shown {
            Some(shown) => (shown),
            None => (empty("No documents yet", html! { p { "A document is issued with a payment. It names both sides, the tax and the number." } })),
        }
    };
    Ok(page(&person, "/documents", "Documents", body).into_response())
}

/// The documents of a partner, or of all; nothing if there are none.
pub async fn table(person: &Person, partner: Option<PartnerId>) -> Result<Option<Markup>, Failure> {
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let documents = blocking(move || engine.settings.documents(brand, partner)).await?;
    if documents.is_empty() {
        return Ok(None);
    }
    let columns = vec![
        text("Number"),
        text("Partner"),
        text("Document"),
        minor("Payment"),
        minor("Issued"),
        figure("Total"),
        text("As a file"),
    ];
    let zone = person.zone(None);
    let row = |it: &Document| {
        let address = format!("/documents/{}", it.number);
        vec![
            link_cell(&address, it.name.clone()),
            cell(person.partner_name(it.partner())),
            cell(it.kind.title()),
            cell(it.payment.clone()),
            time_cell(it.issued_at(), &zone),
            money_cell(it.total(), it.bill.currency),
            link_cell(&format!("{address}/pdf"), "PDF"),
        ]
    };
    let table = Table { columns, rows: documents.iter().map(row).collect() };
    Ok(Some(table.without(partner.map(|_| "Partner")).html()))
}

async fn find(person: &Person, number: u32) -> Result<Document, Failure> {
    let (engine, brand, partner) = (person.app.engine.clone(), person.brand, person.partner);
    blocking(move || engine.settings.document(brand, partner, number)).await?.ok_or(Failure::NotFound)
}

/// A page of its own, without the frame around it, so that it prints as it is.
pub async fn show(person: Person, Path(number): Path<u32>) -> Result<Markup, Failure> {
    let document = find(&person, number).await?;
    let title = format!("{} {}", document.kind.title(), document.name);
    Ok(html_document(
        &title,
        html! {
            main.paper #main {
                nav.foot {
                    a.underlined href="/documents" { "All documents" }
                    a.underlined href={ "/documents/" (number) "/pdf" } { "PDF" }
                }
                (paper(&person, &document))
                @if person.may(May::Pay) && document.kind != DocumentKind::Cancellation { (cancel_form(&person, &document)) }
            }
        },
    ))
}

fn paper(person: &Person, it: &Document) -> Markup {
    let currency = it.bill.currency;
    let money = |amount: Money| format::money(amount, currency);
    html! {
        header { h1 { (it.kind.title()) } b { (it.name) } }
        p {
            "Issued on " (format::date(it.issued_at(), &person.zone(None))) " for payment " (it.payment) ". "
            "Period of service: " (format::day(Day(it.bill.first))) " to " (format::day(Day(it.bill.last))) "."
        }
        div.two.even { (side("Supplier", &it.supplier)) (side("Recipient", &it.recipient)) }
        table {
            thead { tr { th scope="col" { "Service" } th.num scope="col" { "Net" } } }
            tbody { @for line in &it.bill.lines { tr { td { (line.text) } td.num { (money(Money(line.net))) } } } }
            tfoot {
                tr { td { "Net" } td.num { (money(it.net())) } }
                @if let TaxTreatment::Charged { rate_ppm } = it.treatment {
                    tr { td { "VAT " (per_cent(rate_ppm)) } td.num { (money(it.tax())) } }
                }
                tr { td { b { "Total" } } td.num { b { (money(it.total())) } } }
            }
        }
        @for note in it.notes() { p.muted { (note) } }
    }
}

fn side(title: &str, side: &Side) -> Markup {
    let party = &side.party;
    html! {
        address {
            b { (title) } br; (party.name)
            @for line in &party.lines { br; (line) }
            br; (party.postcode) " " (party.city) br; (party.country)
            @if !side.vat_id.is_empty() { br; "VAT id " (side.vat_id) }
        }
    }
}

fn cancel_form(person: &Person, document: &Document) -> Markup {
    let question = format!("Cancel {}? A cancellation with a number of its own is issued.", document.name);
    html! {
        form action={ "/documents/" (document.number) "/cancellation" } method="post" data-confirm=(question) {
            (csrf(person))
            button.danger { "Cancel this document" }
        }
    }
}

pub async fn show_pdf(person: Person, Path(number): Path<u32>) -> Result<Response, Failure> {
    let document = find(&person, number).await?;
    let lines = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.pdf\"", document.name)),
    ];
    Ok((lines, pdf::write(&document)).into_response())
}

#[derive(Deserialize)]
pub struct Cancel {
    csrf: String,
}

pub async fn cancel(person: Person, Path(number): Path<u32>, Form(sent): Form<Cancel>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Pay)?;
    let (engine, brand, now) = (person.app.engine.clone(), person.brand, person.app.engine.now());
    match blocking(move || engine.settings.cancel_document(brand, number, now)).await? {
        Ok(cancellation) => Ok(done(&format!("/documents/{}", cancellation.number))),
        Err(fault) => Err(Failure::Invalid(fault.sentence().into())),
    }
}
