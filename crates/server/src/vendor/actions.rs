//! Actions, their items and their change log, as existing clients read them.

use std::collections::HashMap;

use referee_core::config::Config;
use referee_core::id::{ActionId, EventTypeId, PartnerId, ProgramId};
use referee_core::money::Money;
use referee_core::row::{ActionRow, ActionState, Evidence, HistoryKind, HistoryRow};
use referee_core::time::{Timestamp, Zone};
use referee_engine::books::reads::{ActionFilter, Between, NumberedPage};
use referee_engine::engine::blocking;
use referee_engine::intake::amount::decimal;
use referee_engine::intake::drop_reason::{DropReason, FieldError};
use referee_engine::intake::event_date::moment;
use referee_engine::intake::fields::Fields;
use serde_json::{Value, json};

use super::Call;
use super::answer::{NumberedList, Wire, error, trouble};
use crate::words;

/// The most a window of dates may span, and how far one reaches that is not named.
const WINDOW_DAYS_MAX: u32 = 45;
const WINDOW_DAYS_DEFAULT: u32 = 7;
const PAGE_SIZE_MAX: u64 = 20_000;

/// Pages by number, as the query asks for them.
pub struct Pages {
    pub page: u64,
    pub page_size: u64,
    /// What else the query says, to be said again for the next page.
    pub query: Vec<(String, String)>,
}

impl Pages {
    pub fn read(query: &str, default: u64) -> Result<Pages, Wire> {
        let mut pages = Pages { page: 1, page_size: default, query: Vec::new() };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let number = || {
                value.parse::<u64>().ok().filter(|number| *number > 0).ok_or_else(|| {
                    let fault = FieldError::new(&name, DropReason::BadNumber, "It is a whole number from 1 on.");
                    error(400, "The page can't be found.", &[fault])
                })
            };
            match name.to_ascii_lowercase().as_str() {
                "page" => pages.page = number()?.min(1_000_000),
                "pagesize" => pages.page_size = number()?.min(PAGE_SIZE_MAX),
                _ => pages.query.push((name.into_owned(), value.into_owned())),
            }
        }
        Ok(pages)
    }

    pub fn offset(&self) -> u64 {
        (self.page - 1) * self.page_size
    }

    fn numbered(&self) -> NumberedPage {
        NumberedPage { offset: self.offset(), most: u32::try_from(self.page_size).unwrap_or(u32::MAX) }
    }
}

pub async fn list(call: &Call<'_>) -> Result<Wire, Wire> {
    call.account.may("read")?;
    let pages = Pages::read(&call.query, PAGE_SIZE_MAX)?;
    let filter = filter(call)?;
    let (engine, brand) = (call.app.engine.clone(), call.account.brand);
    let page = pages.numbered();
    let found = blocking(move || engine.reads.actions_page(brand, &filter, page)).await.map_err(trouble)?;
    let names = Names::of(call).await?;
    let (total, rows) = found;
    let list = NumberedList {
        name: "Actions",
        rows: rows.iter().map(|row| names.action(row)).collect(),
        total,
        page: pages.page,
        page_size: pages.page_size,
        path: call.path.clone(),
        query: pages.query,
    };
    Ok(list.wire())
}

pub async fn find(call: &Call<'_>, id: &str) -> Result<Wire, Wire> {
    let row = action(call, id).await?;
    Ok(Wire::ok(Names::of(call).await?.action(&row)))
}

/// Every action has at least one item: an order reported as a sum is one.
pub async fn items(call: &Call<'_>, id: &str, sku: Option<&str>) -> Result<Wire, Wire> {
    let row = action(call, id).await?;
    let whole = [referee_core::fact::Item { quantity: 1, amount: row.amount, ..Default::default() }];
    let items = if row.items.is_empty() { whole.as_slice() } else { row.items.as_slice() };
    let chosen = items.iter().filter(|item| sku.is_none_or(|sku| sku == item.sku));
    let values: Vec<Value> = chosen
        .map(|item| {
            json!({
                "Sku": item.sku,
                "Name": item.name,
                "Category": item.category,
                "Quantity": item.quantity.to_string(),
                "SaleAmount": decimal(row.worth(item.amount), row.currency),
            })
        })
        .collect();
    if values.is_empty() {
        return Err(error(404, "The action has no such item.", &[]));
    }
    Ok(Wire::ok(json!({ "ActionId": row.id.to_string(), "Items": values })))
}

