//! What speaks against the clicks of a partner's day, by statistics. Once for each day, when it is over, its figures are read
//! from the books and examined; what is found is told as facts. People decide what follows: nothing does by itself.

pub mod chance;
pub mod exam;
pub mod figures;
pub mod gathering;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use referee_core::fact::{ClicksDoubted, Fact};
use referee_core::id::{BrandId, ProgramId};
use referee_core::time::{Day, HOUR_MS, Zone};

use crate::books::reads::Period;
use crate::engine::{Engine, Place, blocking};
use crate::error::Result;
use crate::log::Draft;

/// How long after its end a day is examined: what was on its way has come.
const LATE_MS: i64 = HOUR_MS;
/// Days that are examined after a stop; older ones were decided on meanwhile.
const DAYS_BACK: i32 = 3;
/// What was said of a program's days before: five of each partner at most.
const SAID_MAX: u32 = 100_000;

impl Engine {
    /// Examines the days that are over in every brand. Nothing is kept of it but what is found, so whoever examines a day
    /// again, after a restart or in another process, says nothing twice.
    pub async fn doubt_clicks(self: &Arc<Engine>) -> Result<()> {
        let brands: Vec<BrandId> = self.routing().brands.keys().copied().collect();
        for brand in brands {
            // What stops one brand does not stop the others.
            if let Err(error) = self.doubt_clicks_of(brand).await {
                tracing::warn!(brand = brand.0, %error, "clicks could not be examined; they will be");
            }
        }
        Ok(())
    }

    async fn doubt_clicks_of(self: &Arc<Engine>, brand: BrandId) -> Result<()> {
        let config = self.config_of(brand)?;
        for (program, row) in &config.programs {
            if config.click_event_type(*program).is_none() {
                continue;
            }
            let last = Day(row.zone.day(self.now().plus_ms(-LATE_MS)).0 - 1);
            let from = self.examined_until(brand, *program).map_or(i32::MIN, |day| day.0 + 1);
            for day in from.max(last.0 + 1 - DAYS_BACK)..=last.0 {
                // Books that are behind would show a part of the day: it is examined when they have it all.
                if !self.catch_up(brand).await? {
                    return Ok(());
                }
                let (engine, program, zone) = (self.clone(), *program, row.zone.clone());
                let found = blocking(move || engine.doubts_of(brand, program, &zone, Day(day))).await?;
                self.tell_doubts(brand, found).await?;
                self.examined(brand, program, Day(day));
            }
        }
        Ok(())
    }

    /// What is found of a day and was not said before.
    fn doubts_of(&self, brand: BrandId, program: ProgramId, zone: &Zone, day: Day) -> Result<Vec<ClicksDoubted>> {
        let figures = gathering::figures(self.reads.as_ref(), brand, program, (zone, day))?;
        let mut found = exam::examine(&figures);
        if !found.is_empty() {
            let period = Period { program, from: day, to: day, partner: None };
            let said = self.reads.click_doubts(brand, period, SAID_MAX)?;
            found.retain(|it| !said.iter().any(|row| (row.doubt.partner, row.doubt.test) == (it.partner, it.test)));
        }
        Ok(found)
    }

    async fn tell_doubts(&self, brand: BrandId, found: Vec<ClicksDoubted>) -> Result<()> {
        let mut last = None;
        for doubt in found {
            let (now, fact) = (self.now(), Fact::ClicksDoubted(doubt));
            let draft = Draft { brand, received_at: now, occurred_at: now, actor: None, fact, raw: None };
            last = self.record(&draft).await?.position.or(last);
        }
        if let Some(position) = last {
            self.wait_for(Place { partition: self.partition_of(brand)?, position }).await;
        }
        Ok(())
    }
}
