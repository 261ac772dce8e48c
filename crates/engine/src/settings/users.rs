//! People who sign in, and what they may do for which brand.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use referee_core::fact::Role;
use referee_core::id::{BrandId, PartnerId, UserId};
use referee_core::time::Timestamp;
use rusqlite::OptionalExtension;

use crate::error::{Error, Result};

use super::{Settings, trouble};

#[derive(Debug, Clone)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: String,
}

/// A person's part in a brand.
#[derive(Debug, Clone)]
pub struct BrandRole {
    pub brand: BrandId,
    pub brand_name: String,
    pub role: Role,
    /// For partner users: whose figures they see.
    pub partner: Option<PartnerId>,
}

#[derive(Debug, Clone)]
pub struct UserOfBrand {
    pub user: User,
    pub role: Role,
    pub partner: Option<PartnerId>,
    pub disabled: bool,
}

impl Settings {
    pub fn create_user(&self, email: &str, name: &str, password: &str, now: Timestamp) -> Result<UserId> {
        let email = email.trim().to_lowercase();
        let hash = hash(password)?;
        let db = self.db();
        db.execute(include_str!("../../sql/settings/user_create.sql"), (&email, name, hash, now.0)).map_err(
            |error| {
                if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation) {
                    Error::setup("create the user", format!("{email} has an account already"))
                } else {
                    trouble("create a user", error)
                }
            },
        )?;
        Ok(UserId(u32::try_from(db.last_insert_rowid()).unwrap_or(0)))
    }

    pub fn set_password(&self, user: UserId, password: &str) -> Result<()> {
        let hash = hash(password)?;
        let db = self.db();
        db.execute(include_str!("../../sql/settings/user_set_password.sql"), (user.0, hash))
            .and_then(|_| db.execute(include_str!("../../sql/settings/session_delete_of_user.sql"), [user.0]))
            .map(drop)
            .map_err(|error| trouble("set a password", error))
    }

    pub fn disable_user(&self, user: UserId, now: Timestamp) -> Result<()> {
        let db = self.db();
        db.execute(include_str!("../../sql/settings/user_disable.sql"), (user.0, now.0))
            .and_then(|_| db.execute(include_str!("../../sql/settings/session_delete_of_user.sql"), [user.0]))
            .map(drop)
            .map_err(|error| trouble("disable a user", error))
    }

    /// The person with this address and password. Takes as long for an unknown address as for a wrong password.
    pub fn verify_password(&self, email: &str, password: &str) -> Result<Option<User>> {
        let found = self.find_user(email)?;
        let stored = found.as_ref().map_or(NOBODY, |(_, hash)| hash.as_str());
        let matches = verify(password, stored)?;
        Ok(found.filter(|_| matches).map(|(user, _)| user))
    }

    pub fn find_user_by_email(&self, email: &str) -> Result<Option<User>> {
        Ok(self.find_user(email)?.map(|(user, _)| user))
    }

    pub fn set_role(&self, user: UserId, brand: BrandId, role: Role, partner: Option<PartnerId>) -> Result<()> {
        self.db()
            .execute(
                include_str!("../../sql/settings/role_set.sql"),
                (user.0, brand.0, role as u8, partner.map(|partner| partner.0)),
            )
            .map(drop)
            .map_err(|error| trouble("set a role", error))
    }

    pub fn remove_role(&self, user: UserId, brand: BrandId) -> Result<bool> {
        self.db()
            .execute(include_str!("../../sql/settings/role_delete.sql"), (user.0, brand.0))
            .map(|removed| removed == 1)
            .map_err(|error| trouble("remove a role", error))
    }

    pub fn roles_of(&self, user: UserId) -> Result<Vec<BrandRole>> {
        let db = self.db();
        let failed = |error| trouble("read roles", error);
        let mut statement = db.prepare(include_str!("../../sql/settings/role_list_of_user.sql")).map_err(failed)?;
        statement
            .query_map([user.0], |row| {
                Ok(BrandRole {
                    brand: BrandId(row.get(0)?),
                    brand_name: row.get(1)?,
                    role: role(row.get(2)?),
                    partner: row.get::<_, Option<u32>>(3)?.map(PartnerId),
                })
            })
            .and_then(Iterator::collect)
            .map_err(failed)
    }

    pub fn users_of(&self, brand: BrandId) -> Result<Vec<UserOfBrand>> {
        let db = self.db();
        let failed = |error| trouble("read the users", error);
        let mut statement = db.prepare(include_str!("../../sql/settings/user_list_of_brand.sql")).map_err(failed)?;
        statement
            .query_map([brand.0], |row| {
                Ok(UserOfBrand {
                    user: User { id: UserId(row.get(0)?), email: row.get(1)?, name: row.get(2)? },
                    role: role(row.get(3)?),
                    partner: row.get::<_, Option<u32>>(4)?.map(PartnerId),
                    disabled: row.get::<_, Option<i64>>(5)?.is_some(),
                })
            })
            .and_then(Iterator::collect)
            .map_err(failed)
    }

    fn find_user(&self, email: &str) -> Result<Option<(User, String)>> {
        let email = email.trim().to_lowercase();
        self.db()
            .query_row(include_str!("../../sql/settings/user_find_by_email.sql"), [email], |row| {
                let user = User { id: UserId(row.get(0)?), email: row.get(1)?, name: row.get(2)? };
                Ok((user, row.get(3)?))
            })
            .optional()
            .map_err(|error| trouble("find a user", error))
    }
}

/// A hash nobody knows the password of, of the same cost as all others.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZS1maXhlZC1zYWx0LTAx$Vv3hYkZpS2m1s5k7lJx0yN0b8m2v0sQ1dF8pZr3wQ5o";

fn hash(password: &str) -> Result<String> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|error| Error::setup("hash a password", error))
}

fn verify(password: &str, stored: &str) -> Result<bool> {
    let stored = PasswordHash::new(stored).map_err(|error| Error::corrupt("read a password's hash", error))?;
    Ok(Argon2::default().verify_password(password.as_bytes(), &stored).is_ok())
}

/// An unknown number may see and do the least.
fn role(number: u8) -> Role {
    let all = [Role::Owner, Role::Manager, Role::Finance, Role::Developer, Role::Viewer, Role::Partner, Role::Operator];
    all.into_iter().find(|role| *role as u8 == number).unwrap_or(Role::Viewer)
}
