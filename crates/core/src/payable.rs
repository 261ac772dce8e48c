//! Clicks that are paid for themselves: each is priced as it comes, under the terms of its moment. Reviewed ones wait for a
//! person's look until their day is closed; instant ones are accepted at once, within the limits of their terms.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::attribution::touchpoint;
use crate::click::Judged;
use crate::consent;
use crate::contract::{ClickMode, ClickTerms, TermsRules};
use crate::fact::{Click, ClicksDoubted, Record};
use crate::id::{ClickNo, EventTypeId};
use crate::limit::Limit;
use crate::money::Money;
use crate::pricing::{self, Background};
use crate::refusal::Refusal;
use crate::row::{
    ClickCountKey, ClickDayKey, ClickDayRow, ClickDoubtRow, ClickGroup, ClickGroupKey, ClickTally, Counter,
    CounterGroup, CounterKey, PayableClickRow, PayableState,
};
use crate::setup::{Subject, program_exists};
use crate::slice::Slice;
use crate::time::{Day, HOUR_MS, Timestamp, Zone};

pub mod closing;
pub(crate) mod review;

/// How long after its end the day of instant clicks stays open for what was on its way.
const LATE_MS: i64 = HOUR_MS;

/// What a click is paid, and under which terms.
struct Offer {
    clicks: ClickTerms,
    price: Money,
    group: Option<usize>,
    version: u32,
    of_template: bool,
    due_at: Timestamp,
}

/// Gives a click that was judged its row among those that may be paid, if its program pays for clicks.
pub(crate) fn consider(slice: &mut Slice, record: &Record, click: &Click, judged: &Judged) {
    let Some(event_type) = slice.config.click_event_type(click.program) else { return };
    let Some(program) = slice.config.programs.get(&click.program) else { return };
    let day = program.zone.day(record.occurred_at);
    // A stranger can't fill the books with made-up ids, and nobody is paid for a channel.
    let known = slice.config.partners.get(&click.partner).is_some_and(|partner| !partner.channel);
    if !known || !slice.config.ads.contains_key(&(click.program, click.ad)) || slice.payables.get(&click.no).is_some() {
        return;
    }
    let offer = offer(slice, record, click, judged, (event_type, day));
    let signals = &click.signals;
    let mut row = PayableClickRow {
        no: click.no,
        record: record.no,
        program: click.program,
        partner: click.partner,
        ad: click.ad,
        occurred_at: record.occurred_at,
        day,
        mode: None,
        round: 0,
        state: PayableState::Unpaid,
        found: judged.finding.code,
        doubts: judged.finding.doubts,
        unpaid: offer.as_ref().err().copied(),
        country: signals.country,
        network: signals.network,
        referrer: click.referrer_host.clone(),
        device: signals.device,
        system: signals.system,
        browser: signals.browser,
        list_price: Money::ZERO,
        price: Money::ZERO,
        group: None,
        review: None,
        landed: false,
    };
    if let Ok(offer) = offer {
        row.mode = Some(offer.clicks.mode());
        (row.list_price, row.price, row.group) = (offer.price, offer.price, offer.group);
        enter(slice, &mut row, event_type, &offer);
    }
    count(slice, &row, row.unpaid, ClickTally::one(row.price));
    slice.payables.set(row.no, row);
}

/// What a click is paid by the terms of its moment, or why it is not.
fn offer(
    slice: &mut Slice,
    record: &Record,
    click: &Click,
    judged: &Judged,
    (event_type, day): (EventTypeId, Day),
) -> Result<Offer, Refusal> {
    let (offer, limits) = priced(slice, record, click, judged, event_type)?;
    within_limits(slice, click, (event_type, day), &limits, offer.price)?;
    Ok(offer)
}

