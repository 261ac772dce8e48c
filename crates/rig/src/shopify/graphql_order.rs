//! An order as the Admin interface of GraphQL has it: its type of version 2026-07, with what apps like ours ask of it.

use serde_json::{Value, json};

use super::graphql::{KEY, NODES};
use super::order::{Discount, Kind, Placed, PlacedLine, PlacedRefund};
use super::payload::product_id;
use super::{World, moment};

fn upper(text: &str) -> String {
    text.to_ascii_uppercase()
}

/// Sorted by a moment, and by its number where that is the same.
pub fn order(placed: &Placed, sorted_by: i64) -> Value {
    let (order, id) = (&placed.order, placed.id);
    let email = order.customer.as_ref().and_then(|it| it.email.clone());
    let codes: Vec<_> = order.discounts.iter().filter_map(Discount::code).collect();
    let cancelled = placed.cancelled.as_ref();
    let mut body = json!({
        "__typename": "Order",
        KEY: format!("{sorted_by:012}:{id:020}"),
        "id": format!("gid://shopify/Order/{id}"),
        "legacyResourceId": id.to_string(),
        "name": format!("#{}", placed.number),
        "number": placed.number,
        "confirmationNumber": format!("X{:08}", placed.number),
        "confirmed": true,
        "test": order.test,
        "createdAt": moment::utc(placed.created_at),
        "processedAt": moment::utc(placed.created_at),
        "updatedAt": moment::utc(placed.updated_at),
        "cancelledAt": cancelled.map(|(at, _)| moment::utc(*at)),
        "cancelReason": cancelled.map(|(_, reason)| upper(reason)),
        "closedAt": null,
        "closed": false,
        "edited": placed.lines.iter().any(|it| it.quantity != it.line.quantity),
        "currencyCode": placed.purse.shop,
        "presentmentCurrencyCode": placed.purse.presentment_currency(),
        "displayFinancialStatus": upper(placed.financial_status()),
        "displayFulfillmentStatus": "UNFULFILLED",
        "fullyPaid": placed.paid_at.is_some(),
        "unpaid": placed.paid_at.is_none(),
        "taxesIncluded": order.taxes_included,
        "taxExempt": false,
        "dutiesIncluded": false,
        "email": email,
        "phone": null,
        "note": null,
        "tags": [],
        "sourceName": order.source_name.as_deref().unwrap_or("web"),
        "customAttributes": attributes(&order.attributes),
        "discountCode": codes.first(),
        "discountCodes": codes,
        "paymentGatewayNames": if placed.paid_at.is_some() { json!(["shopify_payments"]) } else { json!([]) },
    });
    let all = body.as_object_mut().expect("an object");
    all.extend(totals(placed));
    all.extend(parts(placed));
    body
}

fn parts(placed: &Placed) -> impl Iterator<Item = (String, Value)> {
    let all = [
        ("taxLines", tax_lines(placed, placed.tax())),
        ("currentTaxLines", tax_lines(placed, placed.current_tax())),
        ("customer", customer(placed)),
        ("customerJourneySummary", journey(placed)),
        ("lineItems", json!({ NODES: placed.lines.iter().map(|it| line(placed, it)).collect::<Vec<_>>() })),
        ("shippingLine", Value::Null),
        ("shippingLines", json!({ NODES: [] })),
        ("refunds", placed.refunds.iter().map(|it| refund(placed, it)).collect()),
        ("transactions", transactions(placed)),
    ];
    all.map(|(name, value)| (name.to_owned(), value)).into_iter()
}

