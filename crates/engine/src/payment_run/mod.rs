//! Payment runs around the rules: who can be paid, what goes into which file, and what became of it.
//!
//! The rules know balances and thresholds; the settings know accounts. Only here both are seen together.

mod calendar;
mod file;
mod outcome;

use std::collections::BTreeMap;
use std::sync::Arc;

use referee_core::config::Config;
use referee_core::fact::{Actor, Fact, PaymentRunProposed};
use referee_core::id::{BrandId, PartnerId, PaymentId, PaymentRunId};
use referee_core::money::{Currency, Money};
use referee_core::row::{Account, BalanceKey};
use referee_core::time::{Day, Timestamp, Zone};

use crate::books::reads::{PaymentFilter, Reads};
use crate::engine::{Engine, SettleError, blocking};
use crate::error::{Error, Result};
use crate::payee::PaymentBlock;
use crate::settings::{KeptPayee, Settings};

pub use file::{PaymentTold, RunFault, RunFile};
pub use outcome::Outcome;

/// Payments under way that are looked at: each partner has one at most.
const UNDER_WAY_MAX: u32 = 100_000;

/// `P-7`: how banks, answer files and documents call a payment.
pub fn payment_name(id: PaymentId) -> String {
    format!("P-{id}")
}

/// Why the next run leaves a partner out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// Nothing is owed, or less than nothing, which is carried forward.
    NothingOwed,
    UnderWay,
    Blocked(PaymentBlock),
    /// The account takes another currency than is owed.
    OtherCurrency,
    BelowThreshold,
}

impl Obstacle {
    pub fn code(self) -> &'static str {
        match self {
            Obstacle::NothingOwed => "NOTHING_OWED",
            Obstacle::UnderWay => "PAYMENT_UNDER_WAY",
            Obstacle::Blocked(block) => block.code(),
            Obstacle::OtherCurrency => "OTHER_CURRENCY",
            Obstacle::BelowThreshold => "BELOW_THRESHOLD",
        }
    }

    /// Without the moment until which an account is held, which whoever shows it writes in a zone of its own.
    pub fn sentence(self) -> &'static str {
        match self {
            Obstacle::NothingOwed => "Nothing is owed. What is below zero is carried forward.",
            Obstacle::UnderWay => "A payment is proposed or being gathered.",
            Obstacle::Blocked(block) => block.sentence(),
            Obstacle::OtherCurrency => "The account takes another currency: the partner has to name one for this.",
            Obstacle::BelowThreshold => "Below the threshold.",
        }
    }
}

/// What a partner is owed in one currency, over all programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    pub partner: PartnerId,
    pub currency: Currency,
    pub pending: Money,
    pub locked: Money,
    pub paid: Money,
    /// Why it can't be paid now.
    pub obstacle: Option<Obstacle>,
}

/// A run that was proposed, and whom it leaves out.
#[derive(Debug)]
pub struct Proposed {
    pub run: PaymentRunId,
    pub left_out: Vec<(PartnerId, Obstacle)>,
}

/// Why no run was proposed.
#[derive(Debug, thiserror::Error)]
pub enum NotProposed {
    /// None of the partners can be paid.
    #[error("none of these partners can be paid")]
    Nobody(Vec<(PartnerId, Obstacle)>),
    #[error(transparent)]
    Settle(#[from] SettleError),
}

impl From<Error> for NotProposed {
    fn from(error: Error) -> NotProposed {
        NotProposed::Settle(error.into())
    }
}

/// What stores and set-up say about payments of one brand.
struct Sources<'a> {
    reads: &'a dyn Reads,
    settings: &'a Settings,
    config: &'a Config,
    brand: BrandId,
    now: Timestamp,
}

impl Sources<'_> {
    /// By partner and currency.
    fn owed(&self, partner: Option<PartnerId>) -> Result<Vec<Owed>> {
        let payees = match partner {
            Some(partner) => BTreeMap::from([(partner, self.settings.payee(self.brand, partner)?)]),
            None => self.settings.payees(self.brand)?,
        };
        let filter = PaymentFilter { partner, under_way: true, ..PaymentFilter::default() };
        let under_way = self.reads.payments(self.brand, &filter, UNDER_WAY_MAX)?;
        let mut rows = sums(&self.reads.balances(self.brand, partner)?);
        for row in &mut rows {
            let is_under_way = under_way.iter().any(|it| (it.partner, it.currency) == (row.partner, row.currency));
            row.obstacle = if row.locked <= Money::ZERO {
                Some(Obstacle::NothingOwed)
            } else if is_under_way {
                Some(Obstacle::UnderWay)
            } else {
                self.against(payees.get(&row.partner), row)
            };
        }
        Ok(rows)
    }

    fn against(&self, payee: Option<&KeptPayee>, row: &Owed) -> Option<Obstacle> {
        let nobody = KeptPayee::default();
        let payee = payee.unwrap_or(&nobody);
        let below = row.locked < self.config.payment_rules.threshold(row.currency);
        let other_currency = payee.payee.method.as_ref().is_some_and(|it| it.currency != row.currency);
        match payee.block(self.now) {
            Some(block) => Some(Obstacle::Blocked(block)),
            None if other_currency => Some(Obstacle::OtherCurrency),
            None => below.then_some(Obstacle::BelowThreshold),
        }
    }
}

