//! Clicks on record under other rules of screening: a form, what it would come to, and the button that does it.

use axum::extract::Form;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::{Markup, html};
use referee_core::fact::Actor;
use referee_core::id::ProgramId;
use referee_core::money::Currency;
use referee_core::program::Program;
use referee_core::row::ClickTally;
use referee_core::screening::Treatment;
use referee_engine::intake::amount::{amount, decimal};
use referee_engine::intake::day::day_text;
use referee_engine::rescreening::{DayProposal, Fate, Proposal, Rescreening};

use super::form::Fields;
use super::format;
use super::page::{csrf, empty, page};
use super::partners::{choice, program_filter};
use super::person::{Failure, May, Person};
use super::table::{Table, cell, figure, link_cell, money_cell, number_cell, text};
use crate::rescreening::{Applied, RescreeningWords, apply, propose};
use crate::screening::{ScreeningWords, Wrong, meaning};

const HERE: &str = "/pending-clicks/rescreen";
const REASON_CHARS_MAX: usize = 255;
/// Partners' days that stand on the screen; the sums are of all.
const DAYS_SHOWN: usize = 200;
/// What a person may treat in another way.
const TREATED: [(&str, &str); 3] =
    [("duplicate", "Duplicates"), ("suspect", "Suspect traffic"), ("assistant", "Shopping assistants")];
/// What is repeated when a proposal is applied.
const ASKED: [&str; 10] =
    ["program", "partner", "from", "until", "window_minutes", "window", "duplicate", "suspect", "assistant", "hosting"];

pub async fn show(person: Person) -> Result<Response, Failure> {
    person.require_brand_side()?;
    person.require(May::Manage)?;
    Ok(screen(&person, &Fields(Vec::new()), html! {}).into_response())
}

/// Answers what was asked, or does what was seen.
pub async fn ask(person: Person, Form(sent): Form<Vec<(String, String)>>) -> Result<Response, Failure> {
    let sent = Fields(sent);
    person.check_csrf(sent.get("csrf"))?;
    person.require_brand_side()?;
    person.require(May::Manage)?;
    let program = program(&person, &sent)?;
    let asked = match words(&sent).and_then(|words| words.read(person.config.screening_of(program.id))) {
        Ok(asked) => asked,
        Err((_, why)) => {
            let body = html! { section.card.pad.answer.open { p.verdict { "It can't be asked so" } p { (why) } } };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, screen(&person, &sent, body)).into_response());
        }
    };
    let proposal = propose(&person.app, person.brand, asked.clone()).await?;
    let body = if sent.get("clicks").is_empty() {
        answer(&person, program, &sent, &proposal)
    } else {
        do_it(&person, program, &sent, (&asked, &proposal)).await?
    };
    Ok(screen(&person, &sent, body).into_response())
}

fn program<'a>(person: &'a Person, sent: &Fields) -> Result<&'a Program, Failure> {
    let named = sent.get("program").parse().ok().map(ProgramId);
    let only = || person.config.programs.keys().next().copied();
    named.or_else(only).and_then(|id| person.config.programs.get(&id)).ok_or(Failure::NotFound)
}

/// Networks have 16 digits; whatever is shorter is the number of a system.
fn words(sent: &Fields) -> Result<RescreeningWords, Wrong> {
    let number = |name: &'static str| match sent.get(name) {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| (name, format!("{text:?} is no whole number."))),
    };
    let word = |name: &str| Some(sent.get(name)).filter(|it| !it.is_empty()).map(str::to_owned);
    let named = || sent.get("hosting").split([',', ' ', '\n', '\r']).filter(|it| !it.is_empty());
    let system = |text: &str| text.trim_start_matches(['A', 'S', 'a', 's']).parse::<u32>();
    let (networks, systems): (Vec<&str>, Vec<&str>) = named().partition(|text| text.len() == 16);
    let systems: Result<Vec<u32>, Wrong> = systems
        .into_iter()
        .map(|text| system(text).map_err(|_| ("hosting", format!("{text:?} is neither a network nor a system."))))
        .collect();
    Ok(RescreeningWords {
        partner_id: number("partner")?,
        from: sent.get("from").to_owned(),
        until: sent.get("until").to_owned(),
        rules: ScreeningWords {
            window_minutes: number("window_minutes")?,
            window: word("window"),
            duplicate: word("duplicate"),
            suspect: word("suspect"),
            assistant: word("assistant"),
            ..ScreeningWords::default()
        },
        hosting_networks: networks.into_iter().map(str::to_owned).collect(),
        hosting_systems: systems?,
    })
}

