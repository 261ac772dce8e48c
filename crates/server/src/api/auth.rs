//! Bearer tokens: of a brand's programs, and of its partners'.

use http::HeaderMap;
use http::header::AUTHORIZATION;
use referee_core::id::{BrandId, PartnerId};
use referee_engine::engine::SettleError;
use referee_engine::lookup::answer::{Viewer, reason_code, reason_sentence};
use referee_engine::settings::TokenKind;

use crate::app::App;
use crate::error::ApiError;

/// Who calls: a program of a brand, or of one of its partners.
pub struct Caller {
    pub brand: BrandId,
    pub token_name: String,
    /// For a partner's program: the only partner it sees.
    pub partner: Option<PartnerId>,
}

impl Caller {
    /// Whose eyes these are.
    pub fn viewer(&self) -> Viewer {
        self.partner.map_or(Viewer::Brand, Viewer::Partner)
    }

    /// Whom a question is about: a brand's program may name a partner, a partner's program is always its own.
    pub fn about(&self, named: Option<u32>) -> Result<Option<PartnerId>, ApiError> {
        match (self.partner, named.map(PartnerId)) {
            (Some(own), Some(named)) if own != named => {
                Err(ApiError::forbidden("A partner's token answers for its own partner alone: leave partner_id out."))
            }
            (own, named) => Ok(own.or(named)),
        }
    }

    /// The same where somebody must be named.
    pub fn about_one(&self, named: Option<u32>) -> Result<PartnerId, ApiError> {
        self.about(named)?.ok_or_else(|| ApiError::invalid_field("partner_id", "Name the partner."))
    }

    /// Whether this one may see what belongs to a partner.
    pub fn sees(&self, partner: PartnerId) -> bool {
        self.viewer().sees(partner)
    }

    /// Why something was not done, in the words for this side.
    pub fn no(&self, error: SettleError) -> ApiError {
        let viewer = self.viewer();
        match error {
            SettleError::Refused(refusal) => ApiError {
                code: reason_code(refusal, viewer),
                message: reason_sentence(refusal, viewer).to_owned(),
                ..refusal.into()
            },
            error => error.into(),
        }
    }
}

/// The brand's program behind a question, once the books hold all that the brand was acknowledged before.
pub async fn reader(app: &App, headers: &HeaderMap) -> Result<Caller, ApiError> {
    let caller = caller(app, headers, "read").await?;
    app.engine.catch_up(caller.brand).await?;
    Ok(caller)
}

/// The same of either side. Whoever asks so must ask of the books only what the caller sees.
pub async fn any_reader(app: &App, headers: &HeaderMap) -> Result<Caller, ApiError> {
    let caller = any_caller(app, headers, "read").await?;
    app.engine.catch_up(caller.brand).await?;
    Ok(caller)
}

/// The brand's program behind a request, if its token has the scope.
pub async fn caller(app: &App, headers: &HeaderMap, scope: &str) -> Result<Caller, ApiError> {
    let caller = any_caller(app, headers, scope).await?;
    if caller.partner.is_some() { Err(not_for_partners()) } else { Ok(caller) }
}

/// A partner's program, where only the partner has a say.
pub async fn partner_caller(app: &App, headers: &HeaderMap) -> Result<(Caller, PartnerId), ApiError> {
    let caller = any_caller(app, headers, "write").await?;
    let message = "Only the partner has a say in this: by a token of its own, or in its portal.";
    let partner = caller.partner.ok_or_else(|| ApiError::forbidden(message))?;
    Ok((caller, partner))
}

pub fn not_for_partners() -> ApiError {
    ApiError::forbidden("This is for the brand: a partner's token can't be used here.")
}

/// The secret that a request brings.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let line = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = line.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(secret.trim())
}

/// Whoever is behind a request, if its token has the scope.
pub async fn any_caller(app: &App, headers: &HeaderMap, scope: &str) -> Result<Caller, ApiError> {
    let secret = bearer(headers).ok_or_else(ApiError::unauthenticated)?;
    let token = app.engine.credentials.find(secret, app.engine.now()).await?;
    let token = token.ok_or_else(ApiError::unauthenticated)?;
    let partner = match (token.kind, token.partner) {
        (TokenKind::Api, None) => None,
        (TokenKind::Partner, Some(partner)) => Some(partner),
        _ => return Err(ApiError::unauthenticated()),
    };
    if !token.scopes.iter().any(|it| it == scope) {
        return Err(ApiError::forbidden(format!("The token has no scope {scope:?}.")));
    }
    Ok(Caller { brand: token.brand, token_name: token.name, partner })
}
