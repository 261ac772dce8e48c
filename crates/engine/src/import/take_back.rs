//! Takes back what a file did: each action gets the figures that it had before, by new changes while it is pending, and by
//! the opposite correction where the file corrected it. What locked, was paid or was changed by somebody since stays, and is
//! named.

use std::collections::{BTreeMap, BTreeSet};

use referee_core::fact::{ActionChange, ActionTarget, ChangeRequest, Fact, Item, ItemChange, NewFigures};
use referee_core::id::{ActionId, RecordNo};
use referee_core::money::Money;
use referee_core::row::{ActionRow, ActionState, HistoryKind, HistoryRow};

use super::request::{source, submission};
use super::trial::after;
use super::work::Work;
use super::{Line, LineState, TAKEN_BACK, Touched};
use crate::error::Result;
use crate::limits::{IMPORT_LINES_AT_ONCE, IMPORT_LINES_MAX};

const LOCKED: &str = "It has locked meanwhile, and stays as it is.";
const PAID: &str = "The correction was paid meanwhile, and stays as it is. Correct it by hand: the difference goes into the next payment.";
const CHANGED_SINCE: &str = "It was changed again since, and stays as it is.";
const NOT_EXACTLY: &str = "Its items can't be put back exactly as they were. Change it by hand.";
const NOTHING_EARNED: &str = "The order stays reported: it earned nobody anything, so nothing is to be taken back.";
const GONE: &str = "The action is not in the books.";

/// What all lines did to one action.
struct Done {
    /// As it was before the first of them.
    before: Touched,
    first_line: u32,
    records: BTreeSet<RecordNo>,
}

/// False where somebody else has taken over.
pub fn all(work: &mut Work<'_>) -> Result<bool> {
    let (engine, import) = (work.engine, work.import);
    let lines = engine.settings.import_lines(import.brand, &import.id, 0, IMPORT_LINES_MAX as u32)?;
    let done = by_action(&lines);
    work.catch_up()?;
    let mut told: BTreeMap<ActionId, String> = BTreeMap::new();
    let all: Vec<(&ActionId, &Done)> = done.iter().collect();
    for some in all.chunks(IMPORT_LINES_AT_ONCE) {
        if !work.prolong()? {
            return Ok(false);
        }
        some_back(work, some, &mut told)?;
    }
    let lines: Vec<Line> = lines.into_iter().filter_map(|line| told_of(line, &told)).collect();
    engine.settings.save_import_lines(import, &lines)?;
    Ok(true)
}

fn by_action(lines: &[Line]) -> BTreeMap<ActionId, Done> {
    let mut done: BTreeMap<ActionId, Done> = BTreeMap::new();
    for line in lines {
        for touched in &line.touched {
            // What only refused touched nothing.
            let Some(id) = touched.id().filter(|_| line.state == LineState::Done) else { continue };
            let new = || Done { before: touched.clone(), first_line: line.line, records: BTreeSet::new() };
            done.entry(id).or_insert_with(new).records.insert(line.record);
        }
    }
    done
}

/// A line with what became of taking it back; nothing where there was nothing to take back.
fn told_of(line: Line, told: &BTreeMap<ActionId, String>) -> Option<Line> {
    let of_actions = line.touched.iter().filter_map(|it| told.get(&it.id()?));
    let undo = match line.state {
        LineState::Done => of_actions.max_by_key(|it| *it != TAKEN_BACK).cloned().unwrap_or_else(|| GONE.into()),
        LineState::Refused if line.record > RecordNo::default() && line.touched.is_empty() => NOTHING_EARNED.into(),
        _ => return None,
    };
    Some(Line { undo, ..line })
}

fn some_back(work: &Work<'_>, some: &[(&ActionId, &Done)], told: &mut BTreeMap<ActionId, String>) -> Result<()> {
    let (mut facts, mut sent) = (Vec::new(), Vec::new());
    for (id, done) in some {
        let steps = match way_back(work, **id, done)? {
            Ok(steps) => steps,
            Err(why) => {
                told.insert(**id, why);
                continue;
            }
        };
        told.insert(**id, TAKEN_BACK.to_owned());
        let reason = format!("{}, taken back", work.reason(done.first_line));
        for fact in steps {
            if let Fact::ChangeRequested(request) = &fact {
                sent.push((**id, request.submission));
            }
            facts.push((reason.clone(), fact, work.engine.now()));
        }
    }
    work.record(facts)?;
    for (id, submission) in sent {
        let row = work.engine.reads.submission(work.import.brand, submission)?;
        if let Some(refusal) = row.and_then(|row| row.refusal) {
            told.insert(id, refusal.brand_sentence().to_owned());
        }
    }
    Ok(())
}

