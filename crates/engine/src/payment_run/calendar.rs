//! Runs that are proposed by the calendar: from the brand's day of the month on, one in each month and currency of transfers.

use std::collections::BTreeSet;
use std::sync::Arc;

use referee_core::config::Config;
use referee_core::fact::{Fact, PaymentRunProposed};
use referee_core::id::BrandId;
use referee_core::money::Currency;
use referee_core::row::PaymentRunRow;
use referee_core::time::Timestamp;

use crate::engine::{Engine, Place, blocking};
use crate::error::Result;
use crate::intake::day::civil;
use crate::log::Draft;

/// Runs that are looked through for this month's: no brand proposes a thousand by hand in a month.
const RUNS_MAX: u32 = 1_000;

impl Engine {
    /// Proposes what is due in every brand. Nothing is kept of it but the runs themselves, so whoever asks again, after a
    /// restart or in another process, finds that it is done.
    pub async fn propose_due(self: &Arc<Engine>) -> Result<()> {
        let brands: Vec<BrandId> = self.routing().brands.keys().copied().collect();
        for brand in brands {
            let engine = self.clone();
            for fact in blocking(move || engine.runs_due(brand)).await? {
                self.propose_by_calendar(brand, fact).await?;
            }
        }
        Ok(())
    }

    async fn propose_by_calendar(&self, brand: BrandId, fact: PaymentRunProposed) -> Result<()> {
        let (now, fact) = (self.now(), Fact::PaymentRunProposed(fact));
        let draft = Draft { brand, received_at: now, occurred_at: now, actor: None, fact, raw: None };
        if let Some(position) = self.record(&draft).await?.position {
            self.wait_for(Place { partition: self.partition_of(brand)?, position }).await;
        }
        Ok(())
    }

    fn runs_due(&self, brand: BrandId) -> Result<Vec<PaymentRunProposed>> {
        let (config, now) = (self.config_of(brand)?, self.now());
        if !has_come(&config, now) {
            return Ok(Vec::new());
        }
        let payable = self.dues(brand, None)?.into_iter().filter(|it| it.obstacle.is_none()).collect::<Vec<_>>();
        let currencies: BTreeSet<Currency> = payable.iter().map(|it| it.currency).collect();
        if currencies.is_empty() {
            return Ok(Vec::new());
        }
        let runs = self.reads.payment_runs(brand, RUNS_MAX)?;
        let due = currencies.into_iter().filter(|currency| !is_done(&config, &runs, *currency, now));
        let run = |currency| PaymentRunProposed {
            currency,
            partners: payable.iter().filter(|it| it.currency == currency).map(|it| it.partner).collect(),
            below_threshold: false,
            every_currency: true,
        };
        Ok(due.map(run).collect())
    }
}

/// Whether this month's day has come. A server that stood still on the day proposes later.
fn has_come(config: &Config, now: Timestamp) -> bool {
    let Some(day) = config.payment_rules.day_of_month else { return false };
    civil(config.payment_zone().day(now)).is_some_and(|today| today.day() >= i8::try_from(day).unwrap_or(i8::MAX))
}

/// Whether the calendar proposed a run of this month and currency, whatever became of it.
fn is_done(config: &Config, runs: &[PaymentRunRow], currency: Currency, now: Timestamp) -> bool {
    let zone = config.payment_zone();
    let month = |at: Timestamp| civil(zone.day(at)).map(|day| (day.year(), day.month()));
    runs.iter().any(|it| it.currency == currency && it.proposed_by.is_none() && month(it.at) == month(now))
}

#[cfg(test)]
mod tests {
    use referee_core::id::{PaymentRunId, RecordNo, UserId};
    use referee_core::money::Money;
    use referee_core::row::RunState;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    fn run(at: Timestamp, proposed_by: Option<UserId>) -> PaymentRunRow {
        PaymentRunRow {
            id: PaymentRunId(1),
            record: RecordNo(1),
            at,
            currency: Currency(*b"EUR"),
            payments: Vec::new(),
            proposed: Money::ZERO,
            proposed_by,
            state: RunState::Dropped,
            decided_at: None,
            decided_by: None,
        }
    }

    #[test]
    fn a_month_has_its_day_and_one_run() {
        let mut config = Config::default();
        assert!(!has_come(&config, at("2026-05-15T12:00:00Z")), "by hand only");
        config.payment_rules.day_of_month = Some(15);
        let days = ["2026-05-14T23:59:59Z", "2026-05-15T00:00:00Z", "2026-05-31T12:00:00Z", "2026-06-01T00:00:00Z"];
        assert_eq!(days.map(|day| has_come(&config, at(day))), [false, true, true, false]);
        let (may, june) = (at("2026-05-15T00:01:00Z"), at("2026-06-15T00:01:00Z"));
        let done = |run: PaymentRunRow, code: &[u8; 3], now| is_done(&config, &[run], Currency(*code), now);
        assert!(done(run(may, None), b"EUR", at("2026-05-31T23:59:59Z")), "also one that was turned down");
        assert!(!done(run(may, None), b"EUR", june) && !done(run(may, None), b"EUR", at("2027-05-20T00:00:00Z")));
        assert!(!done(run(may, None), b"USD", may) && !done(run(may, Some(UserId(7))), b"EUR", may));
    }
}
