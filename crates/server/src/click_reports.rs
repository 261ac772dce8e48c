//! What was paid for clicks and what was not: by partner, day, ad and country, and click by click.

pub mod columns;
pub mod payable;
pub mod payouts;

use std::collections::BTreeMap;

use referee_core::config::Config;
use referee_core::contract::ClickMode;
use referee_core::id::{ActionId, BrandId, EventTypeId, PartnerId, ProgramId};
use referee_core::program::{Category, Program};
use referee_core::row::{ActionRow, ActionState, ClickDayKey, ClickDayRow, Evidence};
use referee_core::time::{Day, Timestamp};
use referee_engine::books::reads::{ActionFilter, Between, NumberedPage, Period, Reads};
use referee_engine::error::Result;
use referee_engine::intake::day::parse_day;

use crate::membership::joined;
use crate::pending_clicks::Wrong;

/// Days that a report spans where none are named, and the most that it spans.
pub const DAYS_DEFAULT: i32 = 14;
pub const DAYS_MAX: i32 = 366;
/// Actions that are read at once.
const ACTIONS_AT_ONCE: u32 = 10_000;

/// Of whom and when.
#[derive(Debug, Clone)]
pub struct Asked {
    /// In ascending order.
    pub programs: Vec<ProgramId>,
    pub partner: Option<PartnerId>,
    /// Both are among them.
    pub from: Day,
    pub to: Day,
}

/// Programs with an event type for clicks, also one that is paused, as far as they are somebody's to know.
pub fn click_programs(config: &Config, partner: Option<PartnerId>) -> Vec<ProgramId> {
    let pays = |id: &ProgramId| config.event_types.values().any(|it| it.program == *id && is_for_clicks(it.category));
    config.programs.keys().copied().filter(|id| pays(id) && joined(config, *id, partner)).collect()
}

fn is_for_clicks(category: Category) -> bool {
    category == Category::Click
}

/// What is asked for: all programs that pay for clicks or one of them, and the days that are named, or the last ones.
pub fn asked(
    config: &Config,
    partner: (Option<PartnerId>, Option<PartnerId>),
    program: Option<u32>,
    (from, until): (Option<&str>, Option<&str>),
    now: Timestamp,
) -> std::result::Result<Asked, Wrong> {
    let (viewer, about) = partner;
    let mut programs = click_programs(config, viewer);
    if let Some(program) = program {
        programs.retain(|id| id.0 == program);
        if programs.is_empty() {
            return Err(("program_id", format!("Program {program} pays for no clicks.")));
        }
    }
    let zone = programs.first().and_then(|id| config.programs.get(id)).map(|it| it.zone.clone()).unwrap_or_default();
    let (from, to) = span((from, until), zone.day(now))?;
    Ok(Asked { programs, partner: about, from, to })
}

fn span((from, until): (Option<&str>, Option<&str>), today: Day) -> std::result::Result<(Day, Day), Wrong> {
    let day = |field, text: Option<&str>| match text.map(str::trim).filter(|it| !it.is_empty()) {
        None => Ok(None),
        // A moment is of its day.
        Some(text) => parse_day(text.get(..10).unwrap_or(text))
            .map(Some)
            .ok_or((field, "It is no day such as 2026-11-27.".to_owned())),
    };
    let (from, until) = (day("from", from)?, day("until", until)?);
    let to = until.unwrap_or_else(|| from.map_or(today, |from| today.max(from)));
    let from = from.unwrap_or(Day(to.0 - (DAYS_DEFAULT - 1)));
    if to < from {
        return Err(("until", "The last day is not before the first.".to_owned()));
    }
    if to.0 - from.0 >= DAYS_MAX {
        return Err(("from", format!("A report spans {DAYS_MAX} days at most.")));
    }
    Ok((from, to))
}

/// Where a partner's clicks of a day stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Some of them wait for a review.
    PendingReview,
    /// They are paid when their day is closed.
    Accepted,
    /// Their action is pending.
    Pending,
    Locked,
    Paid,
    /// Their action was reversed: nothing is paid.
    Reversed,
    /// Rejected in a review.
    Rejected,
    /// Nothing of them is paid.
    NotPaid,
}

impl Status {
    pub const ALL: [Status; 8] = [
        Status::PendingReview,
        Status::Accepted,
        Status::Pending,
        Status::Locked,
        Status::Paid,
        Status::Reversed,
        Status::Rejected,
        Status::NotPaid,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Status::PendingReview => "pending_review",
            Status::Accepted => "accepted",
            Status::Pending => "pending",
            Status::Locked => "locked",
            Status::Paid => "paid",
            Status::Reversed => "reversed",
            Status::Rejected => "rejected",
            Status::NotPaid => "not_paid",
        }
    }

    fn of(state: ActionState) -> Status {
        match state {
            ActionState::Pending => Status::Pending,
            ActionState::Locked => Status::Locked,
            ActionState::Paid => Status::Paid,
            ActionState::Reversed => Status::Reversed,
        }
    }

    /// Whether what they come to is owed, or will be.
    pub fn owes(self) -> bool {
        !matches!(self, Status::Reversed | Status::Rejected | Status::NotPaid)
    }
}