fn totals(placed: &Placed) -> impl Iterator<Item = (String, Value)> {
    let paid = if placed.paid_at.is_some() { placed.total() } else { 0 };
    let all = [
        ("subtotalPriceSet", placed.subtotal()),
        ("currentSubtotalPriceSet", placed.current_subtotal()),
        ("totalPriceSet", placed.total()),
        ("originalTotalPriceSet", placed.total()),
        ("currentTotalPriceSet", placed.current_total()),
        ("totalTaxSet", placed.tax()),
        ("currentTotalTaxSet", placed.current_tax()),
        ("totalDiscountsSet", placed.discounts()),
        ("currentTotalDiscountsSet", placed.current_discounts()),
        ("currentCartDiscountAmountSet", placed.current_discounts()),
        ("totalShippingPriceSet", placed.order.shipping),
        ("currentShippingPriceSet", placed.current_shipping()),
        ("totalTipReceivedSet", placed.tips()),
        ("totalRefundedSet", placed.refunded_money()),
        ("totalRefundedShippingSet", placed.shipping() - placed.current_shipping()),
        ("totalReceivedSet", paid),
        ("totalOutstandingSet", if placed.paid_at.is_some() { 0 } else { placed.current_total() }),
        ("netPaymentSet", paid - placed.refunded_money()),
    ];
    all.map(|(name, units)| (name.to_owned(), placed.purse.bag(units))).into_iter()
}

fn attributes(pairs: &[(String, String)]) -> Value {
    pairs.iter().map(|(key, value)| json!({ "__typename": "Attribute", "key": key, "value": value })).collect()
}

fn customer(placed: &Placed) -> Value {
    let Some(customer) = &placed.order.customer else { return Value::Null };
    json!({
        "__typename": "Customer",
        "id": format!("gid://shopify/Customer/{}", customer.id),
        "legacyResourceId": customer.id.to_string(),
        "email": customer.email,
        "defaultEmailAddress": customer.email.as_ref().map(|it| json!({ "__typename": "CustomerEmailAddress", "emailAddress": it })),
        "displayName": customer.email.as_ref().map(|_| "Ada Example"),
        "firstName": customer.email.as_ref().map(|_| "Ada"),
        "lastName": customer.email.as_ref().map(|_| "Example"),
        "phone": null,
        "numberOfOrders": customer.orders.to_string(),
        "createdAt": moment::utc(placed.created_at),
        "updatedAt": moment::utc(placed.created_at),
    })
}

fn journey(placed: &Placed) -> Value {
    let Some(landing) = &placed.order.landing_site else { return Value::Null };
    let visit = json!({
        "__typename": "CustomerVisit",
        "id": format!("gid://shopify/CustomerVisit/{}", placed.id),
        "landingPage": landing,
        "landingPageHtml": landing,
        "referrerUrl": placed.order.referring_site,
        "referralCode": null,
        "occurredAt": moment::utc(placed.created_at),
        "source": "direct",
        "sourceType": null,
        "utmParameters": null,
    });
    json!({
        "__typename": "CustomerJourneySummary",
        "ready": true,
        "customerOrderIndex": 0,
        "daysToConversion": 0,
        "momentsCount": { "__typename": "Count", "count": 1, "precision": "EXACT" },
        "firstVisit": visit,
        "lastVisit": visit,
    })
}

fn tax_lines(placed: &Placed, units: i64) -> Value {
    if placed.order.tax == 0 || units == 0 {
        return json!([]);
    }
    let rate: Value = serde_json::from_str(&format!("0.{:04}", placed.order.tax)).expect("a number below one");
    json!([{
        "__typename": "TaxLine",
        "title": "VAT",
        "rate": rate,
        "ratePercentage": placed.order.tax / 100,
        "priceSet": placed.purse.bag(units),
        "channelLiable": false,
        "source": "Shopify",
    }])
}

