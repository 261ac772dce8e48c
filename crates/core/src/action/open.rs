//! A conversion arrives: it is the same as before, other than before, or new, and then it is decided.

use std::borrow::Cow;

use crate::attribution::credit::{Winner, WinnersTerms};
use crate::attribution::decide::{Verdict, decide};
use crate::consent::{Consent, ConsentWord};
use crate::exchange::Exchange;
use crate::fact::{Conversion, Device, Record};
use crate::id::{ActionId, AdId, NodeId, PartnerId};
use crate::identity::{Sighting, graph};
use crate::ledger;
use crate::money::Money;
use crate::program::{Source, Standing};
use crate::refusal::Refusal;
use crate::row::{
    Account, ActionRow, ActionState, Buyer, ClickRow, ConversionRow, Evidence, HistoryKind, OrderKey, Rollup,
    RollupKey, SubmissionKind, SubmissionRow, UnsettledRow, Whole,
};
use crate::slice::{EarlierOrder, Slice, order_of};
use crate::time::Timestamp;

use super::change::{self, Cause, Figures};
use super::{Line, count, measure, next_id, parts, returns, unchanged, unsettled, write};
use crate::click;

/// What a report came to.
pub(crate) struct Outcome {
    pub refusal: Option<Refusal>,
    /// What the order has become, by now or before.
    pub actions: Vec<ActionId>,
    /// Nothing was new in it.
    pub unchanged: bool,
}

pub(crate) fn report(slice: &mut Slice, record: &Record, report: &Conversion) -> Outcome {
    let key = OrderKey { event_type: report.event_type, order_id: report.order_id.clone() };
    let at_checkout = slice.shop_order(&key).and_then(|row| row.consent.clone());
    let report = &*as_agreed(slice, &key, report, at_checkout.as_ref());
    Sighting::of_report(&slice.config, report).count_left_out(slice, record, report.program);
    let outcome = match not_accepted(slice, report) {
        Some(refusal) => Outcome { refusal: Some(refusal), actions: Vec::new(), unchanged: false },
        None => match slice.conversions.get(&key).cloned() {
            None => open_first(slice, record, report, &key),
            Some(before) => again(slice, record, report, &key, before),
        },
    };
    told(slice, record, report, key, &outcome);
    outcome
}

/// A report that says nothing of consent, of an order whose buyer said no: whoever the buyer is stays out of it.
fn as_agreed<'a>(
    slice: &Slice,
    key: &OrderKey,
    report: &'a Conversion,
    at_checkout: Option<&Consent>,
) -> Cow<'a, Conversion> {
    let before = slice.conversions.get(key).and_then(|row| row.consent.as_ref());
    let refused = before.or(at_checkout).filter(|it| report.consent.is_none() && it.is_refused());
    let Some(refused) = refused else { return Cow::Borrowed(report) };
    let click = report.click.filter(|click| slice.config.is_reward(click.partner));
    let word = if click.is_some() { ConsentWord::Limited } else { ConsentWord::Denied };
    let consent = Some(Consent { word, ..refused.clone() });
    let (identifiers, aliases, left_out) = Default::default();
    Cow::Owned(Conversion { identifiers, aliases, left_out, click, consent, ..report.clone() })
}

/// Takes in what a report of a known order says of consent. Whoever says no is looked for no more; credit that was given stays.
fn hear(slice: &mut Slice, key: &OrderKey, before: &mut ConversionRow, report: &Conversion) {
    if report.consent.is_none() {
        return;
    }
    before.consent.clone_from(&report.consent);
    if before.actions.is_empty() && report.consent.as_ref().is_some_and(Consent::is_refused) {
        before.node = None;
        unsettled::forget(slice, key);
    }
    slice.conversions.set(key.clone(), before.clone());
}

