//! Every route of the product, by the face it belongs to. The host of a request decides which face it meets.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, DefaultBodyLimit};
use axum::response::IntoResponse;
use axum::routing::{any, get, post};
use axum::{Router, middleware};
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use referee_engine::intake::click::is_slug;
use referee_engine::limits::BODY_BYTES_MAX;
use referee_engine::role::Role;
use tower::ServiceExt;

use crate::app::App;
use crate::host::host_of;
use crate::tracking::{click, collect, impression, script};
use crate::{api, console, docs, health, shopify, test_clock, vendor};

/// The faces that are routed by path.
pub struct Faces {
    /// None where others take clicks.
    tracking: Option<Router>,
    console: Router,
}

impl Faces {
    pub fn new(app: &Arc<App>) -> Faces {
        let (edge, reader) = (app.config.has(Role::Edge), app.config.has(Role::Reader));
        Faces { tracking: edge.then(|| tracking(app)), console: console_face(app, edge, reader) }
    }
}

/// On a tracking host, beside the links themselves.
fn tracking(app: &Arc<App>) -> Router {
    Router::new()
        .route("/tag.js", get(script::serve_tag))
        .route("/robots.txt", get(script::serve_robots))
        .route("/pt/v", post(collect::post_visit).options(collect::preflight))
        .route("/pt/o", post(collect::post_conversion).options(collect::preflight))
        .route("/pt/i", get(collect::issue_click_id).options(collect::preflight))
        .route("/i/{partner}/{ad}/{program}", get(impression::show))
        .route("/pt/v.png", get(collect::visit_pixel))
        .route("/pt/o.png", get(collect::conversion_pixel))
        .route("/PageLoad", post(vendor::page_load::post_page_load))
        .fallback(not_found)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(app.clone())
}

/// On the console's hosts: people, and programs of the brand. Every process says how it is; what else it answers is a
/// matter of its roles.
fn console_face(app: &Arc<App>, edge: bool, reader: bool) -> Router {
    let mut face = Router::new();
    if reader {
        face = face.merge(console::routes()).merge(docs::routes());
    }
    if edge || reader {
        face = face
            .merge(api::routes())
            .merge(shopify::routes())
            .route("/PageLoad", post(vendor::page_load::post_page_load))
            .route("/Advertisers/{sid}/{*rest}", any(vendor::advertisers))
            .route("/Mediapartners/{sid}/{*rest}", any(vendor::mediapartners));
    }
    if let Some(clock) = &app.test_clock {
        face = face.merge(test_clock::routes(clock.clone()));
    }
    face.route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .fallback(not_found)
        .layer(middleware::from_fn(console::headers::secure))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(app.clone())
}

/// Answers one request.
pub async fn dispatch(app: &Arc<App>, faces: &Faces, from: SocketAddr, request: Request<Incoming>) -> Response<Body> {
    let host = host_of(request.uri(), request.headers());
    let tracked = app.engine.routing().hosts.contains_key(&host);
    if let Some(face) = faces.tracking.as_ref().filter(|_| tracked) {
        let path = request.uri().path();
        let may_be_link = path.starts_with("/c/") || path.strip_prefix('/').is_some_and(is_slug) && path != "/PageLoad";
        if may_be_link && let Some(answer) = click::follow(app, &host, from, &request).await {
            return answer;
        }
        return route(face, from, request).await;
    }
    if app.config.console_hosts.contains(&host) {
        return route(&faces.console, from, request).await;
    }
    match &app.shop {
        Some(shop) if shop.host == host => route(&shop.router, from, request).await,
        _ => not_found().await.into_response(),
    }
}

/// Boxed: what a routed request needs while it is served is large, and every click would carry room for it.
fn route(face: &Router, from: SocketAddr, request: Request<Incoming>) -> BoxFuture<Response<Body>> {
    let face = face.clone();
    Box::pin(async move {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(from));
        let Ok(response) = face.oneshot(request).await;
        response
    })
}

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

async fn not_found() -> impl IntoResponse {
    (StatusCode::NOT_FOUND, [("content-type", "text/plain; charset=utf-8")], "There is nothing at this address.\n")
}
