//! Queued work: locking what is due, reckoning the bonuses of periods that are over, gathering what is paid and giving
//! back what was not, a few at a time, between traffic.

use crate::fact::Record;
use crate::id::ActionId;
use crate::payable::{closing, review};
use crate::row::{ClickDayKey, CounterKey, HistoryKind, OrderKey};
use crate::slice::Slice;

use super::{bonus, change, lock, payment, unchanged, unsettled};

/// Takes the next pieces of work, at most `limit`.
pub(crate) fn advance(slice: &mut Slice, record: &Record, limit: u32) {
    let work = std::mem::take(&mut slice.work);
    // A piece may find more to do: what it converts may be due.
    slice.state.work_waits = false;
    let limit = limit as usize;
    let to_lock: Vec<ActionId> = work.to_lock.into_iter().take(limit).collect();
    for id in &to_lock {
        lock_due(slice, record, *id);
    }
    let left = limit - to_lock.len();
    let to_settle: Vec<OrderKey> = work.to_settle.into_iter().take(left).collect();
    to_settle.iter().for_each(|key| unsettled::forget(slice, key));
    let left = left - to_settle.len();
    let to_close: Vec<ClickDayKey> = work.to_close.into_iter().take(left).collect();
    to_close.iter().for_each(|key| closing::close(slice, record, *key));
    let left = left - to_close.len();
    let to_reckon: Vec<CounterKey> = work.to_reckon.into_iter().take(left).collect();
    to_reckon.iter().for_each(|key| bonus::reckon(slice, record, *key));
    let left = left - to_reckon.len();
    let left = left - look_at_rates(slice, record, work.to_convert, left);
    let mut waits = left == 0 || slice.state.rates_after.is_some();
    let mut left = left;
    if let Some(piece) = work.to_review {
        left -= review::advance(slice, piece, left);
        waits = true;
    }
    if let Some((id, actions)) = work.to_pay {
        payment::gather(slice, record, id, actions, left);
        waits = true;
    } else if let Some((id, lines)) = work.to_return {
        payment::give_back(slice, record, id, lines, left);
        waits = true;
    }
    slice.state.work_waits |= waits;
}

/// Those that await an exchange rate, one after the other, after new rates have come.
fn look_at_rates(slice: &mut Slice, record: &Record, awaiting: Vec<ActionId>, limit: usize) -> usize {
    if slice.state.rates_after.is_none() || limit == 0 {
        return 0;
    }
    let is_all = awaiting.len() <= limit;
    let looked_at: Vec<ActionId> = awaiting.into_iter().take(limit).collect();
    looked_at.iter().for_each(|id| change::convert(slice, record, *id));
    slice.state.rates_after = looked_at.last().map(|id| id.seq).filter(|_| !is_all);
    looked_at.len()
}

fn lock_due(slice: &mut Slice, record: &Record, id: ActionId) {
    let brand_time = slice.state.brand_time;
    if let Some(action) = slice.actions.get(&id).filter(|action| action.is_due(brand_time)).cloned() {
        lock::lock(slice, record, action, unchanged(HistoryKind::Locked));
    }
}
