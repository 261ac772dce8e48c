//! Where an app opens first. Nobody's credentials are asked for, so that it is told only to whoever has the click's id or
//! the id of the device: neither can be guessed.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header};
use referee_core::identity::IdentifierKind;
use referee_engine::deferred_link::{DeferredLink, find};
use referee_engine::intake::fields::Fields;
use referee_engine::lookup::answer::Viewer;
use serde_json::{Value, json};

use super::actions::date;
use super::answer::{Form, Wire, trouble};
use super::page_load::{program_of, refused};
use crate::api::auth::reader;
use crate::app::App;
use crate::error::ApiError;

/// What may be asked by without credentials.
const OPEN_KINDS: [IdentifierKind; 1] = [IdentifierKind::Device];
/// A brand may ask for its customers.
const BRAND_KINDS: [IdentifierKind; 2] = [IdentifierKind::Device, IdentifierKind::CustomerId];

pub async fn ask(State(app): State<Arc<App>>, RawQuery(query): RawQuery, body: Bytes) -> Response {
    let outcome = tell(&app, &query.unwrap_or_default(), &body).await;
    let mut response = outcome.unwrap_or_else(|refused| refused).answer(Form::Json);
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}

async fn tell(app: &Arc<App>, query: &str, body: &[u8]) -> Result<Wire, Wire> {
    let fields = Fields::read(query, body).map_err(|fault| refused(&[fault]))?;
    let (brand, program) = program_of(&app.engine.routing(), &fields)?;
    let found =
        app.engine.look_up(brand.brand, Viewer::Brand, move |lookup| match lookup.config.programs.get(&program) {
            Some(program) => find(lookup, program, &fields, &OPEN_KINDS),
            None => Ok(None),
        });
    let found = found.await.map_err(trouble)?;
    Ok(Wire::ok(json!({
        "clickId": found.as_ref().map(|it| &it.click_id),
        "landingPage": found.as_ref().map(|it| &it.landing),
        "clickDate": found.as_ref().map(|it| date(it.clicked_at)),
    })))
}

/// The same for a server of the brand, in the words of our own interface.
pub async fn find_deferred_link(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<impl IntoResponse, ApiError> {
    let caller = reader(&app, &headers).await?;
    let fields =
        Fields::read(&query.unwrap_or_default(), &[]).map_err(|fault| ApiError::invalid_field("", fault.message))?;
    let named = fields.get(&["program_id"]).and_then(|id| id.parse().ok());
    let known = named.filter(|id| app.engine.routing().programs.get(id) == Some(&caller.brand));
    let Some(program) = known else { return Err(ApiError::not_found("program")) };
    let found =
        app.engine.look_up(caller.brand, Viewer::Brand, move |lookup| match lookup.config.programs.get(&program) {
            Some(program) => find(lookup, program, &fields, &BRAND_KINDS),
            None => Ok(None),
        });
    Ok(Json(found.await?.map_or(json!({ "found": false }), |it| told(&it))))
}

fn told(link: &DeferredLink) -> Value {
    json!({
        "found": true,
        "click_id": link.click_id,
        "landing_url": link.landing,
        "clicked_at": date(link.clicked_at),
    })
}
