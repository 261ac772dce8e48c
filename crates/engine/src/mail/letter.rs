//! One mail as a server takes it: plain text, and nothing of what people typed where headers stand.

use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};
use lettre::{Address, Message};
use referee_core::time::Timestamp;

/// A line of a mail program shows less.
const SUBJECT_CHARS_MAX: usize = 200;
const ADDRESS_CHARS_MAX: usize = 254;

pub struct Letter<'a> {
    /// The same for every try, so that a repetition is known as one. Without `<`, `@` and domain.
    pub id: &'a str,
    pub to: &'a str,
    pub subject: &'a str,
    pub body: &'a str,
    pub at: Timestamp,
}

impl Letter<'_> {
    /// As bytes with an envelope, or why it can't be a mail.
    pub(super) fn message(&self, from: &Mailbox) -> Result<Message, String> {
        let to = address(self.to)?;
        let subject = self.subject;
        if subject.chars().count() > SUBJECT_CHARS_MAX || subject.contains(char::is_control) {
            return Err(format!("the subject has a line break or more than {SUBJECT_CHARS_MAX} characters"));
        }
        let since = Duration::from_millis(u64::try_from(self.at.0).unwrap_or_default());
        let mut builder = Message::builder()
            .message_id(Some(format!("<{}@{}>", self.id, from.email.domain())))
            .date(UNIX_EPOCH + since)
            .from(from.clone())
            .to(Mailbox::new(None, to))
            .subject(subject);
        // So that no absence note answers.
        if let Ok(name) = HeaderName::new_from_ascii("Auto-Submitted".into()) {
            builder = builder.raw_header(HeaderValue::new(name, "auto-generated".into()));
        }
        builder.singlepart(SinglePart::plain(self.body.to_owned())).map_err(|error| error.to_string())
    }
}

/// An address that mail can go to: one, without a name, and with nothing that a header or a command could be made of.
pub(super) fn address(text: &str) -> Result<Address, String> {
    let plain = text.chars().all(|it| !it.is_control() && !it.is_whitespace() && !"\"(),:;<>[]\\".contains(it));
    let refused = || "this is not an e-mail address that mail can be sent to".to_owned();
    if !plain || text.len() > ADDRESS_CHARS_MAX {
        return Err(refused());
    }
    text.parse().map_err(|_| refused())
}
