//! A town's records through the real rules and books, and what the auditor says to the same.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};
use referee_core::config::Config;
use referee_core::fact::{Fact, Record};
use referee_core::id::{NodeId, ProgramId};
use referee_core::identity::Identifier;
use referee_core::identity::profiles::Profiles;
use referee_core::money::{Money, WHOLE_PPM};
use referee_core::refusal::Refusal;
use referee_core::row::{ActionRow, BrandState, DecisionRow, OrderKey, Rollup};
use referee_core::slice::Slice;
use referee_core::time::{Day, Timestamp};
use referee_engine::books::batch::apply_records;
use referee_engine::books::reads::{ActionFilter, Period, Reads as _};
use referee_engine::books::sql::{DumpSource, SqlBooks, SqlReads, verify};
use referee_engine::books::{Applied, Books as _};
use referee_engine::database::sqlite::Sqlite;
use referee_engine::log::Position;
use referee_engine::routing::PartitionId;

use crate::auditor::{Auditor, Given, Judged, Opinion, OrderName, Owed, Part, Tally, Verdict};
use crate::random::Random;
use crate::town::{BRAND, Town};

const PARTITION: PartitionId = PartitionId(1);
/// Records applied with one slice, at most; how many is drawn.
const BATCH_MAX: u64 = 40;
/// Actions of one order.
const ACTIONS_MAX: u32 = 60;

/// Numbers of the reasons why two are not one person.
const WHO_IS_WHO: std::ops::Range<u16> = 70..80;
/// What is said where no click is the buyer's.
const NOBODY: [Refusal; 2] = [Refusal::Unclaimed, Refusal::ClickForged];

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
    /// What must hold of the books, whatever happened.
    Invariant(&'static str),
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
                    let decided = told.refusal.filter(|it| is_of_another(*it)).and(refusal).or(told.refusal);
                    findings.compare(about, &decided, &refusal);
                }
            }
        }
    }
    compare_decisions(&reads, &auditor, heard, &mut findings)?;
    compare_sums(&reads, &auditor, &mut findings)?;
    compare_people(&mut books, town, &auditor, &mut findings)?;
    compare_days(&reads, town, &auditor, &mut findings)?;
    for check in verify(vec![DumpSource::whole(Box::new(Sqlite::open_read_only(&path)?))])? {
        findings.compare(Matter::Invariant(check.what), &check.first, &None);
    }
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
            self.compare_words(about, format!("{books:?}"), format!("{auditor:?}"));
        }
    }

    fn compare_words(&mut self, about: Matter, books: String, auditor: String) {
        if books != auditor {
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
            let told = verdict_of(decision, expected.as_ref());
            let expected = expected.map(|it| rounded_like(it, &told));
            findings.compare_words(
                about,
                told.to_string(),
                expected.map_or("not decided".to_owned(), |it| it.to_string()),
            );
        }
    }
    for ((record, name), verdict) in heard {
        findings.compare_words(Matter::Order { name, record }, "not decided".to_owned(), verdict.to_string());
    }
    Ok(())
}

/// What the books say, in the auditor's words. The books also name clicks that are not the buyer's, with the reason,
/// which is theirs to choose; of these the auditor says nothing.
fn verdict_of(decision: DecisionRow, expected: Option<&Verdict>) -> Verdict {
    let parts = decision.credits.iter().map(|it| Part {
        partner: it.partner,
        evidence: it.evidence,
        click: it.click,
        share: it.share_ppm,
    });
    let of_buyer = decision.candidates.iter().filter(|it| !it.lost.is_some_and(is_of_another));
    let judged: Vec<Judged> =
        of_buyer.map(|it| Judged { click: it.click, share: it.share_ppm, lost: it.lost }).collect();
    let mut refusal = decision.refusal;
    if refusal.is_some_and(is_of_another) {
        refusal = match judged.first() {
            Some(newest) => newest.lost,
            None => expected.and_then(|it| it.refusal).filter(|it| NOBODY.contains(it)).or(refusal),
        };
    }
    Verdict { refusal, parts: parts.collect(), candidates: judged }
}

/// Millionths by which weights that are not whole may be rounded in another way.
const ROUNDING_MAX: u32 = 3 * ACTIONS_MAX;

/// The auditor's shares, where the books' are the same but for rounding.
fn rounded_like(mut verdict: Verdict, told: &Verdict) -> Verdict {
    for (part, as_told) in verdict.parts.iter_mut().zip(&told.parts) {
        if part.share.abs_diff(as_told.share) <= ROUNDING_MAX {
            part.share = as_told.share;
        }
    }
    for (judged, as_told) in verdict.candidates.iter_mut().zip(&told.candidates) {
        if judged.share.abs_diff(as_told.share) <= ROUNDING_MAX {
            judged.share = as_told.share;
        }
    }
    verdict
}

