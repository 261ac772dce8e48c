//! What is done for people whose data this is: who is meant, all that is known of them, and their erasure.

use std::collections::HashMap;
use std::sync::Arc;

use referee_core::fact::{Actor, Fact, Service, SubjectServed};
use referee_core::id::{BrandId, PartnerId, ServiceId};
use referee_core::identity::IdentifierKind;
use referee_engine::Engine;
use referee_engine::engine::{SettleError, blocking};
use referee_engine::erasure::order::{Asked, Unknown, ask, person, preview};
use referee_engine::erasure::records::records_of;
use referee_engine::erasure::who::Who;
use referee_engine::erasure::{Erasure, Found, work};
use referee_engine::error::{Error, Result};
use referee_engine::lookup::answer::Viewer;
use referee_engine::settings::random_bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::decisions::Tell;
use crate::app::App;
use crate::vendor::actions::date;

/// Orders of somebody that an export tells of.
const ORDERS_MAX: usize = 1_000;
/// A longer value names nobody.
const VALUE_CHARS_MAX: usize = 1_024;

/// Kinds by which somebody can be named, beside those of identifiers.
pub const COOKIE: &str = "cookie";
pub const CLICK_ID: &str = "click_id";

/// What names somebody, as it was sent.
#[derive(Deserialize)]
pub struct SubjectWords {
    pub kind: String,
    pub value: String,
    #[serde(default)]
    pub country: Option<String>,
}

impl SubjectWords {
    /// None: there is no such kind, or no value.
    pub fn asked(&self) -> Option<Asked> {
        let value = self.value.trim().to_owned();
        if value.is_empty() || value.chars().count() > VALUE_CHARS_MAX {
            return None;
        }
        match self.kind.trim() {
            COOKIE => Some(Asked::Cookie(value)),
            CLICK_ID => Some(Asked::ClickId(value)),
            kind => {
                let kind = IdentifierKind::from_code(kind)?;
                let country = self.country.clone().filter(|it| !it.trim().is_empty());
                // A blank before a phone number means something.
                Some(Asked::Value { kind, value: self.value.clone(), country })
            }
        }
    }
}

/// The customer whom a shop's message is about, by all that it says of them. None: it names nobody.
pub fn asked_by_shop(message: &str) -> Option<Asked> {
    let message: Value = serde_json::from_str(message).ok()?;
    let named = |field: &str, kind: IdentifierKind| {
        let value = match &message["customer"][field] {
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.clone(),
            _ => return None,
        };
        SubjectWords { kind: kind.code().to_owned(), value, country: None }.asked()
    };
    let fields =
        [("id", IdentifierKind::CustomerId), ("email", IdentifierKind::Email), ("phone", IdentifierKind::Phone)];
    let asked: Vec<Asked> = fields.into_iter().filter_map(|(field, kind)| named(field, kind)).collect();
    (!asked.is_empty()).then_some(Asked::All(asked))
}

/// Why it is not done.
pub enum No {
    Unknown(Unknown),
    /// Somebody asks too often.
    TooMany,
    Settle(SettleError),
}

impl From<SettleError> for No {
    fn from(error: SettleError) -> No {
        No::Settle(error)
    }
}

impl From<Error> for No {
    fn from(error: Error) -> No {
        No::Settle(error.into())
    }
}

/// What would be erased.
pub async fn look(engine: &Arc<Engine>, brand: BrandId, asked: Asked) -> std::result::Result<Found, No> {
    engine.catch_up(brand).await?;
    let of = engine.clone();
    blocking(move || preview(&of, brand, &asked)).await?.map_err(No::Unknown)
}

