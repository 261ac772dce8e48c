//! Limits and tiers of terms, to the wire and back.

use referee_core::limit::{AppliesTo, Basis, Limit, Period, Tier, Tiers};
use referee_core::money::Money;

use super::known;
use super::terms::{payout_in, payout_out};
use crate::error::Result;
use crate::log::wire;

pub fn limit_out(it: &Limit) -> wire::Limit {
    let empty = wire::Limit { per: it.per() as u32, ..wire::Limit::default() };
    match *it {
        Limit::Actions { most, .. } => wire::Limit { actions: Some(most), ..empty },
        Limit::Payout { most, .. } => wire::Limit { payout_micros: Some(most.0), ..empty },
        Limit::Customer { most, .. } => wire::Limit { customer: Some(most), ..empty },
    }
}

pub fn limit_in(it: wire::Limit) -> Result<Limit> {
    let per = period_in(it.per)?;
    let limit = match (it.actions, it.payout_micros, it.customer) {
        (Some(most), None, None) => Some(Limit::Actions { most, per }),
        (None, Some(most), None) => Some(Limit::Payout { most: Money(most), per }),
        (None, None, Some(most)) => Some(Limit::Customer { most, per }),
        _ => None,
    };
    known(limit, "kind of limit")
}

pub fn tiers_out(it: &Tiers) -> wire::Tiers {
    let step = |tier: &Tier| {
        let (rate_ppm, fixed_micros) = payout_out(tier.extra);
        wire::Tier { from: tier.from, rate_ppm, fixed_micros }
    };
    wire::Tiers {
        basis: it.basis as u32,
        per: it.per as u32,
        steps: it.steps.iter().map(step).collect(),
        applies_to: it.is_bonus().then_some(it.applies_to as u32),
    }
}

pub fn tiers_in(it: wire::Tiers) -> Result<Tiers> {
    let basis = [Basis::Actions, Basis::Amount].into_iter().find(|basis| *basis as u32 == it.basis);
    let step = |it: wire::Tier| Ok(Tier { from: it.from, extra: payout_in(it.rate_ppm, it.fixed_micros)? });
    let applies_to = match it.applies_to {
        None => Some(AppliesTo::Subsequent),
        Some(number) => [AppliesTo::AllActions].into_iter().find(|it| *it as u32 == number),
    };
    Ok(Tiers {
        basis: known(basis, "basis of tiers")?,
        per: period_in(it.per)?,
        applies_to: known(applies_to, "reach of tiers")?,
        steps: it.steps.into_iter().map(step).collect::<Result<_>>()?,
    })
}

fn period_in(number: u32) -> Result<Period> {
    known(Period::ALL.into_iter().find(|it| *it as u32 == number), "period")
}
