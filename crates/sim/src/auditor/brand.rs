//! What the brand has set up, as the auditor remembers it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use referee_core::contract::{EventPayout, TermsRules};
use referee_core::fact::{EventTypeSet, Fact, PartnerGroupSet, TermsSet};
use referee_core::id::{AdId, EventTypeId, PartnerId, ProgramId};
use referee_core::money::Currency;
use referee_core::program::{AssignedValue, CreditPolicy, GroupCredit, PromoCode, Standing, ValueKind};
use referee_core::refusal::Refusal;
use referee_core::row::Evidence;
use referee_core::time::Timestamp;

/// Days before the longest referral window whose clicks are still named.
const NAMED_BEFORE_WINDOW_DAYS: u32 = 30;

#[derive(Default)]
pub struct Brand {
    currencies: BTreeMap<ProgramId, Currency>,
    event_types: BTreeMap<EventTypeId, EventTypeSet>,
    partners: BTreeMap<PartnerId, Standing>,
    channels: BTreeSet<PartnerId>,
    assigned: Vec<AssignedValue>,
    groups: BTreeMap<(ProgramId, u32), PartnerGroupSet>,
    ads: BTreeMap<(ProgramId, AdId), Standing>,
    codes: Vec<PromoCode>,
    /// In the order in which they were set.
    terms: Vec<TermsSet>,
}

impl Brand {
    pub fn hear(&mut self, fact: &Fact) {
        match fact {
            Fact::ProgramSet(program) => _ = self.currencies.insert(program.id, program.currency),
            Fact::EventTypeSet(it) => {
                if let Some(id) = it.id {
                    self.event_types.insert(id, it.clone());
                }
            }
            Fact::PartnerSet { partner, standing, channel } => {
                self.partners.insert(*partner, *standing);
                if *channel {
                    self.channels.insert(*partner);
                }
            }
            Fact::AssignedValueSet(value) => {
                self.assigned
                    .retain(|it| (it.program, it.kind, &it.value) != (value.program, value.kind, &value.value));
                self.assigned.push(value.clone());
            }
            Fact::PartnerGroupSet(group) => {
                if let Some(id) = group.id {
                    self.groups.insert((group.program, id), group.clone());
                }
            }
            Fact::AdSet(ad) => {
                if let Some(id) = ad.id {
                    self.ads.insert((ad.program, id), ad.standing);
                }
            }
            Fact::PromoCodeSet(code) => {
                self.codes.retain(|it| (it.program, &it.code) != (code.program, &code.code));
                self.codes.push(code.clone());
            }
            Fact::TermsSet(terms) => self.terms.push(terms.clone()),
            _ => {}
        }
    }

    pub fn currency(&self, program: ProgramId) -> Option<Currency> {
        self.currencies.get(&program).copied()
    }

    pub fn server_wins(&self, event_type: EventTypeId) -> bool {
        self.event_types.get(&event_type).is_some_and(|it| it.server_wins)
    }

    pub fn credit_policy(&self, event_type: EventTypeId) -> CreditPolicy {
        self.event_types.get(&event_type).map(|it| it.credit).unwrap_or_default()
    }

    pub fn parent(&self, event_type: EventTypeId) -> Option<EventTypeId> {
        self.event_types.get(&event_type)?.parent
    }

    pub fn settle_hours(&self, event_type: EventTypeId) -> u32 {
        self.event_types.get(&event_type).map_or(24, |it| it.settle_hours)
    }

    pub fn is_channel(&self, partner: PartnerId) -> bool {
        self.channels.contains(&partner)
    }

    /// The codes that a reported one may be: the exact one, then longer patterns, of equals by the alphabet.
    pub fn codes(&self, program: ProgramId, reported: &str) -> Vec<&PromoCode> {
        let is = |code: &&PromoCode| code.program == program && !reported.is_empty() && glob(&code.code, reported);
        let mut codes: Vec<&PromoCode> = self.codes.iter().filter(is).collect();
        codes.sort_by_key(|it| (it.code.contains('*'), Reverse(it.code.len()), it.code.clone()));
        codes
    }

    /// Whose the reported addresses and numbers are.
    pub fn assigned(&self, program: ProgramId, reported: &[(ValueKind, String)]) -> Vec<(PartnerId, Evidence)> {
        let owner = |(kind, value): &(ValueKind, String)| {
            let active = self.assigned.iter().filter(|it| it.program == program && it.standing == Standing::Active);
            let found = active.into_iter().find(|it| it.kind == *kind && it.value == *value)?;
            let evidence = match kind {
                ValueKind::Url => Evidence::AssignedUrl,
                ValueKind::Phone => Evidence::AssignedPhone,
            };
            Some((found.partner, evidence))
        };
        reported.iter().filter_map(owner).collect()
    }

