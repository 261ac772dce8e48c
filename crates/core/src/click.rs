//! Clicks as they arrive, or as their ids bring them back; and views of ads, which are kept beside them.

use crate::attribution::touchpoint::link_refusal;
use crate::fact::{Click, ClickRef, Record, Signals};
use crate::id::{AdId, NodeId, PartnerId};
use crate::identity::{NodeKind, component, graph};
use crate::program::Standing;
use crate::refusal::Refusal;
use crate::row::{ClickRow, Rollup, RollupKey, TouchKind};
use crate::slice::Slice;

/// A request on a tracking link, or a view of an ad; why it is not counted, if it is not.
pub(crate) fn record(slice: &mut Slice, record: &Record, click: &Click, kind: TouchKind) -> Option<Refusal> {
    if let Some(before) = slice.clicks.get(&click.no).cloned() {
        return if before.recovered { complete(slice, record, click, before) } else { None };
    }
    let node = match click.visitor {
        Some(visitor) => graph::node_of(slice, record, visitor),
        None => component::new_node(slice, NodeKind::Click),
    };
    let refusal = refusal_of(slice, record, click, kind);
    insert(
        slice,
        ClickRow {
            no: click.no,
            kind,
            record: record.no,
            program: click.program,
            partner: click.partner,
            ad: click.ad,
            slug: click.slug.clone(),
            node,
            occurred_at: record.occurred_at,
            sub_ids: click.sub_ids.clone(),
            shared_id: click.shared_id.clone(),
            signals: click.signals,
            deep_link_refused: click.deep_link_refused,
            refusal,
            landed_at: None,
            recovered: false,
        },
    );
    refusal
}

/// Why a click is not counted: what it was first, then where it led.
fn refusal_of(slice: &Slice, record: &Record, click: &Click, kind: TouchKind) -> Option<Refusal> {
    refusal_of_request(slice, click, kind)
        .or_else(|| link_refusal(&slice.config, record, click.program, click.partner, click.ad))
}

/// The part that only the click's own record tells: its id knows neither signals nor slug.
fn refusal_of_request(slice: &Slice, click: &Click, kind: TouchKind) -> Option<Refusal> {
    if !slice.config.programs.contains_key(&click.program) {
        return Some(Refusal::CampaignNotFound);
    }
    let invalid = match kind {
        TouchKind::Click => click.invalid(),
        TouchKind::Impression => click.invalid_view(),
    };
    if invalid.is_some() {
        return invalid;
    }
    let unknown_slug = click.slug.is_some() && click.partner == PartnerId(0);
    if unknown_slug {
        return Some(Refusal::LinkNotFound);
    }
    let link = click.slug.as_ref().and_then(|slug| slice.config.links.get(&(click.program, slug.clone())));
    let paused = link.is_some_and(|link| link.standing == Standing::Paused);
    paused.then_some(Refusal::LinkNotActive)
}

/// The record of a click that its id had already stood for. What it shows of the request may be reason not to count it
/// after all; whom and what the id names was judged then, nearer to when the click was made. Credit given stays.
fn complete(slice: &mut Slice, record: &Record, click: &Click, before: ClickRow) -> Option<Refusal> {
    if let Some(visitor) = click.visitor {
        let node = graph::node_of(slice, record, visitor);
        graph::same(slice, record, before.node, node);
    }
    let counted_before = before.refusal.is_none();
    let row = ClickRow {
        slug: click.slug.clone(),
        sub_ids: click.sub_ids.clone(),
        shared_id: click.shared_id.clone(),
        signals: click.signals,
        deep_link_refused: click.deep_link_refused,
        refusal: refusal_of_request(slice, click, before.kind).or(before.refusal),
        recovered: false,
        ..before
    };
    if counted_before && row.refusal.is_some() {
        count(slice, &row, Rollup { clicks: -1, uncounted: 1, ..Rollup::default() });
    }
    let refusal = row.refusal;
    slice.clicks.set(click.no, row);
    refusal
}

fn insert(slice: &mut Slice, row: ClickRow) {
    let counted = i64::from(row.refusal.is_none());
    match row.kind {
        TouchKind::Click => {
            count(slice, &row, Rollup { clicks: counted, uncounted: 1 - counted, ..Rollup::default() });
        }
        TouchKind::Impression if counted == 1 => count(slice, &row, Rollup { impressions: 1, ..Rollup::default() }),
        TouchKind::Impression => {}
    }
    slice.touchpoints.insert((row.node, row.no));
    slice.clicks.set(row.no, row);
}

/// Unknown partners and ads are counted on nobody's line: a stranger can't fill the books with made-up ids.
fn count(slice: &mut Slice, row: &ClickRow, added: Rollup) {
    let Some(program) = slice.config.programs.get(&row.program) else { return };
    let known =
        slice.config.partners.contains_key(&row.partner) && slice.config.ads.contains_key(&(row.program, row.ad));
    let (partner, ad) = if known { (row.partner, row.ad) } else { (PartnerId(0), AdId(0)) };
    let key = RollupKey { program: row.program, day: program.zone.day(row.occurred_at), partner, ad };
    slice.count(key, added);
}

/// The node of a click that a page or report brought the id of. A click that was never recorded is rebuilt from it,
/// once: its id says all that matters.
pub(crate) fn node_of(slice: &mut Slice, record: &Record, click: ClickRef) -> NodeId {
    if let Some(row) = slice.clicks.get(&click.no) {
        return row.node;
    }
    let node = component::new_node(slice, NodeKind::Click);
    let clicked = Record { occurred_at: click.clicked_at, ..record.clone() };
    insert(
        slice,
        ClickRow {
            no: click.no,
            kind: TouchKind::Click,
            record: record.no,
            program: click.program,
            partner: click.partner,
            ad: click.ad,
            slug: None,
            node,
            occurred_at: click.clicked_at,
            sub_ids: Default::default(),
            shared_id: String::new(),
            signals: Signals::default(),
            deep_link_refused: false,
            refusal: link_refusal(&slice.config, &clicked, click.program, click.partner, click.ad),
            landed_at: None,
            recovered: true,
        },
    );
    node
}
