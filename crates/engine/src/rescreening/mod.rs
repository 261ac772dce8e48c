//! What other rules of screening would have made of clicks that are on record: a proposal with its cost. Whoever applies it
//! rejects clicks of open days in a review, and corrects the actions of closed ones. Nothing is changed silently, and what
//! was found of a click when it came stays on record.

pub mod judge;

use std::collections::BTreeMap;

use referee_core::contract::ClickMode;
use referee_core::fact::{
    ActionChange, ActionTarget, ChangeRequest, ClicksReviewed, Fact, NewFigures, PayableFilter, ReviewDecision,
};
use referee_core::id::{ActionId, BrandId, ClickNo, PartnerId, ProgramId};
use referee_core::money::Money;
use referee_core::payable::closing::order_id;
use referee_core::program::Source;
use referee_core::refusal::Refusal;
use referee_core::row::{ActionRow, ActionState, ClickDayKey, ClickTally, PayableClickRow, PayableState};
use referee_core::screening::ScreeningRules;
use referee_core::time::{Day, Timestamp};

use self::judge::{Hosting, Judge, Verdict};
use crate::books::payable_reads::PayablePlace;
use crate::books::reads::{ActionFilter, Period, Reads};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::intake::submission::new_submission;

/// Clicks that one review names by their ids.
const CLICKS_IN_REVIEW: usize = 10_000;
/// Days that are screened again at once: a quarter of a year.
pub const RESCREENED_DAYS_MAX: i32 = 92;
/// Clicks that are screened again at once, those of the day before included: some seconds of reading.
pub const RESCREENED_CLICKS_MAX: usize = 2_000_000;
const CLICKS_AT_ONCE: u32 = 5_000;
/// Why the action of a closed day is changed.
const DISPOSITION: &str = "NOT_COMPLIANCE_TERMS";

/// Which clicks are screened again, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rescreening {
    pub rules: ScreeningRules,
    pub hosting: Hosting,
    pub partner: Option<PartnerId>,
    /// Both among them.
    pub from: Day,
    pub until: Day,
}

/// What becomes of a partner's day in one mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayProposal {
    pub key: ClickDayKey,
    /// The closing of the day that the clicks count for.
    pub round: u32,
    pub fate: Fate,
    /// Clicks that are no longer paid, and what they cost as they stand.
    pub taken: ClickTally,
    pub by_code: BTreeMap<Refusal, u64>,
    /// Clicks that would be paid under the other rules: they were not priced, and stay as they are.
    pub would_pay: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// The day is open: a review rejects these.
    Rejected(Vec<ClickNo>),
    /// It is closed: so much is taken off its action, which has not locked or has.
    Corrected { action: ActionId, locked: bool, delta: Money },
    /// It is closed, and nothing is to be taken: there is no action, or it has come to no more already.
    Left,
}

/// A proposal. Days are in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proposal {
    pub days: Vec<DayProposal>,
    pub looked_at: usize,
}

impl Proposal {
    /// What applying it changes: whoever applies it repeats this, so that nobody applies what he has not seen.
    pub fn changes(&self) -> ClickTally {
        self.days.iter().fold(ClickTally::default(), |sum, day| sum.plus(day.changes()))
    }
}

impl DayProposal {
    pub fn changes(&self) -> ClickTally {
        match self.fate {
            Fate::Rejected(_) => self.taken,
            Fate::Corrected { delta, .. } => ClickTally { clicks: self.taken.clicks, cost: delta.negated() },
            Fate::Left => ClickTally::default(),
        }
    }
}

/// What was gathered of a partner's day in one mode.
#[derive(Default)]
struct Gathered {
    /// Of all clicks that are paid or may be.
    paid: ClickTally,
    taken: ClickTally,
    numbers: Vec<ClickNo>,
    by_code: BTreeMap<Refusal, u64>,
    would_pay: u64,
}

impl Gathered {
    fn add(&mut self, row: &PayableClickRow, verdict: Verdict) {
        let one = ClickTally::one(row.price);
        if matches!(row.state, PayableState::Pending | PayableState::Accepted) {
            self.paid = self.paid.plus(one);
        }
        match verdict {
            Verdict::Same => {}
            Verdict::WouldPay => self.would_pay += 1,
            Verdict::NoLonger(code) => {
                self.taken = self.taken.plus(one);
                self.numbers.push(row.no);
                *self.by_code.entry(code).or_default() += 1;
            }
        }
    }
}

type ByDay = BTreeMap<(ClickDayKey, u32), Gathered>;

impl Engine {
    /// What other rules would have made of clicks. Nothing is changed by it.
    pub fn rescreen(&self, brand: BrandId, asked: &Rescreening) -> Result<Proposal> {
        propose(self.reads.as_ref(), brand, asked)
    }
}

/// The same of any books.
pub fn propose(reads: &dyn Reads, brand: BrandId, asked: &Rescreening) -> Result<Proposal> {
    let program = asked.rules.program;
    let mut judge = Judge::new(&asked.rules, &asked.hosting);
    // Clicks of the day before may be the ones that the first clicks repeat.
    let before = Day(asked.from.0.saturating_sub(1));
    let (mut by_day, mut looked_at) = (ByDay::new(), 0);
    for day in before.0..=asked.until.0 {
        let period = Period { program, from: Day(day), to: Day(day), partner: asked.partner };
        let mut after = PayablePlace { day: Day(day), ..PayablePlace::default() };
        let mut of_partner: Vec<PayableClickRow> = Vec::new();
        loop {
            let rows = reads.payables(brand, period, after, CLICKS_AT_ONCE)?;
            looked_at += rows.len();
            if looked_at > RESCREENED_CLICKS_MAX {
                let cause = format!("more than {RESCREENED_CLICKS_MAX} clicks: name fewer days, or one partner");
                return Err(Error::setup("screen clicks again", cause));
            }
            let is_last = rows.len() < CLICKS_AT_ONCE as usize;
            for row in rows {
                if of_partner.last().is_some_and(|last| last.partner != row.partner) {
                    judge_day(reads, brand, &mut judge, std::mem::take(&mut of_partner), &mut by_day)?;
                }
                after = PayablePlace::of(&row);
                of_partner.push(row);
            }
            if is_last {
                judge_day(reads, brand, &mut judge, of_partner, &mut by_day)?;
                break;
            }
        }
    }
    by_day.retain(|(key, _), it| key.day >= asked.from && (it.taken.clicks > 0 || it.would_pay > 0));
    let mut days = Vec::new();
    for ((key, round), gathered) in by_day {
        days.push(day_proposal(reads, brand, (key, round), gathered)?);
    }
    Ok(Proposal { days, looked_at })
}

