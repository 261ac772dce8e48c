//! Which event types shops tell of: of their orders a browser only says who bought.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use referee_core::fact::Fact;
use referee_core::id::{BrandId, EventTypeId, ProgramId};
use referee_engine::engine::blocking;

use crate::app::App;

/// Other processes' changes are known after this long. A browser's report is rarer than a click, and need not ask each time.
const FRESH: Duration = Duration::from_secs(5);

type Known = HashSet<(BrandId, ProgramId, EventTypeId)>;

#[derive(Default)]
pub struct Feeds {
    known: Mutex<Option<(Instant, Arc<Known>)>>,
}

impl Feeds {
    /// What is known is old from now on.
    pub fn forget(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(Instant, Arc<Known>)>> {
        self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn fresh(&self) -> Option<Arc<Known>> {
        self.lock().as_ref().filter(|(at, _)| at.elapsed() < FRESH).map(|(_, known)| known.clone())
    }

    /// Also while the settings are away: then what was known last.
    async fn known(&self, app: &App) -> Arc<Known> {
        if let Some(known) = self.fresh() {
            return known;
        }
        let engine = app.engine.clone();
        let asked = blocking(move || engine.settings.all_shops()).await;
        let mut kept = self.lock();
        let known = match asked {
            Ok(shops) => {
                let open = shops.into_iter().filter(|shop| shop.state.is_open());
                Arc::new(open.map(|shop| (shop.brand, shop.program, shop.event_type)).collect())
            }
            Err(error) => {
                tracing::warn!(%error, "which shops are connected could not be read");
                kept.as_ref().map(|(_, known)| known.clone()).unwrap_or_default()
            }
        };
        *kept = Some((Instant::now(), Arc::clone(&known)));
        known
    }
}

/// A browser's report as the fact that it is: where a shop tells of its orders, no order opens by a browser's word.
pub async fn by_browser(app: &App, brand: BrandId, fact: Fact) -> Fact {
    match fact {
        Fact::ConversionReported(report)
            if app.shop_feeds.known(app).await.contains(&(brand, report.program, report.event_type)) =>
        {
            Fact::ShopCheckoutSeen(report)
        }
        fact => fact,
    }
}
