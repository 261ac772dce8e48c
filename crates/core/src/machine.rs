//! One record in, its consequences into the slice. One match; the rules stand in their own files.

use crate::action::{self, add_to_rollup};
use crate::attribution::touchpoint::link_refusal;
use crate::config::Partner;
use crate::fact::{Click, ClickRef, Fact, Record, Signals, Visit};
use crate::id::{AdId, NodeId, PartnerId, PaymentId, ProgramId};
use crate::identity::graph;
use crate::money::Money;
use crate::program::Standing;
use crate::refusal::Refusal;
use crate::row::{AuditRow, ClickRow, PaymentRow, Rollup, RollupKey};
use crate::setup;
use crate::slice::Slice;

/// The newest rules in this program. A change of behaviour is a new version beside the old ones.
pub const RULES_VERSION: u32 = 1;

/// What a record came to, for whoever waits for it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    pub refusal: Option<Refusal>,
    /// The id that was created or changed, if any.
    pub subject: String,
}

impl From<Result<String, Refusal>> for Outcome {
    fn from(result: Result<String, Refusal>) -> Outcome {
        match result {
            Ok(subject) => Outcome { refusal: None, subject },
            Err(refusal) => Outcome { refusal: Some(refusal), subject: String::new() },
        }
    }
}

/// Whether this program has the rules a record asks for. A machine that meets others stops and changes nothing.
pub fn knows_rules(fact: &Fact) -> bool {
    !matches!(fact, Fact::RulesAdopted { version } if *version == 0 || *version > RULES_VERSION)
}

/// Applies one record. Total: whatever a fact says, the answer is an outcome.
pub fn apply(slice: &mut Slice, record: &Record) -> Outcome {
    let outcome = consequences(slice, record);
    slice.state.last_record = record.no;
    if let Some(actor) = &record.actor {
        slice.new.audit.push(AuditRow {
            record: record.no,
            fact_id: record.id,
            at: record.received_at,
            actor: actor.clone(),
            kind: record.fact.kind(),
            subject: outcome.subject.clone(),
            refusal: outcome.refusal,
        });
    }
    outcome
}

fn consequences(slice: &mut Slice, record: &Record) -> Outcome {
    match &record.fact {
        Fact::RulesAdopted { version } => {
            slice.state.rules_version = *version;
            Ok(version.to_string()).into()
        }
        Fact::ProgramSet(program) => setup::set_program(slice, program).into(),
        Fact::EventTypeSet(fact) => setup::set_event_type(slice, fact).into(),
        Fact::PartnerSet { partner, standing } => {
            setup::set_partner(slice, Partner { id: *partner, standing: *standing }).into()
        }
        Fact::AdSet(fact) => setup::set_ad(slice, fact).into(),
        Fact::LinkSet(link) => setup::set_link(slice, link).into(),
        Fact::PromoCodeSet(code) => setup::set_promo_code(slice, code).into(),
        Fact::TermsSet(fact) => setup::set_terms(slice, record, fact).into(),
        Fact::ClickRecorded(click) => record_click(slice, record, click),
        Fact::VisitRecorded(visit) => record_visit(slice, record, visit),
        Fact::ConversionReported(report) => {
            let outcome = action::open::report(slice, record, report);
            let subject = outcome.action.map(|id| id.to_string()).unwrap_or_default();
            Outcome { refusal: outcome.refusal, subject }
        }
        Fact::ChangeRequested(request) => {
            action::change::request(slice, record, request).map(|id| id.to_string()).into()
        }
        Fact::PaymentMade { program, partner } => begin_payment(slice, record, *program, *partner).into(),
        Fact::TimePassed => {
            slice.state.brand_time = slice.state.brand_time.max(record.occurred_at);
            slice.state.work_waits = true;
            Outcome::default()
        }
        Fact::WorkAdvanced { limit } => {
            action::work::advance(slice, record, *limit);
            Outcome::default()
        }
    }
}

