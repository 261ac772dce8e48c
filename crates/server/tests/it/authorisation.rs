//! Who may call what: every route of the document, and every one of the vendor's shapes, by every kind of caller.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use referee_server::api::partner_routes::PARTNER_ROUTES;
use serde_json::{Value, json};

use crate::partner_api::{Partner, between, token};
use crate::support::{Client, Demo, Pair, on_every_pair};

on_every_pair!(
    what_is_open_to_partners_is_named_three_times,
    every_route_of_the_api_takes_only_its_callers,
    every_vendor_route_takes_only_its_accounts,
);

/// What is open to partners, once more: whoever opens a route says so here too.
pub const OPEN: [&str; 36] = [
    "GET /api/v1/action-updates",
    "GET /api/v1/actions",
    "GET /api/v1/actions/{id}",
    "GET /api/v1/actions/{id}/decision",
    "GET /api/v1/ads",
    "GET /api/v1/assigned-values",
    "GET /api/v1/balances",
    "GET /api/v1/clicks",
    "GET /api/v1/clicks/{id}",
    "GET /api/v1/contracts",
    "GET /api/v1/conversions/{event_type}/{order_id}/decision",
    "GET /api/v1/documents",
    "GET /api/v1/documents/{number}",
    "GET /api/v1/documents/{number}/pdf",
    "GET /api/v1/event-types",
    "GET /api/v1/inquiries",
    "GET /api/v1/inquiries/{id}",
    "GET /api/v1/links",
    "GET /api/v1/months",
    "GET /api/v1/openapi.json",
    "GET /api/v1/orders/{text}",
    "GET /api/v1/payments",
    "GET /api/v1/payments/{id}",
    "GET /api/v1/programs",
    "GET /api/v1/promo-codes",
    "GET /api/v1/reports/click-payouts",
    "GET /api/v1/reports/payable-clicks",
    "GET /api/v1/returns",
    "GET /api/v1/statements",
    "GET /api/v1/terms",
    "GET /api/v1/tracking-links",
    "POST /api/v1/actions/{id}/return-decisions",
    "POST /api/v1/contracts/decisions",
    "POST /api/v1/inquiries",
    "POST /api/v1/inquiries/files",
    "POST /api/v1/inquiries/{id}/appeals",
];

/// A route of the document, and whom it says it is for.
struct Operation {
    name: String,
    method: String,
    /// With something in place of what a path leaves open.
    path: String,
    /// How a body is sent that can be read.
    kind: String,
    body: String,
    of_brand: bool,
    of_partner: bool,
    writes: bool,
}

impl Operation {
    fn is_open(&self) -> bool {
        !self.of_brand && !self.of_partner
    }
}

fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_str(referee_server::api::OPENAPI).expect("the document is JSON");
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, told) in methods.as_object().expect("methods").iter().filter(|(key, _)| *key != "parameters") {
            operations.push(operation(path, &method.to_uppercase(), told));
        }
    }
    operations
}

fn operation(path: &str, method: &str, told: &Value) -> Operation {
    let security = told["security"].as_array().expect("a security");
    let names = |side: &str| security.iter().any(|it| it[side].is_array());
    let filled = path.replace("{id}", "1").replace("{event_type}", "sale").replace("{change}", "holds");
    let month = if ["/statements", "/journal.csv"].iter().any(|it| path.ends_with(it)) { "?month=2026-01" } else { "" };
    let bodies = told["requestBody"]["content"].as_object();
    let (kind, content) = bodies.and_then(|bodies| bodies.iter().next()).unzip();
    // By no search it is told whether somebody is known.
    let example = content.map_or(Value::Null, |it| it["example"].clone());
    let example = if path.ends_with("/search") { json!({ "kind": "email", "value": "a@b.com" }) } else { example };
    Operation {
        name: format!("{method} {path}"),
        method: method.to_owned(),
        path: format!("{}{month}", filled.replace(['{', '}'], "")),
        kind: kind.map_or("application/json", String::as_str).to_owned(),
        body: example.as_str().map_or_else(|| example.to_string(), str::to_owned),
        of_brand: names("bearer"),
        of_partner: names("partner"),
        writes: told["description"].as_str().is_some_and(|text| text.contains("scope `write`")),
    }
}

