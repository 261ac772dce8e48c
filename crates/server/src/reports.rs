//! Reports on their way in, whoever sent them: kept with their name, or refused with their reasons.

use std::time::Duration;

use referee_core::id::BrandId;
use referee_core::time::Timestamp;
use referee_engine::engine::blocking;
use referee_engine::error::{Error, Result};
use referee_engine::intake::consent::raw::permitted;
use referee_engine::intake::drop_reason::FieldError;
use referee_engine::intake::fields::Fields;
use referee_engine::intake::report::{Taken, redacted};
pub use referee_engine::intake::submission::{new_submission, submission_name, submission_named};
use referee_engine::limits::{ORDER_ID_CHARS_MAX, REPORT_DEADLINE_MS};
use referee_engine::log::recorder::Durable;
use referee_engine::log::{Draft, Raw};
use referee_engine::settings::RefusedReport;

use crate::app::App;

pub struct Reporter<'a> {
    pub app: &'a App,
    pub brand: BrandId,
    pub now: Timestamp,
}

pub struct Refused<'a> {
    pub name: String,
    pub kind: &'a str,
    pub fields: &'a Fields,
    pub errors: &'a [FieldError],
}

impl Reporter<'_> {
    /// Keeps a report; an error says that it is not surely kept and the sender must come again. The same again changes
    /// nothing.
    pub async fn keep(&self, taken: Taken, raw: Option<Raw>) -> Result<Durable> {
        let Taken { fact, occurred_at, .. } = taken;
        let raw = raw.map(|raw| permitted(raw, &fact));
        let draft = Draft { brand: self.brand, received_at: self.now, occurred_at, actor: None, fact, raw };
        let deadline = Duration::from_millis(REPORT_DEADLINE_MS);
        let kept = tokio::time::timeout(deadline, self.app.engine.record(&draft)).await;
        let kept = kept.unwrap_or_else(|_| Err(Error::unavailable("keep a report", "the log did not answer in time")));
        let kept = kept.and_then(|durable| match durable.position {
            None if !self.app.config.spool_answers_reports => {
                Err(Error::unavailable("keep a report", "it lies on this edge only, until the log is back"))
            }
            _ => Ok(durable),
        });
        let count =
            if kept.is_ok() { &self.app.metrics.reports_recorded } else { &self.app.metrics.reports_unavailable };
        count.inc();
        kept
    }

    /// Keeps why a report was refused, without anything of a person, for whoever looks for the order.
    pub async fn keep_refused(&self, refused: Refused<'_>) {
        self.app.metrics.reports_refused.inc();
        let named = refused.fields.get(&["CampaignId", "ProgramId", "program"]);
        let order_id = refused.fields.get(&["OrderId", "order_id", "oid"]).unwrap_or_default();
        let json = |value: serde_json::Result<String>| value.unwrap_or_default();
        let report = RefusedReport {
            id: refused.name,
            brand: self.brand,
            program: named.and_then(|id| id.parse().ok()),
            received_at: self.now,
            kind: refused.kind.to_owned(),
            order_id: order_id.chars().take(ORDER_ID_CHARS_MAX).collect(),
            errors: json(serde_json::to_string(refused.errors)),
            payload: json(serde_json::to_string(&redacted(refused.fields))),
        };
        let engine = self.app.engine.clone();
        if let Err(error) = blocking(move || engine.settings.keep_refused(&report)).await {
            tracing::warn!(%error, "a refused report could not be kept");
        }
    }
}
