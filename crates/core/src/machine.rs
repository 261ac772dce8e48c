//! One record in, its consequences into the slice. One match; the rules stand in their own files.

use crate::action;
use crate::agreement;
use crate::click;
use crate::config::Partner;
use crate::fact::{Fact, Record};
use crate::id::ActionId;
use crate::identity::graph;
use crate::payable;
use crate::refusal::Refusal;
use crate::row::{AuditRow, TouchKind};
use crate::setup;
use crate::shop;
use crate::slice::Slice;
use crate::visit;

/// The newest rules in this program. A change of behaviour is a new version beside the old ones.
pub const RULES_VERSION: u32 = 1;

/// What a record came to, for whoever waits for it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    pub refusal: Option<Refusal>,
    /// The id that was created or changed, if any.
    pub subject: String,
}

impl From<Result<String, Refusal>> for Outcome {
    fn from(result: Result<String, Refusal>) -> Outcome {
        match result {
            Ok(subject) => Outcome { refusal: None, subject },
            Err(refusal) => Outcome { refusal: Some(refusal), subject: String::new() },
        }
    }
}

/// Whether this program has the rules a record asks for. A machine that meets others stops and changes nothing.
pub fn knows_rules(fact: &Fact) -> bool {
    !matches!(fact, Fact::RulesAdopted { version } if *version == 0 || *version > RULES_VERSION)
}

/// Applies one record. Total: whatever a fact says, the answer is an outcome.
pub fn apply(slice: &mut Slice, record: &Record) -> Outcome {
    slice.state.posting.moment = slice.state.posting.moment.max(record.received_at);
    let outcome = consequences(slice, record);
    action::unsettled::news(slice, record);
    slice.state.last_record = record.no;
    if let Some(actor) = &record.actor {
        slice.new.audit.push(AuditRow {
            record: record.no,
            fact_id: record.id,
            at: record.received_at,
            actor: actor.clone(),
            kind: record.fact.kind(),
            subject: outcome.subject.clone(),
            refusal: outcome.refusal,
        });
    }
    outcome
}

fn names(ids: &[ActionId]) -> String {
    ids.iter().map(ActionId::to_string).collect::<Vec<_>>().join(", ")
}

fn consequences(slice: &mut Slice, record: &Record) -> Outcome {
    match &record.fact {
        Fact::RulesAdopted { version } => {
            slice.state.rules_version = *version;
            Ok(version.to_string()).into()
        }
        Fact::ProgramSet(program) => setup::set_program(slice, program).into(),
        Fact::EventTypeSet(fact) => setup::set_event_type(slice, fact).into(),
        Fact::PartnerSet { partner, standing, channel } => {
            setup::set_partner(slice, Partner { id: *partner, standing: *standing, channel: *channel }).into()
        }
        Fact::AdSet(fact) => setup::set_ad(slice, fact).into(),
        Fact::LinkSet(link) => setup::set_link(slice, link).into(),
        Fact::PromoCodeSet(code) => setup::set_promo_code(slice, code).into(),
        Fact::AssignedValueSet(value) => setup::set_assigned_value(slice, value).into(),
        Fact::PartnerGroupSet(fact) => setup::set_partner_group(slice, fact).into(),
        Fact::TermsSet(fact) => agreement::set_terms(slice, record, fact).into(),
        Fact::TermsDecided(fact) => agreement::decide(slice, record, fact).into(),
        Fact::OfferWithdrawn(fact) => agreement::withdraw(slice, record, fact).into(),
        Fact::OverlaySet(fact) => agreement::set_overlay(slice, record, fact).into(),
        Fact::ListSet(fact) => setup::set_list(slice, record, fact).into(),
        Fact::IdentifierBlocked(blocked) => setup::set_blocked(slice, record, blocked).into(),
        Fact::ClickRecorded(click) => {
            Outcome { refusal: click::record(slice, record, click, TouchKind::Click), ..Outcome::default() }
        }
        Fact::ImpressionRecorded(view) => {
            Outcome { refusal: click::record(slice, record, view, TouchKind::Impression), ..Outcome::default() }
        }
        Fact::VisitRecorded(visit) => Outcome { refusal: visit::record(slice, record, visit), ..Outcome::default() },
        Fact::ConversionReported(report) => {
            let outcome = action::open::report(slice, record, report);
            shop::settle_figures(slice, record, report.event_type, &report.order_id);
            Outcome { refusal: outcome.refusal, subject: names(&outcome.actions) }
        }
        Fact::ChangeRequested(request) => action::change::request(slice, record, request).map(|ids| names(&ids)).into(),
        Fact::ReturnDecided(fact) => action::returns::decide(slice, record, fact).into(),
        Fact::AwardGiven(fact) => action::award::give(slice, record, fact).into(),
        Fact::JoinSeparated { a, b, separated } => graph::separate(slice, record, *a, *b, *separated).into(),
        Fact::PaymentMade { program, partner } => action::payment::made(slice, record, *program, *partner).into(),
        Fact::RatesSet(days) => setup::set_rates(slice, days).into(),
        Fact::PaymentRulesSet(rules) => setup::set_payment_rules(slice, rules).into(),
        Fact::PaymentRunProposed(fact) => action::payment::propose(slice, record, fact).into(),
        Fact::PaymentRunDecided { run, approved } => action::payment::decide(slice, record, *run, *approved).into(),
        Fact::PaymentConcluded { payment, failure } => {
            action::payment::conclude(slice, record, *payment, failure.as_deref()).into()
        }
        Fact::ScreeningRulesSet(rules) => setup::set_screening(slice, rules).into(),
        Fact::ClicksReviewed(fact) => payable::review::begin(slice, record, fact).into(),
        Fact::PartnerDeviceSeen { partner, agent_key } => {
            click::repeat::see_own_device(slice, record, *partner, *agent_key).into()
        }
        Fact::ClicksDoubted(fact) => payable::doubt(slice, record, fact).into(),
        Fact::ReviewUndone { review } => payable::review::undo(slice, *review).into(),
        Fact::InquiryRulesSet(rules) => action::inquiry::set_rules(slice, rules).into(),
        Fact::InquiryOpened(fact) => action::inquiry::opened(slice, record, fact).into(),
        Fact::InquiryAnswered(fact) => action::inquiry::answered(slice, record, fact).into(),
        Fact::InquiryAppealed(fact) => action::inquiry::appealed(slice, record, fact).into(),
        Fact::ShopOrderSeen(seen) => shop::order_seen(slice, record, seen),
        Fact::ShopRefundSeen(seen) => shop::refund_seen(slice, record, seen),
        Fact::ShopCheckoutSeen(report) => shop::checkout_seen(slice, record, report),
        Fact::TimePassed => {
            slice.state.brand_time = slice.state.brand_time.max(record.occurred_at);
            slice.state.work_waits = true;
            Outcome::default()
        }
        Fact::WorkAdvanced { limit } => {
            action::work::advance(slice, record, *limit);
            Outcome::default()
        }
    }
}
