//! What a brand has set up, whole: small, and wanted by almost every record.

use std::collections::{BTreeMap, BTreeSet};

use crate::consent::ConsentRules;
use crate::contract::{EventPayout, Terms, TermsRules};
use crate::exchange::{DayRates, Rates};
use crate::id::{AdId, EventTypeId, PartnerId, ProgramId};
use crate::identity::{Block, Blocked, Identifier};
use crate::inquiry::{ANSWER_DAYS_DEFAULT, InquiryRules};
use crate::limit::Period;
use crate::list::{List, Lists};
use crate::overlay::Overlay;
use crate::program::{
    Ad, AssignedValue, Category, EventType, GroupCredit, PartnerGroup, PaymentRules, Program, PromoCode, Standing,
    ValueKind, VanityLink,
};
use crate::refusal::Refusal;
use crate::screening::ScreeningRules;
use crate::time::{Day, Timestamp, Zone};

/// A partner's standing with a brand. The name and address of the partner are in the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    pub id: PartnerId,
    pub standing: Standing,
    /// It has links like a partner and is never paid: paid search, newsletters and the like.
    pub channel: bool,
    /// Visitors ask it for a reward, such as cashback: see `ConsentWord::Limited`.
    pub reward: bool,
}

/// One thing set up; the newest with the same key holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigEntry {
    Program(Program),
    EventType(EventType),
    Partner(Partner),
    Ad(Ad),
    Link(VanityLink),
    PromoCode(PromoCode),
    AssignedValue(AssignedValue),
    PartnerGroup(PartnerGroup),
    Terms(Terms),
    Overlay(Overlay),
    List(List),
    Block(Block),
    PaymentRules(PaymentRules),
    Rates(DayRates),
    InquiryRules(InquiryRules),
    Screening(ScreeningRules),
    Consent(ConsentRules),
}

/// Days before the longest referral window whose clicks a decision still names.
const LOOK_BACK_EXTRA_DAYS: u32 = 30;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Config {
    pub programs: BTreeMap<ProgramId, Program>,
    pub event_types: BTreeMap<(ProgramId, EventTypeId), EventType>,
    pub partners: BTreeMap<PartnerId, Partner>,
    pub ads: BTreeMap<(ProgramId, AdId), Ad>,
    pub links: BTreeMap<(ProgramId, String), VanityLink>,
    pub promo_codes: BTreeMap<(ProgramId, String), PromoCode>,
    /// Those of the codes that are patterns.
    pub code_patterns: BTreeSet<(ProgramId, String)>,
    pub assigned_values: BTreeMap<(ProgramId, ValueKind, String), AssignedValue>,
    pub groups: BTreeMap<(ProgramId, u32), PartnerGroup>,
    /// Versions in ascending order; None is the template.
    pub terms: BTreeMap<(ProgramId, Option<PartnerId>), Vec<Terms>>,
    /// Versions in ascending order.
    pub overlays: BTreeMap<(ProgramId, u32), Vec<Overlay>>,
    pub lists: Lists,
    pub payment_rules: PaymentRules,
    pub rates: Rates,
    pub inquiry_rules: BTreeMap<ProgramId, InquiryRules>,
    pub screening: BTreeMap<ProgramId, ScreeningRules>,
    /// None where nobody has decided yet: then silence is no objection.
    pub consent: BTreeMap<ProgramId, ConsentRules>,
    /// The brand's block list, with what was let go again.
    pub blocks: BTreeMap<Identifier, Block>,
    /// Every hash that an active entry of it names.
    blocked: BTreeSet<Identifier>,
}

/// The rules that price an event, and where they stand.
#[derive(Debug, Clone, Copy)]
pub struct TermsInForce<'a> {
    pub rules: &'a TermsRules,
    pub version: u32,
    pub of_template: bool,
}

impl Config {
    /// The zone in which payments have their days: that of the first program.
    pub fn payment_zone(&self) -> Zone {
        self.programs.values().next().map(|program| program.zone.clone()).unwrap_or_default()
    }

