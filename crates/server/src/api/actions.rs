//! Actions, their decisions, and clicks.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::HeaderMap;
use referee_core::exchange::Exchange;
use referee_core::id::{ActionId, ClickNo, ProgramId};
use referee_core::money::Money;
use referee_core::row::{ActionRow, ActionState, ClickRow, Evidence};
use referee_core::time::Timestamp;
use referee_engine::books::reads::{ActionFilter, ClickFilter, Counted};
use referee_engine::engine::blocking;
use referee_engine::intake::amount::decimal;
use referee_engine::intake::day::day_text;
use referee_engine::intake::rates::rate_text;
use referee_engine::log::names::word;
use referee_engine::lookup::answer::{Viewer, reason_code};
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::{Caller, any_reader};
use super::extract::Params;
use super::resources::config;
use super::terms;
use crate::app::App;
use crate::consent;
use crate::error::ApiError;
use crate::paging::{before, cursor, rows_wanted};
use crate::signals;
use crate::vendor::actions::date;

#[derive(Deserialize)]
pub struct ActionQuery {
    program_id: Option<u32>,
    partner_id: Option<u32>,
    state: Option<String>,
    order_id: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

pub async fn list_actions(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<ActionQuery>,
) -> Result<Json<Value>, ApiError> {
    let caller = any_reader(&app, &headers).await?;
    let filter = ActionFilter {
        program: query.program_id.map(ProgramId),
        partner: caller.about(query.partner_id)?,
        states: query.state.as_deref().map(state_named).transpose()?.into_iter().collect(),
        order_id: query.order_id,
        ..ActionFilter::default()
    };
    let before = before(query.cursor.as_deref())?.map(|(at, seq)| (Timestamp(at), seq));
    let most = rows_wanted(query.limit);
    let (engine, brand) = (app.engine.clone(), caller.brand);
    let rows = blocking(move || engine.reads.actions(brand, &filter, before, most)).await?;
    let full = rows.len() == most as usize;
    let next = rows.last().filter(|_| full).map(|row| cursor(row.occurred_at.0, row.id.seq));
    let told = rows.iter().map(|row| action(row, caller.viewer()));
    Ok(Json(json!({ "data": told.collect::<Vec<_>>(), "next_cursor": next })))
}

fn state_named(name: &str) -> Result<ActionState, ApiError> {
    use ActionState::*;
    let found = [Pending, Locked, Paid, Reversed].into_iter().find(|state| state_name(*state) == name);
    found.ok_or_else(|| ApiError::invalid_field("state", "It is pending, locked, paid or reversed."))
}

pub fn state_name(state: ActionState) -> &'static str {
    match state {
        ActionState::Pending => "pending",
        ActionState::Locked => "locked",
        ActionState::Paid => "paid",
        ActionState::Reversed => "reversed",
    }
}

pub fn action(row: &ActionRow, viewer: Viewer) -> Value {
    // Whose it was before, or is now, is another partner's business.
    let other = |id: Option<ActionId>| id.filter(|_| viewer == Viewer::Brand).map(|id| id.to_string());
    let of_order = |amount| decimal(amount, row.order_currency);
    json!({
        "id": row.id.to_string(),
        "program_id": row.id.program.0,
        "event_type_id": row.id.event_type.0,
        "partner_id": row.partner.0,
        "ad_id": row.ad.0,
        "order_id": row.order_id,
        "state": state_name(row.state),
        "currency": row.currency.to_string(),
        "payout": decimal(row.payout, row.currency),
        "order_currency": row.order_currency.to_string(),
        "amount": of_order(row.amount),
        "exchange": exchange(row),
        "occurred_at": date(row.occurred_at),
        "opened_at": date(row.opened_at),
        "changed_at": date(row.changed_at),
        "locks_at": row.locks_at.map(date),
        "held": row.held,
        "outside_of_terms": row.outside.is_some(),
        "customer_status": row.customer_status,
        "customer_status_derived": row.status_derived,
        "evidence": evidence_name(row.evidence),
        "share_ppm": row.share_ppm,
        "disposition": row.disposition,
        "return_asked": row.return_asked.as_ref().map(|it| json!({
            "asked_at": date(it.at),
            "disposition": it.disposition,
            "amount": it.figures.as_ref().map_or_else(|| of_order(Money::ZERO), |it| of_order(it.amount)),
        })),
        "moved_from": other(row.moved_from),
        "moved_to": other(row.moved_to),
        "promo_code": row.promo_code,
        "sub_ids": row.sub_ids,
        "shared_id": row.shared_id,
        "terms_version": row.terms_version,
        "items": row.items.iter().map(|item| json!({
            "sku": item.sku, "name": item.name, "category": item.category,
            "quantity": item.quantity, "amount": of_order(item.amount),
        })).collect::<Vec<_>>(),
    })
}

