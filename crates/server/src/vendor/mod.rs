//! The interfaces that integrations already speak: a thin translation onto the same reports and questions as everywhere.

pub mod actions;
pub mod answer;
pub mod auth;
mod click_reports;
pub mod deferred_link;
pub mod lists;
pub mod page_load;
mod partners;
pub mod reports;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, Method};
use referee_engine::settings::TokenKind;

use crate::app::App;
use answer::{Form, Wire, error};

/// One call, as every handler here takes it.
pub struct Call<'a> {
    pub app: &'a App,
    pub account: auth::Account,
    pub method: Method,
    pub query: String,
    pub body: Bytes,
    pub address: String,
    pub form: Form,
    /// The path behind the account, without the form's suffix.
    pub resource: String,
    /// The whole path as it was asked for: pages lead on in the same form.
    pub path: String,
}

/// What a request brings, beside the account.
pub struct Sent {
    from: SocketAddr,
    query: String,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
}

/// Everything below `/Advertisers/{sid}/`.
pub async fn advertisers(
    State(app): State<Arc<App>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Path((sid, rest)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let sent = Sent { from, query: query.unwrap_or_default(), method, headers, body };
    serve(&app, TokenKind::Account, &sid, &rest, sent).await
}

/// Everything below `/Mediapartners/{sid}/`.
pub async fn mediapartners(
    State(app): State<Arc<App>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Path((sid, rest)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let sent = Sent { from, query: query.unwrap_or_default(), method, headers, body };
    serve(&app, TokenKind::Partner, &sid, &rest, sent).await
}

async fn serve(app: &App, kind: TokenKind, sid: &str, rest: &str, sent: Sent) -> Response {
    let (resource, form) = Form::of(rest, &sent.headers);
    let account = match auth::account(app, kind, sid, &sent.headers).await {
        Ok(account) => account,
        Err(refused) => return refused.answer(form),
    };
    if sent.method == Method::GET
        && let Err(error) = app.engine.catch_up(account.brand).await
    {
        return answer::trouble(error).answer(form);
    }
    let address = app.address_of(sent.from, &sent.headers);
    let path = format!("{}/{rest}", account.base());
    let (method, query, body, resource) = (sent.method, sent.query, sent.body, resource.to_owned());
    let call = Call { app, account, method, query, body, address, form, resource, path };
    let answered = if kind == TokenKind::Partner { partners::route(&call).await } else { route(&call).await };
    answered.unwrap_or_else(|no| no).answer(form)
}

async fn route(call: &Call<'_>) -> Result<Wire, Wire> {
    let parts: Vec<&str> = call.resource.trim_matches('/').split('/').collect();
    match (call.method.as_str(), parts.as_slice()) {
        ("POST", ["Conversions"]) => reports::post_conversion(call).await,
        ("PUT", ["Actions"]) => reports::put_action(call, None).await,
        ("PUT", ["Actions", id]) => reports::put_action(call, Some(id)).await,
        ("DELETE", ["Actions"]) => reports::delete_action(call, None).await,
        ("DELETE", ["Actions", id]) => reports::delete_action(call, Some(id)).await,
        ("GET", ["Actions"]) => actions::list(call).await,
        ("GET", ["Actions", id]) => actions::find(call, id).await,
        ("GET", ["Actions", id, "Items"]) => actions::items(call, id, None).await,
        ("GET", ["Actions", id, "Items", sku]) => actions::items(call, id, Some(sku)).await,
        ("GET", ["ActionUpdates"]) => actions::updates(call).await,
        ("GET", ["APISubmissions"]) => reports::list_submissions(call).await,
        ("GET", ["APISubmissions", id]) => reports::find_submission(call, id).await,
        ("GET", ["Campaigns" | "Programs", id]) => lists::campaigns(call)?.one(call, id),
        ("GET", ["MediaPartners", id]) => lists::partners(call).await?.one(call, id),
        ("GET", ["Ads", id]) => lists::ads(call)?.one(call, id),
        ("GET", ["ActionTrackers" | "EventTypes", id]) => lists::event_types(call)?.one(call, id),
        ("GET", ["ActionInquiries"]) => lists::inquiries(call).await?.page(call),
        ("GET", ["ActionInquiries", id]) => lists::inquiries(call).await?.one(call, id),
        ("GET", ["CompanyInformation"]) => lists::company(call).await,
        ("GET", ["Campaigns" | "Programs"]) => lists::campaigns(call)?.page(call),
        ("GET", ["MediaPartners"]) => lists::partners(call).await?.page(call),
        ("GET", ["Ads"]) => lists::ads(call)?.page(call),
        ("GET", ["ActionTrackers" | "EventTypes"]) => lists::event_types(call)?.page(call),
        ("GET", ["Campaigns" | "Programs", _, "Clicks", id]) => lists::click(call, id).await,
        ("GET", ["Reports", "click_tracker_cpc_payouts"]) => click_reports::payouts(call).await,
        ("GET", ["Reports", "payable_click_data"]) => click_reports::payable(call).await,
        _ => Err(error(404, "There is no such resource.", &[])),
    }
}