    /// The strictest of the rules of a partner's groups.
    pub fn group_credit(&self, program: ProgramId, partner: PartnerId) -> GroupCredit {
        let groups = self.groups.values().filter(|it| it.program == program && it.members.contains(&partner));
        let credits: Vec<GroupCredit> = groups.map(|it| it.credit).collect();
        let strict = [GroupCredit::Never, GroupCredit::Yields];
        strict.into_iter().find(|it| credits.contains(it)).unwrap_or(GroupCredit::Normal)
    }

    /// Whether the link leads anywhere for which somebody can be paid.
    pub fn link_refusal(&self, program: ProgramId, partner: PartnerId, ad: AdId, at: Timestamp) -> Option<Refusal> {
        let ad = match self.ads.get(&(program, ad)) {
            None => Some(Refusal::AdNotFound),
            Some(Standing::Paused) => Some(Refusal::AdNotActive),
            Some(Standing::Active) => None,
        };
        let contract = || if self.is_channel(partner) { None } else { self.terms(program, partner, at).err() };
        self.partner_refusal(partner).err().or(ad).or_else(contract)
    }

    fn partner_refusal(&self, partner: PartnerId) -> Result<(), Refusal> {
        match self.partners.get(&partner) {
            None => Err(Refusal::PartnerNotFound),
            Some(Standing::Paused) => Err(Refusal::PartnerNotActive),
            Some(Standing::Active) => Ok(()),
        }
    }

    /// The terms of an active partner.
    pub fn terms_of_active(
        &self,
        program: ProgramId,
        partner: PartnerId,
        at: Timestamp,
    ) -> Result<&TermsRules, Refusal> {
        self.partner_refusal(partner)?;
        self.terms(program, partner, at)
    }

    /// The template terms, by which a channel's touchpoints count.
    pub fn template_of_channel(
        &self,
        program: ProgramId,
        channel: PartnerId,
        at: Timestamp,
    ) -> Result<&TermsRules, Refusal> {
        self.partner_refusal(channel)?;
        self.template(program, at)
    }

    fn template(&self, program: ProgramId, at: Timestamp) -> Result<&TermsRules, Refusal> {
        let template = self.begun_last(program, None, at).filter(|template| !over(template, at));
        template.and_then(|template| template.rules.as_ref()).ok_or(Refusal::ActionTermsNotFound)
    }

    fn terms(&self, program: ProgramId, partner: PartnerId, at: Timestamp) -> Result<&TermsRules, Refusal> {
        let contract = self.begun_last(program, Some(partner), at).ok_or(Refusal::ContractNotFound)?;
        if over(contract, at) {
            return Err(Refusal::ContractExpired);
        }
        if let Some(rules) = &contract.rules {
            return Ok(rules);
        }
        self.template(program, at)
    }

    fn begun_last(&self, program: ProgramId, partner: Option<PartnerId>, at: Timestamp) -> Option<&TermsSet> {
        let begun = self.terms.iter().filter(|it| it.program == program && it.partner == partner && it.starts_at <= at);
        // The last of equals.
        begun.max_by_key(|it| it.starts_at)
    }

    /// No click before this is named, but one that the report names.
    pub fn looks_back_to(&self, program: ProgramId, at: Timestamp) -> Timestamp {
        let rules = self.terms.iter().filter(|it| it.program == program).filter_map(|it| it.rules.as_ref());
        let in_days =
            |rules: &TermsRules| rules.referral_window_days.max(rules.view_window_hours.unwrap_or(0).div_ceil(24));
        let longest = rules.map(in_days).max().unwrap_or(0);
        at.minus_days(longest + NAMED_BEFORE_WINDOW_DAYS)
    }
}

/// Whether a text is of a pattern, in which `*` stands for anything or nothing.
fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => text
            .strip_prefix(before)
            .is_some_and(|rest| (0..=rest.len()).any(|skipped| rest.get(skipped..).is_some_and(|it| glob(after, it)))),
    }
}

fn over(terms: &TermsSet, at: Timestamp) -> bool {
    terms.standing == Standing::Paused || terms.ends_at.is_some_and(|end| end <= at)
}

/// What terms pay for an event type.
pub fn payout(rules: &TermsRules, event_type: EventTypeId) -> Result<&EventPayout, Refusal> {
    let line = rules.payouts.iter().find(|line| line.event_type == event_type);
    line.ok_or(Refusal::ActionTermsNotFound)
}
