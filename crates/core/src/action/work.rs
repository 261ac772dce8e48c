//! Queued work: locking what is due and gathering what is paid, a few at a time, between traffic.

use crate::fact::Record;
use crate::id::{ActionId, PaymentId};
use crate::ledger;
use crate::row::{Account, ActionState, HistoryKind, OrderKey, PaymentRow};
use crate::slice::Slice;

use super::{lock, unchanged, unsettled, write};

/// Takes the next pieces of work, at most `limit`.
pub(crate) fn advance(slice: &mut Slice, record: &Record, limit: u32) {
    let work = std::mem::take(&mut slice.work);
    let limit = limit as usize;
    let to_lock: Vec<ActionId> = work.to_lock.into_iter().take(limit).collect();
    for id in &to_lock {
        lock_due(slice, record, *id);
    }
    let left = limit - to_lock.len();
    let to_settle: Vec<OrderKey> = work.to_settle.into_iter().take(left).collect();
    to_settle.iter().for_each(|key| unsettled::forget(slice, key));
    let left = left - to_settle.len();
    let mut waits = left == 0;
    if let Some((payment, actions)) = work.to_pay {
        pay(slice, record, payment, actions, left);
        waits = true;
    }
    slice.state.work_waits = waits;
}

fn lock_due(slice: &mut Slice, record: &Record, id: ActionId) {
    let brand_time = slice.state.brand_time;
    if let Some(action) = slice.actions.get(&id).filter(|action| action.is_due(brand_time)).cloned() {
        lock::lock(slice, record, action, unchanged(HistoryKind::Locked));
    }
}

/// Pays the first of a payment's actions; if that was all, the payment is closed.
fn pay(slice: &mut Slice, record: &Record, id: PaymentId, actions: Vec<ActionId>, limit: usize) {
    let Some(mut payment) = slice.payments.get(&id).cloned() else { return };
    payment.open = actions.len() > limit;
    for action in actions.into_iter().take(limit) {
        pay_action(slice, record, action, &mut payment);
    }
    slice.payments.set(id, payment);
}

fn pay_action(slice: &mut Slice, record: &Record, id: ActionId, payment: &mut PaymentRow) {
    let Some(mut action) = slice.actions.get(&id).cloned() else { return };
    action.state = ActionState::Paid;
    action.payment = Some(payment.id);
    payment.actions += 1;
    payment.total = payment.total.plus(action.payout);
    ledger::transfer(slice, record.no, &action, Account::Locked, Account::Paid, action.payout);
    write(slice, record, action, unchanged(HistoryKind::Paid));
}
