//! Facts by which a brand sets itself up. Each replaces what had the same key; nothing is deleted.

use crate::config::{ConfigEntry, Partner};
use crate::consent::ConsentRules;
use crate::exchange::DayRates;
use crate::fact::{AdSet, EventTypeSet, PartnerGroupSet, Record};
use crate::id::{AdId, EventTypeId, ID_MAX, PartnerId, ProgramId};
use crate::identity::{Block, Blocked, Identifier};
use crate::list::{LISTS_MAX, List, ListSet, named, newest_of};
use crate::money::Money;
use crate::program::{
    Ad, AssignedValue, Category, EventType, PartnerGroup, PaymentRules, Program, PromoCode, Standing, VanityLink,
};
use crate::refusal::Refusal;
use crate::screening::ScreeningRules;
use crate::slice::Slice;

/// What was created or changed, for whoever asked.
pub(crate) type Subject = Result<String, Refusal>;

pub(crate) fn set(slice: &mut Slice, entry: ConfigEntry) {
    slice.config.set(entry.clone());
    slice.new.config.push(entry);
}

pub(crate) fn set_program(slice: &mut Slice, program: &Program) -> Subject {
    let before = slice.config.programs.get(&program.id);
    if before.is_some_and(|before| before.currency != program.currency) {
        return Err(Refusal::CurrencyFixed);
    }
    if let Some(before) = before.filter(|before| before.zone != program.zone) {
        // A month that has ended in the old zone may go on in the new one.
        let day = slice.state.posting.day(program.id, &before.zone);
        slice.state.posting.not_before.insert(program.id, day);
    }
    set(slice, ConfigEntry::Program(program.clone()));
    Ok(program.id.to_string())
}

pub(crate) fn set_partner(slice: &mut Slice, id: PartnerId, standing: Standing, channel: bool) -> Subject {
    // What visitors ask of it is said by a fact of its own.
    let reward = slice.config.is_reward(id);
    set(slice, ConfigEntry::Partner(Partner { id, standing, channel, reward }));
    Ok(id.to_string())
}

pub(crate) fn set_reward(slice: &mut Slice, partner: PartnerId, reward: bool) -> Subject {
    let before = slice.config.partners.get(&partner).cloned().ok_or(Refusal::PartnerNotFound)?;
    set(slice, ConfigEntry::Partner(Partner { reward, ..before }));
    Ok(partner.to_string())
}

pub(crate) fn set_consent(slice: &mut Slice, rules: &ConsentRules) -> Subject {
    program_exists(slice, rules.program)?;
    if rules.vendor == Some(0) {
        return Err(Refusal::IdOutOfRange);
    }
    set(slice, ConfigEntry::Consent(rules.clone()));
    Ok(rules.program.to_string())
}

pub(crate) fn set_event_type(slice: &mut Slice, fact: &EventTypeSet) -> Subject {
    program_exists(slice, fact.program)?;
    let id = match fact.id {
        Some(id) => EventTypeId(brought_id(id.0)?),
        None => {
            let taken = |id| slice.config.event_types.keys().any(|(_, it)| it.0 == id);
            slice.state.last_event_type = EventTypeId(free_id(slice.state.last_event_type.0, taken));
            slice.state.last_event_type
        }
    };
    // An order is unique per event type in a brand, so an event type belongs to one program.
    let others = slice.config.event_types.values().filter(|it| (it.program, it.id) != (fact.program, id));
    for other in others {
        if other.id == id {
            return Err(Refusal::IdTaken);
        }
        // Intake finds a report's event type without regard to case.
        let same_code = !fact.code.is_empty() && other.code.eq_ignore_ascii_case(&fact.code);
        if same_code && other.program == fact.program {
            return Err(Refusal::CodeTaken);
        }
    }
    if fact.category == Category::Click && fact.standing == Standing::Active {
        let other = slice.config.click_event_type(fact.program).filter(|other| *other != id);
        other.map_or(Ok(()), |_| Err(Refusal::ClickTypeTaken))?;
    }
    parent_exists(slice, fact, id)?;
    let event_type = EventType {
        program: fact.program,
        id,
        code: fact.code.clone(),
        name: fact.name.clone(),
        category: fact.category,
        standing: fact.standing,
        server_wins: fact.server_wins,
        credit: fact.credit,
        parent: fact.parent,
        settle_hours: fact.settle_hours,
    };
    set(slice, ConfigEntry::EventType(event_type));
    Ok(id.to_string())
}

