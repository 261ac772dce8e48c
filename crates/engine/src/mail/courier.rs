//! When which mail is tried: at once, then ever more seldom, and not for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use referee_core::time::{DAY_MS, SECOND_MS, Timestamp};
use sha2::{Digest, Sha256};

use super::{Failure, Letter, MailServer};
use crate::clock::Clock;
use crate::engine::blocking;
use crate::error::Result;
use crate::settings::{LeasedMail, Mail, MailOutcome, Settings};

/// Mails of one round: the next one follows within seconds.
const ROUND_MAX: usize = 100;
const MINUTE_MS: i64 = 60 * SECOND_MS;
/// The longest wait between two tries.
const WAIT_MAX_MS: i64 = 12 * 60 * MINUTE_MS;
/// The last try comes this long after the first.
const TRIED_MS: i64 = 3 * DAY_MS;

/// What became of mail in this process, and how much waits.
#[derive(Debug, Default)]
pub struct MailFigures {
    pub waiting: AtomicU64,
    pub sent: AtomicU64,
    /// Refused or given up.
    pub failed: AtomicU64,
    /// Tries that came to nothing, whatever became of the mail.
    pub tries_failed: AtomicU64,
}

/// Sends what is due. Without a server it only counts what waits.
pub async fn send_due(
    settings: &Arc<Settings>,
    clock: &Arc<dyn Clock>,
    server: Option<&MailServer>,
    figures: &MailFigures,
) -> Result<()> {
    if let Some(server) = server {
        for _ in 0..ROUND_MAX {
            if !send_next(settings, clock, server, figures).await? {
                break;
            }
        }
    }
    let settings = settings.clone();
    figures.waiting.store(blocking(move || settings.waiting_mails()).await?, Ordering::Relaxed);
    Ok(())
}

/// Whether it is worth going on: a mail was due, and the server could be spoken to.
async fn send_next(
    settings: &Arc<Settings>,
    clock: &Arc<dyn Clock>,
    server: &MailServer,
    figures: &MailFigures,
) -> Result<bool> {
    let (asked, now) = (settings.clone(), clock.now());
    let found = blocking(move || Ok((asked.lease_mail(now)?, asked.installation()?))).await?;
    let (Some(leased), installation) = found else { return Ok(false) };
    let mail = &leased.mail;
    let id = message_id(mail, &installation);
    let letter = Letter { id: &id, to: &mail.recipient, subject: &mail.subject, body: &mail.body, at: now };
    let sent = server.send(&letter).await;
    let goes_on = !matches!(sent, Err(Failure::Away(_)));
    let now = clock.now();
    let outcome = outcome(&leased, sent, now);
    tell(&leased, &outcome, figures);
    let settings = settings.clone();
    blocking(move || settings.finish_mail(&leased, &outcome, now)).await?;
    Ok(goes_on)
}

/// The same for every try. A restored backup may give a number again, but not with the same moment.
fn message_id(mail: &Mail, installation: &str) -> String {
    let digest = Sha256::digest(installation.as_bytes());
    let whose: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{}.{}.{}.{whose}", mail.brand, mail.number, mail.created_at.0)
}

fn outcome(leased: &LeasedMail, sent: std::result::Result<(), Failure>, now: Timestamp) -> MailOutcome {
    match sent {
        Ok(()) => MailOutcome::Sent,
        Err(Failure::Refused(trouble)) => MailOutcome::Refused { trouble },
        Err(Failure::NotNow(trouble) | Failure::Away(trouble)) => {
            let end = leased.first_tried_at.plus_ms(TRIED_MS);
            if now >= end {
                MailOutcome::GivenUp { trouble }
            } else {
                MailOutcome::TryAgain { at: now.plus_ms(wait_ms(leased.mail.tries)).min(end), trouble }
            }
        }
    }
}

/// The wait after a try, where so many failed before it: 1, 2, 4 minutes and so on.
fn wait_ms(failed_before: u32) -> i64 {
    let doubled = 1_i64.checked_shl(failed_before).filter(|_| failed_before < 20);
    doubled.map_or(WAIT_MAX_MS, |times| (times * MINUTE_MS).min(WAIT_MAX_MS))
}

/// In the log and in figures; never what the mail says, nor to whom.
fn tell(leased: &LeasedMail, outcome: &MailOutcome, figures: &MailFigures) {
    let (brand, number) = (leased.mail.brand.0, leased.mail.number);
    let count = |figure: &AtomicU64| _ = figure.fetch_add(1, Ordering::Relaxed);
    match outcome {
        MailOutcome::Sent => {
            count(&figures.sent);
            tracing::info!(brand, number, "a mail was sent");
        }
        MailOutcome::TryAgain { .. } => {
            count(&figures.tries_failed);
            tracing::warn!(
                brand,
                number,
                tries = leased.mail.tries + 1,
                "a mail was not taken and will be tried again"
            );
        }
        MailOutcome::Refused { .. } | MailOutcome::GivenUp { .. } => {
            count(&figures.tries_failed);
            count(&figures.failed);
            tracing::error!(brand, number, "a mail can't be sent: the console says why, under Mail");
        }
    }
}
