//! What lines come to, by the rules themselves: they are applied to a slice of the books that nobody saves.

use std::collections::BTreeMap;

use referee_core::fact::{ActionChange, ActionTarget, Fact, NewFigures, Record};
use referee_core::id::{ActionId, BrandId};
use referee_core::machine;
use referee_core::money::{Currency, Money};
use referee_core::refusal::Refusal;
use referee_core::row::{ActionRow, ActionState, HistoryKind, HistoryRow, OrderKey};
use referee_core::slice::Slice;
use referee_core::time::Timestamp;

use super::request::{Asked, Drafted};
use super::{Line, LineState, Touched};
use crate::books::reads::Reads;
use crate::error::Result;
use crate::log::Draft;

/// Why a difference can't be added.
const NOT_ALL_PENDING: &str =
    "A difference needs the order's actions to be pending, all of them. Name the action by its id instead.";
const NOT_ALL_LOCKED: &str = "A difference that corrects needs the order's actions to be locked, all of them. Name the action by its id instead.";
const BELOW_ZERO: &str = "The difference takes away more than the amount is.";

/// What a file does about an action that is in the other half of its life.
const SAY_CORRECT: &str =
    "Say correct in the column change, with the right figures: the difference goes into the next payment.";
const SAY_NOTHING: &str = "Leave the column change empty.";

/// Tries lines in their order, each on what the ones before it left.
pub fn rehearse(reads: &dyn Reads, brand: BrandId, asked: &[Asked], now: Timestamp) -> Result<Vec<Line>> {
    let drafted: Vec<(&Asked, &Drafted)> =
        asked.iter().filter_map(|it| it.draft.as_ref().ok().map(|draft| (it, draft))).collect();
    let drafts = drafted.iter().map(|(_, it)| draft(brand, it.fact.clone(), it.occurred_at, now)).collect();
    let (mut lines, mut next) = (BTreeMap::new(), drafted.iter());
    reads.rehearse(brand, drafts, &mut |slice, record| {
        if let Some((asked, draft)) = next.next() {
            lines.insert(asked.line, attempt(slice, record, asked, draft.delta));
        }
    })?;
    let of = |it: &Asked| match &it.draft {
        Err(fault) => refused(it, fault.code, &fault.message),
        Ok(_) => lines.remove(&it.line).unwrap_or_else(|| Line::planned(it)),
    };
    Ok(asked.iter().map(of).collect())
}

fn draft(brand: BrandId, fact: Fact, occurred_at: Timestamp, now: Timestamp) -> Draft {
    Draft { brand, received_at: now, occurred_at, actor: None, fact, raw: None }
}

pub fn refused(asked: &Asked, code: &str, message: &str) -> Line {
    Line { state: LineState::Refused, code: code.to_owned(), message: message.to_owned(), ..Line::planned(asked) }
}

impl Line {
    pub fn planned(asked: &Asked) -> Line {
        Line {
            line: asked.line,
            state: LineState::Planned,
            order: asked.order.clone(),
            code: String::new(),
            message: String::new(),
            amount: None,
            touched: Vec::new(),
            record: Default::default(),
            currency: None,
            amount_delta: Money::ZERO,
            payout_delta: Money::ZERO,
            undo: String::new(),
        }
    }

    /// What the books say became of it: its record's outcome, and what it added to histories.
    pub fn became(
        &mut self,
        refusal: Option<Refusal>,
        unchanged: bool,
        changed: &[HistoryRow],
        currency: Option<Currency>,
    ) {
        self.amount_delta = changed.iter().fold(Money::ZERO, |sum, it| sum.plus(it.amount_delta));
        self.payout_delta = changed.iter().fold(Money::ZERO, |sum, it| sum.plus(it.payout_delta));
        self.currency = currency.filter(|_| !changed.is_empty());
        // What it opens is named by the books alone.
        self.touched.retain(|it| it.changes > 0 && changed.iter().any(|line| it.id() == Some(line.action)));
        let opened = changed.iter().filter(|it| it.kind == HistoryKind::Opened);
        self.touched.extend(opened.map(|it| Touched { action: it.action.to_string(), ..Touched::default() }));
        self.state = match refusal {
            Some(refusal) => {
                (self.code, self.message) = (refusal.code().to_owned(), sentence(refusal));
                LineState::Refused
            }
            None if unchanged || changed.is_empty() || (self.amount_delta, self.payout_delta) == NOTHING => {
                LineState::Unchanged
            }
            None => LineState::Done,
        };
        // An order that opened for nothing, such as a lead, still opened.
        let of_figures = |it: &HistoryRow| matches!(it.kind, HistoryKind::Modified | HistoryKind::Corrected);
        if self.state == LineState::Unchanged && !changed.iter().all(of_figures) {
            self.state = LineState::Done;
        }
    }
}

/// A refusal's sentence, and what a file does about it.
fn sentence(refusal: Refusal) -> String {
    let why = refusal.brand_sentence();
    match refusal {
        Refusal::ActionLocked => format!("{why} {SAY_CORRECT}"),
        Refusal::ActionNotLocked => format!("{why} {SAY_NOTHING}"),
        _ => why.to_owned(),
    }
}

