//! Modification and reversal, before an action locks.

use crate::fact::{ActionChange, ActionTarget, ChangeRequest, Item, ItemChange, Record};
use crate::id::ActionId;
use crate::ledger;
use crate::money::{Currency, Money};
use crate::program::Source;
use crate::refusal::Refusal;
use crate::row::{Account, ActionRow, ActionState, HistoryKind, OrderKey, Rollup, SubmissionKind, SubmissionRow};
use crate::slice::Slice;

use super::{Line, count, write};

/// The most changes an action takes, as published by the platforms this one replaces. A reversal is the end of them and
/// always taken: what is known to be fraud must not lock and be paid for having changed often before.
pub const CHANGES_MAX: u32 = 1_000;

/// What an order comes to.
pub(crate) struct Figures {
    pub amount: Money,
    pub items: Vec<Item>,
}

pub(crate) fn request(slice: &mut Slice, record: &Record, request: &ChangeRequest) -> Result<ActionId, Refusal> {
    let found = find(slice, &request.target);
    let kind = submission_kind(&request.change, found.as_ref());
    let outcome = match found.clone() {
        Some(action) => apply(slice, record, request, action),
        None => Err(Refusal::ActionRefNotFound),
    };
    slice.new.submissions.push(SubmissionRow {
        id: request.submission,
        record: record.no,
        kind,
        received_at: record.received_at,
        program: found.as_ref().map(|action| action.id.program).unwrap_or_default(),
        order: order_of(&request.target, found.as_ref()),
        source: request.source,
        refusal: outcome.err(),
        action: found.as_ref().map(|action| action.id),
        unchanged: false,
    });
    outcome
}

fn find(slice: &Slice, target: &ActionTarget) -> Option<ActionRow> {
    let id = match target {
        ActionTarget::Id(id) => *id,
        ActionTarget::Order { event_type, order_id } => {
            let key = OrderKey { event_type: *event_type, order_id: order_id.clone() };
            slice.conversions.get(&key)?.action?
        }
    };
    slice.actions.get(&id).cloned()
}

fn order_of(target: &ActionTarget, found: Option<&ActionRow>) -> Option<OrderKey> {
    match (target, found) {
        (_, Some(action)) => Some(OrderKey { event_type: action.id.event_type, order_id: action.order_id.clone() }),
        (ActionTarget::Order { event_type, order_id }, None) => {
            Some(OrderKey { event_type: *event_type, order_id: order_id.clone() })
        }
        (ActionTarget::Id(_), None) => None,
    }
}

fn submission_kind(change: &ActionChange, action: Option<&ActionRow>) -> SubmissionKind {
    match change {
        ActionChange::Reverse => SubmissionKind::Reversal,
        ActionChange::Amount(amount) if action.is_some_and(|action| reverses(*amount, action)) => {
            SubmissionKind::Reversal
        }
        ActionChange::Amount(_) | ActionChange::Items(_) => SubmissionKind::Modification,
    }
}

/// An amount of zero reverses, but for an action that never had an amount.
fn reverses(amount: Money, action: &ActionRow) -> bool {
    amount == Money::ZERO && action.amount != Money::ZERO
}

fn apply(slice: &mut Slice, record: &Record, request: &ChangeRequest, action: ActionRow) -> Result<ActionId, Refusal> {
    let id = action.id;
    open_to_change(&action)?;
    let figures = match &request.change {
        ActionChange::Reverse => {
            reverse(slice, record, action, &request.disposition, request.source);
            return Ok(id);
        }
        ActionChange::Amount(amount) => {
            Figures { amount: *amount, items: spread(&action.items, *amount, action.currency) }
        }
        ActionChange::Items(changes) => with_items(&action, changes)?,
    };
    set_figures(slice, record, action, figures, &request.disposition, request.source)?;
    Ok(id)
}

fn open_to_change(action: &ActionRow) -> Result<(), Refusal> {
    match action.state {
        ActionState::Reversed => Err(Refusal::ActionAlreadyReversed),
        ActionState::Locked | ActionState::Paid => Err(Refusal::ActionLocked),
        ActionState::Pending => Ok(()),
    }
}

