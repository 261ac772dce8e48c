//! Returns that need the partner's consent, by the API: what waits for its word, and that word.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::{HeaderMap, StatusCode};
use referee_core::fact::{Fact, ReturnDecided};
use referee_engine::engine::blocking;
use referee_engine::limits::PAGE_ROWS_MAX;
use serde::Deserialize;
use serde_json::Value;

use super::actions::{action, found};
use super::auth::{any_reader, partner_caller};
use super::extract::{Body, Params};
use super::resources::{actor, data};
use crate::app::App;
use crate::error::ApiError;

#[derive(Deserialize)]
pub struct ReturnsQuery {
    partner_id: Option<u32>,
}

/// Actions whose partner is asked for its consent, the longest asked first.
pub async fn list(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<ReturnsQuery>,
) -> Result<Json<Value>, ApiError> {
    let caller = any_reader(&app, &headers).await?;
    let (engine, brand, partner) = (app.engine.clone(), caller.brand, caller.about_one(query.partner_id)?);
    let rows = blocking(move || engine.reads.asked_returns(brand, Some(partner), PAGE_ROWS_MAX)).await?;
    Ok(data(rows.iter().map(|row| action(row, caller.viewer())).collect()))
}

#[derive(Deserialize)]
pub struct NewDecision {
    accepted: bool,
}

pub async fn decide(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Body(body): Body<NewDecision>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let (caller, partner) = partner_caller(&app, &headers).await?;
    let id = found(&app, &caller, &id).await?.id;
    let fact = Fact::ReturnDecided(ReturnDecided { partner, action: id, accepted: body.accepted });
    app.engine.settle(caller.brand, actor(&caller), fact).await.map_err(|error| caller.no(error))?;
    let row = found(&app, &caller, &id.to_string()).await?;
    Ok((StatusCode::CREATED, Json(action(&row, caller.viewer()))))
}
