//! Who looks at the console, for which brand, and what they may do. Everything a screen asks goes through this.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use referee_core::config::Config;
use referee_core::fact::{Actor, Fact, Role};
use referee_core::id::{BrandId, PartnerId, ProgramId, UserId};
use referee_core::program::Program;
use referee_core::time::Zone;
use referee_engine::engine::{SettleError, Settled, blocking};
use referee_engine::error::Error;
use referee_engine::lookup::answer::Viewer;
use referee_engine::settings::BrandRole;
use subtle::ConstantTimeEq;

use super::plain::error_page;
use crate::app::App;

pub const SESSION_COOKIE: &str = "referee_session";
/// Which of several brands somebody looks at. Only a wish: the roles decide.
pub const BRAND_COOKIE: &str = "referee_brand";

pub struct Person {
    pub app: Arc<App>,
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub csrf: String,
    pub brand: BrandId,
    pub brand_name: String,
    /// All brands with a role for this person.
    pub brands: Vec<(BrandId, String)>,
    /// The page follows a form that was taken.
    pub done: bool,
    pub role: Role,
    /// For partner users: the only partner they see.
    pub partner: Option<PartnerId>,
    pub config: Arc<Config>,
    pub partner_names: HashMap<PartnerId, String>,
}

/// What came of a password that was asked for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    Right,
    Wrong,
    TooOften,
}

/// What somebody may do beyond looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum May {
    /// Partners, ads, links, codes and actions.
    Manage,
    /// Payments.
    Pay,
    /// The program, event types and tokens.
    SetUp,
    /// People.
    ManageUsers,
}

impl Person {
    pub fn may(&self, what: May) -> bool {
        match self.role {
            Role::Owner | Role::Operator => true,
            Role::Manager => what != May::ManageUsers,
            Role::Finance => what == May::Pay,
            Role::Developer => what == May::SetUp,
            Role::Viewer | Role::Partner => false,
        }
    }

    /// The right to do something, or the page that says no.
    pub fn require(&self, what: May) -> Result<(), Failure> {
        if self.may(what) { Ok(()) } else { Err(Failure::Forbidden) }
    }

    /// Screens of the brand only.
    pub fn require_brand_side(&self) -> Result<(), Failure> {
        if self.role == Role::Partner { Err(Failure::Forbidden) } else { Ok(()) }
    }

    /// Whose eyes these are.
    pub fn viewer(&self) -> Viewer {
        self.partner.map_or(Viewer::Brand, Viewer::Partner)
    }

    /// A form was sent from a page of this session.
    pub fn check_csrf(&self, sent: &str) -> Result<(), Failure> {
        let same = bool::from(sent.as_bytes().ct_eq(self.csrf.as_bytes()));
        if same { Ok(()) } else { Err(Failure::StaleForm) }
    }

    /// Whether this is the password of whoever is signed in. Whoever finds an open session must not get to guess.
    pub async fn says_password(&self, password: String) -> Result<Said, Failure> {
        let (engine, user, email) = (self.app.engine.clone(), self.user, self.email.clone());
        let who = format!("user {user}");
        if !self.app.sign_in_tries.allow(&who, engine.now()) {
            return Ok(Said::TooOften);
        }
        let found = blocking(move || engine.settings.verify_password(&email, &password)).await?;
        if found.is_none_or(|found| found.id != user) {
            return Ok(Said::Wrong);
        }
        self.app.sign_in_tries.forget(&who);
        Ok(Said::Right)
    }

    /// The zone in which times are shown: that of the wanted program, or of the first.
    pub fn zone(&self, wanted: Option<u32>) -> Zone {
        self.program(wanted).map(|program| program.zone.clone()).unwrap_or_default()
    }

    pub fn program(&self, wanted: Option<u32>) -> Option<&Program> {
        let named = wanted.and_then(|id| self.config.programs.get(&ProgramId(id)));
        named.or_else(|| self.config.programs.values().next())
    }

    pub fn partner_name(&self, id: PartnerId) -> String {
        if id == PartnerId(0) {
            return "nobody".into();
        }
        self.partner_names.get(&id).cloned().unwrap_or_else(|| format!("partner {id}"))
    }

    pub async fn settle(&self, reason: &str, fact: Fact) -> Result<Settled, SettleError> {
        let reason = reason.trim().chars().take(255).collect();
        let actor = Actor { user: self.user, role: self.role, reason };
        self.app.engine.settle(self.brand, actor, fact).await
    }
}