/// Judges all clicks of a partner's day, as they were recorded.
fn judge_day(
    reads: &dyn Reads,
    brand: BrandId,
    judge: &mut Judge<'_>,
    mut rows: Vec<PayableClickRow>,
    by_day: &mut ByDay,
) -> Result<()> {
    let mut clicks = BTreeMap::new();
    for some in rows.chunks(CLICKS_AT_ONCE as usize) {
        let numbers: Vec<ClickNo> = some.iter().map(|row| row.no).collect();
        clicks.extend(reads.clicks_numbered(brand, &numbers)?.into_iter().map(|click| (click.no, click)));
    }
    rows.sort_by_key(|row| row.record);
    if let Some(first) = rows.first() {
        judge.forget(first.occurred_at);
    }
    for row in &rows {
        let Some(click) = clicks.get(&row.no) else { continue };
        let verdict = judge.judge(row, click);
        // What was never priced belongs to no mode: it is told with the day that is reviewed.
        let mode = row.mode.unwrap_or(ClickMode::Reviewed);
        let key = ClickDayKey { program: row.program, day: row.day, partner: row.partner, mode };
        by_day.entry((key, row.round)).or_default().add(row, verdict);
    }
    Ok(())
}

fn day_proposal(
    reads: &dyn Reads,
    brand: BrandId,
    (key, round): (ClickDayKey, u32),
    gathered: Gathered,
) -> Result<DayProposal> {
    let period = Period { program: key.program, from: key.day, to: key.day, partner: Some(key.partner) };
    let day = reads.click_days(brand, period)?.into_iter().find(|(it, _)| *it == key).map(|(_, day)| day);
    let is_open = day.is_some_and(|day| day.round == round && day.due_at.is_some());
    let Gathered { paid, taken, mut numbers, by_code, would_pay } = gathered;
    numbers.sort_unstable();
    let fate = if taken.clicks == 0 {
        Fate::Left
    } else if is_open {
        Fate::Rejected(numbers)
    } else {
        correction(reads, brand, (key, round), paid.cost.minus(taken.cost))?
    };
    Ok(DayProposal { key, round, fate, taken, by_code, would_pay })
}

/// Takes off the action of a closed day what it comes to beyond what is left. One that was corrected before may come to no
/// more: so a proposal that is applied twice takes once.
fn correction(reads: &dyn Reads, brand: BrandId, of: (ClickDayKey, u32), left: Money) -> Result<Fate> {
    let name = order_id(of.0, of.1);
    let filter = ActionFilter { program: Some(of.0.program), order_id: Some(name), ..ActionFilter::default() };
    let actions = reads.actions(brand, &filter, None, 10)?;
    let pays = |action: &&ActionRow| action.state != ActionState::Reversed && action.pays_its_amount();
    let Some(action) = actions.iter().find(pays) else { return Ok(Fate::Left) };
    let delta = left.minus(action.amount);
    if delta >= Money::ZERO {
        return Ok(Fate::Left);
    }
    Ok(Fate::Corrected { action: action.id, locked: action.state != ActionState::Pending, delta })
}

/// What applying a proposal records: reviews of the clicks of open days, and a change for each closed one.
pub fn facts(proposal: &Proposal, program: ProgramId, reason: &str, now: Timestamp) -> Vec<Fact> {
    let mut facts = reviews(proposal, program, reason);
    for day in &proposal.days {
        let Fate::Corrected { action, locked, delta } = day.fate else { continue };
        let figures = NewFigures::Delta(delta);
        facts.push(Fact::ChangeRequested(ChangeRequest {
            submission: new_submission(now),
            target: ActionTarget::Id(action),
            disposition: DISPOSITION.to_owned(),
            source: Source::Server,
            change: if locked { ActionChange::Correct(figures) } else { ActionChange::Modify(figures) },
        }));
    }
    facts
}

fn reviews(proposal: &Proposal, program: ProgramId, reason: &str) -> Vec<Fact> {
    let rejected = proposal.days.iter().filter_map(|day| match &day.fate {
        Fate::Rejected(numbers) => Some(numbers.iter().map(|no| (day.key.day, *no))),
        _ => None,
    });
    let all: Vec<(Day, ClickNo)> = rejected.flatten().collect();
    let review = |some: &[(Day, ClickNo)]| {
        let mut clicks: Vec<ClickNo> = some.iter().map(|(_, no)| *no).collect();
        clicks.sort_unstable();
        let (from, until) = (some.iter().map(|it| it.0).min(), some.iter().map(|it| it.0).max());
        let filter = PayableFilter { from, until, clicks, ..PayableFilter::default() };
        let (decision, reason) = (ReviewDecision::Reject, reason.to_owned());
        Fact::ClicksReviewed(ClicksReviewed { program, filter, decision, reason })
    };
    all.chunks(CLICKS_IN_REVIEW).map(review).collect()
}
