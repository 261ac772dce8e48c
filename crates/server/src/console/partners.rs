//! The list of partners, and a new one.

use std::collections::BTreeMap;

use axum::extract::{Form, Query};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::fact::{Fact, Role, TermsSet};
use referee_core::id::{PartnerId, ProgramId};
use referee_core::money::{Currency, Money};
use referee_core::program::{Program, Standing};
use referee_core::row::{Account, BalanceKey};
use referee_engine::engine::blocking;
use referee_engine::intake::amount::decimal;
use serde::Deserialize;

use super::form::brought_id;
use super::format;
use super::page::{csrf, empty, page};
use super::person::{Failure, May, Person, done};
use super::settings::people::{Newcomer, invite, shown_once};
use super::table::{Cell, Table, cell, figure, file_only, foot, link_cell, minor, minor_figure, shown_cell, text};

#[derive(Deserialize, Default)]
pub struct ListQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    standing: String,
    format: Option<String>,
}

pub async fn list(person: Person, Query(query): Query<ListQuery>) -> Result<Response, Failure> {
    person.require_brand_side()?;
    let balances = balances(&person, None).await?;
    let table = table(&person, &query, &balances);
    if query.format.as_deref() == Some("csv") {
        return Ok(table.csv("partners"));
    }
    let body = html! {
        @if !person.partner_names.is_empty() {
            form.filter method="get" {
                label { "Name or id" input type="search" name="q" value=(query.q); }
                label { "Standing" select name="standing" {
                    @for (value, name) in [("", "All"), ("active", "Active"), ("paused", "Paused")] {
                        option value=(value) selected[query.standing == value] { (name) }
                    }
                } }
                button { "Filter" }
            }
        }
        @if !table.rows.is_empty() {
            (table.html())
            (foot("/partners", &[("q", query.q.clone()), ("standing", query.standing.clone())], None))
        } @else if person.partner_names.is_empty() {
            (empty("There is no partner yet", html! { p { "Partners promote the brand's ads and are paid under a contract. Add the first below; its links are ready at once." } }))
        } @else {
            (empty("No partner matches", html! { p { a.underlined href="/partners" { "Show all" } } }))
        }
        @if person.may(May::Manage) { (new_partner(&person)) }
    };
    Ok(page(&person, "/partners", "Partners", body).into_response())
}

pub async fn balances(person: &Person, partner: Option<PartnerId>) -> Result<Vec<(BalanceKey, Money)>, Failure> {
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    Ok(blocking(move || engine.reads.balances(brand, partner)).await?)
}

fn table(person: &Person, query: &ListQuery, balances: &[(BalanceKey, Money)]) -> Table {
    let columns = vec![
        text("Partner"),
        minor("Id"),
        minor("Kind"),
        minor("Standing"),
        figure("Pending"),
        minor_figure("Locked"),
        minor_figure("Paid"),
        file_only("Currency"),
    ];
    let wanted = query.q.trim().to_lowercase();
    let mut partners: Vec<_> = person.partner_names.iter().collect();
    partners.sort();
    let standing = |id: &PartnerId| person.config.partners.get(id).map_or(Standing::Active, |it| it.standing);
    let matches = |(id, name): &(&PartnerId, &String)| {
        let named = wanted.is_empty() || name.to_lowercase().contains(&wanted) || id.to_string() == wanted;
        named && (query.standing.is_empty() || format::standing_word(standing(id)).to_lowercase() == query.standing)
    };
    let rows = partners.into_iter().filter(matches).map(|(id, name)| {
        let sum = |account| sums_cell(&sums(balances, *id, account));
        vec![
            link_cell(&format!("/partners/{id}"), name),
            cell(id.to_string()),
            cell(if person.config.is_channel(*id) { "Channel" } else { "Partner" }),
            shown_cell(format::standing(standing(id)), format::standing_word(standing(id))),
            sum(Account::Pending),
            sum(Account::Locked),
            sum(Account::Paid),
            cell(currencies(balances, *id)),
        ]
    });
    Table { columns, rows: rows.collect() }
}

pub type Sums = BTreeMap<Currency, Money>;

