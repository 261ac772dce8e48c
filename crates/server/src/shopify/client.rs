//! How a shop is asked: one question at a time over TLS, of `*.myshopify.com` and nobody else. No answer leads elsewhere, and
//! none is read beyond its limit.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::rt::TokioIo;
use referee_engine::engine::blocking;
use referee_engine::intake::shop::signature::is_shop_domain;
use referee_engine::settings::{KeptShop, ShopSecrets, ShopState};
use rustls::pki_types::ServerName;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::app::App;

/// The version that is asked for, and whose answers this program reads.
pub const VERSION: &str = "2026-07";
/// What the app may read and write.
pub const SCOPES: &str = "read_orders,read_products,read_customers,read_customer_events,write_pixels";

const PATIENCE: Duration = Duration::from_secs(20);
/// A page of ten orders with their lines.
const ANSWER_BYTES_MAX: usize = 8 << 20;
/// Answers in a row that say there were too many questions.
const THROTTLED_MAX: u32 = 20;
/// A token that has less than this left is renewed before it is used.
const TOKEN_LEFT_S: i64 = 120;

const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const OFFLINE: &str = "urn:shopify:params:oauth:token-type:offline-access-token";

/// Why a shop could not be asked, in words for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble(pub String);

pub type Asked<T> = Result<T, Trouble>;

pub fn trouble<T>(why: impl Into<String>) -> Asked<T> {
    Err(Trouble(why.into()))
}

