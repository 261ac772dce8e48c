//! Actions of no order: what is given to a partner by a person, or for clicks. Their amount is what the partner gets.

use crate::exchange::Exchange;
use crate::fact::{Device, Record};
use crate::id::{ActionId, AdId, PartnerId};
use crate::money::{Currency, Money, WHOLE_PPM};
use crate::program::Source;
use crate::row::{
    ActionRow, ActionState, ConversionRow, Credit, DecisionRow, Evidence, HistoryKind, OrderKey, Rollup, Whole,
};
use crate::slice::Slice;
use crate::time::Timestamp;

use super::open::begin_with;
use super::{Line, unchanged};

/// What is given.
pub(crate) struct Grant {
    pub id: ActionId,
    pub partner: PartnerId,
    pub evidence: Evidence,
    pub currency: Currency,
    pub amount: Money,
    /// By this it is found, changed and known as given before, as an order is.
    pub order_id: String,
    pub occurred_at: Timestamp,
    pub locks_at: Option<Timestamp>,
    pub terms_version: u32,
    pub terms_of_template: bool,
    /// The tier that gives it, if one does.
    pub tier: Option<usize>,
    /// None: the machine.
    pub source: Option<Source>,
}

/// What of an amount can be paid: the rest is less than the currency's smallest unit. Where somebody named it, it is never
/// more than was named.
pub(crate) fn payout(evidence: Evidence, amount: Money, currency: Currency) -> Money {
    match evidence {
        Evidence::Clicks => amount.rounded(currency),
        _ => amount.cut_at_rate(WHOLE_PPM, currency),
    }
}

/// Opens the action.
pub(crate) fn open(slice: &mut Slice, record: &Record, grant: Grant) {
    let source = grant.source;
    let action = action(record, grant);
    let order = OrderKey { event_type: action.id.event_type, order_id: action.order_id.clone() };
    slice.new.decisions.push(decision(slice, record, &action, order.clone()));
    slice.conversions.set(order, conversion(record, &action, source.unwrap_or(Source::Server)));
    begin_with(slice, record, action, Rollup::default(), Line { source, ..unchanged(HistoryKind::Opened) });
}

fn action(record: &Record, grant: Grant) -> ActionRow {
    ActionRow {
        id: grant.id,
        record: record.no,
        partner: grant.partner,
        ad: AdId(0),
        click: None,
        evidence: grant.evidence,
        share_ppm: WHOLE_PPM,
        order_id: grant.order_id,
        occurred_at: grant.occurred_at,
        opened_at: record.received_at,
        changed_at: record.received_at,
        state: ActionState::Pending,
        disposition: String::new(),
        currency: grant.currency,
        amount: grant.amount,
        order_currency: grant.currency,
        exchange: Exchange::Same,
        payout: payout(grant.evidence, grant.amount, grant.currency),
        intended_amount: grant.amount,
        intended_payout: Money::ZERO,
        terms_version: grant.terms_version,
        terms_of_template: grant.terms_of_template,
        locks_at: grant.locks_at,
        tier: grant.tier,
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
        order_total: grant.amount,
        device: Device::Unknown,
        whole: Whole::of(grant.amount, &[]),
        before_reversal: None,
        moved_from: None,
        moved_to: None,
        returned: Money::ZERO,
        return_asked: None,
    }
}

fn conversion(record: &Record, action: &ActionRow, source: Source) -> ConversionRow {
    ConversionRow {
        record: record.no,
        program: action.id.program,
        occurred_at: action.occurred_at,
        received_at: record.received_at,
        source,
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
        click_path: None,
    }
}
