//! Limits and tiers of terms, as a file has them.

use referee_core::contract::Payout;
use referee_core::limit::{AppliesTo, Basis, Limit, Period, Tier, Tiers};
use referee_core::money::{Currency, Money};
use serde::{Deserialize, Serialize};

use super::amount::{amount, decimal};
use super::terms::{Fault, payout, payout_text};
use crate::limits::TERMS_RULES_MAX;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WrittenPeriod {
    Day,
    Month,
    Year,
    Ever,
}

/// `{"actions": 100, "per": "day"}`, `{"payout": "500.00", "per": "month"}` or `{"orders_of_customer": 1, "per": "ever"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenLimit {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payout: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders_of_customer: Option<u32>,
    pub per: WrittenPeriod,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenTiers {
    pub by: WrittenBasis,
    pub per: WrittenPeriod,
    #[serde(default, skip_serializing_if = "WrittenReach::is_usual")]
    pub applies_to: WrittenReach,
    pub steps: Vec<WrittenTier>,
}

/// Which actions a tier pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WrittenReach {
    #[default]
    SubsequentActions,
    AllActions,
}

impl WrittenReach {
    fn is_usual(&self) -> bool {
        *self == WrittenReach::SubsequentActions
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WrittenBasis {
    Actions,
    Amount,
}

/// `{"from": "10000.00", "extra": "2%"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenTier {
    pub from: String,
    pub extra: String,
}

type Read<T> = Result<T, Fault>;

fn fault<T>(place: String, message: impl Into<String>) -> Read<T> {
    Err(Fault { place, message: message.into() })
}

pub fn limits(written: &[WrittenLimit], place: &str) -> Read<Vec<Limit>> {
    if written.len() > TERMS_RULES_MAX {
        return fault(format!("{place}.limits"), format!("There are at most {TERMS_RULES_MAX}."));
    }
    written.iter().enumerate().map(|(n, it)| limit(it, format!("{place}.limits[{n}]"))).collect()
}

fn limit(it: &WrittenLimit, place: String) -> Read<Limit> {
    let per = period(it.per);
    match (it.actions, &it.payout, it.orders_of_customer) {
        (Some(most), None, None) => Ok(Limit::Actions { most, per }),
        (None, Some(text), None) => Ok(Limit::Payout { most: money(text, format!("{place}.payout"))?, per }),
        (None, None, Some(most)) => Ok(Limit::Customer { most, per }),
        _ => fault(place, "A limit is of actions, of payout or of orders_of_customer: one of them."),
    }
}

pub fn tiers(it: &WrittenTiers, place: &str) -> Read<Tiers> {
    let place = format!("{place}.tiers");
    if it.steps.is_empty() || it.steps.len() > TERMS_RULES_MAX {
        return fault(format!("{place}.steps"), format!("There are 1 to {TERMS_RULES_MAX}."));
    }
    let basis = if it.by == WrittenBasis::Actions { Basis::Actions } else { Basis::Amount };
    let mut steps: Vec<Tier> = Vec::new();
    for (n, written) in it.steps.iter().enumerate() {
        let place = format!("{place}.steps[{n}]");
        let from = match basis {
            Basis::Actions => match written.from.trim().parse::<u32>() {
                Ok(count) => i64::from(count),
                Err(_) => return fault(format!("{place}.from"), "It is a whole number of actions."),
            },
            Basis::Amount => money(&written.from, format!("{place}.from"))?.0,
        };
        if steps.last().is_some_and(|before| before.from >= from) {
            return fault(format!("{place}.from"), "Each tier begins higher than the one before it.");
        }
        steps.push(Tier { from, extra: payout(&written.extra, &format!("{place}.extra"))? });
    }
    let (per, applies_to) = (period(it.per), reach(it.applies_to));
    if applies_to == AppliesTo::AllActions && !Tiers::OF_BONUSES.contains(&per) {
        return fault(format!("{place}.per"), "Tiers that apply to all_actions are per month or per year.");
    }
    Ok(Tiers { basis, per, applies_to, steps })
}

fn reach(it: WrittenReach) -> AppliesTo {
    match it {
        WrittenReach::SubsequentActions => AppliesTo::Subsequent,
        WrittenReach::AllActions => AppliesTo::AllActions,
    }
}

fn money(text: &str, place: String) -> Read<Money> {
    amount(text).map_err(|why| Fault { place, message: format!("{text:?} is no amount: {why}.") })
}

fn period(it: WrittenPeriod) -> Period {
    match it {
        WrittenPeriod::Day => Period::Day,
        WrittenPeriod::Month => Period::Month,
        WrittenPeriod::Year => Period::Year,
        WrittenPeriod::Ever => Period::Ever,
    }
}

fn write_period(it: Period) -> WrittenPeriod {
    match it {
        Period::Day => WrittenPeriod::Day,
        Period::Month => WrittenPeriod::Month,
        Period::Year => WrittenPeriod::Year,
        Period::Ever => WrittenPeriod::Ever,
    }
}

pub fn write_limit(it: &Limit, currency: Currency) -> WrittenLimit {
    let per = write_period(it.per());
    let empty = WrittenLimit { actions: None, payout: None, orders_of_customer: None, per };
    match *it {
        Limit::Actions { most, .. } => WrittenLimit { actions: Some(most), ..empty },
        Limit::Payout { most, .. } => WrittenLimit { payout: Some(decimal(most, currency)), ..empty },
        Limit::Customer { most, .. } => WrittenLimit { orders_of_customer: Some(most), ..empty },
    }
}

pub fn write_tiers(it: &Tiers, currency: Currency) -> WrittenTiers {
    let from = |tier: &Tier| match it.basis {
        Basis::Actions => tier.from.to_string(),
        Basis::Amount => decimal(Money(tier.from), currency),
    };
    let extra = |extra: Payout| payout_text(extra, currency);
    let step = |tier: &Tier| WrittenTier { from: from(tier), extra: extra(tier.extra) };
    let by = if it.basis == Basis::Actions { WrittenBasis::Actions } else { WrittenBasis::Amount };
    let applies_to = if it.is_bonus() { WrittenReach::AllActions } else { WrittenReach::SubsequentActions };
    WrittenTiers { by, per: write_period(it.per), applies_to, steps: it.steps.iter().map(step).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EUR: Currency = Currency(*b"EUR");

    fn written(reach: &str, per: &str) -> WrittenTiers {
        let steps = r#"[{"from": "10", "extra": "1.00"}, {"from": "100", "extra": "2%"}]"#;
        serde_json::from_str(&format!(r#"{{"by": "actions", "per": "{per}"{reach}, "steps": {steps}}}"#)).unwrap()
    }

    #[test]
    fn tiers_are_read_back_as_they_were_written() {
        for (reach, applies_to) in [
            ("", AppliesTo::Subsequent),
            (r#", "applies_to": "subsequent_actions""#, AppliesTo::Subsequent),
            (r#", "applies_to": "all_actions""#, AppliesTo::AllActions),
        ] {
            let read = tiers(&written(reach, "month"), "payouts[0]").unwrap();
            assert_eq!(read.applies_to, applies_to);
            let again = write_tiers(&read, EUR);
            assert_eq!(tiers(&again, "payouts[0]"), Ok(read));
            let text = serde_json::to_string(&again).unwrap();
            assert_eq!(text.contains("all_actions"), applies_to == AppliesTo::AllActions, "{text}");
        }
    }

    #[test]
    fn all_actions_are_of_a_month_or_a_year() {
        let reach = r#", "applies_to": "all_actions""#;
        assert!(tiers(&written(reach, "year"), "payouts[0]").is_ok());
        for per in ["day", "ever"] {
            let fault = tiers(&written(reach, per), "payouts[0]").unwrap_err();
            assert_eq!(fault.place, "payouts[0].tiers.per");
        }
    }
}
