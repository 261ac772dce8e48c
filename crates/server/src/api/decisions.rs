//! What became of an order or a click, and why.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::HeaderMap;
use referee_core::config::Config;
use referee_core::fact::ClickPath;
use referee_core::id::{BrandId, EventTypeId, PartnerId};
use referee_core::identity::LeftOut;
use referee_core::program::Source;
use referee_core::row::{ConversionRow, HistoryKind, HistoryRow, OrderKey, SubmissionRow, TouchKind};
use referee_engine::error::Result as EngineResult;
use referee_engine::intake::amount::decimal;
use referee_engine::lookup::Lookup;
use referee_engine::lookup::advice::advice;
use referee_engine::lookup::answer::{Said, Viewer, Words, reason_code, reason_sentence};
use referee_engine::lookup::told::{
    ActionTold, ClickTold, DecisionTold, Found, Masked, OrderTold, RefusedTold, StepKind, StepTold, TouchpointTold,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::actions::{action, click, evidence_name};
use super::auth::any_caller;
use super::extract::Params;
use crate::app::App;
use crate::error::ApiError;
use crate::reports::submission_name;
use crate::vendor::actions::date;

#[derive(Deserialize)]
pub struct Seen {
    /// As this partner sees it.
    partner_id: Option<u32>,
}

/// Everything that the text names, and what became of it.
pub async fn find_order(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(text): Path<String>,
    Params(seen): Params<Seen>,
) -> Result<Json<Value>, ApiError> {
    let told = ask(&app, &headers, seen, move |lookup| lookup.find(&text)).await?;
    Ok(Json(told.tell.found(&told.what)))
}

/// The decision that opened an action.
pub async fn find_decision(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Params(seen): Params<Seen>,
) -> Result<Json<Value>, ApiError> {
    let found = move |lookup: &Lookup<'_>| match id.parse() {
        Ok(id) => lookup.decision(id),
        Err(()) => Ok(None),
    };
    let told = ask(&app, &headers, seen, found).await?;
    let decision = told.what.ok_or_else(|| ApiError::not_found("decision"))?;
    Ok(Json(told.tell.decision(&decision)))
}

/// All decisions of one order, also of one that earned nothing.
pub async fn find_decisions(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path((event_type, order_id)): Path<(String, String)>,
    Params(seen): Params<Seen>,
) -> Result<Json<Value>, ApiError> {
    let order = move |lookup: &Lookup<'_>| match event_type_named(lookup.config, &event_type) {
        Some(event_type) => lookup.order(&OrderKey { event_type, order_id }),
        None => Ok(None),
    };
    let told = ask(&app, &headers, seen, order).await?;
    let order = told.what.ok_or_else(|| ApiError::not_found("conversion"))?;
    Ok(Json(told.tell.order(&order)))
}

/// A click by its id or number, with why it counts or not and the orders that named it.
pub async fn find_click(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Params(seen): Params<Seen>,
) -> Result<Json<Value>, ApiError> {
    let found = move |lookup: &Lookup<'_>| match lookup.click_no(&id) {
        Some(no) => lookup.click(no),
        None => Ok(None),
    };
    let told = ask(&app, &headers, seen, found).await?;
    let click = told.what.ok_or_else(|| ApiError::not_found("click"))?;
    Ok(Json(told.tell.click(&click)))
}

struct Told<T> {
    what: T,
    tell: Tell,
}

async fn ask<T: Send + 'static>(
    app: &Arc<App>,
    headers: &HeaderMap,
    seen: Seen,
    ask: impl FnOnce(&Lookup<'_>) -> EngineResult<T> + Send + 'static,
) -> Result<Told<T>, ApiError> {
    let caller = any_caller(app, headers, "read").await?;
    let viewer = caller.about(seen.partner_id)?.map_or(Viewer::Brand, Viewer::Partner);
    let what = app.engine.look_up(caller.brand, viewer, ask).await?;
    Ok(Told { what, tell: Tell { names: names(app, caller.brand).await?, viewer } })
}

async fn names(app: &App, brand: BrandId) -> EngineResult<HashMap<PartnerId, String>> {
    let partners = app.engine.with_settings(move |settings| settings.partners(brand)).await?;
    Ok(partners.into_iter().map(|it| (it.id, it.name)).collect())
}

