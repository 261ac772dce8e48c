//! A decision on pending clicks: read from its form, told with what it costs or saves, and then made.

use axum::extract::Form;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use referee_core::fact::{ClicksReviewed, Fact, PayableFilter, ReviewDecision};
use referee_core::money::{Currency, Money};
use referee_core::program::Program;
use referee_core::refusal::Refusal;
use referee_core::row::ClickTally;
use referee_core::screening::SUSPECT;
use referee_core::time::Timestamp;
use referee_engine::engine::blocking;
use referee_engine::intake::amount::{self, decimal};

use super::super::form::Fields;
use super::super::format;
use super::super::page::csrf;
use super::super::person::{Failure, Person};
use super::count::{Known, Matching, days_of, matching, named};
use super::filter::{Asked, sentence};
use super::{require_reviewer, screen};
use crate::pending_clicks::PendingWords;

/// Why clicks are rejected, as published codes. There are words for what none of them says.
pub fn reasons() -> impl Iterator<Item = Refusal> {
    SUSPECT.into_iter().chain([Refusal::DuplicateClick, Refusal::DoubleClick, Refusal::DeclaredBot])
}

pub const WORDS_MAX: usize = 200;
pub const MOST_MAX: u32 = 1_000_000_000;
/// What a form brings along on its way to being confirmed.
const KEPT: [&str; 7] = ["which", "click", "decision", "most", "price", "because", "words"];

/// What somebody chose.
struct Choice<'a> {
    program: &'a Program,
    filter: PayableFilter,
    decision: ReviewDecision,
    reason: String,
}

