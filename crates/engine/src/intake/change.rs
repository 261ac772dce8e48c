//! A change of an action, from its fields to the fact.

use referee_core::config::Config;
use referee_core::fact::{ActionChange, ActionTarget, ChangeRequest, Fact, ItemChange, NewFigures};
use referee_core::id::{EventTypeId, PartnerId, SubmissionId};
use referee_core::money::Money;
use referee_core::program::Source;
use referee_core::time::Timestamp;

use super::amount;
use super::drop_reason::{DropReason, FieldError};
use super::fields::Fields;
use super::report::Taken;
use crate::limits::ITEMS_MAX;

/// Why an action may be changed or reversed, as integrations already say it.
pub const REASONS: [&str; 16] = [
    "ORDER_UPDATE",
    "ITEM_RETURNED",
    "CONS_FRAUD",
    "CONS_ERROR",
    "ORDER_ERROR",
    "PUB_ACT_DISPUTE",
    "ADV_ACT_DISPUTE",
    "NOT_COMPLIANCE_TERMS",
    "ITEM_OUT_OF_STOCK",
    "TEST_ACTION",
    "PARTNER_NOT_ACTIVE",
    "CREDITED_DIFFERENT_MP",
    "OTHER",
    "REJECTED",
    "CONS_INFO_INVALID",
    "MP_RETURNED",
];

/// Why an action may be held, released, or approved before its time.
pub const LOCK_REASONS: [&str; 6] = ["UNDER_REVIEW", "DISPUTED", "RETURN_EXPECTED", "VERIFIED", "AGREED", "OTHER"];

/// Why an action goes to another partner, always.
pub const REATTRIBUTED: &str = "CREDITED_DIFFERENT_MP";

/// What is asked for. Figures are read from the fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    Reversal,
    Modification,
    Correction,
    /// That another partner has it.
    Reattribution,
    /// Something about its locking.
    Step(ActionChange),
}

impl Asked {
    fn reasons(&self) -> &'static [&'static str] {
        if matches!(self, Asked::Step(_)) { &LOCK_REASONS } else { &REASONS }
    }
}

pub struct ChangeContext<'a> {
    pub config: &'a Config,
    pub source: Source,
    pub submission: SubmissionId,
    pub now: Timestamp,
    pub asked: Asked,
    /// The action, where the address names it.
    pub action: Option<&'a str>,
}

pub fn change(fields: &Fields, context: &ChangeContext<'_>) -> Result<Taken, Vec<FieldError>> {
    let mut errors = Vec::new();
    let target = target(fields, context, &mut errors);
    let disposition = match context.asked {
        Asked::Reattribution => REATTRIBUTED.to_owned(),
        _ => disposition(fields, context.asked.reasons(), &mut errors),
    };
    let change = match &context.asked {
        Asked::Reversal => ActionChange::Reverse,
        Asked::Modification => ActionChange::Modify(figures(fields, &mut errors)),
        Asked::Correction => ActionChange::Correct(figures(fields, &mut errors)),
        Asked::Reattribution => ActionChange::Reattribute { partner: partner(fields, &mut errors) },
        Asked::Step(step) => step.clone(),
    };
    match target {
        Some(target) if errors.is_empty() => {
            let (submission, source) = (context.submission, context.source);
            let request = ChangeRequest { submission, target, disposition, source, change };
            Ok(Taken { fact: Fact::ChangeRequested(request), occurred_at: context.now, warnings: Vec::new() })
        }
        _ => Err(errors),
    }
}

fn target(fields: &Fields, context: &ChangeContext<'_>, errors: &mut Vec<FieldError>) -> Option<ActionTarget> {
    if let Some(id) = context.action.or(fields.get(&["ActionId", "action_id"])) {
        return match id.parse() {
            Ok(id) => Some(ActionTarget::Id(id)),
            Err(()) => {
                let message = "ActionId looks like 1000.4636.158133.";
                errors.push(FieldError::new("ActionId", DropReason::BadAction, message));
                None
            }
        };
    }
    let named = fields.get(&["ActionTrackerId", "EventTypeId", "EventTypeCode", "event_type_id", "event_type"]);
    let known = named.and_then(|named| event_type(context.config, named));
    let order_id = fields.get(&["OrderId", "order_id"]);
    if named.is_none() || order_id.is_none() {
        let message = "ActionId, or ActionTrackerId and OrderId, are required.";
        errors.push(FieldError::new("ActionId", DropReason::FieldMissing, message));
    } else if known.is_none() {
        let message = "There is no such event type.";
        errors.push(FieldError::new("ActionTrackerId", DropReason::ActionTrackerNotFound, message));
    }
    Some(ActionTarget::Order { event_type: known?, order_id: order_id?.to_owned() })
}