    pub fn set(&mut self, entry: ConfigEntry) {
        match entry {
            ConfigEntry::Program(it) => _ = self.programs.insert(it.id, it),
            ConfigEntry::EventType(it) => _ = self.event_types.insert((it.program, it.id), it),
            ConfigEntry::Partner(it) => _ = self.partners.insert(it.id, it),
            ConfigEntry::Ad(it) => _ = self.ads.insert((it.program, it.id), it),
            ConfigEntry::Link(it) => _ = self.links.insert((it.program, it.slug.clone()), it),
            ConfigEntry::PromoCode(it) => {
                if it.is_pattern() {
                    self.code_patterns.insert((it.program, it.code.clone()));
                }
                self.promo_codes.insert((it.program, it.code.clone()), it);
            }
            ConfigEntry::AssignedValue(it) => {
                _ = self.assigned_values.insert((it.program, it.kind, it.value.clone()), it);
            }
            ConfigEntry::PaymentRules(it) => self.payment_rules = it,
            ConfigEntry::Rates(it) => self.rates.set(it),
            ConfigEntry::Screening(it) => _ = self.screening.insert(it.program, it),
            ConfigEntry::Consent(it) => _ = self.consent.insert(it.program, it),
            ConfigEntry::InquiryRules(it) => _ = self.inquiry_rules.insert(it.program, it),
            ConfigEntry::PartnerGroup(it) => _ = self.groups.insert((it.program, it.id), it),
            ConfigEntry::Terms(it) => {
                let versions = self.terms.entry((it.program, it.partner)).or_default();
                put(versions, it, |it| it.version);
            }
            ConfigEntry::Overlay(it) => {
                let versions = self.overlays.entry((it.set.program, it.id)).or_default();
                put(versions, it, |it| it.version);
            }
            ConfigEntry::List(it) => {
                let versions = self.lists.entry((it.program, it.id)).or_default();
                put(versions, it, |it| it.version);
            }
            ConfigEntry::Block(it) => {
                let is_active = it.blocked.standing == Standing::Active;
                let hashes = it.blocked.hashes();
                let before = self.blocks.insert(it.blocked.identifier, it);
                if before.is_some_and(|before| before.blocked.standing == Standing::Active) {
                    // Its hashes may be another entry's too.
                    let active =
                        self.blocks.values().map(|it| &it.blocked).filter(|it| it.standing == Standing::Active);
                    self.blocked = active.flat_map(Blocked::hashes).collect();
                } else if is_active {
                    self.blocked.extend(hashes);
                }
            }
        }
    }

    /// Whether the brand says that this names nobody.
    pub fn is_blocked(&self, identifier: Identifier) -> bool {
        self.blocked.contains(&identifier)
    }

    pub fn screening_of(&self, program: ProgramId) -> ScreeningRules {
        self.screening.get(&program).cloned().unwrap_or_else(|| ScreeningRules::default_of(program))
    }

    pub fn is_reward(&self, partner: PartnerId) -> bool {
        self.partners.get(&partner).is_some_and(|it| it.reward)
    }

    /// The event type by which a program pays for clicks.
    pub fn click_event_type(&self, program: ProgramId) -> Option<EventTypeId> {
        let of_program = self.event_types.range((program, EventTypeId(0))..=(program, EventTypeId(u32::MAX)));
        let mut clicks = of_program.filter(|(_, it)| it.category == Category::Click && it.standing == Standing::Active);
        clicks.next().map(|((_, id), _)| *id)
    }

    /// How long a program has for an answer to an inquiry.
    pub fn inquiry_days(&self, program: ProgramId) -> u32 {
        self.inquiry_rules.get(&program).map_or(ANSWER_DAYS_DEFAULT, |rules| rules.answer_days)
    }

