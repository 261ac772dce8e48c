//! The tag's and the pixel's endpoints. A shopper never sees an error of theirs: what is wrong is kept for the brand.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use referee_core::config::Config;
use referee_core::program::Source;
use referee_engine::intake::consent::is_taken_back;
use referee_engine::intake::consent::raw::permitted;
use referee_engine::intake::drop_reason::{DropReason, FieldError};
use referee_engine::intake::fields::Fields;
use referee_engine::intake::installed_tag;
use referee_engine::intake::keys::BrandKeys;
use referee_engine::intake::landing::is_on_site;
use referee_engine::intake::page_load::{PageLoad, PageLoadContext, page_load};
use referee_engine::intake::report::{ReportContext, Taken, conversion, program};
use referee_engine::limits::REPORT_DEADLINE_MS;
use referee_engine::log::Draft;
use referee_engine::routing::Routing;

use super::browser::{Browser, Unkept, answer, cors, pixel};
use super::{cookie, origin};
use crate::reports::{Refused, Reporter, new_submission, submission_name};
use crate::shopify::feeds::by_browser;

pub async fn post_visit(browser: Browser, body: Bytes) -> Response {
    let heard = visit(&browser, browser.fields(&body), Source::Browser).await;
    heard.end(&browser, answer(&browser, heard.kept))
}

pub async fn post_conversion(browser: Browser, body: Bytes) -> Response {
    let heard = report(&browser, browser.fields(&body), Source::Browser).await;
    heard.end(&browser, answer(&browser, heard.kept))
}

pub async fn visit_pixel(browser: Browser) -> Response {
    // A picture is always a picture.
    if browser.head {
        return pixel();
    }
    visit(&browser, browser.fields(&[]), Source::Pixel).await.end(&browser, pixel())
}

pub async fn conversion_pixel(browser: Browser) -> Response {
    if browser.head {
        return pixel();
    }
    // What could not be kept is in the metrics and the log; a picture is always a picture.
    report(&browser, browser.fields(&[]), Source::Pixel).await.end(&browser, pixel())
}

#[derive(serde::Serialize)]
struct Issued<'a> {
    #[serde(rename = "clickId")]
    click_id: &'a str,
}

/// A click id for the shop to keep: the visitor's own, joined to what else is known of them.
pub async fn issue_click_id(browser: Browser) -> Response {
    let heard = if browser.head { Heard::NOTHING } else { visit(&browser, browser.fields(&[]), Source::Browser).await };
    if heard.kept == Err(Unkept::Stranger) {
        return answer(&browser, heard.kept);
    }
    let mut response = Json(Issued { click_id: &heard.click_id }).into_response();
    cors(&browser, response.headers_mut());
    // Who asked a partner for a reward and agreed to nothing else gets an id, and is not known again.
    if let Some(line) = renewed_cookie(&browser).filter(|_| heard.followed) {
        response.headers_mut().insert(header::SET_COOKIE, line);
    }
    heard.end(&browser, response)
}

