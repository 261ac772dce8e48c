//! Contracts as agreements: the notice that a change needs, the partner's word on what it is offered, and what becomes of
//! each version; and the overlays that a brand lays on them.

use crate::config::{Config, ConfigEntry};
use crate::contract::{Agreement, EventPayout, Terms, TermsRules};
use crate::fact::{OfferWithdrawn, Record, Role, TermsDecided, TermsSet};
use crate::id::{EventTypeId, PartnerId, ProgramId};
use crate::overlay::{Extra, Overlay, OverlaySet};
use crate::program::Standing;
use crate::refusal::Refusal;
use crate::setup::{Subject, program_exists, set};
use crate::slice::Slice;
use crate::time::Timestamp;

/// What a version of terms is at a moment, or the contract whose version it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Active,
    Paused,
    /// Offered, and not yet decided.
    Pending,
    /// It will bind.
    Upcoming,
    Declined,
    Withdrawn,
    /// It ended, was replaced, or was an offer that nobody decided in time.
    Expired,
}

impl Status {
    pub const ALL: [Status; 7] = [
        Status::Active,
        Status::Paused,
        Status::Pending,
        Status::Upcoming,
        Status::Declined,
        Status::Withdrawn,
        Status::Expired,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Status::Active => "active",
            Status::Paused => "paused",
            Status::Pending => "pending",
            Status::Upcoming => "upcoming",
            Status::Declined => "declined",
            Status::Withdrawn => "withdrawn",
            Status::Expired => "expired",
        }
    }
}

impl Config {
    /// The rules of terms at a moment, the template's where a contract has none of its own, also while they are paused or over.
    fn rules_at(&self, program: ProgramId, partner: Option<PartnerId>, at: Timestamp) -> Option<&TermsRules> {
        let version = self.version_at(program, partner, at)?;
        let of_template = || partner.and_then(|_| self.rules_at(program, None, at));
        version.rules.as_ref().or_else(of_template)
    }

    /// Before this, no change that is set now can bind; None: nothing binds yet, so that the first terms start as they say.
    pub fn earliest_change(
        &self,
        program: ProgramId,
        partner: Option<PartnerId>,
        set_at: Timestamp,
    ) -> Option<Timestamp> {
        self.rules_at(program, partner, set_at).map(|rules| set_at.plus_days(rules.notice_days))
    }

    pub fn status(&self, terms: &Terms, at: Timestamp) -> Status {
        match (terms.agreement, terms.binds_from()) {
            (Agreement::Offered, _) if !terms.has_ended(at) => Status::Pending,
            (Agreement::Declined { .. }, _) => Status::Declined,
            (Agreement::Withdrawn { .. }, _) => Status::Withdrawn,
            (_, Some(from)) if from > at => self.status_ahead(terms, from),
            _ if self.version_at(terms.program, terms.partner, at).is_none_or(|it| it.version != terms.version) => {
                Status::Expired
            }
            _ if terms.has_ended(at) => Status::Expired,
            _ if terms.standing == Standing::Paused => Status::Paused,
            _ => Status::Active,
        }
    }

    /// One that will never bind, because a newer one begins with it, is over already.
    fn status_ahead(&self, terms: &Terms, from: Timestamp) -> Status {
        let replaced =
            self.version_at(terms.program, terms.partner, from).is_some_and(|it| it.version != terms.version);
        if replaced { Status::Expired } else { Status::Upcoming }
    }

    /// What a partner's contract is at a moment, and the version that says so; None: it has none.
    pub fn contract_at(&self, program: ProgramId, partner: PartnerId, at: Timestamp) -> Option<(&Terms, Status)> {
        let versions = self.terms.get(&(program, Some(partner)))?;
        let all: Vec<(&Terms, Status)> = versions.iter().map(|it| (it, self.status(it, at))).collect();
        let newest = |wanted: Status| all.iter().rev().find(|(_, status)| *status == wanted).copied();
        let in_order = [Status::Active, Status::Paused, Status::Pending, Status::Upcoming, Status::Expired];
        in_order.into_iter().find_map(newest).or_else(|| all.last().copied())
    }

    /// The offer that waits for a partner's word.
    pub fn offer_to(&self, program: ProgramId, partner: PartnerId, at: Timestamp) -> Option<&Terms> {
        let versions = self.terms.get(&(program, Some(partner)))?;
        versions.iter().rev().find(|it| self.status(it, at) == Status::Pending)
    }
}