fn screen(person: &Person, sent: &Fields, answer: Markup) -> Markup {
    let body = html! {
        p.muted { "What other rules would have made of clicks that are on record, and what that costs or saves. Nothing is changed by asking, and what was found of a click when it came stays with it. "
            a.underlined href="/docs/reference/click-statistics#screening-again" { "How it works" } }
        (form(person, sent))
        (answer)
    };
    page(person, "/pending-clicks", "Screen clicks again", body)
}

fn form(person: &Person, sent: &Fields) -> Markup {
    html! {
        section.card.pad {
            form.stack.wide action=(HERE) method="post" {
                (csrf(person))
                div.pair {
                    (program_filter(person, sent.get("program").parse().ok(), None))
                    label { "Partner" (choice(person, sent.get("partner").parse().ok(), Some("All"))) }
                    label { "From" input type="date" name="from" required value=(sent.get("from")); }
                    label { "Until, that day included" input type="date" name="until" required value=(sent.get("until")); }
                }
                div.pair {
                    label { "Minutes of the window for duplicates" input type="number" name="window_minutes" min="1" max="1440" placeholder="As it is" value=(sent.get("window_minutes")); }
                    label { "The window" select name="window" {
                        option value="" { "As it is" }
                        option value="rolling" selected[sent.get("window") == "rolling"] { "Rolling: each click begins it anew" }
                        option value="fixed" selected[sent.get("window") == "fixed"] { "Fixed: the first click begins it" }
                    } }
                    @for (name, words) in TREATED { (treatment(name, words, sent.get(name))) }
                }
                label { "Networks and autonomous systems that count as data centres"
                    textarea name="hosting" rows="2" placeholder="4fd1a0c2b7e93d58, AS64500" { (sent.get("hosting")) } }
                button.primary { "Show what it comes to" }
            }
        }
    }
}

fn treatment(name: &str, words: &str, chosen: &str) -> Markup {
    html! {
        label { (words) select name=(name) {
            option value="" { "As it is" }
            @for it in Treatment::ALL { option value=(it.name()) selected[it.name() == chosen] { (it.name()) ": " (meaning(it)) } }
        } }
    }
}

fn answer(person: &Person, program: &Program, sent: &Fields, proposal: &Proposal) -> Markup {
    let (changes, currency) = (proposal.changes(), program.currency);
    let would_pay: u64 = proposal.days.iter().map(|day| day.would_pay).sum();
    html! {
        section.card.kpis {
            div { span.muted { "No longer paid" } b { (format::number(changes.clicks)) } span.muted { "clicks" } }
            div { span.muted { "That saves" } b { (format::money(changes.cost, currency)) } span.muted { "as it stands" } }
            div { span.muted { "Would be paid" } b { (format::number(would_pay.cast_signed())) } span.muted { "they stay as they are" } }
            div { span.muted { "Looked at" } b { (format::number(i64::try_from(proposal.looked_at).unwrap_or(i64::MAX))) } span.muted { "clicks, with those of the day before" } }
        }
        @if proposal.days.is_empty() {
            (empty("Nothing would change", html! { p { "All clicks of these days are judged alike under these rules." } }))
        } @else { (days(person, proposal, currency)) }
        @if changes.clicks > 0 { (button(person, sent, changes, currency)) }
    }
}

