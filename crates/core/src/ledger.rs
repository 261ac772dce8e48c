//! Double entry: money never appears, it moves from one account to another.

use crate::id::{ActionId, RecordNo};
use crate::money::Money;
use crate::row::{Account, ActionRow, BalanceKey, EntryRow};
use crate::slice::Slice;

/// Moves a partner's money of one action between accounts. A negative amount moves it back.
pub fn transfer(slice: &mut Slice, record: RecordNo, action: &ActionRow, from: Account, to: Account, amount: Money) {
    if amount == Money::ZERO {
        return;
    }
    post(slice, record, action, from, amount.negated());
    post(slice, record, action, to, amount);
}

fn post(slice: &mut Slice, record: RecordNo, action: &ActionRow, account: Account, amount: Money) {
    let key = BalanceKey { program: action.id.program, partner: action.partner, account, currency: action.currency };
    let n = next_n(slice.new.entries.last(), record);
    slice.new.entries.push(EntryRow { record, n, key, amount, action: Some(ActionId { ..action.id }) });
    *slice.new.balances.entry(key).or_default() += i128::from(amount.0);
}

fn next_n(last: Option<&EntryRow>, record: RecordNo) -> u32 {
    last.filter(|entry| entry.record == record).map_or(0, |entry| entry.n + 1)
}
