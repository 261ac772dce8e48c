//! Partners' tokens: made in the portal, and blind to other partners.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::authorisation::OPEN;
use crate::support::{Client, Demo, Pair, Person, Reply, eventually, on_every_pair};

on_every_pair!(
    tokens_are_made_and_revoked_in_the_portal,
    two_partners_see_nothing_of_each_other,
    a_partner_asks_and_decides_by_its_token,
    media_partners_speak_as_existing_clients_do,
);

/// A text of a page between two marks.
pub fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    page.split(from).nth(1).and_then(|rest| rest.split(to).next()).unwrap_or_else(|| panic!("no {from}: {page}"))
}

/// Makes a token in the portal.
pub fn token(portal: &Person, scopes: &str) -> String {
    let page = portal.post("/api-access", &[("name", "Reporting"), ("scopes", scopes)]).text();
    format!("rfp_{}", between(&page, "rfp_", "<"))
}

/// One of the demonstration's partners: its portal, and a program of its own that may write.
pub struct Partner {
    id: u64,
    pub portal: Person,
    pub secret: String,
    pub client: Client,
}

impl Partner {
    pub fn of(demo: &Demo, place: usize) -> Partner {
        let portal = demo.sign_in(&format!("/partners/{place}/user"));
        let secret = token(&portal, "read write");
        let client = demo.anybody().with("authorization", &format!("Bearer {secret}"));
        Partner { id: place as u64 + 1, portal, secret, client }
    }

    fn get(&self, path: &str) -> Reply {
        self.client.get(path)
    }

    fn json(&self, path: &str) -> Value {
        let reply = self.get(path);
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        reply.json()
    }

    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let reply = self.client.post(path, "application/json", &body.to_string());
        (reply.status, reply.json())
    }

    pub fn account(&self, demo: &Demo) -> (Client, String) {
        let page = self.portal.get("/api-access").text();
        let sid = format!("MP{}", between(&page, "<code>MP", "<"));
        let line = format!("Basic {}", STANDARD.encode(format!("{sid}:{}", self.secret)));
        (demo.anybody().with("authorization", &line), format!("/Mediapartners/{sid}"))
    }
}

fn brand_posts(demo: &Demo, path: &str, body: &Value) -> Value {
    let reply = demo.api().post(path, "application/json", &body.to_string());
    assert!((200..300).contains(&reply.status), "{path}: {}", reply.text());
    reply.json()
}

/// An order of a partner, and the id of its action.
fn order(demo: &Demo, partner: u64, name: &str) -> String {
    let order = json!({ "program": 1, "event_type_code": "sale", "event_date": "NOW", "order_id": name, "amount": "100",
        "currency": "EUR", "partner_id": partner });
    brand_posts(demo, "/api/v1/conversions", &order);
    let listed = demo.api().get(&format!("/api/v1/actions?order_id={name}")).json();
    listed["data"][0]["id"].as_str().expect("an id").to_owned()
}

fn advance(demo: &Demo, by: &str) {
    let reply = demo.anybody().post("/test/clock", "application/json", &json!({ "advance": by }).to_string());
    assert_eq!(reply.status, 200, "{}", reply.text());
}