/// A shop tells of its order, which is known or not; the figures of what earns nothing yet are replaced by the shop's. `node`:
/// where the shop's checkout found the buyer.
pub(crate) fn by_shop(
    slice: &mut Slice,
    record: &Record,
    report: &Conversion,
    node: Option<NodeId>,
    at_checkout: Option<&Consent>,
) -> Outcome {
    let key = order_of(report);
    let report = &*as_agreed(slice, &key, report, at_checkout);
    let Some(mut before) = slice.conversions.get(&key).cloned() else {
        if let Some(refusal) = not_accepted(slice, report) {
            return Outcome { refusal: Some(refusal), actions: Vec::new(), unchanged: false };
        }
        let buyer = know_buyer(slice, record, report, record.occurred_at, node);
        let row = new_order(record, report, buyer.anchor.or(node));
        return settle(slice, record, report, &key, row, &buyer);
    };
    hear(slice, &key, &mut before, report);
    if before.digest == report.digest {
        return Outcome { refusal: before.refusal, actions: before.actions, unchanged: true };
    }
    let node = node.filter(|_| !before.consent.as_ref().is_some_and(Consent::is_refused));
    let buyer = know_buyer(slice, record, report, before.occurred_at, before.node.or(node));
    before.node = before.node.or(buyer.anchor).or(node);
    before.source = report.source;
    if before.actions.is_empty() {
        (before.amount, before.currency) = (report.amount, report.currency);
        return decide_again(slice, record, report, &key, before, &buyer);
    }
    before.digest = report.digest;
    let actions = before.actions.clone();
    slice.conversions.set(key, before);
    Outcome { refusal: None, actions, unchanged: true }
}

/// Where the buyer of a shop's order hangs, by what its checkout told.
pub(crate) fn at_checkout(
    slice: &mut Slice,
    record: &Record,
    report: &Conversion,
    node: Option<NodeId>,
) -> Option<NodeId> {
    know_buyer(slice, record, report, record.occurred_at, node).anchor.or(node)
}

/// Keeps what became of a report, for whoever sent it.
fn told(slice: &mut Slice, record: &Record, report: &Conversion, key: OrderKey, outcome: &Outcome) {
    slice.new.submissions.push(SubmissionRow {
        id: report.submission,
        record: record.no,
        kind: SubmissionKind::Conversion,
        received_at: record.received_at,
        program: report.program,
        order: Some(key),
        source: report.source,
        refusal: outcome.refusal,
        actions: outcome.actions.clone(),
        unchanged: outcome.unchanged,
    });
}

/// Intake asks the same of its picture of the brand; this is the word of the record's own place.
fn not_accepted(slice: &Slice, report: &Conversion) -> Option<Refusal> {
    let Some(program) = slice.config.programs.get(&report.program) else {
        return Some(Refusal::CampaignNotFound);
    };
    if program.standing == Standing::Paused {
        return Some(Refusal::ProgramNotActive);
    }
    match slice.config.event_types.get(&(report.program, report.event_type)).map(|it| it.standing) {
        None => Some(Refusal::ActionTrackerNotFound),
        Some(Standing::Paused) => Some(Refusal::ActionTrackerNotActive),
        Some(Standing::Active) => None,
    }
}

fn open_first(slice: &mut Slice, record: &Record, report: &Conversion, key: &OrderKey) -> Outcome {
    let buyer = know_buyer(slice, record, report, record.occurred_at, None);
    let row = new_order(record, report, buyer.anchor);
    settle(slice, record, report, key, row, &buyer)
}

/// An order that was not known, before it is decided.
fn new_order(record: &Record, report: &Conversion, node: Option<NodeId>) -> ConversionRow {
    ConversionRow {
        record: record.no,
        program: report.program,
        occurred_at: record.occurred_at,
        received_at: record.received_at,
        source: report.source,
        currency: report.currency,
        amount: report.amount,
        digest: report.digest,
        node,
        refusal: None,
        actions: Vec::new(),
        consent: report.consent.clone(),
    }
}

