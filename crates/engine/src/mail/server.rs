//! The mail server that takes what is sent: how the configuration names it, and one conversation with it.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use url::Url;

use super::letter::Letter;
use crate::error::{Error, Result};
use crate::secret::Secret;

/// A conversation that takes longer is given up: nobody waits for it, and the mail is tried again.
const PATIENCE: Duration = Duration::from_secs(30);
/// The mail is taken by then: whether the server says good-bye is all the same.
const GOOD_BYE: Duration = Duration::from_secs(1);
const WORDS_MAX: usize = 300;
const FORM: &str = "it is smtps://user@host:465, or smtp://user@host:587 for STARTTLS";

/// `mail` of the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// The server, such as `smtps://user:password@host:465`. None: mail waits for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp: Option<Secret>,
    /// Who mail is from, such as `Acme Partners <partners@acme.example>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// A file with the password, where it does not stand in the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// From the first byte.
    Tls,
    /// From the third line on, or nothing is sent.
    StartTls,
    /// On this computer only.
    None,
}

pub struct MailServer {
    host: String,
    port: u16,
    encryption: Encryption,
    user: Option<(String, String)>,
    from: Mailbox,
}

/// Why a mail was not taken, in words without a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// For good: trying again is no use.
    #[error("{0}")]
    Refused(String),
    /// This mail, now.
    #[error("{0}")]
    NotNow(String),
    /// The server can't be used now, for any mail.
    #[error("{0}")]
    Away(String),
}

impl MailConfig {
    pub fn over(self, weaker: MailConfig) -> MailConfig {
        MailConfig {
            smtp: self.smtp.or(weaker.smtp),
            from: self.from.or(weaker.from),
            password_file: self.password_file.or(weaker.password_file),
        }
    }

    /// An empty value, as a deployment may leave it, is none.
    pub fn without_empty(self) -> MailConfig {
        MailConfig {
            smtp: self.smtp.filter(|it| !it.0.is_empty()),
            from: self.from.filter(|it| !it.is_empty()),
            password_file: self.password_file.filter(|it| !it.as_os_str().is_empty()),
        }
    }

    /// What is wrong with it, without a look at the password's file.
    pub fn check(&self) -> std::result::Result<(), String> {
        self.parse().map(drop)
    }

    /// The server, if one is named.
    pub fn server(&self) -> Result<Option<MailServer>> {
        let setup = |cause| Error::setup("read the configuration of mail", cause);
        let Some(mut server) = self.parse().map_err(setup)? else { return Ok(None) };
        if let (Some((_, password)), Some(path)) = (&mut server.user, &self.password_file) {
            let text = std::fs::read_to_string(path);
            let text =
                text.map_err(|error| Error::setup(format!("read mail.password_file {}", path.display()), error))?;
            *password = text.trim_end_matches(['\r', '\n']).to_owned();
            if password.is_empty() {
                return Err(setup(format!("mail.password_file {} is empty", path.display())));
            }
        }
        Ok(Some(server))
    }

    fn parse(&self) -> std::result::Result<Option<MailServer>, String> {
        let Some(address) = &self.smtp else {
            let alone = self.from.is_some() || self.password_file.is_some();
            let why = "mail.smtp is missing: name the mail server, or leave mail.from and mail.password_file away too";
            return if alone { Err(why.into()) } else { Ok(None) };
        };
        // Causes never quote the address: it may hold a password.
        let url = Url::parse(&address.0).map_err(|error| format!("mail.smtp is no address ({error}): {FORM}"))?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let (encryption, port) = match url.scheme() {
            "smtps" => (Encryption::Tls, 465),
            "smtp" if is_loopback(&host) => (Encryption::None, 587),
            "smtp" => (Encryption::StartTls, 587),
            _ => return Err(format!("mail.smtp begins with neither smtps:// nor smtp://: {FORM}")),
        };
        let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        if host.is_empty() || !bare {
            return Err(format!("mail.smtp has no host, or something after the port: {FORM}"));
        }
        let Some(from) = &self.from else {
            return Err("mail.from is missing: say who mail is from, such as \"Acme <partners@acme.example>\"".into());
        };
        let from = mailbox(from)?;
        let user = self.user(&url)?;
        Ok(Some(MailServer { host, port: url.port().unwrap_or(port), encryption, user, from }))
    }

