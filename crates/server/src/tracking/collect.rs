//! The tag's and the pixel's endpoints. A shopper never sees an error of theirs: what is wrong is kept for the brand.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use referee_core::id::ProgramId;
use referee_core::program::Source;
use referee_engine::intake::click::without_query;
use referee_engine::intake::fields::Fields;
use referee_engine::intake::page_load::{PageLoadContext, page_load};
use referee_engine::intake::report::{ReportContext, conversion, program};
use referee_engine::limits::REPORT_DEADLINE_MS;
use referee_engine::log::{Draft, Raw};
use referee_engine::routing::Routing;

use super::{cookie, origin};
use crate::app::App;
use crate::host::host_of;
use crate::reports::{Refused, Reporter, new_submission, submission_name};

/// One transparent point.
const GIF: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01D\x00;";

/// A request of a page: what every handler here reads of it.
pub struct Browser {
    app: Arc<App>,
    host: String,
    address: String,
    headers: HeaderMap,
    query: String,
    /// Only the header lines are asked for: nothing is seen, and nothing kept.
    head: bool,
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
            head: parts.method == Method::HEAD,
        })
    }
}

impl Browser {
    fn text(&self, name: HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Whether the page that asks is one that may, for a program if it is known. What names no page is no script of one.
    fn may_ask(&self, routing: &Routing, program: Option<ProgramId>) -> bool {
        let origin = self.text(header::ORIGIN);
        let may = origin.is_empty() || origin::permits(routing, &self.host, origin, program);
        if !may {
            self.app.metrics.origins_refused.inc();
        }
        may
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
    answer(&browser, kept.map(drop))
}

pub async fn post_conversion(browser: Browser, body: Bytes) -> Response {
    let kept = report(&browser, &body, Source::Browser).await;
    answer(&browser, kept)
}

pub async fn visit_pixel(browser: Browser) -> Response {
    // A picture is always a picture.
    if browser.head {
        return pixel();
    }
    _ = visit(&browser, &[], Source::Pixel).await;
    pixel()
}

pub async fn conversion_pixel(browser: Browser) -> Response {
    if browser.head {
        return pixel();
    }
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
    let issued = if browser.head { Ok(String::new()) } else { visit(&browser, &[], Source::Browser).await };
    if let Err(Unkept::Stranger) = issued {
        return answer(&browser, Err(Unkept::Stranger));
    }
    let mut response = Json(Issued { click_id: issued.unwrap_or_default() }).into_response();
    cors(&browser, response.headers_mut());
    if let Some(line) = renewed_cookie(&browser).filter(|_| !browser.head) {
        response.headers_mut().insert(header::SET_COOKIE, line);
    }
    response
}

/// The click's cookie with its life renewed, where the page is of the very host it asks. Elsewhere Safari would keep the
/// copy that a request of a page brings, for seven days, in place of the one that the click set.
fn renewed_cookie(browser: &Browser) -> Option<HeaderValue> {
    let (app, host) = (&browser.app, &browser.host);
    let visitor = cookie::visitor(&browser.headers, app.config.scheme)?;
    let fields = Fields::read(&browser.query, &[]).ok().filter(|fields| !denied(fields))?;
    let routing = app.engine.routing();
    let brand = brand_of(&routing, &fields, host)?;
    let program = program(&fields, &brand.config).ok()?;
    let renews = origin::is_own_page(&browser.headers, host);
    let line = || cookie::set_visitor(visitor, program.cookie_days, host, app.config.scheme);
    if renews { HeaderValue::try_from(line()).ok() } else { None }
}

pub async fn preflight(browser: Browser) -> Response {
    if !browser.may_ask(&browser.app.engine.routing(), None) {
        return answer(&browser, Err(Unkept::Stranger));
    }
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

/// Why nothing was kept, where that is not the sender's fault.
enum Unkept {
    /// The log did not take it: the browser should try again.
    Away,
    /// The page is of no shop of the program.
    Stranger,
}

/// Keeps a visit; the click id that the page goes on with. What is wrong with it is nobody's business in a browser.
async fn visit(browser: &Browser, body: &[u8], source: Source) -> Result<String, Unkept> {
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
    if !browser.may_ask(&routing, program(&fields, &brand.config).ok().map(|it| it.id)) {
        return Err(Unkept::Stranger);
    }
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
            Err(Unkept::Away)
        }
    }
}

/// Keeps a report, or keeps why it was refused.
async fn report(browser: &Browser, body: &[u8], source: Source) -> Result<(), Unkept> {
    let app = &browser.app;
    let fields = match Fields::read(&browser.query, body) {
        Ok(fields) => fields,
        // Nothing in it says whose it is.
        Err(_) => return Ok(()),
    };
    let routing = app.engine.routing();
    let Some(brand) = brand_of(&routing, &fields, &browser.host) else { return Ok(()) };
    if !browser.may_ask(&routing, program(&fields, &brand.config).ok().map(|it| it.id)) {
        return Err(Unkept::Stranger);
    }
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
            let raw = Some(browser.raw(browser.text(header::REFERER)));
            reporter.keep(taken, raw).await.map(drop).map_err(|_| Unkept::Away)
        }
        Err(errors) => {
            let name = submission_name(submission);
            reporter.keep_refused(Refused { name, kind: "conversion", fields: &fields, errors: &errors }).await;
            Ok(())
        }
    }
}

/// The brand whose program a request names, if it is served on this host.
fn brand_of<'a>(
    routing: &'a Routing,
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

fn answer(browser: &Browser, kept: Result<(), Unkept>) -> Response {
    let status = match kept {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(Unkept::Away) => StatusCode::SERVICE_UNAVAILABLE,
        Err(Unkept::Stranger) => StatusCode::FORBIDDEN,
    };
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
        && origin::permits(&browser.app.engine.routing(), &browser.host, origin, None)
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
