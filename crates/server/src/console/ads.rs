//! Ads, links and promo codes; for a partner, the links to use.

use axum::extract::Form;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use referee_core::fact::{AdSet, Fact};
use referee_core::id::{AdId, PartnerId};
use referee_core::program::{PromoCode, Standing, VanityLink};
use referee_engine::intake::landing::permitted;
use serde::Deserialize;

use super::page::{csrf, empty, page};
use super::partners::{choice, links, program_choice, program_of};
use super::person::{Failure, May, Person};
use super::table::{Table, cell, minor, text};
use crate::setup;

pub async fn show(person: Person) -> Result<Response, Failure> {
    if let Some(partner) = person.partner {
        let body = html! {
            (links(&person, partner))
            (codes(&person, Some(partner)))
            p.muted { "Add " code { "?subId1=…" } " for your own reports, and " code { "?u=" } " with a page of the shop to lead there." }
        };
        return Ok(page(&person, "/ads", "Links", body).into_response());
    }
    let body = html! {
        @if person.config.ads.is_empty() {
            (empty("There is no ad yet", html! { p { "An ad is what a partner promotes: a name and a page to land on." } }))
        } @else { h2 { "Ads" } (ads(&person).html()) }
        h2 { "Short links" }
        @if person.config.links.is_empty() { p.muted { "A short link is a path of its own on the tracking host, such as " code { "/spring" } "." } }
        @else { (vanity(&person).html()) }
        (codes(&person, None))
        @if person.may(May::Manage) && !person.config.programs.is_empty() { (forms(&person)) }
    };
    Ok(page(&person, "/ads", "Ads and links", body).into_response())
}

fn ads(person: &Person) -> Table {
    let columns = vec![text("Ad"), minor("Id"), text("Lands on"), minor("Standing")];
    let row = |ad: &referee_core::program::Ad| {
        let standing = if ad.standing == Standing::Paused { "Paused" } else { "Active" };
        vec![cell(ad.name.clone()), cell(ad.id.to_string()), cell(ad.landing_url.clone()), cell(standing)]
    };
    Table { columns, rows: person.config.ads.values().map(row).collect() }
}

fn vanity(person: &Person) -> Table {
    let columns = vec![text("Address"), text("Partner"), minor("Ad"), minor("Leads to")];
    let row = |link: &VanityLink| {
        let host = person.config.programs.get(&link.program).and_then(|it| it.tracking_hosts.first());
        let address = host.map(|host| format!("{}/{}", person.app.origin(host), link.slug)).unwrap_or_default();
        let ad = person.config.ads.get(&(link.program, link.ad)).map(|ad| ad.name.clone()).unwrap_or_default();
        let to = link.deep_link.clone().unwrap_or_else(|| "the ad's page".into());
        vec![cell(address), cell(person.partner_name(link.partner)), cell(ad), cell(to)]
    };
    Table { columns, rows: person.config.links.values().map(row).collect() }
}

fn codes(person: &Person, of: Option<PartnerId>) -> Markup {
    let columns = vec![text("Promo code"), text("Partner")];
    let own = person.config.promo_codes.values().filter(|it| of.is_none_or(|of| of == it.partner));
    let rows: Vec<_> = own.map(|it| vec![cell(it.code.clone()), cell(person.partner_name(it.partner))]).collect();
    html! {
        h2 { "Promo codes" }
        @if rows.is_empty() { p.muted { "A code belongs to one partner, who earns what is bought with it." } }
        @else { (Table { columns, rows }.html()) }
    }
}

fn forms(person: &Person) -> Markup {
    html! {
        div.two.even {
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
            section.card.pad {
                h2 { "Add a short link" }
                form.stack action="/links/new" method="post" {
                    (csrf(person)) (program_choice(person))
                    label { "Path" input name="slug" required pattern="[A-Za-z0-9_\\-]{1,64}" placeholder="spring"; }
                    label { "Partner" (choice(person, None, None)) }
                    label { "Ad" select name="ad" { @for ad in person.config.ads.values() { option value=(ad.id) { (ad.name) } } } }
                    label { "Page of the shop to lead to (optional)" input type="url" name="deep_link"; }
                    button.primary { "Add the link" }
                }
            }
            section.card.pad {
                h2 { "Add a promo code" }
                form.stack action="/promo-codes/new" method="post" {
                    (csrf(person)) (program_choice(person))
                    label { "Code" input name="code" required maxlength="64"; }
                    label { "Partner" (choice(person, None, None)) }
                    button.primary { "Add the code" }
                }
            }
        }
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
    let id = match sent.id.trim() {
        "" => None,
        id => Some(AdId(id.parse().map_err(|_| Failure::Invalid("The id is a whole number.".into()))?)),
    };
    let program = program_of(&person, sent.program)?.id;
    let fact =
        Fact::AdSet(AdSet { program, id, name: sent.name.trim().into(), landing_url, standing: Standing::Active });
    person.settle(ADDED, fact).await?;
    Ok(Redirect::to("/ads").into_response())
}

#[derive(Deserialize)]
pub struct NewLink {
    csrf: String,
    program: u32,
    slug: String,
    partner: u32,
    ad: u32,
    #[serde(default)]
    deep_link: String,
}

pub async fn create_link(person: Person, Form(sent): Form<NewLink>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Manage)?;
    let program = program_of(&person, sent.program)?;
    let slug = setup::slug(&sent.slug).map_err(|why| Failure::Invalid(why.into()))?;
    let deep_link = Some(sent.deep_link.trim().to_owned()).filter(|link| !link.is_empty());
    if deep_link.as_deref().is_some_and(|link| permitted(link, &program.permitted_hosts).is_none()) {
        let hosts = program.permitted_hosts.join(", ");
        return Err(Failure::Invalid(format!("The page is not on a permitted host. Permitted are {hosts}.")));
    }
    let (program, partner, ad) = (program.id, PartnerId(sent.partner), AdId(sent.ad));
    let link = VanityLink { program, slug, partner, ad, deep_link, standing: Standing::Active };
    person.settle(ADDED, Fact::LinkSet(link)).await?;
    Ok(Redirect::to("/ads").into_response())
}

#[derive(Deserialize)]
pub struct NewPromoCode {
    csrf: String,
    program: u32,
    code: String,
    partner: u32,
}

pub async fn create_promo_code(person: Person, Form(sent): Form<NewPromoCode>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Manage)?;
    let code = sent.code.trim().to_uppercase();
    if code.is_empty() || code.chars().count() > 64 {
        return Err(Failure::Invalid("A code has 1 to 64 characters.".into()));
    }
    let (program, partner) = (program_of(&person, sent.program)?.id, PartnerId(sent.partner));
    person.settle(ADDED, Fact::PromoCodeSet(PromoCode { program, code, partner, standing: Standing::Active })).await?;
    Ok(Redirect::to("/ads").into_response())
}