/// What became of a partner's day: its open rounds, and the actions of those that were closed.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    days: Vec<(ClickDayKey, ClickDayRow)>,
    actions: Vec<ActionRow>,
    /// By the terms, where the day is open.
    expected_lock: Option<Timestamp>,
}

impl Standing {
    pub fn status(&self) -> Status {
        let open = || self.days.iter().map(|(_, day)| day).filter(|day| day.due_at.is_some());
        if open().any(|day| day.pending.clicks > 0) {
            return Status::PendingReview;
        }
        if open().any(|day| day.accepted.clicks > 0) {
            return Status::Accepted;
        }
        self.closed_status()
    }

    /// What became of the rounds that were closed: what is still to be paid speaks for them.
    fn closed_status(&self) -> Status {
        self.actions.iter().map(|it| Status::of(it.state)).min().unwrap_or(Status::NotPaid)
    }

    /// When the last of it locks, as far as that is known.
    pub fn locks_at(&self) -> Option<Timestamp> {
        self.actions.iter().filter_map(|it| it.locks_at).chain(self.expected_lock).max()
    }

    pub fn actions(&self) -> impl Iterator<Item = ActionId> {
        self.actions.iter().map(|it| it.id)
    }

    /// The round of a day that is open in a mode.
    fn open_round(&self, mode: ClickMode) -> Option<u32> {
        let mut open = self.days.iter().filter(|(key, day)| key.mode == mode && day.due_at.is_some());
        open.next().map(|(_, day)| day.round)
    }
}

pub type Standings = BTreeMap<(Day, PartnerId), Standing>;

/// What became of the days of a period.
pub fn standings(reads: &dyn Reads, config: &Config, brand: BrandId, period: Period) -> Result<Standings> {
    let mut standings = Standings::new();
    let Some(program) = config.programs.get(&period.program) else { return Ok(standings) };
    for (key, day) in reads.click_days(brand, period)? {
        let standing = standings.entry((key.day, key.partner)).or_default();
        standing.expected_lock = standing.expected_lock.max(expected_lock(config, program, key, &day));
        standing.days.push((key, day));
    }
    // Days without a closed round have no action.
    let closed = |day: &ClickDayRow| day.due_at.is_none() || day.round > 1;
    if standings.values().flat_map(|it| &it.days).any(|(_, day)| closed(day)) {
        for action in actions(reads, config, brand, program, period)? {
            let day = program.zone.day(action.occurred_at);
            standings.entry((day, action.partner)).or_default().actions.push(action);
        }
    }
    Ok(standings)
}

/// When an open day will lock once it is closed.
fn expected_lock(config: &Config, program: &Program, key: ClickDayKey, day: &ClickDayRow) -> Option<Timestamp> {
    day.due_at?;
    let of = if day.terms_of_template { None } else { Some(key.partner) };
    let rules = config.rules_of(program.id, of, day.terms_version)?;
    rules.locking.moment(program.zone.start_of(key.day.plus(1)).plus_ms(-1), &program.zone)
}

/// The actions that days of clicks became.
fn actions(
    reads: &dyn Reads,
    config: &Config,
    brand: BrandId,
    program: &Program,
    period: Period,
) -> Result<Vec<ActionRow>> {
    let of_program = config.event_types.values().filter(|it| it.program == program.id);
    let types: Vec<EventTypeId> = of_program.filter(|it| is_for_clicks(it.category)).map(|it| it.id).collect();
    let occurred =
        Between { from: program.zone.start_of(period.from), to: program.zone.start_of(period.to.plus(1)).plus_ms(-1) };
    let mut found = Vec::new();
    for event_type in types {
        let filter = ActionFilter {
            program: Some(program.id),
            partner: period.partner,
            event_type: Some(event_type),
            occurred,
            ..ActionFilter::default()
        };
        let mut page = NumberedPage { offset: 0, most: ACTIONS_AT_ONCE };
        loop {
            let (_, rows) = reads.actions_page(brand, &filter, page)?;
            let is_last = rows.len() < page.most as usize;
            found.extend(rows.into_iter().filter(|row| row.evidence == Evidence::Clicks));
            if is_last {
                break;
            }
            page.offset += u64::from(page.most);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_spans_what_is_named_or_the_last_days() {
        let today = parse_day("2026-11-27").expect("a day");
        let day = |text: &str| parse_day(text).expect("a day");
        let read = |from, until| span((from, until), today);
        assert_eq!(read(None, None), Ok((day("2026-11-14"), today)));
        assert_eq!(read(Some("2026-11-01"), None), Ok((day("2026-11-01"), today)));
        assert_eq!(read(None, Some("2026-11-01")), Ok((day("2026-10-19"), day("2026-11-01"))));
        assert_eq!(read(Some("2026-11-01T00:00:00Z"), Some(" ")), Ok((day("2026-11-01"), today)));
        assert_eq!(read(Some("2025-11-27"), None), Ok((day("2025-11-27"), today)), "366 days");
        assert_eq!(read(Some("2025-11-26"), None).expect_err("too long").0, "from");
        assert_eq!(read(Some("2026-11-02"), Some("2026-11-01")).expect_err("turned around").0, "until");
        assert_eq!(read(Some("soon"), None).expect_err("no day").0, "from");
    }
}
