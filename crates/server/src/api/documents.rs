//! Invoices, statements and cancellations as they were issued, by the API.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header};
use referee_core::money::Money;
use referee_core::time::Day;
use referee_engine::document::{Document, DocumentKind, pdf};
use referee_engine::engine::blocking;
use referee_engine::intake::amount::decimal;
use referee_engine::intake::day::day_text;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::{Caller, any_reader};
use super::extract::Params;
use super::payments::treatment_name;
use super::resources::data;
use crate::app::App;
use crate::error::ApiError;
use crate::vendor::actions::date;

#[derive(Deserialize)]
pub struct DocumentsQuery {
    partner_id: Option<u32>,
}

pub async fn list(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<DocumentsQuery>,
) -> Result<Json<Value>, ApiError> {
    let caller = any_reader(&app, &headers).await?;
    let (engine, brand, partner) = (app.engine.clone(), caller.brand, caller.about(query.partner_id)?);
    let documents = blocking(move || engine.settings.documents(brand, partner)).await?;
    Ok(data(documents.iter().map(told).collect()))
}

fn told(it: &Document) -> Value {
    let money = |amount| decimal(amount, it.bill.currency);
    json!({
        "number": it.number,
        "name": it.name,
        "kind": kind_name(it.kind),
        "partner_id": it.partner().0,
        "payment": it.payment,
        "issued_at": date(it.issued_at()),
        "first_day": day_text(Day(it.bill.first)),
        "last_day": day_text(Day(it.bill.last)),
        "cancels": it.cancels.as_ref().map(|(number, _)| number),
        "currency": it.bill.currency.to_string(),
        "net": money(it.net()),
        "tax": money(it.tax()),
        "tax_treatment": treatment_name(it.treatment),
        "total": money(it.total()),
    })
}

fn kind_name(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::SelfBilling => "self_billing",
        DocumentKind::Statement => "statement",
        DocumentKind::Cancellation => "cancellation",
    }
}

async fn found(app: &App, caller: &Caller, number: &str) -> Result<Document, ApiError> {
    let unknown = || ApiError::not_found("document");
    let number: u32 = number.parse().map_err(|_| unknown())?;
    let (engine, brand, partner) = (app.engine.clone(), caller.brand, caller.partner);
    blocking(move || engine.settings.document(brand, partner, number)).await?.ok_or_else(unknown)
}

pub async fn find(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(number): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let caller = any_reader(&app, &headers).await?;
    let document = found(&app, &caller, &number).await?;
    let mut answer = told(&document);
    let net = |net: i64| decimal(Money(net), document.bill.currency);
    answer["lines"] = document.bill.lines.iter().map(|it| json!({ "text": it.text, "net": net(it.net) })).collect();
    answer["notes"] = json!(document.notes());
    Ok(Json(answer))
}

pub async fn find_pdf(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(number): Path<String>,
) -> Result<Response, ApiError> {
    let caller = any_reader(&app, &headers).await?;
    let document = found(&app, &caller, &number).await?;
    let lines = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.pdf\"", document.name)),
    ];
    Ok((lines, pdf::write(&document)).into_response())
}
