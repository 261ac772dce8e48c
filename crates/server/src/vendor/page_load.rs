//! `POST /PageLoad`: a page seen by an app or a server. Needs no credentials, as existing clients send none.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::response::Response;
use http::HeaderMap;
use referee_core::id::ProgramId;
use referee_core::program::Source;
use referee_engine::intake::drop_reason::{DropReason, FieldError};
use referee_engine::intake::fields::Fields;
use referee_engine::intake::page_load::{PageLoadContext, page_load};
use referee_engine::log::Raw;
use serde_json::{Value, json};

use super::actions::date;
use super::answer::{Form, Wire, error, trouble};
use crate::app::App;
use crate::reports::Reporter;

pub async fn post_page_load(
    State(app): State<Arc<App>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let address = app.address_of(from, &headers);
    let outcome = take(&app, &query.unwrap_or_default(), &body, address).await;
    outcome.unwrap_or_else(|refused| refused).answer(Form::Json)
}

async fn take(app: &App, query: &str, body: &[u8], address: String) -> Result<Wire, Wire> {
    let fields = Fields::read(query, body).map_err(|fault| refused(&[fault]))?;
    let routing = app.engine.routing();
    let program: Option<ProgramId> = fields.get(&["CampaignId", "ProgramId"]).and_then(|id| id.parse().ok());
    let brand = program.and_then(|program| routing.brand_of(program)).cloned().ok_or_else(|| {
        refused(&[FieldError::new("CampaignId", DropReason::CampaignNotFound, "CampaignId names no program.")])
    })?;
    drop(routing);
    let now = app.engine.now();
    let new_no = app.engine.click_numbers.next(now);
    let (config, keys) = (&brand.config, &brand.keys);
    let context = PageLoadContext { config, keys, source: Source::Server, now, visitor: None, new_no, country: [0; 2] };
    let load = page_load(&fields, &context).map_err(|errors| refused(&errors))?;
    let warnings = json!(load.taken.warnings);
    let text = |name: &str| fields.get(&[name]).unwrap_or_default().chars().take(255).collect::<String>();
    let address = Some(text("IpAddress")).filter(|text| !text.is_empty()).unwrap_or(address);
    let raw = Raw { address, user_agent: text("UserAgent"), ..Raw::default() };
    let session_start = date(load.taken.occurred_at);
    let reporter = Reporter { app, brand: brand.brand, now };
    // Of a visitor who said no, nothing is kept.
    if load.is_kept {
        reporter.keep(load.taken, Some(raw)).await.map_err(trouble)?;
    }
    Ok(Wire::ok(json!({ "clickId": load.click_id, "sessionStart": session_start, "warnings": warnings })))
}

/// This endpoint's own shape of a no.
fn refused(errors: &[FieldError]) -> Wire {
    let mut wire = error(400, "", errors);
    wire.value = json!({ "errors": wire.value["errors"], "warnings": Value::Array(Vec::new()) });
    wire
}
