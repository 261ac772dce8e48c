//! Orders of a Shopify shop, from what the shop says to facts. What is read of an order is the same whether a webhook or
//! the Admin interface said it.

mod admin;
mod attribution;
mod payload;
mod read;
pub mod signature;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use referee_core::config::Config;
use referee_core::fact::{Fact, RefundedLine, ShopLine, ShopOrderSeen, ShopRefund, ShopRefundSeen};
use referee_core::id::{EventTypeId, SubmissionId};
use referee_core::money::{Currency, Money};
use referee_core::program::Program;
use referee_core::time::Timestamp;
use sha2::{Digest, Sha256};

use super::keys::BrandKeys;
use super::report::Taken;

pub use admin::{lines_query, order_of_admin, orders_query};
pub use payload::{order_webhook, refund_webhook};
pub use read::Unreadable;

/// The name of the cart's attribute that the shop's pages write the click id into. What begins with two lines is private: the
/// shop's own pages can't read it back.
pub const CART_ATTRIBUTE: &str = "__pt";
/// The attribute by which they say that the visitor does not want to be followed.
pub const CONSENT_ATTRIBUTE: &str = "__pt_consent";

/// Of a line, what becomes the category that terms ask for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum CategoryFrom {
    #[default]
    Vendor,
    /// A property that the shop's theme adds to its lines.
    Property(String),
    Nothing,
}

impl CategoryFrom {
    pub fn code(&self) -> String {
        match self {
            CategoryFrom::Vendor => "vendor".to_owned(),
            CategoryFrom::Property(name) => format!("property:{name}"),
            CategoryFrom::Nothing => "none".to_owned(),
        }
    }

    pub fn from_code(code: &str) -> Option<CategoryFrom> {
        match code.split_once(':') {
            None if code == "vendor" => Some(CategoryFrom::Vendor),
            None if code == "none" => Some(CategoryFrom::Nothing),
            Some(("property", name)) if !name.is_empty() => Some(CategoryFrom::Property(name.to_owned())),
            _ => None,
        }
    }
}

/// What an order is read against.
pub struct ShopContext<'a> {
    pub config: &'a Config,
    pub keys: &'a BrandKeys,
    pub program: &'a Program,
    pub event_type: EventTypeId,
    pub opens_when_paid: bool,
    pub category: &'a CategoryFrom,
    pub submission: SubmissionId,
    pub now: Timestamp,
}

/// An order as it was read, before anything is hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadOrder {
    pub id: u64,
    /// As people call it: `#1001`.
    pub name: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub currency: Currency,
    /// What the buyer saw, where that is another currency: its code and the order's subtotal in it.
    pub presentment: Option<(String, String)>,
    pub paid: bool,
    pub cancelled: Option<String>,
    pub test: bool,
    pub taxes_included: bool,
    pub checkout: String,
    pub lines: Vec<ShopLine>,
    pub refunds: Vec<ShopRefund>,
    pub buyer: Buyer,
}

/// Who bought and how they came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Buyer {
    pub customer: String,
    pub email: String,
    pub phone: String,
    pub country: String,
    pub attributes: BTreeMap<String, String>,
    /// The address on which they landed, and those of the shop's own record of their visits.
    pub landing: Option<String>,
    pub journey: Vec<String>,
    pub codes: Vec<String>,
}

impl Buyer {
    /// Without what names them. A code that was typed names nobody.
    pub fn forget(&mut self) {
        *self = Buyer { codes: std::mem::take(&mut self.codes), ..Buyer::default() };
    }
}

/// The fact that an order comes to.
pub fn seen(order: ReadOrder, context: &ShopContext<'_>) -> Taken {
    let (mut report, warnings) = attribution::report(&order, context);
    let occurred_at = order.created_at.min(context.now);
    report.digest = digest(&report, &order);
    let ReadOrder { updated_at, paid, cancelled, test, taxes_included, checkout, mut lines, mut refunds, .. } = order;
    lines.sort_by_key(|line| line.id);
    refunds.sort_by_key(|refund| refund.id);
    let opens_when_paid = context.opens_when_paid;
    let fact = ShopOrderSeen {
        report,
        updated_at,
        opens_when_paid,
        paid,
        cancelled,
        test,
        taxes_included,
        checkout,
        lines,
        refunds,
    };
    Taken { fact: Fact::ShopOrderSeen(fact), occurred_at, warnings }
}

/// The fact that a refund by itself comes to.
pub fn refund_seen(order_id: u64, refund: ShopRefund, at: Timestamp, context: &ShopContext<'_>) -> Taken {
    let fact = ShopRefundSeen {
        submission: context.submission,
        program: context.program.id,
        event_type: context.event_type,
        order_id: order_id.to_string(),
        refund,
    };
    Taken { fact: Fact::ShopRefundSeen(fact), occurred_at: at.min(context.now), warnings: Vec::new() }
}

/// Over all by which the order may be credited otherwise.
fn digest(report: &referee_core::fact::Conversion, order: &ReadOrder) -> [u8; 16] {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    part(report.order_id.as_bytes());
    part(&report.currency.0);
    part(&report.click.map_or(0, |click| click.no.0).to_be_bytes());
    part(report.promo_code.as_bytes());
    for identifier in report.named() {
        part(&[identifier.kind.number()]);
        part(&identifier.hash);
    }
    for line in &order.lines {
        part(&line.id.to_be_bytes());
        part(&line.item.quantity.to_be_bytes());
        part(&line.removed.to_be_bytes());
        part(&line.item.amount.0.to_be_bytes());
    }
    let full = hash.finalize();
    let mut short = [0; 16];
    short.copy_from_slice(&full[..16]);
    short
}

/// What a line comes to: its price, without what discounts took of it and without tax that the price has in it.
fn net(price: Money, quantity: u32, discounts: Money, tax: Money) -> Money {
    let gross = Money(price.0.saturating_mul(i64::from(quantity)));
    Money(gross.minus(discounts).minus(tax).0.max(0))
}

/// So many of a line were taken out of the order otherwise than by the refunds that are listed.
fn removed(quantity: u32, current: Option<u32>, line: u64, refunds: &[ShopRefund]) -> u32 {
    let of_line = |it: &&RefundedLine| it.line == line;
    let refunded = refunds.iter().flat_map(|refund| &refund.lines).filter(of_line).map(|it| it.quantity);
    let refunded = refunded.fold(0, u32::saturating_add);
    current.map_or(0, |current| quantity.saturating_sub(current).saturating_sub(refunded))
}

/// Why a shop cancelled an order, as a published reason.
fn cancel_reason(reason: &str) -> &'static str {
    match reason.to_ascii_lowercase().as_str() {
        "customer" => "ITEM_RETURNED",
        "fraud" => "CONS_FRAUD",
        "inventory" => "ITEM_OUT_OF_STOCK",
        "declined" => "CONS_INFO_INVALID",
        "staff" => "ORDER_ERROR",
        _ => "OTHER",
    }
}

/// Money has come, now or before it was given back.
fn is_paid(status: &str) -> bool {
    ["paid", "partially_refunded", "refunded"].iter().any(|it| status.eq_ignore_ascii_case(it))
}