fn tokens_are_made_and_revoked_in_the_portal(pair: Pair) {
    let demo = Demo::on(pair);
    let (owner, portal) = (demo.sign_in("/user"), demo.sign_in("/partners/1/user"));
    let page = portal.get("/api-access").text();
    assert!(page.contains("There is no token yet") && page.contains("Authorization: Bearer $TOKEN"), "{page}");
    assert_eq!(owner.get("/api-access").status, 403, "it is the partner's screen");
    assert_eq!(owner.post("/api-access", &[("name", "x"), ("scopes", "read")]).status, 403);
    let forged = portal.client.post_form("/api-access", &[("csrf", "x"), ("name", "x"), ("scopes", "read")]);
    assert_eq!(forged.status, 403, "a form of another session");
    for (name, scopes) in [("", "read"), (" ", "read"), ("x", "everything")] {
        assert_eq!(portal.post("/api-access", &[("name", name), ("scopes", scopes)]).status, 422, "{name} {scopes}");
    }
    let secret = token(&portal, "read");
    let client = demo.anybody().with("authorization", &format!("Bearer {secret}"));
    assert!(portal.get("/api-access").text().contains("Never"));
    assert_eq!(client.get("/api/v1/actions").status, 200);
    eventually("its use is said", || !portal.get("/api-access").text().contains("Never"));
    let wrong = client.post("/api/v1/inquiries", "application/json", "{}");
    assert_eq!((wrong.status, &wrong.json()["error"]["code"]), (403, &json!("forbidden")), "it may only read");
    for page in [portal.get("/api-access").text(), owner.get("/partners/2").text()] {
        assert!(page.contains("Reporting") && !page.contains(&secret), "{page}");
    }
    assert!(owner.get("/partners/2").text().contains("1 token works"));
    assert!(!owner.get("/settings/tokens").text().contains("Reporting"));
    assert!(!owner.get("/partners/1").text().contains("Reporting"));

    // It is the third of the installation: the demonstration made two for the brand.
    let other = demo.sign_in("/partners/0/user");
    assert_eq!(other.post("/api-access/3/revoke", &[]).status, 404);
    assert_eq!(owner.post("/settings/tokens/3/revoke", &[]).status, 404);
    assert_eq!(portal.post("/api-access/1/revoke", &[]).status, 404, "nor the brand's own");
    assert_eq!(portal.post("/api-access/3/revoke", &[]).header("location"), "/api-access?done");
    assert_eq!(client.get("/api/v1/actions").status, 401);
    for _ in 0..20 {
        token(&portal, "read");
    }
    let full = portal.post("/api-access", &[("name", "more"), ("scopes", "read")]);
    assert!(full.status == 422 && full.text().contains("20 tokens already"), "{}", full.text());
}

/// What belongs to one partner alone.
struct Own {
    /// Texts that nobody else may read.
    marks: Vec<String>,
    action: String,
    asked: String,
    click: String,
    inquiry: u64,
}

/// Gives a partner something of everything.
fn furnish(demo: &Demo, place: usize) -> Own {
    let (partner, mark) = (place as u64 + 1, ["ZAPHOD", "TRILLIAN"][place]);
    let rules = json!({ "referral_window_days": 30, "locking": { "basis": "event", "days": 30 },
        "returns": { "policy": "consent" }, "payouts": [{ "event_type": "sale", "payout": "10%" }] });
    let terms = json!({ "program_id": 1, "partner_id": partner, "rules": rules });
    brand_posts(demo, "/api/v1/terms", &terms);
    advance(demo, "1h");
    let (click, _) = demo.click(place);
    let action = order(demo, partner, &format!("{mark}-1"));
    brand_posts(demo, &format!("/api/v1/actions/{action}/approvals"), &json!({ "reason": "AGREED" }));
    let asked = order(demo, partner, &format!("{mark}-2"));
    brand_posts(demo, &format!("/api/v1/actions/{asked}/reversals"), &json!({ "reason": "ITEM_RETURNED" }));
    let when = demo.api().get(&format!("/api/v1/actions/{action}")).json()["occurred_at"].clone();
    let inquiry = json!({ "partner_id": partner, "type": "UNTRACKED", "event_type": "sale", "amount": "50",
        "order_id": format!("{mark}-3"), "order_date": when, "text": format!("{mark} asks") });
    let inquiry = brand_posts(demo, "/api/v1/inquiries", &inquiry)["id"].as_u64().expect("a number");
    let code = json!({ "program_id": 1, "partner_id": partner, "code": format!("{mark}CODE") });
    brand_posts(demo, "/api/v1/promo-codes", &code);
    let value = json!({ "program_id": 1, "partner_id": partner, "kind": "url", "value": format!("www.shop.com/{}", mark.to_lowercase()) });
    brand_posts(demo, "/api/v1/assigned-values", &value);
    let offer = json!({ "program_id": 1, "partner_id": partner, "needs_acceptance": true, "rules": rules });
    brand_posts(demo, "/api/v1/terms", &offer);
    let slug = demo.text(&format!("/partners/{place}/link"));
    // As ids stand in JSON: in part they are also those of lines.
    let (first, second) = (format!("\"{action}\""), format!("\"{asked}\""));
    let marks = [mark.to_owned(), mark.to_lowercase(), first, second, click.clone(), slug];
    Own { marks: marks.into(), action, asked, click, inquiry }
}

