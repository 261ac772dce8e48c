//! Claims of brands and their proofs: kept in the settings, and seen by every edge.

use std::sync::Arc;
use std::time::Duration;

use referee_core::id::BrandId;
use referee_core::program::Program;

use super::config::DomainConfig;
use super::names::is_open;
use super::probe::Probe;
use super::proof::{Claim, Method, prove};
use crate::engine::Engine;
use crate::error::Result;
use crate::routing::BrandRouting;
use crate::settings::{Settings, TrackingDomain, Verified};

/// How long after a look a host that waits is looked at again, and one that is verified.
const WAITING_MINUTES: i64 = 2;
const VERIFIED_HOURS: i64 = 24;
/// How long a claim that nobody proves is looked at by itself.
const GIVEN_UP_DAYS: u32 = 30;
/// Hosts that are looked at in one turn.
const TURN: u32 = 50;
const MINUTE_MS: i64 = 60_000;
/// How long whoever adds a host waits for its proof.
const SOON: Duration = Duration::from_secs(4);

/// What is said of a host that another brand proved to be its own.
const TAKEN: &str = "Another brand here has proved that this host is its own.";

impl Engine {
    /// A brand says that hosts are its own. Those that anybody could name are not served before it is proved.
    pub async fn claim_domains(&self, brand: BrandId, hosts: Vec<String>) -> Result<()> {
        let now = self.now();
        let open: Vec<String> = hosts.into_iter().filter(|it| is_open(it)).collect();
        if open.is_empty() {
            return Ok(());
        }
        self.with_settings(move |settings| open.iter().try_for_each(|it| settings.claim_domain(brand, it, false, now)))
            .await?;
        self.learn_directory().await
    }

    /// Looks for a proof, keeps what came of it, and says how the host stands. None: the brand has no such claim.
    pub async fn verify_domain(
        &self,
        probe: &Probe,
        config: &DomainConfig,
        brand: BrandId,
        host: &str,
    ) -> Result<Option<TrackingDomain>> {
        let known = self.known_domain(brand, host).await?;
        let Some(known) = known else { return Ok(None) };
        let (targets, several_brands) = (config.targets(), self.routing().brands.len() > 1);
        let claim = Claim { host, token: &known.token, targets: &targets, several_brands };
        match prove(probe, &claim).await {
            Ok(method) => self.keep_proof(brand, host, method).await?,
            Err(why) => self.note_trouble(brand, host, why).await?,
        }
        self.known_domain(brand, host).await
    }

    /// Looks at hosts that were just named: often their records are there already. What goes wrong is tried again later.
    pub async fn verify_soon(&self, probe: &Probe, config: &DomainConfig, brand: BrandId, hosts: &[String]) {
        let all = async {
            for host in hosts.iter().filter(|it| is_open(it)) {
                if let Err(error) = self.verify_domain(probe, config, brand, host).await {
                    tracing::warn!(host, %error, "a tracking domain could not be looked at");
                }
            }
        };
        if tokio::time::timeout(SOON, all).await.is_err() {
            tracing::info!("looking at new tracking domains takes longer and goes on later");
        }
    }

    /// Whoever runs the server says whose a host is.
    pub async fn vouch_for_domain(&self, brand: BrandId, host: &str) -> Result<Option<TrackingDomain>> {
        self.claim_domains(brand, vec![host.to_owned()]).await?;
        self.keep_proof(brand, host, Method::Word).await?;
        self.known_domain(brand, host).await
    }

    /// A brand no longer uses hosts: another may say that they are its own.
    pub async fn release_domains(&self, brand: BrandId, hosts: Vec<String>) -> Result<()> {
        if hosts.is_empty() {
            return Ok(());
        }
        self.with_settings(move |settings| hosts.iter().try_for_each(|it| settings.release_domain(brand, it))).await?;
        self.learn_directory().await
    }

    /// Hosts that were served before a proof was asked for go on, and get a token of their own.
    async fn adopt_domains(&self) -> Result<()> {
        let now = self.now();
        let in_use: Vec<(BrandId, String)> = {
            let routing = self.routing();
            let of_brand = |it: &Arc<BrandRouting>| {
                let hosts = it.config.programs.values().flat_map(Program::all_hosts).filter(|host| is_open(host));
                hosts.map(|host| (it.brand, host.clone())).collect::<Vec<_>>()
            };
            routing.brands.values().flat_map(of_brand).collect()
        };
        let adopt = move |settings: &Settings| {
            in_use.iter().try_for_each(|(brand, host)| settings.claim_domain(*brand, host, true, now))
        };
        self.with_settings(adopt).await
    }

    /// Looks at the hosts that are due, so that a record that was set is seen without anybody asking.
    pub async fn look_at_domains(&self, probe: &Probe, config: &DomainConfig) -> Result<()> {
        self.adopt_domains().await?;
        let now = self.now();
        let (waiting, verified) =
            (now.plus_ms(-WAITING_MINUTES * MINUTE_MS), now.plus_ms(-VERIFIED_HOURS * 60 * MINUTE_MS));
        let given_up = now.minus_days(GIVEN_UP_DAYS);
        let due = self.with_settings(move |settings| settings.domains_due(waiting, verified, given_up, TURN)).await?;
        for (brand, host) in due {
            if let Err(error) = self.verify_domain(probe, config, brand, &host).await {
                tracing::warn!(host, %error, "a tracking domain could not be looked at");
            }
        }
        Ok(())
    }

    async fn known_domain(&self, brand: BrandId, host: &str) -> Result<Option<TrackingDomain>> {
        let host = host.to_owned();
        self.with_settings(move |settings| settings.domain(brand, &host)).await
    }

    async fn keep_proof(&self, brand: BrandId, host: &str, method: Method) -> Result<()> {
        let (now, name) = (self.now(), host.to_owned());
        let kept = self.with_settings(move |settings| settings.verify_domain(brand, &name, method, now)).await?;
        match kept {
            Verified::Taken => self.note_trouble(brand, host, TAKEN.to_owned()).await,
            Verified::Yes => self.learn_directory().await,
            Verified::Unknown => Ok(()),
        }
    }

    async fn note_trouble(&self, brand: BrandId, host: &str, why: String) -> Result<()> {
        let (now, name) = (self.now(), host.to_owned());
        self.with_settings(move |settings: &Settings| settings.note_domain_trouble(brand, &name, &why, now)).await
    }
}
