//! `/Mediapartners`: the same questions as a partner asks them, its inquiries, and its word on contracts.

use referee_core::agreement::Status;
use referee_core::config::Config;
use referee_core::contract::{Agreement, Terms};
use referee_core::fact::{Actor, Fact, Role, TermsDecided};
use referee_core::id::{PartnerId, ProgramId, UserId};
use referee_engine::engine::{Settled, blocking};
use referee_engine::intake::drop_reason::FieldError;
use referee_engine::intake::fields::Fields;
use serde_json::{Value, json};

use super::actions::date;
use super::answer::{Wire, error, refused, trouble};
use super::lists::{self, Entries};
use super::{Call, actions, click_reports};
use crate::inquiries::{By, NotOpened, open};

/// Fields of an inquiry: as they are called here, and by existing clients.
const INQUIRY_FIELDS: [(&str, &[&str]); 10] = [
    ("program_id", &["CampaignId", "ProgramId"]),
    ("type", &["Type", "InquiryType"]),
    ("event_type", &["ActionTrackerId", "EventTypeId", "EventTypeCode"]),
    ("order_id", &["OrderId", "Oid"]),
    ("action_id", &["ActionId"]),
    ("order_date", &["TransactionDate", "OrderDate", "EventDate"]),
    ("amount", &["Amount", "TransactionAmount"]),
    ("currency", &["Currency", "CurrencyCode"]),
    ("click_id", &["ClickId"]),
    ("text", &["Comments", "Note"]),
];

pub async fn route(call: &Call<'_>) -> Result<Wire, Wire> {
    let partner = call.account.partner.ok_or_else(|| error(404, "There is no such resource.", &[]))?;
    let parts: Vec<&str> = call.resource.trim_matches('/').split('/').collect();
    match (call.method.as_str(), parts.as_slice()) {
        ("GET", ["Actions"]) => actions::list(call).await,
        ("GET", ["Actions", id]) => actions::find(call, id).await,
        ("GET", ["Actions", id, "Items"]) => actions::items(call, id, None).await,
        ("GET", ["Actions", id, "Items", sku]) => actions::items(call, id, Some(sku)).await,
        ("GET", ["ActionUpdates"]) => actions::updates(call).await,
        ("GET", ["ActionInquiries"]) => lists::inquiries(call).await?.page(call),
        ("GET", ["ActionInquiries", id]) => lists::inquiries(call).await?.one(call, id),
        ("POST", ["ActionInquiries"]) => inquire(call, partner).await,
        ("GET", ["CompanyInformation"]) => company(call, partner).await,
        ("GET", ["Campaigns" | "Programs"]) => campaigns(call, partner)?.page(call),
        ("GET", ["Campaigns" | "Programs", id]) => campaigns(call, partner)?.one(call, id),
        ("GET", ["Contracts"]) => contracts(call, partner, None)?.page(call),
        ("GET", ["Campaigns" | "Programs", id, "Contracts"]) => contracts(call, partner, Some(id))?.page(call),
        ("POST", ["Campaigns" | "Programs", id, "Contracts"]) => decide(call, partner, id, true).await,
        ("DELETE", ["Campaigns" | "Programs", id, "Contracts"]) => decide(call, partner, id, false).await,
        ("GET", ["Ads"]) => lists::ads(call)?.page(call),
        ("GET", ["Ads", id]) => lists::ads(call)?.one(call, id),
        ("GET", ["ActionTrackers" | "EventTypes"]) => lists::event_types(call)?.page(call),
        ("GET", ["ActionTrackers" | "EventTypes", id]) => lists::event_types(call)?.one(call, id),
        ("GET", ["Reports", "click_tracker_cpc_payouts"]) => click_reports::payouts(call).await,
        ("GET", ["Reports", "payable_click_data"]) => click_reports::payable(call).await,
        _ => Err(error(404, "There is no such resource.", &[])),
    }
}

async fn company(call: &Call<'_>, partner: PartnerId) -> Result<Wire, Wire> {
    call.account.may("read")?;
    let (engine, brand) = (call.app.engine.clone(), call.account.brand);
    let partners = blocking(move || engine.settings.partners(brand)).await.map_err(trouble)?;
    let name = partners.into_iter().find(|it| it.id == partner).map(|it| it.name).unwrap_or_default();
    let config = call.brand()?.config.clone();
    let program = config.programs.values().next();
    Ok(Wire::ok(json!({
        "CompanyName": name,
        "AccountSid": call.account.sid,
        "MediaPartnerId": partner.to_string(),
        "Currency": program.map(|program| program.currency.to_string()).unwrap_or_default(),
        "Timezone": program.map_or("UTC", |program| program.zone.name.as_str()),
    })))
}

/// Programs, each with where the contract stands.
fn campaigns(call: &Call<'_>, partner: PartnerId) -> Result<Entries, Wire> {
    let (config, now) = (call.brand()?.config.clone(), call.app.engine.now());
    let mut entries = lists::campaigns(call)?;
    for row in &mut entries.rows {
        let program = row["Id"].as_str().and_then(|id| id.parse().ok()).map(ProgramId).unwrap_or_default();
        let status = config.contract_at(program, partner, now).map(|(_, status)| status_name(status));
        row["ContractStatus"] = json!(status.unwrap_or_default());
        row["ContractsUri"] = json!(format!("{}/Campaigns/{program}/Contracts", call.account.base()));
    }
    Ok(entries)
}