/// Whoever is named in an answer.
fn partners_in(value: &Value, found: &mut BTreeSet<u64>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| match value.as_u64() {
            Some(id) if key == "partner_id" => _ = found.insert(id),
            _ => partners_in(value, found),
        }),
        Value::Array(list) => list.iter().for_each(|value| partners_in(value, found)),
        _ => {}
    }
}

fn two_partners_see_nothing_of_each_other(pair: Pair) {
    let demo = Demo::with(pair, &["--test-clock"]);
    let own = [furnish(&demo, 0), furnish(&demo, 1)];
    let run = brand_posts(&demo, "/api/v1/payment-runs", &json!({ "currency": "EUR", "below_threshold": true }));
    assert_eq!(run["id"], 1, "{run}");
    let partners = [Partner::of(&demo, 0), Partner::of(&demo, 1)];
    assert_eq!(
        partners[0].json("/api/v1/payments")["data"],
        json!([]),
        "what is only proposed is the brand's business"
    );
    assert_eq!(partners[0].get("/api/v1/payments/1").status, 404);
    brand_posts(&demo, "/api/v1/payment-runs/1/decisions", &json!({ "approved": true }));
    let states = || demo.api().get("/api/v1/payment-runs/1").json()["payments"].clone();
    eventually("all is gathered", || states().as_array().is_some_and(|all| all.iter().all(|it| it["state"] == "sent")));
    for id in 1..=2 {
        brand_posts(&demo, &format!("/api/v1/payments/{id}/outcomes"), &json!({ "settled": true }));
    }
    let listed = demo.api().get("/api/v1/payments").json()["data"].clone();
    let payment_of = |partner: u64| {
        let of = |it: &&Value| it["partner_id"] == partner;
        listed.as_array().expect("payments").iter().find(of).expect("a payment")["id"].to_string()
    };
    let documents = demo.api().get("/api/v1/documents").json()["data"].clone();
    let document_of = |partner: u64| {
        let of = |it: &&Value| it["partner_id"] == partner;
        documents.as_array().expect("documents").iter().find(of).expect("a document")["number"].to_string()
    };
    let month = demo.api().get(&format!("/api/v1/actions/{}", own[0].action)).json()["occurred_at"].clone();
    let month = month.as_str().expect("a moment")[..7].to_owned();

    let lists = OPEN.iter().filter_map(|it| it.strip_prefix("GET ")).filter(|it| !it.contains('{'));
    for (place, partner) in partners.iter().enumerate() {
        let other = &own[1 - place];
        let blind = |path: &str, reply: &Reply| {
            let text = reply.text();
            let seen: Vec<&String> = other.marks.iter().filter(|mark| text.contains(mark.as_str())).collect();
            assert!(seen.is_empty(), "{path} tells {seen:?}: {text}");
            let mut named = BTreeSet::new();
            partners_in(&serde_json::from_str(&text).unwrap_or_default(), &mut named);
            assert!(named.iter().all(|id| *id == partner.id), "{path} names {named:?}: {text}");
        };
        for path in lists.clone() {
            let path = if path.ends_with("statements") { format!("{path}?month={month}") } else { path.to_owned() };
            let reply = partner.get(&path);
            assert_eq!(reply.status, 200, "{path}: {}", reply.text());
            if path.ends_with("openapi.json") {
                continue;
            }
            let rows = reply.json()["data"].as_array().map_or(0, Vec::len);
            assert!(rows > 0, "{path} has something: {}", reply.text());
            blind(&path, &reply);
            let sign = if path.contains('?') { '&' } else { '?' };
            let named = partner.get(&format!("{path}{sign}partner_id={}", 3 - partner.id));
            assert!(named.status == 403 || named.text() == reply.text(), "{path} of another: {}", named.text());
        }
        let ids = |of: &Own, id: u64| {
            [
                format!("/api/v1/actions/{}", of.action),
                format!("/api/v1/actions/{}/decision", of.action),
                format!("/api/v1/clicks/{}", of.click),
                format!("/api/v1/conversions/sale/{}-1/decision", of.marks[0]),
                format!("/api/v1/inquiries/{}", of.inquiry),
                format!("/api/v1/payments/{}", payment_of(id)),
                format!("/api/v1/documents/{}", document_of(id)),
                format!("/api/v1/documents/{}/pdf", document_of(id)),
            ]
        };
        for path in ids(&own[place], partner.id) {
            let reply = partner.get(&path);
            assert_eq!(reply.status, 200, "{path}: {}", String::from_utf8_lossy(&reply.body));
            if !path.ends_with("pdf") {
                blind(&path, &reply);
            }
        }
        for path in ids(other, 3 - partner.id) {
            assert_eq!(partner.get(&path).status, 404, "{path}");
        }
        for text in [&format!("{}-1", other.marks[0]), &other.action, &other.click] {
            let told = partner.json(&format!("/api/v1/orders/{text}"));
            assert_eq!((&told["answer"]["code"], &told["orders"]), (&json!("NOTHING_OF_YOURS"), &json!([])), "{told}");
            assert_eq!((&told["click"], &told["submission"]), (&Value::Null, &Value::Null), "{told}");
        }
        let accepted = json!({ "accepted": true });
        let path = format!("/api/v1/actions/{}/return-decisions", other.asked);
        assert_eq!(partner.post(&path, &accepted).0, 404);
        assert_eq!(
            partner.post(&format!("/api/v1/inquiries/{}/appeals", other.inquiry), &json!({ "text": "x" })).0,
            404
        );
        let about = |action: &str| {
            partner.post("/api/v1/inquiries", &json!({ "type": "INCORRECT", "action_id": action, "amount": "120" }))
        };
        let (status, told) = about(&other.action);
        let fields = told["error"]["fields"].as_array().expect("fields");
        assert!(status == 400 && fields.iter().any(|it| it["field"] == "action_id"), "{told}");
        assert_eq!(told, about("1.1.99999").1, "as if there were none");
        let in_its_name =
            json!({ "type": "INCORRECT", "action_id": other.action, "amount": "1", "partner_id": 3 - partner.id });
        assert_eq!(partner.post("/api/v1/inquiries", &in_its_name).0, 403);

        let (client, base) = partner.account(&demo);
        for path in [
            "Actions",
            "ActionUpdates",
            "ActionInquiries",
            "CompanyInformation",
            "Campaigns",
            "Contracts",
            "Campaigns/1/Contracts",
            "Ads",
            "ActionTrackers",
        ] {
            let reply = client.get(&format!("{base}/{path}.json"));
            assert_eq!(reply.status, 200, "{path}: {}", reply.text());
            blind(path, &reply);
            let named = reply.text().contains(&format!("\"MediaPartnerId\":\"{}\"", 3 - partner.id));
            assert!(!named && !reply.text().contains("/Advertisers"), "{path}: {}", reply.text());
        }
        assert_eq!(client.get(&format!("{base}/Actions/{}", other.action)).status, 404);
        assert_eq!(client.get(&format!("{base}/Actions/{}/Items", other.action)).status, 404);
        assert_eq!(client.get(&format!("{base}/ActionInquiries/{}", other.inquiry)).status, 404);
        let (_, of_other) = partners[1 - place].account(&demo);
        assert_eq!(client.get(&format!("{of_other}/Actions.json")).status, 401, "the account is another's");
    }
}

