//! Tokens: how the brand's own programs sign in.

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::time::Zone;
use referee_engine::engine::blocking;
use referee_engine::settings::{Token, TokenKind};
use serde::Deserialize;

use super::super::page::{csrf, page, snippet};
use super::super::person::{Failure, May, Person, done};
use super::super::table::{Table, buttons, cell, date_cell, minor, shown_cell, text, time_cell};
use super::screen;

pub async fn show(person: Person) -> Result<Response, Failure> {
    person.require(May::SetUp)?;
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let (tokens, sid) = blocking(move || {
        let sid = engine.settings.find_brand(brand)?.map(|brand| brand.account_sid).unwrap_or_default();
        Ok((engine.settings.tokens_of(brand, None)?, sid))
    })
    .await?;
    let table = table(&person, &tokens, &person.zone(None));
    let body = html! {
        section.card.pad {
            h2 { "Tokens" }
            p { "With a token the shop's server reports orders and asks for figures. The account of " code { "/Advertisers" } " is called" }
            (snippet(&sid))
            @if tokens.is_empty() { p.muted { "There is no token yet. " a.underlined href="/docs/reference/http-api" { "What they are for" } } }
            @else { (table.bare()) }
        }
        section.card.pad {
            h2 { "Make a token" }
            form.stack action="/settings/tokens" method="post" {
                (csrf(&person))
                label { "Name" input name="name" required maxlength="100" placeholder="Shop server"; }
                label { "For" select name="kind" { option value="account" { "/Advertisers" } option value="api" { "/api/v1" } } }
                label { "May" select name="scopes" { option value="read write" { "read and write" } option value="read" { "read" } option value="write" { "write" } } }
                button.primary { "Make the token" }
            }
        }
    };
    Ok(screen(&person, "/settings/tokens", "Settings", body).into_response())
}

fn table(person: &Person, tokens: &[Token], zone: &Zone) -> Table {
    let columns = vec![text("Name"), text("For"), minor("May"), minor("Made"), minor("Last used"), buttons()];
    let row = |token: &Token| {
        let purpose = match token.kind {
            TokenKind::Account => "/Advertisers, as the account's password",
            TokenKind::Api => "/api/v1, as a bearer token",
            TokenKind::Partner => "its partner's programs",
        };
        vec![
            cell(token.name.clone()),
            cell(purpose),
            cell(token.scopes.join(", ")),
            date_cell(token.created_at, zone),
            token.used_at.map_or_else(|| cell("Never"), |at| time_cell(at, zone)),
            shown_cell(revoke_button(person, token), ""),
        ]
    };
    Table { columns, rows: tokens.iter().map(row).collect() }
}

fn revoke_button(person: &Person, token: &Token) -> Markup {
    html! {
        @if token.revoked { span.tag.reversed { "Revoked" } } @else {
            form.inline action={ "/settings/tokens/" (token.id) "/revoke" } method="post" data-confirm="Revoke this token? Programs that use it stop at once." {
                (csrf(person)) button.link aria-label={ "Revoke " (token.name) } { "Revoke" }
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

pub async fn create(person: Person, Form(sent): Form<NewToken>) -> Result<Response, Failure> {
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
            p { a.underlined href="/settings/tokens" { "To the tokens" } }
        }
    };
    Ok(page(&person, "/settings", "The token, shown once", body).into_response())
}

#[derive(Deserialize)]
pub struct Revoke {
    csrf: String,
}

pub async fn revoke(person: Person, Path(id): Path<i64>, Form(sent): Form<Revoke>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::SetUp)?;
    let (engine, brand, now) = (person.app.engine.clone(), person.brand, person.app.engine.now());
    let revoked = blocking(move || engine.settings.revoke_token(brand, None, id, now)).await?;
    if revoked { Ok(done("/settings/tokens")) } else { Err(Failure::NotFound) }
}
