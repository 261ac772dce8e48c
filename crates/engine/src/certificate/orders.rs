//! Which certificate is ordered when: at once for a new host, at two thirds of its life for one that is held, and after a
//! failure ever more seldom.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use referee_core::time::SECOND_MS;

use super::acme::{Acme, Challenge};
use super::order::{Failure, order};
use crate::clock::Clock;
use crate::engine::blocking;
use crate::error::Result;
use crate::settings::{Counted, OrderLease, Settings};

/// Orders of one round, one after the other: the next round follows within seconds.
const ROUND_MAX: usize = 20;
const MINUTE_MS: i64 = 60 * SECOND_MS;
/// Let's Encrypt permits five looks that fail at a host in an hour: with this and three times as long after each further
/// failure there are three in the first hour, and one in a day at the end.
const WAIT_FIRST_MS: i64 = 5 * MINUTE_MS;
const WAIT_MAX_MS: i64 = 24 * 60 * MINUTE_MS;
/// An authority that says it is too much is left alone for so long at least.
const TOO_MUCH_MS: i64 = 3 * 60 * MINUTE_MS;

/// What became of orders in this process.
#[derive(Debug, Default)]
pub struct CertificateFigures {
    pub issued: AtomicU64,
    pub failed: AtomicU64,
    /// Hosts whose last order, whoever placed it, came to nothing.
    pub failing: AtomicU64,
}

/// What ordering takes.
pub struct Orders {
    pub settings: Arc<Settings>,
    pub clock: Arc<dyn Clock>,
    pub acme: Acme,
    pub figures: Arc<CertificateFigures>,
}

impl Orders {
    /// Orders what is due for these hosts. One order at a time: a refusal holds up no other host, an authority that does not answer holds
    /// up all of them.
    pub async fn place_due(&self, hosts: BTreeSet<String>) -> Result<()> {
        let hosts = Arc::new(hosts);
        let (settings, wanted, now) = (self.settings.clone(), hosts.clone(), self.clock.now());
        blocking(move || settings.want_certificates(&wanted, now)).await?;
        for _ in 0..ROUND_MAX {
            if !self.place_next(&hosts).await? {
                break;
            }
        }
        let settings = self.settings.clone();
        let known = blocking(move || settings.certificates()).await?;
        let failing = known.iter().filter(|it| it.failures > 0 && hosts.contains(&it.host)).count();
        self.figures.failing.store(failing as u64, Ordering::Relaxed);
        Ok(())
    }

    /// Whether it is worth going on: a host was due, and the authority could be asked.
    async fn place_next(&self, hosts: &Arc<BTreeSet<String>>) -> Result<bool> {
        let (settings, hosts, directory) = (self.settings.clone(), hosts.clone(), self.acme.directory.clone());
        let now = self.clock.now();
        let leased = blocking(move || settings.lease_order(&hosts, &counted(&directory), now)).await?;
        let Some(lease) = leased else { return Ok(false) };
        let way = self.way(&lease);
        tracing::info!(host = lease.host, way = way.name(), "a certificate is ordered");
        let ordered = order(self, &lease.host, way).await;
        let (settings, now) = (self.settings.clone(), self.clock.now());
        match ordered {
            Ok(issued) => {
                self.figures.issued.fetch_add(1, Ordering::Relaxed);
                tracing::info!(host = lease.host, "a certificate came in");
                blocking(move || settings.keep_certificate(&lease, &issued)).await?;
                Ok(true)
            }
            Err(failure) => {
                self.figures.failed.fetch_add(1, Ordering::Relaxed);
                let wait_ms = wait_ms(lease.failures);
                let (wait_ms, goes_on, trouble) = match failure {
                    Failure::Refused(trouble) => (wait_ms, true, trouble),
                    Failure::TooMuch(trouble) => (wait_ms.max(TOO_MUCH_MS), false, trouble),
                    Failure::Away(trouble) => (wait_ms, false, trouble),
                };
                let at = now.plus_ms(wait_ms);
                tracing::warn!(
                    host = lease.host,
                    trouble,
                    "a certificate could not be ordered and will be tried again"
                );
                blocking(move || settings.fail_order(&lease, at, &trouble)).await?;
                Ok(goes_on)
            }
        }
    }

    /// After a failure the other way is tried.
    fn way(&self, lease: &OrderLease) -> Challenge {
        let ways = &self.acme.challenges;
        let turn = usize::try_from(lease.failures).unwrap_or_default() % ways.len().max(1);
        ways.get(turn).copied().unwrap_or(Challenge::TlsAlpn01)
    }
}

/// The wait after a failure, where so many came before it: 5, 15, 45 minutes and so on.
pub(super) fn wait_ms(failed_before: u32) -> i64 {
    let times = 3_i64.checked_pow(failed_before).unwrap_or(i64::MAX);
    times.saturating_mul(WAIT_FIRST_MS).min(WAIT_MAX_MS)
}

/// Orders are counted by directory and registered domain.
pub(super) fn counted(directory: &str) -> Counted<'_> {
    Counted { directory, site_of: |host| psl::domain_str(host).unwrap_or(host) }
}
