//! What is not in the log: people, secrets, names, the directory of ids, and reports that were refused.
//!
//! Facts name all of this by number only. The settings are the one store that is backed up for its own sake.

mod account_codes;
mod copy;
mod directory;
mod documents;
mod figures;
mod imports;
mod mails;
mod notes;
mod news;
mod payees;
mod placement;
mod processes;
mod refused;
mod sessions;
mod shops;
mod tokens;
mod users;
mod vault;

use std::path::Path;

use referee_core::time::Timestamp;

pub use account_codes::{AccountCodes, CODE_LETTERS_MAX};
pub use directory::{Brand, NewBrand, Partner};
pub use documents::RecordedDocument;
pub use figures::Figures;
pub use imports::{Lease, NewImport};
pub use mails::{LeasedMail, Mail, MailOutcome, MailState};
pub use news::News;
pub use notes::Note;
pub use payees::{KeptPayee, PayeeChange, PayeeEntry};
pub use processes::{ALIVE_MS, Process};
pub use refused::RefusedReport;
pub(crate) use sessions::digest;
pub use sessions::{SESSION_DAYS, Session, SignedIn};
pub use shops::{KeptShop, NewShop, ShopDelivery, ShopRequest, ShopRequestKind, ShopSecrets, ShopState};
pub use tokens::{NewToken, PARTNER_SECRET, Token, TokenKind, partner_sid};
pub use users::{BrandRole, User, UserOfBrand};
pub use vault::{Vault, random_bytes, random_text, write_key};

use crate::database::postgres::{HOLD, Server, Store};
use crate::database::sqlite::Sqlite;
use crate::database::{Answer, Database, Pool, Row, find};
use crate::error::{Error, Result};
use crate::values;

/// "Rfse": marks the file as ours.
const APPLICATION_ID: i32 = 0x5266_7365;
const SCHEMA_VERSION: i32 = 5;
/// Held by whoever changes the settings on a server, so that numbers are given out once. Any number would do.
const CHANGING: i64 = 0x0052_6673_6574_7469;

/// What the installation's wrapped name is for.
const NAME: &str = "installation's name";

pub struct Settings {
    pool: Pool,
    vault: Vault,
}

impl Settings {
    /// Opens the file in a folder, and makes it with a new master key if there is none.
    pub fn open(folder: &Path) -> Result<Settings> {
        Settings::open_file(folder, &folder.join("referee.key"))
    }

    /// The same with a master key that lies elsewhere.
    pub fn open_file(folder: &Path, key: &Path) -> Result<Settings> {
        let path = folder.join("settings.db");
        prepare(&mut open_file(&path)?)?;
        let pool = Pool::open(Box::new(move || Ok(Box::new(open_file(&path)?))))?;
        Settings::with_key(pool, key)
    }

    /// Opens the settings on a server, and makes them if there are none. The master key lies in a file of its own.
    pub fn open_on(server: &Server, key: &Path) -> Result<Settings> {
        let store = Store {
            name: "settings",
            version: SCHEMA_VERSION,
            schema: concat!(
                include_str!("../../sql/settings/schema.postgres.sql"),
                include_str!("../../sql/settings/shops.postgres.sql")
            ),
            upgrades: &[
                (
                    3,
                    concat!(
                        include_str!("../../sql/settings/mails.postgres.sql"),
                        include_str!("../../sql/settings/partner_tokens.postgres.sql")
                    ),
                ),
                (4, include_str!("../../sql/settings/shops.postgres.sql")),
            ],
        };
        // Whose they are is said by their key.
        store.prepare(server, "")?;
        let server = server.clone();
        let pool = Pool::open(Box::new(move || Ok(Box::new(server.connect()?))))?;
        Settings::with_key(pool, key)
    }

    /// Makes a master key for new settings only, and refuses one that is not the one of these.
    fn with_key(pool: Pool, key: &Path) -> Result<Settings> {
        let named = pool.with(|db| value(db, "name")).map_err(|trouble| trouble.doing("open the settings"))?.is_some();
        if named && !key.exists() {
            let doing = format!("read the master key {}", key.display());
            return Err(Error::setup(doing, "it is missing: put the key of this installation there, from its backup"));
        }
        Settings { pool, vault: Vault::open(key)? }.with_the_right_key()
    }

    fn with_the_right_key(self) -> Result<Settings> {
        let known = self.change("read the installation's name", |db| match value(db, "name")? {
            Some(wrapped) => Ok(self.vault.unwrap(NAME, &wrapped).map(drop)),
            None => {
                let name = self.vault.wrap(NAME, random_text().as_bytes())?;
                set_value(db, "name", &name).map(Ok)
            }
        })?;
        known.map(|()| self)
    }

