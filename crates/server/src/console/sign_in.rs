//! Signing in and out.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Form, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode, header};
use maud::{Markup, html};
use referee_core::fact::Fact;
use referee_core::id::UserId;
use referee_engine::config::Scheme;
use referee_engine::engine::blocking;
use referee_engine::error::Result;
use referee_engine::intake::signals::device_key;
use referee_engine::log::Draft;
use referee_engine::retention::Kept;
use serde::Deserialize;

use super::person::{Failure, Person, SESSION_COOKIE, session_token};
use super::plain::plain_page;
use crate::app::App;
use crate::host::Host;

#[derive(Deserialize)]
pub struct SignIn {
    email: String,
    password: String,
}

pub async fn show() -> Markup {
    form(None, "")
}

fn form(wrong: Option<&str>, email: &str) -> Markup {
    plain_page(
        "Sign in",
        html! {
            section.card.pad.narrow {
                h1 { "Sign in" }
                @if let Some(wrong) = wrong { p.wrong role="alert" { (wrong) } }
                form.stack action="/sign-in" method="post" {
                    label { "Email" input type="email" name="email" value=(email) autocomplete="username" required autofocus; }
                    label { "Password" input type="password" name="password" autocomplete="current-password" required; }
                    button.primary { "Sign in" }
                }
                p.muted { "The first user is made on the server with " code { "referee user add" } "." }
            }
        },
    )
}

pub async fn begin(
    State(app): State<Arc<App>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    host: Host,
    headers: HeaderMap,
    Form(sent): Form<SignIn>,
) -> std::result::Result<Response, Failure> {
    if !own_origin(&headers, &host.0) {
        return Err(Failure::StaleForm);
    }
    let (address, now) = (app.address_of(from, &headers), app.engine.now());
    if !app.sign_in_tries.allow(&address, now) {
        let text = "Too many tries from your address. Wait a quarter of an hour.";
        return Ok((StatusCode::TOO_MANY_REQUESTS, form(Some(text), &sent.email)).into_response());
    }
    let (engine, email, password) = (app.engine.clone(), sent.email.clone(), sent.password);
    let days = engine.retention.days(Kept::Sessions);
    let session = blocking(move || match engine.settings.verify_password(&email, &password)? {
        Some(user) => engine.settings.begin_session(user.id, now, days).map(|session| Some((user.id, session))),
        None => Ok(None),
    });
    match session.await? {
        Some((user, session)) => {
            app.sign_in_tries.forget(&address);
            let user_agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
            // Nobody waits for the log to sign in.
            tokio::spawn(note_device(app.clone(), user, address, user_agent.to_owned()));
            let life_s = u64::from(days) * 24 * 60 * 60;
            Ok(([(header::SET_COOKIE, set_cookie(&app, SESSION_COOKIE, &session.token, life_s))], Redirect::to("/"))
                .into_response())
        }
        None => {
            let text = "The address or the password is wrong.";
            Ok((StatusCode::UNAUTHORIZED, form(Some(text), &sent.email)).into_response())
        }
    }
}

/// Tells the rules from which device somebody of a partner came: its own clicks are not readers'.
async fn note_device(app: Arc<App>, user: UserId, address: String, user_agent: String) {
    if let Err(error) = record_device(&app, user, &address, &user_agent).await {
        tracing::warn!(%error, "the device of a partner was not noted");
    }
}

async fn record_device(app: &App, user: UserId, address: &str, user_agent: &str) -> Result<()> {
    let engine = app.engine.clone();
    let roles = blocking(move || engine.settings.roles_of(user)).await?;
    for role in roles {
        let routing = app.engine.routing().brands.get(&role.brand).cloned();
        let (Some(partner), Some(routing)) = (role.partner, routing) else { continue };
        // Nobody's device is kept where nothing is done with it.
        let config = &routing.config;
        if !config.programs.keys().any(|program| config.click_event_type(*program).is_some()) {
            continue;
        }
        let Some(agent_key) = device_key(&routing.keys, address, user_agent) else { continue };
        let (now, fact) = (app.engine.now(), Fact::PartnerDeviceSeen { partner, agent_key });
        let (received_at, occurred_at) = (now, now);
        let draft = Draft { brand: role.brand, received_at, occurred_at, actor: None, fact, raw: None };
        app.engine.record(&draft).await?;
    }
    Ok(())
}

/// Whether no other site's page sent this: none must sign somebody in here.
pub fn own_origin(headers: &HeaderMap, host: &str) -> bool {
    let Some(origin) = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()) else { return true };
    url::Url::parse(origin).ok().and_then(|url| url.host_str().map(|it| it == host)).unwrap_or(false)
}

pub fn set_cookie(app: &App, name: &str, value: &str, life_s: u64) -> String {
    let secure = if app.config.scheme == Scheme::Https { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={life_s}{secure}; HttpOnly; SameSite=Lax")
}

#[derive(Deserialize)]
pub struct SignOut {
    csrf: String,
}

pub async fn end(
    person: Person,
    headers: HeaderMap,
    Form(sent): Form<SignOut>,
) -> std::result::Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    let (engine, token) = (person.app.engine.clone(), session_token(&headers).unwrap_or_default());
    blocking(move || engine.settings.end_session(&token)).await?;
    Ok(([(header::SET_COOKIE, set_cookie(&person.app, SESSION_COOKIE, "", 0))], Redirect::to("/sign-in"))
        .into_response())
}
