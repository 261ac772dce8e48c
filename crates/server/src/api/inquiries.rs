//! Inquiries by the API: the list, one with what was written, asked by a partner or on its behalf, singly or by file, answered
//! and appealed.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::{HeaderMap, StatusCode};
use referee_core::id::{InquiryId, ProgramId};
use referee_core::inquiry::{InquiryKind, InquiryReason, InquiryState};
use referee_core::row::InquiryRow;
use referee_core::time::Timestamp;
use referee_engine::books::reads::InquiryFilter;
use referee_engine::engine::{Settled, blocking};
use referee_engine::intake::amount::decimal;
use referee_engine::intake::fields::Fields;
use referee_engine::intake::inquiry::answer;
use referee_engine::limits::NOTE_CHARS_MAX;
use referee_engine::settings::Note;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::{Caller, any_caller, any_reader, caller, partner_caller};
use super::extract::{Bare, Body, Params};
use super::reports::invalid;
use super::resources::actor;
use crate::app::App;
use crate::error::ApiError;
use crate::inquiries::{By, NotOpened, notes, open, open_all, read_file};
use crate::paging::rows_wanted;
use crate::vendor::actions::date;

#[derive(Deserialize)]
pub struct InquiriesQuery {
    program_id: Option<u32>,
    partner_id: Option<u32>,
    r#type: Option<String>,
    resolution: Option<String>,
    order_id: Option<String>,
    cursor: Option<u32>,
    limit: Option<u32>,
}

pub async fn list_inquiries(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<InquiriesQuery>,
) -> Result<Json<Value>, ApiError> {
    let caller = any_reader(&app, &headers).await?;
    let filter = InquiryFilter {
        program: query.program_id.map(ProgramId),
        partner: caller.about(query.partner_id)?,
        kind: query.r#type.as_deref().map(kind_named).transpose()?,
        order_id: query.order_id,
        states: query.resolution.as_deref().map(state_named).transpose()?.into_iter().collect(),
    };
    let (most, before, now) = (rows_wanted(query.limit), query.cursor.map(InquiryId), app.engine.now());
    let (engine, brand) = (app.engine.clone(), caller.brand);
    let rows = blocking(move || engine.reads.inquiries(brand, &filter, before, most)).await?;
    let next = rows.last().filter(|_| rows.len() == most as usize).map(|row| row.id.to_string());
    Ok(Json(json!({ "data": rows.iter().map(|row| told(row, now)).collect::<Vec<_>>(), "next_cursor": next })))
}

fn kind_named(name: &str) -> Result<InquiryKind, ApiError> {
    let found = InquiryKind::ALL.into_iter().find(|kind| kind.code() == name);
    found.ok_or_else(|| ApiError::invalid_field("type", "It is UNTRACKED, INCORRECT or DECLINED."))
}

fn state_named(name: &str) -> Result<InquiryState, ApiError> {
    let found = InquiryState::ALL.into_iter().find(|state| state.code() == name);
    found.ok_or_else(|| ApiError::invalid_field("resolution", "It is UNRESOLVED, VALID, DECLINED or INCOMPLETE."))
}

fn told(row: &InquiryRow, now: Timestamp) -> Value {
    json!({
        "id": row.id.0,
        "program_id": row.program.0,
        "partner_id": row.partner.0,
        "type": row.kind.code(),
        "event_type_id": row.order.event_type.0,
        "order_id": row.order.order_id,
        "action_id": row.action.map(|id| id.to_string()),
        "ordered_at": date(row.ordered_at),
        "currency": row.currency.to_string(),
        "amount": row.amount.map(|amount| decimal(amount, row.currency)),
        "click_no": row.click.map(|no| no.to_string()),
        "opened_at": date(row.opened_at),
        "due_at": date(row.due_at),
        "overdue": row.is_overdue(now),
        "resolution": row.state.code(),
        "reason": row.reason.map(InquiryReason::code),
        "answered_at": row.answered_at.map(date),
        "appealed_at": row.appealed_at.map(date),
    })
}

fn note(it: &Note) -> Value {
    let by = if it.partner.is_some() { "partner" } else { "brand" };
    json!({ "at": date(it.at), "by": by, "text": it.text })
}

fn named(id: &str) -> Result<InquiryId, ApiError> {
    id.parse().map_err(|_| ApiError::not_found("inquiry"))
}