fn what_is_open_to_partners_is_named_three_times(pair: Pair) {
    let demo = Demo::on(pair);
    let partner = Partner::of(&demo, 1);
    let open: BTreeSet<String> = PARTNER_ROUTES.iter().map(|(method, path)| format!("{method} {path}")).collect();
    assert_eq!(open, OPEN.map(str::to_owned).into());
    let told = operations().into_iter().filter(|it| it.of_partner || it.is_open()).map(|it| it.name);
    assert_eq!(told.collect::<BTreeSet<_>>(), open, "the document names what is open");
    // Says no before it reads.
    for it in operations().iter().filter(|it| it.of_brand && !it.of_partner) {
        for body in [&b"{}"[..], b"", b"nonsense"] {
            let reply = partner.client.send(&it.method, &it.path, "application/json", body);
            assert_eq!((reply.status, &reply.json()["error"]["code"]), (403, &json!("forbidden")), "{}", it.name);
        }
    }
    assert_eq!(partner.client.send("HEAD", "/api/v1/profiles", "", b"").status, 403);
    assert_eq!(partner.client.get("/api/v1/nothing").status, 404);
}

/// On whose side a caller is.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Nobody,
    Brand,
    Partner,
}

struct Caller {
    name: &'static str,
    side: Side,
    /// Besides reading.
    writes: bool,
    client: Client,
}

/// How the route has to turn the caller away, if it has to.
fn expected(it: &Operation, caller: &Caller) -> Option<u16> {
    let meant = match caller.side {
        Side::Nobody if !it.is_open() => return Some(401),
        Side::Nobody => true,
        Side::Brand => it.of_brand || it.is_open(),
        Side::Partner => it.of_partner || it.is_open(),
    };
    (!meant || it.writes && !caller.writes).then_some(403)
}

/// Makes a token of the brand.
fn brand_token(demo: &Demo, kind: &str, scopes: &str) -> String {
    let page = demo.sign_in("/user").post("/settings/tokens", &[("name", "x"), ("kind", kind), ("scopes", scopes)]);
    between(&page.text(), "<code>", "<").to_owned()
}

fn callers(demo: &Demo, partner: &Partner) -> Vec<Caller> {
    let bearer = |name, side, writes, secret: &str| {
        let client = demo.anybody().with("authorization", &format!("Bearer {secret}"));
        Caller { name, side, writes, client }
    };
    let revoked = token(&partner.portal, "read write");
    let page = partner.portal.get("/api-access").text();
    let last = page.rsplit("action=\"/api-access/").next().expect("a token").split('/').next().expect("its number");
    assert_eq!(partner.portal.post(&format!("/api-access/{last}/revoke"), &[]).status, 303);
    let cookie = partner.portal.client.clone();
    vec![
        Caller { name: "nobody", side: Side::Nobody, writes: false, client: demo.anybody() },
        Caller { name: "somebody at a screen", side: Side::Nobody, writes: false, client: cookie },
        bearer("a made-up secret", Side::Nobody, false, "rf_0123456789abcdef"),
        bearer("a brand's account", Side::Nobody, false, &demo.text("/auth_token")),
        Caller { name: "the account itself", side: Side::Nobody, writes: false, client: demo.account().client },
        Caller { name: "a partner's account", side: Side::Nobody, writes: false, client: partner.account(demo).0 },
        bearer("the brand, reading", Side::Brand, false, &brand_token(demo, "api", "read")),
        bearer("the brand", Side::Brand, true, &demo.text("/api_token")),
        bearer("a partner, reading", Side::Partner, false, &token(&partner.portal, "read")),
        bearer("a partner", Side::Partner, true, &partner.secret),
        bearer("a revoked token", Side::Nobody, false, &revoked),
    ]
}

