//! What the plain listener answers where TLS is served: the way to https, and what is asked for without.

use std::net::SocketAddr;

use axum::body::Body;
use http::header::{self, HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode};

use crate::app::App;
use crate::tls::Tls;

const LOOK: &str = "/.well-known/acme-challenge/";

/// None where the request is to be served as it came.
pub async fn answer<B>(
    app: &App,
    tls: &Tls,
    host: &str,
    from: SocketAddr,
    request: &Request<B>,
) -> Option<Response<Body>> {
    let path = request.uri().path();
    if let Some(token) = path.strip_prefix(LOOK) {
        return Some(match tls.answer_to(host, token, &app.engine).await {
            Some(answer) => text(StatusCode::OK, answer),
            None => text(StatusCode::NOT_FOUND, "There is nothing at this address.\n".into()),
        });
    }
    let tracked = app.engine.routing().hosts.contains_key(host);
    if !tracked {
        // Whoever watches a process asks it by address and without a name.
        let watches = matches!(path, "/healthz" | "/readyz") || path == "/metrics" && from.ip().is_loopback();
        if watches || !app.config.console_hosts.iter().any(|it| it == host) {
            return None;
        }
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let status = match (tracked, reads) {
        // A click must never be answered from a cache.
        (true, true) => StatusCode::FOUND,
        (true, false) => StatusCode::TEMPORARY_REDIRECT,
        (false, _) => StatusCode::PERMANENT_REDIRECT,
    };
    let rest = request.uri().path_and_query().map_or("/", |it| it.as_str());
    Some(redirect(status, &format!("https://{host}{rest}"), tracked))
}

fn redirect(status: StatusCode, to: &str, tracked: bool) -> Response<Body> {
    let mut response = text(status, String::new());
    let headers = response.headers_mut();
    match HeaderValue::try_from(to) {
        Ok(location) => _ = headers.insert(header::LOCATION, location),
        Err(_) => return text(StatusCode::BAD_REQUEST, "This address can't be sent on.\n".into()),
    }
    if tracked {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, private"));
        headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    }
    response
}

fn text(status: StatusCode, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
