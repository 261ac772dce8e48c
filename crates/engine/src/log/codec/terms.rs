//! The rules of terms, to the wire and back.

use referee_core::condition::{Comparison, Condition};
use referee_core::contract::{
    Adjustment, Agreement, EventPayout, Payout, PayoutGroup, PayoutLevel, Restriction, ReturnPolicy, Returns, Terms,
    TermsRules,
};
use referee_core::fact::{OfferWithdrawn, TermsDecided, TermsSet};
use referee_core::id::{EventTypeId, PartnerId, ProgramId, RecordNo};
use referee_core::locking::Locking;
use referee_core::money::Money;
use referee_core::overlay::{DAY_MINUTES, Extra, Overlay, OverlaySet, Repeat};
use referee_core::time::{Day, Timestamp};

use super::measures::{limit_in, limit_out, tiers_in, tiers_out};
use super::{known, newer};
use crate::error::{Error, Result};
use crate::log::{number, wire};

const ORDER_TOTAL: u32 = 100;
const DATE: u32 = 101;

/// How an offer ended, on the wire.
const ACCEPTED: u32 = 1;
const DECLINED: u32 = 2;
const WITHDRAWN: u32 = 3;

pub fn set_out(it: &TermsSet) -> wire::Terms {
    wire::Terms {
        program: it.program.0,
        partner: it.partner.map(|partner| partner.0),
        starts_at: it.starts_at.0,
        ends_at: it.ends_at.map(|at| at.0),
        standing: it.standing as u32,
        rules: it.rules.as_ref().map(rules_out),
        version: 0,
        needs_acceptance: it.needs_acceptance,
        decided: None,
    }
}

pub fn set_in(it: wire::Terms) -> Result<TermsSet> {
    Ok(TermsSet {
        program: ProgramId(it.program),
        partner: it.partner.map(PartnerId),
        starts_at: Timestamp(it.starts_at),
        ends_at: it.ends_at.map(Timestamp),
        standing: known(number::standing(it.standing), "standing")?,
        rules: it.rules.map(rules_in).transpose()?,
        needs_acceptance: it.needs_acceptance,
    })
}

pub fn terms_out(it: &Terms) -> wire::Terms {
    let decided = |how, at: Timestamp| Some(wire::Decided { how, at: at.0 });
    wire::Terms {
        program: it.program.0,
        partner: it.partner.map(|partner| partner.0),
        starts_at: it.starts_at.0,
        ends_at: it.ends_at.map(|at| at.0),
        standing: it.standing as u32,
        rules: it.rules.as_ref().map(rules_out),
        version: it.version,
        needs_acceptance: it.agreement != Agreement::Unasked,
        decided: match it.agreement {
            Agreement::Unasked | Agreement::Offered => None,
            Agreement::Accepted { at } => decided(ACCEPTED, at),
            Agreement::Declined { at } => decided(DECLINED, at),
            Agreement::Withdrawn { at } => decided(WITHDRAWN, at),
        },
    }
}

pub fn terms_in(it: wire::Terms) -> Result<Terms> {
    let at = it.decided.map(|it| Timestamp(it.at)).unwrap_or_default();
    let agreement = match it.decided.map(|it| it.how) {
        None if it.needs_acceptance => Agreement::Offered,
        None => Agreement::Unasked,
        Some(ACCEPTED) => Agreement::Accepted { at },
        Some(DECLINED) => Agreement::Declined { at },
        Some(WITHDRAWN) => Agreement::Withdrawn { at },
        Some(_) => return Err(newer("end of an offer")),
    };
    let version = it.version;
    let TermsSet { program, partner, starts_at, ends_at, standing, rules, .. } = set_in(it)?;
    Ok(Terms { program, partner, version, starts_at, ends_at, standing, agreement, rules })
}

pub fn decided_out(it: &TermsDecided) -> wire::Offer {
    wire::Offer { program: it.program.0, partner: it.partner.0, version: it.version, accepted: it.accepted }
}

pub fn decided_in(it: wire::Offer) -> TermsDecided {
    let (program, partner) = (ProgramId(it.program), PartnerId(it.partner));
    TermsDecided { program, partner, version: it.version, accepted: it.accepted }
}

pub fn withdrawn_out(it: &OfferWithdrawn) -> wire::Offer {
    wire::Offer { program: it.program.0, partner: it.partner.0, version: it.version, accepted: false }
}

pub fn withdrawn_in(it: wire::Offer) -> OfferWithdrawn {
    OfferWithdrawn { program: ProgramId(it.program), partner: PartnerId(it.partner), version: it.version }
}

