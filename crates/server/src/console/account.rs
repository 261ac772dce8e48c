//! One's own account: another password, which mail one wants, and another of one's brands.

use std::collections::HashMap;

use axum::extract::Form;
use axum::response::{IntoResponse, Redirect, Response};
use http::header;
use maud::{Markup, html};
use referee_core::fact::Role;
use referee_core::id::BrandId;
use referee_engine::engine::blocking;
use referee_engine::mail::MailTopic;
use referee_engine::retention::Kept;
use serde::Deserialize;

use super::format;
use super::page::{csrf, page};
use super::person::{BRAND_COOKIE, Failure, Person, SESSION_COOKIE, Said, done};
use super::sign_in::set_cookie;

/// As many as `referee user add` asks for.
const PASSWORD_CHARS_MIN: usize = 10;
/// A hash costs the same for any length; a page of text is no password.
const PASSWORD_CHARS_MAX: usize = 256;

pub async fn show(person: Person) -> Result<Markup, Failure> {
    let (engine, user, brand) = (person.app.engine.clone(), person.user, person.brand);
    let unwanted = blocking(move || engine.settings.unwanted_mail(user, brand)).await?;
    let body = html! {
        p.facts { span { (person.email) } span.muted { (format::role(person.role)) " of " (person.brand_name) } }
        section.card.pad {
            h2 { "Change the password" }
            form.stack action="/account/password" method="post" {
                (csrf(&person))
                label { "Current password" input type="password" name="current" autocomplete="current-password" required; }
                label { "New password, at least ten characters" input type="password" name="new" autocomplete="new-password" required minlength="10" maxlength="256"; }
                label { "New password again" input type="password" name="again" autocomplete="new-password" required minlength="10" maxlength="256"; }
                button.primary { "Change the password" }
                p.muted { "You stay signed in here. All other sessions of yours end." }
            }
        }
        @if topics(&person).next().is_some() { (mail_form(&person, &unwanted)) }
    };
    Ok(page(&person, "/account", "Your account", body))
}

/// What somebody is told by mail, by role.
fn topics(person: &Person) -> impl Iterator<Item = MailTopic> {
    let (of_brand, manages) = (person.partner.is_none(), matches!(person.role, Role::Owner | Role::Manager));
    MailTopic::ALL.into_iter().filter(move |it| it.is_of_brand() == of_brand && (!of_brand || manages))
}

/// That an account was changed, nobody can choose not to hear.
fn mail_form(person: &Person, unwanted: &[MailTopic]) -> Markup {
    html! {
        section.card.pad {
            h2 { "Mail to you" }
            form.stack action="/account/mail" method="post" {
                (csrf(person))
                @for topic in topics(person) {
                    label { input type="checkbox" name=(topic.code()) value="yes" checked[!unwanted.contains(&topic)]; " " (topic.words()) }
                }
                button { "Save" }
                @if person.partner.is_some() { p.muted { "That the account to which you are paid was changed is always told to the address that stood there before." } }
            }
        }
    }
}

pub async fn choose_mail(person: Person, Form(sent): Form<HashMap<String, String>>) -> Result<Response, Failure> {
    person.check_csrf(sent.get("csrf").map_or("", String::as_str))?;
    if topics(&person).next().is_none() {
        return Err(Failure::Forbidden);
    }
    let unwanted: Vec<MailTopic> = topics(&person).filter(|it| !sent.contains_key(it.code())).collect();
    let (engine, user, brand) = (person.app.engine.clone(), person.user, person.brand);
    blocking(move || engine.settings.set_unwanted_mail(user, brand, &unwanted)).await?;
    Ok(done("/account"))
}

#[derive(Deserialize)]
pub struct NewPassword {
    csrf: String,
    current: String,
    new: String,
    again: String,
}

pub async fn set_password(person: Person, Form(sent): Form<NewPassword>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    let invalid = |text: &str| Err(Failure::Invalid(text.to_owned()));
    let length = sent.new.chars().count();
    if length < PASSWORD_CHARS_MIN {
        return invalid("The new password needs ten characters or more.");
    }
    if length > PASSWORD_CHARS_MAX {
        return invalid("The new password has at most 256 characters.");
    }
    if sent.new != sent.again {
        return invalid("The new password was not typed the same way twice.");
    }
    match person.says_password(sent.current).await? {
        Said::Right => {}
        Said::Wrong => return invalid("The current password is wrong."),
        Said::TooOften => return invalid("Too many tries. Wait a quarter of an hour."),
    }
    let (app, user) = (person.app.clone(), person.user);
    let (engine, now) = (app.engine.clone(), app.engine.now());
    let days = engine.retention.days(Kept::Sessions);
    let session = blocking(move || {
        engine.settings.set_password(user, &sent.new)?;
        engine.settings.begin_session(user, now, days)
    });
    let session = session.await?;
    let life_s = u64::from(days) * 24 * 60 * 60;
    let cookie = set_cookie(&app, SESSION_COOKIE, &session.token, life_s);
    Ok(([(header::SET_COOKIE, cookie)], done("/account")).into_response())
}

#[derive(Deserialize)]
pub struct BrandChoice {
    csrf: String,
    brand: u32,
}

/// The cookie is a wish only: every request asks the roles again.
pub async fn switch_brand(person: Person, Form(sent): Form<BrandChoice>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    let brand = BrandId(sent.brand);
    if !person.brands.iter().any(|(id, _)| *id == brand) {
        return Err(Failure::Forbidden);
    }
    let life_s = 365 * 24 * 60 * 60;
    let cookie = set_cookie(&person.app, BRAND_COOKIE, &brand.to_string(), life_s);
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response())
}
