//! One order: an account, the authority's look at the host, a new key, and the certificate.

use std::sync::Arc;
use std::time::Duration;

use instant_acme::{
    Account, AccountBuilder, AccountCredentials, AuthorizationStatus, ChallengeType, Error as AcmeError, Identifier,
    NewAccount, NewOrder, OrderStatus, Problem, RetryPolicy,
};
use rcgen::{CertificateParams, CustomExtension, KeyPair};
use referee_core::time::Timestamp;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::sign::CertifiedKey;
use sha2::{Digest, Sha256};
use tokio::time::timeout;

use super::acme::{Acme, Challenge};
use super::orders::Orders;
use super::pair::Pair;
use crate::engine::blocking;
use crate::error::Error;
use crate::settings::{Issued, Settings};

/// An order is given up after it: well before its lease ends.
const PATIENCE: Duration = Duration::from_secs(5 * 60);
/// How long the authority may look at the host, or make the certificate.
const LOOK: RetryPolicy = RetryPolicy::new().initial_delay(Duration::from_millis(250)).backoff(1.5).timeout(HALF);
const HALF: Duration = Duration::from_secs(2 * 60);
/// Words of an authority that a person may want to read.
const WORDS_MAX: usize = 600;

/// Why there is no certificate.
#[derive(Debug)]
pub(super) enum Failure {
    /// The authority looked at the host and was not content, or refuses this order.
    Refused(String),
    /// It says that too much was asked of it.
    TooMuch(String),
    /// It could not be asked.
    Away(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Away(error.to_string())
    }
}

/// Orders a host's certificate, by one of the ways to show that it is ours.
pub(super) async fn order(orders: &Orders, host: &str, challenge: Challenge) -> Result<Issued, Failure> {
    let acme = &orders.acme;
    let done = timeout(PATIENCE, place(orders, host, challenge)).await;
    let (settings, put_away) = (orders.settings.clone(), host.to_owned());
    // Answers that stay behind end by themselves.
    _ = blocking(move || settings.remove_challenges(&put_away)).await;
    done.unwrap_or_else(|_| Err(Failure::Away(format!("{} gave no certificate in five minutes", acme.directory))))
}

async fn place(orders: &Orders, host: &str, challenge: Challenge) -> Result<Issued, Failure> {
    let acme = &orders.acme;
    let account = account(orders).await?;
    let (settings, now, counted, named) =
        (orders.settings.clone(), orders.clock.now(), acme.directory.clone(), host.to_owned());
    blocking(move || settings.count_order(&super::orders::counted(&counted), &named, now)).await?;
    let identifiers = [Identifier::Dns(host.to_owned())];
    let mut order = match account.new_order(&NewOrder::new(&identifiers)).await {
        Err(error) if is_of(&error, "accountDoesNotExist") => {
            let (settings, directory) = (orders.settings.clone(), acme.directory.clone());
            blocking(move || settings.forget_acme_account(&directory)).await?;
            return Err(Failure::Away(words(acme, &error)));
        }
        placed => placed.map_err(|error| failure(acme, &error))?,
    };
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization.map_err(|error| failure(acme, &error))?;
        if authorization.status != AuthorizationStatus::Pending {
            continue;
        }
        let offered: Vec<ChallengeType> = authorization.challenges.iter().map(|it| it.r#type.clone()).collect();
        let way = [challenge].into_iter().chain(acme.challenges.iter().copied());
        let way = way.into_iter().find(|way| offered.contains(&kind(*way)));
        let way = way.ok_or_else(|| Failure::Refused("the authority offers none of acme.challenges".into()))?;
        let Some(mut asked) = authorization.challenge(kind(way)) else { continue };
        let answer = asked.key_authorization().as_str().to_owned();
        let (settings, now, token, named) =
            (orders.settings.clone(), orders.clock.now(), asked.token.clone(), host.to_owned());
        blocking(move || settings.set_challenge(&named, way.kind(), (&token, &answer), now)).await?;
        asked.set_ready().await.map_err(|error| failure(acme, &error))?;
    }
    let status = order.poll_ready(&LOOK).await;
    if !matches!(status, Ok(OrderStatus::Ready)) {
        return Err(why_not(acme, &mut order, status.err()).await);
    }
    let key = order.finalize().await.map_err(|error| failure(acme, &error))?;
    let chain = order.poll_certificate(&LOOK).await.map_err(|error| failure(acme, &error))?;
    issued(host, chain, key).map_err(Failure::Refused)
}

/// What came is looked at before anybody is shown it.
fn issued(host: &str, chain: String, key: String) -> Result<Issued, String> {
    let pair = Pair::read(chain.as_bytes(), key.as_bytes())?;
    if !pair.covers(host) {
        return Err(format!("the authority gave a certificate for {} instead", pair.names.join(", ")));
    }
    let (begins_at, ends_at) = (pair.begins_at, pair.ends_at);
    // At two thirds of its life: there is time left for tries that fail.
    let renew_at = Timestamp(begins_at.0 + (ends_at.0 - begins_at.0) / 3 * 2);
    Ok(Issued { chain, key, begins_at, ends_at, renew_at })
}