/// The order is known. The same money with more identifiers or with its items is taken as a supplement; other money only
/// from a source that counts more, or as much if nobody was paid for the first.
fn again(
    slice: &mut Slice,
    record: &Record,
    report: &Conversion,
    key: &OrderKey,
    mut before: ConversionRow,
) -> Outcome {
    hear(slice, key, &mut before, report);
    let same_money = report.digest == before.digest
        || (report.currency == before.currency
            && report.amount == before.amount
            && itemised_once(slice, report, &before));
    if !same_money && !may_correct(slice, report, &before) {
        return Outcome { refusal: Some(Refusal::ConvDuplicate), actions: before.actions, unchanged: false };
    }
    // Whatever time it names, it tells of the same moment.
    let buyer = know_buyer(slice, record, report, before.occurred_at, before.node);
    before.node = before.node.or(buyer.anchor);
    if !same_money {
        return correct(slice, record, report, key, before, &buyer);
    }
    if before.actions.is_empty() {
        return decide_again(slice, record, report, key, before, &buyer);
    }
    supplement(slice, record, report, key, before)
}

/// The order has its actions and the money is the same. What is new may be who the buyer is, which the graph knows by
/// now, and what was bought.
fn supplement(
    slice: &mut Slice,
    record: &Record,
    report: &Conversion,
    key: &OrderKey,
    mut before: ConversionRow,
) -> Outcome {
    let itemised = take_items(slice, record, report, &before);
    if itemised {
        // This report is what the next one is compared with, or it would not be the same as itself.
        before.digest = report.digest;
    }
    let actions = before.actions.clone();
    slice.conversions.set(key.clone(), before);
    Outcome { refusal: None, actions, unchanged: !itemised }
}

/// Gives pending actions that have no items theirs of a report of the same money. What has changed since is scaled as it
/// would have been had they been known.
fn take_items(slice: &mut Slice, record: &Record, report: &Conversion, order: &ConversionRow) -> bool {
    if report.items.is_empty() {
        return false;
    }
    let actions = slice.actions_of(order);
    let shares = parts::shares(&actions);
    let amounts = parts::amounts(report.amount, &shares, report.currency);
    let items = parts::items(&report.items, &shares, report.currency);
    let mut taken = false;
    for ((mut action, amount), items) in actions.into_iter().zip(amounts).zip(items) {
        if !action.items.is_empty() || action.state != ActionState::Pending {
            continue;
        }
        let unchanged = action.amount == amount;
        action.items = if unchanged { items } else { change::spread(&items, action.amount, action.order_currency) };
        change::know_items(slice, record, action, report.source);
        taken = true;
    }
    taken
}

/// One of the two reports named the items and the other only the sum.
fn itemised_once(slice: &Slice, report: &Conversion, before: &ConversionRow) -> bool {
    report.items.is_empty() || slice.actions_of(before).iter().all(|action| action.items.is_empty())
}

/// Whether other money is taken from this source. What an action was opened for is only overridden from above.
fn may_correct(slice: &Slice, report: &Conversion, before: &ConversionRow) -> bool {
    let event_type = slice.config.event_types.get(&(report.program, report.event_type));
    let server_wins = event_type.is_some_and(|it| it.server_wins);
    let rank = |source: Source| u8::from(server_wins && matches!(source, Source::Server | Source::Person));
    let (now, first) = (rank(report.source), rank(before.source));
    now > first || (now == first && before.actions.is_empty())
}

/// A source that may names other money.
fn correct(
    slice: &mut Slice,
    record: &Record,
    report: &Conversion,
    key: &OrderKey,
    mut before: ConversionRow,
    buyer: &Buyer,
) -> Outcome {
    before.source = report.source;
    before.amount = report.amount;
    before.currency = report.currency;
    before.digest = report.digest;
    if before.actions.is_empty() {
        return decide_again(slice, record, report, key, before, buyer);
    }
    let actions = slice.actions_of(&before);
    let refusal = if actions.iter().any(|action| action.order_currency != report.currency) {
        Some(Refusal::CurrencyDiffers)
    } else {
        let figures = Figures { amount: report.amount, items: report.items.clone() };
        let cause = Cause { disposition: "ORDER_UPDATE", source: report.source };
        change::correct(slice, record, actions, figures, cause).err()
    };
    let actions = before.actions.clone();
    if refusal.is_none() {
        slice.conversions.set(key.clone(), before);
    }
    Outcome { refusal, actions, unchanged: false }
}

