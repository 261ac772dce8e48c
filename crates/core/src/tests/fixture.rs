//! One text in, one text out. A case lists facts, one a line, and expects what the books say of them:
//!
//! ```text
//! shop                                            a program in EUR, a sale at 8 %, ad 1, partners A and B
//! at d0     click k1 A visitor=v1                 on a link of partner A, with a cookie
//! at d0+5m  visit click=k1 visitor=v1 customer=c7
//! at d2     conversion 1001 sale 100.00 customer=c7
//! at d3     modify 1001 amount=50.00 reason=ITEM_RETURNED
//! at d40    time                                  brand time passes
//!           drain                                 queued work is taken as long as some waits
//!           pay A
//!           show history 1001
//! ```
//!
//! A time holds until the next `at`. Whatever was refused is said as it happens, what `show` asks for where it stands,
//! and the actions and balances at the end. `lost k1 A` makes an id without a record of the click, and `found k1` is
//! that record, late. Terms lock with `lock=30d`, `lock=month+0m27d` or `lock=open`; `hold`, `release` and `approve`
//! name an order or action as `modify` does, and so does `correct` after it. `propose A,B`, `approve-run 1`,
//! `settled 1` and `failed 1` pay. `repeat 3 LINE` writes a line three times, with `{n}` for the number.
//! `contract A sale=9% notice=30d offered` is an offer; `accept A 2`, `decline A 2` and `withdraw A 2` end it. `overlay new
//! sale=+20% from=d1 to=d3 for=A` lays something on terms, with `on=saturday hours=18:00-22:00` for some hours of a week.
//! `list new sku brands=acme,apex` is a list, which terms name as `restrict=sale:sku/in_list/1`.
//! `inquire A untracked 1001 50.00 ordered=d1`, `answer 1 valid`, `answer 1 declined ORDER_NOT_FOUND` and `appeal 1 A` are a
//! partner's question and what becomes of it.
//! `give 1001 B` gives an order's actions to another partner, and
//! `award bonus A 50.00 spring` a bonus, which `event=0` names afterwards.
//! Terms say what goes back with `returns=never`, `returns=consent` and `most=50%`; `agree A 1.1.1` and `refuse A 1.1.1` are
//! the partner's word on a return that it was asked for.
//! Defaults: ad 1, program 1,
//! a report from the server, terms of 30 days; `script` has every word.
//!
//! Every case runs in batches of one record, of three and of as many as can be, and the books must come out the same.

use expect_test::Expect;

use super::books::Books;
use super::picture;
use super::script::{self, Entered, Step};
use crate::fact::{Fact, Record};
use crate::id::{BrandId, FactId, RecordNo};
use crate::machine::Outcome;
use crate::time::Timestamp;

/// Runs a history and compares what comes out.
pub fn check(history: &str, expect: Expect) {
    expect.assert_eq(&run(history).output);
}

/// A history that has been applied.
pub struct Run {
    pub output: String,
    pub books: Books,
    pub outcomes: Vec<Outcome>,
    at_once: usize,
    /// Read, but not yet applied.
    waiting: Vec<(String, Record)>,
    last: RecordNo,
}

/// Applies a history in batches of several sizes, which must not matter.
pub fn run(history: &str) -> Run {
    let whole = Run::of(history, usize::MAX);
    for at_once in [1, 3] {
        let split = Run::of(history, at_once);
        assert_eq!(split.output, whole.output, "batches of {at_once} come to something else");
        assert_eq!(split.outcomes, whole.outcomes, "batches of {at_once} come to something else");
        assert!(split.books == whole.books, "batches of {at_once} leave other books");
    }
    whole
}

/// A history's records, numbered from one. Nothing may be shown or drained in it.
pub fn records(history: &str) -> Vec<Record> {
    let steps = script::read(history).into_iter().zip(1..);
    let record = |(step, n)| match step {
        Step::Fact(entered) => entered.record(n),
        Step::Drain(..) | Step::Show(_) => panic!("only facts become records"),
    };
    steps.map(record).collect()
}

impl Entered {
    fn record(self, n: u64) -> Record {
        let Entered { label: _, received_at, occurred_at, actor, fact } = self;
        let id = FactId { edge: 1, epoch: 1, n };
        Record { no: RecordNo(n), brand: BrandId(1), id, received_at, occurred_at, actor, fact }
    }
}

impl Run {
    fn of(history: &str, at_once: usize) -> Run {
        let mut run = Run {
            output: String::new(),
            books: Books::default(),
            outcomes: Vec::new(),
            at_once,
            waiting: Vec::new(),
            last: RecordNo(0),
        };
        for step in script::read(history) {
            match step {
                Step::Fact(entered) => run.enter(*entered),
                Step::Drain(limit, at) => run.drain(limit, at),
                Step::Show(what) => {
                    run.settle();
                    run.output += &picture::show(&run.books, &what);
                }
            }
        }
        run.settle();
        run.output += &picture::end(&run.books);
        run
    }

    fn enter(&mut self, entered: Entered) {
        self.last.0 += 1;
        self.waiting.push((entered.label.clone(), entered.record(self.last.0)));
    }

    fn settle(&mut self) {
        let (labels, records): (Vec<String>, Vec<Record>) = std::mem::take(&mut self.waiting).into_iter().unzip();
        let outcomes = self.books.apply(&records, self.at_once);
        for ((label, record), outcome) in labels.iter().zip(&records).zip(&outcomes) {
            self.output += &picture::outcome(&self.books, label, record, outcome);
        }
        self.outcomes.extend(outcomes);
    }

    fn drain(&mut self, limit: u32, at: Timestamp) {
        self.settle();
        while self.books.state.work_waits {
            assert!(self.last.0 < 100_000, "work never ends");
            let fact = Fact::WorkAdvanced { limit };
            self.enter(Entered { label: "work".into(), received_at: at, occurred_at: at, actor: None, fact });
            self.settle();
        }
    }
}
