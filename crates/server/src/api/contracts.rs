//! Contracts, by the API: where each stands, the brand's withdrawal of an offer, and the partner's word on one. A brand's
//! token can't speak for the partner.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::{HeaderMap, StatusCode};
use referee_core::fact::{Fact, OfferWithdrawn, TermsDecided};
use referee_core::id::{PartnerId, ProgramId};
use referee_engine::intake::terms::write;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::{any_reader, caller, partner_caller};
use super::extract::{Body, Params};
use super::resources::{Created, actor, config, created, data};
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
    let caller = any_reader(&app, &headers).await?;
    let (config, about) = (config(&app, caller.brand)?, caller.about(query.partner_id)?);
    let now = app.engine.now();
    let contracts = config.terms.keys().filter_map(|(program, partner)| Some((*program, (*partner)?)));
    let wanted = contracts.filter(|(program, partner)| {
        query.program_id.is_none_or(|id| program.0 == id) && about.is_none_or(|about| *partner == about)
    });
    let rows = wanted.filter_map(|(program, partner)| {
        let (terms, status) = config.contract_at(program, partner, now)?;
        let rules = config.terms_at(program, partner, now).ok().map(|it| it.rules);
        let mut told = json!({
            "program_id": program.0, "partner_id": partner.0, "status": status.name(), "version": terms.version,
            "starts_at": date(terms.starts_at), "ends_at": terms.ends_at.map(date),
            "notice_days": rules.map(|it| it.notice_days),
            "offered_version": config.offer_to(program, partner, now).map(|it| it.version),
        });
        // A partner does not see the template that its contract may follow.
        if caller.partner.is_some() {
            told["rules"] = json!(rules.map(|rules| write(rules, &config, program)));
        }
        Some(told)
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

#[derive(Deserialize)]
pub struct NewDecision {
    program_id: u32,
    version: u32,
    accepted: bool,
}

/// The partner's word. The first one holds.
pub async fn decide_offer(State(app): State<Arc<App>>, headers: HeaderMap, Body(body): Body<NewDecision>) -> Created {
    let (caller, partner) = partner_caller(&app, &headers).await?;
    let (program, version) = (ProgramId(body.program_id), body.version);
    let fact = Fact::TermsDecided(TermsDecided { program, partner, version, accepted: body.accepted });
    app.engine.settle(caller.brand, actor(&caller), fact).await.map_err(|error| caller.no(error))?;
    Ok((StatusCode::CREATED, Json(json!({ "program_id": program.0, "version": version, "accepted": body.accepted }))))
}
