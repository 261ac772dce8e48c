//! Changes and conversions by file.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use referee_core::time::Timestamp;
use referee_engine::engine::blocking;
use referee_engine::import::mapping::Mapping;
use referee_engine::import::upload::Upload;
use referee_engine::import::work::{Told, look};
use referee_engine::import::{By, Import, ImportKind, Totals};
use referee_engine::intake::amount::decimal;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::{caller, reader};
use super::extract::{Bare, Params};
use crate::app::App;
use crate::error::ApiError;
use crate::imports::{Uploaded, begin, dry_run, errors, errors_csv, keep, sentence};
use crate::paging::rows_wanted;
use crate::vendor::actions::date;

/// Errors that one answer names; the file of errors has all.
const ERRORS_SHOWN: usize = 100;

/// A file, as JSON has it; where the body is the file itself, the query has the rest.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct NewFile {
    kind: String,
    name: String,
    csv: String,
    /// Fields by the names of their columns, where the header does not say.
    columns: BTreeMap<String, String>,
    decimal_comma: bool,
    program_id: Option<u32>,
    event_type: String,
    reason: String,
    /// What lines ask for that do not say so: modify or correct.
    change: String,
    /// Only says what it would do.
    dry_run: bool,
}

fn sent(headers: &HeaderMap, query: Option<&str>, body: &[u8]) -> Result<NewFile, ApiError> {
    let malformed = |message: String| ApiError::new(StatusCode::BAD_REQUEST, "malformed", message);
    let kind = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("text/csv") {
        return serde_json::from_slice(body)
            .map_err(|error| malformed(format!("It is neither JSON nor CSV: {error}.")));
    }
    let uri: http::Uri = format!("/?{}", query.unwrap_or_default()).parse().unwrap_or_default();
    let file = axum::extract::Query::<NewFile>::try_from_uri(&uri);
    let axum::extract::Query(file) = file.map_err(|rejection| malformed(rejection.body_text()))?;
    let csv =
        std::str::from_utf8(body).map_err(|_| ApiError::invalid_field("csv", "The file is not text in UTF-8."))?;
    Ok(NewFile { csv: csv.to_owned(), ..file })
}

pub async fn create_import(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    Bare(body): Bare,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let caller = caller(&app, &headers, "write").await?;
    let file = sent(&headers, query.as_deref(), &body)?;
    let kind = ImportKind::named(&file.kind);
    let kind = kind.ok_or_else(|| ApiError::invalid_field("kind", "It is changes or conversions."))?;
    app.engine.catch_up(caller.brand).await?;
    let engine = app.engine.clone();
    let answer = blocking(move || {
        let upload = Upload {
            brand: caller.brand,
            kind,
            name: &file.name,
            content: file.csv.as_bytes(),
            by: By::token(&caller.token_name),
            mapping: Mapping {
                decimal_comma: file.decimal_comma,
                program: file.program_id.map(|id| id.to_string()).unwrap_or_default(),
                event_type: file.event_type.clone(),
                reason: file.reason.clone(),
                change: file.change.clone(),
                ..Mapping::default()
            },
            columns: file.columns.clone(),
        };
        let bad = |bad: String| Err(ApiError::invalid_field("csv", bad));
        if file.dry_run {
            return Ok(dry_run(&engine, &upload)?
                .map_or_else(|it| bad(it.to_string()), |told| Ok((StatusCode::OK, told_json(&told)))));
        }
        Ok(match keep(&engine, &upload)? {
            Uploaded::Bad(it) => bad(it.to_string()),
            Uploaded::Again(id) => {
                let message = format!("This file is here already, as {id}. A file is applied once.");
                Err(ApiError::new(StatusCode::CONFLICT, "conflict", message))
            }
            Uploaded::Kept(import) => {
                let told = look(&engine, caller.brand, &import.id)?;
                told.map(|told| (StatusCode::CREATED, told_json(&told))).ok_or_else(|| ApiError::not_found("import"))
            }
        })
    });
    answer.await?.map(|(status, told)| (status, Json(told)))
}

