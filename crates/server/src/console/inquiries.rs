//! Inquiries: what partners ask about, the most urgent first, and answers to several at once.

use axum::extract::{Form, Query};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::fact::Fact;
use referee_core::id::{InquiryId, PartnerId, ProgramId};
use referee_core::inquiry::{InquiryKind, InquiryReason, InquiryRules, InquiryState};
use referee_core::row::InquiryRow;
use referee_core::time::{Timestamp, Zone};
use referee_engine::books::reads::{CountedInquiries, InquiryFilter};
use referee_engine::engine::{SettleError, blocking};
use referee_engine::intake::inquiry::answer;
use referee_engine::limits::INQUIRIES_ANSWERED_MAX;
use serde::Deserialize;

use super::form::Fields;
use super::format;
use super::page::{csrf, empty, page};
use super::partners::{choice, program_filter, program_of};
use super::person::{Failure, May, Person, done};
use super::table::{
    EXPORT_ROWS, PAGE_ROWS, Table, buttons, cell, figure, file_only, foot, link_cell, minor, money_cell, shown_cell,
    text, time_cell,
};
use crate::inquiries::{By, by_person};
use crate::paging::{cursor, parse_cursor};

#[derive(Deserialize, Default)]
pub struct InquiriesQuery {
    #[serde(default)]
    program: String,
    #[serde(default)]
    partner: String,
    #[serde(default)]
    kind: String,
    /// Open by default on the brand's side.
    state: Option<String>,
    #[serde(default)]
    order: String,
    before: Option<String>,
    format: Option<String>,
}

impl InquiriesQuery {
    /// Whether those that wait are listed, the most urgent first. A partner sees all of its own, the newest first.
    fn waiting(&self, person: &Person) -> bool {
        match self.state.as_deref() {
            None => person.partner.is_none(),
            Some(state) => state == InquiryState::Open.code(),
        }
    }

    fn filter(&self, person: &Person) -> InquiryFilter {
        let state = self.state.as_deref().unwrap_or_default();
        InquiryFilter {
            program: self.program.parse().ok().map(ProgramId),
            partner: person.partner.or_else(|| self.partner.parse().ok().map(PartnerId)),
            kind: InquiryKind::ALL.into_iter().find(|kind| kind.code() == self.kind),
            order_id: Some(self.order.trim().to_owned()).filter(|order| !order.is_empty()),
            states: InquiryState::ALL.into_iter().filter(|it| it.code() == state).collect(),
        }
    }
}

/// Who acts.
pub fn by(person: &Person) -> By {
    by_person(person.brand, person.user, person.role, person.partner)
}

pub async fn list(person: Person, Query(query): Query<InquiriesQuery>) -> Result<Response, Failure> {
    let (filter, waiting, now) = (query.filter(&person), query.waiting(&person), person.app.engine.now());
    let export = query.format.as_deref() == Some("csv");
    let most = if export { EXPORT_ROWS } else { PAGE_ROWS };
    let (engine, brand, partner) = (person.app.engine.clone(), person.brand, person.partner);
    engine.catch_up(brand).await?;
    let before = query.before.clone();
    let (rows, counted) = blocking(move || {
        let before = before.as_deref();
        let rows = if waiting {
            let after = before.and_then(parse_cursor).map(|(at, id)| (Timestamp(at), InquiryId(id)));
            engine.reads.inquiries_due(brand, &filter, after, most)?
        } else {
            let before = before.and_then(|id| id.parse().ok()).map(InquiryId);
            engine.reads.inquiries(brand, &filter, before, most)?
        };
        Ok((rows, engine.reads.count_inquiries(brand, partner, now)?))
    })
    .await?;
    let answers = waiting && person.may(May::Manage);
    let table = table(&person, &rows, now, answers && !export);
    if export {
        return Ok(table.csv("inquiries"));
    }
    let full = rows.len() == PAGE_ROWS as usize;
    let next =
        rows.last().filter(|_| full).map(|row| if waiting { cursor(row.due_at.0, row.id) } else { row.id.to_string() });
    let kept = [
        ("program", query.program.clone()),
        ("partner", query.partner.clone()),
        ("kind", query.kind.clone()),
        ("state", query.state.clone().unwrap_or_default()),
        ("order", query.order.clone()),
    ];
    let body = html! {
        (figures(&person, counted))
        (filter_form(&person, &query, waiting))
        @if rows.is_empty() { (nothing(&person, waiting)) } @else {
            (table.html())
            (foot("/inquiries", &kept, next))
            @if answers { (bulk_form(&person)) }
        }
        @if person.partner.is_none() && person.may(May::Manage) { (rules_form(&person)) }
    };
    Ok(page(&person, "/inquiries", "Inquiries", body).into_response())
}