/// Notes an erasure and begins with it beside the requests.
pub async fn erase(
    engine: &Arc<Engine>,
    brand: BrandId,
    asked: Asked,
    actor: Actor,
) -> std::result::Result<Erasure, No> {
    engine.catch_up(brand).await?;
    let of = engine.clone();
    let erasure = blocking(move || ask(&of, brand, &asked, &actor)).await?.map_err(No::Unknown)?;
    let (of, id) = (engine.clone(), erasure.id);
    tokio::task::spawn_blocking(move || {
        if let Err(error) = work::go_on(&of, brand, id) {
            tracing::warn!(%error, erasure = %id, "an erasure could not be finished and will be gone on with");
        }
    });
    Ok(erasure)
}

/// All that is known of somebody. That it was handed over is on record before it is.
pub async fn export(app: &Arc<App>, brand: BrandId, asked: Asked, actor: Actor) -> std::result::Result<Value, No> {
    let engine = &app.engine;
    // It reads the whole log: a few at a time are enough for people.
    if !app.sign_in_tries.allow(&format!("exports of brand {brand}"), engine.now()) {
        return Err(No::TooMany);
    }
    engine.catch_up(brand).await?;
    let of = engine.clone();
    let who = blocking(move || person(&of, brand, &asked)).await?.map_err(No::Unknown)?;
    let id = ServiceId(random_bytes());
    let fact = Fact::SubjectServed(SubjectServed { id, service: Service::Export });
    engine.settle(brand, actor, fact).await?;
    let of = engine.clone();
    let (mut told, orders) = blocking(move || tell(&of, brand, &who, id)).await?;
    let names = names(engine, brand).await?;
    let of_orders = engine.look_up(brand, Viewer::Brand, move |lookup| {
        orders.iter().take(ORDERS_MAX).map(|order| lookup.find(order)).collect::<Result<Vec<_>>>()
    });
    let tell = Tell { names, viewer: Viewer::Brand };
    told["orders"] = of_orders.await?.iter().map(|found| tell.found(found)).collect();
    Ok(told)
}

async fn names(engine: &Arc<Engine>, brand: BrandId) -> Result<HashMap<PartnerId, String>> {
    let partners = engine.with_settings(move |settings| settings.partners(brand)).await?;
    Ok(partners.into_iter().map(|it| (it.id, it.name)).collect())
}

/// What the log and the books say of somebody, and the ids of the orders.
fn tell(engine: &Engine, brand: BrandId, who: &Who, id: ServiceId) -> Result<(Value, Vec<String>)> {
    let records = records_of(engine, brand, who)?;
    let identifiers = who.identifiers.keys().map(|it| {
        let seen = records.seen.get(it);
        let hash: String = it.hash.iter().map(|byte| format!("{byte:02x}")).collect();
        json!({
            "kind": it.kind.code(),
            "keyed_hash": hash,
            "first_seen_at": seen.map(|(first, _)| date(*first)),
            "last_seen_at": seen.map(|(_, last)| date(*last)),
        })
    });
    let lines = records.lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap_or_default());
    let told = json!({
        "id": id.to_string(),
        "made_at": date(engine.now()),
        "note": "Identifiers are kept as keyed hashes only: the values themselves are not known here. \
                 Addresses and user agents stand in the records for as long as they are kept.",
        "identifiers": identifiers.collect::<Vec<_>>(),
        "records": lines.collect::<Vec<_>>(),
        "records_left_out": records.cut,
        "orders_left_out": who.orders.len() > ORDERS_MAX,
    });
    let mut orders: Vec<String> = who.orders.iter().map(|(key, _)| key.order_id.clone()).collect();
    orders.sort();
    orders.dedup();
    Ok((told, orders))
}

/// A number with its word.
pub fn many(n: u32, one: &str, more: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { more })
}

pub fn found_json(found: &Found) -> Value {
    json!({
        "identifiers": found.identifiers,
        "devices": found.devices,
        "networks": found.networks,
        "clicks": found.clicks,
        "orders_kept": found.orders,
        "shared_kept": found.shared,
        "passed_on_kept": found.passed_on,
        "blocked_kept": found.blocked,
        "papers": found.papers,
    })
}