    /// The terms a partner works under at a moment, or why there are none.
    pub fn terms_at(&self, program: ProgramId, partner: PartnerId, at: Timestamp) -> Result<TermsInForce<'_>, Refusal> {
        let contract = self.version_at(program, Some(partner), at).ok_or(Refusal::ContractNotFound)?;
        if is_over(contract, at) {
            return Err(Refusal::ContractExpired);
        }
        if let Some(rules) = &contract.rules {
            return Ok(TermsInForce { rules, version: contract.version, of_template: false });
        }
        // The contract itself goes on: where what it follows is over or never was, it pays nothing.
        self.template_at(program, at).ok_or(Refusal::ActionTermsNotFound)
    }

    /// The program's own terms at a moment, if they are in force.
    pub fn template_at(&self, program: ProgramId, at: Timestamp) -> Option<TermsInForce<'_>> {
        let template = self.version_at(program, None, at).filter(|template| !is_over(template, at))?;
        Some(TermsInForce { rules: template.rules.as_ref()?, version: template.version, of_template: true })
    }

    /// Whether any terms of a program ask who the customer is.
    pub fn asks_for_customers(&self, program: ProgramId) -> bool {
        self.payouts_of(program).any(EventPayout::asks_for_customer)
    }

    /// Over which periods the terms of a program count events of a type.
    pub fn periods_counted(&self, program: ProgramId, event_type: EventTypeId) -> BTreeSet<Period> {
        let of_type = self.payouts_of(program).filter(|it| it.event_type == event_type);
        of_type
            .flat_map(|it| it.limits.iter().map(|limit| limit.per()).chain(it.tiers_from_then_on().map(|it| it.per)))
            .collect()
    }

    /// What any terms give bonuses for: the event types, and the periods after which their tiers are reckoned.
    pub fn bonuses(&self) -> BTreeSet<(ProgramId, EventTypeId, Period)> {
        let of_program = |program: &ProgramId| {
            let program = *program;
            let tiers = self.payouts_of(program).filter_map(|it| Some((it.event_type, it.bonus_tiers()?.per)));
            tiers.map(move |(event_type, per)| (program, event_type, per))
        };
        self.programs.keys().flat_map(of_program).collect()
    }

    /// Whether any terms give bonuses for such events and periods.
    pub fn gives_bonus(&self, program: ProgramId, event_type: EventTypeId, per: Period) -> bool {
        let mut of_type = self.payouts_of(program).filter(|it| it.event_type == event_type);
        of_type.any(|it| it.bonus_tiers().is_some_and(|tiers| tiers.per == per))
    }

    /// When the first period ends after a moment that bonuses are given for.
    pub fn next_bonus(&self, after: Timestamp) -> Option<Timestamp> {
        let end = |(program, _, per): (ProgramId, EventTypeId, Period)| {
            let zone = &self.programs.get(&program)?.zone;
            Some(zone.start_of(per.after(zone.day(after))?))
        };
        self.bonuses().into_iter().filter_map(end).min()
    }

    fn payouts_of(&self, program: ProgramId) -> impl Iterator<Item = &EventPayout> {
        let of_program = (program, None)..=(program, Some(PartnerId(u32::MAX)));
        let versions = self.terms.range(of_program).flat_map(|(_, versions)| versions);
        versions.filter_map(|terms| terms.rules.as_ref()).flat_map(|rules| &rules.payouts)
    }

    pub fn is_channel(&self, partner: PartnerId) -> bool {
        self.partners.get(&partner).is_some_and(|it| it.channel)
    }

    /// The codes of a program that a reported one, in upper case, could be: the exact one first, then longer patterns
    /// before shorter ones, and of equals the first in alphabetical order.
    pub fn codes_for(&self, program: ProgramId, reported: &str) -> Vec<&PromoCode> {
        if reported.is_empty() {
            return Vec::new();
        }
        let of_program = (program, String::new())..(ProgramId(program.0.saturating_add(1)), String::new());
        let patterns = self.code_patterns.range(of_program).filter_map(|key| self.promo_codes.get(key));
        let mut patterns: Vec<&PromoCode> = patterns.filter(|it| it.takes(reported)).collect();
        patterns.sort_by_key(|it| std::cmp::Reverse(it.code.chars().count()));
        let exact = self.promo_codes.get(&(program, reported.to_owned())).filter(|it| !it.is_pattern());
        exact.into_iter().chain(patterns).collect()
    }

    /// The strictest rule of the groups of a program that a partner is in.
    pub fn group_credit(&self, program: ProgramId, partner: PartnerId) -> GroupCredit {
        let groups = self.groups.range((program, 0)..=(program, u32::MAX)).map(|(_, group)| group);
        let of_partner = groups.filter(|group| group.members.binary_search(&partner).is_ok());
        of_partner.map(|group| group.credit).max().unwrap_or_default()
    }

    /// The rules of a named version, for pricing what was opened under it.
    pub fn rules_of(&self, program: ProgramId, partner: Option<PartnerId>, version: u32) -> Option<&TermsRules> {
        let versions = self.terms.get(&(program, partner))?;
        versions.iter().find(|terms| terms.version == version)?.rules.as_ref()
    }

    /// How far back a decision looks: the longest window of any terms of the program, and some days more, so that
    /// touchpoints just outside it are named as such.
    pub fn looks_back_to(&self, program: ProgramId, at: Timestamp) -> Timestamp {
        let of_program = self.terms.iter().filter(|((of, _), _)| *of == program).flat_map(|(_, versions)| versions);
        let windows = of_program.filter_map(|terms| terms.rules.as_ref()).map(TermsRules::longest_window_days);
        at.minus_days(windows.max().unwrap_or(0).saturating_add(LOOK_BACK_EXTRA_DAYS))
    }

    /// The same for whichever program looks back furthest.
    pub fn looks_back_furthest_to(&self, at: Timestamp) -> Timestamp {
        self.programs.keys().map(|program| self.looks_back_to(*program, at)).min().unwrap_or(at)
    }

    /// Whether any terms of a program say how much may be returned.
    pub fn limits_returns(&self, program: ProgramId) -> bool {
        let of_program = self.terms.iter().filter(|((of, _), _)| *of == program).flat_map(|(_, versions)| versions);
        of_program.filter_map(|terms| terms.rules.as_ref()).any(|rules| rules.returns.most_ppm.is_some())
    }

    /// The month of a moment in a program's zone, by its first day.
    pub fn month_of(&self, program: ProgramId, at: Timestamp) -> Option<Day> {
        Some(self.programs.get(&program)?.zone.day(at).first_of_month())
    }

    /// The overlays of a program, each with its versions in ascending order.
    pub fn overlays_of(&self, program: ProgramId) -> impl Iterator<Item = &[Overlay]> {
        self.overlays.range((program, 0)..=(program, u32::MAX)).map(|(_, versions)| versions.as_slice())
    }

    /// Of the versions that bind by then, the one that bound last; of equals, the newest.
    pub(crate) fn version_at(&self, program: ProgramId, partner: Option<PartnerId>, at: Timestamp) -> Option<&Terms> {
        let versions = self.terms.get(&(program, partner))?;
        let bound = versions.iter().filter_map(|terms| Some((terms.binds_from().filter(|from| *from <= at)?, terms)));
        bound.max_by_key(|(from, terms)| (*from, terms.version)).map(|(_, terms)| terms)
    }
}

/// A version at its place, or what has become of the one that is there.
fn put<T>(versions: &mut Vec<T>, version: T, number: impl Fn(&T) -> u32) {
    match versions.binary_search_by_key(&number(&version), number) {
        Ok(place) => versions[place] = version,
        Err(place) => versions.insert(place, version),
    }
}

/// Whether a version that has begun is no longer in force.
fn is_over(terms: &Terms, at: Timestamp) -> bool {
    terms.standing == Standing::Paused || terms.ends_at.is_some_and(|end| end <= at)
}
