//! One payment: what it comes to, what it pays for, and its document.

use axum::extract::{Form, Path, Query};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::id::PaymentId;
use referee_core::money::Currency;
use referee_core::row::{ActionRow, PaymentLineRow, PaymentRow, PaymentState};
use referee_engine::document::{Document, TaxTreatment, per_cent};
use referee_engine::engine::blocking;
use referee_engine::intake::day::day_text;
use referee_engine::payment_run::{Outcome, PaymentTold, payment_name};
use serde::Deserialize;

use super::super::format;
use super::super::page::{csrf, page};
use super::super::person::{Failure, May, Person, done};
use super::super::table::{
    EXPORT_ROWS, PAGE_ROWS, Table, cell, figure, file_only, foot, link_cell, minor, money_cell, text, time_cell,
};
use super::{answer, is_partners_business, ready, run, state_tag};

#[derive(Deserialize, Default)]
pub struct LinesQuery {
    /// The last action of the page before.
    before: Option<u32>,
    format: Option<String>,
}

struct Shown {
    told: PaymentTold,
    lines: Vec<(PaymentLineRow, Option<ActionRow>)>,
    documents: Vec<Document>,
    /// Whether a document stands: issued, and not cancelled since.
    stands: bool,
}

pub async fn show(person: Person, Path(id): Path<u32>, Query(query): Query<LinesQuery>) -> Result<Response, Failure> {
    let export = query.format.as_deref() == Some("csv");
    let most = if export { EXPORT_ROWS } else { PAGE_ROWS };
    let shown = read(&person, PaymentId(id), query.before.unwrap_or(0), most).await?;
    let lines = lines(&person, &shown);
    let (row, name) = (&shown.told.row, payment_name(shown.told.row.id));
    if export {
        return Ok(lines.csv(&name));
    }
    let full = shown.lines.len() == PAGE_ROWS as usize;
    let next = shown.lines.last().filter(|_| full).map(|(line, _)| line.action.seq.to_string());
    let body = html! {
        p.facts {
            (state_tag(row)) @if !row.reason.is_empty() { span { (row.reason) } }
            @if person.partner.is_none() {
                a.underlined href={ "/partners/" (row.partner) } { (person.partner_name(row.partner)) }
                @match row.run {
                    Some(run) => a.underlined href={ "/payments/runs/" (run) } { "Run " (run) },
                    None => span.muted { "Transferred outside" },
                }
            }
            span.muted { (format::date_time(row.at, &person.zone(None))) }
            @for it in &shown.documents { a.underlined href={ "/documents/" (it.number) } { (it.kind.title()) " " (it.name) } }
        }
        (figures(&shown.told))
        (conversions(row))
        @if person.may(May::Pay) { (steps(&person, &shown)) }
        @if lines.rows.is_empty() { p.muted { (none_yet(row)) } }
        @else { h2 { "What it pays for" } (lines.html()) (foot(&format!("/payments/{id}"), &[], next)) }
    };
    Ok(page(&person, "/payments", &format!("Payment {name}"), body).into_response())
}

async fn read(person: &Person, id: PaymentId, after: u32, most: u32) -> Result<Shown, Failure> {
    let (engine, brand, partner) = (person.app.engine.clone(), person.brand, person.partner);
    let found = blocking(move || {
        let row = engine.reads.payment(brand, id)?;
        let seen = |it: &PaymentRow| partner.is_none_or(|own| it.partner == own && is_partners_business(it));
        let Some(row) = row.filter(seen) else { return Ok(None) };
        let recorded = engine.settings.documents_of_payment(brand, &payment_name(id))?;
        let stands = recorded.iter().filter(|it| it.cancels.is_none()).count()
            > recorded.iter().filter(|it| it.cancels.is_some()).count();
        let mut documents = Vec::new();
        for it in recorded {
            documents.extend(engine.settings.document(brand, partner, it.number)?);
        }
        let mut lines = Vec::new();
        for line in engine.reads.payment_lines(brand, id, after, most)? {
            let action = engine.reads.action(brand, line.action)?;
            lines.push((line, action));
        }
        let told = engine.told(brand, vec![row])?.pop();
        Ok(told.map(|told| Shown { told, lines, documents, stands }))
    });
    found.await?.ok_or(Failure::NotFound)
}

/// Net, tax and what is transferred.
fn figures(it: &PaymentTold) -> Markup {
    let (currency, figures) = (it.row.currency, &it.figures);
    let vat = match figures.treatment {
        TaxTreatment::Charged { rate_ppm } => per_cent(rate_ppm),
        _ => "none is charged".to_owned(),
    };
    html! {
        section.card.kpis.three {
            div { span.muted { "Net" } b { (format::money(figures.net(), currency)) } span.muted { (it.row.actions) " " (if it.row.actions == 1 { "action" } else { "actions" }) } }
            div { span.muted { "VAT" } b { (format::money(figures.tax(currency), currency)) } span.muted { (vat) } }
            div { span.muted { "Transfer" } b { (format::money(figures.total(currency), currency)) } span.muted { (run::account(it)) } }
        }
    }
}

