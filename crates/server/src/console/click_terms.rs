//! Terms of clicks in the form of terms: the way they are paid, their price, their review and their limits.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::{Markup, html};
use referee_core::config::Config;
use referee_core::contract::{ClickTerms, EventPayout, TermsRules};
use referee_core::id::{EventTypeId, PartnerId, ProgramId};
use referee_core::limit::{Limit, Period};
use referee_core::program::{Category, EventType, Program, Standing};
use referee_engine::intake::amount::{amount, decimal};
use referee_engine::intake::click_terms::{ClickFault, Part, faults};
use referee_engine::intake::terms::payout_text;
use referee_engine::limits::TERMS_DAYS_MAX;

use super::click_preview;
use super::form::Fields;
use super::page::{csrf, page};
use super::person::{Failure, Person};
use super::terms::{self, Filled};
use crate::pricing::{INSTANT, REVIEWED};

const REVIEW_DAYS: u32 = 7;

/// What a limit of the form is of, how its field is named, and what it says.
const LIMITS: [(bool, Period, &str, &str); 5] = [
    (false, Period::Day, "clicks_day", "Most paid clicks a day"),
    (false, Period::Month, "clicks_month", "Most paid clicks a month"),
    (true, Period::Day, "budget_day", "Budget a day"),
    (true, Period::Month, "budget_month", "Budget a month"),
    (true, Period::Ever, "budget_ever", "Budget in all"),
];

pub fn is_of_clicks(config: &Config, program: ProgramId, event_type: EventTypeId) -> bool {
    config.event_types.get(&(program, event_type)).is_some_and(|it| it.category == Category::Click)
}

/// The fields of an event type of clicks.
pub fn fields(program: &Program, event_type: &EventType, filled: &Filled<'_>) -> Markup {
    let id = event_type.id;
    let known = filled.known.and_then(|rules| rules.payout(id));
    let price = known.map(|it| payout_text(it.payout, program.currency)).unwrap_or_default();
    let (reviewed, days) = match known.and_then(|it| it.clicks) {
        Some(ClickTerms::Reviewed { review_days }) => (true, review_days),
        Some(ClickTerms::Instant) | None => (false, REVIEW_DAYS),
    };
    let limits = known.map_or(&[][..], |it| it.limits.as_slice());
    let fault = |wanted: fn(Part) -> bool| {
        let found = filled.faults.iter().filter(|it| it.event_type == id && wanted(it.part));
        html! { @for it in found { span.wrong { (it.refusal.brand_sentence()) } } }
    };
    html! {
        fieldset {
            legend { (event_type.name) @if event_type.standing == Standing::Paused { " (paused)" } ": clicks are paid for themselves. " a.underlined href="/docs/guide/click-payouts" { "How" } }
            div.pair {
                label { "Price of a click in " (program.currency) ", down to a thousandth of a cent, such as 0.01234 (empty: clicks are not paid)"
                    input name={ "payout_" (id) } autocomplete="off" inputmode="decimal" value=(price);
                    (fault(|part| matches!(part, Part::Payout))) }
                label { "Way of paying: reviewed clicks wait for your look, instant ones are priced when they come"
                    select name={ "clicks_" (id) } {
                        option value="instant" selected[!reviewed] { (INSTANT) }
                        option value="reviewed" selected[reviewed] { (REVIEWED) }
                    }
                    (fault(|part| matches!(part, Part::Clicks | Part::Group(_) | Part::Tiers))) }
                label { "Reviewed: days in which you may reject clicks, at most until they lock; the rest is accepted"
                    input type="number" name={ "review_days_" (id) } min="0" max=(TERMS_DAYS_MAX) value=(days);
                    (fault(|part| matches!(part, Part::ReviewDays))) }
            }
            details open[!limits.is_empty()] {
                summary { "Limits of instant clicks" }
                div.pair { @for (is_budget, per, name, words) in LIMITS {
                    label { (words) @if is_budget { ", in " (program.currency) } " (empty: none)"
                        input name={ (name) "_" (id) } autocomplete="off" inputmode="decimal" value=(limit_text(limits, (is_budget, per), program)); }
                } }
                (fault(|part| matches!(part, Part::Limits | Part::Limit(_))))
            }
        }
    }
}

fn is_shown(limit: &Limit, (is_budget, per): (bool, Period)) -> bool {
    match limit {
        Limit::Actions { .. } => !is_budget && limit.per() == per,
        Limit::Payout { .. } => is_budget && limit.per() == per,
        Limit::Customer { .. } => false,
    }
}

fn limit_text(limits: &[Limit], which: (bool, Period), program: &Program) -> String {
    match limits.iter().find(|it| is_shown(it, which)) {
        Some(Limit::Actions { most, .. }) => most.to_string(),
        Some(Limit::Payout { most, .. }) => decimal(*most, program.currency),
        Some(Limit::Customer { .. }) | None => String::new(),
    }
}

