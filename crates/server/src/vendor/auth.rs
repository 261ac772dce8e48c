//! Basic credentials: the account's name, and its token as the password. An account is a brand's, or a partner's with a brand.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use referee_core::id::{BrandId, PartnerId};
use referee_engine::settings::TokenKind;
use subtle::ConstantTimeEq;

use super::answer::{Wire, error, trouble};
use crate::app::App;

pub struct Account {
    pub brand: BrandId,
    /// For a partner's account: the only partner it sees.
    pub partner: Option<PartnerId>,
    pub sid: String,
    pub token_name: String,
    pub scopes: Vec<String>,
}

impl Account {
    /// Where all that it may ask for lies.
    pub fn base(&self) -> String {
        let face = if self.partner.is_some() { "Mediapartners" } else { "Advertisers" };
        format!("/{face}/{}", self.sid)
    }

    /// Whether it may see what belongs to a partner.
    pub fn sees(&self, partner: PartnerId) -> bool {
        self.partner.is_none_or(|own| own == partner)
    }

    pub fn may(&self, scope: &str) -> Result<(), Wire> {
        let allowed = self.scopes.iter().any(|it| it == scope);
        allowed.then_some(()).ok_or_else(|| error(403, "The token does not allow this.", &[]))
    }
}

/// The account that the credentials and the path both name, of the side whose tokens are of this kind.
pub async fn account(app: &App, kind: TokenKind, sid: &str, headers: &HeaderMap) -> Result<Account, Wire> {
    let unknown = || error(401, "The account or its token is wrong.", &[]);
    let (name, secret) = credentials(headers).ok_or_else(unknown)?;
    let token = app.engine.credentials.find(&secret, app.engine.now()).await.map_err(trouble)?;
    let token = token.filter(|token| token.kind == kind).ok_or_else(unknown)?;
    if token.partner.is_some() != (kind == TokenKind::Partner) {
        return Err(unknown());
    }
    let same = |text: &str| bool::from(text.as_bytes().ct_eq(token.account_sid.as_bytes()));
    if !same(&name) || !same(sid) {
        return Err(unknown());
    }
    Ok(Account {
        brand: token.brand,
        partner: token.partner,
        sid: token.account_sid,
        token_name: token.name,
        scopes: token.scopes,
    })
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
