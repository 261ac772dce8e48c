//! Tracking domains: which there are, what proves them, and what the doctor says.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::{HeaderMap, StatusCode};
use referee_core::fact::Fact;
use referee_core::id::ProgramId;
use referee_core::time::Timestamp;
use referee_engine::domain::{Browser, file_path, record_name, record_value};
use referee_engine::settings::Certificate;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::{Caller, caller, reader};
use super::extract::Body;
use super::resources::{Created, actor, config, data};
use crate::app::App;
use crate::domains::{self, Listed};
use crate::error::ApiError;
use crate::setup;
use crate::vendor::actions::date;

pub async fn list(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    let caller = reader(&app, &headers).await?;
    let config = config(&app, caller.brand)?;
    let listed = domains::listed(&app, caller.brand, &config).await?;
    Ok(data(listed.iter().map(told).collect()))
}

fn told(it: &Listed) -> Value {
    let domain = it.domain.as_ref();
    let programs: Vec<u32> = it.programs.iter().map(|id| id.0).collect();
    let proof = domain.map(|domain| {
        json!({
            "txt_name": record_name(&it.host), "txt_value": record_value(&domain.token),
            "file_url": format!("http://{}{}", it.host, file_path(&domain.token)),
            "file_text": record_value(&domain.token),
        })
    });
    let at = |moment: Option<Timestamp>| moment.map(date);
    json!({
        "host": it.host, "program_ids": programs, "kind": if it.of_shop { "shop" } else { "tracking" },
        "standing": it.standing.code(), "proof": proof,
        "proved_by": domain.and_then(|it| it.method).map(|it| it.code()),
        "verified_at": at(domain.and_then(|it| it.verified_at)), "checked_at": at(domain.and_then(|it| it.checked_at)),
        "trouble": domain.map(|it| it.trouble.as_str()).filter(|it| !it.is_empty()),
        "certificate": it.certificate.as_ref().map(certificate_told),
    })
}

fn certificate_told(it: &Certificate) -> Value {
    json!({
        "ends_at": it.held.as_ref().map(|(_, ends_at)| date(*ends_at)),
        "tried_at": it.tried_at.map(date),
        "next_try_at": date(it.next_try_at),
        "trouble": Some(it.trouble.as_str()).filter(|it| !it.is_empty()),
    })
}

#[derive(Deserialize)]
pub struct NewDomain {
    host: String,
    program_id: u32,
    /// The shop's own host, which passes a path on to this server.
    #[serde(default)]
    kind: String,
}

pub async fn create(State(app): State<Arc<App>>, headers: HeaderMap, Body(body): Body<NewDomain>) -> Created {
    let caller = caller(&app, &headers, "write").await?;
    let config = config(&app, caller.brand)?;
    let program = config.programs.get(&ProgramId(body.program_id)).ok_or_else(|| ApiError::not_found("program"))?;
    let of_shop = match body.kind.as_str() {
        "" | "tracking" => false,
        "shop" => true,
        _ => return Err(ApiError::invalid_field("kind", "It is tracking or shop.")),
    };
    let invalid = |why: String| ApiError::invalid_field("host", why);
    let host = match setup::hosts(&body.host).map_err(invalid)?.as_slice() {
        [host] => host.clone(),
        _ => return Err(invalid("Name one host, such as go.shop.com.".into())),
    };
    let wanted = domains::with_host(program, &host, of_shop).map_err(invalid)?;
    if let Some(why) = domains::refused(&app, caller.brand, &wanted).await? {
        return Err(invalid(why));
    }
    let (new, _) = domains::changed(&config, Some(program), &wanted);
    app.engine.claim_domains(caller.brand, new.clone()).await?;
    app.engine.settle(caller.brand, actor(&caller), Fact::ProgramSet(wanted)).await?;
    app.engine.verify_soon(app.probe()?, &app.config.domains, caller.brand, &new).await;
    let listed = find(&app, &caller, &host).await?;
    Ok((StatusCode::CREATED, Json(told(&listed))))
}

async fn find(app: &App, caller: &Caller, host: &str) -> Result<Listed, ApiError> {
    let config = config(app, caller.brand)?;
    let listed = domains::listed(app, caller.brand, &config).await?;
    let found = listed.into_iter().find(|it| it.host.eq_ignore_ascii_case(host));
    found.ok_or_else(|| ApiError::not_found("tracking domain"))
}

/// Looks for a proof now.
pub async fn verify(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(host): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let caller = caller(&app, &headers, "write").await?;
    let known = find(&app, &caller, &host).await?;
    app.engine.verify_domain(app.probe()?, &app.config.domains, caller.brand, &known.host).await?;
    Ok(Json(told(&find(&app, &caller, &host).await?)))
}

#[derive(Deserialize, Default)]
pub struct Check {
    /// A page of the shop on which the tag stands.
    #[serde(default)]
    page: String,
}

/// What visitors of each browser would lose.
pub async fn check(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(host): Path<String>,
    Body(body): Body<Check>,
) -> Result<Json<Value>, ApiError> {
    let caller = caller(&app, &headers, "read").await?;
    let listed = find(&app, &caller, &host).await?;
    let page = domains::page_host(&body.page).map_err(|why| ApiError::invalid_field("page", why))?;
    let config = config(&app, caller.brand)?;
    let asked = domains::asked(&app, &config, &listed, &page);
    let asked = asked.ok_or_else(|| ApiError::not_found("program"))?;
    let page = asked.page.clone();
    let findings = domains::check(&app, asked).await?;
    let of = |it: Browser| (it.name().to_lowercase(), json!(findings.of(it).code()));
    let browsers: serde_json::Map<String, Value> = Browser::ALL.map(of).into_iter().collect();
    Ok(Json(json!({
        "host": listed.host, "page_host": page, "something_is_lost": findings.is_something_lost(), "browsers": browsers,
        "findings": findings.list.iter().map(domains::told).collect::<Vec<_>>(),
    })))
}
