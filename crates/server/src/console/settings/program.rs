//! A program: where visitors land, where its links are served, in which money it pays, and its template terms.

use axum::extract::{Form, Query};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use referee_core::config::TermsInForce;
use referee_core::consent::ConsentRules;
use referee_core::fact::{Fact, TermsSet};
use referee_core::id::ProgramId;
use referee_core::program::{Program, Standing};
use referee_engine::intake::amount;
use referee_engine::zone::zone;
use serde::Deserialize;

use super::super::click_terms::{self, Asked};
use super::super::form::{Fields, brought_id, standing};
use super::super::page::{csrf, snippet};
use super::super::partners::program_of;
use super::super::person::{Failure, May, Person, done};
use super::super::terms;
use super::{data_protection, event_types, screen};
use crate::consent::{CHOICES, ConsentWords};
use crate::setup;

#[derive(Deserialize, Default)]
pub struct SettingsQuery {
    program: Option<u32>,
}

pub async fn show(person: Person, Query(query): Query<SettingsQuery>) -> Result<Response, Failure> {
    if !person.may(May::SetUp) && person.may(May::ManageUsers) {
        return Ok(Redirect::to("/settings/people").into_response());
    }
    if !person.may(May::SetUp) && person.may(May::Pay) {
        return Ok(Redirect::to("/settings/payments").into_response());
    }
    person.require(May::SetUp)?;
    let body = html! {
        @match person.program(query.program) {
            Some(program) => {
                (programs(&person, Some(program)))
                (program_form(&person, Some(program)))
                (event_types::section(&person, program))
                (template(&person, program))
                (tag_snippet(&person, program))
            }
            None => (program_form(&person, None)),
        }
    };
    Ok(screen(&person, "/settings", "Settings", body).into_response())
}

pub async fn add(person: Person) -> Result<Response, Failure> {
    person.require(May::SetUp)?;
    let body = html! { (programs(&person, None)) (program_form(&person, None)) };
    Ok(screen(&person, "/settings", "Settings", body).into_response())
}

fn programs(person: &Person, chosen: Option<&Program>) -> Markup {
    let on = |program: &Program| chosen.is_some_and(|it| it.id == program.id);
    html! {
        nav.chips aria-label="Programs" {
            @for it in person.config.programs.values() {
                a.chip.on[on(it)] href={ "/settings?program=" (it.id) } aria-current=[on(it).then_some("true")] { (it.name) }
            }
            a.chip.on[chosen.is_none()] href="/settings/programs/new" { "Add a program" }
        }
    }
}

fn program_form(person: &Person, program: Option<&Program>) -> Markup {
    let value = |of: fn(&Program) -> String| program.map(of).unwrap_or_default();
    let paused = program.is_some_and(|it| it.standing == Standing::Paused);
    html! {
        section.card.pad {
            h2 { @match program { Some(program) => { "Program " (program.id) }, None if person.config.programs.is_empty() => "Set up the program", None => "Add a program" } }
            form.stack.wide action="/settings/program" method="post" {
                (csrf(person))
                label { "Name" input name="name" required maxlength="200" value=(value(|it| it.name.clone())); }
                div.pair {
                    label { "Currency" input name="currency" required maxlength="3" value=(program.map_or_else(|| "EUR".into(), |it| it.currency.to_string())); }
                    label { "Time zone" input name="zone" required placeholder="Europe/Berlin" value=(value(|it| it.zone.name.clone())); }
                }
                label { "Page where visitors land when a link names nothing better" input type="url" name="default_landing_url" required placeholder="https://www.shop.com/" value=(value(|it| it.default_landing_url.clone())); }
                label { "Tracking hosts, on which links are served" textarea name="tracking_hosts" rows="2" placeholder="go.shop.com" { (value(|it| it.tracking_hosts.join("\n"))) } }
                label { "Permitted hosts, to which deep links may lead" textarea name="permitted_hosts" rows="2" placeholder="www.shop.com" { (value(|it| it.permitted_hosts.join("\n"))) } }
                div.pair {
                    label { "Query parameter that carries the click id" input name="click_param" required value=(program.map_or_else(|| "pt".into(), |it| it.click_param.clone())); }
                    label { "Days the visitor cookie lives" input type="number" name="cookie_days" min="1" max="400" required value=(program.map_or(30, |it| it.cookie_days)); }
                }
                @if let Some(program) = program {
                    input type="hidden" name="id" value=(program.id);
                    p.muted { "Whom the program asks before it follows them: " a.underlined href={ (data_protection::HERE) "?program=" (program.id) } { "Data protection" } }
                    label { "Standing" select name="standing" {
                        option value="active" selected[!paused] { "Active" }
                        option value="paused" selected[paused] { "Paused: clicks are sent on and nothing is earned" }
                    } }
                } @else {
                    label { "Visitors are followed" select name="ask" {
                        @for (it, meaning) in CHOICES { option value=(it.name()) { (meaning) } }
                    } }
                    label { "Id of another platform (optional)" input name="id" inputmode="numeric" pattern="[0-9]*"; }
                }
                button.primary { "Save" }
            }
        }
    }
}