/// The click's cookie with its life renewed, where the page is of the very host it asks. Elsewhere Safari would keep the
/// copy that a request of a page brings, for seven days, in place of the one that the click set.
fn renewed_cookie(browser: &Browser) -> Option<HeaderValue> {
    let (app, host) = (&browser.app, &browser.host);
    let visitor =
        cookie::visitor(&browser.headers, browser.scheme).filter(|_| origin::is_own_page(&browser.headers, host))?;
    let fields = browser.fields(&[]).ok()?;
    let routing = app.engine.routing();
    let brand = brand_of(&routing, &fields, host)?;
    let program = program(&fields, &brand.config).ok()?;
    HeaderValue::try_from(cookie::set_visitor(visitor, program.cookie_days, host, browser.scheme)).ok()
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

/// A request that could be read at all.
pub(super) type Sent = Result<Fields, FieldError>;

/// What became of something that a browser told.
pub(super) struct Heard {
    /// The log took it, or there was nothing to take.
    pub(super) kept: Result<(), Unkept>,
    /// The click id that the page goes on with.
    click_id: String,
    /// The visitor may be known again.
    followed: bool,
    /// The visitor said no, so that a cookie of an earlier yes goes.
    taken_back: bool,
}

impl Heard {
    const NOTHING: Heard = Heard { kept: Ok(()), click_id: String::new(), followed: false, taken_back: false };

    fn unkept(why: Unkept) -> Heard {
        Heard { kept: Err(why), ..Heard::NOTHING }
    }

    pub(super) fn end(&self, browser: &Browser, mut response: Response) -> Response {
        let scheme = browser.scheme;
        if self.taken_back
            && cookie::visitor(&browser.headers, scheme).is_some()
            && let Ok(line) = HeaderValue::try_from(cookie::clear_visitor(&browser.host, scheme))
        {
            response.headers_mut().insert(header::SET_COOKIE, line);
        }
        response
    }
}

/// Keeps a visit. What is wrong with it is nobody's business in a browser.
pub(super) async fn visit(browser: &Browser, sent: Sent, source: Source) -> Heard {
    let app = &browser.app;
    let Ok(mut fields) = sent else { return Heard::NOTHING };
    if source == Source::Pixel && fields.get(&["page"]).is_none() {
        fields.set("page", browser.text(header::REFERER));
    }
    let routing = app.engine.routing();
    let Some(brand) = brand_of(&routing, &fields, &browser.host) else { return Heard::NOTHING };
    if !browser.may_ask(&routing, program(&fields, &brand.config).ok().map(|it| it.id)) {
        return Heard::unkept(Unkept::Stranger);
    }
    take_over(browser, &mut fields, &brand.keys);
    let now = app.engine.now();
    let context = PageLoadContext {
        config: &brand.config,
        keys: &brand.keys,
        source,
        now,
        visitor: cookie::visitor(&browser.headers, browser.scheme),
        new_no: app.engine.click_numbers.next(now),
        country: browser.country(),
    };
    let Ok(load) = page_load(&fields, &context) else { return Heard::NOTHING };
    let PageLoad { taken, click_id, followed, taken_back, .. } = load;
    let heard = Heard { kept: Ok(()), click_id, followed, taken_back };
    if !load.is_kept {
        return heard;
    }
    let raw = browser.raw(fields.get(&["page"]).unwrap_or_default());
    let raw = Some(permitted(raw, &taken.fact));
    let (brand, occurred_at, fact) = (brand.brand, taken.occurred_at, taken.fact);
    drop(routing);
    let draft = Draft { brand, received_at: now, occurred_at, actor: None, fact, raw };
    let deadline = Duration::from_millis(REPORT_DEADLINE_MS);
    match tokio::time::timeout(deadline, app.engine.record(&draft)).await {
        Ok(Ok(_)) => {
            app.metrics.visits_recorded.inc();
            heard
        }
        _ => {
            app.metrics.visits_lost.inc();
            Heard { kept: Err(Unkept::Away), click_id: String::new(), ..heard }
        }
    }
}

/// Keeps a report, or keeps why it was refused.
pub(super) async fn report(browser: &Browser, sent: Sent, source: Source) -> Heard {
    let app = &browser.app;
    // Where it can't be read, nothing in it says whose it is.
    let Ok(mut fields) = sent else { return Heard::NOTHING };
    let routing = app.engine.routing();
    let Some(brand) = brand_of(&routing, &fields, &browser.host) else { return Heard::NOTHING };
    if !browser.may_ask(&routing, program(&fields, &brand.config).ok().map(|it| it.id)) {
        return Heard::unkept(Unkept::Stranger);
    }
    take_over(browser, &mut fields, &brand.keys);
    let now = app.engine.now();
    let submission = new_submission(now);
    let visitor = cookie::visitor(&browser.headers, browser.scheme);
    let (config, keys, country) = (&brand.config, &brand.keys, browser.country());
    let context = ReportContext { config, keys, source, submission, now, visitor, country };
    let taken = match off_site(browser, &fields, &brand.config) {
        Some(error) => Err(vec![error]),
        None => conversion(&fields, &context),
    };
    let brand = brand.brand;
    drop(routing);
    let reporter = Reporter { app, brand, now };
    match taken {
        Ok(taken) => {
            let taken = Taken { fact: by_browser(app, brand, taken.fact).await, ..taken };
            let raw = Some(browser.raw(browser.text(header::REFERER)));
            let taken_back = is_taken_back(taken.fact.consent());
            let kept = reporter.keep(taken, raw).await.map(drop).map_err(|_| Unkept::Away);
            Heard { kept, taken_back, ..Heard::NOTHING }
        }
        Err(errors) => {
            let name = submission_name(submission);
            reporter.keep_refused(Refused { name, kind: "conversion", fields: &fields, errors: &errors }).await;
            Heard::NOTHING
        }
    }
}

/// What the tag that was there before, and its server, knew of this browser.
fn take_over(browser: &Browser, fields: &mut Fields, keys: &BrandKeys) {
    installed_tag::carry(fields, cookie::pairs(&browser.headers));
    installed_tag::take_session(fields, keys);
}

/// Why a report does not count whose page asked for its host to be checked.
fn off_site(browser: &Browser, fields: &Fields, config: &Config) -> Option<FieldError> {
    const ASKED: &str = "verifySiteDefinitionMatch";
    let page = browser.page();
    let asked = fields.get(&[ASKED]).is_some_and(|it| it.eq_ignore_ascii_case("true") || it == "1");
    let program = program(fields, config).ok().filter(|_| asked && !page.is_empty())?;
    let message = "The page that reported it is on none of the program's permitted hosts.";
    (!is_on_site(page, program)).then(|| FieldError::new(ASKED, DropReason::SiteMismatch, message))
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
