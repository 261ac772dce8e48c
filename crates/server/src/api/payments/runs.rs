//! Payment runs, their files, and the answers to them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use referee_core::fact::{Fact, PaymentRunProposed};
use referee_core::id::{BrandId, PartnerId, PaymentRunId, UserId};
use referee_core::refusal::Refusal;
use referee_core::row::{PaymentRunRow, RunState};
use referee_engine::engine::blocking;
use referee_engine::intake::amount::{currency, decimal};
use referee_engine::payee::PaymentBlock;
use referee_engine::payment_file::FileKind;
use referee_engine::payment_run::{NotProposed, Obstacle, RunFault, payment_name};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Settled, payment};
use crate::api::auth::{caller, reader};
use crate::api::extract::{Bare, Body, Params};
use crate::api::resources::{actor, config, data};
use crate::app::App;
use crate::error::{ApiError, Field};
use crate::paging::rows_wanted;
use crate::vendor::actions::date;

#[derive(Deserialize)]
pub struct RunQuery {
    limit: Option<u32>,
}

pub async fn list(State(app): State<Arc<App>>, headers: HeaderMap, Params(query): Params<RunQuery>) -> Answer {
    let caller = reader(&app, &headers).await?;
    let (engine, brand, most) = (app.engine.clone(), caller.brand, rows_wanted(query.limit));
    let runs = blocking(move || engine.reads.payment_runs(brand, most)).await?;
    Ok(data(runs.iter().map(run).collect()))
}

fn run(it: &PaymentRunRow) -> Value {
    let state = match it.state {
        RunState::Proposed => "proposed",
        RunState::Approved => "approved",
        RunState::Dropped => "dropped",
    };
    json!({
        "id": it.id.0,
        "state": state,
        "currency": it.currency.to_string(),
        "proposed": decimal(it.proposed, it.currency),
        "proposed_at": date(it.at),
        "by_calendar": it.proposed_by.is_none(),
        "decided_at": it.decided_at.map(date),
        "payment_ids": it.payments.iter().map(|id| id.0).collect::<Vec<_>>(),
    })
}

async fn found(app: &App, brand: BrandId, id: &str) -> Result<PaymentRunRow, ApiError> {
    let unknown = || ApiError::not_found("payment run");
    let id = id.parse().map(PaymentRunId).map_err(|_| unknown())?;
    let engine = app.engine.clone();
    blocking(move || engine.reads.payment_run(brand, id)).await?.ok_or_else(unknown)
}