fn a_partner_asks_and_decides_by_its_token(pair: Pair) {
    let demo = Demo::with(pair, &["--test-clock"]);
    let own = furnish(&demo, 1);
    let partner = Partner::of(&demo, 1);
    let contract = partner.json("/api/v1/contracts")["data"][0].clone();
    assert_eq!((&contract["status"], &contract["rules"]["payouts"][0]["payout"]), (&json!("active"), &json!("10%")));
    let version = contract["offered_version"].clone();
    let decide = |accepted: bool| {
        partner
            .post("/api/v1/contracts/decisions", &json!({ "program_id": 1, "version": version, "accepted": accepted }))
    };
    assert_eq!(decide(true).0, 201);
    let again = decide(false);
    assert_eq!((again.0, &again.1["error"]["code"]), (409, &json!("OFFER_DECIDED")), "the first word holds");
    let unknown = json!({ "program_id": 1, "version": 99, "accepted": true });
    assert_eq!(partner.post("/api/v1/contracts/decisions", &unknown).1["error"]["code"], "OFFER_NOT_FOUND");

    let waiting = partner.json("/api/v1/returns")["data"].clone();
    assert_eq!((&waiting[0]["id"], &waiting[1]), (&json!(own.asked), &Value::Null), "{waiting}");
    let path = format!("/api/v1/actions/{}/return-decisions", own.asked);
    let taken = partner.post(&path, &json!({ "accepted": true }));
    assert_eq!((taken.0, &taken.1["state"]), (201, &json!("reversed")), "{}", taken.1);
    assert_eq!(partner.post(&path, &json!({ "accepted": true })).1["error"]["code"], "RETURN_NOT_ASKED");

    let about = json!({ "type": "DECLINED", "action_id": own.asked, "text": "It came back by mistake." });
    let (status, asked) = partner.post("/api/v1/inquiries", &about);
    assert_eq!(status, 201, "{asked}");
    let (status, twice) = partner.post("/api/v1/inquiries", &about);
    let sentence = "You have an open inquiry about this order already.";
    assert_eq!((status, &twice["error"]["message"]), (422, &json!(sentence)), "in the partner's words");
    let path = format!("/api/v1/inquiries/{}", asked["id"]);
    let notes = partner.json(&path)["notes"].clone();
    assert_eq!((&notes[0]["by"], &notes[0]["text"]), (&json!("partner"), &json!("It came back by mistake.")));
    brand_posts(&demo, &format!("{path}/answers"), &json!({ "resolution": "DECLINED", "reason": "ORDER_RETURNED" }));
    let appeals = format!("{path}/appeals");
    assert_eq!(partner.post(&appeals, &json!({ "text": " " })).0, 400);
    let appealed = partner.post(&appeals, &json!({ "text": "Look again." }));
    assert_eq!((appealed.0, &appealed.1["resolution"]), (201, &json!("UNRESOLVED")), "{}", appealed.1);

    let when = partner.json(&format!("/api/v1/actions/{}", own.action))["occurred_at"].clone();
    let when = when.as_str().expect("a moment");
    let csv = format!(
        "Type,Order ID,Event type,Order date,Amount\nUNTRACKED,F1,sale,{when},50\nUNTRACKED,F2,sale,{when},x\n"
    );
    let told = partner.client.post("/api/v1/inquiries/files", "text/csv", &csv);
    assert_eq!(told.status, 200, "{}", told.text());
    let told = told.json();
    assert_eq!(
        (&told["asked"], &told["data"][1]["error"]["fields"][0]["field"]),
        (&json!(1), &json!("amount")),
        "{told}"
    );
    assert!(told["data"][0]["id"].is_u64() && told["data"][0]["error"].is_null(), "{told}");
    assert_eq!(partner.client.post("/api/v1/inquiries/files", "text/csv", "a,b\n1,2\n").status, 400);
    let audit = demo.sign_in("/user").get("/audit").text();
    assert!(audit.contains("API token &quot;Reporting&quot;"), "{audit}");

    let link = partner.json("/api/v1/tracking-links")["data"][0].clone();
    assert_eq!(link["url"], demo.text("/partners/1/link"));
    assert_eq!(demo.api().get("/api/v1/tracking-links").status, 400, "the brand names a partner");
    let of_brand = demo.api().get("/api/v1/tracking-links?partner_id=2").json();
    assert_eq!(of_brand["data"][0], link);
}

