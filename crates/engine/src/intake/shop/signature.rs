//! What Shopify signs with the secret of an app, and what that proves.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use referee_core::time::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::intake::hex::{bytes_of, hex};

/// What a message without a name of its own is known by.
pub fn name_of(body: &[u8]) -> String {
    hex(&Sha256::digest(body)[..16])
}

/// How far the clocks of the shop and of this server may be apart.
const TOLERANCE_S: i64 = 90;

fn mac(secret: &[u8], signed: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any key length will do");
    mac.update(signed);
    mac
}

/// Whether a webhook's body is signed, in a time that says nothing of how nearly it was.
pub fn is_webhook(secret: &str, body: &[u8], signature: &str) -> bool {
    let Ok(given) = STANDARD.decode(signature.trim()) else { return false };
    mac(secret.as_bytes(), body).verify_slice(&given).is_ok()
}

/// Whether a query comes from the shop's admin: sorted, without `hmac`, joined with `&`.
pub fn is_admin_query(secret: &str, query: &str, now: Timestamp) -> bool {
    let Some((mut pairs, given)) = signed_pairs(query, "hmac") else { return false };
    pairs.sort();
    let encode =
        |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let signed: Vec<String> = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    is_recent(&pairs, now) && verified(secret, &signed.join("&"), &given)
        // What is signed is written as it is by some, and encoded by others.
        || is_recent(&pairs, now) && verified(secret, &plain(&pairs, "&"), &given)
}

/// Whether a query came through the shop's app proxy: sorted, values of one name joined with commas, nothing in between.
pub fn is_app_proxy(secret: &str, query: &str, now: Timestamp) -> bool {
    let Some((pairs, given)) = signed_pairs(query, "signature") else { return false };
    for once in ["shop", "timestamp"] {
        if pairs.iter().filter(|(name, _)| name == once).count() != 1 {
            return false;
        }
    }
    is_recent(&pairs, now) && verified(secret, &proxied(pairs), &given)
}

fn proxied(pairs: Vec<(String, String)>) -> String {
    let mut joined: Vec<(String, String)> = Vec::new();
    for (name, value) in pairs {
        match joined.iter_mut().find(|(other, _)| *other == name) {
            Some((_, values)) => *values = format!("{values},{value}"),
            None => joined.push((name, value)),
        }
    }
    joined.sort();
    plain(&joined, "")
}

fn plain(pairs: &[(String, String)], between: &str) -> String {
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(between)
}

type Pairs = Vec<(String, String)>;

/// All but the signature, and the signature; none where it stands not exactly once.
fn signed_pairs(query: &str, name: &str) -> Option<(Pairs, Vec<u8>)> {
    let all =
        url::form_urlencoded::parse(query.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned()));
    let (given, pairs): (Vec<_>, Vec<_>) = all.partition(|(other, _)| other == name);
    let [(_, given)] = given.as_slice() else { return None };
    Some((pairs, bytes_of(given)?))
}

fn is_recent(pairs: &[(String, String)], now: Timestamp) -> bool {
    let told = pairs.iter().find(|(name, _)| name == "timestamp").and_then(|(_, value)| value.parse::<i64>().ok());
    told.is_some_and(|told| (now.0 / 1_000 - told).abs() <= TOLERANCE_S)
}

fn verified(secret: &str, signed: &str, given: &[u8]) -> bool {
    mac(secret.as_bytes(), signed.as_bytes()).verify_slice(given).is_ok()
}

/// The shop that a session token of its admin is of: signed with HS256, for this app, in force, and of one shop throughout.
pub fn session_shop(secret: &str, client_id: &str, token: &str, now: Timestamp) -> Option<String> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let given = URL_SAFE_NO_PAD.decode(signature).ok()?;
    if mac(secret.as_bytes(), signed.as_bytes()).verify_slice(&given).is_err() {
        return None;
    }
    let json = |part: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
    let (header, claims) = (json(header)?, json(claims)?);
    let number = |name: &str| claims[name].as_i64();
    let now = now.0 / 1_000;
    // A few seconds of a clock that goes before are no fraud.
    let in_force = number("exp")? > now && number("nbf").is_none_or(|from| from <= now + 10);
    let domain = claims["dest"].as_str()?.strip_prefix("https://")?;
    let issuer = claims["iss"].as_str()?.strip_prefix("https://")?.split('/').next()?;
    let sound = header["alg"] == "HS256" && claims["aud"] == client_id && issuer == domain;
    (sound && in_force && is_shop_domain(domain)).then(|| domain.to_owned())
}

/// `name.myshopify.com` and nothing else: whoever may name a host to be asked may name no other.
pub fn is_shop_domain(domain: &str) -> bool {
    let Some(name) = domain.strip_suffix(".myshopify.com") else { return false };
    let letters = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    (1..=60).contains(&name.len()) && name.bytes().all(letters) && !name.starts_with('-')
}
