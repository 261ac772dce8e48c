//! Whom programs ask before they follow them, and which partners are reward services, by the API.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::HeaderMap;
use referee_core::fact::{Actor, Fact};
use referee_core::id::{PartnerId, ProgramId};
use referee_core::program::Program;
use referee_core::refusal::Refusal;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::{caller, reader};
use super::extract::{Body, Params, reason};
use super::resources::{Created, actor, config, created, created_by, data};
use crate::app::App;
use crate::consent::{ConsentWords, rules_now};
use crate::error::ApiError;

#[derive(Deserialize)]
pub struct RulesQuery {
    program_id: Option<u32>,
}

/// Of each program; nulls where nobody has decided.
pub async fn list_rules(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<RulesQuery>,
) -> Result<Json<Value>, ApiError> {
    let caller = reader(&app, &headers).await?;
    let config = config(&app, caller.brand)?;
    let told = |it: &Program| {
        let words = config.consent.get(&it.id).map(ConsentWords::from).unwrap_or_default();
        let mut told = json!(words);
        told["program_id"] = json!(it.id.0);
        told
    };
    let wanted = |it: &&Program| query.program_id.is_none_or(|id| it.id.0 == id);
    Ok(data(config.programs.values().filter(wanted).map(told).collect()))
}

#[derive(Deserialize)]
pub struct NewRules {
    program_id: u32,
    #[serde(flatten)]
    words: ConsentWords,
}

pub async fn set_rules(State(app): State<Arc<App>>, headers: HeaderMap, Body(body): Body<NewRules>) -> Created {
    let caller = caller(&app, &headers, "write").await?;
    let (config, program) = (config(&app, caller.brand)?, ProgramId(body.program_id));
    if !config.programs.contains_key(&program) {
        return Err(Refusal::CampaignNotFound.into());
    }
    let rules = body.words.read(rules_now(&config, program));
    let rules = rules.map_err(|(field, message)| ApiError::invalid_field(field, message))?;
    created(&app, &caller, Fact::ConsentRulesSet(rules)).await
}

#[derive(Deserialize)]
pub struct NewBasis {
    /// Visitors ask the partner for a reward.
    reward: bool,
    reason: String,
}

/// Says whether the clicks of a partner lead to their orders without consent to be followed.
pub async fn set_reward(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(partner): Path<String>,
    Body(body): Body<NewBasis>,
) -> Created {
    let caller = caller(&app, &headers, "write").await?;
    let partner: PartnerId = partner.parse().map_err(|_| ApiError::not_found("partner"))?;
    let reason = reason("reason", &body.reason, "Say why it is a reward service, or is none any more")?;
    created_by(
        &app,
        &caller,
        Actor { reason, ..actor(&caller) },
        Fact::PartnerRewardSet { partner, reward: body.reward },
    )
    .await
}
