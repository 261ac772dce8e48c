//! What is owed and what was paid, by the API.

mod runs;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{HeaderMap, StatusCode};
use referee_core::exchange::Rate;
use referee_core::fact::Fact;
use referee_core::id::PaymentId;
use referee_core::money::Currency;
use referee_core::program::PaymentRules;
use referee_core::row::{PaymentLineRow, PaymentRow, PaymentState, PaymentSum};
use referee_engine::books::reads::PaymentFilter;
use referee_engine::document::TaxTreatment;
use referee_engine::engine::blocking;
use referee_engine::intake::amount::decimal;
use referee_engine::intake::day::day_text;
use referee_engine::intake::rates::{quotient_text, rate_text};
use referee_engine::payment_run::{Outcome, PaymentTold, payment_name};
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::{Caller, any_reader, caller, reader};
use super::extract::{Body, Params};
use super::resources::{actor, config, data};
use crate::app::App;
use crate::console::payments::is_partners_business;
use crate::error::ApiError;
use crate::paging::rows_wanted;
use crate::payment_rules;
use crate::vendor::actions::date;

type Answer = Result<Json<Value>, ApiError>;
type Settled = Result<(StatusCode, Json<Value>), ApiError>;

const REASON_CHARS_MAX: usize = 255;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/balances", get(list_balances))
        .route("/api/v1/payment-rules", get(find_rules).put(set_rules))
        .route("/api/v1/payment-runs", get(runs::list).post(runs::propose))
        .route("/api/v1/payment-runs/{id}", get(runs::find))
        .route("/api/v1/payment-runs/{id}/decisions", post(runs::decide))
        .route("/api/v1/payment-runs/{id}/files/{kind}", get(runs::write_file))
        .route("/api/v1/payment-runs/{id}/answers", post(runs::take_answers))
        .route("/api/v1/payments", get(list_payments))
        .route("/api/v1/payments/{id}", get(find_payment))
        .route("/api/v1/payments/{id}/outcomes", post(conclude))
}

#[derive(Deserialize)]
pub struct BalanceQuery {
    partner_id: Option<u32>,
}

async fn list_balances(State(app): State<Arc<App>>, headers: HeaderMap, Params(query): Params<BalanceQuery>) -> Answer {
    let caller = any_reader(&app, &headers).await?;
    let (engine, brand, partner) = (app.engine.clone(), caller.brand, caller.about(query.partner_id)?);
    let dues = blocking(move || engine.dues(brand, partner)).await?;
    let rows = dues.iter().flat_map(|it| &it.owed).map(|it| {
        let money = |amount| decimal(amount, it.currency);
        json!({
            "partner_id": it.partner.0, "currency": it.currency.to_string(), "pending": money(it.pending),
            "locked": money(it.locked), "paid": money(it.paid), "paid_in": it.paid_in.to_string(),
            "payable": it.obstacle.is_none(),
            "reason": it.obstacle.map(|it| it.code()),
        })
    });
    Ok(data(rows.collect()))
}

async fn find_rules(State(app): State<Arc<App>>, headers: HeaderMap) -> Answer {
    let caller = reader(&app, &headers).await?;
    Ok(Json(rules_told(&config(&app, caller.brand)?.payment_rules)))
}

fn rules_told(rules: &PaymentRules) -> Value {
    let thresholds = rules
        .thresholds
        .iter()
        .map(|(currency, amount)| json!({ "currency": currency.to_string(), "amount": decimal(*amount, *currency) }));
    json!({
        "two_persons": rules.two_persons, "thresholds": thresholds.collect::<Vec<_>>(), "day_of_month": rules.day_of_month,
    })
}

#[derive(Deserialize)]
pub struct NewRules {
    two_persons: bool,
    thresholds: Vec<NewThreshold>,
    day_of_month: Option<u8>,
}

#[derive(Deserialize)]
struct NewThreshold {
    currency: String,
    amount: String,
}

