//! What a batch needs, by a fixed number of questions, each over a set of keys.

use std::collections::BTreeSet;

use referee_core::fact::Record;
use referee_core::id::{ActionId, BrandId, InquiryId, NodeId, PartnerId, RecordNo};
use referee_core::money::Money;
use referee_core::row::{
    ActionRow, Counter, CounterKey, IdentifierRow, PaymentRow, PaymentState, Returned, ReturnsKey,
};
use referee_core::slice::{EarlierOrder, Slice, Wanted, WantedComponents};
use referee_core::time::Timestamp;

use super::{payables, rows};
use crate::books::stored;
use crate::database::{Answer, Database, Row, Value, find, list};
use crate::error::Result;
use crate::values;

pub fn load(db: &mut dyn Database, brand: BrandId, records: &[Record], slice: &mut Slice) -> Answer<()> {
    let mut wanted = slice.wanted(records);
    inquiries(db, brand, &mut wanted, slice)?;
    clicks(db, brand, &wanted, slice)?;
    identifiers(db, brand, &wanted, slice)?;
    conversions_and_actions(db, brand, &wanted, slice)?;
    shop_orders(db, brand, &wanted, slice)?;
    payees(db, brand, &wanted, slice)?;
    payments(db, brand, &wanted, slice)?;
    payables::review_of(db, brand, &wanted, slice)?;
    slice.expect(&wanted);
    roots(db, brand, &wanted, slice)?;
    let components = slice.wanted_components(records);
    members(db, brand, &components, slice)?;
    edges(db, brand, slice)?;
    unsettled(db, brand, &components, slice)?;
    touchpoints(db, brand, &components, slice)?;
    earlier_orders(db, brand, &components, slice)?;
    payables::load(db, brand, records, slice)?;
    counters(db, brand, records, slice)?;
    if let Some(limit) = wanted.work {
        work(db, brand, limit, slice)?;
    }
    returns(db, brand, records, slice)
}

/// What was returned of the months that may be limited.
fn returns(db: &mut dyn Database, brand: BrandId, records: &[Record], slice: &mut Slice) -> Answer<()> {
    for (program, month) in slice.wanted_returns(records) {
        let sql = include_str!("../../../sql/books/load_returns.sql");
        db.ask(sql, values![brand.0, program.0, month.0], &mut |row| {
            let key = ReturnsKey { program, month, partner: PartnerId(row.number(0)?) };
            let returned = Returned { payouts: Money(row.number(1)?), returned: Money(row.number(2)?) };
            slice.returns.insert(key, returned);
            Ok(())
        })?;
    }
    Ok(())
}

fn nodes<'a>(nodes: &BTreeSet<NodeId>) -> Value<'a> {
    Value::integers(nodes.iter().map(|node| node.0))
}

fn clicks(db: &mut dyn Database, brand: BrandId, wanted: &Wanted, slice: &mut Slice) -> Answer<()> {
    if wanted.clicks.is_empty() {
        return Ok(());
    }
    let numbers = Value::integers(wanted.clicks.iter().map(|no| no.0));
    let sql = db.choose(
        include_str!("../../../sql/books/load_clicks.sql"),
        include_str!("../../../sql/books/load_clicks.postgres.sql"),
    );
    db.ask(sql, &[brand.0.into(), numbers], &mut |row| {
        let click = rows::click(row)?;
        slice.clicks.load(click.no, Some(click));
        Ok(())
    })
}

fn identifiers(db: &mut dyn Database, brand: BrandId, wanted: &Wanted, slice: &mut Slice) -> Answer<()> {
    if wanted.identifiers.is_empty() {
        return Ok(());
    }
    let keys = Value::Blobs(wanted.identifiers.iter().map(stored::identifier_bytes).collect());
    let sql = db.choose(
        include_str!("../../../sql/books/load_identifiers.sql"),
        include_str!("../../../sql/books/load_identifiers.postgres.sql"),
    );
    db.ask(sql, &[brand.0.into(), keys], &mut |row| {
        let (node, record) = (NodeId(row.number(1)?), RecordNo(row.number(2)?));
        let found = IdentifierRow { node, record, first_seen_at: Timestamp(row.number(3)?) };
        slice.identifiers.load(stored::identifier(row.blob(0)?)?, Some(found));
        Ok(())
    })
}

