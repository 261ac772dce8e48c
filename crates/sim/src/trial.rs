//! A town's records through the real rules and books, and what the auditor says to the same.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use referee_core::config::Config;
use referee_core::fact::{Fact, Record, Visit};
use referee_core::id::{NodeId, ProgramId};
use referee_core::identity::Identifier;
use referee_core::money::Money;
use referee_core::program::Source;
use referee_core::row::{BrandState, DecisionRow, OrderKey, Rollup};
use referee_core::slice::Slice;
use referee_core::time::{Day, Timestamp};
use referee_engine::books::batch::apply_records;
use referee_engine::books::reads::{ActionFilter, Period, Reads as _};
use referee_engine::books::sql::{SqlBooks, SqlReads};
use referee_engine::books::{Applied, Books as _};
use referee_engine::log::Position;
use referee_engine::routing::PartitionId;

use crate::auditor::{Auditor, Judged, Opinion, OrderName, Owed, Part, Tally, Verdict};
use crate::random::Random;
use crate::town::{BRAND, Town};

const PARTITION: PartitionId = PartitionId(1);
/// Records applied with one slice, at most; how many is drawn.
const BATCH_MAX: u64 = 40;
/// Actions of one order.
const ACTIONS_MAX: u32 = 60;

/// Something that books and auditor see differently.
#[derive(Debug, PartialEq, Eq)]
pub struct Disagreement {
    pub about: Matter,
    pub books: String,
    pub auditor: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matter {
    /// The record that decided an order, or answered a report of it.
    Order {
        name: OrderName,
        record: u64,
    },
    /// What an order's actions come to in the end.
    Sum {
        name: OrderName,
    },
    People {
        a: Identifier,
        b: Identifier,
    },
    /// What happened on the days of a program.
    Days(ProgramId),
}

/// What was found in one town.
#[derive(Default)]
pub struct Findings {
    pub orders: u64,
    pub credited: u64,
    pub pairs: u64,
    pub disagreements: Vec<Disagreement>,
}

/// Tries the rules with a town; its books are a file in a folder.
pub fn of(town: &Town, seed: u64, folder: &Path) -> Result<Findings> {
    let path = folder.join(format!("{seed}.db"));
    let mut books = SqlBooks::open_file(&path)?;
    let mut random = Random::new(!seed);
    fill(&mut books, &town.records, &mut || 1 + random.popular(BATCH_MAX) as usize)?;
    let reads = SqlReads::open_file(&path)?;
    let (mut auditor, mut findings) = (Auditor::default(), Findings::default());
    let mut heard: BTreeMap<(u64, OrderName), Verdict> = BTreeMap::new();
    for record in &town.records {
        for opinion in auditor.hear(record) {
            match opinion {
                Opinion::Decided { record, order, verdict } => _ = heard.insert((record.0, order), verdict),
                Opinion::Answered { record: no, refusal } => {
                    let Fact::ConversionReported(report) = &record.fact else { continue };
                    let told = reads.submission(BRAND, report.submission)?.context("a report has a submission")?;
                    let name = (report.event_type, report.order_id.clone());
                    let about = Matter::Order { name, record: no.0 };
                    findings.compare(about, &told.refusal, &refusal);
                }
            }
        }
    }
    compare_decisions(&reads, &auditor, heard, &mut findings)?;
    compare_sums(&reads, &auditor, &mut findings)?;
    compare_people(&mut books, town, &auditor, &mut findings)?;
    compare_days(&reads, town, &auditor, &mut findings)?;
    Ok(findings)
}

/// Applies records to books, so many with one slice.
pub fn fill(books: &mut SqlBooks, records: &[Record], at_once: &mut dyn FnMut() -> usize) -> Result<()> {
    let (mut config, mut state) = (Config::default(), BrandState::default());
    books.begin(PARTITION, Position(0))?;
    let mut rest = records;
    while !rest.is_empty() {
        let (batch, others) = rest.split_at(rest.len().min(at_once()));
        (config, state) = apply_records(books, BRAND, config, state, batch, &mut |_, _| {})?;
        rest = others;
    }
    Ok(books.commit(PARTITION, &Applied { position: Position(1), ..Applied::default() })?)
}

impl Findings {
    fn compare<T: PartialEq + std::fmt::Debug>(&mut self, about: Matter, books: &T, auditor: &T) {
        if books != auditor {
            let (books, auditor) = (format!("{books:?}"), format!("{auditor:?}"));
            self.disagreements.push(Disagreement { about, books, auditor });
        }
    }
}

fn compare_decisions(
    reads: &SqlReads,
    auditor: &Auditor,
    mut heard: BTreeMap<(u64, OrderName), Verdict>,
    findings: &mut Findings,
) -> Result<()> {
    for (name, _, _) in auditor.sums() {
        findings.orders += 1;
        let key = OrderKey { event_type: name.0, order_id: name.1.clone() };
        let mut decisions = reads.decisions_of(BRAND, &key)?;
        decisions.reverse();
        for decision in decisions {
            let record = decision.record.0;
            let expected = heard.remove(&(record, name.clone()));
            let about = Matter::Order { name: name.clone(), record };
            findings.compare(about, &Some(verdict_of(decision)), &expected);
        }
    }
    for ((record, name), verdict) in heard {
        findings.compare(Matter::Order { name, record }, &None, &Some(verdict));
    }
    Ok(())
}

/// What the books say, in the auditor's words.
fn verdict_of(decision: DecisionRow) -> Verdict {
    let parts = decision.credits.iter().map(|it| Part {
        partner: it.partner,
        evidence: it.evidence,
        click: it.click,
        share: it.share_ppm,
    });
    let candidates = decision.candidates.iter();
    let judged = candidates.map(|it| Judged { click: it.click, share: it.share_ppm, lost: it.lost });
    Verdict { refusal: decision.refusal, parts: parts.collect(), candidates: judged.collect() }
}

/// The parts of an order's actions add up to the order, and each is priced as it must be.
fn compare_sums(reads: &SqlReads, auditor: &Auditor, findings: &mut Findings) -> Result<()> {
    for (name, sum, parts) in auditor.sums() {
        let order_id = Some(name.1.clone());
        let filter = ActionFilter { event_type: Some(name.0), order_id, ..ActionFilter::default() };
        let mut actions = reads.actions(BRAND, &filter, None, ACTIONS_MAX)?;
        actions.sort_by_key(|action| action.id);
        findings.credited += u64::from(!actions.is_empty());
        let amounts: Vec<Money> = actions.iter().map(|action| action.amount).collect();
        let owed =
            |it: &referee_core::row::ActionRow| Owed { partner: it.partner, amount: it.amount, payout: it.payout };
        let about = || Matter::Sum { name: name.clone() };
        let total = amounts.iter().fold(Money::ZERO, |sum, amount| sum.plus(*amount));
        let expected = if parts > 0 { sum } else { Money::ZERO };
        findings.compare(about(), &total, &expected);
        findings.compare(about(), &actions.iter().map(owed).collect(), &auditor.owed(name, &amounts));
    }
    Ok(())
}

/// Whether books and auditor take the same identifiers for one person in the end.
fn compare_people(books: &mut SqlBooks, town: &Town, auditor: &Auditor, findings: &mut Findings) -> Result<()> {
    let identifiers = town.identifiers();
    let persons = auditor.persons(&identifiers);
    let roots = roots(books, town, &identifiers)?;
    for (n, a) in identifiers.iter().enumerate() {
        for (m, b) in identifiers.iter().enumerate().skip(n + 1) {
            findings.pairs += 1;
            let (in_books, by_auditor) = (roots[n].is_some() && roots[n] == roots[m], persons[n] == persons[m]);
            let word = |same| if same { "one person" } else { "two people" };
            findings.compare(Matter::People { a: *a, b: *b }, &word(in_books), &word(by_auditor));
        }
    }
    Ok(())
}

fn compare_days(reads: &SqlReads, town: &Town, auditor: &Auditor, findings: &mut Findings) -> Result<()> {
    let calendar = auditor.calendar();
    for program in town.programs() {
        let period = Period { program, from: Day(0), to: Day(i32::MAX), partner: None };
        let days = reads.days(BRAND, period)?.into_iter().map(|(day, sums)| (i64::from(day.0), tally_of(sums)));
        let happened = days.filter(|(_, tally)| *tally != Tally::default()).collect::<Vec<_>>();
        let of_program = calendar.days().iter().filter(|((of, _), _)| *of == program);
        let expected = of_program.map(|((_, day), tally)| (*day, *tally)).collect::<Vec<_>>();
        findings.compare(Matter::Days(program), &happened, &expected);
    }
    Ok(())
}

fn tally_of(sums: Rollup) -> Tally {
    let Rollup { clicks, uncounted, visits, conversions, unclaimed, .. } = sums;
    Tally { clicks, uncounted, visits, conversions, unclaimed }
}

/// The profile of each identifier, as the books name it. None: no report that was taken named it.
fn roots(books: &mut SqlBooks, town: &Town, identifiers: &[Identifier]) -> Result<Vec<Option<NodeId>>> {
    let last = town.records.last().context("a town has records")?;
    let visit = Visit {
        program: Default::default(),
        source: Source::Browser,
        click: None,
        identifiers: identifiers.to_vec(),
        aliases: Vec::new(),
        left_out: Vec::new(),
        issued: None,
        path: String::new(),
    };
    let asked = Record { fact: Fact::VisitRecorded(visit), occurred_at: Timestamp(i64::MAX), ..last.clone() };
    let (config, state) = books.brand(PARTITION, BRAND)?;
    let mut slice = Slice::new(config, state);
    books.begin(PARTITION, Position(1))?;
    books.load(BRAND, &[asked], &mut slice)?;
    books.rollback();
    let root = |it| slice.identifiers.get(it).map(|row| slice.root_of(row.node));
    Ok(identifiers.iter().map(root).collect())
}
