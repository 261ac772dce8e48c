//! What clients read around the actions: the company, its programs, partners, ads, event types and clicks.

use referee_core::inquiry::InquiryReason;
use referee_core::program::{Category, Standing};
use referee_engine::books::reads::InquiryFilter;
use referee_engine::engine::blocking;
use referee_engine::intake::amount::decimal;
use referee_engine::intake::click_id::{Opened, open};
use serde_json::{Value, json};

use super::Call;
use super::actions::{Pages, date};
use super::answer::{NumberedList, Wire, error, trouble};
use crate::membership::joined;

/// Inquiries that are listed; older ones are in the API's own list.
const INQUIRIES_MAX: u32 = 10_000;

pub async fn company(call: &Call<'_>) -> Result<Wire, Wire> {
    call.account.may("read")?;
    let (engine, brand) = (call.app.engine.clone(), call.account.brand);
    let found = blocking(move || engine.settings.find_brand(brand)).await.map_err(trouble)?;
    let found = found.ok_or_else(|| error(404, "The account has no brand.", &[]))?;
    let config = call.brand()?.config.clone();
    let program = config.programs.values().next();
    Ok(Wire::ok(json!({
        "CompanyName": found.name,
        "AccountSid": found.account_sid,
        "Currency": program.map(|program| program.currency.to_string()).unwrap_or_default(),
        "Timezone": program.map_or("UTC", |program| program.zone.name.as_str()),
    })))
}

pub fn campaigns(call: &Call<'_>) -> Result<Entries, Wire> {
    let config = call.brand()?.config.clone();
    let seen = config.programs.values().filter(|it| joined(&config, it.id, call.account.partner));
    let rows = seen.map(|program| {
        json!({
            "Id": program.id.to_string(),
            "Name": program.name,
            "Currency": program.currency.to_string(),
            "Timezone": program.zone.name,
            "State": standing(program.standing),
            "TrackingDomains": program.tracking_hosts.join(","),
            "DeepLinkDomains": program.permitted_hosts.join(","),
            "DefaultLandingPage": program.default_landing_url,
            "Uri": format!("{}/Campaigns/{}", call.account.base(), program.id),
        })
    });
    Ok(Entries { name: "Campaigns", rows: rows.collect() })
}

pub async fn partners(call: &Call<'_>) -> Result<Entries, Wire> {
    let config = call.brand()?.config.clone();
    let (engine, brand) = (call.app.engine.clone(), call.account.brand);
    let partners = blocking(move || engine.settings.partners(brand)).await.map_err(trouble)?;
    let rows = partners.into_iter().map(|partner| {
        let known = config.partners.get(&partner.id);
        json!({
            "Id": partner.id.to_string(),
            "Name": partner.name,
            "State": known.map_or("PENDING", |known| standing(known.standing)),
            "Uri": format!("/Advertisers/{}/MediaPartners/{}", call.account.sid, partner.id),
        })
    });
    Ok(Entries { name: "MediaPartners", rows: rows.collect() })
}

pub fn ads(call: &Call<'_>) -> Result<Entries, Wire> {
    let config = call.brand()?.config.clone();
    let partner = call.account.partner;
    let seen = config.ads.values().filter(|it| partner.is_none() || it.standing == Standing::Active);
    let rows = seen.filter(|it| joined(&config, it.program, partner)).map(|ad| {
        json!({
            "Id": ad.id.to_string(),
            "CampaignId": ad.program.to_string(),
            "Name": ad.name,
            "LandingPageUrl": ad.landing_url,
            "State": standing(ad.standing),
            "Uri": format!("{}/Ads/{}", call.account.base(), ad.id),
        })
    });
    Ok(Entries { name: "Ads", rows: rows.collect() })
}

pub fn event_types(call: &Call<'_>) -> Result<Entries, Wire> {
    let config = call.brand()?.config.clone();
    let seen = config.event_types.values().filter(|it| joined(&config, it.program, call.account.partner));
    let rows = seen.map(|it| {
        json!({
            "Id": it.id.to_string(),
            "CampaignId": it.program.to_string(),
            "Code": it.code,
            "Name": it.name,
            "Type": category(it.category),
            "State": standing(it.standing),
        })
    });
    Ok(Entries { name: "ActionTrackers", rows: rows.collect() })
}