fn conversions_and_actions(db: &mut dyn Database, brand: BrandId, wanted: &Wanted, slice: &mut Slice) -> Answer<()> {
    let mut actions: BTreeSet<u64> = wanted.actions.iter().map(|id| u64::from(id.seq)).collect();
    let moved = orders_of(db, brand, &wanted.moved)?;
    if !wanted.orders.is_empty() || !moved.is_empty() {
        let orders = wanted.orders.iter().map(|key| key.order_id.as_str()).chain(moved.iter().map(String::as_str));
        let orders: BTreeSet<&str> = orders.collect();
        let orders = Value::Texts(orders.into_iter().collect());
        let sql = db.choose(
            include_str!("../../../sql/books/load_conversions.sql"),
            include_str!("../../../sql/books/load_conversions.postgres.sql"),
        );
        db.ask(sql, &[brand.0.into(), orders], &mut |row| {
            let (key, conversion) = rows::conversion(row)?;
            actions.extend(conversion.actions.iter().map(|id| u64::from(id.seq)));
            slice.conversions.load(key, Some(conversion));
            Ok(())
        })?;
    }
    if actions.is_empty() {
        return Ok(());
    }
    let values = [brand.0.into(), Value::integers(actions)];
    let sql = db.choose(
        include_str!("../../../sql/books/load_actions.sql"),
        include_str!("../../../sql/books/load_actions.postgres.sql"),
    );
    db.ask(sql, &values, &mut |row| {
        let action = rows::action(row)?;
        slice.actions.load(action.id, Some(action));
        Ok(())
    })
}

/// What a shop has said of orders.
fn shop_orders(db: &mut dyn Database, brand: BrandId, wanted: &Wanted, slice: &mut Slice) -> Answer<()> {
    if wanted.shop_orders.is_empty() {
        return Ok(());
    }
    let orders: BTreeSet<&str> = wanted.shop_orders.iter().map(|key| key.order_id.as_str()).collect();
    let sql = db.choose(
        include_str!("../../../sql/books/load_shop_orders.sql"),
        include_str!("../../../sql/books/load_shop_orders.postgres.sql"),
    );
    db.ask(sql, &[brand.0.into(), Value::Texts(orders.into_iter().collect())], &mut |row| {
        let (key, row) = rows::shop_order(row)?;
        slice.shop_orders.load(key, Some(row));
        Ok(())
    })
}

/// The orders of actions that are named by their ids.
fn orders_of(db: &mut dyn Database, brand: BrandId, actions: &BTreeSet<ActionId>) -> Answer<Vec<String>> {
    let mut orders = Vec::new();
    if actions.is_empty() {
        return Ok(orders);
    }
    let values = [brand.0.into(), Value::integers(actions.iter().map(|id| u64::from(id.seq)))];
    let sql = db.choose(
        include_str!("../../../sql/books/load_actions.sql"),
        include_str!("../../../sql/books/load_actions.postgres.sql"),
    );
    db.ask(sql, &values, &mut |row| {
        orders.push(rows::action(row)?.order_id);
        Ok(())
    })?;
    Ok(orders)
}

fn roots(db: &mut dyn Database, brand: BrandId, wanted: &Wanted, slice: &mut Slice) -> Answer<()> {
    let named = slice.named_nodes(wanted);
    if named.is_empty() {
        return Ok(());
    }
    let sql = db.choose(
        include_str!("../../../sql/books/load_roots.sql"),
        include_str!("../../../sql/books/load_roots.postgres.sql"),
    );
    db.ask(sql, &[brand.0.into(), nodes(&named)], &mut |row| {
        let (node, root) = node_and_root(row)?;
        slice.roots.load(node, Some(root));
        Ok(())
    })?;
    named.into_iter().for_each(|node| slice.roots.expect(node));
    Ok(())
}

fn node_and_root(row: &dyn Row) -> Result<(NodeId, NodeId)> {
    Ok((NodeId(row.number(0)?), NodeId(row.number(1)?)))
}

