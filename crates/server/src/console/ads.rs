//! Ads, short links and promo codes; for a partner, the links to use.

use axum::extract::{Form, Query};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::fact::{AdSet, Fact};
use referee_core::id::{AdId, PartnerId, ProgramId};
use referee_core::program::{Ad, Standing, VanityLink};
use referee_engine::intake::landing::permitted;
use serde::Deserialize;

use super::form::{brought_id, standing_button};
use super::format;
use super::page::{csrf, empty, page, snippet};
use super::partner::links;
use super::partners::{choice, program_choice, program_filter, program_of};
use super::person::{Failure, May, Person, done};
use super::table::{Cell, Column, Table, buttons, cell, foot, link_cell, minor, shown_cell, text};
use super::{codes, values};
use crate::membership::link_host;
use crate::{domains, setup};

#[derive(Deserialize, Default)]
pub struct AdsQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    partner: String,
    #[serde(default)]
    program: String,
    #[serde(default)]
    standing: String,
    #[serde(default)]
    table: String,
    format: Option<String>,
}

pub async fn show(person: Person, Query(query): Query<AdsQuery>) -> Result<Response, Failure> {
    if let Some(partner) = person.partner {
        return Ok(portal(&person, partner).into_response());
    }
    let tables = [
        ("ads", ads(&person, &query)),
        ("links", vanity(&person, &query)),
        ("codes", codes::table(&person, &query)),
        ("values", values::table(&person, &query)),
    ];
    if query.format.as_deref() == Some("csv") {
        let wanted = tables.iter().find(|(name, _)| *name == query.table).unwrap_or(&tables[0]);
        return Ok(wanted.1.csv(wanted.0));
    }
    let [(_, ads), (_, links), (_, codes), (_, values)] = tables;
    let body = html! {
        @if person.config.ads.is_empty() {
            (empty("There is no ad yet", html! { p { "An ad is what a partner promotes: a name and a page to land on. Every partner then has a link to it of its own." } }))
        } @else {
            (filter_form(&person, &query))
            (section(&query, "ads", "Ads", &ads, html! { "No ad matches." }))
            (section(&query, "links", "Short links", &links, html! { "None here. A short link is a path of its own on the tracking host, such as " code { "/spring" } "." }))
            (section(&query, "codes", "Promo codes", &codes, html! { "None here. A code belongs to one partner, who earns what is bought with it." }))
            (section(&query, "values", "Assigned addresses and numbers", &values, html! { "None here. An address or a phone number can belong to one partner, who earns what comes by it." }))
        }
        @if person.may(May::Manage) && !person.config.programs.is_empty() { (forms(&person)) }
        @else if person.config.programs.is_empty() { p { a.underlined href="/settings" { "Set up the program first" } } }
    };
    Ok(page(&person, "/ads", "Ads and links", body).into_response())
}

fn portal(person: &Person, partner: PartnerId) -> Markup {
    let own = AdsQuery { partner: partner.to_string(), ..AdsQuery::default() };
    let codes = codes::table(person, &own).without(Some("Partner"));
    let values = values::table(person, &own).without(Some("Partner"));
    let host = person.program(None).and_then(|it| it.permitted_hosts.iter().find(|host| !host.starts_with("*.")));
    let deep_link = format!("?u=https%3A%2F%2F{}%2Fa-page", host.map_or("www.shop.com", String::as_str));
    let body = html! {
        (links(person, partner))
        h2 { "Promo codes" }
        @if codes.rows.is_empty() { p.muted { "None yet. Ask the brand for a code of your own: you earn what is bought with it." } }
        @else { (codes.html()) }
        @if !values.rows.is_empty() {
            h2 { "Your addresses and numbers" }
            (values.html())
        }
        section.card.pad {
            h2 { "Make a link your own" }
            p { "Up to three words of your choice come back in your reports:" }
            (snippet("?subId1=newsletter&subId2=may"))
            p { "And a link may lead to another page of the shop:" }
            (snippet(&deep_link))
        }
    };
    page(person, "/ads", "Links", body)
}

fn filter_form(person: &Person, query: &AdsQuery) -> Markup {
    html! {
        form.filter method="get" {
            label { "Name, path or code" input type="search" name="q" value=(query.q); }
            (program_filter(person, query.program.parse().ok(), Some("All")))
            label { "Partner" (choice(person, query.partner.parse().ok(), Some("All"))) }
            label { "Standing" select name="standing" {
                @for (value, name) in [("", "All"), ("active", "Active"), ("paused", "Paused")] {
                    option value=(value) selected[query.standing == value] { (name) }
                }
            } }
            button { "Filter" }
        }
    }
}

