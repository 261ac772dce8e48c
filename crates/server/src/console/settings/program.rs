//! A program: where visitors land, where its links are served, in which money it pays, and its template terms.

use axum::extract::{Form, Query};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use referee_core::config::TermsInForce;
use referee_core::consent::ConsentRules;
use referee_core::fact::{Fact, TermsSet};
use referee_core::id::ProgramId;
use referee_core::program::{PATH_PREFIX, Program, Standing, TAG_NAME};
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
use crate::membership::link_host;
use crate::{domains, setup};

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
                label { "Hosts of the shop itself that pass a path on to this server, if there are any" textarea name="shop_hosts" rows="1" placeholder="www.shop.com" { (value(|it| it.shop_hosts.join("\n"))) } }
                div.pair {
                    label { "Query parameter that carries the click id" input name="click_param" required value=(program.map_or_else(|| "pt".into(), |it| it.click_param.clone())); }
                    label { "Days the visitor cookie lives" input type="number" name="cookie_days" min="1" max="400" required value=(program.map_or(30, |it| it.cookie_days)); }
                }
                div.pair {
                    label { "First part of the tag's paths" input name="path_prefix" required maxlength="32" value=(program.map_or(PATH_PREFIX, |it| it.path_prefix.as_str())); }
                    label { "File name of the tag" input name="tag_name" required maxlength="35" value=(program.map_or(TAG_NAME, |it| it.tag_name.as_str())); }
                }
                p.muted { a.underlined href="/settings/tracking-domains" { "Tracking domains" } " says how each host stands, and what visitors of each browser would lose." }
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
    /// Empty, as in forms of before: the usual one. So are the next.
    #[serde(default)]
    path_prefix: String,
    #[serde(default)]
    tag_name: String,
    #[serde(default)]
    shop_hosts: String,
}

pub async fn set(person: Person, Form(sent): Form<ProgramForm>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::SetUp)?;
    let wanted = brought_id(&sent.id)?.map(ProgramId);
    let known = wanted.filter(|id| is_ours(&person, *id));
    let mut program = Program { id: known.unwrap_or_default(), ..program(&person, &sent)? };
    may_have(&person, &program).await?;
    // Read before anything is made: a program without its rules would follow whoever says nothing.
    let asks = ConsentWords { ask: Some(sent.ask).filter(|it| !it.is_empty()), ..ConsentWords::default() };
    let rules = asks.read(ConsentRules::by_region(program.id)).map_err(|(_, why)| Failure::Invalid(why))?;
    if known.is_none() {
        program.id = person.app.engine.create_program(person.brand, wanted).await?;
    }
    let id = program.id;
    save(&person, program).await?;
    if asks.ask.is_some() && !person.config.consent.contains_key(&id) {
        let rules = ConsentRules { program: id, ..rules };
        person.settle("set in the console", Fact::ConsentRulesSet(rules)).await?;
    }
    Ok(done(&format!("/settings?program={id}")))
}

pub(super) async fn may_have(person: &Person, program: &Program) -> Result<(), Failure> {
    let refused = domains::refused(&person.app, person.brand, program).await?;
    refused.map_or(Ok(()), |why| Err(Failure::Invalid(why)))
}

/// New hosts are claimed before they are set, so that none is served before it is proved; those that are gone are free for
/// others afterwards.
pub(super) async fn save(person: &Person, program: Program) -> Result<(), Failure> {
    let before = person.config.programs.get(&program.id);
    let (new, gone) = domains::changed(&person.config, before, &program);
    let engine = &person.app.engine;
    engine.claim_domains(person.brand, new.clone()).await?;
    person.settle("set in the console", Fact::ProgramSet(program)).await?;
    engine.release_domains(person.brand, gone).await?;
    if let Ok(probe) = person.app.probe() {
        engine.verify_soon(probe, &person.app.config.domains, person.brand, &new).await;
    }
    Ok(())
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
    let or_usual = |text: &str, usual: &str| match text.trim() {
        "" => usual.to_owned(),
        text => text.to_owned(),
    };
    Ok(Program {
        id: ProgramId(0),
        name: name.to_owned(),
        currency: amount::currency(&sent.currency).ok_or_else(|| invalid("The currency is not a code of ISO 4217."))?,
        zone: zone(&sent.zone, person.app.engine.now())?,
        standing: standing(&sent.standing),
        default_landing_url: setup::landing_url(&sent.default_landing_url).map_err(invalid)?,
        permitted_hosts: setup::hosts(&sent.permitted_hosts).map_err(Failure::Invalid)?,
        tracking_hosts: setup::hosts(&sent.tracking_hosts).map_err(Failure::Invalid)?,
        click_param: sent.click_param.clone(),
        cookie_days: sent.cookie_days.clamp(1, 400),
        path_prefix: or_usual(&sent.path_prefix, PATH_PREFIX),
        tag_name: or_usual(&sent.tag_name, TAG_NAME),
        shop_hosts: setup::hosts(&sent.shop_hosts).map_err(Failure::Invalid)?,
    })
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

/// A path on the shop's own host is the best that a program can have.
fn tag_address(person: &Person, program: &Program) -> Option<String> {
    let (prefix, tag) = (&program.path_prefix, &program.tag_name);
    let of_shop = program.shop_hosts.first().map(|host| format!("{}/{prefix}/{tag}", person.app.origin(host)));
    of_shop.or_else(|| Some(format!("{}/{tag}", person.app.origin(link_host(&person.app, program)?))))
}

fn tag_snippet(person: &Person, program: &Program) -> Markup {
    let Some(src) = tag_address(person, program) else { return html! {} };
    let path = match program.path_prefix.as_str() {
        PATH_PREFIX => String::new(),
        own => format!(" data-path=\"/{own}\""),
    };
    let text = format!(
        "<script>window.referee=window.referee||function(){{(referee.a=referee.a||[]).push(arguments)}}</script>\n\
         <script async src=\"{src}\" data-program=\"{}\" data-param=\"{}\"{path}></script>",
        program.id, program.click_param
    );
    html! {
        section.card.pad {
            h2 { "The tag" }
            p { "Paste it first in the head of every page of the shop. " a.underlined href="/docs/concepts/tracking-methods" { "Other ways to track" } }
            (snippet(&text))
            @if let Some(host) = link_host(&person.app, program) {
                p { "If another platform's tag stands there already, change the host of its script to " code { (person.app.origin(host)) } " and nothing else. " a.underlined href="/docs/guide/existing-tag" { "How that works" } }
            }
        }
    }
}
