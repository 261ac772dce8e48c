//! Between the rules' facts and the wire, by hand: each side can change without the other noticing.

use prost::Message;
use referee_core::config::{self, ConfigEntry};
use referee_core::fact::{self, Actor, Fact};
use referee_core::id::{
    AdId, BrandId, ClickNo, EventTypeId, NodeId, PartnerId, ProgramId, ReviewId, SubmissionId, UserId,
};
use referee_core::money::{Currency, Money};
use referee_core::program::{self, VanityLink};
use referee_core::time::{Timestamp, Zone};

use super::claims::{code_in, code_out, group_in, group_out, group_set_in, named_in, named_out, value_in, value_out};
use super::{Draft, Raw, number, wire};
use crate::error::{Error, Result};

mod change;
mod identifiers;
pub mod clicks;
mod inquiries;
mod lists;
mod measures;
mod payments;
pub mod shop;
mod signals;
mod terms;

use change::{award_in, award_out, change_in, change_out, return_in, return_out};
use identifiers::{
    aliases_in, aliases_out, block_in, block_out, blocked_in, blocked_out, identifier_in, identifier_out,
    identifiers_in, identifiers_out,
};
pub use identifiers::{left_out_in, left_out_out};
use signals::{link_param_out, signals_in, signals_out};

/// What a machine says that meets something newer than itself.
fn newer(what: &str) -> Error {
    Error::setup("read a record", format!("it holds a {what} this program does not know; start a newer one"))
}

pub(super) fn known<T>(value: Option<T>, what: &str) -> Result<T> {
    value.ok_or_else(|| newer(what))
}

fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N]> {
    bytes.try_into().map_err(|_| Error::corrupt("read a record", format!("{} bytes where {N} belong", bytes.len())))
}

/// A draft as the bytes of its fact and of its raw section.
pub fn encode(draft: &Draft) -> (Vec<u8>, Vec<u8>) {
    let record = wire::Record {
        brand: draft.brand.0,
        received_at: draft.received_at.0,
        occurred_before_ms: draft.received_at.since_ms(draft.occurred_at),
        actor: draft.actor.as_ref().map(|actor| wire::Actor {
            user: actor.user.0,
            role: actor.role as u32,
            reason: actor.reason.clone(),
        }),
        fact: Some(fact_out(&draft.fact)),
    };
    let raw = draft.raw.as_ref().map(|raw| wire::Raw {
        address: raw.address.clone(),
        user_agent: raw.user_agent.clone(),
        url: raw.url.clone(),
        referrer: raw.referrer.clone(),
    });
    (record.encode_to_vec(), raw.map(|raw| raw.encode_to_vec()).unwrap_or_default())
}

pub fn decode(fact: &[u8], raw: &[u8]) -> Result<Draft> {
    let record = decode_wire(fact)?;
    let received_at = Timestamp(record.received_at);
    let actor = record.actor.map(|actor| {
        let role = known(number::role(actor.role), "role")?;
        Ok::<_, Error>(Actor { user: UserId(actor.user), role, reason: actor.reason })
    });
    Ok(Draft {
        brand: BrandId(record.brand),
        received_at,
        occurred_at: received_at.plus_ms(record.occurred_before_ms.saturating_neg()),
        actor: actor.transpose()?,
        fact: fact_in(known(record.fact, "kind of fact")?)?,
        raw: decode_raw(raw)?,
    })
}

pub fn decode_wire(fact: &[u8]) -> Result<wire::Record> {
    wire::Record::decode(fact).map_err(|error| Error::corrupt("read a record", error))
}

fn decode_raw(raw: &[u8]) -> Result<Option<Raw>> {
    if raw.is_empty() {
        return Ok(None);
    }
    let raw = wire::Raw::decode(raw).map_err(|error| Error::corrupt("read a raw section", error))?;
    Ok(Some(Raw { address: raw.address, user_agent: raw.user_agent, url: raw.url, referrer: raw.referrer }))
}