/// These clients know no offer that was taken back.
fn status_name(status: Status) -> &'static str {
    match status {
        Status::Active => "ACTIVE",
        Status::Paused => "PAUSED",
        Status::Pending => "PENDING",
        Status::Upcoming => "UPCOMING",
        Status::Declined => "DECLINED",
        Status::Withdrawn | Status::Expired => "EXPIRED",
    }
}

fn contract_id(terms: &Terms) -> String {
    format!("{}.{}", terms.program, terms.version)
}

/// Every version of the partner's terms is a contract of its own, as these clients see it.
fn contracts(call: &Call<'_>, partner: PartnerId, program: Option<&str>) -> Result<Entries, Wire> {
    let (config, now) = (call.brand()?.config.clone(), call.app.engine.now());
    let program = program.map(|id| known(&config, partner, id)).transpose()?;
    let own = config.terms.iter().filter(|((of, who), _)| *who == Some(partner) && program.is_none_or(|it| it == *of));
    let rows = own.flat_map(|(_, versions)| versions).map(|it| told(call, &config, it, config.status(it, now)));
    Ok(Entries { name: "Contracts", rows: rows.collect() })
}

fn told(call: &Call<'_>, config: &Config, it: &Terms, status: Status) -> Value {
    json!({
        "Id": contract_id(it),
        "CampaignId": it.program.to_string(),
        "CampaignName": config.programs.get(&it.program).map_or("", |program| program.name.as_str()),
        "MediaPartnerId": it.partner.map(|id| id.to_string()).unwrap_or_default(),
        "Status": status_name(status),
        "StartDate": date(it.starts_at),
        "EndDate": it.ends_at.map(date).unwrap_or_default(),
        "Uri": format!("{}/Campaigns/{}/Contracts", call.account.base(), it.program),
    })
}

/// A program that the partner has terms of.
fn known(config: &Config, partner: PartnerId, id: &str) -> Result<ProgramId, Wire> {
    let program = id.parse().ok().map(ProgramId).filter(|id| config.terms.contains_key(&(*id, Some(partner))));
    program.ok_or_else(|| error(404, "There is no such campaign.", &[]))
}

/// The partner's word on the contract that is named, or else on the newest that was offered. The first word holds.
async fn decide(call: &Call<'_>, partner: PartnerId, program: &str, accepted: bool) -> Result<Wire, Wire> {
    call.account.may("write")?;
    let (config, fields) = (call.brand()?.config.clone(), call.fields()?);
    let program = known(&config, partner, program)?;
    let versions = config.terms.get(&(program, Some(partner))).map_or(&[][..], Vec::as_slice);
    let named = fields.get(&["ContractId", "Id"]);
    let meant = versions.iter().rev().filter(|it| it.agreement != Agreement::Unasked);
    let mut meant = meant.filter(|it| named.is_none_or(|id| id == contract_id(it)));
    let offer = meant.next().ok_or_else(|| error(404, "No contract of this campaign waits for an answer.", &[]))?;
    let fact = Fact::TermsDecided(TermsDecided { program, partner, version: offer.version, accepted });
    let settled = call.app.engine.settle(call.account.brand, actor(call), fact).await;
    settled.map_err(|error| refused(error, partner))?;
    let status = if accepted { "ACCEPTED" } else { "DECLINED" };
    let uri = format!("{}/Campaigns/{program}/Contracts", call.account.base());
    Ok(Wire::ok(json!({ "Status": status, "ContractId": contract_id(offer), "Uri": uri })))
}

fn actor(call: &Call<'_>) -> Actor {
    let reason = format!("API token {:?}", call.account.token_name);
    Actor { user: UserId(0), role: Role::Partner, reason }
}

async fn inquire(call: &Call<'_>, partner: PartnerId) -> Result<Wire, Wire> {
    call.account.may("write")?;
    let (sent, mut fields) = (call.fields()?, Fields::default());
    for (name, theirs) in INQUIRY_FIELDS {
        if let Some(value) = sent.get(theirs) {
            fields.set(name, value);
        }
    }
    let by = By { brand: call.account.brand, actor: actor(call), partner: Some(partner) };
    match open(call.app, &by, partner, &fields).await {
        Ok(settled) => Ok(asked(call, &settled)),
        Err(NotOpened::Fields(errors)) => {
            let errors: Vec<FieldError> = errors.into_iter().map(in_their_words).collect();
            Err(error(400, "Some fields can't be taken as they are.", &errors))
        }
        Err(NotOpened::Settle(error)) => Err(refused(error, partner)),
    }
}

fn asked(call: &Call<'_>, settled: &Settled) -> Wire {
    let uri = format!("{}/ActionInquiries/{}", call.account.base(), settled.subject);
    Wire::ok(json!({ "Status": "OK", "Id": settled.subject, "Uri": uri }))
}

/// The field as the sender calls it.
fn in_their_words(error: FieldError) -> FieldError {
    let theirs = INQUIRY_FIELDS.iter().find(|(name, _)| *name == error.field).and_then(|(_, theirs)| theirs.first());
    FieldError { field: theirs.map_or(error.field.clone(), |name| (*name).to_owned()), ..error }
}