/// What partners asked about, the newest first.
pub async fn inquiries(call: &Call<'_>) -> Result<Entries, Wire> {
    call.account.may("read")?;
    let (engine, brand) = (call.app.engine.clone(), call.account.brand);
    let all = InquiryFilter { partner: call.account.partner, ..InquiryFilter::default() };
    let found = blocking(move || engine.reads.inquiries(brand, &all, None, INQUIRIES_MAX)).await.map_err(trouble)?;
    let rows = found.iter().map(|it| {
        json!({
            "Id": it.id.to_string(),
            "CampaignId": it.program.to_string(),
            "MediaPartnerId": it.partner.to_string(),
            "ActionTrackerId": it.order.event_type.to_string(),
            "Type": it.kind.code(),
            "OrderId": it.order.order_id,
            "ActionId": it.action.map(|id| id.to_string()).unwrap_or_default(),
            "TransactionDate": date(it.ordered_at),
            "Currency": it.currency.to_string(),
            "Amount": it.amount.map(|amount| decimal(amount, it.currency)).unwrap_or_default(),
            "Status": it.state.code(),
            "RejectReason": it.reason.map_or("", InquiryReason::code),
            "CreationDate": date(it.opened_at),
            "DueDate": date(it.due_at),
            "ResolutionDate": it.answered_at.map(date).unwrap_or_default(),
            "Uri": format!("{}/ActionInquiries/{}", call.account.base(), it.id),
        })
    });
    Ok(Entries { name: "ActionInquiries", rows: rows.collect() })
}

/// A click by its id. The id is a visitor's journey to other platforms; here it is one click.
pub async fn click(call: &Call<'_>, id: &str) -> Result<Wire, Wire> {
    call.account.may("read")?;
    let missing = || error(404, "There is no such click.", &[]);
    let brand = call.brand()?;
    let mut opened = brand.config.programs.keys().filter_map(|program| open(&brand.keys, *program, id).ok());
    let Some(Opened::Click(click)) = opened.next() else { return Err(missing()) };
    let (engine, brand) = (call.app.engine.clone(), call.account.brand);
    let row = blocking(move || engine.reads.click(brand, click.no)).await.map_err(trouble)?.ok_or_else(missing)?;
    Ok(Wire::ok(json!({
        "Id": id,
        "CampaignId": row.program.to_string(),
        "MediaId": row.partner.to_string(),
        "AdId": row.ad.to_string(),
        "EventDate": date(row.occurred_at),
        "DeviceType": format!("{:?}", row.signals.device).to_uppercase(),
        "SharedId": row.shared_id,
        "PartnerRelated": { "SubId1": row.sub_ids[0], "SubId2": row.sub_ids[1], "SubId3": row.sub_ids[2] },
        "Counted": row.refusal.is_none().to_string(),
        "Reason": row.refusal.map_or("", |refusal| refusal.code()),
    })))
}

/// All entries of one kind that a brand has set up.
pub struct Entries {
    pub name: &'static str,
    pub rows: Vec<Value>,
}

impl Entries {
    pub fn page(self, call: &Call<'_>) -> Result<Wire, Wire> {
        call.account.may("read")?;
        let pages = Pages::read(&call.query, 1_000)?;
        let total = self.rows.len() as u64;
        let here = self.rows.into_iter().skip(pages.offset() as usize).take(pages.page_size as usize).collect();
        let (page, page_size, query, path) = (pages.page, pages.page_size, pages.query, call.path.clone());
        Ok(NumberedList { name: self.name, rows: here, total, page, page_size, path, query }.wire())
    }

    pub fn one(self, call: &Call<'_>, id: &str) -> Result<Wire, Wire> {
        call.account.may("read")?;
        let found = self.rows.into_iter().find(|row| row["Id"] == id);
        found.map(Wire::ok).ok_or_else(|| error(404, "There is no such resource.", &[]))
    }
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => "ACTIVE",
        Standing::Paused => "PAUSED",
    }
}

fn category(category: Category) -> &'static str {
    match category {
        Category::Sale => "SALE",
        Category::Lead => "LEAD",
        Category::Install => "INSTALL",
        Category::Click => "CLICK",
        Category::Other => "OTHER",
    }
}
