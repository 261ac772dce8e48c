//! What people decide on pending clicks: of all that match a filter, a few at a time, until the clicks' day is closed. A
//! decision can be taken back until then.

use crate::fact::{ClicksReviewed, Record, ReviewDecision};
use crate::id::ReviewId;
use crate::money::Money;
use crate::refusal::Refusal;
use crate::row::{ClickTally, PayableClickRow, PayableState, ReviewCursor, ReviewRow, ReviewState};
use crate::setup::{Subject, program_exists};
use crate::slice::{ReviewPiece, Slice};

use super::{count, group, is_open};

/// A review is asked for: its clicks are decided on as queued work.
pub(crate) fn begin(slice: &mut Slice, record: &Record, fact: &ClicksReviewed) -> Subject {
    program_exists(slice, fact.program)?;
    slice.config.click_event_type(fact.program).ok_or(Refusal::ActionTrackerNotFound)?;
    if let ReviewDecision::Price(price) = fact.decision {
        if price < Money::ZERO {
            return Err(Refusal::AmountNegative);
        }
        if price > Money::ORDER_MAX {
            return Err(Refusal::AmountTooLarge);
        }
    }
    slice.state.last_review.0 += 1;
    let id = slice.state.last_review;
    let row = ReviewRow {
        id,
        record: record.no,
        at: record.received_at,
        user: record.actor.as_ref().map(|actor| actor.user),
        program: fact.program,
        filter: fact.filter.clone(),
        decision: fact.decision,
        reason: fact.reason.clone(),
        state: ReviewState::Working,
        cursor: ReviewCursor::default(),
        accepted: 0,
        decided: ClickTally::default(),
        cost_delta: Money::ZERO,
        too_late: 0,
    };
    slice.reviews.set(id, row);
    slice.state.work_waits = true;
    Ok(id.to_string())
}

/// Its decisions are to be taken back, those that no other has replaced.
pub(crate) fn undo(slice: &mut Slice, id: ReviewId) -> Subject {
    let mut row = slice.reviews.get(&id).cloned().ok_or(Refusal::ReviewNotFound)?;
    if matches!(row.state, ReviewState::Undoing | ReviewState::Undone) {
        return Err(Refusal::ReviewUndone);
    }
    (row.state, row.cursor) = (ReviewState::Undoing, ReviewCursor::default());
    slice.reviews.set(id, row);
    slice.state.work_waits = true;
    Ok(id.to_string())
}

/// Goes on with a review: decides on the next of its clicks, and says how many were looked at.
pub(crate) fn advance(slice: &mut Slice, piece: ReviewPiece, limit: usize) -> usize {
    let ReviewPiece { review: id, clicks, reached } = piece;
    let Some(mut review) = slice.reviews.get(&id).cloned() else { return 0 };
    let is_all = clicks.len() <= limit;
    let mut looked_at = 0;
    for no in clicks.into_iter().take(limit) {
        looked_at += 1;
        let Some(row) = slice.payables.get(&no).cloned() else { continue };
        review.cursor = ReviewCursor { day: row.day, partner: row.partner, click: row.no };
        if review.concerns(&row) {
            decide(slice, &mut review, row);
        }
    }
    match (reached, review.state) {
        _ if !is_all => {}
        (Some(reached), _) => review.cursor = reached,
        (None, ReviewState::Undoing) => review.state = ReviewState::Undone,
        (None, _) => review.state = ReviewState::Done,
    }
    slice.reviews.set(id, review);
    looked_at
}

impl ReviewRow {
    /// Whether a click is one that it decides on.
    fn concerns(&self, row: &PayableClickRow) -> bool {
        if self.state == ReviewState::Undoing {
            return row.review == Some(self.id);
        }
        let waits = matches!(row.state, PayableState::Pending | PayableState::Accepted | PayableState::Rejected);
        waits && row.program == self.program && row.record < self.record && self.filter.takes(row)
    }

    /// What a click becomes by it, and its price.
    fn verdict(&mut self, row: &PayableClickRow) -> (PayableState, Money) {
        if self.state == ReviewState::Undoing {
            return (PayableState::Pending, row.list_price);
        }
        match self.decision {
            ReviewDecision::Reject => (PayableState::Rejected, row.price),
            ReviewDecision::Price(_) if row.state == PayableState::Rejected => (row.state, row.price),
            ReviewDecision::Price(price) => (row.state, price),
            ReviewDecision::Accept { most } if most.is_none_or(|most| self.accepted < i64::from(most)) => {
                self.accepted += 1;
                (PayableState::Accepted, row.price)
            }
            ReviewDecision::Accept { .. } => (PayableState::Rejected, row.price),
        }
    }
}

fn decide(slice: &mut Slice, review: &mut ReviewRow, row: PayableClickRow) {
    if !is_open(slice, &row) {
        review.too_late += 1;
        return;
    }
    let (state, price) = review.verdict(&row);
    let undone = review.state == ReviewState::Undoing;
    let after = PayableClickRow { state, price, review: if undone { None } else { Some(review.id) }, ..row.clone() };
    let delta = paid(&after).minus(paid(&row));
    // What is taken back leaves the review.
    let one = ClickTally::one(after.price);
    review.decided = if undone { review.decided.minus(ClickTally::one(row.price)) } else { review.decided.plus(one) };
    review.cost_delta = review.cost_delta.plus(delta);
    shift(slice, &row, &after);
    slice.payables.set(after.no, after);
}

/// What a click costs as it stands.
fn paid(row: &PayableClickRow) -> Money {
    if row.state == PayableState::Rejected { Money::ZERO } else { row.price }
}

/// Moves a click from where it is counted to where it is counted now.
fn shift(slice: &mut Slice, before: &PayableClickRow, after: &PayableClickRow) {
    for (row, times) in [(before, -1), (after, 1)] {
        let one = ClickTally { clicks: times, cost: Money(row.price.0 * times) };
        let code = (row.state == PayableState::Rejected).then_some(Refusal::ClickRejected);
        count(slice, row, code, one);
        if row.state == PayableState::Pending {
            group(slice, row, one);
        }
        let Some(day) = row.day_key().and_then(|key| slice.click_days.edit(&key)) else { continue };
        let tally = match row.state {
            PayableState::Pending => &mut day.pending,
            PayableState::Accepted => &mut day.accepted,
            PayableState::Rejected => &mut day.rejected,
            PayableState::Unpaid => continue,
        };
        *tally = tally.plus(one);
    }
}