pub fn encode_config(entry: &ConfigEntry) -> Vec<u8> {
    let entry = match entry {
        ConfigEntry::Program(it) => wire::Entry::Program(program_out(it)),
        ConfigEntry::EventType(it) => wire::Entry::EventType(wire::EventType {
            program: it.program.0,
            id: Some(it.id.0),
            code: it.code.clone(),
            name: it.name.clone(),
            category: it.category as u32,
            standing: it.standing as u32,
            server_wins: it.server_wins,
            credit: Some(it.credit as u32),
            parent: it.parent.map(|id| id.0),
            settle_hours: Some(it.settle_hours),
        }),
        ConfigEntry::Partner(it) => {
            let (id, standing) = (it.id.0, it.standing as u32);
            wire::Entry::Partner(wire::Partner { id, standing, channel: it.channel })
        }
        ConfigEntry::Ad(it) => wire::Entry::Ad(wire::Ad {
            program: it.program.0,
            id: Some(it.id.0),
            name: it.name.clone(),
            landing_url: it.landing_url.clone(),
            standing: it.standing as u32,
        }),
        ConfigEntry::Link(it) => wire::Entry::Link(link_out(it)),
        ConfigEntry::PromoCode(it) => wire::Entry::PromoCode(code_out(it)),
        ConfigEntry::AssignedValue(it) => wire::Entry::AssignedValue(value_out(it)),
        ConfigEntry::PartnerGroup(it) => {
            wire::Entry::PartnerGroup(group_out(it.program, Some(it.id), &it.name, &it.members, it.credit))
        }
        ConfigEntry::Terms(it) => wire::Entry::Terms(terms::terms_out(it)),
        ConfigEntry::Overlay(it) => wire::Entry::Overlay(terms::overlay_out(it)),
        ConfigEntry::List(it) => wire::Entry::List(lists::list_out(it)),
        ConfigEntry::Block(it) => wire::Entry::Block(block_out(it)),
        ConfigEntry::Rates(it) => wire::Entry::Rates(payments::rates_out(it)),
        ConfigEntry::PaymentRules(it) => wire::Entry::PaymentRules(payments::rules_out(it)),
        ConfigEntry::Screening(it) => wire::Entry::Screening(clicks::rules_out(it)),
        ConfigEntry::InquiryRules(it) => wire::Entry::InquiryRules(inquiries::rules_out(it)),
    };
    wire::ConfigEntry { entry: Some(entry) }.encode_to_vec()
}

pub fn decode_config(bytes: &[u8]) -> Result<ConfigEntry> {
    let entry = wire::ConfigEntry::decode(bytes).map_err(|error| Error::corrupt("read a setting", error))?.entry;
    Ok(match known(entry, "setting")? {
        wire::Entry::Program(it) => ConfigEntry::Program(program_in(it)?),
        wire::Entry::EventType(it) => ConfigEntry::EventType(program::EventType {
            program: ProgramId(it.program),
            id: EventTypeId(it.id.unwrap_or_default()),
            code: it.code,
            name: it.name,
            category: known(number::category(it.category), "category")?,
            standing: known(number::standing(it.standing), "standing")?,
            server_wins: it.server_wins,
            credit: credit_in(it.credit)?,
            parent: it.parent.map(EventTypeId),
            settle_hours: it.settle_hours.unwrap_or(program::SETTLE_HOURS_DEFAULT),
        }),
        wire::Entry::Partner(it) => ConfigEntry::Partner(config::Partner {
            id: PartnerId(it.id),
            standing: known(number::standing(it.standing), "standing")?,
            channel: it.channel,
        }),
        wire::Entry::Ad(it) => ConfigEntry::Ad(program::Ad {
            program: ProgramId(it.program),
            id: AdId(it.id.unwrap_or_default()),
            name: it.name,
            landing_url: it.landing_url,
            standing: known(number::standing(it.standing), "standing")?,
        }),
        wire::Entry::Link(it) => ConfigEntry::Link(link_in(it)?),
        wire::Entry::PromoCode(it) => ConfigEntry::PromoCode(code_in(it)?),
        wire::Entry::AssignedValue(it) => ConfigEntry::AssignedValue(value_in(it)?),
        wire::Entry::PartnerGroup(it) => ConfigEntry::PartnerGroup(group_in(it)?),
        wire::Entry::Terms(it) => ConfigEntry::Terms(terms::terms_in(it)?),
        wire::Entry::Overlay(it) => ConfigEntry::Overlay(terms::overlay_in(it)?),
        wire::Entry::List(it) => ConfigEntry::List(lists::list_in(it)?),
        wire::Entry::Block(it) => ConfigEntry::Block(block_in(it)?),
        wire::Entry::Rates(it) => ConfigEntry::Rates(payments::rates_in(it)?),
        wire::Entry::PaymentRules(it) => ConfigEntry::PaymentRules(payments::rules_in(it)?),
        wire::Entry::Screening(it) => ConfigEntry::Screening(clicks::rules_in(it)?),
        wire::Entry::InquiryRules(it) => ConfigEntry::InquiryRules(inquiries::rules_in(it)),
    })
}

