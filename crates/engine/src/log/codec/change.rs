//! What is asked of an action, to the wire and back.

use referee_core::fact::{self, ActionChange, ActionTarget, NewFigures};
use referee_core::id::{ActionId, EventTypeId, PartnerId, ProgramId, SubmissionId};
use referee_core::money::Money;

use super::{fixed, known};
use crate::error::{Error, Result};
use crate::log::{number, wire};

pub fn change_out(it: &fact::ChangeRequest) -> wire::ChangeRequest {
    let (action, event_type, order_id) = match &it.target {
        ActionTarget::Id(id) => (id.to_string(), 0, String::new()),
        ActionTarget::Order { event_type, order_id } => (String::new(), event_type.0, order_id.clone()),
    };
    let mut request = wire::ChangeRequest {
        submission: it.submission.0.to_vec(),
        action,
        event_type,
        order_id,
        disposition: it.disposition.clone(),
        source: it.source as u32,
        reverse: it.change == ActionChange::Reverse,
        step: number::of_step(&it.change),
        to_partner: if let ActionChange::Reattribute { partner } = it.change { Some(partner.0) } else { None },
        corrects: matches!(it.change, ActionChange::Correct(_)),
        ..wire::ChangeRequest::default()
    };
    if let ActionChange::Modify(figures) | ActionChange::Correct(figures) = &it.change {
        match figures {
            NewFigures::Amount(amount) => request.amount = Some(amount.0),
            NewFigures::Delta(delta) => request.delta = Some(delta.0),
            NewFigures::Items(items) => request.items = items.iter().map(item_change_out).collect(),
        }
    }
    request
}

pub fn award_out(it: &fact::AwardGiven) -> wire::Award {
    wire::Award {
        program: it.program.0,
        partner: it.partner.0,
        kind: it.kind as u32,
        amount: it.amount.0,
        reference: it.reference.clone(),
    }
}

pub fn award_in(it: wire::Award) -> Result<fact::AwardGiven> {
    Ok(fact::AwardGiven {
        program: ProgramId(it.program),
        partner: PartnerId(it.partner),
        kind: known(number::award_kind(it.kind), "kind of award")?,
        amount: Money(it.amount),
        reference: it.reference,
    })
}

pub fn return_out(it: &fact::ReturnDecided) -> wire::DecidedReturn {
    wire::DecidedReturn { partner: it.partner.0, action: it.action.to_string(), accepted: it.accepted }
}

pub fn return_in(it: wire::DecidedReturn) -> Result<fact::ReturnDecided> {
    let (partner, action) = (PartnerId(it.partner), action_in(&it.action)?);
    Ok(fact::ReturnDecided { partner, action, accepted: it.accepted })
}

fn action_in(text: &str) -> Result<ActionId> {
    text.parse().map_err(|()| Error::corrupt("read a record", "it names no action"))
}

fn item_change_out(it: &fact::ItemChange) -> wire::ItemChange {
    wire::ItemChange { sku: it.sku.clone(), quantity: it.quantity, amount: it.amount.map(|amount| amount.0) }
}

pub fn change_in(it: wire::ChangeRequest) -> Result<fact::ChangeRequest> {
    let target = if it.action.is_empty() {
        ActionTarget::Order { event_type: EventTypeId(it.event_type), order_id: it.order_id }
    } else {
        ActionTarget::Id(action_in(&it.action)?)
    };
    let item =
        |it: wire::ItemChange| fact::ItemChange { sku: it.sku, quantity: it.quantity, amount: it.amount.map(Money) };
    let figures = match (it.amount, it.delta) {
        (Some(amount), _) => NewFigures::Amount(Money(amount)),
        (None, Some(delta)) => NewFigures::Delta(Money(delta)),
        (None, None) => NewFigures::Items(it.items.into_iter().map(item).collect()),
    };
    let change = match (it.to_partner, it.reverse, it.step, it.corrects) {
        (Some(partner), ..) => ActionChange::Reattribute { partner: PartnerId(partner) },
        (_, true, ..) => ActionChange::Reverse,
        (_, _, Some(step), _) => known(number::step(step), "change of an action")?,
        (_, _, None, true) => ActionChange::Correct(figures),
        (_, _, None, false) => ActionChange::Modify(figures),
    };
    Ok(fact::ChangeRequest {
        submission: SubmissionId(fixed(&it.submission)?),
        target,
        disposition: it.disposition,
        source: known(number::source(it.source), "source")?,
        change,
    })
}
