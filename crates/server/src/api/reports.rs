//! Reports by the API, and what became of them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use http::{HeaderMap, StatusCode};
use referee_core::program::Source;
use referee_engine::engine::blocking;
use referee_engine::intake::drop_reason::FieldError;
use referee_engine::intake::fields::Fields;
use referee_engine::intake::report::{ReportContext, conversion};
use serde_json::{Value, json};

use super::auth::{caller, reader};
use super::extract::Bare;
use crate::app::App;
use crate::error::{ApiError, Field};
use crate::reports::{Refused, Reporter, new_submission, submission_name, submission_named};
use crate::vendor::actions::date;

pub async fn create_conversion(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    Bare(body): Bare,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let caller = caller(&app, &headers, "write").await?;
    let fields = Fields::read(&query.unwrap_or_default(), &body).map_err(|error| invalid(&[error]))?;
    let routing = app.engine.routing();
    let brand = routing.brands.get(&caller.brand).cloned().ok_or_else(|| ApiError::not_found("brand"))?;
    drop(routing);
    let now = app.engine.now();
    let submission = new_submission(now);
    let context = ReportContext {
        config: &brand.config,
        keys: &brand.keys,
        source: Source::Server,
        submission,
        now,
        visitor: None,
        country: [0; 2],
    };
    let name = submission_name(submission);
    let reporter = Reporter { app: &app, brand: caller.brand, now };
    match conversion(&fields, &context) {
        Ok(taken) => {
            let warnings = taken.warnings.clone();
            reporter.keep(taken, None).await?;
            Ok((StatusCode::ACCEPTED, Json(json!({ "submission_id": name, "warnings": warnings }))))
        }
        Err(errors) => {
            reporter.keep_refused(Refused { name, kind: "conversion", fields: &fields, errors: &errors }).await;
            Err(invalid(&errors))
        }
    }
}

/// The faults of a kept report, in the shape of every other no.
fn refused_fields(errors: &str) -> Vec<Value> {
    let errors: Vec<Value> = serde_json::from_str(errors).unwrap_or_default();
    let line = |error: Value| json!({ "field": error["field"], "code": error["reason"], "message": error["message"] });
    errors.into_iter().map(line).collect()
}

pub fn invalid(errors: &[FieldError]) -> ApiError {
    let field = |error: &FieldError| Field {
        field: error.field.clone(),
        code: error.reason.code().to_owned(),
        message: error.message.clone(),
    };
    ApiError::invalid(errors.iter().map(field).collect())
}

pub async fn find_submission(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let caller = reader(&app, &headers).await?;
    let id = submission_named(&name).ok_or_else(|| ApiError::not_found("submission"))?;
    let (engine, brand) = (app.engine.clone(), caller.brand);
    let found = blocking(move || {
        let row = engine.reads.submission(brand, id)?;
        let refused = if row.is_none() { engine.settings.find_refused(brand, &name)? } else { None };
        Ok((row, refused))
    });
    match found.await? {
        (Some(row), _) => Ok(Json(json!({
            "id": submission_name(row.id),
            "status": if row.refusal.is_none() { "applied" } else { "not_applied" },
            "received_at": date(row.received_at),
            "order_id": row.order.map(|order| order.order_id),
            "action_ids": row.actions.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "unchanged": row.unchanged,
            "reason": row.refusal.map(|refusal| refusal.code()),
            "message": row.refusal.map(|refusal| refusal.brand_sentence()),
        }))),
        (None, Some(report)) => Ok(Json(json!({
            "id": report.id,
            "status": "refused",
            "received_at": date(report.received_at),
            "order_id": report.order_id,
            "errors": refused_fields(&report.errors),
        }))),
        (None, None) => Err(ApiError::not_found("submission")),
    }
}
