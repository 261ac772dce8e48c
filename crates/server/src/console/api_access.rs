//! How a partner's own programs sign in: its tokens with this brand. The brand sees that there are some.

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::id::PartnerId;
use referee_engine::engine::blocking;
use referee_engine::limits::PARTNER_TOKENS_MAX;
use referee_engine::settings::{Token, partner_sid};
use serde::Deserialize;

use super::format;
use super::page::{csrf, page, snippet};
use super::person::{Failure, Person, done};
use super::table::{Cell, Table, buttons, cell, date_cell, minor, shown_cell, text, time_cell};

const HERE: &str = "/api-access";

pub async fn show(person: Person) -> Result<Response, Failure> {
    let partner = person.partner.ok_or(Failure::Forbidden)?;
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let (tokens, sid) = blocking(move || {
        let account = engine.settings.find_brand(brand)?.map(|brand| brand.account_sid).unwrap_or_default();
        Ok((engine.settings.tokens_of(brand, Some(partner))?, partner_sid(&account, partner)))
    })
    .await?;
    let open = tokens.iter().filter(|it| !it.revoked).count();
    let body = html! {
        section.card.pad {
            h2 { "Tokens" }
            @if tokens.is_empty() {
                p { b { "There is no token yet" } }
                p.muted { "With a token, programs of yours read actions, payments and links, ask about orders, and answer offers and returns. Make one below." }
            } @else { (table(&person, &tokens, true).bare()) }
        }
        section.card.pad {
            h2 { "Make a token" }
            @if open >= PARTNER_TOKENS_MAX as usize { p { "There are " (PARTNER_TOKENS_MAX) " tokens, which is the most. Revoke one that is not used any more." } }
            @else {
                form.stack action=(HERE) method="post" {
                    (csrf(&person))
                    label { "Name" input name="name" required maxlength="100" placeholder="Reporting"; }
                    label { "May" select name="scopes" { option value="read" { "read" } option value="read write" { "read and write" } } }
                    button.primary { "Make the token" }
                    p.muted { "It is for " (person.brand_name) " alone, and is shown once. Who may write can accept terms and returns in your name." }
                }
            }
        }
        section.card.pad {
            h2 { "How to ask" }
            p { "Put a token in place of " code { "$TOKEN" } ":" }
            (snippet(&format!("curl -s -H \"Authorization: Bearer $TOKEN\" {}/api/v1/actions", person.app.console_origin())))
            p { "Programs that were written for " code { "/Mediapartners" } " use this account, and the token as its password:" }
            (snippet(&sid))
            (snippet(&format!("curl -s -u \"{sid}:$TOKEN\" {}/Mediapartners/{sid}/Actions.json", person.app.console_origin())))
            p { a.underlined href="/docs/guide/partner-api" { "All that a token can do" } }
        }
    };
    Ok(page(&person, HERE, "API access", body).into_response())
}

fn table(person: &Person, tokens: &[Token], own: bool) -> Table {
    let zone = person.zone(None);
    let mut columns = vec![text("Name"), text("May"), minor("Made"), text("Last used")];
    columns.push(if own { buttons() } else { text("State") });
    let row = |token: &Token| {
        vec![
            cell(token.name.clone()),
            cell(token.scopes.join(", ")),
            date_cell(token.created_at, &zone),
            token.used_at.map_or_else(|| cell("Never"), |at| time_cell(at, &zone)),
            state_cell(person, token, own),
        ]
    };
    Table { columns, rows: tokens.iter().map(row).collect() }
}

fn state_cell(person: &Person, token: &Token, own: bool) -> Cell {
    let shown = html! {
        @if token.revoked { span.tag.reversed { "Revoked" } }
        @else if own {
            form.inline action={ (HERE) "/" (token.id) "/revoke" } method="post" data-confirm="Revoke this token? Programs that use it stop at once." {
                (csrf(person)) button.link aria-label={ "Revoke " (token.name) } { "Revoke" }
            }
        } @else { "Works" }
    };
    shown_cell(shown, "")
}

/// For the brand's people: that there are tokens, and when they were used.
pub fn seen_by_brand(person: &Person, tokens: &[Token]) -> Markup {
    let working = tokens.iter().filter(|it| !it.revoked).count();
    html! {
        @if !tokens.is_empty() {
            details.card.pad {
                summary { "API access: " (format::number(working as i64)) @if working == 1 { " token works" } @else { " tokens work" } }
                (table(person, tokens, false).bare())
                p.muted { "The partner makes and revokes them in its portal. They see what the partner sees." }
            }
        }
    }
}

#[derive(Deserialize)]
pub struct NewToken {
    csrf: String,
    name: String,
    scopes: String,
}

fn scopes(named: &str) -> Result<&'static [&'static str], Failure> {
    match named {
        "read" => Ok(&["read"]),
        "read write" => Ok(&["read", "write"]),
        _ => Err(Failure::Invalid("A token may read, or read and write.".into())),
    }
}

pub async fn create(person: Person, Form(sent): Form<NewToken>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    let partner: PartnerId = person.partner.ok_or(Failure::Forbidden)?;
    let (engine, brand, now, scopes) =
        (person.app.engine.clone(), person.brand, person.app.engine.now(), scopes(&sent.scopes)?);
    let token = blocking(move || engine.settings.create_partner_token(brand, partner, &sent.name, scopes, now)).await?;
    let body = html! {
        section.card.pad.narrow {
            p { "Copy it now. It is kept as a hash only and can't be shown again." }
            (snippet(&token.secret))
            p { a.underlined href=(HERE) { "To the tokens" } }
        }
    };
    Ok(page(&person, HERE, "The token, shown once", body).into_response())
}

#[derive(Deserialize)]
pub struct Revoke {
    csrf: String,
}

pub async fn revoke(person: Person, Path(id): Path<i64>, Form(sent): Form<Revoke>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    let partner = person.partner.ok_or(Failure::Forbidden)?;
    let (engine, brand, now) = (person.app.engine.clone(), person.brand, person.app.engine.now());
    let revoked = blocking(move || engine.settings.revoke_token(brand, Some(partner), id, now)).await?;
    if revoked { Ok(done(HERE)) } else { Err(Failure::NotFound) }
}
