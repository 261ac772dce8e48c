//! Bonuses and flat fees: actions of no event, given by a person under a name of the brand's own.
//!
//! An award locks as the events of its day do, by the terms of the time, so that what was given by mistake can be taken
//! back; one that should be owed at once is approved. What `bonus` reckons of terms is entered here as well.

use crate::fact::{AwardGiven, AwardKind, Record};
use crate::id::{ActionId, EventTypeId};
use crate::money::Money;
use crate::program::{Source, Standing};
use crate::refusal::Refusal;
use crate::row::{Evidence, OrderKey};
use crate::setup::{Subject, program_exists};
use crate::slice::Slice;

use super::grant::{self, Grant};
use super::next_id;

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
    if fact.reference.starts_with(REFERENCE_OF_TERMS) {
        return Err(Refusal::AwardOfTerms);
    }
    let program = slice.config.programs.get(&fact.program).ok_or(Refusal::CampaignNotFound)?;
    let terms = slice.config.terms_at(fact.program, fact.partner, record.occurred_at)?;
    let (currency, terms_version, terms_of_template) = (program.currency, terms.version, terms.of_template);
    let locks_at = terms.rules.locking.moment(record.occurred_at, &program.zone);
    let key = OrderKey { event_type: EventTypeId::AWARD, order_id: fact.reference.clone() };
    if slice.conversions.get(&key).is_some() {
        return Err(Refusal::AwardExists);
    }
    let id = next_id(slice, ActionId { program: fact.program, event_type: EventTypeId::AWARD, seq: 0 });
    let evidence = match fact.kind {
        AwardKind::Bonus => Evidence::Bonus,
        AwardKind::Fee => Evidence::Fee,
    };
    let given = Grant {
        id,
        partner: fact.partner,
        evidence,
        currency,
        amount: fact.amount,
        order_id: fact.reference.clone(),
        occurred_at: record.occurred_at,
        locks_at,
        terms_version,
        terms_of_template,
        tier: None,
        source: Some(Source::Person),
    };
    grant::open(slice, record, given);
    Ok(id.to_string())
}

/// So begin the references of bonuses that terms give: no other has one, so that they never meet.
pub const REFERENCE_OF_TERMS: &str = "TIER-";
