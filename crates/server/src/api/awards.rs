//! Bonuses and flat fees for partners.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::{HeaderMap, StatusCode};
use referee_core::fact::{Actor, AwardGiven, Fact};
use referee_core::id::{PartnerId, ProgramId};
use referee_core::refusal::Refusal;
use referee_engine::intake::amount::amount;
use serde::Deserialize;
use serde_json::json;

use super::auth::caller;
use super::extract::{Body, reason};
use super::resources::{Created, actor, config};
use crate::app::App;
use crate::award::{kind, reference};
use crate::error::ApiError;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAward {
    program_id: u32,
    partner_id: u32,
    kind: String,
    amount: String,
    /// Left out: named after its kind, its month and the partner.
    #[serde(default)]
    reference: String,
    note: String,
}

/// Gives a partner a bonus or a fee.
pub async fn give(State(app): State<Arc<App>>, headers: HeaderMap, Body(body): Body<NewAward>) -> Created {
    let caller = caller(&app, &headers, "write").await?;
    let config = config(&app, caller.brand)?;
    let (program, partner) = (ProgramId(body.program_id), PartnerId(body.partner_id));
    let zone = &config.programs.get(&program).ok_or(Refusal::CampaignNotFound)?.zone;
    let invalid = |field: &'static str| move |why: &str| ApiError::invalid_field(field, why);
    let note = reason("note", &body.note, "Say what the award is for")?;
    let kind = kind(&body.kind).map_err(invalid("kind"))?;
    let amount = amount(&body.amount).map_err(|why| invalid("amount")(&format!("It can't be taken: {why}.")))?;
    let today = zone.day(app.engine.now());
    let reference = reference(&body.reference, kind, partner, today).map_err(invalid("reference"))?;
    let fact = Fact::AwardGiven(AwardGiven { program, partner, kind, amount, reference });
    let by = Actor { reason: note, ..actor(&caller) };
    let settled = app.engine.settle(caller.brand, by, fact).await?;
    Ok((StatusCode::CREATED, Json(json!({ "id": settled.subject }))))
}