/// What it would be paid if there is room for it, and what limits that.
fn priced(
    slice: &Slice,
    record: &Record,
    click: &Click,
    judged: &Judged,
    event_type: EventTypeId,
) -> Result<(Offer, Vec<Limit>), Refusal> {
    if let Some(refusal) = judged.refusal {
        return Err(refusal);
    }
    if let Some(code) = judged.finding.code.filter(|_| !judged.treatment.pays()) {
        return Err(code);
    }
    // Whoever tells of a click can make it up; an order or install that follows can't be.
    if click.told_by_shop {
        return Err(Refusal::ClickToldOf);
    }
    if !consent::permits(click.consent.as_ref()) {
        return Err(Refusal::ClickUnscreened);
    }
    let at = record.occurred_at;
    let zone = &slice.config.programs.get(&click.program).ok_or(Refusal::CampaignNotFound)?.zone;
    let terms = touchpoint::payable(&slice.config, (click.program, event_type), at, click.partner)?;
    let terms = terms.ok_or(Refusal::ActionTermsNotFound)?;
    let plain = terms.rules.payout(event_type).ok_or(Refusal::ActionTermsNotFound)?;
    let clicks = plain.clicks.ok_or(Refusal::ActionTermsNotFound)?;
    let overlay = pricing::overlay_at(&slice.config, click.program, (click.partner, event_type), (at, record.no));
    let laid = overlay.map_or(Cow::Borrowed(plain), |overlay| Cow::Owned(overlay.laid_on(plain)));
    let background = Background { zone, lists: &slice.config.lists };
    let priced = pricing::price_click(&laid, click, (at, record.no), background);
    let group = match priced.line.rule {
        pricing::Rule::Restriction(_) => return Err(Refusal::ClickRestricted),
        pricing::Rule::Group(place) => Some(place),
        _ => None,
    };
    let due_at = due_at(clicks, terms.rules, record, zone);
    let (version, of_template) = (terms.version, terms.of_template);
    Ok((Offer { clicks, price: priced.price, group, version, of_template, due_at }, laid.limits.clone()))
}

/// When the day of a click is closed: after its time for review, but not after its clicks would lock.
fn due_at(clicks: ClickTerms, rules: &TermsRules, record: &Record, zone: &Zone) -> Timestamp {
    let last = zone.day(record.occurred_at.max(record.received_at));
    match clicks {
        ClickTerms::Instant => zone.start_of(last.plus(1)).plus_ms(LATE_MS),
        ClickTerms::Reviewed { review_days } => {
            let end = zone.start_of(last.plus(1));
            let due = zone.start_of(last.plus(1).plus(review_days));
            let locks_at = rules.locking.moment(record.occurred_at, zone);
            locks_at.map_or(due, |locks_at| due.min(locks_at.max(end)))
        }
    }
}

/// Whether the limits of its terms leave room for a click; it takes its place in them if they do.
fn within_limits(
    slice: &mut Slice,
    click: &Click,
    (event_type, day): (EventTypeId, Day),
    limits: &[Limit],
    price: Money,
) -> Result<(), Refusal> {
    let key = |limit: &Limit| {
        let per = limit.per();
        let group = CounterGroup { program: click.program, event_type, per, day: per.first(day) };
        CounterKey { group, partner: click.partner }
    };
    let is_full = |limit: &Limit| match *limit {
        Limit::Actions { most, .. } => slice.counter(&key(limit)).actions >= most,
        Limit::Payout { most, .. } => slice.counter(&key(limit)).payout.plus(price) > most,
        Limit::Customer { .. } => false,
    };
    if limits.iter().any(is_full) {
        return Err(Refusal::ClickLimitReached);
    }
    let keys: BTreeSet<CounterKey> = limits.iter().map(key).collect();
    for key in keys {
        let before = slice.counter(&key);
        let counter = Counter { actions: before.actions + 1, payout: before.payout.plus(price), ..before };
        slice.counters.set(key, counter);
    }
    Ok(())
}

