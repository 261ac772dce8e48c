//! How the app gets into a shop: a person goes to the shop and comes back, or opens the app in the shop's admin.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::html;
use referee_engine::engine::blocking;
use referee_engine::intake::shop::signature::{is_admin_query, session_shop};
use referee_engine::settings::{KeptShop, ShopState};
use serde_json::{Value, json};

use super::client::{Asked, Grant, SCOPES, Trouble, ask, obtain};
use super::words::webhook_address;
use crate::app::App;

/// What the shop is to tell of. Those of the privacy laws stand in the app's own configuration: Shopify takes them nowhere
/// else.
pub const TOPICS: [&str; 7] = [
    "ORDERS_CREATE",
    "ORDERS_PAID",
    "ORDERS_UPDATED",
    "ORDERS_EDITED",
    "ORDERS_CANCELLED",
    "REFUNDS_CREATE",
    "APP_UNINSTALLED",
];

const BACK: &str = "/settings/shopify";

/// The address of the shop where a person lets the app in.
pub async fn way_in(app: &App, shop: &KeptShop) -> referee_engine::error::Result<String> {
    let (engine, key, now) = (app.engine.clone(), shop.key.clone(), app.engine.now());
    let state = blocking(move || engine.settings.begin_shop_visit(&key, now)).await?;
    let back = format!("{}/shopify/callback", app.console_origin());
    let origin = app.config.shopify_url.clone().unwrap_or_else(|| format!("https://{}", shop.domain));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", &shop.client_id)
        .append_pair("scope", SCOPES)
        .append_pair("redirect_uri", &back)
        .append_pair("state", &state)
        .finish();
    Ok(format!("{}/admin/oauth/authorize?{query}", origin.trim_end_matches('/')))
}

fn value(query: &str, name: &str) -> String {
    let found = url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
    found.map(|(_, value)| value.into_owned()).unwrap_or_default()
}

fn no(why: &str) -> Response {
    let page = html! { h1 { "The shop is not connected" } p { (why) } p { a href=(BACK) { "Settings, Shopify" } } };
    (StatusCode::BAD_REQUEST, page).into_response()
}

/// A person comes back from the shop.
pub async fn callback(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    match come_back(&app, &query).await {
        Ok(()) => Redirect::to(BACK).into_response(),
        Err(Trouble(why)) => no(&why),
    }
}

async fn come_back(app: &Arc<App>, query: &str) -> Asked<()> {
    let (engine, state, now) = (app.engine.clone(), value(query, "state"), app.engine.now());
    let known = blocking(move || match engine.settings.end_shop_visit(&state, now)? {
        Some(key) => engine.settings.shop(&key),
        None => Ok(None),
    });
    let known = known.await.map_err(|error| Trouble(error.to_string()))?;
    let shop = known.ok_or_else(|| Trouble("Nobody here asked for it, or too long ago: begin again.".into()))?;
    if !is_admin_query(&shop.secrets.client_secret, query, now) {
        return Err(Trouble(
            "The address is not signed with the app's secret: compare it with the one at Shopify.".into(),
        ));
    }
    if value(query, "shop") != shop.domain {
        return Err(Trouble("It is another shop than the one that was asked.".into()));
    }
    let mut shop = obtain(app, &shop, Grant::Code(&value(query, "code"))).await?;
    settle_in(app, &mut shop).await
}

/// A person opens the app in the admin of a shop.
pub async fn open(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    match opened(&app, &query).await {
        Ok(to) => Redirect::to(&to).into_response(),
        Err(Trouble(why)) => no(&why),
    }
}

async fn opened(app: &Arc<App>, query: &str) -> Asked<String> {
    let engine = app.engine.clone();
    let shops = blocking(move || engine.settings.all_shops()).await.map_err(|error| Trouble(error.to_string()))?;
    let (domain, now) = (value(query, "shop"), app.engine.now());
    let mut of_domain = shops.into_iter().filter(|shop| shop.domain == domain);
    let signed = of_domain.find(|shop| is_admin_query(&shop.secrets.client_secret, query, now));
    let mut shop = signed.ok_or_else(|| Trouble("The shop is not known here, or the address is not signed.".into()))?;
    let (secret, id, token) = (&shop.secrets.client_secret, &shop.client_id, value(query, "id_token"));
    let vouched = session_shop(secret, id, &token, now).is_some_and(|of| of == shop.domain);
    if shop.state == ShopState::Connected && shop.secrets.token.is_some() {
        return Ok(BACK.to_owned());
    }
    if vouched {
        shop = obtain(app, &shop, Grant::Session(&token)).await?;
        settle_in(app, &mut shop).await?;
        return Ok(BACK.to_owned());
    }
    way_in(app, &shop).await.map_err(|error| Trouble(error.to_string()))
}

