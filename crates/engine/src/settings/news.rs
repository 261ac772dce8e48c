//! Mail about what happened in the books: each thing is told once to each who wants to hear it.

use referee_core::id::{BrandId, PartnerId, RecordNo, UserId};
use referee_core::time::Timestamp;

use crate::database::{find, list};
use crate::error::Result;
use crate::mail::MailTopic;
use crate::mail::words::Words;
use crate::values;

use super::Settings;

/// What people are told by mail.
pub struct News {
    /// Whose people; None: those of the brand who manage.
    pub partner: Option<PartnerId>,
    pub topic: MailTopic,
    /// What names it among all of the brand, so that it is told once.
    pub about: String,
    pub words: Words,
}

impl Settings {
    /// Up to which record of a brand partners were told; None: never yet.
    pub fn mail_mark(&self, brand: BrandId) -> Result<Option<RecordNo>> {
        let sql = include_str!("../../sql/settings/mail_mark_find.sql");
        self.ask("read how far partners were told", |db| {
            find(db, sql, values![brand.0], |row| row.number(0).map(RecordNo))
        })
    }

    /// Those of which nobody was told yet.
    pub fn untold(&self, brand: BrandId, news: Vec<News>) -> Result<Vec<News>> {
        let sql = include_str!("../../sql/settings/mail_find_about.sql");
        self.ask("look for mails", |db| {
            let mut untold = Vec::new();
            for piece in news {
                if find(db, sql, values![brand.0, &piece.about], |_| Ok(()))?.is_none() {
                    untold.push(piece);
                }
            }
            Ok(untold)
        })
    }

    /// Writes mails to all who are to hear, and how far they were told then.
    pub fn tell(&self, brand: BrandId, news: &[News], mark: Option<RecordNo>, now: Timestamp) -> Result<()> {
        let mut letters: Vec<(&News, String)> = Vec::new();
        for piece in news {
            let to = self.people_who_want(brand, piece)?;
            letters.extend(to.into_iter().map(|address| (piece, address)));
        }
        if letters.is_empty() && mark.is_none() {
            return Ok(());
        }
        self.change("tell partners", |db| {
            for (piece, address) in &letters {
                let sql = include_str!("../../sql/settings/mail_tell.sql");
                let (subject, body) = (&piece.words.subject, &piece.words.body);
                db.run(sql, values![brand.0, address, subject, body, now.0, &piece.about])?;
            }
            let Some(mark) = mark else { return Ok(()) };
            db.run(include_str!("../../sql/settings/mail_mark_set.sql"), values![brand.0, mark.0]).map(drop)
        })
    }

    fn people_who_want(&self, brand: BrandId, piece: &News) -> Result<Vec<String>> {
        let sql = include_str!("../../sql/settings/mail_recipients.sql");
        let values = values![brand.0, piece.partner.map(|it| it.0), piece.topic as u8];
        self.ask("find who is to be told", |db| list(db, sql, values, |row| Ok(row.text(0)?.to_owned())))
    }

    /// Of what somebody does not want to hear by mail.
    pub fn unwanted_mail(&self, user: UserId, brand: BrandId) -> Result<Vec<MailTopic>> {
        let sql = include_str!("../../sql/settings/mail_unwanted_list.sql");
        let topics = self.ask("read which mail is unwanted", |db| {
            list(db, sql, values![user.0, brand.0], |row| row.number::<u8>(0))
        })?;
        Ok(MailTopic::ALL.into_iter().filter(|it| topics.contains(&(*it as u8))).collect())
    }

    pub fn set_unwanted_mail(&self, user: UserId, brand: BrandId, topics: &[MailTopic]) -> Result<()> {
        self.change("keep which mail is unwanted", |db| {
            db.run(include_str!("../../sql/settings/mail_unwanted_delete.sql"), values![user.0, brand.0])?;
            let sql = include_str!("../../sql/settings/mail_unwanted_create.sql");
            topics.iter().try_for_each(|it| db.run(sql, values![user.0, brand.0, *it as u8]).map(drop))
        })
    }
}
