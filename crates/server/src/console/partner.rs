//! One partner: what it earns, its contracts, its links, and who signs in for it.

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::fact::{Fact, Role};
use referee_core::id::PartnerId;
use referee_core::program::Standing;
use referee_core::row::Account;
use referee_engine::engine::blocking;
use referee_engine::settings::UserOfBrand;
use serde::Deserialize;

use super::form::standing;
use super::page::{csrf, page};
use super::partners::{balances, partner_of, sums, sums_text};
use super::person::{Failure, May, Person, done};
use super::settings::people::{Newcomer, invite, shown_once};
use super::table::{Cell, Table, cell, minor, shown_cell, text};
use super::{api_access, award, contract, format, payee};
use crate::membership::{TrackingLink, tracking_links};

pub async fn show(person: Person, Path(id): Path<u32>) -> Result<Response, Failure> {
    person.require_brand_side()?;
    let partner = partner_of(&person, id)?;
    let balances = balances(&person, Some(partner)).await?;
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let (users, tokens) =
        blocking(move || Ok((engine.settings.users_of(brand)?, engine.settings.tokens_of(brand, Some(partner))?)))
            .await?;
    let now = person.config.partners.get(&partner).map_or(Standing::Active, |it| it.standing);
    let channel = person.config.is_channel(partner);
    let payment = if channel {
        html! {}
    } else {
        payee::notice(&person, partner).await?
    };
    let body = html! {
        p.facts {
            (format::standing(now)) @if channel { span.tag { "Channel: never paid" } } @if person.config.is_reward(partner) { span.tag { "Reward service" } } span.muted { "Id " (partner) }
            a.underlined href={ "/actions?partner=" (partner) } { "Actions" }
            a.underlined href={ "/clicks?partner=" (partner) } { "Clicks" }
            a.underlined href={ "/inquiries?state=&partner=" (partner) } { "Inquiries" }
            a.underlined href={ "/payments?partner=" (partner) } { "Payments" }
            a.underlined href={ "/months?partner=" (partner) } { "Statements" }
        }
        section.card.kpis.three {
            @for (name, account) in [("Pending", Account::Pending), ("Locked", Account::Locked), ("Paid", Account::Paid)] {
                div { span.muted { (name) } b { (sums_text(&sums(&balances, partner, account))) } }
            }
        }
        (payment)
        (links(&person, partner))
        @for program in person.config.programs.values().filter(|_| !channel) { (contract::section(&person, program, partner)) }
        (portal_users(&person, partner, &users))
        (api_access::seen_by_brand(&person, &tokens))
        @if person.may(May::Manage) && !channel && now == Standing::Active { (award::form(&person, partner)) }
        @if person.may(May::Manage) { (basis_form(&person, partner)) (standing_form(&person, partner, now)) }
    };
    Ok(page(&person, "/partners", &person.partner_name(partner), body).into_response())
}

/// The partner's links, ready to copy: only those that earn something now.
pub fn links(person: &Person, partner: PartnerId) -> Markup {
    let several = person.config.programs.len() > 1;
    let mut columns = vec![text("Ad"), text("Link"), minor("Short link")];
    if several {
        columns.push(minor("Program"));
    }
    let row = |link: &TrackingLink<'_>| {
        let mut row = vec![
            cell(link.ad.name.clone()),
            copied(link.url.clone()),
            shown_cell(html! { @for short in &link.short { (copied(short.clone()).shown()) } }, ""),
        ];
        if several {
            row.push(cell(link.program.name.clone()));
        }
        row
    };
    let rows = tracking_links(&person.app, &person.config, partner).iter().map(row).collect();
    let table = Table { columns, rows };
    html! {
        h2 { "Links" }
        @if table.rows.is_empty() { p.muted { "None yet: a link needs an active ad of a program that the partner joined, and a tracking host." } }
        @else { (table.html()) }
    }
}

fn copied(link: String) -> Cell {
    let shown = html! { span.copied { code { (link) } button.link type="button" data-copy-text=(link) { "Copy" } } };
    shown_cell(shown, link)
}

