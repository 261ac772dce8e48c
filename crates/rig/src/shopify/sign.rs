//! How Shopify signs what it sends: bodies of webhooks, queries of OAuth and of the app proxy, session tokens. Written from
//! its documentation and held against its own library by the tests of the connector.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

fn keyed(secret: &str, bytes: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    mac.update(bytes);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Of a webhook: over the body as it is sent.
pub fn webhook(secret: &str, body: &[u8]) -> String {
    STANDARD.encode(keyed(secret, body))
}

/// The `hmac` of a query that comes from the admin: its pairs sorted, and encoded as they are in the address.
pub fn admin_query(secret: &str, pairs: &[(String, String)]) -> String {
    let mut sorted = pairs.to_vec();
    sorted.sort();
    hex(&keyed(secret, encoded(&sorted).as_bytes()))
}

/// The `signature` of a query that comes through the app proxy: its pairs sorted, with nothing between them, and the
/// values of a name that comes more than once joined by commas.
pub fn app_proxy(secret: &str, pairs: &[(String, String)]) -> String {
    let mut names: Vec<_> = pairs.iter().map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    let values = |name: &String| {
        let values: Vec<_> = pairs.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str()).collect();
        values.join(",")
    };
    let text: String = names.into_iter().map(|name| format!("{name}={}", values(name))).collect();
    hex(&keyed(secret, text.as_bytes()))
}

/// A JSON Web Token with HS256.
pub fn session_token(secret: &str, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(&serde_json::json!({ "alg": "HS256", "typ": "JWT" }));
    let text = format!("{head}.{}", part(claims));
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(keyed(secret, text.as_bytes())))
}

/// The claims of a session token, if it is signed with the secret.
pub fn open_session_token(secret: &str, token: &str) -> Option<Value> {
    let (text, signature) = token.rsplit_once('.')?;
    let expected = URL_SAFE_NO_PAD.encode(keyed(secret, text.as_bytes()));
    (signature == expected).then_some(())?;
    let claims = URL_SAFE_NO_PAD.decode(text.split_once('.')?.1).ok()?;
    serde_json::from_slice(&claims).ok()
}

/// `a=1&b=2`, with everything but letters, digits and `-._` in percent.
pub fn encoded(pairs: &[(String, String)]) -> String {
    let pair = |(name, value): &(String, String)| format!("{}={}", percent(name), percent(value));
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}

pub fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// The pairs of a query or of a form.
pub fn pairs(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(a, b)| (plain(a), plain(b))).collect()
}

fn plain(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let escaped = (bytes[i] == b'%').then(|| text.get(i + 1..i + 3)).flatten();
        match escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                i += 3;
            }
            None => {
                out.push(if bytes[i] == b'+' { b' ' } else { bytes[i] });
                i += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_of_the_app_proxy() {
        let query = "extra=1&extra=2&shop=shop-name.myshopify.com&logged_in_customer_id=1&path_prefix=%2Fapps%2Fawesome_reviews&timestamp=1317327555";
        assert_eq!(
            app_proxy("hush", &pairs(query)),
            "4c68c8624d737112c91818c11017d24d334b524cb5c2b8ba08daa056f7395ddb"
        );
    }

    #[test]
    fn queries_read_back() {
        let text = "a=1+2&b=%E2%82%AC%26&c";
        let read = pairs(text);
        assert_eq!(read[0].1, "1 2");
        assert_eq!(read[1].1, "€&");
        assert_eq!(pairs(&encoded(&read)), read);
    }

    #[test]
    fn a_session_token_opens_with_its_secret_only() {
        let token = session_token("s", &serde_json::json!({ "aud": "key" }));
        assert_eq!(open_session_token("s", &token).unwrap()["aud"], "key");
        assert_eq!(open_session_token("t", &token), None);
        assert_eq!(open_session_token("s", "x"), None);
    }
}
