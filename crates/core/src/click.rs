//! Clicks as they arrive, or as their ids bring them back; and views of ads, which are kept beside them.

use crate::attribution::touchpoint::link_refusal;
use crate::fact::{Click, ClickRef, Record, Signals};
use crate::id::{AdId, NodeId, PartnerId};
use crate::identity::{NodeKind, component, graph};
use crate::payable;
use crate::program::Standing;
use crate::refusal::Refusal;
use crate::row::{ClickRow, DeepLinkRow, Rollup, RollupKey, TouchKind};
use crate::screening::Treatment;
use crate::slice::Slice;

pub(crate) mod repeat;
mod screen;

pub(crate) use screen::Finding;

/// What a click is judged to be, and what is made of it.
pub(crate) struct Judged {
    pub finding: Finding,
    pub treatment: Treatment,
    /// Why it earns no credit.
    pub refusal: Option<Refusal>,
}

impl Judged {
    fn counted(&self) -> bool {
        self.refusal.is_none() && self.treatment.counts()
    }

    /// Why it does not count, for whoever asks.
    fn uncounted(&self) -> Option<Refusal> {
        self.refusal.or(self.finding.code.filter(|_| !self.treatment.counts()))
    }
}

/// A request on a tracking link, or a view of an ad; why it is not counted, if it is not.
pub(crate) fn record(slice: &mut Slice, record: &Record, click: &Click, kind: TouchKind) -> Option<Refusal> {
    if let Some(before) = slice.clicks.get(&click.no).cloned() {
        return if before.recovered { complete(slice, record, click, before) } else { None };
    }
    let node = match click.visitor {
        Some(visitor) => graph::node_of(slice, record, visitor),
        None => component::new_node(slice, NodeKind::Click),
    };
    let judged = judge(slice, record, click, kind);
    insert(slice, row(record, click, (kind, node), &judged));
    if judged.counted() {
        note_deep_link(slice, click);
    }
    if kind == TouchKind::Click {
        pay_for(slice, record, click, &judged);
    }
    judged.uncounted()
}

/// Where it led, for an app that is opened for the first time only after it.
fn note_deep_link(slice: &mut Slice, click: &Click) {
    if let Some(address) = click.deep_link.clone() {
        slice.new.deep_links.push(DeepLinkRow { click: click.no, address });
    }
}

fn row(record: &Record, click: &Click, (kind, node): (TouchKind, NodeId), judged: &Judged) -> ClickRow {
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
        refusal: judged.refusal,
        counted: judged.counted(),
        landed_at: None,
        recovered: false,
        consent: click.consent.clone(),
    }
}

/// It may be paid by itself, and the next one of its device is measured against it.
fn pay_for(slice: &mut Slice, record: &Record, click: &Click, judged: &Judged) {
    payable::consider(slice, record, click, judged);
    if slice.config.click_event_type(click.program).is_some() && judged.refusal.is_none() {
        repeat::note(slice, record, click, judged.finding.code);
    }
}

/// What a click was first, then where it led.
fn judge(slice: &Slice, record: &Record, click: &Click, kind: TouchKind) -> Judged {
    let screens = slice.config.click_event_type(click.program).is_some();
    let finding = match kind {
        TouchKind::Impression => Finding { code: click.invalid_view(), ..Finding::default() },
        TouchKind::Click if screens => screen::screen(slice, click, record.occurred_at),
        TouchKind::Click => Finding { code: click.invalid(), ..Finding::default() },
    };
    let treatment = slice.config.screening_of(click.program).treatment(finding.code);
    let refusal = refusal_of_request(slice, click, finding.code.filter(|_| !treatment.credits()))
        .or_else(|| link_refusal(&slice.config, record, click.program, click.partner, click.ad));
    Judged { finding, treatment, refusal }
}

/// The part that only the click's own record tells: its id knows neither signals nor slug.
fn refusal_of_request(slice: &Slice, click: &Click, found: Option<Refusal>) -> Option<Refusal> {
    if !slice.config.programs.contains_key(&click.program) {
        return Some(Refusal::CampaignNotFound);
    }
    if found.is_some() {
        return found;
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
    let counted_before = before.counted;
    let found = match before.kind {
        TouchKind::Click => click.invalid(),
        TouchKind::Impression => click.invalid_view(),
    };
    let treatment = slice.config.screening_of(click.program).treatment(found);
    let refusal = refusal_of_request(slice, click, found.filter(|_| !treatment.credits())).or(before.refusal);
    let row = ClickRow {
        slug: click.slug.clone(),
        sub_ids: click.sub_ids.clone(),
        shared_id: click.shared_id.clone(),
        signals: click.signals,
        deep_link_refused: click.deep_link_refused,
        refusal,
        counted: counted_before && refusal.is_none() && treatment.counts(),
        recovered: false,
        consent: click.consent.clone(),
        ..before
    };
    if counted_before && !row.counted {
        count(slice, &row, Rollup { clicks: -1, uncounted: 1, ..Rollup::default() });
    }
    let (refusal, counted) = (row.refusal, row.counted);
    slice.clicks.set(click.no, row);
    if counted {
        note_deep_link(slice, click);
    }
    refusal
}

fn insert(slice: &mut Slice, row: ClickRow) {
    let counted = i64::from(row.counted);
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
    let refusal = link_refusal(&slice.config, &clicked, click.program, click.partner, click.ad);
    let judged = Judged { finding: Finding::default(), treatment: Treatment::Relaxed, refusal };
    let click = Click {
        no: click.no,
        program: click.program,
        partner: click.partner,
        ad: click.ad,
        slug: None,
        visitor: None,
        sub_ids: Default::default(),
        shared_id: String::new(),
        signals: Signals::default(),
        deep_link_refused: false,
        referrer_host: String::new(),
        link_params: Vec::new(),
        told_by_shop: false,
        deep_link: None,
        consent: None,
    };
    let row = ClickRow { recovered: true, ..row(&clicked, &click, (TouchKind::Click, node), &judged) };
    insert(slice, row);
    payable::consider(slice, &clicked, &click, &judged);
    node
}
