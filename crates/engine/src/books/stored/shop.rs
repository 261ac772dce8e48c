//! What a shop has said of an order, which is only ever read whole.

use prost::Message;
use referee_core::id::{NodeId, ProgramId, RecordNo};
use referee_core::money::Currency;
use referee_core::row::ShopOrderRow;
use referee_core::time::Timestamp;

use super::damaged;
use crate::error::{Error, Result};
use crate::log::codec::shop::{line_in, line_out, refund_in, refund_out};
use crate::log::codec::{consent_in, consent_out};
use crate::log::wire;

#[derive(Clone, PartialEq, Message)]
struct StoredShopOrder {
    #[prost(sint64, optional, tag = "1")]
    updated_at: Option<i64>,
    #[prost(bytes = "vec", tag = "2")]
    currency: Vec<u8>,
    #[prost(message, repeated, tag = "3")]
    lines: Vec<wire::ShopLine>,
    #[prost(bool, tag = "4")]
    paid: bool,
    #[prost(string, optional, tag = "5")]
    cancelled: Option<String>,
    #[prost(message, repeated, tag = "6")]
    refunds: Vec<wire::ShopRefund>,
    #[prost(uint64, repeated, tag = "7")]
    returned: Vec<u64>,
    #[prost(bool, tag = "8")]
    reversed: bool,
    #[prost(uint64, optional, tag = "9")]
    node: Option<u64>,
    #[prost(bool, tag = "10")]
    taxes_included: bool,
    #[prost(message, optional, tag = "11")]
    consent: Option<wire::Consent>,
}

pub fn shop_order(row: &ShopOrderRow) -> Vec<u8> {
    StoredShopOrder {
        updated_at: row.updated_at.map(|at| at.0),
        currency: row.currency.0.to_vec(),
        lines: row.lines.iter().map(line_out).collect(),
        paid: row.paid,
        cancelled: row.cancelled.clone(),
        refunds: row.refunds.iter().map(refund_out).collect(),
        returned: row.returned.clone(),
        reversed: row.reversed,
        node: row.node.map(|node| node.0),
        taxes_included: row.taxes_included,
        consent: row.consent.as_ref().map(consent_out),
    }
    .encode_to_vec()
}

pub fn shop_order_of(record: RecordNo, program: ProgramId, body: &[u8]) -> Result<ShopOrderRow> {
    let stored = StoredShopOrder::decode(body).map_err(|error| Error::corrupt("read a shop's order", error))?;
    Ok(ShopOrderRow {
        record,
        program,
        updated_at: stored.updated_at.map(Timestamp),
        currency: Currency(stored.currency.try_into().map_err(|_| damaged("currency"))?),
        lines: stored.lines.into_iter().map(line_in).collect(),
        paid: stored.paid,
        cancelled: stored.cancelled,
        refunds: stored.refunds.into_iter().map(refund_in).collect(),
        returned: stored.returned,
        reversed: stored.reversed,
        node: stored.node.map(NodeId),
        taxes_included: stored.taxes_included,
        consent: stored.consent.map(consent_in).transpose()?,
    })
}
