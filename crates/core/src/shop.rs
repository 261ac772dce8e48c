//! Orders of a shop system. Each message says how an order stands, and messages come late, twice and in any order: so what
//! is known of an order only grows, and its actions follow from that alone.

use crate::action::change::{self, Cause, Figures};
use crate::action::{open, parts};
use crate::consent::Consent;
use crate::fact::{
    ClickPath, Conversion, Item, Record, RefundedLine, ShopLine, ShopOrderSeen, ShopRefund, ShopRefundSeen,
};
use crate::id::{ActionId, EventTypeId, ProgramId, SubmissionId};
use crate::identity::Sighting;
use crate::machine::Outcome;
use crate::money::{Currency, Money};
use crate::program::Source;
use crate::refusal::Refusal;
use crate::row::{ActionRow, ActionState, OrderKey, ShopOrderRow, SubmissionKind, SubmissionRow};
use crate::slice::{Slice, order_of};
use crate::time::Timestamp;

/// Why figures are others than before, where nothing went back.
const EDITED: &str = "ORDER_UPDATE";
const REFUNDED: &str = "ITEM_RETURNED";

/// What became of a message.
struct Told {
    kind: SubmissionKind,
    refusal: Option<Refusal>,
    actions: Vec<ActionId>,
    unchanged: bool,
}

/// The whole order, as it stood at a moment.
pub(crate) fn order_seen(slice: &mut Slice, record: &Record, seen: &ShopOrderSeen) -> Outcome {
    let key = order_of(&seen.report);
    slice.state.has_shop_orders = true;
    Sighting::of_report(&slice.config, &seen.report).count_left_out(slice, record, seen.report.program);
    let told = if seen.test {
        refused(slice, &key, Refusal::ShopTestOrder)
    } else {
        let before = slice.shop_orders.get(&key).cloned();
        let mut row = before.clone().unwrap_or_else(|| new_row(record, seen.report.program));
        row.learn_order(seen);
        let checkout = OrderKey { order_id: seen.checkout.clone(), ..key.clone() };
        if let Some(seen) = slice.shop_order(&checkout) {
            (row.node, row.consent) = (row.node.or(seen.node), row.consent.or_else(|| seen.consent.clone()));
        }
        follow(slice, record, &key, (before, row), Some(seen))
    };
    keep_told(slice, record, seen.report.submission, (key, seen.report.program, seen.report.source), told)
}

/// A refund by itself. Of an order that is not known yet it is kept until the order comes.
pub(crate) fn refund_seen(slice: &mut Slice, record: &Record, seen: &ShopRefundSeen) -> Outcome {
    let key = OrderKey { event_type: seen.event_type, order_id: seen.order_id.clone() };
    slice.state.has_shop_orders = true;
    let before = slice.shop_orders.get(&key).cloned();
    let mut row = before.clone().unwrap_or_else(|| new_row(record, seen.program));
    row.learn_refund(&seen.refund);
    let told = follow(slice, record, &key, (before, row), None);
    keep_told(slice, record, seen.submission, (key, seen.program, Source::Server), told)
}

/// A browser saw the checkout. It says who the buyer is and opens nothing: what a shop sells, the shop says.
pub(crate) fn checkout_seen(slice: &mut Slice, record: &Record, report: &Conversion) -> Outcome {
    let key = order_of(report);
    slice.state.has_shop_orders = true;
    Sighting::of_report(&slice.config, report).count_left_out(slice, record, report.program);
    let before = slice.shop_orders.get(&key).cloned();
    let mut row = before.unwrap_or_else(|| new_row(record, report.program));
    let earning = slice.conversions.get(&key).cloned();
    let told = match earning {
        Some(order) if order.actions.is_empty() => {
            // The order came first and earned nothing. It is decided again with the buyer who is known now.
            let figures = row.figures(&[], false, order.currency);
            let report = Conversion {
                source: order.source,
                currency: order.currency,
                amount: figures.amount,
                items: figures.items,
                click_path: Some(ClickPath::Pixel),
                ..report.clone()
            };
            let outcome = open::by_shop(slice, record, &report, row.node, row.consent.as_ref());
            row.node = row.node.or(slice.conversions.get(&key).and_then(|order| order.node));
            Told { refusal: outcome.refusal, actions: outcome.actions, unchanged: outcome.unchanged, ..nothing() }
        }
        Some(order) => {
            row.node = open::at_checkout(slice, record, report, row.node.or(order.node));
            Told { actions: order.actions, ..nothing() }
        }
        None => {
            if report.consent.is_some() {
                row.consent.clone_from(&report.consent);
            }
            let refused = row.consent.as_ref().is_some_and(Consent::is_refused);
            row.node = if refused { None } else { open::at_checkout(slice, record, report, row.node) };
            Told { refusal: Some(Refusal::ShopOrderAwaited), ..nothing() }
        }
    };
    slice.shop_orders.set(key.clone(), row);
    settle_figures(slice, record, key.event_type, &key.order_id);
    keep_told(slice, record, report.submission, (key, report.program, report.source), told)
}

