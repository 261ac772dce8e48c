//! Reports in: conversions, modifications, reversals; and what became of them.

use std::sync::Arc;

use referee_core::program::Source;
use referee_core::row::{SubmissionKind, SubmissionRow};
use referee_core::time::Timestamp;
use referee_engine::engine::blocking;
use referee_engine::intake::change::{Asked, ChangeContext, change};
use referee_engine::intake::drop_reason::FieldError;
use referee_engine::intake::fields::Fields;
use referee_engine::intake::report::{ReportContext, Taken, Warning, conversion};
use referee_engine::log::Raw;
use referee_engine::routing::BrandRouting;
use referee_engine::settings::RefusedReport;
use serde_json::{Value, json};

use super::Call;
use super::actions::Pages;
use super::answer::{NumberedList, Wire, error, trouble};
use crate::reports::{Refused, Reporter, new_submission, submission_name, submission_named};

pub async fn post_conversion(call: &Call<'_>) -> Result<Wire, Wire> {
    call.account.may("write")?;
    let fields = call.fields()?;
    let now = call.app.engine.now();
    let submission = new_submission(now);
    let brand = call.brand()?;
    let context = ReportContext {
        config: &brand.config,
        keys: &brand.keys,
        source: Source::Server,
        submission,
        now,
        visitor: None,
        country: [0; 2],
    };
    let taken = conversion(&fields, &context);
    // The buyer's, as far as the report says; never the calling server's.
    let text = |name: &str| fields.get(&[name]).unwrap_or_default().chars().take(255).collect();
    let raw = Raw { address: text("IpAddress"), user_agent: text("UserAgent"), ..Raw::default() };
    call.take(&fields, "conversion", submission_name(submission), taken, Some(raw)).await
}

pub async fn put_action(call: &Call<'_>, id: Option<&str>) -> Result<Wire, Wire> {
    change_action(call, id, false).await
}

pub async fn delete_action(call: &Call<'_>, id: Option<&str>) -> Result<Wire, Wire> {
    change_action(call, id, true).await
}

async fn change_action(call: &Call<'_>, action: Option<&str>, reverse: bool) -> Result<Wire, Wire> {
    call.account.may("write")?;
    let fields = call.fields()?;
    let now = call.app.engine.now();
    let submission = new_submission(now);
    let brand = call.brand()?;
    let asked = if reverse { Asked::Reversal } else { Asked::Modification };
    let context = ChangeContext { config: &brand.config, source: Source::Server, submission, now, asked, action };
    let taken = change(&fields, &context);
    let kind = if reverse { "reversal" } else { "modification" };
    call.take(&fields, kind, submission_name(submission), taken, None).await
}

impl Call<'_> {
    pub fn fields(&self) -> Result<Fields, Wire> {
        Fields::read(&self.query, &self.body).map_err(|fault| error(400, "The report could not be read.", &[fault]))
    }

    pub fn brand(&self) -> Result<Arc<BrandRouting>, Wire> {
        let routing = self.app.engine.routing();
        let found = routing.brands.get(&self.account.brand).cloned();
        found.ok_or_else(|| error(404, "The account has no brand.", &[]))
    }

    async fn take(
        &self,
        fields: &Fields,
        kind: &str,
        name: String,
        taken: Result<Taken, Vec<FieldError>>,
        raw: Option<Raw>,
    ) -> Result<Wire, Wire> {
        let reporter = Reporter { app: self.app, brand: self.account.brand, now: self.app.engine.now() };
        match taken {
            Ok(taken) => {
                let warnings = taken.warnings.clone();
                reporter.keep(taken, raw).await.map_err(trouble)?;
                Ok(Wire::ok(self.queued(&name, &warnings)))
            }
            Err(errors) => {
                reporter.keep_refused(Refused { name, kind, fields, errors: &errors }).await;
                Err(error(400, "Some fields can't be taken as they are.", &errors))
            }
        }
    }

    fn queued(&self, name: &str, warnings: &[Warning]) -> Value {
        let uri = format!("/Advertisers/{}/APISubmissions/{name}", self.account.sid);
        let mut value = json!({ "Status": "QUEUED", "QueuedUri": uri });
        if !warnings.is_empty() {
            value["warnings"] = json!(warnings);
        }
        value
    }
}

