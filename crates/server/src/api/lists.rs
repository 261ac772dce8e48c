//! Lists that terms name, by the API.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use referee_core::fact::Fact;
use referee_core::id::ProgramId;
use referee_core::list::{List, ListSet};
use referee_engine::intake::lists::{values, variable};
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::{caller, reader};
use super::claims::field;
use super::extract::{Body, Params};
use super::resources::{Created, config, created, data};
use crate::app::App;
use crate::error::ApiError;
use crate::setup::name;
use crate::vendor::actions::date;

#[derive(Deserialize)]
pub struct ListsQuery {
    program_id: Option<u32>,
    id: Option<u32>,
}

/// The newest version of each list. Values are told of one that is asked for.
pub async fn list_lists(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<ListsQuery>,
) -> Result<Json<Value>, ApiError> {
    let caller = reader(&app, &headers).await?;
    let config = config(&app, caller.brand)?;
    let wanted =
        |it: &&List| query.program_id.is_none_or(|id| it.program.0 == id) && query.id.is_none_or(|id| it.id == id);
    let newest = config.lists.values().filter_map(|versions| versions.last()).filter(wanted);
    Ok(data(newest.map(|it| told(it, query.id.is_some())).collect()))
}

fn told(it: &List, with_values: bool) -> Value {
    let mut told = json!({
        "id": it.id, "version": it.version, "program_id": it.program.0, "name": it.name, "variable": it.word.name(),
        "set_at": date(it.set_at), "count": it.values.count(),
    });
    if with_values {
        told["values"] = it.values.iter().collect();
    }
    told
}

#[derive(Deserialize)]
pub struct NewList {
    program_id: u32,
    /// Left out: a new one.
    id: Option<u32>,
    name: String,
    variable: String,
    /// All that stand on it from now on.
    values: Vec<String>,
}

/// Sets a list: a new one, or what stands on the one with this id from now on.
pub async fn set_list(State(app): State<Arc<App>>, headers: HeaderMap, Body(body): Body<NewList>) -> Created {
    let caller = caller(&app, &headers, "write").await?;
    let invalid = |why| ApiError::invalid_field("variable", why);
    let list = ListSet {
        program: ProgramId(body.program_id),
        id: body.id,
        name: field("name", name(&body.name))?,
        word: variable(&body.variable).map_err(invalid)?,
        values: values(&body.values, "values").map_err(|fault| ApiError::invalid_field(&fault.place, fault.message))?,
    };
    created(&app, &caller, Fact::ListSet(list)).await
}
