//! Clicks that may earn credit for one conversion.

use crate::config::{Config, TermsInForce};
use crate::contract::Payout;
use crate::fact::{Conversion, Record};
use crate::id::{AdId, PartnerId};
use crate::program::Standing;
use crate::refusal::Refusal;
use crate::row::ClickRow;

/// How far the clocks of two reporters may disagree before one event counts as later than another.
pub const CLOCK_TOLERANCE_MS: i64 = 2_000;

/// What a partner is paid for a conversion, and under which terms.
#[derive(Debug, Clone, Copy)]
pub struct Price<'a> {
    pub payout: Payout,
    pub terms: TermsInForce<'a>,
}

/// Whether a partner is paid for such a conversion at its time.
pub fn price_for<'a>(
    config: &'a Config,
    record: &Record,
    report: &Conversion,
    partner: PartnerId,
) -> Result<Price<'a>, Refusal> {
    let standing = config.partners.get(&partner).ok_or(Refusal::PartnerNotFound)?.standing;
    if standing == Standing::Paused {
        return Err(Refusal::PartnerNotActive);
    }
    let terms = config.terms_at(report.program, partner, record.occurred_at)?;
    let payout = terms.rules.payout(report.event_type).ok_or(Refusal::ActionTermsNotFound)?;
    Ok(Price { payout, terms })
}

/// Whether a click could earn this conversion if no better evidence stood against it.
pub fn eligible<'a>(
    config: &'a Config,
    record: &Record,
    report: &Conversion,
    click: &ClickRow,
) -> Result<Price<'a>, Refusal> {
    if let Some(refusal) = click.refusal {
        return Err(refusal);
    }
    let age_ms = record.occurred_at.since_ms(click.occurred_at);
    if age_ms < -CLOCK_TOLERANCE_MS {
        return Err(Refusal::AfterEvent);
    }
    let price = price_for(config, record, report, click.partner)?;
    if click.occurred_at.plus_days(price.terms.rules.referral_window_days).plus_ms(CLOCK_TOLERANCE_MS)
        < record.occurred_at
    {
        return Err(Refusal::OutsideAssociationWindow);
    }
    Ok(price)
}

/// Why a link's partner and ad can't be credited at all, if so.
pub fn link_refusal(
    config: &Config,
    record: &Record,
    program: crate::id::ProgramId,
    partner: PartnerId,
    ad: AdId,
) -> Option<Refusal> {
    if config.programs.get(&program).is_some_and(|program| program.standing == Standing::Paused) {
        return Some(Refusal::ProgramNotActive);
    }
    let Some(standing) = config.partners.get(&partner).map(|partner| partner.standing) else {
        return Some(Refusal::PartnerNotFound);
    };
    if standing == Standing::Paused {
        return Some(Refusal::PartnerNotActive);
    }
    match config.ads.get(&(program, ad)).map(|ad| ad.standing) {
        None => return Some(Refusal::AdNotFound),
        Some(Standing::Paused) => return Some(Refusal::AdNotActive),
        Some(Standing::Active) => {}
    }
    config.terms_at(program, partner, record.occurred_at).err()
}
