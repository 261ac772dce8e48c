//! Clicks that are paid, to the wire and back.

use referee_core::contract::ClickTerms;
use referee_core::fact;
use referee_core::id::{ClickNo, PartnerId, ProgramId};
use referee_core::money::Money;
use referee_core::refusal::Refusal;
use referee_core::row::PayableState;
use referee_core::screening::{self, Repeats};
use referee_core::time::Day;

use super::known;
use crate::error::Result;
use crate::log::{number, wire};

pub fn rules_out(it: &screening::ScreeningRules) -> wire::ScreeningRules {
    wire::ScreeningRules {
        program: it.program.0,
        window_ms: it.repeats.window_ms,
        rolling: it.repeats.rolling,
        double_ms: it.repeats.double_ms,
        duplicate: it.duplicate as u32,
        invalid: it.invalid as u32,
        suspect: it.suspect as u32,
        assistant: it.assistant as u32,
    }
}

pub fn rules_in(it: wire::ScreeningRules) -> Result<screening::ScreeningRules> {
    let treatment = |number| known(number::treatment(number), "treatment of clicks");
    Ok(screening::ScreeningRules {
        program: ProgramId(it.program),
        repeats: Repeats { window_ms: it.window_ms, rolling: it.rolling, double_ms: it.double_ms },
        duplicate: treatment(it.duplicate)?,
        invalid: treatment(it.invalid)?,
        suspect: treatment(it.suspect)?,
        assistant: treatment(it.assistant)?,
    })
}

pub fn filter_out(it: &fact::PayableFilter) -> wire::PayableFilter {
    wire::PayableFilter {
        partner: it.partner.map(|partner| partner.0),
        from: it.from.map(|day| day.0),
        until: it.until.map(|day| day.0),
        found: it.found.map(|found| found.map_or(0, |code| u32::from(code.number()))),
        network: it.network,
        referrer: it.referrer.clone(),
        landed: it.landed,
        state: it.state.map(|state| state as u32),
        clicks: it.clicks.iter().map(|no| no.0).collect(),
    }
}

pub fn filter_in(it: wire::PayableFilter) -> Result<fact::PayableFilter> {
    let code = |number: u32| match u16::try_from(number) {
        Ok(0) => Ok(None),
        number => known(number.ok().and_then(Refusal::from_number), "finding of a click").map(Some),
    };
    Ok(fact::PayableFilter {
        partner: it.partner.map(PartnerId),
        from: it.from.map(Day),
        until: it.until.map(Day),
        found: it.found.map(code).transpose()?,
        network: it.network,
        referrer: it.referrer,
        landed: it.landed,
        state: it.state.map(state_in).transpose()?,
        clicks: it.clicks.into_iter().map(ClickNo).collect(),
    })
}

pub fn decision_out(it: fact::ReviewDecision) -> wire::ReviewDecision {
    let nothing = wire::ReviewDecision::default();
    match it {
        fact::ReviewDecision::Accept { most } => wire::ReviewDecision { accepted: true, most, ..nothing },
        fact::ReviewDecision::Reject => wire::ReviewDecision { rejected: true, ..nothing },
        fact::ReviewDecision::Price(price) => wire::ReviewDecision { price: Some(price.0), ..nothing },
    }
}

pub fn decision_in(it: Option<wire::ReviewDecision>) -> Result<fact::ReviewDecision> {
    match it {
        Some(wire::ReviewDecision { accepted: true, most, .. }) => Ok(fact::ReviewDecision::Accept { most }),
        Some(wire::ReviewDecision { rejected: true, .. }) => Ok(fact::ReviewDecision::Reject),
        Some(wire::ReviewDecision { price: Some(price), .. }) => Ok(fact::ReviewDecision::Price(Money(price))),
        _ => known(None, "decision on clicks"),
    }
}

pub fn reviewed_out(it: &fact::ClicksReviewed) -> wire::ClicksReviewed {
    wire::ClicksReviewed {
        program: it.program.0,
        filter: Some(filter_out(&it.filter)),
        decision: Some(decision_out(it.decision)),
        reason: it.reason.clone(),
    }
}

pub fn reviewed_in(it: wire::ClicksReviewed) -> Result<fact::ClicksReviewed> {
    Ok(fact::ClicksReviewed {
        program: ProgramId(it.program),
        filter: filter_in(it.filter.unwrap_or_default())?,
        decision: decision_in(it.decision)?,
        reason: it.reason,
    })
}

pub fn doubted_out(it: &fact::ClicksDoubted) -> wire::ClicksDoubted {
    wire::ClicksDoubted {
        program: it.program.0,
        partner: it.partner.0,
        day: it.day.0,
        test: it.test as u32,
        clicks: it.clicks,
        seen_ppm: it.seen_ppm,
        expected_ppm: it.expected_ppm,
        chance_ppm: it.chance_ppm,
    }
}

pub fn doubted_in(it: wire::ClicksDoubted) -> Result<fact::ClicksDoubted> {
    Ok(fact::ClicksDoubted {
        program: ProgramId(it.program),
        partner: PartnerId(it.partner),
        day: Day(it.day),
        test: known(number::click_test(it.test), "test of clicks")?,
        clicks: it.clicks,
        seen_ppm: it.seen_ppm,
        expected_ppm: it.expected_ppm,
        chance_ppm: it.chance_ppm,
    })
}

/// The days of a review, or none where clicks are paid at once.
pub fn terms_out(it: ClickTerms) -> (bool, Option<u32>) {
    match it {
        ClickTerms::Reviewed { review_days } => (false, Some(review_days)),
        ClickTerms::Instant => (true, None),
    }
}

pub fn terms_in(instant: bool, review_days: Option<u32>) -> Option<ClickTerms> {
    match review_days {
        _ if instant => Some(ClickTerms::Instant),
        Some(review_days) => Some(ClickTerms::Reviewed { review_days }),
        None => None,
    }
}

fn state_in(number: u32) -> Result<PayableState> {
    known(PayableState::ALL.into_iter().find(|state| *state as u32 == number), "state of a click")
}