/// An event type by its id or its code.
fn event_type_named(config: &Config, text: &str) -> Option<EventTypeId> {
    let mut all = config.event_types.values();
    let found = all.find(|it| it.id.to_string() == text || !it.code.is_empty() && it.code == text);
    found.map(|it| it.id)
}

/// Writes what was found, in the words of its viewer.
pub struct Tell {
    pub names: HashMap<PartnerId, String>,
    pub viewer: Viewer,
}

impl Tell {
    fn said(&self, said: &Said) -> Value {
        let partner = |id: PartnerId| self.names.get(&id).cloned().unwrap_or_else(|| format!("partner {id}"));
        let words = Words { partner: &partner, moment: &date };
        json!({
            "code": said.answer.code(),
            "message": said.sentence(self.viewer, &words),
            "next_step": said.next_step(self.viewer, &words),
            "reason": said.reason.map(|refusal| reason_code(refusal, self.viewer)),
            "at": said.when.map(date),
        })
    }

    pub fn found(&self, found: &Found) -> Value {
        json!({
            "text": found.text,
            "answer": self.said(&found.said),
            "books_behind": found.behind,
            "orders": found.orders.iter().map(|it| self.order(it)).collect::<Vec<_>>(),
            "click": found.click.as_ref().map(|it| self.click(it)),
            "submission": found.submission.as_ref().map(|it| self.submission(it)),
            "refused_at_door": found.refused.iter().map(refused).collect::<Vec<_>>(),
            "refused_by_rules": found.refused_by_rules.iter().map(|it| self.submission(it)).collect::<Vec<_>>(),
        })
    }

    fn order(&self, order: &OrderTold) -> Value {
        json!({
            "order_id": order.order.order_id,
            "event_type_id": order.order.event_type.0,
            "program_id": order.program.0,
            "occurred_at": date(order.occurred_at),
            "answer": self.said(&order.said),
            "settles_at": order.settles_at.map(date),
            "reported": order.conversion.as_ref().map(reported),
            "decisions": order.decisions.iter().map(|it| self.decision(it)).collect::<Vec<_>>(),
            "actions": order.actions.iter().map(|it| action_told(it, self.viewer)).collect::<Vec<_>>(),
        })
    }

    fn decision(&self, it: &DecisionTold) -> Value {
        json!({
            "record": it.record.0,
            "order_id": it.order.order_id,
            "event_type_id": it.order.event_type.0,
            "program_id": it.program.0,
            "occurred_at": date(it.occurred_at),
            "rule": it.rule().map(evidence_name),
            "credits": it.credits.iter().map(|credit| json!({
                "partner_id": credit.who.partner().map(|id| id.0),
                "share_ppm": credit.share_ppm,
                "evidence": evidence_name(credit.evidence),
                "click_no": credit.click.map(|no| no.to_string()),
                "action_id": credit.action.map(|id| id.to_string()),
            })).collect::<Vec<_>>(),
            "click_path": it.click_path.map(ClickPath::code),
            "reason": it.refusal.map(|refusal| reason_code(refusal, self.viewer)),
            "message": it.refusal.map(|refusal| reason_sentence(refusal, self.viewer)),
            "rules_version": it.rules_version,
            "candidates": it.touchpoints.iter().rev().map(|it| self.touchpoint(it)).collect::<Vec<_>>(),
            "candidates_left_out": it.left_out,
            "identifiers_left_out": it.identifiers_left_out.iter().map(identifier_left_out).collect::<Vec<_>>(),
        })
    }

    fn touchpoint(&self, it: &TouchpointTold) -> Value {
        let own = it.own.as_ref();
        let lost = own.and_then(|own| own.lost);
        json!({
            "partner_id": it.who.partner().map(|id| id.0),
            "kind": touch_name(it.kind),
            "won": it.won,
            "share_ppm": it.share_ppm,
            "click_no": own.map(|own| own.click.to_string()),
            "ad_id": own.map(|own| own.ad.0),
            "clicked_at": own.map(|own| date(own.at)),
            "reason": lost.map(|refusal| reason_code(refusal, self.viewer)),
            "message": lost.map(|refusal| reason_sentence(refusal, self.viewer)),
            "next_step": lost.map(|refusal| advice(refusal).of(self.viewer)),
            "window_hours": own.and_then(|own| own.window_hours),
            "window_ends_at": own.and_then(|own| own.window_ends_at()).map(date),
            "path": own.map(|own| own.path.iter().map(step).collect::<Vec<_>>()).unwrap_or_default(),
        })
    }

