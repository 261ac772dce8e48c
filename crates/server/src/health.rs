//! Whether the server lives, whether it is ready, and its figures.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use referee_engine::limits::LOG_QUEUE_RECORDS_MAX;
use serde_json::json;

use crate::api::auth;
use crate::app::App;

/// The process answers.
pub async fn live() -> &'static str {
    "ok\n"
}

/// It can keep what it is sent, and every brand's machine moves.
pub async fn ready(State(app): State<Arc<App>>) -> Response {
    let queue_records = app.engine.recorder.queue_records();
    let stopped = app.engine.figures.stopped.load(Ordering::Relaxed);
    let ready = stopped == 0 && queue_records < LOG_QUEUE_RECORDS_MAX / 2;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "ready": ready, "log_queue_records": queue_records, "machines_stopped": stopped })))
        .into_response()
}

/// For this machine itself, or with a token that may read.
pub async fn metrics(
    State(app): State<Arc<App>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    let here = from.ip().is_loopback() && !headers.contains_key("x-forwarded-for");
    if !here && let Err(refused) = auth::caller(&app, &headers, "read").await {
        return refused.into_response();
    }
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], app.metrics.text()).into_response()
}
