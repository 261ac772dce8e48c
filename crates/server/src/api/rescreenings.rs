//! Clicks that are on record, screened again by other rules: first as a proposal, then applied if it is still the same.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::{HeaderMap, StatusCode};
use referee_core::fact::Actor;
use referee_core::id::ProgramId;
use referee_core::money::Currency;
use referee_core::refusal::Refusal;
use referee_core::row::ClickTally;
use referee_engine::engine::SettleError;
use referee_engine::intake::amount::{amount, decimal};
use referee_engine::intake::day::day_text;
use referee_engine::rescreening::{DayProposal, Fate, Proposal};
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::caller;
use super::extract::{Body, reason};
use super::resources::{actor, config};
use crate::app::App;
use crate::error::ApiError;
use crate::rescreening::{Applied, RescreeningWords, apply, propose};

/// As long as a reason that a person types.
/// Partners' days that an answer tells; its totals are of all.
const DAYS_TOLD_MAX: usize = 10_000;

#[derive(Deserialize)]
pub struct NewRescreening {
    program_id: u32,
    #[serde(flatten)]
    words: RescreeningWords,
    /// Left out: it is a proposal and nothing more.
    #[serde(default)]
    apply: Option<Seen>,
}

/// What the proposal came to for whoever applies it, and why.
#[derive(Deserialize)]
struct Seen {
    clicks: i64,
    cost: String,
    reason: String,
}

pub async fn create(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Body(body): Body<NewRescreening>,
) -> Result<Json<Value>, ApiError> {
    let caller = caller(&app, &headers, "write").await?;
    app.engine.catch_up(caller.brand).await?;
    let config = config(&app, caller.brand)?;
    let program = ProgramId(body.program_id);
    let currency = config.programs.get(&program).ok_or(Refusal::CampaignNotFound)?.currency;
    let asked = body.words.read(config.screening_of(program));
    let asked = asked.map_err(|(field, why)| ApiError::invalid_field(field, why))?;
    let seen = body.apply.as_ref().map(read_seen).transpose()?;
    let proposal = propose(&app, caller.brand, asked.clone()).await?;
    let mut told = told(&proposal, currency);
    if let Some((seen, reason)) = seen {
        let by = Actor { reason, ..actor(&caller) };
        let applied = apply(&app, caller.brand, (&asked, &proposal), seen, &by).await;
        tell_applied(&mut told, &applied.ok_or_else(|| changed(&proposal, currency))?);
    }
    Ok(Json(told))
}

fn read_seen(seen: &Seen) -> Result<(ClickTally, String), ApiError> {
    let cost = amount(&seen.cost)
        .map_err(|why| ApiError::invalid_field("apply.cost", format!("It can't be taken: {why}.")))?;
    let reason = reason("apply.reason", &seen.reason, "Say why the clicks are screened again")?;
    Ok((ClickTally { clicks: seen.clicks, cost }, reason))
}

fn changed(proposal: &Proposal, currency: Currency) -> ApiError {
    let ClickTally { clicks, cost } = proposal.changes();
    let message = format!(
        "It has changed since: by now it is {clicks} clicks and {} {currency}. Look at it again, and repeat its clicks and cost.",
        decimal(cost, currency)
    );
    ApiError::new(StatusCode::CONFLICT, "proposal_changed", message)
}

fn told(proposal: &Proposal, currency: Currency) -> Value {
    let changes = proposal.changes();
    json!({
        "applied": false,
        "clicks": changes.clicks,
        "cost": decimal(changes.cost, currency),
        "currency": currency.to_string(),
        "would_pay": proposal.days.iter().map(|day| day.would_pay).sum::<u64>(),
        "looked_at": proposal.looked_at,
        "data": proposal.days.iter().take(DAYS_TOLD_MAX).map(|day| told_day(day, currency)).collect::<Vec<_>>(),
    })
}

fn told_day(day: &DayProposal, currency: Currency) -> Value {
    let changes = day.changes();
    let (status, action) = match &day.fate {
        Fate::Rejected(_) => ("open", None),
        Fate::Corrected { action, locked, .. } => (if *locked { "locked" } else { "closed" }, Some(action.to_string())),
        Fate::Left => ("unchanged", None),
    };
    let codes: serde_json::Map<String, Value> =
        day.by_code.iter().map(|(code, clicks)| (code.code().to_owned(), json!(clicks))).collect();
    json!({
        "partner_id": day.key.partner.0,
        "day": day_text(day.key.day),
        "status": status,
        "clicks": changes.clicks,
        "cost": decimal(changes.cost, currency),
        "codes": codes,
        "would_pay": day.would_pay,
        "action_id": action,
    })
}

fn tell_applied(told: &mut Value, applied: &Applied) {
    told["applied"] = json!(true);
    told["review_ids"] = json!(applied.reviews.iter().filter_map(|id| id.parse::<u32>().ok()).collect::<Vec<_>>());
    told["action_ids"] = json!(applied.actions);
    let code = |error: &SettleError| match error {
        SettleError::Refused(refusal) => refusal.code(),
        SettleError::NotYet(_) => "accepted",
        SettleError::Trouble(_) => "unavailable",
    };
    told["not_done"] = json!(applied.refused.iter().map(code).collect::<Vec<_>>());
}