/// By what the app gets its token.
pub enum Grant<'a> {
    /// Somebody came back from the shop with it.
    Code(&'a str),
    /// The shop's admin vouches for whoever opened the app.
    Session(&'a str),
    Refresh(&'a str),
}

/// Gets a token and keeps it. The shop is connected from then on.
pub async fn obtain(app: &App, shop: &KeptShop, grant: Grant<'_>) -> Asked<KeptShop> {
    let (id, secret) = (&shop.client_id, &shop.secrets.client_secret);
    let mut body = match grant {
        Grant::Code(code) => json!({ "code": code, "expiring": "1" }),
        Grant::Session(token) => json!({
            "grant_type": TOKEN_EXCHANGE, "subject_token": token, "subject_token_type": ID_TOKEN,
            "requested_token_type": OFFLINE, "expiring": "1",
        }),
        Grant::Refresh(token) => json!({ "grant_type": "refresh_token", "refresh_token": token }),
    };
    (body["client_id"], body["client_secret"]) = (json!(id), json!(secret));
    let (status, answer, _) = send(app, &shop.domain, "/admin/oauth/access_token", &[], &body).await?;
    let Some(token) = answer["access_token"].as_str().filter(|_| status == StatusCode::OK) else {
        let why = answer["error_description"].as_str().or(answer["error"].as_str()).unwrap_or("it gave no reason");
        return trouble(format!("Shopify gave no token ({status}): {why}."));
    };
    if matches!(grant, Grant::Refresh(_)) {
        // Somebody may have taken the shop away, or changed it, while it was asked.
        let same = |it: &KeptShop| (it.state, &it.client_id, &it.secrets.client_secret) == (shop.state, id, secret);
        if !stored(app, shop).await?.is_some_and(|it| same(&it)) {
            return trouble("The shop was changed here meanwhile; it is asked again later.");
        }
    }
    let now = app.engine.now();
    let text = |name: &str| answer[name].as_str().map(str::to_owned);
    let secrets = ShopSecrets {
        client_secret: secret.clone(),
        token: Some(token.to_owned()),
        expires_at: answer["expires_in"].as_i64().map(|seconds| now.0 / 1_000 + seconds),
        refresh_token: text("refresh_token"),
        scope: text("scope").unwrap_or_default(),
    };
    // Since when it is connected does not change because a token was renewed.
    let since = if shop.state == ShopState::Connected { shop.changed_at } else { now };
    let kept = KeptShop { state: ShopState::Connected, secrets: secrets.clone(), changed_at: since, ..shop.clone() };
    let (engine, key) = (app.engine.clone(), shop.key.clone());
    let saved = blocking(move || engine.settings.set_shop_state(&key, ShopState::Connected, secrets, since)).await;
    saved.map_err(|error| Trouble(format!("The token could not be kept: {error}")))?;
    app.shop_feeds.forget();
    Ok(kept)
}

/// What the shop answers to a question in GraphQL.
pub async fn ask(app: &App, shop: &mut KeptShop, query: &str, variables: Value) -> Asked<Value> {
    renew(app, shop).await?;
    let path = format!("/admin/api/{VERSION}/graphql.json");
    let body = json!({ "query": query, "variables": variables });
    let mut refreshed = false;
    for _ in 0..THROTTLED_MAX {
        let token = shop.secrets.token.clone().ok_or_else(|| Trouble("The app is not in the shop.".into()))?;
        let (status, answer, version) =
            send(app, &shop.domain, &path, &[("x-shopify-access-token", &token)], &body).await?;
        if status == StatusCode::UNAUTHORIZED && !refreshed {
            // Its end may have come sooner than was said.
            refreshed = true;
            let Some(refresh) = shop.secrets.refresh_token.clone() else {
                return trouble("Shopify does not take the app's token any more: connect the shop again.");
            };
            *shop = obtain(app, shop, Grant::Refresh(&refresh)).await?;
            continue;
        }
        if version.as_deref().is_some_and(|it| it != VERSION) {
            tracing::warn!(shop = shop.domain, ?version, "Shopify answered with another version than was asked for");
        }
        if let Some(wait) = throttled(status, &answer) {
            tokio::time::sleep(wait).await;
            continue;
        }
        if let Some(errors) = answer["errors"].as_array().filter(|it| !it.is_empty()) {
            let said = errors.iter().filter_map(|it| it["message"].as_str()).collect::<Vec<_>>().join("; ");
            return trouble(format!("Shopify did not answer: {said}."));
        }
        if status != StatusCode::OK || answer["data"].is_null() {
            return trouble(format!("Shopify answered with {status}."));
        }
        return Ok(answer["data"].clone());
    }
    trouble("Shopify says that there are too many questions; it is asked again later.")
}

async fn renew(app: &App, shop: &mut KeptShop) -> Asked<()> {
    let soon = app.engine.now().0 / 1_000 + TOKEN_LEFT_S;
    let ends = |shop: &KeptShop| shop.secrets.expires_at.is_some_and(|at| at <= soon);
    if !ends(shop) {
        return Ok(());
    }
    // Another process may have been quicker, and its token is the one that lives on.
    if let Some(kept) = stored(app, shop).await?.filter(|it| it.state == shop.state && it.client_id == shop.client_id) {
        shop.secrets = kept.secrets;
    }
    let ends = ends(shop);
    if let Some(refresh) = shop.secrets.refresh_token.clone().filter(|_| ends) {
        *shop = obtain(app, shop, Grant::Refresh(&refresh)).await?;
    }
    Ok(())
}

async fn stored(app: &App, shop: &KeptShop) -> Asked<Option<KeptShop>> {
    let (engine, key) = (app.engine.clone(), shop.key.clone());
    let found = blocking(move || engine.settings.shop(&key)).await;
    found.map_err(|error| Trouble(format!("The shop could not be looked up: {error}")))
}

/// How long to wait where there were too many questions: as long as it takes until what was asked for can be paid for again.
fn throttled(status: StatusCode, answer: &Value) -> Option<Duration> {
    let coded = |it: &Value| it["extensions"]["code"] == "THROTTLED";
    let says_so = answer["errors"].as_array().is_some_and(|errors| errors.iter().any(coded));
    if status != StatusCode::TOO_MANY_REQUESTS && !says_so {
        return None;
    }
    let cost = &answer["extensions"]["cost"];
    let number = |value: &Value| value.as_f64().unwrap_or_default();
    let lacks = number(&cost["requestedQueryCost"]) - number(&cost["throttleStatus"]["currentlyAvailable"]);
    let rate = number(&cost["throttleStatus"]["restoreRate"]).max(1.0);
    Some(Duration::from_secs_f64((lacks / rate).clamp(0.1, 10.0)))
}

/// The status, the body as JSON, and the version that answered.
async fn send(
    app: &App,
    domain: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> Asked<(StatusCode, Value, Option<String>)> {
    let sent = tokio::time::timeout(PATIENCE, exchange(app, domain, path, headers, body.to_string())).await;
    sent.unwrap_or_else(|_| trouble(format!("{domain} did not answer in time.")))
}

async fn exchange(
    app: &App,
    domain: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: String,
) -> Asked<(StatusCode, Value, Option<String>)> {
    if !is_shop_domain(domain) {
        return trouble(format!("{domain} is no shop of Shopify."));
    }
    let failed = |error: &dyn std::fmt::Display| Trouble(format!("{domain} could not be asked: {error}."));
    let mut request = Request::post(path)
        .header(header::HOST, domain)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json")
        .header(header::USER_AGENT, "Referee");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(Bytes::from(body))).map_err(|error| failed(&error))?;
    let answer = match made_up(app) {
        Some(address) => over(TcpStream::connect(address).await.map_err(|error| failed(&error))?, request).await,
        None => {
            let stream = connect(domain).await.map_err(|error| failed(&error))?;
            let name = ServerName::try_from(domain.to_owned()).map_err(|error| failed(&error))?;
            let tls = tokio_rustls::TlsConnector::from(tls().map_err(|error| failed(&error))?);
            over(tls.connect(name, stream).await.map_err(|error| failed(&error))?, request).await
        }
    };
    let answer = answer.map_err(|error| failed(&error))?;
    let (parts, body) = answer.into_parts();
    let version = parts.headers.get("x-shopify-api-version").and_then(|it| it.to_str().ok()).map(str::to_owned);
    let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await.map_err(|error| failed(&error))?.to_bytes();
    Ok((parts.status, serde_json::from_slice(&body).unwrap_or(Value::Null), version))
}

/// Where a made-up Shopify is asked instead.
fn made_up(app: &App) -> Option<SocketAddr> {
    app.config.shopify_url.as_deref()?.strip_prefix("http://")?.trim_end_matches('/').parse().ok()
}

async fn over<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    request: Request<Full<Bytes>>,
) -> hyper::Result<http::Response<hyper::body::Incoming>> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    // It ends with the answer.
    tokio::spawn(connection);
    sender.send_request(request).await
}

