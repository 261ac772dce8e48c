//! How many clicks a filter means and what they cost: from what days and groups add up to, so that many clicks are told as
//! quickly as few. Only where few clicks are open, or few are named, the clicks themselves are looked at.

use referee_core::fact::PayableFilter;
use referee_core::id::{BrandId, ProgramId};
use referee_core::row::{ClickDayKey, ClickDayRow, ClickTally, GroupBy, PayableClickRow, PayableState};
use referee_core::time::Day;
use referee_engine::books::payable_reads::{PayablePlace, Reviewable};
use referee_engine::books::reads::{Period, Reads};
use referee_engine::error::Result;

/// So many open clicks are looked at one by one where their days and groups do not say it exactly.
const LOOKED_AT_MAX: u32 = 2_000;

pub type Days = Vec<(ClickDayKey, ClickDayRow)>;

/// How well a number is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    Exactly,
    AtMost,
    AtLeast,
}

impl Known {
    pub fn words(self) -> &'static str {
        match self {
            Known::Exactly => "",
            Known::AtMost => "at most ",
            Known::AtLeast => "at least ",
        }
    }
}

/// What a filter means among the clicks that can still be decided on.
#[derive(Debug, Clone, Copy)]
pub struct Matching {
    pub pending: ClickTally,
    pub accepted: ClickTally,
    pub rejected: ClickTally,
    pub known: Known,
}

impl Matching {
    /// All that a review decides on: also on what was decided before.
    pub fn all(&self) -> ClickTally {
        self.pending.plus(self.accepted).plus(self.rejected)
    }

    /// What is paid if nobody does anything more.
    pub fn paid(&self) -> ClickTally {
        self.pending.plus(self.accepted)
    }

    /// Of those that stand in one way.
    fn only(self, state: Option<PayableState>) -> Matching {
        let nothing = ClickTally::default();
        let kept = |of, tally| if state.is_none_or(|it| it == of) { tally } else { nothing };
        Matching {
            pending: kept(PayableState::Pending, self.pending),
            accepted: kept(PayableState::Accepted, self.accepted),
            rejected: kept(PayableState::Rejected, self.rejected),
            known: self.known,
        }
    }

    fn add(&mut self, state: PayableState, one: ClickTally) {
        let sum = match state {
            PayableState::Pending => &mut self.pending,
            PayableState::Accepted => &mut self.accepted,
            PayableState::Rejected => &mut self.rejected,
            PayableState::Unpaid => return,
        };
        *sum = sum.plus(one);
    }
}

/// Days among those that a filter is about.
pub fn days_of(days: &Days, filter: &PayableFilter) -> Days {
    let among = |(key, _): &&(ClickDayKey, ClickDayRow)| {
        filter.partner.is_none_or(|it| it == key.partner)
            && filter.from.is_none_or(|it| it <= key.day)
            && filter.until.is_none_or(|it| key.day <= it)
    };
    days.iter().filter(among).cloned().collect()
}

/// What days come to together.
pub fn sum(days: &Days) -> Matching {
    let nothing = ClickTally::default();
    let start = Matching { pending: nothing, accepted: nothing, rejected: nothing, known: Known::Exactly };
    days.iter().fold(start, |sum, (_, day)| Matching {
        pending: sum.pending.plus(day.pending),
        accepted: sum.accepted.plus(day.accepted),
        rejected: sum.rejected.plus(day.rejected),
        known: Known::Exactly,
    })
}

/// The days that a filter's groups are of.
pub fn period(program: ProgramId, filter: &PayableFilter) -> Period {
    let from = filter.from.unwrap_or(Day(i32::MIN));
    let to = filter.until.unwrap_or(Day(i32::MAX));
    Period { program, from, to, partner: filter.partner }
}

