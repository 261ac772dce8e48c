//! Clicks that wait for a person's look, and what is decided on them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::{HeaderMap, StatusCode};
use referee_core::config::Config;
use referee_core::fact::{ClicksReviewed, Fact, PayableFilter, ReviewDecision};
use referee_core::id::{PartnerId, ProgramId, ReviewId};
use referee_core::money::Currency;
use referee_core::row::{ClickDayKey, ClickDayRow, ClickTally, PayableClickRow, PayableState, ReviewRow, ReviewState};
use referee_core::screening::Class;
use referee_engine::books::payable_reads::{PayablePlace, Reviewable};
use referee_engine::engine::blocking;
use referee_engine::intake::amount::{amount, decimal};
use referee_engine::intake::day::day_text;
use referee_engine::limits::NOTE_CHARS_MAX;
use referee_engine::log::names::word;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::{Caller, caller, reader};
use super::extract::{Body, Params};
use super::resources::{actor, config};
use crate::app::App;
use crate::click_reports::{click_programs, columns, payable, payouts};
use crate::error::ApiError;
use crate::paging::rows_wanted;
use crate::pending_clicks::{PendingWords, Wrong};
use crate::vendor::actions::date;

fn wrong((field, message): Wrong) -> ApiError {
    ApiError::invalid_field(field, message)
}

/// The program that is named, or the only one that pays for clicks.
fn program(config: &Config, named: Option<u32>) -> Result<ProgramId, ApiError> {
    let all = click_programs(config, None);
    let invalid = |message: String| Err(ApiError::invalid_field("program_id", message));
    match (named.map(ProgramId), all.as_slice()) {
        (Some(id), _) if all.contains(&id) => Ok(id),
        (None, [only]) => Ok(*only),
        (_, []) => {
            invalid("No program of the brand pays for clicks: create an event type of the category click.".into())
        }
        (Some(id), _) => invalid(format!("Program {id} pays for no clicks.")),
        (None, _) => {
            let ids: Vec<String> = all.iter().map(ToString::to_string).collect();
            invalid(format!("Several programs pay for clicks: name one of {}.", ids.join(", ")))
        }
    }
}

fn currency_of(config: &Config, program: ProgramId) -> Currency {
    config.programs.get(&program).map_or(Currency(*b"EUR"), |it| it.currency)
}

