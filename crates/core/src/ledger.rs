//! Double entry: money never appears, it moves from one account to another.

use crate::id::{ActionId, ProgramId, RecordNo};
use crate::money::Money;
use crate::row::{Account, ActionRow, BalanceKey, EntryRow, MonthKey};
use crate::slice::Slice;
use crate::time::{Day, Zone};

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
    let posted_on = posting_day(slice, key.program);
    let n = next_n(slice.new.entries.last(), record);
    slice.new.entries.push(EntryRow { record, n, posted_on, key, amount, action: Some(ActionId { ..action.id }) });
    *slice.new.balances.entry(key).or_default() += i128::from(amount.0);
    slice.new.months.entry(MonthKey { month: posted_on.first_of_month(), of: key }).or_default().add(amount);
}

fn posting_day(slice: &Slice, program: ProgramId) -> Day {
    let posting = &slice.state.posting;
    match slice.config.programs.get(&program) {
        Some(it) => posting.day(program, &it.zone),
        None => posting.day(program, &Zone::default()),
    }
}

fn next_n(last: Option<&EntryRow>, record: RecordNo) -> u32 {
    last.filter(|entry| entry.record == record).map_or(0, |entry| entry.n + 1)
}