/// An order opened otherwise than by its shop: late, because its click was found, or by another report. It gets the figures
/// that the shop names.
pub(crate) fn settle_figures(slice: &mut Slice, record: &Record, event_type: EventTypeId, order_id: &str) {
    let key = OrderKey { event_type, order_id: order_id.to_owned() };
    let Some(mut row) = slice.shop_order(&key).filter(|row| row.updated_at.is_some()).cloned() else { return };
    let opened_now = slice.conversions.get(&key).is_some_and(|order| {
        let opened = |id: &ActionId| slice.actions.get(id).is_some_and(|action| action.record == record.no);
        order.actions.iter().any(opened)
    });
    if opened_now {
        _ = bring_to(slice, record, &key, None, &mut row);
        slice.shop_orders.set(key, row);
    }
}

/// What follows from what is known now and was not before.
fn follow(
    slice: &mut Slice,
    record: &Record,
    key: &OrderKey,
    (before, mut row): (Option<ShopOrderRow>, ShopOrderRow),
    seen: Option<&ShopOrderSeen>,
) -> Told {
    let was_open = slice.conversions.get(key).is_some_and(|order| !order.actions.is_empty());
    let told = match seen {
        _ if row.updated_at.is_none() => Told { refusal: Some(Refusal::ShopOrderAwaited), ..nothing() },
        Some(seen) if row.lines.is_empty() && !was_open => {
            know_buyer(slice, record, seen, &row);
            refused(slice, key, Refusal::ShopOrderWithoutLines)
        }
        Some(seen) if seen.opens_when_paid && !row.paid && !was_open => {
            know_buyer(slice, record, seen, &row);
            refused(slice, key, Refusal::ShopOrderNotPaid)
        }
        Some(seen) => {
            let report = row.report(seen);
            let outcome = open::by_shop(slice, record, &report, row.node, row.consent.as_ref());
            Told { refusal: outcome.refusal, actions: outcome.actions, unchanged: outcome.unchanged, ..nothing() }
        }
        None => Told { actions: actions_of(slice, key).iter().map(|it| it.id).collect(), ..nothing() },
    };
    let told = match (told.actions.is_empty(), before.as_ref().is_some_and(|before| before.says_as_much(&row))) {
        (true, _) => told,
        (false, true) if was_open => told,
        (false, _) => {
            let from = before.as_ref().filter(|_| was_open);
            let reversed = row.comes_to_nothing();
            let changed = bring_to(slice, record, key, from, &mut row);
            let kind = match changed {
                Ok(false) => told.kind,
                _ if !was_open => told.kind,
                _ if reversed => SubmissionKind::Reversal,
                _ => SubmissionKind::Modification,
            };
            let unchanged = told.unchanged && changed == Ok(false);
            Told { kind, refusal: told.refusal.or(changed.err()), unchanged, ..told }
        }
    };
    if before.as_ref() != Some(&row) {
        row.record = record.no;
        slice.shop_orders.set(key.clone(), row);
    }
    told
}

/// Whoever buys without paying is known by it all the same, and can be found again to be forgotten.
fn know_buyer(slice: &mut Slice, record: &Record, seen: &ShopOrderSeen, row: &ShopOrderRow) {
    if !row.consent.as_ref().is_some_and(Consent::is_refused) {
        open::at_checkout(slice, record, &seen.report, row.node);
    }
}

/// Gives an order's actions the figures that follow from what is known. `from`: what was known when they last got theirs;
/// None: they have just opened. Says whether anything changed.
fn bring_to(
    slice: &mut Slice,
    record: &Record,
    key: &OrderKey,
    from: Option<&ShopOrderRow>,
    row: &mut ShopOrderRow,
) -> Result<bool, Refusal> {
    let actions = actions_of(slice, key);
    let Some(currency) = actions.first().map(|action| action.order_currency) else { return Ok(false) };
    if currency != row.currency {
        return Err(Refusal::CurrencyDiffers);
    }
    let was = from.map(|from| from.figures(&from.returned, false, currency));
    // What the partner agreed to meanwhile has gone back as well.
    if let Some(all) = from.filter(|from| stand_at(&actions, &from.figures(&from.all_refunds(), false, currency))) {
        row.returned = all.all_refunds();
    }
    let edited = row.figures(&row.returned, false, currency);
    let returned = row.figures(&row.all_refunds(), row.cancelled.is_some(), currency);
    let mut changed = false;
    let edit = Cause { disposition: EDITED, source: Source::Server };
    if row.reversed && is_reversed(&actions) && !row.comes_to_nothing() {
        change::restore_all(slice, record, actions.clone(), edit)?;
        (row.reversed, changed) = (false, true);
    }
    if (changed || was != Some(edited.clone())) && !stand_at(&actions_of(slice, key), &edited) {
        change::take_figures(slice, record, actions_of(slice, key), Some(edited.clone()), edit, false)?;
        changed = true;
    }
    let nothing_left = row.comes_to_nothing();
    let gone = is_reversed(&actions_of(slice, key));
    let goes_back = if nothing_left { !gone } else { returned != edited };
    if goes_back {
        let disposition = row.cancelled.clone().unwrap_or_else(|| REFUNDED.to_owned());
        let cause = Cause { disposition: &disposition, source: Source::Server };
        let figures = if nothing_left { None } else { Some(returned.clone()) };
        change::take_figures(slice, record, actions_of(slice, key), figures, cause, true)?;
        changed = true;
    }
    let after = actions_of(slice, key);
    row.reversed |= changed && !is_reversed(&actions) && is_reversed(&after);
    if stand_at(&after, &returned) {
        row.returned = row.all_refunds();
    }
    Ok(changed)
}