/// An uncredited order brought something new.
fn decide_again(
    slice: &mut Slice,
    record: &Record,
    report: &Conversion,
    key: &OrderKey,
    mut before: ConversionRow,
    buyer: &Buyer,
) -> Outcome {
    // If it earns something now, then with what this report says was bought.
    before.digest = report.digest;
    // It is decided on what happened when it was first reported, whatever time the second report names.
    let at_first = Record { occurred_at: before.occurred_at, ..record.clone() };
    uncount_unclaimed(slice, &before);
    unsettled::forget(slice, key);
    settle(slice, &at_first, report, key, before, buyer)
}

/// Everything the report says of the buyer enters the graph.
fn know_buyer(slice: &mut Slice, record: &Record, report: &Conversion, at: Timestamp, before: Option<NodeId>) -> Buyer {
    let click = report.click.map(|click| (click.no, click::node_of(slice, record, click)));
    let sighting = Sighting::of_report(&slice.config, report);
    let seen = graph::see(slice, record, at, &sighting, click.map(|(_, node)| node), before);
    Buyer { identifiers: seen.identifiers, anchor: seen.anchor, click, before, left_out: sighting.left_out }
}

/// Something of earlier has arrived that concerns the buyer of an order which earned nothing.
pub(super) fn on_news(slice: &mut Slice, record: &Record, key: &OrderKey, row: &UnsettledRow) {
    let Some(before) = slice.conversions.get(key).cloned() else { return };
    let at_first = Record { occurred_at: row.occurred_at, ..record.clone() };
    let buyer = inside(slice, &row.buyer, row.node);
    let verdict = decide(slice, &at_first, &row.report, &buyer);
    if verdict.winners.is_ok() {
        uncount_unclaimed(slice, &before);
        unsettled::forget(slice, key);
        conclude(slice, &at_first, &row.report, key, before, verdict);
    }
}

/// A buyer without what hangs in other components than a node: only that one has news.
fn inside(slice: &Slice, buyer: &Buyer, node: NodeId) -> Buyer {
    let is_inside = |it: NodeId| slice.root_of(it) == slice.root_of(node);
    let mut inside = buyer.clone();
    inside.identifiers.retain(|(it, _)| is_inside(*it));
    inside.anchor = inside.anchor.filter(|it| is_inside(*it));
    inside.before = inside.before.filter(|it| is_inside(*it));
    // The click that was named counts by its id, wherever it hangs.
    inside.click = inside.click.map(|(no, it)| (no, if is_inside(it) { it } else { node }));
    inside
}

fn settle(
    slice: &mut Slice,
    record: &Record,
    report: &Conversion,
    key: &OrderKey,
    row: ConversionRow,
    buyer: &Buyer,
) -> Outcome {
    let verdict = decide(slice, record, report, buyer);
    let until = unsettled::settles_at(slice, report, row.received_at).filter(|until| record.received_at <= *until);
    if let (Some(until), Some(node), true) = (until, verdict.buyer, verdict.winners.is_err()) {
        let (buyer, report) = (buyer.clone(), report.clone());
        unsettled::keep(slice, key, UnsettledRow { node, occurred_at: row.occurred_at, until, buyer, report });
    }
    conclude(slice, record, report, key, row, verdict)
}

fn conclude(
    slice: &mut Slice,
    record: &Record,
    report: &Conversion,
    key: &OrderKey,
    mut row: ConversionRow,
    verdict: Verdict,
) -> Outcome {
    let mut decision = verdict.decision;
    row.refusal = verdict.winners.as_ref().err().copied();
    match verdict.winners {
        Ok(winners) => {
            let opened = open(slice, record, report, winners, &verdict.orders);
            decision.credits.iter_mut().zip(&opened).for_each(|(credit, action)| credit.action = *action);
            row.actions = opened.into_iter().flatten().collect();
        }
        Err(_) => count_unclaimed(slice, &row, 1),
    }
    slice.new.decisions.push(decision);
    let outcome = Outcome { refusal: row.refusal, actions: row.actions.clone(), unchanged: false };
    slice.conversions.set(key.clone(), row);
    outcome
}

