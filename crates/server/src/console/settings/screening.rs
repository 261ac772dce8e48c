//! Rules of screening: which clicks are duplicates, and what is made of those that something was found of.

use axum::extract::{Form, Query};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::{Markup, html};
use referee_core::fact::Fact;
use referee_core::program::Program;
use referee_core::screening::{ScreeningRules, Treatment};

use super::super::form::Fields;
use super::super::page::csrf;
use super::super::partners::program_of;
use super::super::person::{Failure, May, Person, done};
use super::super::table::{Table, cell, text};
use super::{ProgramQuery, program_screen};
use crate::screening::{ScreeningWords, TREATED, WINDOW_MINUTES, Wrong, meaning, treated};

const HERE: &str = "/settings/screening";

pub async fn show(person: Person, Query(query): Query<ProgramQuery>) -> Result<Response, Failure> {
    person.require(May::SetUp)?;
    Ok(shown(&person, query.program, None).into_response())
}

fn shown(person: &Person, program: Option<u32>, refused: Option<(&Fields, &Wrong)>) -> Markup {
    let sections = |person: &Person, program: &Program| sections(person, program, refused);
    program_screen(person, program, (HERE, "Screening of clicks"), sections)
}

fn sections(person: &Person, program: &Program, refused: Option<(&Fields, &Wrong)>) -> Markup {
    html! {
        (form(person, program, refused))
        section.card.pad {
            h2 { "What a treatment means" }
            div.scroll { (treatments()) }
            p.muted {
                "Nothing is thrown away: each click keeps its row and its code, and what is not paid says why. "
                a.underlined href="/docs/reference/screening" { "All codes" }
            }
        }
    }
}

fn form(person: &Person, program: &Program, refused: Option<(&Fields, &Wrong)>) -> Markup {
    let rules = person.config.screening_of(program.id);
    let words = ScreeningWords::from(&rules);
    let number = |name: &str, kept: Option<u32>| match refused {
        Some((sent, _)) => sent.get(name).to_owned(),
        None => kept.map(|it| it.to_string()).unwrap_or_default(),
    };
    let window = refused.map_or(words.window.as_deref().unwrap_or_default(), |(sent, _)| sent.get("window"));
    let fault = |field: &str| refused.filter(|(_, (of, _))| *of == field).map(|(_, (_, why))| why.as_str());
    html! {
        section.card.pad {
            h2 { "Rules of " (program.name) }
            form.stack.wide action=(HERE) method="post" {
                (csrf(person))
                input type="hidden" name="program" value=(program.id);
                div.pair {
                    label { "Minutes in which a further click of the same device on a partner's links is a duplicate"
                        input type="number" name="window_minutes" min=(WINDOW_MINUTES[0]) max=(WINDOW_MINUTES[1]) required value=(number("window_minutes", words.window_minutes));
                        (wrong(fault("window_minutes"))) }
                    label { "The window"
                        select name="window" {
                            option value="rolling" selected[window == "rolling"] { "Rolling: each click begins it anew" }
                            option value="fixed" selected[window == "fixed"] { "Fixed: the first click begins it, and the first after it begins the next" }
                        } (wrong(fault("window"))) }
                    label { "Milliseconds in which a second click is a double click"
                        input type="number" name="double_click_ms" min="0" required value=(number("double_click_ms", words.double_click_ms));
                        (wrong(fault("double_click_ms"))) }
                }
                @for (field, name, which) in TREATED { (treatment(&rules, refused.map(|(sent, _)| sent), (field, name, which))) }
                button.primary { "Save" }
                p.muted { "They hold for clicks that come from now on. What was found of earlier clicks stays." }
            }
        }
    }
}

fn wrong(why: Option<&str>) -> Markup {
    html! { @if let Some(why) = why { span.wrong { (why) } } }
}

fn treatment(rules: &ScreeningRules, sent: Option<&Fields>, (field, name, which): (&str, &str, &str)) -> Markup {
    let chosen = sent.map_or(treated(rules, field).name(), |sent| sent.get(field));
    html! {
        label { (name) ": " (which)
            select name=(field) { @for it in Treatment::ALL {
                option value=(it.name()) selected[it.name() == chosen] { (capitalised(it.name())) ": " (meaning(it)) }
            } }
        }
    }
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

fn treatments() -> Markup {
    let is = |it: bool, yes: &str, no: &str| cell(if it { yes } else { no });
    let row = |it: Treatment| {
        vec![
            cell(capitalised(it.name())),
            is(it.counts(), "counted", "not counted"),
            is(it.pays(), "paid by the terms", "not paid"),
            is(it.credits(), "may earn orders", "earns nothing"),
        ]
    };
    let columns = vec![text("Treatment"), text("In reports"), text("For the click"), text("Credit for orders")];
    Table { columns, rows: Treatment::ALL.into_iter().map(row).collect() }.bare()
}

pub async fn set(person: Person, Form(sent): Form<Vec<(String, String)>>) -> Result<Response, Failure> {
    let sent = Fields(sent);
    person.check_csrf(sent.get("csrf"))?;
    person.require(May::SetUp)?;
    let program = program_of(&person, sent.get("program").parse().unwrap_or(0))?;
    match read(&sent).and_then(|words| words.read(person.config.screening_of(program.id))) {
        Ok(rules) => {
            person.settle("rules of screening set in the console", Fact::ScreeningRulesSet(rules)).await?;
            Ok(done(&format!("{HERE}?program={}", program.id)))
        }
        Err(wrong) => {
            let page = shown(&person, Some(program.id.0), Some((&sent, &wrong)));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

fn read(sent: &Fields) -> Result<ScreeningWords, Wrong> {
    let number = |name: &'static str| match sent.get(name) {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| (name, "It is a whole number.".to_owned())),
    };
    let word = |name: &str| Some(sent.get(name)).filter(|it| !it.is_empty()).map(str::to_owned);
    Ok(ScreeningWords {
        window_minutes: number("window_minutes")?,
        window: word("window"),
        double_click_ms: number("double_click_ms")?,
        duplicate: word("duplicate"),
        invalid: word("invalid"),
        suspect: word("suspect"),
        assistant: word("assistant"),
    })
}
