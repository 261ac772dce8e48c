//! Secrets by which programs sign in. Shown once, kept as a hash.

use referee_core::id::BrandId;
use referee_core::time::Timestamp;
use rusqlite::OptionalExtension;

use crate::error::{Error, Result};

use super::sessions::digest;
use super::vault::random_text;
use super::{Settings, trouble};

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
        let db = self.db();
        db.execute(
            include_str!("../../sql/settings/token_create.sql"),
            (brand.0, kind as u8, name, digest(&secret), scopes.join(" "), now.0),
        )
        .map_err(|error| trouble("create a token", error))?;
        Ok(NewToken { id: db.last_insert_rowid(), secret })
    }

    /// The token with this secret, unless it was revoked.
    pub fn find_token(&self, secret: &str) -> Result<Option<Token>> {
        let found = self
            .db()
            .query_row(include_str!("../../sql/settings/token_find.sql"), [digest(secret)], |row| {
                Ok(Token {
                    id: row.get(0)?,
                    brand: BrandId(row.get(1)?),
                    kind: kind(row.get(2)?),
                    name: row.get(3)?,
                    scopes: scopes(row.get(4)?),
                    account_sid: row.get(5)?,
                    created_at: Timestamp::default(),
                    revoked: false,
                })
            })
            .optional();
        found.map_err(|error| trouble("find a token", error))
    }

    pub fn tokens_of(&self, brand: BrandId) -> Result<Vec<Token>> {
        let account_sid = self.find_brand(brand)?.map(|brand| brand.account_sid);
        let account_sid = account_sid.ok_or_else(|| Error::corrupt("read the tokens", "no such brand"))?;
        let db = self.db();
        let failed = |error| trouble("read the tokens", error);
        let mut statement = db.prepare(include_str!("../../sql/settings/token_list_of_brand.sql")).map_err(failed)?;
        statement
            .query_map([brand.0], |row| {
                Ok(Token {
                    id: row.get(0)?,
                    brand,
                    account_sid: account_sid.clone(),
                    kind: kind(row.get(1)?),
                    name: row.get(2)?,
                    scopes: scopes(row.get(3)?),
                    created_at: Timestamp(row.get(4)?),
                    revoked: row.get::<_, Option<i64>>(5)?.is_some(),
                })
            })
            .and_then(Iterator::collect)
            .map_err(failed)
    }

    pub fn revoke_token(&self, brand: BrandId, id: i64, now: Timestamp) -> Result<bool> {
        self.db()
            .execute(include_str!("../../sql/settings/token_revoke.sql"), (id, brand.0, now.0))
            .map(|revoked| revoked == 1)
            .map_err(|error| trouble("revoke a token", error))
    }
}

fn kind(number: u8) -> TokenKind {
    if number == TokenKind::Account as u8 { TokenKind::Account } else { TokenKind::Api }
}

fn scopes(text: String) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
