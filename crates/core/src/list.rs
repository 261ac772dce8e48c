//! Exception lists: values under a name that terms refer to instead of repeating them. "Excluded brands".
//!
//! An action finds the version of a list as it finds its overlay: by the event's time among the versions that were on record
//! before the action was opened. None of these ever changes, so the same action always meets the same values. What happened
//! before a list was first set meets its first version: terms that name a list are newer than it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::condition::Word;
use crate::id::{ProgramId, RecordNo};
use crate::time::Timestamp;

/// Lists of one program: each order of it is held against those that its terms name.
pub const LISTS_MAX: usize = 200;

/// Creates a list, or says what stands on the one with this id from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListSet {
    pub program: ProgramId,
    /// None: the next free one.
    pub id: Option<u32>,
    pub name: String,
    /// What its values are values of, for good.
    pub word: Word,
    pub values: Values,
}

/// One version of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    pub program: ProgramId,
    /// Counted per program from 1.
    pub id: u32,
    /// Counted per list from 1.
    pub version: u32,
    /// The record that set it, and when.
    pub record: RecordNo,
    pub set_at: Timestamp,
    pub name: String,
    pub word: Word,
    pub values: Values,
}

/// Versions in ascending order.
pub type Lists = BTreeMap<(ProgramId, u32), Vec<List>>;

/// The version that an action meets, by the record that opened it and the event's time.
pub fn version_met(versions: &[List], opened_by: RecordNo, at: Timestamp) -> Option<&List> {
    let known = || versions.iter().filter(|it| it.record < opened_by);
    known().rev().find(|it| it.set_at <= at).or_else(|| known().next())
}

/// The newest version of the list with a name, without regard to case.
pub fn named<'a>(lists: &'a Lists, program: ProgramId, name: &str) -> Option<&'a List> {
    let wanted = name.trim().to_lowercase();
    newest_of(lists, program).find(|it| it.name.to_lowercase() == wanted)
}

/// What a list is called now.
pub fn name_of(lists: &Lists, program: ProgramId, id: u32) -> &str {
    lists.get(&(program, id)).and_then(|versions| versions.last()).map_or("a list", |it| it.name.as_str())
}

/// The lists of a program as they are now.
pub fn newest_of(lists: &Lists, program: ProgramId) -> impl Iterator<Item = &List> {
    lists.range((program, 0)..=(program, u32::MAX)).filter_map(|(_, versions)| versions.last())
}

/// Values in lower case, each once and in order. One piece of memory, a line for each, which all copies share: a program may
/// have a million of them.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Values(Arc<str>);

impl Values {
    pub fn of<T: AsRef<str>>(values: impl IntoIterator<Item = T>) -> Values {
        let mut all = BTreeSet::new();
        for value in values {
            let lines = value.as_ref().lines().map(|line| line.trim().to_lowercase());
            all.extend(lines.filter(|line| !line.is_empty()));
        }
        Values(all.iter().flat_map(|value| [value.as_str(), "\n"]).collect::<String>().into())
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split_terminator('\n')
    }

    pub fn count(&self) -> usize {
        self.iter().count()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a word in lower case is one of them.
    pub fn contains(&self, word: &str) -> bool {
        let (text, mut from, mut to) = (self.0.as_bytes(), 0, self.0.len());
        let is_end = |byte: &u8| *byte == b'\n';
        while from < to {
            // The line that the middle lies in.
            let middle = from + (to - from) / 2;
            let start = text[from..middle].iter().rposition(is_end).map_or(from, |place| from + place + 1);
            let end = text[middle..to].iter().position(is_end).map_or(to, |place| middle + place);
            match text[start..end].cmp(word.as_bytes()) {
                std::cmp::Ordering::Equal => return true,
                std::cmp::Ordering::Less => from = end + 1,
                std::cmp::Ordering::Greater => to = start,
            }
        }
        false
    }

    /// How many of these the others lack.
    pub fn beyond(&self, others: &Values) -> usize {
        self.iter().filter(|it| !others.contains(it)).count()
    }
}

impl std::fmt::Debug for Values {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_whatever_their_number() {
        for count in 0..40_u32 {
            // Of different lengths, so that the middle falls anywhere.
            let value = |n: u32| format!("{}{n:02}", "x".repeat((n * 7 % 5) as usize));
            let values = Values::of((0..count).map(value));
            assert_eq!(values.count(), count as usize);
            assert!((0..count).all(|n| values.contains(&value(n))), "{count}");
            assert!(!(count..60).any(|n| values.contains(&value(n))), "{count}");
            assert!(!values.contains("") && !values.contains("x") && !values.contains("\n"));
        }
    }

    #[test]
    fn values_are_lower_case_each_once_and_without_blanks() {
        let values = Values::of(["Acme", " ACME ", "", "two\nlines", "Ünder"]);
        assert_eq!(values.iter().collect::<Vec<_>>(), ["acme", "lines", "two", "ünder"]);
        let others = Values::of(["acme", "other"]);
        assert_eq!((values.beyond(&others), others.beyond(&values)), (3, 1));
        assert!(Values::of([""; 2]).is_empty());
    }
}
