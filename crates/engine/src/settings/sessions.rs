//! Who is signed in. The cookie's value is kept as a hash only.

use referee_core::id::UserId;
use referee_core::time::Timestamp;
use sha2::{Digest, Sha256};

use crate::database::find;
use crate::error::Result;
use crate::values;

use super::Settings;
use super::users::{User, user};
use super::vault::random_text;

/// What the browser gets.
pub struct Session {
    pub token: String,
}

#[derive(Debug, Clone)]
pub struct SignedIn {
    pub user: User,
    /// Every form that changes something brings it back.
    pub csrf: String,
}

impl Settings {
    /// Of so many days.
    pub fn begin_session(&self, user: UserId, now: Timestamp, days: u32) -> Result<Session> {
        let token = random_text();
        let (digest, csrf) = (digest(&token), random_text());
        let values = values![&digest, user.0, &csrf, now.0, now.plus_days(days).0];
        let sql = include_str!("../../sql/settings/session_create.sql");
        self.change("begin a session", |db| db.run(sql, values))?;
        Ok(Session { token })
    }

    pub fn find_session(&self, token: &str, now: Timestamp) -> Result<Option<SignedIn>> {
        let sql = include_str!("../../sql/settings/session_find.sql");
        self.ask("find a session", |db| {
            find(db, sql, values![&digest(token), now.0], |row| {
                Ok(SignedIn { user: user(row)?, csrf: row.text(3)?.to_owned() })
            })
        })
    }

    pub fn end_session(&self, token: &str) -> Result<()> {
        let sql = include_str!("../../sql/settings/session_delete.sql");
        self.change("end a session", |db| db.run(sql, values![&digest(token)])).map(drop)
    }

    pub(super) fn delete_expired_sessions(&self, now: Timestamp) -> Result<()> {
        let sql = include_str!("../../sql/settings/session_delete_expired.sql");
        self.change("delete ended sessions", |db| db.run(sql, values![now.0])).map(drop)
    }
}

/// Tokens are random, so a fast hash is enough, and looking it up tells nothing by its time.
pub(crate) fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
