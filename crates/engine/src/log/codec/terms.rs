//! The rules of terms, to the wire and back.

use referee_core::condition::{Comparison, Condition, Word};
use referee_core::contract::{Adjustment, EventPayout, Payout, PayoutGroup, PayoutLevel, Restriction, TermsRules};
use referee_core::id::EventTypeId;
use referee_core::locking::Locking;
use referee_core::money::Money;
use referee_core::time::Day;

use super::{known, newer};
use crate::error::{Error, Result};
use crate::log::wire;

const ORDER_TOTAL: u32 = 100;
const DATE: u32 = 101;

pub fn rules_out(it: &TermsRules) -> wire::TermsRules {
    let (lock_days, lock_month_end) = match it.locking {
        Locking::After { days } => (days, None),
        Locking::MonthEnd { months, days } => (0, Some(wire::MonthEnd { months, days })),
        Locking::Open => (0, None),
    };
    wire::TermsRules {
        referral_window_days: it.referral_window_days,
        view_window_hours: it.view_window_hours,
        lock_days,
        lock_month_end,
        lock_open: it.locking == Locking::Open,
        payouts: it.payouts.iter().map(event_payout_out).collect(),
    }
}

pub fn rules_in(it: wire::TermsRules) -> Result<TermsRules> {
    let locking = match (it.lock_open, it.lock_month_end) {
        (true, _) => Locking::Open,
        (false, Some(wire::MonthEnd { months, days })) => Locking::MonthEnd { months, days },
        (false, None) => Locking::After { days: it.lock_days },
    };
    Ok(TermsRules {
        referral_window_days: it.referral_window_days,
        view_window_hours: it.view_window_hours,
        locking,
        payouts: it.payouts.into_iter().map(event_payout_in).collect::<Result<_>>()?,
    })
}

fn event_payout_out(it: &EventPayout) -> wire::EventPayout {
    let (rate_ppm, fixed_micros) = payout_out(it.payout);
    let rule = |name: &str, conditions: &[Condition]| wire::TermsRule {
        name: name.to_owned(),
        conditions: conditions.iter().map(condition_out).collect(),
        ..wire::TermsRule::default()
    };
    let group = |it: &PayoutGroup| {
        let (rate_ppm, fixed_micros) = payout_out(it.payout);
        wire::TermsRule { rate_ppm, fixed_micros, ..rule(&it.name, &it.conditions) }
    };
    let adjustment = |it: &Adjustment| wire::TermsRule { adjust_ppm: Some(it.ppm), ..rule(&it.name, &it.conditions) };
    wire::EventPayout {
        event_type: it.event_type.0,
        rate_ppm,
        fixed_micros,
        level: it.level as u32,
        groups: it.groups.iter().map(group).collect(),
        restrictions: it.restrictions.iter().map(|it| rule(&it.name, &it.conditions)).collect(),
        adjustments: it.adjustments.iter().map(adjustment).collect(),
    }
}

fn event_payout_in(it: wire::EventPayout) -> Result<EventPayout> {
    let group = |it: wire::TermsRule| {
        let payout = payout_in(it.rate_ppm, it.fixed_micros)?;
        Ok(PayoutGroup { name: it.name, conditions: conditions_in(it.conditions)?, payout })
    };
    let restriction =
        |it: wire::TermsRule| Ok(Restriction { name: it.name, conditions: conditions_in(it.conditions)? });
    let adjustment = |it: wire::TermsRule| {
        let ppm = known(it.adjust_ppm, "adjustment")?;
        Ok(Adjustment { name: it.name, conditions: conditions_in(it.conditions)?, ppm })
    };
    Ok(EventPayout {
        event_type: EventTypeId(it.event_type),
        level: match it.level {
            0 | 1 => PayoutLevel::Order,
            2 => PayoutLevel::Item,
            _ => return Err(newer("level of payout")),
        },
        payout: payout_in(it.rate_ppm, it.fixed_micros)?,
        groups: it.groups.into_iter().map(group).collect::<Result<_>>()?,
        restrictions: it.restrictions.into_iter().map(restriction).collect::<Result<_>>()?,
        adjustments: it.adjustments.into_iter().map(adjustment).collect::<Result<_>>()?,
    })
}

fn payout_out(it: Payout) -> (Option<u32>, Option<i64>) {
    match it {
        Payout::Rate { ppm } => (Some(ppm), None),
        Payout::Fixed { amount } => (None, Some(amount.0)),
    }
}

fn payout_in(rate_ppm: Option<u32>, fixed_micros: Option<i64>) -> Result<Payout> {
    match (rate_ppm, fixed_micros) {
        (Some(ppm), None) => Ok(Payout::Rate { ppm }),
        (None, Some(micros)) => Ok(Payout::Fixed { amount: Money(micros) }),
        _ => Err(newer("kind of payout")),
    }
}

fn condition_out(it: &Condition) -> wire::Condition {
    let empty = wire::Condition::default();
    match it {
        Condition::Words { word, comparison, values } => {
            let (variable, comparison) = (*word as u32, *comparison as u32);
            wire::Condition { variable, comparison, values: values.clone(), ..empty }
        }
        Condition::OrderTotal { at_least, below } => {
            let (from, before) = (at_least.map(|it| it.0), below.map(|it| it.0));
            wire::Condition { variable: ORDER_TOTAL, from, before, ..empty }
        }
        Condition::Date { from, before } => {
            let (from, before) = (from.map(|it| it.0.into()), before.map(|it| it.0.into()));
            wire::Condition { variable: DATE, from, before, ..empty }
        }
    }
}

fn conditions_in(all: Vec<wire::Condition>) -> Result<Vec<Condition>> {
    all.into_iter().map(condition_in).collect()
}

fn condition_in(it: wire::Condition) -> Result<Condition> {
    let day = |days: i64| i32::try_from(days).map(Day).map_err(|error| Error::corrupt("read a condition", error));
    Ok(match it.variable {
        ORDER_TOTAL => Condition::OrderTotal { at_least: it.from.map(Money), below: it.before.map(Money) },
        DATE => Condition::Date { from: it.from.map(day).transpose()?, before: it.before.map(day).transpose()? },
        number => {
            let word = Word::ALL.into_iter().find(|it| *it as u32 == number);
            let comparison = Comparison::ALL.into_iter().find(|known| *known as u32 == it.comparison);
            Condition::Words {
                word: known(word, "variable of terms")?,
                comparison: known(comparison, "comparison of terms")?,
                values: it.values,
            }
        }
    })
}