/// Whether a click lost because it is not the buyer's.
pub fn is_of_another(refusal: Refusal) -> bool {
    WHO_IS_WHO.contains(&refusal.number())
}

/// The parts of an order's actions add up to the order, those of an item to the item, and each part is priced as it must be.
fn compare_sums(reads: &SqlReads, auditor: &Auditor, findings: &mut Findings) -> Result<()> {
    for (name, sum, paid) in auditor.sums() {
        let order_id = Some(name.1.clone());
        let filter = ActionFilter { event_type: Some(name.0), order_id, ..ActionFilter::default() };
        let mut actions = reads.actions(BRAND, &filter, None, ACTIONS_MAX)?;
        actions.sort_by_key(|action| action.id);
        findings.credited += u64::from(!actions.is_empty());
        let given: Vec<Given> = actions.iter().map(given).collect();
        let owed = |it: &ActionRow| Owed { partner: it.partner, amount: it.amount, payout: it.payout };
        let about = || Matter::Sum { name: name.clone() };
        let total = sum_of(given.iter().map(|it| it.amount));
        if paid == 0 || paid == WHOLE_PPM {
            findings.compare(about(), &total, &if paid > 0 { sum } else { Money::ZERO });
        }
        let items = auditor.items(name);
        if given.iter().any(|it| it.items.len() != items.len()) {
            findings.compare_words(about(), format!("{given:?}"), format!("{} items", items.len()));
        } else if paid == WHOLE_PPM {
            let total = |n: usize| sum_of(given.iter().map(|it| it.items[n]));
            findings.compare(about(), &(0..items.len()).map(total).collect(), &items);
        }
        findings.compare(about(), &actions.iter().map(owed).collect(), &auditor.owed(name, &given));
    }
    Ok(())
}

fn given(action: &ActionRow) -> Given {
    let items = action.items.iter().map(|item| item.amount).collect();
    Given { amount: action.amount, share: action.share_ppm, items }
}

fn sum_of(amounts: impl Iterator<Item = Money>) -> Money {
    amounts.fold(Money::ZERO, Money::plus)
}

/// Whether books and auditor take the same identifiers for one person in the end.
fn compare_people(books: &mut SqlBooks, town: &Town, auditor: &Auditor, findings: &mut Findings) -> Result<()> {
    let identifiers = town.identifiers();
    let persons = auditor.persons(&identifiers);
    let profiles = profiles(books, town, &identifiers)?;
    for (n, a) in identifiers.iter().enumerate() {
        for (m, b) in identifiers.iter().enumerate().skip(n + 1) {
            findings.pairs += 1;
            let (in_books, by_auditor) =
                (profiles[n].is_some() && profiles[n] == profiles[m], persons[n] == persons[m]);
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
        let told = reads.days(BRAND, period)?.into_iter().map(|(day, sums)| (i64::from(day.0), tally_of(sums)));
        let told: BTreeMap<i64, Tally> = told.collect();
        let of_program = calendar.days().iter().filter(|((of, _), _)| *of == program);
        let expected: BTreeMap<i64, Tally> = of_program.map(|((_, day), tally)| (*day, *tally)).collect();
        for day in told.keys().chain(expected.keys()).collect::<BTreeSet<_>>() {
            let of = |tallies: &BTreeMap<i64, Tally>| (*day, tallies.get(day).copied().unwrap_or_default());
            findings.compare(Matter::Days(program), &of(&told), &of(&expected));
        }
    }
    Ok(())
}

fn tally_of(sums: Rollup) -> Tally {
    let Rollup { clicks, uncounted, impressions, visits, conversions, unclaimed, .. } = sums;
    Tally { clicks, uncounted, impressions, visits, conversions, unclaimed }
}

/// The profile of each identifier, as the books name it. None: no report that was taken named it.
fn profiles(books: &mut SqlBooks, town: &Town, identifiers: &[Identifier]) -> Result<Vec<Option<NodeId>>> {
    // Whatever a report may be credited by is loaded.
    let is_report = |it: &&Record| matches!(it.fact, Fact::ConversionReported(_));
    let mut asked = town.records.iter().rfind(is_report).context("a town has orders")?.clone();
    if let Fact::ConversionReported(report) = &mut asked.fact {
        report.order_id = "none".to_owned();
        report.identifiers = identifiers.to_vec();
    }
    let (config, state) = books.brand(PARTITION, BRAND)?;
    let mut slice = Slice::new(config, state);
    books.begin(PARTITION, Position(1))?;
    books.load(BRAND, &[asked], &mut slice)?;
    books.rollback();
    let profiles = Profiles::as_of(slice.edges.values(), Timestamp(i64::MAX));
    let profile = |it| slice.identifiers.get(it).map(|row| profiles.of(row.node, Timestamp(i64::MAX)));
    Ok(identifiers.iter().map(profile).collect())
}
