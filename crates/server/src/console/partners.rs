//! Partners: who they are, what they earn, and their terms.

use axum::extract::{Form, Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use referee_core::config::TermsInForce;
use referee_core::contract::Payout;
use referee_core::fact::{Fact, Role, TermsSet};
use referee_core::id::{PartnerId, ProgramId};
use referee_core::money::Money;
use referee_core::program::{Program, Standing};
use referee_core::row::{Account, BalanceKey};
use referee_engine::engine::blocking;
use referee_engine::settings::random_text;
use serde::Deserialize;

use super::format;
use super::page::{csrf, empty, page};
use super::person::{Failure, May, Person};
use super::table::{Table, cell, foot, link_cell, minor, minor_figure, shown_cell, text};

#[derive(Deserialize, Default)]
pub struct ListQuery {
    #[serde(default)]
    q: String,
    format: Option<String>,
}

pub async fn list(person: Person, Query(query): Query<ListQuery>) -> Result<Response, Failure> {
    person.require_brand_side()?;
    let balances = balances(&person, None).await?;
    let table = table(&person, &query.q, &balances);
    if query.format.as_deref() == Some("csv") {
        return Ok(table.csv("partners"));
    }
    let body = html! {
        form.filter method="get" {
            label { "Name or id" input type="search" name="q" value=(query.q); }
            button { "Filter" }
        }
        @if table.rows.is_empty() {
            (empty("No partner matches", html! { p { "Partners promote the brand's ads and are paid under a contract. Add the first below." } }))
        } @else {
            (table.html())
            (foot("/partners", &[("q", query.q.clone())], None))
        }
        @if person.may(May::Manage) { (new_partner(&person)) }
    };
    Ok(page(&person, "/partners", "Partners", body).into_response())
}

async fn balances(person: &Person, partner: Option<PartnerId>) -> Result<Vec<(BalanceKey, Money)>, Failure> {
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    Ok(blocking(move || engine.reads.balances(brand, partner)).await?)
}

fn table(person: &Person, wanted: &str, balances: &[(BalanceKey, Money)]) -> Table {
    let columns = vec![
        text("Partner"),
        minor("Id"),
        minor("Standing"),
        minor_figure("Pending"),
        minor_figure("Locked"),
        minor_figure("Paid"),
    ];
    let wanted = wanted.trim().to_lowercase();
    let mut partners: Vec<_> = person.partner_names.iter().collect();
    partners.sort();
    let matches = |(id, name): &(&PartnerId, &String)| {
        wanted.is_empty() || name.to_lowercase().contains(&wanted) || id.to_string() == wanted
    };
    let rows = partners.into_iter().filter(matches).map(|(id, name)| {
        let paused = person.config.partners.get(id).is_some_and(|it| it.standing == Standing::Paused);
        let sum = |account| sums(balances, *id, account);
        vec![
            link_cell(&format!("/partners/{id}"), name),
            cell(id.to_string()),
            cell(if paused { "Paused" } else { "Active" }),
            cell(sum(Account::Pending)),
            cell(sum(Account::Locked)),
            cell(sum(Account::Paid)),
        ]
    });
    Table { columns, rows: rows.collect() }
}

/// One figure per currency.
pub fn sums(balances: &[(BalanceKey, Money)], partner: PartnerId, account: Account) -> String {
    let mut by_currency = std::collections::BTreeMap::new();
    for (key, amount) in balances.iter().filter(|(key, _)| key.partner == partner && key.account == account) {
        let sum: &mut Money = by_currency.entry(key.currency).or_default();
        *sum = sum.plus(*amount);
    }
    let figures: Vec<String> = by_currency.iter().map(|(currency, amount)| format::money(*amount, *currency)).collect();
    if figures.is_empty() { "–".into() } else { figures.join(", ") }
}

fn new_partner(person: &Person) -> Markup {
    html! {
        section.card.pad {
            h2 { "Add a partner" }
            form.stack action="/partners" method="post" {
                (csrf(person))
                label { "Name" input name="name" required maxlength="200"; }
                label { "Id of another platform, if links with it should keep working" input name="id" inputmode="numeric" pattern="[0-9]*"; }
                label { "Email to sign in with, if the partner should see the portal" input type="email" name="email"; }
                button.primary { "Add the partner" }
                p.muted { "The partner joins every program under its template terms." }
            }
        }
    }
}

#[derive(Deserialize)]
pub struct NewPartner {
    csrf: String,
    name: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    email: String,
}

pub async fn create(person: Person, Form(sent): Form<NewPartner>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Manage)?;
    let name = sent.name.trim().to_owned();
    if name.is_empty() {
        return Err(Failure::Invalid("A partner needs a name.".into()));
    }
    let wanted = match sent.id.trim() {
        "" => None,
        id => Some(id.parse().map_err(|_| Failure::Invalid("The id is a whole number.".into()))?),
    };
    let (engine, brand, now) = (person.app.engine.clone(), person.brand, person.app.engine.now());
    let partner = blocking(move || engine.settings.create_partner(brand, wanted, &name, now)).await?;
    let added = "added in the console";
    person.settle(added, Fact::PartnerSet { partner, standing: Standing::Active }).await?;
    for program in person.config.programs.keys() {
        let (program, partner) = (*program, Some(partner));
        let terms =
            TermsSet { program, partner, starts_at: now, ends_at: None, standing: Standing::Active, rules: None };
        person.settle(added, Fact::TermsSet(terms)).await?;
    }
    if sent.email.trim().is_empty() {
        return Ok(Redirect::to(&format!("/partners/{partner}")).into_response());
    }
    let password = portal_user(&person, partner, sent.email.trim().to_owned(), sent.name).await?;
    Ok(shown_once(&person, &sent.email, &password).into_response())
}

