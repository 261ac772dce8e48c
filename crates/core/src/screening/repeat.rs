//! Whether a device has just clicked before. Each click leaves a mark under the cookie it came with, or, if it came without
//! one, under its address and user agent; that mark names the cookie which the answer set, so that the next click, which
//! brings it, is known.

use crate::config::Config;
use crate::fact::{Click, Record};
use crate::id::{PartnerId, ProgramId};
use crate::refusal::Refusal;
use crate::row::{MarkKey, MarkRow};
use crate::slice::Slice;
use crate::time::Timestamp;

/// What a device is known by: half of a keyed hash is enough to tell it within a day.
fn subject_of_cookie(click: &Click) -> u64 {
    let hash = click.visitor.map(|visitor| visitor.hash).unwrap_or_default();
    hash.iter().take(8).fold(0, |value, byte| value << 8 | u64::from(*byte))
}

fn key(program: ProgramId, partner: PartnerId, subject: u64) -> MarkKey {
    MarkKey { program, partner, subject }
}

/// Where the click leaves its mark; none where nothing tells its device.
fn own_mark(click: &Click) -> Option<MarkKey> {
    let subject = if click.signals.returning { subject_of_cookie(click) } else { click.signals.agent_key };
    (subject != 0).then(|| key(click.program, click.partner, subject))
}

/// Where marks of its device may be: first its own, then that of the click which set the cookie.
fn marks(click: &Click) -> impl Iterator<Item = MarkKey> {
    let first = Some(click.signals.agent_key).filter(|it| click.signals.returning && *it != 0);
    own_mark(click).into_iter().chain(first.map(|subject| key(click.program, click.partner, subject)))
}

/// The marks that screening a click may ask for, where its program screens.
pub(crate) fn wanted_marks(config: &Config, click: &Click) -> Vec<MarkKey> {
    if config.click_event_type(click.program).is_none() { Vec::new() } else { marks(click).collect() }
}

/// The newest mark of the click's own device.
fn mark_of<'a>(slice: &'a Slice, click: &Click) -> Option<&'a MarkRow> {
    let cookie = subject_of_cookie(click);
    let own = own_mark(click);
    let of_device = marks(click).filter_map(|key| {
        let mark = slice.marks.get(&key)?;
        // Under an address and agent may be somebody else, who has another cookie.
        (Some(key) == own || mark.cookie == cookie).then_some(mark)
    });
    of_device.max_by_key(|mark| mark.last_at)
}

/// Whether the click repeats one of its device.
pub(super) fn found(slice: &Slice, click: &Click, at: Timestamp) -> Option<Refusal> {
    let repeats = slice.config.screening_of(click.program).repeats;
    let mark = mark_of(slice, click)?;
    let since = if repeats.rolling { mark.last_at } else { mark.first_at };
    let (after, age) = (at.since_ms(mark.last_at).abs(), at.since_ms(since).abs());
    if after <= repeats.double_ms {
        return Some(Refusal::DoubleClick);
    }
    (age <= repeats.window_ms).then_some(Refusal::DuplicateClick)
}

/// Leaves the mark of a click that was screened: one that repeats another keeps the beginning of its window.
pub(crate) fn note(slice: &mut Slice, record: &Record, click: &Click, code: Option<Refusal>) {
    let Some(key) = own_mark(click) else { return };
    let at = record.occurred_at;
    let repeats = matches!(code, Some(Refusal::DuplicateClick | Refusal::DoubleClick));
    let before = mark_of(slice, click).filter(|_| repeats).copied();
    let (first_at, last_at) = before.map_or((at, at), |mark| (mark.first_at, mark.last_at.max(at)));
    slice.marks.set(key, MarkRow { cookie: subject_of_cookie(click), first_at, last_at });
}