pub fn overlay_set_out(it: &OverlaySet) -> wire::Overlay {
    let (adjust_ppm, rate_ppm, fixed_micros) = match it.extra {
        Extra::Adjust { ppm } => (Some(ppm), None, None),
        Extra::Payout(payout) => {
            let (rate_ppm, fixed_micros) = payout_out(payout);
            (None, rate_ppm, fixed_micros)
        }
    };
    wire::Overlay {
        program: it.program.0,
        id: it.id,
        name: it.name.clone(),
        partners: it.partners.iter().map(|it| it.0).collect(),
        event_types: it.event_types.iter().map(|it| it.0).collect(),
        starts_at: it.starts_at.0,
        ends_at: it.ends_at.0,
        standing: it.standing as u32,
        adjust_ppm,
        rate_ppm,
        fixed_micros,
        weekdays: it.repeat.weekdays.iter().map(|day| u32::from(*day)).collect(),
        from_minute: it.repeat.from.into(),
        // What is usual is not written.
        until_minute: if it.repeat.until == DAY_MINUTES { 0 } else { it.repeat.until.into() },
    }
}

fn repeat_in(it: &wire::Overlay) -> Result<Repeat> {
    let weekday = |day: &u32| known(u8::try_from(*day).ok().filter(|day| *day < 7), "weekday of an overlay");
    let minute = |minute| known(u16::try_from(minute).ok(), "minute of a day");
    let until = if it.until_minute == 0 { DAY_MINUTES } else { minute(it.until_minute)? };
    let weekdays = it.weekdays.iter().map(weekday).collect::<Result<_>>()?;
    Ok(Repeat { weekdays, from: minute(it.from_minute)?, until })
}

pub fn overlay_set_in(it: wire::Overlay) -> Result<OverlaySet> {
    let extra = match it.adjust_ppm {
        Some(ppm) => Extra::Adjust { ppm },
        None => Extra::Payout(payout_in(it.rate_ppm, it.fixed_micros)?),
    };
    Ok(OverlaySet {
        repeat: repeat_in(&it)?,
        program: ProgramId(it.program),
        id: it.id,
        name: it.name,
        partners: it.partners.into_iter().map(PartnerId).collect(),
        event_types: it.event_types.into_iter().map(EventTypeId).collect(),
        starts_at: Timestamp(it.starts_at),
        ends_at: Timestamp(it.ends_at),
        standing: known(number::standing(it.standing), "standing")?,
        extra,
    })
}

pub fn overlay_out(it: &Overlay) -> wire::OverlayVersion {
    let (version, record, set_at) = (it.version, it.record.0, it.set_at.0);
    wire::OverlayVersion { set: Some(overlay_set_out(&it.set)), version, record, set_at }
}

pub fn overlay_in(it: wire::OverlayVersion) -> Result<Overlay> {
    let set = overlay_set_in(known(it.set, "overlay")?)?;
    let (record, set_at) = (RecordNo(it.record), Timestamp(it.set_at));
    Ok(Overlay { id: set.id.unwrap_or_default(), version: it.version, record, set_at, set })
}

/// What is usual is not written.
fn return_policy_out(it: ReturnPolicy) -> u32 {
    if it == ReturnPolicy::Always { 0 } else { it as u32 }
}

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
        notice_days: it.notice_days,
        return_policy: return_policy_out(it.returns.policy),
        most_returns_ppm: it.returns.most_ppm,
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
        notice_days: it.notice_days,
        returns: Returns {
            policy: known(number::return_policy(it.return_policy.max(1)), "return policy")?,
            most_ppm: it.most_returns_ppm,
        },
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
        limits: it.limits.iter().map(limit_out).collect(),
        tiers: it.tiers.as_ref().map(tiers_out),
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
        limits: it.limits.into_iter().map(limit_in).collect::<Result<_>>()?,
        tiers: it.tiers.map(tiers_in).transpose()?,
    })
}

pub fn payout_out(it: Payout) -> (Option<u32>, Option<i64>) {
    match it {
        Payout::Rate { ppm } => (Some(ppm), None),
        Payout::Fixed { amount } => (None, Some(amount.0)),
    }
}

pub fn payout_in(rate_ppm: Option<u32>, fixed_micros: Option<i64>) -> Result<Payout> {
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
        Condition::List { word, list, denied } => {
            let (in_list, not_in_list) = if *denied { (None, Some(*list)) } else { (Some(*list), None) };
            wire::Condition { variable: *word as u32, in_list, not_in_list, ..empty }
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
            let word = known(number::word(number), "variable of terms")?;
            if let Some(list) = it.in_list.or(it.not_in_list) {
                return Ok(Condition::List { word, list, denied: it.in_list.is_none() });
            }
            let comparison = Comparison::ALL.into_iter().find(|known| *known as u32 == it.comparison);
            Condition::Words { word, comparison: known(comparison, "comparison of terms")?, values: it.values }
        }
    })
}
