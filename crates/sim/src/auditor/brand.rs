//! What the brand has set up, as the auditor remembers it.

use std::collections::BTreeMap;

use referee_core::contract::{Payout, TermsRules};
use referee_core::fact::{Fact, TermsSet};
use referee_core::id::{AdId, EventTypeId, PartnerId, ProgramId};
use referee_core::money::{Currency, Money};
use referee_core::program::{PromoCode, Standing};
use referee_core::refusal::Refusal;
use referee_core::time::Timestamp;

/// Days before the longest referral window whose clicks are still named.
const NAMED_BEFORE_WINDOW_DAYS: u32 = 30;

#[derive(Default)]
pub struct Brand {
    currencies: BTreeMap<ProgramId, Currency>,
    server_wins: BTreeMap<EventTypeId, bool>,
    partners: BTreeMap<PartnerId, Standing>,
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
                    self.server_wins.insert(id, it.server_wins);
                }
            }
            Fact::PartnerSet { partner, standing, .. } => _ = self.partners.insert(*partner, *standing),
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
        self.server_wins.get(&event_type).copied().unwrap_or(false)
    }

    pub fn code(&self, program: ProgramId, code: &str) -> Option<&PromoCode> {
        self.codes.iter().find(|it| it.program == program && it.code == code && it.standing == Standing::Active)
    }

    /// Whether the link leads anywhere for which somebody can be paid.
    pub fn link_refusal(&self, program: ProgramId, partner: PartnerId, ad: AdId, at: Timestamp) -> Option<Refusal> {
        let ad = match self.ads.get(&(program, ad)) {
            None => Some(Refusal::AdNotFound),
            Some(Standing::Paused) => Some(Refusal::AdNotActive),
            Some(Standing::Active) => None,
        };
        self.partner_refusal(partner).err().or(ad).or_else(|| self.terms(program, partner, at).err())
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

    fn terms(&self, program: ProgramId, partner: PartnerId, at: Timestamp) -> Result<&TermsRules, Refusal> {
        let contract = self.begun_last(program, Some(partner), at).ok_or(Refusal::ContractNotFound)?;
        if over(contract, at) {
            return Err(Refusal::ContractExpired);
        }
        if let Some(rules) = &contract.rules {
            return Ok(rules);
        }
        let template = self.begun_last(program, None, at).filter(|template| !over(template, at));
        template.and_then(|template| template.rules.as_ref()).ok_or(Refusal::ActionTermsNotFound)
    }

    fn begun_last(&self, program: ProgramId, partner: Option<PartnerId>, at: Timestamp) -> Option<&TermsSet> {
        let begun = self.terms.iter().filter(|it| it.program == program && it.partner == partner && it.starts_at <= at);
        // The last of equals.
        begun.max_by_key(|it| it.starts_at)
    }

    /// No click before this is named, but one that the report names.
    pub fn looks_back_to(&self, program: ProgramId, at: Timestamp) -> Timestamp {
        let rules = self.terms.iter().filter(|it| it.program == program).filter_map(|it| it.rules.as_ref());
        let longest = rules.map(|rules| rules.referral_window_days).max().unwrap_or(0);
        at.minus_days(longest + NAMED_BEFORE_WINDOW_DAYS)
    }
}

fn over(terms: &TermsSet, at: Timestamp) -> bool {
    terms.standing == Standing::Paused || terms.ends_at.is_some_and(|end| end <= at)
}

/// What terms pay for an event type.
pub fn payout(rules: &TermsRules, event_type: EventTypeId) -> Result<Payout, Refusal> {
    let line = rules.payouts.iter().find(|line| line.event_type == event_type);
    line.map(|line| line.payout).ok_or(Refusal::ActionTermsNotFound)
}

/// What a share of an order is paid: to the nearest of what can be paid, a half away from zero. The amount is that of
/// the share, which is in millionths.
pub fn price(payout: Payout, amount: Money, share: u32, currency: Currency) -> Money {
    let unit = 10_i128.pow(6 - currency.digits());
    let (amount, rate) = match payout {
        Payout::Rate { ppm } => (amount, ppm),
        Payout::Fixed { amount } => (amount, share),
    };
    // Nothing here is below zero.
    let (exact, step) = (i128::from(amount.0) * i128::from(rate), 1_000_000 * unit);
    let units = (2 * exact + step) / (2 * step);
    Money(i64::try_from(units * unit).unwrap_or(i64::MAX))
}