fn sums(balances: &[(BalanceKey, Money)]) -> Vec<Owed> {
    let mut rows: BTreeMap<(PartnerId, Currency), Owed> = BTreeMap::new();
    for (key, amount) in balances {
        let (partner, currency) = (key.partner, key.currency);
        let zero = Money::ZERO;
        let row = rows.entry((partner, currency)).or_insert(Owed {
            partner,
            currency,
            pending: zero,
            locked: zero,
            paid: zero,
            obstacle: None,
        });
        match key.account {
            Account::Pending => row.pending = row.pending.plus(*amount),
            Account::Locked => row.locked = row.locked.plus(*amount),
            Account::Paid => row.paid = row.paid.plus(*amount),
            Account::Cost | Account::Correction | Account::Bonus | Account::Fee => {}
        }
    }
    rows.into_values().collect()
}

/// The zone in which a brand's payments have their days: that of its first program.
fn zone_of(config: &Config) -> Zone {
    config.programs.values().next().map(|program| program.zone.clone()).unwrap_or_default()
}

impl Engine {
    /// What a brand has set up, as this process knows it.
    pub(crate) fn config_of(&self, brand: BrandId) -> Result<Arc<Config>> {
        let known = self.routing().brands.get(&brand).map(|it| it.config.clone());
        known.ok_or_else(|| Error::setup("find a brand", format!("there is no brand {brand}")))
    }

    fn with_sources<T>(&self, brand: BrandId, ask: impl FnOnce(&Sources<'_>) -> Result<T>) -> Result<T> {
        let config = self.config_of(brand)?;
        let (reads, settings, now) = (self.reads.as_ref(), self.settings.as_ref(), self.now());
        ask(&Sources { reads, settings, config: &config, brand, now })
    }

    /// What partners are owed, and what stands against paying it.
    pub fn owed(&self, brand: BrandId, partner: Option<PartnerId>) -> Result<Vec<Owed>> {
        self.with_sources(brand, |sources| sources.owed(partner))
    }

    /// The day on which money that is sent now leaves.
    fn payment_day(&self, config: &Config) -> Day {
        zone_of(config).day(self.now())
    }

    /// Proposes payments to those of the partners who can be paid, and says of the others why not. Without partners,
    /// to all.
    pub async fn propose(
        self: &Arc<Engine>,
        brand: BrandId,
        actor: Actor,
        asked: PaymentRunProposed,
    ) -> std::result::Result<Proposed, NotProposed> {
        let engine = self.clone();
        let owed = blocking(move || engine.owed(brand, None)).await?;
        let (fact, left_out) = sifted(&owed, asked);
        if fact.partners.is_empty() {
            return Err(NotProposed::Nobody(left_out));
        }
        let settled = self.settle(brand, actor, Fact::PaymentRunProposed(fact)).await?;
        let run = settled.subject.parse().map(PaymentRunId);
        let run = run.map_err(|error| Error::corrupt("read the number of a payment run", error))?;
        Ok(Proposed { run, left_out })
    }
}

/// Only those who can be paid, and why not the others. Whoever was not named is left out without a word.
fn sifted(owed: &[Owed], asked: PaymentRunProposed) -> (PaymentRunProposed, Vec<(PartnerId, Obstacle)>) {
    let of_currency = |it: &&Owed| it.currency == asked.currency;
    let all = || owed.iter().filter(of_currency).filter(|it| it.locked > Money::ZERO).map(|it| it.partner).collect();
    let named: Vec<PartnerId> = if asked.partners.is_empty() { all() } else { asked.partners.clone() };
    let (mut partners, mut left_out) = (Vec::new(), Vec::new());
    for partner in named {
        let row = owed.iter().filter(of_currency).find(|it| it.partner == partner);
        match row.map_or(Some(Obstacle::NothingOwed), |row| row.obstacle) {
            None => partners.push(partner),
            Some(Obstacle::BelowThreshold) if asked.below_threshold => partners.push(partner),
            Some(obstacle) => left_out.push((partner, obstacle)),
        }
    }
    (PaymentRunProposed { partners, ..asked }, left_out)
}