const NOTHING: (Money, Money) = (Money::ZERO, Money::ZERO);

fn attempt(slice: &mut Slice, mut record: Record, asked: &Asked, delta: Option<Money>) -> Line {
    let mut line = Line::planned(asked);
    let before = meant(slice, &record.fact);
    if let (Some(delta), Fact::ChangeRequested(request)) = (delta, &mut record.fact)
        && !before.is_empty()
    {
        let corrects = matches!(request.change, ActionChange::Correct(_));
        match whole(&before, corrects).map(|whole| whole.plus(delta)) {
            None => return mixed(asked, &before, corrects),
            Some(amount) if amount < Money::ZERO => return refused(asked, Refusal::AmountNegative.code(), BELOW_ZERO),
            Some(amount) => {
                request.change = to_amount(&request.change, amount);
                line.amount = Some(amount);
            }
        }
    }
    line.touched = before.iter().map(as_it_was).collect();
    let (history, submissions) = (slice.new.history.len(), slice.new.submissions.len());
    let outcome = machine::apply(slice, &record);
    let unchanged = slice.new.submissions.get(submissions).is_some_and(|it| it.unchanged);
    let changed: Vec<HistoryRow> = slice.new.history[history..].to_vec();
    let currency = changed.first().and_then(|it| slice.actions.get(&it.action)).map(|action| action.currency);
    line.became(outcome.refusal, unchanged, &changed, currency);
    line
}

/// The actions that a fact is about, as far as they are there.
fn meant(slice: &Slice, fact: &Fact) -> Vec<ActionRow> {
    let of_order = |key: OrderKey| slice.conversions.get(&key).map(|row| slice.actions_of(row)).unwrap_or_default();
    match fact {
        Fact::ChangeRequested(request) => match &request.target {
            ActionTarget::Id(id) => slice.actions.get(id).cloned().into_iter().collect(),
            ActionTarget::Order { event_type, order_id } => {
                of_order(OrderKey { event_type: *event_type, order_id: order_id.clone() })
            }
        },
        Fact::ConversionReported(report) => {
            of_order(OrderKey { event_type: report.event_type, order_id: report.order_id.clone() })
        }
        _ => Vec::new(),
    }
}

/// What the actions have together, if all may be changed so.
fn whole(actions: &[ActionRow], corrects: bool) -> Option<Money> {
    let fits = |action: &ActionRow| if corrects { is_locked(action) } else { action.state == ActionState::Pending };
    actions.iter().all(fits).then(|| actions.iter().fold(Money::ZERO, |sum, action| sum.plus(action.amount)))
}

/// Why a difference can't be added: one action alone says so by the rules' own words.
fn mixed(asked: &Asked, actions: &[ActionRow], corrects: bool) -> Line {
    let refusal = match actions {
        _ if actions.iter().all(|action| action.state == ActionState::Reversed) => Refusal::ActionAlreadyReversed,
        _ if corrects => Refusal::ActionNotLocked,
        _ => Refusal::ActionLocked,
    };
    match (actions, refusal, corrects) {
        ([_], ..) | (_, Refusal::ActionAlreadyReversed, _) => refused(asked, refusal.code(), &sentence(refusal)),
        (_, _, true) => refused(asked, refusal.code(), NOT_ALL_LOCKED),
        (_, _, false) => refused(asked, refusal.code(), NOT_ALL_PENDING),
    }
}

/// The same change with the amount that its difference came to.
pub fn to_amount(change: &ActionChange, amount: Money) -> ActionChange {
    let figures = NewFigures::Amount(amount);
    match change {
        ActionChange::Correct(_) => ActionChange::Correct(figures),
        _ => ActionChange::Modify(figures),
    }
}

fn is_locked(action: &ActionRow) -> bool {
    matches!(action.state, ActionState::Locked | ActionState::Paid)
}

pub fn as_it_was(action: &ActionRow) -> Touched {
    Touched {
        action: action.id.to_string(),
        changes: action.changes,
        amount: action.amount.0,
        was_reversed: action.state == ActionState::Reversed,
        items: action.items.iter().map(|item| (item.quantity, item.amount.0)).collect(),
        was_locked: is_locked(action),
        payout: action.payout.0,
    }
}

/// What an action is like after some changes of it; nothing where the rules say no to one.
pub fn after(
    reads: &dyn Reads,
    brand: BrandId,
    action: ActionId,
    facts: &[Fact],
    now: Timestamp,
) -> Result<std::result::Result<Option<ActionRow>, Refusal>> {
    let drafts = facts.iter().map(|fact| draft(brand, fact.clone(), now, now)).collect();
    let mut told = Ok(None);
    reads.rehearse(brand, drafts, &mut |slice, record| {
        if told.is_err() {
            return;
        }
        told = match machine::apply(slice, &record).refusal {
            Some(refusal) => Err(refusal),
            None => Ok(slice.actions.get(&action).cloned()),
        };
    })?;
    Ok(told)
}