async fn portal_user(person: &Person, partner: PartnerId, email: String, name: String) -> Result<String, Failure> {
    let (engine, brand, now) = (person.app.engine.clone(), person.brand, person.app.engine.now());
    let password = random_text();
    let made = password.clone();
    blocking(move || {
        let user = engine.settings.create_user(&email, &name, &made, now)?;
        engine.settings.set_role(user, brand, Role::Partner, Some(partner))
    })
    .await?;
    Ok(password)
}

/// A password, for the only time.
pub fn shown_once(person: &Person, email: &str, password: &str) -> Markup {
    page(
        person,
        "",
        "The password, shown once",
        html! {
            section.card.pad.narrow {
                p { "Hand it over by a way you trust. It is kept as a hash only and can't be shown again." }
                p { (email) }
                (super::page::snippet(password))
                p { a.underlined href="/partners" { "To the partners" } }
            }
        },
    )
}

pub async fn show(person: Person, Path(id): Path<u32>) -> Result<Response, Failure> {
    person.require_brand_side()?;
    let partner = PartnerId(id);
    if !person.partner_names.contains_key(&partner) {
        return Err(Failure::NotFound);
    }
    let balances = balances(&person, Some(partner)).await?;
    let paused = person.config.partners.get(&partner).is_some_and(|it| it.standing == Standing::Paused);
    let body = html! {
        p { span class=(if paused { "tag reversed" } else { "tag locked" }) { (if paused { "Paused" } else { "Active" }) } span.muted { " id " (partner) } }
        section.card.kpis.three {
            @for (name, account) in [("Pending", Account::Pending), ("Locked", Account::Locked), ("Paid", Account::Paid)] {
                div { span.muted { (name) } b { (sums(&balances, partner, account)) } }
            }
        }
        @for program in person.config.programs.values() { (contract(&person, program, partner)) }
        (links(&person, partner))
        p.foot {
            a.underlined href={ "/actions?partner=" (partner) } { "Actions" }
            a.underlined href={ "/clicks?partner=" (partner) } { "Clicks" }
        }
        @if person.may(May::Manage) { (standing_form(&person, partner, paused)) }
    };
    Ok(page(&person, "/partners", &person.partner_name(partner), body).into_response())
}

fn contract(person: &Person, program: &Program, partner: PartnerId) -> Markup {
    let now = person.app.engine.now();
    html! {
        section.card.pad {
            h2 { "Contract with " (program.name) }
            @match person.config.terms_at(program.id, partner, now) {
                Ok(terms) => (terms_lines(person, program, &terms)),
                Err(refusal) => { p { (refusal.brand_sentence()) } }
            }
        }
    }
}

