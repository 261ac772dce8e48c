//! What browsers are told about every page of the console.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue, header};
use referee_engine::config::Scheme;

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
    form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

pub async fn secure(request: Request, next: Next) -> Response {
    let scheme = request.extensions().get::<Scheme>().copied();
    let mut response = next.run(request).await;
    let lines = response.headers_mut();
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        lines.insert(name, HeaderValue::from_static(value));
    }
    if scheme == Some(Scheme::Https) {
        lines.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    // Pages show figures of one person's brand.
    lines.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