pub async fn updates(call: &Call<'_>) -> Result<Wire, Wire> {
    call.account.may("read")?;
    let pages = Pages::read(&call.query, PAGE_SIZE_MAX)?;
    let at = window(call, "StartDate", "EndDate")?.unwrap_or_else(|| recent(call));
    let program = number(call, "CampaignId")?.map(ProgramId);
    let (engine, page) = (call.app.engine.clone(), pages.numbered());
    let (brand, partner) = (call.account.brand, call.account.partner);
    let found = blocking(move || {
        let (total, lines) = engine.reads.updates(brand, program, partner, at, page)?;
        let mut rows = Vec::new();
        for line in lines {
            let Some(action) = engine.reads.action(brand, line.action)? else { continue };
            let then = match line.kind {
                HistoryKind::Corrected | HistoryKind::Returned if line.seq < action.changes => {
                    paid_or_locked(&engine.reads.history(brand, line.action)?, line.seq)
                }
                _ => state_after(line.kind, action.state),
            };
            rows.push((line, action, then));
        }
        Ok((total, rows))
    });
    let (total, rows) = found.await.map_err(trouble)?;
    let names = Names::of(call).await?;
    let list = NumberedList {
        name: "ActionUpdates",
        rows: rows.iter().map(|(line, action, then)| names.update(line, action, *then)).collect(),
        total,
        page: pages.page,
        page_size: pages.page_size,
        path: call.path.clone(),
        query: pages.query,
    };
    Ok(list.wire())
}

async fn action(call: &Call<'_>, id: &str) -> Result<ActionRow, Wire> {
    call.account.may("read")?;
    let missing = || error(404, "There is no such action.", &[]);
    let id: ActionId = id.parse().map_err(|()| missing())?;
    let (engine, brand) = (call.app.engine.clone(), call.account.brand);
    let found = blocking(move || engine.reads.action(brand, id)).await.map_err(trouble)?;
    found.filter(|row| call.account.sees(row.partner)).ok_or_else(missing)
}

fn query(call: &Call<'_>) -> Result<Fields, Wire> {
    Fields::read(&call.query, b"").map_err(|fault| error(400, "The query could not be read.", &[fault]))
}

fn number(call: &Call<'_>, name: &str) -> Result<Option<u32>, Wire> {
    let fields = query(call)?;
    let Some(text) = fields.get(&[name]) else { return Ok(None) };
    let fault = || FieldError::new(name, DropReason::BadNumber, format!("{name} is a whole number."));
    text.parse().map(Some).map_err(|_| error(400, "The query can't be answered.", &[fault()]))
}

fn filter(call: &Call<'_>) -> Result<ActionFilter, Wire> {
    let fields = query(call)?;
    let occurred = window(call, "ActionDateStart", "ActionDateEnd")?;
    let changed = window(call, "StartDate", "EndDate")?;
    let locks = window(call, "LockingDateStart", "LockingDateEnd")?;
    let order_id = fields.get(&["OrderId", "Oid"]).map(str::to_owned);
    let anything = occurred.is_some() || changed.is_some() || locks.is_some() || order_id.is_some();
    let states = match fields.get(&["State", "ActionState"]).map(str::to_ascii_uppercase).as_deref() {
        None => Vec::new(),
        Some("PENDING") => vec![ActionState::Pending],
        Some("APPROVED") => vec![ActionState::Locked, ActionState::Paid],
        Some("REVERSED") => vec![ActionState::Reversed],
        Some(_) => {
            let fault = FieldError::new("State", DropReason::BadNumber, "State is PENDING, APPROVED or REVERSED.");
            return Err(error(400, "The query can't be answered.", &[fault]));
        }
    };
    Ok(ActionFilter {
        program: number(call, "CampaignId")?.map(ProgramId),
        partner: call.account.partner.or(number(call, "MediaPartnerId")?.map(PartnerId)),
        event_type: number(call, "ActionTrackerId")?.map(EventTypeId),
        states,
        order_id,
        occurred: occurred.unwrap_or_default(),
        changed: if anything { changed.unwrap_or_default() } else { recent(call) },
        locks: locks.unwrap_or_default(),
    })
}