/// The changes that give an action what it had; or why there are none.
fn way_back(work: &Work<'_>, id: ActionId, done: &Done) -> Result<std::result::Result<Vec<Fact>, String>> {
    let (reads, brand) = (&work.engine.reads, work.import.brand);
    let Some(action) = reads.action(brand, id)? else { return Ok(Err(GONE.into())) };
    let own = own_records(work, id)?;
    let history = reads.history(brand, id)?;
    let is_own = |it: &&HistoryRow| done.records.contains(&it.record) || own.contains(&it.record);
    let since = history.iter().filter(|it| it.seq > done.before.changes && !is_own(it)).map(|it| it.kind);
    if let Some(why) = why_not(&action, &done.before, since.collect()) {
        return Ok(Err(why.into()));
    }
    for steps in ways(&action, &done.before) {
        let named = steps.into_iter().zip(1..).map(|(change, n)| fact(work, &action, change, own.len() + n));
        let facts: Vec<Fact> = named.collect();
        match after(reads.as_ref(), brand, id, &facts, work.engine.now())? {
            Err(refusal) => return Ok(Err(refusal.brand_sentence().to_owned())),
            Ok(now) => {
                if is_like(now.as_ref().unwrap_or(&action), &done.before) {
                    return Ok(Ok(facts));
                }
            }
        }
    }
    Ok(Err(NOT_EXACTLY.into()))
}

/// Why an action stays as it is, by what others did with it since.
fn why_not(action: &ActionRow, before: &Touched, since: BTreeSet<HistoryKind>) -> Option<&'static str> {
    let changes = [HistoryKind::Modified, HistoryKind::Reversed, HistoryKind::Restored, HistoryKind::Corrected];
    let payments = [HistoryKind::Paid, HistoryKind::Returned];
    if changes.iter().any(|kind| since.contains(kind)) {
        return Some(CHANGED_SINCE);
    }
    if before.was_locked {
        return payments.iter().any(|kind| since.contains(kind)).then_some(PAID);
    }
    matches!(action.state, ActionState::Locked | ActionState::Paid).then_some(LOCKED)
}

/// Records by which this file was taken back already, before the process died.
fn own_records(work: &Work<'_>, id: ActionId) -> Result<Vec<RecordNo>> {
    let mut own = Vec::new();
    loop {
        let name = submission(work.import, 0, &step(id, own.len() + 1));
        match work.engine.reads.submission(work.import.brand, name)? {
            Some(row) => own.push(row.record),
            None => return Ok(own),
        }
    }
}

fn step(id: ActionId, n: usize) -> String {
    format!("undo {id} {n}")
}

fn fact(work: &Work<'_>, action: &ActionRow, change: ActionChange, n: usize) -> Fact {
    Fact::ChangeRequested(ChangeRequest {
        submission: submission(work.import, 0, &step(action.id, n)),
        target: ActionTarget::Id(action.id),
        disposition: "OTHER".to_owned(),
        source: source(work.import),
        change,
    })
}

/// Ways that may lead back, the most exact first.
fn ways(action: &ActionRow, before: &Touched) -> Vec<Vec<ActionChange>> {
    if before.was_locked {
        let figures = items_back(action, before).map(NewFigures::Items).into_iter();
        let corrections = figures.chain([NewFigures::Amount(Money(before.amount))]).map(ActionChange::Correct);
        return std::iter::once(Vec::new()).chain(corrections.map(|it| vec![it])).collect();
    }
    let is_reversed = action.state == ActionState::Reversed;
    // What the file opened is reversed.
    if before.changes == 0 || before.was_reversed {
        return vec![if is_reversed { Vec::new() } else { vec![ActionChange::Reverse] }];
    }
    let first: Vec<ActionChange> = if is_reversed { vec![ActionChange::Restore] } else { Vec::new() };
    let then = |change: ActionChange| first.iter().cloned().chain([change]).collect();
    let mut ways = vec![first.clone()];
    if let Some(items) = items_back(action, before) {
        ways.push(then(ActionChange::Modify(NewFigures::Items(items))));
    }
    ways.push(then(ActionChange::Modify(NewFigures::Amount(Money(before.amount)))));
    ways
}

/// Each item with what it had; nothing where items can't be told apart by their SKU.
fn items_back(action: &ActionRow, before: &Touched) -> Option<Vec<ItemChange>> {
    let skus: BTreeSet<&str> = action.items.iter().map(|item| item.sku.as_str()).collect();
    let told_apart = skus.len() == action.items.len() && !skus.contains("") && !skus.is_empty();
    let back = |(item, (quantity, amount)): (&Item, &(u32, i64))| ItemChange {
        sku: item.sku.clone(),
        quantity: Some(*quantity),
        amount: Some(Money(*amount)),
    };
    let same = action.items.len() == before.items.len();
    (told_apart && same).then(|| action.items.iter().zip(&before.items).map(back).collect())
}

/// Whether it has the figures that it had.
fn is_like(action: &ActionRow, before: &Touched) -> bool {
    let is_reversed = action.state == ActionState::Reversed;
    if before.changes == 0 || before.was_reversed {
        return is_reversed;
    }
    if before.was_locked && action.payout.0 != before.payout {
        return false;
    }
    let items = action.items.iter().map(|item| (item.quantity, item.amount.0));
    !is_reversed && action.amount.0 == before.amount && items.eq(before.items.iter().copied())
}
