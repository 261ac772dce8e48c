//! What is not in the log: people, secrets, names, the directory of ids, and reports that were refused.
//!
//! Facts name all of this by number only. The settings are the one store that is backed up for its own sake.

mod directory;
mod refused;
mod sessions;
mod tokens;
mod users;
mod vault;

use std::path::Path;
use std::sync::{Mutex, MutexGuard};

use referee_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension};

pub use directory::{Brand, NewBrand, Partner};
pub use refused::RefusedReport;
pub use sessions::{SESSION_DAYS, Session, SignedIn};
pub use tokens::{NewToken, Token, TokenKind};
pub use users::{BrandRole, User, UserOfBrand};
pub use vault::{Vault, random_bytes, random_text};

use crate::error::{Error, Result};

/// "Rfse": marks the file as ours.
const APPLICATION_ID: i32 = 0x5266_7365;
const SCHEMA_VERSION: i32 = 1;

pub struct Settings {
    connection: Mutex<Connection>,
    vault: Vault,
}

impl Settings {
    /// Opens the store, and makes it with a new master key if there is none.
    pub fn open(folder: &Path) -> Result<Settings> {
        let vault = Vault::open(&folder.join("referee.key"))?;
        let path = folder.join("settings.db");
        let connection = Connection::open(&path).map_err(|error| trouble("open the settings", error))?;
        prepare(&connection)?;
        Ok(Settings { connection: Mutex::new(connection), vault })
    }

    /// A number that grows with every start of an edge, so that the names of frames never repeat.
    pub fn next_epoch(&self) -> Result<u32> {
        let db = self.db();
        let before: Option<i64> = db
            .query_row(include_str!("../../sql/settings/installation_find.sql"), ["epoch"], |row| {
                row.get::<_, Vec<u8>>(0)
            })
            .optional()
            .map_err(|error| trouble("read the epoch", error))?
            .and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok());
        let epoch =
            u32::try_from(before.unwrap_or(0) + 1).map_err(|error| Error::corrupt("count the epochs", error))?;
        db.execute(include_str!("../../sql/settings/installation_set.sql"), ("epoch", epoch.to_string().into_bytes()))
            .map_err(|error| trouble("write the epoch", error))?;
        Ok(epoch)
    }

    /// Drops what has had its time: refused reports and ended sessions.
    pub fn clean(&self, now: Timestamp) -> Result<()> {
        self.delete_refused_before(now.minus_days(crate::limits::REFUSED_REPORT_DAYS))?;
        self.delete_expired_sessions(now)
    }

    fn db(&self) -> MutexGuard<'_, Connection> {
        // A thread that panicked while it held the lock left no transaction open: each call is one statement or rolls back.
        self.connection.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

fn prepare(connection: &Connection) -> Result<()> {
    let run = |text: &str| connection.execute_batch(text).map_err(|error| trouble("prepare the settings", error));
    run("pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma busy_timeout = 5000;")?;
    let version: i32 = connection
        .query_row("pragma user_version", [], |row| row.get(0))
        .map_err(|error| trouble("read the version of the settings", error))?;
    match version {
        SCHEMA_VERSION => Ok(()),
        0 => {
            run("begin immediate")?;
            run(include_str!("../../sql/settings/schema.sql"))?;
            run(&format!("pragma application_id = {APPLICATION_ID}; pragma user_version = {SCHEMA_VERSION}; commit"))
        }
        newer => Err(Error::setup(
            "open the settings",
            format!("the file is of version {newer}, this program knows {SCHEMA_VERSION}; run the newer program"),
        )),
    }
}

fn trouble(doing: &str, error: rusqlite::Error) -> Error {
    Error::unavailable(doing, error)
}

#[cfg(test)]
mod tests {
    use referee_core::fact::Role;
    use referee_core::id::{PartnerId, ProgramId};

    use super::*;
    use crate::intake::keys::BrandKeys;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    fn open() -> (tempfile::TempDir, Settings) {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::open(folder.path()).unwrap();
        (folder, settings)
    }

    fn brand(settings: &Settings) -> referee_core::id::BrandId {
        settings.create_brand(&NewBrand { name: "Acme".into() }, NOW).unwrap()
    }

    #[test]
    fn keys_survive_a_restart_and_need_the_master_key() {
        let (folder, settings) = open();
        brand(&settings);
        let before = settings.brands().unwrap().remove(0).1;
        drop(settings);
        let after = Settings::open(folder.path()).unwrap().brands().unwrap().remove(0).1;
        let hash = |keys: &BrandKeys| crate::intake::identifier::journey(keys, referee_core::id::ClickNo(1));
        assert_eq!((hash(&before), before.click_ids), (hash(&after), after.click_ids));
        std::fs::remove_file(folder.path().join("referee.key")).unwrap();
        let stranger = Settings::open(folder.path()).unwrap();
        assert!(matches!(stranger.brands(), Err(Error::Setup(_))));
    }

