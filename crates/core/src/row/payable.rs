//! Clicks that terms may pay for: each by itself, the partner's day that they add up to, and what people decide on them.

use std::borrow::Cow;

use crate::contract::ClickMode;
use crate::fact::{Browser, ClicksDoubted, Device, PayableFilter, ReviewDecision, System};
use crate::id::{ActionId, AdId, ClickNo, EventTypeId, PartnerId, ProgramId, RecordNo, ReviewId, UserId};
use crate::money::Money;
use crate::refusal::Refusal;
use crate::screening::Doubts;
use crate::time::{Day, Timestamp};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum PayableState {
    /// It waits for a review, and is accepted by itself when its day is closed.
    Pending = 1,
    Accepted = 2,
    /// In a review.
    Rejected = 3,
    /// It never could be paid; `unpaid` says why.
    Unpaid = 4,
}

impl PayableState {
    pub const ALL: [PayableState; 4] =
        [PayableState::Pending, PayableState::Accepted, PayableState::Rejected, PayableState::Unpaid];
}

/// A click on a link of a partner, in a program that pays for clicks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayableClickRow {
    pub no: ClickNo,
    pub record: RecordNo,
    pub program: ProgramId,
    pub partner: PartnerId,
    pub ad: AdId,
    pub occurred_at: Timestamp,
    /// In the program's zone.
    pub day: Day,
    /// None: it is not paid by any.
    pub mode: Option<ClickMode>,
    /// The closing of the day that it counts for.
    pub round: u32,
    pub state: PayableState,
    /// What screening found, if anything.
    pub found: Option<Refusal>,
    pub doubts: Doubts,
    /// Why it can't be paid.
    pub unpaid: Option<Refusal>,
    pub country: [u8; 2],
    pub network: u64,
    pub referrer: String,
    pub device: Device,
    pub system: System,
    pub browser: Browser,
    /// By its terms.
    pub list_price: Money,
    /// What it is to be paid with.
    pub price: Money,
    /// The place of the payout group that priced it; None: the default.
    pub group: Option<usize>,
    /// The last review that decided on it.
    pub review: Option<ReviewId>,
    /// A page of the shop that brought its id was seen.
    pub landed: bool,
}

impl PayableFilter {
    pub fn takes(&self, row: &PayableClickRow) -> bool {
        let is = |wanted: Option<bool>| wanted.unwrap_or(true);
        is(self.partner.map(|it| it == row.partner))
            && is(self.from.map(|it| it <= row.day))
            && is(self.until.map(|it| row.day <= it))
            && is(self.found.map(|it| it == row.found))
            && is(self.network.map(|it| it == row.network))
            && is(self.referrer.as_ref().map(|it| *it == row.referrer))
            && is(self.landed.map(|it| it == row.landed))
            && is(self.state.map(|it| it == row.state))
            && (self.clicks.is_empty() || self.clicks.binary_search(&row.no).is_ok())
    }
}

impl PayableClickRow {
    /// The day that its price is a part of.
    pub fn day_key(&self) -> Option<ClickDayKey> {
        let mode = self.mode?;
        Some(ClickDayKey { program: self.program, day: self.day, partner: self.partner, mode })
    }
}

/// A partner's clicks of a day in one mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClickDayKey {
    pub program: ProgramId,
    pub day: Day,
    pub partner: PartnerId,
    pub mode: ClickMode,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClickTally {
    pub clicks: i64,
    /// Exact: rounded only where it becomes an action's payout.
    pub cost: Money,
}

impl ClickTally {
    pub fn one(cost: Money) -> ClickTally {
        ClickTally { clicks: 1, cost }
    }

    pub fn plus(self, other: ClickTally) -> ClickTally {
        ClickTally { clicks: self.clicks + other.clicks, cost: self.cost.plus(other.cost) }
    }

    pub fn minus(self, other: ClickTally) -> ClickTally {
        ClickTally { clicks: self.clicks - other.clicks, cost: self.cost.minus(other.cost) }
    }
}

