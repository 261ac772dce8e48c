//! Payment runs around the rules: who can be paid, what goes into which file, and what became of it.
//!
//! The rules know balances and thresholds; the settings know accounts. Only here both are seen together.

mod calendar;
mod file;
mod outcome;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use referee_core::config::Config;
use referee_core::exchange::RATE_DAYS_MAX;
use referee_core::fact::{Actor, Fact, PaymentRunProposed};
use referee_core::id::{BrandId, PartnerId, PaymentId, PaymentRunId};
use referee_core::money::{Currency, Money};
use referee_core::row::{Account, BalanceKey, PaymentSum};
use referee_core::time::{Day, Timestamp};

use crate::books::reads::{PaymentFilter, Reads};
use crate::engine::{Engine, SettleError, blocking};
use crate::error::{Error, Result};
use crate::intake::day::day_text;
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
    /// No rate leads from what is owed to what is paid in, on any day since.
    NoRate {
        from: Currency,
        to: Currency,
        since: Day,
    },
    BelowThreshold,
}

impl Obstacle {
    pub fn code(self) -> &'static str {
        match self {
            Obstacle::NothingOwed => "NOTHING_OWED",
            Obstacle::UnderWay => "PAYMENT_UNDER_WAY",
            Obstacle::Blocked(block) => block.code(),
            Obstacle::NoRate { .. } => "RATE_MISSING",
            Obstacle::BelowThreshold => "BELOW_THRESHOLD",
        }
    }

    /// Without the moment until which an account is held, which whoever shows it writes in a zone of its own.
    pub fn sentence(self) -> String {
        match self {
            Obstacle::NothingOwed => "Nothing is owed. What is below zero is carried forward.".into(),
            Obstacle::UnderWay => "A payment is proposed or being gathered.".into(),
            Obstacle::Blocked(block) => block.sentence().into(),
            Obstacle::NoRate { from, to, since } => {
                format!("There is no exchange rate of {from} to {to} of {} or newer: load one.", day_text(since))
            }
            Obstacle::BelowThreshold => "Below the threshold.".into(),
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
    /// The currency of the transfers to the partner: that of its account, or this one as long as there is none.
    pub paid_in: Currency,
    /// Why it can't be paid now.
    pub obstacle: Option<Obstacle>,
}

/// What the next payment to a partner would be: all that it is owed, in the currency of its account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub partner: PartnerId,
    /// That of the transfer.
    pub currency: Currency,
    /// Empty, and nothing it comes to, as long as a rate is missing.
    pub sums: Vec<PaymentSum>,
    pub amount: Money,
    /// What it is owed, by currency.
    pub owed: Vec<Owed>,
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
    fn dues(&self, partner: Option<PartnerId>) -> Result<Vec<Due>> {
        let payees = match partner {
            Some(partner) => BTreeMap::from([(partner, self.settings.payee(self.brand, partner)?)]),
            None => self.settings.payees(self.brand)?,
        };
        let filter = PaymentFilter { partner, under_way: true, ..PaymentFilter::default() };
        let under_way = self.reads.payments(self.brand, &filter, UNDER_WAY_MAX)?;
        let under_way: BTreeSet<PartnerId> = under_way.iter().map(|it| it.partner).collect();
        let mut together: BTreeMap<(PartnerId, Currency), Vec<Owed>> = BTreeMap::new();
        for mut row in sums(&self.reads.balances(self.brand, partner)?) {
            let account = payees.get(&row.partner).and_then(|it| it.payee.method.as_ref());
            row.paid_in = account.map_or(row.currency, |it| it.currency);
            together.entry((row.partner, row.paid_in)).or_default().push(row);
        }
        let due = |((partner, currency), owed): ((PartnerId, Currency), Vec<Owed>)| {
            self.due(partner, currency, owed, payees.get(&partner), under_way.contains(&partner))
        };
        Ok(together.into_iter().map(due).collect())
    }

    fn due(
        &self,
        partner: PartnerId,
        currency: Currency,
        mut owed: Vec<Owed>,
        payee: Option<&KeptPayee>,
        is_under_way: bool,
    ) -> Due {
        let locked: Vec<(Currency, Money)> = owed.iter().map(|it| (it.currency, it.locked)).collect();
        let day = self.config.payment_zone().day(self.now);
        let sums = PaymentSum::all_of(&locked, currency, &self.config.rates, day);
        let no_rate = sums.as_ref().err().map(|from| Obstacle::NoRate {
            from: *from,
            to: currency,
            since: Day(day.0.saturating_sub(RATE_DAYS_MAX)),
        });
        let sums = sums.unwrap_or_default();
        let amount = PaymentSum::proposed_in(&sums, currency);
        let block = payee.map_or_else(|| KeptPayee::default().block(self.now), |it| it.block(self.now));
        let nothing = locked.iter().all(|(_, it)| *it <= Money::ZERO) || no_rate.is_none() && amount <= Money::ZERO;
        let obstacle = match (nothing, is_under_way, block) {
            (true, _, _) => Some(Obstacle::NothingOwed),
            (_, true, _) => Some(Obstacle::UnderWay),
            (_, _, Some(block)) => Some(Obstacle::Blocked(block)),
            _ if no_rate.is_some() => no_rate,
            _ => (amount < self.config.payment_rules.threshold(currency)).then_some(Obstacle::BelowThreshold),
        };
        for row in &mut owed {
            row.obstacle = if row.locked == Money::ZERO { Some(Obstacle::NothingOwed) } else { obstacle };
        }
        Due { partner, currency, sums, amount, owed, obstacle }
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
            paid_in: currency,
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

    /// What the next payments to partners would be, and what stands against them.
    pub fn dues(&self, brand: BrandId, partner: Option<PartnerId>) -> Result<Vec<Due>> {
        self.with_sources(brand, |sources| sources.dues(partner))
    }

    /// The day on which money that is sent now leaves.
    fn payment_day(&self, config: &Config) -> Day {
        config.payment_zone().day(self.now())
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
        let dues = blocking(move || engine.dues(brand, None)).await?;
        let (fact, left_out) = sifted(&dues, asked);
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
fn sifted(dues: &[Due], asked: PaymentRunProposed) -> (PaymentRunProposed, Vec<(PartnerId, Obstacle)>) {
    let of_currency = |it: &&Due| it.currency == asked.currency;
    let is_owed = |it: &&Due| it.obstacle != Some(Obstacle::NothingOwed);
    let all = || dues.iter().filter(of_currency).filter(is_owed).map(|it| it.partner).collect();
    let named: Vec<PartnerId> = if asked.partners.is_empty() { all() } else { asked.partners.clone() };
    let (mut partners, mut left_out) = (Vec::new(), Vec::new());
    for partner in named {
        let due = dues.iter().filter(of_currency).find(|it| it.partner == partner);
        match due.map_or(Some(Obstacle::NothingOwed), |it| it.obstacle) {
            None => partners.push(partner),
            Some(Obstacle::BelowThreshold) if asked.below_threshold => partners.push(partner),
            Some(obstacle) => left_out.push((partner, obstacle)),
        }
    }
    (PaymentRunProposed { partners, ..asked }, left_out)
}