fn fact_out(fact: &Fact) -> wire::Fact {
    match fact {
        Fact::RulesAdopted { version } => wire::Fact::RulesAdopted(wire::Rules { version: *version }),
        Fact::ProgramSet(it) => wire::Fact::ProgramSet(program_out(it)),
        Fact::EventTypeSet(it) => wire::Fact::EventTypeSet(wire::EventType {
            program: it.program.0,
            id: it.id.map(|id| id.0),
            code: it.code.clone(),
            name: it.name.clone(),
            category: it.category as u32,
            standing: it.standing as u32,
            server_wins: it.server_wins,
            credit: Some(it.credit as u32),
            parent: it.parent.map(|id| id.0),
            settle_hours: Some(it.settle_hours),
        }),
        Fact::PartnerSet { partner, standing, channel } => {
            let (id, standing) = (partner.0, *standing as u32);
            wire::Fact::PartnerSet(wire::Partner { id, standing, channel: *channel })
        }
        Fact::AdSet(it) => wire::Fact::AdSet(wire::Ad {
            program: it.program.0,
            id: it.id.map(|id| id.0),
            name: it.name.clone(),
            landing_url: it.landing_url.clone(),
            standing: it.standing as u32,
        }),
        Fact::LinkSet(it) => wire::Fact::LinkSet(link_out(it)),
        Fact::PromoCodeSet(it) => wire::Fact::PromoCodeSet(code_out(it)),
        Fact::AssignedValueSet(it) => wire::Fact::AssignedValueSet(value_out(it)),
        Fact::PartnerGroupSet(it) => {
            wire::Fact::PartnerGroupSet(group_out(it.program, it.id, &it.name, &it.members, it.credit))
        }
        Fact::TermsSet(it) => wire::Fact::TermsSet(terms::set_out(it)),
        Fact::TermsDecided(it) => wire::Fact::TermsDecided(terms::decided_out(it)),
        Fact::OfferWithdrawn(it) => wire::Fact::OfferWithdrawn(terms::withdrawn_out(it)),
        Fact::OverlaySet(it) => wire::Fact::OverlaySet(terms::overlay_set_out(it)),
        Fact::ListSet(it) => wire::Fact::ListSet(lists::list_set_out(it)),
        Fact::IdentifierBlocked(it) => wire::Fact::IdentifierBlocked(blocked_out(it)),
        Fact::ClickRecorded(it) => wire::Fact::ClickRecorded(click_out(it)),
        Fact::ImpressionRecorded(it) => wire::Fact::ImpressionRecorded(click_out(it)),
        Fact::VisitRecorded(it) => wire::Fact::VisitRecorded(visit_out(it)),
        Fact::ConversionReported(it) => wire::Fact::ConversionReported(conversion_out(it)),
        Fact::ChangeRequested(it) => wire::Fact::ChangeRequested(change_out(it)),
        Fact::ReturnDecided(it) => wire::Fact::ReturnDecided(return_out(it)),
        Fact::AwardGiven(it) => wire::Fact::AwardGiven(award_out(it)),
        Fact::JoinSeparated { a, b, separated } => {
            wire::Fact::JoinSeparated(wire::Separation { a: a.0, b: b.0, separated: *separated })
        }
        Fact::PaymentMade { program, partner } => {
            wire::Fact::PaymentMade(wire::Payment { program: program.0, partner: partner.0 })
        }
        Fact::RatesSet(days) => {
            wire::Fact::RatesSet(wire::RateTable { days: days.iter().map(payments::rates_out).collect() })
        }
        Fact::PaymentRulesSet(it) => wire::Fact::PaymentRulesSet(payments::rules_out(it)),
        Fact::PaymentRunProposed(it) => wire::Fact::PaymentRunProposed(payments::proposed_out(it)),
        Fact::PaymentRunDecided { run, approved } => {
            wire::Fact::PaymentRunDecided(wire::DecidedRun { run: run.0, approved: *approved })
        }
        Fact::PaymentConcluded { payment, failure } => {
            wire::Fact::PaymentConcluded(wire::ConcludedPayment { payment: payment.0, failure: failure.clone() })
        }
        Fact::ScreeningRulesSet(it) => wire::Fact::ScreeningRulesSet(clicks::rules_out(it)),
        Fact::ClicksReviewed(it) => wire::Fact::ClicksReviewed(clicks::reviewed_out(it)),
        Fact::ReviewUndone { review } => wire::Fact::ReviewUndone(wire::UndoneReview { review: review.0 }),
        Fact::ClicksDoubted(it) => wire::Fact::ClicksDoubted(clicks::doubted_out(it)),
        Fact::PartnerDeviceSeen { partner, agent_key } => {
            wire::Fact::PartnerDeviceSeen(wire::PartnerDevice { partner: partner.0, agent_key: *agent_key })
        }
        Fact::InquiryRulesSet(it) => wire::Fact::InquiryRulesSet(inquiries::rules_out(it)),
        Fact::InquiryOpened(it) => wire::Fact::InquiryOpened(inquiries::opened_out(it)),
        Fact::InquiryAnswered(it) => wire::Fact::InquiryAnswered(inquiries::answered_out(it)),
        Fact::InquiryAppealed(it) => wire::Fact::InquiryAppealed(inquiries::appealed_out(it)),
        Fact::ShopOrderSeen(it) => wire::Fact::ShopOrderSeen(shop::order_out(it)),
        Fact::ShopRefundSeen(it) => wire::Fact::ShopRefundSeen(shop::refund_seen_out(it)),
        Fact::ShopCheckoutSeen(it) => wire::Fact::ShopCheckoutSeen(conversion_out(it)),
        Fact::TimePassed => wire::Fact::TimePassed(wire::Nothing {}),
        Fact::WorkAdvanced { limit } => wire::Fact::WorkAdvanced(wire::Work { limit: *limit }),
    }
}