pub async fn find(State(app): State<Arc<App>>, headers: HeaderMap, Path(id): Path<String>) -> Answer {
    let caller = reader(&app, &headers).await?;
    let row = found(&app, caller.brand, &id).await?;
    let (engine, brand, mut answer) = (app.engine.clone(), caller.brand, run(&row));
    let payments = blocking(move || engine.told(brand, engine.payments_of(brand, &row)?)).await?;
    answer["payments"] = payments.iter().map(|it| payment(it, &caller)).collect();
    Ok(Json(answer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRun {
    currency: String,
    /// Left out: everybody who can be paid.
    #[serde(default)]
    partner_ids: Vec<u32>,
    #[serde(default)]
    below_threshold: bool,
}

pub async fn propose(State(app): State<Arc<App>>, headers: HeaderMap, Body(body): Body<NewRun>) -> Settled {
    let caller = caller(&app, &headers, "write").await?;
    let unknown = || ApiError::invalid_field("currency", "It is no known currency, such as EUR.");
    let asked = PaymentRunProposed {
        currency: currency(&body.currency).ok_or_else(unknown)?,
        partners: body.partner_ids.into_iter().map(PartnerId).collect(),
        below_threshold: body.below_threshold,
        every_currency: true,
    };
    app.engine.catch_up(caller.brand).await?;
    match app.engine.propose(caller.brand, actor(&caller), asked).await {
        Ok(proposed) => {
            let left_out = proposed.left_out.iter().map(|(partner, why)| {
                json!({ "partner_id": partner.0, "reason": why.code(), "message": obstacle_sentence(*why) })
            });
            let answer = json!({ "id": proposed.run.0, "left_out": left_out.collect::<Vec<_>>() });
            Ok((StatusCode::CREATED, Json(answer)))
        }
        Err(NotProposed::Nobody(all)) => {
            let field = |(partner, why): &(PartnerId, Obstacle)| Field {
                field: format!("partner {partner}"),
                code: why.code().to_owned(),
                message: obstacle_sentence(*why),
            };
            Err(ApiError { fields: all.iter().map(field).collect(), ..Refusal::NothingToPay.into() })
        }
        Err(NotProposed::Settle(error)) => Err(error.into()),
    }
}

/// With the moment until which an account is held.
fn obstacle_sentence(why: Obstacle) -> String {
    match why {
        Obstacle::Blocked(block) => block_sentence(block),
        other => other.sentence(),
    }
}

fn block_sentence(block: PaymentBlock) -> String {
    match block {
        PaymentBlock::AccountChanged { until } => {
            format!("{} {}.", block.sentence(), date(until))
        }
        other => other.sentence().to_owned(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewDecision {
    approved: bool,
}

pub async fn decide(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Body(body): Body<NewDecision>,
) -> Settled {
    let caller = caller(&app, &headers, "write").await?;
    let row = found(&app, caller.brand, &id).await?;
    // Whoever may make a token could be both persons otherwise.
    if body.approved && config(&app, caller.brand)?.payment_rules.two_persons {
        let message =
            "The brand wants two persons for its payments, and a token is none: approve the run in the console.";
        return Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, Refusal::SecondPersonNeeded.code(), message));
    }
    let fact = Fact::PaymentRunDecided { run: row.id, approved: body.approved };
    app.engine.settle(caller.brand, actor(&caller), fact).await?;
    Ok((StatusCode::CREATED, Json(json!({ "id": row.id.0 }))))
}

/// Files hold accounts in clear: a token that only reads does not get them.
pub async fn write_file(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path((id, kind)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let caller = caller(&app, &headers, "write").await?;
    app.engine.catch_up(caller.brand).await?;
    let kind = FileKind::ALL.into_iter().find(|it| it.code() == kind).ok_or_else(|| ApiError::not_found("file"))?;
    let row = found(&app, caller.brand, &id).await?;
    let (engine, brand) = (app.engine.clone(), caller.brand);
    match blocking(move || engine.write_run_file(brand, &row, kind, UserId(0))).await? {
        Ok(file) => {
            let lines = [
                (header::CONTENT_TYPE, kind.content_type().to_owned()),
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name)),
            ];
            Ok((lines, file.text).into_response())
        }
        Err(faults) => {
            let message = "The file was not written, and nothing was changed.";
            let error = ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message);
            Err(ApiError { fields: faults.iter().map(field).collect(), ..error })
        }
    }
}

fn field(fault: &RunFault) -> Field {
    Field {
        field: fault.payment.map_or_else(|| "file".to_owned(), |(payment, _)| payment_name(payment)),
        code: fault.code.to_owned(),
        message: fault.block.map_or_else(|| fault.sentence.to_owned(), block_sentence),
    }
}

pub async fn take_answers(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Bare(body): Bare,
) -> Settled {
    let caller = caller(&app, &headers, "write").await?;
    app.engine.catch_up(caller.brand).await?;
    let row = found(&app, caller.brand, &id).await?;
    let not_text = |_| ApiError::invalid_field("body", "It is not text in UTF-8.");
    let text = String::from_utf8(body.to_vec()).map_err(not_text)?;
    let (engine, brand, run) = (app.engine.clone(), caller.brand, row.clone());
    let outcomes = match blocking(move || engine.read_answers(brand, &run, &text)).await? {
        Ok(outcomes) => outcomes,
        Err(faults) => {
            let fields = faults.iter().map(|fault| Field {
                field: format!("line {}", fault.line),
                code: fault.reason.code().to_owned(),
                message: fault.to_string(),
            });
            return Err(ApiError::invalid(fields.collect()));
        }
    };
    let failed = outcomes.iter().filter(|it| it.failure.is_some()).count();
    let settled = outcomes.len() - failed;
    app.engine.conclude(brand, &actor(&caller), outcomes).await?;
    Ok((StatusCode::CREATED, Json(json!({ "id": row.id.0, "settled": settled, "failed": failed }))))
}