fn is_reversed(actions: &[ActionRow]) -> bool {
    actions.iter().all(|action| action.state == ActionState::Reversed)
}

/// Whether the actions have their parts of these figures.
fn stand_at(actions: &[ActionRow], figures: &Figures) -> bool {
    let Some(currency) = actions.first().map(|action| action.order_currency) else { return false };
    let shares = parts::shares(actions);
    let amounts = parts::amounts(figures.amount, &shares, currency);
    let items = parts::items(&figures.items, &shares, currency);
    actions.iter().zip(amounts).zip(items).all(|((action, amount), items)| {
        action.amount == amount
            && action.items == items
            && (action.state != ActionState::Reversed || amount == Money::ZERO)
    })
}

fn actions_of(slice: &Slice, key: &OrderKey) -> Vec<ActionRow> {
    slice.conversions.get(key).map(|order| slice.actions_of(order)).unwrap_or_default()
}

fn nothing() -> Told {
    Told { kind: SubmissionKind::Conversion, refusal: None, actions: Vec::new(), unchanged: true }
}

fn refused(slice: &Slice, key: &OrderKey, refusal: Refusal) -> Told {
    let actions = actions_of(slice, key).iter().map(|it| it.id).collect();
    Told { refusal: Some(refusal), actions, unchanged: false, ..nothing() }
}

fn keep_told(
    slice: &mut Slice,
    record: &Record,
    id: SubmissionId,
    (order, program, source): (OrderKey, ProgramId, Source),
    told: Told,
) -> Outcome {
    let subject = told.actions.iter().map(ActionId::to_string).collect::<Vec<_>>().join(", ");
    slice.new.submissions.push(SubmissionRow {
        id,
        record: record.no,
        kind: told.kind,
        received_at: record.received_at,
        program,
        order: Some(order),
        source,
        refusal: told.refusal,
        actions: told.actions,
        unchanged: told.unchanged,
    });
    Outcome { refusal: told.refusal, subject }
}

fn new_row(record: &Record, program: ProgramId) -> ShopOrderRow {
    ShopOrderRow {
        record: record.no,
        program,
        updated_at: None,
        currency: Currency::default(),
        taxes_included: false,
        lines: Vec::new(),
        paid: false,
        cancelled: None,
        refunds: Vec::new(),
        returned: Vec::new(),
        reversed: false,
        node: None,
        consent: None,
    }
}

impl ShopOrderRow {
    /// What is newer counts; of two of one moment the larger, so that it does not matter which came first. What happens once
    /// stays: that it was paid, cancelled, and what was given back.
    fn learn_order(&mut self, seen: &ShopOrderSeen) {
        let rank = |at: Timestamp, lines: &[ShopLine]| (at, lines.to_vec());
        let newer = self.updated_at.is_none_or(|at| rank(seen.updated_at, &seen.lines) > rank(at, &self.lines));
        if newer {
            self.updated_at = Some(seen.updated_at);
            self.lines.clone_from(&seen.lines);
            self.currency = seen.report.currency;
            self.taxes_included = seen.taxes_included;
        }
        self.paid |= seen.paid;
        if let Some(reason) = &seen.cancelled
            && (newer || self.cancelled.is_none())
        {
            self.cancelled = Some(reason.clone());
        }
        seen.refunds.iter().for_each(|refund| self.learn_refund(refund));
    }

    fn learn_refund(&mut self, refund: &ShopRefund) {
        match self.refunds.binary_search_by_key(&refund.id, |it| it.id) {
            Ok(place) if self.refunds[place] < *refund => self.refunds[place] = refund.clone(),
            Ok(_) => {}
            Err(place) => self.refunds.insert(place, refund.clone()),
        }
    }

