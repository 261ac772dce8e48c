//! A second, simple-minded judge: it reads the records from the first on and says who must have earned each order. It
//! shares no code with `attribution`, `identity` or `slice`, knows no batches and forgets nothing.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::books::Books;
use super::fixture;
use super::histories::history;
use super::properties::cases;
use crate::config::Config;
use crate::contract::Terms;
use crate::fact::{Conversion, Fact, Record};
use crate::id::{ClickNo, EventTypeId, PartnerId, ProgramId};
use crate::identity::Identifier;
use crate::program::Standing;
use crate::row::{ClickRow, DecisionRow, Evidence};
use crate::time::Timestamp;

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn a_simple_judge_decides_the_same(history in history(70)) {
        let records = fixture::records(&history);
        let mut books = Books::default();
        let mut judge = Judge::default();
        for record in &records {
            books.apply(std::slice::from_ref(record), 1);
            judge.hear(&books, record);
        }
        // The same rulings must come of one large batch.
        let mut whole = Books::default();
        whole.apply(&records, usize::MAX);
        prop_assert!(whole.decisions == books.decisions);
    }
}

/// Whoever is known to be the same person as somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    Identifier(Identifier),
    Click(ClickNo),
}

#[derive(Default)]
struct Judge {
    people: Vec<BTreeSet<Name>>,
    /// Somebody who reported the order before.
    buyers: BTreeMap<(EventTypeId, String), Name>,
}

impl Judge {
    fn hear(&mut self, books: &Books, record: &Record) {
        match &record.fact {
            Fact::ClickRecorded(click) => {
                // Only the first record of a click says who made it.
                let first = books.clicks.get(&click.no).is_some_and(|row| row.record == record.no);
                let completed = !first && !self.knows(Name::Click(click.no));
                assert!(!completed, "a click is known from its first record on");
                if first || self.incomplete.remove(&click.no) {
                    let visitor = click.visitor.map(Name::Identifier);
                    self.meet([Name::Click(click.no)].into_iter().chain(visitor).collect());
                }
            }
            _ => todo(),
        }
    }
}