/// A new version of terms: set, or offered.
pub(crate) fn set_terms(slice: &mut Slice, record: &Record, fact: &TermsSet) -> Subject {
    program_exists(slice, fact.program)?;
    if fact.partner.is_some_and(|partner| !slice.config.partners.contains_key(&partner)) {
        return Err(Refusal::PartnerNotFound);
    }
    if fact.partner.is_none() && fact.rules.is_none() {
        return Err(Refusal::ActionTermsNotFound);
    }
    if fact.needs_acceptance && fact.partner.is_none() {
        return Err(Refusal::OfferNeedsPartner);
    }
    if let Some(fault) = fact.rules.as_ref().and_then(TermsRules::fault) {
        return Err(fault);
    }
    if let Some(rules) = &fact.rules {
        names_known_lists(&slice.config, fact.program, rules)?;
    }
    let versions = slice.config.terms.get(&(fact.program, fact.partner));
    let last = versions.and_then(|versions| versions.last()).map(|terms| terms.version);
    if last.is_some() && fact.starts_at < record.received_at {
        return Err(Refusal::TermsInPast);
    }
    if !keeps_notice(&slice.config, record.received_at, fact) {
        return Err(Refusal::NoticeTooShort);
    }
    let terms = Terms {
        program: fact.program,
        partner: fact.partner,
        version: last.unwrap_or(0) + 1,
        starts_at: fact.starts_at,
        ends_at: fact.ends_at,
        standing: fact.standing,
        agreement: if fact.needs_acceptance { Agreement::Offered } else { Agreement::Unasked },
        rules: fact.rules.clone(),
    };
    let subject = terms.version.to_string();
    if fact.needs_acceptance {
        withdraw_before(slice, record, fact);
    }
    set(slice, ConfigEntry::Terms(terms));
    Ok(subject)
}

/// Each list that terms name exists, and is of the variable that is compared with it.
fn names_known_lists(config: &Config, program: ProgramId, rules: &TermsRules) -> Result<(), Refusal> {
    for (word, list) in rules.payouts.iter().flat_map(EventPayout::lists) {
        let list = config.lists.get(&(program, list)).and_then(|versions| versions.last());
        if list.ok_or(Refusal::ListNotFound)?.word != word {
            return Err(Refusal::ListVariable);
        }
    }
    Ok(())
}

/// Whether new terms bind late enough. What the partner accepts needs no notice; nor does what leaves the rules of that time as
/// they are, such as a pause or another end.
fn keeps_notice(config: &Config, set_at: Timestamp, fact: &TermsSet) -> bool {
    let earliest = config.earliest_change(fact.program, fact.partner, set_at);
    if fact.needs_acceptance || earliest.is_none_or(|earliest| fact.starts_at >= earliest) {
        return true;
    }
    let before = config.rules_at(fact.program, fact.partner, fact.starts_at);
    let after = fact.rules.as_ref().or_else(|| config.rules_at(fact.program, None, fact.starts_at));
    before == after
}

/// The partner's word on an offer. The first one holds.
pub(crate) fn decide(slice: &mut Slice, record: &Record, fact: &TermsDecided) -> Subject {
    if record.actor.as_ref().is_none_or(|actor| actor.role != Role::Partner) {
        return Err(Refusal::OfferForPartner);
    }
    let mut terms = offered(&slice.config, fact.program, fact.partner, fact.version)?;
    let at = record.received_at;
    if terms.has_ended(at) {
        return Err(Refusal::OfferExpired);
    }
    terms.agreement = if fact.accepted { Agreement::Accepted { at } } else { Agreement::Declined { at } };
    set(slice, ConfigEntry::Terms(terms));
    Ok(fact.version.to_string())
}

/// The brand takes back what the partner has not decided.
pub(crate) fn withdraw(slice: &mut Slice, record: &Record, fact: &OfferWithdrawn) -> Subject {
    let terms = offered(&slice.config, fact.program, fact.partner, fact.version)?;
    let agreement = Agreement::Withdrawn { at: record.received_at };
    set(slice, ConfigEntry::Terms(Terms { agreement, ..terms }));
    Ok(fact.version.to_string())
}

/// A partner has one offer to decide: a new one takes the place of the one before.
fn withdraw_before(slice: &mut Slice, record: &Record, fact: &TermsSet) {
    let versions = slice.config.terms.get(&(fact.program, fact.partner)).map_or(&[][..], Vec::as_slice);
    let open: Vec<Terms> = versions.iter().filter(|it| it.agreement == Agreement::Offered).cloned().collect();
    let agreement = Agreement::Withdrawn { at: record.received_at };
    open.into_iter().for_each(|it| set(slice, ConfigEntry::Terms(Terms { agreement, ..it })));
}

/// An offer that can still be decided or withdrawn.
fn offered(config: &Config, program: ProgramId, partner: PartnerId, version: u32) -> Result<Terms, Refusal> {
    let versions = config.terms.get(&(program, Some(partner)));
    let terms = versions.and_then(|versions| versions.iter().find(|it| it.version == version));
    let terms = terms.ok_or(Refusal::OfferNotFound)?;
    match terms.agreement {
        Agreement::Offered => Ok(terms.clone()),
        Agreement::Unasked => Err(Refusal::OfferNotFound),
        Agreement::Accepted { .. } | Agreement::Declined { .. } => Err(Refusal::OfferDecided),
        Agreement::Withdrawn { .. } => Err(Refusal::OfferWithdrawn),
    }
}

