//! What is asked of an action: other figures before or after it locks, and steps of its locking.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::{HeaderMap, StatusCode};
use referee_core::fact::ActionChange;
use referee_core::program::Source;
use referee_engine::intake::change::{Asked, ChangeContext, change};
use referee_engine::intake::fields::Fields;
use serde_json::{Value, json};

use super::actions::found;
use super::auth::caller;
use super::extract::Bare;
use super::reports::invalid;
use super::resources::config;
use crate::app::App;
use crate::error::ApiError;
use crate::reports::{Refused, Reporter, new_submission, submission_name};

/// What the last part of the address asks for.
fn asked(name: &str) -> Option<Asked> {
    Some(match name {
        "modifications" => Asked::Modification,
        "reversals" => Asked::Reversal,
        "corrections" => Asked::Correction,
        "reattributions" => Asked::Reattribution,
        "holds" => Asked::Step(ActionChange::Hold),
        "releases" => Asked::Step(ActionChange::Release),
        "approvals" => Asked::Step(ActionChange::Approve),
        "admissions" => Asked::Step(ActionChange::Admit),
        "restorations" => Asked::Step(ActionChange::Restore),
        _ => return None,
    })
}

pub async fn create(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path((id, what)): Path<(String, String)>,
    Bare(body): Bare,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let caller = caller(&app, &headers, "write").await?;
    let asked = asked(&what).ok_or_else(|| ApiError::not_found("resource"))?;
    let row = found(&app, &caller, &id).await?;
    let fields = Fields::read("", &body).map_err(|error| invalid(&[error]))?;
    let now = app.engine.now();
    let submission = new_submission(now);
    let config = config(&app, caller.brand)?;
    let id = row.id.to_string();
    let context = ChangeContext { config: &config, source: Source::Server, submission, now, asked, action: Some(&id) };
    let (name, reporter) = (submission_name(submission), Reporter { app: &app, brand: caller.brand, now });
    match change(&fields, &context) {
        Ok(taken) => {
            reporter.keep(taken, None).await?;
            Ok((StatusCode::ACCEPTED, Json(json!({ "submission_id": name, "warnings": [] }))))
        }
        Err(mut errors) => {
            let kind = what.trim_end_matches('s');
            reporter.keep_refused(Refused { name, kind, fields: &fields, errors: &errors }).await;
            errors.iter_mut().for_each(|error| error.field = snake_case(&error.field));
            Err(invalid(&errors))
        }
    }
}

/// The same field as this interface writes it: `AmountDelta` is `amount_delta` here.
fn snake_case(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}
