//! What is asked of an action: modification and reversal before it locks, correction after it; its locking in `lock`.

use std::collections::BTreeMap;

use crate::exchange::Exchange;
use crate::fact::{ActionChange, ActionTarget, ChangeRequest, Item, ItemChange, NewFigures, Record};
use crate::id::ActionId;
use crate::ledger;
use crate::money::{Currency, Money, WHOLE_PPM};
use crate::pricing;
use crate::program::Source;
use crate::refusal::Refusal;
use crate::row::{
    Account, ActionRow, ActionState, BeforeReversal, HistoryKind, OrderKey, Rollup, SubmissionKind, SubmissionRow,
    Whole,
};
use crate::slice::Slice;

use super::grant;
use super::lock::{self, Step};
use super::returns::{Counts, Ruling};
use super::{Line, count, parts, put, reattribution, returns, unchanged, write};

/// The most changes an action takes, as published by the platforms this one replaces. A reversal is the end of them and
/// always taken: what is known to be fraud must not lock and be paid for having changed often before.
pub const CHANGES_MAX: u32 = 1_000;

/// What an order comes to, or one action's part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Figures {
    pub amount: Money,
    pub items: Vec<Item>,
}

/// What is to become of an order.
pub(crate) enum Wanted<'a> {
    Reversal,
    New(&'a NewFigures),
    Figures(Figures),
}

/// When in its life an action is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// What changes is the action.
    Pending,
    /// What was locked stands: the difference is an entry of its own, which the next payment takes.
    Locked,
}

impl Stage {
    fn admits(self, action: &ActionRow) -> Result<(), Refusal> {
        match (self, action.state) {
            (Stage::Pending, ActionState::Pending) => Ok(()),
            (Stage::Pending, ActionState::Locked | ActionState::Paid) => Err(Refusal::ActionLocked),
            (Stage::Locked, ActionState::Locked | ActionState::Paid) => Ok(()),
            (Stage::Locked, ActionState::Pending) => Err(Refusal::ActionNotLocked),
            (_, ActionState::Reversed) if action.moved_to.is_some() => Err(Refusal::ActionMoved),
            (_, ActionState::Reversed) => Err(Refusal::ActionAlreadyReversed),
        }
    }
}

/// Why it changes, and who says so.
#[derive(Clone, Copy)]
pub(crate) struct Cause<'a> {
    pub disposition: &'a str,
    pub source: Source,
}

/// The actions that a change is meant for.
struct Meant {
    stage: Stage,
    actions: Vec<ActionRow>,
    /// What each has of the figures that the change names.
    shares: Vec<u32>,
    /// Whether the terms say what of it may be returned.
    ruled: bool,
}

pub(crate) fn request(slice: &mut Slice, record: &Record, request: &ChangeRequest) -> Result<Vec<ActionId>, Refusal> {
    let stage = match request.change {
        ActionChange::Correct(_) => Stage::Locked,
        _ => Stage::Pending,
    };
    let meant = Meant { ruled: true, ..find(slice, &request.target, stage) };
    let kind = submission_kind(&request.change, &meant.actions);
    let mut ids: Vec<ActionId> = meant.actions.iter().map(|action| action.id).collect();
    let (program, order) = (ids.first().map(|id| id.program), order_of(&request.target, meant.actions.first()));
    let cause = Cause { disposition: &request.disposition, source: request.source };
    let outcome = match &request.change {
        ActionChange::Reverse => apply(slice, record, meant, Wanted::Reversal, cause),
        ActionChange::Modify(figures) | ActionChange::Correct(figures) => {
            apply(slice, record, meant, Wanted::New(figures), cause)
        }
        ActionChange::Hold => lock::take(slice, record, meant.actions, Step::Hold, cause),
        ActionChange::Release => lock::take(slice, record, meant.actions, Step::Release, cause),
        ActionChange::Approve => lock::take(slice, record, meant.actions, Step::Approve, cause),
        ActionChange::Admit => admit_all(slice, record, meant.actions, cause),
        ActionChange::Restore => restore_all(slice, record, meant.actions, cause),
        ActionChange::Reattribute { partner } => {
            reattribution::give(slice, record, meant.actions, *partner, cause).map(|opened| ids.extend(opened))
        }
    };
    slice.new.submissions.push(SubmissionRow {
        id: request.submission,
        record: record.no,
        kind,
        received_at: record.received_at,
        program: program.unwrap_or_default(),
        order,
        source: request.source,
        refusal: outcome.err(),
        actions: ids.clone(),
        unchanged: false,
    });
    outcome.map(|()| ids)
}