pub(crate) fn set_screening(slice: &mut Slice, rules: &ScreeningRules) -> Subject {
    program_exists(slice, rules.program)?;
    if let Some(refusal) = rules.fault() {
        return Err(refusal);
    }
    set(slice, ConfigEntry::Screening(rules.clone()));
    Ok(rules.program.to_string())
}

/// A parent is another event type of the program, and no parent of its own parent: nothing would ever earn.
fn parent_exists(slice: &Slice, fact: &EventTypeSet, id: EventTypeId) -> Result<(), Refusal> {
    let mut parent = fact.parent;
    while let Some(of) = parent {
        let known = slice.config.event_types.get(&(fact.program, of)).filter(|_| of != id);
        parent = known.ok_or(Refusal::ActionTrackerNotFound)?.parent;
    }
    Ok(())
}

pub(crate) fn set_ad(slice: &mut Slice, fact: &AdSet) -> Subject {
    program_exists(slice, fact.program)?;
    let id = match fact.id {
        Some(id) => AdId(brought_id(id.0)?),
        None => {
            let taken = |id| slice.config.ads.keys().any(|(_, it)| it.0 == id);
            slice.state.last_ad = AdId(free_id(slice.state.last_ad.0, taken));
            slice.state.last_ad
        }
    };
    let (name, landing_url) = (fact.name.clone(), fact.landing_url.clone());
    let ad = Ad { program: fact.program, id, name, landing_url, standing: fact.standing };
    set(slice, ConfigEntry::Ad(ad));
    Ok(id.to_string())
}

pub(crate) fn set_link(slice: &mut Slice, link: &VanityLink) -> Subject {
    program_exists(slice, link.program)?;
    if !slice.config.partners.contains_key(&link.partner) {
        return Err(Refusal::PartnerNotFound);
    }
    if !slice.config.ads.contains_key(&(link.program, link.ad)) {
        return Err(Refusal::AdNotFound);
    }
    let before = slice.config.links.get(&(link.program, link.slug.clone()));
    if before.is_some_and(|before| before.partner != link.partner) {
        return Err(Refusal::SlugTaken);
    }
    set(slice, ConfigEntry::Link(link.clone()));
    Ok(link.slug.clone())
}

pub(crate) fn set_promo_code(slice: &mut Slice, code: &PromoCode) -> Subject {
    program_exists(slice, code.program)?;
    if !slice.config.partners.contains_key(&code.partner) {
        return Err(Refusal::PartnerNotFound);
    }
    let before = slice.config.promo_codes.get(&(code.program, code.code.clone()));
    if before.is_some_and(|before| before.partner != code.partner) {
        return Err(Refusal::CodeTaken);
    }
    set(slice, ConfigEntry::PromoCode(code.clone()));
    Ok(code.code.clone())
}

pub(crate) fn set_assigned_value(slice: &mut Slice, value: &AssignedValue) -> Subject {
    program_exists(slice, value.program)?;
    if !slice.config.partners.contains_key(&value.partner) {
        return Err(Refusal::PartnerNotFound);
    }
    let before = slice.config.assigned_values.get(&(value.program, value.kind, value.value.clone()));
    if before.is_some_and(|before| before.partner != value.partner) {
        return Err(Refusal::CodeTaken);
    }
    set(slice, ConfigEntry::AssignedValue(value.clone()));
    Ok(value.value.clone())
}

pub(crate) fn set_partner_group(slice: &mut Slice, fact: &PartnerGroupSet) -> Subject {
    program_exists(slice, fact.program)?;
    let mut members = fact.members.clone();
    members.sort_unstable();
    members.dedup();
    if members.iter().any(|member| !slice.config.partners.contains_key(member)) {
        return Err(Refusal::PartnerNotFound);
    }
    let id = match fact.id {
        Some(id) => brought_id(id)?,
        None => {
            let taken = |id| slice.config.groups.contains_key(&(fact.program, id));
            let last = slice.config.groups.range((fact.program, 0)..=(fact.program, ID_MAX)).next_back();
            free_id(last.map_or(0, |((_, id), _)| *id), taken)
        }
    };
    let (program, name, credit) = (fact.program, fact.name.clone(), fact.credit);
    set(slice, ConfigEntry::PartnerGroup(PartnerGroup { program, id, name, members, credit }));
    Ok(id.to_string())
}

