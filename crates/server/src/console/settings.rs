//! Settings: the program, its template terms, event types, people and tokens.

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use referee_core::contract::{EventPayout, Payout, TermsRules};
use referee_core::fact::{EventTypeSet, Fact, Role, TermsSet};
use referee_core::id::{EventTypeId, ProgramId};
use referee_core::program::{Category, EventType, Program, Standing};
use referee_engine::engine::blocking;
use referee_engine::intake::amount;
use referee_engine::settings::{Token, TokenKind, UserOfBrand, random_text};
use referee_engine::zone::zone;
use serde::Deserialize;

use super::format;
use super::page::{csrf, page, snippet};
use super::partners::{program_of, shown_once, terms_lines};
use super::person::{Failure, May, Person};
use super::table::{Table, cell, minor, text};
use crate::setup;

pub async fn show(person: Person) -> Result<Response, Failure> {
    person.require_brand_side()?;
    if !person.may(May::SetUp) && !person.may(May::ManageUsers) {
        return Err(Failure::Forbidden);
    }
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let (users, tokens, sid) = blocking(move || {
        let sid = engine.settings.find_brand(brand)?.map(|brand| brand.account_sid).unwrap_or_default();
        Ok((engine.settings.users_of(brand)?, engine.settings.tokens_of(brand)?, sid))
    })
    .await?;
    let body = html! {
        @if person.may(May::SetUp) {
            @for program in person.config.programs.values() {
                (program_form(&person, Some(program)))
                (terms(&person, program))
                (event_types(&person, program))
                (tag_snippet(&person, program))
            }
            @if person.config.programs.is_empty() { (program_form(&person, None)) }
            (token_list(&person, &tokens, &sid))
        }
        @if person.may(May::ManageUsers) { (user_list(&person, &users)) }
    };
    Ok(page(&person, "/settings", "Settings", body).into_response())
}

