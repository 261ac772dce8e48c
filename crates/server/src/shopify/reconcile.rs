//! Every night a shop is asked for what changed since the last time: messages are lost, and an order that nobody told of
//! must not be.

use std::sync::Arc;

use referee_core::time::{MINUTE_MS, Timestamp, Zone};
use referee_engine::engine::blocking;
use referee_engine::error::Result;
use referee_engine::intake::shop::{ReadOrder, lines_query, order_of_admin, orders_query, seen};
use referee_engine::limits::{SHOP_LINES_MAX, SHOP_RECONCILE_DAYS};
use referee_engine::log::names::iso;
use referee_engine::settings::{KeptShop, ShopState};
use serde_json::{Value, json};

use super::client::{Asked, Trouble, ask};
use super::webhooks::{as_known, is_from_before, routing_of, with_context, without_forgotten};
use crate::app::App;
use crate::reports::{Reporter, new_submission};

/// The hour of the program's night from which on a shop is asked.
const HOUR: i64 = 2;
/// Asked again from a little before: what changed while it was asked may have come after its page.
const OVERLAP_MS: i64 = 10 * MINUTE_MS;
/// Pages of one night: a hundred thousand orders.
const PAGES_MAX: usize = 10_000;

/// Asks every shop whose time has come.
pub async fn reconcile_due(app: Arc<App>) -> Result<()> {
    let engine = app.engine.clone();
    for shop in blocking(move || engine.settings.all_shops()).await? {
        let domain = shop.domain.clone();
        // The trouble of one shop is not the others'.
        if let Err(error) = reconcile_if_due(&app, shop).await {
            tracing::warn!(shop = domain, %error, "a shop could not be asked for its orders");
        }
    }
    Ok(())
}

async fn reconcile_if_due(app: &Arc<App>, shop: KeptShop) -> Result<()> {
    let now = app.engine.now();
    let zone = routing_of(app, &shop)?.config.programs.get(&shop.program).map(|it| it.zone.clone());
    if is_due(&shop, &zone.unwrap_or_default(), now) {
        reconcile(app, shop, now).await?;
    }
    Ok(())
}

/// Once a day, from two o'clock in the morning on where the program is; at once where it never was.
fn is_due(shop: &KeptShop, zone: &Zone, now: Timestamp) -> bool {
    if shop.state != ShopState::Connected || shop.secrets.token.is_none() {
        return false;
    }
    let night = |at: Timestamp| zone.day(at.plus_ms(-HOUR * 60 * MINUTE_MS));
    shop.reconciled_at.is_none_or(|before| night(before) < night(now))
}

/// Asks a shop, takes what was not known, and keeps what was found.
pub async fn reconcile(app: &Arc<App>, mut shop: KeptShop, now: Timestamp) -> Result<KeptShop> {
    let oldest = now.minus_days(SHOP_RECONCILE_DAYS);
    let since = shop.reconciled_until.map_or(shop.created_at, |at| at.plus_ms(-OVERLAP_MS)).max(oldest);
    (shop.reconciled_orders, shop.reconciled_new) = (0, 0);
    let asked = page_by_page(app, &mut shop, since).await;
    shop.reconciled_at = Some(now);
    match asked {
        Ok(()) => {
            shop.reconciled_until = Some(now);
            shop.reconcile_trouble.clear();
        }
        // The next night begins where this one came to.
        Err(Trouble(why)) => shop.reconcile_trouble = why,
    }
    let (engine, kept) = (app.engine.clone(), shop.clone());
    blocking(move || engine.settings.keep_reconciled(&kept)).await?;
    Ok(shop)
}

/// The oldest changes come first: what was taken need not be asked for again, up to the first that could not be read.
async fn page_by_page(app: &Arc<App>, shop: &mut KeptShop, since: Timestamp) -> Asked<()> {
    let query = orders_query();
    let search = format!("updated_at:>='{}' AND status:any", iso(since));
    let mut after = Value::Null;
    let mut unread = 0;
    for _ in 0..PAGES_MAX {
        let answer = ask(app, shop, &query, json!({ "search": search, "after": after })).await?;
        let orders = &answer["orders"];
        for order in orders["nodes"].as_array().into_iter().flatten() {
            let order = with_all_lines(app, shop, order.clone()).await?;
            match order_of_admin(&order, &shop.category) {
                Ok(order) => {
                    let changed_at = order.updated_at;
                    take(app, shop, order).await?;
                    if unread == 0 {
                        shop.reconciled_until = shop.reconciled_until.max(Some(changed_at.min(app.engine.now())));
                    }
                }
                Err(why) => {
                    tracing::warn!(shop = shop.domain, %why, order = %order["id"], "an order could not be read");
                    unread += 1;
                }
            }
        }
        if orders["pageInfo"]["hasNextPage"] != json!(true) {
            return match unread {
                0 => Ok(()),
                unread => Err(Trouble(format!("{unread} orders could not be read; the server's log names them."))),
            };
        }
        after = orders["pageInfo"]["endCursor"].clone();
    }
    Err(Trouble("There were more orders than one night takes; the next one goes on.".into()))
}

/// An order with more lines than a page of orders brings is asked for them by itself.
async fn with_all_lines(app: &Arc<App>, shop: &mut KeptShop, mut order: Value) -> Asked<Value> {
    let mut page = order["lineItems"]["pageInfo"].clone();
    while page["hasNextPage"] == json!(true) {
        let variables = json!({ "id": order["id"], "after": page["endCursor"] });
        let answer = ask(app, shop, &lines_query(), variables).await?;
        let more = answer["order"]["lineItems"]["nodes"].as_array().cloned().unwrap_or_default();
        page = answer["order"]["lineItems"]["pageInfo"].clone();
        let Some(lines) = order["lineItems"]["nodes"].as_array_mut() else { break };
        lines.extend(more);
        if lines.len() > SHOP_LINES_MAX {
            break;
        }
    }
    Ok(order)
}

/// Takes an order of which the books know less, or whose visits may name a click that nothing else did.
async fn take(app: &Arc<App>, shop: &mut KeptShop, order: ReadOrder) -> Asked<()> {
    shop.reconciled_orders += 1;
    if is_from_before(shop, &order) {
        return Ok(());
    }
    let (engine, brand, id) = (app.engine.clone(), shop.brand, order.id.to_string());
    let failed = |error: referee_engine::error::Error| Trouble(format!("An order could not be taken: {error}"));
    let known = blocking(move || engine.reads.shop_orders(brand, &id)).await.map_err(failed)?;
    let as_known = as_known(shop, &known);
    let known = known.into_iter().find(|(key, _)| key.event_type == as_known.event_type);
    let as_much = known.is_some_and(|(_, row)| {
        let has = |id: u64| row.refunds.iter().any(|it| it.id == id);
        let refunds = order.refunds.iter().all(|refund| has(refund.id));
        refunds && row.updated_at.is_some_and(|at| at >= order.updated_at) && (row.paid || !order.paid)
    });
    if as_much && order.buyer.journey.iter().all(|it| !it.contains('?')) {
        return Ok(());
    }
    if !as_much {
        shop.reconciled_new += 1;
    }
    let order = without_forgotten(app, shop, order).await.map_err(failed)?;
    let brand = routing_of(app, shop).map_err(failed)?;
    let now = app.engine.now();
    let submission = new_submission(now);
    let taken = with_context(&brand, &as_known, submission, now, |context| seen(order, context)).map_err(failed)?;
    Reporter { app, brand: shop.brand, now }.keep(taken, None).await.map_err(failed)?;
    Ok(())
}