/// A payout with what a form says of its clicks. Limits that the form does not show stay.
pub fn chosen(person: &Person, program: &Program, sent: &Fields, payout: &mut EventPayout) -> Result<(), Failure> {
    let id = payout.event_type;
    let way = sent.get(&format!("clicks_{id}"));
    if way.is_empty() || !is_of_clicks(&person.config, program.id, id) {
        return Ok(());
    }
    payout.clicks = Some(match way {
        "instant" => ClickTerms::Instant,
        "reviewed" => {
            let days = sent.get(&format!("review_days_{id}")).parse().ok().filter(|days| *days <= TERMS_DAYS_MAX);
            let wrong = || Failure::Invalid(format!("The days of a review are a whole number up to {TERMS_DAYS_MAX}."));
            ClickTerms::Reviewed { review_days: days.ok_or_else(wrong)? }
        }
        _ => return Err(Failure::Invalid(format!("Clicks are paid by {REVIEWED} or by {INSTANT}."))),
    });
    for (is_budget, per, name, words) in LIMITS {
        payout.limits.retain(|it| !is_shown(it, (is_budget, per)));
        let text = sent.get(&format!("{name}_{id}"));
        if text.is_empty() {
            continue;
        }
        payout.limits.push(if is_budget {
            let most =
                amount(text).map_err(|why| Failure::Invalid(format!("{words}: {text:?} is no amount: {why}.")))?;
            Limit::Payout { most, per }
        } else {
            let most = text.parse().map_err(|_| Failure::Invalid(format!("{words}: it is a whole number.")))?;
            Limit::Actions { most, per }
        });
    }
    Ok(())
}

/// A form of terms that was sent.
pub struct Asked<'a> {
    pub program: &'a Program,
    /// None: the template.
    pub partner: Option<PartnerId>,
    pub sent: &'a Fields,
    pub offered: bool,
}

impl Asked<'_> {
    pub fn action(&self) -> String {
        self.partner.map_or("/settings/terms".into(), |partner| format!("/partners/{partner}/contract"))
    }

    pub fn back(&self) -> String {
        let program = self.program.id;
        match self.partner {
            None => format!("/settings?program={program}"),
            Some(partner) => format!("/partners/{partner}#contract-{program}"),
        }
    }

    /// In the navigation.
    pub fn here(&self) -> &'static str {
        if self.partner.is_none() { "/settings" } else { "/partners" }
    }
}

/// The page that comes before terms are saved, if one must: the form again with what clicks can't be paid by, or what another
/// way of paying would have cost. Rules of None follow the template.
pub async fn before_saving(
    person: &Person,
    asked: &Asked<'_>,
    rules: Option<&TermsRules>,
) -> Result<Option<Response>, Failure> {
    let found = rules.map(|rules| faults(rules, &person.config, asked.program.id)).unwrap_or_default();
    if let (Some(rules), false) = (rules, found.is_empty()) {
        let page = page(person, asked.here(), "Terms that can't be taken yet", again(person, asked, rules, &found));
        return Ok(Some((StatusCode::UNPROCESSABLE_ENTITY, page).into_response()));
    }
    if !asked.sent.get("confirmed").is_empty() {
        return Ok(None);
    }
    let preview = click_preview::show(person, asked, rules).await?;
    Ok(preview.map(IntoResponse::into_response))
}

/// The form as it was sent, with each fault at its field.
fn again(person: &Person, asked: &Asked<'_>, rules: &TermsRules, found: &[ClickFault]) -> Markup {
    let Asked { program, sent, .. } = asked;
    let filled = Filled { known: Some(rules), faults: found, starts: sent.get("starts") };
    let by_text = !sent.get("text").is_empty();
    html! {
        section.card.pad {
            p.wrong { @for it in found {
                @if by_text { code { (it.place()) } ": " (it.refusal.brand_sentence()) " " }
                @else { (event_name(person, program, it.event_type)) ": " (it.refusal.brand_sentence()) " " }
            } }
            p.muted { "Nothing was saved. Put it right and send it again, or " a.underlined href=(asked.back()) { "leave everything as it was" } "." }
            form.stack.wide action=(asked.action()) method="post" {
                (csrf(person))
                input type="hidden" name="program" value=(program.id);
                @if by_text { (terms::filled_text(person, program, &filled)) } @else { (terms::filled(person, program, &filled)) }
                @if asked.partner.is_none() { button.primary { "Set the template terms" } } @else {
                    label { "Why" input name="reason" maxlength="255" value=(sent.get("reason")); }
                    div.row {
                        button.primary name="what" value="own" { "Set its own terms" }
                        button name="what" value="offer" { "Offer them to the partner" }
                    }
                }
            }
        }
    }
}

pub fn event_name<'a>(person: &'a Person, program: &Program, id: EventTypeId) -> &'a str {
    person.config.event_types.get(&(program.id, id)).map_or("an event type", |it| it.name.as_str())
}
