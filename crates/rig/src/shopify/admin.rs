//! The Admin interface: who asks, how often, in which version, and what can be asked and changed.

use serde_json::{Map, Value, json};

use super::graphql::{self, Document, NODES, Selection};
use super::wire::{Answer, Request};
use super::{Subscription, VERSION, World, graphql_order, moment};

/// Versions that are still answered. Whoever asks for an older one gets the oldest.
const VERSIONS: [&str; 4] = ["2026-01", "2026-04", "2026-07", "2026-10"];

/// Topics that only the app's own configuration can ask for.
const COMPLIANCE: [&str; 3] = ["CUSTOMERS_DATA_REQUEST", "CUSTOMERS_REDACT", "SHOP_REDACT"];

pub fn answer(world: &mut World, request: &Request, version: &str) -> Answer {
    let served = world.served.clone().unwrap_or_else(|| {
        let known = VERSIONS.contains(&version) || version == "unstable";
        if known { version.to_owned() } else { VERSIONS[0].to_owned() }
    });
    let answer = question(world, request);
    answer.with("x-shopify-api-version", &served).with("x-request-id", &format!("made-up-{}", world.next()))
}

fn question(world: &mut World, request: &Request) -> Answer {
    if request.method != "POST" {
        return Answer::json(406, &json!({ "errors": "Not Acceptable" }));
    }
    let Some(scopes) = scopes(world, request.header("x-shopify-access-token")) else {
        let why = "[API] Invalid API key or access token (unrecognized login or wrong password)";
        return Answer::json(401, &json!({ "errors": why }));
    };
    let body = request.json();
    world.asked.push(body.clone());
    if world.throttled > 0 {
        world.throttled -= 1;
        let error = json!({
            "message": "Throttled",
            "extensions": { "code": "THROTTLED", "documentation": "https://shopify.dev/api/usage/rate-limits" },
        });
        return Answer::json(200, &json!({ "errors": [error], "extensions": { "cost": cost(0) } }));
    }
    let nothing = Map::new();
    let variables = body["variables"].as_object().unwrap_or(&nothing);
    let text = body["query"].as_str().unwrap_or_default();
    let answer = graphql::parse(text, variables).and_then(|document| {
        if document.is_mutation {
            return mutate(world, &document);
        }
        for field in ["product", "customer"] {
            if text.contains(&format!("{field} {{")) && !scopes.contains(&format!("read_{field}s")) {
                return Err(format!("Access denied for {field} field. Required access: `read_{field}s` access scope."));
            }
        }
        query(world, &document, &scopes)
    });
    match answer {
        Ok(data) => Answer::json(200, &json!({ "data": data, "extensions": { "cost": cost(2_000) } })),
        Err(message) => {
            let code = if message.starts_with("Access denied") { "ACCESS_DENIED" } else { "undefinedField" };
            let error = json!({ "message": message, "locations": [{ "line": 1, "column": 1 }], "extensions": { "code": code } });
            Answer::json(200, &json!({ "errors": [error] }))
        }
    }
}

fn scopes(world: &World, token: &str) -> Option<String> {
    let token = world.tokens.get(token)?;
    let lives = token.expires_at.is_none_or(|at| world.now() < at);
    lives.then(|| token.scopes.clone())
}

fn cost(available: u32) -> Value {
    json!({
        "requestedQueryCost": 12,
        "actualQueryCost": 8,
        "throttleStatus": { "maximumAvailable": 2000.0, "currentlyAvailable": available, "restoreRate": 100.0 },
    })
}