async fn set_rules(State(app): State<Arc<App>>, headers: HeaderMap, Body(body): Body<NewRules>) -> Answer {
    let caller = caller(&app, &headers, "write").await?;
    if body.two_persons != config(&app, caller.brand)?.payment_rules.two_persons {
        let message = "Whether payments need two persons is changed by an owner, in the console.";
        return Err(ApiError::forbidden(message));
    }
    let invalid = |message: String| ApiError::invalid_field("thresholds", message);
    let thresholds = body.thresholds.iter().map(|it| payment_rules::threshold(&it.currency, &it.amount));
    let thresholds = thresholds.collect::<Result<Vec<_>, _>>().map_err(invalid)?;
    let rules = payment_rules::rules(body.two_persons, thresholds, body.day_of_month);
    let rules = rules.map_err(|message| ApiError::invalid_field("payment_rules", message))?;
    app.engine.settle(caller.brand, actor(&caller), Fact::PaymentRulesSet(rules.clone())).await?;
    Ok(Json(rules_told(&rules)))
}

#[derive(Deserialize)]
pub struct PaymentQuery {
    partner_id: Option<u32>,
    cursor: Option<u32>,
    limit: Option<u32>,
}

async fn list_payments(State(app): State<Arc<App>>, headers: HeaderMap, Params(query): Params<PaymentQuery>) -> Answer {
    let caller = any_reader(&app, &headers).await?;
    let (partner, before) = (caller.about(query.partner_id)?, query.cursor.map(PaymentId));
    let filter = PaymentFilter { partner, before, ..PaymentFilter::default() };
    let (engine, brand, most) = (app.engine.clone(), caller.brand, rows_wanted(query.limit));
    let told = blocking(move || engine.told(brand, engine.reads.payments(brand, &filter, most)?)).await?;
    let next = told.last().filter(|_| told.len() == most as usize).map(|last| last.row.id.to_string());
    let seen = told.iter().filter(|it| sees(&caller, &it.row)).map(|it| payment(it, &caller));
    Ok(Json(json!({ "data": seen.collect::<Vec<_>>(), "next_cursor": next })))
}

#[derive(Deserialize)]
pub struct LineQuery {
    cursor: Option<u32>,
    limit: Option<u32>,
}

async fn find_payment(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Params(query): Params<LineQuery>,
) -> Answer {
    let caller = any_reader(&app, &headers).await?;
    let row = found(&app, &caller, &id).await?;
    let (engine, brand, most) = (app.engine.clone(), caller.brand, rows_wanted(query.limit));
    let config = config(&app, caller.brand)?;
    let (told, lines, documents) = blocking(move || {
        let lines = engine.reads.payment_lines(brand, row.id, query.cursor.unwrap_or(0), most)?;
        let documents = engine.settings.documents_of_payment(brand, &payment_name(row.id))?;
        Ok((engine.told(brand, vec![row])?, lines, documents))
    })
    .await?;
    let it = told.first().ok_or_else(|| ApiError::not_found("payment"))?;
    let line = |line: &PaymentLineRow| {
        let currency = config.programs.get(&line.action.program).map_or(it.row.currency, |program| program.currency);
        json!({ "action_id": line.action.to_string(), "amount": decimal(line.amount, currency), "currency": currency.to_string() })
    };
    let mut answer = payment(it, &caller);
    answer["lines"] = lines.iter().map(line).collect();
    answer["next_cursor"] = lines
        .last()
        .filter(|_| lines.len() == most as usize)
        .map_or(Value::Null, |it| json!(it.action.seq.to_string()));
    answer["documents"] = documents.iter().map(|it| json!({ "number": it.number, "cancels": it.cancels })).collect();
    Ok(Json(answer))
}

/// A partner sees its own, once it is more than proposed.
fn sees(caller: &Caller, row: &PaymentRow) -> bool {
    caller.partner.is_none_or(|own| row.partner == own && is_partners_business(row))
}

