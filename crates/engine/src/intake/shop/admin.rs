//! Orders as the Admin interface of GraphQL has them, and how it is asked for them.

use referee_core::fact::{Item, RefundedLine, ShopLine, ShopRefund};
use referee_core::money::Money;
use serde_json::Value;

use super::payload::sku;
use super::read::{Read, at, bag, count, currency, id, is, list, sum, text, unreadable};
use super::{Buyer, CategoryFrom, ReadOrder, cancel_reason, is_paid, net, removed};

/// One more than is taken: a list without pages is cut in silence.
const REFUNDS_ASKED: usize = 21;

/// What is asked of an order. Shopify charges by what could come, so that pages are small; an order that has more is asked
/// for by itself.
const ORDER_FIELDS: &str = "
fragment Of on Order {
  id name createdAt updatedAt cancelledAt cancelReason test
  currencyCode presentmentCurrencyCode displayFinancialStatus taxesIncluded email phone
  customAttributes { key value }
  discountCodes
  subtotalPriceSet { presentmentMoney { amount } }
  totalTipReceivedSet { shopMoney { amount } }
  customer { id }
  customerJourneySummary { firstVisit { landingPage } lastVisit { landingPage } }
}
fragment Line on LineItem {
  id sku title vendor quantity currentQuantity isGiftCard
  product { id }
  customAttributes { key value }
  originalUnitPriceSet { shopMoney { amount } }
  discountAllocations { allocatedAmountSet { shopMoney { amount } } }
  taxLines { priceSet { shopMoney { amount } } }
}
fragment Back on Refund {
  id createdAt
  refundLineItems(first: 30) {
    nodes { quantity subtotalSet { shopMoney { amount } } totalTaxSet { shopMoney { amount } } lineItem { id } }
    pageInfo { hasNextPage }
  }
  orderAdjustments(first: 10) { nodes { amountSet { shopMoney { amount } } } pageInfo { hasNextPage } }
}";

