//! What a batch needs, by a fixed number of questions, each over a set of keys.

use std::collections::BTreeSet;
use std::rc::Rc;

use referee_core::fact::Record;
use referee_core::id::{BrandId, NodeId, RecordNo};
use referee_core::row::{ClickRow, EdgeRow, IdentifierRow};
use referee_core::slice::{Slice, Wanted, WantedProfiles};
use referee_core::time::Timestamp;
use rusqlite::types::Value;
use rusqlite::vtab::array::Array;
use rusqlite::{Connection, Params, Row};

use super::{rows, trouble};
use crate::books::stored;
use crate::error::Result;

pub fn load(db: &Connection, brand: BrandId, records: &[Record], slice: &mut Slice) -> Result<()> {
    let wanted = Slice::wanted(records);
    clicks(db, brand, &wanted, slice)?;
    identifiers(db, brand, &wanted, slice)?;
    conversions_and_actions(db, brand, &wanted, slice)?;
    slice.expect(&wanted);
    roots(db, brand, &wanted, slice)?;
    let profiles = slice.wanted_profiles(records);
    members(db, brand, &profiles, slice)?;
    journeys(db, brand, &profiles, slice)?;
    match wanted.work {
        Some(limit) => work(db, brand, limit, slice),
        None => Ok(()),
    }
}

fn ask<T>(
    db: &Connection,
    sql: &str,
    values: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    let answer = |mut statement: rusqlite::CachedStatement<'_>| statement.query_map(values, read)?.collect();
    db.prepare_cached(sql).and_then(answer).map_err(trouble)
}

pub fn integers(numbers: impl IntoIterator<Item = u64>) -> Array {
    Rc::new(numbers.into_iter().map(|number| Value::Integer(number.cast_signed())).collect())
}

fn nodes(nodes: &BTreeSet<NodeId>) -> Array {
    integers(nodes.iter().map(|node| node.0))
}

fn clicks(db: &Connection, brand: BrandId, wanted: &Wanted, slice: &mut Slice) -> Result<()> {
    if wanted.clicks.is_empty() {
        return Ok(());
    }
    let numbers = integers(wanted.clicks.iter().map(|no| no.0));
    let sql = include_str!("../../../sql/books/load_clicks.sql");
    for click in ask(db, sql, (brand.0, numbers), rows::click)? {
        slice.clicks.load(click.no, Some(click));
    }
    Ok(())
}

fn identifiers(db: &Connection, brand: BrandId, wanted: &Wanted, slice: &mut Slice) -> Result<()> {
    if wanted.identifiers.is_empty() {
        return Ok(());
    }
    let keys = wanted.identifiers.iter().map(|it| Value::Blob(stored::identifier_bytes(it))).collect();
    let keys: Array = Rc::new(keys);
    let sql = include_str!("../../../sql/books/load_identifiers.sql");
    let found = ask(db, sql, (brand.0, keys), |row| {
        let identifier = rows::sound(stored::identifier(row.get_ref(0)?.as_blob()?))?;
        let record = RecordNo(row.get::<_, i64>(2)?.cast_unsigned());
        let node = NodeId(row.get::<_, i64>(1)?.cast_unsigned());
        Ok((identifier, IdentifierRow { node, record, first_seen_at: Timestamp(row.get(3)?) }))
    })?;
    found.into_iter().for_each(|(identifier, row)| slice.identifiers.load(identifier, Some(row)));
    Ok(())
}

fn conversions_and_actions(db: &Connection, brand: BrandId, wanted: &Wanted, slice: &mut Slice) -> Result<()> {
    let mut actions: BTreeSet<u64> = wanted.actions.iter().map(|id| u64::from(id.seq)).collect();
    if !wanted.orders.is_empty() {
        let orders: BTreeSet<&str> = wanted.orders.iter().map(|key| key.order_id.as_str()).collect();
        let orders: Array = Rc::new(orders.into_iter().map(|id| Value::Text(id.to_owned())).collect());
        let sql = include_str!("../../../sql/books/load_conversions.sql");
        for (key, row) in ask(db, sql, (brand.0, orders), rows::conversion)? {
            actions.extend(row.action.map(|id| u64::from(id.seq)));
            slice.conversions.load(key, Some(row));
        }
    }
    if actions.is_empty() {
        return Ok(());
    }
    let sql = include_str!("../../../sql/books/load_actions.sql");
    for action in ask(db, sql, (brand.0, integers(actions)), rows::action)? {
        slice.actions.load(action.id, Some(action));
    }
    Ok(())
}

