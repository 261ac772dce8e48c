//! Changes and conversions by CSV file: read, matched with columns, tried, applied once, taken back.

pub mod mapping;
pub mod request;
pub mod sheet;
pub mod take_back;
pub mod trial;
pub mod upload;
pub mod work;

use std::collections::BTreeMap;

use referee_core::fact::Role;
use referee_core::id::{ActionId, BrandId, RecordNo, UserId};
use referee_core::money::{Currency, Money};
use referee_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use mapping::Mapping;

/// What the lines of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum ImportKind {
    Changes = 1,
    Conversions = 2,
}

impl ImportKind {
    pub const ALL: [ImportKind; 2] = [ImportKind::Changes, ImportKind::Conversions];

    pub fn name(self) -> &'static str {
        match self {
            ImportKind::Changes => "changes",
            ImportKind::Conversions => "conversions",
        }
    }

    pub fn named(name: &str) -> Option<ImportKind> {
        ImportKind::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// How far a file is. It only ever goes forward: that is why it is applied once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ImportState {
    Uploaded = 1,
    Applying = 2,
    Applied = 3,
    Undoing = 4,
    Undone = 5,
}

impl ImportState {
    pub const ALL: [ImportState; 5] =
        [ImportState::Uploaded, ImportState::Applying, ImportState::Applied, ImportState::Undoing, ImportState::Undone];

    pub fn name(self) -> &'static str {
        match self {
            ImportState::Uploaded => "uploaded",
            ImportState::Applying => "applying",
            ImportState::Applied => "applied",
            ImportState::Undoing => "undoing",
            ImportState::Undone => "undone",
        }
    }

    /// Whether somebody works on it.
    pub fn is_under_way(self) -> bool {
        matches!(self, ImportState::Applying | ImportState::Undoing)
    }
}

/// Who had a file applied or taken back: a person, or a program with its token.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct By {
    pub user: Option<u32>,
    pub role: Option<u8>,
    #[serde(default)]
    pub token: String,
}

impl By {
    pub fn person(user: UserId, role: Role) -> By {
        By { user: Some(user.0), role: Some(role as u8), token: String::new() }
    }

    pub fn token(name: &str) -> By {
        By { token: name.to_owned(), ..By::default() }
    }
}

/// An uploaded file, without its content.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    pub id: String,
    pub brand: BrandId,
    pub kind: ImportKind,
    /// What the file is called.
    pub name: String,
    pub state: ImportState,
    pub lines: u32,
    pub created_at: Timestamp,
    /// When its state changed last.
    pub changed_at: Timestamp,
    pub by: By,
    pub mapping: Mapping,
    /// Until when somebody works on it, by the computer's clock.
    pub leased_until: Timestamp,
}

/// What became, or would become, of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum LineState {
    /// On its way.
    Planned = 1,
    Done = 2,
    /// All was so already.
    Unchanged = 3,
    /// It can't be read, or the rules say no.
    Refused = 4,
}

/// A line of a file without anything of a person, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// As editors count them; the header is the first.
    pub line: u32,
    pub state: LineState,
    /// The order, or the action where only that is named.
    pub order: String,
    pub code: String,
    pub message: String,
    /// What the amount becomes, where the line names a difference.
    pub amount: Option<Money>,
    pub touched: Vec<Touched>,
    pub record: RecordNo,
    pub currency: Option<Currency>,
    pub amount_delta: Money,
    pub payout_delta: Money,
    /// What became of taking it back; empty: nobody tried.
    pub undo: String,
}

/// In place of a reason why not.
pub const TAKEN_BACK: &str = "undone";

/// An action that a line changes, as it was before.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Touched {
    pub action: String,
    /// Lines of its history before; none: the line opened it.
    pub changes: u32,
    /// In millionths.
    pub amount: i64,
    pub was_reversed: bool,
    /// Quantity and amount of each item.
    pub items: Vec<(u32, i64)>,
    /// It had locked: what changes is a correction.
    #[serde(default)]
    pub was_locked: bool,
    /// In millionths.
    #[serde(default)]
    pub payout: i64,
}

impl Touched {
    pub fn id(&self) -> Option<ActionId> {
        self.action.parse().ok()
    }
}

/// What the lines come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Totals {
    pub planned: u64,
    pub done: u64,
    pub unchanged: u64,
    pub refused: u64,
    pub taken_back: u64,
    /// Could not be taken back.
    pub kept: u64,
    /// Of `done`: corrections of what had locked.
    pub corrected: u64,
    pub money: BTreeMap<Currency, Moved>,
}

/// The money that lines move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moved {
    pub amount: Money,
    pub payout: Money,
    /// Of the payout: what goes into the next payment as a correction.
    pub corrected: Money,
}

impl Line {
    /// Whether it corrects what had locked.
    pub fn corrects(&self) -> bool {
        self.state != LineState::Refused && self.touched.iter().any(|it| it.was_locked)
    }
}

impl Totals {
    pub fn of<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Totals {
        let mut totals = Totals::default();
        lines.into_iter().for_each(|line| totals.add(line));
        totals
    }

    fn add(&mut self, line: &Line) {
        match line.state {
            LineState::Planned => self.planned += 1,
            LineState::Done => self.done += 1,
            LineState::Unchanged => self.unchanged += 1,
            LineState::Refused => self.refused += 1,
        }
        match line.undo.as_str() {
            "" => {}
            TAKEN_BACK => self.taken_back += 1,
            _ => self.kept += 1,
        }
        let corrects = line.corrects();
        self.corrected += u64::from(corrects && line.state == LineState::Done);
        if let Some(currency) = line.currency {
            let moved = self.money.entry(currency).or_default();
            moved.amount = moved.amount.plus(line.amount_delta);
            moved.payout = moved.payout.plus(line.payout_delta);
            if corrects {
                moved.corrected = moved.corrected.plus(line.payout_delta);
            }
        }
    }

    pub fn seen(&self) -> u64 {
        self.planned + self.done + self.unchanged + self.refused
    }
}
