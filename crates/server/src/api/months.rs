//! Months of the ledger, partners' statements, and the journal.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use referee_core::id::PartnerId;
use referee_core::money::Currency;
use referee_core::statement::Statement;
use referee_core::time::Day;
use referee_engine::engine::blocking;
use referee_engine::intake::amount::decimal;
use referee_engine::intake::day::{month_text, parse_month};
use referee_engine::statements::{months, statements};
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::{any_reader, reader};
use super::extract::Params;
use super::resources::{config, data};
use crate::app::App;
use crate::console::table::attachment;
use crate::error::ApiError;
use crate::journal::Journal;

#[derive(Deserialize)]
pub struct MonthQuery {
    month: Option<String>,
    partner_id: Option<u32>,
}

impl MonthQuery {
    fn month(&self) -> Result<Day, ApiError> {
        let month = self.month.as_deref().and_then(parse_month);
        month.ok_or_else(|| ApiError::invalid_field("month", "Name a month, such as 2026-11."))
    }
}

fn state(closed: bool) -> &'static str {
    if closed { "closed" } else { "open" }
}

/// A statement's lines, beside whom and what they are for.
fn with_figures(mut told: Value, it: &Statement, currency: Currency) -> Value {
    told["currency"] = json!(currency.to_string());
    let figures = [
        ("opening", it.opening),
        ("earned", it.earned),
        ("reversed", it.reversed),
        ("corrections", it.corrections),
        ("bonuses", it.bonuses),
        ("fees", it.fees),
        ("paid", it.paid),
        ("closing", it.closing()),
        ("locked", it.locked),
        ("pending", it.pending),
    ];
    for (name, amount) in figures {
        told[name] = json!(decimal(amount, currency));
    }
    told
}

pub async fn list_months(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<MonthQuery>,
) -> Result<Json<Value>, ApiError> {
    let caller = any_reader(&app, &headers).await?;
    let (engine, config, brand) = (app.engine.clone(), config(&app, caller.brand)?, caller.brand);
    let partner = caller.about(query.partner_id)?;
    let found = blocking(move || months(engine.reads.as_ref(), brand, &config, partner)).await?;
    let mut rows = Vec::new();
    for month in &found {
        let about = json!({ "month": month_text(month.first), "state": state(month.closed) });
        rows.extend(month.sums.iter().map(|(currency, sum)| with_figures(about.clone(), sum, *currency)));
    }
    Ok(data(rows))
}

pub async fn list_statements(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<MonthQuery>,
) -> Result<Json<Value>, ApiError> {
    let caller = any_reader(&app, &headers).await?;
    let month = query.month()?;
    let (engine, config, brand) = (app.engine.clone(), config(&app, caller.brand)?, caller.brand);
    let partner = caller.about(query.partner_id)?;
    let found = blocking(move || statements(engine.reads.as_ref(), brand, &config, month, partner)).await?;
    let found = found.ok_or_else(|| ApiError::invalid_field("month", "The month has not begun."))?;
    let rows = found.of.iter().map(|(owed, it)| {
        let about = json!({
            "month": month_text(month), "state": state(found.closed),
            "partner_id": owed.partner.0, "program_id": owed.program.0,
        });
        with_figures(about, it, owed.currency)
    });
    Ok(data(rows.collect()))
}

pub async fn find_journal(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<MonthQuery>,
) -> Result<Response, ApiError> {
    let caller = reader(&app, &headers).await?;
    let month = query.month()?;
    let (engine, config, brand) = (app.engine.clone(), config(&app, caller.brand)?, caller.brand);
    let file = blocking(move || {
        let (lines, codes) = (engine.reads.journal(brand, month)?, engine.settings.account_codes(brand)?);
        let names: HashMap<PartnerId, String> =
            engine.settings.partners(brand)?.into_iter().map(|it| (it.id, it.name)).collect();
        Ok(Journal { config: &config, names: &names, codes: &codes }.csv(&lines))
    });
    Ok(attachment(&format!("journal-{}", month_text(month)), file.await?))
}