fn import_json(import: &Import) -> Value {
    json!({
        "id": import.id,
        "kind": import.kind.name(),
        "name": import.name,
        "state": import.state.name(),
        "lines": import.lines,
        "created_at": date(import.created_at),
        "changed_at": date(import.changed_at),
        "columns": import.mapping.columns,
        "decimal_comma": import.mapping.decimal_comma,
    })
}

fn told_json(told: &Told) -> Value {
    let totals = Totals::of(&told.lines);
    let mut json = import_json(&told.import);
    json["summary"] = json!({
        "waiting": u64::from(told.import.lines).saturating_sub(totals.seen()) + totals.planned,
        "done": totals.done,
        "unchanged": totals.unchanged,
        "refused": totals.refused,
        "corrected": totals.corrected,
        "taken_back": totals.taken_back,
        "not_taken_back": totals.kept,
        "money": totals.money.iter().map(|(currency, moved)| json!({
            "currency": currency.to_string(),
            "amount_delta": decimal(moved.amount, *currency),
            "payout_delta": decimal(moved.payout, *currency),
            "corrected_payout_delta": decimal(moved.corrected, *currency),
        })).collect::<Vec<_>>(),
    });
    let error = |line: &referee_engine::import::Line| json!({ "line": line.line, "order": line.order, "code": line.code, "message": sentence(line) });
    json["errors"] = errors(told).take(ERRORS_SHOWN).map(error).collect();
    json
}

#[derive(Deserialize)]
pub struct ImportQuery {
    cursor: Option<String>,
    limit: Option<u32>,
}

pub async fn list_imports(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<ImportQuery>,
) -> Result<Json<Value>, ApiError> {
    let caller = reader(&app, &headers).await?;
    let before = query.cursor.as_deref().map(|cursor| {
        let (at, id) = cursor.split_once('.')?;
        Some((Timestamp(at.parse().ok()?), id.to_owned()))
    });
    let wrong = || ApiError::invalid_field("cursor", "It is not one that this list gave.");
    let before = before.map(|it| it.ok_or_else(wrong)).transpose()?;
    let most = rows_wanted(query.limit);
    let rows = app.engine.with_settings(move |settings| {
        settings.imports(caller.brand, before.as_ref().map(|(at, id)| (*at, id.as_str())), most)
    });
    let rows = rows.await?;
    let full = rows.len() == most as usize;
    let next = rows.last().filter(|_| full).map(|row| format!("{}.{}", row.created_at.0, row.id));
    Ok(Json(json!({ "data": rows.iter().map(import_json).collect::<Vec<_>>(), "next_cursor": next })))
}

/// A file, with what became of it or would become of it now.
async fn told(app: &App, brand: referee_core::id::BrandId, id: String) -> Result<Told, ApiError> {
    let engine = app.engine.clone();
    blocking(move || look(&engine, brand, &id)).await?.ok_or_else(|| ApiError::not_found("import"))
}

pub async fn find_import(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let caller = reader(&app, &headers).await?;
    Ok(Json(told_json(&told(&app, caller.brand, id).await?)))
}

/// Holds what the file says of people: whoever may not upload may not read it.
pub async fn find_errors(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let caller = caller(&app, &headers, "write").await?;
    app.engine.catch_up(caller.brand).await?;
    Ok(errors_csv(&told(&app, caller.brand, id).await?))
}

pub async fn apply_import(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    step(&app, &headers, id, false).await
}

pub async fn undo_import(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    step(&app, &headers, id, true).await
}

async fn step(app: &App, headers: &HeaderMap, id: String, undo: bool) -> Result<(StatusCode, Json<Value>), ApiError> {
    let caller = caller(app, headers, "write").await?;
    let engine = app.engine.clone();
    let by = By::token(&caller.token_name);
    let begun = blocking(move || begin(&engine, caller.brand, &id, undo, &by)).await?;
    let told = begun.ok_or_else(|| ApiError::not_found("import"))?;
    Ok((StatusCode::ACCEPTED, Json(told_json(&told))))
}