    fn click(&self, told: &ClickTold) -> Value {
        let mut told_click = click(&told.click, self.viewer);
        told_click["answer"] = self.said(&told.said);
        let order = |key: &OrderKey| json!({ "order_id": key.order_id, "event_type_id": key.event_type.0 });
        told_click["orders"] = told.orders.iter().map(order).collect();
        told_click
    }

    fn submission(&self, row: &SubmissionRow) -> Value {
        json!({
            "submission_id": submission_name(row.id),
            "received_at": date(row.received_at),
            "source": source_name(row.source),
            "unchanged": row.unchanged,
            "reason": row.refusal.map(|refusal| reason_code(refusal, self.viewer)),
            "message": row.refusal.map(|refusal| reason_sentence(refusal, self.viewer)),
            "next_step": row.refusal.map(|refusal| advice(refusal).of(self.viewer)),
        })
    }
}

fn reported(row: &ConversionRow) -> Value {
    json!({
        "source": source_name(row.source),
        "received_at": date(row.received_at),
        "currency": row.currency.to_string(),
        "amount": decimal(row.amount, row.currency),
    })
}

fn action_told(told: &ActionTold, viewer: Viewer) -> Value {
    let line = |line: &HistoryRow| {
        json!({
            "record": line.record.0,
            "at": date(line.at),
            "kind": history_name(line.kind),
            "amount": decimal(line.amount_delta, told.action.order_currency),
            "payout": decimal(line.payout_delta, told.action.currency),
            "disposition": line.disposition,
        })
    };
    let mut told_action = action(&told.action, viewer);
    told_action["history"] = told.history.iter().map(line).collect();
    told_action
}

fn refused(told: &RefusedTold) -> Value {
    json!({
        "submission_id": told.report.id,
        "received_at": date(told.report.received_at),
        "kind": told.report.kind,
        "fields": told.faults.iter().map(|fault| json!({
            "field": fault.field, "code": fault.reason, "message": fault.message,
        })).collect::<Vec<_>>(),
    })
}

fn step(step: &StepTold) -> Value {
    json!({
        "step": step_name(step.kind),
        "record": step.record.map(|record| record.0),
        "at": step.at.map(date),
        "from": step.from.map(masked),
        "to": step.to.map(masked),
    })
}

pub fn masked(it: Masked) -> Value {
    json!({ "kind": it.kind.code(), "handle": it.handle() })
}

fn identifier_left_out(LeftOut { kind, reason }: &LeftOut) -> Value {
    json!({ "kind": kind.map(|kind| kind.code()), "reason": reason.code(), "message": reason.brand_sentence() })
}

fn step_name(kind: StepKind) -> &'static str {
    match kind {
        StepKind::ReportedClickId => "reported_click_id",
        StepKind::ReportedOtherClickId => "reported_other_click_id",
        StepKind::Reported => "reported",
        StepKind::Joined => "joined",
        StepKind::SeenAtClick => "seen_at_click",
    }
}

fn touch_name(kind: TouchKind) -> &'static str {
    match kind {
        TouchKind::Click => "click",
        TouchKind::Impression => "impression",
    }
}

fn source_name(source: Source) -> &'static str {
    match source {
        Source::Pixel => "pixel",
        Source::Browser => "tag",
        Source::Server => "server",
        Source::Person => "person",
    }
}

fn history_name(kind: HistoryKind) -> &'static str {
    match kind {
        HistoryKind::Opened => "opened",
        HistoryKind::Modified => "modified",
        HistoryKind::Reversed => "reversed",
        HistoryKind::Locked => "locked",
        HistoryKind::Paid => "paid",
        HistoryKind::Held => "held",
        HistoryKind::Restored => "restored",
        HistoryKind::Corrected => "corrected",
        HistoryKind::Returned => "returned",
        HistoryKind::Converted => "converted",
        HistoryKind::Admitted => "admitted",
        HistoryKind::ReturnAsked => "return_asked",
        HistoryKind::ReturnDeclined => "return_declined",
        HistoryKind::Released => "released",
    }
}
