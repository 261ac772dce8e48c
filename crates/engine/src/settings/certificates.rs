//! Certificates that this installation orders, and what it takes to order them: one edge orders a host's at a time, any
//! edge answers the authority's challenges, and all edges serve what comes in.

use std::collections::BTreeSet;

use referee_core::time::{DAY_MS, SECOND_MS, Timestamp};

use crate::database::{Answer, Database, Row, find, list};
use crate::error::Result;
use crate::values;

use super::Settings;

/// How long whoever orders has a host to himself: longer than an order may take.
pub(crate) const ORDER_LEASE_MS: i64 = 10 * 60 * SECOND_MS;
/// An authority looks within minutes; an answer that lies about longer helps nobody.
const CHALLENGE_MS: i64 = 60 * 60 * SECOND_MS;
/// A host that was not asked for in so long is one no more.
const FORGOTTEN_DAYS: u32 = 30;

/// What Let's Encrypt permits, with some room left for orders by other means: 300 orders of an account in three hours, and
/// 50 certificates of a registered domain in a week.
const ACCOUNT: Limit = Limit { orders: 250, window_ms: 3 * 60 * 60 * SECOND_MS };
const SITE: Limit = Limit { orders: 45, window_ms: 7 * DAY_MS };

struct Limit {
    orders: u64,
    window_ms: i64,
}

/// Which of its two ways an authority looks whether a host is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChallengeKind {
    Http01 = 1,
    TlsAlpn01 = 2,
}

/// How far a host's certificate is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    pub host: String,
    /// When the certificate that is held begins and ends, if one is.
    pub held: Option<(Timestamp, Timestamp)>,
    /// Tries that came to nothing since the last one that did.
    pub failures: u32,
    pub tried_at: Option<Timestamp>,
    pub next_try_at: Timestamp,
    /// Somebody orders it just now, until then at most.
    pub leased_until: Timestamp,
    /// Why the last try came to nothing, in words; empty where it did not.
    pub trouble: String,
}

/// A certificate as it is served.
pub struct StoredCertificate {
    pub host: String,
    /// PEM, the host's own first.
    pub chain: String,
    /// PEM.
    pub key: Vec<u8>,
    pub serial: u64,
}

/// The right to order a host's certificate until a moment.
#[derive(Debug)]
pub struct OrderLease {
    pub host: String,
    pub failures: u32,
    until: Timestamp,
}

/// A new certificate, with its key, as PEM.
pub struct Issued {
    pub chain: String,
    pub key: String,
    pub begins_at: Timestamp,
    pub ends_at: Timestamp,
    pub renew_at: Timestamp,
}

/// Whose orders are counted together.
pub struct Counted<'a> {
    pub directory: &'a str,
    /// The registered domain of a host.
    pub site_of: fn(&str) -> &str,
}

impl Settings {
    /// All hosts for which certificates were ever wanted here, for people.
    pub fn certificates(&self) -> Result<Vec<Certificate>> {
        let sql = include_str!("../../sql/settings/certificate_list.sql");
        self.ask("list the certificates", |db| list(db, sql, &[], read))
    }

    /// Notes hosts that are to have a certificate.
    pub fn want_certificates(&self, hosts: &BTreeSet<String>, now: Timestamp) -> Result<()> {
        let known: BTreeSet<String> = self.certificates()?.into_iter().map(|it| it.host).collect();
        let new: Vec<&String> = hosts.difference(&known).collect();
        if new.is_empty() {
            return Ok(());
        }
        let sql = include_str!("../../sql/settings/certificate_want.sql");
        self.change("note which certificates are wanted", |db| {
            new.iter().try_for_each(|host| db.run(sql, values![*host, now.0]).map(drop))
        })
    }

    /// The host of these whose turn it is, if one is due and nobody else orders it. Hosts for which too much was ordered of
    /// late are put off until that is long enough ago.
    pub fn lease_order(
        &self,
        hosts: &BTreeSet<String>,
        counted: &Counted<'_>,
        now: Timestamp,
    ) -> Result<Option<OrderLease>> {
        self.change("take a certificate to order", |db| {
            let due = include_str!("../../sql/settings/certificate_list_due.sql");
            let read = |row: &dyn Row| {
                let host = row.text(0)?.to_owned();
                Ok((OrderLease { host, failures: row.number(1)?, until: Timestamp(0) }, Timestamp(row.number(2)?)))
            };
            for (lease, leased_until) in list(db, due, values![now.0], read)? {
                if !hosts.contains(&lease.host) {
                    continue;
                }
                if let Some((free_at, trouble)) = limit(db, &lease.host, counted, now)? {
                    let sql = include_str!("../../sql/settings/certificate_put_off.sql");
                    db.run(sql, values![&lease.host, free_at.0, &trouble])?;
                    continue;
                }
                // Two leases of one host never end at the same moment, so each is known by its end.
                let until = now.plus_ms(ORDER_LEASE_MS).max(leased_until.plus_ms(1));
                let sql = include_str!("../../sql/settings/certificate_lease.sql");
                db.run(sql, values![&lease.host, until.0, now.0])?;
                return Ok(Some(OrderLease { until, ..lease }));
            }
            Ok(None)
        })
    }

