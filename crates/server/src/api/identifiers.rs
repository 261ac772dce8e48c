//! What page loads and reports said of people and could not be used.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use referee_core::id::ProgramId;
use referee_core::row::LeftOutKey;
use referee_core::time::Day;
use referee_engine::books::reads::Period;
use referee_engine::engine::blocking;
use referee_engine::limits::{LEFT_OUT_DAYS, LEFT_OUT_ROWS_MAX};
use referee_engine::lookup::advice::advice;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::reader;
use super::extract::Params;
use super::resources::config;
use crate::app::App;
use crate::console::format::{day, parse_day};
use crate::error::ApiError;

#[derive(Deserialize)]
pub struct RefusedQuery {
    program_id: Option<u32>,
    from: Option<String>,
    to: Option<String>,
}

/// How often, by day on which it came, program, kind and reason; newest first. Without days, the last thirty.
pub async fn list_refused(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<RefusedQuery>,
) -> Result<Json<Value>, ApiError> {
    let caller = reader(&app, &headers).await?;
    let (from, to) = (named_day("from", query.from.as_deref())?, named_day("to", query.to.as_deref())?);
    let now = app.engine.now();
    let config = config(&app, caller.brand)?;
    let programs = config.programs.values().filter(|it| query.program_id.is_none_or(|id| it.id == ProgramId(id)));
    let periods: Vec<Period> = programs
        .map(|program| {
            let to = to.unwrap_or_else(|| program.zone.day(now));
            let from = from.unwrap_or(Day(to.0.saturating_sub(LEFT_OUT_DAYS - 1)));
            Period { program: program.id, from, to, partner: None }
        })
        .collect();
    let (engine, brand) = (app.engine.clone(), caller.brand);
    let mut rows = blocking(move || {
        let of_each = periods.iter().map(|period| engine.reads.left_out(brand, *period, LEFT_OUT_ROWS_MAX));
        Ok(of_each.collect::<Result<Vec<_>, _>>()?.concat())
    })
    .await?;
    rows.sort_by_key(|(key, _)| (std::cmp::Reverse(key.day), key.program));
    Ok(Json(
        json!({ "data": rows.iter().map(|(key, count)| row(key, *count)).collect::<Vec<_>>(), "next_cursor": null }),
    ))
}

fn row(key: &LeftOutKey, count: u64) -> Value {
    json!({
        "day": day(key.day),
        "program_id": key.program.0,
        "kind": key.kind.map(|kind| kind.code()),
        "reason": key.reason.code(),
        "message": key.reason.brand_sentence(),
        "next_step": advice(key.reason).brand,
        "count": count,
    })
}

fn named_day(field: &str, text: Option<&str>) -> Result<Option<Day>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    let day = parse_day(text).ok_or_else(|| ApiError::invalid_field(field, "A day is written as 2026-02-11."))?;
    Ok(Some(day))
}
