//! Clicks that are screened again, in words; and what is recorded when a proposal is applied.

use std::collections::BTreeSet;
use std::sync::Arc;

use referee_core::fact::{Actor, Fact};
use referee_core::id::{BrandId, PartnerId};
use referee_core::row::ClickTally;
use referee_core::screening::ScreeningRules;
use referee_engine::engine::{SettleError, blocking};
use referee_engine::error::Result;
use referee_engine::intake::day::parse_day;
use referee_engine::rescreening::judge::Hosting;
use referee_engine::rescreening::{Proposal, RESCREENED_DAYS_MAX, Rescreening, facts};
use serde::Deserialize;

use crate::app::App;
use crate::screening::{ScreeningWords, Wrong};

/// Networks and systems that one proposal names.
const HOSTING_MAX: usize = 10_000;

/// Which clicks, and how they are screened. Rules that are left out are those of the program.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct RescreeningWords {
    #[serde(default)]
    pub partner_id: Option<u32>,
    /// Days of the program, both among them.
    pub from: String,
    pub until: String,
    #[serde(default)]
    pub rules: ScreeningWords,
    /// Networks that count as data centres, as lists of clicks show them.
    #[serde(default)]
    pub hosting_networks: Vec<String>,
    /// The same for the numbers of autonomous systems.
    #[serde(default)]
    pub hosting_systems: Vec<u32>,
}

impl RescreeningWords {
    pub fn read(&self, now: ScreeningRules) -> std::result::Result<Rescreening, Wrong> {
        let day = |field, text: &str| {
            parse_day(text.trim()).ok_or_else(|| (field, "It is no day such as 2026-11-27.".to_owned()))
        };
        let (from, until) = (day("from", &self.from)?, day("until", &self.until)?);
        if until < from {
            return Err(("until", "It is before the first day.".to_owned()));
        }
        if until.0.saturating_sub(from.0) >= RESCREENED_DAYS_MAX {
            return Err(("until", format!("At most {RESCREENED_DAYS_MAX} days are screened again at once.")));
        }
        if self.hosting_networks.len() + self.hosting_systems.len() > HOSTING_MAX {
            let message = format!("Name at most {HOSTING_MAX} networks and systems.");
            return Err(("hosting_networks", message));
        }
        let networks: std::result::Result<BTreeSet<u64>, Wrong> =
            self.hosting_networks.iter().map(|text| network(text)).collect();
        let hosting = Hosting { networks: networks?, systems: self.hosting_systems.iter().copied().collect() };
        let partner = self.partner_id.map(PartnerId);
        Ok(Rescreening { rules: self.rules.read(now)?, hosting, partner, from, until })
    }
}

fn network(text: &str) -> std::result::Result<u64, Wrong> {
    let read = u64::from_str_radix(text.trim(), 16);
    read.map_err(|_| ("hosting_networks", format!("{text:?} is not the 16 hexadecimal digits that lists show.")))
}

/// What applying a proposal came to.
#[derive(Debug, Default)]
pub struct Applied {
    /// The reviews that reject clicks of open days.
    pub reviews: Vec<String>,
    /// The actions of closed days that were changed, or whose partner was asked for its consent.
    pub actions: Vec<String>,
    /// What was not done, and why.
    pub refused: Vec<SettleError>,
}

pub async fn propose(app: &Arc<App>, brand: BrandId, asked: Rescreening) -> Result<Proposal> {
    let engine = app.engine.clone();
    blocking(move || engine.rescreen(brand, &asked)).await
}

/// Applies a proposal, if it is still the one that was seen: None says that it is not.
pub async fn apply(
    app: &Arc<App>,
    brand: BrandId,
    (asked, proposal): (&Rescreening, &Proposal),
    seen: ClickTally,
    actor: &Actor,
) -> Option<Applied> {
    if proposal.changes() != seen {
        return None;
    }
    let mut applied = Applied::default();
    for fact in facts(proposal, asked.rules.program, &actor.reason, app.engine.now()) {
        let is_review = matches!(fact, Fact::ClicksReviewed(_));
        match app.engine.settle(brand, actor.clone(), fact).await {
            Ok(settled) if is_review => applied.reviews.push(settled.subject),
            Ok(settled) => applied.actions.push(settled.subject),
            // One that is not done does not stop the others: they are all told.
            Err(error) => applied.refused.push(error),
        }
    }
    Some(applied)
}