#[derive(Deserialize)]
pub struct PendingQuery {
    program_id: Option<u32>,
    partner_id: Option<u32>,
    day: Option<String>,
    from: Option<String>,
    until: Option<String>,
    reason: Option<String>,
    network: Option<String>,
    referrer: Option<String>,
    landed: Option<bool>,
    state: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// Clicks of open days, the oldest day first.
pub async fn list(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<PendingQuery>,
) -> Result<Json<Value>, ApiError> {
    let caller = reader(&app, &headers).await?;
    let config = config(&app, caller.brand)?;
    let program = program(&config, query.program_id)?;
    let state = state_named(query.state.as_deref())?;
    let after = query.cursor.as_deref().map(place_named).transpose()?.unwrap_or_default();
    let most = rows_wanted(query.limit);
    let words = PendingWords {
        partner_id: query.partner_id,
        day: query.day,
        from: query.from,
        until: query.until,
        reason: query.reason,
        network: query.network,
        referrer: query.referrer,
        landed: query.landed,
        state: None,
        click_ids: Vec::new(),
    };
    let filter = words.read().map_err(wrong)?;
    let (engine, brand) = (app.engine.clone(), caller.brand);
    let rows = blocking(move || {
        let which = Reviewable { program, filter: &filter, state };
        engine.reads.reviewable(brand, which, after, most)
    })
    .await?;
    let next = rows.last().filter(|_| rows.len() == most as usize);
    let next = next.map(|row| payable::place_cursor(PayablePlace::of(row)));
    let currency = currency_of(&config, program);
    Ok(Json(json!({ "data": rows.iter().map(|row| told(row, currency)).collect::<Vec<_>>(), "next_cursor": next })))
}

fn place_named(text: &str) -> Result<PayablePlace, ApiError> {
    payable::parse_place(text).ok_or_else(|| ApiError::invalid_field("cursor", "It is not one that this list gave."))
}

fn state_named(name: Option<&str>) -> Result<PayableState, ApiError> {
    match name {
        None | Some("pending") => Ok(PayableState::Pending),
        Some("accepted") => Ok(PayableState::Accepted),
        Some("rejected") => Ok(PayableState::Rejected),
        Some(_) => Err(ApiError::invalid_field("state", "It is pending, accepted or rejected.")),
    }
}

fn told(row: &PayableClickRow, currency: Currency) -> Value {
    json!({
        "click_id": row.no.to_string(),
        "program_id": row.program.0,
        "partner_id": row.partner.0,
        "ad_id": row.ad.0,
        "clicked_at": date(row.occurred_at),
        "day": day_text(row.day),
        "state": word(row.state),
        "classification": Class::of(row.found).name(),
        "codes": columns::codes(row),
        "cost": decimal(row.price, currency),
        "list_price": decimal(row.list_price, currency),
        "currency": currency.to_string(),
        "country": Some(payouts::country(row.country)).filter(|it| !it.is_empty()),
        "network": format!("{:016x}", row.network),
        "referrer": row.referrer,
        "landed": row.landed,
        "device": word(row.device),
        "system": word(row.system),
        "browser": word(row.browser),
        "review_id": row.review.map(|id| id.0),
    })
}

#[derive(Deserialize)]
pub struct DaysQuery {
    program_id: Option<u32>,
    partner_id: Option<u32>,
}

/// Days that wait for a review, in the order of their deadlines.
pub async fn list_days(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<DaysQuery>,
) -> Result<Json<Value>, ApiError> {
    let caller = reader(&app, &headers).await?;
    let config = config(&app, caller.brand)?;
    let (program, partner) = (query.program_id.map(ProgramId), query.partner_id.map(PartnerId));
    let (engine, brand) = (app.engine.clone(), caller.brand);
    let days = blocking(move || engine.reads.open_click_days(brand, program, partner)).await?;
    let rows = days.iter().map(|(key, day)| day_told(key, day, currency_of(&config, key.program)));
    Ok(super::resources::data(rows.collect()))
}

fn day_told(key: &ClickDayKey, day: &ClickDayRow, currency: Currency) -> Value {
    let tally = |it: ClickTally| json!({ "clicks": it.clicks, "cost": decimal(it.cost, currency) });
    json!({
        "program_id": key.program.0,
        "partner_id": key.partner.0,
        "day": day_text(key.day),
        "due_at": day.due_at.map(date),
        "pending": tally(day.pending),
        "accepted": tally(day.accepted),
        "rejected": tally(day.rejected),
        "currency": currency.to_string(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewReview {
    program_id: Option<u32>,
    #[serde(default)]
    filter: PendingWords,
    /// Said where the filter is empty.
    #[serde(default)]
    all: bool,
    decision: String,
    /// So many are accepted, and the rest is rejected.
    most: Option<u32>,
    price: Option<String>,
    #[serde(default)]
    reason: String,
}

impl NewReview {
    fn filter(&self) -> Result<PayableFilter, ApiError> {
        let filter = self.filter.read().map_err(wrong)?;
        let is_empty = filter == PayableFilter::default();
        match (is_empty, self.all) {
            (true, false) => Err(ApiError::invalid_field(
                "filter",
                "It names nothing, and so means every click that can still be decided on: say \"all\": true if you mean that.",
            )),
            (false, true) => Err(ApiError::invalid_field("all", "The filter names some of them: leave all out.")),
            // What somebody decided on is not decided again unless that is said, or clicks are named.
            _ if !self.all && filter.clicks.is_empty() && filter.state.is_none() => {
                Ok(PayableFilter { state: Some(PayableState::Pending), ..filter })
            }
            _ => Ok(filter),
        }
    }

    fn decision(&self) -> Result<ReviewDecision, ApiError> {
        let decision = match self.decision.as_str() {
            "accept" => ReviewDecision::Accept { most: self.most },
            "reject" => ReviewDecision::Reject,
            "price" => {
                let needed = || ApiError::invalid_field("price", "Say what each click is paid, such as \"0.02\".");
                let text = self.price.as_deref().ok_or_else(needed)?;
                ReviewDecision::Price(amount(text).map_err(|why| ApiError::invalid_field("price", format!("{why}.")))?)
            }
            _ => return Err(ApiError::invalid_field("decision", "It is accept, reject or price.")),
        };
        if self.most.is_some() && !matches!(decision, ReviewDecision::Accept { .. }) {
            return Err(ApiError::invalid_field("most", "Only accept takes a number."));
        }
        if self.price.is_some() && !matches!(decision, ReviewDecision::Price(_)) {
            return Err(ApiError::invalid_field("price", "Only the decision price takes one."));
        }
        Ok(decision)
    }

    fn reason(&self, decision: ReviewDecision) -> Result<String, ApiError> {
        let reason = self.reason.trim();
        if reason.is_empty() && matches!(decision, ReviewDecision::Reject | ReviewDecision::Accept { most: Some(_) }) {
            return Err(ApiError::invalid_field("reason", "Say why clicks are rejected: it is kept with them."));
        }
        if reason.chars().count() > NOTE_CHARS_MAX {
            return Err(ApiError::invalid_field("reason", "It has 2,000 characters at most."));
        }
        Ok(reason.to_owned())
    }
}

/// Decides on all clicks that match and were on record before, as queued work.
pub async fn create_review(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Body(body): Body<NewReview>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let caller = caller(&app, &headers, "write").await?;
    let config = config(&app, caller.brand)?;
    let program = program(&config, body.program_id)?;
    let (filter, decision) = (body.filter()?, body.decision()?);
    let reason = body.reason(decision)?;
    let fact = Fact::ClicksReviewed(ClicksReviewed { program, filter, decision, reason });
    let settled = app.engine.settle(caller.brand, actor(&caller), fact).await?;
    let id = named(&settled.subject)?;
    let review = found(&app, &caller, id).await?;
    Ok((StatusCode::CREATED, Json(review_told(&review, currency_of(&config, program)))))
}

fn named(id: &str) -> Result<ReviewId, ApiError> {
    id.parse().map(ReviewId).map_err(|_| ApiError::not_found("review"))
}

async fn found(app: &App, caller: &Caller, id: ReviewId) -> Result<ReviewRow, ApiError> {
    let (engine, brand) = (app.engine.clone(), caller.brand);
    blocking(move || engine.reads.review(brand, id)).await?.ok_or_else(|| ApiError::not_found("review"))
}

#[derive(Deserialize)]
pub struct ReviewsQuery {
    program_id: Option<u32>,
    cursor: Option<u32>,
    limit: Option<u32>,
}

/// What was decided, the newest first.
pub async fn list_reviews(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<ReviewsQuery>,
) -> Result<Json<Value>, ApiError> {
    let caller = reader(&app, &headers).await?;
    let config = config(&app, caller.brand)?;
    let (program, before, most) =
        (query.program_id.map(ProgramId), query.cursor.map(ReviewId), rows_wanted(query.limit));
    let (engine, brand) = (app.engine.clone(), caller.brand);
    let rows = blocking(move || engine.reads.reviews(brand, program, before, most)).await?;
    let next = rows.last().filter(|_| rows.len() == most as usize).map(|row| row.id.to_string());
    let told = rows.iter().map(|row| review_told(row, currency_of(&config, row.program)));
    Ok(Json(json!({ "data": told.collect::<Vec<_>>(), "next_cursor": next })))
}

pub async fn find_review(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let caller = reader(&app, &headers).await?;
    let config = config(&app, caller.brand)?;
    let review = found(&app, &caller, named(&id)?).await?;
    Ok(Json(review_told(&review, currency_of(&config, review.program))))
}

/// Takes back what a review decided on days that are still open.
pub async fn undo_review(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let caller = caller(&app, &headers, "write").await?;
    let config = config(&app, caller.brand)?;
    let id = named(&id)?;
    found(&app, &caller, id).await?;
    app.engine.settle(caller.brand, actor(&caller), Fact::ReviewUndone { review: id }).await?;
    let review = found(&app, &caller, id).await?;
    Ok((StatusCode::CREATED, Json(review_told(&review, currency_of(&config, review.program)))))
}

fn review_told(row: &ReviewRow, currency: Currency) -> Value {
    let (decision, most, price) = match row.decision {
        ReviewDecision::Accept { most } => ("accept", most, None),
        ReviewDecision::Reject => ("reject", None, None),
        ReviewDecision::Price(price) => ("price", None, Some(decimal(price, currency))),
    };
    json!({
        "id": row.id.0,
        "program_id": row.program.0,
        "state": state(row.state),
        "at": date(row.at),
        "decision": decision,
        "most": most,
        "price": price,
        "reason": row.reason,
        "filter": PendingWords::from(&row.filter),
        "decided": { "clicks": row.decided.clicks, "cost": decimal(row.decided.cost, currency) },
        "cost_delta": decimal(row.cost_delta, currency),
        "too_late": row.too_late,
        "currency": currency.to_string(),
    })
}

fn state(state: ReviewState) -> &'static str {
    match state {
        ReviewState::Working => "working",
        ReviewState::Done => "done",
        ReviewState::Undoing => "undoing",
        ReviewState::Undone => "undone",
    }
}
