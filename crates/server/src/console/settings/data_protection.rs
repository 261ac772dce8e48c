//! Data protection: whom a program asks before it follows them, and what is kept how long.

use axum::extract::{Form, Query};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::{Markup, html};
use referee_core::consent::ConsentRules;
use referee_core::fact::Fact;
use referee_core::program::Program;
use referee_engine::retention::Kept;

use super::super::form::Fields;
use super::super::page::csrf;
use super::super::partners::program_of;
use super::super::person::{Failure, May, Person, done};
use super::super::table::{Table, cell, minor, text};
use super::{ProgramQuery, program_screen};
use crate::consent::{CHOICES, ConsentWords, EUROPE, Wrong, rules_now};

pub const HERE: &str = "/settings/data-protection";

pub async fn show(person: Person, Query(query): Query<ProgramQuery>) -> Result<Response, Failure> {
    person.require(May::SetUp)?;
    Ok(shown(&person, query.program, None).into_response())
}

fn shown(person: &Person, program: Option<u32>, refused: Option<(&Fields, &Wrong)>) -> Markup {
    let sections = |person: &Person, program: &Program| {
        html! {
            (consent(person, program, refused))
            (kept(person))
        }
    };
    program_screen(person, program, (HERE, "Data protection"), sections)
}

fn consent(person: &Person, program: &Program, refused: Option<(&Fields, &Wrong)>) -> Markup {
    let (rules, decided) = (rules_now(&person.config, program.id), person.config.consent.contains_key(&program.id));
    html! {
        section.card.pad {
            h2 { "Consent of the visitors of " (program.name) }
            @if !decided {
                p.said role="status" { "Nobody has decided yet. Until then visitors are followed unless they say no." }
            }
            form.stack.wide action=(HERE) method="post" {
                (csrf(person))
                input type="hidden" name="program" value=(program.id);
                (fields(person, &rules, refused))
                button.primary { "Save" }
                p.muted {
                    "A visitor who says no is heard in any case: no cookie, no id, no profile. "
                    a.underlined href="/docs/guide/privacy" { "What counts as a no, and what follows" }
                }
            }
        }
    }
}

fn fields(person: &Person, rules: &ConsentRules, refused: Option<(&Fields, &Wrong)>) -> Markup {
    let words = ConsentWords::from(rules);
    let said = |name: &str, kept: String| refused.map_or(kept, |(sent, _)| sent.get(name).to_owned());
    let ask = said("ask", words.ask.unwrap_or_default());
    let unknown = said("unknown", if rules.unknown_asks { "asked" } else { "" }.to_owned());
    let vendor = said("vendor", rules.vendor.map(|it| it.to_string()).unwrap_or_default());
    let fault = |field: &str| refused.filter(|(_, (of, _))| *of == field).map(|(_, (_, why))| why.as_str());
    html! {
        label { "Visitors are followed"
            select name="ask" { @for (it, meaning) in CHOICES { option value=(it.name()) selected[it.name() == ask] { (meaning) } } }
            (wrong(fault("ask"))) }
        p.muted { (EUROPE) }
        label { "By region, whoever's country is not known counts as"
            select name="unknown" {
                option value="" selected[unknown != "asked"] { "from elsewhere: until they object" }
                option value="asked" selected[unknown == "asked"] { "from Europe: once they agree" }
            } }
        @if person.app.config.networks.country_file.is_none() {
            p.muted { "This server has no file of countries, so the country of no visitor is known. " a.underlined href="/docs/reference/configuration" { "How to name one" } }
        }
        label { "Your number on the Global Vendor List of the IAB, if you have one"
            input name="vendor" inputmode="numeric" pattern="[0-9]*" maxlength="5" value=(vendor);
            (wrong(fault("vendor_id"))) }
    }
}

fn wrong(why: Option<&str>) -> Markup {
    html! { @if let Some(why) = why { span.wrong { (why) } } }
}

/// What each class of data is for, and what becomes of it.
const CLASSES: [(Kept, &str, &str); 5] = [
    (
        Kept::Raw,
        "Addresses, user agents, pages and referrers of requests",
        "for questions about single clicks and orders; then blanked in the log",
    ),
    (Kept::RefusedReports, "Reports that were refused, without what names persons", "to find what was wrong with them"),
    (Kept::Imports, "Uploaded files", "until they are applied or given up; what was applied stays in the log"),
    (Kept::Sessions, "Who is signed in here", "then a person signs in again"),
    (Kept::Mails, "Mail that went out", "to look up what a partner was told"),
];

fn kept(person: &Person) -> Markup {
    let columns = vec![text("What"), text("Kept for"), minor("Why")];
    let days = |days: u32| if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
    let mut rows: Vec<_> = CLASSES
        .iter()
        .map(|(class, what, why)| vec![cell(*what), cell(days(person.app.engine.retention.days(*class))), cell(*why)])
        .collect();
    rows.push(vec![
        cell("Clicks, visits and orders, with keyed hashes in place of persons"),
        cell("until erased"),
        cell("to say what was earned by what, as bookkeeping asks"),
    ]);
    html! {
        section.card.pad {
            h2 { "What is kept how long" }
            (Table { columns, rows }.bare())
            p.muted {
                "What has had its time goes by itself within the hour. Whoever runs the server sets the days. "
                a.underlined href="/docs/guide/privacy" { "Privacy" }
            }
        }
    }
}

pub async fn set(person: Person, Form(sent): Form<Vec<(String, String)>>) -> Result<Response, Failure> {
    let sent = Fields(sent);
    person.check_csrf(sent.get("csrf"))?;
    person.require(May::SetUp)?;
    let program = program_of(&person, sent.get("program").parse().unwrap_or(0))?;
    match read(&sent).and_then(|words| words.read(rules_now(&person.config, program.id))) {
        Ok(rules) => {
            person.settle("rules of consent set in the console", Fact::ConsentRulesSet(rules)).await?;
            Ok(done(&format!("{HERE}?program={}", program.id)))
        }
        Err(wrong) => {
            let page = shown(&person, Some(program.id.0), Some((&sent, &wrong)));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

fn read(sent: &Fields) -> Result<ConsentWords, Wrong> {
    let vendor_id = match sent.get("vendor").trim() {
        "" => 0,
        text => text.parse().map_err(|_| ("vendor_id", "It is a number from 1 to 65535.".to_owned()))?,
    };
    Ok(ConsentWords {
        ask: Some(sent.get("ask").to_owned()),
        unknown_country_asks: Some(sent.get("unknown") == "asked"),
        vendor_id: Some(vendor_id),
    })
}
