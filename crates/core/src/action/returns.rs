//! What terms let a brand take back of a partner's payouts: all, nothing, so much of a month, or what the partner agrees to.

use std::collections::BTreeMap;

use crate::contract::{ReturnPolicy, Returns};
use crate::fact::{Record, ReturnDecided, Role};
use crate::money::{Money, WHOLE_PPM};
use crate::program::Source;
use crate::refusal::Refusal;
use crate::row::{ActionRow, ActionState, HistoryKind, ReturnAsked, Returned, ReturnsKey, Whole};
use crate::setup::Subject;
use crate::slice::Slice;

use super::change::{Cause, Figures, price, reverse, set_figures, spread};
use super::{Line, unchanged, write};

/// What a change of an action is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ruling {
    /// It takes nothing back, or what never was an order.
    NoReturn,
    Return,
    /// A return that the partner is asked about first.
    Asked,
}

/// How the change of a payout counts for what was returned of its month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counts {
    NoReturn,
    Return,
    /// A reversal is taken back: so much had been returned before it.
    Restored(Money),
}

impl Counts {
    pub fn of(is_return: bool) -> Counts {
        if is_return { Counts::Return } else { Counts::NoReturn }
    }
}

fn is_no_order(disposition: &str) -> bool {
    Returns::NO_ORDER.contains(&disposition)
}

/// What the terms of the event's time say of each change. If none may be made, the first says why.
pub(crate) fn rule(
    slice: &Slice,
    changes: &[(ActionRow, Option<Figures>)],
    disposition: &str,
) -> Result<Vec<Result<Ruling, Refusal>>, Refusal> {
    let mut taken = BTreeMap::new();
    let mut rulings = Vec::new();
    for (action, figures) in changes {
        let payout = figures.as_ref().map_or(Money::ZERO, |it| price(slice, action, it.amount, &it.items));
        let lowered = action.payout.minus(payout);
        let free = lowered <= Money::ZERO || action.is_award() || is_no_order(disposition);
        rulings.push(if free { Ok(Ruling::NoReturn) } else { rule_one(slice, action, lowered, &mut taken) });
    }
    match rulings.iter().find_map(|ruling| ruling.err()) {
        Some(refusal) if rulings.iter().all(Result::is_err) => Err(refusal),
        _ => Ok(rulings),
    }
}

/// `taken`: what the changes before it take back of each month.
fn rule_one(
    slice: &Slice,
    action: &ActionRow,
    lowered: Money,
    taken: &mut BTreeMap<ReturnsKey, Money>,
) -> Result<Ruling, Refusal> {
    let policy = returns_of(slice, action).policy;
    if policy == ReturnPolicy::Never {
        return Err(Refusal::ReturnsNotAllowed);
    }
    within_most(slice, action, lowered, taken)?;
    match policy {
        ReturnPolicy::Consent if action.state != ActionState::Pending => Err(Refusal::ReturnNeedsConsent),
        ReturnPolicy::Consent => Ok(Ruling::Asked),
        ReturnPolicy::Always | ReturnPolicy::Never => Ok(Ruling::Return),
    }
}

fn returns_of(slice: &Slice, action: &ActionRow) -> Returns {
    let of = if action.terms_of_template { None } else { Some(action.partner) };
    let rules = slice.config.rules_of(action.id.program, of, action.terms_version);
    rules.map(|rules| rules.returns).unwrap_or_default()
}

/// Whether the month has room for a return. `taken` grows by it.
fn within_most(
    slice: &Slice,
    action: &ActionRow,
    lowered: Money,
    taken: &mut BTreeMap<ReturnsKey, Money>,
) -> Result<(), Refusal> {
    let (Some(most_ppm), Some(key)) = (returns_of(slice, action).most_ppm, key(slice, action)) else { return Ok(()) };
    let before = [&slice.returns, &slice.new.returns].map(|rows| rows.get(&key).copied().unwrap_or_default());
    let month = before.into_iter().fold(Returned::default(), Returned::plus);
    let already = taken.entry(key).or_default();
    let after = month.returned.plus(*already).plus(lowered);
    if i128::from(after.0) * i128::from(WHOLE_PPM) > i128::from(month.payouts.0) * i128::from(most_ppm) {
        return Err(Refusal::MaxReturnsReached);
    }
    *already = already.plus(lowered);
    Ok(())
}