#[derive(Deserialize)]
pub struct ProgramForm {
    csrf: String,
    #[serde(default)]
    id: String,
    name: String,
    currency: String,
    zone: String,
    default_landing_url: String,
    tracking_hosts: String,
    permitted_hosts: String,
    click_param: String,
    cookie_days: u32,
    #[serde(default)]
    standing: String,
    /// Of a new program: whom it asks before it follows them.
    #[serde(default)]
    ask: String,
}

pub async fn set(person: Person, Form(sent): Form<ProgramForm>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::SetUp)?;
    let wanted = brought_id(&sent.id)?.map(ProgramId);
    let mut program = program(&person, &sent)?;
    program.id = match wanted.filter(|id| is_ours(&person, *id)) {
        Some(id) => id,
        None => person.app.engine.create_program(person.brand, wanted).await?,
    };
    let id = program.id;
    person.settle("set in the console", Fact::ProgramSet(program)).await?;
    if !sent.ask.is_empty() && !person.config.consent.contains_key(&id) {
        let words = ConsentWords { ask: Some(sent.ask), ..ConsentWords::default() };
        let rules = words.read(ConsentRules::by_region(id)).map_err(|(_, why)| Failure::Invalid(why))?;
        person.settle("set in the console", Fact::ConsentRulesSet(rules)).await?;
    }
    Ok(done(&format!("/settings?program={id}")))
}

/// Also a number that was taken before, and whose program was refused then.
fn is_ours(person: &Person, id: ProgramId) -> bool {
    person.app.engine.routing().programs.get(&id) == Some(&person.brand)
}

fn program(person: &Person, sent: &ProgramForm) -> Result<Program, Failure> {
    let invalid = |text: &str| Failure::Invalid(text.to_owned());
    let param_ok = !sent.click_param.is_empty()
        && sent.click_param.len() <= 32
        && sent.click_param.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !param_ok {
        return Err(invalid("The parameter has 1 to 32 letters, digits or underscores."));
    }
    let name = sent.name.trim();
    if name.is_empty() {
        return Err(invalid("A program needs a name."));
    }
    let tracking_hosts = setup::hosts(&sent.tracking_hosts).map_err(Failure::Invalid)?;
    tracking_hosts.iter().try_for_each(|host| may_track(person, host))?;
    Ok(Program {
        id: ProgramId(0),
        name: name.to_owned(),
        currency: amount::currency(&sent.currency).ok_or_else(|| invalid("The currency is not a code of ISO 4217."))?,
        zone: zone(&sent.zone, person.app.engine.now())?,
        standing: standing(&sent.standing),
        default_landing_url: setup::landing_url(&sent.default_landing_url).map_err(invalid)?,
        permitted_hosts: setup::hosts(&sent.permitted_hosts).map_err(Failure::Invalid)?,
        tracking_hosts,
        click_param: sent.click_param.clone(),
        cookie_days: sent.cookie_days.clamp(1, 400),
    })
}

