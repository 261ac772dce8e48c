//! Bodies of webhooks, field by field as public samples have them.

use serde_json::{Map, Value, json};

use super::moment;
use super::money::{decimal, digits};
use super::order::{Customer, Discount, Edit, Kind, Line, Placed, PlacedLine, PlacedRefund, RefundedLine};
use super::{PRODUCTS, World};

/// What an edit changed: lines with more pieces, and lines with fewer.
pub struct Changes {
    pub additions: Vec<(u64, i64)>,
    pub removals: Vec<(u64, i64)>,
}

/// Puts the plain amount and its bag under a name and `name_set`.
fn amounts(into: &mut Map<String, Value>, placed: &Placed, named: &[(&str, i64)]) {
    for (name, units) in named {
        into.insert((*name).into(), placed.purse.text(*units).into());
        into.insert(format!("{name}_set"), placed.purse.set(*units));
    }
}

pub fn order(world: &World, placed: &Placed) -> Value {
    let mut body = Map::new();
    for part in [origin(placed), course(world, placed), people(world, placed), contents(world, placed)] {
        if let Value::Object(fields) = part {
            body.extend(fields);
        }
    }
    amounts(
        &mut body,
        placed,
        &[
            ("current_subtotal_price", placed.current_subtotal()),
            ("current_total_discounts", placed.current_discounts()),
            ("current_total_price", placed.current_total()),
            ("current_total_tax", placed.current_tax()),
            ("subtotal_price", placed.subtotal()),
            ("total_discounts", placed.discounts()),
            ("total_line_items_price", placed.line_items_price()),
            ("total_price", placed.total()),
            ("total_tax", placed.tax()),
        ],
    );
    let bags = [
        ("current_shipping_price_set", placed.current_shipping()),
        ("total_cash_rounding_payment_adjustment_set", 0),
        ("total_cash_rounding_refund_adjustment_set", 0),
        ("total_shipping_price_set", placed.order.shipping),
    ];
    body.extend(bags.map(|(name, units)| (name.to_owned(), placed.purse.set(units))));
    Value::Object(body)
}

/// Where it came from.
fn origin(placed: &Placed) -> Value {
    let order = &placed.order;
    json!({
        "app_id": 580_111,
        "browser_ip": "203.0.113.7",
        "cart_token": order.cart_token,
        "checkout_id": placed.id / 7,
        "checkout_token": placed.checkout_token,
        "client_details": {
            "accept_language": "en-IE",
            "browser_height": null,
            "browser_ip": "203.0.113.7",
            "browser_width": null,
            "session_hash": null,
            "user_agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
        },
        "customer_locale": "en-IE",
        "device_id": null,
        "landing_site": order.landing_site,
        "landing_site_ref": null,
        "location_id": null,
        "note": null,
        "note_attributes": attributes(&order.attributes),
        "reference": null,
        "referring_site": order.referring_site,
        "source_identifier": null,
        "source_name": order.source_name.as_deref().unwrap_or("web"),
        "source_url": null,
        "tags": "",
        "test": order.test,
        "user_id": null,
    })
}

/// What it is called, and how far it is.
fn course(world: &World, placed: &Placed) -> Value {
    let at = |moment: i64| moment::local(moment, world.offset_minutes);
    let (domain, token) = (&world.domain, &placed.token);
    let is_paid = placed.paid_at.is_some();
    json!({
        "id": placed.id,
        "admin_graphql_api_id": format!("gid://shopify/Order/{}", placed.id),
        "cancel_reason": placed.cancelled.as_ref().map(|(_, reason)| reason),
        "cancelled_at": placed.cancelled.as_ref().map(|(moment, _)| at(*moment)),
        "closed_at": null,
        "confirmation_number": format!("X{:08}", placed.number),
        "confirmed": true,
        "created_at": at(placed.created_at),
        "financial_status": placed.financial_status(),
        "fulfillment_status": null,
        "merchant_business_entity_id": "MTU4MDMzMTc2NzY1",
        "merchant_of_record_app_id": null,
        "name": format!("#{}", placed.number),
        "number": placed.number - 1_000,
        "order_number": placed.number,
        "order_status_url": format!("https://{domain}/{}/orders/{token}/authenticate?key=made-up", world.shop_id),
        "payment_gateway_names": if is_paid { json!(["shopify_payments"]) } else { json!([]) },
        "payment_terms": null,
        "po_number": null,
        "processed_at": at(placed.created_at),
        "token": token,
        "total_outstanding": placed.purse.text(if is_paid { 0 } else { placed.current_total() }),
        "updated_at": at(placed.updated_at),
    })
}

