//! What limits and tiers say of an action that opens, and the counters that it adds to.

use std::collections::BTreeSet;

use crate::contract::EventPayout;
use crate::id::{EventTypeId, ProgramId};
use crate::limit::{Limit, Period};
use crate::pricing;
use crate::row::{ActionRow, Counter, CounterGroup, CounterKey, OrderKey};
use crate::slice::{EarlierOrder, Slice};
use crate::time::Timestamp;

use super::change;

/// Gives a new action, whose buyer has ordered these beside it, its tier, its payout, and whether a limit leaves it outside of the terms; and counts it.
pub(crate) fn measure(slice: &mut Slice, action: &mut ActionRow, orders: &[(OrderKey, EarlierOrder)]) {
    let terms = pricing::terms_of(&slice.config, action).map(|(terms, _)| terms.into_owned());
    let Some(terms) = terms.filter(EventPayout::is_measured) else {
        action.payout = change::price(slice, action, action.amount, &action.items);
        return;
    };
    if let Some(tiers) = terms.tiers_from_then_on() {
        action.tier = tiers.reached(counter(slice, action, tiers.per).of(tiers.basis));
    }
    let payout = change::price(slice, action, action.amount, &action.items);
    let is_beyond = |limit: &Limit| match *limit {
        Limit::Actions { most, per } => counter(slice, action, per).actions >= most,
        Limit::Payout { most, per } => counter(slice, action, per).payout.plus(payout) > most,
        Limit::Customer { most, per } => orders_in(slice, action, orders, per) >= most,
    };
    action.outside = terms.limits.iter().position(is_beyond);
    if action.outside.is_none() {
        action.payout = payout;
        add(slice, action, &terms);
    }
}

fn key(slice: &Slice, action: &ActionRow, per: Period) -> CounterKey {
    let group = group(slice, action.id.program, action.id.event_type, per, action.occurred_at);
    CounterKey { group, partner: action.partner }
}

pub(super) fn group(
    slice: &Slice,
    program: ProgramId,
    event_type: EventTypeId,
    per: Period,
    at: Timestamp,
) -> CounterGroup {
    let day = slice.config.programs.get(&program).map(|it| it.zone.day(at)).unwrap_or_default();
    CounterGroup { program, event_type, per, day: per.first(day) }
}

fn counter(slice: &Slice, action: &ActionRow, per: Period) -> Counter {
    slice.counter(&key(slice, action, per))
}

fn add(slice: &mut Slice, action: &ActionRow, terms: &EventPayout) {
    let limits = terms.limits.iter().filter(|limit| !matches!(limit, Limit::Customer { .. }));
    let periods = limits.map(|limit| limit.per()).chain(terms.tiers_from_then_on().map(|tiers| tiers.per));
    for per in periods.collect::<BTreeSet<Period>>() {
        let (key, worth) = (key(slice, action, per), action.worth(action.amount));
        let mut counter = slice.counter(&key);
        counter.actions += 1;
        counter.payout = counter.payout.plus(action.payout);
        counter.amount = counter.amount.plus(worth);
        slice.counters.set(key, counter);
    }
}

/// How many orders of the customer earned something in the period of an action.
fn orders_in(slice: &Slice, action: &ActionRow, orders: &[(OrderKey, EarlierOrder)], per: Period) -> u32 {
    let wanted = key(slice, action, per).group;
    let same_period = |at: Timestamp| group(slice, wanted.program, wanted.event_type, per, at) == wanted;
    let earlier = orders
        .iter()
        .filter(|(key, order)| key.event_type == action.id.event_type && order.earns && same_period(order.occurred_at));
    u32::try_from(earlier.count()).unwrap_or(u32::MAX)
}

/// Whether a customer has ordered before: some order of the same event type, whether it earned something or not.
pub(crate) fn has_ordered_before(event_type: EventTypeId, at: Timestamp, orders: &[(OrderKey, EarlierOrder)]) -> bool {
    orders.iter().any(|(key, order)| key.event_type == event_type && order.occurred_at < at)
}