/// Before there was a choice, the last touchpoint had all.
fn credit_in(number: Option<u32>) -> Result<program::CreditPolicy> {
    number.map_or(Ok(program::CreditPolicy::Last), |number| known(number::credit(number), "credit policy"))
}

fn fact_in(fact: wire::Fact) -> Result<Fact> {
    Ok(match fact {
        wire::Fact::RulesAdopted(it) => Fact::RulesAdopted { version: it.version },
        wire::Fact::ProgramSet(it) => Fact::ProgramSet(program_in(it)?),
        wire::Fact::EventTypeSet(it) => Fact::EventTypeSet(fact::EventTypeSet {
            program: ProgramId(it.program),
            id: it.id.map(EventTypeId),
            code: it.code,
            name: it.name,
            category: known(number::category(it.category), "category")?,
            standing: known(number::standing(it.standing), "standing")?,
            server_wins: it.server_wins,
            credit: credit_in(it.credit)?,
            parent: it.parent.map(EventTypeId),
            settle_hours: it.settle_hours.unwrap_or(program::SETTLE_HOURS_DEFAULT),
        }),
        wire::Fact::PartnerSet(it) => Fact::PartnerSet {
            partner: PartnerId(it.id),
            standing: known(number::standing(it.standing), "standing")?,
            channel: it.channel,
        },
        wire::Fact::AdSet(it) => Fact::AdSet(fact::AdSet {
            program: ProgramId(it.program),
            id: it.id.map(AdId),
            name: it.name,
            landing_url: it.landing_url,
            standing: known(number::standing(it.standing), "standing")?,
        }),
        wire::Fact::LinkSet(it) => Fact::LinkSet(link_in(it)?),
        wire::Fact::PromoCodeSet(it) => Fact::PromoCodeSet(code_in(it)?),
        wire::Fact::AssignedValueSet(it) => Fact::AssignedValueSet(value_in(it)?),
        wire::Fact::PartnerGroupSet(it) => Fact::PartnerGroupSet(group_set_in(it)?),
        wire::Fact::TermsSet(it) => Fact::TermsSet(terms::set_in(it)?),
        wire::Fact::TermsDecided(it) => Fact::TermsDecided(terms::decided_in(it)),
        wire::Fact::OfferWithdrawn(it) => Fact::OfferWithdrawn(terms::withdrawn_in(it)),
        wire::Fact::OverlaySet(it) => Fact::OverlaySet(terms::overlay_set_in(it)?),
        wire::Fact::ListSet(it) => Fact::ListSet(lists::list_set_in(it)?),
        wire::Fact::IdentifierBlocked(it) => Fact::IdentifierBlocked(blocked_in(it)?),
        wire::Fact::ClickRecorded(it) => Fact::ClickRecorded(click_in(it)?),
        wire::Fact::ImpressionRecorded(it) => Fact::ImpressionRecorded(click_in(it)?),
        wire::Fact::VisitRecorded(it) => Fact::VisitRecorded(visit_in(it)?),
        wire::Fact::ConversionReported(it) => Fact::ConversionReported(conversion_in(it)?),
        wire::Fact::ChangeRequested(it) => Fact::ChangeRequested(change_in(it)?),
        wire::Fact::ReturnDecided(it) => Fact::ReturnDecided(return_in(it)?),
        wire::Fact::AwardGiven(it) => Fact::AwardGiven(award_in(it)?),
        wire::Fact::JoinSeparated(it) => {
            Fact::JoinSeparated { a: NodeId(it.a), b: NodeId(it.b), separated: it.separated }
        }
        wire::Fact::PaymentMade(it) => {
            Fact::PaymentMade { program: ProgramId(it.program), partner: PartnerId(it.partner) }
        }
        wire::Fact::RatesSet(it) => Fact::RatesSet(it.days.into_iter().map(payments::rates_in).collect::<Result<_>>()?),
        wire::Fact::PaymentRulesSet(it) => Fact::PaymentRulesSet(payments::rules_in(it)?),
        wire::Fact::PaymentRunProposed(it) => payments::proposed_in(it)?,
        wire::Fact::PaymentRunDecided(it) => payments::decided_in(it),
        wire::Fact::PaymentConcluded(it) => payments::concluded_in(it),
        wire::Fact::ScreeningRulesSet(it) => Fact::ScreeningRulesSet(clicks::rules_in(it)?),
        wire::Fact::ClicksReviewed(it) => Fact::ClicksReviewed(clicks::reviewed_in(it)?),
        wire::Fact::ReviewUndone(it) => Fact::ReviewUndone { review: ReviewId(it.review) },
        wire::Fact::ClicksDoubted(it) => Fact::ClicksDoubted(clicks::doubted_in(it)?),
        wire::Fact::PartnerDeviceSeen(it) => {
            Fact::PartnerDeviceSeen { partner: PartnerId(it.partner), agent_key: it.agent_key }
        }
        wire::Fact::InquiryRulesSet(it) => Fact::InquiryRulesSet(inquiries::rules_in(it)),
        wire::Fact::InquiryOpened(it) => Fact::InquiryOpened(inquiries::opened_in(it)?),
        wire::Fact::InquiryAnswered(it) => Fact::InquiryAnswered(inquiries::answered_in(it)?),
        wire::Fact::InquiryAppealed(it) => Fact::InquiryAppealed(inquiries::appealed_in(it)?),
        wire::Fact::ShopOrderSeen(it) => Fact::ShopOrderSeen(shop::order_in(it)?),
        wire::Fact::ShopRefundSeen(it) => Fact::ShopRefundSeen(shop::refund_seen_in(it)?),
        wire::Fact::ShopCheckoutSeen(it) => Fact::ShopCheckoutSeen(conversion_in(it)?),
        wire::Fact::TimePassed(_) => Fact::TimePassed,
        wire::Fact::WorkAdvanced(it) => Fact::WorkAdvanced { limit: it.limit },
    })
}