/// Whose it is; null where the app may not know.
fn people(world: &World, placed: &Placed) -> Value {
    let who = placed.order.customer.as_ref();
    let email = who.and_then(|it| it.email.clone());
    let address = json!(who.map(|_| address()));
    json!({
        "billing_address": address,
        "buyer_accepts_marketing": false,
        "company": null,
        "contact_email": email,
        "customer": who.map(|it| customer(world, it, &placed.purse.shop)),
        "email": email,
        "phone": null,
        "shipping_address": address,
    })
}

fn contents(world: &World, placed: &Placed) -> Value {
    json!({
        "currency": placed.purse.shop,
        "current_total_additional_fees_set": null,
        "current_total_duties_set": null,
        "discount_applications": placed.order.discounts.iter().map(|it| application(placed, it)).collect::<Vec<_>>(),
        "discount_codes": discount_codes(placed),
        "duties_included": false,
        "estimated_taxes": false,
        "fulfillments": [],
        "line_item_groups": [],
        "line_items": placed.lines.iter().map(|it| line(placed, it)).collect::<Vec<_>>(),
        "original_total_additional_fees_set": null,
        "original_total_duties_set": null,
        "presentment_currency": placed.purse.presentment_currency(),
        "refunds": placed.refunds.iter().map(|it| refund(world, placed, it)).collect::<Vec<_>>(),
        "returns": [],
        "shipping_lines": shipping_lines(placed),
        "tax_exempt": false,
        "tax_lines": tax_lines(placed, placed.tax()),
        "taxes_included": placed.order.taxes_included,
        "total_tip_received": placed.purse.text(placed.tips()),
        "total_weight": 0,
    })
}

