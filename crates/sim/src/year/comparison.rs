//! A year's records through the real rules and books, beside what the bookkeeper says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};
use referee_core::config::Config;
use referee_core::fact::Record;
use referee_core::id::{InquiryId, PartnerId, ProgramId};
use referee_core::money::Money;
use referee_core::refusal::Refusal;
use referee_core::row::{Account as Book, ActionState, BrandState};
use referee_core::statement::Statement;
use referee_core::time::Day;
use referee_engine::books::batch::apply_records;
use referee_engine::books::reads::{PaymentFilter, Reads as _};
use referee_engine::books::sql::{DumpSource, SqlBooks, SqlReads, verify};
use referee_engine::books::{Applied, Books as _};
use referee_engine::database::sqlite::Sqlite;
use referee_engine::log::Position;
use referee_engine::routing::PartitionId;

use super::bookkeeper::Month;
use super::bookkeeper::account::Account;
use super::life::Year;
use crate::random::Random;
use crate::town::BRAND;

const PARTITION: PartitionId = PartitionId(1);
/// Records applied with one slice, at most; how many is drawn.
const BATCH_MAX: u64 = 40;
const PAYMENTS_MAX: u32 = 10_000;

/// Something that books and bookkeeper see differently.
pub struct Difference {
    pub about: String,
    pub books: String,
    pub bookkeeper: String,
    /// Where in the log it can be seen, if in one place.
    pub record: Option<usize>,
}

#[derive(Default)]
pub struct Findings {
    pub statements: u64,
    pub differences: Vec<Difference>,
}

impl Findings {
    fn compare<T: PartialEq + std::fmt::Debug>(&mut self, about: impl FnOnce() -> String, books: &T, bookkeeper: &T) {
        if books != bookkeeper {
            let (books, bookkeeper) = (format!("{books:?}"), format!("{bookkeeper:?}"));
            self.differences.push(Difference { about: about(), books, bookkeeper, record: None });
        }
    }
}

/// Tries the rules with a year; its books are a file in a folder.
pub fn of(year: &Year, seed: u64, folder: &Path) -> Result<Findings> {
    let path = folder.join(format!("year-{seed}.db"));
    let answers = fill(&path, &year.records, seed)?;
    let mut findings = Findings::default();
    for (n, (books, bookkeeper)) in answers.iter().zip(&year.refusals).enumerate() {
        let before = findings.differences.len();
        findings.compare(|| format!("the answer to record {}", n + 1), books, bookkeeper);
        findings.differences[before..].iter_mut().for_each(|it| it.record = Some(n));
    }
    let reads = SqlReads::open_file(&path)?;
    compare_actions(&reads, year, &mut findings)?;
    compare_inquiries(&reads, year, &mut findings)?;
    compare_payments(&reads, year, &mut findings)?;
    compare_statements(&reads, year, &mut findings)?;
    for check in verify(vec![DumpSource::whole(Box::new(Sqlite::open_read_only(&path)?))])? {
        findings.compare(|| check.what.to_owned(), &check.first, &None);
    }
    Ok(findings)
}

/// Applies records to books, and says what each was answered with.
fn fill(path: &Path, records: &[Record], seed: u64) -> Result<Vec<Option<Refusal>>> {
    let mut books = SqlBooks::open_file(path)?;
    let mut random = Random::new(!seed);
    let (mut config, mut state, mut answers) = (Config::default(), BrandState::default(), Vec::new());
    books.begin(PARTITION, Position(0))?;
    let mut rest = records;
    while !rest.is_empty() {
        let (batch, others) = rest.split_at(rest.len().min(1 + random.popular(BATCH_MAX) as usize));
        let each = &mut |_: &Record, outcome: &referee_core::machine::Outcome| answers.push(outcome.refusal);
        (config, state) = apply_records(&mut books, BRAND, config, state, batch, each)?;
        rest = others;
    }
    books.commit(PARTITION, &Applied { position: Position(1), ..Applied::default() })?;
    Ok(answers)
}

/// An action in words: what it comes to, and what of it is owed.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    partner: PartnerId,
    share: u32,
    state: ActionState,
    waits: bool,
    outside: bool,
    moved: bool,
    asked: bool,
    amount: Money,
    payout: Money,
    returned: Money,
    items: Vec<(u32, Money)>,
    owed: Money,
}

fn compare_actions(reads: &SqlReads, year: &Year, findings: &mut Findings) -> Result<()> {
    for (place, it) in year.bookkeeper.accounts.iter().enumerate() {
        let id = year.bookkeeper.id(place);
        let action = reads.action(BRAND, id)?.with_context(|| format!("there is no action {id}"))?;
        let books = Told {
            partner: action.partner,
            share: action.share_ppm,
            state: action.state,
            waits: action.held,
            outside: action.outside.is_some(),
            moved: action.moved_to.is_some(),
            asked: action.return_asked.is_some(),
            amount: action.amount,
            payout: action.payout,
            returned: action.returned,
            items: action.items.iter().map(|it| (it.quantity, it.amount)).collect(),
            owed: action.owed,
        };
        findings.compare(|| format!("action {id} of order {}", it.report.order_id), &books, &told(it));
    }
    Ok(())
}

fn compare_inquiries(reads: &SqlReads, year: &Year, findings: &mut Findings) -> Result<()> {
    for (it, id) in year.bookkeeper.inquiries.iter().zip(1..) {
        let told = reads.inquiry(BRAND, None, InquiryId(id))?.with_context(|| format!("there is no inquiry {id}"))?;
        let books = (told.state, told.action, told.appealed_at.is_some());
        let expected = (it.state, it.action.map(|place| year.bookkeeper.id(place)), it.appealed);
        findings.compare(|| format!("inquiry {id} about order {}", it.order_id), &books, &expected);
    }
    Ok(())
}

