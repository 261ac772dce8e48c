//! The reports on clicks that are paid for themselves, by the API: of the brand, and of a partner as it may see them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, header};
use referee_engine::engine::blocking;
use serde::Deserialize;
use serde_json::json;

use super::auth::{Caller, any_reader};
use super::extract::Params;
use super::resources::config;
use crate::app::App;
use crate::click_reports::columns::{Naming, Sheet};
use crate::click_reports::{Asked, asked, payable, payouts};
use crate::console::table::attachment;
use crate::error::ApiError;
use crate::paging::rows_wanted;

#[derive(Deserialize)]
pub struct ReportQuery {
    program_id: Option<u32>,
    partner_id: Option<u32>,
    from: Option<String>,
    until: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
    format: Option<String>,
}

impl ReportQuery {
    fn asked(&self, app: &App, caller: &Caller) -> Result<Asked, ApiError> {
        let partner = (caller.partner, caller.about(self.partner_id)?);
        let days = (self.from.as_deref(), self.until.as_deref());
        let config = config(app, caller.brand)?;
        let asked = asked(&config, partner, self.program_id, days, app.engine.now());
        asked.map_err(|(field, message)| ApiError::invalid_field(field, message))
    }

    fn after<T>(&self, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, ApiError> {
        let wrong = || ApiError::invalid_field("cursor", "It is not one that this report gave.");
        self.cursor.as_deref().map(|text| parse(text).ok_or_else(wrong)).transpose()
    }

    /// The rows as they are asked for, with the way to the next ones.
    fn answer(&self, name: &str, sheet: Sheet, next: Option<String>) -> Result<Response, ApiError> {
        match self.format.as_deref() {
            None | Some("json") => Ok(Json(json!({ "data": sheet.objects(), "next_cursor": next })).into_response()),
            Some("csv") => {
                let mut file = attachment(name, sheet.csv(Naming::Own));
                // A file has no room to say that there is more.
                if let Some(next) = next.and_then(|next| HeaderValue::from_str(&self.next_page(&next)).ok()) {
                    file.headers_mut().insert(header::LINK, next);
                }
                Ok(file)
            }
            Some(_) => Err(ApiError::invalid_field("format", "It is json or csv.")),
        }
    }

    fn next_page(&self, cursor: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let number = |it: Option<u32>| it.map(|it| it.to_string());
        let pairs = [
            ("program_id", number(self.program_id)),
            ("partner_id", number(self.partner_id)),
            ("from", self.from.clone()),
            ("until", self.until.clone()),
            ("limit", number(self.limit)),
            ("format", self.format.clone()),
            ("cursor", Some(cursor.to_owned())),
        ];
        query.extend_pairs(pairs.into_iter().filter_map(|(name, value)| Some((name, value?))));
        format!("<?{}>; rel=\"next\"", query.finish())
    }
}

pub async fn click_payouts(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<ReportQuery>,
) -> Result<Response, ApiError> {
    let caller = any_reader(&app, &headers).await?;
    let (asked, after) = (query.asked(&app, &caller)?, query.after(payouts::Place::parse)?);
    let (engine, brand, config) = (app.engine.clone(), caller.brand, config(&app, caller.brand)?);
    let most = rows_wanted(query.limit) as usize;
    let lines = blocking(move || payouts::lines(engine.reads.as_ref(), &config, brand, &asked, after, most)).await?;
    let next = lines.last().filter(|_| lines.len() == most).map(|line| line.place.cursor());
    query.answer("click-payouts", Sheet::payouts(&lines, caller.viewer()), next)
}

pub async fn payable_clicks(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<ReportQuery>,
) -> Result<Response, ApiError> {
    let caller = any_reader(&app, &headers).await?;
    let (asked, after) = (query.asked(&app, &caller)?, query.after(payable::parse_cursor)?);
    let (engine, brand, config) = (app.engine.clone(), caller.brand, config(&app, caller.brand)?);
    let most = rows_wanted(query.limit);
    let lines = blocking(move || payable::lines(engine.reads.as_ref(), &config, brand, &asked, after, most)).await?;
    let next = lines.last().filter(|_| lines.len() == most as usize).map(|line| payable::cursor(line.place()));
    query.answer("payable-clicks", Sheet::clicks(&lines, caller.viewer()), next)
}