pub async fn find_submission(call: &Call<'_>, name: &str) -> Result<Wire, Wire> {
    call.account.may("read")?;
    let missing = || error(404, "There is no such submission.", &[]);
    let id = submission_named(name).ok_or_else(missing)?;
    let (engine, brand, asked) = (call.app.engine.clone(), call.account.brand, name.to_owned());
    let name = asked.clone();
    let sid = call.account.sid.clone();
    let found = blocking(move || {
        if let Some(row) = engine.reads.submission(brand, id)? {
            return Ok(Some(decided(&sid, &row)));
        }
        Ok(engine.settings.find_refused(brand, &name)?.map(|report| refused(&sid, &report)))
    });
    match found.await.map_err(trouble)? {
        Some(value) => Ok(Wire::ok(value)),
        None if call.app.engine.catch_up(call.account.brand).await.map_err(trouble)? => Err(missing()),
        // Its turn may still come.
        None => Ok(Wire::ok(queued(&call.account.sid, &asked))),
    }
}

fn queued(sid: &str, name: &str) -> Value {
    json!({ "BatchId": name, "Status": "Queued", "Uri": format!("/Advertisers/{sid}/APISubmissions/{name}") })
}

/// The newest decided and refused reports, together.
pub async fn list_submissions(call: &Call<'_>) -> Result<Wire, Wire> {
    call.account.may("read")?;
    let pages = Pages::read(&call.query, 1_000)?;
    let most = u32::try_from(pages.page.saturating_mul(pages.page_size)).unwrap_or(u32::MAX).min(SUBMISSIONS_MAX);
    let (engine, brand, sid) = (call.app.engine.clone(), call.account.brand, call.account.sid.clone());
    let (total, mut rows) = blocking(move || {
        let total = engine.reads.count_submissions(brand)? + engine.settings.count_refused(brand)?;
        let decided_rows = engine.reads.submissions(brand, most)?;
        let refused_rows = engine.settings.refused_before(brand, Timestamp(i64::MAX), most)?;
        let decided = decided_rows.iter().map(|row| (row.received_at, decided(&sid, row)));
        let refused = refused_rows.iter().map(|row| (row.received_at, refused(&sid, row)));
        Ok((total.min(u64::from(SUBMISSIONS_MAX)), decided.chain(refused).collect::<Vec<_>>()))
    })
    .await
    .map_err(trouble)?;
    rows.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let here = rows.into_iter().skip(pages.offset() as usize).take(pages.page_size as usize);
    let list = NumberedList {
        name: "APISubmission",
        rows: here.map(|(_, value)| value).collect(),
        total,
        page: pages.page,
        page_size: pages.page_size,
        path: call.path.clone(),
        query: pages.query,
    };
    Ok(list.wire())
}

/// As far back as the list reaches; single submissions are found however old they are.
const SUBMISSIONS_MAX: u32 = 20_000;

fn decided(sid: &str, row: &SubmissionRow) -> Value {
    let name = submission_name(row.id);
    let kind = match row.kind {
        SubmissionKind::Conversion => "Conversion",
        SubmissionKind::Modification => "Modification",
        SubmissionKind::Reversal => "Reversal",
        SubmissionKind::Hold => "Hold",
        SubmissionKind::Release => "Release",
        SubmissionKind::Approval => "Approval",
        SubmissionKind::Restoration => "Restoration",
        SubmissionKind::Correction => "Correction",
        SubmissionKind::Admission => "Admission",
        SubmissionKind::Reattribution => "Reattribution",
    };
    json!({
        "BatchId": name,
        "Type": kind,
        "Status": "Complete",
        "SubmissionDate": super::actions::date(row.received_at),
        "OrderId": row.order.as_ref().map_or("", |order| order.order_id.as_str()),
        // Where an order became several, the one of the last touchpoint stands for it.
        "ActionId": row.actions.last().map(ToString::to_string).unwrap_or_default(),
        "Result": if row.unchanged { "UNCHANGED" } else if row.refusal.is_none() { "APPLIED" } else { "NOT_APPLIED" },
        "ErrorType": if row.refusal.is_some() { "PROCESSING" } else { "" },
        "ErrorReason": row.refusal.map_or("", |refusal| refusal.code()),
        "ErrorMessage": row.refusal.map_or("", |refusal| refusal.brand_sentence()),
        "Uri": format!("/Advertisers/{sid}/APISubmissions/{name}"),
    })
}

fn refused(sid: &str, report: &RefusedReport) -> Value {
    let errors: Value = serde_json::from_str(&report.errors).unwrap_or_default();
    let first = errors.get(0).cloned().unwrap_or_default();
    let text = |key: &str| first.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    json!({
        "BatchId": report.id,
        "Type": report.kind,
        "Status": "Complete",
        "SubmissionDate": super::actions::date(report.received_at),
        "OrderId": report.order_id,
        "ActionId": "",
        "Result": "REFUSED",
        "ErrorType": "VALIDATION",
        "ErrorReason": text("reason"),
        "ErrorMessage": text("message"),
        "Errors": errors,
        "Payload": serde_json::from_str::<Value>(&report.payload).unwrap_or_default(),
        "Uri": format!("/Advertisers/{sid}/APISubmissions/{}", report.id),
    })
}
