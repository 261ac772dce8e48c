//! Terms, by the API: all versions, and a new one.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use referee_core::config::Config;
use referee_core::contract::{Agreement, Terms, TermsRules};
use referee_core::fact::{Fact, TermsSet};
use referee_core::id::{PartnerId, ProgramId};
use referee_core::pricing::{PricedLine, Rule, overlay_of, price, terms_of};
use referee_core::row::ActionRow;
use referee_core::time::Timestamp;
use referee_engine::intake::amount::decimal;
use referee_engine::intake::click_terms::{self, ClickFault};
use referee_engine::intake::terms::{Written, payout_text, rules, write};
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::{any_reader, caller};
use super::claims::{field, moment, standing_named};
use super::extract::{Body, Params};
use super::resources::{Created, config, created, data, standing};
use crate::app::App;
use crate::error::{ApiError, Field};
use crate::vendor::actions::date;

/// Terms that are set without a time start a moment ahead, so that the record that sets them is not already late.
const AHEAD_MS: i64 = 1_000;

#[derive(Deserialize)]
pub struct TermsQuery {
    program_id: Option<u32>,
    partner_id: Option<u32>,
}

pub async fn list_terms(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<TermsQuery>,
) -> Result<Json<Value>, ApiError> {
    let caller = any_reader(&app, &headers).await?;
    let (config, partner) = (config(&app, caller.brand)?, caller.about(query.partner_id)?);
    let wanted = |it: &&Terms| {
        query.program_id.is_none_or(|id| it.program.0 == id) && (partner.is_none() || it.partner == partner)
    };
    let now = app.engine.now();
    let rows = config.terms.values().flatten().filter(wanted).map(|it| told(&config, it, now));
    Ok(data(rows.collect()))
}

fn told(config: &Config, it: &Terms, now: Timestamp) -> Value {
    json!({
        "program_id": it.program.0, "partner_id": it.partner.map(|id| id.0), "version": it.version,
        "starts_at": date(it.starts_at), "ends_at": it.ends_at.map(date), "standing": standing(it.standing),
        "rules": it.rules.as_ref().map(|rules| write(rules, config, it.program)),
        "needs_acceptance": it.agreement != Agreement::Unasked, "binds_from": it.binds_from().map(date),
        "status": config.status(it, now).name(),
    })
}

/// By which rules an action comes to its payout, a line for each part. None: its terms are not in the edge's picture yet.
pub fn priced_by(config: &Config, action: &ActionRow) -> Value {
    let Some((terms, background)) = terms_of(config, action) else { return Value::Null };
    let overlay = overlay_of(config, action);
    let name = |line: &PricedLine| match line.rule {
        Rule::Default => None,
        Rule::Group(place) => terms.groups.get(place).map(|it| it.name.as_str()),
        Rule::Restriction(place) => terms.restrictions.get(place).map(|it| it.name.as_str()),
    };
    let kind = |rule: Rule| match rule {
        Rule::Default => "default",
        Rule::Group(_) => "group",
        Rule::Restriction(_) => "restriction",
    };
    let adjusted = |place: &usize| terms.adjustments.get(*place).map(|it| it.name.as_str());
    let line = |line: &PricedLine| {
        json!({
            "item": line.item,
            "rule": kind(line.rule),
            "name": name(line),
            "payout": payout_text(line.payout, action.currency),
            "overlay_id": overlay.filter(|it| line.is_by(it, &terms)).map(|it| it.id),
            "adjustments": line.adjustments.iter().filter_map(adjusted).collect::<Vec<_>>(),
            "tier": line.tier.map(|extra| payout_text(extra, action.currency)),
            "amount": decimal(line.amount, action.currency),
        })
    };
    price(&terms, action, background, action.amount, &action.items).lines.iter().map(line).collect()
}

/// What the rules would refuse of clicks is refused here with its places.
fn no_fault_of_clicks(rules: &TermsRules, config: &Config, program: ProgramId) -> Result<(), ApiError> {
    let faults = click_terms::faults(rules, config, program);
    let Some(first) = faults.first() else { return Ok(()) };
    let field = |it: &ClickFault| Field {
        field: format!("rules.{}", it.place()),
        code: it.refusal.code().to_owned(),
        message: it.refusal.brand_sentence().to_owned(),
    };
    Err(ApiError { fields: faults.iter().map(field).collect(), ..first.refusal.into() })
}

#[derive(Deserialize)]
pub struct NewTerms {
    program_id: u32,
    /// Left out: the program's template.
    partner_id: Option<u32>,
    starts_at: Option<String>,
    ends_at: Option<String>,
    standing: Option<String>,
    /// Left out, for a partner: as the template says.
    rules: Option<Written>,
    /// An offer: it binds from when the partner accepts.
    #[serde(default)]
    needs_acceptance: bool,
}

/// Sets a new version of terms.
pub async fn set_terms(State(app): State<Arc<App>>, headers: HeaderMap, Body(body): Body<NewTerms>) -> Created {
    let caller = caller(&app, &headers, "write").await?;
    let config = config(&app, caller.brand)?;
    let program = ProgramId(body.program_id);
    let rules = body.rules.as_ref().map(|written| rules(written, &config, program)).transpose();
    let rules = rules.map_err(|fault| ApiError::invalid_field(&format!("rules.{}", fault.place), fault.message))?;
    if let Some(rules) = &rules {
        no_fault_of_clicks(rules, &config, program)?;
    }
    let (soon, partner) = (app.engine.now().plus_ms(AHEAD_MS), body.partner_id.map(PartnerId));
    let earliest = config.earliest_change(program, partner, soon).filter(|_| !body.needs_acceptance);
    let starts_at = moment("starts_at", body.starts_at.as_ref())?.unwrap_or(earliest.unwrap_or(soon));
    let ends_at = moment("ends_at", body.ends_at.as_ref())?;
    field("ends_at", crate::claims::period(Some(starts_at), ends_at))?;
    let terms = TermsSet {
        program,
        partner,
        starts_at,
        ends_at,
        standing: standing_named(body.standing.as_ref())?,
        rules,
        needs_acceptance: body.needs_acceptance,
    };
    created(&app, &caller, Fact::TermsSet(terms)).await
}