pub fn terms_lines(person: &Person, program: &Program, terms: &TermsInForce<'_>) -> Markup {
    html! {
        p.muted {
            @if terms.of_template { "By the program's template, version " } @else { "Its own terms, version " } (terms.version)
            ". Clicks count for " (terms.rules.referral_window_days) " days, actions lock after " (terms.rules.lock_days) " days."
        }
        ul { @for line in &terms.rules.payouts {
            @let name = person.config.event_types.get(&(program.id, line.event_type)).map_or("an event type", |it| it.name.as_str());
            li { (name) ": " b { @match line.payout {
                Payout::Rate { ppm } => (format::rate(ppm)),
                Payout::Fixed { amount } => (format::money(amount, program.currency)),
            } } }
        } }
    }
}

/// The partner's links, ready to copy.
pub fn links(person: &Person, partner: PartnerId) -> Markup {
    let columns = vec![text("Ad"), text("Link"), minor("Short path")];
    let mut rows = Vec::new();
    for ad in person.config.ads.values() {
        let Some(program) = person.config.programs.get(&ad.program) else { continue };
        let Some(host) = program.tracking_hosts.first() else { continue };
        let origin = person.app.origin(host);
        let link = format!("{origin}/c/{partner}/{}/{}", ad.id, program.id);
        let vanity =
            person.config.links.values().find(|it| it.partner == partner && it.ad == ad.id && it.program == program.id);
        let short = vanity.map(|it| format!("{origin}/{}", it.slug)).unwrap_or_default();
        rows.push(vec![
            cell(ad.name.clone()),
            shown_cell(
                html! { code { (link) } " " button.link type="button" data-copy-text=(link) { "Copy" } },
                link.clone(),
            ),
            cell(short),
        ]);
    }
    let table = Table { columns, rows };
    html! { h2 { "Links" } @if table.rows.is_empty() { p.muted { "There is no ad with a tracking host yet." } } @else { (table.html()) } }
}

fn standing_form(person: &Person, partner: PartnerId, paused: bool) -> Markup {
    html! {
        section.card.pad {
            h2 { (if paused { "Let the partner go on" } else { "Pause the partner" }) }
            form.stack action={ "/partners/" (partner) } method="post" {
                (csrf(person))
                input type="hidden" name="standing" value=(if paused { "active" } else { "paused" });
                label { "Why" input name="reason" required maxlength="255"; }
                button class=(if paused { "primary" } else { "danger" }) { (if paused { "Activate" } else { "Pause" }) }
                p.muted { "While paused, clicks still reach the shop and are recorded, and nothing is earned." }
            }
        }
    }
}

#[derive(Deserialize)]
pub struct StandingChange {
    csrf: String,
    standing: String,
    reason: String,
}

pub async fn change(
    person: Person,
    Path(id): Path<u32>,
    Form(sent): Form<StandingChange>,
) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Manage)?;
    let partner = PartnerId(id);
    if !person.partner_names.contains_key(&partner) {
        return Err(Failure::NotFound);
    }
    let standing = if sent.standing == "paused" { Standing::Paused } else { Standing::Active };
    person.settle(&sent.reason, Fact::PartnerSet { partner, standing }).await?;
    Ok(Redirect::to(&format!("/partners/{partner}")).into_response())
}

/// A choice among the partners, in forms and filters.
pub fn choice(person: &Person, chosen: Option<u32>, any: Option<&str>) -> Markup {
    let mut partners: Vec<_> = person.partner_names.iter().collect();
    partners.sort_by_key(|(_, name)| name.to_lowercase());
    html! {
        select name="partner" {
            @if let Some(any) = any { option value="" { (any) } }
            @for (id, name) in partners { option value=(id) selected[chosen == Some(id.0)] { (name) } }
        }
    }
}

/// A choice among the programs; hidden where there is only one.
pub fn program_choice(person: &Person) -> Markup {
    html! {
        @if person.config.programs.len() == 1 {
            @for id in person.config.programs.keys() { input type="hidden" name="program" value=(id); }
        } @else {
            label { "Program" select name="program" { @for it in person.config.programs.values() { option value=(it.id) { (it.name) } } } }
        }
    }
}

/// The program a form names.
pub fn program_of(person: &Person, id: u32) -> Result<&Program, Failure> {
    person.config.programs.get(&ProgramId(id)).ok_or(Failure::NotFound)
}