/// A brand found a partner right who asked for an order that nobody earned, or that was never reported. What stands in the way
/// of paying it is said, and leaves everything as it was.
pub(super) fn by_inquiry(
    slice: &mut Slice,
    record: &Record,
    report: &Conversion,
    before: Option<ConversionRow>,
    click: Option<ClickRow>,
) -> Result<ActionId, Refusal> {
    let key = OrderKey { event_type: report.event_type, order_id: report.order_id.clone() };
    let mut verdict = decide(slice, record, report, &Buyer::default());
    let winners = verdict.winners.as_mut().map_err(|refusal| *refusal)?;
    if let Some(click) = click {
        verdict.decision.credits.iter_mut().for_each(|credit| credit.click = Some(click.no));
        winners.iter_mut().for_each(|winner| winner.click = Some(click.clone()));
    }
    if let Some(before) = &before {
        uncount_unclaimed(slice, before);
        unsettled::forget(slice, &key);
    }
    let first = ConversionRow { amount: report.amount, ..before.unwrap_or_else(|| new_order(record, report, None)) };
    let outcome = conclude(slice, record, report, &key, first, verdict);
    told(slice, record, report, key, &outcome);
    outcome.actions.first().copied().ok_or(Refusal::Unclaimed)
}

fn uncount_unclaimed(slice: &mut Slice, row: &ConversionRow) {
    count_unclaimed(slice, row, -1);
}

/// Orders that earned nobody anything are counted on nobody's line.
fn count_unclaimed(slice: &mut Slice, row: &ConversionRow, times: i64) {
    let Some(program) = slice.config.programs.get(&row.program) else { return };
    let day = program.zone.day(row.occurred_at);
    let key = RollupKey { program: row.program, day, partner: PartnerId(0), ad: AdId(0) };
    slice.count(key, Rollup { unclaimed: times, ..Rollup::default() });
}

/// Opens an action for each share that is paid for. The last touchpoint's partner, who comes last, has the order counted.
fn open(
    slice: &mut Slice,
    record: &Record,
    report: &Conversion,
    winners: Vec<Winner>,
    orders: &[(OrderKey, EarlierOrder)],
) -> Vec<Option<ActionId>> {
    let paid = winners.iter().filter(|winner| winner.terms.is_some());
    let shares: Vec<u32> = paid.map(|winner| winner.share_ppm).collect();
    let amounts = parts::amounts(report.amount, &shares, report.currency);
    let items = parts::items(&report.items, &shares, report.currency);
    let mut parts = amounts.into_iter().zip(items).enumerate();
    let mut open_part = |winner: Winner| {
        let terms = winner.terms?;
        let (n, (amount, items)) = parts.next()?;
        let is_last = n + 1 == shares.len();
        Some(open_one(
            slice,
            record,
            report,
            &winner,
            terms,
            Part { figures: Figures { amount, items }, orders, is_last },
        ))
    };
    winners.into_iter().map(&mut open_part).collect()
}

/// A partner's part of an order.
struct Part<'a> {
    figures: Figures,
    /// What the buyer ordered beside.
    orders: &'a [(OrderKey, EarlierOrder)],
    /// The order is counted with it.
    is_last: bool,
}

/// What was reported, or what the profile's earlier orders say, where the program's terms ask; and whether it is the latter.
fn customer_status(
    slice: &Slice,
    record: &Record,
    report: &Conversion,
    orders: &[(OrderKey, EarlierOrder)],
) -> (String, bool) {
    if !report.customer_status.is_empty() || !slice.config.asks_for_customers(report.program) {
        return (report.customer_status.clone(), false);
    }
    let returning = measure::has_ordered_before(report.event_type, record.occurred_at, orders);
    (if returning { "RETURNING" } else { "NEW" }.to_owned(), true)
}

