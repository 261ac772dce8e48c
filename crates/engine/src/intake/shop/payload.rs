//! Orders and refunds as webhooks have them.

use referee_core::fact::{Item, RefundedLine, ShopLine, ShopRefund};
use referee_core::money::Money;
use referee_core::time::Timestamp;
use serde_json::Value;

use super::read::{Read, at, count, currency, id, is, list, money, signed, sum, text, unreadable};
use super::{Buyer, CategoryFrom, ReadOrder, cancel_reason, is_paid, net, removed};
use crate::limits::{SHOP_LINES_MAX, SHOP_REFUNDS_MAX};

pub fn order_webhook(body: &Value, category: &CategoryFrom) -> Read<ReadOrder> {
    if list(body, "line_items").len() > SHOP_LINES_MAX || list(body, "refunds").len() > SHOP_REFUNDS_MAX {
        return unreadable("line_items", "are more than an order can have");
    }
    let refunds =
        list(body, "refunds").iter().map(|it| refund(it).map(|(refund, _)| refund)).collect::<Read<Vec<_>>>()?;
    let taxes_included = is(body, "taxes_included");
    let payable = list(body, "line_items").iter().filter(|line| is_payable(line));
    let lines = payable.map(|it| line(it, taxes_included, category, &refunds)).collect::<Read<_>>()?;
    let currency = currency(body, "currency")?;
    let created_at = at(body, "created_at")?;
    let seen_in = text(body, "presentment_currency");
    let subtotal = &body["subtotal_price_set"]["presentment_money"]["amount"];
    let is_other = !seen_in.is_empty() && seen_in != currency.as_str();
    Ok(ReadOrder {
        id: id(body, "id")?,
        name: text(body, "name"),
        created_at,
        updated_at: at(body, "updated_at").unwrap_or(created_at),
        currency,
        presentment: is_other.then(|| (seen_in, subtotal.as_str().unwrap_or_default().to_owned())),
        paid: is_paid(&text(body, "financial_status")),
        cancelled: body["cancelled_at"].as_str().map(|_| cancel_reason(&text(body, "cancel_reason")).to_owned()),
        test: is(body, "test"),
        taxes_included,
        checkout: text(body, "checkout_token"),
        lines,
        refunds,
        buyer: buyer(body),
    })
}

/// Of gift cards the money is not earned yet, and of tips it is not the shop's.
fn is_payable(line: &Value) -> bool {
    let is_tip = ["tip", "tip_payment_gateway", "tip_payment_method"].iter().any(|name| !line[*name].is_null());
    !is(line, "gift_card") && !is_tip
}

fn line(line: &Value, taxes_included: bool, category: &CategoryFrom, refunds: &[ShopRefund]) -> Read<ShopLine> {
    let number = id(line, "id")?;
    let quantity = count(line, "quantity")?;
    let discounts = sum(list(line, "discount_allocations").iter().map(|it| money(it, "amount")))?;
    let tax = sum(list(line, "tax_lines").iter().map(|it| money(it, "price")))?;
    let item = Item {
        sku: sku(line, "sku", number),
        // What is written by hand for one buyer may name them; articles of the shop do not.
        name: if line["product_id"].is_null() { String::new() } else { text(line, "title") },
        category: category_of(line, category),
        quantity,
        amount: net(money(line, "price")?, quantity, discounts, if taxes_included { tax } else { Money::ZERO }),
    };
    let current = line["current_quantity"].as_u64().and_then(|it| u32::try_from(it).ok());
    Ok(ShopLine { id: number, item, tax, removed: removed(quantity, current, number, refunds) })
}

/// Articles without a number of their own have the line's.
pub fn sku(line: &Value, field: &str, number: u64) -> String {
    let sku = text(line, field);
    if sku.trim().is_empty() { format!("line-{number}") } else { sku }
}

fn category_of(line: &Value, category: &CategoryFrom) -> String {
    match category {
        CategoryFrom::Vendor => text(line, "vendor"),
        CategoryFrom::Property(name) => {
            let found = list(line, "properties").iter().find(|it| it["name"].as_str() == Some(name));
            found.map(|it| text(it, "value")).unwrap_or_default()
        }
        CategoryFrom::Nothing => String::new(),
    }
}

/// A refund by itself: its order's number, and when it was made.
pub fn refund_webhook(body: &Value) -> Read<(u64, ShopRefund, Timestamp)> {
    let (refund, at) = refund(body)?;
    Ok((id(body, "order_id")?, refund, at))
}

fn refund(body: &Value) -> Read<(ShopRefund, Timestamp)> {
    if list(body, "refund_line_items").len() > SHOP_LINES_MAX {
        return unreadable("refund_line_items", "are more than an order can have");
    }
    let line = |it: &Value| {
        let tax = if it["total_tax"].is_null() && it["total_tax_set"].is_null() {
            Money::ZERO
        } else {
            money(it, "total_tax")?
        };
        Ok(RefundedLine {
            line: id(it, "line_item_id")?,
            quantity: count(it, "quantity")?,
            amount: money(it, "subtotal")?,
            tax,
        })
    };
    let mut lines = list(body, "refund_line_items").iter().map(line).collect::<Read<Vec<_>>>()?;
    lines.sort();
    // Shipping is never paid for, so that nothing of it is taken back.
    let discrepancies = list(body, "order_adjustments").iter().filter(|it| text(it, "kind") != "shipping_refund");
    let amount = |it: &Value| match &it["amount_set"]["shop_money"]["amount"] {
        Value::Null => signed(&it["amount"], "amount"),
        set => signed(set, "amount"),
    };
    let refund = ShopRefund { id: id(body, "id")?, lines, adjustment: sum(discrepancies.map(amount))? };
    Ok((refund, at(body, "created_at").or_else(|_| at(body, "processed_at"))?))
}

fn buyer(body: &Value) -> Buyer {
    let customer = &body["customer"];
    let first = |places: &[(&Value, &str)]| {
        places.iter().map(|(of, field)| text(of, field)).find(|it| !it.is_empty()).unwrap_or_default()
    };
    let attributes = list(body, "note_attributes").iter().map(|it| (text(it, "name"), text(it, "value"))).collect();
    Buyer {
        customer: id(customer, "id").map(|id| id.to_string()).unwrap_or_default(),
        email: first(&[(body, "email"), (body, "contact_email"), (customer, "email")]),
        phone: first(&[(body, "phone"), (customer, "phone")]),
        country: first(&[(&body["billing_address"], "country_code"), (&body["shipping_address"], "country_code")]),
        attributes,
        landing: body["landing_site"].as_str().map(str::to_owned),
        journey: Vec::new(),
        codes: list(body, "discount_codes").iter().map(|it| text(it, "code")).collect(),
    }
}
