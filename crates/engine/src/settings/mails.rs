//! Mail that people must get. It is written down in the transaction of what it tells of, so none is forgotten, and
//! whoever sends it has a lease on it, so that none is sent twice.

use referee_core::id::BrandId;
use referee_core::time::Timestamp;

use crate::database::{Answer, Database, Row, find, list};
use crate::error::{Error, Result};
use crate::values;

use super::Settings;

/// Mail of a brand that is looked at: more than anybody reads.
const MAILS_SHOWN_MAX: u32 = 200;
/// How long whoever sends a mail has it to himself: longer than any try takes.
pub(crate) const MAIL_LEASE_MS: i64 = 120_000;

/// How far a mail came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailState {
    /// The queries for what is due name this number themselves, as their index does.
    Waiting = 0,
    Sent = 1,
    /// The mail server said no for good.
    Refused = 2,
    /// The mail server could not be won over in time.
    GivenUp = 3,
}

impl MailState {
    pub const ALL: [MailState; 4] = [MailState::Waiting, MailState::Sent, MailState::Refused, MailState::GivenUp];

    /// As addresses of pages name it.
    pub fn code(self) -> &'static str {
        match self {
            MailState::Waiting => "waiting",
            MailState::Sent => "sent",
            MailState::Refused => "refused",
            MailState::GivenUp => "given_up",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Mail {
    pub brand: BrandId,
    pub number: u32,
    pub recipient: String,
    pub subject: String,
    pub body: String,
    pub created_at: Timestamp,
    pub sent_at: Option<Timestamp>,
    pub state: MailState,
    pub tries: u32,
    pub first_tried_at: Option<Timestamp>,
    /// When it is tried next.
    pub due_at: Timestamp,
    pub leased_until: Timestamp,
    /// What the last try came to, where it failed.
    pub trouble: String,
}

/// A mail, and the right to send it until a moment.
#[derive(Debug)]
pub struct LeasedMail {
    pub mail: Mail,
    /// When the first try began, which may be this one.
    pub first_tried_at: Timestamp,
    until: Timestamp,
}

/// What a try came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailOutcome {
    Sent,
    TryAgain { at: Timestamp, trouble: String },
    Refused { trouble: String },
    GivenUp { trouble: String },
}

impl Settings {
    /// Newest first; of one state, or all.
    pub fn mails(&self, brand: BrandId, state: Option<MailState>) -> Result<Vec<Mail>> {
        let sql = include_str!("../../sql/settings/mail_list.sql");
        let state = state.map_or(-1, |it| it as i64);
        self.ask("read the mail", |db| list(db, sql, values![brand.0, state, MAILS_SHOWN_MAX], read))
    }

    pub(super) fn delete_mail_before(&self, before: Timestamp) -> Result<()> {
        let sql = include_str!("../../sql/settings/mail_delete_before.sql");
        self.change("forget old mail", |db| db.run(sql, values![before.0])).map(drop)
    }

    /// Somebody sent it. False if there is none of this number that waits, or it is being sent.
    pub fn mark_mail_sent(&self, brand: BrandId, number: u32, now: Timestamp) -> Result<bool> {
        let sql = include_str!("../../sql/settings/mail_sent.sql");
        let values = values![brand.0, number, now.0, MailState::Sent as u8];
        self.change("mark a mail as sent", |db| db.run(sql, values)).map(|changed| changed == 1)
    }

    /// It is tried anew, and at once. False if there is none of this number that was not sent, or it is being sent.
    pub fn retry_mail(&self, brand: BrandId, number: u32, now: Timestamp) -> Result<bool> {
        let sql = include_str!("../../sql/settings/mail_retry.sql");
        let values = values![brand.0, number, now.0, MailState::Waiting as u8];
        self.change("try a mail again", |db| db.run(sql, values)).map(|changed| changed == 1)
    }

    /// The mail that has waited longest for its next try, if one is due and nobody else is sending it.
    pub fn lease_mail(&self, now: Timestamp) -> Result<Option<LeasedMail>> {
        self.change("take a mail to send", |db| {
            let due = include_str!("../../sql/settings/mail_find_due.sql");
            let Some(mail) = find(db, due, values![now.0], read)? else { return Ok(None) };
            // Two leases on one mail never end at the same moment, so each is known by its end.
            let until = now.plus_ms(MAIL_LEASE_MS).max(mail.leased_until.plus_ms(1));
            let lease = include_str!("../../sql/settings/mail_lease.sql");
            db.run(lease, values![mail.brand.0, mail.number, until.0, now.0])?;
            Ok(Some(LeasedMail { first_tried_at: mail.first_tried_at.unwrap_or(now), until, mail }))
        })
    }

    /// Writes down what a try came to. False where the lease had ended and somebody else has the mail.
    pub fn finish_mail(&self, leased: &LeasedMail, outcome: &MailOutcome, now: Timestamp) -> Result<bool> {
        let due_at = leased.mail.due_at;
        let (state, sent_at, due_at, trouble) = match outcome {
            MailOutcome::Sent => (MailState::Sent, Some(now.0), due_at, ""),
            MailOutcome::TryAgain { at, trouble } => (MailState::Waiting, None, *at, trouble.as_str()),
            MailOutcome::Refused { trouble } => (MailState::Refused, None, due_at, trouble.as_str()),
            MailOutcome::GivenUp { trouble } => (MailState::GivenUp, None, due_at, trouble.as_str()),
        };
        let sql = include_str!("../../sql/settings/mail_finish.sql");
        let (brand, number) = (leased.mail.brand.0, leased.mail.number);
        let values = values![brand, number, leased.until.0, state as u8, sent_at, due_at.0, trouble];
        self.change("write down what became of a mail", |db| db.run(sql, values)).map(|changed| changed == 1)
    }

    /// Nobody is sending: for a process that is the only one, when it starts.
    pub fn free_mails(&self) -> Result<()> {
        let sql = include_str!("../../sql/settings/mail_free.sql");
        self.change("go on with the mail", |db| db.run(sql, &[])).map(drop)
    }

    /// How many mails of all brands wait.
    pub fn waiting_mails(&self) -> Result<u64> {
        let sql = include_str!("../../sql/settings/mail_count.sql");
        Ok(self.ask("count the mail", |db| find(db, sql, &[], |row| row.number(0)))?.unwrap_or_default())
    }
}

fn read(row: &dyn Row) -> Result<Mail> {
    let state: u8 = row.number(7)?;
    let state = MailState::ALL.into_iter().find(|it| *it as u8 == state);
    let text = |column| row.text(column).map(str::to_owned);
    let at = |column| row.number(column).map(Timestamp);
    Ok(Mail {
        brand: BrandId(row.number(0)?),
        number: row.number(1)?,
        recipient: text(2)?,
        subject: text(3)?,
        body: text(4)?,
        created_at: at(5)?,
        sent_at: row.some_number(6)?.map(Timestamp),
        state: state.ok_or_else(|| Error::corrupt("read the mail", "there is no such state"))?,
        tries: row.number(8)?,
        first_tried_at: row.some_number(9)?.map(Timestamp),
        due_at: at(10)?,
        leased_until: at(11)?,
        trouble: text(12)?,
    })
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

#[cfg(test)]
impl Settings {
    pub(crate) fn add_mail(&self, brand: BrandId, recipient: &str, subject: &str, now: Timestamp) {
        self.change("add a mail", |db| write_mail(db, brand, recipient, (subject, "Grüße\nund Küsse\n"), now)).unwrap();
    }
}