/// How the order's amounts become the payout's currency; null where they are in it.
fn exchange(row: &ActionRow) -> Value {
    match row.exchange {
        Exchange::Same => Value::Null,
        Exchange::Awaited => json!({ "state": "awaited" }),
        Exchange::At(rate) => json!({
            "state": "converted",
            "day": day_text(rate.day),
            "from": rate_text(rate.from),
            "to": rate_text(rate.to),
            "amount": decimal(row.worth(row.amount), row.currency),
        }),
    }
}

pub fn evidence_name(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::ForcedPartner => "forced_partner",
        Evidence::PromoCode => "promo_code",
        Evidence::ClickId => "click_id",
        Evidence::Identifier => "identifier",
        Evidence::ParentAction => "parent_action",
        Evidence::AssignedUrl => "assigned_url",
        Evidence::AssignedPhone => "assigned_phone",
        Evidence::Impression => "impression",
        Evidence::Inquiry => "inquiry",
        Evidence::Bonus => "bonus",
        Evidence::Fee => "fee",
        Evidence::Clicks => "clicks",
    }
}

/// An action of the brand; for a partner, only one of its own.
pub async fn found(app: &App, caller: &Caller, id: &str) -> Result<ActionRow, ApiError> {
    let id: ActionId = id.parse().map_err(|()| ApiError::not_found("action"))?;
    let (engine, brand) = (app.engine.clone(), caller.brand);
    let row = blocking(move || engine.reads.action(brand, id)).await?.filter(|row| caller.sees(row.partner));
    row.ok_or_else(|| ApiError::not_found("action"))
}

pub async fn find_action(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let caller = any_reader(&app, &headers).await?;
    let row = found(&app, &caller, &id).await?;
    let mut told = action(&row, caller.viewer());
    told["priced_by"] = terms::priced_by(&*config(&app, caller.brand)?, &row);
    Ok(Json(told))
}

#[derive(Deserialize)]
pub struct ClickQuery {
    program_id: Option<u32>,
    partner_id: Option<u32>,
    cursor: Option<u64>,
    limit: Option<u32>,
}

pub async fn list_clicks(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<ClickQuery>,
) -> Result<Json<Value>, ApiError> {
    let caller = any_reader(&app, &headers).await?;
    let (program, partner) = (query.program_id.map(ProgramId), caller.about(query.partner_id)?);
    let filter = ClickFilter { program, partner, counted: Counted::All };
    let most = rows_wanted(query.limit);
    let (engine, brand, before) = (app.engine.clone(), caller.brand, query.cursor.map(ClickNo));
    let rows = blocking(move || engine.reads.clicks(brand, &filter, before, most)).await?;
    let next = rows.last().filter(|_| rows.len() == most as usize).map(|row| row.no.to_string());
    let told = rows.iter().map(|row| click(row, caller.viewer()));
    Ok(Json(json!({ "data": told.collect::<Vec<_>>(), "next_cursor": next })))
}

pub fn click(row: &ClickRow, viewer: Viewer) -> Value {
    // By the agent it could be tried what passes as a person.
    let hidden = viewer != Viewer::Brand && row.refusal.is_some();
    let agent = if hidden { "unknown".to_owned() } else { word(row.signals.agent) };
    json!({
        "click_no": row.no.to_string(),
        "program_id": row.program.0,
        "partner_id": row.partner.0,
        "ad_id": row.ad.0,
        "clicked_at": date(row.occurred_at),
        "counted": row.refusal.is_none(),
        "reason": row.refusal.map(|refusal| reason_code(refusal, viewer)),
        "landed_at": row.landed_at.map(date),
        "device": word(row.signals.device),
        "agent": agent,
        // Of its visitors a partner is told no more than what they came with.
        "consent": consent::told(row.consent.as_ref(), viewer),
        "signals": (viewer == Viewer::Brand).then(|| signals::json(&row.signals)),
        "sub_ids": row.sub_ids,
        "shared_id": row.shared_id,
    })
}
