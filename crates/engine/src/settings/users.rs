//! People who sign in, and what they may do for which brand.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use referee_core::fact::Role;
use referee_core::id::{BrandId, PartnerId, UserId};
use referee_core::time::Timestamp;

use crate::database::{Answer, Database, Row, Trouble, find, list};
use crate::error::{Error, Result};
use crate::values;

use super::Settings;

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
        let sql = include_str!("../../sql/settings/user_create.sql");
        let values = values![&email, name, &hash, now.0];
        match self.try_change(|db| find(db, sql, values, |row| row.number(0))) {
            Ok(id) => Ok(UserId(id.unwrap_or_default())),
            Err(Trouble::Taken(_)) => Err(Error::setup("create the user", format!("{email} has an account already"))),
            Err(trouble) => Err(trouble.doing("create a user")),
        }
    }

    pub fn set_password(&self, user: UserId, password: &str) -> Result<()> {
        let hash = hash(password)?;
        let sql = include_str!("../../sql/settings/user_set_password.sql");
        self.change("set a password", |db| {
            db.run(sql, values![user.0, &hash])?;
            end_sessions(db, user)
        })
    }

    pub fn disable_user(&self, user: UserId, now: Timestamp) -> Result<()> {
        let sql = include_str!("../../sql/settings/user_disable.sql");
        self.change("disable a user", |db| {
            db.run(sql, values![user.0, now.0])?;
            end_sessions(db, user)
        })
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
        let sql = include_str!("../../sql/settings/role_set.sql");
        let values = values![user.0, brand.0, role as u8, partner.map(|partner| partner.0)];
        self.change("set a role", |db| db.run(sql, values)).map(drop)
    }

    pub fn remove_role(&self, user: UserId, brand: BrandId) -> Result<bool> {
        let sql = include_str!("../../sql/settings/role_delete.sql");
        self.change("remove a role", |db| db.run(sql, values![user.0, brand.0])).map(|removed| removed == 1)
    }

    pub fn roles_of(&self, user: UserId) -> Result<Vec<BrandRole>> {
        let sql = include_str!("../../sql/settings/role_list_of_user.sql");
        self.ask("read roles", |db| {
            list(db, sql, values![user.0], |row| {
                Ok(BrandRole {
                    brand: BrandId(row.number(0)?),
                    brand_name: row.text(1)?.to_owned(),
                    role: role(row.number(2)?),
                    partner: row.some_number(3)?.map(PartnerId),
                })
            })
        })
    }

    pub fn users_of(&self, brand: BrandId) -> Result<Vec<UserOfBrand>> {
        let sql = include_str!("../../sql/settings/user_list_of_brand.sql");
        self.ask("read the users", |db| {
            list(db, sql, values![brand.0], |row| {
                Ok(UserOfBrand {
                    user: user(row)?,
                    role: role(row.number(3)?),
                    partner: row.some_number(4)?.map(PartnerId),
                    disabled: row.some_number::<i64>(5)?.is_some(),
                })
            })
        })
    }

    fn find_user(&self, email: &str) -> Result<Option<(User, String)>> {
        let email = email.trim().to_lowercase();
        let sql = include_str!("../../sql/settings/user_find_by_email.sql");
        self.ask("find a user", |db| find(db, sql, values![&email], |row| Ok((user(row)?, row.text(3)?.to_owned()))))
    }
}

/// The first three columns of a question about users.
pub(super) fn user(row: &dyn Row) -> Result<User> {
    Ok(User { id: UserId(row.number(0)?), email: row.text(1)?.to_owned(), name: row.text(2)?.to_owned() })
}

fn end_sessions(db: &mut dyn Database, user: UserId) -> Answer<()> {
    db.run(include_str!("../../sql/settings/session_delete_of_user.sql"), values![user.0]).map(drop)
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
