//! Bonuses that terms give: when a month or year is over, whoever reached a tier in it is paid the tier's extra for all of
//! the actions that stand.
//!
//! The terms are those in force at the period's last moment. As long as the bonus is pending, it follows what becomes of
//! the actions; once it has locked, or a person has changed it, it is left as it is.

use crate::contract::Payout;
use crate::fact::{AwardKind, Record};
use crate::id::ActionId;
use crate::ledger;
use crate::limit::Period;
use crate::locking::Locking;
use crate::money::{MICROS, Money};
use crate::row::{Account, ActionRow, CounterKey, HistoryKind, Reckoned, Rollup, Tally, Whole};
use crate::slice::Slice;

use super::award::{self, Award, REFERENCE_OF_TERMS};
use super::{Line, count, unchanged, write};

/// Why a bonus changes: its actions did.
const DISPOSITION: &str = "TIER_RECKONED";

/// What a tally comes to.
struct Earned {
    amount: Money,
    tier: usize,
    terms: (u32, bool),
    locking: Locking,
}

/// Gives the bonus of a period that is over, or gives the one that was given its new amount.
pub(super) fn reckon(slice: &mut Slice, record: &Record, key: CounterKey) {
    let Some(tally) = slice.tallies.get(&key).copied() else { return };
    let earned = earned(slice, &key, &tally);
    let bonus = match tally.bonus {
        Some(bonus) => adjust(slice, record, &tally, bonus, earned.as_ref()),
        None => earned.and_then(|earned| give(slice, record, &key, &tally, earned)),
    };
    slice.tallies.set(key, Tally { changed: false, bonus, ..tally });
}

fn earned(slice: &Slice, key: &CounterKey, tally: &Tally) -> Option<Earned> {
    let group = key.group;
    let terms = slice.config.terms_at(group.program, key.partner, tally.ends_at.plus_ms(-1)).ok()?;
    let tiers = terms.rules.payout(group.event_type)?.bonus_tiers().filter(|tiers| tiers.per == group.per)?;
    let tier = tiers.reached(tally.of(tiers.basis))?;
    let exact = match tiers.steps.get(tier)?.extra {
        Payout::Rate { ppm } => i128::from(tally.amount.0) * i128::from(ppm),
        Payout::Fixed { amount } => i128::from(amount.0) * i128::from(tally.actions) * i128::from(MICROS),
    };
    let currency = slice.config.programs.get(&group.program)?.currency;
    Some(Earned {
        amount: Money::rounded_from(exact, MICROS.into(), currency),
        tier,
        terms: (terms.version, terms.of_template),
        locking: terms.rules.locking,
    })
}

fn give(slice: &mut Slice, record: &Record, key: &CounterKey, tally: &Tally, earned: Earned) -> Option<Reckoned> {
    if earned.amount <= Money::ZERO {
        return None;
    }
    let award = Award {
        program: key.group.program,
        partner: key.partner,
        kind: AwardKind::Bonus,
        amount: earned.amount,
        reference: reference(key),
        at: tally.ends_at.plus_ms(-1),
        terms: earned.terms,
        locking: earned.locking,
        tier: Some(earned.tier),
        source: None,
    };
    let action = award::enter(slice, record, award).ok()?;
    Some(reckoned(tally, action, earned.amount))
}

/// `TIER-4-2026-10-7`: the event type, the month or year, and the partner.
fn reference(key: &CounterKey) -> String {
    let (event_type, partner) = (key.group.event_type, key.partner);
    let (year, month) = key.group.day.year_and_month();
    let period = if key.group.per == Period::Year { year.to_string() } else { format!("{year}-{month:02}") };
    format!("{REFERENCE_OF_TERMS}{event_type}-{period}-{partner}")
}

fn reckoned(tally: &Tally, action: ActionId, paid: Money) -> Reckoned {
    Reckoned { action, actions: tally.actions, amount: tally.amount, paid }
}

/// The bonus as it is reckoned now.
fn adjust(
    slice: &mut Slice,
    record: &Record,
    tally: &Tally,
    bonus: Reckoned,
    earned: Option<&Earned>,
) -> Option<Reckoned> {
    let Some(action) = slice.actions.get(&bonus.action).cloned() else { return Some(bonus) };
    if bonus.left(&action).is_some() {
        return Some(bonus);
    }
    let amount = earned.map_or(Money::ZERO, |earned| earned.amount).max(Money::ZERO);
    let tier = earned.map(|earned| earned.tier);
    if (amount, tier) != (action.amount, action.tier) {
        set_amount(slice, record, ActionRow { tier, ..action }, amount);
    }
    Some(reckoned(tally, bonus.action, amount))
}

/// One that comes to nothing stays pending: what it was given for may be restored.
fn set_amount(slice: &mut Slice, record: &Record, mut action: ActionRow, amount: Money) {
    let delta = amount.minus(action.amount);
    ledger::transfer(slice, record.no, &action, action.spent_on(), Account::Pending, delta);
    count(slice, &action, Rollup { payout: delta, ..Rollup::default() });
    (action.amount, action.payout, action.whole) = (amount, amount, Whole::of(amount, &[]));
    action.disposition = DISPOSITION.to_owned();
    let line = unchanged(HistoryKind::Modified);
    let line = Line { amount_delta: delta, payout_delta: delta, disposition: DISPOSITION, ..line };
    write(slice, record, action, line);
}