impl<'a> Choice<'a> {
    fn read(person: &'a Person, sent: &Fields) -> Result<Choice<'a>, Failure> {
        let asked = Asked::of(sent);
        let program = person.config.programs.values().find(|it| it.id.to_string() == asked.get("program"));
        let program = program.ok_or(Failure::NotFound)?;
        let filter = match sent.get("which") {
            "all" => asked.wanted()?,
            _ => ticked(sent)?,
        };
        let (decision, reason) = (decision(sent)?, reason(sent)?);
        let rejects = matches!(decision, ReviewDecision::Reject | ReviewDecision::Accept { most: Some(_) });
        if rejects && reason.is_empty() {
            return Err(Failure::Invalid("Say why they are rejected: choose a reason, or write one.".into()));
        }
        Ok(Choice { program, filter, decision, reason })
    }
}

fn ticked(sent: &Fields) -> Result<PayableFilter, Failure> {
    let clicks = sent.0.iter().filter(|(name, _)| name == "click").map(|(_, no)| no.clone());
    let words = PendingWords { click_ids: clicks.collect(), ..PendingWords::default() };
    if words.click_ids.is_empty() {
        return Err(Failure::Invalid("Tick some clicks of the list, or choose all that match the filter.".into()));
    }
    words.read().map_err(|(_, message)| Failure::Invalid(message))
}

fn decision(sent: &Fields) -> Result<ReviewDecision, Failure> {
    match sent.get("decision") {
        "reject" => Ok(ReviewDecision::Reject),
        "accept" => Ok(ReviewDecision::Accept { most: None }),
        "most" => {
            let most = sent.get("most").parse().ok().filter(|most| *most <= MOST_MAX);
            let most = most.ok_or_else(|| Failure::Invalid("Say how many are accepted, as a whole number.".into()))?;
            Ok(ReviewDecision::Accept { most: Some(most) })
        }
        "price" => {
            let price = amount::amount(sent.get("price"));
            let wrong = |error| Failure::Invalid(format!("The price of a click can't be taken: {error}."));
            price.map(ReviewDecision::Price).map_err(wrong)
        }
        _ => Err(Failure::Invalid("Choose what is decided: accept, accept some, another price, or reject.".into())),
    }
}

/// A code, words, or both: `DATA_CENTRE: all of one hoster`.
fn reason(sent: &Fields) -> Result<String, Failure> {
    let (code, words) = (sent.get("because"), sent.get("words"));
    if !code.is_empty() && !reasons().any(|it| it.code() == code) {
        return Err(Failure::Invalid("Choose a reason of the list, or write one.".into()));
    }
    let parts: Vec<&str> = [code, words].into_iter().filter(|it| !it.is_empty()).collect();
    if words.chars().count() > WORDS_MAX {
        return Err(Failure::Invalid(format!("A reason has at most {WORDS_MAX} letters.")));
    }
    Ok(parts.join(": "))
}

/// What is decided, as a sentence begins with it.
pub fn decision_words(decision: ReviewDecision, currency: Currency) -> String {
    match decision {
        ReviewDecision::Reject => "Reject".into(),
        ReviewDecision::Accept { most: None } => "Accept".into(),
        ReviewDecision::Accept { most: Some(most) } => {
            format!("Accept the first {} and reject the rest", format::number(most.into()))
        }
        ReviewDecision::Price(price) => format!("Pay each with {}", format::money(price, currency)),
    }
}

/// What is known of a choice before it is made.
struct Foreseen {
    matching: Matching,
    /// When the first of its days closes.
    until: Option<Timestamp>,
}

async fn foresee(person: &Person, choice: &Choice<'_>) -> Result<Foreseen, Failure> {
    let (engine, brand, program) = (person.app.engine.clone(), person.brand, choice.program.id);
    let filter = choice.filter.clone();
    engine.catch_up(brand).await?;
    let foreseen = blocking(move || {
        let reads = engine.reads.as_ref();
        let days = reads.open_click_days(brand, Some(program), None)?;
        if filter.clicks.is_empty() {
            let until = days_of(&days, &filter).first().and_then(|(_, day)| day.due_at);
            return Ok(Foreseen { matching: matching(reads, (brand, program), &filter, &days)?, until });
        }
        let (matching, rows) = named(reads, (brand, program), &filter, &days)?;
        let of_rows = |(key, _): &&(_, _)| rows.iter().any(|row| row.day_key() == Some(*key));
        let until = days.iter().find(of_rows).and_then(|(_, day)| day.due_at);
        Ok(Foreseen { matching, until })
    });
    Ok(foreseen.await?)
}

/// What is paid for the clicks once it is decided; and whether that is reckoned from their average.
fn paid_after(decision: ReviewDecision, matching: &Matching) -> (Money, bool) {
    let (all, paid) = (matching.all(), matching.paid());
    match decision {
        ReviewDecision::Reject => (Money::ZERO, false),
        ReviewDecision::Accept { most } => {
            let most = most.map_or(all.clicks, |most| all.clicks.min(most.into()));
            let part = i128::from(all.cost.0) * i128::from(most) / i128::from(all.clicks.max(1));
            (Money(i64::try_from(part).unwrap_or(i64::MAX)), most < all.clicks && most > 0)
        }
        ReviewDecision::Price(price) => (Money(price.0.saturating_mul(paid.clicks)), false),
    }
}

pub async fn preview(person: Person, Form(sent): Form<Vec<(String, String)>>) -> Result<Response, Failure> {
    let sent = Fields(sent);
    person.check_csrf(sent.get("csrf"))?;
    require_reviewer(&person)?;
    let choice = Choice::read(&person, &sent)?;
    let foreseen = foresee(&person, &choice).await?;
    let back = Asked::of(&sent).address(&[]);
    if foreseen.matching.all().clicks == 0 && foreseen.matching.known == Known::Exactly {
        return Err(Failure::Invalid("None of these clicks can still be decided on: their days have closed.".into()));
    }
    let body = html! {
        (told(&person, &choice, &foreseen))
        section.card.pad {
            form.row action="/pending-clicks/reviews" method="post" {
                (csrf(&person))
                (Asked::of(&sent).hidden())
                @for (name, value) in sent.0.iter().filter(|(name, _)| KEPT.contains(&name.as_str())) { input type="hidden" name=(name) value=(value); }
                button.primary accesskey="s" { (confirmation(&choice, &foreseen.matching)) }
                a.button href=(back) { "Change nothing and go back" }
            }
            p.muted { "Clicks of it that come in until then are decided as well. It can be undone until a click's day closes." }
        }
    };
    Ok(screen(&person, body).into_response())
}

/// What the button does.
fn confirmation(choice: &Choice<'_>, matching: &Matching) -> String {
    let clicks = clicks_words(matching.all(), matching.known);
    match choice.decision {
        ReviewDecision::Reject => format!("Reject {clicks}"),
        ReviewDecision::Accept { most: None } => format!("Accept {clicks}"),
        decision => format!("{}, of {clicks}", decision_words(decision, choice.program.currency)),
    }
}

fn clicks_words(tally: ClickTally, known: Known) -> String {
    let noun = if tally.clicks == 1 { "click" } else { "clicks" };
    format!("{}{} {noun}", known.words(), format::number(tally.clicks))
}

fn told(person: &Person, choice: &Choice<'_>, foreseen: &Foreseen) -> Markup {
    let (matching, currency) = (&foreseen.matching, choice.program.currency);
    let (now, (after, average)) = (matching.paid().cost, paid_after(choice.decision, matching));
    let change = after.minus(now);
    let bound = matching.known.words();
    let about = if average { "about " } else { "" };
    let shown = |amount: Money| format!("{about}{bound}{}", format::money(amount, currency));
    let decided = matching.accepted.plus(matching.rejected).clicks;
    html! {
        section.card.kpis.three {
            div { span.muted { "Clicks" } b { (clicks_words(matching.all(), matching.known)) } span.muted { (sentence(person, &choice.filter)) } }
            div { span.muted { "They cost now" } b { (bound) (format::money(now, currency)) } span.muted { "if nobody decides anything more" } }
            div {
                @if change < Money::ZERO { span.muted { "It saves" } b.up { (shown(change.negated())) } }
                @else if change > Money::ZERO { span.muted { "It costs more" } b.down { (shown(change)) } }
                @else { span.muted { "It changes" } b { "nothing in cost" } }
                span.muted { (shown(after)) " is paid then" }
            }
        }
        section.card.pad {
            ul.plain-list {
                li { b { (decision_words(choice.decision, currency)) } @if !choice.reason.is_empty() { span.muted { ", because: " (choice.reason) } } }
                @if average { li { "Which are the first is known when it is done; the cost is reckoned from their average price." } }
                @if decided > 0 { li { "Among them are " (bound) (format::number(matching.accepted.clicks)) " accepted and " (bound) (format::number(matching.rejected.clicks)) " rejected ones: what was decided of them is replaced." } }
                @match matching.known {
                    Known::Exactly => {}
                    Known::AtMost => li { "Several conditions meet here, and only each by itself is counted: there are no more than this. The review counts them as it goes." }
                    Known::AtLeast => li { "Networks are counted where something was found: there may be more. The review counts them as it goes." }
                }
                @if let Some(until) = foreseen.until { li { "The first of their days closes on " (format::date_time(until, &choice.program.zone)) "; what has closed by then is too late." } }
            }
        }
    }
}

pub async fn decide(person: Person, Form(sent): Form<Vec<(String, String)>>) -> Result<Response, Failure> {
    let sent = Fields(sent);
    person.check_csrf(sent.get("csrf"))?;
    require_reviewer(&person)?;
    let choice = Choice::read(&person, &sent)?;
    let Choice { program, filter, decision, reason } = choice;
    let said = if reason.is_empty() { "reviewed in the console".to_owned() } else { reason.clone() };
    let fact = ClicksReviewed { program: program.id, filter, decision, reason };
    let settled = person.settle(&said, Fact::ClicksReviewed(fact)).await?;
    Ok(Redirect::to(&format!("/pending-clicks/reviews/{}", settled.subject)).into_response())
}

/// A price as a file holds it.
pub fn price_text(decision: ReviewDecision, currency: Currency) -> String {
    if let ReviewDecision::Price(price) = decision { decimal(price, currency) } else { String::new() }
}
