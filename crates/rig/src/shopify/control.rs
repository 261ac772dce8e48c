//! What tests in other languages, and people with curl, say to the shop: `POST /made-up/control` with JSON.

use serde_json::{Value, json};

use super::wire::{Answer, Request};
use super::{Customer, Done, Edit, Line, Order, Refund, RefundMoney, Script, lock};

/// None for everything else.
pub fn answer(script: &Script, request: &Request) -> Option<Answer> {
    if request.path != "/made-up/control" {
        return None;
    }
    // A page of somebody else's can send neither this kind of body nor read the answer.
    if request.method != "POST" || request.header("content-type") != "application/json" {
        return Some(Answer::json(415, &json!({ "error": "say it with POST and application/json" })));
    }
    let said = request.json();
    Some(match act(script, &said) {
        Ok(answer) => Answer::json(200, &answer),
        Err(error) => Answer::json(400, &json!({ "error": error })),
    })
}

fn act(script: &Script, said: &Value) -> Result<Value, String> {
    let verb = said["do"].as_str().unwrap_or_default();
    let id = match said["order"].as_str() {
        Some(text) => text.parse().map_err(|_| "order is a number, as text")?,
        None => script.order_ids().last().copied().unwrap_or_default(),
    };
    let needs_order = ["pay", "refund", "cancel", "edit", "touch", "order_json"].contains(&verb);
    if needs_order && !script.order_ids().contains(&id) {
        return Err(format!("there is no order {id}"));
    }
    let customer =
        || Customer::new(said["customer"].as_u64().unwrap_or(1), said["email"].as_str().unwrap_or("ada@example.com"));
    let done = match verb {
        "order" => script.order(order(said)?),
        "pay" => script.pay(id),
        "refund" => script.refund(id, refund(script, id, said)?),
        "cancel" => script.cancel(id),
        "edit" => script.edit(id, edit(script, id, said)?),
        "touch" => script.touch(id),
        "uninstall" => script.uninstall(),
        "request_data" => script.request_data(&customer()),
        "redact_customer" => script.redact_customer(&customer()),
        "redact_shop" => script.redact_shop(),
        "set" => {
            for (name, value) in said["settings"].as_object().into_iter().flatten() {
                script.set(name, value.as_str().unwrap_or_default());
            }
            return Ok(json!({}));
        }
        "webhooks" => {
            script.set_webhooks(said["address"].as_str().unwrap_or_default());
            return Ok(json!({}));
        }
        "time" => {
            lock(&script.world).now = said["at"].as_i64();
            return Ok(json!({}));
        }
        "pump" => return Ok(json!({ "waiting": script.pump() })),
        "order_json" => return Ok(script.payload(id)),
        "session_token" => return Ok(json!({ "token": script.session_token() })),
        "app_query" => return Ok(json!({ "query": script.app_query() })),
        _ => return Err(format!("the made-up shop does not know how to {verb:?}")),
    };
    Ok(sent(script, &done, said["deliver"] != json!(false)))
}

/// Sends what follows at once, unless it is to wait.
fn sent(script: &Script, done: &Done, at_once: bool) -> Value {
    let topics: Vec<_> = done.deliveries.iter().map(|it| it.topic.clone()).collect();
    let waiting = if at_once { script.pump() } else { done.deliveries.len() };
    json!({ "order": done.id.to_string(), "topics": topics, "waiting": waiting })
}

fn units(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}

fn order(said: &Value) -> Result<Order, String> {
    Ok(Order {
        lines: lines(&said["lines"])?,
        tax: units(&said["tax"]),
        taxes_included: said["taxes_included"] == json!(true),
        shipping: units(&said["shipping"]),
        attributes: said["attributes"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
            .collect(),
        landing_site: said["landing_site"].as_str().map(str::to_owned),
        customer: said["email"].as_str().map(|email| Customer::new(said["customer"].as_u64().unwrap_or(1), email)),
        paid: said["paid"] != json!(false),
        test: said["test"] == json!(true),
        ..Order::default()
    })
}

/// `[["BOOT-1", 12000, 2]]`: article, price in cents, pieces.
fn lines(value: &Value) -> Result<Vec<Line>, String> {
    let line = |it: &Value| -> Result<Line, String> {
        let (sku, price) = (it[0].as_str().ok_or("a line is [\"SKU\", cents, pieces]")?, units(&it[1]));
        Ok(Line::goods(sku, price, it[2].as_u64().unwrap_or(1) as u32))
    };
    value.as_array().into_iter().flatten().map(line).collect()
}

/// `[[0, 1]]`: the line by its place, and how many of it, of which there must be enough.
fn places(script: &Script, id: u64, value: &Value) -> Result<Vec<(usize, i32)>, String> {
    let world = lock(&script.world);
    let lines = &world.orders[&id].lines;
    let place = |it: &Value| -> Result<(usize, i32), String> {
        let (line, pieces) = (units(&it[0]) as usize, it[1].as_i64().unwrap_or(1) as i32);
        let left = lines.get(line).map(|it| it.current()).ok_or(format!("the order has no line {line}"))?;
        if pieces.unsigned_abs() > left {
            Err(format!("line {line} has only {left} pieces left"))
        } else {
            Ok((line, pieces))
        }
    };
    value.as_array().into_iter().flatten().map(place).collect()
}

fn refund(script: &Script, id: u64, said: &Value) -> Result<Refund, String> {
    let lines = places(script, id, &said["lines"])?;
    let money = match &said["money"] {
        Value::String(word) if word == "none" => RefundMoney::None,
        Value::Number(units) => RefundMoney::Exactly(units.as_i64().unwrap_or_default()),
        _ => RefundMoney::AsReckoned,
    };
    let lines = lines.into_iter().map(|(line, pieces)| (line, pieces.unsigned_abs())).collect();
    Ok(Refund { lines, shipping: units(&said["shipping"]), money, note: None })
}

fn edit(script: &Script, id: u64, said: &Value) -> Result<Edit, String> {
    Ok(Edit {
        quantities: places(script, id, &said["quantities"])?,
        additions: lines(&said["additions"])?,
        ..Edit::default()
    })
}
