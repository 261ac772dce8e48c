//! Secrets by which programs sign in. Shown once, kept as a hash.

use referee_core::id::{BrandId, PartnerId};
use referee_core::time::Timestamp;

use crate::database::{Answer, Database, Row, find, list};
use crate::error::{Error, Result};
use crate::intake::hex::hex;
use crate::limits::{PARTNER_TOKENS_MAX, TOKEN_NAME_CHARS_MAX};
use crate::values;

use super::Settings;
use super::sessions::digest;
use super::vault::random_text;

/// Every secret of a partner's token begins so, and no other.
pub const PARTNER_SECRET: &str = "rfp_";

/// Which interface a token opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum TokenKind {
    /// The password beside an account's name.
    Account = 1,
    /// A bearer token for `/api/v1`.
    Api = 2,
    /// Either of the two, for one partner of the brand.
    Partner = 3,
}

impl TokenKind {
    fn of(number: u8) -> Result<TokenKind> {
        let all = [TokenKind::Account, TokenKind::Api, TokenKind::Partner];
        let found = all.into_iter().find(|kind| *kind as u8 == number);
        found.ok_or_else(|| Error::corrupt("read a token", format!("there is no kind {number}")))
    }
}

#[derive(Debug, Clone)]
pub struct Token {
    pub id: i64,
    pub brand: BrandId,
    /// Whose it is, if not the brand's own.
    pub partner: Option<PartnerId>,
    /// The account that is called with it: the brand's, or the partner's with this brand.
    pub account_sid: String,
    pub kind: TokenKind,
    pub name: String,
    /// `read`, `write` or both.
    pub scopes: Vec<String>,
    pub created_at: Timestamp,
    /// To the minute.
    pub used_at: Option<Timestamp>,
    pub revoked: bool,
}

pub struct NewToken {
    pub id: i64,
    /// Known only now.
    pub secret: String,
}

/// A token that is to be made.
struct Wanted<'a> {
    brand: BrandId,
    partner: Option<PartnerId>,
    kind: TokenKind,
    name: &'a str,
    scopes: &'a [&'a str],
    now: Timestamp,
}

impl Wanted<'_> {
    fn insert(&self, db: &mut dyn Database, secret: &str) -> Answer<i64> {
        let (digest, scopes, partner) = (digest(secret), self.scopes.join(" "), self.partner.map(|it| it.0));
        let values = values![self.brand.0, self.kind as u8, self.name, &digest, &scopes, self.now.0, partner];
        let sql = include_str!("../../sql/settings/token_create.sql");
        Ok(find(db, sql, values, |row| row.number(0))?.unwrap_or_default())
    }
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
        let prefix = if kind == TokenKind::Account { "" } else { "rf_" };
        let secret = format!("{prefix}{}", random_text());
        let new = Wanted { brand, partner: None, kind, name, scopes, now };
        let id = self.change("create a token", |db| new.insert(db, &secret))?;
        Ok(NewToken { id, secret })
    }

    /// A token of a partner with one brand. It opens what is the partner's there.
    pub fn create_partner_token(
        &self,
        brand: BrandId,
        partner: PartnerId,
        name: &str,
        scopes: &[&str],
        now: Timestamp,
    ) -> Result<NewToken> {
        let doing = "create a token";
        if name.trim().is_empty() || name.chars().count() > TOKEN_NAME_CHARS_MAX {
            return Err(Error::setup(doing, "Give the token a name of 1 to 100 characters."));
        }
        let secret = format!("{PARTNER_SECRET}{}", random_text());
        let (kind, name) = (TokenKind::Partner, name.trim());
        let new = Wanted { brand, partner: Some(partner), kind, name, scopes, now };
        let id = self.change(doing, |db| {
            let sql = include_str!("../../sql/settings/token_count.sql");
            let tokens: Option<u32> = find(db, sql, values![brand.0, partner.0], |row| row.number(0))?;
            if tokens.unwrap_or_default() >= PARTNER_TOKENS_MAX { Ok(None) } else { new.insert(db, &secret).map(Some) }
        })?;
        let full = "There are 20 tokens already, which is the most. Revoke one that is not used any more.";
        id.map(|id| NewToken { id, secret }).ok_or_else(|| Error::setup(doing, full))
    }

    /// The token with this secret, unless it was revoked.
    pub fn find_token(&self, secret: &str) -> Result<Option<Token>> {
        let sql = include_str!("../../sql/settings/token_find.sql");
        self.ask("find a token", |db| find(db, sql, values![&digest(secret)], found))
    }

    /// Says that a token was used.
    pub fn token_used(&self, id: i64, now: Timestamp) -> Result<()> {
        let sql = include_str!("../../sql/settings/token_used.sql");
        self.change("say that a token was used", |db| db.run(sql, values![id, now.0])).map(drop)
    }

    /// The brand's own tokens, or those of one of its partners; revoked ones too.
    pub fn tokens_of(&self, brand: BrandId, partner: Option<PartnerId>) -> Result<Vec<Token>> {
        let account = self.find_brand(brand)?.map(|brand| brand.account_sid);
        let account = account.ok_or_else(|| Error::corrupt("read the tokens", "no such brand"))?;
        let account_sid = partner.map_or_else(|| account.clone(), |partner| partner_sid(&account, partner));
        let sql = include_str!("../../sql/settings/token_list.sql");
        self.ask("read the tokens", |db| {
            list(db, sql, values![brand.0, partner.unwrap_or_default().0], |row| {
                Ok(Token {
                    id: row.number(0)?,
                    brand,
                    partner,
                    account_sid: account_sid.clone(),
                    kind: TokenKind::of(row.number(1)?)?,
                    name: row.text(2)?.to_owned(),
                    scopes: scopes(row.text(3)?),
                    created_at: Timestamp(row.number(4)?),
                    revoked: row.some_number::<i64>(5)?.is_some(),
                    used_at: row.some_number(6)?.map(Timestamp),
                })
            })
        })
    }

    /// Revokes one of the brand's own tokens, or one of a partner's.
    pub fn revoke_token(&self, brand: BrandId, partner: Option<PartnerId>, id: i64, now: Timestamp) -> Result<bool> {
        let sql = include_str!("../../sql/settings/token_revoke.sql");
        let values = values![id, brand.0, partner.unwrap_or_default().0, now.0];
        self.change("revoke a token", |db| db.run(sql, values)).map(|revoked| revoked == 1)
    }
}

fn found(row: &dyn Row) -> Result<Token> {
    let (account, partner) = (row.text(5)?.to_owned(), row.some_number(6)?.map(PartnerId));
    Ok(Token {
        id: row.number(0)?,
        brand: BrandId(row.number(1)?),
        partner,
        account_sid: partner.map_or_else(|| account.clone(), |partner| partner_sid(&account, partner)),
        kind: TokenKind::of(row.number(2)?)?,
        name: row.text(3)?.to_owned(),
        scopes: scopes(row.text(4)?),
        created_at: Timestamp(row.number(7)?),
        used_at: row.some_number(8)?.map(Timestamp),
        revoked: false,
    })
}

/// What a partner's account with a brand is called. It tells nothing of the brand's own account.
pub fn partner_sid(account_sid: &str, partner: PartnerId) -> String {
    let digest = digest(&format!("{account_sid}/{partner}"));
    format!("MP{}", hex(&digest[..16]))
}

fn scopes(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
