//! Exchange rates: what a day's orders in other currencies are converted at.

use axum::extract::Multipart;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::exchange::DayRates;
use referee_core::fact::Fact;
use referee_engine::intake::day::day_text;
use referee_engine::intake::rates::{in_facts, rate_text, rates};

use super::super::page::{csrf, empty};
use super::super::person::{Failure, May, Person, done};
use super::super::table::{Table, cell, figure, shown_cell, text};
use super::screen;
use crate::api::rates::BASE;

pub async fn show(person: Person) -> Result<Response, Failure> {
    person.require(May::SetUp)?;
    let body = html! {
        p.muted { "An order in another currency than its program's is converted at the rate of its day, or of the last day before it within a week. The rate stays with the action: refunds use it again. Where there is none yet, the action is held, and priced when it comes." }
        @match person.config.rates.last() {
            None => (empty("No rates yet", html! { p { "Upload the file of the European Central Bank: " code { "eurofxref.csv" } " of the day, or " code { "eurofxref-hist.csv" } " with all days." } })),
            Some(last) => (newest(last, person.config.rates.days().count())),
        }
        section.card.pad {
            h2 { "New rates" }
            form.stack action="/settings/exchange-rates" method="post" enctype="multipart/form-data" {
                (csrf(&person))
                label { "The bank's file, CSV" input type="file" name="file" accept=".csv,text/csv"; }
                label { "or its lines" textarea name="text" rows="4" placeholder="Date, USD, JPY, GBP\n13 November 2026, 1.0823, 163.45, 0.8312" {} }
                button.primary { "Take these rates" }
                p.muted { "So much of each currency for one euro. A day that has rates already gets the new ones for what comes; what was converted keeps its own." }
            }
        }
    };
    Ok(screen(&person, "/settings/exchange-rates", "Exchange rates", body).into_response())
}

fn newest(last: &DayRates, days: usize) -> Markup {
    let row = |(currency, rate): &(_, i64)| {
        vec![cell(ToString::to_string(currency)), shown_cell(html! { (rate_text(*rate)) }, rate_text(*rate))]
    };
    let table =
        Table { columns: vec![text("Currency"), figure("For one euro")], rows: last.rates.iter().map(row).collect() };
    html! {
        h2 { (day_text(last.day)) }
        p.muted { "The newest of " (days) (if days == 1 { " day." } else { " days." }) }
        (table.html())
    }
}

pub async fn set(person: Person, mut form: Multipart) -> Result<Response, Failure> {
    person.require(May::SetUp)?;
    let unread = |_| Failure::Invalid("The file is larger than 2 MB, or did not come whole. Try again.".into());
    let (mut token, mut content) = (String::new(), String::new());
    while let Some(field) = form.next_field().await.map_err(unread)? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(unread)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        match name.as_str() {
            "csrf" => token = text,
            "file" if !text.is_empty() => content = text,
            "text" if content.is_empty() => content = text,
            _ => {}
        }
    }
    person.check_csrf(&token)?;
    let days = rates(&content, BASE)
        .map_err(|fault| Failure::Invalid(format!("Line {}: {} Nothing was taken.", fault.line, fault.message)))?;
    for days in in_facts(days) {
        person.settle("rates of a file", Fact::RatesSet(days)).await?;
    }
    Ok(done("/settings/exchange-rates"))
}
