//! Contracts, by the API: where each stands, and the brand's withdrawal of an offer. Only the partner accepts or declines one,
//! in its portal: a brand's token can't speak for it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use referee_core::fact::{Fact, OfferWithdrawn};
use referee_core::id::{PartnerId, ProgramId};
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::{caller, reader};
use super::extract::{Body, Params};
use super::resources::{Created, config, created, data};
use crate::app::App;
use crate::error::ApiError;
use crate::vendor::actions::date;

#[derive(Deserialize)]
pub struct ContractsQuery {
    program_id: Option<u32>,
    partner_id: Option<u32>,
}

pub async fn list_contracts(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<ContractsQuery>,
) -> Result<Json<Value>, ApiError> {
    let caller = reader(&app, &headers).await?;
    let config = config(&app, caller.brand)?;
    let now = app.engine.now();
    let contracts = config.terms.keys().filter_map(|(program, partner)| Some((*program, (*partner)?)));
    let wanted = contracts.filter(|(program, partner)| {
        query.program_id.is_none_or(|id| program.0 == id) && query.partner_id.is_none_or(|id| partner.0 == id)
    });
    let rows = wanted.filter_map(|(program, partner)| {
        let (terms, status) = config.contract_at(program, partner, now)?;
        let rules = config.terms_at(program, partner, now).ok().map(|it| it.rules);
        Some(json!({
            "program_id": program.0, "partner_id": partner.0, "status": status.name(), "version": terms.version,
            "starts_at": date(terms.starts_at), "ends_at": terms.ends_at.map(date),
            "notice_days": rules.map(|it| it.notice_days),
            "offered_version": config.offer_to(program, partner, now).map(|it| it.version),
        }))
    });
    Ok(data(rows.collect()))
}

#[derive(Deserialize)]
pub struct NewWithdrawal {
    program_id: u32,
    partner_id: u32,
    version: u32,
}

pub async fn withdraw_offer(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Body(body): Body<NewWithdrawal>,
) -> Created {
    let caller = caller(&app, &headers, "write").await?;
    let (program, partner) = (ProgramId(body.program_id), PartnerId(body.partner_id));
    created(&app, &caller, Fact::OfferWithdrawn(OfferWithdrawn { program, partner, version: body.version })).await
}
