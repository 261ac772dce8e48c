//! Tracking domains of the open internet: who says that a host is theirs, and who proved it.

use std::collections::HashSet;

use referee_core::id::BrandId;
use referee_core::time::Timestamp;

use crate::database::{Database, Row, Trouble, find, list};
use crate::domain::Method;
use crate::error::Result;
use crate::values;

use super::placement::note_change;
use super::{Settings, random_text};

/// Words of a trouble that are kept.
const TROUBLE_CHARS_MAX: usize = 500;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackingDomain {
    pub host: String,
    /// What the record of DNS or the file says. No secret: it proves something only where the brand alone can put it.
    pub token: String,
    pub created_at: Timestamp,
    /// None: it gets no certificate, and is not served unless it was in use before.
    pub verified_at: Option<Timestamp>,
    /// It was served before a proof was asked for.
    pub in_use: bool,
    pub method: Option<Method>,
    pub checked_at: Option<Timestamp>,
    /// What was found in place of a proof when it was looked for the last time.
    pub trouble: String,
}

/// What came of a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    Yes,
    /// Another brand had proved it before.
    Taken,
    /// The brand does not say any more that it is its own.
    Unknown,
}

impl Settings {
    /// A brand says that a host is its own; until it is proved, nothing is served there for the brand, unless it is in use
    /// already.
    pub fn claim_domain(&self, brand: BrandId, host: &str, in_use: bool, now: Timestamp) -> Result<()> {
        let token = random_text();
        self.change("keep a tracking domain", |db| {
            let sql = include_str!("../../sql/settings/domain_create.sql");
            match db.run(sql, values![brand.0, host, &token, now.0, u8::from(in_use)])? {
                0 => Ok(()),
                _ => note_change(db),
            }
        })
    }

    pub fn release_domain(&self, brand: BrandId, host: &str) -> Result<()> {
        self.change("forget a tracking domain", |db| {
            db.run(include_str!("../../sql/settings/domain_delete.sql"), values![brand.0, host])?;
            note_change(db)
        })
    }

    pub fn domains(&self, brand: BrandId) -> Result<Vec<TrackingDomain>> {
        let sql = include_str!("../../sql/settings/domain_list.sql");
        self.ask("read the tracking domains", |db| list(db, sql, values![brand.0], domain))
    }

    pub fn domain(&self, brand: BrandId, host: &str) -> Result<Option<TrackingDomain>> {
        let sql = include_str!("../../sql/settings/domain_find.sql");
        self.ask("read a tracking domain", |db| find(db, sql, values![brand.0, host], domain))
    }

    /// Whose a host is, if that was proved.
    pub fn domain_owner(&self, host: &str) -> Result<Option<BrandId>> {
        self.ask("read whose a tracking domain is", |db| owner(db, host))
    }

    /// The host was proved to be the brand's.
    pub fn verify_domain(&self, brand: BrandId, host: &str, method: Method, now: Timestamp) -> Result<Verified> {
        let verified = self.try_change(|db| {
            if owner(db, host)?.is_some_and(|owner| owner != brand) {
                return Ok(Verified::Taken);
            }
            let sql = include_str!("../../sql/settings/domain_verify.sql");
            match db.run(sql, values![brand.0, host, now.0, method as u8])? {
                0 => Ok(Verified::Unknown),
                _ => note_change(db).map(|()| Verified::Yes),
            }
        });
        match verified {
            Err(Trouble::Taken(_)) => Ok(Verified::Taken),
            verified => verified.map_err(|trouble| trouble.doing("verify a tracking domain")),
        }
    }

    /// A proof was looked for and not found. A host that was verified stays so: a name server that is away must not stop
    /// a shop's links.
    pub fn note_domain_trouble(&self, brand: BrandId, host: &str, trouble: &str, now: Timestamp) -> Result<()> {
        let trouble: String = trouble.chars().take(TROUBLE_CHARS_MAX).collect();
        let sql = include_str!("../../sql/settings/domain_check.sql");
        self.change("note what came of a tracking domain", |db| {
            db.run(sql, values![brand.0, host, now.0, &trouble]).map(drop)
        })
    }

    /// Those that nobody has looked at since the first moment, or since the second if they are verified. What was claimed
    /// before the third and never proved is left alone.
    pub fn domains_due(
        &self,
        since: Timestamp,
        verified_since: Timestamp,
        given_up: Timestamp,
        most: u32,
    ) -> Result<Vec<(BrandId, String)>> {
        let sql = include_str!("../../sql/settings/domain_list_due.sql");
        self.ask("read which tracking domains are due", |db| {
            list(db, sql, values![since.0, verified_since.0, given_up.0, most], of_brand)
        })
    }

    /// What must not be served yet, and for whom.
    pub(super) fn unverified_domains(&self) -> Result<HashSet<(BrandId, String)>> {
        let sql = include_str!("../../sql/settings/domain_list_unverified.sql");
        let found = self.ask("read the tracking domains", |db| list(db, sql, &[], of_brand))?;
        Ok(found.into_iter().collect())
    }

    pub(super) fn proved_domains(&self) -> Result<HashSet<String>> {
        let sql = include_str!("../../sql/settings/domain_list_proved.sql");
        let hosts =
            self.ask("read the tracking domains", |db| list(db, sql, &[], |row| Ok(row.text(0)?.to_owned())))?;
        Ok(hosts.into_iter().collect())
    }
}

fn owner(db: &mut dyn Database, host: &str) -> crate::database::Answer<Option<BrandId>> {
    let sql = include_str!("../../sql/settings/domain_find_owner.sql");
    find(db, sql, values![host], |row| row.number(0).map(BrandId))
}

fn of_brand(row: &dyn Row) -> Result<(BrandId, String)> {
    Ok((BrandId(row.number(0)?), row.text(1)?.to_owned()))
}

fn domain(row: &dyn Row) -> Result<TrackingDomain> {
    let method: Option<u8> = row.some_number(4)?;
    Ok(TrackingDomain {
        host: row.text(0)?.to_owned(),
        token: row.text(1)?.to_owned(),
        created_at: Timestamp(row.number(2)?),
        verified_at: row.some_number(3)?.map(Timestamp),
        method: Method::ALL.into_iter().find(|it| method == Some(*it as u8)),
        checked_at: row.some_number(5)?.map(Timestamp),
        trouble: row.text(6)?.to_owned(),
        in_use: row.number::<u8>(7)? != 0,
    })
}
