//! An inquiry's life: opened by or for a partner, answered by the brand, appealed once. An answer that finds it valid does to
//! the action what the partner asked for, by the ways in which any report or change does it.

use crate::fact::{ActionChange, ActionTarget, ChangeRequest, Conversion, NewFigures, Record, Role};
use crate::id::{ActionId, InquiryId};
use crate::inquiry::{
    Answer, InquiryAnswered, InquiryAppealed, InquiryKind, InquiryOpened, InquiryRules, InquiryState,
    ORDER_AGE_MAX_DAYS,
};
use crate::money::Money;
use crate::program::Source;
use crate::refusal::Refusal;
use crate::row::{ActionRow, ActionState, InquiryRow, OrderKey};
use crate::setup::{Subject, program_exists, set};
use crate::slice::Slice;

use super::{change, open};
use crate::config::ConfigEntry;

/// Why an action changes that a partner was right about.
const DISPOSITION: &str = "PUB_ACT_DISPUTE";

pub(crate) fn set_rules(slice: &mut Slice, rules: &InquiryRules) -> Subject {
    program_exists(slice, rules.program)?;
    set(slice, ConfigEntry::InquiryRules(*rules));
    Ok(rules.program.to_string())
}

pub(crate) fn opened(slice: &mut Slice, record: &Record, fact: &InquiryOpened) -> Subject {
    program_exists(slice, fact.program)?;
    if !slice.config.event_types.contains_key(&(fact.program, fact.event_type)) {
        return Err(Refusal::ActionTrackerNotFound);
    }
    let order = OrderKey { event_type: fact.event_type, order_id: fact.order_id.clone() };
    let own = own_action(slice, fact, &order);
    let ordered_at = own.as_ref().map_or(fact.ordered_at, |action| action.occurred_at);
    if ordered_at < record.received_at.minus_days(ORDER_AGE_MAX_DAYS) {
        return Err(Refusal::InquiryTooOld);
    }
    may_be_asked(slice, fact, own.as_ref())?;
    is_new(slice, fact, &order)?;
    let id = InquiryId(slice.last_inquiry.0 + 1);
    slice.last_inquiry = id;
    let row = InquiryRow {
        id,
        record: record.no,
        program: fact.program,
        partner: fact.partner,
        kind: fact.kind,
        order,
        action: own.map(|action| action.id),
        ordered_at,
        currency: fact.currency,
        amount: fact.amount,
        click: fact.click,
        opened_at: record.received_at,
        opened_by: record.actor.as_ref().map(|actor| actor.user),
        due_at: record.received_at.plus_days(slice.config.inquiry_days(fact.program)),
        state: InquiryState::Open,
        reason: None,
        answered_at: None,
        answered_by: None,
        appealed_at: None,
        notes: fact.note.into_iter().collect(),
    };
    slice.inquiries.set(id, row);
    Ok(id.to_string())
}

/// The partner's action of the order. That of another partner is none: nobody learns that there is one.
fn own_action(slice: &Slice, fact: &InquiryOpened, order: &OrderKey) -> Option<ActionRow> {
    let actions = slice.conversions.get(order).map(|row| slice.actions_of(row)).unwrap_or_default();
    let is_meant = |it: &ActionRow| it.partner == fact.partner && fact.action.is_none_or(|id| id == it.id);
    actions.into_iter().filter(is_meant).max_by_key(|it| it.id)
}

fn may_be_asked(slice: &Slice, fact: &InquiryOpened, own: Option<&ActionRow>) -> Result<(), Refusal> {
    match (fact.kind, own) {
        (InquiryKind::Untracked, Some(_)) => Err(Refusal::InquiryActionKnown),
        (InquiryKind::Untracked, None) => {
            if !slice.config.partners.contains_key(&fact.partner) {
                return Err(Refusal::PartnerNotFound);
            }
            let terms = slice.config.terms_at(fact.program, fact.partner, fact.ordered_at)?;
            terms.rules.payout(fact.event_type).map(|_| ()).ok_or(Refusal::ActionTermsNotFound)
        }
        (_, None) => Err(Refusal::ActionRefNotFound),
        (InquiryKind::Incorrect, Some(own)) if own.state == ActionState::Reversed => {
            Err(Refusal::ActionAlreadyReversed)
        }
        (InquiryKind::Declined, Some(own)) if own.state != ActionState::Reversed => Err(Refusal::ActionNotReversed),
        (_, Some(_)) => Ok(()),
    }
}

/// One at a time about an order; and what was answered once is appealed, not asked again.
fn is_new(slice: &Slice, fact: &InquiryOpened, order: &OrderKey) -> Result<(), Refusal> {
    let about = slice.inquiries.rows().map(|(_, it)| it).filter(|it| it.partner == fact.partner && it.order == *order);
    for before in about {
        if before.is_open() {
            return Err(Refusal::InquiryDuplicate);
        }
        if before.kind == fact.kind && before.state != InquiryState::Valid {
            return Err(Refusal::InquiryAnswered);
        }
    }
    Ok(())
}

