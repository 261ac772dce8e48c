//! What a partner is paid for, and under which version of the terms.

use crate::condition::{Condition, Word};
use crate::id::{EventTypeId, PartnerId, ProgramId};
use crate::limit::{Limit, Tiers};
use crate::locking::Locking;
use crate::money::{Money, WHOLE_PPM};
use crate::program::Standing;
use crate::refusal::Refusal;
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payout {
    /// Millionths of the order's amount.
    Rate { ppm: u32 },
    /// The same for every event.
    Fixed { amount: Money },
}

/// What a payout is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum PayoutLevel {
    /// The order whole.
    #[default]
    Order = 1,
    /// Each item by itself; what is fixed, for each piece. An order without items is priced whole.
    Item = 2,
}

/// What one event type pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPayout {
    pub event_type: EventTypeId,
    pub level: PayoutLevel,
    /// Where no group's conditions are met.
    pub payout: Payout,
    /// By rank: the first whose conditions are met pays, and no other.
    pub groups: Vec<PayoutGroup>,
    /// Where one is met, nothing is paid.
    pub restrictions: Vec<Restriction>,
    /// All that are met apply.
    pub adjustments: Vec<Adjustment>,
    /// The first that is reached leaves an action outside of the terms.
    pub limits: Vec<Limit>,
    pub tiers: Option<Tiers>,
}

impl EventPayout {
    /// The same for every event of a type.
    pub fn plain(event_type: EventTypeId, payout: Payout) -> EventPayout {
        let (groups, restrictions, adjustments, limits) = Default::default();
        let level = PayoutLevel::Order;
        EventPayout { event_type, level, payout, groups, restrictions, adjustments, limits, tiers: None }
    }

    /// Whether what it pays depends on what came before.
    pub fn is_measured(&self) -> bool {
        !self.limits.is_empty() || self.tiers_from_then_on().is_some()
    }

    /// Those that pay for what opens once they are reached.
    pub fn tiers_from_then_on(&self) -> Option<&Tiers> {
        self.tiers.as_ref().filter(|tiers| !tiers.is_bonus())
    }

    /// Those that pay for all actions of a period once it is over.
    pub fn bonus_tiers(&self) -> Option<&Tiers> {
        self.tiers.as_ref().filter(|tiers| tiers.is_bonus())
    }

    /// Whether it asks who the customer is.
    pub fn asks_for_customer(&self) -> bool {
        self.conditions().any(|it| matches!(it, Condition::Words { word: Word::CustomerStatus, .. }))
            || self.limits.iter().any(|limit| matches!(limit, Limit::Customer { .. }))
    }

    /// Every list that a condition names, with the variable that is compared with it.
    pub fn lists(&self) -> impl Iterator<Item = (Word, u32)> {
        let of_list = |it: &Condition| match it {
            Condition::List { word, list, .. } => Some((*word, *list)),
            _ => None,
        };
        self.conditions().filter_map(of_list)
    }

    fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let lists = self.groups.iter().map(|it| &it.conditions);
        let lists = lists.chain(self.restrictions.iter().map(|it| &it.conditions));
        lists.chain(self.adjustments.iter().map(|it| &it.conditions)).flatten()
    }

    /// What no order can ever come to, or what is more than all of it.
    fn fault(&self) -> Option<Refusal> {
        if self.bonus_tiers().is_some_and(|tiers| !Tiers::OF_BONUSES.contains(&tiers.per)) {
            return Some(Refusal::TiersPeriod);
        }
        let tiers = self.tiers.iter().flat_map(|tiers| &tiers.steps);
        if !tiers.clone().zip(tiers.clone().skip(1)).all(|(tier, next)| tier.from < next.from) {
            return Some(Refusal::TiersNotAscending);
        }
        let extras = tiers.map(|tier| tier.extra);
        let payouts = self.groups.iter().map(|group| group.payout).chain([self.payout]).chain(extras);
        let too_high = |payout: Payout| matches!(payout, Payout::Rate { ppm } if ppm > WHOLE_PPM);
        let below_zero = |payout: Payout| matches!(payout, Payout::Fixed { amount } if amount < Money::ZERO);
        if payouts.clone().any(too_high) {
            return Some(Refusal::RateTooHigh);
        }
        if payouts.into_iter().any(below_zero) {
            return Some(Refusal::AmountNegative);
        }
        let lists = self.restrictions.iter().map(|it| &it.conditions);
        let lists = lists.chain(self.adjustments.iter().map(|it| &it.conditions));
        let lists = lists.chain(self.groups.iter().map(|it| &it.conditions));
        (lists.into_iter().any(|it| can_never_hold(it)) || self.shadowed_group().is_some())
            .then_some(Refusal::RuleNeverMatches)
    }

    /// A group that can't pay because one before it takes every order it would: the place of both.
    pub fn shadowed_group(&self) -> Option<(usize, usize)> {
        let takes_all = |before: &PayoutGroup, it: &PayoutGroup| {
            before.conditions.iter().all(|condition| it.conditions.contains(condition))
        };
        (0..self.groups.len()).find_map(|place| {
            let by = self.groups[..place].iter().position(|before| takes_all(before, &self.groups[place]))?;
            Some((by, place))
        })
    }
}

