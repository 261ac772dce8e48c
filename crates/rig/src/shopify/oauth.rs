//! How an app gets into the shop: authorisation code, token exchange, refresh, and client credentials.

use serde_json::{Value, json};

use super::wire::{Answer, Request};
use super::{Script, Token, World, lock, sign};

/// An expiring token lives an hour, and what refreshes it 90 days.
const TOKEN_S: i64 = 3_600;
const REFRESH_S: i64 = 90 * 86_400;

const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const OFFLINE: &str = "urn:shopify:params:oauth:token-type:offline-access-token";

/// The owner agrees at once.
pub fn authorize(world: &mut World, request: &Request) -> Answer {
    let asked = |name: &str| request.parameter(name).unwrap_or_default();
    if asked("client_id") != world.api_key {
        return Answer::new(400, "text/plain", "Oauth error invalid_request: Could not find Shopify API application.");
    }
    let to = asked("redirect_uri");
    if !to.starts_with("http") {
        return Answer::new(
            400,
            "text/plain",
            "Oauth error invalid_request: The redirect_uri is missing or not whitelisted.",
        );
    }
    let code = world.fresh("code");
    world.codes.insert(code.clone(), asked("scope"));
    let pairs = vec![("code".to_owned(), code), ("state".to_owned(), asked("state"))];
    Answer::to(&format!("{to}?{}", signed_query(world, pairs)))
}

/// A query as the admin sends people with: who they come from, when, and the `hmac` over all of it.
fn signed_query(world: &World, mut pairs: Vec<(String, String)>) -> String {
    pairs.push(("host".into(), host(world)));
    pairs.push(("shop".into(), world.domain.clone()));
    pairs.push(("timestamp".into(), world.now().to_string()));
    pairs.sort();
    let hmac = sign::admin_query(&world.secret, &pairs);
    pairs.push(("hmac".into(), hmac));
    sign::encoded(&pairs)
}

fn host(world: &World) -> String {
    use base64::Engine;
    let text = format!("{}/admin", world.domain);
    base64::engine::general_purpose::STANDARD_NO_PAD.encode(text)
}

pub fn access_token(world: &mut World, request: &Request) -> Answer {
    let fields = request.fields();
    let field = |name: &str| fields.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value.as_str());
    let no = |status: u16, error: &str, why: &str| {
        Answer::json(status, &json!({ "error": error, "error_description": why }))
    };
    if field("client_id") != world.api_key || field("client_secret") != world.secret {
        return no(401, "invalid_client", "The client id or the client secret is wrong.");
    }
    let expiring = matches!(field("expiring"), "1" | "true");
    match field("grant_type") {
        TOKEN_EXCHANGE => {
            if field("subject_token_type") != ID_TOKEN || !is_session(world, field("subject_token")) {
                return no(
                    400,
                    "invalid_subject_token",
                    "The session token is not one of this shop and app, or has run out.",
                );
            }
            let offline = field("requested_token_type") == OFFLINE;
            if !offline {
                return no(400, "invalid_request", "The made-up shop has offline tokens only.");
            }
            issue(world, SCOPES, expiring)
        }
        "refresh_token" => match world.refreshes.get(field("refresh_token")).cloned() {
            Some(scopes) => issue(world, &scopes, true),
            None => no(400, "invalid_grant", "The refresh token is unknown."),
        },
        "client_credentials" if world.installed => issue(world, SCOPES, true),
        "client_credentials" => no(400, "shop_not_permitted", "The app is not installed."),
        _ => match world.codes.remove(field("code")) {
            Some(scopes) => issue(world, &scopes, expiring),
            None => no(400, "invalid_request", "The authorization code was not found or was already used"),
        },
    }
}

/// What the app's configuration asks for.
const SCOPES: &str = "read_orders,read_customer_events,write_pixels";

fn issue(world: &mut World, scopes: &str, expiring: bool) -> Answer {
    let (token, refresh) = (format!("shpat_{}", world.fresh("token")), format!("shprt_{}", world.fresh("refresh")));
    let expires_at = expiring.then(|| world.now() + TOKEN_S);
    world.tokens.insert(token.clone(), Token { scopes: scopes.to_owned(), expires_at });
    world.installed = true;
    let mut body = json!({ "access_token": token, "scope": scopes });
    if expiring {
        world.refreshes.insert(refresh.clone(), scopes.to_owned());
        body["expires_in"] = json!(TOKEN_S - 1);
        body["refresh_token"] = json!(refresh);
        body["refresh_token_expires_in"] = json!(REFRESH_S);
    }
    Answer::json(200, &body)
}

fn is_session(world: &World, token: &str) -> bool {
    let Some(claims) = sign::open_session_token(&world.secret, token) else { return false };
    let number = |name: &str| claims[name].as_i64().unwrap_or_default();
    claims["aud"] == json!(world.api_key)
        && claims["dest"] == json!(format!("https://{}", world.domain))
        && number("nbf") <= world.now()
        && world.now() < number("exp")
}

fn claims(world: &mut World) -> Value {
    let (now, shop) = (world.now(), format!("https://{}", world.domain));
    json!({
        "iss": format!("{shop}/admin"),
        "dest": shop,
        "aud": world.api_key,
        "sub": "548380009",
        "exp": now + 60,
        "nbf": now,
        "iat": now,
        "jti": world.fresh("jti"),
        "sid": world.fresh("sid"),
        "sig": world.fresh("sig"),
    })
}

impl Script {
    /// A session token as the admin hands it to the app's page. It lives for a minute.
    pub fn session_token(&self) -> String {
        let mut world = lock(&self.world);
        let claims = claims(&mut world);
        sign::session_token(&world.secret, &claims)
    }

    /// Claims of a test's own, signed with the app's secret.
    pub fn session_token_with(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut world = lock(&self.world);
        let mut claims = claims(&mut world);
        change(&mut claims);
        sign::session_token(&world.secret, &claims)
    }

    /// The query with which the admin opens the app, signed.
    pub fn app_query(&self) -> String {
        let token = self.session_token();
        let world = lock(&self.world);
        let pairs = [("embedded", "1"), ("id_token", &token), ("locale", "en-IE"), ("session", "made-up-session")];
        signed_query(&world, pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec())
    }

    /// The query with which somebody who agreed comes back to the app, signed.
    pub fn callback_query(&self, state: &str) -> String {
        let mut world = lock(&self.world);
        let code = world.fresh("code");
        world.codes.insert(code.clone(), SCOPES.to_owned());
        signed_query(&world, vec![("code".into(), code), ("state".into(), state.to_owned())])
    }

    /// A query that came through the app proxy, signed.
    pub fn proxy_query(&self, pairs: &[(&str, &str)]) -> String {
        let world = lock(&self.world);
        let mut all: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let own = [("logged_in_customer_id", ""), ("path_prefix", "/apps/referee"), ("shop", &world.domain)];
        all.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
        all.push(("timestamp".into(), world.now().to_string()));
        let signature = sign::app_proxy(&world.secret, &all);
        all.push(("signature".into(), signature));
        sign::encoded(&all)
    }
}
