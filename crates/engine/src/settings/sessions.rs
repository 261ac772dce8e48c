//! Who is signed in. The cookie's value is kept as a hash only.

use referee_core::id::UserId;
use referee_core::time::Timestamp;
use rusqlite::OptionalExtension;
use sha2::{Digest, Sha256};

use crate::error::Result;

use super::users::User;
use super::vault::random_text;
use super::{Settings, trouble};

/// A working week and a little: long enough for daily use, short enough for a lost laptop.
pub const SESSION_DAYS: u32 = 7;

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
    pub fn begin_session(&self, user: UserId, now: Timestamp) -> Result<Session> {
        let token = random_text();
        self.db()
            .execute(
                include_str!("../../sql/settings/session_create.sql"),
                (digest(&token), user.0, random_text(), now.0, now.plus_days(SESSION_DAYS).0),
            )
            .map_err(|error| trouble("begin a session", error))?;
        Ok(Session { token })
    }

    pub fn find_session(&self, token: &str, now: Timestamp) -> Result<Option<SignedIn>> {
        self.db()
            .query_row(include_str!("../../sql/settings/session_find.sql"), (digest(token), now.0), |row| {
                let user = User { id: UserId(row.get(0)?), email: row.get(1)?, name: row.get(2)? };
                Ok(SignedIn { user, csrf: row.get(3)? })
            })
            .optional()
            .map_err(|error| trouble("find a session", error))
    }

    pub fn end_session(&self, token: &str) -> Result<()> {
        self.db()
            .execute(include_str!("../../sql/settings/session_delete.sql"), [digest(token)])
            .map(drop)
            .map_err(|error| trouble("end a session", error))
    }

    pub(super) fn delete_expired_sessions(&self, now: Timestamp) -> Result<()> {
        self.db()
            .execute(include_str!("../../sql/settings/session_delete_expired.sql"), [now.0])
            .map(drop)
            .map_err(|error| trouble("delete ended sessions", error))
    }
}

/// Tokens are random, so a fast hash is enough, and looking it up tells nothing by its time.
pub(super) fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
