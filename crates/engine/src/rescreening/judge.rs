//! Screens clicks again that the books hold already, one partner's day after the other, as they were recorded.

use std::collections::{BTreeMap, BTreeSet};

use referee_core::id::{NodeId, PartnerId};
use referee_core::refusal::Refusal;
use referee_core::row::{ClickRow, PayableClickRow, PayableState};
use referee_core::screening::{Class, ScreeningRules};
use referee_core::time::{DAY_MS, Timestamp};

/// What a device is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    /// Where its cookie hangs in the graph of identity.
    Cookie(NodeId),
    /// Address and user agent.
    Agent(u64),
}

/// The last click of a device on a partner's links.
#[derive(Debug, Clone, Copy)]
struct Mark {
    cookie: NodeId,
    first_at: Timestamp,
    last_at: Timestamp,
}

/// Networks that count as hosting from now on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hosting {
    /// As lists of clicks show them.
    pub networks: BTreeSet<u64>,
    /// Autonomous systems.
    pub systems: BTreeSet<u32>,
}

impl Hosting {
    fn has(&self, click: &ClickRow) -> bool {
        let signals = &click.signals;
        (signals.network != 0 && self.networks.contains(&signals.network))
            || (signals.asn != 0 && self.systems.contains(&signals.asn))
    }
}

/// What the other rules make of a click.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Same,
    /// It is paid or may be, and would not be, for this reason.
    NoLonger(Refusal),
    /// Screening kept it from being paid, and would not.
    WouldPay,
}

pub struct Judge<'a> {
    rules: &'a ScreeningRules,
    hosting: &'a Hosting,
    marks: BTreeMap<(PartnerId, Subject), Mark>,
}

impl<'a> Judge<'a> {
    pub fn new(rules: &'a ScreeningRules, hosting: &'a Hosting) -> Judge<'a> {
        Judge { rules, hosting, marks: BTreeMap::new() }
    }

    /// Judges the next click of a partner, in the order of the log.
    pub fn judge(&mut self, row: &PayableClickRow, click: &ClickRow) -> Verdict {
        let found = self.find(row, click);
        let treatment = self.rules.treatment(found);
        // What leads nowhere leaves no mark, and neither does what may not even earn credit.
        let leads = click.refusal.is_none() || click.refusal == row.found;
        if leads && treatment.credits() {
            self.note(row, click, found);
        }
        match (row.state, found) {
            (PayableState::Pending | PayableState::Accepted, Some(code)) if !treatment.pays() => {
                Verdict::NoLonger(code)
            }
            (PayableState::Unpaid, _) if row.found.is_some() && row.unpaid == row.found && treatment.pays() => {
                Verdict::WouldPay
            }
            _ => Verdict::Same,
        }
    }

    /// Forgets devices whose last click is too long ago to matter.
    pub fn forget(&mut self, now: Timestamp) {
        self.marks.retain(|_, mark| now.since_ms(mark.last_at) <= 2 * DAY_MS);
    }

    fn find(&self, row: &PayableClickRow, click: &ClickRow) -> Option<Refusal> {
        // What a request was by its own word does not change.
        if let Some(code) = row.found.filter(|code| Class::of(Some(*code)) == Class::Invalid) {
            return Some(code);
        }
        let mut doubts = row.doubts;
        doubts.note(Refusal::DataCentre, self.hosting.has(click));
        self.repeated(row, click).or_else(|| doubts.codes().next())
    }

    fn own(click: &ClickRow) -> Option<Subject> {
        let agent = Some(click.signals.agent_key).filter(|key| *key != 0).map(Subject::Agent);
        if click.signals.returning { Some(Subject::Cookie(click.node)) } else { agent }
    }

    fn mark_of(&self, row: &PayableClickRow, click: &ClickRow) -> Option<Mark> {
        let own = Self::own(click);
        let first = Some(Subject::Agent(click.signals.agent_key)).filter(|_| click.signals.returning);
        let marks = own.into_iter().chain(first).filter_map(|subject| {
            let mark = self.marks.get(&(row.partner, subject))?;
            // Under an address and agent may be somebody else, who has another cookie.
            (Some(subject) == own || mark.cookie == click.node).then_some(*mark)
        });
        marks.max_by_key(|mark| mark.last_at)
    }

    fn repeated(&self, row: &PayableClickRow, click: &ClickRow) -> Option<Refusal> {
        let (mark, repeats, at) = (self.mark_of(row, click)?, self.rules.repeats, row.occurred_at);
        let since = if repeats.rolling { mark.last_at } else { mark.first_at };
        if at.since_ms(mark.last_at).abs() <= repeats.double_ms {
            return Some(Refusal::DoubleClick);
        }
        (at.since_ms(since).abs() <= repeats.window_ms).then_some(Refusal::DuplicateClick)
    }

    fn note(&mut self, row: &PayableClickRow, click: &ClickRow, found: Option<Refusal>) {
        let Some(subject) = Self::own(click) else { return };
        let at = row.occurred_at;
        let repeats = Class::of(found) == Class::Duplicate;
        let before = self.mark_of(row, click).filter(|_| repeats);
        let (first_at, last_at) = before.map_or((at, at), |mark| (mark.first_at, mark.last_at.max(at)));
        self.marks.insert((row.partner, subject), Mark { cookie: click.node, first_at, last_at });
    }
}
