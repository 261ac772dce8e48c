//! The connector to Shopify: what the shop sends, how it is let in and asked, and what it is asked for.

pub mod client;
pub mod feeds;
pub mod install;
pub mod reconcile;
pub mod webhooks;
pub mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use referee_engine::limits::SHOP_BYTES_MAX;

use crate::app::App;

/// On the console's hosts.
pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/shopify", get(install::open)).route("/shopify/callback", get(install::callback)).route(
        "/shopify/{key}/webhooks",
        // The handler reads no more than it may, and says so where people look.
        post(webhooks::receive).layer(DefaultBodyLimit::max(SHOP_BYTES_MAX)),
    )
}
