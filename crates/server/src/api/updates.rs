//! The feed of all that changed about actions: every line of their histories once, in the log's order.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use referee_core::id::{ActionId, ProgramId, RecordNo};
use referee_core::row::{ActionRow, HistoryRow};
use referee_engine::books::reads::UpdatePlace;
use referee_engine::engine::blocking;
use referee_engine::intake::amount::decimal;
use serde::Deserialize;
use serde_json::{Value, json};

use super::actions::state_name;
use super::auth::any_reader;
use super::extract::Params;
use crate::app::App;
use crate::error::ApiError;
use crate::paging::rows_wanted;
use crate::vendor::actions::date;

#[derive(Deserialize)]
pub struct UpdatesQuery {
    after: Option<String>,
    program_id: Option<u32>,
    partner_id: Option<u32>,
    limit: Option<u32>,
}

/// What a reader keeps to go on from there.
fn cursor(place: UpdatePlace) -> String {
    format!("{}.{}.{}", place.record, place.action, place.n)
}

fn place_of(text: &str) -> Option<UpdatePlace> {
    let mut parts = text.split('.');
    let place = UpdatePlace {
        // The books number records in a signed column.
        record: RecordNo(parts.next()?.parse::<i64>().ok()?.try_into().ok()?),
        action: parts.next()?.parse().ok()?,
        n: parts.next()?.parse().ok()?,
    };
    parts.next().is_none().then_some(place)
}

/// Whoever stores the cursor and asks again with it gets every line once, also if there was nothing new.
pub async fn list_updates(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<UpdatesQuery>,
) -> Result<Json<Value>, ApiError> {
    let caller = any_reader(&app, &headers).await?;
    let wrong = || ApiError::invalid_field("after", "It is not a cursor that this feed gave.");
    let after = query.after.as_deref().map(|text| place_of(text).ok_or_else(wrong)).transpose()?.unwrap_or_default();
    let (program, partner) = (query.program_id.map(ProgramId), caller.about(query.partner_id)?);
    let (engine, brand, most) = (app.engine.clone(), caller.brand, rows_wanted(query.limit));
    let (lines, actions) = blocking(move || {
        let lines = engine.reads.updates_after(brand, program, partner, after, most)?;
        let mut actions: HashMap<ActionId, ActionRow> = HashMap::new();
        for line in &lines {
            if !actions.contains_key(&line.action)
                && let Some(action) = engine.reads.action(brand, line.action)?
            {
                actions.insert(line.action, action);
            }
        }
        Ok((lines, actions))
    })
    .await?;
    let cursor = cursor(lines.last().map_or(after, UpdatePlace::of));
    let rows = lines.iter().filter_map(|line| Some(told(line, actions.get(&line.action)?)));
    let more = lines.len() == most as usize;
    Ok(Json(json!({ "data": rows.collect::<Vec<_>>(), "cursor": cursor, "more": more })))
}

fn told(line: &HistoryRow, action: &ActionRow) -> Value {
    let money = |amount| decimal(amount, action.currency);
    json!({
        "id": format!("{}.{}", line.action, line.seq),
        "action_id": line.action.to_string(),
        "n": line.seq,
        "record": line.record.0,
        "at": date(line.at),
        "kind": format!("{:?}", line.kind).to_lowercase(),
        "disposition": line.disposition,
        "currency": action.currency.to_string(),
        "amount_delta": money(line.amount_delta),
        "payout_delta": money(line.payout_delta),
        "program_id": line.action.program.0,
        "event_type_id": line.action.event_type.0,
        "partner_id": action.partner.0,
        "order_id": action.order_id,
        "state": state_name(action.state),
        "amount": money(action.amount),
        "payout": money(action.payout),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back() {
        let place = UpdatePlace { record: RecordNo(17), action: 3, n: 2 };
        assert_eq!(place_of(&cursor(place)), Some(place));
        for text in ["", "1", "1.2", "1.2.3.4", "-1.2.3", "1.2.x", "99999999999999999999.1.1"] {
            assert_eq!(place_of(text), None, "{text}");
        }
    }
}