fn key(slice: &Slice, action: &ActionRow) -> Option<ReturnsKey> {
    let month = slice.config.month_of(action.id.program, action.occurred_at)?;
    Some(ReturnsKey { program: action.id.program, month, partner: action.partner })
}

/// Counts a change of a payout for its month. What a return took, a rise gives back first.
pub(crate) fn note(slice: &mut Slice, action: &mut ActionRow, payout_delta: Money, counts: Counts) {
    if action.is_award() || payout_delta == Money::ZERO {
        return;
    }
    let Some(key) = key(slice, action) else { return };
    let returned = match counts {
        Counts::Restored(before) => before.minus(action.returned),
        Counts::Return if payout_delta < Money::ZERO => payout_delta.negated(),
        _ if payout_delta > Money::ZERO => payout_delta.min(action.returned).negated(),
        _ => Money::ZERO,
    };
    action.returned = action.returned.plus(returned);
    let row = slice.new.returns.entry(key).or_default();
    *row = row.plus(Returned { payouts: payout_delta.plus(returned), returned });
}

/// The partner is asked; until it answers or the action locks, all stays as it is.
pub(crate) fn ask(
    slice: &mut Slice,
    record: &Record,
    mut action: ActionRow,
    (figures, by_quantity): (Option<&Figures>, bool),
    cause: Cause<'_>,
) {
    action.return_asked = Some(ReturnAsked {
        at: record.received_at,
        disposition: cause.disposition.to_owned(),
        figures: figures.map(|it| Whole::of(it.amount, &it.items)),
        by_quantity,
    });
    let line = unchanged(HistoryKind::ReturnAsked);
    let line = Line { disposition: cause.disposition, source: Some(cause.source), ..line };
    write(slice, record, action, line);
}

/// Gives the action as it is then.
pub(crate) fn decline(slice: &mut Slice, record: &Record, mut action: ActionRow, source: Option<Source>) -> ActionRow {
    let id = action.id;
    let asked = action.return_asked.take();
    let disposition = asked.map(|asked| asked.disposition).unwrap_or_default();
    let line = unchanged(HistoryKind::ReturnDeclined);
    let before = action.clone();
    write(slice, record, action, Line { disposition: &disposition, source, ..line });
    slice.actions.get(&id).cloned().unwrap_or(before)
}

/// The partner's word.
pub(crate) fn decide(slice: &mut Slice, record: &Record, fact: &ReturnDecided) -> Subject {
    if record.actor.as_ref().is_none_or(|actor| actor.role != Role::Partner) {
        return Err(Refusal::ReturnForPartner);
    }
    let action = slice.actions.get(&fact.action).filter(|it| it.partner == fact.partner).cloned();
    let action = action.ok_or(Refusal::ActionRefNotFound)?;
    let asked = action.return_asked.clone().ok_or(Refusal::ReturnNotAsked)?;
    let cause = Cause { disposition: &asked.disposition, source: Source::Person };
    if !fact.accepted {
        decline(slice, record, action, Some(Source::Person));
        return Ok(fact.action.to_string());
    }
    let figures = asked.figures.map(|wanted| agreed(&action, &wanted));
    let payout = figures.as_ref().map_or(Money::ZERO, |it| price(slice, &action, it.amount, &it.items));
    let lowered = action.payout.minus(payout);
    if lowered > Money::ZERO {
        // Other returns of the month may have been taken since it was asked.
        within_most(slice, &action, lowered, &mut BTreeMap::new())?;
    }
    match figures {
        None => reverse(slice, record, action, cause, true),
        Some(figures) => {
            let whole =
                if asked.by_quantity { action.whole.clone() } else { Whole::of(figures.amount, &figures.items) };
            set_figures(slice, record, ActionRow { whole, ..action }, figures, cause, true);
        }
    }
    Ok(fact.action.to_string())
}

/// The figures that the partner agrees to. Items that became known since share the amount.
fn agreed(action: &ActionRow, wanted: &Whole) -> Figures {
    let mut items = action.items.clone();
    if items.len() == wanted.items.len() {
        for (item, (quantity, amount)) in items.iter_mut().zip(&wanted.items) {
            (item.quantity, item.amount) = (*quantity, *amount);
        }
    } else {
        items = spread(&items, wanted.amount, action.currency);
    }
    Figures { amount: wanted.amount, items }
}