/// Gives all actions of an order their parts of its new figures.
pub(crate) fn correct(
    slice: &mut Slice,
    record: &Record,
    actions: Vec<ActionRow>,
    figures: Figures,
    cause: Cause<'_>,
) -> Result<(), Refusal> {
    // The order was another one all along: nothing goes back.
    take_figures(slice, record, actions, Some(figures), cause, false)
}

/// Gives all actions of an order their parts of what it comes to; None: it is reversed. `is_return`: what it comes to less
/// goes back, as far as the terms allow.
pub(crate) fn take_figures(
    slice: &mut Slice,
    record: &Record,
    actions: Vec<ActionRow>,
    figures: Option<Figures>,
    cause: Cause<'_>,
    is_return: bool,
) -> Result<(), Refusal> {
    let shares = parts::shares(&actions);
    let wanted = figures.map_or(Wanted::Reversal, Wanted::Figures);
    apply(slice, record, Meant { stage: Stage::Pending, actions, shares, ruled: is_return }, wanted, cause)
}

/// An order means all its actions, each by its share; an action's id means that one, and figures are its own.
fn find(slice: &Slice, target: &ActionTarget, stage: Stage) -> Meant {
    match target {
        ActionTarget::Id(id) => {
            let actions: Vec<ActionRow> = slice.actions.get(id).cloned().into_iter().collect();
            Meant { stage, shares: vec![WHOLE_PPM; actions.len()], actions, ruled: false }
        }
        ActionTarget::Order { event_type, order_id } => {
            let key = OrderKey { event_type: *event_type, order_id: order_id.clone() };
            let actions = slice.conversions.get(&key).map(|row| slice.actions_of(row)).unwrap_or_default();
            Meant { stage, shares: parts::shares(&actions), actions, ruled: false }
        }
    }
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

fn submission_kind(change: &ActionChange, actions: &[ActionRow]) -> SubmissionKind {
    match change {
        ActionChange::Reverse => SubmissionKind::Reversal,
        ActionChange::Modify(NewFigures::Amount(amount)) if reverses(*amount, actions.iter()) => {
            SubmissionKind::Reversal
        }
        ActionChange::Modify(_) => SubmissionKind::Modification,
        ActionChange::Hold => SubmissionKind::Hold,
        ActionChange::Release => SubmissionKind::Release,
        ActionChange::Approve => SubmissionKind::Approval,
        ActionChange::Restore => SubmissionKind::Restoration,
        ActionChange::Admit => SubmissionKind::Admission,
        ActionChange::Correct(_) => SubmissionKind::Correction,
        ActionChange::Reattribute { .. } => SubmissionKind::Reattribution,
    }
}

/// An amount of zero reverses, but for what never had an amount.
fn reverses<'a>(amount: Money, mut actions: impl Iterator<Item = &'a ActionRow>) -> bool {
    amount == Money::ZERO && actions.any(|action| action.amount != Money::ZERO)
}

/// Changes those of the actions that are in the right stage. If none is, the first says why.
fn apply(
    slice: &mut Slice,
    record: &Record,
    meant: Meant,
    wanted: Wanted<'_>,
    cause: Cause<'_>,
) -> Result<(), Refusal> {
    let stage = meant.stage;
    let admitted = |action: &ActionRow| stage.admits(action).is_ok();
    first_says_why(&meant.actions, |action| stage.admits(action))?;
    let by_quantity = matches!(
        &wanted,
        Wanted::New(NewFigures::Items(changes)) if changes.iter().all(|it| it.amount.is_none())
    );
    let (figures, ruled) = (figures(&meant, wanted)?, meant.ruled);
    let mut changes: Vec<(ActionRow, Option<Figures>)> = meant.actions.into_iter().zip(figures).collect();
    changes.retain(|(action, _)| admitted(action));
    let whole = changes.iter().flat_map(|(_, figures)| figures).fold(Money::ZERO, |sum, it| sum.plus(it.amount));
    if stage == Stage::Pending && reverses(whole, changes.iter().map(|(action, _)| action)) {
        changes.iter_mut().for_each(|(_, figures)| *figures = None);
    }
    // The first line of its history is no change: it opened the action.
    changes.retain(|(action, figures)| figures.is_none() || action.changes <= CHANGES_MAX);
    if changes.is_empty() {
        return Err(Refusal::MaxModificationsReached);
    }
    for (_, figures) in &changes {
        figures.as_ref().map_or(Ok(()), within_limits)?;
    }
    let rulings = if ruled { returns::rule(slice, &changes, cause.disposition)? } else { Vec::new() };
    for (n, (action, figures)) in changes.into_iter().enumerate() {
        let ruling = rulings.get(n).copied().unwrap_or(Ok(Ruling::NoReturn));
        match (ruling, figures) {
            (Err(_), _) => {}
            (Ok(Ruling::Asked), figures) => returns::ask(slice, record, action, (figures.as_ref(), by_quantity), cause),
            (Ok(ruling), Some(figures)) => {
                let whole = if by_quantity { action.whole.clone() } else { Whole::of(figures.amount, &figures.items) };
                set_figures(slice, record, ActionRow { whole, ..action }, figures, cause, ruling == Ruling::Return);
            }
            (Ok(ruling), None) => reverse(slice, record, action, cause, ruling == Ruling::Return),
        }
    }
    Ok(())
}