    /// Whether nothing else follows from it.
    fn says_as_much(&self, other: &ShopOrderRow) -> bool {
        let said = |row: &ShopOrderRow| {
            (row.lines.clone(), row.refunds.clone(), row.cancelled.is_some(), row.updated_at.is_some())
        };
        said(self) == said(other)
    }

    fn all_refunds(&self) -> Vec<u64> {
        self.refunds.iter().map(|refund| refund.id).collect()
    }

    /// It was cancelled, or all of it went back.
    fn comes_to_nothing(&self) -> bool {
        let left = self.figures(&self.all_refunds(), false, self.currency);
        self.cancelled.is_some() || left.is_nothing() && left.items.iter().all(|item| item.quantity == 0)
    }

    /// What the order comes to without these refunds.
    fn figures(&self, refunds: &[u64], cancelled: bool, currency: Currency) -> Figures {
        let refunds: Vec<&ShopRefund> = self.refunds.iter().filter(|it| refunds.contains(&it.id)).collect();
        let items: Vec<Item> = self.lines.iter().map(|line| self.left_of(line, &refunds, cancelled)).collect();
        let of_items = change::sum(&items);
        let adjusted = refunds.iter().fold(of_items, |sum, refund| sum.plus(self.adjustment(refund)));
        let amount = if cancelled { Money::ZERO } else { adjusted.max(Money::ZERO).min(Money::ORDER_MAX) };
        let items = if amount == of_items { items } else { change::spread(&items, amount, currency) };
        Figures { amount, items }
    }

    /// What was given back beside a refund's lines, below zero; above it: what was kept of them. That is said with tax, and
    /// has the lines' part of it. No more is kept than the lines took.
    fn adjustment(&self, refund: &ShopRefund) -> Money {
        let is_payable = |it: &&RefundedLine| self.lines.iter().any(|line| line.id == it.line);
        let (mut with_tax, mut without) = (Money::ZERO, Money::ZERO);
        for it in refund.lines.iter().filter(is_payable) {
            let (more, less) = if self.taxes_included { (Money::ZERO, it.tax) } else { (it.tax, Money::ZERO) };
            with_tax = with_tax.plus(it.amount.plus(more));
            without = without.plus(it.amount.minus(less));
        }
        let part = match with_tax {
            // Money was given back and no line named: it has its part of the whole order's tax in it.
            Money::ZERO => self.without_tax(refund.adjustment),
            whole => refund.adjustment.share(without.0, whole.0, self.currency),
        };
        part.min(without)
    }

    /// The part of an amount that was paid for goods, where another part was paid for their tax.
    fn without_tax(&self, amount: Money) -> Money {
        let net = self.lines.iter().fold(Money::ZERO, |sum, line| sum.plus(line.item.amount));
        let gross = self.lines.iter().fold(net, |sum, line| sum.plus(line.tax));
        if gross == Money::ZERO { amount } else { amount.share(net.0, gross.0, self.currency) }
    }

    /// A line without what was taken out of the order and what went back of it.
    fn left_of(&self, line: &ShopLine, refunds: &[&ShopRefund], cancelled: bool) -> Item {
        let ordered = line.item.quantity;
        let kept = ordered.saturating_sub(line.removed);
        let part = line.item.amount.share(i64::from(kept), i64::from(ordered), self.currency);
        let (mut quantity, mut left) = (kept, if kept == ordered { line.item.amount } else { part });
        for it in refunds.iter().flat_map(|refund| &refund.lines).filter(|it| it.line == line.id) {
            quantity = quantity.saturating_sub(it.quantity);
            left = left.minus(if self.taxes_included { it.amount.minus(it.tax) } else { it.amount });
        }
        // What rounding leaves of a line that went back whole is nothing that was sold.
        let crumbs = self.currency.smallest().0.saturating_mul(i64::from(ordered));
        let nothing = cancelled || quantity == 0 && left.0 < crumbs;
        let (quantity, amount) = if nothing { (0, Money::ZERO) } else { (quantity, left.max(Money::ZERO)) };
        Item { quantity, amount, ..line.item.clone() }
    }

    /// A report of the order as it is known to be, with who the message says bought it.
    fn report(&self, seen: &ShopOrderSeen) -> Conversion {
        let figures = self.figures(&[], false, self.currency);
        let click_path = match seen.report.click_path {
            Some(path) if seen.report.click.is_some() || self.node.is_none() => Some(path),
            _ => Some(ClickPath::Pixel),
        };
        Conversion {
            currency: self.currency,
            amount: figures.amount,
            items: figures.items,
            click_path,
            ..seen.report.clone()
        }
    }
}

impl Figures {
    fn is_nothing(&self) -> bool {
        self.amount == Money::ZERO
    }
}