fn section(query: &AdsQuery, name: &str, title: &str, table: &Table, none: Markup) -> Markup {
    let kept = [
        ("table", name.to_owned()),
        ("q", query.q.clone()),
        ("partner", query.partner.clone()),
        ("program", query.program.clone()),
        ("standing", query.standing.clone()),
    ];
    html! {
        h2 { (title) }
        @if table.rows.is_empty() { p.muted { (none) } } @else { (table.html()) (foot("/ads", &kept, None)) }
    }
}

impl AdsQuery {
    pub(super) fn takes(
        &self,
        program: ProgramId,
        partner: Option<PartnerId>,
        standing: Standing,
        words: &[&str],
    ) -> bool {
        let wanted = self.q.trim().to_lowercase();
        let same = |wanted: &str, id: u32| wanted.parse().ok().is_none_or(|wanted: u32| wanted == id);
        same(&self.program, program.0)
            && partner.is_none_or(|partner| same(&self.partner, partner.0))
            && (self.standing.is_empty() || format::standing_word(standing).to_lowercase() == self.standing)
            && (wanted.is_empty() || words.iter().any(|word| word.to_lowercase().contains(&wanted)))
    }
}

/// The columns of a list, with the program's where there are several.
pub(super) fn with_program(person: &Person, mut columns: Vec<Column>) -> Vec<Column> {
    if person.config.programs.len() > 1 {
        columns.insert(1, minor("Program"));
    }
    columns
}

pub(super) fn row(person: &Person, program: ProgramId, mut cells: Vec<Cell>) -> Vec<Cell> {
    if person.config.programs.len() > 1 {
        cells.insert(1, cell(person.config.programs.get(&program).map(|it| it.name.clone()).unwrap_or_default()));
    }
    cells
}

pub(super) fn standing_cell(standing: Standing) -> Cell {
    shown_cell(format::standing(standing), format::standing_word(standing))
}

pub(super) fn button_cell(person: &Person, action: &str, names: &[(&str, String)], standing: Standing) -> Cell {
    shown_cell(html! { @if person.may(May::Manage) { (standing_button(person, action, names, standing)) } }, "")
}

fn address_cell(address: &str) -> Cell {
    shown_cell(html! { span.address { (address) } }, address)
}

fn ads(person: &Person, query: &AdsQuery) -> Table {
    let columns = vec![text("Ad"), minor("Id"), text("Lands on"), minor("Standing"), buttons()];
    let wanted =
        |ad: &&Ad| query.takes(ad.program, None, ad.standing, &[&ad.name, &ad.landing_url, &ad.id.to_string()]);
    let cells = |ad: &Ad| {
        let names = [("program", ad.program.to_string()), ("id", ad.id.to_string())];
        let name = if person.may(May::Manage) {
            link_cell(&format!("/ads/{}/{}", ad.program, ad.id), ad.name.clone())
        } else {
            cell(ad.name.clone())
        };
        let cells = vec![
            name,
            cell(ad.id.to_string()),
            address_cell(&ad.landing_url),
            standing_cell(ad.standing),
            button_cell(person, "/ads/standing", &names, ad.standing),
        ];
        row(person, ad.program, cells)
    };
    let rows = person.config.ads.values().filter(wanted).map(cells).collect();
    Table { columns: with_program(person, columns), rows }
}

fn vanity(person: &Person, query: &AdsQuery) -> Table {
    let columns = vec![text("Address"), text("Partner"), minor("Ad"), minor("Leads to"), minor("Standing"), buttons()];
    let wanted = |it: &&VanityLink| query.takes(it.program, Some(it.partner), it.standing, &[&it.slug]);
    let cells = |link: &VanityLink| {
        let host = person.config.programs.get(&link.program).and_then(|it| link_host(&person.app, it));
        let address =
            host.map_or_else(|| link.slug.clone(), |host| format!("{}/{}", person.app.origin(host), link.slug));
        let ad = person.config.ads.get(&(link.program, link.ad)).map(|ad| ad.name.clone()).unwrap_or_default();
        let names = [("program", link.program.to_string()), ("slug", link.slug.clone())];
        let cells = vec![
            address_cell(&address),
            cell(person.partner_name(link.partner)),
            cell(ad),
            address_cell(link.deep_link.as_deref().unwrap_or("the ad's page")),
            standing_cell(link.standing),
            button_cell(person, "/links/standing", &names, link.standing),
        ];
        row(person, link.program, cells)
    };
    let rows = person.config.links.values().filter(wanted).map(cells).collect();
    Table { columns: with_program(person, columns), rows }
}

