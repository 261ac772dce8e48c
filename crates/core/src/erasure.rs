//! What of facts and rows names a person or a device, so that all of it can be replaced.
//!
//! Erasure puts a random token in the place of each such value, the same one wherever the value stands. The rules only
//! ask whether two values are the same, so books that were made of the substituted facts are the substituted books.

use std::collections::BTreeMap;

use crate::config::ConfigEntry;
use crate::fact::{Click, Conversion, Fact, PayableFilter, Visit};
use crate::identity::{Blocked, Identifier};
use crate::row::{DecisionRow, MarkRow, Step, UnsettledRow};

/// A place that holds such a value. Places of one thing are always met in the same order.
pub enum Place<'a> {
    Identifier(&'a mut Identifier),
    /// Address and user agent.
    Agent(&'a mut u64),
    /// A part of the address. It names a person only together with other things.
    Network(&'a mut u64),
}

/// Something that may name people and devices.
pub trait Naming {
    fn each_place(&mut self, visit: &mut dyn FnMut(Place<'_>));
}

impl Naming for Fact {
    fn each_place(&mut self, visit: &mut dyn FnMut(Place<'_>)) {
        match self {
            Fact::ClickRecorded(it) | Fact::ImpressionRecorded(it) => it.each_place(visit),
            Fact::VisitRecorded(it) => it.each_place(visit),
            Fact::ConversionReported(it) | Fact::ShopCheckoutSeen(it) => it.each_place(visit),
            // Lines and refunds are things, and its other fields are of the order.
            Fact::ShopOrderSeen(it) => it.report.each_place(visit),
            Fact::IdentifierBlocked(it) => it.each_place(visit),
            Fact::PartnerDeviceSeen { partner: _, agent_key } => visit(Place::Agent(agent_key)),
            Fact::ClicksReviewed(it) => it.filter.each_place(visit),
            Fact::RulesAdopted { .. }
            | Fact::ProgramSet(_)
            | Fact::EventTypeSet(_)
            | Fact::PartnerSet { .. }
            | Fact::AdSet(_)
            | Fact::LinkSet(_)
            | Fact::PromoCodeSet(_)
            | Fact::AssignedValueSet(_)
            | Fact::PartnerGroupSet(_)
            | Fact::TermsSet(_)
            | Fact::TermsDecided(_)
            | Fact::OfferWithdrawn(_)
            | Fact::OverlaySet(_)
            | Fact::ListSet(_)
            | Fact::ChangeRequested(_)
            | Fact::AwardGiven(_)
            | Fact::ReturnDecided(_)
            | Fact::JoinSeparated { .. }
            | Fact::PaymentMade { .. }
            | Fact::RatesSet(_)
            | Fact::PaymentRulesSet(_)
            | Fact::PaymentRunProposed(_)
            | Fact::PaymentRunDecided { .. }
            | Fact::PaymentConcluded { .. }
            | Fact::ScreeningRulesSet(_)
            | Fact::ClicksDoubted(_)
            | Fact::ReviewUndone { .. }
            | Fact::InquiryRulesSet(_)
            | Fact::InquiryOpened(_)
            | Fact::InquiryAnswered(_)
            | Fact::InquiryAppealed(_)
            | Fact::SubjectServed(_)
            | Fact::ConsentRulesSet(_)
            | Fact::PartnerRewardSet { .. }
            | Fact::ShopRefundSeen(_)
            | Fact::TimePassed
            | Fact::WorkAdvanced { .. } => {}
        }
    }
}

// Each field is named, so that whoever adds one decides whether it names a person.

impl Naming for Click {
    fn each_place(&mut self, visit: &mut dyn FnMut(Place<'_>)) {
        let Click {
            no: _,
            program: _,
            partner: _,
            ad: _,
            slug: _,
            visitor,
            // The partner's own names of its campaigns and members, by which it is paid.
            sub_ids: _,
            shared_id: _,
            signals,
            deep_link_refused: _,
            referrer_host: _,
            link_params: _,
            told_by_shop: _,
            // A page of the shop, the same for all who follow the link.
            deep_link: _,
            // Choices, and the day of them: the proof of what was kept meanwhile.
            consent: _,
        } = self;
        visitor.iter_mut().for_each(|it| visit(Place::Identifier(it)));
        visit(Place::Agent(&mut signals.agent_key));
        visit(Place::Network(&mut signals.network));
    }
}

impl Naming for Visit {
    fn each_place(&mut self, visit: &mut dyn FnMut(Place<'_>)) {
        // The path is blanked beside this, where the visit is a person's.
        let Visit { program: _, source: _, click: _, identifiers, aliases, left_out: _, issued, path: _, consent: _ } =
            self;
        identifiers.iter_mut().for_each(|it| visit(Place::Identifier(it)));
        aliases.iter_mut().flat_map(|it| [&mut it.of, &mut it.is]).for_each(|it| visit(Place::Identifier(it)));
        issued.iter_mut().for_each(|it| visit(Place::Identifier(it)));
    }
}

impl Naming for Conversion {
    fn each_place(&mut self, visit: &mut dyn FnMut(Place<'_>)) {
        let Conversion {
            submission: _,
            program: _,
            event_type: _,
            order_id: _,
            source: _,
            currency: _,
            amount: _,
            items: _,
            identifiers,
            aliases,
            left_out: _,
            click: _,
            click_forged: _,
            promo_code: _,
            assigned: _,
            forced_partner: _,
            sub_ids: _,
            shared_id: _,
            customer_status: _,
            parent_order: _,
            digest: _,
            // Intake keeps none that names a person.
            fields: _,
            consent: _,
            click_path: _,
        } = self;
        identifiers.iter_mut().for_each(|it| visit(Place::Identifier(it)));
        aliases.iter_mut().flat_map(|it| [&mut it.of, &mut it.is]).for_each(|it| visit(Place::Identifier(it)));
    }
}

impl Naming for Blocked {
    fn each_place(&mut self, visit: &mut dyn FnMut(Place<'_>)) {
        let Blocked { identifier, aliases, standing: _ } = self;
        visit(Place::Identifier(identifier));
        aliases.iter_mut().for_each(|it| visit(Place::Identifier(it)));
    }
}

impl Naming for PayableFilter {
    fn each_place(&mut self, visit: &mut dyn FnMut(Place<'_>)) {
        self.network.iter_mut().for_each(|it| visit(Place::Network(it)));
    }
}

impl Naming for ConfigEntry {
    fn each_place(&mut self, visit: &mut dyn FnMut(Place<'_>)) {
        if let ConfigEntry::Block(it) = self {
            it.blocked.each_place(visit);
        }
    }
}

impl Naming for UnsettledRow {
    fn each_place(&mut self, visit: &mut dyn FnMut(Place<'_>)) {
        self.buyer.identifiers.iter_mut().for_each(|(_, it)| visit(Place::Identifier(it)));
        self.report.each_place(visit);
    }
}

impl Naming for DecisionRow {
    fn each_place(&mut self, visit: &mut dyn FnMut(Place<'_>)) {
        for step in self.candidates.iter_mut().flat_map(|it| &mut it.path) {
            if let Step::Reported { identifier } = step {
                visit(Place::Identifier(identifier));
            }
        }
    }
}

/// A value and what takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    Identifier(Identifier),
    Agent(u64),
    Network(u64),
}

/// What is to be replaced, and by what.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Substitution {
    pub identifiers: BTreeMap<Identifier, [u8; 16]>,
    pub agents: BTreeMap<u64, u64>,
    pub networks: BTreeMap<u64, u64>,
}

/// Values of people are printed nowhere.
impl std::fmt::Debug for Substitution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let many = (self.identifiers.len(), self.agents.len(), self.networks.len());
        write!(f, "Substitution of {many:?}")
    }
}

/// What was replaced in something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Replaced {
    /// Values that name the person or its device.
    pub personal: bool,
    /// Anything.
    pub any: bool,
}

impl Substitution {
    pub fn is_empty(&self) -> bool {
        self.identifiers.is_empty() && self.agents.is_empty() && self.networks.is_empty()
    }

    /// Puts tokens in the place of all that is to be replaced. Once more changes nothing.
    pub fn apply(&self, naming: &mut dyn Naming) -> Replaced {
        let mut replaced = Replaced::default();
        naming.each_place(&mut |place| {
            let (found, personal) = match place {
                Place::Identifier(it) => {
                    let token = self.identifiers.get(it);
                    token.iter().for_each(|token| it.hash = **token);
                    (token.is_some(), true)
                }
                Place::Agent(it) => (put(&self.agents, it), true),
                Place::Network(it) => (put(&self.networks, it), false),
            };
            replaced.any |= found;
            replaced.personal |= found && personal;
        });
        replaced
    }

    /// The same of a fact, of which a person's paths are blanked as well.
    pub fn apply_to_fact(&self, fact: &mut Fact) -> Replaced {
        let replaced = self.apply(fact);
        if let Fact::VisitRecorded(visit) = fact
            && replaced.personal
        {
            visit.path.clear();
        }
        replaced
    }

    /// What the marks of devices are kept under: parts of cookies, and of addresses with user agents.
    pub fn marks(&self) -> BTreeMap<u64, u64> {
        let cookies = self.identifiers.iter().filter(|(it, _)| it.kind == crate::identity::IdentifierKind::Visitor);
        let cookies = cookies.map(|(it, token)| (MarkRow::part_of(&it.hash), MarkRow::part_of(token)));
        self.agents.iter().map(|(agent, token)| (*agent, *token)).chain(cookies).collect()
    }

    /// The values that something holds, in the order of its places.
    pub fn values_of(naming: &mut dyn Naming) -> Vec<Named> {
        let mut values = Vec::new();
        naming.each_place(&mut |place| {
            values.push(match place {
                Place::Identifier(it) => Named::Identifier(*it),
                Place::Agent(it) => Named::Agent(*it),
                Place::Network(it) => Named::Network(*it),
            });
        });
        values
    }
}

fn put(tokens: &BTreeMap<u64, u64>, value: &mut u64) -> bool {
    let token = tokens.get(value).copied();
    token.into_iter().for_each(|token| *value = token);
    token.is_some()
}