    /// Counts an order that is about to be sent.
    pub fn count_order(&self, counted: &Counted<'_>, host: &str, now: Timestamp) -> Result<()> {
        let sql = include_str!("../../sql/settings/acme_order_create.sql");
        let values = values![counted.directory, (counted.site_of)(host), now.0];
        self.change("count an order", |db| db.run(sql, values)).map(drop)
    }

    /// Keeps what came of an order. False where the lease had ended and somebody else has the host.
    pub fn keep_certificate(&self, lease: &OrderLease, issued: &Issued) -> Result<bool> {
        let wrapped = self.vault.wrap(&purpose(&lease.host), issued.key.as_bytes())?;
        let sql = include_str!("../../sql/settings/certificate_keep.sql");
        let Issued { chain, begins_at, ends_at, renew_at, .. } = issued;
        let values = values![&lease.host, lease.until.0, chain, &wrapped, begins_at.0, ends_at.0, renew_at.0];
        self.change("keep a certificate", |db| db.run(sql, values)).map(|changed| changed == 1)
    }

    /// Writes down why an order came to nothing, and when it is tried again.
    pub fn fail_order(&self, lease: &OrderLease, next_try_at: Timestamp, trouble: &str) -> Result<bool> {
        let sql = include_str!("../../sql/settings/certificate_fail.sql");
        let values = values![&lease.host, lease.until.0, next_try_at.0, trouble];
        self.change("write down what became of an order", |db| db.run(sql, values)).map(|changed| changed == 1)
    }

    /// A person mended something: the host's turn is now. Limits still hold. False if it is being ordered, or due anyway.
    pub fn retry_certificate(&self, host: &str, now: Timestamp) -> Result<bool> {
        let sql = include_str!("../../sql/settings/certificate_retry.sql");
        self.change("order a certificate again", |db| db.run(sql, values![host, now.0])).map(|changed| changed == 1)
    }

    /// Nobody orders: for a process that is the only one, when it starts.
    pub fn free_certificates(&self) -> Result<()> {
        let sql = include_str!("../../sql/settings/certificate_free.sql");
        self.change("go on with certificates", |db| db.run(sql, &[])).map(drop)
    }

    /// Certificates that came in after a number, in order.
    pub fn certificates_after(&self, serial: u64) -> Result<Vec<StoredCertificate>> {
        let sql = include_str!("../../sql/settings/certificate_list_after.sql");
        let read = |row: &dyn Row| {
            let stored = (row.text(0)?.to_owned(), row.text(1)?.to_owned(), row.blob(2)?.to_vec());
            Ok((stored, row.number(3)?))
        };
        let rows = self.ask("read new certificates", |db| list(db, sql, values![serial], read))?;
        // One that is damaged is no reason to show none of the others.
        let open = |((host, chain, wrapped), serial): ((String, String, Vec<u8>), u64)| {
            let key = self.vault.unwrap(&purpose(&host), &wrapped);
            let key =
                key.inspect_err(|error| tracing::error!(host, %error, "a certificate's key can't be opened")).ok()?;
            Some(StoredCertificate { host, chain, key, serial })
        };
        Ok(rows.into_iter().filter_map(open).collect())
    }

    /// Who this installation is at an authority, as the authority's client wrote it.
    pub fn acme_account(&self, directory: &str) -> Result<Option<Vec<u8>>> {
        let sql = include_str!("../../sql/settings/acme_account_find.sql");
        let wrapped = self.ask("read the account of certificates", |db| {
            find(db, sql, values![directory], |row| Ok(row.blob(0)?.to_vec()))
        })?;
        wrapped.map(|wrapped| self.vault.unwrap(ACCOUNT_KEY, &wrapped)).transpose()
    }

    /// Keeps a new account, unless another process was quicker.
    pub fn keep_acme_account(&self, directory: &str, credentials: &[u8], now: Timestamp) -> Result<()> {
        let wrapped = self.vault.wrap(ACCOUNT_KEY, credentials)?;
        let sql = include_str!("../../sql/settings/acme_account_create.sql");
        let values = values![directory, &wrapped, now.0];
        self.change("keep the account of certificates", |db| db.run(sql, values)).map(drop)
    }

