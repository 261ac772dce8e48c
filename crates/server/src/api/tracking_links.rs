//! A partner's links, ready to be used.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::any_reader;
use super::extract::Params;
use super::resources::{config, data};
use crate::app::App;
use crate::error::ApiError;
use crate::membership::tracking_links;

#[derive(Deserialize)]
pub struct LinksQuery {
    partner_id: Option<u32>,
}

pub async fn list(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<LinksQuery>,
) -> Result<Json<Value>, ApiError> {
    let caller = any_reader(&app, &headers).await?;
    let (partner, config) = (caller.about_one(query.partner_id)?, config(&app, caller.brand)?);
    let links = tracking_links(&app, &config, partner);
    let rows = links.iter().map(|it| {
        json!({
            "program_id": it.program.id.0, "partner_id": partner.0, "ad_id": it.ad.id.0, "ad_name": it.ad.name,
            "url": it.url, "short_urls": it.short,
        })
    });
    Ok(data(rows.collect()))
}
