//! The console: HTML rendered here, for a brand's people and for its partners. Works without scripts.

pub mod action;
pub mod actions;
pub mod ads;
pub mod chart;
pub mod clicks;
pub mod conversions;
pub mod feed;
pub mod format;
pub mod headers;
pub mod overview;
pub mod page;
pub mod partners;
pub mod payments;
pub mod person;
pub mod search;
pub mod settings;
pub mod sign_in;
pub mod table;

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::header;

use crate::app::App;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(overview::show))
        .route("/sign-in", get(sign_in::show).post(sign_in::begin))
        .route("/sign-out", post(sign_in::end))
        .route("/partners", get(partners::list).post(partners::create))
        .route("/partners/{id}", get(partners::show).post(partners::change))
        .route("/ads", get(ads::show))
        .route("/ads/new", post(ads::create_ad))
        .route("/links/new", post(ads::create_link))
        .route("/promo-codes/new", post(ads::create_promo_code))
        .route("/actions", get(actions::list))
        .route("/actions/{id}", get(action::show).post(action::change))
        .route("/conversions", get(conversions::list))
        .route("/orders", get(conversions::order))
        .route("/clicks", get(clicks::list))
        .route("/feed", get(feed::show))
        .route("/feed/lines", get(feed::lines))
        .route("/payments", get(payments::show).post(payments::pay))
        .route("/search", get(search::find))
        .route("/settings", get(settings::show))
        .route("/settings/program", post(settings::set_program))
        .route("/settings/terms", post(settings::set_terms))
        .route("/settings/event-types", post(settings::create_event_type))
        .route("/settings/users", post(settings::create_user))
        .route("/settings/tokens", post(settings::create_token))
        .route("/settings/tokens/{id}/revoke", post(settings::revoke_token))
        .route("/assets/console.css", get(css))
        .route("/assets/console.js", get(js))
}

async fn css() -> Response {
    asset("text/css; charset=utf-8", include_str!("assets/console.css"))
}

async fn js() -> Response {
    asset("text/javascript; charset=utf-8", include_str!("assets/console.js"))
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=300")], text).into_response()
}