    /// The authority does not know the account any more.
    pub fn forget_acme_account(&self, directory: &str) -> Result<()> {
        let sql = include_str!("../../sql/settings/acme_account_delete.sql");
        self.change("forget the account of certificates", |db| db.run(sql, values![directory])).map(drop)
    }

    /// Lays an answer ready, for every edge.
    pub fn set_challenge(
        &self,
        host: &str,
        kind: ChallengeKind,
        (token, answer): (&str, &str),
        now: Timestamp,
    ) -> Result<()> {
        let sql = include_str!("../../sql/settings/acme_challenge_set.sql");
        let values = values![host, kind as u8, token, answer, now.plus_ms(CHALLENGE_MS).0];
        self.change("lay an answer ready", |db| db.run(sql, values)).map(drop)
    }

    /// The answer to a request for a token on the plain listener.
    pub fn challenge_by_token(&self, token: &str, now: Timestamp) -> Result<Option<String>> {
        let sql = include_str!("../../sql/settings/acme_challenge_find.sql");
        self.find_challenge(sql, token, ChallengeKind::Http01, now)
    }

    /// The answer to a handshake for a host.
    pub fn challenge_by_host(&self, host: &str, now: Timestamp) -> Result<Option<String>> {
        let sql = include_str!("../../sql/settings/acme_challenge_find_by_host.sql");
        self.find_challenge(sql, host, ChallengeKind::TlsAlpn01, now)
    }

    fn find_challenge(&self, sql: &str, by: &str, kind: ChallengeKind, now: Timestamp) -> Result<Option<String>> {
        let values = values![by, kind as u8, now.0];
        self.ask("find an answer to a challenge", |db| find(db, sql, values, |row| Ok(row.text(0)?.to_owned())))
    }

    pub fn remove_challenges(&self, host: &str) -> Result<()> {
        let sql = include_str!("../../sql/settings/acme_challenge_delete.sql");
        self.change("put an answer away", |db| db.run(sql, values![host])).map(drop)
    }

    /// Drops answers and counts that have had their time, and hosts that nobody wants any more.
    pub(super) fn clean_certificates(&self, now: Timestamp) -> Result<()> {
        self.change("clean up after certificates", |db| {
            db.run(include_str!("../../sql/settings/acme_challenge_delete_before.sql"), values![now.0])?;
            let counted = now.plus_ms(-SITE.window_ms);
            db.run(include_str!("../../sql/settings/acme_order_delete_before.sql"), values![counted.0])?;
            let forgotten = now.minus_days(FORGOTTEN_DAYS);
            db.run(include_str!("../../sql/settings/certificate_delete_before.sql"), values![forgotten.0])
        })
        .map(drop)
    }
}

const ACCOUNT_KEY: &str = "account of certificates";

/// What a key is wrapped for: none can be put in another host's place.
fn purpose(host: &str) -> String {
    format!("certificate's key of {host}")
}

/// Where too much was ordered of late: when that is long enough ago, and the words for it.
fn limit(
    db: &mut dyn Database,
    host: &str,
    counted: &Counted<'_>,
    now: Timestamp,
) -> Answer<Option<(Timestamp, String)>> {
    let read = |row: &dyn Row| Ok((row.number::<u64>(0)?, Timestamp(row.number(1)?)));
    let since = now.plus_ms(-ACCOUNT.window_ms).0;
    let sql = include_str!("../../sql/settings/acme_order_count.sql");
    let (orders, first) = find(db, sql, values![counted.directory, since], read)?.unwrap_or_default();
    if orders >= ACCOUNT.orders {
        let words = format!("{orders} certificates were ordered within three hours: the authority's limit is near");
        return Ok(Some((first.plus_ms(ACCOUNT.window_ms + 1), words)));
    }
    let (site, since) = ((counted.site_of)(host), now.plus_ms(-SITE.window_ms).0);
    let sql = include_str!("../../sql/settings/acme_order_count_site.sql");
    let (orders, first) = find(db, sql, values![counted.directory, since, site], read)?.unwrap_or_default();
    if orders >= SITE.orders {
        let words =
            format!("{orders} certificates of {site} were ordered within a week: the authority's limit is near");
        return Ok(Some((first.plus_ms(SITE.window_ms + 1), words)));
    }
    Ok(None)
}

fn read(row: &dyn Row) -> Result<Certificate> {
    let at = |column| row.number(column).map(Timestamp);
    let (begins_at, ends_at) = (at(1)?, at(2)?);
    Ok(Certificate {
        host: row.text(0)?.to_owned(),
        held: (ends_at.0 > 0).then_some((begins_at, ends_at)),
        failures: row.number(3)?,
        tried_at: row.some_number(4)?.map(Timestamp),
        next_try_at: at(5)?,
        leased_until: at(6)?,
        trouble: row.text(7)?.to_owned(),
    })
}