fn line(placed: &Placed, it: &PlacedLine) -> Value {
    let bag = |units: i64| placed.purse.bag(units);
    let is_product = it.line.kind != Kind::Tip;
    let each = |units: i64| if it.quantity == 0 { 0 } else { units / i64::from(it.quantity) };
    let own = it.allocations.iter().filter(|(of, _)| matches!(placed.order.discounts[*of], Discount::OfLine { .. }));
    let own: i64 = own.map(|(_, units)| units).sum();
    let allocation = |(of, units): &(usize, i64)| {
        json!({
            "__typename": "DiscountAllocation",
            "allocatedAmountSet": bag(*units),
            "discountApplication": application(&placed.order.discounts[*of]),
        })
    };
    json!({
        "__typename": "LineItem",
        "id": format!("gid://shopify/LineItem/{}", it.id),
        "name": it.line.title,
        "title": it.line.title,
        "variantTitle": null,
        "vendor": is_product.then_some(&it.line.vendor),
        "sku": is_product.then_some(&it.line.sku),
        "quantity": it.quantity,
        "currentQuantity": it.current(),
        "refundableQuantity": it.current(),
        "unfulfilledQuantity": it.current(),
        "nonFulfillableQuantity": 0,
        "isGiftCard": it.line.kind == Kind::GiftCard,
        "requiresShipping": matches!(it.line.kind, Kind::Goods | Kind::Untaxed),
        "taxable": it.line.kind == Kind::Goods,
        "restockable": is_product,
        "merchantEditable": true,
        "originalUnitPriceSet": bag(it.line.price),
        "discountedUnitPriceSet": bag(it.line.price - each(own)),
        "discountedUnitPriceAfterAllDiscountsSet": bag(each(it.net())),
        "originalTotalSet": bag(it.gross()),
        // Without discounts of the whole order, as documented.
        "discountedTotalSet": bag(it.gross() - own),
        "totalDiscountSet": bag(own),
        "taxLines": tax_lines(placed, it.tax),
        "discountAllocations": it.allocations.iter().map(allocation).collect::<Vec<_>>(),
        "customAttributes": [],
        "product": is_product.then(|| json!({
            "__typename": "Product",
            "id": format!("gid://shopify/Product/{}", product_id(&it.line.sku)),
            "legacyResourceId": product_id(&it.line.sku).to_string(),
            "title": it.line.title,
            "productType": "",
            "vendor": it.line.vendor,
        })),
        "variant": is_product.then(|| json!({
            "__typename": "ProductVariant",
            "id": format!("gid://shopify/ProductVariant/{}", product_id(&it.line.sku) + 1),
            "legacyResourceId": (product_id(&it.line.sku) + 1).to_string(),
            "sku": it.line.sku,
            "title": "Default Title",
        })),
    })
}

fn application(discount: &Discount) -> Value {
    let (kind, title) = match discount {
        Discount::Code { code, .. } | Discount::Amount { code, .. } | Discount::FreeShipping { code } => {
            ("DiscountCodeApplication", code)
        }
        Discount::Automatic { title, .. } => ("AutomaticDiscountApplication", title),
        Discount::OfLine { title, .. } => ("ManualDiscountApplication", title),
    };
    let mut body = json!({ "__typename": kind, "index": 0, "targetType": "LINE_ITEM", "allocationMethod": "ACROSS" });
    body[if kind == "DiscountCodeApplication" { "code" } else { "title" }] = json!(title);
    body
}

fn refund(placed: &Placed, it: &PlacedRefund) -> Value {
    let bag = |units: i64| placed.purse.bag(units);
    let lines = it.lines.iter().map(|of| {
        json!({
            "__typename": "RefundLineItem",
            "id": format!("gid://shopify/RefundLineItem/{}", of.id),
            "quantity": of.quantity,
            "restockType": upper(of.restock),
            "restocked": of.restock != "no_restock",
            "subtotalSet": bag(of.subtotal),
            "priceSet": bag(placed.lines[of.line].line.price),
            "totalTaxSet": bag(of.tax),
            "lineItem": line(placed, &placed.lines[of.line]),
        })
    });
    let shipping = (it.shipping != 0).then(|| {
        json!({
            "__typename": "RefundShippingLine",
            "id": format!("gid://shopify/RefundShippingLine/{}", it.id + 3),
            "subtotalAmountSet": bag(it.shipping),
            "taxAmountSet": bag(it.shipping_tax),
            "shippingLine": null,
        })
    });
    let adjustment = (it.discrepancy != 0).then(|| {
        json!({
            "__typename": "OrderAdjustment",
            "id": format!("gid://shopify/OrderAdjustment/{}", it.id + 2),
            "reason": "REFUND_DISCREPANCY",
            "amountSet": bag(it.discrepancy),
            "taxAmountSet": bag(0),
        })
    });
    json!({
        "__typename": "Refund",
        "id": format!("gid://shopify/Refund/{}", it.id),
        "legacyResourceId": it.id.to_string(),
        "createdAt": moment::utc(it.at),
        "updatedAt": moment::utc(it.at),
        "note": it.note,
        "totalRefundedSet": bag(it.money.unwrap_or(0)),
        "refundLineItems": { NODES: lines.collect::<Vec<_>>() },
        "refundShippingLines": { NODES: shipping.into_iter().collect::<Vec<_>>() },
        "orderAdjustments": { NODES: adjustment.into_iter().collect::<Vec<_>>() },
        "transactions": { NODES: it.money.filter(|it| *it != 0).map(|units| transaction(placed, it.id + 4, "REFUND", units, it.at)).into_iter().collect::<Vec<_>>() },
    })
}

