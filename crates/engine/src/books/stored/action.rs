//! What of actions and of payments is only ever read whole.

use prost::Message;
use referee_core::exchange::{Exchange, Rate};
use referee_core::money::{Currency, Money};
use referee_core::row::{ActionRow, BeforeReversal, PaymentSum, ReturnAsked, Whole};
use referee_core::time::{Day, Timestamp};

use super::{action_id, damaged};
use crate::error::{Error, Result};
use crate::log::codec::{field_in, field_out, item_in, item_out};
use crate::log::{number, wire};

#[derive(Clone, PartialEq, Message)]
struct ActionDetails {
    #[prost(message, repeated, tag = "1")]
    items: Vec<wire::Item>,
    #[prost(string, tag = "2")]
    promo_code: String,
    #[prost(string, tag = "3")]
    customer_status: String,
    #[prost(string, repeated, tag = "4")]
    sub_ids: Vec<String>,
    #[prost(string, tag = "5")]
    shared_id: String,
    #[prost(message, repeated, tag = "6")]
    fields: Vec<wire::Field>,
    #[prost(sint64, tag = "7")]
    order_total: i64,
    #[prost(uint32, tag = "8")]
    device: u32,
    #[prost(message, optional, tag = "9")]
    whole: Option<StoredWhole>,
    #[prost(message, optional, tag = "10")]
    before_reversal: Option<StoredWhole>,
    #[prost(sint64, tag = "15")]
    returned_before_reversal: i64,
    /// Only where it is not the payout's.
    #[prost(message, optional, tag = "11")]
    exchange: Option<StoredExchange>,
    #[prost(uint32, optional, tag = "12")]
    tier: Option<u32>,
    #[prost(uint32, optional, tag = "13")]
    outside: Option<u32>,
    #[prost(bool, tag = "14")]
    status_derived: bool,
    #[prost(string, optional, tag = "80")]
    moved_from: Option<String>,
    #[prost(string, optional, tag = "81")]
    moved_to: Option<String>,
    #[prost(sint64, tag = "82")]
    returned: i64,
    #[prost(message, optional, tag = "83")]
    return_asked: Option<StoredReturn>,
}