/// What a partner's clicks of a day come to. What arrives after the day was closed opens another round of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClickDayRow {
    pub event_type: EventTypeId,
    /// Counted from 1.
    pub round: u32,
    /// When the round closes; None: it is closed.
    pub due_at: Option<Timestamp>,
    /// The terms of its last click, by which its action locks.
    pub terms_version: u32,
    pub terms_of_template: bool,
    pub pending: ClickTally,
    pub accepted: ClickTally,
    pub rejected: ClickTally,
    /// What the last closed round became; None: nothing was to be paid.
    pub action: Option<ActionId>,
}

/// Clicks of a partner and day, by ad, country and what became of them. The codes of one day add up to all its clicks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClickCountKey {
    pub program: ProgramId,
    pub day: Day,
    pub partner: PartnerId,
    pub ad: AdId,
    pub country: [u8; 2],
    /// None: they are paid, or will be unless they are rejected.
    pub code: Option<Refusal>,
}

/// By what pending clicks are looked at together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum GroupBy {
    /// The code of what was found; empty for nothing.
    Reason = 1,
    /// Networks in hexadecimal, of clicks that something was found of.
    Network = 2,
    Referrer = 3,
    /// `seen` where a page of the shop was, else empty.
    Landing = 4,
}

impl GroupBy {
    pub const ALL: [GroupBy; 4] = [GroupBy::Reason, GroupBy::Network, GroupBy::Referrer, GroupBy::Landing];
}

/// What pending clicks have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClickGroup {
    Reason(Option<Refusal>),
    Network(u64),
    Referrer(String),
    Landing(bool),
}

impl ClickGroup {
    pub fn by(&self) -> GroupBy {
        match self {
            ClickGroup::Reason(_) => GroupBy::Reason,
            ClickGroup::Network(_) => GroupBy::Network,
            ClickGroup::Referrer(_) => GroupBy::Referrer,
            ClickGroup::Landing(_) => GroupBy::Landing,
        }
    }

    /// As it is written and asked for.
    pub fn value(&self) -> Cow<'_, str> {
        match self {
            ClickGroup::Reason(found) => Cow::Borrowed(found.map_or("", |code| code.code())),
            ClickGroup::Network(network) => Cow::Owned(format!("{network:016x}")),
            ClickGroup::Referrer(host) => Cow::Borrowed(host),
            ClickGroup::Landing(landed) => Cow::Borrowed(if *landed { "seen" } else { "" }),
        }
    }
}

/// Pending clicks of a partner and day that have something in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClickGroupKey {
    pub program: ProgramId,
    pub day: Day,
    pub partner: PartnerId,
    pub group: ClickGroup,
}

/// What statistics found of a partner's day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClickDoubtRow {
    pub record: RecordNo,
    pub at: Timestamp,
    pub doubt: ClicksDoubted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ReviewState {
    /// Its clicks are being decided on, a few at a time.
    Working = 1,
    Done = 2,
    /// Its decisions are being taken back.
    Undoing = 3,
    Undone = 4,
}

/// Where a review has come to, among the clicks of its program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct ReviewCursor {
    pub day: Day,
    pub partner: PartnerId,
    pub click: ClickNo,
}

/// What a person decided on pending clicks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRow {
    pub id: ReviewId,
    /// It is about clicks that were recorded before.
    pub record: RecordNo,
    pub at: Timestamp,
    pub user: Option<UserId>,
    pub program: ProgramId,
    pub filter: PayableFilter,
    pub decision: ReviewDecision,
    /// Why, as a published code or in words.
    pub reason: String,
    pub state: ReviewState,
    pub cursor: ReviewCursor,
    /// How many it has accepted, where it accepts only so many.
    pub accepted: i64,
    /// What was decided on.
    pub decided: ClickTally,
    /// What its decisions changed of the cost; below zero: saved.
    pub cost_delta: Money,
    /// Of closed days: they were too late to decide on.
    pub too_late: i64,
}