fn forms(person: &Person) -> Markup {
    html! {
        div.thirds {
            section.card.pad {
                h2 { "Add an ad" }
                form.stack action="/ads/new" method="post" {
                    (csrf(person)) (program_choice(person))
                    label { "Name" input name="name" required maxlength="200"; }
                    label { "Page to land on" input type="url" name="landing_url" required placeholder="https://www.shop.com/boots"; }
                    label { "Id of another platform (optional)" input name="id" inputmode="numeric" pattern="[0-9]*"; }
                    button.primary { "Add the ad" }
                }
            }
            @if !person.config.ads.is_empty() && !person.partner_names.is_empty() {
                section.card.pad {
                    h2 { "Add a short link" }
                    form.stack action="/links/new" method="post" {
                        (csrf(person))
                        label { "Path" input name="slug" required pattern="[A-Za-z0-9_\\-]{1,64}" placeholder="spring"; }
                        label { "Partner" (choice(person, None, None)) }
                        label { "Ad" (ad_choice(person)) }
                        label { "Page of the shop to lead to (optional)" input type="url" name="deep_link"; }
                        button.primary { "Add the link" }
                    }
                }
                (codes::form(person))
                (values::form(person))
            }
        }
    }
}

/// Ads of all programs; the ad says which program the link belongs to.
fn ad_choice(person: &Person) -> Markup {
    let several = person.config.programs.len() > 1;
    let program = |ad: &Ad| person.config.programs.get(&ad.program).map(|it| it.name.as_str()).unwrap_or_default();
    html! {
        select name="ad" { @for ad in person.config.ads.values() {
            option value={ (ad.program) "." (ad.id) } { (ad.name) @if several { ", " (program(ad)) } }
        } }
    }
}

#[derive(Deserialize)]
pub struct NewAd {
    csrf: String,
    program: u32,
    name: String,
    landing_url: String,
    #[serde(default)]
    id: String,
}

const ADDED: &str = "added in the console";

pub async fn create_ad(person: Person, Form(sent): Form<NewAd>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Manage)?;
    let landing_url = setup::landing_url(&sent.landing_url).map_err(|why| Failure::Invalid(why.into()))?;
    let (program, id) = (program_of(&person, sent.program)?.id, brought_id(&sent.id)?.map(AdId));
    if id.is_some_and(|id| person.config.ads.contains_key(&(program, id))) {
        return Err(Failure::Invalid(format!("There is an ad {} already.", sent.id.trim())));
    }
    let name = setup::name(&sent.name).map_err(|why| Failure::Invalid(why.into()))?;
    person.settle(ADDED, Fact::AdSet(AdSet { program, id, name, landing_url, standing: Standing::Active })).await?;
    Ok(done("/ads"))
}

#[derive(Deserialize)]
pub struct NewLink {
    csrf: String,
    slug: String,
    partner: u32,
    /// Program and ad, as `1.2`.
    ad: String,
    #[serde(default)]
    deep_link: String,
}

pub async fn create_link(person: Person, Form(sent): Form<NewLink>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Manage)?;
    let (program, ad) = sent.ad.split_once('.').ok_or(Failure::NotFound)?;
    let program = program_of(&person, program.parse().unwrap_or(0))?;
    let slug = setup::slug(&sent.slug).map_err(|why| Failure::Invalid(why.into()))?;
    if let Some(why) = domains::slug_refused(&person.config, program, &slug) {
        return Err(Failure::Invalid(why));
    }
    if person.config.links.contains_key(&(program.id, slug.clone())) {
        return Err(Failure::Invalid(format!("There is a link /{slug} already.")));
    }
    let deep_link = Some(sent.deep_link.trim().to_owned()).filter(|link| !link.is_empty());
    if deep_link.as_deref().is_some_and(|link| permitted(link, &program.permitted_hosts).is_none()) {
        let hosts = program.permitted_hosts.join(", ");
        return Err(Failure::Invalid(format!("The page is not on a permitted host. Permitted are {hosts}.")));
    }
    let (program, partner, ad) = (program.id, PartnerId(sent.partner), AdId(ad.parse().unwrap_or(0)));
    let link = VanityLink { program, slug, partner, ad, deep_link, standing: Standing::Active };
    person.settle(ADDED, Fact::LinkSet(link)).await?;
    Ok(done("/ads"))
}