/// What each of the actions comes to; None: it is reversed.
fn figures(meant: &Meant, wanted: Wanted<'_>) -> Result<Vec<Option<Figures>>, Refusal> {
    let Meant { actions, shares, .. } = meant;
    let Some(currency) = actions.first().map(|action| action.order_currency) else { return Ok(Vec::new()) };
    let figures: Vec<Figures> = match wanted {
        Wanted::Reversal => return Ok(actions.iter().map(|_| None).collect()),
        Wanted::New(NewFigures::Amount(amount)) => with_amount(meant, *amount, currency),
        Wanted::New(NewFigures::Delta(delta)) => {
            let before = actions.iter().fold(Money::ZERO, |sum, action| sum.plus(action.amount));
            with_amount(meant, before.plus(*delta), currency)
        }
        Wanted::New(NewFigures::Items(changes)) => with_items(meant, changes)?,
        Wanted::Figures(Figures { amount, items }) => {
            let items = parts::items(&items, shares, currency);
            let parts = parts::amounts(amount, shares, currency).into_iter().zip(items);
            parts.map(|(amount, items)| Figures { amount, items }).collect()
        }
    };
    Ok(figures.into_iter().map(Some).collect())
}

pub(crate) fn open_to_change(action: &ActionRow) -> Result<(), Refusal> {
    Stage::Pending.admits(action)
}

/// What the actions come to with another amount of their order: its items follow.
fn with_amount(Meant { actions, shares, .. }: &Meant, amount: Money, currency: Currency) -> Vec<Figures> {
    let parts = actions.iter().zip(parts::amounts(amount, shares, currency));
    parts.map(|(it, amount)| Figures { amount, items: spread(&it.items, amount, currency) }).collect()
}

/// Whether any of the actions can be taken. If none can, the first says why.
pub(crate) fn first_says_why(
    actions: &[ActionRow],
    able: impl Fn(&ActionRow) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let why_not = able(actions.first().ok_or(Refusal::ActionRefNotFound)?);
    if actions.iter().any(|action| able(action).is_ok()) { Ok(()) } else { why_not }
}

fn within_limits(figures: &Figures) -> Result<(), Refusal> {
    if figures.amount < Money::ZERO {
        return Err(Refusal::AmountNegative);
    }
    if figures.amount > Money::ORDER_MAX {
        return Err(Refusal::AmountTooLarge);
    }
    Ok(())
}

/// Gives an action other figures, priced by the terms it was opened under.
pub(super) fn set_figures(
    slice: &mut Slice,
    record: &Record,
    mut action: ActionRow,
    figures: Figures,
    cause: Cause<'_>,
    is_return: bool,
) {
    let amount_delta = figures.amount.minus(action.amount);
    let payout_delta = price(slice, &action, figures.amount, &figures.items).minus(action.payout);
    action.amount = figures.amount;
    action.items = figures.items;
    let kind = if action.state == ActionState::Pending { HistoryKind::Modified } else { HistoryKind::Corrected };
    shift(slice, record, action, kind, (amount_delta, payout_delta), cause, Counts::of(is_return));
}

/// What an action pays with such figures, by the terms it was opened under.
pub(crate) fn price(slice: &Slice, action: &ActionRow, amount: Money, items: &[Item]) -> Money {
    if action.pays_its_amount() {
        return grant::payout(action.evidence, amount, action.currency);
    }
    if action.exchange == Exchange::Awaited || action.outside.is_some() {
        return Money::ZERO;
    }
    match pricing::terms_of(&slice.config, action) {
        Some((terms, background)) => pricing::price(&terms, action, background, amount, items).payout,
        None => action.payout,
    }
}