/// A name may lead into this server's own network, whoever answers for it: only addresses of the open net are asked.
async fn connect(domain: &str) -> std::io::Result<TcpStream> {
    let found = tokio::net::lookup_host((domain, 443)).await?;
    let open: Vec<SocketAddr> = found.filter(|address| is_open(address.ip())).collect();
    if open.is_empty() {
        return Err(std::io::Error::other("its name leads to no address of the open net"));
    }
    TcpStream::connect(open.as_slice()).await
}

fn is_open(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            let shared = a == 100 && (64..128).contains(&b);
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_unspecified()
                || ip.is_broadcast()
                || ip.is_multicast()
                || a == 0
                || shared)
        }
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => is_open(IpAddr::V4(ip)),
            // Global unicast.
            None => ip.segments()[0] & 0xe000 == 0x2000,
        },
    }
}

fn tls() -> Result<Arc<rustls::ClientConfig>, Box<dyn std::error::Error + Send + Sync>> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_open_net_is_asked() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
            "0.0.0.0",
        ] {
            assert!(!is_open(inside.parse().unwrap()), "{inside}");
        }
        for open in ["23.227.38.65", "2620:127:f00f::1", "::ffff:23.227.38.65"] {
            assert!(is_open(open.parse().unwrap()), "{open}");
        }
    }

    #[test]
    fn whoever_asks_too_much_waits_as_long_as_it_takes() {
        let answer = json!({
            "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
            "extensions": {"cost": {"requestedQueryCost": 202, "throttleStatus": {"currentlyAvailable": 2, "restoreRate": 50.0}}},
        });
        assert_eq!(throttled(StatusCode::OK, &answer), Some(Duration::from_secs(4)));
        assert_eq!(throttled(StatusCode::TOO_MANY_REQUESTS, &Value::Null), Some(Duration::from_millis(100)));
        assert_eq!(throttled(StatusCode::OK, &json!({"data": {}})), None);
    }
}