/// A click that can be paid takes its place in its partner's day.
fn enter(slice: &mut Slice, row: &mut PayableClickRow, event_type: EventTypeId, offer: &Offer) {
    let key = ClickDayKey { program: row.program, day: row.day, partner: row.partner, mode: offer.clicks.mode() };
    if slice.click_days.get(&key).is_none() {
        slice.click_days.set(key, closed_day(event_type));
    }
    let Some(day) = slice.click_days.edit(&key) else { return };
    if day.due_at.is_none() {
        let nothing = ClickTally::default();
        (day.pending, day.accepted, day.rejected) = (nothing, nothing, nothing);
        (day.round, day.due_at) = (day.round + 1, Some(offer.due_at));
        // A day that is due already is not announced by time passing: that has been said.
        slice.state.work_waits |= offer.due_at <= slice.state.brand_time;
    }
    (day.event_type, day.terms_version, day.terms_of_template) = (event_type, offer.version, offer.of_template);
    row.round = day.round;
    let one = ClickTally::one(row.price);
    match offer.clicks.mode() {
        ClickMode::Instant => {
            row.state = PayableState::Accepted;
            day.accepted = day.accepted.plus(one);
        }
        ClickMode::Reviewed => {
            row.state = PayableState::Pending;
            day.pending = day.pending.plus(one);
            group(slice, row, one);
        }
    }
}

/// A day that nothing was paid for yet.
fn closed_day(event_type: EventTypeId) -> ClickDayRow {
    ClickDayRow {
        event_type,
        round: 0,
        due_at: None,
        terms_version: 0,
        terms_of_template: false,
        pending: ClickTally::default(),
        accepted: ClickTally::default(),
        rejected: ClickTally::default(),
        action: None,
    }
}

/// A page of the shop that brought a click's id was seen.
pub(crate) fn land(slice: &mut Slice, no: ClickNo) {
    if !slice.payables.knows(&no) {
        return;
    }
    let Some(mut row) = slice.payables.get(&no).filter(|row| !row.landed).cloned() else { return };
    let waits = row.state == PayableState::Pending && is_open(slice, &row);
    let one = ClickTally::one(row.price);
    if waits {
        group(slice, &row, ClickTally::default().minus(one));
    }
    row.landed = true;
    if waits {
        group(slice, &row, one);
    }
    slice.payables.set(no, row);
}

/// Statistics speak against a partner's day. It is for people to see: nothing is decided by it.
pub(crate) fn doubt(slice: &mut Slice, record: &Record, fact: &ClicksDoubted) -> Subject {
    program_exists(slice, fact.program)?;
    if !slice.config.partners.contains_key(&fact.partner) {
        return Err(Refusal::PartnerNotFound);
    }
    slice.new.click_doubts.push(ClickDoubtRow { record: record.no, at: record.received_at, doubt: fact.clone() });
    Ok(fact.partner.to_string())
}

/// Whether a click can still be decided on.
fn is_open(slice: &Slice, row: &PayableClickRow) -> bool {
    let day = row.day_key().and_then(|key| slice.click_days.get(&key));
    day.is_some_and(|day| day.due_at.is_some() && day.round == row.round)
}

/// Adds to what became of the clicks of a day.
fn count(slice: &mut Slice, row: &PayableClickRow, code: Option<Refusal>, added: ClickTally) {
    let PayableClickRow { program, day, partner, ad, country, .. } = *row;
    let key = ClickCountKey { program, day, partner, ad, country, code };
    let before = slice.new.click_counts.entry(key).or_default();
    *before = before.plus(added);
}

/// Adds to the groups of pending clicks that a click is in.
fn group(slice: &mut Slice, row: &PayableClickRow, added: ClickTally) {
    let PayableClickRow { program, day, partner, .. } = *row;
    let network = row.found.map(|_| ClickGroup::Network(row.network));
    let groups =
        [ClickGroup::Reason(row.found), ClickGroup::Landing(row.landed), ClickGroup::Referrer(row.referrer.clone())];
    for group in groups.into_iter().chain(network) {
        let key = ClickGroupKey { program, day, partner, group };
        let before = slice.new.click_groups.entry(key).or_default();
        *before = before.plus(added);
    }
}
