//! A request on a tracking link: parse, decide, record once, answer. It stands beside the router, on bare HTTP, because
//! it is the one path whose cost every visitor pays.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use referee_engine::config::Scheme;
use referee_engine::intake::click::{Answer, ClickRequest, Given, Redirect, decide};
use referee_engine::limits::CLICK_DEADLINE_MS;

use super::cookie;
use crate::app::App;

/// Header lines of an answer, with those that the connection adds: room for them is made once.
const HEADERS: usize = 12;
const SEC_PURPOSE: HeaderName = HeaderName::from_static("sec-purpose");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FETCH_USER: HeaderName = HeaderName::from_static("sec-fetch-user");
const HINT_BRANDS: HeaderName = HeaderName::from_static("sec-ch-ua");
const HINT_MOBILE: HeaderName = HeaderName::from_static("sec-ch-ua-mobile");
pub(super) const GPC: HeaderName = HeaderName::from_static("sec-gpc");
const HINT_PLATFORM: HeaderName = HeaderName::from_static("sec-ch-ua-platform");
/// Older names of `Sec-Purpose`.
const PURPOSES: [HeaderName; 3] =
    [HeaderName::from_static("purpose"), HeaderName::from_static("x-moz"), HeaderName::from_static("x-purpose")];

/// Answers a request on a link, or `None` where the path names no link.
pub async fn follow<B>(
    app: &App,
    host: &str,
    from: SocketAddr,
    scheme: Scheme,
    request: &Request<B>,
) -> Option<Response<Body>> {
    let head = match *request.method() {
        Method::GET => false,
        Method::HEAD => true,
        _ => return Some(not_allowed()),
    };
    let address = app.address_of(from, request.headers());
    let routing = app.engine.routing();
    let parsed = parse(host, head, &address, request.uri(), request.headers(), (app, scheme));
    let now = app.engine.now();
    let given = Given { now, no: app.engine.click_numbers.next(now), new_visitor: rand::random() };
    let answer = decide(&routing, &parsed, given);
    drop(routing);
    match answer {
        Answer::NotFound => None,
        Answer::Prefetch(draft) => {
            keep(app, &draft).await;
            app.metrics.clicks_prefetched.inc();
            Some(plain(StatusCode::SERVICE_UNAVAILABLE))
        }
        Answer::Redirect(redirect) => {
            let kept = keep(app, &redirect.draft).await;
            let count = if kept { &app.metrics.clicks_recorded } else { &app.metrics.clicks_flagged };
            count.inc();
            Some(redirected(scheme, host, &redirect, kept))
        }
    }
}

/// Waits for the log, but never longer than a visitor should. What lies on this edge's own disk only could still be lost
/// with it, and does not count.
async fn keep(app: &App, draft: &referee_engine::log::Draft) -> bool {
    let deadline = Duration::from_millis(CLICK_DEADLINE_MS);
    let kept = tokio::time::timeout(deadline, app.engine.record(draft)).await;
    matches!(kept, Ok(Ok(durable)) if durable.position.is_some())
}

pub(super) fn parse<'a>(
    host: &'a str,
    head: bool,
    address: &'a str,
    uri: &'a Uri,
    headers: &'a HeaderMap,
    (app, scheme): (&App, Scheme),
) -> ClickRequest<'a> {
    let place = (uri.path(), uri.query().unwrap_or_default());
    ClickRequest { head, ..parse_for((app, scheme), host, address, place, headers) }
}

/// The same of a link that is named by its path and query.
pub(super) fn parse_for<'a>(
    (app, scheme): (&App, Scheme),
    host: &'a str,
    address: &'a str,
    (path, query): (&'a str, &'a str),
    headers: &'a HeaderMap,
) -> ClickRequest<'a> {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let purpose = match text(&SEC_PURPOSE) {
        "" => PURPOSES.iter().map(text).find(|value| !value.is_empty()).unwrap_or_default(),
        purpose => purpose,
    };
    ClickRequest {
        host,
        path,
        query,
        head: false,
        secure: scheme == Scheme::Https,
        address,
        network: address.parse().map(|address| app.engine.networks.of(address)).unwrap_or_default(),
        user_agent: text(&header::USER_AGENT),
        referrer: text(&header::REFERER),
        language: text(&header::ACCEPT_LANGUAGE),
        purpose,
        fetch_mode: text(&FETCH_MODE),
        fetch_dest: text(&FETCH_DEST),
        fetch_site: text(&FETCH_SITE),
        fetch_user: text(&FETCH_USER),
        hint_brands: text(&HINT_BRANDS),
        hint_mobile: text(&HINT_MOBILE),
        hint_platform: text(&HINT_PLATFORM),
        visitor: cookie::visitor(headers, scheme),
        gpc: text(&GPC),
        said: None,
    }
}

fn redirected(scheme: Scheme, host: &str, redirect: &Redirect, kept: bool) -> Response<Body> {
    let mut response = plain(StatusCode::FOUND);
    let headers = response.headers_mut();
    // Landing addresses are parsed when they are set, and ids are plain letters: a value that is no header can't be.
    match HeaderValue::try_from(redirect.location(!kept)) {
        Ok(location) => _ = headers.insert(header::LOCATION, location),
        Err(error) => {
            tracing::error!(%error, "a landing address is not one that can be sent");
            return plain(StatusCode::INTERNAL_SERVER_ERROR);
        }
    }
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin"));
    if scheme == Scheme::Https {
        let value = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    let line = match &redirect.set_visitor {
        Some((value, days)) => Some(cookie::set_visitor(value, *days, host, scheme)),
        None => redirect.clear_visitor.then(|| cookie::clear_visitor(host, scheme)),
    };
    if let Some(line) = line.and_then(|line| HeaderValue::try_from(line).ok()) {
        headers.insert(header::SET_COOKIE, line);
    }
    response
}

/// What every answer on a link says: keep nothing, index nothing.
fn plain(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    response.headers_mut().reserve(HEADERS);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, private"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    response
}

fn not_allowed() -> Response<Body> {
    let mut response = plain(StatusCode::METHOD_NOT_ALLOWED);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}