fn members(db: &mut dyn Database, brand: BrandId, components: &WantedComponents, slice: &mut Slice) -> Answer<()> {
    if components.roots.is_empty() {
        return Ok(());
    }
    for root in &components.roots {
        slice.members.insert(*root, BTreeSet::from([*root]));
        slice.roots.expect(*root);
    }
    let values = [brand.0.into(), nodes(&components.roots)];
    let sql = db.choose(
        include_str!("../../../sql/books/load_members.sql"),
        include_str!("../../../sql/books/load_members.postgres.sql"),
    );
    db.ask(sql, &values, &mut |row| {
        let (node, root) = node_and_root(row)?;
        slice.members.entry(root).or_default().insert(node);
        slice.roots.load(node, Some(root));
        Ok(())
    })
}

/// The edges of all components that were loaded.
fn edges(db: &mut dyn Database, brand: BrandId, slice: &mut Slice) -> Answer<()> {
    let all: BTreeSet<NodeId> = slice.members.values().flatten().copied().collect();
    if all.is_empty() {
        return Ok(());
    }
    let sql = db.choose(
        include_str!("../../../sql/books/load_edges.sql"),
        include_str!("../../../sql/books/load_edges.postgres.sql"),
    );
    db.ask(sql, &[brand.0.into(), nodes(&all)], &mut |row| {
        let edge = rows::edge(row)?;
        slice.edges.insert(edge.key(), edge);
        Ok(())
    })
}

/// Orders that may be decided again, and what they were decided on.
fn unsettled(db: &mut dyn Database, brand: BrandId, components: &WantedComponents, slice: &mut Slice) -> Answer<()> {
    let all = members_of(slice, &components.unsettled_of);
    if all.is_empty() {
        return Ok(());
    }
    let sql = db.choose(
        include_str!("../../../sql/books/load_unsettled.sql"),
        include_str!("../../../sql/books/load_unsettled.postgres.sql"),
    );
    let mut named = Wanted::default();
    db.ask(sql, &[brand.0.into(), nodes(&all)], &mut |row| {
        let (key, row) = rows::unsettled(row)?;
        named.clicks.extend(row.buyer.click.map(|(no, _)| no));
        named.orders.insert(key.clone());
        named.orders.extend(slice.parent_order(&row.report));
        slice.load_unsettled(key, row);
        Ok(())
    })?;
    clicks(db, brand, &named, slice)?;
    conversions_and_actions(db, brand, &named, slice)?;
    slice.want_shop_orders(&mut named);
    shop_orders(db, brand, &named, slice)?;
    slice.expect(&named);
    Ok(())
}

/// The clicks of the components that may be credited.
fn touchpoints(db: &mut dyn Database, brand: BrandId, components: &WantedComponents, slice: &mut Slice) -> Answer<()> {
    let all = members_of(slice, &components.touchpoints_of);
    if all.is_empty() {
        return Ok(());
    }
    let values = [brand.0.into(), nodes(&all), components.clicks_since.0.into()];
    let sql = db.choose(
        include_str!("../../../sql/books/load_clicks_of_nodes.sql"),
        include_str!("../../../sql/books/load_clicks_of_nodes.postgres.sql"),
    );
    db.ask(sql, &values, &mut |row| {
        let click = rows::click(row)?;
        slice.touchpoints.insert((click.node, click.no));
        slice.clicks.load(click.no, Some(click));
        Ok(())
    })
}

/// The orders of whoever may order now, where terms ask for them.
fn earlier_orders(
    db: &mut dyn Database,
    brand: BrandId,
    components: &WantedComponents,
    slice: &mut Slice,
) -> Answer<()> {
    let all = members_of(slice, &components.orders_of);
    if all.is_empty() {
        return Ok(());
    }
    let sql = db.choose(
        include_str!("../../../sql/books/load_orders_of_nodes.sql"),
        include_str!("../../../sql/books/load_orders_of_nodes.postgres.sql"),
    );
    db.ask(sql, &[brand.0.into(), nodes(&all)], &mut |row| {
        let key = stored::order(row.number(1)?, row.text(2)?.to_owned());
        let (node, occurred_at) = (NodeId(row.number(0)?), Timestamp(row.number(3)?));
        slice.load_earlier_order(key, EarlierOrder { node, occurred_at, earns: row.number(4)? });
        Ok(())
    })
}

