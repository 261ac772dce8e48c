//! Tracking domains: how each host stands, what to set in DNS, and what visitors would lose.

use axum::extract::{Form, Query};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::program::Program;
use referee_core::time::Zone;
use referee_engine::domain::{Browser, Finding, Findings, Method, Weight, file_path, record_name, record_value};
use referee_engine::settings::{Certificate, TrackingDomain};
use serde::Deserialize;

use super::super::format::date_time;
use super::super::page::{csrf, snippet};
use super::super::partners::program_of;
use super::super::person::{Failure, May, Person, done};
use super::super::table::{Cell, Table, buttons, cell, date_cell, minor, shown_cell, text, time_cell};
use super::program::{may_have, save};
use super::screen;
use crate::domains::{self, Listed, Standing};
use crate::setup;

const PATH: &str = "/settings/tracking-domains";

pub async fn show(person: Person) -> Result<Response, Failure> {
    person.require(May::SetUp)?;
    if person.config.programs.is_empty() {
        let first = html! { p { a.underlined href="/settings" { "Set up the program first" } } };
        return Ok(screen(&person, PATH, "Tracking domains", first).into_response());
    }
    let listed = domains::listed(&person.app, person.brand, &person.config).await?;
    let body = html! {
        section.card.pad {
            h2 { "Tracking domains" }
            p { "Links and the tag work best on a host of the shop's own, such as " code { "go.shop.com" } ": browsers take its cookie for the shop's. " a.underlined href="/docs/guide/tracking-domain" { "How to choose one" } }
            @if listed.is_empty() { p.muted { "There is none yet. Add one below." } } @else { (table(&person, &listed).bare()) }
        }
        @for it in listed.iter().filter(|it| it.standing == Standing::Waiting || it.standing == Standing::InUse) {
            @if let Some(domain) = &it.domain { (steps(&person, it, domain)) }
        }
        @for it in listed.iter().filter_map(|it| it.certificate.as_ref()).filter(|it| !it.trouble.is_empty()) {
            (failed_order(&person, it))
        }
        (add_form(&person))
    };
    Ok(screen(&person, PATH, "Tracking domains", body).into_response())
}

fn table(person: &Person, listed: &[Listed]) -> Table {
    let columns = vec![
        text("Host"),
        minor("Program"),
        text("Standing"),
        minor("Proved by"),
        minor("Looked at"),
        minor("Certificate"),
        buttons(),
    ];
    let zone = person.zone(None);
    let name = |it: &Listed| {
        let names = it.programs.iter().filter_map(|id| person.config.programs.get(id)).map(|it| it.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    };
    let row = |it: &Listed| {
        let domain = it.domain.as_ref();
        let method = domain.and_then(|domain| domain.method).map_or("", method_word);
        let check = format!("{PATH}/check?host={}", it.host);
        vec![
            shown_cell(html! { span.address { (it.host) @if it.of_shop { ", a path of the shop" } } }, &it.host),
            cell(name(it)),
            shown_cell(tag(it), it.standing.code()),
            cell(method),
            domain.and_then(|domain| domain.checked_at).map_or_else(|| cell(""), |at| time_cell(at, &zone)),
            certificate_cell(it.certificate.as_ref(), &zone),
            shown_cell(html! { a.underlined href=(check) aria-label={ "Check " (it.host) } { "Check" } }, ""),
        ]
    };
    Table { columns, rows: listed.iter().map(row).collect() }
}

fn tag(listed: &Listed) -> Markup {
    let troubled = listed.domain.as_ref().is_some_and(|it| !it.trouble.is_empty());
    html! {
        @match listed.standing {
            Standing::Inside => span.tag { "Needs no proof" },
            Standing::InUse => span.tag { "In use, not proved" },
            Standing::Waiting => span.tag.pending { "Not served yet" },
            Standing::Verified if troubled => span.tag.pending { "Verified, proof gone" },
            Standing::Verified => span.tag.locked { "Verified" },
        }
    }
}

fn certificate_cell(certificate: Option<&Certificate>, zone: &Zone) -> Cell {
    match certificate {
        Some(it) if !it.trouble.is_empty() => shown_cell(html! { span.tag.pending { "Order failed" } }, "failed"),
        Some(Certificate { held: Some((_, ends_at)), .. }) => date_cell(*ends_at, zone),
        Some(_) => shown_cell(html! { span.tag { "Ordered" } }, "ordered"),
        None => cell(""),
    }
}

/// Why the authority gave none, and when it is asked again.
fn failed_order(person: &Person, certificate: &Certificate) -> Markup {
    let (host, zone) = (&certificate.host, person.zone(None));
    html! {
        section.card.pad {
            h2 { "Certificate of " (host) }
            p.wrong.address { (certificate.trouble) }
            p {
                @if let Some(at) = certificate.tried_at { "Tried at " (date_time(at, &zone)) ". " }
                "It is ordered again at " (date_time(certificate.next_try_at, &zone)) "."
                @if certificate.held.is_some() { " The one before is shown until it ends." }
            }
            form.row action={ (PATH) "/certificate" } method="post" {
                (csrf(person))
                input type="hidden" name="host" value=(host);
                button.primary aria-label={ "Order the certificate of " (host) " now" } { "Order it now" }
            }
        }
    }
}

fn method_word(method: Method) -> &'static str {
    match method {
        Method::Record => "TXT record",
        Method::Address => "its address",
        Method::File => "a file",
        Method::Word => "whoever runs the server",
    }
}

