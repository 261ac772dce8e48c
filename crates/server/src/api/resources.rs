//! What a brand sets up, by the API. Ids of another platform can be brought along.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::{HeaderMap, StatusCode};
use referee_core::config::Config;
use referee_core::fact::{Actor, AdSet, EventTypeSet, Fact, Role, TermsSet};
use referee_core::id::{AdId, BrandId, EventTypeId, PartnerId, ProgramId, UserId};
use referee_core::program::{Category, SETTLE_HOURS_DEFAULT, Standing, VanityLink};
use referee_core::refusal::Refusal;
use referee_engine::engine::blocking;
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::{Caller, any_reader, caller, reader};
use super::extract::Body;
use crate::app::App;
use crate::error::ApiError;
use crate::membership::joined;
use crate::setup::{credit, credit_name, landing_url, parent, settle_hours, slug};

pub(super) type Created = Result<(StatusCode, Json<Value>), ApiError>;

pub fn config(app: &App, brand: BrandId) -> Result<Arc<Config>, ApiError> {
    let routing = app.engine.routing();
    routing.brands.get(&brand).map(|it| it.config.clone()).ok_or_else(|| ApiError::not_found("brand"))
}

/// A program acts under the name of its token.
pub(super) fn actor(caller: &Caller) -> Actor {
    let role = if caller.partner.is_some() { Role::Partner } else { Role::Developer };
    Actor { user: UserId(0), role, reason: format!("API token {:?}", caller.token_name) }
}

pub(super) fn data(rows: Vec<Value>) -> Json<Value> {
    Json(json!({ "data": rows, "next_cursor": null }))
}

pub(super) fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => "active",
        Standing::Paused => "paused",
    }
}

pub async fn list_programs(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    let caller = any_reader(&app, &headers).await?;
    let config = config(&app, caller.brand)?;
    let rows = config.programs.values().filter(|it| joined(&config, it.id, caller.partner)).map(|it| {
        json!({
            "id": it.id.0, "name": it.name, "currency": it.currency.to_string(), "time_zone": it.zone.name,
            "standing": standing(it.standing), "default_landing_url": it.default_landing_url,
            "permitted_hosts": it.permitted_hosts, "tracking_hosts": it.tracking_hosts, "click_param": it.click_param,
            "path_prefix": it.path_prefix, "tag_name": it.tag_name, "shop_hosts": it.shop_hosts,
        })
    });
    Ok(data(rows.collect()))
}

pub async fn list_event_types(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    let caller = any_reader(&app, &headers).await?;
    let config = config(&app, caller.brand)?;
    let seen = config.event_types.values().filter(|it| joined(&config, it.program, caller.partner));
    let rows = seen.map(|it| {
        let mut told = json!({
            "id": it.id.0, "program_id": it.program.0, "code": it.code, "name": it.name,
            "category": format!("{:?}", it.category).to_lowercase(), "standing": standing(it.standing),
        });
        // How the brand tracks and credits is not for its partners.
        if caller.partner.is_none() {
            told["server_wins"] = json!(it.server_wins);
            told["credit"] = json!(credit_name(it.credit));
            told["parent_id"] = json!(it.parent.map(|id| id.0));
            told["settle_hours"] = json!(it.settle_hours);
        }
        told
    });
    Ok(data(rows.collect()))
}

#[derive(Deserialize)]
pub struct NewEventType {
    program_id: u32,
    id: Option<u32>,
    #[serde(default)]
    code: String,
    name: String,
    category: String,
    #[serde(default = "yes")]
    server_wins: bool,
    credit: Option<String>,
    parent_id: Option<u32>,
    settle_hours: Option<u32>,
}

fn yes() -> bool {
    true
}