fn figures(person: &Person, counted: CountedInquiries) -> Markup {
    let number = |it: u64| format::number(i64::try_from(it).unwrap_or(i64::MAX));
    html! {
        section.card.kpis.three {
            div { span.muted { "Open" } b { (number(counted.open)) } span.muted { @if person.partner.is_some() { "wait for the brand" } @else { "wait for an answer" } } }
            div { span.muted { "Overdue" } b { (number(counted.overdue)) } span.muted { "past their day" } }
        }
        @if person.partner.is_some() { p.foot { a.button href="/inquiries/new" { "Ask about an order" } } }
    }
}

fn nothing(person: &Person, waiting: bool) -> Markup {
    html! {
        @if person.partner.is_some() {
            (empty("You have asked nothing yet", html! { p { "If an order of yours is missing, has a wrong amount, or was declined, ask about it here. The brand answers, and you see why." } }))
        } @else if waiting {
            (empty("Nobody waits for an answer", html! { p { "When a partner asks about an order in its portal, it stands here until you answer, the most urgent first." } }))
        } @else { (empty("No inquiry matches", html! { p { "Choose another state or partner." } })) }
    }
}

fn filter_form(person: &Person, query: &InquiriesQuery, waiting: bool) -> Markup {
    let state = query.state.as_deref().unwrap_or(if waiting { InquiryState::Open.code() } else { "" });
    html! {
        form.filter method="get" {
            (program_filter(person, query.program.parse().ok(), Some("All")))
            @if person.partner.is_none() { label { "Partner" (choice(person, query.partner.parse().ok(), Some("All"))) } }
            label { "State" select name="state" {
                option value="" { "All" }
                @for it in InquiryState::ALL { option value=(it.code()) selected[it.code() == state] { (state_word(it)) } }
            } }
            label { "About" select name="kind" {
                option value="" { "All" }
                @for it in InquiryKind::ALL { option value=(it.code()) selected[it.code() == query.kind] { (kind_words(it)) } }
            } }
            label { "Order" input type="search" name="order" value=(query.order); }
            button { "Filter" }
        }
    }
}

pub fn kind_words(kind: InquiryKind) -> &'static str {
    match kind {
        InquiryKind::Untracked => "Missing",
        InquiryKind::Incorrect => "Wrong amount",
        InquiryKind::Declined => "Declined",
    }
}

pub fn state_word(state: InquiryState) -> &'static str {
    match state {
        InquiryState::Open => "Open",
        InquiryState::Valid => "Valid",
        InquiryState::Declined => "Declined",
        InquiryState::Incomplete => "Incomplete",
    }
}

/// A state as a tag, with whether its day has passed.
pub fn state_tag(row: &InquiryRow, now: Timestamp) -> Markup {
    let class = match row.state {
        InquiryState::Open => "tag pending",
        InquiryState::Valid => "tag locked",
        InquiryState::Declined | InquiryState::Incomplete => "tag reversed",
    };
    html! {
        span class=(class) { (state_word(row.state)) }
        @if row.is_open() && row.appealed_at.is_some() { " " span.tag { "Appeal" } }
        @if row.is_overdue(now) { " " span.tag.reversed { "Overdue" } }
    }
}

/// The zone of the inquiry's program.
pub fn zone_of(person: &Person, row: &InquiryRow) -> Zone {
    person.zone(Some(row.program.0))
}

fn table(person: &Person, rows: &[InquiryRow], now: Timestamp, answers: bool) -> Table {
    let columns = vec![
        buttons(),
        text("Inquiry"),
        text("Order"),
        text("About"),
        text("Partner"),
        text("State"),
        minor("Due"),
        minor("Opened"),
        figure("Amount"),
        file_only("Currency"),
        file_only("Reason"),
        file_only("Action"),
    ];
    let row = |row: &InquiryRow| {
        let zone = zone_of(person, row);
        let pick = html! { @if answers {
            input type="checkbox" name="id" value=(row.id) form="answers" aria-label={ "Choose inquiry " (row.id) };
        } };
        vec![
            shown_cell(pick, ""),
            link_cell(&format!("/inquiries/{}", row.id), row.id.to_string()),
            cell(row.order.order_id.clone()),
            cell(kind_words(row.kind)),
            cell(person.partner_name(row.partner)),
            shown_cell(state_tag(row, now), row.state.code()),
            if row.is_open() { time_cell(row.due_at, &zone) } else { cell("") },
            time_cell(row.opened_at, &zone),
            row.amount.map_or_else(|| cell(""), |amount| money_cell(amount, row.currency)),
            cell(row.currency.to_string()),
            cell(row.reason.map_or("", InquiryReason::code)),
            cell(row.action.map(|id| id.to_string()).unwrap_or_default()),
        ]
    };
    let table = Table { columns, rows: rows.iter().map(row).collect() };
    let table = if answers { table } else { table.without(Some("")) };
    table.without(person.partner.map(|_| "Partner"))
}