/// Three texts that are mostly empty: none is written if all are.
fn sub_ids_out(sub_ids: &[String; 3]) -> Vec<String> {
    if sub_ids.iter().all(String::is_empty) { Vec::new() } else { sub_ids.to_vec() }
}

fn sub_ids_in(sub_ids: Vec<String>) -> [String; 3] {
    let mut all = sub_ids.into_iter();
    std::array::from_fn(|_| all.next().unwrap_or_default())
}

fn click_out(it: &fact::Click) -> wire::Click {
    wire::Click {
        no: it.no.0,
        program: it.program.0,
        partner: it.partner.0,
        ad: it.ad.0,
        slug: it.slug.clone(),
        visitor: it.visitor.as_ref().map(identifier_out),
        sub_ids: sub_ids_out(&it.sub_ids),
        shared_id: it.shared_id.clone(),
        signals: Some(signals_out(&it.signals)),
        deep_link_refused: it.deep_link_refused,
        referrer_host: it.referrer_host.clone(),
        link_params: it.link_params.iter().map(link_param_out).collect(),
    }
}

fn click_in(it: wire::Click) -> Result<fact::Click> {
    Ok(fact::Click {
        no: ClickNo(it.no),
        program: ProgramId(it.program),
        partner: PartnerId(it.partner),
        ad: AdId(it.ad),
        slug: it.slug,
        visitor: it.visitor.as_ref().map(identifier_in).transpose()?,
        sub_ids: sub_ids_in(it.sub_ids),
        shared_id: it.shared_id,
        signals: signals_in(it.signals.unwrap_or_default())?,
        deep_link_refused: it.deep_link_refused,
        referrer_host: it.referrer_host,
        link_params: it.link_params.into_iter().map(|it| (it.name, it.value)).collect(),
    })
}

