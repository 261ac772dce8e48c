//! Exchange rates: the last days, and new ones from a central bank's file.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::{HeaderMap, StatusCode};
use referee_core::exchange::DayRates;
use referee_core::fact::Fact;
use referee_core::money::Currency;
use referee_engine::intake::day::day_text;
use referee_engine::intake::rates::{in_facts, rate_text, rates};
use serde_json::{Map, Value, json};

use super::auth::{caller, reader};
use super::extract::Bare;
use super::resources::{actor, config};
use crate::app::App;
use crate::error::ApiError;

/// Days that a list shows.
const DAYS_SHOWN: usize = 31;

/// What the rates of a file are for one of.
pub const BASE: Currency = Currency(*b"EUR");

pub async fn list_rates(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    let caller = reader(&app, &headers).await?;
    let config = config(&app, caller.brand)?;
    let days: Vec<Value> = config.rates.days().rev().take(DAYS_SHOWN).map(day).collect();
    Ok(Json(json!({ "data": days })))
}

fn day(it: &DayRates) -> Value {
    let rates: Map<String, Value> =
        it.rates.iter().map(|(currency, rate)| (currency.to_string(), json!(rate_text(*rate)))).collect();
    json!({ "day": day_text(it.day), "base": it.base.to_string(), "rates": rates })
}

pub async fn set_rates(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Bare(body): Bare,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let caller = caller(&app, &headers, "write").await?;
    let days = rates(&String::from_utf8_lossy(&body), BASE)
        .map_err(|fault| ApiError::invalid_field(&format!("line {}", fault.line), fault.message))?;
    let told = json!({
        "days": days.len(), "first": days.first().map(|it| day_text(it.day)), "last": days.last().map(|it| day_text(it.day)),
    });
    for days in in_facts(days) {
        app.engine.settle(caller.brand, actor(&caller), Fact::RatesSet(days)).await?;
    }
    Ok((StatusCode::CREATED, Json(told)))
}