/// Sets a list, or what stands on one from now on. Nothing that happened before asks for it again.
pub(crate) fn set_list(slice: &mut Slice, record: &Record, fact: &ListSet) -> Subject {
    program_exists(slice, fact.program)?;
    if !fact.word.has_lists() {
        return Err(Refusal::ListVariableUnlisted);
    }
    let before = fact.id.map(|id| slice.config.lists.get(&(fact.program, id)).and_then(|versions| versions.last()));
    let before = before.map(|before| before.ok_or(Refusal::ListNotFound)).transpose()?;
    if before.is_some_and(|before| before.word != fact.word) {
        return Err(Refusal::ListVariable);
    }
    if named(&slice.config.lists, fact.program, &fact.name).is_some_and(|it| Some(it.id) != fact.id) {
        return Err(Refusal::ListNameTaken);
    }
    if before.is_none() && newest_of(&slice.config.lists, fact.program).count() >= LISTS_MAX {
        return Err(Refusal::ListsTooMany);
    }
    let last = newest_of(&slice.config.lists, fact.program).last().map_or(0, |it| it.id);
    let list = List {
        program: fact.program,
        id: before.map_or(last + 1, |before| before.id),
        version: before.map_or(0, |before| before.version) + 1,
        record: record.no,
        set_at: record.received_at,
        name: fact.name.clone(),
        word: fact.word,
        values: fact.values.clone(),
    };
    let subject = list.id.to_string();
    set(slice, ConfigEntry::List(list));
    Ok(subject)
}

/// A day that has rates already gets others for what comes; what was converted keeps its own.
pub(crate) fn set_rates(slice: &mut Slice, days: &[DayRates]) -> Subject {
    if days.iter().flat_map(|day| &day.rates).any(|(_, rate)| *rate <= 0) {
        return Err(Refusal::RateNotAboveZero);
    }
    for day in days {
        set(slice, ConfigEntry::Rates(day.clone()));
    }
    slice.state.rates_after = Some(0);
    slice.state.work_waits = true;
    Ok(days.len().to_string())
}

pub(crate) fn set_payment_rules(slice: &mut Slice, rules: &PaymentRules) -> Subject {
    if rules.thresholds.iter().any(|(_, amount)| *amount < Money::ZERO) {
        return Err(Refusal::AmountNegative);
    }
    set(slice, ConfigEntry::PaymentRules(rules.clone()));
    Ok(String::new())
}

/// The entry keeps its name for as long as its value stands on the list or comes back to it.
pub(crate) fn set_blocked(slice: &mut Slice, record: &Record, blocked: &Blocked) -> Subject {
    let before = slice.config.blocks.get(&blocked.identifier);
    let mut blocked = blocked.clone();
    // Somebody who knows only one of its hashes takes the others off no list.
    let known = before.map(|before| before.blocked.aliases.as_slice()).unwrap_or_default();
    let missing: Vec<Identifier> = known.iter().filter(|it| !blocked.aliases.contains(it)).copied().collect();
    blocked.aliases.extend(missing);
    let block = Block {
        record: before.map_or(record.no, |before| before.record),
        at: record.received_at,
        user: record.actor.as_ref().map(|actor| actor.user),
        reason: record.actor.as_ref().map(|actor| actor.reason.clone()).unwrap_or_default(),
        blocked,
    };
    let subject = format!("{} {}", block.blocked.identifier.kind.code(), block.record);
    set(slice, ConfigEntry::Block(block));
    Ok(subject)
}

pub(crate) fn program_exists(slice: &Slice, program: ProgramId) -> Result<(), Refusal> {
    if slice.config.programs.contains_key(&program) { Ok(()) } else { Err(Refusal::CampaignNotFound) }
}

/// An id of another platform, if it can be one here.
fn brought_id(id: u32) -> Result<u32, Refusal> {
    if (1..=ID_MAX).contains(&id) { Ok(id) } else { Err(Refusal::IdOutOfRange) }
}

/// The next number nobody brought along: those move no count, so that a large one does not use it up. Past the largest id, counting begins again with those that are free.
fn free_id(last: u32, taken: impl Fn(u32) -> bool) -> u32 {
    let after = |id| if id < ID_MAX { id + 1 } else { 1 };
    let mut id = after(last);
    while taken(id) {
        id = after(id);
    }
    id
}
