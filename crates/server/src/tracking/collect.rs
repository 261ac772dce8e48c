//! The tag's and the pixel's endpoints. A shopper never sees an error of theirs: what is wrong is kept for the brand.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use referee_core::program::Source;
use referee_engine::intake::click::without_query;
use referee_engine::intake::fields::Fields;
use referee_engine::intake::page_load::{PageLoadContext, page_load};
use referee_engine::intake::report::{ReportContext, Taken, conversion, program};
use referee_engine::limits::REPORT_DEADLINE_MS;
use referee_engine::log::{Draft, Raw};

use super::cookie;
use crate::app::App;
use crate::host::host_of;
use crate::reports::{Refused, Reporter, new_submission, submission_name};
use crate::shopify::feeds::by_browser;

/// One transparent point.
const GIF: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01D\x00;";

/// A request of a page: what every handler here reads of it.
pub struct Browser {
    app: Arc<App>,
    host: String,
    address: String,
    headers: HeaderMap,
    query: String,
}

impl FromRequestParts<Arc<App>> for Browser {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Browser, Response> {
        let connected = ConnectInfo::<SocketAddr>::from_request_parts(parts, app).await;
        let ConnectInfo(from) = connected.map_err(IntoResponse::into_response)?;
        Ok(Browser {
            app: app.clone(),
            host: host_of(&parts.uri, &parts.headers),
            address: app.address_of(from, &parts.headers),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers.clone(),
        })
    }
}

impl Browser {
    fn text(&self, name: HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    fn raw(&self, page: &str) -> Raw {
        let user_agent = self.text(header::USER_AGENT).chars().take(referee_engine::limits::URL_CHARS_MAX).collect();
        Raw {
            address: self.address.clone(),
            user_agent,
            url: without_query(page).to_owned(),
            referrer: without_query(self.text(header::REFERER)).to_owned(),
        }
    }
}

pub async fn post_visit(browser: Browser, body: Bytes) -> Response {
    let kept = visit(&browser, &body, Source::Browser).await;
    answer(&browser, kept.is_ok())
}

pub async fn post_conversion(browser: Browser, body: Bytes) -> Response {
    let kept = report(&browser, &body, Source::Browser).await;
    answer(&browser, kept)
}

pub async fn visit_pixel(browser: Browser) -> Response {
    // A picture is always a picture.
    _ = visit(&browser, &[], Source::Pixel).await;
    pixel()
}

pub async fn conversion_pixel(browser: Browser) -> Response {
    // What could not be kept is in the metrics and the log; a picture is always a picture.
    _ = report(&browser, &[], Source::Pixel).await;
    pixel()
}

#[derive(serde::Serialize)]
struct Issued {
    #[serde(rename = "clickId")]
    click_id: String,
}

/// A click id for the shop to keep: the visitor's own, joined to what else is known of them.
pub async fn issue_click_id(browser: Browser) -> Response {
    let click_id = visit(&browser, &[], Source::Browser).await.unwrap_or_default();
    let mut response = Json(Issued { click_id }).into_response();
    cors(&browser, response.headers_mut());
    response
}

pub async fn preflight(browser: Browser) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let lines = response.headers_mut();
    cors(&browser, lines);
    lines.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    lines.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type"));
    lines.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
    response
}

/// A visitor who said no is not followed.
fn denied(fields: &Fields) -> bool {
    fields.get(&["consent"]) == Some("denied")
}

/// The log did not take it: the browser should try again.
struct NotKept;