fn program_form(person: &Person, program: Option<&Program>) -> Markup {
    let value = |of: fn(&Program) -> String| program.map(of).unwrap_or_default();
    html! {
        section.card.pad {
            h2 { @match program { Some(program) => { "Program " (program.id) }, None => { "Set up the program" } } }
            form.stack.wide action="/settings/program" method="post" {
                (csrf(person))
                @if let Some(program) = program { input type="hidden" name="id" value=(program.id); }
                @else { label { "Id of another platform (optional)" input name="id" inputmode="numeric" pattern="[0-9]*"; } }
                label { "Name" input name="name" required value=(value(|it| it.name.clone())); }
                label { "Currency" input name="currency" required maxlength="3" value=(program.map_or_else(|| "EUR".into(), |it| it.currency.to_string())); }
                label { "Time zone" input name="zone" required placeholder="Europe/Berlin" value=(value(|it| it.zone.name.clone())); }
                label { "Page where visitors land when a link names nothing better" input type="url" name="default_landing_url" required value=(value(|it| it.default_landing_url.clone())); }
                label { "Tracking hosts, on which links are served" textarea name="tracking_hosts" rows="2" placeholder="go.shop.com" { (value(|it| it.tracking_hosts.join("\n"))) } }
                label { "Permitted hosts, to which deep links may lead" textarea name="permitted_hosts" rows="2" placeholder="www.shop.com" { (value(|it| it.permitted_hosts.join("\n"))) } }
                label { "Query parameter that carries the click id" input name="click_param" required value=(program.map_or_else(|| "pt".into(), |it| it.click_param.clone())); }
                label { "Days the visitor cookie lives" input type="number" name="cookie_days" min="1" max="400" required value=(program.map_or(30, |it| it.cookie_days)); }
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
}

pub async fn set_program(person: Person, Form(sent): Form<ProgramForm>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::SetUp)?;
    let invalid = |text: String| Failure::Invalid(text);
    let wanted = match sent.id.trim() {
        "" => None,
        id => Some(ProgramId(id.parse().map_err(|_| invalid("The id is a whole number.".into()))?)),
    };
    let param_ok = !sent.click_param.is_empty()
        && sent.click_param.len() <= 32
        && sent.click_param.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !param_ok {
        return Err(invalid("The parameter has 1 to 32 letters, digits or underscores.".into()));
    }
    let currency =
        amount::currency(&sent.currency).ok_or_else(|| invalid("The currency is not a code of ISO 4217.".into()))?;
    let tracking_hosts = setup::hosts(&sent.tracking_hosts).map_err(invalid)?;
    if tracking_hosts.iter().any(|host| person.app.config.console_hosts.contains(host) || host.starts_with("*.")) {
        return Err(invalid("A tracking host is one host, and not one of the console's.".into()));
    }
    let mut program = Program {
        id: ProgramId(0),
        name: sent.name.trim().to_owned(),
        currency,
        zone: zone(&sent.zone, person.app.engine.now())?,
        standing: Standing::Active,
        default_landing_url: setup::landing_url(&sent.default_landing_url).map_err(|why| invalid(why.into()))?,
        permitted_hosts: setup::hosts(&sent.permitted_hosts).map_err(invalid)?,
        tracking_hosts,
        click_param: sent.click_param.clone(),
        cookie_days: sent.cookie_days.clamp(1, 400),
    };
    program.id = match wanted.filter(|id| person.config.programs.contains_key(id)) {
        Some(id) => id,
        None => person.app.engine.create_program(person.brand, wanted)?,
    };
    person.settle("set in the console", Fact::ProgramSet(program)).await?;
    Ok(Redirect::to("/settings").into_response())
}

fn terms(person: &Person, program: &Program) -> Markup {
    let now = person.app.engine.now();
    let versions = person.config.terms.get(&(program.id, None));
    let template = versions.and_then(|all| all.iter().rfind(|it| it.starts_at <= now));
    html! {
        section.card.pad {
            h2 { "Template terms" }
            @match template.and_then(|it| it.rules.as_ref().map(|rules| (it, rules))) {
                Some((it, rules)) => (terms_lines(person, program, &referee_core::config::TermsInForce { rules, version: it.version, of_template: true })),
                None => p { "None yet: partners without terms of their own earn nothing." },
            }
            form.stack action="/settings/terms" method="post" {
                (csrf(person))
                input type="hidden" name="program" value=(program.id);
                label { "Days after a click in which an event counts for it" input type="number" name="referral_window_days" min="0" max="365" value="30" required; }
                label { "Days until an action locks" input type="number" name="lock_days" min="0" max="365" value="30" required; }
                @for event_type in event_types_of(person, program) {
                    label { (event_type.name) ": a rate such as 8%, an amount such as 2.00, or nothing" input name={ "payout_" (event_type.id) }; }
                }
                button.primary { "Set a new version from now on" }
                p.muted { "What has happened keeps the price it had." }
            }
        }
    }
}

fn event_types_of<'a>(person: &'a Person, program: &Program) -> impl Iterator<Item = &'a EventType> {
    let id = program.id;
    person.config.event_types.values().filter(move |it| it.program == id)
}

pub async fn set_terms(person: Person, Form(sent): Form<Vec<(String, String)>>) -> Result<Response, Failure> {
    let get = |name: &str| sent.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim());
    person.check_csrf(get("csrf"))?;
    person.require(May::SetUp)?;
    let program = program_of(&person, get("program").parse().unwrap_or(0))?.id;
    let days = |name: &str| {
        let days = get(name).parse::<u32>().ok().filter(|days| *days <= 365);
        days.ok_or_else(|| Failure::Invalid("Days are a whole number up to 365.".into()))
    };
    let mut payouts = Vec::new();
    for (name, value) in sent.iter().filter(|(_, value)| !value.trim().is_empty()) {
        if let Some(id) = name.strip_prefix("payout_").and_then(|id| id.parse().ok()) {
            payouts.push(EventPayout { event_type: EventTypeId(id), payout: payout(value)? });
        }
    }
    let rules =
        TermsRules { referral_window_days: days("referral_window_days")?, lock_days: days("lock_days")?, payouts };
    // A moment ahead, so that the record that sets them is not already late.
    let starts_at = person.app.engine.now().plus_ms(1_000);
    let terms =
        TermsSet { program, partner: None, starts_at, ends_at: None, standing: Standing::Active, rules: Some(rules) };
    person.settle("template terms set in the console", Fact::TermsSet(terms)).await?;
    Ok(Redirect::to("/settings").into_response())
}