/// Sets an overlay, or what holds of one from now on.
pub(crate) fn set_overlay(slice: &mut Slice, record: &Record, fact: &OverlaySet) -> Subject {
    program_exists(slice, fact.program)?;
    let mut set_to = fact.clone();
    set_to.partners.sort_unstable();
    set_to.partners.dedup();
    set_to.event_types.sort_unstable();
    set_to.event_types.dedup();
    set_to.repeat.weekdays.sort_unstable();
    set_to.repeat.weekdays.dedup();
    names_what_exists(&slice.config, &set_to)?;
    if let Some(fault) = set_to.extra.fault() {
        return Err(fault);
    }
    if set_to.event_types.is_empty() || set_to.ends_at <= set_to.starts_at {
        return Err(Refusal::OverlayEmpty);
    }
    let zone = slice.config.programs.get(&fact.program).map(|program| &program.zone);
    if let Some(fault) = zone.and_then(|zone| set_to.repeat.fault(set_to.starts_at, set_to.ends_at, zone)) {
        return Err(fault);
    }
    let last = slice.config.overlays_of(fact.program).filter_map(<[Overlay]>::last).map(|it| it.id).max();
    let id = fact.id.unwrap_or(last.unwrap_or(0) + 1);
    let before = slice.config.overlays.get(&(fact.program, id)).and_then(|versions| versions.last());
    if fact.id.is_some() && before.is_none() {
        return Err(Refusal::OverlayNotFound);
    }
    // One that goes on names the day on which it began; what happened since then keeps its price all the same.
    let goes_on = before.is_some_and(|it| it.set.starts_at == set_to.starts_at);
    if (set_to.starts_at < record.received_at && !goes_on) || set_to.ends_at < record.received_at {
        return Err(Refusal::OverlayInPast);
    }
    let shortens = before.is_some_and(|it| shortens(&it.set, &set_to));
    if !shortens && takes_away_early(&slice.config, &set_to, record.received_at) {
        return Err(Refusal::NoticeTooShort);
    }
    if overlaps(&slice.config, id, &set_to, record.received_at) {
        return Err(Refusal::OverlaysOverlap);
    }
    let version = before.map_or(0, |it| it.version) + 1;
    set_to.id = Some(id);
    let overlay = Overlay { id, version, record: record.no, set_at: record.received_at, set: set_to };
    set(slice, ConfigEntry::Overlay(overlay));
    Ok(id.to_string())
}

fn names_what_exists(config: &Config, set: &OverlaySet) -> Result<(), Refusal> {
    if set.partners.iter().any(|partner| !config.partners.contains_key(partner)) {
        return Err(Refusal::PartnerNotFound);
    }
    let known = |it: &EventTypeId| config.event_types.contains_key(&(set.program, *it));
    if set.event_types.iter().all(known) { Ok(()) } else { Err(Refusal::ActionTrackerNotFound) }
}

/// Whether another overlay is on the same events: then nobody could say which of the two was promised.
fn overlaps(config: &Config, id: u32, set: &OverlaySet, now: Timestamp) -> bool {
    let shares = |other: &OverlaySet| {
        let at_once = set.starts_at.max(now) < other.ends_at && other.starts_at < set.ends_at && now < other.ends_at;
        let all = set.partners.is_empty() || other.partners.is_empty();
        let whose = all || set.partners.iter().any(|it| other.partners.contains(it));
        at_once
            && whose
            && set.repeat.meets(&other.repeat)
            && set.event_types.iter().any(|it| other.event_types.contains(it))
    };
    let others = config.overlays_of(set.program).filter_map(<[Overlay]>::last).filter(|it| it.id != id);
    let mut others = others.map(|it| &it.set).filter(|it| it.standing == Standing::Active);
    set.standing == Standing::Active && others.any(shares)
}

/// Whether an overlay only ends earlier than it did, or is paused.
fn shortens(before: &OverlaySet, after: &OverlaySet) -> bool {
    let kept = OverlaySet { ends_at: before.ends_at, standing: before.standing, id: before.id, ..after.clone() };
    after.standing == Standing::Paused || (kept == *before && after.ends_at <= before.ends_at)
}

/// Whether an overlay that may pay less than the terms begins within a partner's notice: what terms can't do, it can't either.
fn takes_away_early(config: &Config, set: &OverlaySet, now: Timestamp) -> bool {
    if matches!(set.extra, Extra::Adjust { ppm } if ppm > 0) {
        return false;
    }
    let under_contract = config.terms.keys().filter(|(program, _)| *program == set.program).filter_map(|(_, of)| *of);
    let mut whose = under_contract.filter(|of| set.partners.is_empty() || set.partners.contains(of));
    // What has begun before changes from now on.
    let from = set.starts_at.max(now);
    let too_early = |of| config.earliest_change(set.program, Some(of), now).is_some_and(|at| from < at);
    whose.any(too_early)
}