/// By its number, or as files and documents name it.
async fn found(app: &App, caller: &Caller, id: &str) -> Result<PaymentRow, ApiError> {
    let unknown = || ApiError::not_found("payment");
    let id = id.strip_prefix("P-").unwrap_or(id).parse().map(PaymentId).map_err(|_| unknown())?;
    let (engine, brand) = (app.engine.clone(), caller.brand);
    let row = blocking(move || engine.reads.payment(brand, id)).await?;
    row.filter(|row| sees(caller, row)).ok_or_else(unknown)
}

fn payment(it: &PaymentTold, caller: &Caller) -> Value {
    let (row, figures, currency) = (&it.row, &it.figures, it.row.currency);
    let money = |amount| decimal(amount, currency);
    json!({
        "id": row.id.0,
        "name": payment_name(row.id),
        "run_id": row.run.filter(|_| caller.partner.is_none()).map(|id| id.0),
        "partner_id": row.partner.0,
        "state": state_name(row.state),
        "reason": row.reason,
        "currency": currency.to_string(),
        "proposed": money(row.proposed),
        "actions": row.actions,
        "sums": row.sums.iter().map(|sum| payment_sum(sum, row.currency)).collect::<Vec<_>>(),
        "net": money(figures.net()),
        "tax": money(figures.tax(currency)),
        "tax_treatment": treatment_name(figures.treatment),
        "transfer": money(figures.total(currency)),
        "method": it.payee.payee.method.as_ref().map(|method| method.kind.code()),
        "account": it.payee.payee.method.as_ref().map(|method| method.masked()),
        "at": date(row.at),
        "changed_at": date(row.changed_at),
    })
}

/// What it takes in one currency of programs, and how that becomes the currency of the transfer; null where it is.
fn payment_sum(sum: &PaymentSum, transferred: Currency) -> Value {
    let exchange = |rate: Rate| {
        json!({
            "day": day_text(rate.day),
            "from": rate_text(rate.from),
            "to": rate_text(rate.to),
            "rate": quotient_text(&rate),
            "amount": decimal(sum.worth(sum.total, transferred), transferred),
        })
    };
    json!({
        "currency": sum.currency.to_string(),
        "proposed": decimal(sum.proposed, sum.currency),
        "amount": decimal(sum.total, sum.currency),
        "exchange": sum.rate.map(exchange),
    })
}

fn state_name(state: PaymentState) -> &'static str {
    match state {
        PaymentState::Proposed => "proposed",
        PaymentState::Gathering => "gathering",
        PaymentState::Sent => "sent",
        PaymentState::Settled => "settled",
        PaymentState::Returning => "returning",
        PaymentState::Failed => "failed",
        PaymentState::Dropped => "dropped",
    }
}

pub fn treatment_name(treatment: TaxTreatment) -> &'static str {
    match treatment {
        TaxTreatment::Charged { .. } => "charged",
        TaxTreatment::ReverseCharge => "reverse_charge",
        TaxTreatment::OutsideScope => "outside_scope",
        TaxTreatment::SmallBusiness => "small_business",
        TaxTreatment::NotRegistered => "not_registered",
    }
}

/// One of the two.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOutcome {
    settled: Option<bool>,
    failed: Option<String>,
}

async fn conclude(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Body(body): Body<NewOutcome>,
) -> Settled {
    let caller = caller(&app, &headers, "write").await?;
    let row = found(&app, &caller, &id).await?;
    let failure = match (body.settled, body.failed.as_deref().map(str::trim)) {
        (Some(true), None) => None,
        (None, Some(reason)) if !reason.is_empty() => Some(reason.chars().take(REASON_CHARS_MAX).collect()),
        _ => {
            return Err(ApiError::invalid_field(
                "settled",
                "Send {\"settled\": true} or {\"failed\": \"the reason\"}.",
            ));
        }
    };
    let outcome = Outcome { payment: row.id, failure };
    app.engine.conclude(caller.brand, &actor(&caller), vec![outcome]).await?;
    Ok((StatusCode::CREATED, Json(json!({ "id": row.id.0 }))))
}