    #[test]
    fn epochs_never_repeat() {
        let (folder, settings) = open();
        assert_eq!((settings.next_epoch().unwrap(), settings.next_epoch().unwrap()), (1, 2));
        drop(settings);
        assert_eq!(Settings::open(folder.path()).unwrap().next_epoch().unwrap(), 3);
    }

    #[test]
    fn ids_of_another_platform_are_kept_and_taken_once() {
        let (_folder, settings) = open();
        let brand = brand(&settings);
        assert_eq!(settings.create_program(brand, Some(ProgramId(101_010))).unwrap(), ProgramId(101_010));
        assert_eq!(settings.create_program(brand, None).unwrap(), ProgramId(1));
        assert_eq!(
            settings.create_program(brand, Some(ProgramId(i32::MAX as u32))).unwrap(),
            ProgramId(i32::MAX as u32)
        );
        assert_eq!(settings.create_program(brand, None).unwrap(), ProgramId(2));
        assert!(matches!(settings.create_program(brand, Some(ProgramId(101_010))), Err(Error::Setup(_))));
        assert!(matches!(settings.create_program(brand, Some(ProgramId(u32::MAX))), Err(Error::Setup(_))));
        assert_eq!(settings.create_partner(brand, Some(PartnerId(7)), "Trail Notes", NOW).unwrap(), PartnerId(7));
    }

    #[test]
    fn a_password_opens_its_own_account_only() {
        let (_folder, settings) = open();
        let brand = brand(&settings);
        let user = settings.create_user("Ann@Example.com", "Ann", "correct horse", NOW).unwrap();
        settings.set_role(user, brand, Role::Manager, None).unwrap();
        assert!(settings.verify_password("ann@example.com ", "correct horse").unwrap().is_some());
        assert!(settings.verify_password("ann@example.com", "wrong").unwrap().is_none());
        assert!(settings.verify_password("bob@example.com", "correct horse").unwrap().is_none());
        assert!(settings.create_user("ANN@example.com", "Ann", "x", NOW).is_err());
        assert_eq!(settings.roles_of(user).unwrap()[0].role, Role::Manager);
    }

    #[test]
    fn sessions_end_by_time_sign_out_and_a_new_password() {
        let (_folder, settings) = open();
        let user = settings.create_user("ann@example.com", "Ann", "one", NOW).unwrap();
        let session = settings.begin_session(user, NOW).unwrap();
        assert!(settings.find_session(&session.token, NOW).unwrap().is_some());
        assert!(settings.find_session(&session.token, NOW.plus_days(SESSION_DAYS)).unwrap().is_none());
        settings.set_password(user, "two").unwrap();
        assert!(settings.find_session(&session.token, NOW).unwrap().is_none());
        let session = settings.begin_session(user, NOW).unwrap();
        settings.end_session(&session.token).unwrap();
        assert!(settings.find_session(&session.token, NOW).unwrap().is_none());
    }

    #[test]
    fn a_revoked_token_is_not_found() {
        let (_folder, settings) = open();
        let brand = brand(&settings);
        let token = settings.create_token(brand, TokenKind::Api, "ci", &["read"], NOW).unwrap();
        assert_eq!(settings.find_token(&token.secret).unwrap().unwrap().scopes, ["read"]);
        assert!(settings.revoke_token(brand, token.id, NOW).unwrap());
        assert!(settings.find_token(&token.secret).unwrap().is_none());
        assert!(settings.tokens_of(brand).unwrap()[0].revoked);
    }

    #[test]
    fn refused_reports_are_found_by_order_and_forgotten_in_time() {
        let (_folder, settings) = open();
        let brand = brand(&settings);
        let report = RefusedReport {
            id: "A-1".into(),
            brand,
            program: None,
            received_at: NOW,
            kind: "conversion".into(),
            order_id: "1001".into(),
            errors: "[]".into(),
            payload: "{}".into(),
        };
        settings.keep_refused(&report).unwrap();
        assert_eq!(settings.refused_of_order(brand, "1001", 10).unwrap().len(), 1);
        settings.clean(NOW.plus_days(crate::limits::REFUSED_REPORT_DAYS + 1)).unwrap();
        assert!(settings.find_refused(brand, "A-1").unwrap().is_none());
    }
}