fn event_type(config: &Config, named: &str) -> Option<EventTypeId> {
    let by_id = |id: EventTypeId| config.event_types.values().find(|it| it.id == id);
    let by_code = || config.event_types.values().find(|it| !it.code.is_empty() && it.code.eq_ignore_ascii_case(named));
    named.parse().ok().and_then(by_id).or_else(by_code).map(|it| it.id)
}

fn disposition(fields: &Fields, reasons: &[&str], errors: &mut Vec<FieldError>) -> String {
    let said = fields.get(&["DispositionCode", "Reason", "reason"]).map(str::to_ascii_uppercase);
    match said {
        Some(code) if reasons.contains(&code.as_str()) => code,
        Some(_) => {
            let message = format!("The reason is one of {}.", reasons.join(", "));
            errors.push(FieldError::new("Reason", DropReason::BadReason, message));
            String::new()
        }
        None => {
            errors.push(FieldError::new("Reason", DropReason::FieldMissing, "Reason is required."));
            String::new()
        }
    }
}

fn partner(fields: &Fields, errors: &mut Vec<FieldError>) -> PartnerId {
    let named = fields.get(&["PartnerId", "MediaPartnerId", "partner_id"]);
    named.and_then(|text| text.parse().ok()).unwrap_or_else(|| {
        let message = "PartnerId is required: the partner that has the action from here on.";
        errors.push(FieldError::new("PartnerId", DropReason::FieldMissing, message));
        PartnerId(0)
    })
}

fn figures(fields: &Fields, errors: &mut Vec<FieldError>) -> NewFigures {
    let items = item_changes(fields, errors);
    if !items.is_empty() {
        return NewFigures::Items(items);
    }
    match (fields.get(&["Amount"]), fields.get(&["AmountDelta", "amount_delta"])) {
        (Some(_), Some(_)) => {
            let message = "Either the new amount or what is added to it, not both.";
            errors.push(FieldError::new("AmountDelta", DropReason::BadAmount, message));
            NewFigures::Amount(Money::ZERO)
        }
        (Some(text), None) => NewFigures::Amount(money("Amount", text, errors)),
        (None, Some(text)) => NewFigures::Delta(delta(text, errors)),
        (None, None) => {
            let message = "Amount, AmountDelta, or Sku with Quantity or Amount, is required.";
            errors.push(FieldError::new("Amount", DropReason::FieldMissing, message));
            NewFigures::Amount(Money::ZERO)
        }
    }
}

/// `Sku`, `Quantity`, `Amount`, and again with a number behind them.
fn item_changes(fields: &Fields, errors: &mut Vec<FieldError>) -> Vec<ItemChange> {
    let listed: Vec<_> = fields
        .items()
        .iter()
        .filter_map(|item| {
            let get = |name: &str| item.get(name).cloned();
            Some((get("sku")?, get("quantity"), get("amount").or_else(|| get("subtotal"))))
        })
        .collect();
    let numbered = (1..=ITEMS_MAX).map_while(|number| {
        let suffix = if number == 1 { String::new() } else { number.to_string() };
        let get = |name: &str| fields.get(&[&format!("{name}{suffix}")]).map(str::to_owned);
        let sku = get("Sku").or_else(|| if number == 1 { fields.get(&["Sku1"]).map(str::to_owned) } else { None })?;
        Some((sku, get("Quantity"), get("Amount")))
    });
    let all: Vec<_> = if listed.is_empty() { numbered.collect() } else { listed };
    all.into_iter()
        .map(|(sku, quantity, amount)| {
            let quantity = quantity.and_then(|text| match text.trim().parse() {
                Ok(quantity) => Some(quantity),
                Err(_) => {
                    errors.push(FieldError::new("Quantity", DropReason::BadNumber, "A quantity is a whole number."));
                    None
                }
            });
            let amount = amount.map(|text| money("Amount", &text, errors));
            ItemChange { sku, quantity, amount }
        })
        .collect()
}

/// What is added, or taken off with a minus.
fn delta(text: &str, errors: &mut Vec<FieldError>) -> Money {
    match text.trim().strip_prefix('-') {
        Some(text) => money("AmountDelta", text, errors).negated(),
        None => money("AmountDelta", text.trim().trim_start_matches('+'), errors),
    }
}

fn money(field: &str, text: &str, errors: &mut Vec<FieldError>) -> Money {
    amount::amount(text).unwrap_or_else(|why| {
        errors.push(FieldError::new(field, DropReason::BadAmount, format!("{field} can't be taken: {why}.")));
        Money::ZERO
    })
}
