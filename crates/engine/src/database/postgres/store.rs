//! What of ours a database holds, of which version, and whose it is.

use super::Server;
use crate::database::{Answer, Database, Trouble, find};
use crate::error::{Error, Result};
use crate::values;

/// One of the stores that a database may hold: the log, some books, the settings.
pub struct Store {
    pub name: &'static str,
    pub version: i32,
    pub schema: &'static str,
    /// What takes the tables of a version to the next one, from the oldest version that can be taken along.
    pub upgrades: &'static [(i32, &'static str)],
}

/// Holds a number of one's own choice until the transaction ends.
pub const HOLD: &str = include_str!("../../../sql/store/hold.postgres.sql");

/// Held while tables are made, so that of several programs started together one makes them. Any number would do.
const MAKING: i64 = 0x0052_6566_6572_6565;

impl Store {
    /// Makes the store if it is not there, and refuses one that this program or installation can't use.
    pub fn prepare(&self, server: &Server, installation: &str) -> Result<()> {
        let doing = format!("open the {} at {}", self.name, server.name());
        let mut db = server.connect()?;
        let mut make = || {
            db.begin()?;
            db.run(HOLD, values![MAKING])?;
            db.run_script(include_str!("../../../sql/store/schema.postgres.sql"))?;
            let sql = include_str!("../../../sql/store/find.postgres.sql");
            let read = |row: &dyn crate::database::Row| Ok((row.number(0)?, row.text(1)?.to_owned()));
            let found: Option<(i32, String)> = find(&mut db, sql, values![self.name], read)?;
            let found = match found {
                None => {
                    db.run_script(self.schema)?;
                    let sql = include_str!("../../../sql/store/create.postgres.sql");
                    db.run(sql, values![self.name, self.version, installation])?;
                    None
                }
                Some((version, owner)) => Some((self.upgrade(&mut db, version, &owner, installation)?, owner)),
            };
            db.commit()?;
            Ok(found)
        };
        match make().map_err(|trouble: Trouble| trouble.doing(&doing))? {
            Some((version, _)) if version != self.version => Err(Error::setup(doing, self.other_version(version))),
            Some((_, owner)) if owner != installation => Err(Error::setup(
                doing,
                format!("it belongs to installation {owner}, this is {installation}: give each a database of its own"),
            )),
            _ => Ok(()),
        }
    }

    /// Takes tables of our own to this version, where that can be done in place; the version they have then.
    fn upgrade(&self, db: &mut dyn Database, found: i32, owner: &str, installation: &str) -> Answer<i32> {
        let steps: Vec<&str> = self.upgrades.iter().filter(|(from, _)| *from >= found).map(|(_, sql)| *sql).collect();
        let reaches = self.upgrades.iter().any(|(from, _)| *from == found);
        if owner != installation || !reaches {
            return Ok(found);
        }
        steps.into_iter().try_for_each(|sql| db.run_script(sql))?;
        let sql = include_str!("../../../sql/store/upgrade.postgres.sql");
        db.run(sql, values![self.name, self.version])?;
        Ok(self.version)
    }

    fn other_version(&self, found: i32) -> String {
        let known = self.version;
        if found > known {
            format!("it is of version {found}, this program knows {known}: start the newer program")
        } else {
            format!(
                "it is of version {found}, this program writes {known}: run `backup` with the older program and \
                 `restore` into an empty database with this one"
            )
        }
    }
}