fn visit_out(it: &fact::Visit) -> wire::Visit {
    wire::Visit {
        program: it.program.0,
        source: it.source as u32,
        click: it.click.as_ref().map(click_ref_out),
        identifiers: identifiers_out(&it.identifiers),
        path: it.path.clone(),
        aliases: aliases_out(&it.aliases),
        left_out: left_out_out(&it.left_out),
        issued: it.issued.as_ref().map(identifier_out),
    }
}

fn visit_in(it: wire::Visit) -> Result<fact::Visit> {
    Ok(fact::Visit {
        program: ProgramId(it.program),
        source: known(number::source(it.source), "source")?,
        click: it.click.map(click_ref_in),
        identifiers: identifiers_in(&it.identifiers)?,
        aliases: aliases_in(&it.aliases)?,
        left_out: left_out_in(&it.left_out)?,
        issued: it.issued.as_ref().map(identifier_in).transpose()?,
        path: it.path,
    })
}

fn click_ref_out(it: &fact::ClickRef) -> wire::ClickRef {
    wire::ClickRef {
        no: it.no.0,
        program: it.program.0,
        partner: it.partner.0,
        ad: it.ad.0,
        clicked_at: it.clicked_at.0,
        unrecorded: it.unrecorded,
    }
}

fn click_ref_in(it: wire::ClickRef) -> fact::ClickRef {
    fact::ClickRef {
        no: ClickNo(it.no),
        program: ProgramId(it.program),
        partner: PartnerId(it.partner),
        ad: AdId(it.ad),
        clicked_at: Timestamp(it.clicked_at),
        unrecorded: it.unrecorded,
    }
}

pub fn item_out(it: &fact::Item) -> wire::Item {
    wire::Item {
        sku: it.sku.clone(),
        name: it.name.clone(),
        category: it.category.clone(),
        quantity: it.quantity,
        amount: it.amount.0,
    }
}

pub fn item_in(it: wire::Item) -> fact::Item {
    let amount = Money(it.amount);
    fact::Item { sku: it.sku, name: it.name, category: it.category, quantity: it.quantity, amount }
}

pub fn field_out((name, value): &(String, String)) -> wire::Field {
    wire::Field { name: name.clone(), value: value.clone() }
}

pub fn field_in(it: wire::Field) -> (String, String) {
    (it.name, it.value)
}

