//! A partner's day of clicks is closed: what was not rejected becomes one action, which lives on as any other does.

use crate::action::grant::{self, Grant};
use crate::action::next_id;
use crate::contract::ClickMode;
use crate::fact::Record;
use crate::id::ActionId;
use crate::money::Money;
use crate::row::{ClickDayKey, ClickDayRow, Evidence};
use crate::slice::Slice;

/// Closes a day whose time has come.
pub(crate) fn close(slice: &mut Slice, record: &Record, key: ClickDayKey) {
    let brand_time = slice.state.brand_time;
    let is_due = |day: &&ClickDayRow| day.due_at.is_some_and(|due_at| due_at <= brand_time);
    let Some(mut day) = slice.click_days.get(&key).filter(is_due).cloned() else { return };
    day.due_at = None;
    day.action = open(slice, record, key, &day);
    if key.mode == ClickMode::Reviewed {
        // Nothing of it waits any more.
        slice.new.closed_groups.insert((key.program, key.day, key.partner));
    }
    slice.click_days.set(key, day);
}

/// The action of a day's clicks; none where nothing is to be paid.
fn open(slice: &mut Slice, record: &Record, key: ClickDayKey, day: &ClickDayRow) -> Option<ActionId> {
    let program = slice.config.programs.get(&key.program)?;
    let currency = program.currency;
    let amount = day.pending.plus(day.accepted).cost;
    if grant::payout(Evidence::Clicks, amount, currency) == Money::ZERO {
        return None;
    }
    // The last moment of the day: its clicks lock together.
    let occurred_at = program.zone.start_of(key.day.plus(1)).plus_ms(-1).min(record.occurred_at);
    let of = if day.terms_of_template { None } else { Some(key.partner) };
    let rules = slice.config.rules_of(key.program, of, day.terms_version)?;
    let locks_at = rules.locking.moment(occurred_at, &program.zone);
    let id = next_id(slice, ActionId { program: key.program, event_type: day.event_type, seq: 0 });
    let given = Grant {
        id,
        partner: key.partner,
        evidence: Evidence::Clicks,
        currency,
        amount,
        order_id: order_id(key, day.round),
        occurred_at,
        locks_at,
        terms_version: day.terms_version,
        terms_of_template: day.terms_of_template,
        tier: None,
        source: None,
    };
    grant::open(slice, record, given);
    Some(id)
}

/// The name of a day's clicks among the orders of their event type: `CLICKS-7-20261127`.
pub fn order_id(key: ClickDayKey, round: u32) -> String {
    let (year, month, day) = key.day.date();
    let mode = match key.mode {
        ClickMode::Reviewed => "",
        ClickMode::Instant => "-instant",
    };
    let round = if round == 1 { String::new() } else { format!("-{round}") };
    format!("CLICKS-{}-{year:04}{month:02}{day:02}{mode}{round}", key.partner)
}
