//! Paying what is locked: proposed, decided on, gathered action by action, sent, and settled or given back.
//!
//! What is below zero is never paid: it stays where it is and is taken off what is locked next. What is transferred in
//! another currency is converted at a rate that is captured when it is proposed; the ledger stays in that of the program.

use std::collections::BTreeSet;

use crate::fact::{PaymentRunProposed, Record};
use crate::id::{ActionId, PartnerId, PaymentId, PaymentRunId, ProgramId};
use crate::ledger;
use crate::money::{Currency, Money};
use crate::refusal::Refusal;
use crate::row::{
    Account, ActionState, HistoryKind, PaymentLineRow, PaymentRow, PaymentRunRow, PaymentState, PaymentSum, RunState,
};
use crate::setup::Subject;
use crate::slice::Slice;

use super::{unchanged, write};

/// It was transferred outside: what is locked by now is gathered and settled.
pub(crate) fn made(slice: &mut Slice, record: &Record, program: ProgramId, partner: PartnerId) -> Subject {
    let currency = slice.config.programs.get(&program).ok_or(Refusal::CampaignNotFound)?.currency;
    let asked = Asked { currency, every: false, threshold: Money::ZERO };
    let sums = payable(slice, record, partner, &asked)?;
    let id = open(slice, record, None, partner, currency, sums);
    slice.state.work_waits = true;
    Ok(id.to_string())
}

/// Proposes a payment to each of the partners that can have one. If none can, the first says why.
pub(crate) fn propose(slice: &mut Slice, record: &Record, fact: &PaymentRunProposed) -> Subject {
    let rules = &slice.config.payment_rules;
    let threshold = if fact.below_threshold { Money::ZERO } else { rules.threshold(fact.currency) };
    let currency = fact.currency;
    let asked = Asked { currency, every: fact.every_currency, threshold };
    let partners: BTreeSet<PartnerId> = fact.partners.iter().copied().collect();
    let (mut payable_now, mut why_not) = (Vec::new(), None);
    for partner in partners {
        match payable(slice, record, partner, &asked) {
            Ok(sums) => payable_now.push((partner, sums)),
            Err(refusal) => why_not = why_not.or(Some(refusal)),
        }
    }
    if payable_now.is_empty() {
        return Err(why_not.unwrap_or(Refusal::NothingToPay));
    }
    slice.state.last_payment_run.0 += 1;
    let id = slice.state.last_payment_run;
    let payments =
        payable_now.into_iter().map(|(partner, sums)| open(slice, record, Some(id), partner, currency, sums)).collect();
    let mut run = PaymentRunRow {
        id,
        record: record.no,
        at: record.received_at,
        currency,
        payments,
        proposed: Money::ZERO,
        proposed_by: record.actor.as_ref().map(|actor| actor.user),
        state: RunState::Proposed,
        decided_at: None,
        decided_by: None,
    };
    let amounts = run.payments.iter().filter_map(|id| slice.payments.get(id)).map(|payment| payment.proposed);
    run.proposed = amounts.fold(Money::ZERO, Money::plus);
    slice.payment_runs.set(id, run);
    Ok(id.to_string())
}

/// What payments are asked for.
struct Asked {
    /// Of the transfers.
    currency: Currency,
    /// Also what is owed in other currencies.
    every: bool,
    threshold: Money,
}

/// What a payment to a partner would take now, or why there can be none.
fn payable(slice: &Slice, record: &Record, partner: PartnerId, asked: &Asked) -> Result<Vec<PaymentSum>, Refusal> {
    if !slice.config.partners.contains_key(&partner) {
        return Err(Refusal::PartnerNotFound);
    }
    let concerned = |it: &PaymentRow| asked.every || it.sum_in(asked.currency).is_some();
    let mut under_way = slice.payments.rows().filter(|(_, it)| it.partner == partner && it.state.is_under_way());
    if under_way.any(|(_, it)| concerned(it)) {
        return Err(Refusal::PaymentUnderWay);
    }
    let mut owed = locked(slice, partner);
    owed.retain(|(currency, _)| asked.every || *currency == asked.currency);
    if owed.iter().all(|(_, amount)| *amount <= Money::ZERO) {
        return Err(Refusal::NothingToPay);
    }
    let day = slice.config.payment_zone().day(record.received_at);
    let sums = PaymentSum::all_of(&owed, asked.currency, &slice.config.rates, day);
    let sums = sums.map_err(|_| Refusal::PaymentRateMissing)?;
    let amount = PaymentSum::proposed_in(&sums, asked.currency);
    if amount > Money::ZERO && amount >= asked.threshold { Ok(sums) } else { Err(Refusal::NothingToPay) }
}

/// By currency.
fn locked(slice: &Slice, partner: PartnerId) -> Vec<(Currency, Money)> {
    let of_partner = slice.locked.range((partner, Currency([u8::MIN; 3]))..=(partner, Currency([u8::MAX; 3])));
    of_partner.map(|((_, currency), sum)| (*currency, Money(i64::try_from(*sum).unwrap_or(i64::MAX)))).collect()
}