    /// The name to sign in with, and the password where it stands in the address.
    fn user(&self, url: &Url) -> std::result::Result<Option<(String, String)>, String> {
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        match (url.username(), url.password(), &self.password_file) {
            ("", None, None) => Ok(None),
            ("", _, _) => Err(format!("mail.smtp has no user for the password: {FORM}")),
            (_, Some(_), Some(_)) => Err("the password stands in mail.smtp and in mail.password_file: keep one".into()),
            (_, None, None) => {
                Err("mail.smtp has a user and no password: name its file in mail.password_file, or write it into the \
                     address as user:password@host"
                    .into())
            }
            (user, password, _) => Ok(Some((decoded(user), decoded(password.unwrap_or_default())))),
        }
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}

fn mailbox(text: &str) -> std::result::Result<Mailbox, String> {
    let wrong = || format!("mail.from {text:?} is not an e-mail address, such as \"Acme <partners@acme.example>\"");
    if text.contains(char::is_control) {
        return Err(wrong());
    }
    let mailbox: Mailbox = text.parse().map_err(|_| wrong())?;
    super::letter::address(mailbox.email.as_ref()).map_err(|_| wrong())?;
    Ok(mailbox)
}

impl MailServer {
    /// As people name it: never with the password.
    pub fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Hands a mail over.
    pub async fn send(&self, letter: &Letter<'_>) -> std::result::Result<(), Failure> {
        let message = letter.message(&self.from).map_err(Failure::Refused)?;
        match timeout(PATIENCE, self.hand_over(message.envelope(), &message.formatted())).await {
            Ok(Ok(mut connection)) => {
                // It is taken, so nothing that comes after may make it be sent again.
                _ = timeout(GOOD_BYE, connection.quit()).await;
                Ok(())
            }
            Ok(Err(failure)) => Err(failure),
            Err(_) => Err(Failure::Away(format!("{} gave no answer within {} s", self.name(), PATIENCE.as_secs()))),
        }
    }

    async fn hand_over(
        &self,
        envelope: &lettre::address::Envelope,
        text: &[u8],
    ) -> std::result::Result<AsyncSmtpConnection, Failure> {
        let connected = self.connect().await;
        // A no before any mail was named is one to this server's own sign-in.
        let mut connection = connected.map_err(|error| Failure::Away(self.words(&error)))?;
        match connection.send(envelope, text).await {
            Ok(_) => Ok(connection),
            Err(error) if wants_sign_in(&error) => Err(Failure::Away(self.words(&error))),
            Err(error) if error.is_permanent() || error.is_client() => Err(Failure::Refused(self.words(&error))),
            Err(error) => Err(Failure::NotNow(self.words(&error))),
        }
    }

    async fn connect(&self) -> std::result::Result<AsyncSmtpConnection, SmtpError> {
        let hello = ClientId::Domain(self.from.email.domain().to_owned());
        let tls = |needed: bool| needed.then(|| TlsParameters::new_rustls(self.host.clone())).transpose();
        let at = (self.host.as_str(), self.port);
        let wrapped = tls(self.encryption == Encryption::Tls)?;
        let mut connection = AsyncSmtpConnection::connect_tokio1(at, None, &hello, wrapped, None).await?;
        if let Some(tls) = tls(self.encryption == Encryption::StartTls)? {
            connection.starttls(tls, &hello).await?;
        }
        if let Some((user, password)) = &self.user {
            let credentials = Credentials::new(user.clone(), password.clone());
            connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await?;
        }
        Ok(connection)
    }

    /// What was said, on one line, and never with what signs in.
    fn words(&self, error: &SmtpError) -> String {
        let source = std::error::Error::source(error).map(ToString::to_string);
        let mut words = match (error.status(), source) {
            (Some(code), Some(said)) => format!("{} said: {code} {said}", self.name()),
            _ => format!("{}: {error}", self.name()),
        };
        if let Some((user, password)) = &self.user {
            let plain = STANDARD.encode(format!("\0{user}\0{password}"));
            for secret in [&plain, &STANDARD.encode(password), password] {
                words = words.replace(secret, "***");
            }
        }
        words.chars().map(|it| if it.is_control() { ' ' } else { it }).take(WORDS_MAX).collect()
    }

    #[cfg(test)]
    pub(super) fn encrypted(self, encryption: Encryption) -> MailServer {
        MailServer { encryption, ..self }
    }

    #[cfg(test)]
    pub(super) fn encryption(&self) -> Encryption {
        self.encryption
    }
}

/// The server wants another sign-in: that is no word about the mail.
fn wants_sign_in(error: &SmtpError) -> bool {
    error.status().is_some_and(|code| matches!(u16::from(code), 530 | 534 | 535 | 538))
}