/// `8%` or `2.00`.
fn payout(text: &str) -> Result<Payout, Failure> {
    let wrong = |why: amount::BadAmount| Failure::Invalid(format!("{text:?} is no payout: {why}."));
    match text.trim().strip_suffix('%') {
        Some(percent) => {
            let percent = amount::amount(percent).map_err(wrong)?;
            let ppm = u32::try_from(percent.0 / 100).ok().filter(|ppm| *ppm <= 1_000_000);
            let ppm = ppm.ok_or_else(|| Failure::Invalid("A rate is at most 100 %.".into()))?;
            Ok(Payout::Rate { ppm })
        }
        None => Ok(Payout::Fixed { amount: amount::amount(text).map_err(wrong)? }),
    }
}

const CATEGORIES: [(Category, &str, &str); 5] = [
    (Category::Sale, "sale", "Sale: an order with an amount"),
    (Category::Lead, "lead", "Lead: a form was sent"),
    (Category::Install, "install", "Install: an app was opened for the first time"),
    (Category::Click, "click", "Click: needs no code on the site"),
    (Category::Other, "other", "Something else"),
];

fn event_types(person: &Person, program: &Program) -> Markup {
    let columns = vec![text("Event type"), minor("Id"), text("Code"), minor("Kind")];
    let row = |it: &EventType| {
        vec![cell(it.name.clone()), cell(it.id.to_string()), cell(it.code.clone()), cell(format!("{:?}", it.category))]
    };
    let table = Table { columns, rows: event_types_of(person, program).map(row).collect() };
    html! {
        section.card.pad {
            h2 { "Event types" }
            @if !table.rows.is_empty() { (table.html()) }
            form.stack action="/settings/event-types" method="post" {
                (csrf(person))
                input type="hidden" name="program" value=(program.id);
                label { "Name" input name="name" required maxlength="100"; }
                label { "Code, for use in the shop" input name="code" maxlength="64" pattern="[A-Za-z0-9_\\-]*"; }
                label { "Kind" select name="category" { @for (_, value, name) in CATEGORIES { option value=(value) { (name) } } } }
                label { "Id of another platform (optional)" input name="id" inputmode="numeric" pattern="[0-9]*"; }
                button { "Add the event type" }
            }
        }
    }
}

#[derive(Deserialize)]
pub struct NewEventType {
    csrf: String,
    program: u32,
    name: String,
    #[serde(default)]
    code: String,
    category: String,
    #[serde(default)]
    id: String,
}

pub async fn create_event_type(person: Person, Form(sent): Form<NewEventType>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::SetUp)?;
    let category = CATEGORIES.iter().find(|(_, value, _)| *value == sent.category).ok_or(Failure::NotFound)?.0;
    let id = match sent.id.trim() {
        "" => None,
        id => Some(EventTypeId(id.parse().map_err(|_| Failure::Invalid("The id is a whole number.".into()))?)),
    };
    let event_type = EventTypeSet {
        program: program_of(&person, sent.program)?.id,
        id,
        code: sent.code.trim().to_owned(),
        name: sent.name.trim().to_owned(),
        category,
        standing: Standing::Active,
        server_wins: true,
    };
    person.settle("added in the console", Fact::EventTypeSet(event_type)).await?;
    Ok(Redirect::to("/settings").into_response())
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

fn token_list(person: &Person, tokens: &[Token], sid: &str) -> Markup {
    let zone = person.program(None).map(|program| program.zone.clone()).unwrap_or_default();
    html! {
        section.card.pad {
            h2 { "Tokens" }
            p { "Account " code { (sid) } }
            table {
                thead { tr { th { "Name" } th { "For" } th { "Scopes" } th { "Made" } th {} } }
                tbody { @for token in tokens { tr {
                    td { (token.name) }
                    td { (match token.kind { TokenKind::Account => "/Advertisers, as the account's password", TokenKind::Api => "/api/v1, as a bearer token" }) }
                    td { (token.scopes.join(", ")) }
                    td { (format::date(token.created_at, &zone)) }
                    td { @if token.revoked { span.tag.reversed { "Revoked" } } @else {
                        form.inline action={ "/settings/tokens/" (token.id) "/revoke" } method="post" data-confirm="Revoke this token? Programs that use it stop at once." {
                            (csrf(person)) button.link { "Revoke" }
                        }
                    } }
                } } }
            }
            form.stack action="/settings/tokens" method="post" {
                (csrf(person))
                label { "Name" input name="name" required maxlength="100" placeholder="Shop server"; }
                label { "For" select name="kind" { option value="account" { "/Advertisers" } option value="api" { "/api/v1" } } }
                label { "May" select name="scopes" { option value="read write" { "read and write" } option value="read" { "read" } option value="write" { "write" } } }
                button { "Make a token" }
            }
        }
    }
}