fn open(
    slice: &mut Slice,
    record: &Record,
    run: Option<PaymentRunId>,
    partner: PartnerId,
    currency: Currency,
    sums: Vec<PaymentSum>,
) -> PaymentId {
    slice.state.last_payment.0 += 1;
    let id = slice.state.last_payment;
    let payment = PaymentRow {
        id,
        record: record.no,
        at: record.occurred_at,
        run,
        partner,
        currency,
        proposed: PaymentSum::proposed_in(&sums, currency),
        actions: 0,
        total: Money::ZERO,
        sums,
        state: if run.is_some() { PaymentState::Proposed } else { PaymentState::Gathering },
        changed_at: record.received_at,
        reason: String::new(),
        returned_to: 0,
    };
    slice.payments.set(id, payment);
    id
}

/// Somebody approves a run or turns it down.
pub(crate) fn decide(slice: &mut Slice, record: &Record, id: PaymentRunId, approved: bool) -> Subject {
    let mut run = slice.payment_runs.get(&id).cloned().ok_or(Refusal::PaymentRunNotFound)?;
    if run.state != RunState::Proposed {
        return Err(Refusal::PaymentRunDecided);
    }
    let user = record.actor.as_ref().map(|actor| actor.user);
    if approved && slice.config.payment_rules.two_persons && user == run.proposed_by {
        return Err(Refusal::SecondPersonNeeded);
    }
    let (state, of_payments) = if approved {
        (RunState::Approved, PaymentState::Gathering)
    } else {
        (RunState::Dropped, PaymentState::Dropped)
    };
    for payment in &run.payments {
        enter(slice, record, *payment, of_payments);
    }
    (run.state, run.decided_at, run.decided_by) = (state, Some(record.received_at), user);
    slice.payment_runs.set(id, run);
    slice.state.work_waits |= approved;
    Ok(id.to_string())
}

/// It is known what became of a transfer.
pub(crate) fn conclude(slice: &mut Slice, record: &Record, id: PaymentId, failure: Option<&str>) -> Subject {
    let payment = slice.payments.get(&id).ok_or(Refusal::PaymentNotFound)?;
    let told_of_outside = payment.run.is_none() && payment.state == PaymentState::Settled && failure.is_some();
    if payment.state != PaymentState::Sent && !told_of_outside {
        return Err(Refusal::PaymentNotSent);
    }
    let state = if failure.is_some() { PaymentState::Returning } else { PaymentState::Settled };
    enter(slice, record, id, state);
    if let (Some(payment), Some(failure)) = (slice.payments.edit(&id), failure) {
        payment.reason = failure.to_owned();
        slice.state.work_waits = true;
    }
    Ok(id.to_string())
}

fn enter(slice: &mut Slice, record: &Record, id: PaymentId, state: PaymentState) {
    if let Some(payment) = slice.payments.edit(&id) {
        (payment.state, payment.changed_at) = (state, record.received_at);
    }
}

/// Gathers the first of the actions that a payment is owed for; if that was all, the money can be sent.
pub(crate) fn gather(slice: &mut Slice, record: &Record, id: PaymentId, actions: Vec<ActionId>, limit: usize) {
    let is_all = actions.len() <= limit;
    for action in actions.into_iter().take(limit) {
        take(slice, record, action, id);
    }
    let Some(payment) = slice.payments.get(&id).filter(|_| is_all) else { return };
    let state = match payment.run {
        // Corrections have taken all of it meanwhile: there is nothing to send.
        _ if payment.total <= Money::ZERO => PaymentState::Returning,
        Some(_) => PaymentState::Sent,
        None => PaymentState::Settled,
    };
    enter(slice, record, id, state);
}

fn take(slice: &mut Slice, record: &Record, action: ActionId, id: PaymentId) {
    let Some(mut action) = slice.actions.get(&action).cloned() else { return };
    let Some(payment) = slice.payments.edit(&id) else { return };
    let amount = std::mem::take(&mut action.owed);
    payment.actions += 1;
    payment.add(action.currency, amount);
    // What is locked is not paid, whatever payments have failed or taken corrections of it: this one pays it.
    let before = action.payment.filter(|_| action.state == ActionState::Paid);
    slice.new.payment_lines.push(PaymentLineRow { payment: id, action: action.id, amount, before });
    action.state = ActionState::Paid;
    action.owed_since = None;
    action.payment = Some(id);
    ledger::transfer(slice, record.no, &action, Account::Locked, Account::Paid, amount);
    write(slice, record, action, unchanged(HistoryKind::Paid));
}

/// Gives back the first of a payment's lines; if that was all, it has failed and everything is owed again.
pub(crate) fn give_back(slice: &mut Slice, record: &Record, id: PaymentId, lines: Vec<PaymentLineRow>, limit: usize) {
    let is_all = lines.len() <= limit;
    for line in lines.into_iter().take(limit) {
        if let Some(payment) = slice.payments.edit(&id) {
            payment.returned_to = line.action.seq;
        }
        give_back_line(slice, record, &line);
    }
    if is_all {
        enter(slice, record, id, PaymentState::Failed);
    }
}

fn give_back_line(slice: &mut Slice, record: &Record, line: &PaymentLineRow) {
    let Some(mut action) = slice.actions.get(&line.action).cloned() else { return };
    action.owed = action.owed.plus(line.amount);
    action.owed_since = action.owed_since.or(Some(record.no));
    // What it was paid before or since still stands; without the payment that found it locked, it is not paid.
    if line.before.is_none() {
        action.state = ActionState::Locked;
    }
    if action.payment == Some(line.payment) {
        action.payment = line.before;
    }
    ledger::transfer(slice, record.no, &action, Account::Paid, Account::Locked, line.amount);
    write(slice, record, action, unchanged(HistoryKind::Returned));
}