fn recent(call: &Call<'_>) -> Between {
    let now = call.app.engine.now();
    Between { from: now.minus_days(WINDOW_DAYS_DEFAULT), to: Timestamp(i64::MAX) }
}

/// A window of dates, if the query names one. One end alone reaches as far as a window may.
fn window(call: &Call<'_>, from: &str, to: &str) -> Result<Option<Between>, Wire> {
    let fields = query(call)?;
    let zone = zone(call)?;
    let end = |name: &str, end_of_day: bool| {
        let Some(text) = fields.get(&[name]) else { return Ok(None) };
        let day_only = text.len() == 10;
        let full = if day_only { format!("{text}T00:00:00") } else { text.to_owned() };
        let at = moment(&full, &zone).ok_or_else(|| {
            let fault = FieldError::new(name, DropReason::BadDate, format!("{name} is a date such as 2026-02-11."));
            error(400, "The query can't be answered.", &[fault])
        })?;
        Ok(Some(if day_only && end_of_day { at.plus_days(1).plus_ms(-1) } else { at }))
    };
    let between = match (end(from, false)?, end(to, true)?) {
        (None, None) => return Ok(None),
        (Some(from), Some(to)) => Between { from, to },
        (Some(from), None) => Between { from, to: from.plus_days(WINDOW_DAYS_MAX) },
        (None, Some(to)) => Between { from: to.minus_days(WINDOW_DAYS_MAX), to },
    };
    if between.to.since_ms(between.from) > Timestamp(0).plus_days(WINDOW_DAYS_MAX + 1).0 {
        let message = format!("{from} and {to} are at most {WINDOW_DAYS_MAX} days apart.");
        return Err(error(400, "The query can't be answered.", &[FieldError::new(from, DropReason::BadDate, message)]));
    }
    Ok(Some(between))
}

/// The zone of the named program, or of the brand's first.
fn zone(call: &Call<'_>) -> Result<Zone, Wire> {
    let named = number(call, "CampaignId")?.map(ProgramId);
    let brand = call.brand()?;
    let program = match named {
        Some(id) => brand.config.programs.get(&id),
        None => brand.config.programs.values().next(),
    };
    Ok(program.map(|program| program.zone.clone()).unwrap_or_default())
}

/// ISO 8601 in UTC.
pub fn date(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0).map(|at| format!("{at:.0}")).unwrap_or_default()
}

/// The names behind the numbers of a brand.
struct Names {
    config: std::sync::Arc<Config>,
    partners: HashMap<PartnerId, String>,
    base: String,
}

impl Names {
    async fn of(call: &Call<'_>) -> Result<Names, Wire> {
        let config = call.brand()?.config.clone();
        let (engine, brand) = (call.app.engine.clone(), call.account.brand);
        let partners = blocking(move || engine.settings.partners(brand)).await.map_err(trouble)?;
        let partners = partners.into_iter().map(|partner| (partner.id, partner.name)).collect();
        Ok(Names { config, partners, base: call.account.base() })
    }

    fn partner(&self, id: PartnerId) -> &str {
        self.partners.get(&id).map_or("", String::as_str)
    }

