//! What a shop system says of its orders, to the wire and back.

use referee_core::fact::{self, ClickPath};
use referee_core::id::{EventTypeId, ProgramId, SubmissionId};
use referee_core::money::Money;
use referee_core::time::Timestamp;

use super::{conversion_in, conversion_out, fixed, item_in, item_out, known};
use crate::error::Result;
use crate::log::wire;

pub fn order_out(it: &fact::ShopOrderSeen) -> wire::ShopOrder {
    wire::ShopOrder {
        report: Some(conversion_out(&it.report)),
        updated_at: it.updated_at.0,
        opens_when_paid: it.opens_when_paid,
        paid: it.paid,
        cancelled: it.cancelled.clone(),
        test: it.test,
        taxes_included: it.taxes_included,
        checkout: it.checkout.clone(),
        lines: it.lines.iter().map(line_out).collect(),
        refunds: it.refunds.iter().map(refund_out).collect(),
    }
}

pub fn order_in(it: wire::ShopOrder) -> Result<fact::ShopOrderSeen> {
    Ok(fact::ShopOrderSeen {
        report: conversion_in(known(it.report, "order")?)?,
        updated_at: Timestamp(it.updated_at),
        opens_when_paid: it.opens_when_paid,
        paid: it.paid,
        cancelled: it.cancelled,
        test: it.test,
        taxes_included: it.taxes_included,
        checkout: it.checkout,
        lines: it.lines.into_iter().map(line_in).collect(),
        refunds: it.refunds.into_iter().map(refund_in).collect(),
    })
}

pub fn line_out(it: &fact::ShopLine) -> wire::ShopLine {
    wire::ShopLine { id: it.id, item: Some(item_out(&it.item)), tax: it.tax.0, removed: it.removed }
}

pub fn line_in(it: wire::ShopLine) -> fact::ShopLine {
    fact::ShopLine { id: it.id, item: item_in(it.item.unwrap_or_default()), tax: Money(it.tax), removed: it.removed }
}

pub fn refund_out(it: &fact::ShopRefund) -> wire::ShopRefund {
    let line = |it: &fact::RefundedLine| wire::RefundedLine {
        line: it.line,
        quantity: it.quantity,
        amount: it.amount.0,
        tax: it.tax.0,
    };
    wire::ShopRefund { id: it.id, lines: it.lines.iter().map(line).collect(), adjustment: it.adjustment.0 }
}

pub fn refund_in(it: wire::ShopRefund) -> fact::ShopRefund {
    let line = |it: wire::RefundedLine| fact::RefundedLine {
        line: it.line,
        quantity: it.quantity,
        amount: Money(it.amount),
        tax: Money(it.tax),
    };
    fact::ShopRefund { id: it.id, lines: it.lines.into_iter().map(line).collect(), adjustment: Money(it.adjustment) }
}

pub fn refund_seen_out(it: &fact::ShopRefundSeen) -> wire::RefundOfShop {
    wire::RefundOfShop {
        submission: it.submission.0.to_vec(),
        program: it.program.0,
        event_type: it.event_type.0,
        order_id: it.order_id.clone(),
        refund: Some(refund_out(&it.refund)),
    }
}

pub fn refund_seen_in(it: wire::RefundOfShop) -> Result<fact::ShopRefundSeen> {
    Ok(fact::ShopRefundSeen {
        submission: SubmissionId(fixed(&it.submission)?),
        program: ProgramId(it.program),
        event_type: EventTypeId(it.event_type),
        order_id: it.order_id,
        refund: refund_in(known(it.refund, "refund")?),
    })
}

pub fn path_in(number: Option<u32>) -> Result<Option<ClickPath>> {
    number.map(|number| known(ClickPath::ALL.into_iter().find(|it| *it as u32 == number), "way to a click")).transpose()
}