fn query(world: &World, document: &Document, scopes: &str) -> Result<Value, String> {
    let mut data = Map::new();
    for field in graphql::fields_of(document, &document.fields, "QueryRoot")? {
        let text = |name: &str| field.arguments.get(name).and_then(Value::as_str).unwrap_or_default();
        let tree = match field.name.as_str() {
            "__typename" => json!("QueryRoot"),
            "shop" => shop(world),
            "orders" | "order" if !scopes.contains("read_orders") => {
                let what = &field.name;
                return Err(format!("Access denied for {what} field. Required access: `read_orders` access scope."));
            }
            "orders" => graphql_order::orders(world, scopes, text("query"), text("sortKey"))?,
            "order" | "node" => {
                let id = text("id").rsplit('/').next().and_then(|id| id.parse().ok()).unwrap_or(0);
                world.orders.get(&id).map_or(Value::Null, |placed| graphql_order::order(placed, 0))
            }
            "currentAppInstallation" => installation(world, scopes),
            "webhookSubscriptions" => {
                json!({ NODES: world.subscriptions.iter().map(subscription).collect::<Vec<_>>() })
            }
            "webPixel" => web_pixel(world),
            name => return Err(format!("Field '{name}' doesn't exist on type 'QueryRoot'")),
        };
        let root = json!({ "__typename": "QueryRoot", field.name.clone(): tree });
        let wanted = [Selection::Field(field.clone())];
        if let Value::Object(cut) = graphql::cut(document, &root, &wanted)? {
            data.extend(cut);
        }
    }
    Ok(Value::Object(data))
}

fn shop(world: &World) -> Value {
    json!({
        "__typename": "Shop",
        "id": format!("gid://shopify/Shop/{}", world.shop_id),
        "name": world.name,
        "email": "owner@shop.example",
        "contactEmail": "owner@shop.example",
        "myshopifyDomain": world.domain,
        "url": world.origin,
        "primaryDomain": {
            "__typename": "Domain",
            "id": "gid://shopify/Domain/1",
            "host": world.origin.trim_start_matches("http://"),
            "url": world.origin,
            "sslEnabled": false,
        },
        "currencyCode": world.currency,
        "enabledPresentmentCurrencies": [world.currency],
        "ianaTimezone": "Europe/Dublin",
        "timezoneAbbreviation": "GMT",
        "timezoneOffsetMinutes": world.offset_minutes,
        "taxesIncluded": world.taxes_included,
        "plan": { "__typename": "ShopPlan", "displayName": "Basic", "publicDisplayName": "Basic", "partnerDevelopment": true, "shopifyPlus": false },
    })
}

fn installation(world: &World, scopes: &str) -> Value {
    let scope = |handle: &str| json!({ "__typename": "AccessScope", "handle": handle, "description": handle });
    json!({
        "__typename": "AppInstallation",
        "id": "gid://shopify/AppInstallation/1",
        "accessScopes": scopes.split([',', ' ']).filter(|it| !it.is_empty()).map(scope).collect::<Vec<_>>(),
        "launchUrl": format!("https://{}/admin/apps/referee", world.domain),
        "app": { "__typename": "App", "id": "gid://shopify/App/1", "title": "Referee", "apiKey": world.api_key },
    })
}

fn subscription(it: &Subscription) -> Value {
    json!({
        "__typename": "WebhookSubscription",
        "id": format!("gid://shopify/WebhookSubscription/{}", it.id),
        "legacyResourceId": it.id.to_string(),
        "topic": it.topic.to_ascii_uppercase().replace('/', "_"),
        "uri": it.address,
        "callbackUrl": it.address,
        "endpoint": { "__typename": "WebhookHttpEndpoint", "callbackUrl": it.address },
        "format": "JSON",
        "includeFields": it.fields,
        "filter": null,
        "metafieldNamespaces": [],
        "apiVersion": { "__typename": "ApiVersion", "handle": VERSION, "displayName": VERSION, "supported": true },
        "createdAt": moment::utc(it.created_at),
        "updatedAt": moment::utc(it.created_at),
    })
}

fn web_pixel(world: &World) -> Value {
    let settings = |it: &Value| json!({ "__typename": "WebPixel", "id": "gid://shopify/WebPixel/1", "settings": it });
    world.pixel.as_ref().map_or(Value::Null, settings)
}

fn mutate(world: &mut World, document: &Document) -> Result<Value, String> {
    let mut data = Map::new();
    for field in graphql::fields_of(document, &document.fields, "Mutation")? {
        let result = mutation(world, &field.name, &field.arguments)?;
        data.insert(field.alias.clone(), graphql::cut(document, &result, &field.fields)?);
    }
    Ok(Value::Object(data))
}

