//! Whose a token is, also while the settings are away: a program that was let in before is let in on what was known.
//! Otherwise an edge that is cut off could keep reports on its own disk, and yet take none, as it knew nobody.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use referee_core::time::Timestamp;

use crate::engine::blocking;
use crate::error::{Error, Result};
use crate::limits::{KNOWN_TOKEN_MINUTES, KNOWN_TOKEN_WAIT_MS, TOKEN_USED_EVERY_MS, TOKEN_WAIT_MS};
use crate::settings::{Settings, Token, digest};

/// Settings that did not answer are asked again this often, by one request of all.
const ASK_AGAIN: Duration = Duration::from_secs(1);

pub struct Credentials {
    settings: Arc<Settings>,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    /// By the secret's hash, with the moment when the settings last said so.
    tokens: HashMap<Vec<u8>, (Token, Instant)>,
    /// When it was last written down that a token was used.
    said: HashMap<i64, Timestamp>,
    /// The settings did not answer: when they are asked again.
    away_until: Option<Instant>,
}

impl Memory {
    fn find(&self, digest: &[u8]) -> Option<Token> {
        let good = Duration::from_secs(KNOWN_TOKEN_MINUTES * 60);
        self.tokens.get(digest).filter(|(_, at)| at.elapsed() < good).map(|(token, _)| token.clone())
    }

    /// Whether a request asks, of those that can do without. While the settings are away it is one at a time.
    fn asks(&mut self) -> bool {
        let now = Instant::now();
        match self.away_until {
            Some(until) if until > now => false,
            Some(_) => {
                self.away_until = Some(now + ASK_AGAIN);
                true
            }
            None => true,
        }
    }

    fn learn(&mut self, digest: Vec<u8>, found: Option<&Token>) {
        self.away_until = None;
        match found {
            Some(token) => _ = self.tokens.insert(digest, (token.clone(), Instant::now())),
            None => _ = self.tokens.remove(&digest),
        }
    }
}

impl Credentials {
    pub fn new(settings: Arc<Settings>) -> Credentials {
        Credentials { settings, memory: Mutex::default() }
    }

    /// The token with this secret, unless it was revoked.
    pub async fn find(&self, secret: &str, now: Timestamp) -> Result<Option<Token>> {
        let digest = digest(secret);
        let known = self.memory().find(&digest);
        if known.is_some() && !self.memory().asks() {
            return Ok(known);
        }
        let wait = if known.is_some() { KNOWN_TOKEN_WAIT_MS } else { TOKEN_WAIT_MS };
        let (settings, secret) = (self.settings.clone(), secret.to_owned());
        let asked = blocking(move || settings.find_token(&secret));
        let error = match tokio::time::timeout(Duration::from_millis(wait), asked).await {
            Ok(Ok(found)) => {
                self.memory().learn(digest, found.as_ref());
                found.iter().for_each(|token| self.used(token, now));
                return Ok(found);
            }
            Ok(Err(error @ Error::Unavailable(_))) => error,
            Ok(Err(error)) => return Err(error),
            Err(_) => Error::unavailable("find a token", "the settings did not answer in time"),
        };
        self.memory().away_until = Some(Instant::now() + ASK_AGAIN);
        known.map(Some).ok_or(error)
    }

    /// Writes down that a token was used, beside the answer, and not each time. The settings have just answered.
    fn used(&self, token: &Token, now: Timestamp) {
        let recent = |at: Timestamp| now.since_ms(at) < TOKEN_USED_EVERY_MS;
        let said = self.memory().said.get(&token.id).copied();
        if token.used_at.is_some_and(recent) || said.is_some_and(recent) {
            return;
        }
        self.memory().said.insert(token.id, now);
        let (settings, id) = (self.settings.clone(), token.id);
        tokio::spawn(async move {
            if let Err(error) = blocking(move || settings.token_used(id, now)).await {
                tracing::debug!(%error, "that a token was used could not be written down");
            }
        });
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        // What the lock guards is whole between statements.
        self.memory.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use referee_core::id::BrandId;
    use referee_rig::Postgres;

    use super::*;
    use crate::database::postgres::Server;
    use crate::settings::{NewBrand, TokenKind};

    #[test]
    fn who_was_let_in_is_let_in_while_the_settings_are_away() {
        let (mut rig, folder) = (Postgres::start(), tempfile::tempdir().unwrap());
        let server = Server::new(&rig.url()).unwrap();
        let settings = Arc::new(Settings::open_on(&server, &folder.path().join("referee.key")).unwrap());
        let now = Timestamp(1_800_000_000_000);
        let brand: BrandId = settings.create_brand(&NewBrand { name: "Acme".into() }, now).unwrap();
        let token = |name| settings.create_token(brand, TokenKind::Api, name, &["read"], now).unwrap();
        let (used, unused) = (token("used"), token("unused"));
        let credentials = Credentials::new(settings.clone());
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_time().build().unwrap();
        let find = |secret: &str| runtime.block_on(credentials.find(secret, now));
        assert_eq!(find(&used.secret).unwrap().unwrap().name, "used");
        assert!(find("nobody's").unwrap().is_none());

        // It accepts connections and answers nothing.
        rig.pause();
        let asked = Instant::now();
        for _ in 0..20 {
            assert_eq!(find(&used.secret).unwrap().unwrap().name, "used");
        }
        assert!(asked.elapsed() < Duration::from_secs(2), "only one waits: {:?}", asked.elapsed());
        assert!(matches!(find(&unused.secret), Err(Error::Unavailable(_))), "nothing is known of it");

        rig.resume();
        settings.revoke_token(brand, None, used.id, now).unwrap();
        let until = Instant::now() + Duration::from_secs(20);
        while find(&used.secret).unwrap().is_some() {
            assert!(Instant::now() < until, "what was revoked is refused when the settings are back");
        }
    }
}