fn portal_users(person: &Person, partner: PartnerId, users: &[UserOfBrand]) -> Markup {
    let own: Vec<_> = users.iter().filter(|it| it.partner == Some(partner)).collect();
    html! {
        section.card.pad {
            h2 { "Who signs in for this partner" }
            @if own.is_empty() { p.muted { "Nobody yet. Somebody who signs in sees the partner's own clicks, actions, links and payments, and nothing else." } }
            @else {
                ul.plain-list { @for it in &own {
                    li { (it.user.email) @if !it.user.name.is_empty() { span.muted { " " (it.user.name) } } @if it.disabled { " " span.tag.reversed { "Disabled" } } }
                } }
            }
            @if person.may(May::Manage) {
                details open[own.is_empty()] {
                    summary { "Add a person" }
                    form.stack action={ "/partners/" (partner) "/users" } method="post" {
                        (csrf(person))
                        label { "Email" input type="email" name="email" required; }
                        label { "Name" input name="name" maxlength="100"; }
                        button { "Add the person" }
                        p.muted { "The password is made here and shown once." }
                    }
                }
            }
        }
    }
}

fn standing_form(person: &Person, partner: PartnerId, now: Standing) -> Markup {
    let paused = now == Standing::Paused;
    html! {
        section.card.pad {
            h2 { (if paused { "Let the partner go on" } else { "Pause the partner" }) }
            form.stack action={ "/partners/" (partner) } method="post" {
                (csrf(person))
                label { "Why" input name="reason" required maxlength="255"; }
                @if paused { button.primary name="standing" value="active" { "Activate" } }
                @else { button.danger name="standing" value="paused" { "Pause" } }
                p.muted { "While paused, clicks still reach the shop and are recorded, and nothing is earned in any program." }
            }
        }
    }
}

/// Whether visitors ask the partner for a reward, which its clicks lead to whatever else they agreed to.
fn basis_form(person: &Person, partner: PartnerId) -> Markup {
    let reward = person.config.is_reward(partner);
    html! {
        section.card.pad {
            h2 { "Consent for this partner" }
            p { @if reward {
                "Reward service: a visitor asks this partner for cashback or points, so its click leads to the order even if they do not agree to be followed. No cookie is set and no profile is made."
            } @else {
                "Its visitors are followed as the program's rules of consent say."
            } }
            form.stack action={ "/partners/" (partner) "/consent-basis" } method="post" {
                (csrf(person))
                label { "Why" input name="reason" required maxlength="255"; }
                @if reward { button name="reward" value="no" { "It is no reward service" } }
                @else { button name="reward" value="yes" { "It is a reward service" } }
                p.muted { "Say so only of a service whose users ask for the reward themselves. " a.underlined href="/docs/guide/privacy" { "Privacy" } }
            }
        }
    }
}

#[derive(Deserialize)]
pub struct BasisChange {
    csrf: String,
    reward: String,
    reason: String,
}

pub async fn set_basis(
    person: Person,
    Path(id): Path<u32>,
    Form(sent): Form<BasisChange>,
) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Manage)?;
    let partner = partner_of(&person, id)?;
    let reward = sent.reward == "yes";
    person.settle(&sent.reason, Fact::PartnerRewardSet { partner, reward }).await?;
    Ok(done(&format!("/partners/{partner}")))
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
    let partner = partner_of(&person, id)?;
    let (standing, channel) = (standing(&sent.standing), person.config.is_channel(partner));
    person.settle(&sent.reason, Fact::PartnerSet { partner, standing, channel }).await?;
    Ok(done(&format!("/partners/{partner}")))
}

#[derive(Deserialize)]
pub struct NewUser {
    csrf: String,
    email: String,
    #[serde(default)]
    name: String,
}

pub async fn create_user(person: Person, Path(id): Path<u32>, Form(sent): Form<NewUser>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Manage)?;
    let partner = partner_of(&person, id)?;
    let newcomer = Newcomer { email: &sent.email, name: &sent.name, role: Role::Partner, partner: Some(partner) };
    let screen = format!("/partners/{partner}");
    match invite(&person, &newcomer).await? {
        Some(password) => Ok(shown_once(&person, newcomer.email, &password, &screen).into_response()),
        None => Ok(done(&screen)),
    }
}