pub fn conversion_out(it: &fact::Conversion) -> wire::Conversion {
    wire::Conversion {
        submission: it.submission.0.to_vec(),
        program: it.program.0,
        event_type: it.event_type.0,
        order_id: it.order_id.clone(),
        source: it.source as u32,
        currency: it.currency.to_string(),
        amount: it.amount.0,
        items: it.items.iter().map(item_out).collect(),
        identifiers: identifiers_out(&it.identifiers),
        click: it.click.as_ref().map(click_ref_out),
        click_forged: it.click_forged,
        promo_code: it.promo_code.clone(),
        assigned: it.assigned.iter().map(named_out).collect(),
        forced_partner: it.forced_partner.map(|partner| partner.0),
        sub_ids: sub_ids_out(&it.sub_ids),
        shared_id: it.shared_id.clone(),
        customer_status: it.customer_status.clone(),
        digest: it.digest.to_vec(),
        fields: it.fields.iter().map(field_out).collect(),
        aliases: aliases_out(&it.aliases),
        left_out: left_out_out(&it.left_out),
        parent_order: it.parent_order.clone(),
        click_path: it.click_path.map(|path| path as u32),
    }
}

pub fn conversion_in(it: wire::Conversion) -> Result<fact::Conversion> {
    Ok(fact::Conversion {
        submission: SubmissionId(fixed(&it.submission)?),
        program: ProgramId(it.program),
        event_type: EventTypeId(it.event_type),
        order_id: it.order_id,
        source: known(number::source(it.source), "source")?,
        currency: currency_in(&it.currency)?,
        amount: Money(it.amount),
        items: it.items.into_iter().map(item_in).collect(),
        identifiers: identifiers_in(&it.identifiers)?,
        aliases: aliases_in(&it.aliases)?,
        left_out: left_out_in(&it.left_out)?,
        click: it.click.map(click_ref_in),
        click_forged: it.click_forged,
        promo_code: it.promo_code,
        assigned: it.assigned.into_iter().map(named_in).collect::<Result<_>>()?,
        forced_partner: it.forced_partner.map(PartnerId),
        sub_ids: sub_ids_in(it.sub_ids),
        shared_id: it.shared_id,
        customer_status: it.customer_status,
        parent_order: it.parent_order,
        digest: fixed(&it.digest)?,
        fields: it.fields.into_iter().map(field_in).collect(),
        click_path: shop::path_in(it.click_path)?,
    })
}

fn currency_in(text: &str) -> Result<Currency> {
    Ok(Currency(fixed(text.as_bytes())?))
}

fn program_out(it: &program::Program) -> wire::Program {
    wire::Program {
        id: it.id.0,
        name: it.name.clone(),
        currency: it.currency.to_string(),
        zone: Some(wire::Zone {
            name: it.zone.name.clone(),
            from: it.zone.offsets.iter().map(|(from, _)| from.0).collect(),
            minutes: it.zone.offsets.iter().map(|(_, minutes)| *minutes).collect(),
        }),
        standing: it.standing as u32,
        default_landing_url: it.default_landing_url.clone(),
        permitted_hosts: it.permitted_hosts.clone(),
        tracking_hosts: it.tracking_hosts.clone(),
        click_param: it.click_param.clone(),
        cookie_days: it.cookie_days,
    }
}

fn program_in(it: wire::Program) -> Result<program::Program> {
    let zone = it.zone.unwrap_or_default();
    let offsets = zone.from.into_iter().map(Timestamp).zip(zone.minutes).collect();
    Ok(program::Program {
        id: ProgramId(it.id),
        name: it.name,
        currency: currency_in(&it.currency)?,
        zone: Zone { name: zone.name, offsets },
        standing: known(number::standing(it.standing), "standing")?,
        default_landing_url: it.default_landing_url,
        permitted_hosts: it.permitted_hosts,
        tracking_hosts: it.tracking_hosts,
        click_param: it.click_param,
        cookie_days: it.cookie_days,
    })
}

fn link_out(it: &VanityLink) -> wire::Link {
    wire::Link {
        program: it.program.0,
        slug: it.slug.clone(),
        partner: it.partner.0,
        ad: it.ad.0,
        deep_link: it.deep_link.clone(),
        standing: it.standing as u32,
    }
}

fn link_in(it: wire::Link) -> Result<VanityLink> {
    Ok(VanityLink {
        program: ProgramId(it.program),
        slug: it.slug,
        partner: PartnerId(it.partner),
        ad: AdId(it.ad),
        deep_link: it.deep_link,
        standing: known(number::standing(it.standing), "standing")?,
    })
}