/// What was bought is known by now, and may have a price of its own.
pub(crate) fn know_items(slice: &mut Slice, record: &Record, mut action: ActionRow, source: Source) {
    action.whole = Whole::of(action.amount, &action.items);
    let payout_delta = price(slice, &action, action.amount, &action.items).minus(action.payout);
    if payout_delta == Money::ZERO {
        action.changed_at = record.received_at;
        put(slice, action);
        return;
    }
    let cause = Cause { disposition: "ORDER_UPDATE", source };
    shift(slice, record, action, HistoryKind::Modified, (Money::ZERO, payout_delta), cause, Counts::NoReturn);
}

pub(super) fn reverse(slice: &mut Slice, record: &Record, mut action: ActionRow, cause: Cause<'_>, is_return: bool) {
    let deltas = (action.amount.negated(), action.payout.negated());
    action.state = ActionState::Reversed;
    action.held = false;
    let whole = Whole::of(action.amount, &action.items);
    action.before_reversal = Some(BeforeReversal { whole, returned: action.returned });
    action.amount = Money::ZERO;
    for item in &mut action.items {
        *item = Item { quantity: 0, amount: Money::ZERO, ..std::mem::take(item) };
    }
    shift(slice, record, action, HistoryKind::Reversed, deltas, cause, Counts::of(is_return));
}

/// Pays those of the actions that a limit left outside of their terms.
fn admit_all(slice: &mut Slice, record: &Record, actions: Vec<ActionRow>, cause: Cause<'_>) -> Result<(), Refusal> {
    let able = |action: &ActionRow| {
        open_to_change(action)?;
        if action.outside.is_some() { Ok(()) } else { Err(Refusal::ActionNotOutside) }
    };
    first_says_why(&actions, able)?;
    for mut action in actions.into_iter().filter(|action| able(action).is_ok()) {
        action.outside = None;
        let payout = price(slice, &action, action.amount, &action.items);
        let deltas = (Money::ZERO, payout.minus(action.payout));
        shift(slice, record, action, HistoryKind::Admitted, deltas, cause, Counts::NoReturn);
    }
    Ok(())
}

/// Takes back the reversal of those of the actions that are reversed and whose time to lock has not passed.
pub(crate) fn restore_all(
    slice: &mut Slice,
    record: &Record,
    actions: Vec<ActionRow>,
    cause: Cause<'_>,
) -> Result<(), Refusal> {
    let brand_time = slice.state.brand_time;
    let restorable = |action: &ActionRow| match action.state {
        ActionState::Reversed if action.moved_to.is_some() => Err(Refusal::ActionMoved),
        // What would have been locked by now can't come back as something that changes.
        ActionState::Reversed if action.locks_at.is_some_and(|at| at <= brand_time) => Err(Refusal::ActionLocked),
        ActionState::Reversed => Ok(()),
        _ => Err(Refusal::ActionNotReversed),
    };
    first_says_why(&actions, restorable)?;
    let able = actions.into_iter().filter(|action| restorable(action).is_ok());
    able.for_each(|action| restore(slice, record, action, cause));
    Ok(())
}

fn restore(slice: &mut Slice, record: &Record, mut action: ActionRow, cause: Cause<'_>) {
    let BeforeReversal { whole: before, returned } = action.before_reversal.take().unwrap_or_default();
    action.state = ActionState::Pending;
    action.held = action.exchange == Exchange::Awaited;
    action.amount = before.amount;
    for (item, (quantity, amount)) in action.items.iter_mut().zip(before.items) {
        (item.quantity, item.amount) = (quantity, amount);
    }
    let payout = price(slice, &action, action.amount, &action.items);
    let deltas = (action.amount, payout.minus(action.payout));
    shift(slice, record, action, HistoryKind::Restored, deltas, cause, Counts::Restored(returned));
}