async fn found(app: &App, caller: &Caller, id: InquiryId) -> Result<InquiryRow, ApiError> {
    let (engine, brand, partner) = (app.engine.clone(), caller.brand, caller.partner);
    let row = blocking(move || engine.reads.inquiry(brand, partner, id)).await?;
    row.ok_or_else(|| ApiError::not_found("inquiry"))
}

pub async fn find_inquiry(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let caller = any_reader(&app, &headers).await?;
    let row = found(&app, &caller, named(&id)?).await?;
    let notes = notes(&app, caller.brand, &row.notes).await?;
    let mut inquiry = told(&row, app.engine.now());
    inquiry["notes"] = notes.iter().map(note).collect();
    Ok(Json(inquiry))
}

fn by(caller: &Caller) -> By {
    By { brand: caller.brand, actor: actor(caller), partner: caller.partner }
}

/// A partner asks, or the brand on behalf of one who wrote or called.
pub async fn create_inquiry(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Bare(body): Bare,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let caller = any_caller(&app, &headers, "write").await?;
    let fields = Fields::read("", &body).map_err(|error| invalid(&[error]))?;
    let named = fields.get(&["partner_id"]).and_then(|id| id.parse().ok());
    let partner = caller.about_one(named)?;
    let opened = open(&app, &by(&caller), partner, &fields).await;
    opened.map(|settled| (StatusCode::CREATED, Json(named_by(&settled)))).map_err(|error| not_opened(&caller, error))
}

fn named_by(settled: &Settled) -> Value {
    json!({ "id": settled.subject.parse::<u32>().unwrap_or(0) })
}

fn not_opened(caller: &Caller, error: NotOpened) -> ApiError {
    match error {
        NotOpened::Fields(errors) => invalid(&errors),
        NotOpened::Settle(error) => caller.no(error),
    }
}

#[derive(Deserialize)]
pub struct FileQuery {
    partner_id: Option<u32>,
}

/// Asks about every line of a CSV file that can be taken. What was asked is not asked twice.
pub async fn create_by_file(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<FileQuery>,
    Bare(body): Bare,
) -> Result<Json<Value>, ApiError> {
    let caller = any_caller(&app, &headers, "write").await?;
    let partner = caller.about_one(query.partner_id)?;
    let sheet = read_file(&body).map_err(|why| ApiError::invalid_field("file", why))?;
    let lines = open_all(&app, &by(&caller), partner, &sheet).await;
    let asked = lines.iter().filter(|line| line.outcome.is_ok()).count();
    let rows = lines.into_iter().map(|line| {
        let mut told = json!({ "line": line.line, "order": line.order, "id": null, "error": null });
        match line.outcome {
            Ok(settled) => told["id"] = named_by(&settled)["id"].clone(),
            Err(error) => {
                let no = not_opened(&caller, error);
                told["error"] = json!({ "code": no.code, "message": no.message, "fields": no.fields });
            }
        }
        told
    });
    Ok(Json(json!({ "asked": asked, "data": rows.collect::<Vec<_>>() })))
}

#[derive(Deserialize)]
pub struct NewAppeal {
    text: String,
}

/// The partner asks for a second look.
pub async fn appeal(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Body(body): Body<NewAppeal>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let (caller, partner) = partner_caller(&app, &headers).await?;
    let (id, text) = (named(&id)?, body.text.trim());
    if text.is_empty() || text.chars().count() > NOTE_CHARS_MAX {
        let message = "Say in 1 to 2,000 characters what the brand should look at again.";
        return Err(ApiError::invalid_field("text", message));
    }
    found(&app, &caller, id).await?;
    let appealed = crate::inquiries::appeal(&app, &by(&caller), partner, id, text).await;
    appealed.map_err(|error| caller.no(error))?;
    let row = found(&app, &caller, id).await?;
    Ok((StatusCode::CREATED, Json(told(&row, app.engine.now()))))
}

/// Says what the brand found.
pub async fn answer_inquiry(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Bare(body): Bare,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let caller = caller(&app, &headers, "write").await?;
    let fields = Fields::read("", &body).map_err(|error| invalid(&[error]))?;
    let (answer, text) = answer(&fields).map_err(|errors| invalid(&errors))?;
    let id = named(&id)?;
    crate::inquiries::answer(&app, &by(&caller), id, answer, &text).await?;
    let row = found(&app, &caller, id).await?;
    Ok((StatusCode::CREATED, Json(told(&row, app.engine.now()))))
}
