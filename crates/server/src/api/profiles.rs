//! Profiles: who is who, why, and what was kept apart. Identifiers are masked.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::HeaderMap;
use referee_core::id::{BrandId, NodeId, RecordNo};
use referee_core::identity::profiles::Verdict;
use referee_core::identity::{Identifier, IdentifierKind, NodeKind};
use referee_core::row::{ClickRow, RefusedJoinRow, TouchKind};
use referee_engine::engine::blocking;
use referee_engine::intake::identifier::found;
use referee_engine::lookup::told::Masked;
use referee_engine::profile::{Became, EdgeTold, Event, Member, ProfileTold, profile_of};
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::reader;
use super::decisions::masked;
use super::extract::{Body, Params};
use crate::app::App;
use crate::error::ApiError;
use crate::paging::{before, cursor, rows_wanted};
use crate::vendor::actions::date;

/// One profile, by any of its nodes.
pub async fn find(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let caller = reader(&app, &headers).await?;
    let node = id.parse().map_err(|_| ApiError::not_found("profile"))?;
    told(&app, caller.brand, Some(node)).await
}

/// What names a person, as the address of a request may hold it.
#[derive(Deserialize)]
pub struct NamedInAddress {
    customer_id: Option<String>,
    custom_profile_id: Option<String>,
    email_hash: Option<String>,
}

/// One profile, by an id that is no secret: of the shop, or the hash of an e-mail address.
pub async fn find_by_name(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(named): Params<NamedInAddress>,
) -> Result<Json<Value>, ApiError> {
    let caller = reader(&app, &headers).await?;
    let given = [
        (IdentifierKind::CustomerId, named.customer_id),
        (IdentifierKind::AnonymousId, named.custom_profile_id),
        (IdentifierKind::Email, named.email_hash),
    ];
    let given = given.into_iter().find_map(|(kind, value)| Some((kind, value?)));
    let Some((kind, value)) = given else {
        let message = "One of customer_id, custom_profile_id or email_hash is required.";
        return Err(ApiError::invalid_field("customer_id", message));
    };
    if value.contains('@') {
        let message = "An address in clear does not belong in the address of a request: send its SHA-256, or POST it to /profiles/search.";
        return Err(ApiError::invalid_field("email_hash", message));
    }
    named_profile(&app, caller.brand, kind, &value, None).await
}

#[derive(Deserialize)]
pub struct Named {
    kind: String,
    value: String,
    country: Option<String>,
}

/// One profile, by whatever names it. Posted: an address would keep the value in logs.
pub async fn search(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Body(named): Body<Named>,
) -> Result<Json<Value>, ApiError> {
    let caller = reader(&app, &headers).await?;
    let kind = IdentifierKind::ALL.into_iter().find(|kind| kind.code() == named.kind);
    let kind = kind.ok_or_else(|| ApiError::invalid_field("kind", "There is no such kind of identifier."))?;
    named_profile(&app, caller.brand, kind, &named.value, named.country.as_deref()).await
}

async fn named_profile(
    app: &Arc<App>,
    brand: BrandId,
    kind: IdentifierKind,
    value: &str,
    country: Option<&str>,
) -> Result<Json<Value>, ApiError> {
    let keys = app.engine.routing().brands.get(&brand).map(|brand| brand.keys.clone());
    let keys = keys.ok_or_else(|| ApiError::not_found("brand"))?;
    let hashed = found(&keys, kind, value, country)
        .map_err(|refusal| ApiError::invalid_field("value", refusal.brand_sentence()))?;
    let names: Vec<Identifier> = std::iter::once(hashed.identifier).chain(hashed.variants).collect();
    let engine = app.engine.clone();
    let node = blocking(move || {
        let nodes = names.iter().map(|name| engine.reads.node_of(brand, name));
        Ok(nodes.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().next())
    })
    .await?;
    told(app, brand, node).await
}

async fn told(app: &Arc<App>, brand: BrandId, node: Option<NodeId>) -> Result<Json<Value>, ApiError> {
    let engine = app.engine.clone();
    let told = blocking(move || match node {
        Some(node) => profile_of(engine.reads.as_ref(), brand, node),
        None => Ok(None),
    });
    let told = told.await?.ok_or_else(|| ApiError::not_found("profile"))?;
    Ok(Json(profile(&told)))
}

