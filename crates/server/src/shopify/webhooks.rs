//! What a shop sends: its signature is checked on the bytes before anything else, what it says becomes a fact, and it is
//! answered once that is durable. What is refused is kept with its reason, for the brand to see.

use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use referee_core::fact::ShopRefund;
use referee_core::id::SubmissionId;
use referee_core::row::{OrderKey, ShopOrderRow};
use referee_core::time::{MINUTE_MS, Timestamp, Zone};
use referee_engine::engine::blocking;
use referee_engine::erasure::buyer::is_forgotten;
use referee_engine::error::{Error, Result};
use referee_engine::intake::click::cut;
use referee_engine::intake::event_date::moment;
use referee_engine::intake::report::Taken;
use referee_engine::intake::shop::signature::{is_webhook, name_of};
use referee_engine::intake::shop::{
    ReadOrder, ShopContext, Unreadable, order_webhook, refund_seen, refund_webhook, seen,
};
use referee_engine::limits::SHOP_BYTES_MAX;
use referee_engine::routing::BrandRouting;
use referee_engine::settings::{KeptShop, ShopDelivery, ShopRequest, ShopRequestKind, ShopSecrets, ShopState};
use serde_json::{Value, json};

use crate::app::App;
use crate::reports::{Reporter, new_submission, submission_name};

/// Letters of a header that are read.
const HEADER_CHARS_MAX: usize = 200;

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// It is in the log; what follows from it, the rules say.
    Kept,
    /// Nothing follows from such messages.
    Ignored,
    /// Whoever erases and exports data has it.
    Requested,
    /// It ended the connection.
    Ended,
    Unreadable,
    OtherShop,
    NotConnected,
    TooLarge,
}

impl Outcome {
    fn code(self) -> &'static str {
        match self {
            Outcome::Kept => "kept",
            Outcome::Ignored => "ignored",
            Outcome::Requested => "requested",
            Outcome::Ended => "ended",
            Outcome::Unreadable => "SHOP_MESSAGE_UNREADABLE",
            Outcome::OtherShop => "SHOP_UNKNOWN",
            Outcome::NotConnected => "SHOP_UNINSTALLED",
            Outcome::TooLarge => "SHOP_MESSAGE_TOO_LARGE",
        }
    }

    /// What can't be read now can't be read when it comes again: it is taken, and the shop is asked for the order at night.
    fn status(self) -> StatusCode {
        match self {
            Outcome::Kept | Outcome::Ignored | Outcome::Requested | Outcome::Ended | Outcome::Unreadable => {
                StatusCode::OK
            }
            Outcome::OtherShop => StatusCode::NOT_FOUND,
            Outcome::NotConnected => StatusCode::GONE,
            Outcome::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        }
    }
}

/// A message whose signature is good.
struct Message {
    topic: String,
    domain: String,
    webhook_id: String,
    /// When the shop says that it happened.
    triggered_at: Option<Timestamp>,
    body: Bytes,
}

/// What it came to, in words.
struct Told {
    outcome: Outcome,
    order_id: String,
    submission: Option<SubmissionId>,
    detail: String,
}

impl Told {
    fn of(outcome: Outcome, detail: impl Into<String>) -> Told {
        Told { outcome, order_id: String::new(), submission: None, detail: detail.into() }
    }
}

pub async fn receive(State(app): State<Arc<App>>, Path(key): Path<String>, headers: HeaderMap, body: Body) -> Response {
    match take(&app, key, &headers, body).await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::warn!(%error, "a shop's message is not kept yet");
            app.metrics.reports_unavailable.inc();
            let wait = [("retry-after", "30")];
            (StatusCode::SERVICE_UNAVAILABLE, wait, Json(json!({ "outcome": "unavailable" }))).into_response()
        }
    }
}

fn answer(status: StatusCode, outcome: &str) -> Response {
    (status, Json(json!({ "outcome": outcome }))).into_response()
}

