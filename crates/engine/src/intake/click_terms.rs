//! What terms can't say of clicks, each with the place where they say it.

use referee_core::config::Config;
use referee_core::contract::{ClickTerms, EventPayout, Payout, TermsRules};
use referee_core::id::{EventTypeId, ProgramId};
use referee_core::limit::Limit;
use referee_core::locking::Locking;
use referee_core::program::Category;
use referee_core::refusal::Refusal;

/// A part of what an event type pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Clicks,
    ReviewDays,
    Payout,
    Group(usize),
    Tiers,
    Limits,
    Limit(usize),
}

impl Part {
    /// As it is named in terms that are written down.
    fn name(self) -> String {
        match self {
            Part::Clicks => "clicks".to_owned(),
            Part::ReviewDays => "clicks.review_days".to_owned(),
            Part::Payout => "payout".to_owned(),
            Part::Group(n) => format!("groups[{n}].payout"),
            Part::Tiers => "tiers".to_owned(),
            Part::Limits => "limits".to_owned(),
            Part::Limit(n) => format!("limits[{n}]"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClickFault {
    /// The payout's place among those of the terms, counted from 0.
    pub payout: usize,
    pub event_type: EventTypeId,
    pub part: Part,
    pub refusal: Refusal,
}

impl ClickFault {
    /// `payouts[0].limits`.
    pub fn place(&self) -> String {
        format!("payouts[{}].{}", self.payout, self.part.name())
    }
}

/// At most one for each event type: the rules refuse the same.
pub fn faults(rules: &TermsRules, config: &Config, program: ProgramId) -> Vec<ClickFault> {
    let fault = |(payout, it): (usize, &EventPayout)| {
        let is_of_clicks =
            config.event_types.get(&(program, it.event_type)).is_some_and(|known| known.category == Category::Click);
        let (part, refusal) = fault_of(it, is_of_clicks, rules.locking)?;
        Some(ClickFault { payout, event_type: it.event_type, part, refusal })
    };
    rules.payouts.iter().enumerate().filter_map(fault).collect()
}

fn fault_of(it: &EventPayout, is_of_clicks: bool, locking: Locking) -> Option<(Part, Refusal)> {
    let clicks = it.clicks?;
    if !is_of_clicks {
        return Some((Part::Clicks, Refusal::ClickTermsMisplaced));
    }
    let is_rate = |payout: Payout| matches!(payout, Payout::Rate { .. });
    if is_rate(it.payout) {
        return Some((Part::Payout, Refusal::ClicksPayFixed));
    }
    if let Some(place) = it.groups.iter().position(|group| is_rate(group.payout)) {
        return Some((Part::Group(place), Refusal::ClicksPayFixed));
    }
    if it.tiers.is_some() {
        return Some((Part::Tiers, Refusal::ClicksPayFixed));
    }
    let of_customers = it.limits.iter().position(|limit| matches!(limit, Limit::Customer { .. }));
    match (clicks, of_customers, locking) {
        (ClickTerms::Reviewed { .. }, ..) if !it.limits.is_empty() => {
            Some((Part::Limits, Refusal::ReviewedClicksUnlimited))
        }
        (ClickTerms::Reviewed { review_days }, _, Locking::After { days }) if review_days > days => {
            Some((Part::ReviewDays, Refusal::ReviewTooLong))
        }
        (ClickTerms::Instant, Some(place), _) => Some((Part::Limit(place), Refusal::ClicksHaveNoCustomer)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use referee_core::config::ConfigEntry;
    use referee_core::contract::Returns;
    use referee_core::limit::Period;
    use referee_core::money::Money;
    use referee_core::program::EventType;

    use super::*;
    use crate::quote::event_type;

    const PROGRAM: ProgramId = ProgramId(1);

    fn fault(locking: Locking, of: u32, change: impl Fn(&mut EventPayout)) -> Option<(String, Refusal)> {
        let mut config = Config::default();
        config.set(ConfigEntry::EventType(event_type(PROGRAM, EventTypeId(1), "sale")));
        let click = EventType { category: Category::Click, ..event_type(PROGRAM, EventTypeId(2), "click") };
        config.set(ConfigEntry::EventType(click));
        let plain = EventPayout::plain(EventTypeId(of), Payout::Fixed { amount: Money(10) });
        let mut payout = EventPayout { clicks: Some(ClickTerms::Instant), ..plain };
        change(&mut payout);
        let rules = TermsRules {
            referral_window_days: 30,
            view_window_hours: None,
            locking,
            notice_days: 0,
            returns: Returns::default(),
            payouts: vec![payout],
        };
        let found = faults(&rules, &config, PROGRAM).first().map(|it| (it.place(), it.refusal));
        if of == 2 {
            assert_eq!(found.as_ref().map(|(_, refusal)| *refusal), rules.fault(), "as the rules have it");
        }
        found
    }

    #[test]
    fn each_fault_stands_where_it_was_said() {
        let (open, at) = (Locking::Open, |place: &str, refusal| Some((format!("payouts[0].{place}"), refusal)));
        assert_eq!(fault(open, 2, |_| ()), None);
        assert_eq!(fault(open, 1, |_| ()), at("clicks", Refusal::ClickTermsMisplaced));
        let rate = |it: &mut EventPayout| it.payout = Payout::Rate { ppm: 1 };
        assert_eq!(fault(open, 2, rate), at("payout", Refusal::ClicksPayFixed));
        let limited = |it: &mut EventPayout| it.limits = vec![Limit::Actions { most: 1, per: Period::Day }];
        assert_eq!(fault(open, 2, limited), None);
        let reviewed = |days| move |it: &mut EventPayout| it.clicks = Some(ClickTerms::Reviewed { review_days: days });
        let both = |it: &mut EventPayout| {
            limited(it);
            reviewed(7)(it);
        };
        assert_eq!(fault(open, 2, both), at("limits", Refusal::ReviewedClicksUnlimited));
        let of_customers = |it: &mut EventPayout| it.limits = vec![Limit::Customer { most: 1, per: Period::Ever }];
        assert_eq!(fault(open, 2, of_customers), at("limits[0]", Refusal::ClicksHaveNoCustomer));
        let after = Locking::After { days: 7 };
        assert_eq!(fault(after, 2, reviewed(7)), None);
        assert_eq!(fault(after, 2, reviewed(8)), at("clicks.review_days", Refusal::ReviewTooLong));
    }
}
