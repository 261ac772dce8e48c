//! Touchpoints that may earn credit for one conversion.

use crate::config::{Config, TermsInForce};
use crate::fact::{Conversion, Record};
use crate::id::{AdId, EventTypeId, PartnerId, ProgramId};
use crate::program::{GroupCredit, Standing};
use crate::refusal::Refusal;
use crate::row::{ClickRow, TouchKind};
use crate::time::{CLOCK_TOLERANCE_MS, HOUR_MS, Timestamp};

use super::candidates::Found;

/// Whether a partner is credited for such a conversion at its time, and by which terms it is paid: by none, if it is a channel.
pub fn creditable<'a>(
    config: &'a Config,
    record: &Record,
    report: &Conversion,
    partner: PartnerId,
) -> Result<Option<TermsInForce<'a>>, Refusal> {
    payable(config, (report.program, report.event_type), record.occurred_at, partner)
}

/// The same of an event by its type and time.
pub fn payable(
    config: &Config,
    (program, event_type): (ProgramId, EventTypeId),
    at: Timestamp,
    partner: PartnerId,
) -> Result<Option<TermsInForce<'_>>, Refusal> {
    let known = config.partners.get(&partner).ok_or(Refusal::PartnerNotFound)?;
    if known.standing == Standing::Paused {
        return Err(Refusal::PartnerNotActive);
    }
    if known.channel {
        return Ok(None);
    }
    let terms = config.terms_at(program, partner, at)?;
    terms.rules.payout(event_type).ok_or(Refusal::ActionTermsNotFound)?;
    Ok(Some(terms))
}

/// A candidate that could be credited if nothing stronger stood against it.
#[derive(Debug, Clone, Copy)]
pub struct Eligible<'a> {
    pub place: usize,
    pub kind: TouchKind,
    /// None: of a channel.
    pub terms: Option<TermsInForce<'a>>,
}

/// The candidates that could be credited, in their order; gives each of the others its reason.
pub(super) fn assess<'a>(
    config: &'a Config,
    record: &Record,
    report: &Conversion,
    found: &mut [Found],
) -> Vec<Eligible<'a>> {
    let mut fit = Vec::new();
    for (place, it) in found.iter_mut().enumerate().filter(|(_, it)| it.candidate.lost.is_none()) {
        match eligible(config, record, report, &it.click) {
            Ok(terms) => fit.push(Eligible { place, kind: it.click.kind, terms }),
            Err(refusal) => it.candidate.lost = Some(refusal),
        }
    }
    let yields = |place: usize| config.group_credit(report.program, found[place].click.partner) == GroupCredit::Yields;
    let (yielding, others): (Vec<Eligible<'_>>, Vec<Eligible<'_>>) = fit.iter().partition(|it| yields(it.place));
    if others.is_empty() {
        return fit;
    }
    yielding.iter().for_each(|it| found[it.place].candidate.lost = Some(Refusal::CreditingRuleMismatch));
    others
}

/// Whether a touchpoint could earn this conversion if no better evidence stood against it.
fn eligible<'a>(
    config: &'a Config,
    record: &Record,
    report: &Conversion,
    click: &ClickRow,
) -> Result<Option<TermsInForce<'a>>, Refusal> {
    if let Some(refusal) = click.refusal {
        return Err(refusal);
    }
    let age_ms = record.occurred_at.since_ms(click.occurred_at);
    if age_ms < -CLOCK_TOLERANCE_MS {
        return Err(Refusal::AfterEvent);
    }
    let own = creditable(config, record, report, click.partner)?;
    // A channel has no contract; the program's own terms say how long its clicks count.
    let terms = own.or_else(|| config.template_at(report.program, record.occurred_at));
    let rules = terms.ok_or(Refusal::ActionTermsNotFound)?.rules;
    let window_ends_at = match click.kind {
        TouchKind::Click => click.occurred_at.plus_days(rules.referral_window_days),
        TouchKind::Impression => {
            let hours = rules.view_window_hours.ok_or(Refusal::ReftypeNotAccepted)?;
            click.occurred_at.plus_ms(i64::from(hours) * HOUR_MS)
        }
    };
    if window_ends_at.plus_ms(CLOCK_TOLERANCE_MS) < record.occurred_at {
        return Err(Refusal::OutsideAssociationWindow);
    }
    match config.group_credit(report.program, click.partner) {
        GroupCredit::Never => Err(Refusal::CreditingRuleMismatch),
        GroupCredit::Normal | GroupCredit::Yields => Ok(own),
    }
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
    let Some(known) = config.partners.get(&partner) else {
        return Some(Refusal::PartnerNotFound);
    };
    if known.standing == Standing::Paused {
        return Some(Refusal::PartnerNotActive);
    }
    match config.ads.get(&(program, ad)).map(|ad| ad.standing) {
        None => return Some(Refusal::AdNotFound),
        Some(Standing::Paused) => return Some(Refusal::AdNotActive),
        Some(Standing::Active) => {}
    }
    if known.channel { None } else { config.terms_at(program, partner, record.occurred_at).err() }
}
