//! Bonuses and flat fees: actions of no event, given by a person under a name of the brand's own.
//!
//! An award locks as the events of its day do, by the terms of the time, so that what was given by mistake can be taken
//! back; one that should be owed at once is approved.

use crate::exchange::Exchange;
use crate::fact::{AwardGiven, AwardKind, Device, Record};
use crate::id::{ActionId, AdId, EventTypeId};
use crate::money::{Money, WHOLE_PPM};
use crate::program::{Source, Standing};
use crate::refusal::Refusal;
use crate::row::{ActionRow, ActionState, ConversionRow, Credit, DecisionRow, Evidence, OrderKey, Rollup, Whole};
use crate::setup::{Subject, program_exists};
use crate::slice::Slice;

use super::change::Cause;
use super::next_id;
use super::open::begin;

pub(crate) fn give(slice: &mut Slice, record: &Record, fact: &AwardGiven) -> Subject {
    program_exists(slice, fact.program)?;
    let partner = slice.config.partners.get(&fact.partner).ok_or(Refusal::PartnerNotFound)?;
    if partner.standing == Standing::Paused {
        return Err(Refusal::PartnerNotActive);
    }
    if partner.channel {
        return Err(Refusal::CreditedToChannel);
    }
    match fact.amount {
        amount if amount < Money::ZERO => return Err(Refusal::AmountNegative),
        Money::ZERO => return Err(Refusal::AwardEmpty),
        amount if amount > Money::ORDER_MAX => return Err(Refusal::AmountTooLarge),
        _ => {}
    }
    slice.config.terms_at(fact.program, fact.partner, record.occurred_at)?;
    let key = OrderKey { event_type: EventTypeId::AWARD, order_id: fact.reference.clone() };
    if slice.conversions.get(&key).is_some() {
        return Err(Refusal::AwardExists);
    }
    let id = next_id(slice, ActionId { program: fact.program, event_type: EventTypeId::AWARD, seq: 0 });
    let action = opened(slice, record, fact, id)?;
    slice.new.decisions.push(decision(slice, record, &action, key.clone()));
    slice.conversions.set(key, order(record, &action));
    begin(slice, record, action, Rollup::default(), Cause { disposition: "", source: Source::Person });
    Ok(id.to_string())
}

fn opened(slice: &Slice, record: &Record, fact: &AwardGiven, id: ActionId) -> Result<ActionRow, Refusal> {
    let program = slice.config.programs.get(&fact.program).ok_or(Refusal::CampaignNotFound)?;
    let terms = slice.config.terms_at(fact.program, fact.partner, record.occurred_at)?;
    Ok(ActionRow {
        id,
        record: record.no,
        partner: fact.partner,
        ad: AdId(0),
        click: None,
        evidence: match fact.kind {
            AwardKind::Bonus => Evidence::Bonus,
            AwardKind::Fee => Evidence::Fee,
        },
        share_ppm: WHOLE_PPM,
        order_id: fact.reference.clone(),
        occurred_at: record.occurred_at,
        opened_at: record.received_at,
        changed_at: record.received_at,
        state: ActionState::Pending,
        disposition: String::new(),
        currency: program.currency,
        amount: fact.amount,
        order_currency: program.currency,
        exchange: Exchange::Same,
        payout: fact.amount.cut_at_rate(WHOLE_PPM, program.currency),
        intended_amount: fact.amount,
        intended_payout: Money::ZERO,
        terms_version: terms.version,
        terms_of_template: terms.of_template,
        locks_at: terms.rules.locking.moment(record.occurred_at, &program.zone),
        tier: None,
        outside: None,
        held: false,
        owed: Money::ZERO,
        owed_since: None,
        payment: None,
        changes: 0,
        items: Vec::new(),
        promo_code: String::new(),
        customer_status: String::new(),
        status_derived: false,
        sub_ids: Default::default(),
        shared_id: String::new(),
        fields: Vec::new(),
        order_total: fact.amount,
        device: Device::Unknown,
        whole: Whole::of(fact.amount, &[]),
        before_reversal: None,
        moved_from: None,
        moved_to: None,
        returned: Money::ZERO,
        return_asked: None,
    })
}

/// By this it is found, changed and known as given before, as an order is.
fn order(record: &Record, action: &ActionRow) -> ConversionRow {
    ConversionRow {
        record: record.no,
        program: action.id.program,
        occurred_at: action.occurred_at,
        received_at: record.received_at,
        source: Source::Person,
        currency: action.currency,
        amount: action.amount,
        digest: [0; 16],
        node: None,
        refusal: None,
        actions: vec![action.id],
    }
}

fn decision(slice: &Slice, record: &Record, action: &ActionRow, order: OrderKey) -> DecisionRow {
    let credit = Credit {
        partner: action.partner,
        evidence: action.evidence,
        click: None,
        share_ppm: action.share_ppm,
        action: Some(action.id),
    };
    DecisionRow {
        record: record.no,
        order,
        program: action.id.program,
        occurred_at: action.occurred_at,
        credits: vec![credit],
        refusal: None,
        rules_version: slice.state.rules_version,
        referral_window_days: None,
        candidates: Vec::new(),
        candidates_left_out: 0,
        left_out: Vec::new(),
    }
}
