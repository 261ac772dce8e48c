//! When an action locks: at its time, by a person's approval before it, and not while it is held.

use crate::exchange::Exchange;
use crate::fact::Record;
use crate::ledger;
use crate::refusal::Refusal;
use crate::row::{Account, ActionRow, ActionState, HistoryKind};
use crate::slice::Slice;

use super::change::{Cause, first_says_why, open_to_change};
use super::{Line, returns, unchanged, write};

/// What a person wants of an action's locking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Hold,
    Release,
    Approve,
}

impl Step {
    /// What stands in the way of it. A held action is only released: whoever holds it has a reason.
    fn able(self, action: &ActionRow) -> Result<(), Refusal> {
        open_to_change(action)?;
        match (self, action.held) {
            (Step::Hold | Step::Approve, true) => Err(Refusal::ActionHeld),
            (Step::Release, false) => Err(Refusal::ActionNotHeld),
            (Step::Release, true) if action.exchange == Exchange::Awaited => Err(Refusal::CurrencyRateMissing),
            _ => Ok(()),
        }
    }
}

/// Takes the step with those of the actions that can take it.
pub(crate) fn take(
    slice: &mut Slice,
    record: &Record,
    actions: Vec<ActionRow>,
    step: Step,
    cause: Cause<'_>,
) -> Result<(), Refusal> {
    first_says_why(&actions, |action| step.able(action))?;
    for mut action in actions.into_iter().filter(|action| step.able(action).is_ok()) {
        action.disposition = cause.disposition.to_owned();
        let line = |kind| Line { disposition: cause.disposition, source: Some(cause.source), ..unchanged(kind) };
        match step {
            Step::Hold => set_held(slice, record, action, true, line(HistoryKind::Held)),
            Step::Release => set_held(slice, record, action, false, line(HistoryKind::Released)),
            Step::Approve => {
                action.locks_at = Some(record.received_at);
                lock(slice, record, action, line(HistoryKind::Locked));
            }
        }
    }
    Ok(())
}

fn set_held(slice: &mut Slice, record: &Record, mut action: ActionRow, held: bool, line: Line<'_>) {
    action.held = held;
    // One whose time came meanwhile is not announced by time passing: that has been said.
    slice.state.work_waits |= action.is_due(slice.state.brand_time);
    write(slice, record, action, line);
}

/// What it pays is owed from here on.
pub(crate) fn lock(slice: &mut Slice, record: &Record, mut action: ActionRow, line: Line<'_>) {
    if action.return_asked.is_some() {
        // Nobody answered in time: what was earned is not lost by silence.
        action = returns::decline(slice, record, action, None);
    }
    action.state = ActionState::Locked;
    (action.owed, action.owed_since) = (action.payout, Some(record.no));
    ledger::transfer(slice, record.no, &action, Account::Pending, Account::Locked, action.payout);
    write(slice, record, action, line);
}
