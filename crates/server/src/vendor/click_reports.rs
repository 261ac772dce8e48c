//! The reports on paid clicks, as existing clients read them: `{"Records": [...]}`, XML, or a file of lines.

use referee_core::id::PartnerId;
use referee_engine::engine::blocking;
use referee_engine::intake::drop_reason::{DropReason, FieldError};
use referee_engine::intake::fields::Fields;
use referee_engine::lookup::answer::Viewer;
use serde_json::json;

use super::Call;
use super::answer::{Form, Wire, error, trouble};
use crate::click_reports::columns::{Naming, Sheet};
use crate::click_reports::{Asked, asked, payable, payouts};

/// Records of a page, where the query does not ask for fewer.
const RECORDS_MAX: u32 = 20_000;

/// A question, read from the query.
struct Question {
    asked: Asked,
    most: u32,
    after: Option<String>,
    /// What else the query says, to be said again for the next page.
    query: Vec<(String, String)>,
}

pub async fn payouts(call: &Call<'_>) -> Result<Wire, Wire> {
    let question = question(call)?;
    let after = after(&question, payouts::Place::parse)?;
    let (engine, brand, config) = (call.app.engine.clone(), call.account.brand, call.brand()?.config.clone());
    let (asked, most) = (question.asked.clone(), question.most as usize);
    let found = blocking(move || payouts::lines(engine.reads.as_ref(), &config, brand, &asked, after, most));
    let lines = found.await.map_err(trouble)?;
    let next = lines.last().filter(|_| lines.len() == most).map(|line| line.place.cursor());
    Ok(answer(call, &question, Sheet::payouts(&lines, viewer(call)), next))
}

pub async fn payable(call: &Call<'_>) -> Result<Wire, Wire> {
    let question = question(call)?;
    let after = after(&question, payable::parse_cursor)?;
    let (engine, brand, config) = (call.app.engine.clone(), call.account.brand, call.brand()?.config.clone());
    let (asked, most) = (question.asked.clone(), question.most);
    let found = blocking(move || payable::lines(engine.reads.as_ref(), &config, brand, &asked, after, most));
    let lines = found.await.map_err(trouble)?;
    let next = lines.last().filter(|_| lines.len() == most as usize).map(|line| payable::cursor(line.place()));
    Ok(answer(call, &question, Sheet::clicks(&lines, viewer(call)), next))
}

fn viewer(call: &Call<'_>) -> Viewer {
    call.account.partner.map_or(Viewer::Brand, Viewer::Partner)
}

fn wrong(name: &str, reason: DropReason, message: impl Into<String>) -> Wire {
    let fault = FieldError::new(name, reason, message);
    error(400, "The report can't be made.", &[fault])
}

fn question(call: &Call<'_>) -> Result<Question, Wire> {
    call.account.may("read")?;
    let fields =
        Fields::read(&call.query, b"").map_err(|fault| error(400, "The query could not be read.", &[fault]))?;
    let number = |names: &[&str]| match fields.get(names).map(str::parse::<u32>) {
        None => Ok(None),
        Some(Ok(number)) => Ok(Some(number)),
        Some(Err(_)) => Err(wrong(names[0], DropReason::BadNumber, format!("{} is a whole number.", names[0]))),
    };
    let program = number(&["CampaignId", "ProgramId"])?;
    let named = number(&["MediaPartnerId", "PartnerId", "MediaId"])?.map(PartnerId);
    let own = call.account.partner;
    if own.is_some() && named.is_some() && own != named {
        return Err(error(403, "A partner's account answers for its own partner alone.", &[]));
    }
    let days = (fields.get(&["StartDate"]), fields.get(&["EndDate"]));
    let asked = asked(&call.brand()?.config, (own, own.or(named)), program, days, call.app.engine.now());
    let asked = asked.map_err(|(field, message)| match field {
        "program_id" => wrong("CampaignId", DropReason::BadNumber, message),
        "from" => wrong("StartDate", DropReason::BadDate, message),
        _ => wrong("EndDate", DropReason::BadDate, message),
    })?;
    let most = number(&["PageSize"])?.unwrap_or(RECORDS_MAX).clamp(1, RECORDS_MAX);
    let after = fields.get(&["After"]).map(str::to_owned);
    let pairs = url::form_urlencoded::parse(call.query.as_bytes()).into_owned();
    let query = pairs.filter(|(name, _)| !name.eq_ignore_ascii_case("After")).collect();
    Ok(Question { asked, most, after, query })
}

fn after<T>(question: &Question, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Wire> {
    let no = || wrong("After", DropReason::BadNumber, "It is not one that this report gave.");
    question.after.as_deref().map(|text| parse(text).ok_or_else(no)).transpose()
}

fn answer(call: &Call<'_>, question: &Question, sheet: Sheet, next: Option<String>) -> Wire {
    let next = next.map(|after| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&question.query).append_pair("After", &after);
        format!("{}?{}", call.path, query.finish())
    });
    if call.form == Form::Csv {
        return Wire::sheet(sheet.csv(Naming::Vendor), next);
    }
    Wire::ok(json!({ "@nextpageuri": next.unwrap_or_default(), "Records": sheet.records() }))
}