fn days(person: &Person, proposal: &Proposal, currency: Currency) -> Markup {
    let row = |day: &DayProposal| {
        let changes = day.changes();
        let codes: Vec<String> = day.by_code.iter().map(|(code, clicks)| format!("{} {clicks}", code.code())).collect();
        let fate = match &day.fate {
            Fate::Rejected(_) => cell("open: rejected in a review"),
            Fate::Corrected { action, locked: false, .. } => {
                link_cell(&format!("/actions/{action}"), "closed: its action is modified")
            }
            Fate::Corrected { action, locked: true, .. } => {
                link_cell(&format!("/actions/{action}"), "locked: its action is corrected")
            }
            Fate::Left => cell("stays as it is"),
        };
        vec![
            cell(day_text(day.key.day)),
            cell(person.partner_name(day.key.partner)),
            fate,
            cell(codes.join(", ")),
            number_cell(changes.clicks),
            money_cell(changes.cost, currency),
        ]
    };
    let columns =
        vec![text("Day"), text("Partner"), text("What happens"), text("Because"), figure("Clicks"), figure("Saved")];
    let table = Table { columns, rows: proposal.days.iter().take(DAYS_SHOWN).map(row).collect() };
    html! {
        (table.html())
        @if proposal.days.len() > DAYS_SHOWN { p.muted { "The first " (DAYS_SHOWN) " of " (proposal.days.len()) " partners' days; the sums are of all." } }
    }
}

/// Repeats what was asked and what it came to, so that nobody does what he has not seen.
fn button(person: &Person, sent: &Fields, changes: ClickTally, currency: Currency) -> Markup {
    html! {
        section.card.pad {
            h2 { "Apply it" }
            form.stack action=(HERE) method="post" {
                (csrf(person))
                @for name in ASKED { input type="hidden" name=(name) value=(sent.get(name)); }
                input type="hidden" name="clicks" value=(changes.clicks);
                input type="hidden" name="cost" value=(decimal(changes.cost, currency));
                label { "Why, for the audit trail and the partners' reviews" input name="reason" required maxlength=(REASON_CHARS_MAX); }
                button.primary { "Take " (format::money(changes.cost, currency)) " back" }
                p.muted { "Clicks of open days are rejected, which can be taken back until the day closes. Actions of closed days are changed or corrected, for good." }
            }
        }
    }
}

async fn do_it(
    person: &Person,
    program: &Program,
    sent: &Fields,
    proposal: (&Rescreening, &Proposal),
) -> Result<Markup, Failure> {
    let unread = || Failure::Invalid("The form did not come whole. Ask again.".to_owned());
    let clicks = sent.get("clicks").parse().map_err(|_| unread())?;
    let cost = amount(sent.get("cost")).map_err(|_| unread())?;
    let reason = sent.get("reason");
    if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX {
        return Err(Failure::Invalid("Say why the clicks are screened again, in at most 255 characters.".to_owned()));
    }
    let actor = Actor { user: person.user, role: person.role, reason: reason.to_owned() };
    let seen = ClickTally { clicks, cost };
    let done = apply(&person.app, person.brand, proposal, seen, &actor).await;
    Ok(match done {
        Some(done) => told(&done),
        None => html! {
            section.card.pad.answer.open { p.verdict { "It has changed since you looked" } p { "Nothing was done. This is what it comes to now." } }
            (answer(person, program, sent, proposal.1))
        },
    })
}

fn told(done: &Applied) -> Markup {
    html! {
        section.card.pad.answer {
            p.verdict { "Applied" }
            p { (done.reviews.len()) " reviews reject clicks of open days, and " (done.actions.len()) " actions of closed days were changed or their partners asked." }
            @for error in &done.refused { p { "Not done: " (error) } }
            p { a.underlined href="/pending-clicks" { "To pending clicks" } }
        }
    }
}