fn profile(told: &ProfileTold) -> Value {
    json!({
        "profile_id": told.id.to_string(),
        "members": told.members.iter().map(member).collect::<Vec<_>>(),
        "edges": told.edges.iter().map(edge).collect::<Vec<_>>(),
        "events": told.events.iter().map(event).collect::<Vec<_>>(),
    })
}

fn member(it: &Member) -> Value {
    let stay = |from, until| json!({ "from": from, "until": until });
    let kind = match it.kind {
        NodeKind::Identifier(kind) => kind.code(),
        NodeKind::Click => "click",
    };
    json!({
        "node_id": it.node.to_string(),
        "kind": kind,
        "names": it.names.iter().map(|it| masked(*it)).collect::<Vec<_>>(),
        "stays": it.stays.iter().map(|it| stay(it.from.map(date), it.until.map(date))).collect::<Vec<_>>(),
        "shared_by_many_since": it.exposed_at.map(date),
    })
}

fn edge(it: &EdgeTold) -> Value {
    let (became, reason) = match it.became {
        Became::Same => ("same", None),
        Became::Rules(Verdict::Joined) => ("joined", None),
        Became::Rules(Verdict::Together) => ("together", None),
        Became::Rules(Verdict::Moved { .. }) => ("moved", None),
        Became::Rules(Verdict::Refused(reason)) => ("refused", Some(reason)),
        Became::KeptOut(reason) => ("kept_out", Some(reason)),
        Became::Separated => ("separated", None),
        Became::Rejoined => ("rejoined", None),
    };
    let moved = match it.became {
        Became::Rules(Verdict::Moved { device, from }) => Some((device, from)),
        _ => None,
    };
    json!({
        "record": it.record.0,
        "occurred_at": date(it.at),
        "a": it.a.to_string(),
        "b": it.b.to_string(),
        "became": became,
        "moved_node_id": moved.map(|(device, _)| device.to_string()),
        "moved_from": moved.map(|(_, from)| date(from)),
        "reason": reason.map(|reason| reason.code()),
        "message": reason.map(|reason| reason.brand_sentence()),
    })
}

fn event(event: &Event) -> Value {
    match event {
        Event::Touched(click) => touched(click),
        Event::Ordered(key, row) => json!({
            "event": "order",
            "occurred_at": date(row.occurred_at),
            "node_id": row.node.map(|node| node.to_string()),
            "event_type_id": key.event_type.0,
            "order_id": key.order_id,
            "action_ids": row.actions.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "reason": row.refusal.map(|refusal| refusal.code()),
        }),
    }
}

fn touched(click: &ClickRow) -> Value {
    json!({
        "event": if click.kind == TouchKind::Click { "click" } else { "impression" },
        "occurred_at": date(click.occurred_at),
        "node_id": click.node.to_string(),
        "click_no": click.no.to_string(),
        "partner_id": click.partner.0,
        "ad_id": click.ad.0,
        "reason": click.refusal.map(|refusal| refusal.code()),
    })
}

#[derive(Deserialize)]
pub struct RefusedQuery {
    cursor: Option<String>,
    limit: Option<u32>,
}

/// What was seen together and could not be one person, newest first.
pub async fn list_refused_joins(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Params(query): Params<RefusedQuery>,
) -> Result<Json<Value>, ApiError> {
    let caller = reader(&app, &headers).await?;
    let before = before(query.cursor.as_deref())?.map(|(record, n)| (RecordNo(record), n));
    let most = rows_wanted(query.limit);
    let (engine, brand) = (app.engine.clone(), caller.brand);
    let (rows, names) = blocking(move || {
        let rows = engine.reads.refused_joins(brand, before, most)?;
        let nodes: Vec<NodeId> = rows.iter().flat_map(|it| [it.a, it.b]).collect();
        Ok((rows, engine.reads.identifiers_at(brand, &nodes)?))
    })
    .await?;
    let name = |node: NodeId| names.iter().find(|(at, _)| *at == node).map(|(_, it)| masked(Masked::from(it)));
    let row = |it: &RefusedJoinRow| {
        json!({
            "record": it.record.0,
            "occurred_at": date(it.at),
            "a": { "node_id": it.a.to_string(), "name": name(it.a) },
            "b": { "node_id": it.b.to_string(), "name": name(it.b) },
            "reason": it.reason.code(),
            "message": it.reason.brand_sentence(),
        })
    };
    let next = rows.last().filter(|_| rows.len() == most as usize).map(|it| cursor(it.record, it.n));
    Ok(Json(json!({ "data": rows.iter().map(row).collect::<Vec<_>>(), "next_cursor": next })))
}
