//! An action's life: opened, changed, locked, paid, or reversed. Every step leaves a line of history and its entries.

pub(crate) mod award;
pub(crate) mod bonus;
pub mod change;
pub(crate) mod inquiry;
pub(crate) mod lock;
pub(crate) mod measure;
pub mod open;
pub(crate) mod parts;
pub mod payment;
pub(crate) mod reattribution;
pub(crate) mod returns;
pub(crate) mod tally;
pub mod unsettled;
pub mod work;

pub use award::REFERENCE_OF_TERMS;

use crate::fact::Record;
use crate::id::ActionId;
use crate::money::Money;
use crate::program::Source;
use crate::row::{ActionRow, Effect, EffectRow, HistoryKind, HistoryRow, Rollup, RollupKey};
use crate::slice::Slice;

/// One line of history, and the word to whoever asked to be told.
pub(crate) struct Line<'a> {
    pub kind: HistoryKind,
    pub amount_delta: Money,
    pub payout_delta: Money,
    pub disposition: &'a str,
    pub source: Option<Source>,
}

/// A line of what leaves the figures as they are.
pub(crate) fn unchanged(kind: HistoryKind) -> Line<'static> {
    Line { kind, amount_delta: Money::ZERO, payout_delta: Money::ZERO, disposition: "", source: None }
}

/// Writes what has just become of an action: its row, a line of its history, and an effect.
pub(crate) fn write(slice: &mut Slice, record: &Record, mut action: ActionRow, line: Line<'_>) {
    action.changes += 1;
    action.changed_at = record.received_at;
    let (id, seq) = (action.id, action.changes);
    slice.new.history.push(HistoryRow {
        action: id,
        seq,
        record: record.no,
        at: record.received_at,
        kind: line.kind,
        amount_delta: line.amount_delta,
        payout_delta: line.payout_delta,
        disposition: line.disposition.to_owned(),
        source: line.source,
        user: record.actor.as_ref().map(|actor| actor.user),
    });
    tell(slice, record, Effect::TellActionChanged { action: id, seq, kind: line.kind });
    put(slice, action);
}

/// Keeps an action as it is now, and counts it in its periods.
pub(crate) fn put(slice: &mut Slice, action: ActionRow) {
    tally::note(slice, &action);
    slice.actions.set(action.id, action);
}

fn tell(slice: &mut Slice, record: &Record, effect: Effect) {
    let last = slice.new.effects.last().filter(|row| row.record == record.no);
    let n = last.map_or(0, |row| row.n + 1);
    slice.new.effects.push(EffectRow { record: record.no, n, effect });
}

/// Adds to the figures of the day of an action's event.
pub(crate) fn count(slice: &mut Slice, action: &ActionRow, mut added: Rollup) {
    if action.is_award() {
        // Nothing was sold.
        added.amount = Money::ZERO;
    }
    let Some(program) = slice.config.programs.get(&action.id.program) else { return };
    let day = program.zone.day(action.occurred_at);
    let key = RollupKey { program: action.id.program, day, partner: action.partner, ad: action.ad };
    slice.count(key, added);
}

/// The next action of a program and event type.
pub(crate) fn next_id(slice: &mut Slice, like: ActionId) -> ActionId {
    slice.state.last_action_seq += 1;
    ActionId { seq: slice.state.last_action_seq, ..like }
}
