//! What the actions of each month and year come to, kept as they are opened and changed: whenever terms come to ask for
//! it, it is there.

use crate::limit::Tiers;
use crate::money::Money;
use crate::pricing;
use crate::row::{ActionRow, ActionState, CounterKey};
use crate::slice::Slice;

use super::measure;

/// Adds what a step changes, given the action as it is after it.
pub(crate) fn note(slice: &mut Slice, after: &ActionRow) {
    if after.is_award() {
        return;
    }
    let before = if slice.actions.knows(&after.id) { slice.actions.get(&after.id) } else { None };
    if before.is_some_and(|before| counts_alike(before, after)) {
        return;
    }
    let (had_actions, had) = before.map_or((0, Money::ZERO), |before| counted(slice, before));
    let (actions, amount) = counted(slice, after);
    let (actions, amount) = (actions - had_actions, amount.minus(had));
    if (actions, amount) != (0, Money::ZERO) {
        add(slice, after, actions, amount);
    }
}

fn counts_alike(a: &ActionRow, b: &ActionRow) -> bool {
    let is_there = |it: &ActionRow| it.state != ActionState::Reversed && it.outside.is_none();
    is_there(a) == is_there(b) && a.amount == b.amount && a.exchange == b.exchange && a.items == b.items
}

/// Whether an action counts, and what it is worth as far as its terms pay for it.
fn counted(slice: &Slice, action: &ActionRow) -> (i64, Money) {
    if action.state == ActionState::Reversed || action.outside.is_some() {
        return (0, Money::ZERO);
    }
    let paid_for = match pricing::terms_of(&slice.config, action) {
        Some((terms, background)) => pricing::paid_for(&terms, action, background),
        None => Some(action.amount),
    };
    paid_for.map_or((0, Money::ZERO), |amount| (1, action.worth(amount)))
}

fn add(slice: &mut Slice, action: &ActionRow, actions: i64, amount: Money) {
    for per in Tiers::OF_BONUSES {
        let group = measure::group(slice, action.id.program, action.id.event_type, per, action.occurred_at);
        let zone = slice.config.programs.get(&group.program).map(|program| &program.zone);
        let Some(ends_at) = zone.and_then(|zone| Some(zone.start_of(per.after(group.day)?))) else { continue };
        let key = CounterKey { group, partner: action.partner };
        let tallied = slice.new.tallies.entry(key).or_default();
        tallied.actions += actions;
        tallied.amount = tallied.amount.plus(amount);
        tallied.ends_at = ends_at;
        // That its period is over has been said, and is not said again.
        let is_over = ends_at <= slice.state.brand_time;
        slice.state.work_waits |= is_over && slice.config.gives_bonus(group.program, group.event_type, per);
    }
}