/// Keeps a visit; the click id that the page goes on with. What is wrong with it is nobody's business in a browser.
async fn visit(browser: &Browser, body: &[u8], source: Source) -> Result<String, NotKept> {
    let app = &browser.app;
    let Ok(mut fields) = Fields::read(&browser.query, body) else { return Ok(String::new()) };
    if denied(&fields) {
        return Ok(String::new());
    }
    if source == Source::Pixel && fields.get(&["page"]).is_none() {
        fields.set("page", browser.text(header::REFERER));
    }
    let routing = app.engine.routing();
    let Some(brand) = brand_of(&routing, &fields, &browser.host) else { return Ok(String::new()) };
    let now = app.engine.now();
    let context = PageLoadContext {
        config: &brand.config,
        keys: &brand.keys,
        source,
        now,
        visitor: cookie::visitor(&browser.headers, app.config.scheme),
        new_no: app.engine.click_numbers.next(now),
    };
    let Ok(load) = page_load(&fields, &context) else { return Ok(String::new()) };
    let raw = Some(browser.raw(fields.get(&["page"]).unwrap_or_default()));
    let (brand, occurred_at, fact) = (brand.brand, load.taken.occurred_at, load.taken.fact);
    drop(routing);
    let draft = Draft { brand, received_at: now, occurred_at, actor: None, fact, raw };
    let deadline = Duration::from_millis(REPORT_DEADLINE_MS);
    match tokio::time::timeout(deadline, app.engine.record(&draft)).await {
        Ok(Ok(_)) => {
            app.metrics.visits_recorded.inc();
            Ok(load.click_id)
        }
        _ => {
            app.metrics.visits_lost.inc();
            Err(NotKept)
        }
    }
}

/// Keeps a report, or keeps why it was refused. False only where the browser should try again.
async fn report(browser: &Browser, body: &[u8], source: Source) -> bool {
    let app = &browser.app;
    let fields = match Fields::read(&browser.query, body) {
        Ok(fields) => fields,
        // Nothing in it says whose it is.
        Err(_) => return true,
    };
    let routing = app.engine.routing();
    let Some(brand) = brand_of(&routing, &fields, &browser.host) else { return true };
    let now = app.engine.now();
    let submission = new_submission(now);
    let visitor = cookie::visitor(&browser.headers, app.config.scheme).filter(|_| !denied(&fields));
    let context = ReportContext { config: &brand.config, keys: &brand.keys, source, submission, now, visitor };
    let taken = conversion(&fields, &context);
    let brand = brand.brand;
    drop(routing);
    let reporter = Reporter { app, brand, now };
    match taken {
        Ok(taken) => {
            let taken = Taken { fact: by_browser(app, brand, taken.fact).await, ..taken };
            let raw = Some(browser.raw(browser.text(header::REFERER)));
            reporter.keep(taken, raw).await.is_ok()
        }
        Err(errors) => {
            let name = submission_name(submission);
            reporter.keep_refused(Refused { name, kind: "conversion", fields: &fields, errors: &errors }).await;
            true
        }
    }
}

/// The brand whose program a request names, if it is served on this host.
fn brand_of<'a>(
    routing: &'a referee_engine::routing::Routing,
    fields: &Fields,
    host: &str,
) -> Option<&'a Arc<referee_engine::routing::BrandRouting>> {
    let here = routing.hosts.get(host)?;
    let mut brands = here.iter().filter_map(|program| routing.brand_of(*program));
    let named = |brand: &&Arc<referee_engine::routing::BrandRouting>| {
        program(fields, &brand.config).is_ok_and(|program| here.contains(&program.id))
    };
    let first = brands.clone().next();
    // A program that does not exist is the host's own brand's to hear of.
    brands.find(named).or(first)
}

fn answer(browser: &Browser, kept: bool) -> Response {
    let status = if kept { StatusCode::NO_CONTENT } else { StatusCode::SERVICE_UNAVAILABLE };
    let mut response = status.into_response();
    cors(browser, response.headers_mut());
    response
}

/// Pages of the shop may read the answer; nobody else's.
fn cors(browser: &Browser, lines: &mut HeaderMap) {
    lines.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    lines.insert(header::VARY, HeaderValue::from_static("Origin"));
    let origin = browser.text(header::ORIGIN);
    if !origin.is_empty()
        && browser.app.permits_origin(&browser.host, origin)
        && let Ok(value) = HeaderValue::try_from(origin)
    {
        lines.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);
        lines.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
}

pub(super) fn pixel() -> Response {
    let lines = [
        (header::CONTENT_TYPE, "image/gif"),
        (header::CACHE_CONTROL, "no-store, private"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (lines, GIF).into_response()
}