/// Asks for the messages that are needed and not subscribed to yet.
async fn settle_in(app: &Arc<App>, shop: &mut KeptShop) -> Asked<()> {
    let address = webhook_address(app, shop);
    let has = subscribed(app, shop).await?;
    let query = "mutation Subscribe($topic: WebhookSubscriptionTopic!, $to: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $to) { webhookSubscription { id } userErrors { field message } }
}";
    for topic in TOPICS {
        if has.iter().any(|(of, to)| of == topic && *to == address) {
            continue;
        }
        let variables = json!({ "topic": topic, "to": { "uri": address, "format": "JSON" } });
        let answer = ask(app, shop, query, variables).await?;
        let errors = &answer["webhookSubscriptionCreate"]["userErrors"];
        let said = errors.as_array().into_iter().flatten().filter_map(|it| it["message"].as_str());
        // Where the app's own configuration asks for the same, that is no trouble.
        if let Some(why) = said.clone().find(|why| !why.contains("already been taken")) {
            return Err(Trouble(format!(
                "The app is in the shop, and Shopify does not take {topic} at {address}: {why}."
            )));
        }
    }
    begin_pixel(app, shop).await
}

/// Topics and addresses that the shop sends to.
pub async fn subscribed(app: &App, shop: &mut KeptShop) -> Asked<Vec<(String, String)>> {
    let query = "query { webhookSubscriptions(first: 100) { nodes { topic uri } } }";
    let answer = ask(app, shop, query, json!({})).await?;
    let nodes = answer["webhookSubscriptions"]["nodes"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok(nodes.iter().map(|it| (text(&it["topic"]), text(&it["uri"]))).collect())
}

/// Gives the pixel its settings, without which Shopify does not run it. A shop whose app has none goes on without.
async fn begin_pixel(app: &App, shop: &mut KeptShop) -> Asked<()> {
    let routing = app.engine.routing();
    let config = routing.brands.get(&shop.brand).map(|brand| brand.config.clone());
    drop(routing);
    let program = config.as_ref().and_then(|config| config.programs.get(&shop.program));
    let event_type = config.as_ref().and_then(|config| config.event_types.get(&(shop.program, shop.event_type)));
    let (Some(program), Some(event_type)) = (program, event_type) else { return Ok(()) };
    let Some(host) = program.tracking_hosts.first() else { return Ok(()) };
    let event = if event_type.code.is_empty() { event_type.id.to_string() } else { event_type.code.clone() };
    let settings = json!({
        "host": app.origin(host),
        "program": program.id.to_string(),
        "event": event,
        "path": format!("/{}", program.path_prefix),
        "param": program.click_param,
    });
    if let Err(Trouble(why)) = write_pixel(app, shop, &json!({ "settings": settings.to_string() })).await {
        tracing::warn!(shop = shop.domain, why, "the shop's pixel was not given its settings");
    }
    Ok(())
}

/// A pixel that has settings already gets these instead.
async fn write_pixel(app: &App, shop: &mut KeptShop, to: &Value) -> Asked<()> {
    let create = "mutation Pixel($to: WebPixelInput!) {
  webPixelCreate(webPixel: $to) { userErrors { code message } }
}";
    let answer = ask(app, shop, create, json!({ "to": to })).await?;
    let errors = &answer["webPixelCreate"]["userErrors"];
    if errors[0]["code"] != "TAKEN" {
        return unless(errors);
    }
    let known = ask(app, shop, "query { webPixel { id } }", json!({})).await?;
    let update = "mutation Pixel($id: ID!, $to: WebPixelInput!) {
  webPixelUpdate(id: $id, webPixel: $to) { userErrors { message } }
}";
    let answer = ask(app, shop, update, json!({ "id": known["webPixel"]["id"], "to": to })).await?;
    unless(&answer["webPixelUpdate"]["userErrors"])
}

fn unless(errors: &Value) -> Asked<()> {
    errors[0]["message"].as_str().map_or(Ok(()), |why| Err(Trouble(why.to_owned())))
}