async fn take(app: &Arc<App>, key: String, headers: &HeaderMap, body: Body) -> Result<Response> {
    let engine = app.engine.clone();
    let asked = key.clone();
    let Some(shop) = blocking(move || engine.settings.shop(&asked)).await? else {
        return Ok(answer(StatusCode::NOT_FOUND, "SHOP_UNKNOWN"));
    };
    let Some(body) = read(body).await else {
        // Nobody knows who sent it: one line tells of all of them.
        let message = Message { topic: "?".into(), webhook_id: "(too large)".into(), ..Message::bare(&shop) };
        let told = Told::of(Outcome::TooLarge, format!("More than {} MiB.", SHOP_BYTES_MAX >> 20));
        keep_delivery(app, &shop, &message, &told).await?;
        return Ok(answer(Outcome::TooLarge.status(), Outcome::TooLarge.code()));
    };
    let signature = header(headers, &["x-shopify-hmac-sha256", "shopify-hmac-sha256"]);
    if !is_webhook(&shop.secrets.client_secret, &body, &signature) {
        app.metrics.reports_refused.inc();
        let (engine, now) = (app.engine.clone(), app.engine.now());
        blocking(move || engine.settings.count_wrong_signature(&key, now)).await?;
        return Ok(answer(StatusCode::UNAUTHORIZED, "SHOP_SIGNATURE_WRONG"));
    }
    let message = Message::read(headers, body);
    let (engine, asked) = (app.engine.clone(), (shop.key.clone(), message.topic.clone(), message.webhook_id.clone()));
    let before = blocking(move || engine.settings.shop_delivery(&asked.0, &asked.1, &asked.2)).await?;
    if before.is_some_and(|before| before.outcome != Outcome::NotConnected.code()) {
        keep_delivery(app, &shop, &message, &Told::of(Outcome::Ignored, "")).await?;
        return Ok(answer(StatusCode::OK, "repeated"));
    }
    let told = follow(app, &shop, &message).await?;
    keep_delivery(app, &shop, &message, &told).await?;
    Ok(answer(told.outcome.status(), told.outcome.code()))
}

/// A body as far as it may go. What is beyond is read and let go, so that whoever sends it sees the answer.
async fn read(mut body: Body) -> Option<Bytes> {
    let (mut bytes, mut length) = (Vec::new(), 0_usize);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.ok()?.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length <= SHOP_BYTES_MAX {
            bytes.extend_from_slice(&data);
        } else if length > 8 * SHOP_BYTES_MAX {
            return None;
        }
    }
    (length <= SHOP_BYTES_MAX).then(|| bytes.into())
}

/// The first of these headers that is there: the names of webhooks, and the newer ones of events.
fn header(headers: &HeaderMap, names: &[&str]) -> String {
    let found = names.iter().find_map(|name| headers.get(*name)?.to_str().ok());
    cut(found.unwrap_or_default().trim(), HEADER_CHARS_MAX)
}

impl Message {
    fn bare(shop: &KeptShop) -> Message {
        let (topic, webhook_id) = (String::new(), String::new());
        Message { topic, domain: shop.domain.clone(), webhook_id, triggered_at: None, body: Bytes::new() }
    }

    fn read(headers: &HeaderMap, body: Bytes) -> Message {
        let topic = header(headers, &["x-shopify-topic", "shopify-topic"]).to_lowercase();
        // Events of a resource say what it is and what was done in two headers.
        let handle = header(headers, &["shopify-action"]);
        let topic = if topic.is_empty() { handle } else { topic };
        let webhook_id = header(headers, &["x-shopify-webhook-id", "shopify-webhook-id"]);
        let triggered_at = header(headers, &["x-shopify-triggered-at", "shopify-triggered-at"]);
        Message {
            topic,
            domain: header(headers, &["x-shopify-shop-domain", "shopify-shop-domain"]).to_lowercase(),
            webhook_id: if webhook_id.is_empty() { name_of(&body) } else { webhook_id },
            triggered_at: moment(&triggered_at, &Zone::default()),
            body,
        }
    }
}