pub async fn create_event_type(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Body(body): Body<NewEventType>,
) -> Created {
    let caller = caller(&app, &headers, "write").await?;
    let config = config(&app, caller.brand)?;
    if config.event_types.keys().any(|(_, id)| Some(id.0) == body.id) {
        return Err(Refusal::IdTaken.into());
    }
    let (program, id) = (ProgramId(body.program_id), body.id.map(EventTypeId));
    let invalid = |field: &'static str| move |why: &str| ApiError::invalid_field(field, why);
    let policy = body.credit.as_deref().map(credit).transpose().map_err(invalid("credit"))?;
    let above = body.parent_id.map(|it| parent(&config, program, id, EventTypeId(it))).transpose();
    let hours = settle_hours(body.settle_hours.unwrap_or(SETTLE_HOURS_DEFAULT)).map_err(invalid("settle_hours"))?;
    let fact = Fact::EventTypeSet(EventTypeSet {
        program,
        id,
        code: body.code,
        name: body.name,
        category: category(&body.category)?,
        standing: Standing::Active,
        server_wins: body.server_wins,
        credit: policy.unwrap_or_default(),
        parent: above.map_err(invalid("parent_id"))?,
        settle_hours: hours,
    });
    created(&app, &caller, fact).await
}

pub fn category(name: &str) -> Result<Category, ApiError> {
    match name.to_ascii_lowercase().as_str() {
        "sale" => Ok(Category::Sale),
        "lead" => Ok(Category::Lead),
        "install" => Ok(Category::Install),
        "click" => Ok(Category::Click),
        "other" => Ok(Category::Other),
        _ => Err(ApiError::invalid_field("category", "It is sale, lead, install, click or other.")),
    }
}

pub(super) async fn created(app: &App, caller: &Caller, fact: Fact) -> Created {
    created_by(app, caller, actor(caller), fact).await
}

/// The same, with the reason that was given.
pub(super) async fn created_by(app: &App, caller: &Caller, by: Actor, fact: Fact) -> Created {
    // Links and codes are named by what they are, which may look like a number.
    let numbered = matches!(
        fact,
        Fact::AdSet(_)
            | Fact::EventTypeSet(_)
            | Fact::PartnerGroupSet(_)
            | Fact::OverlaySet(_)
            | Fact::ListSet(_)
            | Fact::ScreeningRulesSet(_)
            | Fact::ConsentRulesSet(_)
            | Fact::PartnerRewardSet { .. }
    );
    let settled = app.engine.settle(caller.brand, by, fact).await?;
    let number = settled.subject.parse::<u32>().ok().filter(|_| numbered);
    let id = number.map_or_else(|| json!(settled.subject), |id| json!(id));
    Ok((StatusCode::CREATED, Json(json!({ "id": id }))))
}

pub async fn list_partners(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    let caller = reader(&app, &headers).await?;
    let config = config(&app, caller.brand)?;
    let (engine, brand) = (app.engine.clone(), caller.brand);
    let partners = blocking(move || engine.settings.partners(brand)).await?;
    let rows = partners.into_iter().map(|it| {
        let known = config.partners.get(&it.id);
        json!({
            "id": it.id.0, "name": it.name, "standing": known.map_or("pending", |known| standing(known.standing)),
            "channel": known.is_some_and(|known| known.channel), "reward": known.is_some_and(|known| known.reward),
        })
    });
    Ok(data(rows.collect()))
}

#[derive(Deserialize)]
pub struct NewPartner {
    id: Option<u32>,
    name: String,
    /// Programs to join under their template terms.
    #[serde(default)]
    program_ids: Vec<u32>,
    /// A channel: it has links like a partner, needs no contract, and is never paid.
    #[serde(default)]
    channel: bool,
}

pub async fn create_partner(State(app): State<Arc<App>>, headers: HeaderMap, Body(body): Body<NewPartner>) -> Created {
    let caller = caller(&app, &headers, "write").await?;
    if body.name.trim().is_empty() {
        return Err(ApiError::invalid_field("name", "It is required."));
    }
    if body.channel && !body.program_ids.is_empty() {
        return Err(ApiError::invalid_field("program_ids", "A channel joins no program: it needs no contract."));
    }
    let channel = body.channel;
    let (engine, brand, now) = (app.engine.clone(), caller.brand, app.engine.now());
    let wanted = body.id.map(PartnerId);
    let partner = blocking(move || engine.settings.create_partner(brand, wanted, body.name.trim(), now)).await?;
    app.engine.settle(brand, actor(&caller), Fact::PartnerSet { partner, standing: Standing::Active, channel }).await?;
    for program in body.program_ids {
        let terms = TermsSet {
            program: ProgramId(program),
            partner: Some(partner),
            starts_at: now,
            ends_at: None,
            standing: Standing::Active,
            rules: None,
            needs_acceptance: false,
        };
        app.engine.settle(brand, actor(&caller), Fact::TermsSet(terms)).await?;
    }
    Ok((StatusCode::CREATED, Json(json!({ "id": partner.0 }))))
}