fn media_partners_speak_as_existing_clients_do(pair: Pair) {
    let demo = Demo::with(pair, &["--test-clock"]);
    let own = furnish(&demo, 1);
    let partner = Partner::of(&demo, 1);
    let (client, base) = partner.account(&demo);
    let get = |path: &str| {
        let reply = client.get(&format!("{base}/{path}"));
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        reply.json()
    };
    let form = "application/x-www-form-urlencoded";
    let send = |method: &str, path: &str, body: &str| {
        let reply = client.send(method, &format!("{base}/{path}"), form, body.as_bytes());
        (reply.status, reply.json())
    };
    assert_eq!(get("CompanyInformation.json")["CompanyName"], "Deal Harbour");
    let action = get(&format!("Actions/{}", own.action));
    assert_eq!(
        (&action["Payout"], &action["Uri"]),
        (&json!("10.00"), &json!(format!("{base}/Actions/{}", own.action)))
    );
    let actions = get("Actions.json?PageSize=1");
    assert_eq!((&actions["@total"], &actions["@page"]), (&json!("2"), &json!("1")), "{actions}");
    let next = actions["@nextpageuri"].as_str().expect("a next page");
    assert!(next.starts_with(&base), "{next}");
    assert_eq!(client.get(next).json()["Actions"].as_array().map(Vec::len), Some(1));
    assert!(get("ActionUpdates.json")["@total"] != "0");
    let xml = client.get(&format!("{base}/Campaigns.xml")).text();
    assert!(xml.contains("<ContractStatus>ACTIVE</ContractStatus>"), "{xml}");

    let statuses = || {
        let all = get("Campaigns/1/Contracts")["Contracts"].clone();
        let of = |it: &Value| it["Status"].as_str().expect("a status").to_owned();
        all.as_array().expect("contracts").iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(statuses(), ["EXPIRED", "ACTIVE", "PENDING"]);
    let (status, told) = send("POST", "Campaigns/1/Contracts", "ContractId=1.99");
    assert_eq!(status, 404, "{told}");
    let (status, told) = send("POST", "Campaigns/1/Contracts", "");
    assert_eq!((status, &told["Status"], &told["ContractId"]), (200, &json!("ACCEPTED"), &json!("1.3")), "{told}");
    let (status, told) = send("DELETE", "Campaigns/1/Contracts", "");
    assert_eq!((status, &told["errors"][0]["code"]), (409, &json!("OFFER_DECIDED")), "the first decision wins");
    assert_eq!(send("POST", "Campaigns/9/Contracts", "").0, 404);
    advance(&demo, "1h");
    eventually("the edge knows the answer", || statuses() == ["EXPIRED", "EXPIRED", "ACTIVE"]);

    let when = action["EventDate"].as_str().expect("a moment");
    let body = format!(
        "CampaignId=1&Type=UNTRACKED&ActionTrackerId=1&OrderId=V1&TransactionDate={when}&Amount=50&Comments=Missing"
    );
    let (status, told) = send("POST", "ActionInquiries", &body);
    assert_eq!((status, &told["Status"]), (200, &json!("OK")), "{told}");
    let path = format!("ActionInquiries/{}", told["Id"].as_str().expect("an id"));
    assert_eq!((&get(&path)["OrderId"], &get(&path)["Status"]), (&json!("V1"), &json!("UNRESOLVED")));
    let (status, told) = send("POST", "ActionInquiries", &body);
    assert_eq!((status, &told["errors"][0]["code"]), (400, &json!("INQUIRY_DUPLICATE")), "{told}");
    let (status, told) =
        send("POST", "ActionInquiries", "CampaignId=1&Type=UNTRACKED&ActionTrackerId=1&OrderId=V2&Amount=5");
    assert_eq!((status, &told["errors"][0]["field"]), (400, &json!("TransactionDate")), "{told}");

    let secret = token(&partner.portal, "read");
    let sid = base.rsplit('/').next().expect("an account");
    let line = format!("Basic {}", STANDARD.encode(format!("{sid}:{secret}")));
    let reader = demo.anybody().with("authorization", &line);
    assert_eq!(reader.get(&format!("{base}/Actions.json")).status, 200);
    for (method, path) in
        [("POST", "ActionInquiries"), ("POST", "Campaigns/1/Contracts"), ("DELETE", "Campaigns/1/Contracts")]
    {
        assert_eq!(reader.send(method, &format!("{base}/{path}"), form, b"").status, 403, "{method} {path}");
    }
}