fn mutation(world: &mut World, name: &str, arguments: &Map<String, Value>) -> Result<Value, String> {
    let error =
        |field: &[&str], message: &str| json!([{ "__typename": "UserError", "field": field, "message": message }]);
    let none = json!([]);
    let settings = || arguments.get("webPixel").map_or(Value::Null, |it| it["settings"].clone());
    Ok(match name {
        "webhookSubscriptionCreate" => {
            let made = subscribe(world, arguments);
            let errors = made.as_ref().err().map_or(none, |why| error(&["webhookSubscription"], why));
            json!({ "__typename": "WebhookSubscriptionCreatePayload", "webhookSubscription": made.ok(), "userErrors": errors })
        }
        "webhookSubscriptionUpdate" => {
            let number = number_of(arguments);
            let address = address_of(arguments);
            let found = world.subscriptions.iter_mut().find(|it| it.id == number);
            let changed = found.map(|it| {
                it.address = address;
                subscription(it)
            });
            let errors = if changed.is_none() { error(&["id"], "Webhook subscription does not exist") } else { none };
            json!({ "__typename": "WebhookSubscriptionUpdatePayload", "webhookSubscription": changed, "userErrors": errors })
        }
        "webhookSubscriptionDelete" => {
            let (number, before) = (number_of(arguments), world.subscriptions.len());
            world.subscriptions.retain(|it| it.id != number);
            let gone = world.subscriptions.len() < before;
            let errors = if gone { none } else { error(&["id"], "Webhook subscription does not exist") };
            let id = gone.then(|| arguments["id"].clone());
            json!({ "__typename": "WebhookSubscriptionDeletePayload", "deletedWebhookSubscriptionId": id, "userErrors": errors })
        }
        "webPixelCreate" if world.pixel.is_some() => {
            let errors = json!([{ "__typename": "ErrorsWebPixelUserError", "field": ["webPixel"], "message": "Web pixel is taken.", "code": "TAKEN" }]);
            json!({ "__typename": "WebPixelCreatePayload", "webPixel": null, "userErrors": errors })
        }
        "webPixelCreate" | "webPixelUpdate" => {
            let Some(given) = read_settings(&settings()) else { return Err("settings is not JSON".into()) };
            for (name, value) in &given {
                world.settings.insert(name.clone(), value.clone());
            }
            world.pixel = Some(settings());
            json!({ "__typename": "WebPixelCreatePayload", "webPixel": web_pixel(world), "userErrors": none })
        }
        name => return Err(format!("Field '{name}' doesn't exist on type 'Mutation'")),
    })
}

/// Settings of a pixel come as text that is JSON, or as JSON.
fn read_settings(given: &Value) -> Option<Vec<(String, String)>> {
    let parsed = match given {
        Value::String(text) => serde_json::from_str(text).ok()?,
        other => other.clone(),
    };
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Some(parsed.as_object()?.iter().map(|(name, value)| (name.clone(), plain(value))).collect())
}

fn number_of(arguments: &Map<String, Value>) -> u64 {
    let id = arguments.get("id").and_then(Value::as_str).unwrap_or_default();
    id.rsplit('/').next().and_then(|id| id.parse().ok()).unwrap_or(0)
}

fn address_of(arguments: &Map<String, Value>) -> String {
    let input = arguments.get("webhookSubscription").cloned().unwrap_or_default();
    input["uri"].as_str().or(input["callbackUrl"].as_str()).unwrap_or_default().to_owned()
}

fn subscribe(world: &mut World, arguments: &Map<String, Value>) -> Result<Value, String> {
    let topic = arguments.get("topic").and_then(Value::as_str).unwrap_or_default();
    if topic.is_empty() || COMPLIANCE.contains(&topic) {
        return Err("Invalid topic specified".into());
    }
    let (resource, action) = topic.split_once('_').ok_or("Invalid topic specified")?;
    let topic = format!("{}/{}", resource.to_lowercase(), action.to_lowercase());
    let address = address_of(arguments);
    if !address.starts_with("http") {
        return Err("Address is invalid".into());
    }
    if world.subscriptions.iter().any(|it| it.topic == topic && it.address == address) {
        return Err("Address for this topic has already been taken".into());
    }
    let input = arguments.get("webhookSubscription").cloned().unwrap_or_default();
    let fields = input["includeFields"].as_array().cloned().unwrap_or_default();
    let made = Subscription {
        id: 1_000_000_000 + world.next(),
        topic,
        address,
        fields: fields.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect(),
        created_at: world.now(),
    };
    world.subscriptions.push(made.clone());
    Ok(subscription(&made))
}