fn open_one(
    slice: &mut Slice,
    record: &Record,
    report: &Conversion,
    winner: &Winner,
    terms: WinnersTerms,
    part: Part<'_>,
) -> ActionId {
    let Part { figures, orders, is_last } = part;
    let id = next_id(slice, ActionId { program: report.program, event_type: report.event_type, seq: 0 });
    // Sub ids on a report count only with a partner the brand named; otherwise those of the click do, which brought the
    // parent where there is one.
    let parent = slice.parent_order(report).filter(|_| winner.evidence == Evidence::ParentAction);
    let parents = parent.map(|parent| slice.parent_actions(&parent)).unwrap_or_default();
    let parent = parents.into_iter().find(|action| action.partner == winner.partner);
    let (ad, device, sub_ids, shared_id) = match (&winner.click, parent) {
        (Some(click), _) => (click.ad, click.signals.device, click.sub_ids.clone(), click.shared_id.clone()),
        (None, Some(parent)) => (parent.ad, parent.device, parent.sub_ids, parent.shared_id),
        (None, None) => (AdId(0), Device::Unknown, report.sub_ids.clone(), report.shared_id.clone()),
    };
    let program = slice.config.programs.get(&report.program);
    let locks_at = program.and_then(|it| terms.locking.moment(record.occurred_at, &it.zone));
    let currency = program.map_or(report.currency, |it| it.currency);
    let day = program.map(|it| it.zone.day(record.occurred_at)).unwrap_or_default();
    let exchange = slice.config.rates.exchange(report.currency, currency, day);
    let status = customer_status(slice, record, report, orders);
    let mut action = ActionRow {
        id,
        record: record.no,
        partner: winner.partner,
        ad,
        click: winner.click.as_ref().map(|click| click.no),
        evidence: winner.evidence,
        share_ppm: winner.share_ppm,
        order_id: report.order_id.clone(),
        occurred_at: record.occurred_at,
        opened_at: record.received_at,
        changed_at: record.received_at,
        state: ActionState::Pending,
        disposition: String::new(),
        currency,
        order_currency: report.currency,
        exchange,
        amount: figures.amount,
        payout: Money::ZERO,
        intended_amount: figures.amount,
        intended_payout: Money::ZERO,
        terms_version: terms.version,
        terms_of_template: terms.of_template,
        locks_at,
        tier: None,
        outside: None,
        held: exchange == Exchange::Awaited,
        owed: Money::ZERO,
        owed_since: None,
        payment: None,
        changes: 0,
        items: figures.items,
        promo_code: report.promo_code.clone(),
        customer_status: status.0,
        status_derived: status.1,
        sub_ids,
        shared_id,
        fields: report.fields.clone(),
        order_total: report.amount,
        whole: Whole::default(),
        before_reversal: None,
        moved_from: None,
        moved_to: None,
        returned: Money::ZERO,
        return_asked: None,
        device,
    };
    action.whole = Whole::of(action.amount, &action.items);
    measure::measure(slice, &mut action, orders);
    begin(slice, record, action, counted(is_last), Cause { disposition: "", source: report.source });
    id
}

/// How an order is counted for one of its partners.
pub(super) fn counted(is_last: bool) -> Rollup {
    Rollup { conversions: i64::from(is_last), assists: i64::from(!is_last), ..Rollup::default() }
}

/// The life of an action that was priced begins: its payout is pending.
pub(super) fn begin(slice: &mut Slice, record: &Record, action: ActionRow, counted: Rollup, cause: Cause<'_>) {
    let Cause { disposition, source } = cause;
    let opened = Line { disposition, source: Some(source), ..unchanged(HistoryKind::Opened) };
    begin_with(slice, record, action, counted, opened);
}

/// The same, with the line of history that says by whom.
pub(super) fn begin_with(slice: &mut Slice, record: &Record, mut action: ActionRow, counted: Rollup, opened: Line<'_>) {
    let (amount, payout) = (action.amount, action.payout);
    action.intended_payout = payout;
    ledger::transfer(slice, record.no, &action, action.spent_on(), Account::Pending, payout);
    let worth = action.worth(amount);
    count(slice, &action, Rollup { amount: worth, payout, ..counted });
    returns::note(slice, &mut action, payout, returns::Counts::NoReturn);
    let opened = Line { amount_delta: amount, payout_delta: payout, ..opened };
    // One that is due already is not announced by time passing: that has been said.
    slice.state.work_waits |= action.is_due(slice.state.brand_time);
    write(slice, record, action, opened);
}