/// What to set, line by line, as the page of a DNS provider asks for it.
fn steps(person: &Person, listed: &Listed, domain: &TrackingDomain) -> Markup {
    let host = &listed.host;
    html! {
        section.card.pad id=(host) {
            h2 { (host) }
            @if listed.standing == Standing::Waiting { p { "It is served once it is proved to be yours. Records are looked for every two minutes." } }
            @else { p { "It was in use before a proof was asked for, and goes on. It gets a certificate once it is proved to be yours." } }
            ol.steps {
                @if listed.of_shop { li { "Let the shop's server pass the program's path on to this server." } }
                @else { li { "Let the host lead to this server:" @for line in leads(person, host) { (snippet(&line)) } } }
                li { "Prove that it is yours, by this record" (snippet(&format!("{}. TXT \"{}\"", record_name(host), record_value(&domain.token)))) "or by a file at " code.address { "http://" (host) (file_path(&domain.token)) } " with this text" (snippet(&record_value(&domain.token))) }
            }
            @if !domain.trouble.is_empty() { p.wrong.address { (domain.trouble) } }
            form.row action={ (PATH) "/verify" } method="post" {
                (csrf(person))
                input type="hidden" name="host" value=(host);
                button.primary aria-label={ "Verify " (host) " now" } { "Verify now" }
            }
        }
    }
}

fn leads(person: &Person, host: &str) -> Vec<String> {
    let line = |target: &String| match target.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(_)) => format!("{host}. A {target}"),
        Ok(std::net::IpAddr::V6(_)) => format!("{host}. AAAA {target}"),
        Err(_) => format!("{host}. CNAME {target}."),
    };
    let targets = person.app.config.domains.targets();
    // A host has addresses or one CNAME; addresses serve Safari's visitors better.
    let is_address = |it: &&String| it.parse::<std::net::IpAddr>().is_ok();
    let addresses: Vec<String> = targets.iter().filter(is_address).map(line).collect();
    match (addresses.is_empty(), targets.first()) {
        (false, _) => addresses,
        (true, Some(name)) => vec![line(name)],
        (true, None) => {
            vec![format!("{host}. A (this server's IPv4 address)"), format!("{host}. AAAA (its IPv6 address)")]
        }
    }
}

fn add_form(person: &Person) -> Markup {
    html! {
        section.card.pad {
            h2 { "Add a host" }
            form.stack action=(PATH) method="post" {
                (csrf(person))
                label { "Host" input name="host" required maxlength="253" placeholder="go.shop.com" autocapitalize="off" spellcheck="false"; }
                label { "Program" select name="program" { @for it in person.config.programs.values() { option value=(it.id) { (it.name) } } } }
                label { "It is" select name="kind" {
                    option value="tracking" { "a host of its own, which leads to this server" }
                    option value="shop" { "the shop's own host, which passes a path on to this server" }
                } }
                button.primary { "Add the host" }
            }
        }
    }
}

#[derive(Deserialize)]
pub struct NewHost {
    csrf: String,
    host: String,
    program: u32,
    #[serde(default)]
    kind: String,
}

pub async fn add(person: Person, Form(sent): Form<NewHost>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::SetUp)?;
    let program = program_of(&person, sent.program)?;
    let host = match setup::hosts(&sent.host).map_err(Failure::Invalid)?.as_slice() {
        [host] => host.clone(),
        _ => return Err(Failure::Invalid("Name one host, such as go.shop.com.".into())),
    };
    let wanted = domains::with_host(program, &host, sent.kind == "shop").map_err(Failure::Invalid)?;
    may_have(&person, &wanted).await?;
    save(&person, wanted).await?;
    Ok(done(&format!("{PATH}#{host}")))
}

