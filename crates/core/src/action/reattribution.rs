//! An action goes to another partner: the one it was opened for loses it, and another is opened in its place, under the
//! other partner's terms of the event's time.

use crate::attribution::credit::WinnersTerms;
use crate::attribution::touchpoint::payable;
use crate::fact::{Device, Record};
use crate::id::{ActionId, AdId, PartnerId};
use crate::money::Money;
use crate::refusal::Refusal;
use crate::row::{ActionRow, ActionState, Credit, DecisionRow, Evidence, OrderKey, Rollup};
use crate::slice::Slice;

use super::change::{Cause, first_says_why, open_to_change, price, reverse};
use super::open::{begin, counted};
use super::{count, next_id};

/// What both of the actions are told as the reason.
const DISPOSITION: &str = "CREDITED_DIFFERENT_MP";

/// Gives those of an order's actions to a partner that can be. Names those that were opened.
pub(crate) fn give(
    slice: &mut Slice,
    record: &Record,
    actions: Vec<ActionRow>,
    partner: PartnerId,
    cause: Cause<'_>,
) -> Result<Vec<ActionId>, Refusal> {
    first_says_why(&actions, |action| terms(slice, action, partner).map(|_| ()))?;
    let Some(first) = actions.first() else { return Ok(Vec::new()) };
    let key = OrderKey { event_type: first.id.event_type, order_id: first.order_id.clone() };
    let at = first.occurred_at;
    let cause = Cause { disposition: DISPOSITION, source: cause.source };
    let mut opened = Vec::new();
    for action in actions {
        if let Ok(terms) = terms(slice, &action, partner) {
            opened.push(move_one(slice, record, action, &key, (partner, terms), cause));
        }
    }
    slice.new.decisions.push(decision(slice, record, key, at));
    Ok(opened)
}

/// The terms under which a partner could have an action.
fn terms(slice: &Slice, action: &ActionRow, partner: PartnerId) -> Result<WinnersTerms, Refusal> {
    open_to_change(action)?;
    if action.partner == partner {
        return Err(Refusal::ActionOfPartner);
    }
    let terms = payable(&slice.config, (action.id.program, action.id.event_type), action.occurred_at, partner)?;
    // What nobody is paid for is reversed, not given away.
    terms.map(WinnersTerms::from).ok_or(Refusal::CreditedToChannel)
}

fn move_one(
    slice: &mut Slice,
    record: &Record,
    mut from: ActionRow,
    key: &OrderKey,
    to: (PartnerId, WinnersTerms),
    cause: Cause<'_>,
) -> ActionId {
    let id = next_id(slice, from.id);
    let mut action = heir(slice, record, &from, id, to);
    action.payout = price(slice, &action, action.amount, &action.items);
    let mut is_last = false;
    if let Some(order) = slice.conversions.edit(key) {
        is_last = order.actions.last() == Some(&from.id);
        order.actions.iter_mut().filter(|it| **it == from.id).for_each(|it| *it = id);
    }
    let Rollup { conversions, assists, .. } = counted(is_last);
    count(slice, &from, Rollup { conversions: -conversions, assists: -assists, ..Rollup::default() });
    from.moved_to = Some(id);
    reverse(slice, record, from, cause, false);
    begin(slice, record, action, counted(is_last), cause);
    id
}

/// The same part of the same order for another partner. What the first one's link said of itself stays with that one.
fn heir(
    slice: &Slice,
    record: &Record,
    from: &ActionRow,
    id: ActionId,
    (partner, terms): (PartnerId, WinnersTerms),
) -> ActionRow {
    let zone = slice.config.programs.get(&id.program).map(|program| &program.zone);
    ActionRow {
        id,
        record: record.no,
        partner,
        ad: AdId(0),
        click: None,
        evidence: Evidence::ForcedPartner,
        opened_at: record.received_at,
        state: ActionState::Pending,
        intended_amount: from.amount,
        terms_version: terms.version,
        terms_of_template: terms.of_template,
        locks_at: zone.and_then(|zone| terms.locking.moment(from.occurred_at, zone)),
        owed: Money::ZERO,
        owed_since: None,
        payment: None,
        changes: 0,
        sub_ids: Default::default(),
        shared_id: String::new(),
        device: Device::Unknown,
        moved_from: Some(from.id),
        moved_to: None,
        returned: Money::ZERO,
        return_asked: None,
        // Limits and tiers are of what opens; this has opened before.
        tier: None,
        outside: None,
        ..from.clone()
    }
}

/// Who has the order now. Nothing was looked for: a person said so.
fn decision(slice: &Slice, record: &Record, order: OrderKey, occurred_at: crate::time::Timestamp) -> DecisionRow {
    let row = slice.conversions.get(&order);
    let credit = |it: ActionRow| Credit {
        partner: it.partner,
        evidence: it.evidence,
        click: it.click,
        share_ppm: it.share_ppm,
        action: Some(it.id),
    };
    let actions = row.map(|row| slice.actions_of(row)).unwrap_or_default();
    DecisionRow {
        record: record.no,
        order,
        program: row.map(|row| row.program).unwrap_or_default(),
        occurred_at,
        credits: actions.into_iter().map(credit).collect(),
        refusal: None,
        rules_version: slice.state.rules_version,
        referral_window_days: None,
        candidates: Vec::new(),
        candidates_left_out: 0,
        left_out: Vec::new(),
        click_path: None,
    }
}
