//! Every route of the product, by the face it belongs to. The host of a request decides which face it meets.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, DefaultBodyLimit};
use axum::response::IntoResponse;
use axum::routing::{any, get, post};
use axum::{Router, middleware};
use http::{HeaderValue, Request, Response, StatusCode, Uri, header};
use hyper::body::Incoming;
use referee_engine::config::Scheme;
use referee_engine::intake::click::is_slug;
use referee_engine::limits::BODY_BYTES_MAX;
use referee_engine::role::Role;
use referee_engine::routing::PREFIX;
use tower::ServiceExt;

use crate::app::{App, Arrival};
use crate::host::host_of;
use crate::tracking::click;
use crate::tracking::routes::ROUTES;
use crate::{api, console, docs, health, shopify, test_clock, upgrade, vendor};

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
    let face = ROUTES.into_iter().fold(Router::new(), |face, it| face.route(it.path, (it.answer)()));
    face.fallback(not_found).layer(DefaultBodyLimit::max(BODY_BYTES_MAX)).with_state(app.clone())
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
            .route("/DeferredDeepLink", post(vendor::deferred_link::ask))
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
pub async fn dispatch(app: &Arc<App>, faces: &Faces, arrival: Arrival, request: Request<Incoming>) -> Response<Body> {
    let from = arrival.from;
    let (host, place) = place_of(app, from, &request);
    let scheme = app.scheme_of(arrival, request.headers());
    if let Some(tls) = app.tls.as_ref().filter(|_| scheme == Scheme::Http)
        && let Some(answer) = upgrade::answer(app, tls, &host, from, &request).await
    {
        return answer;
    }
    if let Some(face) = faces.tracking.as_ref().filter(|_| place != Place::Elsewhere) {
        let request = match place {
            Place::Renamed(path) => renamed(request, &host, &path),
            _ => request,
        };
        let path = request.uri().path();
        let may_be_link = path.starts_with("/c/")
            || path.strip_prefix('/').is_some_and(is_slug) && path != "/PageLoad" && path != "/DeferredDeepLink";
        if may_be_link && let Some(answer) = click::follow(app, &host, from, scheme, &request).await {
            return answer;
        }
        return route(face, arrival, scheme, request).await;
    }
    if app.config.console_hosts.contains(&host) {
        return route(&faces.console, arrival, scheme, request).await;
    }
    match &app.shop {
        Some(shop) if shop.host == host => route(&shop.router, arrival, scheme, request).await,
        _ => not_found().await.into_response(),
    }
}

/// Where a request goes by its host and path.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    /// Not to links, the tag and its endpoints.
    Elsewhere,
    /// To them, by the path it names.
    Tracking,
    /// To them, by another path than the one that the host's programs chose.
    Renamed(String),
}

fn place_of<B>(app: &App, from: SocketAddr, request: &Request<B>) -> (String, Place) {
    let routing = app.engine.routing();
    let host = app.forwarded_host(from, &routing, request.headers());
    let forwarded = host.is_some();
    let host = host.unwrap_or_else(|| host_of(request.uri(), request.headers()));
    let path = request.uri().path();
    let inner = routing.hosts.contains_key(&host).then(|| routing.inner_path(&host, path)).flatten();
    let Some(inner) = inner else { return (host, Place::Elsewhere) };
    let inside = beside_prefix(&inner).unwrap_or(&inner);
    let place = if inside == path && !forwarded { Place::Tracking } else { Place::Renamed(inside.to_owned()) };
    (host, place)
}

/// Links, views and whatever else has no prefix of its own can be asked for under one: what is no route there is one
/// without it.
fn beside_prefix(path: &str) -> Option<&str> {
    let rest = path.strip_prefix('/')?.strip_prefix(PREFIX).filter(|rest| rest.starts_with('/'))?;
    let deep = rest.matches('/').count() > 1;
    (deep && !ROUTES.iter().any(|it| fits(it.path, path))).then_some(rest)
}

/// Whether a path is one of a route, in which `{..}` stands for any part.
fn fits(route: &str, path: &str) -> bool {
    let (mut parts, mut given) = (route.split('/'), path.split('/'));
    loop {
        match (parts.next(), given.next()) {
            (None, None) => return true,
            (Some(part), Some(given)) if part == given || part.starts_with('{') => {}
            _ => return false,
        }
    }
}

/// The same request by an inner path, of the host that the visitor named.
fn renamed<B>(mut request: Request<B>, host: &str, path: &str) -> Request<B> {
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    // A path of a request is one after its first part was changed for letters.
    if let Ok(uri) = format!("{path}{query}").parse::<Uri>() {
        *request.uri_mut() = uri;
    }
    if let Ok(host) = HeaderValue::try_from(host) {
        request.headers_mut().insert(header::HOST, host);
    }
    request
}

/// Boxed: what a routed request needs while it is served is large, and every click would carry room for it.
fn route(face: &Router, arrival: Arrival, scheme: Scheme, request: Request<Incoming>) -> BoxFuture<Response<Body>> {
    let face = face.clone();
    Box::pin(async move {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(arrival.from));
        request.extensions_mut().insert(scheme);
        let Ok(response) = face.oneshot(request).await;
        response
    })
}

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

async fn not_found() -> impl IntoResponse {
    (StatusCode::NOT_FOUND, [("content-type", "text/plain; charset=utf-8")], "There is nothing at this address.\n")
}

#[cfg(test)]
mod tests {
    use super::beside_prefix;

    #[test]
    fn what_is_no_route_under_the_prefix_is_one_without_it() {
        for (path, rest) in [
            ("/pt/c/1/2/7", Some("/c/1/2/7")),
            ("/pt/i/1/2/7", Some("/i/1/2/7")),
            ("/pt/xconv/1/7", Some("/xconv/1/7")),
            ("/pt/i", None),
            ("/pt/v", None),
            ("/pt/o.png", None),
            ("/pt/nothing", None),
            ("/pt", None),
            ("/ptx/c/1/2/7", None),
            ("/c/1/2/7", None),
        ] {
            assert_eq!(beside_prefix(path), rest, "{path}");
        }
    }
}
