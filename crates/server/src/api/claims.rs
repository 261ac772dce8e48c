//! Promo codes, assigned values and groups of partners, by the API.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use referee_core::fact::{Fact, PartnerGroupSet};
use referee_core::id::{PartnerId, ProgramId};
use referee_core::program::{AssignedValue, PromoCode, Standing};
use referee_core::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::{any_reader, caller, reader};
use super::extract::Body;
use super::resources::{Created, config, created, data, standing};
use crate::app::App;
use crate::claims;
use crate::error::ApiError;
use crate::vendor::actions::date;

pub(super) fn field<T>(field: &'static str, read: Result<T, &'static str>) -> Result<T, ApiError> {
    read.map_err(|why| ApiError::invalid_field(field, why))
}

pub(super) fn moment(name: &'static str, text: Option<&String>) -> Result<Option<Timestamp>, ApiError> {
    text.map(|text| field(name, claims::moment(text))).transpose()
}

/// What is set up here can be paused by being set again.
pub(super) fn standing_named(text: Option<&String>) -> Result<Standing, ApiError> {
    match text.map(String::as_str) {
        None | Some("active") => Ok(Standing::Active),
        Some("paused") => Ok(Standing::Paused),
        Some(_) => Err(ApiError::invalid_field("standing", "It is active or paused.")),
    }
}

pub async fn list_promo_codes(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    let caller = any_reader(&app, &headers).await?;
    let config = config(&app, caller.brand)?;
    let rows = config.promo_codes.values().filter(|it| caller.sees(it.partner)).map(|it| {
        json!({
            "code": it.code, "program_id": it.program.0, "partner_id": it.partner.0, "standing": standing(it.standing),
            "policy": claims::code_policy_name(it.policy), "restricted": it.restricted,
            "starts_at": it.starts_at.map(date), "ends_at": it.ends_at.map(date),
        })
    });
    Ok(data(rows.collect()))
}

#[derive(Deserialize)]
pub struct NewPromoCode {
    program_id: u32,
    partner_id: u32,
    code: String,
    policy: Option<String>,
    #[serde(default)]
    restricted: bool,
    starts_at: Option<String>,
    ends_at: Option<String>,
    standing: Option<String>,
}

/// Sets a code: a new one, or what holds from now on for one that its partner has already.
pub async fn set_promo_code(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Body(body): Body<NewPromoCode>,
) -> Created {
    let caller = caller(&app, &headers, "write").await?;
    let code = field("code", claims::code(&body.code))?;
    let (starts_at, ends_at) =
        (moment("starts_at", body.starts_at.as_ref())?, moment("ends_at", body.ends_at.as_ref())?);
    field("ends_at", claims::period(starts_at, ends_at))?;
    let code = PromoCode {
        standing: standing_named(body.standing.as_ref())?,
        policy: field("policy", claims::code_policy(body.policy.as_deref().unwrap_or("always")))?,
        restricted: body.restricted,
        starts_at,
        ends_at,
        ..PromoCode::plain(ProgramId(body.program_id), code, PartnerId(body.partner_id))
    };
    created(&app, &caller, Fact::PromoCodeSet(code)).await
}

pub async fn list_assigned_values(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    let caller = any_reader(&app, &headers).await?;
    let config = config(&app, caller.brand)?;
    let rows = config.assigned_values.values().filter(|it| caller.sees(it.partner)).map(|it| {
        json!({
            "kind": claims::value_kind_name(it.kind), "value": it.value, "program_id": it.program.0,
            "partner_id": it.partner.0, "standing": standing(it.standing),
        })
    });
    Ok(data(rows.collect()))
}

#[derive(Deserialize)]
pub struct NewAssignedValue {
    program_id: u32,
    partner_id: u32,
    kind: String,
    value: String,
    standing: Option<String>,
}

pub async fn set_assigned_value(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Body(body): Body<NewAssignedValue>,
) -> Created {
    let caller = caller(&app, &headers, "write").await?;
    let kind = field("kind", claims::value_kind(&body.kind))?;
    let value = AssignedValue {
        program: ProgramId(body.program_id),
        kind,
        value: field("value", claims::value(kind, &body.value))?,
        partner: PartnerId(body.partner_id),
        standing: standing_named(body.standing.as_ref())?,
    };
    created(&app, &caller, Fact::AssignedValueSet(value)).await
}

pub async fn list_partner_groups(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    let caller = reader(&app, &headers).await?;
    let config = config(&app, caller.brand)?;
    let rows = config.groups.values().map(|it| {
        json!({
            "id": it.id, "program_id": it.program.0, "name": it.name, "credit": claims::group_credit_name(it.credit),
            "partner_ids": it.members.iter().map(|member| member.0).collect::<Vec<_>>(),
        })
    });
    Ok(data(rows.collect()))
}

#[derive(Deserialize)]
pub struct NewPartnerGroup {
    program_id: u32,
    id: Option<u32>,
    name: String,
    partner_ids: Vec<u32>,
    credit: Option<String>,
}

/// Sets a group: a new one, or all of the one with this id.
pub async fn set_partner_group(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Body(body): Body<NewPartnerGroup>,
) -> Created {
    let caller = caller(&app, &headers, "write").await?;
    field("partner_ids", claims::members(body.partner_ids.len()))?;
    let group = PartnerGroupSet {
        program: ProgramId(body.program_id),
        id: body.id,
        name: field("name", crate::setup::name(&body.name))?,
        members: body.partner_ids.into_iter().map(PartnerId).collect(),
        credit: field("credit", claims::group_credit(body.credit.as_deref().unwrap_or("normal")))?,
    };
    created(&app, &caller, Fact::PartnerGroupSet(group)).await
}