fn transaction(placed: &Placed, id: u64, kind: &str, units: i64, at: i64) -> Value {
    json!({
        "__typename": "OrderTransaction",
        "id": format!("gid://shopify/OrderTransaction/{id}"),
        "kind": kind,
        "status": "SUCCESS",
        "gateway": "shopify_payments",
        "amountSet": placed.purse.bag(units),
        "createdAt": moment::utc(at),
        "processedAt": moment::utc(at),
        "test": placed.order.test,
    })
}

fn transactions(placed: &Placed) -> Value {
    let paid = placed.paid_at.map(|at| transaction(placed, placed.id + 5, "SALE", placed.total(), at));
    let back = placed.refunds.iter().filter_map(|it| Some((it, it.money.filter(|units| *units != 0)?)));
    let back = back.map(|(it, units)| transaction(placed, it.id + 4, "REFUND", units, it.at));
    paid.into_iter().chain(back).collect()
}

/// The orders that a search finds, in the order that was asked for.
pub fn orders(world: &World, scopes: &str, search: &str, sort: &str) -> Result<Value, String> {
    let sorted_by = |placed: &Placed| match sort {
        "UPDATED_AT" => placed.updated_at,
        "ID" => 0,
        _ => placed.created_at,
    };
    // Without another scope an app sees the orders of 60 days.
    let oldest = if scopes.contains("read_all_orders") { 0 } else { world.now() - 60 * 86_400 };
    let mut found = Vec::new();
    for placed in world.orders.values().filter(|it| it.created_at >= oldest) {
        if matches(placed, search)? {
            found.push(placed);
        }
    }
    found.sort_by_key(|it| (sorted_by(it), it.id));
    Ok(json!({ NODES: found.into_iter().map(|it| order(it, sorted_by(it))).collect::<Vec<_>>() }))
}

/// `updated_at:>='2026-11-01T00:00:00Z' AND status:any`.
fn matches(placed: &Placed, search: &str) -> Result<bool, String> {
    let words = search.split_whitespace().filter(|word| *word != "AND");
    for word in words {
        let Some((name, wanted)) = word.split_once(':') else {
            return Err(format!("The search {word:?} is not one of ours"));
        };
        let (sign, value) = match wanted.find(|letter| !matches!(letter, '<' | '>' | '=')) {
            Some(end) => wanted.split_at(end),
            None => return Err(format!("The search {word:?} names no value")),
        };
        let value = value.trim_matches(['\'', '"']);
        let moment_is = |at: i64| -> Result<bool, String> {
            let wanted = moment::read(value).ok_or(format!("The search {word:?} names no moment"))?;
            Ok(match sign {
                ">" => at > wanted,
                ">=" => at >= wanted,
                "<" => at < wanted,
                "<=" => at <= wanted,
                _ => at == wanted,
            })
        };
        let is_so = match name {
            "updated_at" => moment_is(placed.updated_at)?,
            "created_at" | "processed_at" => moment_is(placed.created_at)?,
            "id" => value == placed.id.to_string(),
            "name" => value.trim_start_matches('#') == placed.number.to_string(),
            "financial_status" => value.eq_ignore_ascii_case(placed.financial_status()),
            "test" => value == placed.order.test.to_string(),
            "status" => match value {
                "any" => true,
                "cancelled" => placed.cancelled.is_some(),
                _ => placed.cancelled.is_none(),
            },
            _ => return Err(format!("The made-up shop does not search by {name}")),
        };
        if !is_so {
            return Ok(false);
        }
    }
    Ok(true)
}