    /// What this installation is called by its stores, so that none is used by two: random, and no secret.
    pub fn installation(&self) -> Result<String> {
        let wrapped = self.ask("read the installation's name", |db| value(db, "name"))?.unwrap_or_default();
        let name = self.vault.unwrap(NAME, &wrapped)?;
        String::from_utf8(name).map_err(|error| Error::corrupt("read the installation's name", error))
    }

    /// A number that grows with every start of an edge, so that the names of frames never repeat.
    pub fn next_epoch(&self) -> Result<u32> {
        self.change("count the epochs", next_epoch)
    }

    /// Drops what has had its time: refused reports, files and ended sessions.
    pub fn clean(&self, now: Timestamp) -> Result<()> {
        self.delete_refused_before(now.minus_days(crate::limits::REFUSED_REPORT_DAYS))?;
        self.clean_imports(now)?;
        self.clean_shops(now)?;
        self.delete_expired_sessions(now)
    }

    /// Only asks.
    fn ask<T>(&self, doing: &str, ask: impl FnOnce(&mut dyn Database) -> Answer<T>) -> Result<T> {
        self.pool.with(ask).map_err(|trouble| trouble.doing(doing))
    }

    /// Changes something, all of it or nothing, one after the other.
    fn change<T>(&self, doing: &str, change: impl FnOnce(&mut dyn Database) -> Answer<T>) -> Result<T> {
        self.try_change(change).map_err(|trouble| trouble.doing(doing))
    }

    fn try_change<T>(&self, change: impl FnOnce(&mut dyn Database) -> Answer<T>) -> Answer<T> {
        self.pool.with(|db| {
            db.begin()?;
            let locked = if db.is_shared() { db.run(HOLD, values![CHANGING]) } else { Ok(0) };
            match locked.and_then(|_| change(db)) {
                Ok(done) => db.commit().map(|()| done),
                Err(trouble) => {
                    db.roll_back();
                    Err(trouble)
                }
            }
        })
    }
}

fn next_epoch(db: &mut dyn Database) -> Answer<u32> {
    let before: Option<u32> = value(db, "epoch")?.and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok());
    let next = before.unwrap_or(0).checked_add(1);
    let next = next.ok_or_else(|| Error::corrupt("count the epochs", "there are no more"))?;
    set_value(db, "epoch", next.to_string().as_bytes())?;
    Ok(next)
}

fn value(db: &mut dyn Database, key: &str) -> Answer<Option<Vec<u8>>> {
    let read = |row: &dyn Row| Ok(row.blob(0)?.to_vec());
    find(db, include_str!("../../sql/settings/installation_find.sql"), values![key], read)
}

fn set_value(db: &mut dyn Database, key: &str, value: &[u8]) -> Answer<()> {
    db.run(include_str!("../../sql/settings/installation_set.sql"), values![key, value]).map(drop)
}

fn open_file(path: &Path) -> Result<Sqlite> {
    let mut db = Sqlite::open(path)?;
    db.run_script("pragma synchronous = full").map_err(|trouble| trouble.doing("open the settings"))?;
    Ok(db)
}

fn prepare(db: &mut Sqlite) -> Result<()> {
    let first = include_str!("../../sql/settings/schema.sql");
    // Came with versions 2, 3, 4 and 5: older files get them when they are opened.
    let second = [
        include_str!("../../sql/settings/payees.sql"),
        include_str!("../../sql/settings/imports.sql"),
        include_str!("../../sql/settings/notes.sql"),
    ]
    .concat();
    let figures = include_str!("../../sql/settings/figures.sql");
    // Came with version 4.
    let mails = include_str!("../../sql/settings/mails.sql");
    let partner_tokens = include_str!("../../sql/settings/partner_tokens.sql");
    let fourth = [mails, partner_tokens].concat();
    // Came with version 5.
    let fifth = include_str!("../../sql/settings/shops.sql");
    match db.version().map_err(|trouble| trouble.doing("prepare the settings"))? {
        SCHEMA_VERSION => Ok(()),
        0 => write(db, &format!("{first} {second} {figures} {fourth} {fifth}")),
        1 => write(db, &format!("{second} {figures} {fourth} {fifth}")),
        2 => write(db, &format!("{figures} {fourth} {fifth}")),
        3 => write(db, &format!("{fourth} {fifth}")),
        4 => write(db, fifth),
        newer => Err(Error::setup(
            "open the settings",
            format!("the file is of version {newer}, this program knows {SCHEMA_VERSION}; run the newer program"),
        )),
    }
}

/// Brings the file to this program's version.
fn write(db: &mut Sqlite, change: &str) -> Result<()> {
    let marks = format!("pragma application_id = {APPLICATION_ID}; pragma user_version = {SCHEMA_VERSION};");
    db.run_script(&format!("begin immediate; {change} {marks} commit;"))
        .map_err(|trouble| trouble.doing("prepare the settings"))
}

#[cfg(test)]
mod tests;