#[derive(Deserialize)]
pub struct NamedHost {
    csrf: String,
    host: String,
}

pub async fn verify(person: Person, Form(sent): Form<NamedHost>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::SetUp)?;
    let app = &person.app;
    let found = app.engine.verify_domain(app.probe()?, &app.config.domains, person.brand, &sent.host).await?;
    let domain = found.ok_or(Failure::NotFound)?;
    match domain.verified_at {
        Some(_) => Ok(done(PATH)),
        // What was found stands on the page.
        None => Ok(axum::response::Redirect::to(&format!("{PATH}#{}", domain.host)).into_response()),
    }
}

/// Somebody mended what the authority complained of.
pub async fn order_certificate(person: Person, Form(sent): Form<NamedHost>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::SetUp)?;
    let listed = domains::listed(&person.app, person.brand, &person.config).await?;
    if !listed.iter().any(|it| it.host == sent.host && it.certificate.is_some()) {
        return Err(Failure::NotFound);
    }
    let (host, now) = (sent.host, person.app.engine.now());
    person.app.engine.with_settings(move |settings| settings.retry_certificate(&host, now)).await?;
    Ok(done(PATH))
}

#[derive(Deserialize)]
pub struct CheckQuery {
    host: String,
    #[serde(default)]
    page: String,
}

pub async fn check(person: Person, Query(query): Query<CheckQuery>) -> Result<Response, Failure> {
    person.require(May::SetUp)?;
    let listed = domains::listed(&person.app, person.brand, &person.config).await?;
    let listed = listed.into_iter().find(|it| it.host == query.host).ok_or(Failure::NotFound)?;
    let page = domains::page_host(&query.page).map_err(Failure::Invalid)?;
    let asked = domains::asked(&person.app, &person.config, &listed, &page).ok_or(Failure::NotFound)?;
    let (host, page) = (asked.host.clone(), asked.page.clone());
    let program = listed.programs.first().and_then(|id| person.config.programs.get(id)).ok_or(Failure::NotFound)?;
    let findings = domains::check(&person.app, asked).await?;
    let body = html! {
        section.card { (verdicts(program, &findings)) }
        section.card.pad {
            h2 { "What was found" }
            ul.plain-list { @for it in &findings.list { (finding(it)) } }
        }
        section.card.pad {
            h2 { "Check with another page" }
            form.filter method="get" action={ (PATH) "/check" } {
                input type="hidden" name="host" value=(host);
                label { "Page of the shop" input name="page" value=(page) placeholder="www.shop.com"; }
                button { "Check" }
            }
            p.muted { "The tag stands on a page of " code { (page) } ". " a.underlined href=(PATH) { "To the tracking domains" } }
        }
    };
    Ok(screen(&person, PATH, &format!("Check of {host}"), body).into_response())
}

/// A browser beside the other: the cookie's life with this set-up.
fn verdicts(program: &Program, findings: &Findings) -> Markup {
    html! {
        div.kpis {
            @for browser in Browser::ALL {
                div {
                    span.muted { (browser.name()) }
                    @match findings.of(browser) {
                        Weight::Fine | Weight::Note => b.up { (program.cookie_days) (if program.cookie_days == 1 { " day" } else { " days" }) },
                        Weight::Shortened => b { "Shortened" },
                        Weight::Lost => b.down { "Lost" },
                    }
                    @match findings.of(browser) {
                        Weight::Fine => span.muted { "nothing is lost" },
                        Weight::Note => span.muted { "nothing is lost, see below" },
                        Weight::Shortened => span.muted { "something lives shorter" },
                        Weight::Lost => span.muted { "clicks or orders are lost" },
                    }
                }
            }
        }
    }
}

fn finding(it: &Finding) -> Markup {
    let names: Vec<&str> = it.browsers.iter().map(|it| it.name()).collect();
    let whose = if names.len() == Browser::ALL.len() { String::new() } else { format!(" in {}", names.join(", ")) };
    html! {
        li {
            @match it.weight {
                Weight::Lost => span.tag.reversed { "Lost" (whose) },
                Weight::Shortened => span.tag.pending { "Shortened" (whose) },
                Weight::Note => span.tag { "Good to know" (whose) },
                Weight::Fine => span.tag.locked { "Fine" },
            }
            " " b { (it.topic.title()) } ". " (it.says)
            @if !it.mend.is_empty() { " " span.muted { "What to do: " (it.mend) } }
        }
    }
}
