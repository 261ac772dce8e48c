//! Bearer tokens.

use http::HeaderMap;
use http::header::AUTHORIZATION;
use referee_core::id::BrandId;
use referee_engine::settings::TokenKind;

use crate::app::App;
use crate::error::ApiError;

/// Who calls: a program of a brand.
pub struct Caller {
    pub brand: BrandId,
    pub token_name: String,
}

/// The caller behind a question, once the books hold all that the brand was acknowledged before.
pub async fn reader(app: &App, headers: &HeaderMap) -> Result<Caller, ApiError> {
    let caller = caller(app, headers, "read").await?;
    app.engine.catch_up(caller.brand).await?;
    Ok(caller)
}

/// The caller behind a request, if its token has the scope.
pub async fn caller(app: &App, headers: &HeaderMap, scope: &str) -> Result<Caller, ApiError> {
    let line = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (scheme, secret) = line.split_once(' ').unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(ApiError::unauthenticated());
    }
    let token = app.engine.credentials.find(secret.trim()).await?;
    let token = token.filter(|token| token.kind == TokenKind::Api).ok_or_else(ApiError::unauthenticated)?;
    if !token.scopes.iter().any(|it| it == scope) {
        return Err(ApiError::forbidden(format!("The token has no scope {scope:?}.")));
    }
    Ok(Caller { brand: token.brand, token_name: token.name })
}
