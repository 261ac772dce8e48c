//! What the brand has set up, as the auditor remembers it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use referee_core::condition::{Comparison, Condition};
use referee_core::contract::{Adjustment, EventPayout, TermsRules};
use referee_core::exchange::DayRates;
use referee_core::fact::{EventTypeSet, Fact, PartnerGroupSet, TermsSet};
use referee_core::id::{AdId, EventTypeId, PartnerId, ProgramId};
use referee_core::money::{Currency, Money};
use referee_core::overlay::{Extra, OverlaySet, Repeat};
use referee_core::program::{AssignedValue, CreditPolicy, GroupCredit, PromoCode, Standing, ValueKind};
use referee_core::refusal::Refusal;
use referee_core::row::Evidence;
use referee_core::time::{DAY_MS, MINUTE_MS, Timestamp, Zone};

use super::calendar::clock;

/// Days before the longest referral window whose clicks are still named.
const NAMED_BEFORE_WINDOW_DAYS: u32 = 30;

#[derive(Default)]
pub struct Brand {
    /// All in one fact, before any order.
    rates: Vec<DayRates>,
    currencies: BTreeMap<ProgramId, Currency>,
    event_types: BTreeMap<EventTypeId, EventTypeSet>,
    partners: BTreeMap<PartnerId, Standing>,
    channels: BTreeSet<PartnerId>,
    assigned: Vec<AssignedValue>,
    groups: BTreeMap<(ProgramId, u32), PartnerGroupSet>,
    ads: BTreeMap<(ProgramId, AdId), Standing>,
    codes: Vec<PromoCode>,
    /// In the order in which they were set.
    terms: Vec<Version>,
    overlays: Vec<Laid>,
    lists: Vec<Listed>,
    zones: BTreeMap<ProgramId, Zone>,
}

/// Terms, with what became of them if they were offered.
struct Version {
    terms: TermsSet,
    /// None: nobody is bound.
    from: Option<Timestamp>,
    /// It waits for the partner's word.
    open: bool,
}

/// What was laid on terms: by a number that counts in its program.
struct Laid {
    id: u32,
    at: Timestamp,
    overlay: OverlaySet,
}

/// What stood on a list from a moment on.
struct Listed {
    program: ProgramId,
    id: u32,
    at: Timestamp,
    values: Vec<String>,
}

impl Brand {
    pub fn hear(&mut self, fact: &Fact, at: Timestamp) {
        match fact {
            Fact::ProgramSet(program) => {
                self.currencies.insert(program.id, program.currency);
                self.zones.insert(program.id, program.zone.clone());
            }
            Fact::RatesSet(days) => self.rates.extend(days.iter().cloned()),
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
            Fact::TermsSet(terms) => self.hear_terms(terms),
            Fact::TermsDecided(it) => {
                if let Some(offer) = self.open_offer(it.program, it.partner, it.version) {
                    offer.open = false;
                    offer.from = it.accepted.then(|| offer.terms.starts_at.max(at));
                }
            }
            Fact::OfferWithdrawn(it) => {
                if let Some(offer) = self.open_offer(it.program, it.partner, it.version) {
                    offer.open = false;
                }
            }
            Fact::OverlaySet(overlay) => {
                let of_program = self.overlays.iter().filter(|it| it.overlay.program == overlay.program);
                let id = overlay.id.unwrap_or(of_program.map(|it| it.id).max().unwrap_or(0) + 1);
                self.overlays.push(Laid { id, at, overlay: overlay.clone() });
            }
            Fact::ListSet(list) => {
                let before = self.lists.iter().filter(|it| it.program == list.program).map(|it| it.id).max();
                let id = list.id.unwrap_or(before.unwrap_or(0) + 1);
                let values = list.values.iter().map(str::to_owned).collect();
                self.lists.push(Listed { program: list.program, id, at, values });
            }
            _ => {}
        }
    }

    fn hear_terms(&mut self, terms: &TermsSet) {
        if terms.needs_acceptance {
            let same = |it: &&mut Version| (it.terms.program, it.terms.partner) == (terms.program, terms.partner);
            self.terms.iter_mut().filter(same).for_each(|it| it.open = false);
        }
        let from = (!terms.needs_acceptance).then_some(terms.starts_at);
        self.terms.push(Version { terms: terms.clone(), from, open: terms.needs_acceptance });
    }

    /// By the how-manieth version of the contract it is.
    fn open_offer(&mut self, program: ProgramId, partner: PartnerId, version: u32) -> Option<&mut Version> {
        let mut of_contract =
            self.terms.iter_mut().filter(|it| it.terms.program == program && it.terms.partner == Some(partner));
        of_contract.nth(version as usize - 1).filter(|it| it.open)
    }

