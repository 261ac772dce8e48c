//! Orders that earned nothing stay open for a while: what happened before them may still arrive.

use crate::fact::{Conversion, Fact, Record};
use crate::id::NodeId;
use crate::identity::component;
use crate::identity::profiles::SESSION_MS;
use crate::row::{OrderKey, UnsettledRow};
use crate::shop;
use crate::slice::Slice;
use crate::time::{CLOCK_TOLERANCE_MS, MINUTE_MS, Timestamp};

use super::open;

/// When an order that was received then is decided for good; none where its event type leaves no time.
pub(super) fn settles_at(slice: &Slice, report: &Conversion, received_at: Timestamp) -> Option<Timestamp> {
    let event_type = slice.config.event_types.get(&(report.program, report.event_type));
    let hours = event_type.map(|it| it.settle_hours).filter(|hours| *hours > 0)?;
    Some(received_at.plus_ms(i64::from(hours) * 60 * MINUTE_MS))
}

/// Keeps an order that earned nothing.
pub(super) fn keep(slice: &mut Slice, key: &OrderKey, row: UnsettledRow) {
    let state = &mut slice.state;
    state.last_unsettled_at = state.last_unsettled_at.max(row.occurred_at);
    state.work_waits |= row.until <= state.brand_time;
    slice.set_unsettled(key.clone(), row);
}

/// It earned something, or its time is over.
pub(super) fn forget(slice: &mut Slice, key: &OrderKey) {
    slice.unsettled.remove(key.clone());
}

/// A record may tell of something that an order which earned nothing was waiting for; then that is decided again. What came
/// before the order counts; of what came soon after it, only who turned out to be the buyer.
pub(crate) fn news(slice: &mut Slice, record: &Record) {
    let after_ms = if slice.connected == Some(record.no) { SESSION_MS } else { CLOCK_TOLERANCE_MS };
    if record.occurred_at > slice.state.last_unsettled_at.plus_ms(after_ms) {
        return;
    }
    let Some(node) = node_named(slice, &record.fact) else { return };
    let root = slice.root_of(node);
    // A component that was not loaded holds no such order: whoever loaded this batch has looked.
    if !slice.members.contains_key(&root) && root <= slice.last_node_before {
        return;
    }
    let keys = component::members(slice, root).flat_map(|node| slice.unsettled_at(node).map(move |key| (node, key)));
    let concerned = keys.filter_map(|(node, key)| {
        let row = slice.unsettled.get(key)?;
        // A later report may have named somebody stronger.
        let is_here = row.node == node;
        let in_time = record.occurred_at <= row.occurred_at.plus_ms(after_ms) && record.received_at <= row.until;
        (is_here && in_time).then_some((key, row))
    });
    let waiting: Vec<(OrderKey, UnsettledRow)> = concerned.map(|(key, row)| (key.clone(), row.clone())).collect();
    for (key, row) in waiting {
        if !is_of(&record.fact, &key) {
            open::on_news(slice, record, &key, &row);
            shop::settle_figures(slice, record, key.event_type, &key.order_id);
        }
    }
}

/// A node of what a record tells of.
fn node_named(slice: &Slice, fact: &Fact) -> Option<NodeId> {
    let (click, identifier) = match fact {
        Fact::ClickRecorded(click) | Fact::ImpressionRecorded(click) => (Some(click.no), None),
        Fact::VisitRecorded(visit) => (visit.click.map(|click| click.no), visit.named().next()),
        fact => match fact.report() {
            Some(report) => (report.click.map(|click| click.no), report.named().next()),
            None => (None, None),
        },
    };
    let of_identifier = identifier.and_then(|it| slice.identifiers.get(&it)).map(|row| row.node);
    of_identifier.or_else(|| Some(slice.clicks.get(&click?)?.node))
}

/// Whether it is a report of this order, which has just been decided.
fn is_of(fact: &Fact, key: &OrderKey) -> bool {
    let Some(Conversion { event_type, order_id, .. }) = fact.report() else { return false };
    (*event_type, order_id) == (key.event_type, &key.order_id)
}
