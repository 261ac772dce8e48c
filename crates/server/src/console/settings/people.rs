//! People: who signs in for the brand, in which role, and no longer.

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::fact::Role;
use referee_core::id::{PartnerId, UserId};
use referee_engine::engine::blocking;
use referee_engine::settings::{UserOfBrand, random_text};
use serde::Deserialize;

use super::super::format;
use super::super::page::{csrf, page, snippet};
use super::super::person::{Failure, May, Person, done};
use super::super::table::{Table, buttons, cell, minor, shown_cell, text};
use super::screen;

const ROLES: [(Role, &str, &str); 5] = [
    (Role::Viewer, "viewer", "Viewer: sees everything"),
    (Role::Manager, "manager", "Manager: partners, ads, actions, payments, set-up"),
    (Role::Finance, "finance", "Finance: payments"),
    (Role::Developer, "developer", "Developer: set-up and tokens"),
    (Role::Owner, "owner", "Owner: everything, and people"),
];

pub async fn show(person: Person) -> Result<Response, Failure> {
    person.require(May::ManageUsers)?;
    let users = users(&person).await?;
    let body = html! {
        section.card.pad { h2 { "People" } (table(&person, &users).bare()) }
        section.card.pad {
            h2 { "Add a person" }
            form.stack action="/settings/users" method="post" {
                (csrf(&person))
                label { "Email" input type="email" name="email" required; }
                label { "Name" input name="name" maxlength="100"; }
                label { "Role" select name="role" { @for (_, value, name) in ROLES { option value=(value) { (name) } } } }
                button.primary { "Add the person" }
                p.muted { "The password is made here and shown once. Somebody who has an account already keeps its password. People of a partner are added on the partner's screen." }
            }
        }
    };
    Ok(screen(&person, "/settings/people", "Settings", body).into_response())
}

async fn users(person: &Person) -> Result<Vec<UserOfBrand>, Failure> {
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    Ok(blocking(move || engine.settings.users_of(brand)).await?)
}

fn table(person: &Person, users: &[UserOfBrand]) -> Table {
    let columns = vec![text("Email"), minor("Name"), text("Role"), buttons()];
    let row = |it: &UserOfBrand| {
        let of = it.partner.map(|partner| person.partner_name(partner));
        let shown = html! {
            (format::role(it.role)) @if let Some(of) = of { span.muted { " " (of) } }
            @if it.disabled { " " span.tag.reversed { "Disabled" } }
        };
        vec![
            cell(it.user.email.clone()),
            cell(it.user.name.clone()),
            shown_cell(shown, format::role(it.role)),
            shown_cell(disable_button(person, it), ""),
        ]
    };
    Table { columns, rows: users.iter().map(row).collect() }
}

fn disable_button(person: &Person, it: &UserOfBrand) -> Markup {
    let question = format!("Disable {}? Every session ends at once, and signing in is over.", it.user.email);
    html! {
        @if it.user.id == person.user { span.muted { "You" } }
        @else if !it.disabled {
            form.inline action={ "/settings/users/" (it.user.id) "/disable" } method="post" data-confirm=(question) {
                (csrf(person)) button.link.danger aria-label={ "Disable " (it.user.email) } { "Disable" }
            }
        }
    }
}

/// Somebody who shall sign in for the brand.
pub struct Newcomer<'a> {
    pub email: &'a str,
    pub name: &'a str,
    pub role: Role,
    pub partner: Option<PartnerId>,
}

/// Gives a role to whoever has this address. The password of an account that is made for it; none for one there was.
pub async fn invite(person: &Person, newcomer: &Newcomer<'_>) -> Result<Option<String>, Failure> {
    let email = newcomer.email.trim().to_lowercase();
    if !email.contains('@') {
        return Err(Failure::Invalid("That is not an e-mail address.".into()));
    }
    let (engine, brand, now) = (person.app.engine.clone(), person.brand, person.app.engine.now());
    let (name, role, partner) = (newcomer.name.trim().to_owned(), newcomer.role, newcomer.partner);
    let invited = blocking(move || {
        let settings = &engine.settings;
        if settings.users_of(brand)?.iter().any(|it| it.user.email == email) {
            return Ok(Err(Failure::Invalid(format!("{email} has a role here already."))));
        }
        let (user, password) = match settings.find_user_by_email(&email)? {
            Some(known) => (known.id, None),
            None => {
                let password = random_text();
                (settings.create_user(&email, &name, &password, now)?, Some(password))
            }
        };
        settings.set_role(user, brand, role, partner)?;
        Ok(Ok(password))
    });
    invited.await?
}

/// A password, for the only time.
pub fn shown_once(person: &Person, email: &str, password: &str, back: &str) -> Markup {
    let body = html! {
        section.card.pad.narrow {
            p { "Hand it over by a way you trust. It is kept as a hash only and can't be shown again." }
            p { (email.trim()) }
            (snippet(password))
            p.muted { "It can be changed after signing in, under the name at the foot of the navigation." }
            p { a.underlined href=(back) { "Done" } }
        }
    };
    page(person, "", "The password, shown once", body)
}

#[derive(Deserialize)]
pub struct NewUser {
    csrf: String,
    email: String,
    #[serde(default)]
    name: String,
    role: String,
}

pub async fn create(person: Person, Form(sent): Form<NewUser>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::ManageUsers)?;
    let role = ROLES.iter().find(|(_, value, _)| *value == sent.role).ok_or(Failure::NotFound)?.0;
    let newcomer = Newcomer { email: &sent.email, name: &sent.name, role, partner: None };
    match invite(&person, &newcomer).await? {
        Some(password) => Ok(shown_once(&person, &sent.email, &password, "/settings/people").into_response()),
        None => Ok(done("/settings/people")),
    }
}

#[derive(Deserialize)]
pub struct Disable {
    csrf: String,
}

/// A person of this brand alone is disabled; one with roles elsewhere loses the role here, which is all that is ours.
pub async fn disable(person: Person, Path(id): Path<u32>, Form(sent): Form<Disable>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::ManageUsers)?;
    let user = UserId(id);
    if user == person.user {
        return Err(Failure::Invalid("You can't disable yourself. Ask another owner.".into()));
    }
    if !users(&person).await?.iter().any(|it| it.user.id == user) {
        return Err(Failure::NotFound);
    }
    let (engine, brand, now) = (person.app.engine.clone(), person.brand, person.app.engine.now());
    blocking(move || {
        let elsewhere = engine.settings.roles_of(user)?.iter().any(|role| role.brand != brand);
        if elsewhere {
            engine.settings.remove_role(user, brand).map(drop)
        } else {
            engine.settings.disable_user(user, now)
        }
    })
    .await?;
    Ok(done("/settings/people"))
}