/// The groups that hold all that a filter means.
fn groups_of(filter: &PayableFilter) -> Vec<(GroupBy, String)> {
    let code = |found: &Option<referee_core::refusal::Refusal>| found.map_or(String::new(), |it| it.code().to_owned());
    let mut groups: Vec<(GroupBy, String)> = Vec::new();
    groups.extend(filter.found.as_ref().map(|found| (GroupBy::Reason, code(found))));
    groups.extend(filter.referrer.clone().map(|host| (GroupBy::Referrer, host)));
    groups.extend(filter.landed.map(|seen| (GroupBy::Landing, if seen { "seen" } else { "" }.to_owned())));
    groups
}

/// What a filter means, given the open days of its program.
pub fn matching(
    reads: &dyn Reads,
    whose: (BrandId, ProgramId),
    filter: &PayableFilter,
    days: &Days,
) -> Result<Matching> {
    Ok(in_any_state(reads, whose, filter, days)?.only(filter.state))
}

fn in_any_state(
    reads: &dyn Reads,
    (brand, program): (BrandId, ProgramId),
    filter: &PayableFilter,
    days: &Days,
) -> Result<Matching> {
    let days = days_of(days, filter);
    let whole = sum(&days);
    let groups = groups_of(filter);
    if groups.is_empty() && filter.network.is_none() {
        return Ok(whole);
    }
    if whole.all().clicks <= i64::from(LOOKED_AT_MAX) {
        return look_at(reads, (brand, program), filter);
    }
    let period = period(program, filter);
    let one = groups.len() == 1 && filter.network.is_none();
    let mut found = Matching { known: Known::AtMost, ..whole };
    for (by, value) in &groups {
        let tally = reads.click_group(brand, period, *by, value)?;
        if tally.clicks < found.pending.clicks {
            found.pending = tally;
        }
    }
    if let Some(network) = filter.network {
        // Groups know networks only of clicks that something was found of.
        let tally = reads.click_group(brand, period, GroupBy::Network, &format!("{network:016x}"))?;
        match filter.found {
            Some(Some(_)) if tally.clicks < found.pending.clicks => found.pending = tally,
            None if groups.is_empty() => {
                let nothing = ClickTally::default();
                return Ok(Matching { pending: tally, accepted: nothing, rejected: nothing, known: Known::AtLeast });
            }
            _ => {}
        }
    }
    // Groups are of what is pending.
    let pending_only = filter.state == Some(PayableState::Pending) || whole.accepted.plus(whole.rejected).clicks == 0;
    if one && pending_only {
        found.known = Known::Exactly;
    }
    Ok(found)
}

/// The same from the clicks themselves, where they are few.
fn look_at(reads: &dyn Reads, (brand, program): (BrandId, ProgramId), filter: &PayableFilter) -> Result<Matching> {
    let mut found = sum(&Days::new());
    for state in [PayableState::Pending, PayableState::Accepted, PayableState::Rejected] {
        let which = Reviewable { program, filter, state };
        for row in reads.reviewable(brand, which, PayablePlace::default(), LOOKED_AT_MAX)? {
            found.add(row.state, ClickTally::one(row.price));
        }
    }
    Ok(found)
}

/// Clicks that are named one by one, those that can still be decided on.
pub fn named(
    reads: &dyn Reads,
    (brand, program): (BrandId, ProgramId),
    filter: &PayableFilter,
    days: &Days,
) -> Result<(Matching, Vec<PayableClickRow>)> {
    let (mut found, mut rows) = (sum(&Days::new()), Vec::new());
    for no in &filter.clicks {
        let row = reads.payable(brand, *no)?.filter(|row| row.program == program && row.state != PayableState::Unpaid);
        let Some(row) = row else { continue };
        let open = |(key, day): &(ClickDayKey, ClickDayRow)| Some(*key) == row.day_key() && day.round == row.round;
        if days.iter().any(open) {
            found.add(row.state, ClickTally::one(row.price));
            rows.push(row);
        }
    }
    Ok((found, rows))
}
