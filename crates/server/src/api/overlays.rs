//! Overlays on terms, by the API.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use referee_core::config::Config;
use referee_core::contract::Payout;
use referee_core::fact::Fact;
use referee_core::id::{EventTypeId, PartnerId, ProgramId};
use referee_core::overlay::{Extra, Overlay, OverlaySet, Repeat};
use referee_core::time::Timestamp;
use referee_engine::intake::hours;
use referee_engine::intake::terms::{event_type_name, event_type_named, payout, payout_text};
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::{caller, reader};
use super::claims::{field, moment, standing_named};
use super::extract::Body;
use super::resources::{Created, config, created, data, standing};
use crate::app::App;
use crate::claims;
use crate::error::ApiError;
use crate::setup::name;
use crate::vendor::actions::date;

pub async fn list_overlays(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    let caller = reader(&app, &headers).await?;
    let config = config(&app, caller.brand)?;
    let rows = config.overlays.values().flatten().map(|it| told(&config, it));
    Ok(data(rows.collect()))
}

fn told(config: &Config, it: &Overlay) -> Value {
    let set = &it.set;
    let currency = config.programs.get(&set.program).map(|program| program.currency).unwrap_or_default();
    let code = |id: &EventTypeId| event_type_name(config, set.program, *id);
    let rate = |ppm: i32| payout_text(Payout::Rate { ppm: ppm.unsigned_abs() }, currency);
    let (increase, decrease, pays) = match set.extra {
        Extra::Adjust { ppm } if ppm < 0 => (None, Some(rate(ppm)), None),
        Extra::Adjust { ppm } => (Some(rate(ppm)), None, None),
        Extra::Payout(payout) => (None, None, Some(payout_text(payout, currency))),
    };
    json!({
        "id": it.id, "version": it.version, "program_id": set.program.0, "name": set.name, "set_at": date(it.set_at),
        "partner_ids": set.partners.iter().map(|it| it.0).collect::<Vec<_>>(),
        "event_types": set.event_types.iter().map(code).collect::<Vec<_>>(),
        "starts_at": date(set.starts_at), "ends_at": date(set.ends_at), "standing": standing(set.standing),
        "increase": increase, "decrease": decrease, "payout": pays,
        "weekdays": set.repeat.weekdays.iter().filter_map(|it| hours::weekdays().get(usize::from(*it))).collect::<Vec<_>>(),
        "from_time": hours::time_text(set.repeat.from), "until_time": hours::time_text(set.repeat.until),
    })
}

#[derive(Deserialize)]
pub struct NewOverlay {
    program_id: u32,
    /// Left out: a new one.
    id: Option<u32>,
    name: String,
    /// Left out or empty: all partners.
    #[serde(default)]
    partner_ids: Vec<u32>,
    event_types: Vec<String>,
    starts_at: String,
    ends_at: String,
    standing: Option<String>,
    /// One of the three.
    increase: Option<String>,
    decrease: Option<String>,
    payout: Option<String>,
    /// Left out or empty: every day.
    #[serde(default)]
    weekdays: Vec<String>,
    /// Left out: all day.
    from_time: Option<String>,
    until_time: Option<String>,
}

/// Sets an overlay: a new one, or what holds of the one with this id from now on.
pub async fn set_overlay(State(app): State<Arc<App>>, headers: HeaderMap, Body(body): Body<NewOverlay>) -> Created {
    let caller = caller(&app, &headers, "write").await?;
    let config = config(&app, caller.brand)?;
    let program = ProgramId(body.program_id);
    field("partner_ids", claims::members(body.partner_ids.len()))?;
    let event_type = |named: &String| {
        let wrong = || ApiError::invalid_field("event_types", format!("The program has no event type {named:?}."));
        event_type_named(&config, program, named).ok_or_else(wrong)
    };
    let at = |name: &'static str, text: &String| -> Result<Timestamp, ApiError> {
        Ok(moment(name, Some(text))?.unwrap_or_default())
    };
    let overlay = OverlaySet {
        program,
        id: body.id,
        name: field("name", name(&body.name))?,
        partners: body.partner_ids.iter().map(|id| PartnerId(*id)).collect(),
        event_types: body.event_types.iter().map(event_type).collect::<Result<_, _>>()?,
        starts_at: at("starts_at", &body.starts_at)?,
        ends_at: at("ends_at", &body.ends_at)?,
        standing: standing_named(body.standing.as_ref())?,
        extra: extra(&body)?,
        repeat: repeat(&body)?,
    };
    created(&app, &caller, Fact::OverlaySet(overlay)).await
}

fn repeat(body: &NewOverlay) -> Result<Repeat, ApiError> {
    let [from, until] = [&body.from_time, &body.until_time].map(|it| it.as_deref().unwrap_or_default());
    hours::repeat(&body.weekdays, from, until).map_err(|(field, why)| ApiError::invalid_field(field, why))
}

fn extra(body: &NewOverlay) -> Result<Extra, ApiError> {
    let read = |name: &'static str, text: &str| {
        payout(text, name).map_err(|fault| ApiError::invalid_field(name, fault.message))
    };
    let rate = |name: &'static str, text: &str, sign: i32| match read(name, text)? {
        Payout::Rate { ppm } => Ok(Extra::Adjust { ppm: sign * i32::try_from(ppm).unwrap_or(i32::MAX) }),
        Payout::Fixed { .. } => Err(ApiError::invalid_field(name, "It is a rate such as 20%.")),
    };
    match (&body.increase, &body.decrease, &body.payout) {
        (Some(text), None, None) => rate("increase", text, 1),
        (None, Some(text), None) => rate("decrease", text, -1),
        (None, None, Some(text)) => Ok(Extra::Payout(read("payout", text)?)),
        _ => Err(ApiError::invalid_field("increase", "An overlay has one of increase, decrease and payout.")),
    }
}