pub(crate) fn answered(slice: &mut Slice, record: &Record, fact: &InquiryAnswered) -> Subject {
    let mut row = slice.inquiries.get(&fact.inquiry).cloned().ok_or(Refusal::InquiryNotFound)?;
    if has_role(record, Role::Partner) {
        return Err(Refusal::InquiryForBrand);
    }
    if !row.is_open() {
        return Err(Refusal::InquiryAnswered);
    }
    match fact.answer {
        Answer::Valid { amount } => {
            row.action = Some(make_right(slice, record, &row, fact, amount)?);
            (row.state, row.reason) = (InquiryState::Valid, None);
        }
        Answer::Declined(reason) => (row.state, row.reason) = (InquiryState::Declined, Some(reason)),
        Answer::Incomplete(reason) => (row.state, row.reason) = (InquiryState::Incomplete, Some(reason)),
    }
    row.answered_at = Some(record.received_at);
    row.answered_by = record.actor.as_ref().map(|actor| actor.user);
    row.notes.extend(fact.note);
    slice.inquiries.set(row.id, row);
    Ok(fact.inquiry.to_string())
}

fn has_role(record: &Record, role: Role) -> bool {
    record.actor.as_ref().is_some_and(|actor| actor.role == role)
}

/// Does what the partner asked for, and says to which action.
fn make_right(
    slice: &mut Slice,
    record: &Record,
    row: &InquiryRow,
    fact: &InquiryAnswered,
    amount: Option<Money>,
) -> Result<ActionId, Refusal> {
    let action = row.action.and_then(|id| slice.actions.get(&id).cloned());
    match (row.kind, action) {
        (InquiryKind::Untracked, _) => credit(slice, record, row, fact, amount),
        (_, None) => Err(Refusal::ActionRefNotFound),
        (InquiryKind::Incorrect, Some(action)) => {
            // An amount of zero would take away what the partner asked for.
            let amount = amount.or(row.amount).filter(|it| *it > Money::ZERO);
            let figures = NewFigures::Amount(amount.ok_or(Refusal::InquiryAmountMissing)?);
            let change = match action.state {
                ActionState::Locked | ActionState::Paid => ActionChange::Correct(figures),
                _ => ActionChange::Modify(figures),
            };
            request(slice, record, action.id, fact, change)
        }
        (InquiryKind::Declined, Some(action)) => {
            let restored = request(slice, record, action.id, fact, ActionChange::Restore);
            restored
                .map_err(|refusal| if refusal == Refusal::ActionLocked { Refusal::InquiryPastLock } else { refusal })
        }
    }
}

fn request(
    slice: &mut Slice,
    record: &Record,
    action: ActionId,
    fact: &InquiryAnswered,
    change: ActionChange,
) -> Result<ActionId, Refusal> {
    let target = ActionTarget::Id(action);
    let (submission, disposition) = (fact.submission, DISPOSITION.to_owned());
    let request = ChangeRequest { submission, target, disposition, source: Source::Person, change };
    change::request(slice, record, &request).map(|_| action)
}

/// The order is decided for the partner: as it was reported, if it was and earned nobody anything, or as the brand says.
fn credit(
    slice: &mut Slice,
    record: &Record,
    row: &InquiryRow,
    fact: &InquiryAnswered,
    amount: Option<Money>,
) -> Result<ActionId, Refusal> {
    let before = slice.conversions.get(&row.order).cloned();
    if let Some(before) = before.as_ref().filter(|before| !before.actions.is_empty()) {
        let own = slice.actions_of(before).iter().any(|action| action.partner == row.partner);
        return Err(if own { Refusal::InquiryActionKnown } else { Refusal::InquiryOrderCredited });
    }
    let (currency, known) = match &before {
        Some(before) => (before.currency, Some(before.amount)),
        None => (row.currency, row.amount),
    };
    let amount = amount.or(known).filter(|it| *it >= Money::ZERO).ok_or(Refusal::InquiryAmountMissing)?;
    if amount > Money::ORDER_MAX {
        return Err(Refusal::AmountTooLarge);
    }
    let click = row.click.and_then(|no| slice.clicks.get(&no).cloned());
    let click = click.filter(|click| click.partner == row.partner && click.program == row.program);
    let report = Conversion {
        submission: fact.submission,
        program: row.program,
        event_type: row.order.event_type,
        order_id: row.order.order_id.clone(),
        source: Source::Person,
        currency,
        amount,
        items: Vec::new(),
        identifiers: Vec::new(),
        aliases: Vec::new(),
        left_out: Vec::new(),
        click: None,
        click_forged: false,
        promo_code: String::new(),
        assigned: Vec::new(),
        forced_partner: Some(row.partner),
        sub_ids: Default::default(),
        shared_id: String::new(),
        customer_status: String::new(),
        parent_order: String::new(),
        digest: [0; 16],
        fields: Vec::new(),
        click_path: None,
    };
    let occurred_at = before.as_ref().map_or(row.ordered_at, |before| before.occurred_at);
    open::by_inquiry(slice, &Record { occurred_at, ..record.clone() }, &report, before, click)
}

pub(crate) fn appealed(slice: &mut Slice, record: &Record, fact: &InquiryAppealed) -> Subject {
    let row = slice.inquiries.get(&fact.inquiry).filter(|row| row.partner == fact.partner).cloned();
    let mut row = row.ok_or(Refusal::InquiryNotFound)?;
    if !has_role(record, Role::Partner) {
        return Err(Refusal::InquiryForPartner);
    }
    if row.appealed_at.is_some() {
        return Err(Refusal::InquiryAppealed);
    }
    if !row.may_be_appealed() {
        return Err(Refusal::InquiryNotDeclined);
    }
    row.state = InquiryState::Open;
    row.appealed_at = Some(record.received_at);
    row.due_at = record.received_at.plus_days(slice.config.inquiry_days(row.program));
    row.notes.extend(fact.note);
    slice.inquiries.set(row.id, row);
    Ok(fact.inquiry.to_string())
}