/// Why a screen can't be shown or a form not be taken.
#[derive(Debug)]
pub enum Failure {
    SignIn,
    Forbidden,
    NotFound,
    StaleForm,
    /// What was typed can't be taken, in a sentence.
    Invalid(String),
    Trouble(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        match error {
            Error::Setup(context) => Failure::Invalid(context.cause),
            error => Failure::Trouble(error),
        }
    }
}

impl From<SettleError> for Failure {
    fn from(error: SettleError) -> Failure {
        match error {
            SettleError::Refused(refusal) => Failure::Invalid(refusal.brand_sentence().to_owned()),
            SettleError::NotYet(_) => {
                Failure::Invalid("It is kept and will be done, but it is not done yet. Look again in a moment.".into())
            }
            SettleError::Trouble(error) => error.into(),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, title, text) = match self {
            Failure::SignIn => return Redirect::to("/sign-in").into_response(),
            Failure::Forbidden => (
                StatusCode::FORBIDDEN,
                "Not for you",
                "Your role does not allow this. Ask an owner of the brand.".to_owned(),
            ),
            Failure::NotFound => (StatusCode::NOT_FOUND, "Not found", "There is nothing of that name here.".to_owned()),
            Failure::StaleForm => (
                StatusCode::FORBIDDEN,
                "The form is too old",
                "It was sent from another session. Go back, reload the page and send it again.".to_owned(),
            ),
            Failure::Invalid(text) => (StatusCode::UNPROCESSABLE_ENTITY, "That can't be taken", text),
            Failure::Trouble(error) => {
                tracing::error!(%error, "a page could not be shown");
                let text = "Something is wrong on the server. Nothing was changed; try again in a moment.";
                (StatusCode::SERVICE_UNAVAILABLE, "Not now", text.to_owned())
            }
        };
        (status, error_page(title, &text)).into_response()
    }
}

/// Back to a screen, which says that it was done.
pub fn done(path: &str) -> Response {
    let (path, place) = path.split_once('#').map_or((path, ""), |(path, place)| (path, place));
    let mark = if path.contains('?') { "&done" } else { "?done" };
    let place = if place.is_empty() { String::new() } else { format!("#{place}") };
    Redirect::to(&format!("{path}{mark}{place}")).into_response()
}

/// The session's token in a request.
pub fn session_token(headers: &HeaderMap) -> Option<String> {
    cookie(headers, SESSION_COOKIE)
}

fn cookie(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned())
}

/// The wanted brand if there is a role for it; else the first.
fn choose(roles: &[BrandRole], wanted: Option<&str>) -> Option<BrandRole> {
    let wanted = wanted.and_then(|text| text.parse().ok()).map(BrandId);
    roles.iter().find(|role| Some(role.brand) == wanted).or_else(|| roles.first()).cloned()
}

impl FromRequestParts<Arc<App>> for Person {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Person, Failure> {
        let State(app) = State::<Arc<App>>::from_request_parts(parts, app).await.map_err(|_| Failure::NotFound)?;
        let token = session_token(&parts.headers).ok_or(Failure::SignIn)?;
        let engine = app.engine.clone();
        let (now, wanted) = (engine.now(), cookie(&parts.headers, BRAND_COOKIE));
        let found = blocking(move || {
            let Some(signed_in) = engine.settings.find_session(&token, now)? else { return Ok(None) };
            let roles = engine.settings.roles_of(signed_in.user.id)?;
            let Some(role) = choose(&roles, wanted.as_deref()) else { return Ok(None) };
            let partners = engine.settings.partners(role.brand)?;
            Ok(Some((signed_in, roles, role, partners)))
        });
        let (signed_in, roles, role, partners) = found.await?.ok_or(Failure::SignIn)?;
        let routing = app.engine.routing();
        let config = routing.brands.get(&role.brand).map(|it| it.config.clone()).unwrap_or_default();
        drop(routing);
        let user = signed_in.user;
        let done = parts.uri.query().is_some_and(|query| query.split('&').any(|pair| pair == "done"));
        Ok(Person {
            user: user.id,
            name: if user.name.is_empty() { user.email.clone() } else { user.name },
            email: user.email,
            brands: roles.into_iter().map(|role| (role.brand, role.brand_name)).collect(),
            done,
            // Of this brand: a form that was open when somebody switched must not act on the other.
            csrf: format!("{}.{}", signed_in.csrf, role.brand),
            brand: role.brand,
            brand_name: role.brand_name,
            role: role.role,
            partner: role.partner,
            config,
            partner_names: partners.into_iter().map(|partner| (partner.id, partner.name)).collect(),
            app,
        })
    }
}