/// Whether conditions can't all be met.
pub fn can_never_hold(conditions: &[Condition]) -> bool {
    let excluded = |it: &Condition| conditions.iter().any(|other| it.excludes(other));
    conditions.iter().any(|it| it.is_impossible() || excluded(it))
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayoutGroup {
    pub name: String,
    /// All must be met.
    pub conditions: Vec<Condition>,
    pub payout: Payout,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restriction {
    pub name: String,
    pub conditions: Vec<Condition>,
}

/// Pays more or less than the rule gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    pub name: String,
    pub conditions: Vec<Condition>,
    /// Millionths of what the rule gives, added; below zero: taken off.
    pub ppm: i32,
}

/// Whether a brand may take back what a partner has earned and is not locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum ReturnPolicy {
    #[default]
    Always = 1,
    Never = 2,
    /// Where the partner agrees.
    Consent = 3,
}

/// What may be taken back of payouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Returns {
    pub policy: ReturnPolicy,
    /// The most of a month's payouts, in millionths; None: all of them.
    pub most_ppm: Option<u32>,
}

impl Returns {
    /// Reasons by which there never was an order: what is taken back for one of them is no return.
    pub const NO_ORDER: [&str; 3] = ["CONS_FRAUD", "TEST_ACTION", "CONS_INFO_INVALID"];
}

/// The rules of terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermsRules {
    /// How long after a click an event may still be credited to it.
    pub referral_window_days: u32,
    /// How long after a view of an ad an event may still be credited to it; None: views earn nothing.
    pub view_window_hours: Option<u32>,
    /// Until when an event's action stays open to change.
    pub locking: Locking,
    /// How long before it binds a change of these terms must be set, unless the partner accepts it.
    pub notice_days: u32,
    pub returns: Returns,
    pub payouts: Vec<EventPayout>,
}

impl TermsRules {
    pub fn payout(&self, event_type: EventTypeId) -> Option<&EventPayout> {
        self.payouts.iter().find(|line| line.event_type == event_type)
    }

    /// Why they can't be terms, if so.
    pub fn fault(&self) -> Option<Refusal> {
        let too_high = self.returns.most_ppm.is_some_and(|ppm| ppm > WHOLE_PPM);
        too_high.then_some(Refusal::RateTooHigh).or_else(|| self.payouts.iter().find_map(EventPayout::fault))
    }

    /// For touchpoints of either kind, in whole days.
    pub fn longest_window_days(&self) -> u32 {
        self.referral_window_days.max(self.view_window_hours.unwrap_or(0).div_ceil(24))
    }
}

/// Whether a version of terms needs the partner's word, and which it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Agreement {
    /// It binds without one.
    #[default]
    Unasked,
    /// It binds nobody until the partner accepts.
    Offered,
    Accepted {
        at: Timestamp,
    },
    Declined {
        at: Timestamp,
    },
    /// The brand took the offer back, by itself or by another offer.
    Withdrawn {
        at: Timestamp,
    },
}

/// One version of a program's template terms, or of one partner's contract with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    pub program: ProgramId,
    /// None: the program's template.
    pub partner: Option<PartnerId>,
    /// Counted per program and partner from 1.
    pub version: u32,
    pub starts_at: Timestamp,
    pub ends_at: Option<Timestamp>,
    pub standing: Standing,
    pub agreement: Agreement,
    /// None: as the template in force at the time says. A template always has its own.
    pub rules: Option<TermsRules>,
}

impl Terms {
    /// From when on it binds; None: never, as things stand.
    pub fn binds_from(&self) -> Option<Timestamp> {
        match self.agreement {
            Agreement::Unasked => Some(self.starts_at),
            // What was before goes on until the partner has agreed.
            Agreement::Accepted { at } => Some(self.starts_at.max(at)),
            Agreement::Offered | Agreement::Declined { .. } | Agreement::Withdrawn { .. } => None,
        }
    }

    pub fn has_ended(&self, at: Timestamp) -> bool {
        self.ends_at.is_some_and(|end| end <= at)
    }
}