fn roots(db: &Connection, brand: BrandId, wanted: &Wanted, slice: &mut Slice) -> Result<()> {
    let named = slice.named_nodes(wanted);
    if named.is_empty() {
        return Ok(());
    }
    let sql = include_str!("../../../sql/books/load_roots.sql");
    for (node, root) in ask(db, sql, (brand.0, nodes(&named)), node_and_root)? {
        slice.roots.load(node, Some(root));
    }
    named.into_iter().for_each(|node| slice.roots.expect(node));
    Ok(())
}

fn node_and_root(row: &Row<'_>) -> rusqlite::Result<(NodeId, NodeId)> {
    Ok((NodeId(row.get::<_, i64>(0)?.cast_unsigned()), NodeId(row.get::<_, i64>(1)?.cast_unsigned())))
}

fn members(db: &Connection, brand: BrandId, profiles: &WantedProfiles, slice: &mut Slice) -> Result<()> {
    if profiles.roots.is_empty() {
        return Ok(());
    }
    for root in &profiles.roots {
        slice.members.insert(*root, BTreeSet::from([*root]));
        slice.roots.expect(*root);
    }
    let sql = include_str!("../../../sql/books/load_members.sql");
    for (node, root) in ask(db, sql, (brand.0, nodes(&profiles.roots)), node_and_root)? {
        slice.members.entry(root).or_default().insert(node);
        slice.roots.load(node, Some(root));
    }
    Ok(())
}

/// The joins and the clicks of the profiles that may be credited.
fn journeys(db: &Connection, brand: BrandId, profiles: &WantedProfiles, slice: &mut Slice) -> Result<()> {
    let all: BTreeSet<NodeId> =
        profiles.touchpoints_of.iter().filter_map(|root| slice.members.get(root)).flatten().copied().collect();
    if all.is_empty() {
        return Ok(());
    }
    let sql = include_str!("../../../sql/books/load_edges.sql");
    slice.edges = ask(db, sql, (brand.0, nodes(&all)), |row| {
        Ok(EdgeRow {
            record: RecordNo(row.get::<_, i64>(0)?.cast_unsigned()),
            a: NodeId(row.get::<_, i64>(1)?.cast_unsigned()),
            b: NodeId(row.get::<_, i64>(2)?.cast_unsigned()),
            occurred_at: Timestamp(row.get(3)?),
            refused: row.get(4)?,
        })
    })?;
    let sql = include_str!("../../../sql/books/load_clicks_of_nodes.sql");
    let found: Vec<ClickRow> = ask(db, sql, (brand.0, nodes(&all), profiles.clicks_since.0), rows::click)?;
    for click in found {
        slice.touchpoints.insert((click.node, click.no));
        slice.clicks.load(click.no, Some(click));
    }
    Ok(())
}

fn work(db: &Connection, brand: BrandId, limit: u32, slice: &mut Slice) -> Result<()> {
    let sql = include_str!("../../../sql/books/load_due.sql");
    for action in ask(db, sql, (brand.0, slice.state.brand_time.0, limit), rows::action)? {
        slice.work.to_lock.push(action.id);
        slice.actions.load(action.id, Some(action));
    }
    let sql = include_str!("../../../sql/books/load_open_payment.sql");
    let Some(payment) = ask(db, sql, [brand.0], rows::payment)?.pop() else { return Ok(()) };
    // One more than may be taken, so that the rule sees whether some are left.
    let most = limit.saturating_add(1);
    let values = (brand.0, payment.program.0, payment.partner.0, payment.record.0.cast_signed(), most);
    let sql = include_str!("../../../sql/books/load_payable.sql");
    let mut payable = Vec::new();
    for action in ask(db, sql, values, rows::action)? {
        payable.push(action.id);
        slice.actions.load(action.id, Some(action));
    }
    slice.work.to_pay = Some((payment.id, payable));
    slice.payments.load(payment.id, Some(payment));
    Ok(())
}
