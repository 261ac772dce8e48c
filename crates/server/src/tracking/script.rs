//! The tag, as a shop loads it, and what robots and browsers ask of the host itself.

use std::sync::{Arc, LazyLock};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use referee_engine::routing::PREFIX;

use crate::app::App;
use crate::host::Host;

/// Published versions never change; this is the newest.
const TAG: &str = include_str!("../../../../tag/dist/tag.v1.js");
/// Asked for again after five minutes, and served on while nobody answers.
const NEWEST: &str = "public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800";
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Global Privacy Control is heard here. The day is the one on which that was first so.
const GPC: &str = "{\"gpc\":true,\"lastUpdate\":\"2026-11-27\"}\n";

static ETAG: LazyLock<String> = LazyLock::new(|| {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hash = DefaultHasher::new();
    TAG.hash(&mut hash);
    format!("\"{:016x}\"", hash.finish())
});

/// The newest tag.
pub async fn serve_tag(headers: HeaderMap) -> Response {
    script(&headers, NEWEST)
}

/// A published version, which can be kept for ever and named with its hash in a page.
pub async fn serve_version(headers: HeaderMap) -> Response {
    script(&headers, FOR_EVER)
}

fn script(headers: &HeaderMap, kept: &'static str) -> Response {
    let lines = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::ETAG, ETAG.as_str()),
        (header::VARY, "Accept-Encoding"),
        (header::CACHE_CONTROL, kept),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
        (HeaderName::from_static("timing-allow-origin"), "*"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|it| it == HeaderValue::from_static(&ETAG));
    if known { (StatusCode::NOT_MODIFIED, lines).into_response() } else { (lines, TAG).into_response() }
}

/// Links and views are nothing to index, under whatever prefix.
pub async fn serve_robots(State(app): State<Arc<App>>, Host(host): Host) -> Response {
    let routing = app.engine.routing();
    let own = routing.names.get(&host).map(|it| it.prefixes.as_slice()).unwrap_or_default();
    let usual = PREFIX.to_owned();
    let mut text = "User-agent: *\nDisallow: /c/\nDisallow: /i/\n".to_owned();
    for prefix in own.iter().chain((!own.contains(&usual)).then_some(&usual)) {
        text.push_str(&format!("Disallow: /{prefix}/\n"));
    }
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

pub async fn serve_gpc() -> Response {
    let lines = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (lines, GPC).into_response()
}