pub async fn list_ads(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    let caller = any_reader(&app, &headers).await?;
    let config = config(&app, caller.brand)?;
    let of_partner = caller.partner.is_some();
    let seen = config.ads.values().filter(|it| !of_partner || it.standing == Standing::Active);
    let rows = seen.filter(|it| joined(&config, it.program, caller.partner)).map(|it| {
        json!({
            "id": it.id.0, "program_id": it.program.0, "name": it.name, "landing_url": it.landing_url,
            "standing": standing(it.standing),
        })
    });
    Ok(data(rows.collect()))
}

#[derive(Deserialize)]
pub struct NewAd {
    program_id: u32,
    id: Option<u32>,
    name: String,
    landing_url: String,
}

pub async fn create_ad(State(app): State<Arc<App>>, headers: HeaderMap, Body(body): Body<NewAd>) -> Created {
    let caller = caller(&app, &headers, "write").await?;
    let landing_url = landing_url(&body.landing_url).map_err(|why| ApiError::invalid_field("landing_url", why))?;
    let known = &config(&app, caller.brand)?.ads;
    if known.keys().any(|(program, id)| program.0 == body.program_id && Some(id.0) == body.id) {
        return Err(Refusal::IdTaken.into());
    }
    let fact = Fact::AdSet(AdSet {
        program: ProgramId(body.program_id),
        id: body.id.map(AdId),
        name: body.name,
        landing_url,
        standing: Standing::Active,
    });
    created(&app, &caller, fact).await
}

pub async fn list_links(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Json<Value>, ApiError> {
    let caller = any_reader(&app, &headers).await?;
    let config = config(&app, caller.brand)?;
    let rows = config.links.values().filter(|it| caller.sees(it.partner)).map(|it| {
        json!({
            "slug": it.slug, "program_id": it.program.0, "partner_id": it.partner.0, "ad_id": it.ad.0,
            "deep_link": it.deep_link, "standing": standing(it.standing),
        })
    });
    Ok(data(rows.collect()))
}

#[derive(Deserialize)]
pub struct NewLink {
    program_id: u32,
    partner_id: u32,
    ad_id: u32,
    slug: String,
    deep_link: Option<String>,
}

pub async fn create_link(State(app): State<Arc<App>>, headers: HeaderMap, Body(body): Body<NewLink>) -> Created {
    let caller = caller(&app, &headers, "write").await?;
    let config = config(&app, caller.brand)?;
    let program = ProgramId(body.program_id);
    let slug = slug(&body.slug).map_err(|why| ApiError::invalid_field("slug", why))?;
    let taken = config.programs.get(&program).and_then(|it| crate::domains::slug_refused(&config, it, &slug));
    if let Some(why) = taken {
        return Err(ApiError::invalid_field("slug", why));
    }
    let hosts = config.programs.get(&program).map(|it| it.permitted_hosts.as_slice()).unwrap_or_default();
    let deep_link = body.deep_link.filter(|link| !link.is_empty());
    if deep_link.as_deref().is_some_and(|link| referee_engine::intake::landing::permitted(link, hosts).is_none()) {
        return Err(ApiError::invalid_field("deep_link", "It leads to a host that the program does not permit."));
    }
    let fact = Fact::LinkSet(VanityLink {
        program,
        slug,
        partner: PartnerId(body.partner_id),
        ad: AdId(body.ad_id),
        deep_link,
        standing: Standing::Active,
    });
    created(&app, &caller, fact).await
}
