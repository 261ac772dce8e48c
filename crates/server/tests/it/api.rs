//! `/api/v1`: what its document says is what is served.

use serde_json::{Value, json};

use crate::support::{Client, Demo, Pair, eventually, on_every_pair};

on_every_pair!(
    the_document_and_the_routes_name_the_same,
    a_brand_sets_itself_up_with_ids_it_brings_along,
    every_no_has_the_one_envelope,
    tokens_open_only_what_they_are_for,
    terms_are_set_and_price_by_their_rules,
);

fn document() -> Value {
    serde_json::from_str(referee_server::api::OPENAPI).expect("the document is JSON")
}

fn the_document_and_the_routes_name_the_same(pair: Pair) {
    let demo = Demo::on(pair);
    let document = document();
    let paths = document["paths"].as_object().expect("paths");
    let sources = [include_str!("../../src/api/mod.rs"), include_str!("../../src/api/payments/mod.rs")].concat();
    let routes: Vec<&str> = sources
        .split("\"/api/v1/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|it| !it.contains('*'))
        .collect();
    for route in &routes {
        assert!(paths.contains_key(&format!("/api/v1/{route}")), "the document leaves out {route}");
    }
    for (path, methods) in paths {
        assert!(routes.iter().any(|route| format!("/api/v1/{route}") == *path), "nothing serves {path}");
        for method in methods.as_object().expect("methods").keys().filter(|key| *key != "parameters") {
            let reply =
                demo.anybody().send(&method.to_uppercase(), &path.replace("{id}", "1.1.1"), "application/json", b"{}");
            let open = path.ends_with("openapi.json");
            let unsigned = [401, 400].contains(&reply.status) && reply.json()["error"]["code"].is_string();
            assert!(unsigned || open && reply.status == 200, "{method} {path} gave {}", reply.status);
        }
    }
}

fn a_brand_sets_itself_up_with_ids_it_brings_along(pair: Pair) {
    let demo = Demo::on(pair);
    let api = demo.api();
    let post = |path: &str, body: Value| api.post(path, "application/json", &body.to_string());
    let partner = post("/api/v1/partners", json!({ "id": 123_456, "name": "Old Friend", "program_ids": [1] }));
    assert_eq!((partner.status, partner.json()["id"].clone()), (201, json!(123_456)), "{}", partner.text());
    let ad = post(
        "/api/v1/ads",
        json!({ "id": 98_765, "program_id": 1, "name": "Moved", "landing_url": demo.text("/shop_url") }),
    );
    assert_eq!(ad.json()["id"], 98_765);
    let link =
        post("/api/v1/links", json!({ "program_id": 1, "partner_id": 123_456, "ad_id": 98_765, "slug": "old-friend" }));
    assert_eq!(link.status, 201, "{}", link.text());
    assert!(demo.visitor().get("/c/123456/98765/1").location_param("pt").is_some());
    let vanity = demo.visitor().get("/old-friend").location_param("pt").expect("a click id");
    let order = json!({ "program": 1, "event_type_code": "sale", "event_date": "NOW", "order_id": "A1", "amount": "10",
        "currency": "EUR", "click_id": vanity });
    let taken = post("/api/v1/conversions", order);
    assert_eq!(taken.status, 202, "{}", taken.text());
    let submission = taken.json()["submission_id"].as_str().expect("a name").to_owned();
    let found = api.get(&format!("/api/v1/submissions/{submission}")).json();
    assert_eq!(found["status"], "applied");
    let actions = api.get("/api/v1/actions?order_id=A1&partner_id=123456").json();
    assert_eq!(actions["data"][0]["payout"], "0.80");

    let taken = post("/api/v1/links", json!({ "program_id": 1, "partner_id": 1, "ad_id": 1, "slug": "old-friend" }));
    assert_eq!((taken.status, &taken.json()["error"]["code"]), (422, &json!("SLUG_TAKEN")));
    let away = post(
        "/api/v1/links",
        json!({ "program_id": 1, "partner_id": 1, "ad_id": 1, "slug": "away", "deep_link": "https://evil.example/" }),
    );
    assert_eq!((away.status, &away.json()["error"]["fields"][0]["field"]), (400, &json!("deep_link")));
    let script = post("/api/v1/ads", json!({ "program_id": 1, "name": "x", "landing_url": "javascript:alert(1)" }));
    assert_eq!(script.status, 400);
    let reserved = post("/api/v1/links", json!({ "program_id": 1, "partner_id": 1, "ad_id": 1, "slug": "tag" }));
    assert_eq!(reserved.status, 400);
}

fn every_no_has_the_one_envelope(pair: Pair) {
    let demo = Demo::on(pair);
    let api = demo.api();
    for (reply, status, code) in [
        (api.get("/api/v1/nothing"), 404, "not_found"),
        (api.send("DELETE", "/api/v1/ads", "", b""), 405, "method_not_allowed"),
        (api.post("/api/v1/ads", "application/json", "{"), 400, "malformed"),
        (api.post("/api/v1/ads", "text/plain", "{}"), 415, "not_json"),
        (api.get("/api/v1/actions?limit=x"), 400, "malformed"),
        (api.get("/api/v1/actions?cursor=x"), 400, "invalid"),
        (api.get("/api/v1/actions/x"), 404, "not_found"),
    ] {
        assert_eq!((reply.status, &reply.json()["error"]["code"]), (status, &json!(code)));
    }
    let ad =
        |id: u64| json!({ "program_id": 1, "id": id, "name": "x", "landing_url": demo.text("/shop_url") }).to_string();
    for (id, code) in [(1, "ID_TAKEN"), (0, "ID_OUT_OF_RANGE"), (4_294_967_295, "ID_OUT_OF_RANGE")] {
        let reply = api.post("/api/v1/ads", "application/json", &ad(id));
        assert_eq!((reply.status, &reply.json()["error"]["code"]), (422, &json!(code)), "{id}");
    }
    let next = json!({ "program_id": 1, "name": "x", "landing_url": demo.text("/shop_url") }).to_string();
    assert_eq!(api.post("/api/v1/ads", "application/json", &next).json()["id"], 4);
}

fn tokens_open_only_what_they_are_for(pair: Pair) {
    let demo = Demo::on(pair);
    for line in ["", "Bearer nonsense", "Basic bm9ib2R5Og=="] {
        let client = Client::new(demo.address, "localhost").with("authorization", line);
        let reply = client.get("/api/v1/actions");
        assert_eq!((reply.status, &reply.json()["error"]["code"]), (401, &json!("unauthenticated")), "{line}");
    }
    let account_token = format!("Bearer {}", demo.text("/auth_token"));
    let other_kind = Client::new(demo.address, "localhost").with("authorization", &account_token);
    assert_eq!(other_kind.get("/api/v1/actions").status, 401, "an account's token is no API token");
}

fn terms_are_set_and_price_by_their_rules(pair: Pair) {
    let demo = Demo::on(pair);
    let post = |path: &str, body: &Value| demo.api().post(path, "application/json", &body.to_string());
    let mut rules: Value = serde_json::from_str(include_str!("../../../../docs/examples/terms.json")).expect("JSON");
    rules["payouts"][1]["event_type"] = json!("lead");
    let mut wrong = rules.clone();
    wrong["payouts"][0]["payout"] = json!("101%");
    let refused = post("/api/v1/terms", &json!({ "program_id": 1, "partner_id": 1, "rules": wrong }));
    assert_eq!(
        (refused.status, &refused.json()["error"]["fields"][0]["field"]),
        (400, &json!("rules.payouts[0].payout"))
    );
    let past = json!({ "program_id": 1, "partner_id": 1, "starts_at": "2020-01-01T00:00:00Z", "rules": rules });
    assert_eq!(post("/api/v1/terms", &past).json()["error"]["code"], "TERMS_IN_PAST");
    let set = post("/api/v1/terms", &json!({ "program_id": 1, "partner_id": 1, "rules": rules }));
    assert_eq!(set.status, 201, "{}", set.text());
    let newest = || {
        let listed = demo.api().get("/api/v1/terms?program_id=1&partner_id=1").json();
        listed["data"].as_array().and_then(|all| all.last().cloned()).expect("terms")
    };
    eventually("the edge knows the terms", || newest()["version"] == 2);
    assert_eq!(newest()["rules"]["payouts"][0]["groups"], lower(&rules["payouts"][0]["groups"]));
    let order = |name: &str| {
        let order = json!({ "program": 1, "event_type_code": "sale", "event_date": "NOW", "order_id": name,
            "currency": "EUR", "partner_id": 1, "CustomerCountry": "DE", "CustomerStatus": "new",
            "ItemSku1": "HAT", "ItemCategory1": "hats", "ItemQuantity1": "1", "ItemSubTotal1": "10.00",
            "ItemSku2": "CARD", "ItemCategory2": "Gift Cards", "ItemQuantity2": "1", "ItemSubTotal2": "20.00" });
        assert_eq!(post("/api/v1/conversions", &order).status, 202);
        let found = demo.api().get(&format!("/api/v1/actions?order_id={name}")).json()["data"][0]["id"].clone();
        demo.api().get(&format!("/api/v1/actions/{}", found.as_str().expect("an id"))).json()
    };
    let mut n = 0;
    eventually("the terms hold", || {
        n += 1;
        order(&format!("T{n}"))["priced_by"][0]["rule"] == "group"
    });
    let told = order("last");
    assert_eq!(told["priced_by"][0]["name"], "New customers in Germany and Austria");
    assert_eq!((&told["priced_by"][0]["item"], &told["priced_by"][1]["rule"]), (&json!(0), &json!("restriction")));
    assert_eq!(told["priced_by"][0]["payout"], "12%");
}

/// Groups as they are kept: their values in lower case.
fn lower(groups: &Value) -> Value {
    let text = groups.to_string().replace("\"DE\"", "\"de\"").replace("\"AT\"", "\"at\"");
    serde_json::from_str(&text).expect("JSON")
}
