//! `POST /PageLoad`: a page seen by an app or a server. Needs no credentials, as existing clients send none.
//!
//! An app that is opened by a partner's link says so by naming the link as its page: nobody was led on from here, and the
//! click is told of instead.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::response::Response;
use http::HeaderMap;
use referee_core::config::Config;
use referee_core::id::ProgramId;
use referee_core::identity::IdentifierKind;
use referee_core::program::{Program, Source};
use referee_engine::error::Error;
use referee_engine::intake::click::{ClickRequest, Given};
use referee_engine::intake::consent::Said;
use referee_engine::intake::drop_reason::{DropReason, FieldError};
use referee_engine::intake::fields::Fields;
use referee_engine::intake::keys::BrandKeys;
use referee_engine::intake::landing::{is_on_site, with_click_id};
use referee_engine::intake::page_load::{PAGE_FIELDS, PageLoadContext, page_load};
use referee_engine::intake::person::{PersonContext, person};
use referee_engine::intake::registration::{Registration, Teller, register};
use referee_engine::limits::REPORT_DEADLINE_MS;
use referee_engine::log::Raw;
use referee_engine::routing::{BrandRouting, Routing};
use serde_json::{Value, json};
use tokio::time::timeout;
use url::Url;

use super::actions::date;
use super::answer::{Form, Wire, error, trouble};
use crate::app::App;
use crate::reports::Reporter;

pub async fn post_page_load(
    State(app): State<Arc<App>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let address = app.address_of(from, &headers);
    let outcome = take(&app, &query.unwrap_or_default(), &body, address).await;
    outcome.unwrap_or_else(|refused| refused).answer(Form::Json)
}

async fn take(app: &App, query: &str, body: &[u8], address: String) -> Result<Wire, Wire> {
    let mut fields = Fields::read(query, body).map_err(|fault| refused(&[fault]))?;
    let (brand, program) = program_of(&app.engine.routing(), &fields)?;
    let landing = match page_of(app, &fields, &brand, program)? {
        Page::Shops => None,
        Page::Link(told) => Some(follow(app, &mut fields, program, told).await?),
    };
    let now = app.engine.now();
    let new_no = app.engine.click_numbers.next(now);
    let (config, keys): (&Config, &BrandKeys) = (&brand.config, &brand.keys);
    let context = PageLoadContext { config, keys, source: Source::Server, now, visitor: None, new_no, country: [0; 2] };
    let load = page_load(&fields, &context).map_err(|errors| refused(&errors))?;
    let mut said = json!({
        "clickId": load.click_id,
        "sessionStart": date(load.taken.occurred_at),
        "warnings": load.taken.warnings,
    });
    if let Some(landing) = landing {
        said["landingPage"] = landing.into();
    }
    let address = Some(text(&fields, "IpAddress")).filter(|text| !text.is_empty()).unwrap_or(address);
    let raw = Raw { address, user_agent: text(&fields, "UserAgent"), ..Raw::default() };
    let reporter = Reporter { app, brand: brand.brand, now };
    // Of a visitor who said no, nothing is kept.
    if load.is_kept {
        reporter.keep(load.taken, Some(raw)).await.map_err(trouble)?;
    }
    Ok(Wire::ok(said))
}

/// The program that a request without credentials names, and whose it is.
pub fn program_of(routing: &Routing, fields: &Fields) -> Result<(Arc<BrandRouting>, ProgramId), Wire> {
    let program: Option<ProgramId> = fields.get(&["CampaignId", "ProgramId"]).and_then(|id| id.parse().ok());
    let brand = program.and_then(|program| Some((routing.brand_of(program)?.clone(), program)));
    brand.ok_or_else(|| {
        refused(&[FieldError::new("CampaignId", DropReason::CampaignNotFound, "CampaignId names no program.")])
    })
}

fn text(fields: &Fields, name: &str) -> String {
    fields.get(&[name]).unwrap_or_default().chars().take(255).collect()
}

enum Page {
    /// A page of the shop or a place in its app.
    Shops,
    /// A partner's link.
    Link(Box<Registration>),
}

/// What the page is. One of another site counts for nothing: whoever sends it has set up another program.
fn page_of(app: &App, fields: &Fields, brand: &BrandRouting, id: ProgramId) -> Result<Page, Wire> {
    let page = fields.get(&PAGE_FIELDS).unwrap_or_default();
    let (Ok(url), Some(program)) = (Url::parse(page), brand.config.programs.get(&id)) else { return Ok(Page::Shops) };
    if !matches!(url.scheme(), "http" | "https") {
        return Ok(Page::Shops);
    }
    match link(app, fields, brand, program, &url) {
        Some(told) => Ok(Page::Link(Box::new(told))),
        None if is_on_site(page, program) => Ok(Page::Shops),
        None => {
            let message = "The page is on none of the program's permitted hosts, and is none of its links.";
            Err(refused(&[FieldError::new("PageUrl", DropReason::SiteMismatch, message)]))
        }
    }
}

/// The click, if the page is a link of this program.
fn link(app: &App, fields: &Fields, brand: &BrandRouting, program: &Program, url: &Url) -> Option<Registration> {
    let host = url.host_str()?;
    if !program.tracking_hosts.iter().any(|it| it == host) {
        return None;
    }
    let (config, keys): (&Config, &BrandKeys) = (&brand.config, &brand.keys);
    let named = person(fields, &PersonContext { config, keys, visitor: None, journey: None });
    let device = named.identifiers.iter().copied().find(|it| it.kind == IdentifierKind::Device);
    let (address, user_agent) = (text(fields, "IpAddress"), text(fields, "UserAgent"));
    let said = Said::of_fields(fields);
    let request = ClickRequest {
        host,
        path: url.path(),
        query: url.query().unwrap_or_default(),
        address: &address,
        network: address.parse().map(|address| app.engine.networks.of(address)).unwrap_or_default(),
        user_agent: &user_agent,
        referrer: fields.get(&["ReferringUrl"]).unwrap_or_default(),
        said: Some(&said),
        ..ClickRequest::default()
    };
    let now = app.engine.now();
    let given = Given { now, no: app.engine.click_numbers.next(now), new_visitor: Default::default() };
    let told = register(&app.engine.routing(), &request, &given, Teller::App { device })?;
    // One host may serve programs of several brands.
    (told.click.program == program.id).then_some(told)
}

/// Keeps the click; the page goes on as the one that the link leads to. Gives that page.
async fn follow(app: &App, fields: &mut Fields, id: ProgramId, told: Box<Registration>) -> Result<String, Wire> {
    let deadline = std::time::Duration::from_millis(REPORT_DEADLINE_MS);
    let kept = timeout(deadline, app.engine.record(&told.draft)).await;
    kept.unwrap_or_else(|_| Err(Error::unavailable("keep a click", "the log did not answer in time")))
        .map_err(trouble)?;
    app.metrics.clicks_recorded.inc();
    let param =
        app.engine.routing().brand_of(id).and_then(|brand| Some(brand.config.programs.get(&id)?.click_param.clone()));
    let page = match (param, &told.click_id) {
        (Some(param), Some(click_id)) => with_click_id(&told.landing, &param, click_id),
        _ => told.landing.clone(),
    };
    PAGE_FIELDS.iter().for_each(|name| fields.set(name, ""));
    fields.set(PAGE_FIELDS[0], &page);
    Ok(told.landing)
}

/// This endpoint's own shape of a no.
pub fn refused(errors: &[FieldError]) -> Wire {
    let mut wire = error(400, "", errors);
    wire.value = json!({ "errors": wire.value["errors"], "warnings": Value::Array(Vec::new()) });
    wire
}
