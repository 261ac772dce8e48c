//! What became of an order, whatever that is: the answer, the way from click to payout, and reports that were refused.
//! Partners see the same with their own part in full and others without name.

use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::id::{NodeId, PartnerId};
use referee_core::row::SubmissionRow;
use referee_core::time::Zone;
use referee_engine::intake::submission::submission_name;
use referee_engine::lookup::advice::advice;
use referee_engine::lookup::answer::{Answer, Said, Viewer, Words, reason_code, reason_sentence};
use referee_engine::lookup::told::{Found, OrderTold, RefusedTold};
use serde::Deserialize;

use super::decision::Drawing;
use super::format;
use super::page::{page, snippet};
use super::person::{Failure, Person};
use super::table::{Table, cell, minor, shown_cell, text, time_cell};
use crate::words;

#[derive(Deserialize)]
pub struct OrderQuery {
    id: String,
    /// For the brand's side: as this partner sees it.
    #[serde(default)]
    partner: String,
}

/// Its address in the console.
pub fn order_address(id: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("id", id).finish();
    format!("/orders?{query}")
}

fn asking(id: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair("order", id).finish()
}

pub async fn show(person: Person, Query(query): Query<OrderQuery>) -> Result<Response, Failure> {
    let id = query.id.trim().to_owned();
    let seen_by = person.partner.or_else(|| query.partner.parse().ok().map(PartnerId));
    let viewer = seen_by.map_or(Viewer::Brand, Viewer::Partner);
    let text = id.clone();
    let found = person.app.engine.look_up(person.brand, viewer, move |lookup| lookup.find(&text)).await?;
    let program = found.orders.first().map(|it| it.program.0);
    let zone = person.zone(program);
    let drawing = Drawing { person: &person, viewer, zone: &zone };
    let body = html! {
        @if person.partner.is_none() && let Some(partner) = seen_by {
            p.said role="status" { "As " (person.partner_name(partner)) " sees it. " a.underlined href=(order_address(&id)) { "Back to everything" } }
        }
        (answer(&person, viewer, &zone, &found.said))
        @if found.behind && found.said.answer != Answer::BeingDecided {
            p.muted { "The figures are not up to date at present: the newest reports are still on their way." }
        }
        @for order in &found.orders {
            @if found.orders.len() > 1 { h2 { (event_type_name(&person, order)) } (answer(&person, viewer, &zone, &order.said)) }
            (drawing.order(order))
        }
        @if viewer == Viewer::Brand { (further(&person, &found)) }
        @if let Some(told) = &found.click { p { a.underlined href={ "/clicks?no=" (told.click.no) } { "The click and the orders that named it" } } }
        (refused(&found.refused, &zone))
        (refused_by_rules(&found.refused_by_rules, viewer, &zone))
        @if person.partner.is_some() { p { a.underlined href={ "/inquiries/new?" (asking(&id)) } { "Ask the brand about this order" } } }
        @if found.said.answer == Answer::NeverReceived { (how_to_report(&person, &id)) }
    };
    let here = if person.partner.is_some() { "/actions" } else { "/conversions" };
    Ok(page(&person, here, &format!("Order {id}"), body).into_response())
}

fn event_type_name(person: &Person, order: &OrderTold) -> String {
    let found = person.config.event_types.get(&(order.program, order.order.event_type));
    found.map(|it| it.name.clone()).unwrap_or_default()
}

/// The answer's sentence and its next step.
pub fn answer(person: &Person, viewer: Viewer, zone: &Zone, said: &Said) -> Markup {
    let partner = |id| person.partner_name(id);
    let moment = |at| format::date_time(at, zone);
    let words = Words { partner: &partner, moment: &moment };
    let class = match said.answer {
        Answer::Credited | Answer::Locked | Answer::Paid | Answer::ClickCounted => "card pad answer good",
        Answer::EarnedNothingYet | Answer::BeingDecided | Answer::ClickNotRecorded => "card pad answer open",
        _ => "card pad answer",
    };
    html! {
        section class=(class) {
            p.verdict { (said.sentence(viewer, &words)) }
            p { (said.next_step(viewer, &words)) }
            p.muted { code { (said.answer.code()) } @if let Some(reason) = said.reason { ", " code { (reason_code(reason, viewer)) } } }
        }
    }
}

/// Where to look further: who the buyer is, and what each partner is told.
fn further(person: &Person, found: &Found) -> Markup {
    let of_order = |it: &OrderTold| {
        let decisions = it.decisions.iter().flat_map(|it| &it.touchpoints).filter_map(|it| it.who.partner());
        decisions.chain(it.actions.iter().map(|it| it.action.partner)).collect::<Vec<_>>()
    };
    let mut partners: Vec<PartnerId> = found.orders.iter().flat_map(of_order).collect();
    partners.sort_unstable();
    partners.dedup();
    let mut buyers: Vec<NodeId> =
        found.orders.iter().filter_map(|it| it.conversion.as_ref()).filter_map(|it| it.node).collect();
    buyers.dedup();
    html! { @if !partners.is_empty() || !buyers.is_empty() {
        p.foot {
            @for node in buyers { a.underlined href={ "/profiles/" (node) } { "The buyer's profile" } }
            @if !partners.is_empty() { span.muted { "As a partner sees it:" } }
            @for id in partners { a.underlined href={ (order_address(&found.text)) "&partner=" (id) } { (person.partner_name(id)) } }
        }
    } }
}

fn refused(refused: &[RefusedTold], zone: &Zone) -> Markup {
    let columns = vec![text("When"), text("What was wrong"), minor("Submission")];
    let row = |it: &RefusedTold| {
        let faults: Vec<&str> = it.faults.iter().map(|fault| fault.message.as_str()).collect();
        let faults = if faults.is_empty() { "It could not be taken.".to_owned() } else { faults.join(" ") };
        vec![
            time_cell(it.report.received_at, zone),
            cell(faults),
            shown_cell(html! { code { (it.report.id) } }, it.report.id.clone()),
        ]
    };
    let table = Table { columns, rows: refused.iter().map(row).collect() };
    html! { @if !refused.is_empty() { h2 { "Reports that were refused at the door" } (table.html()) } }
}

fn refused_by_rules(rows: &[SubmissionRow], viewer: Viewer, zone: &Zone) -> Markup {
    let columns = vec![text("When"), text("Why nothing came of it"), minor("Reported by"), minor("Submission")];
    let row = |it: &SubmissionRow| {
        let why = it.refusal.map(|it| format!("{} {}", reason_sentence(it, viewer), advice(it).of(viewer)));
        let name = submission_name(it.id);
        vec![
            time_cell(it.received_at, zone),
            cell(why.unwrap_or_default()),
            cell(words::source(it.source)),
            shown_cell(html! { code { (name) } }, name.clone()),
        ]
    };
    let table = Table { columns, rows: rows.iter().map(row).collect() };
    html! { @if !rows.is_empty() { h2 { "Further reports" } (table.html()) } }
}

fn how_to_report(person: &Person, id: &str) -> Markup {
    let program = person.program(None).map(|program| program.id.to_string()).unwrap_or_default();
    let text = format!(
        "curl -u ACCOUNT_SID:AUTH_TOKEN {}/Advertisers/ACCOUNT_SID/Conversions \\\n  -d CampaignId={program} -d EventTypeCode=sale -d EventDate=NOW -d OrderId={id} -d Amount=0.00 -d ClickId=…",
        person.app.console_origin()
    );
    html! { section.card.pad { p { "It is not in this server's books, and was not refused in the last 30 days. To report it:" } (snippet(&text)) } }
}