/// A host that serves links serves nothing else, and serves one brand: a click must never meet another's program.
fn may_track(person: &Person, host: &str) -> Result<(), Failure> {
    if host.starts_with("*.") {
        return Err(Failure::Invalid(format!("{host} stands for many hosts. Name each tracking host by itself.")));
    }
    if person.app.config.console_hosts.iter().any(|it| it == host) {
        let text = format!("{host} serves this console. Links need a host of their own, such as go.shop.com.");
        return Err(Failure::Invalid(text));
    }
    let routing = person.app.engine.routing();
    let programs = routing.hosts.get(host).map(Vec::as_slice).unwrap_or_default();
    if programs.iter().any(|id| routing.programs.get(id).is_some_and(|brand| *brand != person.brand)) {
        let text = format!("{host} already serves the links of another brand here. Choose a host of your own.");
        return Err(Failure::Invalid(text));
    }
    Ok(())
}

fn template(person: &Person, program: &Program) -> Markup {
    let versions = terms::versions_of(person, program, None);
    let current = terms::in_force(versions, terms::soon(person));
    let rules = current.and_then(|it| it.rules.as_ref());
    html! {
        section.card.pad {
            h2 { "Template terms" }
            p.muted { "What partners earn that have no terms of their own." }
            @match current.zip(rules) {
                Some((it, rules)) => (terms::lines(person, program, &TermsInForce { rules, version: it.version, of_template: true })),
                None => p { "None yet: partners without terms of their own earn nothing." },
            }
            @if versions.len() > 1 { details { summary { "All versions" } (terms::history(person, program, versions)) } }
            details open[versions.is_empty()] {
                summary { "Set a new version" }
                form.stack.wide action="/settings/terms" method="post" {
                    (csrf(person))
                    input type="hidden" name="program" value=(program.id);
                    (terms::fields(person, program, rules))
                    button.primary { "Set the template terms" }
                    p.muted { "What has happened keeps the price it had." }
                }
            }
            @if rules.is_some() { details {
                summary { "Set a new version as text" }
                form.stack.wide action="/settings/terms" method="post" {
                    (csrf(person))
                    input type="hidden" name="program" value=(program.id);
                    (terms::text_fields(person, program, rules))
                    button.primary { "Set the template terms" }
                }
            } }
        }
    }
}

pub async fn set_template(person: Person, Form(sent): Form<Vec<(String, String)>>) -> Result<Response, Failure> {
    let sent = Fields(sent);
    person.check_csrf(sent.get("csrf"))?;
    person.require(May::SetUp)?;
    let program = program_of(&person, sent.get("program").parse().unwrap_or(0))?;
    let rules = terms::rules(&person, program, &sent, terms::rules_now(&person, program, None))?;
    let asked = Asked { program, partner: None, sent: &sent, offered: false };
    if let Some(page) = click_terms::before_saving(&person, &asked, Some(&rules)).await? {
        return Ok(page);
    }
    let terms = TermsSet {
        program: program.id,
        partner: None,
        starts_at: terms::start(&person, program, None, &sent, false)?,
        ends_at: None,
        standing: Standing::Active,
        rules: Some(rules),
        needs_acceptance: false,
    };
    person.settle("template terms set in the console", Fact::TermsSet(terms)).await?;
    Ok(done(&format!("/settings?program={}", program.id)))
}

fn tag_snippet(person: &Person, program: &Program) -> Markup {
    let Some(host) = program.tracking_hosts.first() else { return html! {} };
    let origin = person.app.origin(host);
    let text = format!(
        "<script>window.referee=window.referee||function(){{(referee.a=referee.a||[]).push(arguments)}}</script>\n\
         <script async src=\"{origin}/tag.js\" data-program=\"{}\" data-param=\"{}\"></script>",
        program.id, program.click_param
    );
    html! {
        section.card.pad {
            h2 { "The tag" }
            p { "Paste it first in the head of every page of the shop. " a.underlined href="/docs/concepts/tracking-methods" { "Other ways to track" } }
            (snippet(&text))
        }
    }
}