fn record_click(slice: &mut Slice, record: &Record, click: &Click) -> Outcome {
    if let Some(before) = slice.clicks.get(&click.no).cloned() {
        return if before.recovered { complete_click(slice, record, click, before) } else { Outcome::default() };
    }
    let node = match click.visitor {
        Some(visitor) => graph::node_of(slice, record, visitor),
        None => graph::new_node(slice),
    };
    let refusal = refusal_of(slice, record, click);
    insert_click(
        slice,
        ClickRow {
            no: click.no,
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
    Outcome { refusal, subject: String::new() }
}

/// Why a click is not counted: what it was first, then where it led.
fn refusal_of(slice: &Slice, record: &Record, click: &Click) -> Option<Refusal> {
    refusal_of_request(slice, click)
        .or_else(|| link_refusal(&slice.config, record, click.program, click.partner, click.ad))
}

/// The part that only the click's own record tells: its id knows neither signals nor slug.
fn refusal_of_request(slice: &Slice, click: &Click) -> Option<Refusal> {
    if !slice.config.programs.contains_key(&click.program) {
        return Some(Refusal::CampaignNotFound);
    }
    if let Some(refusal) = click.invalid() {
        return Some(refusal);
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
fn complete_click(slice: &mut Slice, record: &Record, click: &Click, before: ClickRow) -> Outcome {
    if let Some(visitor) = click.visitor {
        let node = graph::node_of(slice, record, visitor);
        graph::join(slice, record, &[before.node, node]);
    }
    let counted_before = before.refusal.is_none();
    let row = ClickRow {
        slug: click.slug.clone(),
        sub_ids: click.sub_ids.clone(),
        shared_id: click.shared_id.clone(),
        signals: click.signals,
        deep_link_refused: click.deep_link_refused,
        refusal: refusal_of_request(slice, click).or(before.refusal),
        recovered: false,
        ..before
    };
    if counted_before && row.refusal.is_some() {
        count_click(slice, &row, Rollup { clicks: -1, uncounted: 1, ..Rollup::default() });
    }
    let refusal = row.refusal;
    slice.clicks.set(click.no, row);
    Outcome { refusal, subject: String::new() }
}

fn insert_click(slice: &mut Slice, row: ClickRow) {
    let counted = i64::from(row.refusal.is_none());
    count_click(slice, &row, Rollup { clicks: counted, uncounted: 1 - counted, ..Rollup::default() });
    slice.touchpoints.insert((row.node, row.no));
    slice.clicks.set(row.no, row);
}

/// Unknown partners and ads are counted on nobody's line: a stranger can't fill the books with made-up ids.
fn count_click(slice: &mut Slice, row: &ClickRow, added: Rollup) {
    let Some(program) = slice.config.programs.get(&row.program) else { return };
    let known =
        slice.config.partners.contains_key(&row.partner) && slice.config.ads.contains_key(&(row.program, row.ad));
    let (partner, ad) = if known { (row.partner, row.ad) } else { (PartnerId(0), AdId(0)) };
    let key = RollupKey { program: row.program, day: program.zone.day(row.occurred_at), partner, ad };
    add_to_rollup(slice, key, added);
}

/// The node of a click that a page or report brought the id of. A click that was never recorded is rebuilt from it,
/// once: its id says all that matters.
pub(crate) fn click_node(slice: &mut Slice, record: &Record, click: ClickRef) -> NodeId {
    if let Some(row) = slice.clicks.get(&click.no) {
        return row.node;
    }
    let node = graph::new_node(slice);
    let clicked = Record { occurred_at: click.clicked_at, ..record.clone() };
    insert_click(
        slice,
        ClickRow {
            no: click.no,
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

fn record_visit(slice: &mut Slice, record: &Record, visit: &Visit) -> Outcome {
    let Some(program) = slice.config.programs.get(&visit.program) else {
        return Err(Refusal::CampaignNotFound).into();
    };
    let day = program.zone.day(record.occurred_at);
    let mut nodes = Vec::new();
    if let Some(click) = visit.click {
        nodes.push(click_node(slice, record, click));
        let not_landed = slice.clicks.get(&click.no).is_some_and(|row| row.landed_at.is_none());
        if not_landed && let Some(row) = slice.clicks.edit(&click.no) {
            row.landed_at = Some(record.occurred_at);
        }
    }
    for identifier in &visit.identifiers {
        nodes.push(graph::node_of(slice, record, *identifier));
    }
    graph::join(slice, record, &nodes);
    let key = RollupKey { program: visit.program, day, partner: PartnerId(0), ad: AdId(0) };
    add_to_rollup(slice, key, Rollup { visits: 1, ..Rollup::default() });
    Outcome::default()
}

/// Gathers what is locked by now; the queue does the gathering.
fn begin_payment(slice: &mut Slice, record: &Record, program: ProgramId, partner: PartnerId) -> setup::Subject {
    let currency = slice.config.programs.get(&program).ok_or(Refusal::CampaignNotFound)?.currency;
    if !slice.config.partners.contains_key(&partner) {
        return Err(Refusal::PartnerNotFound);
    }
    slice.state.last_payment.0 += 1;
    let id = PaymentId(slice.state.last_payment.0);
    slice.payments.set(
        id,
        PaymentRow {
            id,
            record: record.no,
            at: record.occurred_at,
            program,
            partner,
            currency,
            actions: 0,
            total: Money::ZERO,
            open: true,
        },
    );
    slice.state.work_waits = true;
    Ok(id.to_string())
}
