//! What the clicks of a device leave behind, so that the next one is known as another of the same.
//!
//! Each click leaves a mark under the cookie it came with, or, if it came without one, under its address and user agent; that
//! mark names the cookie which the answer set, so that the next click, which brings it, is known.

use crate::fact::Click;
use crate::id::{PartnerId, ProgramId};
use crate::time::Timestamp;

/// A device, on links of a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MarkKey {
    pub program: ProgramId,
    pub partner: PartnerId,
    /// The cookie that came along, or the address and user agent.
    pub subject: u64,
}

/// Its last click.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarkRow {
    /// That of the click which left it, also if its answer set it.
    pub cookie: u64,
    /// Of the clicks that repeat each other.
    pub first_at: Timestamp,
    pub last_at: Timestamp,
}

impl MarkRow {
    /// A part of the keyed hash is enough to tell cookies apart within a day; 0: there is none.
    pub fn cookie_of(click: &Click) -> u64 {
        MarkRow::part_of(&click.visitor.map(|visitor| visitor.hash).unwrap_or_default())
    }

    pub(crate) fn part_of(hash: &[u8; 16]) -> u64 {
        hash.iter().take(8).fold(0, |value, byte| value << 8 | u64::from(*byte))
    }
}

impl MarkKey {
    /// Where a click leaves its mark; None where nothing tells its device.
    pub fn of(click: &Click) -> Option<MarkKey> {
        let cookie = MarkRow::cookie_of(click);
        let subject = if click.signals.returning { cookie } else { click.signals.agent_key };
        (subject != 0).then_some(MarkKey { program: click.program, partner: click.partner, subject })
    }

    /// Where it is marked that somebody of a partner was seen at a device: in no program.
    pub fn own_device(partner: PartnerId, agent_key: u64) -> MarkKey {
        MarkKey { program: ProgramId(0), partner, subject: agent_key }
    }

    /// Where marks of its device may be: its own first, then that of the click which set its cookie.
    pub fn all_of(click: &Click) -> impl Iterator<Item = MarkKey> {
        let agent = Some(click.signals.agent_key).filter(|it| click.signals.returning && *it != 0);
        let first = agent.map(|subject| MarkKey { program: click.program, partner: click.partner, subject });
        MarkKey::of(click).into_iter().chain(first)
    }
}
