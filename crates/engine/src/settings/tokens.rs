//! Secrets by which programs sign in. Shown once, kept as a hash.

use referee_core::id::BrandId;
use referee_core::time::Timestamp;

use crate::database::{find, list};
use crate::error::{Error, Result};
use crate::values;

use super::Settings;
use super::sessions::digest;
use super::vault::random_text;

/// Which interface a token opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum TokenKind {
    /// The password beside an account's name.
    Account = 1,
    /// A bearer token for `/api/v1`.
    Api = 2,
}

#[derive(Debug, Clone)]
pub struct Token {
    pub id: i64,
    pub brand: BrandId,
    pub account_sid: String,
    pub kind: TokenKind,
    pub name: String,
    /// `read`, `write` or both.
    pub scopes: Vec<String>,
    pub created_at: Timestamp,
    pub revoked: bool,
}

pub struct NewToken {
    pub id: i64,
    /// Known only now.
    pub secret: String,
}

impl Settings {
    pub fn create_token(
        &self,
        brand: BrandId,
        kind: TokenKind,
        name: &str,
        scopes: &[&str],
        now: Timestamp,
    ) -> Result<NewToken> {
        let prefix = match kind {
            TokenKind::Account => "",
            TokenKind::Api => "rf_",
        };
        let secret = format!("{prefix}{}", random_text());
        let (kind, digest, scopes) = (kind as u8, digest(&secret), scopes.join(" "));
        let values = values![brand.0, kind, name, &digest, &scopes, now.0];
        let sql = include_str!("../../sql/settings/token_create.sql");
        let id = self.change("create a token", |db| find(db, sql, values, |row| row.number(0)))?;
        Ok(NewToken { id: id.unwrap_or_default(), secret })
    }

    /// The token with this secret, unless it was revoked.
    pub fn find_token(&self, secret: &str) -> Result<Option<Token>> {
        let sql = include_str!("../../sql/settings/token_find.sql");
        self.ask("find a token", |db| {
            find(db, sql, values![&digest(secret)], |row| {
                Ok(Token {
                    id: row.number(0)?,
                    brand: BrandId(row.number(1)?),
                    kind: kind(row.number(2)?),
                    name: row.text(3)?.to_owned(),
                    scopes: scopes(row.text(4)?),
                    account_sid: row.text(5)?.to_owned(),
                    created_at: Timestamp::default(),
                    revoked: false,
                })
            })
        })
    }

    pub fn tokens_of(&self, brand: BrandId) -> Result<Vec<Token>> {
        let account_sid = self.find_brand(brand)?.map(|brand| brand.account_sid);
        let account_sid = account_sid.ok_or_else(|| Error::corrupt("read the tokens", "no such brand"))?;
        let sql = include_str!("../../sql/settings/token_list_of_brand.sql");
        self.ask("read the tokens", |db| {
            list(db, sql, values![brand.0], |row| {
                Ok(Token {
                    id: row.number(0)?,
                    brand,
                    account_sid: account_sid.clone(),
                    kind: kind(row.number(1)?),
                    name: row.text(2)?.to_owned(),
                    scopes: scopes(row.text(3)?),
                    created_at: Timestamp(row.number(4)?),
                    revoked: row.some_number::<i64>(5)?.is_some(),
                })
            })
        })
    }

    pub fn revoke_token(&self, brand: BrandId, id: i64, now: Timestamp) -> Result<bool> {
        let sql = include_str!("../../sql/settings/token_revoke.sql");
        self.change("revoke a token", |db| db.run(sql, values![id, brand.0, now.0])).map(|revoked| revoked == 1)
    }
}

fn kind(number: u8) -> TokenKind {
    if number == TokenKind::Account as u8 { TokenKind::Account } else { TokenKind::Api }
}

fn scopes(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