async fn keep_delivery(app: &Arc<App>, shop: &KeptShop, message: &Message, told: &Told) -> Result<()> {
    let delivery = ShopDelivery {
        topic: message.topic.clone(),
        webhook_id: message.webhook_id.clone(),
        received_at: app.engine.now(),
        order_id: told.order_id.clone(),
        submission: told.submission.map(submission_name).unwrap_or_default(),
        outcome: told.outcome.code().to_owned(),
        detail: cut(&told.detail, HEADER_CHARS_MAX),
        times: 1,
    };
    let (engine, key) = (app.engine.clone(), shop.key.clone());
    blocking(move || engine.settings.keep_shop_delivery(&key, &delivery)).await
}

async fn follow(app: &Arc<App>, shop: &KeptShop, message: &Message) -> Result<Told> {
    if message.domain != shop.domain {
        return Ok(Told::of(Outcome::OtherShop, format!("It says that it is of {}.", message.domain)));
    }
    let kind = match message.topic.as_str() {
        "customers/data_request" => Some(ShopRequestKind::CustomerData),
        "customers/redact" => Some(ShopRequestKind::CustomerRedact),
        "shop/redact" => Some(ShopRequestKind::ShopRedact),
        _ => None,
    };
    if let Some(kind) = kind {
        return request(app, shop, message, kind).await;
    }
    // What happened before the end is still told.
    let in_flight = message.triggered_at.is_some_and(|at| at <= shop.changed_at);
    if !shop.state.is_open() && !in_flight {
        let when = referee_engine::log::names::iso(shop.changed_at);
        return Ok(Told::of(Outcome::NotConnected, format!("Not connected since {when}.")));
    }
    let Ok(body) = serde_json::from_slice::<Value>(&message.body) else {
        return Ok(Told::of(Outcome::Unreadable, "It is not JSON."));
    };
    match message.topic.as_str() {
        "app/uninstalled" => end(app, shop, message).await,
        "refunds/create" => {
            let read = refund_webhook(&body);
            let order_id = |(order_id, ..): &(u64, ShopRefund, Timestamp)| *order_id;
            record(app, shop, read, order_id, |(id, refund, at), context| refund_seen(id, refund, at, context)).await
        }
        "orders/edited" => Ok(Told::of(Outcome::Ignored, "The order itself follows as orders/updated.")),
        "orders/delete" => Ok(Told::of(Outcome::Ignored, "What was earned stays until the order is cancelled.")),
        topic if topic.starts_with("orders/") => {
            let read = order_webhook(&body, &shop.category);
            if read.as_ref().is_ok_and(|order| is_from_before(shop, order)) {
                let why = "It was placed before the shop was connected: report it otherwise if it is to count.";
                return Ok(Told::of(Outcome::Ignored, why));
            }
            let read = match read {
                Ok(order) => Ok(without_forgotten(app, shop, order).await?),
                Err(why) => Err(why),
            };
            record(app, shop, read, |order| order.id, seen).await
        }
        _ => Ok(Told::of(Outcome::Ignored, "Nothing follows from this topic.")),
    }
}

/// Whether an order was placed before the shop was connected: whoever told of it then may have told of it by another id.
pub fn is_from_before(shop: &KeptShop, order: &ReadOrder) -> bool {
    order.created_at.plus_ms(MINUTE_MS) < shop.created_at
}

/// The shop as it was set up when it first spoke of an order: what follows belongs there. What only a browser told of moves
/// no order.
pub fn as_known(shop: &KeptShop, known: &[(OrderKey, ShopOrderRow)]) -> KeptShop {
    let of_shop = || known.iter().filter(|(_, row)| row.updated_at.is_some() || !row.refunds.is_empty());
    let opened_as = of_shop().find(|(key, _)| key.event_type == shop.event_type).or_else(|| of_shop().next());
    match opened_as {
        Some((key, row)) => KeptShop { event_type: key.event_type, program: row.program, ..shop.clone() },
        None => shop.clone(),
    }
}

/// The order, without its buyer if they were erased meanwhile.
pub async fn without_forgotten(app: &Arc<App>, shop: &KeptShop, mut order: ReadOrder) -> Result<ReadOrder> {
    let keys = routing_of(app, shop)?.keys.clone();
    let (engine, brand, id, buyer) = (app.engine.clone(), shop.brand, order.id.to_string(), order.buyer.clone());
    if blocking(move || is_forgotten(engine.reads.as_ref(), &keys, brand, (&id, &buyer))).await? {
        order.buyer.forget();
    }
    Ok(order)
}

