//! Basic credentials: the account's name, and its token as the password.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use referee_core::id::BrandId;
use referee_engine::settings::TokenKind;
use subtle::ConstantTimeEq;

use super::answer::{Wire, error, trouble};
use crate::app::App;

pub struct Account {
    pub brand: BrandId,
    pub sid: String,
    pub scopes: Vec<String>,
}

impl Account {
    pub fn may(&self, scope: &str) -> Result<(), Wire> {
        let allowed = self.scopes.iter().any(|it| it == scope);
        allowed.then_some(()).ok_or_else(|| error(403, "The token does not allow this.", &[]))
    }
}

/// The account that the credentials and the path both name.
pub async fn account(app: &App, sid: &str, headers: &HeaderMap) -> Result<Account, Wire> {
    let unknown = || error(401, "The account or its token is wrong.", &[]);
    let (name, secret) = credentials(headers).ok_or_else(unknown)?;
    let token = app.engine.credentials.find(&secret).await.map_err(trouble)?;
    let token = token.filter(|token| token.kind == TokenKind::Account).ok_or_else(unknown)?;
    let same = |text: &str| bool::from(text.as_bytes().ct_eq(token.account_sid.as_bytes()));
    if !same(&name) || !same(sid) {
        return Err(unknown());
    }
    Ok(Account { brand: token.brand, sid: token.account_sid, scopes: token.scopes })
}

fn credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let line = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = line.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, secret) = text.split_once(':')?;
    Some((name.to_owned(), secret.to_owned()))
}