fn every_route_of_the_api_takes_only_its_callers(pair: Pair) {
    let demo = Demo::on(pair);
    let partner = Partner::of(&demo, 1);
    let callers = callers(&demo, &partner);
    let mut wrong = Vec::new();
    for it in operations() {
        for caller in &callers {
            let expected = expected(&it, caller);
            // Whoever is turned away sends what would be taken; whoever is not changes nothing.
            let body = if expected.is_some() { it.body.as_str() } else { "{}" };
            let reply = caller.client.send(&it.method, &it.path, &it.kind, body.as_bytes());
            // A revoked token of a partner is known as such before anybody is asked.
            let early = caller.name == "a revoked token" && !it.of_partner && reply.status == 403;
            let as_expected = match expected {
                Some(status) => reply.status == status || early,
                None => ![401, 403].contains(&reply.status) && reply.status < 500,
            };
            if !as_expected {
                wrong.push(format!("{}: {} gave {}, not {expected:?}", caller.name, it.name, reply.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// All of the vendor's shapes. What does not get something writes.
const OF_ADVERTISERS: [&str; 33] = [
    "GET Actions",
    "GET Actions/1.1.1",
    "GET Actions/1.1.1/Items",
    "GET Actions/1.1.1/Items/x",
    "GET ActionUpdates",
    "GET APISubmissions",
    "GET APISubmissions/x",
    "GET ActionInquiries",
    "GET ActionInquiries/1",
    "GET CompanyInformation",
    "GET Campaigns",
    "GET Campaigns/1",
    "GET Programs",
    "GET Programs/1",
    "GET Campaigns/1/Clicks/1",
    "GET Programs/1/Clicks/1",
    "GET MediaPartners",
    "GET MediaPartners/1",
    "GET Ads",
    "GET Ads/1",
    "GET ActionTrackers",
    "GET ActionTrackers/1",
    "GET EventTypes",
    "GET EventTypes/1",
    "GET Reports/click_tracker_cpc_payouts.json",
    "GET Reports/click_tracker_cpc_payouts.csv",
    "GET Reports/payable_click_data.json",
    "GET Reports/payable_click_data.csv",
    "POST Conversions",
    "PUT Actions",
    "PUT Actions/1.1.1",
    "DELETE Actions",
    "DELETE Actions/1.1.1",
];

const OF_MEDIAPARTNERS: [&str; 30] = [
    "GET Actions",
    "GET Actions/1.1.1",
    "GET Actions/1.1.1/Items",
    "GET Actions/1.1.1/Items/x",
    "GET ActionUpdates",
    "GET ActionInquiries",
    "GET ActionInquiries/1",
    "GET CompanyInformation",
    "GET Campaigns",
    "GET Campaigns/1",
    "GET Programs",
    "GET Programs/1",
    "GET Campaigns/1/Contracts",
    "GET Programs/1/Contracts",
    "GET Contracts",
    "GET Ads",
    "GET Ads/1",
    "GET ActionTrackers",
    "GET ActionTrackers/1",
    "GET EventTypes",
    "GET EventTypes/1",
    "GET Reports/click_tracker_cpc_payouts.json",
    "GET Reports/click_tracker_cpc_payouts.csv",
    "GET Reports/payable_click_data.json",
    "GET Reports/payable_click_data.csv",
    "POST ActionInquiries",
    "POST Campaigns/1/Contracts",
    "POST Programs/1/Contracts",
    "DELETE Campaigns/1/Contracts",
    "DELETE Programs/1/Contracts",
];

fn every_vendor_route_takes_only_its_accounts(pair: Pair) {
    let demo = Demo::on(pair);
    let (partner, other) = (Partner::of(&demo, 1), Partner::of(&demo, 0));
    let ((own, partners_base), (others, others_base)) = (partner.account(&demo), other.account(&demo));
    let brands_base = demo.account().base;
    let basic = |base: &str, secret: &str| {
        let sid = base.rsplit('/').next().expect("an account");
        demo.anybody().with("authorization", &format!("Basic {}", STANDARD.encode(format!("{sid}:{secret}"))))
    };
    let reading = basic(&partners_base, &token(&partner.portal, "read"));
    let brand_reading = basic(&brands_base, &brand_token(&demo, "account", "read"));
    let strangers = [
        ("nobody", demo.anybody()),
        ("the brand's API token", demo.api()),
        ("a partner's token as bearer", partner.client.clone()),
        ("another partner", others),
        ("another partner under this name", basic(&partners_base, &other.secret)),
        ("a partner under the brand's name", basic(&brands_base, &partner.secret)),
        ("the brand under a partner's name", basic(&partners_base, &demo.text("/auth_token"))),
    ];
    let brand = demo.account().client;
    let cases = [
        (&partners_base, &OF_MEDIAPARTNERS[..], [&own, &reading], &brand),
        (&brands_base, &OF_ADVERTISERS[..], [&brand, &brand_reading], &own),
    ];
    for (base, routes, [writer, reader], other_side) in cases {
        for route in routes {
            let (method, path) = route.split_once(' ').expect("a method and a path");
            let (path, writes) = (format!("{base}/{path}"), method != "GET");
            let ask = |client: &Client| client.send(method, &path, "application/x-www-form-urlencoded", b"").status;
            for (name, client) in &strangers {
                assert_eq!(ask(client), 401, "{name}: {method} {path}");
            }
            assert_eq!(ask(other_side), 401, "the other side: {method} {path}");
            let (read, wrote) = (ask(reader), ask(writer));
            assert_eq!(read == 403, writes, "reading: {method} {path} gave {read}");
            assert!(![401, 403].contains(&wrote) && wrote < 500, "{method} {path} gave {wrote}");
        }
    }
    // What is the brand's is not there for its partners.
    for (method, path) in
        [("GET", "MediaPartners"), ("POST", "Conversions"), ("PUT", "Actions"), ("DELETE", "Actions/1")]
    {
        assert_eq!(
            own.send(method, &format!("{partners_base}/{path}"), "application/json", b"{}").status,
            404,
            "{path}"
        );
    }
    assert_eq!(own.get(&format!("{others_base}/Actions")).status, 401);
}