/// Gives an action other figures, priced by the terms it was opened under.
pub(crate) fn set_figures(
    slice: &mut Slice,
    record: &Record,
    mut action: ActionRow,
    figures: Figures,
    disposition: &str,
    source: Source,
) -> Result<(), Refusal> {
    open_to_change(&action)?;
    if reverses(figures.amount, &action) {
        reverse(slice, record, action, disposition, source);
        return Ok(());
    }
    // The first line of its history is no change: it opened the action.
    if action.changes > CHANGES_MAX {
        return Err(Refusal::MaxModificationsReached);
    }
    if figures.amount < Money::ZERO {
        return Err(Refusal::AmountNegative);
    }
    if figures.amount > Money::ORDER_MAX {
        return Err(Refusal::AmountTooLarge);
    }
    let amount_delta = figures.amount.minus(action.amount);
    let payout_delta = reprice(slice, &action, figures.amount).minus(action.payout);
    action.amount = figures.amount;
    action.items = figures.items;
    shift(slice, record, action, amount_delta, payout_delta, HistoryKind::Modified, disposition, source);
    Ok(())
}

fn reprice(slice: &Slice, action: &ActionRow, amount: Money) -> Money {
    let of = if action.terms_of_template { None } else { Some(action.partner) };
    let rules = slice.config.rules_of(action.id.program, of, action.terms_version);
    match rules.and_then(|rules| rules.payout(action.id.event_type)) {
        Some(payout) => payout.price(amount, action.currency),
        None => action.payout,
    }
}

fn reverse(slice: &mut Slice, record: &Record, mut action: ActionRow, disposition: &str, source: Source) {
    let (amount_delta, payout_delta) = (action.amount.negated(), action.payout.negated());
    action.state = ActionState::Reversed;
    action.amount = Money::ZERO;
    for item in &mut action.items {
        *item = Item { quantity: 0, amount: Money::ZERO, ..std::mem::take(item) };
    }
    shift(slice, record, action, amount_delta, payout_delta, HistoryKind::Reversed, disposition, source);
}

#[allow(clippy::too_many_arguments)]
fn shift(
    slice: &mut Slice,
    record: &Record,
    mut action: ActionRow,
    amount_delta: Money,
    payout_delta: Money,
    kind: HistoryKind,
    disposition: &str,
    source: Source,
) {
    ledger::transfer(slice, record.no, &action, Account::Cost, Account::Pending, payout_delta);
    count(slice, &action, Rollup { amount: amount_delta, payout: payout_delta, ..Rollup::default() });
    action.payout = action.payout.plus(payout_delta);
    action.disposition = disposition.to_owned();
    write(slice, record, action, Line { kind, amount_delta, payout_delta, disposition, source: Some(source) });
}

/// What items come to. It may be more than their order, if a discount of the order was not spread over them, or less.
fn sum(items: &[Item]) -> Money {
    items.iter().fold(Money::ZERO, |sum, item| sum.plus(item.amount))
}

/// A new amount for the whole order is spread over its items; the last takes what rounding leaves.
pub(crate) fn spread(items: &[Item], amount: Money, currency: Currency) -> Vec<Item> {
    let mut items = items.to_vec();
    let whole = sum(&items);
    let mut left = amount;
    let last = items.len().saturating_sub(1);
    for (i, item) in items.iter_mut().enumerate() {
        let share = amount.share(item.amount.0, whole.0, currency).min(left);
        item.amount = if i == last { left } else { share };
        left = left.minus(item.amount);
    }
    items
}

fn with_items(action: &ActionRow, changes: &[ItemChange]) -> Result<Figures, Refusal> {
    let mut items = action.items.clone();
    for change in changes {
        let item = items.iter_mut().find(|item| item.sku == change.sku).ok_or(Refusal::NoItem)?;
        let quantity = change.quantity.unwrap_or(item.quantity);
        let share = || item.amount.share(i64::from(quantity), i64::from(item.quantity), action.currency);
        let amount = change.amount.unwrap_or_else(share);
        if amount > Money::ORDER_MAX {
            return Err(Refusal::AmountTooLarge);
        }
        item.amount = amount;
        item.quantity = quantity;
    }
    let (before, after) = (sum(&action.items), sum(&items));
    let amount = if before > action.amount {
        // The order's discount is borne by what is kept as by what went back.
        action.amount.share(after.0, before.0, action.currency)
    } else {
        action.amount.plus(after.minus(before))
    };
    Ok(Figures { amount, items })
}
