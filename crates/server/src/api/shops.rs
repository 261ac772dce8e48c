//! Shops that are connected, by the API.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use referee_engine::engine::blocking;
use serde_json::Value;

use super::auth::{caller, reader};
use super::extract::Body;
use super::resources::{config, data};
use crate::app::App;
use crate::error::ApiError;
use crate::shopify::words::{ShopWords, told};

pub async fn list(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    let caller = reader(&app, &headers).await?;
    let (engine, brand) = (app.engine.clone(), caller.brand);
    let shops = blocking(move || engine.settings.shops(brand)).await?;
    Ok(data(shops.iter().map(|shop| told(&app, shop)).collect()))
}

/// Sets how a shop is connected: a new one, or one that is known under its domain.
pub async fn set(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Body(body): Body<ShopWords>,
) -> Result<Json<Value>, ApiError> {
    let caller = caller(&app, &headers, "write").await?;
    let config = config(&app, caller.brand)?;
    let shop = body.read(&config).map_err(|(field, why)| ApiError::invalid_field(field, why))?;
    let (engine, brand) = (app.engine.clone(), caller.brand);
    let (known, secret) = (
        blocking({
            let engine = engine.clone();
            move || engine.settings.shops(brand)
        })
        .await?,
        shop.client_secret.is_some(),
    );
    let same_app = known.iter().any(|it| it.domain == shop.domain && it.client_id == shop.client_id);
    if !secret && !same_app {
        return Err(ApiError::invalid_field("client_secret", "The app's client secret is required."));
    }
    let now = engine.now();
    let kept = blocking(move || engine.settings.set_shop(brand, &shop, now)).await?;
    app.shop_feeds.forget();
    Ok(Json(told(&app, &kept)))
}