fn told(it: &Account) -> Told {
    let gone = it.report.items.iter().map(|_| (0, Money::ZERO)).collect();
    let items = it.items.iter().map(|it| (it.quantity, it.amount)).collect();
    Told {
        partner: it.partner,
        share: it.share,
        state: it.state(),
        waits: it.waits() && !it.reversed,
        outside: it.outside,
        moved: it.moved,
        asked: it.asked.is_some(),
        amount: it.amount,
        payout: it.payout,
        returned: it.returned,
        items: if it.reversed { gone } else { items },
        owed: it.owed(),
    }
}

fn compare_payments(reads: &SqlReads, year: &Year, findings: &mut Findings) -> Result<()> {
    let told = reads.payments(BRAND, &PaymentFilter::default(), PAYMENTS_MAX)?;
    let told: BTreeMap<u64, String> = told
        .into_iter()
        .map(|it| (u64::from(it.id.0), payment(it.partner, it.actions, it.total, &format!("{:?}", it.state))))
        .collect();
    let expected = year.bookkeeper.payments.iter().zip(1..);
    let expected: BTreeMap<u64, String> =
        expected.map(|(it, id)| (id, payment(it.partner, it.actions, it.total, &format!("{:?}", it.state)))).collect();
    for id in told.keys().chain(expected.keys()).collect::<BTreeSet<_>>() {
        findings.compare(|| format!("payment {id}"), &told.get(id), &expected.get(id));
    }
    Ok(())
}

fn payment(partner: PartnerId, actions: u32, total: Money, state: &str) -> String {
    format!("to {partner} for {actions} actions: {} {state}", total.0)
}

/// A month's lines, in the order of a statement.
#[derive(Debug, PartialEq, Eq)]
struct Lines {
    opening: Money,
    earned: Money,
    reversed: Money,
    corrections: Money,
    bonuses: Money,
    fees: Money,
    paid: Money,
    closing: Money,
    pending: Money,
    locked: Money,
}

fn compare_statements(reads: &SqlReads, year: &Year, findings: &mut Findings) -> Result<()> {
    let months: BTreeSet<i64> = year.bookkeeper.months.keys().map(|(_, _, first)| *first).collect();
    let whose: BTreeSet<(PartnerId, ProgramId)> =
        year.bookkeeper.months.keys().map(|(partner, program, _)| (*partner, *program)).collect();
    for (partner, program) in whose {
        let (mut pending, mut locked, mut paid) = (Money::ZERO, Money::ZERO, Money::ZERO);
        for first in &months {
            let month = year.bookkeeper.months.get(&(partner, program, *first)).copied().unwrap_or_default();
            let Month { earned, reversed, corrections, bonuses, fees, paid: paid_now, locked: locked_now } = month;
            let opening = pending.plus(locked);
            let closing = opening.0 + earned.0 - reversed.0 + corrections.0 + bonuses.0 + fees.0 - paid_now.0;
            pending = Money(pending.0 + earned.0 - reversed.0 + bonuses.0 + fees.0 - locked_now.0);
            locked = Money(locked.0 + locked_now.0 + corrections.0 - paid_now.0);
            paid = paid.plus(paid_now);
            let expected = Lines {
                opening,
                earned,
                reversed,
                corrections,
                bonuses,
                fees,
                paid: paid_now,
                closing: Money(closing),
                pending,
                locked,
            };
            findings.compare(
                || format!("day {first}, the month of partner {partner} in program {program}"),
                &lines(reads, *first, partner, program)?,
                &expected,
            );
            findings.statements += 1;
        }
        let balances = reads.balances(BRAND, Some(partner))?;
        let held = |book: Book| {
            let of = balances.iter().filter(|(key, _)| key.program == program && key.account == book);
            of.fold(Money::ZERO, |sum, (_, amount)| sum.plus(*amount))
        };
        let books = [Book::Pending, Book::Locked, Book::Paid].map(held);
        let about = || format!("balances of partner {partner} in program {program}");
        findings.compare(about, &books, &[pending, locked, paid]);
        let theirs = year.bookkeeper.accounts.iter().filter(|it| (it.partner, it.program()) == (partner, program));
        let (accrued, owed) = theirs.fold((Money::ZERO, Money::ZERO), |(accrued, owed), it| {
            let pending = if it.locked { Money::ZERO } else { it.payout };
            (accrued.plus(pending), owed.plus(it.owed()))
        });
        let about = || format!("what partner {partner} is owed in program {program}, pending and locked");
        findings.compare(about, &[books[0], books[1]], &[accrued, owed]);
    }
    Ok(())
}

fn lines(reads: &SqlReads, first: i64, partner: PartnerId, program: ProgramId) -> Result<Lines> {
    let movements = reads.movements(BRAND, Day(i32::try_from(first)?), Some(partner))?;
    let of_program = movements.into_iter().filter(|(key, _)| key.program == program);
    let it = Statement::of(of_program.map(|(key, movement)| (key.account, movement)));
    let Statement { opening, earned, reversed, corrections, bonuses, fees, paid, pending, locked } = it;
    let closing = it.closing();
    Ok(Lines { opening, earned, reversed, corrections, bonuses, fees, paid, closing, pending, locked })
}
