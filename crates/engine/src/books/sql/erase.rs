//! Tokens in the place of what names a person, in every row that says it. Numbers and sums stay as they are.

use prost::Message;
use referee_core::erasure::Substitution;
use referee_core::id::{BrandId, NodeId};
use referee_core::row::{ClickGroup, GroupBy};

use super::rows;
use super::save::BLOCKS;
use crate::books::stored;
use crate::database::{Answer, Database, Row, Value, list};
use crate::error::Error;
use crate::log::codec::clicks::{filter_in, filter_out};
use crate::log::codec::{decode_config, encode_config};
use crate::log::wire::PayableFilter;
use crate::values;

/// In the transaction that is open. Says how many rows were changed.
pub fn erase(db: &mut dyn Database, brand: BrandId, by: &Substitution) -> Answer<u64> {
    let nodes = nodes(db, brand, by)?;
    let mut changed = orders(db, brand, by, &nodes)?;
    changed += devices(db, brand, by)?;
    changed += marks(db, brand, by)?;
    changed += set_up(db, brand, by)?;
    // Last: the nodes are found by the names that go.
    let sql = include_str!("../../../sql/books/erase_identifier.sql");
    for (identifier, token) in &by.identifiers {
        let new = referee_core::identity::Identifier { kind: identifier.kind, hash: *token };
        let (old, new) = (stored::identifier_bytes(identifier), stored::identifier_bytes(&new));
        changed += db.run(sql, values![brand.0, &old, &new])?;
    }
    Ok(changed)
}

/// Where what names the person hangs, and all that was ever joined to it.
fn nodes(db: &mut dyn Database, brand: BrandId, by: &Substitution) -> Answer<Vec<NodeId>> {
    let keys = Value::Blobs(by.identifiers.keys().map(stored::identifier_bytes).collect());
    let sql = include_str!("../../../sql/books/erase_nodes.sql");
    list(db, sql, &[brand.0.into(), keys], |row| row.number(0).map(NodeId))
}

/// What was said of buyers: while an order may still be decided again, and by which of their names it was decided.
fn orders(db: &mut dyn Database, brand: BrandId, by: &Substitution, nodes: &[NodeId]) -> Answer<u64> {
    let of_nodes = || [brand.0.into(), Value::integers(nodes.iter().map(|node| node.0))];
    let mut changed = 0;
    let sql = include_str!("../../../sql/books/list_unsettled_of_component.sql");
    for (order, mut row) in list(db, sql, &of_nodes(), rows::unsettled)? {
        if by.apply(&mut row).any {
            let body = stored::unsettled(&row);
            let values = values![brand.0, order.event_type.0, &order.order_id, &body];
            changed += db.run(include_str!("../../../sql/books/erase_unsettled.sql"), values)?;
        }
    }
    let sql = include_str!("../../../sql/books/list_decisions_of_component.sql");
    for mut row in list(db, sql, &of_nodes(), rows::decision)? {
        if by.apply(&mut row).any {
            let (order, body) = (&row.order, stored::decision(&row));
            let values = values![brand.0, order.event_type.0, &order.order_id, row.record.0, &body];
            changed += db.run(include_str!("../../../sql/books/erase_decision.sql"), values)?;
        }
    }
    Ok(changed)
}