/// What is transferred in another currency than it was earned in: how much of each, by which rate, and of which day.
fn conversions(row: &PaymentRow) -> Markup {
    let proposed = row.state == PaymentState::Proposed || row.state == PaymentState::Dropped;
    let lines = ready::conversions(&row.sums, row.currency, |sum| if proposed { sum.proposed } else { sum.total });
    let day = row.sums.iter().find_map(|sum| sum.rate).map(|rate| day_text(rate.day));
    html! { @if let Some(day) = day {
        section.card.pad {
            h2 { "From what was earned" }
            ul.plain-list { @for line in &lines { li { (line) } } }
            p.muted { "At the rate of " (day) ", the newest when the payment was proposed. It stays whatever the rate is by now." }
        }
    } }
}

fn none_yet(row: &PaymentRow) -> &'static str {
    match row.state {
        PaymentState::Proposed => {
            "Its actions are gathered once the run is approved. What is corrected until then counts already."
        }
        PaymentState::Gathering => "Its actions are being gathered. Reload the page in a moment.",
        _ => "No actions here.",
    }
}

fn steps(person: &Person, shown: &Shown) -> Markup {
    let row = &shown.told.row;
    let outside = row.state == PaymentState::Settled && row.run.is_none();
    let outcome = format!("/payments/{}/outcome", row.id);
    html! {
        @if row.state == PaymentState::Sent || outside {
            section.card.pad {
                h2 { "What became of it" }
                @if !outside {
                    form.stack action=(outcome) method="post" {
                        (csrf(person))
                        button.primary name="outcome" value="settled" { "It has arrived" }
                    }
                }
                // A form of its own: whoever presses Enter after the reason means that it failed.
                form.stack action=(outcome) method="post" {
                    (csrf(person))
                    label { "Why it failed" input name="reason" maxlength="255" required placeholder="account closed"; }
                    button.danger name="outcome" value="failed" { (if outside { "It came back" } else { "It failed" }) }
                    p.muted { "Everything that it holds is then owed again, and the next payment takes it. The partner reads the reason." }
                }
            }
        }
        @if row.state == PaymentState::Settled && !shown.stands {
            section.card.pad {
                h2 { "Document" }
                form.stack action={ "/payments/" (row.id) "/document" } method="post" {
                    (csrf(person))
                    p { @if shown.documents.is_empty() { "It has none yet. It is issued by itself once the details of the partner and the payer are complete." } @else { "It was cancelled." } }
                    button { (if shown.documents.is_empty() { "Issue it now" } else { "Issue a new one" }) }
                }
            }
        }
    }
}

fn lines(person: &Person, shown: &Shown) -> Table {
    let of_payment = shown.told.row.currency;
    let currency_of = |line: &PaymentLineRow| -> Currency {
        person.config.programs.get(&line.action.program).map_or(of_payment, |it| it.currency)
    };
    let zone = person.zone(None);
    let columns =
        vec![text("Action"), text("Order"), minor("When"), minor("Program"), figure("Amount"), file_only("Currency")];
    let row = |(line, action): &(PaymentLineRow, Option<ActionRow>)| {
        let (order, at) =
            action.as_ref().map_or((String::new(), shown.told.row.at), |it| (it.order_id.clone(), it.occurred_at));
        let program = person.config.programs.get(&line.action.program).map_or(String::new(), |it| it.name.clone());
        vec![
            link_cell(&format!("/actions/{}", line.action), line.action.to_string()),
            cell(order),
            time_cell(at, &zone),
            cell(program),
            money_cell(line.amount, currency_of(line)),
            cell(currency_of(line).to_string()),
        ]
    };
    Table { columns, rows: shown.lines.iter().map(row).collect() }
}

#[derive(Deserialize)]
pub struct Concluded {
    csrf: String,
    outcome: String,
    #[serde(default)]
    reason: String,
}

pub async fn conclude(person: Person, Path(id): Path<u32>, Form(sent): Form<Concluded>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Pay)?;
    let reason: String = sent.reason.trim().chars().take(255).collect();
    let failure = match sent.outcome.as_str() {
        "settled" => None,
        "failed" if reason.is_empty() => {
            return Err(Failure::Invalid("Say why it failed: the partner reads it too.".into()));
        }
        "failed" => Some(reason),
        _ => return Err(Failure::Invalid("A payment has arrived or failed.".into())),
    };
    let outcome = Outcome { payment: PaymentId(id), failure };
    answer::conclude(&person, "said in the console", vec![outcome]).await?;
    Ok(done(&format!("/payments/{id}")))
}

#[derive(Deserialize)]
pub struct Issue {
    csrf: String,
}

pub async fn issue(person: Person, Path(id): Path<u32>, Form(sent): Form<Issue>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Pay)?;
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let issued = blocking(move || {
        let Some(payment) = engine.reads.payment(brand, PaymentId(id))? else { return Ok(None) };
        engine.issue_document(brand, &payment).map(Some)
    });
    match issued.await?.ok_or(Failure::NotFound)? {
        Ok(document) => Ok(done(&format!("/documents/{}", document.number))),
        Err(fault) => Err(Failure::Invalid(fault.sentence().into())),
    }
}
