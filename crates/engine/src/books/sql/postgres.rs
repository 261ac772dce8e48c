//! The books on a server: tables that several readers and one machine a partition share.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use referee_core::time::Timestamp;

use super::{Clusters, Placement, SCHEMA_VERSION, SqlBooks, SqlReads};
use crate::database::postgres::{Server, Store};
use crate::database::{Database, Pool};
use crate::error::{Error, Result};
use crate::intake::click_id::first_number_at;

const STORE: Store = Store {
    name: "books",
    version: SCHEMA_VERSION,
    schema: include_str!("../../../sql/books/schema.postgres.sql"),
    // Another version is a reason to rebuild them.
    upgrades: &[],
};
/// Quarters of a year that have tables of clicks ahead of time.
const QUARTERS_AHEAD: usize = 5;

/// The servers that hold books, by name.
pub type Servers = BTreeMap<String, Server>;

impl SqlBooks {
    /// Opens the books on some servers, and makes them where they are not there.
    pub fn open_on(servers: &Servers, placement: Arc<ArcSwap<Placement>>, installation: &str) -> Result<SqlBooks> {
        let mut clusters: BTreeMap<String, Box<dyn Database>> = BTreeMap::new();
        for (name, server) in servers {
            STORE.prepare(server, installation)?;
            clusters.insert(name.clone(), Box::new(server.connect()?));
        }
        Ok(SqlBooks::new(Clusters::new(clusters, placement)))
    }

    /// Makes room for the clicks of this quarter and some more.
    pub fn make_quarters(servers: &Servers, now: Timestamp) -> Result<()> {
        servers.values().try_for_each(|server| make_quarters(&mut server.connect()?, now))
    }
}

impl SqlReads {
    pub fn open_on(servers: &Servers, placement: Arc<ArcSwap<Placement>>) -> Result<SqlReads> {
        Ok(SqlReads::new(Clusters::new(pools(servers)?, placement)))
    }
}

pub fn pools(servers: &Servers) -> Result<BTreeMap<String, Pool>> {
    let mut pools = BTreeMap::new();
    for (name, server) in servers {
        let server = server.clone();
        pools.insert(name.clone(), Pool::open(Box::new(move || Ok(Box::new(server.connect()?))))?);
    }
    Ok(pools)
}

/// Tables for the clicks of this quarter and some more.
fn make_quarters(db: &mut dyn Database, now: Timestamp) -> Result<()> {
    let mut quarter = Quarter::at(now)?;
    for _ in 0..=QUARTERS_AHEAD {
        let next = quarter.next();
        let (from, to) = (first_number_at(quarter.start()?).0, first_number_at(next.start()?).0);
        let Quarter { year, number } = quarter;
        let sql = format!(
            "create table if not exists click_{year}_q{number} partition of click for values from ({from}) to ({to})"
        );
        if let Err(trouble) = db.run_script(&sql) {
            // Clicks whose clock ran ahead may lie in it already: they are found all the same.
            tracing::warn!(?trouble, year, quarter = number, "no table was made for the clicks of a quarter");
        }
        quarter = next;
    }
    Ok(())
}

/// Three months, by number from 1.
#[derive(Clone, Copy)]
struct Quarter {
    year: i16,
    number: i8,
}

impl Quarter {
    fn at(now: Timestamp) -> Result<Quarter> {
        let now = jiff::Timestamp::from_millisecond(now.0).map_err(|error| Error::setup("read the clock", error))?;
        let date = jiff::tz::Offset::UTC.to_datetime(now).date();
        Ok(Quarter { year: date.year(), number: (date.month() + 2) / 3 })
    }

    fn next(self) -> Quarter {
        match self.number {
            4 => Quarter { year: self.year + 1, number: 1 },
            _ => Quarter { number: self.number + 1, ..self },
        }
    }

    fn start(self) -> Result<Timestamp> {
        let date = jiff::civil::date(self.year, self.number * 3 - 2, 1).at(0, 0, 0, 0);
        let start = jiff::tz::Offset::UTC.to_timestamp(date).map_err(|error| Error::setup("count quarters", error))?;
        Ok(Timestamp(start.as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use referee_rig::Postgres;
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::books::conformance;
    use crate::books::sql::{DumpSource, MAIN, dump};
    use crate::database::Value;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);
    /// One brand has all rows, and the server has not looked at the table since it was empty.
    const GROWN: &str = "alter table identifier set (autovacuum_enabled = off);
        insert into identifier select 1, sha256(n::text::bytea), n, n, n from generate_series(1, 20000) n";
    /// As many keys as a batch has.
    const KEYS: u32 = 2_000;

    /// Such as in the first minute, and whenever a quarter begins.
    #[test]
    fn a_table_the_server_knows_nothing_of_is_not_read_as_a_whole() {
        let rig = Postgres::start();
        let server = Server::new(&rig.url()).unwrap();
        SqlBooks::open_on(&Servers::from([(MAIN.to_owned(), server.clone())]), Arc::default(), "test").unwrap();
        rig.psql(GROWN);
        let keys = (1..=KEYS).map(|n| Sha256::digest(n.to_string()).to_vec()).collect();
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/books");
        let file = file.join("load_identifiers.postgres.sql");
        let sql = format!("explain {}", std::fs::read_to_string(file).unwrap());
        let mut plan = String::new();
        let mut db = server.connect().unwrap();
        db.ask(&sql, &[1_u32.into(), Value::Blobs(keys)], &mut |row| {
            plan.push_str(row.text(0)?);
            Ok(())
        })
        .unwrap();
        assert!(plan.contains("(id = wanted.key)") && !plan.contains("Filter"), "{plan}");
    }

    #[test]
    fn they_conform() {
        let rig = Postgres::start();
        check(&rig, |name| rig.url_of(name));
    }

    #[test]
    fn they_conform_behind_a_pooler_that_gives_every_transaction_another_connection() {
        let rig = Postgres::start();
        let pooler = referee_rig::PgBouncer::before(&rig);
        check(&rig, |name| pooler.url_of(name));
    }

    fn check(rig: &Postgres, url_of: impl Fn(&str) -> String) {
        let folder = tempfile::tempdir().unwrap();
        let mut n = 0;
        conformance::check(&mut || {
            n += 1;
            let name = format!("books_{n}");
            rig.create_database(&name);
            let server = Server::new(&url_of(&name)).unwrap();
            let servers = Servers::from([(MAIN.to_owned(), server.clone())]);
            let books = SqlBooks::open_on(&servers, Arc::default(), "test").unwrap();
            SqlBooks::make_quarters(&servers, NOW).unwrap();
            let reads = Arc::new(SqlReads::open_on(&servers, Arc::default()).unwrap());
            let to = folder.path().join("dump");
            let dumper = move || {
                dump(vec![DumpSource::whole(Box::new(server.connect().unwrap()))], &to).unwrap();
                std::fs::read_to_string(&to).unwrap()
            };
            conformance::Subject { books: Box::new(books), reads, dump: Box::new(dumper) }
        });
    }
}
