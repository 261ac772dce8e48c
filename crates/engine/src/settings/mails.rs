//! Mail that people must get. It is written down in the transaction of what it tells of, so none is forgotten.

use referee_core::id::BrandId;
use referee_core::time::Timestamp;

use crate::database::{Answer, Database, list};
use crate::error::Result;
use crate::values;

use super::Settings;

/// Mail of a brand that is looked at: more than anybody reads.
const MAILS_SHOWN_MAX: u32 = 200;

#[derive(Debug, Clone)]
pub struct Mail {
    pub number: u32,
    pub recipient: String,
    pub subject: String,
    pub body: String,
    pub created_at: Timestamp,
    pub sent_at: Option<Timestamp>,
}

impl Settings {
    /// Newest first.
    pub fn mails(&self, brand: BrandId) -> Result<Vec<Mail>> {
        let sql = include_str!("../../sql/settings/mail_list.sql");
        self.ask("read the mail", |db| {
            list(db, sql, values![brand.0, MAILS_SHOWN_MAX], |row| {
                Ok(Mail {
                    number: row.number(0)?,
                    recipient: row.text(1)?.to_owned(),
                    subject: row.text(2)?.to_owned(),
                    body: row.text(3)?.to_owned(),
                    created_at: Timestamp(row.number(4)?),
                    sent_at: row.some_number(5)?.map(Timestamp),
                })
            })
        })
    }

    /// Somebody sent it. False if there is none of this number that waits.
    pub fn mark_mail_sent(&self, brand: BrandId, number: u32, now: Timestamp) -> Result<bool> {
        let sql = include_str!("../../sql/settings/mail_sent.sql");
        self.change("mark a mail as sent", |db| db.run(sql, values![brand.0, number, now.0]))
            .map(|changed| changed == 1)
    }
}

/// Adds a mail within a transaction.
pub(super) fn write_mail(
    db: &mut dyn Database,
    brand: BrandId,
    recipient: &str,
    (subject, body): (&str, &str),
    now: Timestamp,
) -> Answer<()> {
    let sql = include_str!("../../sql/settings/mail_create.sql");
    db.run(sql, values![brand.0, recipient, subject, body, now.0]).map(drop)
}