/// This installation's account at the authority, made with the first order.
async fn account(orders: &Orders) -> Result<Account, Failure> {
    let acme = &orders.acme;
    let known = stored_account(orders).await?;
    if known.is_none() {
        let contact: Vec<&str> = acme.contact.as_deref().into_iter().collect();
        let new = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
        let made = client(acme)?.create(&new, acme.directory.clone(), None).await;
        let (_, credentials) = made.map_err(|error| failure(acme, &error))?;
        let written = serde_json::to_vec(&credentials);
        let written = written.map_err(|error| Failure::Away(format!("keep the account: {error}")))?;
        let (settings, directory, now) = (orders.settings.clone(), acme.directory.clone(), orders.clock.now());
        blocking(move || settings.keep_acme_account(&directory, &written, now)).await?;
    }
    // Read back: another process may have been quicker, and then its account is the one.
    let credentials = match known {
        Some(credentials) => Some(credentials),
        None => stored_account(orders).await?,
    };
    let credentials = credentials.ok_or_else(|| Failure::Away("the account is not kept yet".into()))?;
    let account = client(acme)?.from_credentials(credentials).await;
    account.map_err(|error| failure(acme, &error))
}

async fn stored_account(orders: &Orders) -> Result<Option<AccountCredentials>, Failure> {
    let (settings, directory): (Arc<Settings>, String) = (orders.settings.clone(), orders.acme.directory.clone());
    let stored = blocking(move || settings.acme_account(&directory)).await?;
    let read = stored.map(|bytes| serde_json::from_slice(&bytes)).transpose();
    read.map_err(|error| Failure::Away(format!("the account that was kept can't be read: {error}")))
}

fn client(acme: &Acme) -> Result<AccountBuilder, Failure> {
    let client = match &acme.ca_file {
        Some(file) => Account::builder_with_root(file)
            .map_err(|error| Failure::Away(format!("read acme.ca_file {}: {error}", file.display()))),
        None => Account::builder().map_err(|error| failure(acme, &error)),
    }?;
    Ok(client)
}

fn kind(challenge: Challenge) -> ChallengeType {
    match challenge {
        Challenge::TlsAlpn01 => ChallengeType::TlsAlpn01,
        Challenge::Http01 => ChallengeType::Http01,
    }
}

/// What the authority found when it looked: it stands with the challenge, not with the order.
async fn why_not(acme: &Acme, order: &mut instant_acme::Order, error: Option<AcmeError>) -> Failure {
    let mut authorizations = order.authorizations();
    while let Some(Ok(mut authorization)) = authorizations.next().await {
        let Ok(state) = authorization.refresh().await else { continue };
        if let Some((way, problem)) = state.challenges.iter().find_map(|it| Some((&it.r#type, it.error.as_ref()?))) {
            return of_problem(format!("{way:?}: {}", problem_words(problem)), problem);
        }
    }
    match error {
        Some(error) => failure(acme, &error),
        None => Failure::Refused("the authority refuses the order and does not say why".into()),
    }
}

fn failure(acme: &Acme, error: &AcmeError) -> Failure {
    match error {
        AcmeError::Api(problem) => of_problem(problem_words(problem), problem),
        _ => Failure::Away(words(acme, error)),
    }
}

fn of_problem(words: String, problem: &Problem) -> Failure {
    let words = shortened(&words);
    if problem.r#type.as_deref().is_some_and(|it| it.ends_with(":rateLimited")) {
        Failure::TooMuch(words)
    } else {
        Failure::Refused(words)
    }
}

fn is_of(error: &AcmeError, kind: &str) -> bool {
    let AcmeError::Api(problem) = error else { return false };
    problem.r#type.as_deref().and_then(|it| it.rsplit(':').next()) == Some(kind)
}

fn problem_words(problem: &Problem) -> String {
    let detail = problem.detail.as_deref().unwrap_or_default();
    let kind = problem.r#type.as_deref().and_then(|it| it.rsplit(':').next()).unwrap_or_default();
    match (detail, kind) {
        ("", "") => "the authority does not say what is wrong".into(),
        (detail, "") => detail.into(),
        (detail, kind) => format!("{detail} ({kind})"),
    }
}

fn words(acme: &Acme, error: &AcmeError) -> String {
    let mut words = format!("{}: {error}", acme.directory);
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        words = format!("{words}: {cause}");
        source = cause.source();
    }
    shortened(&words)
}

fn shortened(words: &str) -> String {
    words.chars().map(|it| if it.is_control() { ' ' } else { it }).take(WORDS_MAX).collect()
}

/// What a handshake for `acme-tls/1` is answered with (RFC 8737): a certificate that nobody trusts and that holds the
/// digest of the answer.
pub fn challenge_key(host: &str, answer: &str) -> Result<CertifiedKey, String> {
    let failed = |error: rcgen::Error| error.to_string();
    let mut parameters = CertificateParams::new(vec![host.to_owned()]).map_err(failed)?;
    let digest = Sha256::digest(answer.as_bytes());
    parameters.custom_extensions = vec![CustomExtension::new_acme_identifier(&digest)];
    let key = KeyPair::generate().map_err(failed)?;
    let certificate = parameters.self_signed(&key).map_err(failed)?;
    let signing = super::provider().key_provider.load_private_key(PrivatePkcs8KeyDer::from(key.serialize_der()).into());
    let signing = signing.map_err(|error| error.to_string())?;
    Ok(CertifiedKey::new(vec![certificate.der().clone()], signing))
}
