//! The tag, as a shop loads it.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use std::sync::LazyLock;

/// Published versions never change; this is the newest.
const TAG: &str = include_str!("../../../../tag/dist/tag.v1.js");

static ETAG: LazyLock<String> = LazyLock::new(|| {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hash = DefaultHasher::new();
    TAG.hash(&mut hash);
    format!("\"{:016x}\"", hash.finish())
});

pub async fn serve_tag(headers: HeaderMap) -> Response {
    let lines = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::ETAG, ETAG.as_str()),
        (header::VARY, "Accept-Encoding"),
        (header::CACHE_CONTROL, "public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
        (HeaderName::from_static("timing-allow-origin"), "*"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|it| it == HeaderValue::from_static(&ETAG));
    if known { (StatusCode::NOT_MODIFIED, lines).into_response() } else { (lines, TAG).into_response() }
}

pub async fn serve_robots() -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], "User-agent: *\nDisallow: /c/\nDisallow: /i/\n")
        .into_response()
}