/// Where clicks came from.
fn devices(db: &mut dyn Database, brand: BrandId, by: &Substitution) -> Answer<u64> {
    if by.agents.is_empty() && by.networks.is_empty() {
        return Ok(0);
    }
    let keys = |of: &std::collections::BTreeMap<u64, u64>| Value::integers(of.keys().copied());
    let mut changed = 0;
    let sql = include_str!("../../../sql/books/list_clicks_of_devices.sql");
    let read = |row: &dyn Row| Ok((row.number(0)?, row.some_number(1)?, row.some_number(2)?));
    let clicks: Vec<(u64, Option<u64>, Option<u64>)> =
        list(db, sql, &[brand.0.into(), keys(&by.agents), keys(&by.networks)], read)?;
    let token = |of: &std::collections::BTreeMap<u64, u64>, it: Option<u64>| {
        it.map(|value| of.get(&value).copied().unwrap_or(value))
    };
    for (no, agent, network) in clicks {
        let values = values![brand.0, no, token(&by.agents, agent), token(&by.networks, network)];
        changed += db.run(include_str!("../../../sql/books/erase_click.sql"), values)?;
    }
    let sql = include_str!("../../../sql/books/list_payables_of_networks.sql");
    let payables: Vec<(u64, u64)> =
        list(db, sql, &[brand.0.into(), keys(&by.networks)], |row| Ok((row.number(0)?, row.number(1)?)))?;
    for (no, network) in payables {
        let values = values![brand.0, no, token(&by.networks, Some(network))];
        changed += db.run(include_str!("../../../sql/books/erase_payable.sql"), values)?;
    }
    for (network, token) in &by.networks {
        let group = |network| ClickGroup::Network(network).value().into_owned();
        let (old, new) = (group(*network), group(*token));
        let values = values![brand.0, GroupBy::Network as u8, &old, &new];
        changed += db.run(include_str!("../../../sql/books/erase_click_group.sql"), values)?;
        changed += db.run(include_str!("../../../sql/books/erase_click_total.sql"), values)?;
    }
    Ok(changed)
}

/// What devices left behind, by which they are known again.
fn marks(db: &mut dyn Database, brand: BrandId, by: &Substitution) -> Answer<u64> {
    let tokens = by.marks();
    if tokens.is_empty() {
        return Ok(0);
    }
    let mut changed = 0;
    let sql = include_str!("../../../sql/books/list_marks_of_cookies.sql");
    let read = |row: &dyn Row| Ok((row.number(0)?, row.number(1)?, row.number(2)?, row.number(3)?));
    let marks: Vec<(u64, u32, u32, u64)> =
        list(db, sql, &[brand.0.into(), Value::integers(tokens.keys().copied())], read)?;
    for (subject, partner, program, cookie) in marks {
        let cookie = tokens.get(&cookie).copied().unwrap_or(cookie);
        let values = values![brand.0, subject, partner, program, cookie];
        changed += db.run(include_str!("../../../sql/books/erase_mark_cookie.sql"), values)?;
    }
    for (subject, token) in &tokens {
        let values = values![brand.0, *subject, *token];
        changed += db.run(include_str!("../../../sql/books/erase_mark_subject.sql"), values)?;
    }
    Ok(changed)
}

/// Entries of the block list that were let go again, and what was once decided on clicks of a network.
fn set_up(db: &mut dyn Database, brand: BrandId, by: &Substitution) -> Answer<u64> {
    let mut changed = 0;
    let sql = include_str!("../../../sql/books/list_blocks.sql");
    let read = |row: &dyn Row| Ok((row.text(0)?.to_owned(), decode_config(row.blob(1)?)?));
    for (key, mut entry) in list(db, sql, values![brand.0, BLOCKS], read)? {
        if by.apply(&mut entry).any {
            let body = encode_config(&entry);
            let values = values![brand.0, BLOCKS, &key, &body];
            changed += db.run(include_str!("../../../sql/books/erase_block.sql"), values)?;
        }
    }
    let sql = include_str!("../../../sql/books/list_review_filters.sql");
    let read = |row: &dyn Row| {
        let stored = PayableFilter::decode(row.blob(1)?).map_err(|error| Error::corrupt("read a review", error))?;
        Ok((row.number::<u32>(0)?, filter_in(stored)?))
    };
    for (id, mut filter) in list(db, sql, values![brand.0], read)? {
        if by.apply(&mut filter).any {
            let body = filter_out(&filter).encode_to_vec();
            let values = values![brand.0, id, &body];
            changed += db.run(include_str!("../../../sql/books/erase_review.sql"), values)?;
        }
    }
    Ok(changed)
}
