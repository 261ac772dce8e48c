//! People whose data this is: their erasure, and all that is known of them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use http::{HeaderMap, StatusCode};
use referee_engine::engine::blocking;
use referee_engine::erasure::Erasure;
use referee_engine::erasure::order::Asked;
use referee_engine::erasure::receipt::Receipt;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::{caller, reader};
use super::extract::Body;
use super::resources::{actor, data};
use crate::app::App;
use crate::error::ApiError;
use crate::subjects::{No, SubjectWords, erase, export, found_json, look};
use crate::vendor::actions::date;

/// The newest ones.
const LISTED: u32 = 200;

impl From<No> for ApiError {
    fn from(no: No) -> ApiError {
        match no {
            No::Unknown(unknown) => ApiError::invalid_field("value", unknown.sentence()),
            No::TooMany => {
                let message = "Exports read the whole log: ten in a quarter of an hour are the limit. Try again later.";
                ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too_many", message)
            }
            No::Settle(error) => error.into(),
        }
    }
}

fn asked(words: &SubjectWords) -> Result<Asked, ApiError> {
    words.asked().ok_or_else(|| {
        let message = "Name a kind, such as customer_id, email, phone, cookie, device or click_id, and a value.";
        ApiError::invalid_field("kind", message)
    })
}

#[derive(Deserialize)]
pub struct NewErasure {
    #[serde(flatten)]
    who: SubjectWords,
    /// Nothing is erased: what would be is told.
    #[serde(default)]
    preview: bool,
}

pub async fn create_erasure(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Body(body): Body<NewErasure>,
) -> Result<impl IntoResponse, ApiError> {
    let caller = caller(&app, &headers, "write").await?;
    let asked = asked(&body.who)?;
    if body.preview {
        let found = look(&app.engine, caller.brand, asked).await?;
        return Ok((StatusCode::OK, Json(json!({ "id": null, "state": "preview", "found": found_json(&found) }))));
    }
    let erasure = erase(&app.engine, caller.brand, asked, actor(&caller)).await?;
    Ok((StatusCode::ACCEPTED, Json(told(&erasure))))
}

pub async fn list_erasures(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    let caller = reader(&app, &headers).await?;
    let all = app.engine.with_settings(move |settings| settings.erasures(caller.brand, LISTED)).await?;
    Ok(data(all.iter().map(told).collect()))
}

/// One of them with its receipt, to be kept with backups.
pub async fn find_erasure(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let caller = reader(&app, &headers).await?;
    let id = id.parse().map_err(|()| ApiError::not_found("erasure"))?;
    let engine = app.engine.clone();
    let found = blocking(move || {
        let Some(erasure) = engine.settings.erasure(caller.brand, id)? else { return Ok(None) };
        let receipt = Receipt::of(&engine, &erasure)?;
        Ok(Some((erasure, receipt)))
    });
    let (erasure, receipt) = found.await?.ok_or_else(|| ApiError::not_found("erasure"))?;
    let mut told = told(&erasure);
    told["receipt"] = json!(receipt);
    Ok(Json(told))
}

pub async fn create_export(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Body(body): Body<SubjectWords>,
) -> Result<Json<Value>, ApiError> {
    let caller = caller(&app, &headers, "write").await?;
    Ok(Json(export(&app, caller.brand, asked(&body)?, actor(&caller)).await?))
}

fn told(erasure: &Erasure) -> Value {
    json!({
        "id": erasure.id.to_string(),
        "state": erasure.state.name(),
        "asked_at": date(erasure.asked_at),
        "changed_at": date(erasure.changed_at),
        "record": erasure.record.map(|record| record.0),
        "records_read": erasure.read,
        "records_rewritten": erasure.rewritten,
        "found": found_json(&erasure.found),
    })
}