#[derive(Clone, PartialEq, Message)]
struct StoredExchange {
    #[prost(string, tag = "1")]
    currency: String,
    /// Not there: it is awaited.
    #[prost(message, optional, tag = "2")]
    rate: Option<StoredRate>,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct StoredRate {
    #[prost(sint32, tag = "1")]
    day: i32,
    #[prost(sint64, tag = "2")]
    from: i64,
    #[prost(sint64, tag = "3")]
    to: i64,
}

fn exchange_out(row: &ActionRow) -> Option<StoredExchange> {
    let rate = match row.exchange {
        Exchange::Same => return None,
        Exchange::Awaited => None,
        Exchange::At(it) => Some(rate_out(it)),
    };
    Some(StoredExchange { currency: row.order_currency.to_string(), rate })
}

#[derive(Clone, PartialEq, Message)]
struct StoredSums {
    #[prost(message, repeated, tag = "1")]
    sums: Vec<StoredSum>,
}

#[derive(Clone, PartialEq, Message)]
struct StoredSum {
    #[prost(string, tag = "1")]
    currency: String,
    #[prost(sint64, tag = "2")]
    proposed: i64,
    #[prost(sint64, tag = "3")]
    total: i64,
    /// Not there: it is the currency of the transfer.
    #[prost(message, optional, tag = "4")]
    rate: Option<StoredRate>,
}

fn rate_out(it: Rate) -> StoredRate {
    StoredRate { day: it.day.0, from: it.from, to: it.to }
}

fn rate_in(it: StoredRate) -> Rate {
    Rate { day: Day(it.day), from: it.from, to: it.to }
}

pub fn payment_sums(sums: &[PaymentSum]) -> Vec<u8> {
    let sum = |it: &PaymentSum| StoredSum {
        currency: it.currency.to_string(),
        proposed: it.proposed.0,
        total: it.total.0,
        rate: it.rate.map(rate_out),
    };
    StoredSums { sums: sums.iter().map(sum).collect() }.encode_to_vec()
}

pub fn payment_sums_of(bytes: &[u8]) -> Result<Vec<PaymentSum>> {
    let stored = StoredSums::decode(bytes).map_err(|_| damaged("payment"))?;
    let sum = |it: StoredSum| {
        let currency = it.currency.as_bytes().try_into().map(Currency).map_err(|_| damaged("currency"))?;
        let (proposed, total) = (Money(it.proposed), Money(it.total));
        Ok(PaymentSum { currency, proposed, total, rate: it.rate.map(rate_in) })
    };
    stored.sums.into_iter().map(sum).collect()
}

#[derive(Clone, PartialEq, Message)]
struct StoredReturn {
    #[prost(sint64, tag = "1")]
    at: i64,
    #[prost(string, tag = "2")]
    disposition: String,
    #[prost(message, optional, tag = "3")]
    figures: Option<StoredWhole>,
    #[prost(bool, tag = "4")]
    by_quantity: bool,
}

#[derive(Clone, PartialEq, Message)]
struct StoredWhole {
    #[prost(sint64, tag = "1")]
    amount: i64,
    #[prost(message, repeated, tag = "2")]
    items: Vec<WholeItem>,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct WholeItem {
    #[prost(uint32, tag = "1")]
    quantity: u32,
    #[prost(sint64, tag = "2")]
    amount: i64,
}

fn whole_out(it: &Whole) -> StoredWhole {
    let item = |(quantity, amount): &(u32, Money)| WholeItem { quantity: *quantity, amount: amount.0 };
    StoredWhole { amount: it.amount.0, items: it.items.iter().map(item).collect() }
}

fn whole_in(it: StoredWhole) -> Whole {
    let items = it.items.iter().map(|it| (it.quantity, Money(it.amount))).collect();
    Whole { amount: Money(it.amount), items }
}

pub fn action_details(row: &ActionRow) -> Vec<u8> {
    ActionDetails {
        items: row.items.iter().map(item_out).collect(),
        promo_code: row.promo_code.clone(),
        customer_status: row.customer_status.clone(),
        sub_ids: row.sub_ids.to_vec(),
        shared_id: row.shared_id.clone(),
        fields: row.fields.iter().map(field_out).collect(),
        order_total: row.order_total.0,
        device: row.device as u32,
        whole: Some(whole_out(&row.whole)),
        before_reversal: row.before_reversal.as_ref().map(|it| whole_out(&it.whole)),
        returned_before_reversal: row.before_reversal.as_ref().map_or(0, |it| it.returned.0),
        exchange: exchange_out(row),
        tier: row.tier.and_then(|place| u32::try_from(place).ok()),
        outside: row.outside.and_then(|place| u32::try_from(place).ok()),
        status_derived: row.status_derived,
        moved_from: row.moved_from.map(|id| id.to_string()),
        moved_to: row.moved_to.map(|id| id.to_string()),
        returned: row.returned.0,
        return_asked: row.return_asked.as_ref().map(|it| StoredReturn {
            at: it.at.0,
            disposition: it.disposition.clone(),
            figures: it.figures.as_ref().map(whole_out),
            by_quantity: it.by_quantity,
        }),
    }
    .encode_to_vec()
}

pub fn fill_action(row: &mut ActionRow, details: &[u8]) -> Result<()> {
    let details = ActionDetails::decode(details).map_err(|error| Error::corrupt("read an action", error))?;
    let mut sub_ids = details.sub_ids.into_iter();
    row.items = details.items.into_iter().map(item_in).collect();
    row.promo_code = details.promo_code;
    row.customer_status = details.customer_status;
    row.sub_ids = std::array::from_fn(|_| sub_ids.next().unwrap_or_default());
    row.shared_id = details.shared_id;
    row.fields = details.fields.into_iter().map(field_in).collect();
    row.order_total = Money(details.order_total);
    row.whole = details.whole.map(whole_in).unwrap_or_default();
    let returned = Money(details.returned_before_reversal);
    row.before_reversal = details.before_reversal.map(|it| BeforeReversal { whole: whole_in(it), returned });
    row.tier = details.tier.map(|place| place as usize);
    row.outside = details.outside.map(|place| place as usize);
    row.status_derived = details.status_derived;
    if let Some(it) = details.exchange {
        let code = it.currency.as_bytes().try_into();
        row.order_currency = Currency(code.map_err(|_| damaged("currency"))?);
        row.exchange = it.rate.map_or(Exchange::Awaited, |rate| Exchange::At(rate_in(rate)));
    }
    row.moved_from = details.moved_from.as_deref().map(action_id).transpose()?;
    row.moved_to = details.moved_to.as_deref().map(action_id).transpose()?;
    row.returned = Money(details.returned);
    row.return_asked = details.return_asked.map(|it| ReturnAsked {
        at: Timestamp(it.at),
        disposition: it.disposition,
        figures: it.figures.map(whole_in),
        by_quantity: it.by_quantity,
    });
    row.device = number::device(details.device).ok_or_else(|| damaged("device"))?;
    Ok(())
}
