//! Bonuses and flat fees: actions of no event, given by a person under a name of the brand's own.
//!
//! An award locks as the events of its day do, by the terms of the time, so that what was given by mistake can be taken
//! back; one that should be owed at once is approved. What `bonus` reckons of terms is entered here as well.

use crate::exchange::Exchange;
use crate::fact::{AwardGiven, AwardKind, Device, Record};
use crate::id::{ActionId, AdId, EventTypeId, PartnerId, ProgramId};
use crate::locking::Locking;
use crate::money::{Money, WHOLE_PPM};
use crate::program::{Source, Standing};
use crate::refusal::Refusal;
use crate::row::{
    ActionRow, ActionState, ConversionRow, Credit, DecisionRow, Evidence, HistoryKind, OrderKey, Rollup, Whole,
};
use crate::setup::{Subject, program_exists};
use crate::slice::Slice;
use crate::time::Timestamp;

use super::open::begin_with;
use super::{Line, next_id, unchanged};

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
    let terms = slice.config.terms_at(fact.program, fact.partner, record.occurred_at)?;
    if fact.reference.starts_with(REFERENCE_OF_TERMS) {
        return Err(Refusal::AwardOfTerms);
    }
    let key = OrderKey { event_type: EventTypeId::AWARD, order_id: fact.reference.clone() };
    if slice.conversions.get(&key).is_some() {
        return Err(Refusal::AwardExists);
    }
    let award = Award {
        program: fact.program,
        partner: fact.partner,
        kind: fact.kind,
        amount: fact.amount,
        reference: fact.reference.clone(),
        at: record.occurred_at,
        terms: (terms.version, terms.of_template),
        locking: terms.rules.locking,
        tier: None,
        source: Some(Source::Person),
    };
    enter(slice, record, award).map(|id| id.to_string())
}

/// So begin the references of bonuses that terms give: no other has one, so that they never meet.
pub const REFERENCE_OF_TERMS: &str = "TIER-";

/// What is given, under which terms, and when it counts as earned.
pub(super) struct Award {
    pub program: ProgramId,
    pub partner: PartnerId,
    pub kind: AwardKind,
    pub amount: Money,
    pub reference: String,
    pub at: Timestamp,
    /// Their version, and whether they are the template's.
    pub terms: (u32, bool),
    pub locking: Locking,
    pub tier: Option<usize>,
    /// None: the machine.
    pub source: Option<Source>,
}

/// Opens its action.
pub(super) fn enter(slice: &mut Slice, record: &Record, award: Award) -> Result<ActionId, Refusal> {
    let id = next_id(slice, ActionId { program: award.program, event_type: EventTypeId::AWARD, seq: 0 });
    let source = award.source;
    let action = opened(slice, record, award, id)?;
    let key = OrderKey { event_type: EventTypeId::AWARD, order_id: action.order_id.clone() };
    slice.new.decisions.push(decision(slice, record, &action, key.clone()));
    slice.conversions.set(key, order(record, &action));
    begin_with(slice, record, action, Rollup::default(), Line { source, ..unchanged(HistoryKind::Opened) });
    Ok(id)
}

fn opened(slice: &Slice, record: &Record, award: Award, id: ActionId) -> Result<ActionRow, Refusal> {
    let program = slice.config.programs.get(&award.program).ok_or(Refusal::CampaignNotFound)?;
    Ok(ActionRow {
        id,
        record: record.no,
        partner: award.partner,
        ad: AdId(0),
        click: None,
        evidence: match award.kind {
            AwardKind::Bonus => Evidence::Bonus,
            AwardKind::Fee => Evidence::Fee,
        },
        share_ppm: WHOLE_PPM,
        order_id: award.reference,
        occurred_at: award.at,
        opened_at: record.received_at,
        changed_at: record.received_at,
        state: ActionState::Pending,
        disposition: String::new(),
        currency: program.currency,
        amount: award.amount,
        order_currency: program.currency,
        exchange: Exchange::Same,
        payout: award.amount.cut_at_rate(WHOLE_PPM, program.currency),
        intended_amount: award.amount,
        intended_payout: Money::ZERO,
        terms_version: award.terms.0,
        terms_of_template: award.terms.1,
        locks_at: award.locking.moment(award.at, &program.zone),
        tier: award.tier,
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
        order_total: award.amount,
        device: Device::Unknown,
        whole: Whole::of(award.amount, &[]),
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