/// Orders that changed, the longest unchanged first.
pub fn orders_query() -> String {
    format!(
        "{ORDER_FIELDS}
query Orders($search: String!, $after: String) {{
  orders(first: 10, after: $after, sortKey: UPDATED_AT, query: $search) {{
    nodes {{
      ...Of
      lineItems(first: 20) {{ nodes {{ ...Line }} pageInfo {{ hasNextPage endCursor }} }}
      refunds(first: {REFUNDS_ASKED}) {{ ...Back }}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}"
    )
}

/// Further lines of one order.
pub fn lines_query() -> String {
    let line = ORDER_FIELDS.split("fragment ").find(|it| it.starts_with("Line")).unwrap_or_default();
    format!(
        "fragment {line}
query Lines($id: ID!, $after: String) {{
  order(id: $id) {{ lineItems(first: 100, after: $after) {{ nodes {{ ...Line }} pageInfo {{ hasNextPage endCursor }} }} }}
}}"
    )
}

/// An order of a page, with all its lines.
pub fn order_of_admin(order: &Value, category: &CategoryFrom) -> Read<ReadOrder> {
    if list(order, "refunds").len() >= REFUNDS_ASKED {
        return unreadable("refunds", "are more than can be asked for at once; the shop's webhooks have them all");
    }
    let refunds = list(order, "refunds").iter().map(refund).collect::<Read<Vec<_>>>()?;
    let taxes_included = is(order, "taxesIncluded");
    let mut tips = bag(order, "totalTipReceivedSet").unwrap_or_default();
    let mut lines = Vec::new();
    for it in list(&order["lineItems"], "nodes") {
        let gross = bag(it, "originalUnitPriceSet")?;
        if is(it, "isGiftCard") {
            continue;
        }
        // A tip says of itself only that it is no article, has no number and no vendor, and what it comes to.
        let is_bare = it["product"].is_null() && text(it, "sku").is_empty() && text(it, "vendor").is_empty();
        if is_bare && it["quantity"] == 1 && tips > Money::ZERO && gross <= tips {
            tips = tips.minus(gross);
            continue;
        }
        lines.push(line(it, taxes_included, category, &refunds)?);
    }
    let currency = currency(order, "currencyCode")?;
    let seen_in = text(order, "presentmentCurrencyCode");
    let subtotal = order["subtotalPriceSet"]["presentmentMoney"]["amount"].as_str().unwrap_or_default().to_owned();
    let is_other = !seen_in.is_empty() && seen_in != currency.as_str();
    let created_at = at(order, "createdAt")?;
    Ok(ReadOrder {
        id: id(order, "id")?,
        name: text(order, "name"),
        created_at,
        updated_at: at(order, "updatedAt")?,
        currency,
        presentment: is_other.then_some((seen_in, subtotal)),
        paid: is_paid(&text(order, "displayFinancialStatus")),
        cancelled: order["cancelledAt"].as_str().map(|_| cancel_reason(&text(order, "cancelReason")).to_owned()),
        test: is(order, "test"),
        taxes_included,
        checkout: String::new(),
        lines,
        refunds,
        buyer: buyer(order),
    })
}

fn line(line: &Value, taxes_included: bool, category: &CategoryFrom, refunds: &[ShopRefund]) -> Read<ShopLine> {
    let number = id(line, "id")?;
    let quantity = count(line, "quantity")?;
    let discounts = sum(list(line, "discountAllocations").iter().map(|it| bag(it, "allocatedAmountSet")))?;
    let tax = sum(list(line, "taxLines").iter().map(|it| bag(it, "priceSet")))?;
    let item = Item {
        sku: sku(line, "sku", number),
        name: if line["product"].is_null() { String::new() } else { text(line, "title") },
        category: category_of(line, category),
        quantity,
        amount: net(
            bag(line, "originalUnitPriceSet")?,
            quantity,
            discounts,
            if taxes_included { tax } else { Money::ZERO },
        ),
    };
    let current = line["currentQuantity"].as_u64().and_then(|it| u32::try_from(it).ok());
    Ok(ShopLine { id: number, item, tax, removed: removed(quantity, current, number, refunds) })
}

fn category_of(line: &Value, category: &CategoryFrom) -> String {
    match category {
        CategoryFrom::Vendor => text(line, "vendor"),
        CategoryFrom::Property(name) => {
            let found = list(line, "customAttributes").iter().find(|it| it["key"].as_str() == Some(name));
            found.map(|it| text(it, "value")).unwrap_or_default()
        }
        CategoryFrom::Nothing => String::new(),
    }
}

fn refund(refund: &Value) -> Read<ShopRefund> {
    for part in ["refundLineItems", "orderAdjustments"] {
        if is(&refund[part]["pageInfo"], "hasNextPage") {
            return unreadable(part, "are more than can be asked for at once; the shop's webhooks have them all");
        }
    }
    let line = |it: &Value| {
        Ok(RefundedLine {
            line: id(&it["lineItem"], "id")?,
            quantity: count(it, "quantity")?,
            amount: bag(it, "subtotalSet")?,
            tax: bag(it, "totalTaxSet")?,
        })
    };
    let mut lines = list(&refund["refundLineItems"], "nodes").iter().map(line).collect::<Read<Vec<_>>>()?;
    lines.sort();
    let adjustments = list(&refund["orderAdjustments"], "nodes").iter();
    let adjustment = sum(adjustments.map(|it| bag(it, "amountSet")))?;
    Ok(ShopRefund { id: id(refund, "id")?, lines, adjustment })
}

fn buyer(order: &Value) -> Buyer {
    let visits = &order["customerJourneySummary"];
    // The last visit is the nearer one.
    let journey = ["lastVisit", "firstVisit"].map(|it| text(&visits[it], "landingPage"));
    Buyer {
        customer: id(&order["customer"], "id").map(|id| id.to_string()).unwrap_or_default(),
        email: text(order, "email"),
        phone: text(order, "phone"),
        country: String::new(),
        attributes: list(order, "customAttributes").iter().map(|it| (text(it, "key"), text(it, "value"))).collect(),
        landing: None,
        journey: journey.into_iter().filter(|it| !it.is_empty()).collect(),
        codes: list(order, "discountCodes").iter().filter_map(|it| it.as_str().map(str::to_owned)).collect(),
    }
}