/// What limits and tiers are measured against: a question for each event type and period that has any.
fn counters(db: &mut dyn Database, brand: BrandId, records: &[Record], slice: &mut Slice) -> Answer<()> {
    let groups = slice.wanted_counters(records);
    for group in &groups {
        let (program, event_type) = (group.program.0, group.event_type.0);
        let values = values![brand.0, program, event_type, group.per as u8, group.day.0];
        db.ask(include_str!("../../../sql/books/load_counters.sql"), values, &mut |row| {
            let key = CounterKey { group: *group, partner: PartnerId(row.number(0)?) };
            let (payout, amount) = (Money(row.number(2)?), Money(row.number(3)?));
            slice.counters.load(key, Some(Counter { actions: row.number(1)?, payout, amount }));
            Ok(())
        })?;
    }
    slice.expect_counters(groups);
    Ok(())
}

fn members_of(slice: &Slice, roots: &BTreeSet<NodeId>) -> BTreeSet<NodeId> {
    roots.iter().filter_map(|root| slice.members.get(root)).flatten().copied().collect()
}

fn work(db: &mut dyn Database, brand: BrandId, limit: u32, slice: &mut Slice) -> Answer<()> {
    let sql = include_str!("../../../sql/books/load_due.sql");
    for action in list(db, sql, &[brand.0.into(), slice.state.brand_time.0.into(), limit.into()], rows::action)? {
        slice.work.to_lock.push(action.id);
        slice.actions.load(action.id, Some(action));
    }
    let sql = include_str!("../../../sql/books/load_settled.sql");
    slice.work.to_settle =
        list(db, sql, &[brand.0.into(), slice.state.brand_time.0.into(), limit.into()], rows::order_key)?;
    tallies(db, brand, limit, slice)?;
    if let Some(after) = slice.state.rates_after {
        let values = values![brand.0, after, limit.saturating_add(1)];
        for action in list(db, include_str!("../../../sql/books/load_awaiting.sql"), values, rows::action)? {
            slice.work.to_convert.push(action.id);
            slice.actions.load(action.id, Some(action));
        }
    }
    payables::work(db, brand, limit, slice)?;
    payment_work(db, brand, limit, slice)
}

/// Periods that are over and whose bonuses are reckoned, with the bonuses: a question for each event type that terms give
/// any for.
fn tallies(db: &mut dyn Database, brand: BrandId, limit: u32, slice: &mut Slice) -> Answer<()> {
    let mut given = Wanted::default();
    for (program, event_type, per) in slice.config.bonuses() {
        let left = limit.saturating_sub(u32::try_from(slice.work.to_reckon.len()).unwrap_or(u32::MAX));
        let values = values![brand.0, program.0, event_type.0, per as u8, slice.state.brand_time.0, left];
        db.ask(include_str!("../../../sql/books/load_changed_tallies.sql"), values, &mut |row| {
            let (key, tally) = rows::tally(row)?;
            given.actions.extend(tally.bonus.map(|bonus| bonus.action));
            slice.work.to_reckon.push(key);
            slice.tallies.load(key, Some(tally));
            Ok(())
        })?;
    }
    conversions_and_actions(db, brand, &given, slice)?;
    slice.expect(&given);
    Ok(())
}

/// What the oldest payment that is gathered or given back goes on with.
fn payment_work(db: &mut dyn Database, brand: BrandId, limit: u32, slice: &mut Slice) -> Answer<()> {
    let sql = include_str!("../../../sql/books/load_open_payment.sql");
    // One more than may be taken, so that the rule sees whether some are left.
    let most = limit.saturating_add(1);
    if let Some(payment) = find(db, sql, &[brand.0.into(), (PaymentState::Gathering as u8).into()], rows::payment)? {
        let mut payable = Vec::new();
        for action in payable_actions(db, brand, &payment, most)? {
            payable.push(action.id);
            slice.actions.load(action.id, Some(action));
        }
        slice.work.to_pay = Some((payment.id, payable));
        slice.payments.load(payment.id, Some(payment));
    } else if let Some(payment) =
        find(db, sql, &[brand.0.into(), (PaymentState::Returning as u8).into()], rows::payment)?
    {
        let values = values![brand.0, payment.id.0, payment.returned_to, most];
        let lines = list(db, include_str!("../../../sql/books/load_payment_lines.sql"), values, rows::payment_line)?;
        let wanted = Wanted { actions: lines.iter().map(|line| line.action).collect(), ..Wanted::default() };
        conversions_and_actions(db, brand, &wanted, slice)?;
        slice.expect(&wanted);
        slice.work.to_return = Some((payment.id, lines));
        slice.payments.load(payment.id, Some(payment));
    }
    Ok(())
}

