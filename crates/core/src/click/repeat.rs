//! Whether a device has just clicked before, by the marks that its clicks left.

use crate::fact::{Click, Record};
use crate::id::PartnerId;
use crate::refusal::Refusal;
use crate::row::{MarkKey, MarkRow};
use crate::setup::Subject;
use crate::slice::Slice;
use crate::time::{DAY_MS, Timestamp};

/// How long a device counts as the one that somebody of a partner was seen at: addresses change hands.
const OWN_DEVICE_MS: i64 = 30 * DAY_MS;

/// The newest mark of the click's own device.
fn mark_of<'a>(slice: &'a Slice, click: &Click) -> Option<&'a MarkRow> {
    let (own, cookie) = (MarkKey::of(click), MarkRow::cookie_of(click));
    let of_device = MarkKey::all_of(click).filter_map(|key| {
        let mark = slice.marks.get(&key)?;
        // Under an address and agent may be somebody else, who has another cookie.
        (Some(key) == own || mark.cookie == cookie).then_some(mark)
    });
    of_device.max_by_key(|mark| mark.last_at)
}

/// Somebody of a partner was seen at a device.
pub(crate) fn see_own_device(slice: &mut Slice, record: &Record, partner: PartnerId, agent_key: u64) -> Subject {
    if !slice.config.partners.contains_key(&partner) {
        return Err(Refusal::PartnerNotFound);
    }
    let at = record.occurred_at;
    slice.marks.set(MarkKey::own_device(partner, agent_key), MarkRow { cookie: 0, first_at: at, last_at: at });
    Ok(partner.to_string())
}

/// Whether somebody of its partner was seen at the click's device not long before or after.
pub(super) fn is_own_device(slice: &Slice, click: &Click, at: Timestamp) -> bool {
    let key = MarkKey::own_device(click.partner, click.signals.agent_key);
    let known = click.signals.agent_key != 0 && slice.marks.knows(&key);
    known && slice.marks.get(&key).is_some_and(|mark| at.since_ms(mark.last_at).abs() <= OWN_DEVICE_MS)
}

/// Whether the click repeats one of its device.
pub(super) fn found(slice: &Slice, click: &Click, at: Timestamp) -> Option<Refusal> {
    let repeats = slice.config.screening_of(click.program).repeats;
    let mark = mark_of(slice, click)?;
    let since = if repeats.rolling { mark.last_at } else { mark.first_at };
    if at.since_ms(mark.last_at).abs() <= repeats.double_ms {
        return Some(Refusal::DoubleClick);
    }
    (at.since_ms(since).abs() <= repeats.window_ms).then_some(Refusal::DuplicateClick)
}

/// Leaves the mark of a click that was screened: one that repeats another keeps the beginning of its window.
pub(super) fn note(slice: &mut Slice, record: &Record, click: &Click, code: Option<Refusal>) {
    let Some(key) = MarkKey::of(click) else { return };
    let at = record.occurred_at;
    let repeats = matches!(code, Some(Refusal::DuplicateClick | Refusal::DoubleClick));
    let before = repeats.then(|| mark_of(slice, click).copied()).flatten();
    let (first_at, last_at) = before.map_or((at, at), |mark| (mark.first_at, mark.last_at.max(at)));
    slice.marks.set(key, MarkRow { cookie: MarkRow::cookie_of(click), first_at, last_at });
}