fn attributes(pairs: &[(String, String)]) -> Value {
    pairs.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

fn address() -> Value {
    json!({
        "first_name": "Ada", "address1": "1 Quay Street", "phone": null, "city": "Dublin", "zip": "D01 F5P2",
        "province": "Dublin", "country": "Ireland", "last_name": "Example", "address2": null, "company": null,
        "latitude": 53.3437935, "longitude": -6.2545716, "name": "Ada Example", "country_code": "IE", "province_code": "D",
    })
}

fn customer(world: &World, customer: &Customer, currency: &str) -> Value {
    let since = moment::local(world.started_at, world.offset_minutes);
    json!({
        "id": customer.id,
        "created_at": since,
        "updated_at": since,
        "first_name": customer.email.as_ref().map(|_| "Ada"),
        "last_name": customer.email.as_ref().map(|_| "Example"),
        "state": "disabled",
        "note": null,
        "verified_email": true,
        "multipass_identifier": null,
        "tax_exempt": false,
        "email": customer.email,
        "phone": null,
        "currency": currency,
        "tax_exemptions": [],
        "admin_graphql_api_id": format!("gid://shopify/Customer/{}", customer.id),
        "default_address": null,
    })
}

fn discount_codes(placed: &Placed) -> Value {
    let discounts = placed.order.discounts.iter().enumerate();
    let codes = discounts.filter_map(|(i, discount)| {
        let kind = match discount {
            Discount::Code { .. } => "percentage",
            Discount::FreeShipping { .. } => "shipping",
            _ => "fixed_amount",
        };
        let allocated = placed.lines.iter().flat_map(|it| &it.allocations).filter(|(of, _)| *of == i);
        let units = match discount {
            Discount::FreeShipping { .. } => placed.shipping_discount,
            _ => allocated.map(|(_, units)| units).sum(),
        };
        Some(json!({ "code": discount.code()?, "amount": placed.purse.text(units), "type": kind }))
    });
    codes.collect()
}

fn application(placed: &Placed, discount: &Discount) -> Value {
    let percent =
        |basis_points: i64| decimal(basis_points, "EUR").trim_end_matches('0').trim_end_matches('.').to_owned();
    let (kind, value, value_type) = match discount {
        Discount::Code { basis_points, .. } => ("discount_code", percent(*basis_points), "percentage"),
        Discount::Amount { units, .. } => ("discount_code", placed.purse.text(*units), "fixed_amount"),
        Discount::Automatic { basis_points, .. } => ("automatic", percent(*basis_points), "percentage"),
        Discount::OfLine { units, .. } => ("manual", placed.purse.text(*units), "fixed_amount"),
        Discount::FreeShipping { .. } => ("discount_code", "100.0".to_owned(), "percentage"),
    };
    let of_line = matches!(discount, Discount::OfLine { .. });
    let of_shipping = matches!(discount, Discount::FreeShipping { .. });
    let mut body = json!({
        "target_type": if of_shipping { "shipping_line" } else { "line_item" },
        "type": kind,
        "value": value,
        "value_type": value_type,
        "allocation_method": if of_line || of_shipping { "each" } else { "across" },
        "target_selection": if of_line { "explicit" } else { "all" },
    });
    match discount {
        Discount::Automatic { title, .. } | Discount::OfLine { title, .. } => body["title"] = json!(title),
        _ => body["code"] = json!(discount.code()),
    }
    body
}

/// None where nothing is taxed, as in real orders.
fn tax_lines(placed: &Placed, units: i64) -> Value {
    if placed.order.tax == 0 || units == 0 {
        return json!([]);
    }
    json!([{
        "channel_liable": false,
        "price": placed.purse.text(units),
        "price_set": placed.purse.set(units),
        "rate": rate(placed),
        "title": "VAT",
    }])
}

/// 0.2 for 20 percent.
fn rate(placed: &Placed) -> Value {
    serde_json::from_str(&format!("0.{:04}", placed.order.tax)).expect("a number below one")
}

fn allocations(placed: &Placed, allocated: &[(usize, i64)]) -> Value {
    let one = |(discount, units): &(usize, i64)| {
        json!({
            "amount": placed.purse.text(*units),
            "amount_set": placed.purse.set(*units),
            "discount_application_index": discount,
        })
    };
    allocated.iter().map(one).collect()
}

pub fn line(placed: &Placed, it: &PlacedLine) -> Value {
    let Line { sku, title, vendor, price, kind, .. } = &it.line;
    let is_product = *kind != Kind::Tip;
    let mut body = json!({
        "id": it.id,
        "admin_graphql_api_id": format!("gid://shopify/LineItem/{}", it.id),
        "attributed_staffs": [],
        "current_quantity": it.current(),
        "fulfillable_quantity": it.current(),
        "fulfillment_service": "manual",
        "fulfillment_status": null,
        "gift_card": *kind == Kind::GiftCard,
        "grams": 0,
        "name": title,
        "price": placed.purse.text(*price),
        "price_set": placed.purse.set(*price),
        "product_exists": is_product,
        "product_id": is_product.then(|| product_id(sku)),
        "properties": [],
        "quantity": it.quantity,
        "requires_shipping": matches!(kind, Kind::Goods | Kind::Untaxed),
        "sales_line_item_group_id": null,
        "sku": is_product.then_some(sku),
        "taxable": *kind == Kind::Goods,
        "title": title,
        // Of the line alone: what is spread over the order is in the allocations only.
        "total_discount": placed.purse.text(own_discount(placed, it)),
        "total_discount_set": placed.purse.set(own_discount(placed, it)),
        "variant_id": is_product.then(|| product_id(sku) + 1),
        "variant_inventory_management": is_product.then_some("shopify"),
        "variant_title": null,
        "vendor": is_product.then_some(vendor),
        "tax_lines": tax_lines(placed, it.tax),
        "duties": [],
        "discount_allocations": allocations(placed, &it.allocations),
    });
    if !is_product {
        body["tip_payment_gateway"] = json!("shopify_payments");
        body["tip_payment_method"] = json!("Visa");
    }
    body
}

fn own_discount(placed: &Placed, it: &PlacedLine) -> i64 {
    let own = |of: &usize| matches!(placed.order.discounts[*of], Discount::OfLine { .. });
    it.allocations.iter().filter(|(of, _)| own(of)).map(|(_, units)| units).sum()
}

/// The same for the same article.
pub fn product_id(sku: &str) -> u64 {
    sku.bytes().fold(PRODUCTS, |id, byte| id + u64::from(byte) * 1_009)
}

fn shipping_lines(placed: &Placed) -> Value {
    if placed.order.shipping == 0 {
        return json!([]);
    }
    let (purse, free) = (&placed.purse, placed.shipping_discount);
    let free_by = placed.order.discounts.iter().position(|it| matches!(it, Discount::FreeShipping { .. }));
    let allocated: Vec<_> = free_by.map(|i| (i, free)).into_iter().collect();
    json!([{
        "id": placed.id - 3,
        "carrier_identifier": null,
        "code": "Standard",
        "current_discounted_price_set": purse.set(placed.current_shipping()),
        "discounted_price": purse.text(placed.shipping()),
        "discounted_price_set": purse.set(placed.shipping()),
        "is_removed": false,
        "phone": null,
        "price": purse.text(placed.order.shipping),
        "price_set": purse.set(placed.order.shipping),
        "requested_fulfillment_service_id": null,
        "source": "shopify",
        "title": "Standard",
        "tax_lines": tax_lines(placed, placed.shipping_tax),
        "discount_allocations": allocations(placed, &allocated),
    }])
}

pub fn refund(world: &World, placed: &Placed, refund: &PlacedRefund) -> Value {
    let at = moment::local(refund.at, world.offset_minutes);
    let money = refund.money.filter(|units| *units != 0);
    json!({
        "id": refund.id,
        "admin_graphql_api_id": format!("gid://shopify/Refund/{}", refund.id),
        "created_at": at,
        "note": refund.note,
        "order_id": placed.id,
        "processed_at": at,
        "restock": refund.lines.iter().any(|it| it.restock != "no_restock"),
        "total_additional_fees_set": placed.purse.set(0),
        "total_duties_set": placed.purse.set(0),
        "user_id": 548_380_009,
        "order_adjustments": adjustments(placed, refund),
        "transactions": money.map(|units| transaction(world, placed, refund, units)).into_iter().collect::<Vec<_>>(),
        "refund_line_items": refund.lines.iter().map(|it| refunded_line(placed, it)).collect::<Vec<_>>(),
        "refund_shipping_lines": refunded_shipping(placed, refund),
        "duties": [],
        "additional_fees": [],
        "return": null,
    })
}

/// Where tax is in the price, the amount of an adjustment is without it.
fn without_tax(placed: &Placed, units: i64, tax: i64) -> i64 {
    if placed.order.taxes_included { units - tax } else { units }
}

fn adjustments(placed: &Placed, refund: &PlacedRefund) -> Value {
    let one = |number: u64, kind: &str, reason: &str, amount: i64, tax: i64| {
        json!({
            "id": refund.id + number,
            "amount": placed.purse.text(amount),
            "amount_set": placed.purse.set(amount),
            "kind": kind,
            "order_id": placed.id,
            "reason": reason,
            "refund_id": refund.id,
            "tax_amount": placed.purse.text(tax),
            "tax_amount_set": placed.purse.set(tax),
        })
    };
    let mut all = Vec::new();
    if refund.shipping != 0 {
        let amount = without_tax(placed, refund.shipping, refund.shipping_tax);
        all.push(one(1, "shipping_refund", "Shipping refund", -amount, -refund.shipping_tax));
    }
    if refund.discrepancy != 0 {
        all.push(one(2, "refund_discrepancy", "Refund discrepancy", refund.discrepancy, 0));
    }
    all.into()
}

fn refunded_shipping(placed: &Placed, refund: &PlacedRefund) -> Value {
    if refund.shipping == 0 {
        return json!([]);
    }
    json!([{
        "id": refund.id + 3,
        "subtotal_amount_set": placed.purse.set(refund.shipping),
        "tax_amount_set": placed.purse.set(refund.shipping_tax),
        "shipping_line": shipping_lines(placed)[0],
    }])
}

fn transaction(world: &World, placed: &Placed, refund: &PlacedRefund, units: i64) -> Value {
    let purse = &placed.purse;
    let currency = purse.presentment_currency();
    // What was paid in the buyer's currency is sent back in it.
    let amount = decimal(purse.presented(units), currency);
    json!({
        "id": refund.id + 4,
        "admin_graphql_api_id": format!("gid://shopify/OrderTransaction/{}", refund.id + 4),
        "amount": amount,
        "authorization": null,
        "created_at": moment::local(refund.at, world.offset_minutes),
        "currency": currency,
        "device_id": null,
        "error_code": null,
        "gateway": "shopify_payments",
        "kind": "refund",
        "location_id": null,
        "message": "Transaction approved",
        "order_id": placed.id,
        "parent_id": placed.id + 5,
        "payment_id": format!("{}.2", placed.token),
        "processed_at": moment::local(refund.at, world.offset_minutes),
        "receipt": {},
        "source_name": "1830279",
        "status": "success",
        "test": placed.order.test,
        "user_id": 548_380_009,
    })
}

fn refunded_line(placed: &Placed, it: &RefundedLine) -> Value {
    let line_item = &placed.lines[it.line];
    json!({
        "id": it.id,
        "line_item_id": line_item.id,
        "location_id": if it.restock == "no_restock" { Value::Null } else { json!(48_752_903) },
        "quantity": it.quantity,
        "restock_type": it.restock,
        // Numbers here, and text in the bags: so it is in real bodies.
        "subtotal": number(placed, it.subtotal),
        "subtotal_set": placed.purse.set(it.subtotal),
        "total_tax": number(placed, it.tax),
        "total_tax_set": placed.purse.set(it.tax),
        "line_item": line(placed, line_item),
    })
}

fn number(placed: &Placed, units: i64) -> Value {
    let text = placed.purse.text(units);
    let text = if digits(&placed.purse.shop) == 0 { format!("{text}.0") } else { text };
    serde_json::from_str(&text).expect("a number")
}

pub fn edited(world: &World, placed: &Placed, id: u64, changes: &Changes) -> Value {
    let list = |changes: &[(u64, i64)]| -> Value {
        changes.iter().map(|(line, delta)| json!({ "id": line, "delta": delta })).collect()
    };
    json!({
        "order_edit": {
            "id": id,
            "app_id": null,
            "created_at": moment::utc(placed.updated_at),
            "notify_customer": false,
            "order_id": placed.id,
            "staff_note": "",
            "user_id": 548_380_009,
            "line_items": { "additions": list(&changes.additions), "removals": list(&changes.removals) },
            "discounts": { "line_item": { "additions": [], "removals": [] } },
            "shipping_lines": { "additions": [], "removals": [] },
            "committed_at": moment::local(placed.updated_at, world.offset_minutes),
        }
    })
}

pub fn shop(world: &World) -> Value {
    let since = moment::local(world.started_at, world.offset_minutes);
    json!({
        "id": world.shop_id,
        "name": world.name,
        "email": "owner@shop.example",
        "domain": world.domain,
        "province": "Dublin",
        "country": "IE",
        "address1": "1 Quay Street",
        "zip": "D01 F5P2",
        "city": "Dublin",
        "source": null,
        "phone": "",
        "latitude": null,
        "longitude": null,
        "primary_locale": "en",
        "address2": null,
        "created_at": since,
        "updated_at": since,
        "country_code": "IE",
        "country_name": "Ireland",
        "currency": world.currency,
        "customer_email": "owner@shop.example",
        "timezone": "(GMT+00:00) Europe/Dublin",
        "iana_timezone": "Europe/Dublin",
        "shop_owner": "Ada Example",
        "money_format": "€{{amount}}",
        "money_with_currency_format": "€{{amount}} EUR",
        "weight_unit": "kg",
        "province_code": "D",
        "taxes_included": true,
        "plan_display_name": "Basic",
        "plan_name": "basic",
        "myshopify_domain": world.domain,
        "multi_location_enabled": false,
        "checkout_api_supported": true,
    })
}

/// A customer of the shop wants to know, or to be forgotten.
pub fn of_customer(world: &World, customer: &Customer, orders: &[u64], is_request: bool) -> Value {
    let mut body = json!({
        "shop_id": world.shop_id,
        "shop_domain": world.domain,
        "customer": { "id": customer.id, "email": customer.email, "phone": null },
    });
    body[if is_request { "orders_requested" } else { "orders_to_redact" }] = json!(orders);
    if is_request {
        body["data_request"] = json!({ "id": world.shop_id + 9_999 });
    }
    body
}

pub fn shop_redact(world: &World) -> Value {
    json!({ "shop_id": world.shop_id, "shop_domain": world.domain })
}

/// Fields that only some subscriptions ask for.
pub fn only(body: Value, fields: &[String]) -> Value {
    match body {
        Value::Object(all) if !fields.is_empty() => {
            Value::Object(all.into_iter().filter(|(name, _)| fields.contains(name)).collect())
        }
        body => body,
    }
}

/// The order after an edit: what was added, and what was taken out.
pub fn changes_of(placed: &Placed, edit: &Edit, first_new: usize) -> Changes {
    let line = |place: usize| placed.lines[place].id;
    let more = edit.quantities.iter().filter(|(_, delta)| *delta > 0).map(|(i, delta)| (line(*i), i64::from(*delta)));
    let new = placed.lines[first_new..].iter().map(|it| (it.id, i64::from(it.quantity)));
    let fewer = edit.quantities.iter().filter(|(_, delta)| *delta < 0);
    Changes {
        additions: more.chain(new).collect(),
        removals: fewer.map(|(i, delta)| (line(*i), -i64::from(*delta))).collect(),
    }
}
