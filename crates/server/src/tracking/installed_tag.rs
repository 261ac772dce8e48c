//! What pages still send that have another platform's tag: its addresses and its names, the same reports behind them.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Method, StatusCode, header};
use referee_core::program::Source;
use referee_engine::intake::click::Given;
use referee_engine::intake::fields::Fields;
use referee_engine::intake::installed_tag::translate;
use referee_engine::intake::registration::{Registration, Teller, register as registered};
use referee_engine::limits::CLICK_DEADLINE_MS;
use serde_json::{Value, json};
use url::Url;

use super::browser::{Browser, Unkept, cors};
use super::click::parse_for;
use super::collect::{Sent, report, visit};
use super::{cookie, origin};
use crate::app::App;

/// Who somebody is, on every page.
pub async fn identify(Path(program): Path<String>, browser: Browser, body: Bytes) -> Response {
    let sent = read(&browser, &body, &program, |fields| {
        if fields.get(&["page"]).is_none() {
            fields.set("page", browser.text(header::REFERER));
        }
    });
    let heard = visit(&browser, sent, Source::Browser).await;
    heard.end(&browser, answer(&browser, heard.kept, &json!({})))
}

/// A conversion. What is wrong with it is the brand's to know, not the shopper's.
pub async fn convert(Path((event_type, program)): Path<(String, String)>, browser: Browser, body: Bytes) -> Response {
    let sent = read(&browser, &body, &program, |fields| fields.set("ActionTrackerId", &event_type));
    let heard = report(&browser, sent, Source::Browser).await;
    heard.end(&browser, answer(&browser, heard.kept, &json!({})))
}

/// Its short names become the long ones; what the path names goes before all of them.
fn read(browser: &Browser, body: &[u8], program: &str, named: impl FnOnce(&mut Fields)) -> Sent {
    let mut fields = browser.fields(body)?;
    translate(&mut fields);
    fields.set("CampaignId", program);
    named(&mut fields);
    Ok(fields)
}

/// A click that a page of the shop tells of: the visitor came by a link that did not lead through here.
pub async fn register(State(app): State<Arc<App>>, method: Method, browser: Browser, uri: http::Uri) -> Response {
    if method == Method::HEAD {
        return answer(&browser, Ok(()), &json!({}));
    }
    // The link that was followed is the one that the path tells of.
    let path = uri.path().replacen("/xc/", "/c/", 1);
    let page_host = Url::parse(browser.page()).ok().and_then(|url| url.host_str().map(str::to_owned));
    let of_shop = origin::permits(&app.engine.routing(), &browser.host, browser.page(), None);
    // What is loaded from another host of the site only shortens the life of a cookie.
    let may_set_cookie = page_host.is_some_and(|host| host == browser.host);
    let request =
        parse_for((&app, browser.scheme), &browser.host, &browser.address, (&path, &browser.query), &browser.headers);
    let now = app.engine.now();
    let given = Given { now, no: app.engine.click_numbers.next(now), new_visitor: rand::random() };
    let teller = Teller::Page { of_shop, may_set_cookie };
    let told = registered(&app.engine.routing(), &request, &given, teller);
    let Some(told) = told else { return answer(&browser, Ok(()), &json!({})) };
    keep(&app, &told).await;
    let mut response = answer(&browser, Ok(()), &json!({ "clickId": told.click_id }));
    let (host, scheme) = (browser.host.as_str(), browser.scheme);
    let cookie = match &told.set_visitor {
        Some((value, days)) => Some(cookie::set_visitor(value, *days, host, scheme)),
        None => told.clear_visitor.then(|| cookie::clear_visitor(host, scheme)),
    };
    if let Some(line) = cookie.and_then(|line| HeaderValue::try_from(line).ok()) {
        response.headers_mut().insert(header::SET_COOKIE, line);
    }
    response
}

async fn keep(app: &App, told: &Registration) {
    let deadline = Duration::from_millis(CLICK_DEADLINE_MS);
    let kept = matches!(tokio::time::timeout(deadline, app.engine.record(&told.draft)).await, Ok(Ok(_)));
    let count = if kept { &app.metrics.clicks_recorded } else { &app.metrics.clicks_flagged };
    count.inc();
}

/// What that tag takes for done: 200 with something to read.
fn answer(browser: &Browser, kept: Result<(), Unkept>, value: &Value) -> Response {
    let status = match kept {
        Ok(()) => StatusCode::OK,
        Err(Unkept::Away) => StatusCode::SERVICE_UNAVAILABLE,
        Err(Unkept::Stranger) => StatusCode::FORBIDDEN,
    };
    let mut response = (status, Json(value)).into_response();
    cors(browser, response.headers_mut());
    response
}
