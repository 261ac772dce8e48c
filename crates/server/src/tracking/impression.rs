//! The view of an ad: kept like a click, and answered with a picture whatever it was.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::{ConnectInfo, State};
use axum::response::Response;
use http::{HeaderMap, Method, Uri};
use referee_engine::config::Scheme;
use referee_engine::intake::click::Given;
use referee_engine::intake::impression::view;
use referee_engine::limits::CLICK_DEADLINE_MS;

use super::browser::pixel;
use super::click::parse;
use crate::app::App;
use crate::host::host_of;

pub async fn show(
    State(app): State<Arc<App>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Extension(scheme): Extension<Scheme>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    // Whoever asks for the headers only sees nothing.
    if method != Method::HEAD {
        keep((&app, scheme), from, &uri, &headers).await;
    }
    pixel()
}

async fn keep((app, scheme): (&App, Scheme), from: SocketAddr, uri: &Uri, headers: &HeaderMap) {
    let (host, address) = (host_of(uri, headers), app.address_of(from, headers));
    let now = app.engine.now();
    let given = Given { now, no: app.engine.click_numbers.next(now), new_visitor: Default::default() };
    let seen = view(&app.engine.routing(), &parse(&host, false, &address, uri, headers, (app, scheme)), &given);
    let Some(draft) = seen else { return };
    // A picture waits no longer than a visitor.
    let deadline = Duration::from_millis(CLICK_DEADLINE_MS);
    match tokio::time::timeout(deadline, app.engine.record(&draft)).await {
        Ok(Ok(_)) => _ = app.metrics.impressions_recorded.inc(),
        _ => _ = app.metrics.impressions_late.inc(),
    }
}