    /// What terms pay for an event of then: with what was laid on them, and with what stood on the lists that they name. By what
    /// has been heard by now.
    pub fn as_of(&self, program: ProgramId, partner: PartnerId, at: Timestamp, terms: &EventPayout) -> EventPayout {
        let mut terms = self.with_overlay(program, partner, at, terms);
        let groups = terms.groups.iter_mut().map(|it| &mut it.conditions);
        let restrictions = terms.restrictions.iter_mut().map(|it| &mut it.conditions);
        let adjustments = terms.adjustments.iter_mut().map(|it| &mut it.conditions);
        for condition in groups.chain(restrictions).chain(adjustments).flatten() {
            if let Condition::List { word, list, denied } = *condition {
                let comparison = if denied { Comparison::IsNot } else { Comparison::Is };
                *condition = Condition::Words { word, comparison, values: self.listed(program, list, at) };
            }
        }
        terms
    }

    /// What stood on a list then; before it was set, what stood on it first.
    fn listed(&self, program: ProgramId, id: u32, at: Timestamp) -> Vec<String> {
        let versions: Vec<&Listed> = self.lists.iter().filter(|it| (it.program, it.id) == (program, id)).collect();
        let of_then = versions.iter().rfind(|it| it.at <= at).or(versions.first());
        of_then.map(|it| it.values.clone()).unwrap_or_default()
    }

    fn is_on(&self, program: ProgramId, repeat: &Repeat, at: Timestamp) -> bool {
        let shown = clock(self.zones.get(&program), at);
        // The first day of 1970 was a Thursday, three days after a Monday.
        let weekday = (shown.div_euclid(DAY_MS) + 3).rem_euclid(7);
        let on_day = repeat.weekdays.is_empty() || repeat.weekdays.iter().any(|it| i64::from(*it) == weekday);
        let minute = shown.rem_euclid(DAY_MS) / MINUTE_MS;
        on_day && minute >= i64::from(repeat.from) && minute < i64::from(repeat.until)
    }

    fn with_overlay(&self, program: ProgramId, partner: PartnerId, at: Timestamp, terms: &EventPayout) -> EventPayout {
        let mut terms = terms.clone();
        let known: Vec<&Laid> =
            self.overlays.iter().filter(|it| it.overlay.program == program && it.at <= at).collect();
        let newest = known.iter().enumerate().filter(|(n, it)| known[n + 1..].iter().all(|later| later.id != it.id));
        for Laid { overlay, .. } in newest.map(|(_, it)| it) {
            let whose = overlay.partners.is_empty() || overlay.partners.contains(&partner);
            let is_on = overlay.standing == Standing::Active && overlay.starts_at <= at && overlay.ends_at > at;
            let is_on = is_on && self.is_on(program, &overlay.repeat, at);
            if !(whose && is_on && overlay.event_types.contains(&terms.event_type)) {
                continue;
            }
            match overlay.extra {
                Extra::Adjust { ppm } => {
                    let (name, conditions) = (overlay.name.clone(), Vec::new());
                    terms.adjustments.push(Adjustment { name, conditions, ppm });
                }
                Extra::Payout(payout) => terms.payout = payout,
            }
        }
        terms
    }

    /// What an amount of an order comes to in its program's currency, to the nearest of what can be paid, a half away from
    /// zero; None: no rate is known of its day or the seven before it.
    pub fn worth(&self, program: ProgramId, currency: Currency, day: i64, amount: Money) -> Option<Money> {
        let own = self.currencies.get(&program).copied()?;
        if own == currency {
            return Some(amount);
        }
        let of = |day: &DayRates, wanted: Currency| match day.rates.iter().find(|(it, _)| *it == wanted) {
            Some((_, rate)) => Some(i128::from(*rate)),
            None => (wanted == day.base).then_some(1_000_000),
        };
        let mut known: Vec<&DayRates> =
            self.rates.iter().filter(|it| (day - 7..=day).contains(&i64::from(it.day.0))).collect();
        known.sort_by_key(|it| it.day);
        let (from, to) = known.into_iter().rev().find_map(|it| Some((of(it, currency)?, of(it, own)?)))?;
        let unit = 10_i128.pow(6 - own.digits());
        let units = (2 * i128::from(amount.0) * to + from * unit) / (2 * from * unit);
        Some(Money(i64::try_from(units * unit).unwrap_or(i64::MAX)))
    }

    /// The currency that a program pays in.
    pub fn pays_in(&self, program: ProgramId) -> Currency {
        self.currencies.get(&program).copied().unwrap_or_default()
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
        let of_contract = self.terms.iter().filter(|it| it.terms.program == program && it.terms.partner == partner);
        let bound = of_contract.filter(|it| it.from.is_some_and(|from| from <= at));
        // The last of equals.
        bound.max_by_key(|it| it.from).map(|it| &it.terms)
    }

    /// No click before this is named, but one that the report names.
    pub fn looks_back_to(&self, program: ProgramId, at: Timestamp) -> Timestamp {
        let rules =
            self.terms.iter().map(|it| &it.terms).filter(|it| it.program == program).filter_map(|it| it.rules.as_ref());
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