/// Prices what awaited an exchange rate, if there is one by now.
pub(crate) fn convert(slice: &mut Slice, record: &Record, id: ActionId) {
    let Some(mut action) = slice.actions.get(&id).filter(|it| it.exchange == Exchange::Awaited).cloned() else {
        return;
    };
    let Some(zone) = slice.config.programs.get(&id.program).map(|it| &it.zone) else { return };
    let day = zone.day(action.occurred_at);
    action.exchange = slice.config.rates.exchange(action.order_currency, action.currency, day);
    if action.exchange == Exchange::Awaited {
        return;
    }
    action.intended_payout = price(slice, &action, action.intended_amount, &action.items);
    action.held = false;
    let payout = if action.state == ActionState::Reversed {
        Money::ZERO
    } else {
        price(slice, &action, action.amount, &action.items)
    };
    let worth = action.worth(action.amount);
    ledger::transfer(slice, record.no, &action, Account::Cost, Account::Pending, payout);
    count(slice, &action, Rollup { amount: worth, payout, ..Rollup::default() });
    action.payout = payout;
    returns::note(slice, &mut action, payout, Counts::NoReturn);
    slice.state.work_waits |= action.is_due(slice.state.brand_time);
    write(slice, record, action, Line { payout_delta: payout, ..unchanged(HistoryKind::Converted) });
}

fn shift(
    slice: &mut Slice,
    record: &Record,
    mut action: ActionRow,
    kind: HistoryKind,
    (amount_delta, payout_delta): (Money, Money),
    Cause { disposition, source }: Cause<'_>,
    counts: Counts,
) {
    // Whatever was asked for was meant of the figures as they were.
    action.return_asked = None;
    returns::note(slice, &mut action, payout_delta, counts);
    if kind == HistoryKind::Corrected {
        ledger::transfer(slice, record.no, &action, Account::Correction, Account::Locked, payout_delta);
        action.owed = action.owed.plus(payout_delta);
        action.owed_since = action.owed_since.or(Some(record.no));
    } else {
        ledger::transfer(slice, record.no, &action, action.spent_on(), Account::Pending, payout_delta);
    }
    let worth = action.worth(action.amount).minus(action.worth(action.amount.minus(amount_delta)));
    count(slice, &action, Rollup { amount: worth, payout: payout_delta, ..Rollup::default() });
    action.payout = action.payout.plus(payout_delta);
    action.disposition = disposition.to_owned();
    write(slice, record, action, Line { kind, amount_delta, payout_delta, disposition, source: Some(source) });
}

/// What items come to. It may be more than their order, if a discount of the order was not spread over them, or less.
pub(crate) fn sum(items: &[Item]) -> Money {
    items.iter().fold(Money::ZERO, |sum, item| sum.plus(item.amount))
}

/// A new amount is spread over the items; the last takes what rounding leaves.
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

/// What the actions come to with other items. Of an item without an amount, each keeps a part of what it had whole; what
/// they keep in all is rounded once.
fn with_items(Meant { stage, actions, shares, .. }: &Meant, changes: &[ItemChange]) -> Result<Vec<Figures>, Refusal> {
    // By change and whole quantity: what the actions before had of the item.
    let mut had: BTreeMap<(usize, u32), Money> = BTreeMap::new();
    let mut all = Vec::new();
    for (n, action) in actions.iter().enumerate() {
        let mut items = action.items.clone();
        if stage.admits(action).is_err() {
            all.push(Figures { amount: action.amount, items });
            continue;
        }
        for (i, change) in changes.iter().enumerate() {
            let place = items.iter().position(|item| item.sku == change.sku).ok_or(Refusal::NoItem)?;
            let item = &mut items[place];
            let quantity = change.quantity.unwrap_or(item.quantity);
            let (of, whole) = action.whole.items.get(place).copied().unwrap_or((item.quantity, item.amount));
            let kept = |had: Money| had.share(i64::from(quantity), i64::from(of), action.order_currency);
            let had = had.entry((i, of)).or_default();
            let rest = kept(had.plus(whole)).minus(kept(*had));
            *had = had.plus(whole);
            let named =
                change.amount.and_then(|amount| parts::amounts(amount, shares, action.order_currency).get(n).copied());
            item.amount = named.unwrap_or(rest);
            item.quantity = quantity;
            if change.amount.unwrap_or(item.amount) > Money::ORDER_MAX {
                return Err(Refusal::AmountTooLarge);
            }
        }
        all.push(Figures { amount: amount_with(action, &items), items });
    }
    Ok(all)
}

/// What an action comes to with such items.
fn amount_with(action: &ActionRow, items: &[Item]) -> Money {
    let after = sum(items);
    let whole = action.whole.items.iter().fold(Money::ZERO, |sum, (_, amount)| sum.plus(*amount));
    if whole > action.whole.amount {
        // The order's discount is borne by what is kept as by what went back.
        action.whole.amount.share(after.0, whole.0, action.order_currency)
    } else {
        action.whole.amount.plus(after.minus(whole))
    }
}