/// The next of what a payment is owed for, one currency after the other.
fn payable_actions(db: &mut dyn Database, brand: BrandId, payment: &PaymentRow, most: u32) -> Answer<Vec<ActionRow>> {
    let sql = include_str!("../../../sql/books/load_payable.sql");
    let (partner, record, mut left) = (payment.partner.0, payment.record.0, most);
    let mut payable = Vec::new();
    for sum in &payment.sums {
        if left == 0 {
            break;
        }
        let values = values![brand.0, partner, sum.currency.as_str(), record, left];
        payable.append(&mut list(db, sql, values, rows::action)?);
        left = most.saturating_sub(u32::try_from(payable.len()).unwrap_or(u32::MAX));
    }
    Ok(payable)
}

/// What is owed to whom is to be paid, and which payments stand in the way.
fn payees(db: &mut dyn Database, brand: BrandId, wanted: &Wanted, slice: &mut Slice) -> Answer<()> {
    if wanted.payees.is_empty() {
        return Ok(());
    }
    let sql = db.choose(
        include_str!("../../../sql/books/load_locked.sql"),
        include_str!("../../../sql/books/load_locked.postgres.sql"),
    );
    let asked = Value::integers(wanted.payees.iter().map(|partner| u64::from(partner.0)));
    db.ask(sql, &[brand.0.into(), asked], &mut |row| {
        let (key, amount) = ((PartnerId(row.number(0)?), rows::currency(row, 1)?), row.number::<i64>(2)?);
        *slice.locked.entry(key).or_default() += i128::from(amount);
        Ok(())
    })?;
    let sql = include_str!("../../../sql/books/load_payments_under_way.sql");
    for payment in list(db, sql, values![brand.0], rows::payment)? {
        slice.payments.load(payment.id, Some(payment));
    }
    Ok(())
}

/// First of all, because what one is about is loaded with the rest.
fn inquiries(db: &mut dyn Database, brand: BrandId, wanted: &mut Wanted, slice: &mut Slice) -> Answer<()> {
    if let Some(id) = wanted.inquiry {
        let sql = include_str!("../../../sql/books/load_inquiry.sql");
        slice.inquiries.load(id, find(db, sql, values![brand.0, id.0], rows::inquiry)?);
        slice.want_named_by_inquiry(wanted);
    }
    if let Some((partner, order)) = &wanted.inquiries_of {
        let values = values![brand.0, partner.0, &order.order_id, order.event_type.0];
        for row in list(db, include_str!("../../../sql/books/load_inquiries_of.sql"), values, rows::inquiry)? {
            slice.inquiries.load(row.id, Some(row));
        }
        let sql = include_str!("../../../sql/books/load_last_inquiry.sql");
        let last = find(db, sql, values![brand.0], |row| row.number(0).map(InquiryId))?;
        slice.last_inquiry = last.unwrap_or_default();
    }
    Ok(())
}

/// What is decided or told of.
fn payments(db: &mut dyn Database, brand: BrandId, wanted: &Wanted, slice: &mut Slice) -> Answer<()> {
    if let Some(id) = wanted.payment_run {
        let run = find(
            db,
            include_str!("../../../sql/books/load_payment_run.sql"),
            values![brand.0, id.0],
            rows::payment_run,
        )?;
        slice.payment_runs.load(id, run);
        let sql = include_str!("../../../sql/books/load_payments_of_run.sql");
        for payment in list(db, sql, values![brand.0, id.0], rows::payment)? {
            slice.payments.load(payment.id, Some(payment));
        }
    }
    if let Some(id) = wanted.payment {
        let payment =
            find(db, include_str!("../../../sql/books/load_payment.sql"), values![brand.0, id.0], rows::payment)?;
        slice.payments.load(id, payment);
    }
    Ok(())
}