/// Makes a fact of what was read and keeps it.
async fn record<T>(
    app: &Arc<App>,
    shop: &KeptShop,
    read: std::result::Result<T, Unreadable>,
    order_id: impl FnOnce(&T) -> u64,
    fact: impl FnOnce(T, &ShopContext<'_>) -> Taken,
) -> Result<Told> {
    let read = match read {
        Ok(read) => read,
        Err(why) => return Ok(Told::of(Outcome::Unreadable, format!("{why}."))),
    };
    let order_id = order_id(&read).to_string();
    let (engine, of, id) = (app.engine.clone(), shop.brand, order_id.clone());
    let shop = &as_known(shop, &blocking(move || engine.reads.shop_orders(of, &id)).await?);
    let brand = routing_of(app, shop)?;
    let (now, submission) = (app.engine.now(), new_submission(app.engine.now()));
    let taken = with_context(&brand, shop, submission, now, |context| fact(read, context))?;
    let warnings: Vec<String> = taken.warnings.iter().map(|it| format!("{}: {}", it.field, it.message)).collect();
    Reporter { app, brand: shop.brand, now }.keep(taken, None).await?;
    Ok(Told { outcome: Outcome::Kept, order_id, submission: Some(submission), detail: warnings.join(" ") })
}

pub fn routing_of(app: &App, shop: &KeptShop) -> Result<Arc<BrandRouting>> {
    let routing = app.engine.routing();
    let brand = routing.brands.get(&shop.brand).cloned();
    brand.ok_or_else(|| Error::unavailable("take a shop's message", "its brand is not known here yet"))
}

/// What an order of the shop is read against.
pub fn with_context<T>(
    brand: &BrandRouting,
    shop: &KeptShop,
    submission: SubmissionId,
    now: Timestamp,
    with: impl FnOnce(&ShopContext<'_>) -> T,
) -> Result<T> {
    let program = brand.config.programs.get(&shop.program);
    let program = program.ok_or_else(|| Error::setup("take a shop's message", "its program does not exist"))?;
    Ok(with(&ShopContext {
        config: &brand.config,
        keys: &brand.keys,
        program,
        event_type: shop.event_type,
        opens_when_paid: shop.opens_when_paid,
        category: &shop.category,
        submission,
        now,
    }))
}

/// The shop took the app off. What it said of orders stays as it is.
async fn end(app: &Arc<App>, shop: &KeptShop, message: &Message) -> Result<Told> {
    // It may be late, and the app may be back. The shop tells whole seconds.
    if message.triggered_at.is_some_and(|at| at.plus_ms(1_000) < shop.changed_at) || !shop.state.is_open() {
        return Ok(Told::of(Outcome::Ignored, "The shop was connected again since, or not connected any more."));
    }
    let client_secret = shop.secrets.client_secret.clone();
    let secrets = ShopSecrets { client_secret, ..ShopSecrets::default() };
    let (engine, key) = (app.engine.clone(), shop.key.clone());
    let at = message.triggered_at.unwrap_or(engine.now()).max(shop.changed_at);
    blocking(move || engine.settings.set_shop_state(&key, ShopState::Uninstalled, secrets, at)).await?;
    Ok(Told::of(Outcome::Ended, "The app was taken off the shop."))
}

/// Keeps what a shop asks by law.
async fn request(app: &Arc<App>, shop: &KeptShop, message: &Message, kind: ShopRequestKind) -> Result<Told> {
    let Ok(body) = serde_json::from_slice::<Value>(&message.body) else {
        return Ok(Told::of(Outcome::Unreadable, "It is not JSON."));
    };
    let request = ShopRequest {
        shop: shop.key.clone(),
        id: message.webhook_id.clone(),
        kind,
        payload: body.to_string(),
        received_at: app.engine.now(),
        done_at: None,
        note: String::new(),
    };
    let (engine, brand) = (app.engine.clone(), shop.brand);
    blocking(move || engine.settings.keep_shop_request(brand, &request)).await?;
    Ok(Told::of(Outcome::Requested, "It waits under Settings, Shopify."))
}