#[derive(Deserialize)]
pub struct NewToken {
    csrf: String,
    name: String,
    kind: String,
    scopes: String,
}

pub async fn create_token(person: Person, Form(sent): Form<NewToken>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::SetUp)?;
    let kind = if sent.kind == "api" { TokenKind::Api } else { TokenKind::Account };
    let scopes: Vec<&'static str> = ["read", "write"].into_iter().filter(|it| sent.scopes.contains(it)).collect();
    let (engine, brand, name, now) = (person.app.engine.clone(), person.brand, sent.name, person.app.engine.now());
    let token = blocking(move || engine.settings.create_token(brand, kind, name.trim(), &scopes, now)).await?;
    let body = html! {
        section.card.pad.narrow {
            p { "Copy it now. It is kept as a hash only and can't be shown again." }
            (snippet(&token.secret))
            p { a.underlined href="/settings" { "To the settings" } }
        }
    };
    Ok(page(&person, "/settings", "The token, shown once", body).into_response())
}

#[derive(Deserialize)]
pub struct Revoke {
    csrf: String,
}

pub async fn revoke_token(person: Person, Path(id): Path<i64>, Form(sent): Form<Revoke>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::SetUp)?;
    let (engine, brand, now) = (person.app.engine.clone(), person.brand, person.app.engine.now());
    let revoked = blocking(move || engine.settings.revoke_token(brand, id, now)).await?;
    if revoked { Ok(Redirect::to("/settings").into_response()) } else { Err(Failure::NotFound) }
}

const ROLES: [(Role, &str, &str); 5] = [
    (Role::Viewer, "viewer", "Viewer: sees everything"),
    (Role::Manager, "manager", "Manager: partners, ads, actions, payments, set-up"),
    (Role::Finance, "finance", "Finance: payments"),
    (Role::Developer, "developer", "Developer: set-up and tokens"),
    (Role::Owner, "owner", "Owner: everything, and people"),
];

fn user_list(person: &Person, users: &[UserOfBrand]) -> Markup {
    html! {
        section.card.pad {
            h2 { "People" }
            table {
                thead { tr { th { "Email" } th { "Name" } th { "Role" } } }
                tbody { @for it in users { tr {
                    td { (it.user.email) }
                    td { (it.user.name) }
                    td { (format!("{:?}", it.role)) @if let Some(partner) = it.partner { span.muted { " " (person.partner_name(partner)) } } }
                } } }
            }
            form.stack action="/settings/users" method="post" {
                (csrf(person))
                label { "Email" input type="email" name="email" required; }
                label { "Name" input name="name" maxlength="100"; }
                label { "Role" select name="role" { @for (_, value, name) in ROLES { option value=(value) { (name) } } } }
                button { "Add the person" }
            }
        }
    }
}

#[derive(Deserialize)]
pub struct NewUser {
    csrf: String,
    email: String,
    #[serde(default)]
    name: String,
    role: String,
}

pub async fn create_user(person: Person, Form(sent): Form<NewUser>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::ManageUsers)?;
    if !sent.email.contains('@') {
        return Err(Failure::Invalid("That is not an e-mail address.".into()));
    }
    let role = ROLES.iter().find(|(_, value, _)| *value == sent.role).ok_or(Failure::NotFound)?.0;
    let (engine, brand, now) = (person.app.engine.clone(), person.brand, person.app.engine.now());
    let (email, name, password) = (sent.email.clone(), sent.name, random_text());
    let made = password.clone();
    blocking(move || {
        let user = engine.settings.create_user(&email, name.trim(), &made, now)?;
        engine.settings.set_role(user, brand, role, None)
    })
    .await?;
    Ok(shown_once(&person, &sent.email, &password).into_response())
}