/// The buttons of an answer, for one inquiry or for several.
pub fn answer_fields() -> Markup {
    html! {
        label { "Reason, where it is not valid" select name="reason" {
            option value="" { "Choose" }
            optgroup label="Declined" { @for it in InquiryReason::ALL.iter().filter(|it| !it.is_incomplete()) { option value=(it.code()) { (it.sentence()) } } }
            optgroup label="Incomplete" { @for it in InquiryReason::ALL.iter().filter(|it| it.is_incomplete()) { option value=(it.code()) { (it.sentence()) } } }
        } }
        label { "Note to the partner" textarea name="text" rows="2" maxlength="2000" {} }
        div.row {
            button.primary name="resolution" value="VALID" { "Valid" }
            button name="resolution" value="INCOMPLETE" { "Incomplete" }
            button.danger name="resolution" value="DECLINED" { "Decline" }
        }
    }
}

fn bulk_form(person: &Person) -> Markup {
    html! {
        section.card.pad {
            h2 { "Answer those that are chosen" }
            form.stack #answers action="/inquiries/answers" method="post" {
                (csrf(person))
                (answer_fields())
                p.muted { "Valid takes what was reported of an order, or else the amount that the partner named. Each becomes an action, a change or a restoration of its own." }
            }
        }
    }
}

fn rules_form(person: &Person) -> Markup {
    html! {
        details.card.pad {
            summary { "How long an answer may take" }
            @for program in person.config.programs.values() {
                form.stack action="/inquiries/rules" method="post" {
                    (csrf(person))
                    input type="hidden" name="program" value=(program.id);
                    label { (program.name) ", days" input type="number" name="days" min="1" max="365" required value=(person.config.inquiry_days(program.id)); }
                    button { "Set" }
                }
            }
            p.muted { "It holds for inquiries that are opened from now on." }
        }
    }
}

#[derive(Deserialize)]
pub struct NewRules {
    csrf: String,
    program: u32,
    days: u32,
}

pub async fn set_rules(person: Person, Form(sent): Form<NewRules>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Manage)?;
    let program = program_of(&person, sent.program)?.id;
    if !(1..=365).contains(&sent.days) {
        return Err(Failure::Invalid("An answer takes from 1 to 365 days.".into()));
    }
    let rules = InquiryRules { program, answer_days: sent.days };
    person.settle("set in the console", Fact::InquiryRulesSet(rules)).await?;
    Ok(done("/inquiries"))
}

/// The answer that a form holds.
pub fn answer_of(sent: &Fields) -> Result<(referee_core::inquiry::Answer, String), Failure> {
    let mut fields = referee_engine::intake::fields::Fields::default();
    sent.0.iter().for_each(|(name, value)| fields.set(name, value));
    answer(&fields).map_err(|errors| {
        let messages: Vec<String> = errors.into_iter().map(|error| error.message).collect();
        Failure::Invalid(messages.join(" "))
    })
}

/// Gives the same answer to all that are chosen, and says which of them could not be given it.
pub async fn answer_chosen(person: Person, Form(sent): Form<Vec<(String, String)>>) -> Result<Response, Failure> {
    let sent = Fields(sent);
    person.check_csrf(sent.get("csrf"))?;
    person.require_brand_side()?;
    person.require(May::Manage)?;
    let chosen = sent.0.iter().filter(|(name, _)| name == "id").filter_map(|(_, id)| id.parse().ok().map(InquiryId));
    let chosen: Vec<InquiryId> = chosen.collect();
    if chosen.is_empty() || chosen.len() > INQUIRIES_ANSWERED_MAX {
        return Err(Failure::Invalid("Choose from 1 to 100 inquiries.".into()));
    }
    let (answer, text) = answer_of(&sent)?;
    let mut refused = Vec::new();
    for id in &chosen {
        match crate::inquiries::answer(&person.app, &by(&person), *id, answer, &text).await {
            Ok(_) => {}
            Err(SettleError::Refused(refusal)) => refused.push((*id, refusal.brand_sentence().to_owned())),
            Err(SettleError::NotYet(_)) => refused.push((*id, "It is kept and will be done in a moment.".to_owned())),
            Err(SettleError::Trouble(error)) => return Err(error.into()),
        }
    }
    if refused.is_empty() {
        return Ok(done("/inquiries"));
    }
    let body = html! {
        p.said role="status" { (chosen.len() - refused.len()) " of " (chosen.len()) " were answered." }
        section.card.pad {
            h2 { "These were not" }
            ul.plain-list { @for (id, why) in &refused { li { a.underlined href={ "/inquiries/" (id) } { "Inquiry " (id) } " " (why) } } }
            p { a.underlined href="/inquiries" { "Back to all that wait" } }
        }
    };
    Ok(page(&person, "/inquiries", "Inquiries", body).into_response())
}