/// One figure per currency.
pub fn sums(balances: &[(BalanceKey, Money)], partner: PartnerId, account: Account) -> Sums {
    let mut by_currency = Sums::new();
    for (key, amount) in balances.iter().filter(|(key, _)| key.partner == partner && key.account == account) {
        let sum = by_currency.entry(key.currency).or_default();
        *sum = sum.plus(*amount);
    }
    by_currency
}

pub fn sums_text(sums: &Sums) -> String {
    let figures: Vec<String> = sums.iter().map(|(currency, amount)| format::money(*amount, *currency)).collect();
    if figures.is_empty() { "–".into() } else { figures.join(", ") }
}

/// A plain figure in the file; with their currencies where there are several.
pub fn sums_cell(sums: &Sums) -> Cell {
    let figures: Vec<String> = match sums.len() {
        0 | 1 => sums.iter().map(|(currency, amount)| decimal(*amount, *currency)).collect(),
        _ => sums.iter().map(|(currency, amount)| format!("{} {currency}", decimal(*amount, *currency))).collect(),
    };
    shown_cell(html! { (sums_text(sums)) }, figures.join("; "))
}

fn currencies(balances: &[(BalanceKey, Money)], partner: PartnerId) -> String {
    let of_partner = balances.iter().filter(|(key, _)| key.partner == partner);
    let codes: std::collections::BTreeSet<String> = of_partner.map(|(key, _)| key.currency.to_string()).collect();
    codes.into_iter().collect::<Vec<_>>().join("; ")
}

fn new_partner(person: &Person) -> Markup {
    html! {
        section.card.pad {
            h2 { "Add a partner" }
            form.stack action="/partners" method="post" {
                (csrf(person))
                label { "Name" input name="name" required maxlength="200"; }
                label { "Id of another platform, if links with it should keep working" input name="id" inputmode="numeric" pattern="[0-9]*"; }
                label.check { input type="checkbox" name="channel" value="yes"; " A channel of your own, such as paid search or a newsletter: it has links, and is never paid" }
                label { "Email to sign in with, if the partner should see the portal" input type="email" name="email"; }
                button.primary { "Add the partner" }
                p.muted { "The partner joins every program under its template terms. A channel needs no contract." }
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
    #[serde(default)]
    channel: String,
}

pub async fn create(person: Person, Form(sent): Form<NewPartner>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Manage)?;
    let name = sent.name.trim().to_owned();
    if name.is_empty() {
        return Err(Failure::Invalid("A partner needs a name.".into()));
    }
    let wanted = brought_id(&sent.id)?.map(PartnerId);
    let (engine, brand, now) = (person.app.engine.clone(), person.brand, person.app.engine.now());
    let partner = blocking(move || engine.settings.create_partner(brand, wanted, &name, now)).await?;
    let added = "added in the console";
    let channel = sent.channel == "yes";
    person.settle(added, Fact::PartnerSet { partner, standing: Standing::Active, channel }).await?;
    for program in person.config.programs.keys().filter(|_| !channel) {
        let (program, partner) = (*program, Some(partner));
        let terms = TermsSet {
            program,
            partner,
            starts_at: now,
            ends_at: None,
            standing: Standing::Active,
            rules: None,
            needs_acceptance: false,
        };
        person.settle(added, Fact::TermsSet(terms)).await?;
    }
    let screen = format!("/partners/{partner}");
    if sent.email.trim().is_empty() {
        return Ok(done(&screen));
    }
    let newcomer = Newcomer { email: &sent.email, name: &sent.name, role: Role::Partner, partner: Some(partner) };
    match invite(&person, &newcomer).await? {
        Some(password) => Ok(shown_once(&person, newcomer.email, &password, &screen).into_response()),
        None => Ok(done(&screen)),
    }
}

/// The partner a path names, if it is the brand's.
pub fn partner_of(person: &Person, id: u32) -> Result<PartnerId, Failure> {
    let partner = PartnerId(id);
    if person.partner_names.contains_key(&partner) { Ok(partner) } else { Err(Failure::NotFound) }
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

/// The program to look at, where there are several.
pub fn program_filter(person: &Person, chosen: Option<u32>, any: Option<&str>) -> Markup {
    html! {
        @if person.config.programs.len() > 1 {
            label { "Program" select name="program" {
                @if let Some(any) = any { option value="" { (any) } }
                @for it in person.config.programs.values() { option value=(it.id) selected[chosen == Some(it.id.0)] { (it.name) } }
            } }
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
