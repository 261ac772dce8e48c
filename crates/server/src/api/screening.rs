//! Rules of screening, by the API.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use referee_core::fact::Fact;
use referee_core::id::ProgramId;
use referee_core::program::Program;
use referee_core::refusal::Refusal;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::{caller, reader};
use super::extract::{Body, Params};
use super::resources::{Created, config, created, data};
use crate::app::App;
use crate::error::ApiError;
use crate::screening::ScreeningWords;

#[derive(Deserialize)]
pub struct RulesQuery {
    program_id: Option<u32>,
}

/// Of each program: those that were set, or those that every program begins with.
pub async fn list_rules(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<RulesQuery>,
) -> Result<Json<Value>, ApiError> {
    let caller = reader(&app, &headers).await?;
    let config = config(&app, caller.brand)?;
    let told = |it: &Program| {
        let mut told = json!(ScreeningWords::from(&config.screening_of(it.id)));
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
    words: ScreeningWords,
}

/// Sets the rules for clicks that come from now on.
pub async fn set_rules(State(app): State<Arc<App>>, headers: HeaderMap, Body(body): Body<NewRules>) -> Created {
    let caller = caller(&app, &headers, "write").await?;
    let (config, program) = (config(&app, caller.brand)?, ProgramId(body.program_id));
    if !config.programs.contains_key(&program) {
        return Err(Refusal::CampaignNotFound.into());
    }
    let rules = body.words.read(config.screening_of(program));
    let rules = rules.map_err(|(field, message)| ApiError::invalid_field(field, message))?;
    created(&app, &caller, Fact::ScreeningRulesSet(rules)).await
}