    fn action(&self, row: &ActionRow) -> Value {
        let program = self.config.programs.get(&row.id.program);
        let event_type = self.config.event_types.get(&(row.id.program, row.id.event_type));
        let money = |amount: Money| decimal(amount, row.currency);
        // With a bonus or a fee nothing was sold: clients add up amounts as sales.
        let sold = |amount: Money| if row.is_award() { Money::ZERO } else { amount };
        let (state, detail) = state(row.state);
        let detail = if row.return_asked.is_some() { "ADVERTISER_RETURN_REQUEST" } else { detail };
        json!({
            "Id": row.id.to_string(),
            "CampaignId": row.id.program.to_string(),
            "CampaignName": program.map_or("", |program| program.name.as_str()),
            "ActionTrackerId": row.id.event_type.to_string(),
            "ActionTrackerName": event_type.map_or(words::award(row.evidence), |it| it.name.as_str()),
            "EventTypeCode": event_type.map_or("", |it| it.code.as_str()),
            "MediaPartnerId": row.partner.to_string(),
            "MediaPartnerName": self.partner(row.partner),
            "State": state,
            "StateDetail": detail,
            "AdId": row.ad.to_string(),
            "Payout": money(row.payout),
            "DeltaPayout": money(row.payout.minus(row.intended_payout)),
            "IntendedPayout": money(row.intended_payout),
            "Amount": money(sold(row.worth(row.amount))),
            "DeltaAmount": money(sold(row.worth(row.amount).minus(row.worth(row.intended_amount)))),
            "IntendedAmount": money(sold(row.worth(row.intended_amount))),
            "Currency": row.currency.to_string(),
            "OriginalAmount": decimal(row.amount, row.order_currency),
            "OriginalCurrency": row.order_currency.to_string(),
            "ReferringType": referring_type(row.evidence),
            "EventDate": date(row.occurred_at),
            "CreationDate": date(row.opened_at),
            "LastUpdated": date(row.changed_at),
            "LockingDate": row.locks_at.map(date).unwrap_or_default(),
            "ClearedDate": if row.state == ActionState::Paid { date(row.changed_at) } else { String::new() },
            "Oid": row.order_id,
            "PromoCode": row.promo_code,
            "CustomerStatus": row.customer_status,
            "Disposition": row.disposition,
            "SharedId": row.shared_id,
            "SubId1": row.sub_ids[0],
            "SubId2": row.sub_ids[1],
            "SubId3": row.sub_ids[2],
            "Uri": format!("{}/Actions/{}", self.base, row.id),
        })
    }

    fn update(&self, line: &HistoryRow, action: &ActionRow, then: ActionState) -> Value {
        let mut value = self.action(action);
        let money = |amount: Money| decimal(amount, action.currency);
        let (state, detail) = state(then);
        value["Id"] = json!(format!("{}.{}", line.action, line.seq));
        value["ActionId"] = json!(line.action.to_string());
        value["UpdateDate"] = json!(date(line.at));
        value["DeltaAmount"] =
            json!(money(if action.is_award() { Money::ZERO } else { action.worth(line.amount_delta) }));
        value["DeltaPayout"] = json!(money(line.payout_delta));
        value["Disposition"] = json!(line.disposition);
        value["State"] = json!(state);
        value["StateDetail"] = json!(detail);
        value
    }
}

/// What an action was after a line; after a correction or a failed payment, what it is now.
fn state_after(kind: HistoryKind, now: ActionState) -> ActionState {
    match kind {
        HistoryKind::Opened
        | HistoryKind::Modified
        | HistoryKind::Held
        | HistoryKind::Released
        | HistoryKind::ReturnAsked
        | HistoryKind::ReturnDeclined
        | HistoryKind::Converted
        | HistoryKind::Admitted
        | HistoryKind::Restored => ActionState::Pending,
        HistoryKind::Reversed => ActionState::Reversed,
        HistoryKind::Locked => ActionState::Locked,
        HistoryKind::Paid => ActionState::Paid,
        HistoryKind::Corrected | HistoryKind::Returned => now,
    }
}

/// What an action was after a line by which it stayed what it was, or whose payment came to nothing: paid, if more payments
/// took something of it by then than failed.
fn paid_or_locked(history: &[HistoryRow], seq: u32) -> ActionState {
    let until = |kind: HistoryKind| history.iter().filter(|it| it.seq <= seq && it.kind == kind).count();
    if until(HistoryKind::Paid) > until(HistoryKind::Returned) { ActionState::Paid } else { ActionState::Locked }
}

/// The vendor's three states; paid is a detail.
fn state(state: ActionState) -> (&'static str, &'static str) {
    match state {
        ActionState::Pending => ("PENDING", ""),
        ActionState::Locked => ("APPROVED", "LOCKED"),
        ActionState::Paid => ("APPROVED", "PAID"),
        ActionState::Reversed => ("REVERSED", ""),
    }
}

fn referring_type(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::ForcedPartner => "REPORTED_PARTNER_ID",
        Evidence::PromoCode => "PROMOCODE",
        Evidence::ParentAction => "ACTION",
        // An address of its own is a way in like a link: clients know no word for it.
        Evidence::ClickId | Evidence::Identifier | Evidence::AssignedUrl => "CLICK_COOKIE",
        Evidence::AssignedPhone => "CALL",
        Evidence::Impression => "IMPRESSION_COOKIE",
        Evidence::Inquiry => "ACTION_INQUIRY",
        Evidence::Bonus => "BONUS",
        Evidence::Fee => "FEE",
    }
}
